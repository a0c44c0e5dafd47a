package exec

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// limited returns a query of so much memory that files go to a folder of the test.
func limited(t *testing.T, memory int64) *Query {
	q := NewQuery(context.Background(), Options{Threads: 2, Memory: memory, TempDir: t.TempDir()})
	t.Cleanup(func() {
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
	})
	return q
}

// upToEach is what numbersIn(q, chunks, n) has.
func upToEach(chunks, n int) (out []int64) {
	for range chunks {
		out = append(out, upTo(n)...)
	}
	return out
}

// copyOf reads an output by a pipeline, whose loans end with it.
func copyOf(t *testing.T, q *Query, s *StageOutput) []int64 {
	out, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: s.Source()}}})
	require.NoError(t, err)
	defer out.Release()
	return all(t, q, out)
}

// TestRefusedMemoryReclaimsTheLargest checks that the largest idle output goes to a file, that its memory is there for who asked, and that all its
// rows are read from the file.
func TestRefusedMemoryReclaimsTheLargest(t *testing.T) {
	q := limited(t, 400_000)
	small, large := numbersIn(q, 1, 10_000), numbersIn(q, 3, 10_000)
	before := slab.Count().InUse
	made := 0
	index := func(s *StageOutput, ofRows bool) {
		_, err := s.Index("of rows", ofRows, func() (any, error) { made++; return nil, nil })
		require.NoError(t, err)
	}
	index(large, true)
	require.True(t, q.Budget().Claim(200_000, 0))
	require.False(t, small.Spilled())
	require.True(t, large.Spilled())
	require.Greater(t, q.Spill().Written(), int64(240_000))
	require.LessOrEqual(t, q.Budget().Used(), int64(400_000))
	require.LessOrEqual(t, slab.Count().InUse, before-240_000)
	index(large, true)
	require.Equal(t, 2, made, "an index of rows goes with them")

	q.Budget().Release(200_000)
	require.Equal(t, upToEach(3, 10_000), copyOf(t, q, large))
	flat, err := large.Flat()
	require.NoError(t, err)
	require.Equal(t, upToEach(3, 10_000), columnar.Values[int64](flat.Cols[0]))
	require.False(t, large.Spilled())
	small.Release()
	large.Release()
	require.Zero(t, q.Budget().Used())
}

// TestWhatIsNotReclaimed checks each reason to leave an output where it is.
func TestWhatIsNotReclaimed(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(q *Query, s *StageOutput)
		own, n  int64
		later   bool // it can be reclaimed once a pipeline has ended
	}{
		"the asker holds more":    {func(*Query, *StageOutput) {}, 300_000, 200_000, false},
		"it would not be enough":  {func(*Query, *StageOutput) {}, 0, 500_000, false},
		"a pipeline will read it": {func(q *Query, s *StageOutput) { s.Source() }, 0, 200_000, true},
		"a pipeline has it whole": {func(q *Query, s *StageOutput) { s.Flat() }, 0, 200_000, true},
		"a pipeline has chunks":   {func(q *Query, s *StageOutput) { s.Chunks() }, 0, 200_000, true},
		"some of it is unread": {func(q *Query, s *StageOutput) {
			_, rest, err := q.RunSome(&Pipeline{Sink: &collect{}, MaxRows: 1, Branches: []Branch{{Source: s.Source()}}})
			require.NoError(t, err)
			require.NotNil(t, rest)
		}, 0, 200_000, false},
		"another output has codes of it": {func(q *Query, s *StageOutput) {
			flat, err := s.Flat()
			require.NoError(t, err)
			a := q.NewArena()
			codes := columnar.NewIn(a, types.BigIntType, columnar.W64, 0)
			columnar.Append(codes, columnar.NewDictionary(flat.Cols[0], columnar.Identity(10)), columnar.AllRows(10))
			codes.Finish()
			NewOutput(q, a, s.Types(), []Chunk{{Batch: &columnar.Batch{Cols: []*columnar.Vector{codes}, N: codes.Len}}})
			q.returned(nil)
		}, 0, 200_000, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := limited(t, 600_000)
			s := numbersIn(q, 3, 10_000)
			c.prepare(q, s)
			used := q.Budget().Used()
			n := c.n + 600_000 - used - 100_000
			require.False(t, q.Budget().Claim(n, c.own))
			require.False(t, s.Spilled())
			require.Zero(t, q.Spill().Written())
			require.Equal(t, used, q.Budget().Used())
			require.Equal(t, upToEach(3, 10_000), all(t, q, s))
			if c.later {
				copyOf(t, q, s)
				require.True(t, q.Budget().Claim(n, c.own))
				require.True(t, s.Spilled())
				q.Budget().Release(n)
			}
		})
	}
}

// TestGivenBack checks that an output is idle before the end of the pipeline if every borrower has given it back.
func TestGivenBack(t *testing.T) {
	q := limited(t, 600_000)
	s := numbersIn(q, 3, 10_000)
	_, err := s.Flat()
	require.NoError(t, err)
	src := s.Source()
	s.GiveBack()
	require.False(t, q.Budget().Claim(400_000, 0), "the source has it")
	require.NotNil(t, src)
	s.GiveBack()
	require.True(t, q.Budget().Claim(400_000, 0))
	require.True(t, s.Spilled())
	q.Budget().Release(400_000)
	s.Source()
	require.Equal(t, upToEach(3, 10_000), copyOf(t, q, s))
	require.Equal(t, home, s.loan)
}

// TestFailedReclaim checks that an output which cannot be written stays where it is.
func TestFailedReclaim(t *testing.T) {
	var fails atomic.Bool
	q := NewQuery(context.Background(), Options{Memory: 300_000, TempDir: t.TempDir(), Chaos: &Chaos{Interrupt: func() error {
		if fails.Load() {
			return errors.New("no room")
		}
		return nil
	}}})
	defer q.Close()
	s := numbersIn(q, 3, 10_000)
	fails.Store(true)
	require.False(t, q.Budget().Claim(200_000, 0))
	fails.Store(false)
	require.False(t, s.Spilled())
	require.Equal(t, upToEach(3, 10_000), all(t, q, s))
	require.True(t, q.Budget().Claim(200_000, 0))
	require.True(t, s.Spilled())
	require.Equal(t, upToEach(3, 10_000), all(t, q, s))
}

// TestReclaimWhileReading lets workers ask for memory while they read one output: others go, this one stays.
func TestReclaimWhileReading(t *testing.T) {
	q := limited(t, 1_000_000)
	read := numbersIn(q, 3, 10_000)
	var idle []*StageOutput
	for range 8 {
		idle = append(idle, numbersIn(q, 1, 10_000))
	}
	asked := stepFunc(func(w *Worker, next Push) (Push, func() error, error) {
		return func(b *columnar.Batch) error {
			const n = 400_000
			if q.Budget().Claim(n, 0) {
				defer q.Budget().Release(n)
			}
			return next(b)
		}, nil, nil
	})
	out, err := q.Run(&Pipeline{Sink: &collect{}, Branches: []Branch{{Source: read.Source(), Steps: []Step{asked}}}})
	require.NoError(t, err)
	require.Equal(t, upToEach(3, 10_000), all(t, q, out))
	require.False(t, read.Spilled())
	written := 0
	for _, s := range idle {
		if s.Spilled() {
			written++
		}
		require.Equal(t, upTo(10_000), all(t, q, s))
	}
	require.GreaterOrEqual(t, written, 3)
}
