package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func newMin(s *expr.Spec) (expr.Accumulator, error) { return newExtreme(s, false) }
func newMax(s *expr.Spec) (expr.Accumulator, error) { return newExtreme(s, true) }

// newExtreme returns the accumulator of min or max. Every width that has a machine order gets a loop of its own.
func newExtreme(s *expr.Spec, isMax bool) (expr.Accumulator, error) {
	t := s.Args[0]
	switch w := columnar.WidthOf(t); w {
	case columnar.WBool:
		return newIntExtreme[uint8](t, w, isMax, 0, math.MaxUint8), nil
	case columnar.W8:
		return newIntExtreme[int8](t, w, isMax, math.MinInt8, math.MaxInt8), nil
	case columnar.W16:
		return newIntExtreme[int16](t, w, isMax, math.MinInt16, math.MaxInt16), nil
	case columnar.W32:
		return newIntExtreme[int32](t, w, isMax, math.MinInt32, math.MaxInt32), nil
	case columnar.W64:
		if t.Kind != types.Decimal {
			return newIntExtreme[int64](t, w, isMax, math.MinInt64, math.MaxInt64), nil
		}
	case columnar.WF32:
		return newFloatExtreme[float32](t, w, isMax), nil
	case columnar.WF64:
		return newFloatExtreme[float64](t, w, isMax), nil
	case columnar.WView:
		return newBytesExtreme(t, isMax), nil
	}
	if t.Kind == types.Decimal {
		return &decimalExtreme{t: t, isMax: isMax, narrow: newIntExtreme[int64](t, columnar.W64, isMax, math.MinInt64, math.MaxInt64)}, nil
	}
	return newPick(pickSpec{types: []types.Type{t}, key: 0, isMax: isMax}), nil
}

type machine interface {
	uint8 | int8 | int16 | int32 | int64 | float32 | float64
}

// extreme is min or max over values with a machine order. Groups start with a value that every other replaces, so that loops
// need not ask whether there is one; seen tells groups without rows.
type extreme[T machine] struct {
	reader
	t      types.Type
	width  columnar.Width
	isMax  bool
	start  T
	values []T
	seen   []uint8
}

func newIntExtreme[T machine](t types.Type, w columnar.Width, isMax bool, lo, hi T) *extreme[T] {
	a := &extreme[T]{t: t, width: w, isMax: isMax, start: hi}
	if isMax {
		a.start = lo
	}
	return a
}

// newFloatExtreme starts a minimum with NaN, the largest value, and a maximum with the smallest.
func newFloatExtreme[T float32 | float64](t types.Type, w columnar.Width, isMax bool) *extreme[T] {
	a := &extreme[T]{t: t, width: w, isMax: isMax, start: T(math.NaN())}
	if isMax {
		a.start = T(math.Inf(-1))
	}
	return a
}

// Idempotent implements expr.Idempotent.
func (a *extreme[T]) Idempotent() {}

func (a *extreme[T]) Resize(n int) {
	a.values = resized(a.values, n, a.start)
	a.seen = resized(a.seen, n, 0)
}

func (a *extreme[T]) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	if args[0].Form == columnar.Constant && in.groups == nil {
		in = input{n: 1}
	}
	v := columnar.Values[T](a.flat(args[0], rows.N, 0))
	if a.isMax {
		updateMax(a.values, a.seen, v, in)
	} else {
		updateMin(a.values, a.seen, v, in)
	}
	return nil
}

// For integers the second half of each condition is always false (x != x); for floats it puts NaN above all.

func updateMax[T machine](acc []T, seen []uint8, v []T, in input) {
	switch {
	case in.groups == nil && in.sel == nil:
		m := acc[0]
		for _, x := range v[:in.n] {
			if x > m || x != x {
				m = x
			}
		}
		acc[0], seen[0] = m, 1
	case in.groups == nil:
		m := acc[0]
		for _, r := range in.sel {
			if x := v[r]; x > m || x != x {
				m = x
			}
		}
		acc[0], seen[0] = m, 1
	case in.sel == nil:
		v := v[:len(in.groups)]
		for i, g := range in.groups {
			if x := v[i]; x > acc[g] || x != x {
				acc[g] = x
			}
			seen[g] = 1
		}
	default:
		for i, g := range in.groups {
			if x := v[in.sel[i]]; x > acc[g] || x != x {
				acc[g] = x
			}
			seen[g] = 1
		}
	}
}

func updateMin[T machine](acc []T, seen []uint8, v []T, in input) {
	switch {
	case in.groups == nil && in.sel == nil:
		m := acc[0]
		for _, x := range v[:in.n] {
			if x < m || m != m {
				m = x
			}
		}
		acc[0], seen[0] = m, 1
	case in.groups == nil:
		m := acc[0]
		for _, r := range in.sel {
			if x := v[r]; x < m || m != m {
				m = x
			}
		}
		acc[0], seen[0] = m, 1
	case in.sel == nil:
		v := v[:len(in.groups)]
		for i, g := range in.groups {
			if m := acc[g]; v[i] < m || m != m {
				acc[g] = v[i]
			}
			seen[g] = 1
		}
	default:
		for i, g := range in.groups {
			x := v[in.sel[i]]
			if m := acc[g]; x < m || m != m {
				acc[g] = x
			}
			seen[g] = 1
		}
	}
}

func (a *extreme[T]) Final() (*columnar.Vector, error) {
	out := columnar.NewWidth(a.t, a.width, len(a.values))
	copyFixed(out, a.values)
	return setNulls(out, func(g int) bool { return a.seen[g] == 0 }), nil
}

// copyFixed stores state into a vector; machine types are all vector types, which the compiler cannot conclude from two constraints.
func copyFixed[T machine](out *columnar.Vector, state []T) {
	copy(columnar.Values[T](out), state)
}

func (a *extreme[T]) Partial() ([]*columnar.Vector, error) { return finalAsPartial(a) }

func (a *extreme[T]) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	return a.Update(groups, partial, rows)
}

func (a *extreme[T]) PartialTypes() []types.Type { return []types.Type{a.t} }

func (a *extreme[T]) Bytes() int64 {
	return int64(a.width.Bytes()*cap(a.values)+cap(a.seen)) + a.bytes()
}

// finalAsPartial serves aggregates whose state is their result.
func finalAsPartial(a expr.Accumulator) ([]*columnar.Vector, error) {
	v, err := a.Final()
	return []*columnar.Vector{v}, err
}

// decimalExtreme is min or max over decimals: in 64 bits until a vector of 128 bits arrives.
type decimalExtreme struct {
	reader
	t      types.Type
	isMax  bool
	narrow *extreme[int64]
	wide   []types.Int128 // nil while narrow holds the values
}

func (a *decimalExtreme) Resize(n int) {
	a.narrow.Resize(n)
	if a.wide != nil {
		a.wide = resized(a.wide, n, a.start())
	}
}

func (a *decimalExtreme) start() types.Int128 {
	if a.isMax {
		return types.Int128{Hi: math.MinInt64}
	}
	return types.Int128{Hi: math.MaxInt64, Lo: math.MaxUint64}
}

func (a *decimalExtreme) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	v := args[0]
	if v.Width == columnar.W64 && a.wide == nil {
		return a.narrow.Update(groups, args, rows)
	}
	in := a.skipNulls(groups, rows, v)
	if in.n == 0 {
		return nil
	}
	if a.wide == nil {
		a.widen()
	}
	v = a.flat(v, rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		x := decimalAt(v, r)
		if c := x.Cmp(a.wide[g]); c > 0 && a.isMax || c < 0 && !a.isMax {
			a.wide[g] = x
		}
		a.narrow.seen[g] = 1
	}
	return nil
}

func (a *decimalExtreme) widen() {
	a.wide = resized[types.Int128](nil, len(a.narrow.values), a.start())
	for g, x := range a.narrow.values {
		if a.narrow.seen[g] != 0 {
			a.wide[g] = types.Int128Of(x)
		}
	}
}

func (a *decimalExtreme) Final() (*columnar.Vector, error) {
	if a.wide == nil {
		return a.narrow.Final()
	}
	out := vectorOf(a.t, columnar.W128, a.wide)
	return setNulls(out, func(g int) bool { return a.narrow.seen[g] == 0 }), nil
}

func (a *decimalExtreme) Partial() ([]*columnar.Vector, error) { return finalAsPartial(a) }

func (a *decimalExtreme) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	return a.Update(groups, partial, rows)
}

func (a *decimalExtreme) PartialTypes() []types.Type { return []types.Type{a.t} }

func (a *decimalExtreme) Bytes() int64 { return a.narrow.Bytes() + int64(16*cap(a.wide)) + a.bytes() }
