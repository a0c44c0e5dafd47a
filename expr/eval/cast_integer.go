package eval

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// integer lists the Go types of tinyint to bigint, and of what is stored likewise.
type integer interface {
	~int8 | ~int16 | ~int32 | ~int64
}

// toInteger returns the cast to tinyint, smallint, int or bigint, nil if there is none.
func (c *caster) toInteger() expr.Kernel {
	switch c.to.Kind {
	case types.TinyInt:
		return toIntegerOf[int8](c)
	case types.SmallInt:
		return toIntegerOf[int16](c)
	case types.Int:
		return toIntegerOf[int32](c)
	}
	return toIntegerOf[int64](c)
}

func toIntegerOf[B integer](c *caster) expr.Kernel {
	switch c.from.Kind {
	case types.Boolean:
		return func(k *expr.KernelCall) {
			out := columnar.Values[B](k.Out)
			for i, x := range columnar.Values[uint8](k.Args[0])[:len(out)] {
				out[i] = B(x)
			}
			setBounds(k.Out, 0, 1)
		}
	case types.TinyInt:
		return func(k *expr.KernelCall) { narrow[int8, B](c, k) }
	case types.SmallInt:
		return func(k *expr.KernelCall) { narrow[int16, B](c, k) }
	case types.Int:
		return func(k *expr.KernelCall) { narrow[int32, B](c, k) }
	case types.BigInt:
		return func(k *expr.KernelCall) { narrow[int64, B](c, k) }
	case types.Float:
		return func(k *expr.KernelCall) { floatToInteger[float32, B](c, k) }
	case types.Double:
		return func(k *expr.KernelCall) { floatToInteger[float64, B](c, k) }
	case types.Decimal:
		return func(k *expr.KernelCall) { decimalToInteger[B](c, k) }
	case types.String:
		return func(k *expr.KernelCall) { textToInteger[B](c, k) }
	case types.Timestamp:
		return func(k *expr.KernelCall) { // whole seconds; too many are null in Legacy mode
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[B](k.Out)
			each(k.Rows, func(r int) {
				x := temporal.FloorDiv64(xs[r], temporal.Second)
				if out[r] = B(x); int64(out[r]) != x {
					c.overflow(k, r)
				}
			})
		}
	case types.Date: // Spark's Legacy cast of a date to a number is null
		if c.mode == expr.Legacy {
			return func(k *expr.KernelCall) { k.Out.SetAllNull() }
		}
	case types.YearMonth, types.DayTime:
		return intervalToInteger[B](c)
	}
	return nil
}

// convert stores x as row r, or fails the row; in Legacy mode it wraps around.
func convert[B integer](c *caster, k *expr.KernelCall, r int, x int64, out []B) {
	y := B(x)
	if int64(y) != x && c.mode != expr.Legacy {
		c.overflow(k, r)
		return
	}
	out[r] = y
}

// fits reports whether all values from lo to hi are values of B.
func fits[B integer](lo, hi int64) bool { return int64(B(lo)) == lo && int64(B(hi)) == hi }

// narrow converts between integers. What does not fit is found in one pass over the batch without branches; only if there is any are rows looked at one by
// one.
func narrow[A, B integer](c *caster, k *expr.KernelCall) {
	v := k.Args[0]
	xs, out := columnar.Values[A](v), columnar.Values[B](k.Out)
	xs = xs[:min(len(xs), len(out))]
	var bad A
	for i, x := range xs {
		y := B(x)
		out[i] = y
		bad |= A(y) ^ x
	}
	lo, hi, ok := bounded(v)
	if ok && fits[B](lo, hi) {
		setBounds(k.Out, lo, hi)
		return
	}
	if bad == 0 || c.mode == expr.Legacy {
		return
	}
	each(k.Rows, func(r int) {
		if x := xs[r]; A(B(x)) != x {
			c.overflow(k, r)
		}
	})
}

// floatToInteger truncates. In Legacy mode it saturates as Java does: to the range of int for narrower types, which then wrap around; NaN is 0.
func floatToInteger[A ~float32 | ~float64, B integer](c *caster, k *expr.KernelCall) {
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[B](k.Out)
	lo, hi := floatRange[B]()
	each(k.Rows, func(r int) {
		x := float64(xs[r])
		switch {
		case c.mode == expr.Legacy:
			out[r] = B(javaInteger(x, c.to.Kind == types.BigInt))
		case math.Floor(x) <= hi && math.Ceil(x) >= lo:
			out[r] = B(saturated(x))
		default: // NaN too
			c.overflow(k, r)
		}
	})
}

// floatRange returns the bounds of B as doubles; for int64 the upper one is 2^63, at which saturation gives the largest value as in Spark.
func floatRange[B integer]() (lo, hi float64) {
	var b B
	switch any(b).(type) {
	case int8:
		return math.MinInt8, math.MaxInt8
	case int16:
		return math.MinInt16, math.MaxInt16
	case int32:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// saturated truncates to an int64.
func saturated(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return int64(x)
}

func javaInteger(x float64, long bool) int64 {
	if long {
		return saturated(x)
	}
	return max(math.MinInt32, min(math.MaxInt32, saturated(x)))
}

// decimalToInteger truncates towards zero.
func decimalToInteger[B integer](c *caster, k *expr.KernelCall) {
	v, out, scale := k.Args[0], columnar.Values[B](k.Out), int(c.from.Scale)
	if v.Width == columnar.W64 && scale <= 18 {
		xs, p := columnar.Values[int64](v), types.Pow10Int64(scale)
		if lo, hi, ok := bounded(v); ok && fits[B](lo/p, hi/p) {
			setBounds(k.Out, lo/p, hi/p)
		}
		each(k.Rows, func(r int) { convert(c, k, r, xs[r]/p, out) })
		return
	}
	each(k.Rows, func(r int) {
		x := types.RescaleDown(wideAt(v, r), scale)
		if !x.IsInt64() && c.mode != expr.Legacy {
			c.overflow(k, r)
			return
		}
		convert(c, k, r, x.Int64(), out)
	})
}

// wideAt returns a stored decimal of either width.
func wideAt(v *columnar.Vector, i int) types.Int128 {
	if v.Form == columnar.Constant {
		i = 0
	}
	if v.Width == columnar.W64 {
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
}

// textToInteger reads [+-] digits, surrounded by white space; Legacy and Try-less forms of Spark also drop a fraction.
func textToInteger[B integer](c *caster, k *expr.KernelCall) {
	v, out := k.Args[0], columnar.Values[B](k.Out)
	each(k.Rows, func(r int) {
		x, ok := parseInteger(v.Bytes(r), c.mode == expr.Legacy)
		y := B(x)
		if !ok || int64(y) != x {
			c.invalid(k, r)
			return
		}
		out[r] = y
	})
}

// trimmed removes what UTF8String.trimAll removes: white space and ISO control characters of ASCII.
func trimmed(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isBlank(c byte) bool { return c <= ' ' || c == 0x7f }

// parseInteger reads a decimal integer. With fraction it accepts and cuts one: "1.9" is 1, as UTF8String.toLong does outside ANSI mode.
func parseInteger(b []byte, fraction bool) (int64, bool) {
	b = trimmed(b)
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	var n uint64
	limit := uint64(math.MaxInt64)
	if neg {
		limit++
	}
	for i, ch := range b {
		d := uint64(ch - '0')
		if d > 9 {
			if ch == '.' && fraction && allDigits(b[i+1:]) {
				break
			}
			return 0, false
		}
		if n > (limit-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if neg {
		return int64(-n), true
	}
	return int64(n), true
}

func allDigits(b []byte) bool {
	for _, ch := range b {
		if ch < '0' || ch > '9' {
			return false
		}
	}
	return true
}
