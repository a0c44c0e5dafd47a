package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const mathGroup = "math_funcs"

// returns makes a signature with a fixed result type.
func returns(t types.Type, params ...types.Class) expr.Sig {
	return expr.Sig{Params: params, Result: func([]types.Type) (types.Type, error) { return t, nil }}
}

// optional makes the last n parameters of a signature optional.
func optional(n int, s expr.Sig) expr.Sig {
	s.Optional = n
	return s
}

func doubleToDouble() []expr.Sig {
	return []expr.Sig{returns(types.DoubleType, types.ClassDouble)}
}

func doublesToDouble() []expr.Sig {
	return []expr.Sig{returns(types.DoubleType, types.ClassDouble, types.ClassDouble)}
}

// mathFuncs are the functions of doubles.
func mathFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "acos", Group: mathGroup, Since: "1.4.0", Usage: "acos(x) - Returns the angle in radians whose cosine is x, NaN outside -1 to 1.",
			Examples: []expr.Example{{SQL: "SELECT acos(1)", Want: "0.0"}, {SQL: "SELECT acos(2)", Want: "NaN"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictAcos)},
		{Name: "acosh", Group: mathGroup, Since: "3.0.0", Usage: "acosh(x) - Returns the inverse hyperbolic cosine of x.",
			Examples: []expr.Example{{SQL: "SELECT acosh(1)", Want: "0.0"}, {SQL: "SELECT acosh(0)", Want: "NaN"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return strictLog(x + math.Sqrt(x*x-1)) })},
		{Name: "asin", Group: mathGroup, Since: "1.4.0", Usage: "asin(x) - Returns the angle in radians whose sine is x, NaN outside -1 to 1.",
			Examples: []expr.Example{{SQL: "SELECT asin(0)", Want: "0.0"}, {SQL: "SELECT asin(2)", Want: "NaN"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictAsin)},
		{Name: "asinh", Group: mathGroup, Since: "3.0.0", Usage: "asinh(x) - Returns the inverse hyperbolic sine of x.",
			Examples: []expr.Example{{SQL: "SELECT asinh(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(asinh)},
		{Name: "atan", Group: mathGroup, Since: "1.4.0", Usage: "atan(x) - Returns the angle in radians whose tangent is x.",
			Examples: []expr.Example{{SQL: "SELECT atan(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictAtan)},
		{Name: "atan2", Group: mathGroup, Since: "1.4.0", Usage: "atan2(y, x) - Returns the angle in radians between the positive x axis and the point (x, y).",
			Examples: []expr.Example{{SQL: "SELECT atan2(0, 0)", Want: "0.0"}},
			// Adding 0 turns -0.0 into 0.0, as Spark does.
			Sigs: doublesToDouble(), New: doubleMap2(func(y, x float64) float64 { return strictAtan2(y+0, x+0) })},
		{Name: "atanh", Group: mathGroup, Since: "3.0.0", Usage: "atanh(x) - Returns the inverse hyperbolic tangent of x.",
			Examples: []expr.Example{{SQL: "SELECT atanh(0)", Want: "0.0"}, {SQL: "SELECT atanh(2)", Want: "NaN"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return 0.5 * (math.Log1p(x) - math.Log1p(-x)) })},
		{Name: "cbrt", Group: mathGroup, Since: "1.4.0", Usage: "cbrt(x) - Returns the cube root of x.",
			Examples: []expr.Example{{SQL: "SELECT cbrt(27.0)", Want: "3.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictCbrt)},
		{Name: "cos", Group: mathGroup, Since: "1.4.0", Usage: "cos(x) - Returns the cosine of an angle in radians.",
			Examples: []expr.Example{{SQL: "SELECT cos(0)", Want: "1.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictCos)},
		{Name: "cosh", Group: mathGroup, Since: "1.4.0", Usage: "cosh(x) - Returns the hyperbolic cosine of x.",
			Examples: []expr.Example{{SQL: "SELECT cosh(0)", Want: "1.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictCosh)},
		{Name: "cot", Group: mathGroup, Since: "2.3.0", Usage: "cot(x) - Returns the cotangent of an angle in radians, 1/tan(x).",
			Examples: []expr.Example{{SQL: "SELECT cot(0)", Want: "Infinity"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return 1 / strictTan(x) })},
		{Name: "csc", Group: mathGroup, Since: "3.3.0", Usage: "csc(x) - Returns the cosecant of an angle in radians, 1/sin(x).",
			Examples: []expr.Example{{SQL: "SELECT csc(1)", Want: "1.1883951057781212"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return 1 / strictSin(x) })},
		{Name: "degrees", Group: mathGroup, Since: "1.4.0", Usage: "degrees(x) - Turns radians into degrees.",
			Examples: []expr.Example{{SQL: "SELECT degrees(3.141592653589793)", Want: "180.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return x * 57.29577951308232 })},
		{Name: "e", Group: mathGroup, Since: "1.5.0", Usage: "e() - Returns Euler's number.",
			Examples: []expr.Example{{SQL: "SELECT e()", Want: "2.718281828459045"}},
			Sigs:     []expr.Sig{returns(types.DoubleType)}, Rewrite: doubleLiteral(math.E)},
		{Name: "exp", Group: mathGroup, Since: "1.4.0", Usage: "exp(x) - Returns e to the power x.",
			Examples: []expr.Example{{SQL: "SELECT exp(0)", Want: "1.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictExp)},
		{Name: "expm1", Group: mathGroup, Since: "1.4.0", Usage: "expm1(x) - Returns exp(x) - 1, exact also for small x.",
			Examples: []expr.Example{{SQL: "SELECT expm1(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(math.Expm1)},
		{Name: "hypot", Group: mathGroup, Since: "1.4.0", Usage: "hypot(a, b) - Returns the square root of a*a + b*b without overflow in between.",
			Examples: []expr.Example{{SQL: "SELECT hypot(3, 4)", Want: "5.0"}},
			Sigs:     doublesToDouble(), New: doubleMap2(strictHypot)},
		{Name: "ln", Group: mathGroup, Since: "1.4.0", Usage: "ln(x) - Returns the natural logarithm, NULL unless x is positive.",
			Examples: []expr.Example{{SQL: "SELECT ln(1)", Want: "0.0"}}, AlwaysNull: true,
			Sigs: doubleToDouble(), New: doublePartial(func(x float64) (float64, bool) { return strictLog(x), !(x <= 0) })},
		{Name: "log", Group: mathGroup, Since: "1.5.0", Usage: "log([base,] x) - Returns the logarithm of x to a base, the natural one if none is given; NULL unless both are positive.",
			Examples: []expr.Example{{SQL: "SELECT log(10, 100)", Want: "2.0"}}, AlwaysNull: true,
			Sigs: append(doubleToDouble(), doublesToDouble()...), New: newLog},
		{Name: "log10", Group: mathGroup, Since: "1.4.0", Usage: "log10(x) - Returns the logarithm to base 10, NULL unless x is positive.",
			Examples: []expr.Example{{SQL: "SELECT log10(10)", Want: "1.0"}}, AlwaysNull: true,
			Sigs: doubleToDouble(), New: doublePartial(func(x float64) (float64, bool) { return strictLog10(x), !(x <= 0) })},
		{Name: "log1p", Group: mathGroup, Since: "1.4.0", Usage: "log1p(x) - Returns ln(1 + x), exact also for small x; NULL unless x is above -1.",
			Examples: []expr.Example{{SQL: "SELECT log1p(0)", Want: "0.0"}}, AlwaysNull: true,
			Sigs: doubleToDouble(), New: doublePartial(func(x float64) (float64, bool) { return math.Log1p(x), !(x <= -1) })},
		{Name: "log2", Group: mathGroup, Since: "1.4.0", Usage: "log2(x) - Returns the logarithm to base 2, NULL unless x is positive.",
			Examples: []expr.Example{{SQL: "SELECT log2(2)", Want: "1.0"}}, AlwaysNull: true,
			Sigs: doubleToDouble(), New: doublePartial(func(x float64) (float64, bool) { return strictLog(x) / math.Ln2, !(x <= 0) })},
		{Name: "pi", Group: mathGroup, Since: "1.5.0", Usage: "pi() - Returns pi.",
			Examples: []expr.Example{{SQL: "SELECT pi()", Want: "3.141592653589793"}},
			Sigs:     []expr.Sig{returns(types.DoubleType)}, Rewrite: doubleLiteral(math.Pi)},
		{Name: "power", Aliases: []string{"pow"}, Group: mathGroup, Since: "1.4.0", Usage: "power(x, y) - Returns x to the power y.",
			Examples: []expr.Example{{SQL: "SELECT pow(2, 3)", Want: "8.0"}},
			Sigs:     doublesToDouble(), New: doubleMap2(strictPow)},
		{Name: "radians", Group: mathGroup, Since: "1.4.0", Usage: "radians(x) - Turns degrees into radians.",
			Examples: []expr.Example{{SQL: "SELECT radians(180)", Want: "3.141592653589793"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return x * 0.017453292519943295 })},
		{Name: "rint", Group: mathGroup, Since: "1.4.0", Usage: "rint(x) - Returns the nearest whole number as a double, the even one of two equally near.",
			Examples: []expr.Example{{SQL: "SELECT rint(12.3456)", Want: "12.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(math.RoundToEven)},
		{Name: "sec", Group: mathGroup, Since: "3.3.0", Usage: "sec(x) - Returns the secant of an angle in radians, 1/cos(x).",
			Examples: []expr.Example{{SQL: "SELECT sec(0)", Want: "1.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(func(x float64) float64 { return 1 / strictCos(x) })},
		{Name: "sin", Group: mathGroup, Since: "1.4.0", Usage: "sin(x) - Returns the sine of an angle in radians.",
			Examples: []expr.Example{{SQL: "SELECT sin(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictSin)},
		{Name: "sinh", Group: mathGroup, Since: "1.4.0", Usage: "sinh(x) - Returns the hyperbolic sine of x.",
			Examples: []expr.Example{{SQL: "SELECT sinh(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictSinh)},
		{Name: "sqrt", Group: mathGroup, Since: "1.1.1", Usage: "sqrt(x) - Returns the square root, NaN for negative x.",
			Examples: []expr.Example{{SQL: "SELECT sqrt(4)", Want: "2.0"}},
			Sigs:     doubleToDouble(), New: kernelOf(func(k *expr.KernelCall) { mapValues(k, func(x float64) float64 { return math.Sqrt(x) }) })},
		{Name: "tan", Group: mathGroup, Since: "1.4.0", Usage: "tan(x) - Returns the tangent of an angle in radians.",
			Examples: []expr.Example{{SQL: "SELECT tan(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictTan)},
		{Name: "tanh", Group: mathGroup, Since: "1.4.0", Usage: "tanh(x) - Returns the hyperbolic tangent of x.",
			Examples: []expr.Example{{SQL: "SELECT tanh(0)", Want: "0.0"}},
			Sigs:     doubleToDouble(), New: doubleMap(strictTanh)},
	}
}

func doubleLiteral(x float64) func(*expr.Call) (expr.Expr, error) {
	return func(c *expr.Call) (expr.Expr, error) {
		return &expr.Literal{Base: c.Base, Value: x, T: types.DoubleType}, nil
	}
}

// asinh follows Spark, whose formula loses small negative numbers' digits; equal answers matter more here than the last bits.
func asinh(x float64) float64 {
	if math.IsInf(x, -1) {
		return x
	}
	return strictLog(x + math.Sqrt(x*x+1))
}

func newLog(s *expr.Spec) (expr.Kernel, error) {
	if len(s.Args) == 1 {
		return doublePartial(func(x float64) (float64, bool) { return strictLog(x), !(x <= 0) })(s)
	}
	return func(k *expr.KernelCall) {
		base, x := columnOf[float64](k.Args[0]), columnOf[float64](k.Args[1])
		for i := range live(k) {
			b, v := base.at(i), x.at(i)
			if b <= 0 || v <= 0 {
				k.Out.SetNull(i)
				continue
			}
			setDouble(k, i, strictLog(v)/strictLog(b))
		}
	}, nil
}
