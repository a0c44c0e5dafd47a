package eval

import (
	"bytes"
	"math"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// unitOf returns how many stored units (months or microseconds) one of a field of an ANSI interval counts.
func unitOf(f types.IntervalField) int64 {
	return [...]int64{types.Year: 12, types.Month: 1, types.Day: temporal.Day, types.Hour: temporal.Hour, types.Minute: temporal.Minute,
		types.Second: temporal.Second}[f]
}

// toInterval returns the cast to an interval type, nil if there is none.
func (c *caster) toInterval() expr.Kernel {
	switch {
	case c.from.Kind == types.String:
		return c.textToInterval()
	case c.from.Kind == c.to.Kind && c.to.Kind != types.CalendarInterval:
		unit := unitOf(c.to.To)
		if c.to.Kind == types.YearMonth {
			return func(k *expr.KernelCall) { cutInterval[int32](k, int32(unit)) }
		}
		if c.to.To == types.Second {
			unit = 1
		}
		return func(k *expr.KernelCall) { cutInterval(k, unit) }
	case c.to.Kind == types.CalendarInterval:
		return nil
	case c.from.Kind == types.Decimal:
		return c.decimalToInterval
	}
	switch c.from.Kind {
	case types.TinyInt:
		return integerToInterval[int8](c)
	case types.SmallInt:
		return integerToInterval[int16](c)
	case types.Int:
		return integerToInterval[int32](c)
	case types.BigInt:
		return integerToInterval[int64](c)
	}
	return nil
}

// cutInterval drops fields below the last one of the target.
func cutInterval[A int32 | int64](k *expr.KernelCall, unit A) {
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[A](k.Out)
	for i, x := range xs[:min(len(xs), len(out))] {
		out[i] = x - x%unit
	}
}

// integerToInterval counts units of the last field.
func integerToInterval[A integer](c *caster) expr.Kernel {
	unit := unitOf(c.to.To)
	return func(k *expr.KernelCall) {
		xs := columnar.Values[A](k.Args[0])
		each(k.Rows, func(r int) {
			p := types.MulInt64(int64(xs[r]), unit)
			switch {
			case c.to.Kind == types.DayTime && p.IsInt64():
				columnar.Values[int64](k.Out)[r] = p.Int64()
			case c.to.Kind == types.YearMonth && p.IsInt64() && int64(int32(p.Int64())) == p.Int64():
				columnar.Values[int32](k.Out)[r] = int32(p.Int64())
			default:
				c.overflow(k, r)
			}
		})
	}
}

// decimalToInterval counts units of the last field, rounded HALF_UP to months or microseconds; what is less than a unit is then cut.
func (c *caster) decimalToInterval(k *expr.KernelCall) {
	unit := unitOf(c.to.To)
	each(k.Rows, func(r int) {
		x, ok := types.MulDecimal(wideAt(k.Args[0], r), types.Int128Of(unit), int(c.from.Scale))
		n := x.Int64()
		if c.to.To != types.Second {
			n -= n % unit
		}
		switch {
		case ok && x.IsInt64() && c.to.Kind == types.DayTime:
			columnar.Values[int64](k.Out)[r] = n
		case ok && x.IsInt64() && int64(int32(n)) == n:
			columnar.Values[int32](k.Out)[r] = int32(n)
		default:
			c.overflow(k, r)
		}
	})
}

// intervalToInteger counts units of the interval's last field.
func intervalToInteger[B integer](c *caster) expr.Kernel {
	unit := unitOf(c.from.To)
	return func(k *expr.KernelCall) {
		out := columnar.Values[B](k.Out)
		if c.from.Kind == types.YearMonth {
			xs := columnar.Values[int32](k.Args[0])
			each(k.Rows, func(r int) { convert(c, k, r, int64(xs[r])/unit, out) })
			return
		}
		xs := columnar.Values[int64](k.Args[0])
		each(k.Rows, func(r int) { convert(c, k, r, xs[r]/unit, out) })
	}
}

// intervalToDecimal counts units of the interval's last field; seconds keep their fraction.
func (c *caster) intervalToDecimal(k *expr.KernelCall) {
	each(k.Rows, func(r int) {
		switch {
		case c.from.Kind == types.YearMonth:
			c.storeDecimal(k, r, types.Int128Of(int64(columnar.Values[int32](k.Args[0])[r])/unitOf(c.from.To)), 0)
		case c.from.To == types.Second:
			c.storeDecimal(k, r, types.Int128Of(columnar.Values[int64](k.Args[0])[r]), 6)
		default:
			c.storeDecimal(k, r, types.Int128Of(columnar.Values[int64](k.Args[0])[r]/unitOf(c.from.To)), 0)
		}
	})
}

// textToInterval reads the text of an interval, with or without its literal's keyword and fields.
func (c *caster) textToInterval() expr.Kernel {
	return func(k *expr.KernelCall) {
		v := k.Args[0]
		each(k.Rows, func(r int) {
			s := string(trimmed(v.Bytes(r)))
			ok := false
			switch c.to.Kind {
			case types.CalendarInterval:
				var x types.Interval
				if x, ok = temporal.ParseInterval(s); ok {
					columnar.Values[types.Interval](k.Out)[r] = x
				}
			case types.YearMonth:
				var x int32
				if x, ok = parseYearMonth(s, c.to); ok {
					columnar.Values[int32](k.Out)[r] = x
				}
			default:
				var x int64
				if x, ok = parseDayTime(s, c.to); ok {
					columnar.Values[int64](k.Out)[r] = x
				}
			}
			if !ok {
				c.badInterval(k, r)
			}
		})
	}
}

// badInterval fails a row whose text is no interval, also in Legacy mode; for a calendar interval it is null.
func (c *caster) badInterval(k *expr.KernelCall, r int) {
	if c.to.Kind == types.CalendarInterval {
		k.Out.SetNull(r)
		return
	}
	if !k.Fail(r) {
		return
	}
	condition := "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING"
	switch {
	case c.to.Kind == types.DayTime:
		condition += "_WITH_NOTICE"
	case c.to.From == c.to.To && isLong(k.Args[0].Bytes(r)): // too many years or months
		condition = "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING"
	}
	k.Err = sqlerr.New(condition, c.pos, "Error parsing '%s' to interval. Please ensure that the value provided is in a valid format for "+
		"defining an interval. You can reference the documentation for the correct format.", k.Args[0].Value(r))
}

func isLong(b []byte) bool {
	b = bytes.TrimLeft(trimmed(b), "+-")
	return len(b) > 0 && allDigits(b)
}

func parseYearMonth(s string, t types.Type) (int32, bool) {
	body, neg, ok := literalBody(s, t)
	if !ok {
		return 0, false
	}
	x, ok := temporal.ParseYearMonth(body, t.From, t.To)
	if neg {
		x = -x
	}
	return x, ok && !(neg && x == math.MinInt32)
}

func parseDayTime(s string, t types.Type) (int64, bool) {
	body, neg, ok := literalBody(s, t)
	if !ok {
		return 0, false
	}
	x, ok := temporal.ParseDayTime(body, t.From, t.To)
	if neg {
		x = -x
	}
	return x, ok && !(neg && x == math.MinInt64)
}

// literalBody takes the text between the quotes of "interval '…' year to month"; other text is its own body. neg tells of a minus between keyword
// and quote.
func literalBody(s string, t types.Type) (body string, neg, ok bool) {
	const word = "interval"
	if len(s) <= len(word) || !strings.EqualFold(s[:len(word)], word) {
		return s, false, isPlain(s)
	}
	s = strings.TrimLeft(s[len(word):], " ")
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = strings.TrimLeft(s[1:], " ")
	}
	end := strings.LastIndexByte(s, '\'')
	if end <= 0 || s[0] != '\'' {
		return "", false, false
	}
	fields := strings.Join(strings.Fields(s[end+1:]), " ")
	body = s[1:end]
	return body, neg, isPlain(body) && strings.EqualFold("interval "+fields, t.String())
}

// isPlain rejects what Spark's patterns do not match although the parser would take it: white space beyond ASCII, a point without digits.
func isPlain(s string) bool {
	return !strings.HasSuffix(s, ".") && strings.IndexFunc(s, func(r rune) bool { return r > '~' }) < 0
}
