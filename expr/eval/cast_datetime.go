package eval

import (
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// toDatetime returns the cast to date, timestamp, timestamp_ntz or time, nil if there is none.
func (c *caster) toDatetime() expr.Kernel {
	switch c.to.Kind {
	case types.Date:
		return c.toDate()
	case types.Time:
		return c.toTime()
	}
	zone := c.zone()
	switch c.from.Kind {
	case types.String:
		return c.textToTimestamp()
	case types.Date:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int32](k.Args[0]), columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) {
				local, ok := temporal.MicrosFromParts(xs[r], 0)
				switch {
				case !ok:
					c.overflow(k, r)
				case c.to.Kind == types.Timestamp:
					out[r] = temporal.ToUTC(local, zone)
				default:
					out[r] = local
				}
			})
		}
	case types.Timestamp:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) { out[r] = temporal.ToLocal(xs[r], zone) })
		}
	case types.TimestampNTZ:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) { out[r] = temporal.ToUTC(xs[r], zone) })
		}
	}
	if c.to.Kind == types.Timestamp {
		return c.numberToTimestamp()
	}
	return nil
}

func (c *caster) toDate() expr.Kernel {
	switch c.from.Kind {
	case types.String:
		return func(k *expr.KernelCall) {
			v, out := k.Args[0], columnar.Values[int32](k.Out)
			each(k.Rows, func(r int) {
				d, ok := temporal.ParseDate(string(v.Bytes(r)))
				if !ok {
					c.invalid(k, r)
					return
				}
				out[r] = d
			})
		}
	case types.Timestamp:
		zone := c.zone()
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int32](k.Out)
			each(k.Rows, func(r int) { out[r], _ = temporal.Split(temporal.ToLocal(xs[r], zone)) })
		}
	case types.TimestampNTZ:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int32](k.Out)
			for i, x := range xs[:min(len(xs), len(out))] {
				out[i] = int32(temporal.FloorDiv64(x, temporal.Day))
			}
			if lo, hi, ok := bounded(k.Args[0]); ok {
				setBounds(k.Out, temporal.FloorDiv64(lo, temporal.Day), temporal.FloorDiv64(hi, temporal.Day))
			}
		}
	}
	return nil
}

func (c *caster) textToTimestamp() expr.Kernel {
	zone := c.zone()
	today := func() int32 {
		if c.env == nil {
			return 0
		}
		d, _ := temporal.Split(temporal.ToLocal(c.env.Now.UnixMicro(), zone))
		return d
	}
	return func(k *expr.KernelCall) {
		v, out := k.Args[0], columnar.Values[int64](k.Out)
		each(k.Rows, func(r int) {
			var x int64
			var ok bool
			if c.to.Kind == types.Timestamp {
				x, ok = temporal.ParseTimestamp(string(v.Bytes(r)), zone, today)
			} else {
				x, ok = temporal.ParseNTZ(string(v.Bytes(r)), true)
			}
			if !ok {
				c.invalid(k, r)
				return
			}
			out[r] = x
		})
	}
}

// numberToTimestamp reads seconds since the epoch. Integers saturate, as Java's TimeUnit does.
func (c *caster) numberToTimestamp() expr.Kernel {
	switch c.from.Kind {
	case types.Boolean: // Spark: a boolean is so many microseconds
		if c.mode != expr.Legacy {
			return nil
		}
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[uint8](k.Args[0]), columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) { out[r] = int64(xs[r]) })
		}
	case types.TinyInt:
		return secondsToTimestamp[int8]
	case types.SmallInt:
		return secondsToTimestamp[int16]
	case types.Int:
		return secondsToTimestamp[int32]
	case types.BigInt:
		return secondsToTimestamp[int64]
	case types.Decimal:
		return c.decimalToTimestamp
	case types.Float, types.Double:
		return func(k *expr.KernelCall) {
			out := columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) {
				x := floatAt(k.Args[0], r)
				if math.IsNaN(x) || math.IsInf(x, 0) {
					c.invalid(k, r)
					return
				}
				x *= float64(temporal.Second)
				if c.mode != expr.Legacy && (x < math.MinInt64 || x > math.MaxInt64) {
					c.overflow(k, r)
					return
				}
				out[r] = saturated(x)
			})
		}
	}
	return nil
}

func secondsToTimestamp[A integer](k *expr.KernelCall) {
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[int64](k.Out)
	const limit = math.MaxInt64 / temporal.Second
	for i, x := range xs[:min(len(xs), len(out))] {
		switch s := int64(x); {
		case s > limit:
			out[i] = math.MaxInt64
		case s < -limit:
			out[i] = math.MinInt64
		default:
			out[i] = s * temporal.Second
		}
	}
}

// decimalToTimestamp truncates to microseconds; what is too large wraps around.
func (c *caster) decimalToTimestamp(k *expr.KernelCall) {
	v, out, scale := k.Args[0], columnar.Values[int64](k.Out), int(c.from.Scale)
	each(k.Rows, func(r int) {
		x := wideAt(v, r)
		if scale >= 6 {
			x = types.RescaleDown(x, scale-6)
		} else {
			x, _ = types.MulInt128(x, types.Pow10(6-scale))
		}
		out[r] = x.Int64()
	})
}

// toTime returns the cast to time.
func (c *caster) toTime() expr.Kernel {
	unit := types.Pow10Int64(9 - int(c.to.Precision)) // digits beyond the precision are cut
	switch c.from.Kind {
	case types.Time:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Out)
			for i, x := range xs[:min(len(xs), len(out))] {
				out[i] = x - x%unit
			}
		}
	case types.TimestampNTZ:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Out)
			for i, x := range xs[:min(len(xs), len(out))] {
				ns := temporal.FloorMod64(x, temporal.Day) * 1000
				out[i] = ns - ns%unit
			}
		}
	case types.Timestamp:
		zone := c.zone()
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) {
				ns := temporal.FloorMod64(temporal.ToLocal(xs[r], zone), temporal.Day) * 1000
				out[r] = ns - ns%unit
			})
		}
	case types.String:
		return func(k *expr.KernelCall) {
			v, out := k.Args[0], columnar.Values[int64](k.Out)
			each(k.Rows, func(r int) {
				s := string(trimmed(v.Bytes(r)))
				us, ok := temporal.ParseTimestamp(s, time.UTC, func() int32 { return 0 })
				if !ok || len(s) < 3 || s[1] != ':' && s[2] != ':' || temporal.HasZone(s) {
					c.invalid(k, r)
					return
				}
				out[r] = us*1000 - us*1000%unit
			})
		}
	}
	return nil
}
