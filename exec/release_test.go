package exec

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// numbersIn returns an output of chunks of n bigints each in slabs.
func numbersIn(q *Query, chunks, n int) *StageOutput {
	a := q.NewArena()
	var out []Chunk
	for range chunks {
		v := columnar.NewIn(a, types.BigIntType, columnar.W64, n)
		for i := range n {
			columnar.Values[int64](v)[i] = int64(i)
		}
		v.Finish()
		out = append(out, Chunk{Batch: &columnar.Batch{Cols: []*columnar.Vector{v}, N: n}})
	}
	return NewOutput(q, a, []types.Type{types.BigIntType}, out)
}

// TestReleaseOfOutputs checks that memory and budget go with the last output that refers to them.
func TestReleaseOfOutputs(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 2})
	before := slab.Count().InUse
	held := func() int64 { return slab.Count().InUse - before }

	values := numbersIn(q, 1, 10_000)
	flat, err := values.Flat()
	require.NoError(t, err)
	a := q.NewArena()
	codes := columnar.NewIn(a, types.BigIntType, columnar.W64, 0)
	columnar.Append(codes, columnar.NewDictionary(flat.Cols[0], columnar.Identity(10_000)), columnar.AllRows(10_000))
	codes.Finish()
	refers := NewOutput(q, a, values.Types(), []Chunk{{Batch: &columnar.Batch{Cols: []*columnar.Vector{codes}, N: codes.Len}}})
	index := values.NewArena()
	slab.Make[int32](index, 10_000)
	require.True(t, q.Budget().Reserve(40_000))
	values.HoldsIndex(q, 40_000)

	all := q.Budget().Used()
	require.Equal(t, values.Bytes+refers.Bytes+40_000, all)
	values.Release()
	require.Equal(t, all, q.Budget().Used(), "the other output has codes of it")
	require.Equal(t, int64(9_999), codes.Value(9_999))
	refers.Release()
	require.Zero(t, q.Budget().Used())
	require.Zero(t, held(), "the index goes, too")

	numbersIn(q, 3, 10_000)
	require.NotZero(t, held())
	require.NoError(t, q.Close())
	require.Zero(t, held(), "what is left goes with the query")
	require.Zero(t, q.Budget().Used())
}

// TestFlatReplacesChunks checks that putting chunks together frees them, unless a source reads them.
func TestFlatReplacesChunks(t *testing.T) {
	q := NewQuery(context.Background(), Options{Threads: 2})
	defer q.Close()
	before := slab.Count().Blocks
	s := numbersIn(q, 3, 10_000)
	require.Equal(t, 3, slab.Count().Blocks-before)
	_, err := s.Flat()
	require.NoError(t, err)
	require.Equal(t, 1, slab.Count().Blocks-before)
	s.Release()

	s = numbersIn(q, 3, 10_000)
	src := s.Source()
	_, err = s.Flat()
	require.NoError(t, err)
	rows := 0
	require.NoError(t, q.Parallel(1, func(w *Worker, _ int) error {
		r, err := src.NewReader(w)
		if err != nil {
			return err
		}
		for m := range src.Morsels() {
			if err := r.Open(m); err != nil {
				return err
			}
			for b := (columnar.Batch{}); ; {
				ok, err := r.Next(&b)
				if err != nil || !ok {
					break
				}
				for i, x := range columnar.Values[int64](b.Cols[0]) {
					require.Equal(t, int64((rows+i)%10_000), x)
				}
				rows += b.N
			}
		}
		return nil
	}))
	require.Equal(t, 30_000, rows)
	s.Release()
	require.Equal(t, before, slab.Count().Blocks)
}

// TestLentBatches checks, in builds with the tag, that a step which keeps what it was lent sees garbage.
func TestLentBatches(t *testing.T) {
	var kept *columnar.Vector
	push := lending(func(b *columnar.Batch) error { kept = b.Cols[0]; return nil })
	v := columnar.New(types.BigIntType, 2)
	clear(columnar.Values[int64](v))
	require.NoError(t, push(&columnar.Batch{Cols: []*columnar.Vector{v}, N: 2}))
	require.NotEqual(t, int64(0), kept.Value(0))
	require.Equal(t, int64(0), v.Value(0))
}
