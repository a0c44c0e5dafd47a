package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// RowTypes implements expr.RowState: values, and how often each occurs.
func (a *percentile) RowTypes() ([]types.Type, []expr.RowKey) {
	return []types.Type{types.DoubleType, types.BigIntType}, []expr.RowKey{{Column: 0}}
}

// Take implements expr.RowState.
func (a *percentile) Take() (*columnar.Vector, []*columnar.Vector) {
	groups, cols := a.take()
	var counts *columnar.Vector
	if a.weighted {
		counts = cols[1]
	} else {
		counts = columnar.New(types.BigIntType, groups.Len)
		for i := range groups.Len {
			columnar.Values[int64](counts)[i] = 1
		}
	}
	a.taken = resized(a.taken, a.n, 0)
	for i, g := range columnar.Values[int32](groups)[:groups.Len] {
		a.taken[g] += columnar.Values[int64](counts)[i]
	}
	return groups, []*columnar.Vector{cols[0], counts}
}

// Put implements expr.RowState.
func (a *percentile) Put(groups []int32, columns []*columnar.Vector) error {
	a.add(input{n: len(groups), groups: groups}, columns)
	return nil
}

// FinalSorted implements expr.RowState: it looks for the values at the ranks that the percentages need, since the number of values is known.
func (a *percentile) FinalSorted(each expr.EachRows) (*columnar.Vector, error) {
	a.taken = resized(a.taken, a.n, 0)
	out := a.at.output(a.spec.Result, a.n)
	for g, n := range a.taken {
		if n == 0 {
			a.at.setNull(out, g)
		}
	}
	group, walk := -1, rankWalk{}
	finish := func() {
		if group < 0 || a.taken[group] == 0 {
			return
		}
		for k, p := range a.at.values {
			a.at.set(out, group, k, a.quantile(p, a.taken[group], func(rank int64) float64 { return walk.value(a.ascending(group, rank)) }))
		}
	}
	err := each(func(groups *columnar.Vector, columns []*columnar.Vector) error {
		of, v, n := columnar.Values[int32](groups), columnar.Values[float64](columns[0]), columnar.Values[int64](columns[1])
		for i := range groups.Len {
			if int(of[i]) != group {
				finish()
				group = int(of[i])
				walk.reset(a.ranks(group))
			}
			walk.add(v[i], n[i])
		}
		return nil
	})
	finish()
	return out, err
}

// ascending turns a rank in the function's order into one in ascending order.
func (a *percentile) ascending(group int, rank int64) int64 {
	if a.desc {
		return a.taken[group] - 1 - rank
	}
	return rank
}

// ranks lists the ranks in ascending order that the percentages of a group need.
func (a *percentile) ranks(group int) []int64 {
	var ranks []int64
	if a.taken[group] == 0 {
		return nil
	}
	for _, p := range a.at.values {
		a.quantile(p, a.taken[group], func(rank int64) float64 {
			ranks = append(ranks, a.ascending(group, rank))
			return 0
		})
	}
	slices.Sort(ranks)
	return slices.Compact(ranks)
}

// rankWalk finds the values at ascending ranks of values that come in order.
type rankWalk struct {
	ranks  []int64
	values []float64 // of the first of ranks
	passed int64
}

func (w *rankWalk) reset(ranks []int64) { w.ranks, w.values, w.passed = ranks, w.values[:0], 0 }

// add passes over a value that occurs n times.
func (w *rankWalk) add(v float64, n int64) {
	w.passed += n
	for len(w.values) < len(w.ranks) && w.ranks[len(w.values)] < w.passed {
		w.values = append(w.values, v)
	}
}

func (w *rankWalk) value(rank int64) float64 {
	i, _ := slices.BinarySearch(w.ranks, rank)
	return w.values[i]
}
