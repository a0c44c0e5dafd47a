package functions

import (
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// sign adds grouping, sign and leading zeros to the digits of a number.
func (x *specifier) sign(neg bool, digits string) string {
	if x.has(',') {
		whole, part, point := strings.Cut(digits, ".")
		var b []byte
		for i := range len(whole) {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b = append(b, ',')
			}
			b = append(b, whole[i])
		}
		if digits = string(b); point {
			digits += "." + part
		}
	}
	before, after := "", ""
	switch {
	case neg && x.has('('):
		before, after = "(", ")"
	case neg:
		before = "-"
	case x.has('+'):
		before = "+"
	case x.has(' '):
		before = " "
	}
	if x.has('0') {
		if missing := x.width - len(before) - len(digits) - len(after); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
	}
	return before + digits + after
}

// unsigned writes an integer of some bytes in octal or hexadecimal digits.
func (x *specifier) unsigned(n uint64, bytes int) string {
	if bytes < 8 {
		n &= 1<<(8*bytes) - 1
	}
	base, mark := 16, "0x"
	if x.verb == 'o' {
		base, mark = 8, "0"
	}
	digits := strconv.FormatUint(n, base)
	if !x.has('#') {
		mark = ""
	}
	if x.has('0') {
		if missing := x.width - len(mark) - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
	}
	return mark + digits
}

// float writes a floating-point number or decimal; Java rounds the shortest decimal HALF_UP.
func (x *specifier) float(v *columnar.Vector, row int) string {
	places := x.precision
	if places < 0 {
		places = 6
	}
	var u types.Int128
	var f float64
	if v.Type.Kind == types.Decimal {
		u = unscaledAt(v, row)
		if x.verb == 'f' {
			y, ok := types.Rescale(u, int(v.Type.Scale), places)
			if ok {
				return x.sign(u.Sign() < 0, types.FormatDecimal(y.Abs(), places))
			}
		}
		f = types.DecimalToFloat64(u, int(v.Type.Scale))
	} else if v.Width == columnar.WF32 {
		f, _ = strconv.ParseFloat(strconv.FormatFloat(float64(columnar.Values[float32](v)[v.At(row)]), 'g', -1, 32), 64)
	} else {
		f = columnar.Values[float64](v)[v.At(row)]
	}
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.TrimLeft(x.sign(f < 0, "Infinity"), "0")
	}
	neg, a := math.Signbit(f), math.Abs(f)
	verb := x.verb | 0x20
	if verb == 'g' {
		places = max(places, 1)
		if r := roundDouble(a, places-1-exponent(a), halfUp); r != 0 && (r < 1e-4 || r >= math.Pow10(places)) {
			verb, places = 'e', places-1
		} else {
			verb, places = 'f', places-1-exponent(r)
		}
	}
	if verb == 'e' {
		if e := places - exponent(a); a != 0 && e < 300 {
			a = roundDouble(a, e, halfUp)
		}
		return x.sign(neg, strconv.FormatFloat(a, 'e', places, 64))
	}
	return x.sign(neg, strconv.FormatFloat(roundDouble(a, places, halfUp), 'f', max(places, 0), 64))
}

// exponent is the power of ten of the first digit.
func exponent(x float64) int {
	if x == 0 {
		return 0
	}
	var buf [32]byte
	_, e := shortestDigits(buf[:0], x)
	return e
}
