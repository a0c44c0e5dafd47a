package functions

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestStrictMath compares with Go's algorithms, which are other ones: a wrong constant shows as more than two units in the last place.
func TestStrictMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range []struct {
		name        string
		ours, other func(float64) float64
		lo, hi      float64
	}{
		{"exp", strictExp, math.Exp, -750, 710},
		{"exp near 0", strictExp, math.Exp, -2, 2},
		{"log", strictLog, math.Log, 0, 1e6},
		{"log near 1", strictLog, math.Log, 0.5, 2},
		{"log10", strictLog10, math.Log10, 0, 1e6},
		{"sin", strictSin, math.Sin, -100, 100},
		{"cos", strictCos, math.Cos, -100, 100},
		{"tan", strictTan, math.Tan, -10, 10},
		{"asin", strictAsin, math.Asin, -1, 1},
		{"acos", strictAcos, math.Acos, -1, 0.9},
		{"atan", strictAtan, math.Atan, -10, 10},
		{"sinh", strictSinh, math.Sinh, -30, 30},
		{"cosh", strictCosh, math.Cosh, -30, 30},
		{"tanh", strictTanh, math.Tanh, -3, 3},
		{"cbrt", strictCbrt, math.Cbrt, -1e9, 1e9},
		{"pow 2.5", func(x float64) float64 { return strictPow(x, 2.5) }, func(x float64) float64 { return math.Pow(x, 2.5) }, 0, 1000},
		{"2 pow", func(x float64) float64 { return strictPow(2, x) }, func(x float64) float64 { return math.Pow(2, x) }, -1074, 1024},
		{"atan2", func(x float64) float64 { return strictAtan2(x, -3) }, func(x float64) float64 { return math.Atan2(x, -3) }, -10, 10},
	} {
		for range 20000 {
			x := f.lo + r.Float64()*(f.hi-f.lo)
			a, b := f.ours(x), f.other(x)
			if math.Abs(a-b) > 1e-15*math.Max(math.Abs(b), 1e-300)*4 && math.Abs(a-b) > 1e-16 {
				t.Errorf("%s(%v) = %v, Go has %v", f.name, x, a, b)
				break
			}
		}
	}
}

// TestStrictMathValues compares with values of Java's StrictMath.
func TestStrictMathValues(t *testing.T) {
	for _, x := range []struct {
		name      string
		got, want float64
	}{
		{"exp(1)", strictExp(1), 2.7182818284590455},
		{"1/tan(1)", 1 / strictTan(1), 0.6420926159343306},
		{"1/sin(1)", 1 / strictSin(1), 1.1883951057781212},
		{"log10(1000)", strictLog10(1000), 3},
		{"log10(1e15)", strictLog10(1e15), 15},
		{"pow(2, 10)", strictPow(2, 10), 1024},
		{"pow(10, -2)", strictPow(10, -2), 0.01},
		{"pow(-8, 3)", strictPow(-8, 3), -512},
		{"pow(-8, 0.5)", strictPow(-8, 0.5), math.NaN()},
		{"pow(0, -1)", strictPow(0, -1), math.Inf(1)},
		{"pow(-0.0, -3)", strictPow(math.Copysign(0, -1), -3), math.Inf(-1)},
		{"pow(1, NaN)", strictPow(1, math.NaN()), math.NaN()},
		{"pow(-1, inf)", strictPow(-1, math.Inf(1)), math.NaN()},
		{"pow(2, 5000)", strictPow(2, 5000), math.Inf(1)},
		{"pow(1.0000001, 1e10)", strictPow(1.0000001, 1e10), math.Inf(1)},
		{"cbrt(27)", strictCbrt(27), 3},
		{"acos(-1)", strictAcos(-1), math.Pi},
		{"asin(2)", strictAsin(2), math.NaN()},
		{"hypot(3, 4)", strictHypot(3, 4), 5},
		{"hypot(1e200, 1e200)", strictHypot(1e200, 1e200), 1.4142135623730951e200},
		{"hypot(NaN, inf)", strictHypot(math.NaN(), math.Inf(-1)), math.Inf(1)},
		{"sinh(1)", strictSinh(1), 1.1752011936438014},
		{"atan2(-1, -1)", strictAtan2(-1, -1), -2.356194490192345},
	} {
		if x.got != x.want && !(math.IsNaN(x.got) && math.IsNaN(x.want)) {
			t.Errorf("%s = %v, want %v", x.name, x.got, x.want)
		}
	}
}
