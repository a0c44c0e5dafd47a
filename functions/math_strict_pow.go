package functions

import (
	"math"
)

// strictPow computes y log2(x) with extra precision in two parts and raises 2 to it.
func strictPow(x, y float64) float64 {
	switch {
	case y == 0:
		return 1
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN()
	case math.IsInf(y, 0):
		return powInfinite(x, y)
	case y == 1:
		return x
	case y == -1:
		return 1 / x
	case y == 2:
		return x * x
	case y == 0.5 && !math.Signbit(x):
		return math.Sqrt(x)
	}
	ax := math.Abs(x)
	whole, odd := y == math.Trunc(y), isOdd(y)
	if ax == 0 || ax == 1 || math.IsInf(ax, 1) {
		z := ax
		if y < 0 {
			z = 1 / ax
		}
		switch {
		case !math.Signbit(x):
		case x == -1 && !whole:
			return math.NaN()
		case odd:
			z = -z
		}
		return z
	}
	if x < 0 && !whole {
		return math.NaN()
	}
	sign := 1.0
	if x < 0 && odd {
		sign = -1
	}
	t1, t2, done, z := log2Parts(ax, y)
	if done {
		return sign * z
	}
	return sign * exp2Product(y, t1, t2)
}

func isOdd(y float64) bool { return math.Abs(y) < 1<<53 && y == math.Trunc(y) && int64(y)&1 != 0 }

func powInfinite(x, y float64) float64 {
	a := math.Abs(x)
	switch {
	case a == 1:
		return math.NaN()
	case a > 1 == (y > 0):
		return math.Inf(1)
	}
	return 0
}

// log2Parts returns log2(ax) as t1 + t2, where t1 has few bits. For huge y the result is an overflow, an underflow, or near 1.
func log2Parts(ax, y float64) (t1, t2 float64, done bool, z float64) {
	const (
		cp, cpHigh, cpLow          = 9.61796693925975554329e-01, 9.61796700954437255859e-01, -7.02846165095275826516e-09
		ivln2, ivln2High, ivln2Low = 1.44269504088896338700e+00, 1.44269502162933349609e+00, 1.92596299112661746887e-08
	)
	ix := highWord(ax)
	if math.Abs(y) > 0x1p31 {
		extreme := func(big bool) float64 {
			if big {
				return math.Inf(1)
			}
			return 0
		}
		switch {
		case math.Abs(y) > 0x1p64 && ix <= 0x3FEFFFFF:
			return 0, 0, true, extreme(y < 0)
		case math.Abs(y) > 0x1p64 && ix >= 0x3FF00000:
			return 0, 0, true, extreme(y > 0)
		case ix < 0x3FEFFFFF:
			return 0, 0, true, extreme(y < 0)
		case ix > 0x3FF00000:
			return 0, 0, true, extreme(y > 0)
		}
		t := ax - 1 // |1-x| is tiny, so log(x) is a short series
		w := (t * t) * (0.5 - t*(0.3333333333333333333333-t*0.25))
		u, v := ivln2High*t, t*ivln2Low-w*ivln2
		t1 = clearLow(u + v)
		return t1, v - (t1 - u), false, 0
	}
	n := int32(0)
	if ix < 0x00100000 {
		ax *= 0x1p53
		n -= 53
		ix = highWord(ax)
	}
	n += ix>>20 - 0x3FF
	j := ix & 0xFFFFF
	ix = j | 0x3FF00000
	bp, dpHigh, dpLow, k := 1.0, 0.0, 0.0, int32(0)
	switch {
	case j <= 0x3988E: // |x| < sqrt(3/2)
	case j < 0xBB67A: // |x| < sqrt(3)
		k, bp, dpHigh, dpLow = 1, 1.5, 5.84962487220764160156e-01, 1.35003920212974897128e-08
	default:
		n++
		ix -= 0x00100000
	}
	ax = withHighWord(ax, ix)
	u, v := ax-bp, 1/(ax+bp)
	ss := u * v
	sHigh := clearLow(ss)
	tHigh := withHighWord(0, (ix>>1|0x20000000)+0x00080000+k<<18)
	tLow := ax - (tHigh - bp)
	sLow := v * ((u - sHigh*tHigh) - sHigh*tLow)
	s2 := ss * ss
	r := s2 * s2 * (5.99999999999994648725e-01 + s2*(4.28571428578550184252e-01+s2*(3.33333329818377432918e-01+s2*(2.72728123808534006489e-01+s2*(2.30660745775561754067e-01+s2*2.06975017800338417784e-01)))))
	r += sLow * (sHigh + ss)
	s2 = sHigh * sHigh
	tHigh = clearLow(3 + s2 + r)
	tLow = r - ((tHigh - 3) - s2)
	u, v = sHigh*tHigh, sLow*tHigh+tLow*ss
	pHigh := clearLow(u + v)
	pLow := v - (pHigh - u)
	zHigh, zLow := cpHigh*pHigh, cpLow*pHigh+pLow*cp+dpLow
	t := float64(n)
	t1 = clearLow(((zHigh + zLow) + dpHigh) + t)
	return t1, zLow - (((t1 - t) - dpHigh) - zHigh), false, 0
}

// exp2Product is 2^(y (t1+t2)).
func exp2Product(y, t1, t2 float64) float64 {
	y1 := clearLow(y)
	pLow := (y-y1)*t1 + y*t2
	pHigh := y1 * t1
	z := pLow + pHigh
	j, i := highWord(z), int32(uint32(math.Float64bits(z)))
	switch {
	case j >= 0x40900000: // z >= 1024
		if (j-0x40900000)|i != 0 || pLow+8.0085662595372944372e-17 > z-pHigh {
			return math.Inf(1)
		}
	case j&0x7FFFFFFF >= 0x4090CC00: // z <= -1075
		if int32(uint32(j)-0xC090CC00)|i != 0 || pLow <= z-pHigh {
			return 0
		}
	}
	i = j & 0x7FFFFFFF
	k := i>>20 - 0x3FF
	n := int32(0)
	if i > 0x3FE00000 { // |z| > 0.5: n = round(z)
		n = j + 0x00100000>>(k+1)
		k = n&0x7FFFFFFF>>20 - 0x3FF
		t := withHighWord(0, n&^(0x000FFFFF>>k))
		n = (n&0x000FFFFF | 0x00100000) >> (20 - k)
		if j < 0 {
			n = -n
		}
		pHigh -= t
	}
	t := clearLow(pLow + pHigh)
	u := t * 6.93147182464599609375e-01
	v := (pLow-(t-pHigh))*6.93147180559945286227e-01 + t*-1.90465429995776804525e-09
	z = u + v
	w := v - (z - u)
	t = z * z
	t1 = z - t*(1.66666666666666019037e-01+t*(-2.77777777770155933842e-03+t*(6.61375632143793436117e-05+t*(-1.65339022054652515390e-06+t*4.13813679705723846039e-08))))
	r := (z*t1)/(t1-2) - (w + z*w)
	z = 1 - (r - z)
	return math.Ldexp(z, int(n))
}
