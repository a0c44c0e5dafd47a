package row

import (
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Column returns the values of column c of rows from to to-1 as a flat vector. Strings share the page's heap, whose bytes never change.
func (p *Page) Column(c, from, to int) *columnar.Vector {
	f, n := p.Layout.fields[c], to-from
	t := p.Layout.Types[c]
	w := columnar.WidthOf(t)
	if w == columnar.W128 && !p.wide[c] {
		w = columnar.W64
	}
	out := columnar.NewWidth(t, w, n)
	out.Class = columnar.Shared
	if n == 0 || w == columnar.WNone {
		return out
	}
	row := unsafe.Pointer(&p.words[from*p.Layout.Words])
	src := target{unsafe.Add(row, f.off), p.Layout.Words * 8}
	switch w {
	case columnar.WBool, columnar.W8:
		gather(columnar.Values[uint8](out), src)
	case columnar.W16:
		gather(columnar.Values[int16](out), src)
	case columnar.W32, columnar.WF32:
		gather(columnar.Values[uint32](out), src)
	case columnar.W64, columnar.WF64: // the low word of a 128-bit value that fits is the value
		gather(columnar.Values[int64](out), src)
	case columnar.W128, columnar.WInterval:
		gather(columnar.Values[types.Int128](out), src)
	case columnar.WView:
		gather(columnar.Values[columnar.View](out), src)
		out.Buffers = append([][]byte(nil), p.heap...)
	default:
		p.decode(out, c, src, row)
		return out
	}
	for i := range n {
		if p.null(row, c, i) {
			out.SetNull(i)
		}
	}
	return out
}

func gather[T any](out []T, src target) {
	for i := range out {
		out[i] = *(*T)(unsafe.Add(src.at, i*src.stride))
	}
}

// null reports whether field c of the i-th row after first is null.
func (p *Page) null(first unsafe.Pointer, c, i int) bool {
	return *(*uint8)(unsafe.Add(first, p.Layout.nulls+c>>3+i*p.Layout.Words*8))>>(c&7)&1 != 0
}

func (p *Page) decode(out *columnar.Vector, c int, src target, row unsafe.Pointer) {
	for i := range out.Len {
		if p.null(row, c, i) {
			out.SetValue(i, nil)
			if out.Width != columnar.WStruct {
				columnar.Values[columnar.Span](out)[i] = columnar.Span{}
			}
			continue
		}
		v := (*columnar.View)(unsafe.Add(src.at, i*src.stride))
		x, _ := readValue(v.Bytes(p.heap), out.Type)
		out.SetValue(i, x)
	}
}
