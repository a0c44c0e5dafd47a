package budget

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBudget(t *testing.T) {
	b := New(100)
	require.True(t, b.Reserve(60))
	require.False(t, b.Reserve(41))
	require.True(t, b.Reserve(40))
	b.Force(5)
	require.EqualValues(t, 105, b.Used())
	require.False(t, b.Reserve(1))
	require.True(t, b.Reserve(0))
	b.Release(105)
	require.Zero(t, b.Used())
	require.EqualValues(t, 105, b.Peak())
	require.True(t, Refused(b.OutOfMemory("A test", 7)))
	require.ErrorContains(t, b.OutOfMemory("A test", 7), "sparrow.memory")
	require.False(t, Refused(nil))
	require.True(t, New(0).Reserve(1<<60), "no limit")
	require.Positive(t, Default())
}

func TestBudgetIsNeverExceeded(t *testing.T) {
	b := New(1000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 1000 {
				if b.Reserve(300) {
					b.Release(300)
				}
			}
		}()
	}
	wg.Wait()
	require.Zero(t, b.Used())
	require.LessOrEqual(t, b.Peak(), int64(1000))
}
