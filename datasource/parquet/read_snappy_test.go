package parquet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/stretchr/testify/require"
)

// snappyPages are pages of the kinds that columns have.
func snappyPages(n int) map[string][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	ints := func(next func(i int) int64) (b []byte) {
		for i := range n {
			b = binary.LittleEndian.AppendUint64(b, uint64(next(i)))
		}
		return b
	}
	distinct := r.Perm(2 * n) // as dictionaries are
	var words []byte
	for range n {
		words = append(words, "the quick accounts sleep above "[:4+r.IntN(27)]...)
	}
	return map[string][]byte{
		"keys":    ints(func(i int) int64 { return int64(i)*3 + r.Int64N(3) }),
		"foreign": ints(func(i int) int64 { return int64(distinct[i]) }),
		"prices":  ints(func(int) int64 { return r.Int64N(10_000_000) }),
		"wide":    ints(func(int) int64 { return r.Int64() }),
		"few":     ints(func(int) int64 { return r.Int64N(2000) - 1000 }),
		"equal":   ints(func(int) int64 { return 7 }),
		"mixed": ints(func(i int) int64 {
			if i/500%2 == 0 {
				return r.Int64()
			}
			return r.Int64N(60_000)
		}),
		"words": words,
	}
}

// packSnappy compresses as most writers do, whose copies never leave their block of 64 KiB.
func packSnappy(plain []byte) []byte {
	packed := binary.AppendUvarint(nil, uint64(len(plain)))
	for block := range slices.Chunk(plain, 64<<10) {
		b := snappy.Encode(nil, block)
		_, k := binary.Uvarint(b)
		packed = append(packed, b[k:]...)
	}
	return packed
}

func TestSnappyIsTheLibrarys(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 300, 20_000} {
		for name, plain := range snappyPages(n) {
			for _, packed := range [][]byte{packSnappy(plain), snappy.Encode(nil, plain)} {
				got := padded(nil, len(plain))
				require.NoError(t, decodeSnappy(got, packed), "%s of %d", name, n)
				require.True(t, bytes.Equal(plain, got), "%s of %d", name, n)
			}
		}
	}
}

// TestSnappyOfTwoIsTheLibrarys decodes pages of each kind with those of each other.
func TestSnappyOfTwoIsTheLibrarys(t *testing.T) {
	pages, longer := snappyPages(20_000), snappyPages(23_456)
	for name, a := range pages {
		for other, b := range longer {
			gotA, gotB := padded(nil, len(a)), padded(nil, len(b))
			err1, err2 := decodeSnappyTwo(gotA, packSnappy(a), gotB, packSnappy(b))
			require.NoError(t, err1, name)
			require.NoError(t, err2, other)
			require.True(t, bytes.Equal(a, gotA), "%s with %s", name, other)
			require.True(t, bytes.Equal(b, gotB), "%s with %s", name, other)
		}
	}
	a, b := pages["prices"], longer["foreign"]
	p, _ := newSnappyPage(make([]byte, len(a)), packSnappy(a))
	q, _ := newSnappyPage(make([]byte, len(b)), packSnappy(b))
	ok1, ok2 := decodeTogether(&p, &q)
	require.True(t, ok1 && ok2)
	require.Greater(t, min(p.d, q.d), len(a)*9/10, "decoded together")
}

// TestSnappyPairsAreUsed makes sure that the pages the decoder is for do not fall back to the library, and that text does.
func TestSnappyPairsAreUsed(t *testing.T) {
	pages := snappyPages(20_000)
	for name, want := range map[string]bool{"keys": true, "foreign": true, "prices": true, "few": false, "words": false} {
		packed := packSnappy(pages[name])
		p, _ := newSnappyPage(make([]byte, len(pages[name])), packed)
		require.Equal(t, want, p.finish(), name)
	}
}

// FuzzSnappy damages and cuts blocks: the decoder must agree with the library, and write nothing behind its page.
func FuzzSnappy(f *testing.F) {
	for name, plain := range snappyPages(400) {
		f.Add(snappy.Encode(nil, plain), uint64(len(name)*12345))
		f.Add(snappy.Encode(nil, plain)[:100], uint64(len(name)))
	}
	f.Fuzz(func(t *testing.T, packed []byte, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		packed = bytes.Clone(packed)
		for range r.IntN(4) {
			if len(packed) > 4 {
				packed[4+r.IntN(len(packed)-4)] = byte(r.Uint32())
			}
		}
		n, err := snappy.DecodedLen(packed)
		if err != nil || n > 1<<20 || len(packed) == 0 {
			return
		}
		sameSnappy(t, func(dst []byte) error { return decodeSnappy(dst, packed[:len(packed):len(packed)]) }, packed, n)

		// behind a long page, alone and with another
		at := r.IntN(len(packed))
		one, other := snappyBehind(packed), snappyBehind(append(packed[:at:at], packed[at/2:]...))
		room := make([]byte, 1<<20+len(longSnappy().plain))
		for range 2 {
			n1, _ := snappy.DecodedLen(one)
			n2, _ := snappy.DecodedLen(other)
			sameSnappy(t, func(dst []byte) error { err, _ := decodeSnappyTwo(dst, one, room[:n2], other); return err }, one, n1)
			one, other = other, one
		}
	})
}

// sameSnappy makes sure that a decoder agrees with the library on a block of n bytes.
func sameSnappy(t *testing.T, decode func(dst []byte) error, packed []byte, n int) {
	const guard = 64
	memory := bytes.Repeat([]byte{0xa5}, n+2*guard)
	got := memory[guard : guard+n : guard+n]
	want, err := snappy.Decode(nil, packed)
	err2 := decode(got)
	require.Equal(t, err == nil, err2 == nil)
	if err == nil {
		require.True(t, bytes.Equal(want, got))
	}
	require.Equal(t, bytes.Repeat([]byte{0xa5}, guard), memory[:guard])
	require.Equal(t, bytes.Repeat([]byte{0xa5}, guard), memory[guard+n:])
}

// longSnappy is a block that is long enough to be decoded with another.
var longSnappy = sync.OnceValue(func() (l struct{ plain, packed []byte }) {
	l.plain = snappyPages(20_000)["prices"]
	l.packed = packSnappy(l.plain)
	return l
})

// snappyBehind puts the operations of a block behind longSnappy's.
func snappyBehind(packed []byte) []byte {
	l := longSnappy()
	n, k := binary.Uvarint(packed)
	_, before := binary.Uvarint(l.packed)
	b := binary.AppendUvarint(nil, min(n, 1<<20)+uint64(len(l.plain)))
	b = append(b, l.packed[before:]...)
	return slices.Clip(append(b, packed[max(k, 0):]...))
}

// BenchmarkSnappy decodes pages of each kind by the library and by decodeSnappy.
func BenchmarkSnappy(b *testing.B) {
	for _, name := range []string{"keys", "foreign", "prices", "wide", "few", "words"} {
		plain := snappyPages(100_000)[name]
		packed := packSnappy(plain)
		dst := padded(nil, len(plain))
		for _, library := range []bool{true, false} {
			b.Run(name+"/library="+strconv.FormatBool(library), func(b *testing.B) {
				b.SetBytes(int64(len(plain)))
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					if library {
						_, _ = snappy.Decode(dst, packed)
					} else {
						_ = decodeSnappy(dst, packed)
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/float64(len(plain)), "ns/byte-best") // the machine may be busy
			})
		}
	}
}
