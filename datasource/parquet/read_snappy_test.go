package parquet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
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

// TestSnappyPairsAreUsed makes sure that the pages the decoder is for do not fall back to the library, and that text does.
func TestSnappyPairsAreUsed(t *testing.T) {
	pages := snappyPages(20_000)
	for name, want := range map[string]bool{"keys": true, "foreign": true, "prices": true, "few": false, "words": false} {
		packed := packSnappy(pages[name])
		_, k := binary.Uvarint(packed)
		require.Equal(t, want, decodePairs(make([]byte, len(pages[name])), packed[k:]), name)
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
		if err != nil || n > 1<<20 {
			return
		}
		const guard = 64
		memory := bytes.Repeat([]byte{0xa5}, n+2*guard)
		got := memory[guard : guard+n : guard+n]
		want, err := snappy.Decode(nil, packed)
		err2 := decodeSnappy(got, packed[:len(packed):len(packed)])
		require.Equal(t, err == nil, err2 == nil)
		if err == nil {
			require.True(t, bytes.Equal(want, got))
		}
		require.Equal(t, bytes.Repeat([]byte{0xa5}, guard), memory[:guard])
		require.Equal(t, bytes.Repeat([]byte{0xa5}, guard), memory[guard+n:])
	})
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
