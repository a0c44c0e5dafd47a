package types

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// pow10 holds 10^0 to 10^38.
var pow10 = func() (t [MaxPrecision + 1]Int128) {
	t[0] = Int128Of(1)
	for i := 1; i < len(t); i++ {
		t[i], _ = MulInt128(t[i-1], Int128Of(10))
	}
	return t
}()

// Pow10 returns 10^n for n from 0 to 38.
func Pow10(n int) Int128 { return pow10[n] }

// Pow10Int64 returns 10^n for n from 0 to 18.
func Pow10Int64(n int) int64 { return int64(pow10[n].Lo) }

// FitsPrecision reports whether x has at most p decimal digits.
func FitsPrecision(x Int128, p int) bool {
	limit := pow10[p]
	return x.Cmp(limit) < 0 && x.Cmp(limit.Neg()) > 0
}

// Digits returns the number of decimal digits of x, at least 1.
func (x Int128) Digits() int {
	m := x.magnitude()
	n := 1
	for n <= MaxPrecision && !m.less(u128{pow10[n].Lo, uint64(pow10[n].Hi)}) {
		n++
	}
	return n
}

// Rescale converts an unscaled value from one scale to another with HALF_UP rounding; ok is false if it overflows 128 bits.
// Scales may differ by any amount.
func Rescale(x Int128, from, to int) (y Int128, ok bool) {
	switch {
	case to == from || x == Int128{}:
		return x, true
	case to > from:
		if to-from > MaxPrecision {
			return x, false
		}
		y, overflow := MulInt128(x, pow10[to-from])
		return y, !overflow
	case from-to > MaxPrecision:
		if from-to == MaxPrecision+1 { // |x| may still be at least half of 10^39
			return DivDecimal(x, Pow10(MaxPrecision), -1)
		}
		return Int128{}, true
	}
	m := x.magnitude()
	p := pow10[from-to]
	q, _ := roundedQuotient(u256{m.lo, m.hi}, u128{p.Lo, uint64(p.Hi)})
	return q.signed(x.Hi < 0)
}

// RescaleDown divides by 10^n, truncating towards zero.
func RescaleDown(x Int128, n int) Int128 {
	if n > MaxPrecision {
		return Int128{}
	}
	q, _ := QuoRem(x, pow10[n])
	return q
}

// MulDecimal returns a * b / 10^drop with a 256-bit product and HALF_UP rounding: the product of two unscaled values whose result type
// has drop digits less of scale than the sum of theirs. ok is false if it overflows 128 bits.
func MulDecimal(a, b Int128, drop int) (Int128, bool) {
	if drop == 0 {
		p, overflow := MulInt128(a, b)
		return p, !overflow
	}
	if drop > MaxPrecision {
		p := new(big.Int).Mul(a.Big(), b.Big())
		return bigRoundedQuotient(p, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(drop)), nil))
	}
	d := pow10[drop]
	q, ok := roundedQuotient(mul128(a.magnitude(), b.magnitude()), u128{d.Lo, uint64(d.Hi)})
	if !ok {
		return Int128{}, false
	}
	return q.signed((a.Hi < 0) != (b.Hi < 0))
}

// DivDecimal returns a * 10^shift / b with HALF_UP rounding; b must not be zero. For values of scales sa and sb and a result of scale s,
// shift is s - sa + sb. ok is false if the quotient overflows 128 bits.
func DivDecimal(a, b Int128, shift int) (Int128, bool) {
	if shift >= 0 && shift <= MaxPrecision {
		p := pow10[shift]
		q, ok := roundedQuotient(mul128(a.magnitude(), u128{p.Lo, uint64(p.Hi)}), b.magnitude())
		if !ok {
			return Int128{}, false
		}
		return q.signed((a.Hi < 0) != (b.Hi < 0))
	}
	n, d := a.Big(), b.Big()
	if shift > 0 {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(shift)), nil))
	} else {
		d.Mul(d, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-shift)), nil))
	}
	return bigRoundedQuotient(n, d)
}

func bigRoundedQuotient(n, d *big.Int) (Int128, bool) {
	neg := n.Sign()*d.Sign() < 0
	n.Abs(n)
	d.Abs(d)
	q, r := n.QuoRem(n, d, new(big.Int))
	if r.Lsh(r, 1).Cmp(d) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	return Int128FromBig(q)
}

// FormatDecimal prints an unscaled value in plain notation: "-1.50".
func FormatDecimal(x Int128, scale int) string { return string(AppendDecimal(nil, x, scale)) }

// AppendDecimal appends what FormatDecimal returns.
func AppendDecimal(dst []byte, x Int128, scale int) []byte {
	if x.Hi < 0 {
		dst = append(dst, '-')
	}
	var buf [48]byte
	d := appendMagnitude(buf[:0], x.magnitude())
	if scale <= 0 {
		dst = append(dst, d...)
		for ; scale < 0 && x != (Int128{}); scale++ {
			dst = append(dst, '0')
		}
		return dst
	}
	if len(d) <= scale {
		dst = append(dst, '0', '.')
		for i := len(d); i < scale; i++ {
			dst = append(dst, '0')
		}
		return append(dst, d...)
	}
	dst = append(dst, d[:len(d)-scale]...)
	dst = append(dst, '.')
	return append(dst, d[len(d)-scale:]...)
}

func appendMagnitude(dst []byte, m u128) []byte {
	if m.hi == 0 {
		return strconv.AppendUint(dst, m.lo, 10)
	}
	q, r := div256(u256{m.lo, m.hi}, u128{lo: 1e19})
	dst = appendMagnitude(dst, u128{q[0], q[1]})
	n := len(dst)
	dst = append(dst, "0000000000000000000"...)
	for i, v := len(dst)-1, r.lo; i >= n; i, v = i-1, v/10 {
		dst[i] = byte('0' + v%10)
	}
	return dst
}

// AppendDecimalJava appends the value as java.math.BigDecimal's toString does, with an exponent for small values: "1E-7".
func AppendDecimalJava(dst []byte, x Int128, scale int) []byte {
	var buf [48]byte
	d := appendMagnitude(buf[:0], x.magnitude())
	exp := len(d) - 1 - scale
	if scale >= 0 && exp >= -6 {
		return AppendDecimal(dst, x, scale)
	}
	if x.Hi < 0 {
		dst = append(dst, '-')
	}
	dst = append(dst, d[0])
	if len(d) > 1 {
		dst = append(append(dst, '.'), d[1:]...)
	}
	dst = append(dst, 'E')
	if exp > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

// number is a decimal number as text: an optional sign, digits without leading zeros, and a power of ten: ±digits × 10^-scale.
type number struct {
	neg    bool
	digits []byte
	scale  int
}

// scanNumber reads Java's BigDecimal syntax: [+-] digits [. digits] [e [+-] digits], surrounded by white space.
func scanNumber(s string) (n number, ok bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.neg = s[0] == '-'
		s = s[1:]
	}
	seen, point := false, false
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if point {
			n.scale++
		}
		if c != '0' || len(n.digits) > 0 {
			n.digits = append(n.digits, c)
		}
	}
	if !seen {
		return n, false
	}
	if i == len(s) {
		return n, true
	}
	if s[i] != 'e' && s[i] != 'E' || i+1 == len(s) {
		return n, false
	}
	e, err := strconv.ParseInt(s[i+1:], 10, 32)
	if err != nil {
		return n, false
	}
	n.scale -= int(e)
	return n, true
}

// value returns the digits at a scale with HALF_UP rounding; ok is false if that needs more than 38 digits.
func (n number) value(scale int) (Int128, bool) {
	keep := len(n.digits) + scale - n.scale // digits that remain
	if len(n.digits) == 0 || keep < 0 {
		return Int128{}, true
	}
	if keep > MaxPrecision {
		return Int128{}, false
	}
	var x Int128
	for i := range keep {
		x, _ = MulInt128(x, Int128Of(10))
		if i < len(n.digits) {
			x = x.Add(Int128Of(int64(n.digits[i] - '0')))
		}
	}
	if keep < len(n.digits) && n.digits[keep] >= '5' {
		x = x.Add(Int128Of(1))
	}
	if n.neg {
		x = x.Neg()
	}
	return x, true
}

// ParseDecimal reads a number in Java's BigDecimal syntax exactly: the unscaled value, its digits, and its scale, which is negative for
// "1E3" as BigDecimal's is. ok is false for malformed text and for more than 38 digits.
func ParseDecimal(s string) (x Int128, precision, scale int, ok bool) {
	n, ok := scanNumber(s)
	if !ok || len(n.digits) > MaxPrecision {
		return Int128{}, 0, 0, false
	}
	x, ok = n.value(n.scale)
	return x, max(1, len(n.digits)), n.scale, ok
}

// ParseStatus is the outcome of ParseDecimalAs.
type ParseStatus uint8

// The outcomes.
const (
	ParseOK        ParseStatus = iota
	ParseMalformed             // no number
	ParseTooLarge              // the integral part has more than 38 digits: no decimal type could hold it
	ParseOverflow              // the value does not fit the wanted type
)

// ParseDecimalAs reads a number of any length into decimal(p, s) with HALF_UP rounding.
func ParseDecimalAs(text string, p, s int) (Int128, ParseStatus) {
	n, ok := scanNumber(text)
	if !ok {
		return Int128{}, ParseMalformed
	}
	if len(n.digits) > 0 && len(n.digits)-n.scale > MaxPrecision {
		return Int128{}, ParseTooLarge
	}
	x, ok := n.value(s)
	if !ok || !FitsPrecision(x, p) {
		return Int128{}, ParseOverflow
	}
	return x, ParseOK
}

// DecimalToFloat64 returns the nearest double of an unscaled value.
func DecimalToFloat64(x Int128, scale int) float64 {
	if x.IsInt64() && scale <= 22 && scale >= 0 {
		if v := x.Int64(); v > -1<<53 && v < 1<<53 { // both operands are exact, so the quotient is rounded once
			return float64(v) / math.Pow10(scale)
		}
	}
	f, _ := strconv.ParseFloat(decimalText(x, scale), 64)
	return f
}

// DecimalToFloat32 returns the nearest float of an unscaled value.
func DecimalToFloat32(x Int128, scale int) float32 {
	f, _ := strconv.ParseFloat(decimalText(x, scale), 32)
	return float32(f)
}

func decimalText(x Int128, scale int) string {
	var buf [64]byte
	b := AppendDecimal(buf[:0], x, 0)
	b = append(b, 'e')
	return string(strconv.AppendInt(b, int64(-scale), 10))
}

// DecimalFromFloat64 returns the unscaled value at a scale of the shortest decimal that reads back as f, rounded HALF_UP, as Spark's cast
// does. ok is false for NaN, infinities and values of more than 38 digits.
func DecimalFromFloat64(f float64, scale int) (Int128, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Int128{}, false
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return Rescale(Int128Of(int64(f)), 0, scale)
	}
	var buf [32]byte
	n, ok := scanNumber(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
	if !ok {
		return Int128{}, false
	}
	return n.value(scale)
}
