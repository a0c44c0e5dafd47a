package row

import (
	"math"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Scatter appends the given rows of the columns, one column a field, in any form. Long strings are not copied: the page refers to the
// columns' buffers until it is Reset, so it is for rows to look up, and Append makes them last.
func (p *Page) Scatter(cols []*columnar.Vector, rows columnar.Rows) {
	n := rows.Count()
	first := p.grow(n)
	if n == 0 {
		return
	}
	for c, v := range cols {
		p.column(c, v, rows, unsafe.Pointer(&p.words[first]), n)
	}
}

func (p *Page) column(c int, v *columnar.Vector, rows columnar.Rows, dst unsafe.Pointer, n int) {
	f := p.Layout.fields[c]
	t := target{unsafe.Add(dst, f.off), p.Layout.Words * 8}
	base := v.Base()
	pos := p.positions(v, rows, n)
	if v.MayHaveNulls() || base.Width == columnar.WNone {
		pos = p.nullBits(c, v, rows, dst, pos, n)
	}
	switch base.Width {
	case columnar.WNone:
	case columnar.WBool, columnar.W8:
		scatter(t, columnar.Values[uint8](base), pos, n)
	case columnar.W16:
		scatter(t, columnar.Values[int16](base), pos, n)
	case columnar.W32:
		scatter(t, columnar.Values[int32](base), pos, n)
	case columnar.WF32:
		scatterFloat32(t, columnar.Values[float32](base), pos, n)
	case columnar.WF64:
		scatterFloat64(t, columnar.Values[float64](base), pos, n)
	case columnar.W64, columnar.W128:
		p.integers(c, t, base, pos, n)
	case columnar.WInterval:
		scatter(t, columnar.Values[types.Interval](base), pos, n)
	case columnar.WView:
		shift := uint32(len(p.heap))
		if scatterViews(t, columnar.Values[columnar.View](base), pos, n, shift) {
			p.heap = append(p.heap, base.Buffers...)
		}
	default:
		p.nested(t, base, pos, n)
	}
}

// positions returns where the rows lie in v's base, nil for 0 to n-1.
func (p *Page) positions(v *columnar.Vector, rows columnar.Rows, n int) []int32 {
	switch {
	case v.Form == columnar.Flat:
		return rows.Sel
	case v.Form == columnar.Dictionary && rows.Sel == nil:
		return v.Codes[:n]
	}
	p.pos = sized(p.pos, n)
	if v.Form == columnar.Constant {
		clear(p.pos)
		return p.pos
	}
	for i, r := range rows.Sel {
		p.pos[i] = v.Codes[r]
	}
	return p.pos
}

// nullBits sets the bits of null rows and returns the positions with -1 for these.
func (p *Page) nullBits(c int, v *columnar.Vector, rows columnar.Rows, dst unsafe.Pointer, pos []int32, n int) []int32 {
	out := sized(p.pos, n)
	p.pos = out
	if pos == nil {
		for i := range out {
			out[i] = int32(i)
		}
	} else if &pos[0] != &out[0] {
		copy(out, pos)
	}
	at := unsafe.Add(dst, p.Layout.nulls+c>>3)
	stride := p.Layout.Words * 8
	v.EachNull(rows, func(i int) {
		*(*uint8)(unsafe.Add(at, i*stride)) |= 1 << (c & 7)
		out[i] = -1
	})
	return out
}

// target is where the values of one column go: a first address and the distance of rows.
type target struct {
	at     unsafe.Pointer
	stride int
}

func scatter[T any](t target, vals []T, pos []int32, n int) {
	if pos == nil {
		for i, x := range vals[:n] {
			*(*T)(unsafe.Add(t.at, i*t.stride)) = x
		}
		return
	}
	for i, k := range pos {
		if k >= 0 {
			*(*T)(unsafe.Add(t.at, i*t.stride)) = vals[k]
		}
	}
}

// each calls f for the rows that are not null; it is inlined with the literal function passed to it.
func each(pos []int32, n int, f func(i, k int)) {
	if pos == nil {
		for i := range n {
			f(i, i)
		}
		return
	}
	for i, k := range pos {
		if k >= 0 {
			f(i, int(k))
		}
	}
}

func scatterFloat32(t target, vals []float32, pos []int32, n int) {
	each(pos, n, func(i, k int) {
		*(*uint32)(unsafe.Add(t.at, i*t.stride)) = math.Float32bits(float32(normal(float64(vals[k]))))
	})
}

func scatterFloat64(t target, vals []float64, pos []int32, n int) {
	each(pos, n, func(i, k int) {
		*(*uint64)(unsafe.Add(t.at, i*t.stride)) = math.Float64bits(normal(vals[k]))
	})
}

// normal makes zeros, and NaNs, alike.
func normal(f float64) float64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.NaN()
	}
	return f
}

// integers stores W64 and W128 values in the width of the field.
func (p *Page) integers(c int, t target, base *columnar.Vector, pos []int32, n int) {
	narrow := p.Layout.fields[c].width == columnar.W64
	if base.Width == columnar.W64 {
		vals := columnar.Values[int64](base)
		if narrow {
			scatter(t, vals, pos, n)
			return
		}
		each(pos, n, func(i, k int) {
			*(*types.Int128)(unsafe.Add(t.at, i*t.stride)) = types.Int128Of(vals[k])
		})
		return
	}
	vals := columnar.Values[types.Int128](base)
	if narrow {
		each(pos, n, func(i, k int) { *(*int64)(unsafe.Add(t.at, i*t.stride)) = vals[k].Int64() })
		return
	}
	wide := false
	each(pos, n, func(i, k int) {
		*(*types.Int128)(unsafe.Add(t.at, i*t.stride)) = vals[k]
		wide = wide || !vals[k].IsInt64()
	})
	p.wide[c] = p.wide[c] || wide
}

// scatterViews stores strings whose buffers the page will know under numbers from shift on, and reports whether any needs one.
func scatterViews(t target, vals []columnar.View, pos []int32, n int, shift uint32) bool {
	long := false
	each(pos, n, func(i, k int) {
		x := vals[k]
		if x.Len > columnar.MaxInline {
			x.Buf += shift
			long = true
		}
		*(*columnar.View)(unsafe.Add(t.at, i*t.stride)) = x
	})
	return long
}

func (p *Page) nested(t target, base *columnar.Vector, pos []int32, n int) {
	each(pos, n, func(i, k int) {
		p.enc = appendValue(p.enc[:0], base, k)
		v := (*columnar.View)(unsafe.Add(t.at, i*t.stride))
		if len(p.enc) <= columnar.MaxInline {
			*v = columnar.InlineView(p.enc)
			return
		}
		// A block of its own: blocks before it may be a vector's buffers, which are not ours to append to.
		p.heap = append(p.heap, append([]byte(nil), p.enc...))
		*v = columnar.RefView(p.enc, len(p.heap)-1, 0)
	})
}

func sized(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n, max(n, columnar.BatchSize))
	}
	return s[:n]
}
