package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// arraySets treat arrays as sets, or put their elements into another order.
func arraySets() []*expr.Func {
	return []*expr.Func{
		{Name: "array_distinct", Group: arrayGroup, Since: "2.4.0", Usage: "array_distinct(array) - Returns the different elements, in order of first appearance.",
			Examples: []expr.Example{{SQL: "SELECT array_distinct(array(1, 2, 3, null, 3))", Want: "[1,2,3,null]"}},
			Resolve:  resolveArrayDistinct, New: newArraySet(setUnion)},
		{Name: "array_union", Group: arrayGroup, Since: "2.4.0", Usage: "array_union(a, b) - Returns the different elements of both arrays.",
			Examples: []expr.Example{{SQL: "SELECT array_union(array(1, 2, 3), array(1, 3, 5))", Want: "[1,2,3,5]"}},
			Resolve:  resolveTwoArrays(func(a, b types.Type) types.Type { return types.ArrayOf(a.Elem(), a.ContainsNull() || b.ContainsNull()) }),
			New:      newArraySet(setUnion)},
		{Name: "array_intersect", Group: arrayGroup, Since: "2.4.0", Usage: "array_intersect(a, b) - Returns the different elements that are in both arrays.",
			Examples: []expr.Example{{SQL: "SELECT array_intersect(array(1, 2, 3), array(1, 3, 5))", Want: "[1,3]"}},
			Resolve:  resolveTwoArrays(func(a, b types.Type) types.Type { return types.ArrayOf(a.Elem(), a.ContainsNull() && b.ContainsNull()) }),
			New:      newArraySet(setIntersect)},
		{Name: "array_except", Group: arrayGroup, Since: "2.4.0", Usage: "array_except(a, b) - Returns the different elements of a that are not in b.",
			Examples: []expr.Example{{SQL: "SELECT array_except(array(1, 2, 3), array(1, 3, 5))", Want: "[2]"}},
			Resolve:  resolveTwoArrays(func(a, b types.Type) types.Type { return a }), New: newArraySet(setExcept)},
		{Name: "sort_array", Group: arrayGroup, Since: "1.5.0", Usage: "sort_array(array[, ascending]) - Returns the elements in order: NULLs first, or when descending last.",
			Examples: []expr.Example{{SQL: "SELECT sort_array(array('b', 'd', null, 'c', 'a'), true)", Want: `[null,"a","b","c","d"]`}},
			Resolve:  resolveSortArray, New: newSortArray},
	}
}

func resolveArrayDistinct(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	t, err := accept(c, 0, types.ClassArray)
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: []types.Type{t}, Result: t}, comparable(c, t.Elem(), false)
}

type setOperation uint8

const (
	setUnion setOperation = iota
	setIntersect
	setExcept
)

// newArraySet computes a set operation of one or two arrays; null is an element like others.
func newArraySet(op setOperation) newKernel {
	return func(*expr.Spec) (expr.Kernel, error) {
		var p pool
		m := &memberSet{}
		var w listWriter
		return func(k *expr.KernelCall) {
			n, vs := children(0, k.Args...)
			src := vs[0]
			p.base = append(p.base[:0], 0)
			if len(vs) > 1 {
				src = p.fill(n, vs...)
			}
			w.begin(k)
			for i := range live(k) {
				var s [2]columnar.Span
				total := 0
				for j, a := range k.Args {
					s[j] = shiftSpan(columnar.Values[columnar.Span](a)[i&formMask(a)], p.base[j])
					total += int(s[j].Len)
				}
				m.reset(src, total)
				m.combine(&w, op, s[0], s[1])
				w.end(i)
			}
			w.finish(k, src)
		}, nil
	}
}

// memberSet is a valueSet that may hold null.
type memberSet struct {
	valueSet
	null  bool
	taken []bool // by member: already in the result
}

func (m *memberSet) reset(src *columnar.Vector, room int) {
	m.valueSet.reset(src, room)
	m.null = false
}

// insert adds the value at a position and reports whether it was missing.
func (m *memberSet) insert(p int32) bool {
	if m.src.IsNull(int(p)) {
		fresh := !m.null
		m.null = true
		return fresh
	}
	return m.add(p) < 0
}

func (m *memberSet) combine(w *listWriter, op setOperation, a, b columnar.Span) {
	switch op {
	case setUnion:
		m.addTo(w, a)
		m.addTo(w, b)
	case setExcept:
		for p := b.Off; p < b.Off+b.Len; p++ {
			m.insert(p)
		}
		m.addTo(w, a)
	default:
		m.intersect(w, a, b)
	}
}

// addTo writes the elements of a span that the set does not have yet.
func (m *memberSet) addTo(w *listWriter, s columnar.Span) {
	for p := s.Off; p < s.Off+s.Len; p++ {
		if m.insert(p) {
			w.put(p)
		}
	}
}

func (m *memberSet) intersect(w *listWriter, a, b columnar.Span) {
	for p := b.Off; p < b.Off+b.Len; p++ {
		m.insert(p)
	}
	m.taken = slices.Grow(m.taken[:0], m.n)[:m.n]
	clear(m.taken)
	for p := a.Off; p < a.Off+a.Len; p++ {
		if m.src.IsNull(int(p)) {
			if m.null {
				w.put(p)
			}
			m.null = false
			continue
		}
		if at := m.find(p); at >= 0 && !m.taken[at] {
			m.taken[at] = true
			w.put(p)
		}
	}
}

func resolveSortArray(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 1 || len(c.Args) > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
	}
	t, err := accept(c, 0, types.ClassArray)
	if err != nil {
		return nil, err
	}
	if !t.Elem().IsOrderable() {
		return nil, WrongType(c.Func.Name, c.Args, 0, types.ClassOrderable.Name, c.Pos)
	}
	args := c.Args
	if len(args) == 1 {
		args = append([]expr.Expr{args[0]}, expr.True)
	} else if args[1].Type().Kind != types.Boolean && args[1].Type().Kind != types.Null {
		return nil, WrongType(c.Func.Name, c.Args, 1, "BOOLEAN", c.Pos)
	}
	return &expr.Resolution{Args: args, Params: []types.Type{t, types.BooleanType}, Result: t}, nil
}

func newSortArray(*expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, elems, up := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], columnOf[uint8](k.Args[1])
		w.begin(k)
		for i := range live(k) {
			w.putSpan(spans.at(i))
			asc := up.at(i) != 0
			sortPositions(w.current(), elems, kernel.Order{Desc: !asc, NullsFirst: asc})
			w.end(i)
		}
		w.finish(k, elems)
	}, nil
}

// sortPositions sorts positions by their values, equal ones keep their order.
func sortPositions(idx []int32, v *columnar.Vector, o kernel.Order) {
	slices.SortStableFunc(idx, func(a, b int32) int { return kernel.CompareOrdered(v, int(a), v, int(b), o) })
}
