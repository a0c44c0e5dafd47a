package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// vectorAggregates add vectors up.
func vectorAggregates() []*expr.Func {
	sigs := []expr.Sig{returns(types.ArrayOf(types.FloatType, false), classVector)}
	return []*expr.Func{
		{Name: "vector_sum", Kind: expr.AggregateFunc, Group: vectorGroup, Since: "4.2.0", Usage: "vector_sum(v) - Returns the sum of the vectors, element by element.",
			Examples: []expr.Example{{SQL: "SELECT vector_sum(col) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(col)", Want: "[4.0,6.0]"}},
			Sigs:     sigs, AlwaysNull: true, Fallible: true, NewAccumulator: func(s *expr.Spec) (expr.Accumulator, error) { return &vectorTotal{spec: s}, nil }},
		{Name: "vector_avg", Kind: expr.AggregateFunc, Group: vectorGroup, Since: "4.2.0", Usage: "vector_avg(v) - Returns the mean of the vectors, element by element.",
			Examples: []expr.Example{{SQL: "SELECT vector_avg(col) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(col)", Want: "[2.0,3.0]"}},
			Sigs:     sigs, AlwaysNull: true, Fallible: true, NewAccumulator: func(s *expr.Spec) (expr.Accumulator, error) { return &vectorTotal{spec: s, avg: true}, nil }},
	}
}

// vectorTotal is vector_sum and vector_avg: the sum of the vectors that hold no null, in doubles, and their number.
type vectorTotal struct {
	reader
	spec   *expr.Spec
	avg    bool
	sums   [][]float64
	counts []int64
	bytes  int64
}

func (a *vectorTotal) Resize(n int) {
	a.sums = resized(a.sums, n, nil)
	a.counts = resized(a.counts, n, 0)
}

// total returns the sum of a group, of the dimension of the first vector.
func (a *vectorTotal) total(g, dim int) ([]float64, error) {
	if a.counts[g] == 0 {
		a.sums[g] = make([]float64, dim)
		a.bytes += int64(8 * dim)
	}
	if len(a.sums[g]) != dim {
		return nil, sqlerr.New("VECTOR_DIMENSION_MISMATCH", a.spec.Pos, "Vectors must have the same dimension, but got %d and %d.", len(a.sums[g]), dim)
	}
	return a.sums[g], nil
}

func (a *vectorTotal) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	spans := columnOf[columnar.Span](args[0])
	for i := range in.n {
		r, g := in.row(i)
		xs, ok := floats(args[0].Children[0], spans.at(r))
		if !ok {
			continue
		}
		sum, err := a.total(g, len(xs))
		if err != nil {
			return err
		}
		for j, x := range xs {
			sum[j] += float64(x)
		}
		a.counts[g]++
	}
	return nil
}

// PartialTypes are the sum and the number of vectors.
func (a *vectorTotal) PartialTypes() []types.Type {
	return []types.Type{types.ArrayOf(types.DoubleType, false), types.BigIntType}
}

func (a *vectorTotal) Partial() ([]*columnar.Vector, error) {
	ts := a.PartialTypes()
	sums, counts := columnar.New(ts[0], len(a.sums)), columnar.New(ts[1], len(a.sums))
	copy(columnar.Values[int64](counts), a.counts)
	spans, child := columnar.Values[columnar.Span](sums), sums.Children[0]
	for g, sum := range a.sums {
		at := child.Len
		spans[g] = columnar.Span{Off: int32(at), Len: int32(len(sum))}
		child.Grow(at + len(sum))
		copy(columnar.Values[float64](child)[at:], sum)
	}
	return []*columnar.Vector{sums, counts}, nil
}

func (a *vectorTotal) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0], partial[1])
	spans, counts := columnOf[columnar.Span](partial[0]), columnOf[int64](partial[1])
	child := a.flat(partial[0].Children[0], partial[0].Children[0].Len, 0)
	for i := range in.n {
		r, g := in.row(i)
		n := counts.at(r)
		if n == 0 {
			continue
		}
		s := spans.at(r)
		sum, err := a.total(g, int(s.Len))
		if err != nil {
			return err
		}
		for j, x := range columnar.Values[float64](child)[s.Off : s.Off+s.Len] {
			sum[j] += x
		}
		a.counts[g] += n
	}
	return nil
}

func (a *vectorTotal) Final() (*columnar.Vector, error) {
	v := columnar.New(a.spec.Result, len(a.sums))
	spans, child := columnar.Values[columnar.Span](v), v.Children[0]
	for g, sum := range a.sums {
		at := child.Len
		spans[g] = columnar.Span{Off: int32(at), Len: int32(len(sum))}
		if a.counts[g] == 0 {
			v.SetNull(g)
			continue
		}
		by := 1.0
		if a.avg {
			by = float64(a.counts[g])
		}
		child.Grow(at + len(sum))
		for j, x := range sum {
			columnar.Values[float32](child)[at+j] = float32(x / by)
		}
	}
	return v, nil
}

func (a *vectorTotal) Bytes() int64 { return a.bytes + int64(32*cap(a.sums)+4*cap(a.sel)) }
