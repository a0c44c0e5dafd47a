package functions

import (
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// percentile computes exact quantiles: percentile, median, percentile_cont and percentile_disc. It keeps all values as doubles, and
// with a frequency argument their weights.
type percentile struct {
	groupLog
	spec     *expr.Spec
	at       percentages
	value    int // which argument has the values
	weighted bool
	discrete bool // the value at the rank, else interpolated between neighbours
	desc     bool
	taken    []int64 // by group: how many values Take gave
}

func newPercentile(s *expr.Spec) (expr.Accumulator, error) {
	at, err := newPercentages(s, 1)
	a := &percentile{spec: s, at: at, weighted: len(s.Args) > 2}
	return a.init(), err
}

func newMedian(s *expr.Spec) (expr.Accumulator, error) {
	a := &percentile{spec: s, at: percentages{values: []float64{0.5}}}
	return a.init(), nil
}

func newPercentileCont(s *expr.Spec) (expr.Accumulator, error) { return newOrderedPercentile(s, false) }
func newPercentileDisc(s *expr.Spec) (expr.Accumulator, error) { return newOrderedPercentile(s, true) }

// newOrderedPercentile takes the values from the key of WITHIN GROUP, which is the last argument.
func newOrderedPercentile(s *expr.Spec, discrete bool) (expr.Accumulator, error) {
	at, err := newPercentages(s, 0)
	if err != nil {
		return nil, err
	}
	if len(s.Order) != 1 || len(s.Args) != 2 {
		return nil, sqlerr.Internal("percentile without its ordering")
	}
	a := &percentile{spec: s, at: at, value: 1, discrete: discrete, desc: s.Order[0].Desc}
	return a.init(), nil
}

func (a *percentile) init() *percentile {
	ts := []types.Type{types.DoubleType}
	if a.weighted {
		ts = append(ts, types.BigIntType)
	}
	a.groupLog = newGroupLog(ts)
	return a
}

func (a *percentile) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	v := args[a.value]
	if !a.weighted {
		a.addNumbers(a.skipNulls(groups, rows, v), a.flat(v, rows.N, 0))
		return nil
	}
	in := a.skipNulls(groups, rows, v, args[2])
	if in.n == 0 {
		return nil
	}
	weight := a.flat(args[2], rows.N, 1)
	w := columnar.Values[int64](weight)
	for i := range in.n {
		if r, _ := in.row(i); w[r] < 0 {
			return sqlerr.New("NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", a.spec.Pos, "Found the negative value %d in a frequency expression; expected a positive integral value.", w[r])
		}
	}
	a.addNumbers(in, a.flat(v, rows.N, 0))
	appendRows(a.cols[1], weight, in.sel, in.n)
	return nil
}

// addNumbers appends the values of v as doubles.
func (a *percentile) addNumbers(in input, v *columnar.Vector) {
	if in.n == 0 {
		return
	}
	if v.Width == columnar.WF64 {
		values := *v
		values.Valid, values.Type = nil, types.DoubleType // rows with nulls are not in the input
		appendRows(a.cols[0], &values, in.sel, in.n)
	} else {
		off := a.cols[0].Len
		a.cols[0].Grow(off + in.n)
		to := columnar.Values[float64](a.cols[0])[off:]
		for i := range in.n {
			r, _ := in.row(i)
			to[i] = numberAt(v, r)
		}
	}
	a.addGroups(in)
}

func (a *percentile) Final() (*columnar.Vector, error) {
	rows, offsets := a.order()
	out := a.at.output(a.spec.Result, a.n)
	values := columnar.Values[float64](a.cols[0])
	var sorted []float64
	for g := range a.n {
		part := rows[offsets[g]:offsets[g+1]]
		if a.weighted {
			a.setWeighted(out, g, part)
			continue
		}
		if len(part) == 0 {
			a.at.setNull(out, g)
			continue
		}
		sorted = sorted[:0]
		for _, r := range part {
			sorted = append(sorted, values[r])
		}
		sortFloats(sorted)
		if a.desc {
			slices.Reverse(sorted)
		}
		for k, p := range a.at.values {
			a.at.set(out, g, k, a.quantile(p, int64(len(sorted)), func(rank int64) float64 { return sorted[rank] }))
		}
	}
	return out, nil
}

// quantile returns the p-quantile of n values, of which at gives the one with a rank.
func (a *percentile) quantile(p float64, n int64, at func(rank int64) float64) float64 {
	if a.discrete {
		return at(max(0, int64(math.Ceil(p*float64(n)))-1))
	}
	pos := p * float64(n-1)
	lo, hi := math.Floor(pos), math.Ceil(pos)
	x := at(int64(lo))
	if lo == hi {
		return x
	}
	y := at(int64(hi))
	if x == y {
		return x
	}
	return (hi-pos)*x + (pos-lo)*y
}

// setWeighted computes the quantiles of values that count as often as their weight says.
func (a *percentile) setWeighted(out *columnar.Vector, g int, part []int32) {
	values, weights := columnar.Values[float64](a.cols[0]), columnar.Values[int64](a.cols[1])
	slices.SortStableFunc(part, func(i, j int32) int { return kernel.CompareFloat(values[i], values[j]) })
	ends := make([]int64, len(part)) // rank after the last of each value
	n := int64(0)
	for i, r := range part {
		n += weights[r]
		ends[i] = n
	}
	if n == 0 {
		a.at.setNull(out, g)
		return
	}
	for k, p := range a.at.values {
		a.at.set(out, g, k, a.quantile(p, n, func(rank int64) float64 {
			i, _ := slices.BinarySearch(ends, rank+1)
			return values[part[i]]
		}))
	}
}
