package parquet

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// The gather functions turn the rows of an Arrow array into the physical values of a column. rows nil means all rows, in order.

// widen converts values to the physical type.
func widen[F int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | arrow.Date32 | arrow.Time32 | arrow.Time64 | arrow.MonthInterval | arrow.Timestamp | arrow.Duration, T int32 | int64](dst []T, values []F, rows []int32) []T {
	if rows == nil {
		for _, v := range values {
			dst = append(dst, T(v))
		}
		return dst
	}
	for _, r := range rows {
		dst = append(dst, T(values[r]))
	}
	return dst
}

// convert is widen for values that need a computation.
func convert[F any, T any](dst []T, values []F, rows []int32, one func(F) T) []T {
	if rows == nil {
		for _, v := range values {
			dst = append(dst, one(v))
		}
		return dst
	}
	for _, r := range rows {
		dst = append(dst, one(values[r]))
	}
	return dst
}

func unexpected(a arrow.Array) error {
	return sqlerr.Internal("parquet writer: array of type %s where the schema has another", a.DataType())
}

func gather32(dst []int32, values arrow.Array, rows []int32) ([]int32, error) {
	switch a := values.(type) {
	case *array.Int32:
		return widen(dst, a.Int32Values(), rows), nil
	case *array.Int8:
		return widen(dst, a.Int8Values(), rows), nil
	case *array.Int16:
		return widen(dst, a.Int16Values(), rows), nil
	case *array.Uint8:
		return widen(dst, a.Uint8Values(), rows), nil
	case *array.Uint16:
		return widen(dst, a.Uint16Values(), rows), nil
	case *array.Uint32:
		return widen(dst, a.Uint32Values(), rows), nil
	case *array.Date32:
		return widen(dst, a.Date32Values(), rows), nil
	case *array.Date64:
		return convert(dst, a.Date64Values(), rows, func(v arrow.Date64) int32 { return int32(math.Floor(float64(v) / 86_400_000)) }), nil
	case *array.Time32:
		if a.DataType().(*arrow.Time32Type).Unit == arrow.Second {
			return convert(dst, a.Time32Values(), rows, func(v arrow.Time32) int32 { return int32(v) * 1000 }), nil
		}
		return widen(dst, a.Time32Values(), rows), nil
	case *array.MonthInterval:
		return widen(dst, a.MonthIntervalValues(), rows), nil
	case *array.Float32:
		return convert(dst, a.Float32Values(), rows, func(v float32) int32 { return int32(math.Float32bits(v)) }), nil
	case *array.Decimal32:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal32) int32 { return int32(v) }), nil
	case *array.Decimal64:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal64) int32 { return int32(v) }), nil
	case *array.Decimal128:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal128) int32 { return int32(v.LowBits()) }), nil
	case *array.Decimal256:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal256) int32 { return int32(v.Array()[0]) }), nil
	case *array.Null:
		return dst, nil
	}
	return nil, unexpected(values)
}

func gather64(dst []int64, values arrow.Array, rows []int32) ([]int64, error) {
	switch a := values.(type) {
	case *array.Int64:
		return widen(dst, a.Int64Values(), rows), nil
	case *array.Uint64:
		return widen(dst, a.Uint64Values(), rows), nil
	case *array.Timestamp:
		if a.DataType().(*arrow.TimestampType).Unit == arrow.Second {
			return scaled(dst, a.TimestampValues(), rows, 1000)
		}
		return widen(dst, a.TimestampValues(), rows), nil
	case *array.Duration:
		switch a.DataType().(*arrow.DurationType).Unit {
		case arrow.Second:
			return scaled(dst, a.DurationValues(), rows, 1_000_000)
		case arrow.Millisecond:
			return scaled(dst, a.DurationValues(), rows, 1000)
		}
		return widen(dst, a.DurationValues(), rows), nil
	case *array.Time64:
		return widen(dst, a.Time64Values(), rows), nil
	case *array.Float64:
		return convert(dst, a.Float64Values(), rows, func(v float64) int64 { return int64(math.Float64bits(v)) }), nil
	case *array.Decimal64:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal64) int64 { return int64(v) }), nil
	case *array.Decimal128:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal128) int64 { return int64(v.LowBits()) }), nil
	case *array.Decimal256:
		return convert(dst, a.Values(), rows, func(v decimal.Decimal256) int64 { return int64(v.Array()[0]) }), nil
	}
	return nil, unexpected(values)
}

// scaled multiplies times into a finer unit and rejects what does not fit.
func scaled[F ~int64](dst []int64, values []F, rows []int32, factor int64) ([]int64, error) {
	limit := F(math.MaxInt64 / factor)
	overflow := false
	dst = convert(dst, values, rows, func(v F) int64 {
		overflow = overflow || v > limit || v < -limit
		return int64(v) * factor
	})
	if overflow {
		return nil, sqlerr.New("DATETIME_OVERFLOW", sqlerr.Pos{}, "A time in seconds does not fit the finer unit that Parquet stores.")
	}
	return dst, nil
}

// gatherBytes returns views into the array, and for decimals into arena.
func gatherBytes(dst [][]byte, arena []byte, values arrow.Array, rows []int32, width int) ([][]byte, []byte, error) {
	n := values.Len()
	if rows != nil {
		n = len(rows)
	}
	row := func(i int) int {
		if rows == nil {
			return i
		}
		return int(rows[i])
	}
	switch a := values.(type) {
	case *array.String:
		offsets, data := a.ValueOffsets(), a.ValueBytes()
		base := 0
		if len(offsets) > 0 {
			base = int(offsets[0]) // ValueBytes starts at the first row
		}
		for i := range n {
			r := row(i)
			dst = append(dst, data[int(offsets[r])-base:int(offsets[r+1])-base])
		}
	case *array.LargeString:
		for i := range n {
			dst = append(dst, stringBytes(a.Value(row(i))))
		}
	case *array.StringView:
		for i := range n {
			dst = append(dst, stringBytes(a.Value(row(i))))
		}
	case *array.Binary:
		for i := range n {
			dst = append(dst, a.Value(row(i)))
		}
	case *array.LargeBinary:
		for i := range n {
			dst = append(dst, a.Value(row(i)))
		}
	case *array.BinaryView:
		for i := range n {
			dst = append(dst, a.Value(row(i)))
		}
	case *array.FixedSizeBinary:
		for i := range n {
			dst = append(dst, a.Value(row(i)))
		}
	case *array.Decimal128:
		arena = reserve(arena, n*16)
		for i := range n {
			v := a.Value(row(i))
			arena = appendBigEndian(arena, uint64(v.HighBits()), v.LowBits())
			dst = append(dst, arena[len(arena)-width:])
		}
	case *array.Decimal256:
		arena = reserve(arena, n*16)
		for i := range n {
			v := a.Value(row(i)).Array()
			arena = appendBigEndian(arena, v[1], v[0])
			dst = append(dst, arena[len(arena)-width:])
		}
	default:
		return nil, nil, unexpected(values)
	}
	return dst, arena, nil
}

// stringBytes views a string's bytes; they are only read.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// reserve empties a buffer and gives it room for n bytes, so that views into it stay valid while it fills.
func reserve(b []byte, n int) []byte { return slices.Grow(b[:0], n) }

func appendBigEndian(b []byte, high, low uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, high), low)
}

// dictionaryRows replaces rows of a dictionary array by rows of its dictionary.
func dictionaryRows(a *array.Dictionary, rows []int32) []int32 {
	n := a.Len()
	if rows != nil {
		n = len(rows)
	}
	out := make([]int32, n)
	for i := range out {
		r := i
		if rows != nil {
			r = int(rows[i])
		}
		out[i] = int32(a.GetValueIndex(r))
	}
	return out
}
