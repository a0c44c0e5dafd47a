package columnar

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow/types"
)

// FromArrow returns an Arrow array as a vector of class Scratch. t is SQLType of the array's type. Fixed-width values and string bytes
// are shared where the layouts agree, so the array must be retained as long as the vector is used.
func FromArrow(a arrow.Array, t types.Type) (*Vector, error) {
	n := a.Len()
	if d, ok := a.(*array.Dictionary); ok {
		return fromDictionary(d, t)
	}
	v := &Vector{Type: t, Width: WidthOf(t), Len: n}
	if t.Kind == types.Null {
		return New(t, n), nil
	}
	if err := v.fill(a); err != nil {
		return nil, err
	}
	if a.NullN() > 0 {
		v.Valid = validWords(a)
	}
	return v, nil
}

func fromDictionary(d *array.Dictionary, t types.Type) (*Vector, error) {
	dict, err := FromArrow(d.Dictionary(), t)
	if err != nil {
		return nil, err
	}
	codes := make([]int32, d.Len())
	for i := range codes {
		if d.IsValid(i) {
			codes[i] = int32(d.GetValueIndex(i))
		}
	}
	v := NewDictionary(dict, codes)
	if d.NullN() > 0 {
		v.Valid = validWords(d)
	}
	if dict.Len == 0 { // all rows are null: code 0 must not be looked up
		out := New(t, d.Len())
		out.ClearReferences()
		out.SetAllNull()
		return out, nil
	}
	return v, nil
}

// validWords copies the validity bits of an array that has nulls.
func validWords(a arrow.Array) []uint64 {
	words := make([]uint64, Words(a.Len()))
	for i := range a.Len() {
		if a.IsValid(i) {
			words[i>>6] |= 1 << (i & 63)
		}
	}
	return words
}

func bytesOf[T any](vals []T) []byte {
	if len(vals) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&vals[0])), len(vals)*int(unsafe.Sizeof(vals[0])))
}

// convert stores f of every value.
func convert[S any, D Fixed](v *Vector, src []S, f func(S) D) {
	v.data = alignedBytes(nil, len(src)*v.Width.Bytes())
	out := Values[D](v)
	for i, x := range src {
		out[i] = f(x)
	}
}

// fill sets data, buffers and children from an array.
func (v *Vector) fill(a arrow.Array) error {
	switch a := a.(type) {
	case *array.Boolean:
		v.data = alignedBytes(nil, a.Len())
		for i := range a.Len() {
			if a.Value(i) {
				v.data[i] = 1
			}
		}
	case *array.Int8:
		v.data = bytesOf(a.Int8Values())
	case *array.Int16:
		v.data = bytesOf(a.Int16Values())
	case *array.Int32:
		v.data = bytesOf(a.Int32Values())
	case *array.Int64:
		v.data = bytesOf(a.Int64Values())
	case *array.Uint8:
		convert(v, a.Uint8Values(), func(x uint8) int16 { return int16(x) })
	case *array.Uint16:
		convert(v, a.Uint16Values(), func(x uint16) int32 { return int32(x) })
	case *array.Uint32:
		convert(v, a.Uint32Values(), func(x uint32) int64 { return int64(x) })
	case *array.Uint64:
		convert(v, a.Uint64Values(), func(x uint64) types.Int128 { return types.Int128{Lo: x} })
	case *array.Float16:
		v.data = alignedBytes(nil, 4*a.Len())
		for i, x := range a.Values() {
			Values[float32](v)[i] = x.Float32()
		}
	case *array.Float32:
		v.data = bytesOf(a.Float32Values())
	case *array.Float64:
		v.data = bytesOf(a.Float64Values())
	case *array.Date32:
		v.data = bytesOf(a.Date32Values())
	case *array.Date64:
		convert(v, a.Date64Values(), func(x arrow.Date64) int32 { return int32(math.Floor(float64(x) / 86400e3)) })
	case *array.MonthInterval:
		v.data = bytesOf(a.MonthIntervalValues())
	case *array.DayTimeInterval:
		convert(v, a.DayTimeIntervalValues(), func(x arrow.DayTimeInterval) int64 { return int64(x.Days)*86400e6 + int64(x.Milliseconds)*1000 })
	case *array.MonthDayNanoInterval:
		convert(v, a.MonthDayNanoIntervalValues(), func(x arrow.MonthDayNanoInterval) types.Interval {
			return types.Interval{Months: x.Months, Days: x.Days, Micros: x.Nanoseconds / 1000}
		})
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		convert(v, a.TimestampValues(), func(x arrow.Timestamp) int64 { return micros(int64(x), unit) })
	case *array.Duration:
		unit := a.DataType().(*arrow.DurationType).Unit
		convert(v, a.DurationValues(), func(x arrow.Duration) int64 { return micros(int64(x), unit) })
	case *array.Time32:
		unit := a.DataType().(*arrow.Time32Type).Unit
		convert(v, a.Time32Values(), func(x arrow.Time32) int64 { return micros(int64(x), unit) * 1000 })
	case *array.Time64:
		k := int64(1)
		if a.DataType().(*arrow.Time64Type).Unit == arrow.Microsecond {
			k = 1000
		}
		convert(v, a.Time64Values(), func(x arrow.Time64) int64 { return int64(x) * k })
	default:
		return v.fillOther(a)
	}
	return nil
}

// micros rescales a time; nanoseconds round down, as Spark does.
func micros(x int64, unit arrow.TimeUnit) int64 {
	switch unit {
	case arrow.Second:
		return x * 1e6
	case arrow.Millisecond:
		return x * 1e3
	case arrow.Nanosecond:
		if x%1000 < 0 {
			return x/1000 - 1
		}
		return x / 1000
	}
	return x
}

func (v *Vector) fillOther(a arrow.Array) error {
	switch a := a.(type) {
	case *array.Decimal32:
		v.fillDecimals(a.Len(), func(i int) types.Int128 { return types.Int128Of(int64(a.Value(i))) })
	case *array.Decimal64:
		v.fillDecimals(a.Len(), func(i int) types.Int128 { return types.Int128Of(int64(a.Value(i))) })
	case *array.Decimal128:
		v.fillDecimals(a.Len(), func(i int) types.Int128 { x := a.Value(i); return types.Int128{Lo: x.LowBits(), Hi: x.HighBits()} })
	case *array.String:
		v.fillBytes(a, a.ValueBytes(), func(i int) (int, int) { return int(a.ValueOffset(i) - a.ValueOffset(0)), len(a.Value(i)) })
	case *array.LargeString:
		v.fillBytes(a, a.ValueBytes(), func(i int) (int, int) { return int(a.ValueOffset(i) - a.ValueOffset(0)), len(a.Value(i)) })
	case *array.Binary:
		v.fillBytes(a, a.ValueBytes(), func(i int) (int, int) { return int(a.ValueOffset64(i) - a.ValueOffset64(0)), a.ValueLen(i) })
	case *array.LargeBinary:
		v.fillBytes(a, a.ValueBytes(), func(i int) (int, int) { return int(a.ValueOffset64(i) - a.ValueOffset64(0)), len(a.Value(i)) })
	case *array.StringView:
		v.fillCopied(a, func(i int) []byte { return []byte(a.Value(i)) })
	case *array.BinaryView:
		v.fillCopied(a, func(i int) []byte { return a.Value(i) })
	case *array.FixedSizeBinary:
		v.fillCopied(a, func(i int) []byte { return a.Value(i) })
	case *array.Map:
		return v.fillLists(a, a.Keys(), a.Items())
	case array.ListLike:
		return v.fillLists(a, a.ListValues())
	case *array.Struct:
		for i, f := range v.Type.Fields() {
			c, err := FromArrow(a.Field(i), f.Type)
			if err != nil {
				return err
			}
			v.Children = append(v.Children, c)
		}
	default:
		return fmt.Errorf("columnar: Arrow type %s has no SQL type", a.DataType())
	}
	return nil
}

func (v *Vector) fillDecimals(n int, at func(i int) types.Int128) {
	v.data = alignedBytes(nil, n*v.Width.Bytes())
	if v.Width == W64 {
		out := Values[int64](v)
		for i := range out {
			out[i] = at(i).Int64()
		}
		return
	}
	out := Values[types.Int128](v)
	for i := range out {
		out[i] = at(i)
	}
}

// fillBytes makes views into the array's own bytes. at gives offset and length of row i.
func (v *Vector) fillBytes(a arrow.Array, bytes []byte, at func(i int) (off, n int)) {
	if len(bytes) > math.MaxUint32 {
		v.fillCopied(a, func(i int) []byte { off, n := at(i); return bytes[off : off+n] })
		return
	}
	v.data = alignedBytes(nil, 16*a.Len())
	v.Buffers = [][]byte{bytes}
	out := Values[View](v)
	for i := range out {
		if a.IsNull(i) {
			continue
		}
		off, n := at(i)
		if b := bytes[off : off+n]; n <= MaxInline {
			out[i] = InlineView(b)
		} else {
			out[i] = RefView(b, 0, off)
		}
	}
}

func (v *Vector) fillCopied(a arrow.Array, at func(i int) []byte) {
	v.data = alignedBytes(nil, 16*a.Len())
	for i := range a.Len() {
		if a.IsValid(i) {
			v.SetBytes(i, at(i))
		}
	}
}

// fillLists sets the spans of lists whose elements are the given arrays.
func (v *Vector) fillLists(a interface {
	arrow.Array
	ValueOffsets(i int) (start, end int64)
}, elems ...arrow.Array) error {
	ts := []types.Type{v.Type.Elem()}
	if v.Width == WMap {
		ts = []types.Type{v.Type.Key(), v.Type.Elem()}
	}
	for i, e := range elems {
		c, err := FromArrow(e, ts[i])
		if err != nil {
			return err
		}
		v.Children = append(v.Children, c)
	}
	v.data = alignedBytes(nil, 8*a.Len())
	out := Values[Span](v)
	for i := range out {
		if a.IsValid(i) {
			from, to := a.ValueOffsets(i)
			out[i] = Span{int32(from), int32(to - from)}
		}
	}
	return nil
}
