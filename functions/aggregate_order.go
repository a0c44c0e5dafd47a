package functions

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// sortFloats sorts ascending with NaN last.
func sortFloats(v []float64) {
	slices.Sort(v) // NaN first
	n := 0
	for n < len(v) && math.IsNaN(v[n]) {
		n++
	}
	if n > 0 {
		copy(v, v[n:])
		for i := len(v) - n; i < len(v); i++ {
			v[i] = math.NaN()
		}
	}
}

// compareByKeys orders two rows of key columns as SQL's ORDER BY does.
func compareByKeys(keys []expr.SortKey, cols []*columnar.Vector, i, j int) int {
	for k, key := range keys {
		v := cols[k]
		in, jn := v.IsNull(i), v.IsNull(j)
		var c int
		switch {
		case in && jn:
			continue
		case in || jn:
			if c = 1; in == key.NullsFirst {
				c = -1
			}
			return c
		default:
			c = kernel.CompareNullable(v, i, v, j)
		}
		if c != 0 {
			if key.Desc {
				return -c
			}
			return c
		}
	}
	return 0
}

// appendKey appends an encoding of row i that is equal for equal values and different for others, also when followed by more.
func appendKey(dst []byte, v *columnar.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	b, k := v.Base(), v.At(i)
	switch b.Width {
	case columnar.WBool:
		return append(dst, columnar.Values[uint8](b)[k])
	case columnar.W8:
		return append(dst, byte(columnar.Values[int8](b)[k]))
	case columnar.W16:
		return binary.LittleEndian.AppendUint16(dst, uint16(columnar.Values[int16](b)[k]))
	case columnar.W32:
		return binary.LittleEndian.AppendUint32(dst, uint32(columnar.Values[int32](b)[k]))
	case columnar.W64, columnar.W128:
		if b.Type.Kind != types.Decimal {
			return binary.LittleEndian.AppendUint64(dst, uint64(columnar.Values[int64](b)[k]))
		}
		x := decimalAt(b, k)
		dst = binary.LittleEndian.AppendUint64(dst, x.Lo)
		return binary.LittleEndian.AppendUint64(dst, uint64(x.Hi))
	case columnar.WF32:
		return binary.LittleEndian.AppendUint64(dst, floatKey(float64(columnar.Values[float32](b)[k])))
	case columnar.WF64:
		return binary.LittleEndian.AppendUint64(dst, floatKey(columnar.Values[float64](b)[k]))
	case columnar.WInterval:
		x := columnar.Values[types.Interval](b)[k]
		dst = binary.LittleEndian.AppendUint32(dst, uint32(x.Months))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(x.Days))
		return binary.LittleEndian.AppendUint64(dst, uint64(x.Micros))
	case columnar.WView:
		s := b.Bytes(k)
		return append(binary.LittleEndian.AppendUint32(dst, uint32(len(s))), s...)
	case columnar.WList, columnar.WMap:
		s := columnar.Values[columnar.Span](b)[k]
		dst = binary.LittleEndian.AppendUint32(dst, uint32(s.Len))
		for e := range s.Len {
			for _, c := range b.Children {
				dst = appendKey(dst, c, int(s.Off+e))
			}
		}
	case columnar.WStruct:
		for _, c := range b.Children {
			dst = appendKey(dst, c, k)
		}
	}
	return dst
}

// floatKey makes -0.0 and all NaNs alike.
func floatKey(x float64) uint64 {
	switch {
	case x == 0:
		return 0
	case x != x:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(x)
}
