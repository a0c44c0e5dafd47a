package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// The values of a multiset (expr.Multiset: percentiles, mode) that memory has no room for are sorted by group and value, in files, and read in
// that order by the function. So one group's state may be of any size.

// moveValues moves what multisets hold to the sorts of their values. Little stays: each move may become a file.
func (t *aggregateTable) moveValues() error {
	for i, acc := range t.accs {
		m, ok := acc.(expr.Multiset)
		if !ok || acc.Bytes() < neverRefused {
			continue
		}
		if _, ok := m.Element(); !ok {
			continue
		}
		if err := t.moveValuesOf(i, m); err != nil {
			return err
		}
	}
	return nil
}

func (t *aggregateTable) moveValuesOf(i int, m expr.Multiset) error {
	groups, values, counts := m.Take()
	if groups.Len == 0 {
		return nil
	}
	if t.values == nil {
		t.values = make([]*localSort, len(t.accs))
	}
	if t.values[i] == nil {
		t.values[i] = newLocalSort(t.plan.sortOfValues(m))
	}
	s := t.values[i]
	s.rows.add([]*columnar.Vector{groups, values, counts}, columnar.AllRows(groups.Len), 0)
	return s.reserve()
}

// sortOfValues sorts (group, value, count) by group and value.
func (p *aggregatePlan) sortOfValues(m expr.Multiset) *sortPlan {
	element, _ := m.Element()
	ts := []types.Type{types.IntType, element, types.BigIntType}
	return &sortPlan{query: p.spec.Query, arena: p.arena, in: len(ts), types: ts, cols: []int{0, 1}, orders: make([]kernel.Order, 2)}
}

// eachValues calls f with the moved values of function i in order, and forgets them.
func (t *aggregateTable) eachValues(i int, f func(groups, values, counts *columnar.Vector) error) error {
	s := t.values[i]
	t.values[i] = nil
	defer s.discard()
	if err := s.spillRun(); err != nil {
		return err
	}
	runs := s.runs
	s.runs = nil
	return mergeFiles(s.plan, runs, func(b *columnar.Batch) error {
		if err := s.plan.query.Err(); err != nil {
			return err
		}
		return f(columnar.Flatten(&columnar.Vector{}, b.Cols[0], b.Rows()), columnar.Flatten(&columnar.Vector{}, b.Cols[1], b.Rows()),
			columnar.Flatten(&columnar.Vector{}, b.Cols[2], b.Rows()))
	})
}

// final returns the results of function i.
func (t *aggregateTable) final(i int) (*columnar.Vector, error) {
	if t.values == nil || t.values[i] == nil {
		return t.accs[i].Final()
	}
	m := t.accs[i].(expr.Multiset)
	if err := t.moveValuesOf(i, m); err != nil {
		return nil, err
	}
	return m.FinalSorted(func(f func(groups, values, counts *columnar.Vector) error) error { return t.eachValues(i, f) })
}

// emitValues gives moved values out as partial states of the groups that a batch of them has.
func (t *aggregateTable) emitValues(keys []*columnar.Vector, f func(kind int, cols []*columnar.Vector, n int) error) error {
	for i, s := range t.values {
		if s == nil {
			continue
		}
		err := t.eachValues(i, func(groups, values, counts *columnar.Vector) error {
			of, numbers := renumbered(columnar.Values[int32](groups)[:groups.Len])
			cols, err := t.partialOf(i, len(of), numbers, values, counts)
			if err != nil {
				return err
			}
			var out []*columnar.Vector
			for _, k := range keys {
				v := &columnar.Vector{}
				columnar.Gather(v, k, of)
				out = append(out, v)
			}
			return f(partialRows, append(out, cols...), len(of))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// renumbered numbers groups, which ascend, from 0 on; of are the groups by number.
func renumbered(groups []int32) (of, numbers []int32) {
	numbers = make([]int32, len(groups))
	for i, g := range groups {
		if i == 0 || g != groups[i-1] {
			of = append(of, g)
		}
		numbers[i] = int32(len(of) - 1)
	}
	return of, numbers
}

// partialOf returns the partial states of n groups that have nothing but values of function i.
func (t *aggregateTable) partialOf(i, n int, groups []int32, values, counts *columnar.Vector) ([]*columnar.Vector, error) {
	var cols []*columnar.Vector
	for k, fn := range t.plan.funcs {
		if fn.distinct >= 0 {
			continue
		}
		acc, err := fn.call.Func.NewAccumulator(fn.spec)
		if err != nil {
			return nil, err
		}
		acc.Resize(n)
		if k == i {
			if err := acc.(expr.Multiset).Put(groups, values, counts); err != nil {
				return nil, err
			}
		}
		p, err := acc.Partial()
		if err != nil {
			return nil, err
		}
		cols = append(cols, p...)
	}
	return cols, nil
}

// freeValues forgets moved values.
func (t *aggregateTable) freeValues() {
	for _, s := range t.values {
		if s != nil {
			s.discard()
		}
	}
	t.values = nil
}
