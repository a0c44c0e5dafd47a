package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// collectList is collect_list and array_agg: the values that are not null, in the order of arrival or of the keys.
type collectList struct {
	groupLog
	spec *expr.Spec
}

func newCollectList(s *expr.Spec) (expr.Accumulator, error) {
	return &collectList{newGroupLog(s.Args), s}, nil
}

func (a *collectList) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(a.skipNulls(groups, rows, args[0]), args)
	return nil
}

func (a *collectList) Final() (*columnar.Vector, error) {
	rows, offsets := a.sorted(a.spec.Order)
	return a.lists(a.spec.Result, 0, rows, offsets), nil
}

// RowTypes implements expr.RowState: values and order keys.
func (a *collectList) RowTypes() ([]types.Type, []expr.RowKey) { return a.rowTypes(a.spec.Order) }

// Take implements expr.RowState.
func (a *collectList) Take() (*columnar.Vector, []*columnar.Vector) { return a.take() }

// Put implements expr.RowState.
func (a *collectList) Put(groups []int32, columns []*columnar.Vector) error {
	return a.put(groups, columns)
}

// FinalSorted implements expr.RowState: the log of sorted rows is the result.
func (a *collectList) FinalSorted(each expr.EachRows) (*columnar.Vector, error) {
	rows := make([]int32, a.n)
	err := each(func(groups *columnar.Vector, columns []*columnar.Vector) error {
		for _, g := range columnar.Values[int32](groups)[:groups.Len] {
			rows[g]++
		}
		appendRows(a.cols[0], columns[0], nil, groups.Len)
		return nil
	})
	return a.sortedLists(a.spec.Result, rows), err
}

// collectSet is collect_set, and collect_union, which takes the elements of arrays.
type collectSet struct {
	valueCounts
	spec     *expr.Spec
	elements bool
}

func newCollectSet(s *expr.Spec) (expr.Accumulator, error) {
	return &collectSet{newValueCounts(s.Args[0], false), s, false}, nil
}

func newCollectUnion(s *expr.Spec) (expr.Accumulator, error) {
	return &collectSet{newValueCounts(s.Args[0].Elem(), false), s, true}, nil
}

func (a *collectSet) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if a.elements {
		a.countElements(in, rows.N, args[0])
	} else {
		a.count(in, a.flat(args[0], rows.N, 0), nil)
	}
	return nil
}

func (a *collectSet) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	a.countElements(a.skipNulls(groups, rows, partial[0]), rows.N, partial[0])
	return nil
}

func (a *collectSet) Final() (*columnar.Vector, error) {
	rows, offsets := a.order()
	return a.lists(a.spec.Result, 0, rows, offsets), nil
}

// RowTypes implements expr.RowState: values.
func (a *collectSet) RowTypes() ([]types.Type, []expr.RowKey) { return a.rowTypes(nil) }

// Take implements expr.RowState.
func (a *collectSet) Take() (*columnar.Vector, []*columnar.Vector) { return a.take() }

// Put implements expr.RowState.
func (a *collectSet) Put(groups []int32, columns []*columnar.Vector) error {
	a.count(input{n: len(groups), groups: groups}, columns[0], nil)
	return nil
}

// FinalSorted implements expr.RowState. A value may come several times, since what Take gave is forgotten.
func (a *collectSet) FinalSorted(each expr.EachRows) (*columnar.Vector, error) {
	err := each(func(groups *columnar.Vector, columns []*columnar.Vector) error {
		return a.Put(columnar.Values[int32](groups)[:groups.Len], columns)
	})
	rows := make([]int32, a.n)
	for _, g := range a.group {
		rows[g]++
	}
	return a.sortedLists(a.spec.Result, rows), err
}

// listAgg is listagg: the strings of a group with a delimiter between them.
type listAgg struct {
	groupLog
	spec      *expr.Spec
	delimiter []byte
	joined    []byte           // the text of a group
	texts     *columnar.Vector // of sorted groups
}

func newListAgg(s *expr.Spec) (expr.Accumulator, error) {
	a := &listAgg{spec: s}
	ts := []types.Type{s.Args[0]}
	if plain := len(s.Args) - len(s.Order); plain > 1 {
		d, err := constant(s, 1)
		if err != nil {
			return nil, err
		}
		switch d := d.(type) {
		case string:
			a.delimiter = []byte(d)
		case []byte:
			a.delimiter = d
		}
	}
	a.groupLog = newGroupLog(append(ts, s.Args[len(s.Args)-len(s.Order):]...))
	return a, nil
}

func (a *listAgg) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	keys := args[len(args)-len(a.spec.Order):]
	a.add(in, append([]*columnar.Vector{args[0]}, keys...))
	return nil
}

func (a *listAgg) Final() (*columnar.Vector, error) {
	rows, offsets := a.sorted(a.spec.Order)
	out := columnar.New(a.spec.Result, a.n)
	var joined []byte
	for g := range a.n {
		joined = joined[:0]
		for i, r := range rows[offsets[g]:offsets[g+1]] {
			if i > 0 {
				joined = append(joined, a.delimiter...)
			}
			joined = append(joined, a.cols[0].Bytes(int(r))...)
		}
		if offsets[g] == offsets[g+1] {
			columnar.Values[columnar.View](out)[g] = columnar.View{}
			out.SetNull(g)
			continue
		}
		out.SetBytes(g, joined)
	}
	return out, nil
}

// RowTypes implements expr.RowState: strings and order keys.
func (a *listAgg) RowTypes() ([]types.Type, []expr.RowKey) { return a.rowTypes(a.spec.Order) }

// Take implements expr.RowState.
func (a *listAgg) Take() (*columnar.Vector, []*columnar.Vector) { return a.take() }

// Put implements expr.RowState.
func (a *listAgg) Put(groups []int32, columns []*columnar.Vector) error {
	return a.put(groups, columns)
}

// FinalSorted implements expr.RowState.
func (a *listAgg) FinalSorted(each expr.EachRows) (*columnar.Vector, error) {
	a.texts = columnar.New(a.spec.Result, a.n)
	texts := columnar.Values[columnar.View](a.texts)
	group := -1
	next := func(g int) { // ends the text of the group, and leaves those before g without one
		if group >= 0 {
			a.texts.SetBytes(group, a.joined)
		}
		for group++; group < g; group++ {
			texts[group] = columnar.View{}
			a.texts.SetNull(group)
		}
		a.joined = a.joined[:0]
	}
	err := each(func(groups *columnar.Vector, columns []*columnar.Vector) error {
		for i, g := range columnar.Values[int32](groups)[:groups.Len] {
			if int(g) != group {
				next(int(g))
			} else {
				a.joined = append(a.joined, a.delimiter...)
			}
			a.joined = append(a.joined, columns[0].Bytes(i)...)
		}
		return nil
	})
	next(a.n)
	return a.texts, err
}

func (a *listAgg) Bytes() int64 {
	return a.groupLog.Bytes() + int64(cap(a.joined)) + vectorBytes(a.texts)
}

// topBy is max_by(x, y, k) and min_by(x, y, k): the x of the k extreme y, best first.
type topBy struct {
	groupLog
	spec *expr.Spec
	keys []expr.SortKey
	k    int
}

// maxTop is the largest k that Spark accepts.
const maxTop = 100000

func newTopBy(s *expr.Spec, isMax bool) (expr.Accumulator, error) {
	v, err := constant(s, 2)
	if err != nil {
		return nil, err
	}
	k, ok := v.(int32)
	if !ok || k < 1 || k > maxTop {
		return nil, outOfRange(s, "k", "[1, 100000]", v)
	}
	return &topBy{newGroupLog(s.Args[:2]), s, []expr.SortKey{{Desc: isMax}}, int(k)}, nil
}

func (a *topBy) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	a.add(a.skipNulls(groups, rows, args[1]), args)
	a.prune()
	return nil
}

func (a *topBy) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	err := a.groupLog.Merge(groups, partial, rows)
	a.prune()
	return err
}

// prune drops the rows that cannot be among the first k once they are the majority.
func (a *topBy) prune() {
	if len(a.group) < 2*a.k*a.n+4*columnar.BatchSize {
		return
	}
	rows, _ := a.best()
	group := make([]int32, len(rows))
	for i, r := range rows {
		group[i] = a.group[r]
	}
	for i, old := range a.cols {
		a.cols[i] = columnar.New(old.Type, 0)
		appendRows(a.cols[i], old, rows, len(rows))
	}
	a.group = group
}

// best returns the first k rows of each group.
func (a *topBy) best() (rows, offsets []int32) {
	all, bounds := a.sorted(a.keys)
	offsets = make([]int32, a.n+1)
	for g := range a.n {
		end := min(bounds[g+1], bounds[g]+int32(a.k))
		rows = append(rows, all[bounds[g]:end]...)
		offsets[g+1] = int32(len(rows))
	}
	return rows, offsets
}

func (a *topBy) Final() (*columnar.Vector, error) {
	rows, offsets := a.best()
	return a.lists(a.spec.Result, 0, rows, offsets), nil
}
