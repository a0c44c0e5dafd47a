package parquet

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

const physicalBytes = format.ByteArray

var (
	errTimestamp = errors.New("a timestamp is out of range")
	errDecimal   = errors.New("a decimal has more than 38 digits")
)

// convert4 stores INT32 values in the width of their type.
func convert4(conv conversion, dst *columnar.Vector, at int, src []int32) {
	switch conv.kind {
	case convInt8:
		out := columnar.Values[int8](dst)[at:]
		for i, x := range src {
			out[i] = int8(x)
		}
	case convInt16:
		out := columnar.Values[int16](dst)[at:]
		for i, x := range src {
			out[i] = int16(x)
		}
	case convUint8:
		out := columnar.Values[int16](dst)[at:]
		for i, x := range src {
			out[i] = int16(uint8(x))
		}
	case convUint16:
		out := columnar.Values[int32](dst)[at:]
		for i, x := range src {
			out[i] = int32(uint16(x))
		}
	case convUint32:
		out := columnar.Values[int64](dst)[at:]
		for i, x := range src {
			out[i] = int64(uint32(x))
		}
	case convInt64:
		out := columnar.Values[int64](dst)[at:]
		for i, x := range src {
			out[i] = int64(x) * conv.factor
		}
	case convWide:
		out := columnar.Values[types.Int128](dst)[at:]
		for i, x := range src {
			out[i] = types.Int128Of(int64(x))
		}
	}
}

// convert8 stores INT64 values in the width of their type.
func convert8(conv conversion, dst *columnar.Vector, at int, src []int64) error {
	switch conv.kind {
	case convMul:
		out, most := columnar.Values[int64](dst)[at:], math.MaxInt64/conv.factor
		for i, x := range src {
			if x > most || x < -most {
				return errTimestamp
			}
			out[i] = x * conv.factor
		}
	case convDiv:
		out := columnar.Values[int64](dst)[at:]
		for i, x := range src {
			q := x / conv.factor
			if x%conv.factor < 0 {
				q--
			}
			out[i] = q
		}
	case convUint64:
		out := columnar.Values[types.Int128](dst)[at:]
		for i, x := range src {
			out[i] = types.Int128{Lo: uint64(x)}
		}
	case convWide:
		out := columnar.Values[types.Int128](dst)[at:]
		for i, x := range src {
			out[i] = types.Int128Of(x)
		}
	}
	return nil
}

const (
	julianEpoch  = 2440588 // 1970-01-01
	microsPerDay = 86_400_000_000
)

// convertInt96 reads Impala's timestamps: nanoseconds of the day, then the Julian day.
func convertInt96(dst []int64, src []byte) error {
	for i := range dst {
		nanos := int64(binary.LittleEndian.Uint64(src[12*i:]))
		day := int64(int32(binary.LittleEndian.Uint32(src[12*i+8:]))) - julianEpoch
		if day > math.MaxInt64/microsPerDay-1 || day < math.MinInt64/microsPerDay+1 || nanos < -microsPerDay*1000 || nanos > microsPerDay*1000 {
			return errTimestamp
		}
		q := nanos / 1000
		if nanos%1000 < 0 {
			q--
		}
		dst[i] = day*microsPerDay + q
	}
	return nil
}

// bigEndian reads a two's complement number of any length.
func bigEndian(b []byte) (types.Int128, bool) {
	if len(b) == 0 {
		return types.Int128{}, false
	}
	sign := uint64(int64(int8(b[0])) >> 7)
	for len(b) > 16 {
		if b[0] != byte(sign) || int8(b[1])>>7 != int8(sign) {
			return types.Int128{}, false
		}
		b = b[1:]
	}
	hi, lo := sign, sign
	for _, x := range b {
		hi = hi<<8 | lo>>56
		lo = lo<<8 | uint64(x)
	}
	return types.Int128{Lo: lo, Hi: int64(hi)}, true
}

// convertBytes stores byte strings that mean something else.
func convertBytes(conv conversion, dst *columnar.Vector, at int, src []columnar.View, buffers [][]byte) error {
	switch conv.kind {
	case convDecimal64:
		out := columnar.Values[int64](dst)[at:]
		for i := range src {
			x, ok := bigEndian(src[i].Bytes(buffers))
			if !ok || !x.IsInt64() {
				return errDecimal
			}
			out[i] = x.Int64()
		}
	case convDecimal128:
		out := columnar.Values[types.Int128](dst)[at:]
		for i := range src {
			x, ok := bigEndian(src[i].Bytes(buffers))
			if !ok {
				return errDecimal
			}
			out[i] = x
		}
	case convFloat16:
		out := columnar.Values[float32](dst)[at:]
		for i := range src {
			out[i] = halfFloat(binary.LittleEndian.Uint16(src[i].Bytes(buffers)))
		}
	case convInterval:
		out := columnar.Values[types.Interval](dst)[at:]
		for i := range src {
			b := src[i].Bytes(buffers)
			out[i] = types.Interval{Months: int32(binary.LittleEndian.Uint32(b)), Days: int32(binary.LittleEndian.Uint32(b[4:])),
				Micros: int64(binary.LittleEndian.Uint32(b[8:])) * 1000}
		}
	}
	return nil
}

// halfFloat widens an IEEE 754 half.
func halfFloat(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0:
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// boundsOf returns the smallest and largest of n > 0 values of an integer, date or decimal vector; ok is false if they exceed an int64.
func boundsOf(v *columnar.Vector, at, n int) (lo, hi int64, ok bool) {
	switch v.Width {
	case columnar.W8:
		lo, hi = minMax(columnar.Values[int8](v)[at : at+n])
	case columnar.W16:
		lo, hi = minMax(columnar.Values[int16](v)[at : at+n])
	case columnar.W32:
		lo, hi = minMax(columnar.Values[int32](v)[at : at+n])
	case columnar.W64:
		lo, hi = minMax(columnar.Values[int64](v)[at : at+n])
	case columnar.W128:
		xs := columnar.Values[types.Int128](v)[at : at+n]
		lo, hi = math.MaxInt64, math.MinInt64
		for _, x := range xs {
			if !x.IsInt64() {
				return 0, 0, false
			}
			lo, hi = min(lo, x.Int64()), max(hi, x.Int64())
		}
	default:
		return 0, 0, false
	}
	return lo, hi, true
}

func minMax[T int8 | int16 | int32 | int64](xs []T) (int64, int64) {
	lo, hi := xs[0], xs[0]
	lo2, hi2 := lo, hi
	for len(xs) >= 2 {
		a, b := xs[0], xs[1]
		lo, hi = min(lo, a), max(hi, a)
		lo2, hi2 = min(lo2, b), max(hi2, b)
		xs = xs[2:]
	}
	if len(xs) == 1 {
		lo, hi = min(lo, xs[0]), max(hi, xs[0])
	}
	return int64(min(lo, lo2)), int64(max(hi, hi2))
}
