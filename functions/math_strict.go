package functions

import (
	"math"
)

// Spark computes exp, log, pow and others with Java's StrictMath, whose results are defined as those of fdlibm 5.3 (Sun Microsystems, 1993) to the
// last bit. Go's package math has other algorithms for most of them, which differ in the last digit now and then. These functions follow fdlibm's
// published algorithms and constants. expm1 and log1p are missing because Go's are the same.

func highWord(x float64) int32 { return int32(math.Float64bits(x) >> 32) }

func withHighWord(x float64, h int32) float64 {
	return math.Float64frombits(uint64(uint32(h))<<32 | math.Float64bits(x)&0xFFFFFFFF)
}

// clearLow drops the low 32 bits, which leaves room for exact products.
func clearLow(x float64) float64 { return math.Float64frombits(math.Float64bits(x) &^ 0xFFFFFFFF) }

const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// strictExp reduces x to r + k ln 2 and approximates exp(r) by a rational function of r.
func strictExp(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x > 7.09782712893383973096e+02:
		return math.Inf(1)
	case x < -7.45133219101941108420e+02:
		return 0
	}
	a := math.Abs(x)
	var hi, lo float64
	k := 0
	switch {
	case a > 0.5*math.Ln2:
		if a < 1.5*math.Ln2 {
			k = 1
			if x < 0 {
				k = -1
			}
		} else {
			k = int(1.44269504088896338700e+00*x + math.Copysign(0.5, x))
		}
		hi = x - float64(k)*ln2High
		lo = float64(k) * ln2Low
		x = hi - lo
	case a < 0x1p-28:
		return 1 + x
	}
	t := x * x
	c := x - t*(1.66666666666666019037e-01+t*(-2.77777777770155933842e-03+t*(6.61375632143793436117e-05+t*(-1.65339022054652515390e-06+t*4.13813679705723846039e-08))))
	if k == 0 {
		return 1 - ((x*c)/(c-2) - x)
	}
	return math.Ldexp(1-((lo-(x*c)/(2-c))-hi), k)
}

// strictLog writes x as 2^k (1+f) with 1+f near 1 and approximates log(1+f) by a polynomial in f/(2+f).
func strictLog(x float64) float64 {
	switch {
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return math.NaN()
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	}
	k := int32(0)
	if x < 0x1p-1022 {
		k -= 54
		x *= 0x1p54
	}
	hx := highWord(x)
	k += hx>>20 - 1023
	hx &= 0xFFFFF
	i := (hx + 0x95F64) & 0x100000
	x = withHighWord(x, hx|(i^0x3FF00000))
	k += i >> 20
	f, dk := x-1, float64(k)
	if (0xFFFFF & (2 + hx)) < 3 { // |f| < 2^-20
		if f == 0 {
			return dk*ln2High + dk*ln2Low
		}
		r := f * f * (0.5 - 0.33333333333333333*f)
		if k == 0 {
			return f - r
		}
		return dk*ln2High - ((r - dk*ln2Low) - f)
	}
	s := f / (2 + f)
	z := s * s
	w := z * z
	t1 := w * (3.999999999940941908e-01 + w*(2.222219843214978396e-01+w*1.531383769920937332e-01))
	t2 := z * (6.666666666666735130e-01 + w*(2.857142874366239149e-01+w*(1.818357216161805012e-01+w*1.479819860511658591e-01)))
	r := t2 + t1
	if (hx-0x6147A)|(0x6B851-hx) > 0 {
		h := 0.5 * f * f
		if k == 0 {
			return f - (h - s*(h+r))
		}
		return dk*ln2High - ((h - (s*(h+r) + dk*ln2Low)) - f)
	}
	if k == 0 {
		return f - s*(f-r)
	}
	return dk*ln2High - ((s*(f-r) - dk*ln2Low) - f)
}

// strictLog10 is log10(2) times the exponent plus the logarithm of the fraction.
func strictLog10(x float64) float64 {
	if x == 0 || x < 0 || math.IsNaN(x) || math.IsInf(x, 1) {
		return strictLog(x)
	}
	k := int32(0)
	if x < 0x1p-1022 {
		k -= 54
		x *= 0x1p54
	}
	hx := highWord(x)
	k += hx>>20 - 1023
	i := int32(uint32(k) >> 31)
	y := float64(k + i)
	x = withHighWord(x, hx&0xFFFFF|(0x3FF-i)<<20)
	z := y*3.69423907715893078616e-13 + 4.34294481903251816668e-01*strictLog(x)
	return z + y*3.01029995663611771306e-01
}
