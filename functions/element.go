package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const (
	arrayGroup      = "array_funcs"
	collectionGroup = "collection_funcs"
)

// elementFuncs read one element of an array or one value of a map. getarrayitem and getmapvalue are what a[i] and m[k] become.
func elementFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "getarrayitem", Group: arrayGroup, Since: "1.0.0", Usage: "getarrayitem(array, i) - array[i]: the element at position i from 0; an error if there is none.",
			Resolve: resolveArrayIndex, AlwaysNull: true, Fallible: true, New: newItem(fromZero)},
		{Name: "getmapvalue", Group: mapGroup, Since: "1.0.0", Usage: "getmapvalue(map, key) - map[key]: the value of a key, NULL if there is none.",
			Resolve: resolveMapKey, AlwaysNull: true, New: newMapValue},
		{Name: "get", Group: arrayGroup, Since: "3.4.0", Usage: "get(array, i) - Returns the element at position i from 0, NULL if there is none.",
			Examples: []expr.Example{{SQL: "SELECT get(array(1, 2, 3), 0)", Want: "1"}, {SQL: "SELECT get(array(1, 2, 3), 3)", Want: "NULL"}},
			Resolve:  resolveArrayIndex, AlwaysNull: true, New: newItem(tolerantIndex)},
		{Name: "element_at", Group: collectionGroup, Since: "2.4.0", Usage: "element_at(array, i) - Returns the element at position i from 1, from the end if i is negative; element_at(map, key) the value of a key.",
			Examples: []expr.Example{{SQL: "SELECT element_at(array(1, 2, 3), 2)", Want: "2"}, {SQL: "SELECT element_at(map(1, 'a', 2, 'b'), 2)", Want: "b"}},
			Resolve:  resolveElementAt, AlwaysNull: true, Fallible: true, New: newElementAt(fromOne)},
		{Name: "try_element_at", Group: collectionGroup, Since: "3.3.0", Usage: "try_element_at(array, i) - Like element_at, but NULL if there is no such element.",
			Examples: []expr.Example{{SQL: "SELECT try_element_at(array(1, 2, 3), 4)", Want: "NULL"}},
			Resolve:  resolveElementAt, AlwaysNull: true, Fallible: true, New: newElementAt(tolerantFromOne)},
	}
}

func resolveArrayIndex(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	list := c.Args[0].Type()
	if list.Kind != types.Array {
		return nil, WrongType(c.Func.Name, c.Args, 0, "ARRAY", c.Pos)
	}
	at, err := accept(c, 1, types.ClassOneOf(types.ClassIntegral, types.ClassInt))
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: []types.Type{list, at}, Result: list.Elem()}, nil
}

func resolveMapKey(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	m, err := accept(c, 0, types.ClassMap)
	if err != nil {
		return nil, err
	}
	key, err := accept(c, 1, types.ClassExactly(m.Key()))
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: []types.Type{m, key}, Result: m.Elem()}, nil
}

func resolveElementAt(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	switch t := c.Args[0].Type(); t.Kind {
	case types.Array:
		at, err := accept(c, 1, types.ClassIntegral)
		if err == nil && at.Kind == types.BigInt {
			err = WrongType(c.Func.Name, c.Args, 1, "INT", c.Pos)
		}
		return &expr.Resolution{Params: []types.Type{t, at}, Result: t.Elem()}, err
	case types.Map:
		key, ok := tightElementType(t.Key(), c.Args[1].Type(), c.Mode)
		if !ok {
			return nil, diffTypes(c, "MAP_FUNCTION_DIFF_TYPES", "a \"MAP\" followed by a key with the same key type")
		}
		return &expr.Resolution{Params: []types.Type{types.MapOf(key, t.Elem(), t.ContainsNull()), key}, Result: t.Elem()}, nil
	}
	_, err := accept(c, 0, types.ClassOneOf(types.ClassArray, types.ClassMap))
	if err == nil {
		err = WrongType(c.Func.Name, c.Args, 0, `ARRAY" or "MAP`, c.Pos)
	}
	return nil, err
}

// indexing is how a position is meant and what one outside the array does.
type indexing uint8

const (
	fromZero indexing = iota
	tolerantIndex
	fromOne
	tolerantFromOne
)

func newElementAt(how indexing) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		if s.Args[0].Kind == types.Map {
			return newMapValue(s)
		}
		return newItem(how)(s)
	}
}

func newItem(how indexing) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		var idx []int32
		return func(k *expr.KernelCall) {
			spans, at := columnOf[columnar.Span](k.Args[0]), k.Args[1]
			idx = noPositions(idx, k.Rows.N)
			for i := range live(k) {
				idx[i] = itemPosition(k, s, how, i, spans.at(i), integerAt(at, i))
			}
			columnar.Gather(k.Out, k.Args[0].Children[0], idx)
		}, nil
	}
}

// noPositions returns n positions of -1.
func noPositions(idx []int32, n int) []int32 {
	if cap(idx) < n {
		idx = make([]int32, n)
	}
	idx = idx[:n]
	for i := range idx {
		idx[i] = -1
	}
	return idx
}

// itemPosition returns where element at of a row's array lies, -1 if there is none.
func itemPosition(k *expr.KernelCall, s *expr.Spec, how indexing, i int, list columnar.Span, at int64) int32 {
	n, pos := int64(list.Len), at
	if how == fromOne || how == tolerantFromOne {
		switch {
		case at == 0:
			reject(k, i, s, "INVALID_INDEX_OF_ZERO", "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).")
			return -1
		case at < 0:
			pos = n + at
		default:
			pos = at - 1
		}
	}
	if pos >= 0 && pos < n {
		return list.Off + int32(pos)
	}
	switch how {
	case fromZero:
		raise(k, i, s.Pos, "INVALID_ARRAY_INDEX", "The index %d is out of bounds. The array has %d elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.", at, n)
	case fromOne:
		raise(k, i, s.Pos, "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "The index %d is out of bounds. The array has %d elements. Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead.", at, n)
	}
	return -1
}

func newMapValue(*expr.Spec) (expr.Kernel, error) {
	var idx []int32
	return func(k *expr.KernelCall) {
		m, key := k.Args[0], k.Args[1]
		spans, keys := columnOf[columnar.Span](m), m.Children[0]
		idx = noPositions(idx, k.Rows.N)
		for i := range live(k) {
			idx[i] = findKey(keys, spans.at(i), key, i)
		}
		columnar.Gather(k.Out, m.Children[1], idx)
	}, nil
}

// findKey returns the position of the element of a span that equals row i of v, which is not null; -1 if there is none.
func findKey(keys *columnar.Vector, s columnar.Span, v *columnar.Vector, i int) int32 {
	nulls := keys.MayHaveNulls()
	for j := s.Off; j < s.Off+s.Len; j++ {
		if (!nulls || !keys.IsNull(int(j))) && kernel.EqualRows(keys, int(j), v, i) {
			return j
		}
	}
	return -1
}
