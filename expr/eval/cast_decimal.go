package eval

import (
	"bytes"
	"math"
	"strconv"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// toDecimal returns the cast to decimal(p, s), nil if there is none. A fraction is rounded HALF_UP.
func (c *caster) toDecimal() expr.Kernel {
	switch c.from.Kind {
	case types.Boolean:
		return func(k *expr.KernelCall) {
			xs := columnar.Values[uint8](k.Args[0])
			each(k.Rows, func(r int) { c.storeDecimal(k, r, types.Int128Of(int64(xs[r])), 0) })
		}
	case types.TinyInt:
		return func(k *expr.KernelCall) { rescale[int8](c, k, 0) }
	case types.SmallInt:
		return func(k *expr.KernelCall) { rescale[int16](c, k, 0) }
	case types.Int:
		return func(k *expr.KernelCall) { rescale[int32](c, k, 0) }
	case types.BigInt:
		return func(k *expr.KernelCall) { rescale[int64](c, k, 0) }
	case types.Decimal:
		return func(k *expr.KernelCall) {
			if k.Args[0].Width == columnar.W64 {
				rescale[int64](c, k, int(c.from.Scale))
				return
			}
			each(k.Rows, func(r int) { c.storeDecimal(k, r, wideAt(k.Args[0], r), int(c.from.Scale)) })
		}
	case types.Float, types.Double:
		return c.floatToDecimal
	case types.String:
		return c.textToDecimal
	case types.Timestamp: // seconds with their fraction
		return func(k *expr.KernelCall) {
			xs := columnar.Values[int64](k.Args[0])
			each(k.Rows, func(r int) { c.storeDecimal(k, r, types.Int128Of(xs[r]), 6) })
		}
	case types.Date:
		if c.mode == expr.Legacy {
			return func(k *expr.KernelCall) { k.Out.SetAllNull() }
		}
	case types.YearMonth, types.DayTime:
		return c.intervalToDecimal
	}
	return nil
}

// storeDecimal stores an unscaled value of another scale, or fails the row.
func (c *caster) storeDecimal(k *expr.KernelCall, r int, x types.Int128, scale int) {
	y, ok := types.Rescale(x, scale, int(c.to.Scale))
	if !ok || !types.FitsPrecision(y, int(c.to.Precision)) {
		c.outOfRange(k, r, func() string { return types.FormatDecimal(x, scale) })
		return
	}
	if k.Out.Width == columnar.W64 {
		columnar.Values[int64](k.Out)[r] = y.Int64()
	} else {
		columnar.Values[types.Int128](k.Out)[r] = y
	}
}

// rescale converts 64-bit values of a scale. Where bounds prove that nothing overflows it is one multiplication or division a row, and the result has 64
// bits whatever its precision.
func rescale[A integer](c *caster, k *expr.KernelCall, scale int) {
	v, d := k.Args[0], int(c.to.Scale)-scale
	lo, hi, ok := bounded(v)
	if !ok {
		lo, hi = typeRange[A]()
	}
	lo, okLo := rescaleBound(lo, d)
	hi, okHi := rescaleBound(hi, d)
	digits := int(c.to.Precision)
	if okLo && okHi && (digits > 18 || lo > -types.Pow10Int64(digits) && hi < types.Pow10Int64(digits)) {
		rescaleUnchecked[A](c, k, d)
		setBounds(k.Out, lo, hi)
		return
	}
	xs := columnar.Values[A](v)
	if d >= 0 && d <= 18 && digits <= 18 {
		p, limit := types.Pow10Int64(d), types.Pow10Int64(digits-d)
		if digits < d {
			limit = 1 // only zero fits
		}
		out := columnar.Values[int64](k.Out)
		each(k.Rows, func(r int) {
			x := int64(xs[r])
			if x >= limit || x <= -limit {
				c.outOfRange(k, r, func() string { return types.FormatDecimal(types.Int128Of(x), scale) })
				return
			}
			out[r] = x * p
		})
		return
	}
	each(k.Rows, func(r int) { c.storeDecimal(k, r, types.Int128Of(int64(xs[r])), scale) })
}

// typeRange returns the smallest and the largest value of A.
func typeRange[A integer]() (lo, hi int64) {
	var a A
	switch any(a).(type) {
	case int8:
		return math.MinInt8, math.MaxInt8
	case int16:
		return math.MinInt16, math.MaxInt16
	case int32:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// rescaleBound moves a bound by d digits of scale.
func rescaleBound(x int64, d int) (int64, bool) {
	y, ok := types.Rescale(types.Int128Of(x), 0, d)
	return y.Int64(), ok && y.IsInt64()
}

func rescaleUnchecked[A integer](c *caster, k *expr.KernelCall, d int) {
	valid := k.Out.Valid
	if k.Out.Width != columnar.W64 {
		k.Out.Reset(c.to, columnar.W64, k.Rows.N)
		k.Out.Valid = valid
	}
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[int64](k.Out)
	xs = xs[:min(len(xs), len(out))]
	switch {
	case d >= 0 && d <= 18:
		p := types.Pow10Int64(d)
		for i, x := range xs {
			out[i] = int64(x) * p
		}
	case d < 0 && d >= -18:
		p := types.Pow10Int64(-d)
		for i, x := range xs {
			q, m := int64(x)/p, int64(x)%p
			if m >= p-m {
				q++
			}
			if m <= -p-m {
				q--
			}
			out[i] = q
		}
	default: // only zero is left
		clear(out)
	}
}

// floatToDecimal takes the shortest text of the double that a float or double is. NaN and infinities are null in every mode.
func (c *caster) floatToDecimal(k *expr.KernelCall) {
	v, scale := k.Args[0], int(c.to.Scale)
	each(k.Rows, func(r int) {
		x := floatAt(v, r)
		y, ok := types.DecimalFromFloat64(x, scale)
		switch {
		case math.IsNaN(x) || math.IsInf(x, 0):
			k.Out.SetNull(r)
		case !ok || !types.FitsPrecision(y, int(c.to.Precision)):
			c.outOfRange(k, r, func() string { return strconv.FormatFloat(x, 'f', -1, 64) })
		default:
			c.storeDecimal(k, r, y, scale)
		}
	})
}

func floatAt(v *columnar.Vector, r int) float64 {
	if v.Width == columnar.WF32 {
		return float64(columnar.Values[float32](v)[r])
	}
	return columnar.Values[float64](v)[r]
}

func (c *caster) textToDecimal(k *expr.KernelCall) {
	v := k.Args[0]
	each(k.Rows, func(r int) {
		s := string(bytes.TrimFunc(v.Bytes(r), isJavaBlank))
		x, status := types.ParseDecimalAs(s, int(c.to.Precision), int(c.to.Scale))
		switch status {
		case types.ParseOK:
			c.storeDecimal(k, r, x, int(c.to.Scale))
		case types.ParseMalformed:
			c.invalid(k, r)
		case types.ParseTooLarge:
			if k.Fail(r) {
				k.Err = sqlerr.New("NUMERIC_OUT_OF_SUPPORTED_RANGE", c.pos,
					"The value %s cannot be interpreted as a numeric since it has more than 38 digits.", s)
			}
		default:
			c.outOfRange(k, r, func() string { return s })
		}
	})
}
