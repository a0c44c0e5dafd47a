package columnar

import (
	"fmt"

	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// Value returns row i as a Go value (see package types), nil for null. It allocates: for results, tests and literals only.
func (v *Vector) Value(i int) any {
	if v.IsNull(i) {
		return nil
	}
	b, k := v.Base(), v.At(i)
	switch b.Width {
	case WBool:
		return Values[uint8](b)[k] != 0
	case W8:
		return Values[int8](b)[k]
	case W16:
		return Values[int16](b)[k]
	case W32:
		return Values[int32](b)[k]
	case W64:
		x := Values[int64](b)[k]
		if v.Type.Kind == types.Decimal {
			return types.Int128Of(x)
		}
		return x
	case W128:
		return Values[types.Int128](b)[k]
	case WF32:
		return Values[float32](b)[k]
	case WF64:
		return Values[float64](b)[k]
	case WInterval:
		return Values[types.Interval](b)[k]
	case WView:
		s := b.Bytes(k)
		if v.Type.Kind == types.String {
			return string(s)
		}
		return append([]byte{}, s...)
	case WList:
		return values(b.Children[0], Values[Span](b)[k])
	case WMap:
		s := Values[Span](b)[k]
		return types.MapValue{Keys: values(b.Children[0], s), Values: values(b.Children[1], s)}
	case WStruct:
		out := make([]any, len(b.Children))
		for j, c := range b.Children {
			out[j] = c.Value(k)
		}
		return out
	}
	panic(fmt.Sprintf("columnar: value of width %d", b.Width))
}

func values(child *Vector, s Span) []any {
	out := make([]any, s.Len)
	for i := range out {
		out[i] = child.Value(int(s.Off) + i)
	}
	return out
}

// SetValue stores a Go value (see package types), nil for null, as row i of a flat vector. Elements of arrays and maps are appended to
// the children. For literals and tests only.
func (v *Vector) SetValue(i int, x any) {
	if x == nil {
		v.SetNull(i)
		for _, c := range v.Children {
			if v.Width == WStruct {
				c.SetValue(i, nil)
			}
		}
		return
	}
	if v.Valid != nil {
		v.EnsureValid()[i>>6] |= 1 << (i & 63)
	}
	switch x := x.(type) {
	case bool:
		b := uint8(0)
		if x {
			b = 1
		}
		Values[uint8](v)[i] = b
	case int8:
		Values[int8](v)[i] = x
	case int16:
		Values[int16](v)[i] = x
	case int32:
		Values[int32](v)[i] = x
	case int64:
		Values[int64](v)[i] = x
	case types.Int128:
		if v.Width == W64 {
			Values[int64](v)[i] = x.Int64()
		} else {
			Values[types.Int128](v)[i] = x
		}
	case float32:
		Values[float32](v)[i] = x
	case float64:
		Values[float64](v)[i] = x
	case types.Interval:
		Values[types.Interval](v)[i] = x
	case string:
		v.SetBytes(i, []byte(x))
	case []byte:
		v.SetBytes(i, x)
	case types.MapValue:
		off := v.Children[0].appendValues(x.Keys)
		v.Children[1].appendValues(x.Values)
		Values[Span](v)[i] = Span{int32(off), int32(len(x.Keys))}
	case []any:
		if v.Width == WStruct {
			for j, c := range v.Children {
				c.SetValue(i, x[j])
			}
			return
		}
		off := v.Children[0].appendValues(x)
		Values[Span](v)[i] = Span{int32(off), int32(len(x))}
	default:
		panic(fmt.Sprintf("columnar: SetValue of %T into %s", x, v.Type))
	}
}

// appendValues grows a flat vector by the values and returns the position of the first.
func (v *Vector) appendValues(xs []any) int {
	off := v.Len
	v.Grow(off + len(xs))
	for i, x := range xs {
		v.SetValue(off+i, x)
	}
	return off
}

// Grow makes a flat vector n rows long, keeping its rows; new rows are not null and of unspecified value.
func (v *Vector) Grow(n int) {
	v.growOwn(n)
	if v.Width == WStruct {
		for _, c := range v.Children {
			c.Grow(n)
		}
	}
}

// growOwn is Grow without the fields of a struct.
func (v *Vector) growOwn(n int) {
	old := v.Len
	size := n * v.Width.Bytes()
	if cap(v.data) < size {
		d := alignedBytes(v.arena, max(size, 2*cap(v.data)))
		copy(d, v.data)
		slab.Free(v.arena, v.data)
		v.data = d
	}
	v.data = v.data[:size]
	v.Len = n
	switch {
	case v.Width == WNone:
		v.SetAllNull()
	case v.Valid != nil:
		v.growValid(old, n)
	}
}

func (v *Vector) growValid(old, n int) {
	words := v.EnsureValid()[:Words(old)]
	if r := old & 63; r != 0 { // the tail of the last word may hold stale zeros
		words[old>>6] |= ^uint64(0) << r
	}
	words = extend(v.arena, words, Words(n))
	for i := Words(old); i < len(words); i++ {
		words[i] = ^uint64(0)
	}
	v.Valid, v.own.words = words, words
}
