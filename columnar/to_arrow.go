package columnar

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	arrowmem "github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/sparrow-engine/sparrow/types"
)

// ToArrow returns the first n rows of v, of any form, as an Arrow array of ArrowType(v.Type). Flat numbers, strings and validity are
// shared, not copied, so v must be of class Shared or outlive the array; Release of the array is not needed.
func ToArrow(v *Vector, n int) (arrow.Array, error) {
	d, err := arrowData(v, n)
	if err != nil {
		return nil, err
	}
	return array.MakeFromData(d), nil
}

func arrowData(v *Vector, n int) (arrow.ArrayData, error) {
	if v.Width == WNone {
		return array.NewData(arrow.Null, n, []*arrowmem.Buffer{nil}, nil, n, 0), nil
	}
	if v.Form != Flat {
		v = Flatten(&Vector{}, v, AllRows(n))
	}
	t := ArrowType(v.Type)
	valid := validBuffer(v, n)
	switch v.Width {
	case WBool:
		return array.NewData(t, n, []*arrowmem.Buffer{valid, bitBuffer(Values[uint8](v)[:n])}, nil, nullsOf(valid), 0), nil
	case WView:
		bufs := []*arrowmem.Buffer{valid, arrowmem.NewBufferBytes(v.data[:16*n])}
		for _, b := range v.Buffers {
			bufs = append(bufs, arrowmem.NewBufferBytes(b))
		}
		return array.NewData(t, n, bufs, nil, nullsOf(valid), 0), nil
	case WInterval:
		return array.NewData(t, n, []*arrowmem.Buffer{valid, intervalBuffer(Values[types.Interval](v)[:n])}, nil, nullsOf(valid), 0), nil
	case WList, WMap:
		return listData(v, n, t, valid)
	case WStruct:
		kids := make([]arrow.ArrayData, len(v.Children))
		for i, c := range v.Children {
			d, err := arrowData(c, n)
			if err != nil {
				return nil, err
			}
			kids[i] = d
		}
		return array.NewData(t, n, []*arrowmem.Buffer{valid}, kids, nullsOf(valid), 0), nil
	}
	data := v.data[:n*v.Width.Bytes()]
	if v.Type.Kind == types.Decimal && v.Width == W64 {
		data = wideBytes(Values[int64](v)[:n])
	}
	return array.NewData(t, n, []*arrowmem.Buffer{valid, arrowmem.NewBufferBytes(data)}, nil, nullsOf(valid), 0), nil
}

func validBuffer(v *Vector, n int) *arrowmem.Buffer {
	if v.Valid == nil || n == 0 {
		return nil
	}
	return arrowmem.NewBufferBytes(unsafe.Slice((*byte)(unsafe.Pointer(&v.Valid[0])), 8*len(v.Valid))[:(n+7)/8])
}

// nullsOf returns the null count that belongs to a validity buffer.
func nullsOf(valid *arrowmem.Buffer) int {
	if valid == nil {
		return 0
	}
	return array.UnknownNullCount
}

// bitBuffer packs bytes of 0 and 1.
func bitBuffer(vals []uint8) *arrowmem.Buffer {
	out := make([]byte, (len(vals)+7)/8)
	for i, b := range vals {
		out[i>>3] |= b << (i & 7)
	}
	return arrowmem.NewBufferBytes(out)
}

func wideBytes(vals []int64) []byte {
	data := alignedBytes(nil, 16*len(vals))
	if len(vals) == 0 {
		return data
	}
	out := unsafe.Slice((*types.Int128)(unsafe.Pointer(&data[0])), len(vals))
	for i, x := range vals {
		out[i] = types.Int128Of(x)
	}
	return data
}

// intervalBuffer turns microseconds into the nanoseconds of Arrow.
func intervalBuffer(vals []types.Interval) *arrowmem.Buffer {
	out := make([]arrow.MonthDayNanoInterval, len(vals))
	for i, x := range vals {
		out[i] = arrow.MonthDayNanoInterval{Months: x.Months, Days: x.Days, Nanoseconds: x.Micros * 1000}
	}
	return arrowmem.NewBufferBytes(arrow.MonthDayNanoIntervalTraits.CastToBytes(out))
}

// listData writes offsets; elements that do not already lie one after the other are gathered.
func listData(v *Vector, n int, t arrow.DataType, valid *arrowmem.Buffer) (arrow.ArrayData, error) {
	spans := Values[Span](v)[:n]
	offsets := make([]int32, n+1)
	total, ordered := int32(0), true
	for i, s := range spans {
		if v.IsNull(i) {
			s.Len = 0
		}
		ordered = ordered && (s.Len == 0 || s.Off == total)
		total += s.Len
		offsets[i+1] = total
	}
	kids := make([]arrow.ArrayData, len(v.Children))
	for j, c := range v.Children {
		if !ordered {
			idx := make([]int32, 0, total)
			for i, s := range spans {
				for k := range offsets[i+1] - offsets[i] {
					idx = append(idx, s.Off+k)
				}
			}
			g := New(c.Type, 0)
			Append(g, c, Rows{Sel: idx, N: c.Len})
			c = g
		}
		d, err := arrowData(c, int(total))
		if err != nil {
			return nil, err
		}
		kids[j] = d
	}
	if m, ok := t.(*arrow.MapType); ok {
		kids = []arrow.ArrayData{array.NewData(m.Elem(), int(total), []*arrowmem.Buffer{nil}, kids, 0, 0)}
	}
	return array.NewData(t, n, []*arrowmem.Buffer{valid, arrowmem.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets))}, kids, nullsOf(valid), 0), nil
}

// ToRecord returns the rows of b that count as a record of a schema made by ArrowFields. With a selection the rows are copied, otherwise
// ToArrow's sharing applies.
func ToRecord(schema *arrow.Schema, b *Batch) (arrow.RecordBatch, error) {
	n := b.Count()
	cols := make([]arrow.Array, len(b.Cols))
	for i, v := range b.Cols {
		if b.Sel != nil {
			g := New(v.Type, 0)
			Append(g, v, b.Rows())
			v = g
		}
		a, err := ToArrow(v, n)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", schema.Field(i).Name, err)
		}
		cols[i] = a
	}
	return array.NewRecordBatch(schema, cols, int64(n)), nil
}
