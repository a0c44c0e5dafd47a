package text

import (
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// Cast returns a Go value (see package types) as a cast to string does; null inside a nested value is "null", and so is a null itself.
// Timestamps are shown in zone, decimals in plain notation.
func Cast(v any, t types.Type, zone *time.Location) string {
	return string(AppendCast(nil, v, t, zone))
}

// AppendCast appends what Cast returns.
func AppendCast(dst []byte, v any, t types.Type, zone *time.Location) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	switch x := v.(type) {
	case bool:
		return strconv.AppendBool(dst, x)
	case int8:
		return strconv.AppendInt(dst, int64(x), 10)
	case int16:
		return strconv.AppendInt(dst, int64(x), 10)
	case int32:
		return AppendInt32(dst, x, t)
	case int64:
		return AppendInt64(dst, x, t, zone)
	case types.Int128:
		return types.AppendDecimal(dst, x, int(t.Scale))
	case float32:
		return AppendFloat(dst, float64(x), 32)
	case float64:
		return AppendFloat(dst, x, 64)
	case string:
		return append(dst, x...)
	case []byte:
		if t.Kind == types.Variant {
			return AppendVariant(dst, variant.Of(x), zone)
		}
		return append(dst, x...)
	case types.Interval:
		return append(dst, temporal.FormatInterval(x)...)
	case []any:
		return appendList(dst, x, t, zone)
	case types.MapValue:
		dst = append(dst, '{')
		for i := range x.Keys {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(AppendCast(dst, x.Keys[i], t.Key(), zone), " ->"...)
			dst = append(dst, ' ')
			dst = AppendCast(dst, x.Values[i], t.Elem(), zone)
		}
		return append(dst, '}')
	}
	return dst
}

func appendList(dst []byte, xs []any, t types.Type, zone *time.Location) []byte {
	open, end := byte('['), byte(']')
	if t.Kind == types.Struct {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i, x := range xs {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		et := types.Type{}
		if t.Kind == types.Struct {
			et = t.Fields()[i].Type
		} else {
			et = t.Elem()
		}
		dst = AppendCast(dst, x, et, zone)
	}
	return append(dst, end)
}

// AppendInt32 appends an int, date or interval year-month as Cast does.
func AppendInt32(dst []byte, x int32, t types.Type) []byte {
	switch t.Kind {
	case types.Date:
		return temporal.AppendDate(dst, x)
	case types.YearMonth:
		dst = append(append(dst, "INTERVAL '"...), temporal.FormatYearMonth(x, t.From, t.To)...)
		return append(append(dst, "' "...), fields(t)...)
	}
	return strconv.AppendInt(dst, int64(x), 10)
}

// AppendInt64 appends a bigint, timestamp, time or interval day-time as Cast does.
func AppendInt64(dst []byte, x int64, t types.Type, zone *time.Location) []byte {
	switch t.Kind {
	case types.Timestamp:
		return AppendTimestamp(dst, x, zone)
	case types.TimestampNTZ:
		return temporal.AppendNTZ(dst, x)
	case types.Time:
		return temporal.AppendTime(dst, x/1000)
	case types.DayTime:
		dst = append(append(dst, "INTERVAL '"...), temporal.FormatDayTime(x, t.From, t.To)...)
		return append(append(dst, "' "...), fields(t)...)
	}
	return strconv.AppendInt(dst, x, 10)
}

// AppendTimestamp appends an instant in a zone. Unlike the wall clock time as microseconds its days and time of day do not overflow at the ends of
// the range.
func AppendTimestamp(dst []byte, x int64, zone *time.Location) []byte {
	days, micros := temporal.Split(x)
	micros += temporal.Offset(x, zone)
	switch {
	case micros < 0:
		days, micros = days-1, micros+temporal.Day
	case micros >= temporal.Day:
		days, micros = days+1, micros-temporal.Day
	}
	return temporal.AppendTime(append(temporal.AppendDate(dst, days), ' '), micros)
}

// fields names the fields of an interval type: "DAY TO SECOND".
func fields(t types.Type) string { return strings.TrimPrefix(t.SQL(), "INTERVAL ") }

// Literal returns a value as the SQL literal that error messages show: "1L", "'abc'", "1.5BD", "DATE '2020-01-01'", "NULL".
func Literal(v any, t types.Type, zone *time.Location) string {
	if v == nil {
		return "NULL"
	}
	s := Cast(v, t, zone)
	if t.IsFloating() && strings.Trim(s, "-NaInfity") == "" { // NaN and infinities stand as they are
		return s
	}
	switch t.Kind {
	case types.TinyInt:
		return s + "Y"
	case types.SmallInt:
		return s + "S"
	case types.BigInt:
		return s + "L"
	case types.Decimal:
		return s + "BD"
	case types.Float:
		return "CAST('" + s + "' AS FLOAT)"
	case types.Double:
		return s + "D"
	case types.String:
		return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
	case types.Binary:
		return "X'" + strings.ToUpper(hexOf(v.([]byte))) + "'"
	case types.Date:
		return "DATE '" + s + "'"
	case types.Timestamp:
		return "TIMESTAMP '" + s + "'"
	case types.TimestampNTZ:
		return "TIMESTAMP_NTZ '" + s + "'"
	case types.Time:
		return "TIME '" + s + "'"
	}
	return s
}

func hexOf(b []byte) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}
