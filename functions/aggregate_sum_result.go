package functions

import (
	"math"
	"math/big"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// newSum returns the accumulator of sum or avg for an argument type; try_sum and try_avg pass expr.Try.
func newSum(s *expr.Spec, avg bool, mode expr.Mode) (expr.Accumulator, error) {
	t := s.Args[0]
	switch {
	case t.IsFloating():
		return &floatSum{reader: reader{arena: s.Arena}, avg: avg}, nil
	case t.IsInteger(), t.Kind == types.Decimal, t.Kind == types.YearMonth, t.Kind == types.DayTime:
		return newExactSum(s, avg, mode), nil
	}
	return nil, sqlerr.Internal("no sum of %s", t)
}

// Final returns the totals or averages in the call's result type.
func (a *exactSum) Final() (*columnar.Vector, error) {
	if out := a.shortSums(); out != nil {
		return out, nil
	}
	out := columnar.NewIn(a.arena, a.spec.Result, columnar.WidthOf(a.spec.Result), len(a.cells))
	for g := range a.cells {
		if a.cells[g].n == 0 {
			out.SetNull(g)
			continue
		}
		ok := false
		total, exact := a.total(g)
		if exact {
			if a.avg {
				ok = a.setAverage(out, g, total)
			} else {
				ok = setSum(out, g, total)
			}
		}
		if ok {
			continue
		}
		if err := a.overflow(); err != nil {
			return nil, err
		}
		if exact && a.mode == expr.Legacy && !a.avg && a.spec.Result.Kind == types.BigInt {
			columnar.Values[int64](out)[g] = total.Int64() // bigints wrap around
			continue
		}
		out.SetNull(g)
	}
	return out, nil
}

// shortSums returns the totals if all of them are, and may be, words of 64 bits; nil if not.
func (a *exactSum) shortSums() *columnar.Vector {
	t := a.spec.Result
	if a.avg || a.high != nil || columnar.WidthOf(t) < columnar.W64 || columnar.WidthOf(t) > columnar.W128 {
		return nil
	}
	out := columnar.NewIn(a.arena, t, columnar.W64, len(a.cells))
	sums, empty := columnar.Values[int64](out), 0
	lo, hi := int64(0), int64(0)
	for g := range a.cells {
		c := &a.cells[g]
		sums[g] = c.sum
		lo, hi = min(lo, c.sum), max(hi, c.sum)
		if c.n == 0 {
			empty++
		}
	}
	if t.Kind == types.Decimal && (!fitsPrecision(types.Int128Of(lo), t) || !fitsPrecision(types.Int128Of(hi), t)) {
		out.Free()
		return nil
	}
	out.HasBounds, out.Lo, out.Hi = true, lo, hi
	if empty > 0 {
		setNulls(out, func(g int) bool { return a.cells[g].n == 0 })
	}
	return out
}

func (a *exactSum) overflow() error {
	interval := a.spec.Result.IsInterval()
	switch {
	case a.mode == expr.Try, a.mode == expr.Legacy && !interval:
		return nil
	case interval:
		return sqlerr.New("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", a.spec.Pos, "Integer overflow while operating with intervals.").
			WithHint("Use 'try_sum' or 'try_avg' to get NULL instead.")
	}
	return sqlerr.New("ARITHMETIC_OVERFLOW", a.spec.Pos, "The sum does not fit in %s.", a.spec.Result.SQL()).
		WithHint("Use 'try_sum' or 'try_avg' to get NULL instead, or cast the argument to a wider type.")
}

// setSum stores a total in the result type and reports whether it fits.
func setSum(out *columnar.Vector, g int, x types.Int128) bool {
	switch out.Width {
	case columnar.W32:
		if !x.IsInt64() || x.Int64() != int64(int32(x.Int64())) {
			return false
		}
		columnar.Values[int32](out)[g] = int32(x.Int64())
	case columnar.W64:
		if !x.IsInt64() || out.Type.Kind == types.Decimal && !fitsPrecision(x, out.Type) {
			return false
		}
		columnar.Values[int64](out)[g] = x.Int64()
	case columnar.W128:
		if !fitsPrecision(x, out.Type) {
			return false
		}
		columnar.Values[types.Int128](out)[g] = x
	}
	return true
}

// setAverage stores total / count, rounded half up, and reports whether it fits.
func (a *exactSum) setAverage(out *columnar.Vector, g int, total types.Int128) bool {
	n := a.cells[g].n
	if out.Width == columnar.WF64 {
		columnar.Values[float64](out)[g] = float128(total) / float64(n)
		return true
	}
	if out.Type.IsInterval() && !setSum(out, g, total) {
		return false // Spark sums in the interval's type
	}
	shift := 0
	if out.Type.Kind == types.Decimal {
		if !fitsPrecision(total, types.DecimalOf(min(int(a.spec.Args[0].Precision)+10, types.MaxPrecision), 0)) {
			return false // Spark sums in this type
		}
		shift = int(out.Type.Scale) - int(a.spec.Args[0].Scale)
	}
	q, ok := divideHalfUp(total, shift, n)
	return ok && setSum(out, g, q)
}

// divideHalfUp returns x * 10^shift / n rounded half away from zero; n is positive.
func divideHalfUp(x types.Int128, shift int, n int64) (types.Int128, bool) {
	if x.IsInt64() && shift <= 18 {
		p := types.MulInt64(x.Int64(), pow10Int64(shift))
		if p.IsInt64() && p.Int64() != math.MinInt64 {
			v := p.Int64()
			q, r := v/n, v%n
			if r < 0 {
				r = -r
			}
			if r >= n-r {
				if v < 0 {
					q--
				} else {
					q++
				}
			}
			return types.Int128Of(q), true
		}
	}
	v := bigOf(x)
	v.Mul(v, bigPow10(shift))
	d := big.NewInt(n)
	neg := v.Sign() < 0
	v.Abs(v)
	v.Lsh(v, 1).Add(v, d).Quo(v, d.Lsh(d, 1)) // floor((2v + n) / 2n)
	if v.BitLen() > 127 {
		return types.Int128{}, false
	}
	if neg {
		v.Neg(v)
	}
	return int128Of(v), true
}

func bigOf(x types.Int128) *big.Int {
	v := big.NewInt(x.Hi)
	return v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(x.Lo))
}

func float128(x types.Int128) float64 {
	if x.IsInt64() {
		return float64(x.Int64())
	}
	f, _ := new(big.Float).SetInt(bigOf(x)).Float64()
	return f
}

func pow10Int64(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// limits[p] is 10^p.
var limits = func() (l [types.MaxPrecision + 1]types.Int128) {
	l[0] = types.Int128Of(1)
	for i := 1; i < len(l); i++ {
		x := l[i-1]
		x2 := x.Add(x)
		x4 := x2.Add(x2)
		l[i] = x4.Add(x4).Add(x2)
	}
	return l
}()

// fitsPrecision reports whether an unscaled value has no more digits than the decimal type.
func fitsPrecision(x types.Int128, t types.Type) bool {
	l := limits[t.Precision]
	return x.Cmp(l) < 0 && x.Cmp(l.Neg()) > 0
}
