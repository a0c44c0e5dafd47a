package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// arrayEdits make arrays of the elements of one array.
func arrayEdits() []*expr.Func {
	return []*expr.Func{
		{Name: "array_append", Group: arrayGroup, Since: "3.4.0", Usage: "array_append(array, v) - Returns the array with v at its end.",
			Examples: []expr.Example{{SQL: "SELECT array_append(array('b', 'd', 'c', 'a'), 'd')", Want: `["b","d","c","a","d"]`}},
			Resolve:  resolveArrayAdd, NullRule: expr.NullCustom, New: newArrayAdd(false)},
		{Name: "array_prepend", Group: arrayGroup, Since: "3.5.0", Usage: "array_prepend(array, v) - Returns the array with v before its elements.",
			Examples: []expr.Example{{SQL: "SELECT array_prepend(array('b', 'd', 'c', 'a'), 'd')", Want: `["d","b","d","c","a"]`}},
			Resolve:  resolveArrayAdd, NullRule: expr.NullCustom, New: newArrayAdd(true)},
		{Name: "array_insert", Group: arrayGroup, Since: "3.4.0", Usage: "array_insert(array, i, v) - Returns the array with v at position i from 1, from the end if i is negative; gaps are filled with NULL.",
			Examples: []expr.Example{{SQL: "SELECT array_insert(array(1, 2, 3, 4), 5, 5)", Want: "[1,2,3,4,5]"}, {SQL: "SELECT array_insert(array(5, 3, 2, 1), -4, 4)", Want: "[5,4,3,2,1]"}},
			Resolve:  resolveArrayInsert, NullRule: expr.NullCustom, Fallible: true, New: newArrayInsert},
		{Name: "array_remove", Group: arrayGroup, Since: "2.4.0", Usage: "array_remove(array, v) - Returns the array without the elements equal to v.",
			Examples: []expr.Example{{SQL: "SELECT array_remove(array(1, 2, 3, null, 3), 3)", Want: "[1,2,null]"}},
			Resolve:  resolveArrayElement(tightElementType, false, sameList), New: newArrayRemove},
		{Name: "array_compact", Group: arrayGroup, Since: "3.4.0", Usage: "array_compact(array) - Returns the array without its NULLs.",
			Examples: []expr.Example{{SQL: "SELECT array_compact(array(1, 2, 3, null))", Want: "[1,2,3]"}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassArray}, Result: func(args []types.Type) (types.Type, error) { return types.ArrayOf(args[0].Elem(), false), nil }}},
			New:      newArrayCompact},
		{Name: "slice", Group: arrayGroup, Since: "2.4.0", Usage: "slice(array, start, length) - Returns length elements from position start, from the end if it is negative.",
			Examples: []expr.Example{{SQL: "SELECT slice(array(1, 2, 3, 4), 2, 2)", Want: "[2,3]"}, {SQL: "SELECT slice(array(1, 2, 3, 4), -2, 2)", Want: "[3,4]"}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassArray, types.ClassInt, types.ClassInt}}}, Fallible: true, New: newSlice},
		{Name: "flatten", Group: arrayGroup, Since: "2.4.0", Usage: "flatten(arrays) - Returns the elements of the arrays of an array.",
			Examples: []expr.Example{{SQL: "SELECT flatten(array(array(1, 2), array(3, 4)))", Want: "[1,2,3,4]"}},
			Resolve:  resolveFlatten, New: newFlatten},
		{Name: "arrays_zip", Group: arrayGroup, Since: "2.4.0", Usage: "arrays_zip(array, …) - Returns an array of structs: the first elements, the second elements and so on.",
			Examples: []expr.Example{{SQL: "SELECT arrays_zip(array(1, 2, 3), array(2, 3, 4))", Want: `[{"0":1,"1":2},{"0":2,"1":3},{"0":3,"1":4}]`}},
			Resolve:  resolveArraysZip, New: newArraysZip},
	}
}

// resolveArrayAdd types f(array, v), whose result holds v.
func resolveArrayAdd(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := resolveArrayElement(tightElementType, true, sameList)(c)
	if err != nil {
		return nil, err
	}
	res.Result = types.ArrayOf(res.Result.Elem(), res.Result.ContainsNull() || c.Args[1].Nullable())
	null := c.Args[0].Nullable()
	res.Nullable = &null
	return res, nil
}

func newArrayAdd(front bool) newKernel {
	return func(*expr.Spec) (expr.Kernel, error) {
		var w listWriter
		var p pool
		return func(k *expr.KernelCall) {
			spans, elems := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
			src := p.fill([]int{elems.Len, k.Rows.N}, elems, k.Args[1])
			w.begin(k)
			for i := range each(k) {
				if k.Args[0].IsNull(i) {
					k.Out.SetNull(i)
					continue
				}
				if front {
					w.put(p.base[1] + int32(i))
				}
				w.putSpan(spans.at(i))
				if !front {
					w.put(p.base[1] + int32(i))
				}
				w.end(i)
			}
			w.finish(k, src)
		}, nil
	}
}

func resolveArrayInsert(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 3 {
		return nil, WrongCount(c.Func.Name, "3", len(c.Args), c.Pos)
	}
	list, err := accept(c, 0, types.ClassArray)
	if err != nil {
		return nil, err
	}
	at, err := accept(c, 1, types.ClassInt)
	if err != nil || c.Args[1].Type().Kind != types.Null && !c.Args[1].Type().IsInteger() || c.Args[1].Type().Kind == types.BigInt {
		return nil, WrongType(c.Func.Name, c.Args, 1, "INT", c.Pos)
	}
	e, ok := tightElementType(list.Elem(), c.Args[2].Type(), c.Mode)
	if !ok {
		return nil, diffTypes(c, "ARRAY_FUNCTION_DIFF_TYPES", "\"ARRAY\" followed by a value with same element type")
	}
	null := c.Args[0].Nullable() || c.Args[1].Nullable()
	return &expr.Resolution{Params: []types.Type{types.ArrayOf(e, list.ContainsNull()), at, e}, Result: types.ArrayOf(e, true), Nullable: &null}, nil
}

func newArrayInsert(s *expr.Spec) (expr.Kernel, error) {
	var w listWriter
	var p pool
	legacy := setting(s, "spark.sql.legacy.negativeIndexInArrayInsert") == "true"
	return func(k *expr.KernelCall) {
		spans, elems, at := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], columnOf[int32](k.Args[1])
		src := p.fill([]int{elems.Len, k.Rows.N}, elems, k.Args[2])
		w.begin(k)
		for i := range each(k) {
			if k.Args[0].IsNull(i) || k.Args[1].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			pos := int64(at.at(i))
			if pos == 0 {
				reject(k, i, s, "INVALID_INDEX_OF_ZERO", "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).")
				continue
			}
			if legacy && pos < 0 {
				pos--
			}
			list, item := spans.at(i), p.base[1]+int32(i)
			if max(pos, -pos)+int64(len(w.idx)) > maxElements {
				tooManyElements(k, i, s, max(pos, -pos))
				continue
			}
			insertElement(&w, list, pos, item)
			w.end(i)
		}
		w.finish(k, src)
	}, nil
}

// insertElement puts the elements of a list with an item at a position, from 1 or from the end.
func insertElement(w *listWriter, list columnar.Span, pos int64, item int32) {
	n := int64(list.Len)
	if pos < -n { // before the first: a gap follows the item
		w.put(item)
		for range -pos - n - 1 {
			w.put(-1)
		}
		w.putSpan(list)
		return
	}
	before := pos - 1
	if pos < 0 {
		before = n + pos + 1
	}
	w.putSpan(columnar.Span{Off: list.Off, Len: int32(min(before, n))})
	for range before - n {
		w.put(-1)
	}
	w.put(item)
	if before < n {
		w.putSpan(columnar.Span{Off: list.Off + int32(before), Len: int32(n - before)})
	}
}

func newArrayRemove(*expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, elems, v := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], k.Args[1]
		w.begin(k)
		for i := range live(k) {
			s := spans.at(i)
			for p := s.Off; p < s.Off+s.Len; p++ {
				if elems.IsNull(int(p)) || !kernel.EqualRows(elems, int(p), v, i) {
					w.put(p)
				}
			}
			w.end(i)
		}
		w.finish(k, elems)
	}, nil
}

func newArrayCompact(*expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, elems := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
		w.begin(k)
		for i := range live(k) {
			s := spans.at(i)
			for p := s.Off; p < s.Off+s.Len; p++ {
				if !elems.IsNull(int(p)) {
					w.put(p)
				}
			}
			w.end(i)
		}
		w.finish(k, elems)
	}, nil
}

func newSlice(s *expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, from, length := columnOf[columnar.Span](k.Args[0]), columnOf[int32](k.Args[1]), columnOf[int32](k.Args[2])
		w.begin(k)
		for i := range live(k) {
			start, n := int64(from.at(i)), int64(length.at(i))
			switch {
			case start == 0:
				reject(k, i, s, "INVALID_PARAMETER_VALUE.START", "The value of parameter(s) `start` in `slice` is invalid: Expects a positive or a negative value for `start`, but got 0.")
				continue
			case n < 0:
				reject(k, i, s, "INVALID_PARAMETER_VALUE.LENGTH", "The value of parameter(s) `length` in `slice` is invalid: Expects `length` greater than or equal to 0, but got %d.", n)
				continue
			}
			list := spans.at(i)
			if start < 0 {
				start += int64(list.Len)
			} else {
				start--
			}
			if start >= 0 && start < int64(list.Len) {
				w.putSpan(columnar.Span{Off: list.Off + int32(start), Len: int32(min(n, int64(list.Len)-start))})
			}
			w.end(i)
		}
		w.finish(k, k.Args[0].Children[0])
	}, nil
}

func resolveFlatten(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	t := c.Args[0].Type()
	if t.Kind != types.Array || t.Elem().Kind != types.Array {
		return nil, WrongType(c.Func.Name, c.Args, 0, "ARRAY\" of \"ARRAY", c.Pos)
	}
	null := c.Args[0].Nullable() || t.ContainsNull()
	return &expr.Resolution{Params: []types.Type{t}, Result: t.Elem(), Nullable: &null}, nil
}

func newFlatten(*expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, lists := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
		base := lists.Base()
		inner := columnar.Values[columnar.Span](base)
		w.begin(k)
		for i := range live(k) {
			s := spans.at(i)
			if hasNull(lists, s) {
				k.Out.SetNull(i)
				continue
			}
			for p := s.Off; p < s.Off+s.Len; p++ {
				w.putSpan(inner[lists.At(int(p))])
			}
			w.end(i)
		}
		w.finish(k, base.Children[0])
	}, nil
}

// resolveArraysZip names the fields of the structs after columns and fields, else by number.
func resolveArraysZip(c *expr.Resolving) (*expr.Resolution, error) {
	fields := make([]types.Field, len(c.Args))
	params := make([]types.Type, len(c.Args))
	for i, a := range c.Args {
		t, err := accept(c, i, types.ClassArray)
		if err != nil {
			return nil, err
		}
		params[i] = t
		name := itoa(i)
		switch x := a.(type) {
		case *expr.Column:
			name = x.Name
		case *expr.Field:
			name = x.Child.Type().Fields()[x.Index].Name
		}
		fields[i] = types.Field{Name: name, Type: t.Elem(), Nullable: true}
	}
	return &expr.Resolution{Params: params, Result: types.ArrayOf(types.StructOf(fields...), false)}, nil
}

func newArraysZip(s *expr.Spec) (expr.Kernel, error) {
	idx := make([][]int32, len(s.Args))
	return func(k *expr.KernelCall) {
		out := columnar.Values[columnar.Span](k.Out)
		clear(out)
		at := int32(0)
		for j := range idx {
			idx[j] = idx[j][:0]
		}
		for i := range live(k) {
			n := int32(0)
			for _, a := range k.Args {
				n = max(n, columnar.Values[columnar.Span](a)[i&formMask(a)].Len)
			}
			for j, a := range k.Args {
				idx[j] = appendPadded(idx[j], columnar.Values[columnar.Span](a)[i&formMask(a)], n)
			}
			out[i] = columnar.Span{Off: at, Len: n}
			at += n
		}
		structs := k.Out.Children[0]
		structs.Reset(structs.Type, structs.Width, int(at))
		for j, a := range k.Args {
			columnar.Gather(structs.Children[j], a.Children[0], idx[j])
		}
	}, nil
}

// appendPadded lists the positions of a span, and -1 up to n.
func appendPadded(idx []int32, s columnar.Span, n int32) []int32 {
	for j := range n {
		p := int32(-1)
		if j < s.Len {
			p = s.Off + j
		}
		idx = append(idx, p)
	}
	return idx
}

// setting returns a setting of the session, in lower case.
func setting(s *expr.Spec, key string) string {
	if s.Env == nil || s.Env.Conf == nil {
		return ""
	}
	return strings.ToLower(s.Env.Conf(key))
}
