package functions

import "math"

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

// arcRatio is the rational part of asin and acos.
func arcRatio(t float64) float64 {
	p := t * (1.66666666666666657415e-01 + t*(-3.25565818622400915405e-01+t*(2.01212532134862925881e-01+t*(-4.00555345006794114027e-02+t*(7.91534994289814532176e-04+t*3.47933107596021167570e-05)))))
	q := 1 + t*(-2.40339491173441421878e+00+t*(2.02094576023350569471e+00+t*(-6.88283971605453293030e-01+t*7.70381505559019352791e-02)))
	return p / q
}

const (
	halfPiHigh = 1.57079632679489655800e+00
	halfPiLow  = 6.12323399573676603587e-17
)

func strictAsin(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a == 1:
		return x*halfPiHigh + x*halfPiLow
	case !(a < 1):
		return math.NaN()
	case a < 0x1p-27:
		return x
	case a < 0.5:
		return x + x*arcRatio(x*x)
	}
	t := (1 - a) * 0.5
	r := arcRatio(t)
	s := math.Sqrt(t)
	if highWord(a) >= 0x3FEF3333 { // |x| > 0.975
		t = halfPiHigh - (2*(s+s*r) - halfPiLow)
	} else {
		w := clearLow(s)
		c := (t - w*w) / (s + w)
		p := 2*s*r - (halfPiLow - 2*c)
		q := math.Pi/4 - 2*w
		t = math.Pi/4 - (p - q)
	}
	return math.Copysign(t, x)
}

func strictAcos(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x == 1:
		return 0
	case x == -1:
		return math.Pi
	case !(a < 1):
		return math.NaN()
	case a < 0.5:
		if a <= 0x1p-57 {
			return halfPiHigh + halfPiLow
		}
		return halfPiHigh - (x - (halfPiLow - x*arcRatio(x*x)))
	case x < 0:
		z := (1 + x) * 0.5
		s := math.Sqrt(z)
		return math.Pi - 2*(s+(arcRatio(z)*s-halfPiLow))
	}
	z := (1 - x) * 0.5
	s := math.Sqrt(z)
	d := clearLow(s)
	c := (z - d*d) / (s + d)
	return 2 * (d + (arcRatio(z)*s + c))
}

var (
	atanHigh = [...]float64{4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01, 1.57079632679489655800e+00}
	atanLow  = [...]float64{2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17, 6.12323399573676603587e-17}
)

func strictAtan(x float64) float64 {
	a := math.Abs(x)
	id := -1
	switch ix := highWord(a); {
	case math.IsNaN(x):
		return x
	case a >= 0x1p66:
		return math.Copysign(atanHigh[3]+atanLow[3], x)
	case ix < 0x3FDC0000: // |x| < 0.4375
		if a < 0x1p-29 {
			return x
		}
		a = x
	case ix < 0x3FE60000:
		id, a = 0, (2*a-1)/(2+a)
	case ix < 0x3FF30000:
		id, a = 1, (a-1)/(a+1)
	case ix < 0x40038000:
		id, a = 2, (a-1.5)/(1+1.5*a)
	default:
		id, a = 3, -1/a
	}
	z := a * a
	w := z * z
	s1 := z * (3.33333333333329318027e-01 + w*(1.42857142725034663711e-01+w*(9.09088713343650656196e-02+w*(6.66107313738753120669e-02+w*(4.97687799461593236017e-02+w*1.62858201153657823623e-02)))))
	s2 := w * (-1.99999999998764832476e-01 + w*(-1.11111104054623557880e-01+w*(-7.69187620504482999495e-02+w*(-5.83357013379057348645e-02+w*-3.65315727442169155270e-02))))
	if id < 0 {
		return a - a*(s1+s2)
	}
	return math.Copysign(atanHigh[id]-((a*(s1+s2)-atanLow[id])-a), x)
}

func strictAtan2(y, x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsNaN(y) || x == 0 || y == 0 || math.IsInf(x, 0) || math.IsInf(y, 0):
		return math.Atan2(y, x) // the special cases are the same everywhere
	case x == 1:
		return strictAtan(y)
	}
	const piLow = 1.2246467991473531772e-16
	var z float64
	switch k := (highWord(math.Abs(y)) - highWord(math.Abs(x))) >> 20; {
	case k > 60:
		z = halfPiHigh + 0.5*piLow
	case x < 0 && k < -60:
		z = 0
	default:
		z = strictAtan(math.Abs(y / x))
	}
	switch {
	case x > 0:
		return math.Copysign(z, y)
	case y > 0:
		return math.Pi - (z - piLow)
	}
	return (z - piLow) - math.Pi
}

func strictSinh(x float64) float64 {
	a, h := math.Abs(x), math.Copysign(0.5, x)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return x
	case a < 22:
		if a < 0x1p-28 {
			return x
		}
		t := math.Expm1(a)
		if a < 1 {
			return h * (2*t - t*t/(t+1))
		}
		return h * (t + t/(t+1))
	case a < 709.78271289338397:
		return h * strictExp(a)
	case a <= 710.4758600739439:
		w := strictExp(0.5 * a)
		return h * w * w
	}
	return math.Copysign(math.Inf(1), x)
}

func strictCosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return x
	case a < 0.5*math.Ln2:
		t := math.Expm1(a)
		if a < 0x1p-55 {
			return 1 + t
		}
		return 1 + t*t/(2*(1+t))
	case a < 22:
		t := strictExp(a)
		return 0.5*t + 0.5/t
	case a < 709.78271289338397:
		return 0.5 * strictExp(a)
	case a <= 710.4758600739439:
		w := strictExp(0.5 * a)
		return 0.5 * w * w
	}
	return math.Inf(1)
}

func strictTanh(x float64) float64 {
	a := math.Abs(x)
	var z float64
	switch {
	case math.IsNaN(x):
		return x
	case a >= 22:
		z = 1
	case a < 0x1p-55:
		return x * (1 + x)
	case a >= 1:
		z = 1 - 2/(math.Expm1(2*a)+2)
	default:
		t := math.Expm1(-2 * a)
		z = -t / (t + 2)
	}
	return math.Copysign(z, x)
}

// strictCbrt guesses by dividing the exponent by three and improves twice.
func strictCbrt(x float64) float64 {
	a := math.Abs(x)
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	var t float64
	if a < 0x1p-1022 {
		t = withHighWord(0, highWord(0x1p54*a)/3+696219795)
	} else {
		t = withHighWord(0, highWord(a)/3+715094163)
	}
	r := t * t / a
	s := 5.42857142857142815906e-01 + r*t
	t *= 3.57142857142857150787e-01 + 1.60714285714285720630e+00/(s+1.41428571428571436819e+00+-7.05306122448979611050e-01/s)
	t = withHighWord(0, highWord(t)+1)
	s = t * t
	r = a / s
	r = (r - t) / (t + t + r)
	return math.Copysign(t+t*r, x)
}

// strictHypot keeps the rounding errors of the squares, so that only the root rounds.
func strictHypot(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	if x < y {
		x, y = y, x
	}
	switch {
	case math.IsInf(x, 1) || math.IsInf(y, 1):
		return math.Inf(1)
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN()
	case y == 0 || x > y*0x1p60:
		return x + y
	}
	_, e := math.Frexp(x)
	x, y = math.Ldexp(x, -e), math.Ldexp(y, -e)
	xx, yy := x*x, y*y
	rest := math.FMA(x, x, -xx) + math.FMA(y, y, -yy)
	sum := xx + yy
	rest += yy - (sum - xx)
	r := math.Sqrt(sum)
	r += (math.FMA(-r, r, sum) + rest) / (2 * r)
	return math.Ldexp(r, e)
}
