// Package text prints values as Spark does: as its cast to string, as its result printer (Hive's form), and as SQL literals.
//
// Sparrow makes no compatibility promise for this package.
package text

import (
	"math"
	"math/bits"
	"strconv"
)

// AppendFloat appends a double (size 64) or float (size 32) as Java prints it: the shortest digits that read back as the value, plain from 0.001
// up to but not including 10,000,000, else with an exponent: "1.0", "1.0E10", "1.5E-5", "NaN", "-Infinity".
func AppendFloat(dst []byte, f float64, size int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if m := math.Abs(f); m == 0 || m >= 1e-3 && m < 1e7 {
		n := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, size)
		for _, c := range dst[n:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, '.', '0')
	}
	var buf [32]byte
	s := strconv.AppendFloat(buf[:0], f, 'e', -1, size)
	if m := math.Abs(f); m == math.Trunc(m) && m < 1<<63 {
		s = appendWhole(buf[:0], f, size)
	}
	if s[0] == '-' {
		dst, s = append(dst, '-'), s[1:]
	}
	e := 1
	for s[e] != 'e' {
		e++
	}
	dst = append(dst, s[0], '.')
	if e > 1 {
		dst = append(dst, s[2:e]...)
	} else {
		dst = append(dst, '0')
	}
	exp := s[e+1:]
	dst = append(dst, 'E')
	if exp[0] == '-' {
		dst = append(dst, '-')
	}
	exp = exp[1:]
	for len(exp) > 1 && exp[0] == '0' {
		exp = exp[1:]
	}
	return append(dst, exp...)
}

// appendWhole appends a large whole number as 'e' does but with the digits of Java 17, on which Spark runs: it does not look for the shortest text but drops
// as many digits as the bits below the precision are worth (jdk.internal.math.FloatingDecimal, dtoa and developLongDigits).
func appendWhole(dst []byte, f float64, size int) []byte {
	n := uint64(math.Abs(f))
	precision := 53
	if size == 32 {
		precision = 24
	}
	drop := 0
	if low := bits.Len64(n) - 1 - precision - 1; low > 1 {
		drop = int(float64(low) * math.Log10(2))
	}
	if drop > 0 {
		p := uint64(math.Pow10(drop))
		rest := n % p
		if n /= p; rest >= p/2 {
			n++
		}
	}
	exp := drop
	for n%10 == 0 {
		n, exp = n/10, exp+1
	}
	if f < 0 {
		dst = append(dst, '-')
	}
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], n, 10)
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'e', '+')
	return strconv.AppendInt(dst, int64(exp+len(digits)-1), 10)
}
