package slab

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClasses(t *testing.T) {
	last := 0
	for n := 1; n < 1<<20; n++ {
		c := class(n)
		require.Contains(t, []int{last, last + 1}, c, "no class is left out")
		last = c
	}
	require.Less(t, class(math.MaxInt), classes)
}

// clean makes the heap empty and returns the counters from which a test starts.
func clean(t *testing.T) {
	t.Helper()
	Trim()
	require.Equal(t, Counters{}, Count())
	t.Cleanup(func() { Trim(); require.Equal(t, Counters{}, Count(), "blocks are left") })
}

func TestArena(t *testing.T) {
	clean(t)
	a := NewArena()
	freed := 0
	a.OnFree(func() { freed++ })
	small := Make[byte](a, MinBlock-1)
	require.Zero(t, Count().Blocks, "small memory is Go's")
	require.Len(t, small, MinBlock-1)
	words := MakeZeroed[uint64](a, 10_000)
	require.Len(t, words, 10_000)
	require.Equal(t, 10<<10, cap(words), "all of the block")
	for i := range words {
		require.Zero(t, words[i])
		words[i] = 7
	}
	require.Equal(t, Counters{InUse: 80 << 10, Blocks: 1}, Count())
	big := Make[byte](a, regionSize+1)
	big[regionSize] = 1
	require.Equal(t, 2, Count().Blocks)
	Free(a, words[:0])
	Free(a, small)
	Free(a, []int32{1})
	require.Equal(t, 1, Count().Blocks)
	a.Release()
	require.Zero(t, Count().InUse)
	require.Equal(t, 1, freed)
	a.Close()
	require.Equal(t, 1, freed, "once")
	require.Len(t, Make[uint64](a, 10_000), 10_000, "after the end there is Go's memory")
	require.Zero(t, Count().Blocks)
}

func TestZeroedMemoryOfUsedBlocks(t *testing.T) {
	clean(t)
	a := NewArena()
	defer a.Release()
	s := Make[int32](a, MinBlock)
	for i := range s {
		s[i] = -1
	}
	Free(a, s)
	if !invariants.Enabled {
		require.EqualValues(t, 128<<10, Count().Cached)
	}
	for _, x := range MakeZeroed[int32](a, MinBlock) {
		require.Zero(t, x)
	}
	require.Zero(t, Count().Cached)
}

func TestArenasHoldEachOther(t *testing.T) {
	clean(t)
	values, codes := NewArena(), NewArena()
	Make[uint64](values, MinBlock)
	Make[int32](codes, MinBlock)
	for range 3 {
		codes.Hold(values)
	}
	codes.Hold(codes)
	codes.Hold(nil)
	values.Release()
	require.Equal(t, 2, Count().Blocks, "codes refer to values")
	codes.Release()
	require.Zero(t, Count().Blocks)
}

// keeps skips a test of what is kept for later.
func keeps(t *testing.T) {
	t.Helper()
	if invariants.Enabled {
		t.Skip("freed blocks are unmapped under invariants")
	}
	clean(t)
}

func TestFreeMemoryIsJoined(t *testing.T) {
	keeps(t)
	a := NewArena()
	var parts [][]byte
	for range 48 {
		parts = append(parts, Make[byte](a, 1<<20))
	}
	for _, k := range []int{0, 1, 2} { // neighbours are freed before, after and on both sides
		for i := k; i < len(parts); i += 3 {
			Free(a, parts[i])
		}
	}
	require.EqualValues(t, 48<<20, Count().Cached)
	whole := Make[byte](a, 48<<20)
	require.Zero(t, Count().Cached, "one block of all parts")
	require.Same(t, &parts[0][0], &whole[0])
	a.Release()
	require.EqualValues(t, 48<<20, Count().Cached)
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	keeps(t)
	const size = 16 << 20
	a := NewArena()
	for range maxCached/size + 9 {
		Make[byte](a, size)
	}
	Make[byte](a, 2*regionSize)
	a.Release()
	require.LessOrEqual(t, Count().Cached, int64(maxCached), "and blocks with a region of their own are not kept")
	require.NotZero(t, Count().Cached)
}

// Pieces that are too small for what is wanted are given back when they are more than the slack.
func TestFreshMemoryReplacesPieces(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("pages are not given back")
	}
	keeps(t)
	a := NewArena()
	defer a.Release()
	var parts [][]byte
	for range 40 {
		parts = append(parts, Make[byte](a, 4<<20))
	}
	for i := 0; i < len(parts); i += 2 {
		Free(a, parts[i])
	}
	require.EqualValues(t, 80<<20, Count().Cached)
	Make[byte](a, 8<<20)
	require.EqualValues(t, 72<<20, Count().Cached)
	for range 20 {
		Make[byte](a, 8<<20)
	}
	require.EqualValues(t, slack, Count().Cached)
	for range 20 {
		for _, x := range MakeZeroed[byte](a, 4<<20) {
			if x != 0 {
				t.Fatal("memory that was given back is taken for zeros")
			}
		}
	}
}

func TestIdleMemoryGoes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("pages are not given back")
	}
	keeps(t)
	memory.decay() // of the tests before
	use := func(n int) {
		a := NewArena()
		defer a.Release()
		Make[byte](a, n)
	}
	use(40 << 20)
	require.NotNil(t, memory.timer)
	use(10 << 20)
	memory.decay()
	require.EqualValues(t, 10<<20, Count().Cached, "what was used meanwhile stays")
	memory.decay()
	require.Zero(t, Count().Cached)
	require.Nil(t, memory.timer)
}

// Blocks of random sizes are never two owners', whatever is cut, joined and given back meanwhile.
func TestBlocksDoNotOverlap(t *testing.T) {
	clean(t)
	r := rand.New(rand.NewPCG(1, 2))
	a := NewArena()
	type owned struct {
		words []uint64
		mark  uint64
	}
	var all []owned
	check := func(o owned) {
		for _, w := range o.words {
			if w != o.mark {
				t.Fatal("two owners of a block")
			}
		}
	}
	for mark := uint64(1); mark < 3000; mark++ {
		if len(all) > 0 && r.IntN(5) < 2 || len(all) > 100 {
			i := r.IntN(len(all))
			check(all[i])
			Free(a, all[i].words)
			all[i] = all[len(all)-1]
			all = all[:len(all)-1]
			continue
		}
		n := MinBlock/8 + r.IntN(1<<r.IntN(18))
		o := owned{mark: mark}
		if r.IntN(2) == 0 {
			o.words = MakeZeroed[uint64](a, n)
			check(owned{words: o.words})
		} else {
			o.words = Make[uint64](a, n)
		}
		for i := range o.words {
			o.words[i] = mark
		}
		all = append(all, o)
		if r.IntN(100) == 0 {
			Trim()
		}
	}
	for _, o := range all {
		check(o)
	}
	a.Release()
}

func TestConcurrentUse(t *testing.T) {
	clean(t)
	shared := NewArena()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			own := NewArena()
			defer own.Release()
			for i := range 200 {
				for _, a := range []*Arena{own, shared} {
					s := Make[uint64](a, MinBlock/8+i*100)
					for k := range s {
						s[k] = uint64(w)
					}
					for k := range s {
						if s[k] != uint64(w) {
							t.Error("two owners of a block")
							return
						}
					}
					if i%3 > 0 {
						Free(a, s)
					}
				}
				own.Hold(shared)
			}
		}()
	}
	wg.Wait()
	shared.Release()
	require.Zero(t, Count().InUse)
}
