package slab

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClasses(t *testing.T) {
	last, _ := class(MinBlock)
	for n := MinBlock; n <= largest; n += 4093 {
		k, size := class(n)
		require.GreaterOrEqual(t, size, n)
		require.LessOrEqual(t, size-n, n/4)
		require.Contains(t, []int{last, last + 1}, k, "no class is left out")
		last = k
		again, same := class(size)
		require.Equal(t, []int{k, size}, []int{again, same})
	}
	k, _ := class(largest)
	require.Equal(t, classes-1, k)
	k, size := class(largest + 1)
	require.Equal(t, -1, k)
	require.Equal(t, largest+1<<20, size)
}

// clean makes the cache empty and returns the counters from which a test starts.
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
	big := Make[byte](a, largest+1)
	big[largest] = 1
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

func TestCacheIsBounded(t *testing.T) {
	if invariants.Enabled {
		t.Skip("freed blocks are unmapped under invariants")
	}
	clean(t)
	const size = 16 << 20
	a := NewArena()
	for range maxCached/size + 3 {
		Make[byte](a, size)
	}
	Make[byte](a, largest+1)
	a.Release()
	require.EqualValues(t, maxCached, Count().Cached, "and blocks that are too large are not kept")
	// What is new replaces what lies about.
	b := NewArena()
	Make[byte](b, size/2)
	require.EqualValues(t, maxCached-size, Count().Cached)
	for range 100 {
		Make[byte](b, size/2)
	}
	require.EqualValues(t, slack, Count().Cached)
	b.Release()
}

func TestIdleBlocksGo(t *testing.T) {
	if invariants.Enabled {
		t.Skip("freed blocks are unmapped under invariants")
	}
	clean(t)
	a := NewArena()
	Make[byte](a, MinBlock)
	Make[byte](a, 1<<20)
	a.Release()
	blocks.decay()
	require.NotZero(t, Count().Cached, "not yet")
	blocks.mu.Lock()
	for k := range blocks.free {
		for i := range blocks.free[k] {
			blocks.free[k][i].since = time.Now().Add(-idle)
		}
	}
	require.NotNil(t, blocks.timer)
	blocks.mu.Unlock()
	blocks.decay()
	require.Zero(t, Count().Cached)
	require.Nil(t, blocks.timer)
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
