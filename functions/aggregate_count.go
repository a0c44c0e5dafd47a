package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// countAccumulator counts the rows in which no argument is null (count), or the argument is true (count_if).
type countAccumulator struct {
	reader
	counts   []int64
	trueOnly bool
}

func newCount(s *expr.Spec) (expr.Accumulator, error) {
	return &countAccumulator{reader: reader{arena: s.Arena}}, nil
}

func newCountIf(s *expr.Spec) (expr.Accumulator, error) {
	return &countAccumulator{reader: reader{arena: s.Arena}, trueOnly: true}, nil
}

func (a *countAccumulator) Resize(n int) { a.counts = resizedIn(a.arena, a.counts, n, 0) }

// Free implements expr.Freeable.
func (a *countAccumulator) Free() {
	slab.Free(a.arena, a.counts)
	a.counts = nil
}

func (a *countAccumulator) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(groups, args, rows, 1)
	return nil
}

// ReadState implements expr.StateReader: sums count the values that are not null.
func (a *countAccumulator) ReadState(from expr.Accumulator) bool {
	if a.trueOnly {
		return false
	}
	switch from := from.(type) {
	case *exactSum:
		a.counts = countsOf(from.cells)
	case *floatSum:
		a.counts = countsOf(from.cells)
	default:
		return false
	}
	return true
}

// Remove implements expr.Removable.
func (a *countAccumulator) Remove(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(groups, args, rows, -1)
	return nil
}

func (a *countAccumulator) add(groups []int32, args []*columnar.Vector, rows columnar.Rows, sign int64) {
	in := a.skipNulls(groups, rows, args...)
	if a.trueOnly && in.n > 0 {
		a.addTrue(in, columnar.Values[uint8](a.flat(args[0], rows.N, 0)), sign)
		return
	}
	if in.groups == nil {
		if in.n > 0 {
			a.counts[0] += sign * int64(in.n)
		}
		return
	}
	counts := a.counts
	for _, g := range in.groups {
		counts[g] += sign
	}
}

func (a *countAccumulator) addTrue(in input, v []uint8, sign int64) {
	switch {
	case in.groups == nil && in.sel == nil:
		var s int64
		for _, x := range v[:in.n] {
			s += int64(x)
		}
		a.counts[0] += sign * s
	case in.groups == nil:
		var s int64
		for _, r := range in.sel {
			s += int64(v[r])
		}
		a.counts[0] += sign * s
	case in.sel == nil:
		for i, g := range in.groups {
			a.counts[g] += sign * int64(v[i])
		}
	default:
		for i, g := range in.groups {
			a.counts[g] += sign * int64(v[in.sel[i]])
		}
	}
}

func (a *countAccumulator) Partial() ([]*columnar.Vector, error) {
	return []*columnar.Vector{int64Vector(types.BigIntType, a.counts)}, nil
}

// PartialOfLast implements expr.TailReader.
func (a *countAccumulator) PartialOfLast() []*columnar.Vector {
	return []*columnar.Vector{int64Vector(types.BigIntType, a.counts[len(a.counts)-1:])}
}

func (a *countAccumulator) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	v := columnar.Values[int64](a.flat(partial[0], rows.N, 0))
	for i := range in.n {
		r, g := in.row(i)
		a.counts[g] += v[r]
	}
	return nil
}

func (a *countAccumulator) Final() (*columnar.Vector, error) {
	return int64Vector(types.BigIntType, a.counts), nil
}

func (a *countAccumulator) PartialTypes() []types.Type { return []types.Type{types.BigIntType} }

func (a *countAccumulator) Bytes() int64 { return int64(8*cap(a.counts)) + a.bytes() }
