package functions

import (
	"math"
	"strconv"
)

// roundDouble rounds the shortest decimal that reads back as x, as java.math.BigDecimal.valueOf does: 1.005 to two places is 1.01.
func roundDouble(x float64, places int, mode roundMode) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x + 0 // no -0.0
	}
	if y, ok := roundFast(x, places, mode); ok {
		return y
	}
	var buf [32]byte
	d, exp := shortestDigits(buf[:0], x)
	keep := exp + 1 + places // digits that remain
	if keep >= len(d) {
		return x
	}
	if places > 400 || keep < -1 && mode != ceiling && mode != floored {
		return 0
	}
	return roundDigits(x < 0, d, keep, places, mode)
}

// roundFast rounds by scaling where that is provably the same: the scaled value is far from a half and below 2^50, and the power of ten is exact.
func roundFast(x float64, places int, mode roundMode) (float64, bool) {
	if places < 0 || places > 15 || mode == ceiling || mode == floored {
		return 0, false
	}
	p := math.Pow10(places)
	y := math.Abs(x) * p
	if y >= 1<<40 {
		return 0, false
	}
	whole := math.Floor(y)
	rest := y - whole
	if math.Abs(rest-0.5) < 1e-3 {
		return 0, false
	}
	if rest > 0.5 {
		whole++
	}
	return math.Copysign(whole/p, x) + 0, true
}

// shortestDigits appends the digits of the shortest decimal of |x| and returns them with the exponent of the first.
func shortestDigits(buf []byte, x float64) (digits []byte, exp int) {
	b := strconv.AppendFloat(buf, math.Abs(x), 'e', -1, 64)
	n := 0
	for i, c := range b {
		if c == 'e' {
			exp, _ = strconv.Atoi(string(b[i+1:]))
			break
		}
		if c != '.' {
			b[n] = c
			n++
		}
	}
	return b[:n], exp
}

// roundDigits rounds a decimal of at most 17 digits to its first keep digits, of which the last counts 10^-places.
func roundDigits(neg bool, d []byte, keep, places int, mode roundMode) float64 {
	var m int64
	for i := range max(keep, 0) {
		m = m*10 + int64(d[i]-'0')
	}
	half := -1
	if keep >= 0 {
		half = int(d[keep]) - '5'
		for _, c := range d[keep+1:] {
			if half == 0 && c != '0' {
				half = 1
			}
		}
	}
	sign := 1
	if neg {
		sign = -1
	}
	m = int64(sign)*m + awayFromZero(mode, sign, half, m&1 != 0)
	f, _ := strconv.ParseFloat(strconv.FormatInt(m, 10)+"e"+strconv.Itoa(-places), 64)
	return f
}
