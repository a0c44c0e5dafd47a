package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// newIntervalScale is interval * number and interval / number, rounded HALF_UP. The rewrite has put the interval first.
func newIntervalScale(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) { scaleIntervals(k, s, false) }, nil
}

func newIntervalDivide(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) { scaleIntervals(k, s, true) }, nil
}

func scaleIntervals(k *expr.KernelCall, s *expr.Spec, divide bool) {
	iv, n := k.Args[0], k.Args[1]
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		if divide && isZeroAt(n, r) {
			if k.Fail(r) {
				k.Err = intervalZeroDivisor(s.Pos)
			}
			continue
		}
		if iv.Width == columnar.WInterval {
			x, ok := scaledCalendar(intervalAt(iv, r), columnar.Values[float64](n)[r&formMask(n)], divide)
			if columnar.Values[types.Interval](k.Out)[r] = x; !ok {
				intervalOverflow(k, r, s.Pos)
			}
			continue
		}
		x, ok := scaledUnits(integerAt(iv, r), n, r, divide)
		if k.Out.Width == columnar.W32 {
			columnar.Values[int32](k.Out)[r] = int32(x)
			ok = ok && x == int64(int32(x))
		} else {
			columnar.Values[int64](k.Out)[r] = x
		}
		if !ok {
			intervalOverflow(k, r, s.Pos)
		}
	}
}

func isZeroAt(n *columnar.Vector, r int) bool {
	switch {
	case n.Width == columnar.WF64:
		return columnar.Values[float64](n)[r&formMask(n)] == 0
	case n.Type.Kind == types.Decimal:
		return unscaledAt(n, r) == types.Int128{}
	}
	return integerAt(n, r) == 0
}

// scaledUnits multiplies or divides months or microseconds by row r of n, which is bigint, decimal or double.
func scaledUnits(x int64, n *columnar.Vector, r int, divide bool) (int64, bool) {
	var z types.Int128
	ok := true
	switch {
	case n.Width == columnar.WF64:
		f := columnar.Values[float64](n)[r&formMask(n)]
		if divide {
			return roundHalfUp(float64(x) / f)
		}
		return roundHalfUp(float64(x) * f)
	case n.Type.Kind == types.Decimal && divide:
		z, ok = types.DivDecimal(types.Int128Of(x), unscaledAt(n, r), int(n.Type.Scale))
	case n.Type.Kind == types.Decimal:
		z, ok = types.MulDecimal(types.Int128Of(x), unscaledAt(n, r), int(n.Type.Scale))
	case divide:
		z, ok = types.DivDecimal(types.Int128Of(x), types.Int128Of(integerAt(n, r)), 0)
	default:
		z = types.MulInt64(x, integerAt(n, r))
	}
	return z.Int64(), ok && z.IsInt64()
}

// roundHalfUp rounds halves away from zero; ok is false for NaN and what does not fit in 64 bits.
func roundHalfUp(f float64) (int64, bool) {
	f = math.Round(f)
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, false
	}
	return int64(f), true
}

// scaledCalendar scales the fields of a calendar interval; what months lose is dropped, what days lose goes to the microseconds.
func scaledCalendar(x types.Interval, f float64, divide bool) (types.Interval, bool) {
	months, days, micros := float64(x.Months)*f, float64(x.Days)*f, float64(x.Micros)*f
	if divide {
		months, days, micros = float64(x.Months)/f, float64(x.Days)/f, float64(x.Micros)/f
	}
	const limit = math.MaxInt32
	if !(months >= -limit-1 && months <= limit && days >= -limit-1 && days <= limit) {
		return types.Interval{}, false
	}
	whole := math.Trunc(days)
	m := math.Floor(micros + microsPerDay*(days-whole) + 0.5)
	if !(m >= -1<<63 && m < 1<<63) {
		return types.Interval{}, false
	}
	return types.Interval{Months: int32(months), Days: int32(whole), Micros: int64(m)}, true
}
