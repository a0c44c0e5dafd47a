package kernel

import (
	"encoding/binary"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Order is the direction of a sort key.
type Order struct{ Desc, NullsFirst bool }

// SortKeyWidth returns the bytes that SortKey writes for a type, one of them for nulls, and whether they decide alone: if not, rows with equal
// keys must still be compared with CompareOrdered.
func SortKeyWidth(t types.Type) (width int, exact bool) {
	switch w := columnar.WidthOf(t); w {
	case columnar.WNone:
		return 1, true
	case columnar.WView:
		return 1 + 8, false
	case columnar.WList, columnar.WMap, columnar.WStruct:
		return 1, false
	default:
		return 1 + w.Bytes(), true
	}
}

// SortKey writes for the i-th row of rows the normalized key of v's value to dst[i*stride:], such that comparing keys bytewise compares values in
// the order. Strings are represented by their first 8 bytes, nested values only by being null or not.
func SortKey(v *columnar.Vector, rows columnar.Rows, o Order, dst []byte, stride int) {
	width, _ := SortKeyWidth(v.Type)
	nullByte, flip := byte(1), byte(0)
	if o.NullsFirst {
		nullByte = 0
	}
	if o.Desc {
		flip = 0xff
	}
	nulls := v.MayHaveNulls()
	base := v.Base()
	for i := range rows.Count() {
		r := rows.Row(i)
		key := dst[i*stride : i*stride+width]
		if nulls && v.IsNull(r) {
			clear(key)
			key[0] = nullByte
			continue
		}
		key[0] = nullByte ^ 1
		putKey(base, v.At(r), key[1:])
		if flip != 0 {
			for j := range key[1:] {
				key[1+j] ^= flip
			}
		}
	}
}

func putKey(v *columnar.Vector, i int, key []byte) {
	be := binary.BigEndian
	switch v.Width {
	case columnar.WBool:
		key[0] = columnar.Values[uint8](v)[i]
	case columnar.W8:
		key[0] = uint8(columnar.Values[int8](v)[i]) ^ 1<<7
	case columnar.W16:
		be.PutUint16(key, uint16(columnar.Values[int16](v)[i])^1<<15)
	case columnar.W32:
		be.PutUint32(key, uint32(columnar.Values[int32](v)[i])^1<<31)
	case columnar.W64, columnar.W128:
		x := wide(v, i)
		if len(key) == 16 {
			be.PutUint64(key, uint64(x.Hi)^1<<63)
			be.PutUint64(key[8:], x.Lo)
		} else {
			be.PutUint64(key, x.Lo^1<<63)
		}
	case columnar.WF32:
		be.PutUint32(key, orderedFloat32(columnar.Values[float32](v)[i]))
	case columnar.WF64:
		be.PutUint64(key, OrderedFloat(columnar.Values[float64](v)[i]))
	case columnar.WView:
		be.PutUint64(key, prefixKey(columnar.Values[columnar.View](v)[i].Bytes(v.Buffers)))
	case columnar.WInterval:
		x := columnar.Values[types.Interval](v)[i]
		be.PutUint32(key, uint32(x.Months)^1<<31)
		be.PutUint32(key[4:], uint32(x.Days)^1<<31)
		be.PutUint64(key[8:], uint64(x.Micros)^1<<63)
	}
}

// OrderedFloat maps doubles to numbers of the same order.
func OrderedFloat(f float64) uint64 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		return math.MaxUint64
	}
	b := math.Float64bits(f)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func orderedFloat32(f float32) uint32 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		return math.MaxUint32
	}
	b := math.Float32bits(f)
	return b ^ (uint32(int32(b)>>31) | 1<<31)
}

// CompareOrdered compares row i of a with row j of b, which may be null, in an order.
func CompareOrdered(a *columnar.Vector, i int, b *columnar.Vector, j int, o Order) int {
	an, bn := a.IsNull(i), b.IsNull(j)
	if an || bn {
		c := b2i(bn) - b2i(an) // nulls first: a null comes before
		if !o.NullsFirst {
			c = -c
		}
		return c
	}
	c := CompareRows(a, i, b, j)
	if o.Desc {
		return -c
	}
	return c
}
