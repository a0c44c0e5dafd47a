package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// absAndPmod lists the two functions of numbers that follow the operators' typing.
func absAndPmod() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "abs", Group: "math_funcs", Since: "1.2.0", Usage: "abs(a) - The number or interval without its sign.",
			Examples: ex("SELECT abs(-1)", "1"), Fallible: true, Resolve: resolveAbs, Rewrite: rewriteAbs, New: newAbs},
		{Name: "pmod", Group: "math_funcs", Since: "1.5.0", Usage: "pmod(a, b) - The remainder of a divided by b that has the sign of b.",
			Examples: ex("SELECT pmod(-7, 3)", "2"), Fallible: true, Resolve: resolveAs("%"), New: newPmod},
	}
}

// resolveAs types a call of two numbers as an operator's.
func resolveAs(op string) func(*expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) != 2 {
			return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
		}
		d := *c
		d.Func = Lookup(op)
		return resolveArithmetic(&d)
	}
}

func resolveAbs(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) == 1 && c.Args[0].Type().Kind == types.CalendarInterval {
		return nil, WrongType("abs", c.Args, 0, `NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH`, c.Pos)
	}
	return resolveUnary(c)
}

func rewriteAbs(c *expr.Call) (expr.Expr, error) {
	if t := c.T; t.IsFloating() || t.Kind == types.Decimal {
		return total(c), nil
	}
	return c, nil
}

func newAbs(s *expr.Spec) (expr.Kernel, error) {
	switch t := s.Result; {
	case t.Kind == types.TinyInt:
		return absInts[int8](s, math.MinInt8), nil
	case t.Kind == types.SmallInt:
		return absInts[int16](s, math.MinInt16), nil
	case t.Kind == types.Int, t.Kind == types.YearMonth:
		return absInts[int32](s, math.MinInt32), nil
	case t.Kind == types.BigInt, t.Kind == types.DayTime:
		return absInts[int64](s, math.MinInt64), nil
	case t.Kind == types.Float:
		return func(k *expr.KernelCall) {
			mapValues(k, func(x float32) float32 { return float32(math.Abs(float64(x))) })
		}, nil
	case t.Kind == types.Double:
		return func(k *expr.KernelCall) { mapValues(k, math.Abs) }, nil
	}
	return func(k *expr.KernelCall) {
		k.Out.Rewidth(k.Args[0].Width)
		if k.Out.Width == columnar.W64 {
			mapValues(k, func(x int64) int64 { return max(x, -x) })
		} else {
			mapValues(k, types.Int128.Abs)
		}
	}, nil
}

func absInts[T integer](s *expr.Spec, smallest T) expr.Kernel {
	overflow := intOverflow(expr.OpNeg, s)
	wraps := s.Mode == expr.Legacy && !s.Result.IsInterval()
	return func(k *expr.KernelCall) {
		x, out := columnOf[T](k.Args[0]), columnar.Values[T](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			v := x.at(r)
			if out[r] = max(v, -v); v == smallest && !wraps && k.Fail(r) {
				k.Err = overflow()
			}
		}
	}
}

func newPmod(s *expr.Spec) (expr.Kernel, error) {
	switch s.Args[0].Kind {
	case types.TinyInt:
		return pmodInts[int8](s), nil
	case types.SmallInt:
		return pmodInts[int16](s), nil
	case types.Int:
		return pmodInts[int32](s), nil
	case types.BigInt:
		return pmodInts[int64](s), nil
	case types.Float:
		return pmodFloats[float32](s), nil
	case types.Double:
		return pmodFloats[float64](s), nil
	}
	return pmodDecimals(s), nil
}

func pmodInts[T integer](s *expr.Spec) expr.Kernel {
	return func(k *expr.KernelCall) {
		x, y, out := columnOf[T](k.Args[0]), columnOf[T](k.Args[1]), columnar.Values[T](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			d := y.at(r)
			if d == 0 {
				if k.Fail(r) {
					k.Err = zeroDivisor(expr.OpMod, s.Pos)
				}
				continue
			}
			if out[r] = x.at(r) % d; out[r] < 0 {
				out[r] = (out[r] + d) % d
			}
		}
	}
}

func pmodFloats[T float32 | float64](s *expr.Spec) expr.Kernel {
	return func(k *expr.KernelCall) {
		x, y, out := columnOf[T](k.Args[0]), columnOf[T](k.Args[1]), columnar.Values[T](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			d := float64(y.at(r))
			if d == 0 {
				if k.Fail(r) {
					k.Err = zeroDivisor(expr.OpMod, s.Pos)
				}
				continue
			}
			m := math.Mod(float64(x.at(r)), d)
			if m < 0 {
				m = math.Mod(float64(T(m+d)), d)
			}
			out[r] = T(m)
		}
	}
}

func pmodDecimals(s *expr.Spec) expr.Kernel {
	d := newDecimalDivision(expr.OpMod, s)
	return func(k *expr.KernelCall) {
		d.kernel(k)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			z, y := unscaledAt(k.Out, r), unscaledAt(k.Args[1], r)
			if z.Sign() >= 0 || y.Sign() == 0 {
				continue
			}
			if m, ok := types.Rescale(y, d.sb, int(s.Result.Scale)); ok && m.Sign() != 0 {
				_, z = types.QuoRem(z.Add(m), m)
			}
			setUnscaled(k.Out, r, z)
		}
	}
}
