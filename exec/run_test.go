package exec

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// numbers is a source of morsels×perMorsel batches of rows numbers each.
type numbers struct{ morsels, perMorsel, rows, from int }

func (s *numbers) Morsels() int                        { return s.morsels }
func (s *numbers) NewReader(w *Worker) (Reader, error) { return &numbersReader{s: s}, nil }

type numbersReader struct {
	s      *numbers
	m, seq int
	v      columnar.Vector
}

func (r *numbersReader) Open(m int) error { r.m, r.seq = m, 0; return nil }
func (r *numbersReader) Close() error     { return nil }
func (r *numbersReader) Next(b *columnar.Batch) (bool, error) {
	if r.seq == r.s.perMorsel {
		return false, nil
	}
	r.v.Reset(types.BigIntType, columnar.W64, r.s.rows)
	for i := range r.s.rows {
		columnar.Values[int64](&r.v)[i] = int64(r.s.from + (r.m*r.s.perMorsel+r.seq)*r.s.rows + i)
	}
	*b = columnar.Batch{Cols: []*columnar.Vector{&r.v}, N: r.s.rows, Morsel: r.m, Seq: r.seq}
	r.seq++
	return true, nil
}

// collect keeps all batches and puts them in order.
type collect struct{ batches []*columnar.Batch }
type localCollect struct{ batches []*columnar.Batch }

func (c *collect) Name() string                          { return "collect" }
func (c *collect) NewLocal(w *Worker) (LocalSink, error) { return &localCollect{}, nil }
func (c *collect) Combine(l LocalSink) error {
	c.batches = append(c.batches, l.(*localCollect).batches...)
	return nil
}
func (l *localCollect) Consume(b *columnar.Batch) error {
	keep := &columnar.Batch{Morsel: b.Morsel, Seq: b.Seq}
	columnar.AppendBatch(keep, b)
	l.batches = append(l.batches, keep)
	return nil
}
func (c *collect) Finalize(q *Query) (*StageOutput, error) {
	sort.Slice(c.batches, func(i, j int) bool {
		a, b := c.batches[i], c.batches[j]
		return a.Morsel < b.Morsel || a.Morsel == b.Morsel && a.Seq < b.Seq
	})
	return NewStageOutput(q, []types.Type{types.BigIntType}, c.batches), nil
}

type stepFunc func(w *Worker, next Push) (Push, func() error, error)

func (f stepFunc) Name() string                                         { return "test" }
func (f stepFunc) New(w *Worker, next Push) (Push, func() error, error) { return f(w, next) }

func all(t *testing.T, q *Query, s *StageOutput) []int64 {
	var out []int64
	require.NoError(t, s.Each(q, func(b *columnar.Batch) error {
		for i := range b.Rows().Count() {
			out = append(out, b.Cols[0].Value(b.Rows().Row(i)).(int64))
		}
		return nil
	}))
	return out
}

func TestRunKeepsOrderOverBranchesAndPhases(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		for _, batch := range []int{1, 3, 64, 100, 4096} {
			t.Run(fmt.Sprintf("threads=%d batch=%d", threads, batch), func(t *testing.T) {
				q := NewQuery(context.Background(), Options{Threads: threads, BatchSize: batch})
				defer q.Close()
				var before, after atomic.Int64
				count := func(n *atomic.Int64) Step {
					return stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
						return func(b *columnar.Batch) error { n.Add(1); return next(b) }, nil, nil
					})
				}
				late := stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
					return func(b *columnar.Batch) error {
						if before.Load() != 20+12 {
							return errors.New("phase 1 began before phase 0 was done")
						}
						return next(b)
					}, nil, nil
				})
				out, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{
					{Source: &numbers{5, 4, 10, 0}, Steps: []Step{count(&before)}},
					{Source: &numbers{3, 1, 7, 500}, Steps: []Step{late, count(&after)}, Phase: 1},
					{Source: &numbers{4, 3, 20, 200}, Steps: []Step{count(&before)}},
				}})
				require.NoError(t, err)
				var want []int64
				for i := range 200 + 240 {
					want = append(want, int64(i))
				}
				for i := range 21 {
					want = append(want, int64(500+i))
				}
				require.Equal(t, want, all(t, q, out))
				require.EqualValues(t, len(want), out.Rows)

				again, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: out.Source()}}})
				require.NoError(t, err)
				require.Equal(t, want, all(t, q, again))
				flat, err := out.Flat()
				require.NoError(t, err)
				require.Equal(t, want, columnar.Values[int64](flat.Cols[0]))
				require.Equal(t, []ColumnFacts{{Min: int64(0), Max: int64(520), Known: true}}, out.Facts())
			})
		}
	}
}

func TestStopEndsOneBranch(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 2})
	defer q.Close()
	var left atomic.Int64
	left.Store(3)
	limit := stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
		return func(b *columnar.Batch) error {
			if left.Add(-1) < 0 {
				return ErrStop
			}
			return next(b)
		}, nil, nil
	})
	out, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{
		{Source: &numbers{1000, 1000, 1, 0}, Steps: []Step{limit}}, {Source: &numbers{2, 2, 5, 0}}}})
	require.NoError(t, err)
	require.EqualValues(t, 3+20, out.Rows)
}

func TestFinishRunsFromTheSourceOn(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 1})
	defer q.Close()
	var order []string
	hold := func(name string) Step {
		return stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
			var held []*columnar.Batch
			return func(b *columnar.Batch) error {
					k := &columnar.Batch{Morsel: b.Morsel, Seq: b.Seq}
					columnar.AppendBatch(k, b)
					held = append(held, k)
					return nil
				}, func() error {
					order = append(order, name)
					for _, b := range held {
						if err := next(b); err != nil {
							return err
						}
					}
					return nil
				}, nil
		})
	}
	out, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: &numbers{2, 2, 3, 0}, Steps: []Step{hold("a"), hold("b")}}}})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, order)
	require.EqualValues(t, 12, out.Rows)
}

// halve passes every second batch on.
type halve struct{ _ int } // not of size zero: pointers tell steps apart

func (*halve) Name() string { return "halve" }
func (*halve) New(w *Worker, next Push) (Push, func() error, error) {
	return func(b *columnar.Batch) error {
		if b.Seq%2 == 0 {
			return nil
		}
		time.Sleep(time.Millisecond)
		return next(b)
	}, nil, nil
}

func TestMetricsCountWhatOperatorsGive(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 3})
	defer q.Close()
	src, step, sink := &numbers{5, 4, 10, 0}, &halve{}, &collect{}
	require.Nil(t, q.Metrics(src))
	_, err := q.Run(&Pipeline{Sink: sink, Branches: []Branch{{Source: src, Steps: []Step{step}}}})
	require.NoError(t, err)
	require.EqualValues(t, 200, q.Metrics(src).Rows())
	require.EqualValues(t, 20, q.Metrics(src).Batches())
	require.EqualValues(t, 100, q.Metrics(step).Rows())
	require.GreaterOrEqual(t, q.Metrics(step).Time(), 10*time.Millisecond)
	require.Less(t, q.Metrics(sink).Time(), q.Metrics(step).Time())
}

func TestErrorsAndPanicsEndTheRun(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 4})
	defer q.Close()
	fail := func(f func()) error {
		_, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: &numbers{1 << 30, 1, 1, 0}, Steps: []Step{
			stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
				n := 0
				return func(b *columnar.Batch) error {
					if n++; n == 10 {
						f()
						return errors.New("tenth")
					}
					return nil
				}, nil, nil
			})}}}})
		return err
	}
	require.EqualError(t, fail(func() {}), "tenth")
	err := fail(func() { panic("boom") })
	require.Equal(t, "INTERNAL_ERROR", sqlerr.As(err).Condition)
	var p *Panic
	require.ErrorAs(t, err, &p)
	require.Contains(t, string(p.Stack), "run_test.go")
	require.NoError(t, q.Err(), "a failed run leaves the query usable")

	q.Go(func() error { panic("loose") })
	<-q.Context().Done()
	require.Equal(t, "INTERNAL_ERROR", sqlerr.As(q.Err()).Condition)
}

func TestCancellationIsPrompt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	q := NewQuery(ctx, Options{Threads: 2})
	defer q.Close()
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	_, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: &numbers{1, 1 << 40, 1, 0}, Steps: []Step{
		stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
			return func(b *columnar.Batch) error { return nil }, nil, nil
		})}}}})
	require.Less(t, time.Since(start), 120*time.Millisecond)
	require.Equal(t, "OPERATION_CANCELED", sqlerr.As(err).Condition)
	require.ErrorIs(t, err, context.Canceled)
	require.Error(t, q.Parallel(3, func(*Worker, int) error { return nil }))
}

func TestParallelAndClose(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 3, Memory: 100})
	var sum atomic.Int64
	require.NoError(t, q.Parallel(100, func(w *Worker, task int) error { sum.Add(int64(task)); return nil }))
	require.EqualValues(t, 4950, sum.Load())
	require.EqualError(t, q.Parallel(100, func(w *Worker, task int) error { return errors.New("no") }), "no")
	closed := 0
	q.OnClose(func() error { closed++; return nil })
	require.True(t, q.Budget().Reserve(60))
	require.False(t, q.Budget().Reserve(41))
	require.NoError(t, q.Close())
	require.NoError(t, q.Close())
	require.Equal(t, 1, closed)
}

func TestIndexIsMadeOnce(t *testing.T) {
	q := NewQuery(context.Background(), Options{})
	defer q.Close()
	s := NewStageOutput(q, []types.Type{types.BigIntType}, nil)
	n := 0
	for range 2 {
		x, err := s.Index("k", false, func() (any, error) { n++; return n, nil })
		require.NoError(t, err)
		require.Equal(t, 1, x)
	}
	flat, err := s.Flat()
	require.NoError(t, err)
	require.Zero(t, flat.N)
}

func TestSpilledOutput(t *testing.T) {
	for _, memory := range []int64{0, 2000} {
		q := NewQuery(context.Background(), Options{Threads: 2, BatchSize: 3, Memory: memory, TempDir: t.TempDir()})
		ts := []types.Type{types.BigIntType}
		w, err := q.Spill().Create("test", ts)
		require.NoError(t, err)
		var chunks []Chunk
		var want []int64
		for i := range 6 {
			v := columnar.New(types.BigIntType, 100)
			for k := range 100 {
				columnar.Values[int64](v)[k] = int64(i*100 + k)
				want = append(want, int64(i*100+k))
			}
			b := &columnar.Batch{Cols: []*columnar.Vector{v}, N: 100}
			if i%3 == 1 {
				chunks = append(chunks, Chunk{Batch: b})
				continue
			}
			require.NoError(t, w.Write(b))
			chunks = append(chunks, Chunk{File: w.Finish(), Block: w.Finish().Blocks() - 1})
		}
		s := NewOutput(q, q.NewArena(), ts, chunks)
		require.True(t, s.Spilled())
		require.EqualValues(t, 600, s.Rows)
		require.Equal(t, want, all(t, q, s))
		again, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: s.Source()}}})
		require.NoError(t, err)
		require.Equal(t, want, all(t, q, again))
		flat, err := s.Flat()
		if memory > 0 {
			require.Equal(t, "UNABLE_TO_ACQUIRE_MEMORY", sqlerr.As(err).Condition)
		} else {
			require.NoError(t, err)
			require.Equal(t, want, columnar.Values[int64](flat.Cols[0]))
			require.False(t, s.Spilled())
		}
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
	}
}

// TestMorselsOfARestHaveTheirOwnNumbers runs what an ended run left, with another branch behind it.
func TestMorselsOfARestHaveTheirOwnNumbers(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 1})
	defer q.Close()
	out, rest, err := q.RunSome(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: &numbers{10, 1, 5, 0}}}, MaxRows: 30})
	require.NoError(t, err)
	require.Equal(t, upTo(35), all(t, q, out))
	require.Equal(t, 3, rest.Unread)
	sink := &collect{}
	out, err = q.Run(&Pipeline{Sink: sink, Branches: append(rest.Branches, Branch{Source: &numbers{9, 1, 5, 50}})})
	require.NoError(t, err)
	require.Equal(t, upTo(95)[35:], all(t, q, out))
	seen := map[int]bool{}
	for _, b := range sink.batches {
		require.False(t, seen[b.Morsel], "two batches of morsel %d", b.Morsel)
		seen[b.Morsel] = true
	}
}
