package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// epochFuncs turn dates and timestamps into numbers since 1970-01-01 and back.
func epochFuncs() []*expr.Func {
	// A timestamp without time zone counts as if in UTC.
	fromTimestamp := []expr.Sig{returns(types.BigIntType, types.ClassExactly(types.TimestampType)), returns(types.BigIntType, types.ClassExactly(types.TimestampNTZType))}
	fromIntegral := []expr.Sig{returns(types.TimestampType, classIntegralToBigInt)}
	return []*expr.Func{
		{Name: "unix_date", Group: datetimeGroup, Since: "3.1.0", Usage: "unix_date(date) - Returns the number of days since 1970-01-01.",
			Examples: []expr.Example{{SQL: "SELECT unix_date(DATE'1970-01-02')", Want: "1"}},
			Sigs:     []expr.Sig{returns(types.IntType, classOnlyDate)}, New: kernelOf(sameDays)},
		{Name: "date_from_unix_date", Group: datetimeGroup, Since: "3.1.0", Usage: "date_from_unix_date(days) - Returns the date a number of days after 1970-01-01.",
			Examples: []expr.Example{{SQL: "SELECT date_from_unix_date(1)", Want: "1970-01-02"}},
			Sigs:     []expr.Sig{returns(types.DateType, types.ClassInt)}, New: kernelOf(sameDays)},
		{Name: "unix_seconds", Group: datetimeGroup, Since: "3.1.0", Usage: "unix_seconds(t) - Returns the number of whole seconds since 1970-01-01 00:00:00 UTC.",
			Examples: []expr.Example{{SQL: "SELECT unix_seconds(TIMESTAMP('1970-01-01 00:00:01Z'))", Want: "1"}}, Sigs: fromTimestamp,
			New: kernelOf(func(k *expr.KernelCall) {
				mapValues(k, func(t int64) int64 { return floorDiv(t, microsPerSecond) })
			})},
		{Name: "unix_millis", Group: datetimeGroup, Since: "3.1.0", Usage: "unix_millis(t) - Returns the number of whole milliseconds since 1970-01-01 00:00:00 UTC.",
			Examples: []expr.Example{{SQL: "SELECT unix_millis(TIMESTAMP('1970-01-01 00:00:01Z'))", Want: "1000"}}, Sigs: fromTimestamp,
			New: kernelOf(func(k *expr.KernelCall) { mapValues(k, func(t int64) int64 { return floorDiv(t, 1000) }) })},
		{Name: "unix_micros", Group: datetimeGroup, Since: "3.1.0", Usage: "unix_micros(t) - Returns the number of microseconds since 1970-01-01 00:00:00 UTC.",
			Examples: []expr.Example{{SQL: "SELECT unix_micros(TIMESTAMP('1970-01-01 00:00:01Z'))", Want: "1000000"}}, Sigs: fromTimestamp,
			New: kernelOf(func(k *expr.KernelCall) { mapValues(k, func(t int64) int64 { return t }) })},
		{Name: "timestamp_seconds", Group: datetimeGroup, Since: "3.1.0", Usage: "timestamp_seconds(n) - Returns the timestamp n seconds after 1970-01-01 00:00:00 UTC; n may have a fraction.",
			Examples: []expr.Example{{SQL: "SELECT timestamp_seconds(1230219000.123)", Want: "2008-12-25 15:30:00.123"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.TimestampType, classOnlyNumeric)}, New: newTimestampSeconds},
		{Name: "timestamp_millis", Group: datetimeGroup, Since: "3.1.0", Usage: "timestamp_millis(n) - Returns the timestamp n milliseconds after 1970-01-01 00:00:00 UTC.",
			Examples: []expr.Example{{SQL: "SELECT timestamp_millis(1230219000123)", Want: "2008-12-25 15:30:00.123"}}, Fallible: true,
			Sigs: fromIntegral, New: newTimestampFrom(1000, "milliseconds")},
		{Name: "timestamp_micros", Group: datetimeGroup, Since: "3.1.0", Usage: "timestamp_micros(n) - Returns the timestamp n microseconds after 1970-01-01 00:00:00 UTC.",
			Examples: []expr.Example{{SQL: "SELECT timestamp_micros(1230219000123123)", Want: "2008-12-25 15:30:00.123123"}},
			Sigs:     fromIntegral, New: kernelOf(func(k *expr.KernelCall) { mapValues(k, func(t int64) int64 { return t }) })},
	}
}

// classIntegralToBigInt takes integers, as bigint, and nothing else.
var classIntegralToBigInt = types.Class{Name: "INTEGRAL", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	if t.IsInteger() || t.Kind == types.Null {
		return types.BigIntType, true
	}
	return t, false
}}

// classOnlyNumeric takes numbers and casts nothing to them.
var classOnlyNumeric = types.Class{Name: "NUMERIC", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	if t.Kind == types.Null {
		return types.BigIntType, true
	}
	return t, t.IsNumeric()
}}

func sameDays(k *expr.KernelCall) {
	mapValues(k, func(d int32) int32 { return d })
	boundsOf(k.Args[0]).set(k.Out)
}

// newTimestampFrom multiplies an integer by the microseconds of a unit.
func newTimestampFrom(unit int64, name string) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			out := columnar.Values[int64](k.Out)
			for i := range live(k) {
				n := integerAt(k.Args[0], i)
				z := types.MulInt64(n, unit)
				if out[i] = z.Int64(); !z.IsInt64() {
					reject(k, i, s, "DATETIME_OVERFLOW", "Datetime operation overflow: create a TIMESTAMP from %dL %s since the epoch.", n, name)
				}
			}
		}, nil
	}
}

func newTimestampSeconds(s *expr.Spec) (expr.Kernel, error) {
	switch t := s.Args[0]; {
	case t.Kind == types.Decimal:
		return timestampOfDecimal(s, int(t.Scale)), nil
	case t.IsFloating():
		return timestampOfFloat, nil
	}
	return newTimestampFrom(microsPerSecond, "seconds")(s)
}

// timestampOfFloat cuts below microseconds and keeps to the range of timestamps; NaN and infinities give NULL.
func timestampOfFloat(k *expr.KernelCall) {
	out := columnar.Values[int64](k.Out)
	for i := range live(k) {
		var x float64
		if k.Args[0].Type.Kind == types.Float {
			x = float64(columnar.Values[float32](k.Args[0])[i&formMask(k.Args[0])])
		} else {
			x = columnar.Values[float64](k.Args[0])[i&formMask(k.Args[0])]
		}
		switch y := x * microsPerSecond; {
		case math.IsNaN(x) || math.IsInf(x, 0):
			k.Out.SetNull(i)
		case y >= 1<<63:
			out[i] = math.MaxInt64
		case y <= -1<<63:
			out[i] = math.MinInt64
		default:
			out[i] = int64(y)
		}
	}
}

// timestampOfDecimal fails where microseconds do not express the number.
func timestampOfDecimal(s *expr.Spec, scale int) expr.Kernel {
	return func(k *expr.KernelCall) {
		out := columnar.Values[int64](k.Out)
		for i := range live(k) {
			micros, exact := rescaleExact(unscaledAt(k.Args[0], i), scale, 6)
			switch out[i] = micros.Int64(); {
			case !exact:
				reject(k, i, s, "ARITHMETIC_OVERFLOW", "The number of seconds cannot be expressed in microseconds.")
			case !micros.IsInt64():
				reject(k, i, s, "DATETIME_OVERFLOW", "Datetime operation overflow: create a TIMESTAMP from %sBD seconds since the epoch.", types.FormatDecimal(unscaledAt(k.Args[0], i), scale))
			}
		}
	}
}

// rescaleExact changes the scale of a decimal; false if that loses digits or overflows.
func rescaleExact(x types.Int128, from, to int) (types.Int128, bool) {
	y, ok := types.Rescale(x, from, to)
	if ok && to < from {
		back, _ := types.Rescale(y, to, from)
		ok = back == x
	}
	return y, ok
}
