package row

import (
	"encoding/binary"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Nested values are encoded one after the other: a byte for null or not, then the value in its normal form. Equal values have equal
// encodings, also when decimals come in different widths.

// appendValue appends value k of a flat vector, which is not null, without the byte that says so.
func appendValue(dst []byte, v *columnar.Vector, k int) []byte {
	le := binary.LittleEndian
	switch v.Width {
	case columnar.WBool, columnar.W8:
		return append(dst, columnar.Values[uint8](v)[k])
	case columnar.W16:
		return le.AppendUint16(dst, uint16(columnar.Values[int16](v)[k]))
	case columnar.W32:
		return le.AppendUint32(dst, uint32(columnar.Values[int32](v)[k]))
	case columnar.W64:
		x := columnar.Values[int64](v)[k]
		dst = le.AppendUint64(dst, uint64(x))
		if v.Type.Kind == types.Decimal {
			dst = le.AppendUint64(dst, uint64(x>>63))
		}
		return dst
	case columnar.W128:
		x := columnar.Values[types.Int128](v)[k]
		return le.AppendUint64(le.AppendUint64(dst, x.Lo), uint64(x.Hi))
	case columnar.WF32:
		return le.AppendUint32(dst, math.Float32bits(float32(normal(float64(columnar.Values[float32](v)[k])))))
	case columnar.WF64:
		return le.AppendUint64(dst, math.Float64bits(normal(columnar.Values[float64](v)[k])))
	case columnar.WInterval:
		x := columnar.Values[types.Interval](v)[k]
		dst = le.AppendUint32(le.AppendUint32(dst, uint32(x.Months)), uint32(x.Days))
		return le.AppendUint64(dst, uint64(x.Micros))
	case columnar.WView:
		b := v.Bytes(k)
		return append(le.AppendUint32(dst, uint32(len(b))), b...)
	case columnar.WList, columnar.WMap:
		s := columnar.Values[columnar.Span](v)[k]
		dst = le.AppendUint32(dst, uint32(s.Len))
		for e := range s.Len {
			for _, c := range v.Children {
				dst = appendNullable(dst, c, int(s.Off+e))
			}
		}
	case columnar.WStruct:
		for _, c := range v.Children {
			dst = appendNullable(dst, c, k)
		}
	}
	return dst
}

func appendNullable(dst []byte, v *columnar.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, 0)
	}
	return appendValue(append(dst, 1), v.Base(), v.At(i))
}

// readValue decodes what appendValue wrote and returns the rest.
func readValue(b []byte, t types.Type) (any, []byte) {
	le := binary.LittleEndian
	switch columnar.WidthOf(t) {
	case columnar.WBool:
		return b[0] != 0, b[1:]
	case columnar.W8:
		return int8(b[0]), b[1:]
	case columnar.W16:
		return int16(le.Uint16(b)), b[2:]
	case columnar.W32:
		return int32(le.Uint32(b)), b[4:]
	case columnar.W64, columnar.W128:
		if t.Kind != types.Decimal {
			return int64(le.Uint64(b)), b[8:]
		}
		return types.Int128{Lo: le.Uint64(b), Hi: int64(le.Uint64(b[8:]))}, b[16:]
	case columnar.WF32:
		return math.Float32frombits(le.Uint32(b)), b[4:]
	case columnar.WF64:
		return math.Float64frombits(le.Uint64(b)), b[8:]
	case columnar.WInterval:
		return types.Interval{Months: int32(le.Uint32(b)), Days: int32(le.Uint32(b[4:])), Micros: int64(le.Uint64(b[8:]))}, b[16:]
	case columnar.WView:
		n := int(le.Uint32(b))
		s, rest := b[4:4+n], b[4+n:]
		if t.Kind == types.String {
			return string(s), rest
		}
		return append([]byte{}, s...), rest
	}
	return readNested(b, t)
}

func readNested(b []byte, t types.Type) (any, []byte) {
	switch t.Kind {
	case types.Array:
		n := int(binary.LittleEndian.Uint32(b))
		b = b[4:]
		out := make([]any, n)
		for i := range out {
			out[i], b = readNullable(b, t.Elem())
		}
		return out, b
	case types.Map:
		n := int(binary.LittleEndian.Uint32(b))
		b = b[4:]
		m := types.MapValue{Keys: make([]any, n), Values: make([]any, n)}
		for i := range n {
			m.Keys[i], b = readNullable(b, t.Key())
			m.Values[i], b = readNullable(b, t.Elem())
		}
		return m, b
	case types.Struct:
		out := make([]any, len(t.Fields()))
		for i, f := range t.Fields() {
			out[i], b = readNullable(b, f.Type)
		}
		return out, b
	}
	return nil, b
}

func readNullable(b []byte, t types.Type) (any, []byte) {
	if b[0] == 0 {
		return nil, b[1:]
	}
	return readValue(b[1:], t)
}
