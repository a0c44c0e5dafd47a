package parquet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

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
	var words, comments []byte
	for range n {
		words = append(words, "the quick accounts sleep above "[:4+r.IntN(27)]...)
		comments = append(comments, strings.Fields("carefully final deposits detect slyly again about the furiously regular packages")[r.IntN(11)]...)
		comments = append(comments, ' ')
	}
	tails := ints(func(int) int64 { return r.Int64N(10_000_000) }) // blocks that end with a long literal
	for block := range slices.Chunk(tails, 64<<10) {
		for i := max(len(block)-300, 0); i < len(block); i++ {
			block[i] = byte(r.Uint32())
		}
	}
	return map[string][]byte{
		"tails":   tails,
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
		"words":    words,
		"comments": comments,
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

// TestSnappyPartsAreUsed makes sure that long pages are decoded in parts, and that this is right.
func TestSnappyPartsAreUsed(t *testing.T) {
	for name, plain := range snappyPages(50_000) {
		packed := packSnappy(plain)
		got := make([]byte, len(plain))
		p, ok := newSnappyPage(got, packed)
		require.True(t, ok)
		want := !slices.Contains([]string{"keys", "wide", "equal", "mixed"}, name)
		require.Equal(t, want, p.decodeParts(), name)
		if want {
			require.True(t, bytes.Equal(plain, got), name)
		}
	}
}

// TestSnappyLanes: the assembly does what the Go code does.
func TestSnappyLanes(t *testing.T) {
	const n = 1000
	r := rand.New(rand.NewPCG(8, 1))
	for name, plain := range snappyPages(12_000) {
		packed := snappy.Encode(nil, plain)
		_, begin := binary.Uvarint(packed)
		for i := range 80 {
			k := 1 + i%snappyParts
			var memory [2][snappyParts][]byte
			var lanes, first [2][snappyParts]snappyLane
			for i := range snappyParts {
				src := bytes.Clone(packed[begin:])
				for range r.IntN(3) {
					src[r.IntN(min(len(src), 4000))] = byte(r.Uint32())
				}
				src = append(src, make([]byte, n*stepIn+stepInMore)...)
				at := r.IntN(100)
				for v := range memory {
					memory[v][i] = make([]byte, 100+n*stepOut+stepOutMore)
					m := memory[v][i]
					lanes[v][i] = snappyLane{unsafe.Pointer(&src[0]), unsafe.Pointer(&m[at]), unsafe.Pointer(&m[at/2])}
				}
			}
			first = lanes
			stuck := snappyLanes(&lanes[0], k, n, snappyStepsTable())
			require.Equal(t, stuck, snappyLanesInGo(&lanes[1], k, n, snappyStepsTable()), name)
			for i := range snappyParts {
				require.Equal(t, lanes[0][i].in, lanes[1][i].in, name)
				require.Equal(t, uintptr(lanes[0][i].out)-uintptr(first[0][i].out), uintptr(lanes[1][i].out)-uintptr(first[1][i].out), name)
				require.True(t, bytes.Equal(memory[0][i], memory[1][i]), name)
			}
		}
	}
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

		// in a long page, with damage of its own
		l := longSnappy()
		at := r.IntN(len(l))
		long := append(append(bytes.Clone(l[:at]), packed...), l[min(at+len(packed), len(l)):]...)
		if n, err := snappy.DecodedLen(long); err == nil && n < 1<<21 {
			sameSnappy(t, func(dst []byte) error { return decodeSnappy(dst, long) }, long, n)
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

// longSnappy is a page that is long enough to be decoded in parts.
var longSnappy = sync.OnceValue(func() []byte { return packSnappy(snappyPages(50_000)["prices"]) })

// BenchmarkSnappy decodes pages of each kind by the library and by decodeSnappy.
func BenchmarkSnappy(b *testing.B) {
	for _, name := range []string{"keys", "foreign", "prices", "wide", "few", "words", "comments"} {
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
