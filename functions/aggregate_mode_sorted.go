package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// Element implements expr.Multiset.
func (a *modeAccumulator) Element() (types.Type, bool) {
	t := a.cols[0].Type
	return t, t.IsOrderable()
}

// Take implements expr.Multiset.
func (a *modeAccumulator) Take() (groups, values, counts *columnar.Vector) {
	groups, cols := a.take()
	counts = int64Vector(types.BigIntType, a.counts)
	a.counts, a.index, a.keys, a.fresh = nil, map[string]int32{}, 0, nil
	return groups, cols[0], counts
}

// Put implements expr.Multiset.
func (a *modeAccumulator) Put(groups []int32, values, counts *columnar.Vector) error {
	a.count(input{n: len(groups), groups: groups}, values, columnar.Values[int64](counts))
	return nil
}

// FinalSorted implements expr.Multiset: equal values stand together, so there is only one to count at a time.
func (a *modeAccumulator) FinalSorted(each func(f func(groups, values, counts *columnar.Vector) error) error) (*columnar.Vector, error) {
	var best, current modeCandidate
	found, place := columnar.New(a.cols[0].Type, 0), make([]int32, a.n)
	for g := range place {
		place[g] = -1
	}
	finish := func() { // of a value
		if current.count > best.count || current.count == best.count && a.largest {
			best = current
		}
	}
	give := func() { // of a group
		if finish(); best.count > 0 {
			place[best.group] = int32(found.Len)
			appendRows(found, best.from, []int32{int32(best.row)}, 1)
		}
		best = modeCandidate{}
	}
	err := each(func(groups, values, counts *columnar.Vector) error {
		of, n := columnar.Values[int32](groups), columnar.Values[int64](counts)
		for i := range groups.Len {
			switch next := (modeCandidate{of[i], values, i, n[i]}); {
			case current.count > 0 && current.group != next.group:
				give()
				current = next
			case current.count > 0 && kernel.CompareNullable(current.from, current.row, values, i) == 0:
				current.count += next.count
			default:
				finish()
				current = next
			}
		}
		return nil
	})
	give()
	return selectRows(found, place), err
}

// modeCandidate is a value, which stands in a row of a vector, and how often its group has it.
type modeCandidate struct {
	group int32
	from  *columnar.Vector
	row   int
	count int64
}
