package columnar

import "github.com/sparrow-engine/sparrow/types"

// Flatten returns src in flat form, equal to it at the rows, which keep their numbers: src itself if it is flat, else dst, filled.
// Rows outside the set are of unspecified but valid value. Strings share the buffers of src, array elements its children.
func Flatten(dst, src *Vector, rows Rows) *Vector {
	if src.Form == Flat {
		return src
	}
	n := src.Len
	if rows.All() {
		n = rows.N
	}
	base := src.Base()
	dst.Reset(src.Type, base.Width, src.Len)
	dst.Class = Scratch
	dst.HasBounds, dst.Lo, dst.Hi = src.HasBounds, src.Lo, src.Hi
	dst.shareHeap(base)
	if src.Form == Constant {
		if src.IsNull(0) {
			dst.clearValues()
			dst.SetAllNull()
			return dst
		}
		broadcast(dst, base, src.Len)
		return dst
	}
	if !rows.All() {
		if hasReferences(base.Width) {
			clear(dst.data)
		}
		take(dst, base, src.Codes, rows.Sel)
	} else {
		take(dst, base, src.Codes[:n], nil)
	}
	if src.MayHaveNulls() {
		flattenValid(dst, src, rows)
	}
	return dst
}

// hasReferences reports whether values of the width point into buffers or children, so that stale ones are dangerous.
func hasReferences(w Width) bool { return w == WView || w == WList || w == WMap }

// clearValues zeroes the values, so that rows that are not computed hold valid ones.
func (v *Vector) clearValues() {
	clear(v.data)
	if v.Width == WStruct {
		for _, c := range v.Children {
			c.clearValues()
		}
	}
}

// ClearReferences zeroes strings, arrays and maps of a vector just Reset, so that rows which nobody computes hold empty values and not
// stale references.
func (v *Vector) ClearReferences() {
	if hasReferences(v.Width) || v.Width == WStruct {
		v.clearValues()
	}
}

// shareHeap lets dst refer to the string buffers and array children of src.
func (v *Vector) shareHeap(src *Vector) {
	switch src.Width {
	case WView:
		v.Buffers = append([][]byte(nil), src.Buffers...)
	case WList, WMap:
		v.Children = src.Children
	}
}

func flattenValid(dst, src *Vector, rows Rows) {
	words := dst.EnsureValid()
	if src.Valid != nil {
		copy(words, src.Valid[:Words(src.Len)])
	}
	if src.Dict.Valid == nil {
		return
	}
	dv := src.Dict.Valid
	for i := range rows.Count() {
		r := rows.Row(i)
		if c := src.Codes[r]; dv[c>>6]>>(c&63)&1 == 0 {
			words[r>>6] &^= 1 << (r & 63)
		}
	}
}

// take sets dst[i] = base[idx[i]] for all i, or for the i in sel. idx must be positions in base.
func take(dst, base *Vector, idx, sel []int32) {
	switch base.Width {
	case WBool:
		takeFixed(Values[uint8](dst), Values[uint8](base), idx, sel)
	case W8:
		takeFixed(Values[int8](dst), Values[int8](base), idx, sel)
	case W16:
		takeFixed(Values[int16](dst), Values[int16](base), idx, sel)
	case W32, WF32:
		takeFixed(Values[uint32](dst), Values[uint32](base), idx, sel)
	case W64, WF64, WList, WMap:
		takeFixed(Values[int64](dst), Values[int64](base), idx, sel)
	case W128, WView, WInterval:
		takeFixed(Values[types.Int128](dst), Values[types.Int128](base), idx, sel)
	case WStruct:
		for j, c := range base.Children {
			takeChild(dst.Children[j], c, idx, sel)
		}
	}
}

func takeFixed[T any](dst, src []T, idx, sel []int32) {
	if len(src) == 0 {
		return
	}
	if sel != nil {
		for _, i := range sel {
			dst[i] = src[idx[i]]
		}
		return
	}
	dst = dst[:len(idx)]
	for i, k := range idx {
		dst[i] = src[k]
	}
}

// takeChild is take for the field of a struct, which may have any form and own nulls.
func takeChild(dst, src *Vector, idx, sel []int32) {
	if sel == nil {
		Gather(dst, src, idx)
		return
	}
	full := make([]int32, dst.Len)
	for i := range full {
		full[i] = -1
	}
	for _, i := range sel {
		full[i] = idx[i]
	}
	Gather(dst, src, full)
}

// broadcast sets the first n values of dst to the value of the constant src.
func broadcast(dst, src *Vector, n int) {
	switch src.Width {
	case WBool, W8:
		fill(Values[uint8](dst)[:n], Values[uint8](src)[0])
	case W16:
		fill(Values[int16](dst)[:n], Values[int16](src)[0])
	case W32, WF32:
		fill(Values[uint32](dst)[:n], Values[uint32](src)[0])
	case W64, WF64, WList, WMap:
		fill(Values[int64](dst)[:n], Values[int64](src)[0])
	case W128, WView, WInterval:
		fill(Values[types.Int128](dst)[:n], Values[types.Int128](src)[0])
	case WStruct:
		for j, c := range src.Children {
			Gather(dst.Children[j], c, make([]int32, n))
		}
	}
}

func fill[T any](dst []T, x T) {
	for i := range dst {
		dst[i] = x
	}
}

// Gather makes dst the vector of src[idx[i]]; an index of -1 gives null. A dictionary stays one; strings share the buffers of src, array
// elements its children. dst must not be src.
func Gather(dst, src *Vector, idx []int32) {
	n := len(idx)
	holes := false
	for _, i := range idx {
		if i < 0 {
			holes = true
			break
		}
	}
	if holes && src.Physical() == 0 || src.Width == WNone {
		dst.Reset(src.Type, src.Base().Width, n)
		dst.clearValues()
		dst.SetAllNull()
		return
	}
	switch src.Form {
	case Dictionary:
		codes := dst.SetCodes(src.Dict, n)
		for i, k := range idx {
			codes[i] = src.Codes[max(k, 0)]
		}
	case Constant:
		codes := dst.SetCodes(src.AsEntry(), n)
		clear(codes)
	default:
		dst.Reset(src.Type, src.Width, n)
		dst.HasBounds, dst.Lo, dst.Hi = src.HasBounds, src.Lo, src.Hi
		dst.shareHeap(src)
		if holes {
			gatherHoles(dst, src, idx)
		} else {
			take(dst, src, idx, nil)
		}
	}
	dst.Class = Scratch
	if src.Valid == nil && !holes {
		return
	}
	gatherValid(dst, src, idx)
}

func gatherHoles(dst, src *Vector, idx []int32) {
	safe := make([]int32, len(idx))
	for i, k := range idx {
		safe[i] = max(k, 0)
	}
	take(dst, src, safe, nil)
}

func gatherValid(dst, src *Vector, idx []int32) {
	words := dst.EnsureValid()
	for i, k := range idx {
		ok := k >= 0
		if ok && src.Valid != nil {
			if src.Form == Constant {
				k = 0
			}
			ok = src.Valid[k>>6]>>(k&63)&1 != 0
		}
		if !ok {
			words[i>>6] &^= 1 << (i & 63)
		}
	}
}

// AsEntry returns a flat vector of the one value of a constant, for use as a dictionary.
func (v *Vector) AsEntry() *Vector {
	e := *v
	e.Form, e.Len, e.own = Flat, 1, memory{}
	if e.Width == WStruct {
		e.Children = make([]*Vector, len(v.Children))
		for i, c := range v.Children {
			k := *c
			k.own = memory{}
			if k.Form == Constant {
				k.Len = 1
			}
			e.Children[i] = &k
		}
	}
	return &e
}

// NullConstant returns a constant vector of n nulls.
func NullConstant(t types.Type, n int) *Vector { return NewConstant(t, nil, n) }

// Resized returns a constant vector with another number of rows, sharing its value.
func (v *Vector) Resized(n int) *Vector {
	c := *v
	c.Len, c.own = n, memory{}
	return &c
}

// Compact makes dst the dense batch of the rows of src that count.
func Compact(dst, src *Batch) {
	dst.Morsel, dst.Seq, dst.Sel, dst.N = src.Morsel, src.Seq, nil, src.Count()
	for len(dst.Cols) < len(src.Cols) {
		dst.Cols = append(dst.Cols, &Vector{})
	}
	dst.Cols = dst.Cols[:len(src.Cols)]
	idx := src.Sel
	if idx == nil {
		idx = Identity(src.N)
	}
	for i, c := range src.Cols {
		if c.Form == Constant {
			dst.Cols[i] = c.Resized(dst.N)
			continue
		}
		Gather(dst.Cols[i], c, idx)
	}
}

// Identity returns the numbers 0 to n-1.
func Identity(n int) []int32 {
	idx := make([]int32, n)
	for i := range idx {
		idx[i] = int32(i)
	}
	return idx
}
