package functions

import (
	"bytes"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// modeAccumulator is the most frequent value. Of several the result is the smallest, or with WITHIN GROUP (ORDER BY v DESC) the largest.
// Values without an order are compared by their encodings.
type modeAccumulator struct {
	valueCounts
	largest bool
}

func newMode(s *expr.Spec) (expr.Accumulator, error) {
	a := &modeAccumulator{valueCounts: newValueCounts(s.Args[0], true)}
	if len(s.Order) > 0 {
		a.largest = s.Order[0].Desc
	}
	return a, nil
}

func (a *modeAccumulator) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.count(a.skipNulls(groups, rows, args[0]), a.flat(args[0], rows.N, 0), nil)
	return nil
}

func (a *modeAccumulator) Final() (*columnar.Vector, error) {
	best := make([]int32, a.n)
	for g := range best {
		best[g] = -1
	}
	v := a.cols[0]
	for r, g := range a.group {
		b := best[g]
		if b < 0 || a.counts[r] > a.counts[b] {
			best[g] = int32(r)
		} else if a.counts[r] == a.counts[b] {
			if c := a.compare(r, int(b)); c < 0 != a.largest && c != 0 {
				best[g] = int32(r)
			}
		}
	}
	return selectRows(v, best), nil
}

// compare orders two rows of the log by their values.
func (a *modeAccumulator) compare(i, j int) int {
	v := a.cols[0]
	if v.Type.IsOrderable() {
		return kernel.CompareNullable(v, i, v, j)
	}
	return bytes.Compare(appendKey(nil, v, i), appendKey(nil, v, j))
}

// selectRows returns the rows of v that best names, null where it is -1.
func selectRows(v *columnar.Vector, best []int32) *columnar.Vector {
	p := newPick(pickSpec{types: []types.Type{v.Type}})
	p.cols[0], p.pos = v, best
	return p.column(0)
}

// PartialTypes are the values and their counts.
func (a *modeAccumulator) PartialTypes() []types.Type {
	return []types.Type{types.ArrayOf(a.cols[0].Type, true), types.ArrayOf(types.BigIntType, false)}
}

func (a *modeAccumulator) Partial() ([]*columnar.Vector, error) {
	rows, offsets := a.order()
	ts := a.PartialTypes()
	values := a.lists(ts[0], 0, rows, offsets)
	counts := columnar.New(ts[1], a.n)
	copy(columnar.Values[columnar.Span](counts), columnar.Values[columnar.Span](values))
	appendRows(counts.Children[0], int64Vector(types.BigIntType, a.counts), rows, len(rows))
	return []*columnar.Vector{values, counts}, nil
}

func (a *modeAccumulator) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	a.countElements(a.skipNulls(groups, rows, partial[0]), rows.N, partial...)
	return nil
}

// RowTypes implements expr.RowState: values and how often each occurs, behind the values' encodings if they have no order.
func (a *modeAccumulator) RowTypes() ([]types.Type, []expr.RowKey) {
	t := a.cols[0].Type
	if t.IsOrderable() {
		return []types.Type{t, types.BigIntType}, []expr.RowKey{{Column: 0}}
	}
	return []types.Type{types.BinaryType, t, types.BigIntType}, []expr.RowKey{{Column: 0}}
}

// Take implements expr.RowState.
func (a *modeAccumulator) Take() (*columnar.Vector, []*columnar.Vector) {
	counts := int64Vector(types.BigIntType, a.counts)
	groups, cols := a.take()
	values := cols[0]
	if values.Type.IsOrderable() {
		return groups, []*columnar.Vector{values, counts}
	}
	keys := columnar.New(types.BinaryType, values.Len)
	for i := range values.Len {
		a.key = appendKey(a.key[:0], values, i)
		keys.SetBytes(i, a.key)
	}
	return groups, []*columnar.Vector{keys, values, counts}
}

// Put implements expr.RowState.
func (a *modeAccumulator) Put(groups []int32, columns []*columnar.Vector) error {
	n := len(columns)
	a.count(input{n: len(groups), groups: groups}, columns[n-2], columnar.Values[int64](columns[n-1]))
	return nil
}

// FinalSorted implements expr.RowState: equal values stand together, so there is only one to count at a time.
func (a *modeAccumulator) FinalSorted(each expr.EachRows) (*columnar.Vector, error) {
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
			appendRows(found, best.from[len(best.from)-2], []int32{int32(best.row)}, 1)
		}
		best = modeCandidate{}
	}
	err := each(func(groups *columnar.Vector, columns []*columnar.Vector) error {
		of, n := columnar.Values[int32](groups), columnar.Values[int64](columns[len(columns)-1])
		for i := range groups.Len {
			switch next := (modeCandidate{of[i], columns, i, n[i]}); {
			case current.count > 0 && current.group != next.group:
				give()
				current = next
			case current.count > 0 && kernel.CompareNullable(current.from[0], current.row, columns[0], i) == 0:
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

// modeCandidate is a value, which stands in a row of the columns of RowTypes, and how often its group has it.
type modeCandidate struct {
	group int32
	from  []*columnar.Vector
	row   int
	count int64
}
