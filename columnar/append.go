package columnar

import (
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// Append adds rows of src at the end of dst, a vector that only Append fills after Reset or New(t, 0). It is how operators keep rows: values
// and string bytes are copied, dictionaries are referenced as long as all rows come from the same one and it lives long enough: of class Shared,
// or of class Stage if dst has an arena itself, whose Finish then holds that of the dictionary.
func Append(dst, src *Vector, rows Rows) {
	if rows.Count() == 0 {
		return
	}
	if src.Form == Dictionary && dst.MayRefer(src.Dict) {
		if dst.Len == 0 && dst.Form == Flat {
			dst.SetCodes(src.Dict, 0)
			src.Dict.Claim()
		}
		if dst.Form == Dictionary && dst.Dict == src.Dict {
			appendCodes(dst, src, rows)
			return
		}
	}
	AppendFlat(dst, src, rows)
}

// AppendFlat is Append that keeps values, never codes; children of arrays, maps and structs may still become codes.
func AppendFlat(dst, src *Vector, rows Rows) {
	if rows.Count() == 0 {
		return
	}
	dst.ownValues()
	if dst.Width == W64 && src.Base().Width == W128 {
		dst.widen()
	}
	appendValues(dst, src, rows)
}

// Concat makes dst the rows of all sources, one after the other.
func Concat(dst *Vector, srcs ...*Vector) {
	t := srcs[0].Type
	dst.Reset(t, srcs[0].Base().Width, 0)
	for _, s := range srcs {
		Append(dst, s, AllRows(s.Len))
	}
}

// AppendBatch adds the rows of src that count to dst, column by column.
func AppendBatch(dst, src *Batch) {
	for len(dst.Cols) < len(src.Cols) {
		dst.Cols = append(dst.Cols, New(src.Cols[len(dst.Cols)].Type, 0))
	}
	for i, c := range src.Cols {
		Append(dst.Cols[i], c, src.Rows())
	}
	dst.N += src.Count()
}

func appendCodes(dst, src *Vector, rows Rows) {
	old, n := dst.Len, rows.Count()
	dst.own.codes = extend(dst.arena, dst.own.codes[:old], old+n)
	if rows.All() {
		dst.own.codes = append(dst.own.codes[:old], src.Codes[:n]...)
	} else {
		codes := dst.own.codes[:old]
		for _, r := range rows.Sel {
			codes = append(codes, src.Codes[r])
		}
		dst.own.codes = codes
	}
	dst.Codes, dst.Len = dst.own.codes, old+n
	appendValid(dst, src.Valid, rows, old)
}

// appendValid extends the validity of dst, whose Len is already the new one, by the bits of the rows.
func appendValid(dst *Vector, valid []uint64, rows Rows, old int) {
	if valid == nil && dst.Valid == nil {
		return
	}
	if dst.Valid == nil {
		dst.EnsureValid()
	} else {
		dst.growValid(old, dst.Len)
	}
	if valid == nil {
		return
	}
	eachInvalid(valid, rows, func(i int) {
		k := old + i
		dst.Valid[k>>6] &^= 1 << (k & 63)
	})
}

// ownValues turns a dictionary that Append built into flat values of its own.
func (v *Vector) ownValues() {
	if v.Form != Dictionary {
		return
	}
	old := *v
	fresh := Vector{Type: v.Type, arena: v.arena}
	fresh.Reset(v.Type, v.Dict.Width, 0)
	appendValues(&fresh, &old, AllRows(old.Len))
	*v = fresh
	old.Free()
}

// widen turns a flat decimal of 64 bits into one of 128.
func (v *Vector) widen() {
	xs := Values[int64](v)
	data, old := alignedBytes(v.arena, 16*max(len(xs), 64)), v.data
	v.data, v.Width = data[:16*len(xs)], W128
	out := Values[types.Int128](v)
	for i, x := range xs {
		out[i] = types.Int128Of(x)
	}
	slab.Free(v.arena, old)
}

// appendValues copies rows of src of any form to the end of the flat vector dst.
func appendValues(dst, src *Vector, rows Rows) {
	old, n := dst.Len, rows.Count()
	base := src.Base()
	dst.growOwn(old + n)
	if dst.Width == WNone {
		return
	}
	dst.mergeBounds(src, old == 0)
	switch dst.Width {
	case WBool, W8:
		appendFixed(Values[uint8](dst)[old:], Values[uint8](base), src, rows)
	case W16:
		appendFixed(Values[int16](dst)[old:], Values[int16](base), src, rows)
	case W32, WF32:
		appendFixed(Values[uint32](dst)[old:], Values[uint32](base), src, rows)
	case W64, WF64:
		appendFixed(Values[int64](dst)[old:], Values[int64](base), src, rows)
	case WInterval:
		appendFixed(Values[types.Int128](dst)[old:], Values[types.Int128](base), src, rows)
	case W128:
		if base.Width == W64 {
			out, xs := Values[types.Int128](dst)[old:], Values[int64](base)
			for i := range out {
				out[i] = types.Int128Of(xs[src.At(rows.Row(i))])
			}
		} else {
			appendFixed(Values[types.Int128](dst)[old:], Values[types.Int128](base), src, rows)
		}
	case WView:
		appendViews(dst, src, rows, old)
	case WList, WMap:
		appendSpans(dst, src, rows, old)
	case WStruct:
		pos := positions(src, rows)
		for j, c := range base.Children {
			Append(dst.Children[j], c, Rows{Sel: pos, N: c.Len})
		}
	}
	appendNulls(dst, src, rows, old)
}

func (v *Vector) mergeBounds(src *Vector, first bool) {
	switch {
	case first:
		v.HasBounds, v.Lo, v.Hi = src.HasBounds, src.Lo, src.Hi
	case v.HasBounds && src.HasBounds:
		v.Lo, v.Hi = min(v.Lo, src.Lo), max(v.Hi, src.Hi)
	default:
		v.HasBounds = false
	}
}

func appendFixed[T any](dst, vals []T, src *Vector, rows Rows) {
	switch {
	case src.Form == Constant:
		fill(dst, vals[0])
	case src.Form == Flat && rows.All():
		copy(dst, vals)
	case src.Form == Flat:
		for i, r := range rows.Sel {
			dst[i] = vals[r]
		}
	case len(vals) == 0: // a dictionary without entries: all rows are null
	case rows.All():
		for i, c := range src.Codes[:rows.N] {
			dst[i] = vals[c]
		}
	default:
		for i, r := range rows.Sel {
			dst[i] = vals[src.Codes[r]]
		}
	}
}

func appendViews(dst, src *Vector, rows Rows, old int) {
	base := src.Base()
	vals := Values[View](base)
	nulls := src.MayHaveNulls()
	out := Values[View](dst)[old:]
	for i := range rows.Count() {
		r := rows.Row(i)
		if nulls && src.IsNull(r) {
			out[i] = View{}
			continue
		}
		x := &vals[src.At(r)]
		if x.Len <= MaxInline {
			out[i] = *x
		} else {
			dst.SetBytes(old+i, x.Bytes(base.Buffers))
		}
	}
}

func appendSpans(dst, src *Vector, rows Rows, old int) {
	base := src.Base()
	spans := Values[Span](base)
	idx := make([]int32, 0, 4*rows.Count())
	at := int32(dst.Children[0].Len)
	for i := range rows.Count() {
		r := rows.Row(i)
		if src.IsNull(r) {
			Values[Span](dst)[old+i] = Span{at, 0}
			continue
		}
		s := spans[src.At(r)]
		Values[Span](dst)[old+i] = Span{at, s.Len}
		at += s.Len
		for k := range s.Len {
			idx = append(idx, s.Off+k)
		}
	}
	for j, c := range base.Children {
		Append(dst.Children[j], c, Rows{Sel: idx, N: c.Len})
	}
}

// positions returns where the rows are stored in Base.
func positions(src *Vector, rows Rows) []int32 {
	pos := make([]int32, rows.Count())
	for i := range pos {
		pos[i] = int32(src.At(rows.Row(i)))
	}
	return pos
}

func appendNulls(dst, src *Vector, rows Rows, old int) {
	src.EachNull(rows, func(i int) { dst.SetNull(old + i) })
}
