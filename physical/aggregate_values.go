package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// The rows of a function's state (expr.RowState: percentiles, mode, lists) that memory has no room for are sorted by group, in files, and read in
// that order by the function. So one group's state may be of any size, as long as its result fits.

// moveValues moves the rows that functions hold to their sorts. Little stays: each move may become a file.
func (t *aggregateTable) moveValues() error {
	for i, acc := range t.accs {
		if m, ok := acc.(expr.RowState); ok && acc.Bytes() >= neverRefused {
			if err := t.moveValuesOf(i, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *aggregateTable) moveValuesOf(i int, m expr.RowState) error {
	groups, cols := m.Take()
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
	s.rows.add(append([]*columnar.Vector{groups}, cols...), columnar.AllRows(groups.Len), 0)
	return s.reserve()
}

// sortOfValues sorts the groups and the columns of a state's rows by group, and as the function asks for.
func (p *aggregatePlan) sortOfValues(m expr.RowState) *sortPlan {
	ts, keys := m.RowTypes()
	ts = append([]types.Type{types.IntType}, ts...)
	s := &sortPlan{query: p.spec.Query, arena: p.arena, in: len(ts), types: ts, cols: []int{0}, orders: make([]kernel.Order, 1)}
	for _, k := range keys {
		s.cols, s.orders = append(s.cols, 1+k.Column), append(s.orders, kernel.Order{Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	return s
}

// eachValues calls f with the moved rows of function i in order, and forgets them.
func (t *aggregateTable) eachValues(i int, f func(groups *columnar.Vector, cols []*columnar.Vector) error) error {
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
		cols := make([]*columnar.Vector, len(s.plan.types)) // without the place
		for k := range cols {
			cols[k] = columnar.Flatten(&columnar.Vector{}, b.Cols[k], b.Rows())
		}
		return f(cols[0], cols[1:])
	})
}

// final returns the results of function i. Results of moved rows must fit in memory while they are made.
func (t *aggregateTable) final(i int) (*columnar.Vector, error) {
	if t.values == nil || t.values[i] == nil {
		return t.accs[i].Final()
	}
	m := t.accs[i].(expr.RowState)
	if err := t.moveValuesOf(i, m); err != nil {
		return nil, err
	}
	memory := allowance{budget: t.plan.spec.Query.Budget()}
	defer memory.release()
	return m.FinalSorted(func(f func(groups *columnar.Vector, cols []*columnar.Vector) error) error {
		return t.eachValues(i, func(groups *columnar.Vector, cols []*columnar.Vector) error {
			if err := f(groups, cols); err != nil {
				return err
			}
			n := m.Bytes()
			if !memory.cover(n) {
				if n > partFloor(memory.budget) {
					return memory.budget.OutOfMemory("The result of "+t.plan.funcs[i].call.Func.Name+" for a group", n)
				}
				memory.force(n)
			}
			return nil
		})
	})
}

// moveRest moves what functions whose rows were moved hold of later ones, so that they come in order.
func (t *aggregateTable) moveRest() error {
	for i, s := range t.values {
		if s != nil {
			if err := t.moveValuesOf(i, t.accs[i].(expr.RowState)); err != nil {
				return err
			}
		}
	}
	return nil
}

// emitValues gives moved rows out as partial states of the groups that a batch of them has.
func (t *aggregateTable) emitValues(keys []*columnar.Vector, f func(kind int, cols []*columnar.Vector, n int) error) error {
	for i, s := range t.values {
		if s == nil {
			continue
		}
		err := t.eachValues(i, func(groups *columnar.Vector, rows []*columnar.Vector) error {
			of, numbers := renumbered(columnar.Values[int32](groups)[:groups.Len])
			cols, err := t.partialOf(i, len(of), numbers, rows)
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

// partialOf returns the partial states of n groups that have nothing but rows of function i.
func (t *aggregateTable) partialOf(i, n int, groups []int32, rows []*columnar.Vector) ([]*columnar.Vector, error) {
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
			if err := acc.(expr.RowState).Put(groups, rows); err != nil {
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

// freeValues forgets moved rows.
func (t *aggregateTable) freeValues() {
	for _, s := range t.values {
		if s != nil {
			s.discard()
		}
	}
	t.values = nil
}
