package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// arraySearches look for values in arrays, or measure them.
func arraySearches() []*expr.Func {
	orderable := []expr.Sig{{Params: []types.Class{types.ClassArrayOf(types.ClassOrderable)}, Result: elementResult}}
	return []*expr.Func{
		{Name: "array_contains", Group: arrayGroup, Since: "1.5.0", Usage: "array_contains(array, v) - Tells whether the array holds v; NULL if it does not but holds a NULL.",
			Examples: []expr.Example{{SQL: "SELECT array_contains(array(1, 2, 3), 2)", Want: "true"}},
			Resolve:  resolveArrayElement(elementType, false, fixedResult(types.BooleanType)), AlwaysNull: true, New: kernelOf(arrayContains)},
		{Name: "array_position", Group: arrayGroup, Since: "2.4.0", Usage: "array_position(array, v) - Returns the position of the first element equal to v, from 1; 0 if there is none.",
			Examples: []expr.Example{{SQL: "SELECT array_position(array(312, 773, 708, 708), 708)", Want: "3"}, {SQL: "SELECT array_position(array(312, 773, 708, 708), 414)", Want: "0"}},
			Resolve:  resolveArrayElement(tightElementType, false, fixedResult(types.BigIntType)), New: kernelOf(arrayPosition)},
		{Name: "arrays_overlap", Group: arrayGroup, Since: "2.4.0", Usage: "arrays_overlap(a, b) - Tells whether the arrays have an element in common; NULL if they do not and one holds a NULL.",
			Examples: []expr.Example{{SQL: "SELECT arrays_overlap(array(1, 2, 3), array(3, 4, 5))", Want: "true"}},
			Resolve:  resolveTwoArrays(func(a, b types.Type) types.Type { return types.BooleanType }), AlwaysNull: true, New: newArraysOverlap},
		{Name: "array_max", Group: arrayGroup, Since: "2.4.0", Usage: "array_max(array) - Returns the largest element, without NULLs.",
			Examples: []expr.Example{{SQL: "SELECT array_max(array(1, 20, null, 3))", Want: "20"}},
			Sigs:     orderable, AlwaysNull: true, New: newArrayExtreme(1)},
		{Name: "array_min", Group: arrayGroup, Since: "2.4.0", Usage: "array_min(array) - Returns the smallest element, without NULLs.",
			Examples: []expr.Example{{SQL: "SELECT array_min(array(1, 20, null, 3))", Want: "1"}},
			Sigs:     orderable, AlwaysNull: true, New: newArrayExtreme(-1)},
		{Name: "array_size", Group: arrayGroup, Since: "3.3.0", Usage: "array_size(array) - Returns the number of elements.",
			Examples: []expr.Example{{SQL: "SELECT array_size(array('b', 'd', 'c', 'a'))", Want: "4"}},
			Sigs:     []expr.Sig{returns(types.IntType, types.ClassArray)}, New: kernelOf(sizeOf)},
		{Name: "size", Aliases: []string{"cardinality"}, Group: collectionGroup, Since: "1.5.0", Usage: "size(collection) - Returns the number of elements of an array or entries of a map; of NULL, NULL, or without ANSI mode -1.",
			Examples: []expr.Example{{SQL: "SELECT size(array('b', 'd', 'c', 'a'))", Want: "4"}, {SQL: "SELECT size(map('a', 1, 'b', 2))", Want: "2"}},
			Sigs:     []expr.Sig{returns(types.IntType, types.ClassOneOf(types.ClassArray, types.ClassMap))}, NullRule: expr.NullCustom, New: newSize},
		{Name: "array_join", Group: arrayGroup, Since: "2.4.0", Usage: "array_join(array, separator[, nullText]) - Returns the elements joined by a separator, without NULLs or with a text for them.",
			Examples: []expr.Example{{SQL: "SELECT array_join(array('hello', 'world'), ' ')", Want: "hello world"}, {SQL: "SELECT array_join(array('hello', null ,'world'), ' ', ',')", Want: "hello , world"}},
			Sigs:     []expr.Sig{optional(1, returns(types.StringType, types.ClassArrayOf(types.ClassString), types.ClassString, types.ClassString))}, New: kernelOf(arrayJoin)},
	}
}

func elementResult(args []types.Type) (types.Type, error) { return args[0].Elem(), nil }

func arrayContains(k *expr.KernelCall) {
	spans, elems, out := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], columnar.Values[uint8](k.Out)
	for i := range live(k) {
		s := spans.at(i)
		found := findKey(elems, s, k.Args[1], i) >= 0
		out[i] = boolByte(found)
		if !found && hasNull(elems, s) {
			k.Out.SetNull(i)
		}
	}
}

// hasNull reports a null among the elements of a span.
func hasNull(elems *columnar.Vector, s columnar.Span) bool {
	if !elems.MayHaveNulls() {
		return false
	}
	for p := s.Off; p < s.Off+s.Len; p++ {
		if elems.IsNull(int(p)) {
			return true
		}
	}
	return false
}

func arrayPosition(k *expr.KernelCall) {
	spans, elems, out := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], columnar.Values[int64](k.Out)
	for i := range live(k) {
		s := spans.at(i)
		out[i] = 0
		if p := findKey(elems, s, k.Args[1], i); p >= 0 {
			out[i] = int64(p-s.Off) + 1
		}
	}
}

func newArraysOverlap(*expr.Spec) (expr.Kernel, error) {
	var p pool
	var set valueSet
	return func(k *expr.KernelCall) {
		n, vs := children(0, k.Args...)
		src := p.fill(n, vs...)
		as, bs, out := columnOf[columnar.Span](k.Args[0]), columnOf[columnar.Span](k.Args[1]), columnar.Values[uint8](k.Out)
		for i := range live(k) {
			a, b := as.at(i), shiftSpan(bs.at(i), p.base[1])
			if a.Len > b.Len {
				a, b = b, a
			}
			found, null := overlap(src, &set, a, b)
			out[i] = boolByte(found)
			if !found && null && a.Len > 0 && b.Len > 0 {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

// overlap reports a common value of two spans that is not null, else whether one holds a null.
func overlap(src *columnar.Vector, set *valueSet, a, b columnar.Span) (found, null bool) {
	if a.Len <= 2 {
		for q := b.Off; q < b.Off+b.Len; q++ {
			switch {
			case src.IsNull(int(q)):
				null = true
			case findKey(src, a, src, int(q)) >= 0:
				return true, false
			}
		}
		return false, null || hasNull(src, a)
	}
	set.reset(src, int(a.Len))
	for q := a.Off; q < a.Off+a.Len; q++ {
		if src.IsNull(int(q)) {
			null = true
		} else {
			set.add(q)
		}
	}
	for q := b.Off; q < b.Off+b.Len; q++ {
		if src.IsNull(int(q)) {
			null = true
		} else if set.find(q) >= 0 {
			return true, false
		}
	}
	return false, null
}

func newArrayExtreme(sign int) newKernel {
	return func(*expr.Spec) (expr.Kernel, error) {
		var idx []int32
		return func(k *expr.KernelCall) {
			spans, elems := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
			idx = noPositions(idx, k.Rows.N)
			for i := range live(k) {
				s, best := spans.at(i), int32(-1)
				for p := s.Off; p < s.Off+s.Len; p++ {
					if !elems.IsNull(int(p)) && (best < 0 || kernel.CompareRows(elems, int(p), elems, int(best))*sign > 0) {
						best = p
					}
				}
				idx[i] = best
			}
			columnar.Gather(k.Out, elems, idx)
		}, nil
	}
}

func sizeOf(k *expr.KernelCall) {
	spans, out := columnOf[columnar.Span](k.Args[0]), columnar.Values[int32](k.Out)
	for i := range live(k) {
		out[i] = spans.at(i).Len
	}
}

func newSize(s *expr.Spec) (expr.Kernel, error) {
	null := s.Mode == expr.ANSI
	return func(k *expr.KernelCall) {
		spans, out := columnOf[columnar.Span](k.Args[0]), columnar.Values[int32](k.Out)
		for i := range each(k) {
			switch {
			case !k.Args[0].IsNull(i):
				out[i] = spans.at(i).Len
			case null:
				k.Out.SetNull(i)
			default:
				out[i] = -1
			}
		}
	}, nil
}

func arrayJoin(k *expr.KernelCall) {
	spans, elems, sep := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], textsOf(k.Args[1])
	var buf []byte
	for i := range live(k) {
		s := spans.at(i)
		buf = buf[:0]
		first := true
		for p := s.Off; p < s.Off+s.Len; p++ {
			null := elems.IsNull(int(p))
			if null && len(k.Args) < 3 {
				continue
			}
			if !first {
				buf = append(buf, sep.at(i)...)
			}
			first = false
			if null {
				buf = append(buf, k.Args[2].Bytes(i)...)
			} else {
				buf = append(buf, elems.Bytes(int(p))...)
			}
		}
		k.Out.SetBytes(i, buf)
	}
}
