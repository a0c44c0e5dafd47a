package functions

import (
	"math"
)

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
