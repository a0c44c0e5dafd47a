// Package text prints values as Spark does: as its cast to string, as its result printer (Hive's form), and as SQL literals.
//
// Sparrow makes no compatibility promise for this package.
package text

import (
	"math"
	"strconv"
)

// AppendFloat appends a double (bits 64) or float (bits 32) as Java prints it: the shortest digits that read back as the value, plain from 0.001
// up to but not including 10,000,000, else with an exponent: "1.0", "1.0E10", "1.5E-5", "NaN", "-Infinity".
func AppendFloat(dst []byte, f float64, bits int) []byte {
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
		dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
		for _, c := range dst[n:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, '.', '0')
	}
	var buf [32]byte
	s := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
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
