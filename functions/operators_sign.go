package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// signFuncs are the unary operators by name.
func signFuncs() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "negative", Op: expr.OpNeg, Group: "math_funcs", Since: "1.0.0", Usage: "negative(a) - The negated number or interval.",
			Examples: ex("SELECT negative(1)", "-1"), Fallible: true, Resolve: resolveUnary, Rewrite: rewriteNegative, New: newNegative},
		{Name: "positive", Group: "math_funcs", Since: "1.5.0", Usage: "positive(a) - The number or interval itself.",
			Examples: ex("SELECT positive(1)", "1"), Resolve: resolveUnary,
			Rewrite: func(c *expr.Call) (expr.Expr, error) { return c.Args[0], nil }},
	}
}

func resolveUnary(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	return resolveSign(c)
}

// rewriteSign turns the unary forms of + and -.
func rewriteSign(c *expr.Call) (expr.Expr, error) {
	if c.Func.Op == expr.OpAdd {
		return c.Args[0], nil
	}
	d := *c
	d.Func = Lookup("negative")
	return rewriteNegative(&d)
}

// rewriteNegative chooses the form that fits the type.
func rewriteNegative(c *expr.Call) (expr.Expr, error) {
	t := c.Args[0].Type()
	d := *c
	switch {
	case t.IsInterval():
		d.Func = intervalNegate
	case t.IsFloating() || t.Kind == types.Decimal:
		d.Func = load().total["negative"]
	default:
		return c, nil
	}
	return &d, nil
}

// newNegative is the kernel of unary minus on numbers.
func newNegative(s *expr.Spec) (expr.Kernel, error) {
	switch s.Result.Kind {
	case types.TinyInt:
		return negateInts[int8](s, math.MinInt8), nil
	case types.SmallInt:
		return negateInts[int16](s, math.MinInt16), nil
	case types.Int:
		return negateInts[int32](s, math.MinInt32), nil
	case types.BigInt:
		return negateInts[int64](s, math.MinInt64), nil
	case types.Float:
		return func(k *expr.KernelCall) { mapValues(k, func(x float32) float32 { return -x }) }, nil
	case types.Double:
		return func(k *expr.KernelCall) { mapValues(k, func(x float64) float64 { return -x }) }, nil
	}
	return negateDecimals, nil
}

func negateInts[T integer](s *expr.Spec, smallest T) expr.Kernel {
	overflow := intOverflow(expr.OpNeg, s)
	return func(k *expr.KernelCall) {
		x, out := columnOf[T](k.Args[0]), columnar.Values[T](k.Out)
		safe := k.Args[0].HasBounds && k.Args[0].Lo > int64(smallest)
		if safe {
			boundsOf(k.Args[0]).neg().set(k.Out)
		}
		safe = safe || s.Mode == expr.Legacy
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			v := x.at(r)
			if out[r] = -v; v == smallest && !safe && k.Fail(r) {
				k.Err = overflow()
			}
		}
	}
}

func negateDecimals(k *expr.KernelCall) {
	a := k.Args[0]
	k.Out.Rewidth(a.Width)
	if res := boundsOf(a).neg(); a.HasBounds {
		res.set(k.Out)
	}
	if a.Width == columnar.W64 {
		mapValues(k, func(x int64) int64 { return -x })
		return
	}
	mapValues(k, types.Int128.Neg)
}
