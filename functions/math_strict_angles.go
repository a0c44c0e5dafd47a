package functions

import (
	"math"
)

// strictReduce returns the quadrant of x and what remains, as a sum of two parts; ok is false for angles so large that fdlibm's short reduction does not
// hold.
func strictReduce(x float64) (n int, y0, y1 float64, ok bool) {
	a := math.Abs(x)
	if a <= math.Pi/4 {
		return 0, x, 0, true
	}
	if a >= 0x1p19*math.Pi/2 {
		return 0, 0, 0, false
	}
	n = int(a*6.36619772367581382433e-01 + 0.5)
	f := float64(n)
	r := a - f*1.57079632673412561417e+00
	w := f * 6.07710050650619224932e-11
	y0 = r - w
	exponent := func(v float64) int32 { return highWord(v) >> 20 & 0x7FF }
	if j := highWord(a) >> 20; j-exponent(y0) > 16 { // much is cancelled: take more digits of pi
		t := r
		w = f * 6.07710050630396597660e-11
		r = t - w
		w = f*2.02226624879595063154e-21 - ((t - r) - w)
		y0 = r - w
		if j-exponent(y0) > 49 {
			t = r
			w = f * 2.02226624871116645580e-21
			r = t - w
			w = f*8.47842766036889956997e-32 - ((t - r) - w)
			y0 = r - w
		}
	}
	y1 = (r - y0) - w
	if x < 0 {
		return -n, -y0, -y1, true
	}
	return n, y0, y1, true
}

// kernelSin is the sine of x + y for |x| up to pi/4 and a small y.
func kernelSin(x, y float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x
	}
	z := x * x
	v := z * x
	r := 8.33333333332248946124e-03 + z*(-1.98412698298579493134e-04+z*(2.75573137070700676789e-06+z*(-2.50507602534068634195e-08+z*1.58969099521155010221e-10)))
	if y == 0 {
		return x + v*(-1.66666666666666324348e-01+z*r)
	}
	return x - ((z*(0.5*y-v*r) - y) - v*-1.66666666666666324348e-01)
}

// kernelCos is the cosine of x + y.
func kernelCos(x, y float64) float64 {
	ix := highWord(x) & 0x7FFFFFFF
	if ix < 0x3E400000 {
		return 1
	}
	z := x * x
	r := z * (4.16666666666666019037e-02 + z*(-1.38888888888741095749e-03+z*(2.48015872894767294178e-05+z*(-2.75573143513906633035e-07+z*(2.08757232129817482790e-09+z*-1.13596475577881948265e-11)))))
	if ix < 0x3FD33333 { // |x| < 0.3
		return 1 - (0.5*z - (z*r - x*y))
	}
	q := 0.28125
	if ix <= 0x3FE90000 {
		q = withHighWord(0, ix-0x00200000) // x/4
	}
	h := 0.5*z - q
	return (1 - q) - (h - (z*r - x*y))
}

var tanTerms = [...]float64{3.33333333333334091986e-01, 1.33333333333201242699e-01, 5.39682539762260521377e-02, 2.18694882948595424599e-02, 8.86323982359930005737e-03,
	3.59207910759131235356e-03, 1.45620945432529025516e-03, 5.88041240820264096874e-04, 2.46463134818469906812e-04, 7.81794442939557092300e-05,
	7.14072491382608190305e-05, -1.85586374855275456654e-05, 2.59073051863633712884e-05}

// kernelTan is the tangent of x + y, or -1 over it.
func kernelTan(x, y float64, inverse bool) float64 {
	hx := highWord(x)
	ix := hx & 0x7FFFFFFF
	if ix < 0x3E300000 {
		if inverse {
			return -1 / x
		}
		return x
	}
	big := ix >= 0x3FE59428 // |x| >= 0.6744
	if big {
		if hx < 0 {
			x, y = -x, -y
		}
		x = (7.85398163397448278999e-01 - x) + (3.06161699786838301793e-17 - y)
		y = 0
	}
	z := x * x
	w := z * z
	t := &tanTerms
	r := t[1] + w*(t[3]+w*(t[5]+w*(t[7]+w*(t[9]+w*t[11]))))
	v := z * (t[2] + w*(t[4]+w*(t[6]+w*(t[8]+w*(t[10]+w*t[12])))))
	s := z * x
	r = y + z*(s*(r+v)+y)
	r += t[0] * s
	w = x + r
	if big {
		v := 1.0
		if inverse {
			v = -1
		}
		return float64(1-(hx>>30&2)) * (v - 2*(x-(w*w/(w+v)-r)))
	}
	if !inverse {
		return w
	}
	z = clearLow(w) // -1/(x+r) with more care than a plain division
	v = r - (z - x)
	a := -1 / w
	tt := clearLow(a)
	return tt + a*((1+tt*z)+tt*v)
}

func strictSin(x float64) float64 {
	n, y0, y1, ok := strictReduce(x)
	if !ok {
		return math.Sin(x)
	}
	switch n & 3 {
	case 0:
		return kernelSin(y0, y1)
	case 1:
		return kernelCos(y0, y1)
	case 2:
		return -kernelSin(y0, y1)
	}
	return -kernelCos(y0, y1)
}

func strictCos(x float64) float64 {
	n, y0, y1, ok := strictReduce(x)
	if !ok {
		return math.Cos(x)
	}
	switch n & 3 {
	case 0:
		return kernelCos(y0, y1)
	case 1:
		return -kernelSin(y0, y1)
	case 2:
		return -kernelCos(y0, y1)
	}
	return kernelSin(y0, y1)
}

func strictTan(x float64) float64 {
	n, y0, y1, ok := strictReduce(x)
	if !ok {
		return math.Tan(x)
	}
	return kernelTan(y0, y1, n&1 != 0)
}
