package functions

import (
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// vectorOf returns a vector over a copy of state, so that results outlive the accumulator.
func vectorOf[T columnar.Fixed](t types.Type, w columnar.Width, state []T) *columnar.Vector {
	v := columnar.NewWidth(t, w, len(state))
	copy(columnar.Values[T](v), state)
	return v
}

func int64Vector(t types.Type, state []int64) *columnar.Vector {
	return vectorOf(t, columnar.W64, state)
}

func doubleVector(state []float64) *columnar.Vector {
	return vectorOf(types.DoubleType, columnar.WF64, state)
}

// setNulls makes the rows of v null where empty reports it.
func setNulls(v *columnar.Vector, empty func(i int) bool) *columnar.Vector {
	for i := range v.Len {
		if empty(i) {
			v.SetNull(i)
		}
	}
	return v
}

// vectorBytes estimates the memory of a vector.
func vectorBytes(v *columnar.Vector) int64 {
	if v == nil {
		return 0
	}
	n := int64(unsafe.Sizeof(*v)) + int64(cap(v.Data())) + int64(8*cap(v.Valid)+4*cap(v.Codes))
	for _, b := range v.Buffers {
		n += int64(cap(b))
	}
	for _, c := range v.Children {
		n += vectorBytes(c)
	}
	return n
}

// appendRows adds rows of src to the flat vector dst, copying what they refer to; sel nil means rows 0 to n-1.
// A decimal dst widens to 128 bits when src needs it.
func appendRows(dst, src *columnar.Vector, sel []int32, n int) {
	if n == 0 {
		return
	}
	if src.Form == columnar.Dictionary {
		codes := make([]int32, n)
		for i := range codes {
			codes[i] = src.Codes[rowAt(sel, i)]
		}
		off := dst.Len
		appendRows(dst, src.Dict, codes, n)
		for i := range codes {
			if src.IsNull(rowAt(sel, i)) {
				dst.SetNull(off + i)
			}
		}
		return
	}
	if src.Form == columnar.Constant {
		sel = make([]int32, n)
	}
	if dst.Width != src.Width {
		matchWidth(dst, src)
	}
	off := dst.Len
	grow(dst, off+n)
	appendValidity(dst, src, sel, off, n)
	switch src.Width {
	case columnar.WBool:
		gather[uint8](dst, src, sel, off, n)
	case columnar.W8:
		gather[int8](dst, src, sel, off, n)
	case columnar.W16:
		gather[int16](dst, src, sel, off, n)
	case columnar.W32:
		gather[int32](dst, src, sel, off, n)
	case columnar.W64:
		if dst.Width == columnar.W128 {
			to, from := columnar.Values[types.Int128](dst)[off:], columnar.Values[int64](src)
			for i := range n {
				to[i] = types.Int128Of(from[rowAt(sel, i)])
			}
			return
		}
		gather[int64](dst, src, sel, off, n)
	case columnar.W128:
		gather[types.Int128](dst, src, sel, off, n)
	case columnar.WF32:
		gather[float32](dst, src, sel, off, n)
	case columnar.WF64:
		gather[float64](dst, src, sel, off, n)
	case columnar.WInterval:
		gather[types.Interval](dst, src, sel, off, n)
	case columnar.WView:
		appendViews(dst, src, sel, off, n)
	case columnar.WList, columnar.WMap:
		appendSpans(dst, src, sel, off, n)
	case columnar.WStruct:
		for i, c := range src.Children {
			d := dst.Children[i]
			d.Len = off
			appendRows(d, c, sel, n)
		}
	}
}

func rowAt(sel []int32, i int) int {
	if sel != nil {
		return int(sel[i])
	}
	return i
}

// grow lengthens a flat vector without touching struct children, which appendRows grows itself.
func grow(v *columnar.Vector, n int) {
	if v.Width != columnar.WStruct {
		v.Grow(n)
		return
	}
	kids := v.Children
	v.Children = nil
	v.Grow(n)
	v.Children = kids
}

// matchWidth widens the decimals of dst when src has 128 bits.
func matchWidth(dst, src *columnar.Vector) {
	if dst.Width != columnar.W64 || src.Width != columnar.W128 {
		return
	}
	wide := columnar.NewWidth(dst.Type, columnar.W128, dst.Len)
	to := columnar.Values[types.Int128](wide)
	for i, x := range columnar.Values[int64](dst)[:dst.Len] {
		to[i] = types.Int128Of(x)
	}
	wide.Valid, wide.Class = dst.Valid, dst.Class
	*dst = *wide
}

func gather[T columnar.Fixed](dst, src *columnar.Vector, sel []int32, off, n int) {
	to, from := columnar.Values[T](dst)[off:off+n], columnar.Values[T](src)
	if sel == nil {
		copy(to, from[:n])
		return
	}
	for i, r := range sel[:n] {
		to[i] = from[r]
	}
}

func appendValidity(dst, src *columnar.Vector, sel []int32, off, n int) {
	if src.Valid == nil {
		if dst.Valid != nil {
			for i := range n {
				k := off + i
				dst.Valid[k>>6] |= 1 << (k & 63)
			}
		}
		return
	}
	valid := dst.EnsureValid()
	for i := range n {
		r, k := rowAt(sel, i), off+i
		valid[k>>6] = valid[k>>6]&^(1<<(k&63)) | src.Valid[r>>6]>>(r&63)&1<<(k&63)
	}
}

func appendViews(dst, src *columnar.Vector, sel []int32, off, n int) {
	from := columnar.Values[columnar.View](src)
	for i := range n {
		r := rowAt(sel, i)
		x := &from[r]
		switch {
		case src.Valid != nil && src.Valid[r>>6]>>(r&63)&1 == 0:
			columnar.Values[columnar.View](dst)[off+i] = columnar.View{}
		case x.Inline():
			columnar.Values[columnar.View](dst)[off+i] = *x
		default:
			dst.SetBytes(off+i, x.Bytes(src.Buffers))
		}
	}
}

func appendSpans(dst, src *columnar.Vector, sel []int32, off, n int) {
	from := columnar.Values[columnar.Span](src)
	to := columnar.Values[columnar.Span](dst)[off:]
	at := int32(dst.Children[0].Len)
	var elems []int32
	for i := range n {
		r := rowAt(sel, i)
		if src.Valid != nil && src.Valid[r>>6]>>(r&63)&1 == 0 {
			to[i] = columnar.Span{Off: at}
			continue
		}
		s := from[r]
		to[i] = columnar.Span{Off: at, Len: s.Len}
		at += s.Len
		for k := range s.Len {
			elems = append(elems, s.Off+k)
		}
	}
	for i, c := range src.Children {
		appendRows(dst.Children[i], c, elems, len(elems))
	}
}
