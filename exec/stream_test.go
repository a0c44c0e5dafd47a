package exec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// streamed runs branches into a Stream.
func streamed(q *Query, consume func(*columnar.Batch) error, branches ...Branch) error {
	_, err := q.Run(&Pipeline{Branches: branches, Sink: NewStream([]types.Type{types.BigIntType}, consume)})
	return err
}

// into returns a consumer that adds numbers to out.
func into(out *[]int64) func(*columnar.Batch) error {
	return func(b *columnar.Batch) error {
		if b.Sel != nil || b.Cols[0].Class != columnar.Shared {
			return errors.New("the batch is not the consumer's own")
		}
		*out = append(*out, columnar.Values[int64](b.Cols[0])[:b.N]...)
		return nil
	}
}

func upTo(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}

// before is a step that calls f with every batch before it goes on.
func before(f func(w *Worker, b *columnar.Batch) error) Step {
	return stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
		return func(b *columnar.Batch) error {
			if err := f(w, b); err != nil {
				return err
			}
			return next(b)
		}, nil, nil
	})
}

// eventually waits for what other goroutines bring about.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Error("it did not happen")
			return
		}
	}
}

func TestStreamKeepsOrderOverBranchesAndPhases(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		for _, batch := range []int{1, 3, 64, 4096} {
			for _, memory := range []int64{1, 1 << 30} {
				t.Run(fmt.Sprintf("threads=%d batch=%d memory=%d", threads, batch, memory), func(t *testing.T) {
					q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: batch, Memory: memory})
					defer q.Close()
					var got []int64
					require.NoError(t, streamed(q, into(&got), Branch{Source: &numbers{50, 4, 10, 0}}, Branch{Source: &numbers{1, 1, 7, 4400}, Phase: 1},
						Branch{Source: &numbers{40, 3, 20, 2000}}, Branch{Source: &numbers{0, 0, 0, 0}, Phase: 1}))
					require.Equal(t, upTo(4407), got)
					require.Zero(t, q.Budget().Used())
				})
			}
		}
	}
}

func TestStreamWithoutRows(t *testing.T) {
	for _, threads := range []int{1, 4} {
		q := NewQuery(context.Background(), Options{Threads: threads})
		none := before(func(_ *Worker, b *columnar.Batch) error { b.Sel = []int32{}; return nil })
		for _, src := range []Source{&numbers{0, 1, 1, 0}, &numbers{9, 0, 1, 0}, &numbers{9, 1, 1, 0}} {
			require.NoError(t, streamed(q, func(b *columnar.Batch) error { return fmt.Errorf("%d rows", b.N) }, Branch{Source: src, Steps: []Step{none}}))
		}
		require.NoError(t, q.Close())
	}
}

func TestStreamGivesRowsOfOneMorselBeforeTheNextAreRead(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
		seen := make(chan struct{})
		held := before(func(w *Worker, b *columnar.Batch) error {
			if b.Morsel == 0 {
				return nil
			}
			select {
			case <-seen:
				return nil
			case <-w.Context().Done():
				return w.Err()
			}
		})
		var got []int64
		take := into(&got)
		require.NoError(t, streamed(q, func(b *columnar.Batch) error {
			if len(got) == 0 {
				close(seen)
			}
			return take(b)
		}, Branch{Source: &numbers{20, 2, 5, 0}, Steps: []Step{held}}))
		require.Equal(t, upTo(200), got)
		require.NoError(t, q.Close())
	}
}

// TestStreamHoldsWorkersBack lets the consumer begin only when every worker waits for it.
func TestStreamHoldsWorkersBack(t *testing.T) {
	const threads, batch = 4, 1 << 10
	const limit = 256 << 10
	q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: batch, Memory: 8 * limit})
	defer q.Close()
	var got []int64
	take := into(&got)
	sink := NewStream([]types.Type{types.BigIntType}, nil)
	sink.consume = func(b *columnar.Batch) error {
		if len(got) == 0 {
			eventually(t, func() bool {
				sink.turns.mu.Lock()
				defer sink.turns.mu.Unlock()
				return sink.turns.waiting == threads
			})
			require.LessOrEqual(t, q.Budget().Used(), int64(limit+turnBytes))
		}
		return take(b)
	}
	_, err := q.Run(&Pipeline{Branches: []Branch{{Source: &numbers{16, 50, batch, 0}}}, Sink: sink}) // 6.5 MB
	require.NoError(t, err)
	require.Equal(t, upTo(16*50*batch), got)
	require.LessOrEqual(t, q.Budget().Peak(), int64(limit+turnBytes+8*batch))
	require.Zero(t, q.Budget().Used())
}

// TestStreamLetsTheFirstMorselGoOn has all workers but that of the first morsel wait for their turn before it gives a row.
func TestStreamLetsTheFirstMorselGoOn(t *testing.T) {
	const threads, batch = 4, 1 << 10
	for name, o := range map[string]Options{
		"bytes":  {Memory: 8 * 32 << 10},
		"budget": {Chaos: &Chaos{Refuse: func(int64) bool { return true }}},
	} {
		t.Run(name, func(t *testing.T) {
			o.Threads, o.BatchSize = threads, batch
			q := NewQuery(context.Background(), o)
			defer q.Close()
			var got []int64
			sink := NewStream([]types.Type{types.BigIntType}, into(&got))
			var once sync.Once
			slow := before(func(w *Worker, b *columnar.Batch) error {
				if b.Morsel == 0 {
					once.Do(func() {
						eventually(t, func() bool {
							sink.turns.mu.Lock()
							defer sink.turns.mu.Unlock()
							return sink.turns.waiting == threads-1
						})
					})
				}
				return nil
			})
			_, err := q.Run(&Pipeline{Branches: []Branch{{Source: &numbers{20, 20, batch, 0}, Steps: []Step{slow}}}, Sink: sink})
			require.NoError(t, err)
			require.Equal(t, upTo(400*batch), got)
		})
	}
}

func TestStreamEndsWithItsConsumer(t *testing.T) {
	enough := errors.New("enough")
	for _, threads := range []int{1, 2, 7} {
		for _, after := range []int{0, 1, 100} {
			q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10, Memory: 1 << 12})
			calls := 0
			err := streamed(q, func(b *columnar.Batch) error {
				if calls++; calls > after {
					return enough
				}
				return nil
			}, Branch{Source: &numbers{math.MaxInt32, 2, 10, 0}})
			require.ErrorIs(t, err, enough)
			require.Equal(t, after+1, calls)
			require.Zero(t, q.Budget().Used())
			require.NoError(t, q.Close())
		}
	}
}

func TestStreamPassesTheConsumersPanicOn(t *testing.T) {
	for _, threads := range []int{1, 3} {
		q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
		require.PanicsWithValue(t, "mine", func() {
			_ = streamed(q, func(b *columnar.Batch) error { panic("mine") }, Branch{Source: &numbers{1000, 2, 10, 0}})
		})
		require.NoError(t, q.Close())

		q = NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
		exited := make(chan struct{})
		go func() {
			defer close(exited)
			_ = streamed(q, func(b *columnar.Batch) error { runtime.Goexit(); return nil }, Branch{Source: &numbers{1000, 2, 10, 0}})
		}()
		<-exited
		require.NoError(t, q.Close())
	}
}

func TestStreamReportsErrorsBehindRightRows(t *testing.T) {
	broken := errors.New("broken")
	for _, threads := range []int{1, 2, 7} {
		for name, fail := range map[string]func() error{"error": func() error { return broken }, "panic": func() error { panic("bug") }} {
			t.Run(fmt.Sprintf("%s threads=%d", name, threads), func(t *testing.T) {
				q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
				defer q.Close()
				seen := make(chan struct{})
				var got []int64
				take := into(&got)
				err := streamed(q, func(b *columnar.Batch) error {
					if len(got) == 0 {
						close(seen)
					}
					return take(b)
				}, Branch{Source: &numbers{50, 2, 10, 0}, Steps: []Step{before(func(w *Worker, b *columnar.Batch) error {
					if b.Morsel < 25 {
						return nil
					}
					<-seen
					return fail()
				})}})
				if name == "error" {
					require.ErrorIs(t, err, broken)
				} else {
					require.Equal(t, "INTERNAL_ERROR", sqlerr.As(err).Condition)
				}
				require.NotEmpty(t, got)
				require.Equal(t, upTo(len(got)), got)
				require.LessOrEqual(t, len(got), 500)
			})
		}
	}
}

func TestStreamEndsWithTheContext(t *testing.T) {
	for _, threads := range []int{1, 4} {
		ctx, cancel := context.WithCancel(context.Background())
		q := NewQuery(ctx, Options{Threads: threads, BatchSize: 10})
		var began atomic.Int64
		stuck := before(func(w *Worker, b *columnar.Batch) error {
			if began.Add(1) == int64(threads) {
				cancel() // while the consumer waits for the first row
			}
			<-w.Context().Done()
			return w.Err()
		})
		err := streamed(q, func(*columnar.Batch) error { return errors.New("there are no rows") }, Branch{Source: &numbers{9, 2, 10, 0}, Steps: []Step{stuck}})
		require.Equal(t, "OPERATION_CANCELED", sqlerr.As(err).Condition)
		require.NoError(t, q.Close())

		ctx, cancel = context.WithCancel(context.Background())
		q = NewQuery(ctx, Options{Threads: threads, BatchSize: 10, Memory: 1 << 12})
		err = streamed(q, func(*columnar.Batch) error { cancel(); return nil }, Branch{Source: &numbers{1000, 20, 10, 0}})
		require.Equal(t, "OPERATION_CANCELED", sqlerr.As(err).Condition, "workers wait for room")
		require.Zero(t, q.Budget().Used())
		require.NoError(t, q.Close())
	}
}

func TestStreamGivesRowsHeldBackLast(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
		var morsels, rows atomic.Int64
		hold := stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
			var kept columnar.Batch
			push := func(b *columnar.Batch) error {
				if b.Morsel%2 == 1 {
					columnar.AppendBatch(&kept, b)
					return nil
				}
				morsels.Add(1)
				return next(b)
			}
			return push, func() error { rows.Add(int64(kept.N)); return next(&kept) }, nil
		})
		var got []int64
		require.NoError(t, streamed(q, into(&got), Branch{Source: &numbers{40, 1, 10, 0}, Steps: []Step{hold}}, Branch{Source: &numbers{1, 1, 5, 400}, Phase: 1}))
		require.EqualValues(t, 20, morsels.Load())
		require.EqualValues(t, 200, rows.Load())
		require.Len(t, got, 405)
		for i, x := range got[:200] {
			require.EqualValues(t, i/10*20+i%10, x)
		}
		for _, x := range got[200:400] {
			require.EqualValues(t, 1, x/10%2)
		}
		require.Equal(t, upTo(405)[400:], got[400:])
		require.NoError(t, q.Close())
	}
}

// TestStoppedBranchesAreNotTakenUp has more morsels than could be passed over one by one.
func TestStoppedBranchesAreNotTakenUp(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: 10})
		stop := func(after int64) Step {
			var n atomic.Int64
			return stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
				return func(b *columnar.Batch) error {
					if n.Add(1) > after {
						return ErrStop
					}
					return next(b)
				}, nil, nil
			})
		}
		var got []int64
		require.NoError(t, streamed(q, into(&got), Branch{Source: &numbers{math.MaxInt64 / 2, 1, 10, 0}, Steps: []Step{stop(30)}}))
		require.Len(t, got, 300)
		require.IsIncreasing(t, got)
		require.NoError(t, q.Close())
	}
}
