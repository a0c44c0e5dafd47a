package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// sumCell is the state of one group: sum and count lie together because each row touches both.
type sumCell[S int64 | float64] struct {
	sum S
	n   int64
}

// countsOf returns the counts of cells.
func countsOf[S int64 | float64](cells []sumCell[S]) []int64 {
	counts := make([]int64, len(cells))
	for g, c := range cells {
		counts[g] = c.n
	}
	return counts
}

// exactSum is sum and avg over integers, decimals and intervals. A group's total is high + sum. sum is a plain int64, because
// real sums fit; high appears when one does not. The total is exact, so only the final value is checked for overflow, and the order
// of rows does not matter.
type exactSum struct {
	reader
	spec  *expr.Spec
	avg   bool
	mode  expr.Mode
	cells []sumCell[int64]
	high  []types.Int128 // nil until needed
	// room is how much unchecked additions may still move any sum before it could overflow.
	room uint64
	// values are those of codes that are not added up as they are.
	values columnar.Vector
}

// overflowed marks a group whose 128-bit total wrapped around; no decimal has this value.
var overflowed = types.Int128{Hi: math.MinInt64}

func newExactSum(s *expr.Spec, avg bool, mode expr.Mode) *exactSum {
	return &exactSum{reader: reader{arena: s.Arena}, spec: s, avg: avg, mode: mode, room: math.MaxInt64}
}

func (a *exactSum) Resize(n int) {
	a.cells = resizedIn(a.arena, a.cells, n, sumCell[int64]{})
	if a.high != nil {
		a.high = resizedIn(a.arena, a.high, n, types.Int128{})
	}
}

// Free implements expr.Freeable.
func (a *exactSum) Free() {
	slab.Free(a.arena, a.cells)
	slab.Free(a.arena, a.high)
	a.cells, a.high = nil, nil
}

func (a *exactSum) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(a.skipNulls(groups, rows, args[0]), args[0], rows.N, 1)
	return nil
}

// ReadsCodes implements expr.CodeReader.
func (a *exactSum) ReadsCodes() {}

// ReadState implements expr.StateReader.
func (a *exactSum) ReadState(from expr.Accumulator) bool {
	b, ok := from.(*exactSum)
	if ok {
		a.cells, a.high = b.cells, b.high
	}
	return ok
}

// Remove implements expr.Removable.
func (a *exactSum) Remove(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(a.skipNulls(groups, rows, args[0]), args[0], rows.N, -1)
	return nil
}

func (a *exactSum) add(in input, v *columnar.Vector, n int, sign int64) {
	if in.n == 0 {
		return
	}
	unchecked := a.reserve(bound(v), in.n)
	if v.Form == columnar.Dictionary {
		if unchecked && v.Dict.Width != columnar.W128 {
			a.cells[0].sum += sign * sumOfCodes(v, in)
			a.cells[0].n += sign * int64(in.n)
			return
		}
		v = columnar.Flatten(&a.values, v, columnar.Rows{Sel: in.sel, N: n})
	}
	v = a.flat(v, n, 0)
	switch v.Width {
	case columnar.W8:
		addInts(a, columnar.Values[int8](v), in, sign, unchecked)
	case columnar.W16:
		addInts(a, columnar.Values[int16](v), in, sign, unchecked)
	case columnar.W32:
		addInts(a, columnar.Values[int32](v), in, sign, unchecked)
	case columnar.W64:
		addInts(a, columnar.Values[int64](v), in, sign, unchecked)
	case columnar.W128:
		if unchecked {
			addNarrowed(a, columnar.Values[types.Int128](v), in, sign)
		} else {
			addWide(a, columnar.Values[types.Int128](v), in, sign)
		}
	}
}

// bound returns the largest magnitude of a vector's values, 0 if unknown.
func bound(v *columnar.Vector) uint64 {
	if v.HasBounds {
		return max(magnitude(v.Lo), magnitude(v.Hi), 1)
	}
	switch v.Width {
	case columnar.W8:
		return 1 << 7
	case columnar.W16:
		return 1 << 15
	case columnar.W32:
		return 1 << 31
	}
	return 0
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// reserve reports whether n values of the given magnitude can be added without checks, and takes the room for them.
func (a *exactSum) reserve(bound uint64, n int) bool {
	if bound == 0 || bound > math.MaxInt64/uint64(n) {
		a.room = 0
		return false
	}
	need := bound * uint64(n)
	if need > a.room {
		if len(a.cells) > 4*n { // moving all sums costs more than the checks do
			a.room = 0
			return false
		}
		a.flush()
	}
	a.room -= need
	return true
}

// flush moves all sums into high.
func (a *exactSum) flush() {
	for g := range a.cells {
		if c := &a.cells[g]; c.sum != 0 {
			a.addHigh(g, types.Int128Of(c.sum))
			c.sum = 0
		}
	}
	a.room = math.MaxInt64
}

func (a *exactSum) addHigh(g int, x types.Int128) {
	if a.high == nil {
		a.high = slab.MakeZeroed[types.Int128](a.arena, cap(a.cells))[:len(a.cells)]
	}
	old := a.high[g]
	if old == overflowed {
		return
	}
	sum := old.Add(x)
	if (old.Hi^sum.Hi)&(x.Hi^sum.Hi) < 0 || x == overflowed {
		sum = overflowed
	}
	a.high[g] = sum
}

func (a *exactSum) addChecked(g int, x int64) {
	c := &a.cells[g]
	s := c.sum + x
	if (s^c.sum)&(s^x) < 0 {
		a.addHigh(g, types.Int128Of(c.sum))
		s = x
	}
	c.sum = s
}

// sumOfCodes returns the sum of the values of codes.
func sumOfCodes(v *columnar.Vector, in input) int64 {
	switch v.Dict.Width {
	case columnar.W8:
		return sumEntries(columnar.Values[int8](v.Dict), v.Codes, in)
	case columnar.W16:
		return sumEntries(columnar.Values[int16](v.Dict), v.Codes, in)
	case columnar.W32:
		return sumEntries(columnar.Values[int32](v.Dict), v.Codes, in)
	}
	return sumEntries(columnar.Values[int64](v.Dict), v.Codes, in)
}

func sumEntries[T int8 | int16 | int32 | int64](vals []T, codes []int32, in input) (s int64) {
	if in.sel == nil {
		for _, c := range codes[:in.n] {
			s += int64(vals[c])
		}
		return s
	}
	for _, r := range in.sel {
		s += int64(vals[codes[r]])
	}
	return s
}

func addInts[T int8 | int16 | int32 | int64](a *exactSum, v []T, in input, sign int64, unchecked bool) {
	switch {
	case !unchecked:
		addIntsChecked(a, v, in, sign)
	case in.groups == nil:
		var s int64
		if in.sel == nil {
			for _, x := range v[:in.n] {
				s += int64(x)
			}
		} else {
			for _, r := range in.sel {
				s += int64(v[r])
			}
		}
		a.cells[0].sum += sign * s
		a.cells[0].n += sign * int64(in.n)
	case in.sel == nil:
		cells, v := a.cells, v[:len(in.groups)]
		for i, g := range in.groups {
			c := &cells[g]
			c.sum += sign * int64(v[i])
			c.n += sign
		}
	default:
		cells, sel := a.cells, in.sel[:len(in.groups)]
		for i, g := range in.groups {
			c := &cells[g]
			c.sum += sign * int64(v[sel[i]])
			c.n += sign
		}
	}
}

func addIntsChecked[T int8 | int16 | int32 | int64](a *exactSum, v []T, in input, sign int64) {
	for i := range in.n {
		r, g := in.row(i)
		x := int64(v[r])
		if sign < 0 {
			if x == math.MinInt64 {
				a.addHigh(g, types.Int128Of(x).Neg())
				a.cells[g].n--
				continue
			}
			x = -x
		}
		c := &a.cells[g]
		c.n += sign
		if s := c.sum + x; (s^c.sum)&(s^x) >= 0 {
			c.sum = s
		} else {
			a.addHigh(g, types.Int128Of(c.sum))
			c.sum = x
		}
	}
}

// addNarrowed adds 128-bit values that are known to fit in 64 bits.
func addNarrowed(a *exactSum, v []types.Int128, in input, sign int64) {
	if in.groups == nil && in.sel == nil {
		var s int64
		for i := range v[:in.n] {
			s += int64(v[i].Lo)
		}
		a.cells[0].sum += sign * s
		a.cells[0].n += sign * int64(in.n)
		return
	}
	for i := range in.n {
		r, g := in.row(i)
		c := &a.cells[g]
		c.sum += sign * int64(v[r].Lo)
		c.n += sign
	}
}

func addWide(a *exactSum, v []types.Int128, in input, sign int64) {
	for i := range in.n {
		r, g := in.row(i)
		x := v[r]
		if sign < 0 {
			x = x.Neg()
		}
		if x.IsInt64() {
			a.addChecked(g, x.Int64())
		} else {
			a.addHigh(g, x)
		}
		a.cells[g].n += sign
	}
}

// total returns the exact sum of a group, ok false if even 128 bits were not enough.
func (a *exactSum) total(g int) (x types.Int128, ok bool) {
	x = types.Int128Of(a.cells[g].sum)
	if a.high == nil {
		return x, true
	}
	h := a.high[g]
	sum := h.Add(x)
	if h == overflowed || (h.Hi^sum.Hi)&(x.Hi^sum.Hi) < 0 {
		return x, false
	}
	return sum, true
}

// PartialTypes are the total as a decimal without fraction, null for a group without rows, and the count.
func (a *exactSum) PartialTypes() []types.Type {
	return []types.Type{types.DecimalOf(types.MaxPrecision, 0), types.BigIntType}
}

func (a *exactSum) Partial() ([]*columnar.Vector, error) { return a.partial(0), nil }

// PartialOfLast implements expr.TailReader.
func (a *exactSum) PartialOfLast() []*columnar.Vector { return a.partial(len(a.cells) - 1) }

// partial returns the states of groups first and on.
func (a *exactSum) partial(first int) []*columnar.Vector {
	cells := a.cells[first:]
	n := len(cells)
	width := columnar.W64
	if a.high != nil {
		width = columnar.W128
	}
	sum := columnar.NewWidth(a.PartialTypes()[0], width, n)
	count := columnar.New(types.BigIntType, n)
	counts := columnar.Values[int64](count)
	if width == columnar.W64 {
		sums := columnar.Values[int64](sum)
		for g := range cells {
			sums[g], counts[g] = cells[g].sum, cells[g].n
		}
	} else {
		sums := columnar.Values[types.Int128](sum)
		for g := range cells {
			x, ok := a.total(first + g)
			if !ok {
				x = overflowed
			}
			sums[g], counts[g] = x, cells[g].n
		}
	}
	setNulls(sum, func(g int) bool { return cells[g].n == 0 })
	return []*columnar.Vector{sum, count}
}

func (a *exactSum) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	a.room = 0
	sum, count := a.flat(partial[0], rows.N, 0), a.flat(partial[1], rows.N, 1)
	counts := columnar.Values[int64](count)
	for i := range in.n {
		r, g := in.row(i)
		x := decimalAt(sum, r)
		if x.IsInt64() {
			a.addChecked(g, x.Int64())
		} else {
			a.addHigh(g, x)
		}
		a.cells[g].n += counts[r]
	}
	return nil
}

// decimalAt returns the unscaled value of a flat decimal vector of either width.
func decimalAt(v *columnar.Vector, i int) types.Int128 {
	if v.Width == columnar.W64 {
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
}

func (a *exactSum) Bytes() int64 {
	return int64(16*cap(a.cells)+16*cap(a.high)) + a.bytes()
}

// floatSum is sum and avg over float and double.
type floatSum struct {
	reader
	avg   bool
	cells []sumCell[float64]
}

func (a *floatSum) Resize(n int) {
	a.cells = resizedIn(a.arena, a.cells, n, sumCell[float64]{})
}

// Free implements expr.Freeable.
func (a *floatSum) Free() {
	slab.Free(a.arena, a.cells)
	a.cells = nil
}

func (a *floatSum) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := a.flat(args[0], rows.N, 0)
	if v.Width == columnar.WF32 {
		addFloats(a.cells, columnar.Values[float32](v), in)
	} else {
		addFloats(a.cells, columnar.Values[float64](v), in)
	}
	return nil
}

// ReadState implements expr.StateReader.
func (a *floatSum) ReadState(from expr.Accumulator) bool {
	b, ok := from.(*floatSum)
	if ok {
		a.cells = b.cells
	}
	return ok
}

func addFloats[T float32 | float64](cells []sumCell[float64], v []T, in input) {
	switch {
	case in.groups == nil && in.sel == nil:
		cells[0].sum += sumFloats(v[:in.n])
		cells[0].n += int64(in.n)
	case in.groups == nil:
		s := cells[0].sum
		for _, r := range in.sel {
			s += float64(v[r])
		}
		cells[0].sum = s
		cells[0].n += int64(in.n)
	case in.sel == nil:
		v := v[:len(in.groups)]
		for i, g := range in.groups {
			c := &cells[g]
			c.sum += float64(v[i])
			c.n++
		}
	default:
		sel := in.sel[:len(in.groups)]
		for i, g := range in.groups {
			c := &cells[g]
			c.sum += float64(v[sel[i]])
			c.n++
		}
	}
}

// sumFloats adds in four chains, which an addition's latency of four cycles asks for.
func sumFloats[T float32 | float64](v []T) float64 {
	var a, b, c, d float64
	for ; len(v) >= 4; v = v[4:] {
		a += float64(v[0])
		b += float64(v[1])
		c += float64(v[2])
		d += float64(v[3])
	}
	for _, x := range v {
		a += float64(x)
	}
	return a + b + (c + d)
}

func (a *floatSum) Partial() ([]*columnar.Vector, error) { return partialFloats(a.cells), nil }

// PartialOfLast implements expr.TailReader.
func (a *floatSum) PartialOfLast() []*columnar.Vector { return partialFloats(a.cells[len(a.cells)-1:]) }

func partialFloats(cells []sumCell[float64]) []*columnar.Vector {
	sum, count := columnar.New(types.DoubleType, len(cells)), columnar.New(types.BigIntType, len(cells))
	sums, counts := columnar.Values[float64](sum), columnar.Values[int64](count)
	for g, c := range cells {
		sums[g], counts[g] = c.sum, c.n
	}
	return []*columnar.Vector{sum, count}
}

func (a *floatSum) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial...)
	sums := columnar.Values[float64](a.flat(partial[0], rows.N, 0))
	counts := columnar.Values[int64](a.flat(partial[1], rows.N, 1))
	for i := range in.n {
		r, g := in.row(i)
		if counts[r] != 0 { // keeps -0.0 of a group that other rows made
			a.cells[g].sum += sums[r]
			a.cells[g].n += counts[r]
		}
	}
	return nil
}

func (a *floatSum) Final() (*columnar.Vector, error) {
	out := columnar.NewIn(a.arena, types.DoubleType, columnar.WF64, len(a.cells))
	v := columnar.Values[float64](out)
	for g, c := range a.cells {
		switch {
		case c.n == 0:
			out.SetNull(g)
		case a.avg:
			v[g] = c.sum / float64(c.n)
		default:
			v[g] = c.sum
		}
	}
	return out, nil
}

func (a *floatSum) PartialTypes() []types.Type {
	return []types.Type{types.DoubleType, types.BigIntType}
}

func (a *floatSum) Bytes() int64 { return int64(16*cap(a.cells)) + a.bytes() }
