package types

import "math/bits"

// A Go value of a SQL type, as literals, statistics and the row-by-row oracle hold it, is nil for NULL, else:
//
//	boolean bool; tinyint int8; smallint int16; int, date, interval year-month int32;
//	bigint, timestamp, timestamp_ntz, time, interval day-time int64; decimal Int128 (unscaled);
//	float float32; double float64; string string; binary, variant []byte; interval Interval;
//	array []any; map MapValue; struct []any

// MapValue is a map as parallel keys and values in insertion order.
type MapValue struct{ Keys, Values []any }

// Interval is a calendar interval. Its layout is the one vectors use.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Int128 is a signed 128-bit integer in two's complement, low word first as in Arrow's decimal128.
type Int128 struct {
	Lo uint64
	Hi int64
}

// Int128Of widens an int64.
func Int128Of(v int64) Int128 { return Int128{uint64(v), v >> 63} }

// IsInt64 reports whether x fits in an int64.
func (x Int128) IsInt64() bool { return x.Hi == int64(x.Lo)>>63 }

// Int64 returns the low 64 bits as a signed number: the value when IsInt64.
func (x Int128) Int64() int64 { return int64(x.Lo) }

// Cmp returns -1, 0 or 1.
func (x Int128) Cmp(y Int128) int {
	switch {
	case x.Hi < y.Hi || x.Hi == y.Hi && x.Lo < y.Lo:
		return -1
	case x == y:
		return 0
	}
	return 1
}

// Sign returns -1, 0 or 1.
func (x Int128) Sign() int {
	if x.Hi < 0 {
		return -1
	}
	if x.Hi|int64(x.Lo) == 0 {
		return 0
	}
	return 1
}

// Add returns x + y, wrapping around.
func (x Int128) Add(y Int128) Int128 {
	lo, c := bits.Add64(x.Lo, y.Lo, 0)
	hi, _ := bits.Add64(uint64(x.Hi), uint64(y.Hi), c)
	return Int128{lo, int64(hi)}
}

// Sub returns x - y, wrapping around.
func (x Int128) Sub(y Int128) Int128 {
	lo, b := bits.Sub64(x.Lo, y.Lo, 0)
	hi, _ := bits.Sub64(uint64(x.Hi), uint64(y.Hi), b)
	return Int128{lo, int64(hi)}
}

// Neg returns -x, wrapping around.
func (x Int128) Neg() Int128 { return Int128{}.Sub(x) }

// MulInt64 returns the exact product of two int64.
func MulInt64(a, b int64) Int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	h := int64(hi)
	if a < 0 {
		h -= b
	}
	if b < 0 {
		h -= a
	}
	return Int128{lo, h}
}
