package functions

import (
	"encoding/binary"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
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

// valueCounts is the set of different values of each group with their counts, as a log in order of first arrival.
type valueCounts struct {
	groupLog
	counts []int64
	index  map[string]int32 // group and value to row of the log
	keys   int64            // bytes of the map's keys
	key    []byte
	fresh  []int32
}

func newValueCounts(t types.Type) valueCounts {
	return valueCounts{groupLog: newGroupLog([]types.Type{t}), index: map[string]int32{}}
}

// count adds rows of a flat vector; weights, if not nil, say how often each row of v counts.
func (a *valueCounts) count(in input, v *columnar.Vector, weights []int64) {
	a.fresh = a.fresh[:0]
	base := a.cols[0].Len
	for i := range in.n {
		r, g := in.row(i)
		w := int64(1)
		if weights != nil {
			w = weights[r]
		}
		a.key = appendKey(binary.LittleEndian.AppendUint32(a.key[:0], uint32(g)), v, r)
		if at, ok := a.index[string(a.key)]; ok {
			a.counts[at] += w
			continue
		}
		a.index[string(a.key)] = int32(base + len(a.fresh))
		a.keys += int64(len(a.key))
		a.fresh = append(a.fresh, int32(r))
		a.group = append(a.group, int32(g))
		a.counts = append(a.counts, w)
	}
	appendRows(a.cols[0], v, a.fresh, len(a.fresh))
}

// countElements adds the elements of arrays: lists[1], if given, holds their counts.
func (a *valueCounts) countElements(in input, n int, lists ...*columnar.Vector) {
	list := a.flat(lists[0], n, 0)
	spans := columnar.Values[columnar.Span](list)
	child := list.Children[0]
	var weights []int64
	var elems input
	if len(lists) > 1 {
		weights = make([]int64, child.Len)
	}
	for i := range in.n {
		r, g := in.row(i)
		s := spans[r]
		for k := range s.Len {
			elems.sel = append(elems.sel, s.Off+k)
			elems.groups = append(elems.groups, int32(g))
		}
		if weights != nil {
			c := a.flat(lists[1], n, 1)
			t := columnar.Values[columnar.Span](c)[r]
			copy(weights[s.Off:s.Off+s.Len], columnar.Values[int64](c.Children[0])[t.Off:t.Off+t.Len])
		}
	}
	elems.n = len(elems.sel)
	a.count(elems, child, weights)
}

// mapEntry is what a Go map spends on an entry beside the key's bytes.
const mapEntry = 40

func (a *valueCounts) Bytes() int64 {
	return a.groupLog.Bytes() + int64(8*cap(a.counts)+cap(a.key)+4*cap(a.fresh)) + a.keys + mapEntry*int64(len(a.index))
}

// collectSet is collect_set, and collect_union, which takes the elements of arrays.
type collectSet struct {
	valueCounts
	spec     *expr.Spec
	elements bool
}

func newCollectSet(s *expr.Spec) (expr.Accumulator, error) {
	return &collectSet{newValueCounts(s.Args[0]), s, false}, nil
}

func newCollectUnion(s *expr.Spec) (expr.Accumulator, error) {
	return &collectSet{newValueCounts(s.Args[0].Elem()), s, true}, nil
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

// modeAccumulator is the most frequent value. Of several the result is the smallest, or with WITHIN GROUP (ORDER BY v DESC) the largest.
type modeAccumulator struct {
	valueCounts
	largest bool
}

func newMode(s *expr.Spec) (expr.Accumulator, error) {
	a := &modeAccumulator{valueCounts: newValueCounts(s.Args[0])}
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
			if c := kernel.CompareNullable(v, r, v, int(b)); c < 0 != a.largest && c != 0 {
				best[g] = int32(r)
			}
		}
	}
	return selectRows(v, best), nil
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

// listAgg is listagg: the strings of a group with a delimiter between them.
type listAgg struct {
	groupLog
	spec      *expr.Spec
	delimiter []byte
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
