package functions

import (
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// decimalFormat is java.text.DecimalFormat's pattern for positive numbers, of one group size; negative ones get a minus sign.
type decimalFormat struct {
	prefix, suffix   string
	grouping         int // digits between commas, 0 for none
	minWhole         int
	minPart, maxPart int
	shift            int // 2 for percent, 3 for per mille
}

// parseDecimalFormat reads a pattern such as "$#,##0.00%"; false for what is no pattern or has an exponent.
func parseDecimalFormat(s string) (f decimalFormat, ok bool) {
	s, _, _ = strings.Cut(s, ";")
	start := strings.IndexAny(s, "#0,.")
	if start < 0 {
		return f, s == ""
	}
	end := start + len(s[start:]) - len(strings.TrimLeft(s[start:], "#0,."))
	f.prefix, f.suffix = s[:start], s[end:]
	if strings.HasPrefix(f.suffix, "E") {
		return f, false
	}
	if strings.Contains(s, "%") {
		f.shift = 2
	} else if strings.Contains(s, "‰") {
		f.shift = 3
	}
	f.prefix, f.suffix = strings.ReplaceAll(f.prefix, "'", ""), strings.ReplaceAll(f.suffix, "'", "")
	whole, part, _ := strings.Cut(s[start:end], ".")
	if strings.ContainsAny(part, ",.") || strings.Contains(strings.TrimLeft(whole, "#,"), "#") || strings.Contains(strings.TrimRight(part, "#"), "#") {
		return f, false
	}
	if i := strings.LastIndexByte(whole, ','); i >= 0 {
		f.grouping = len(whole) - i - 1
	}
	f.minWhole = strings.Count(whole, "0")
	f.minPart, f.maxPart = strings.Count(part, "0"), len(part)
	return f, true
}

// append writes a number given by its digits without leading zeros and the number of them before the point, rounded HALF_EVEN.
func (f *decimalFormat) append(dst []byte, neg bool, digits []byte, point int) []byte {
	point += f.shift
	digits, point = roundHalfEven(digits, point, f.maxPart)
	if neg && len(digits) > 0 {
		dst = append(dst, '-')
	}
	dst = append(dst, f.prefix...)
	whole := max(point, f.minWhole)
	if point <= 0 {
		whole = f.minWhole
	}
	for i := whole; i > 0; i-- {
		c := byte('0')
		if at := point - i; at >= 0 && at < len(digits) {
			c = digits[at]
		}
		dst = append(dst, c)
		if f.grouping > 0 && i > 1 && (i-1)%f.grouping == 0 {
			dst = append(dst, ',')
		}
	}
	if whole == 0 && len(digits) == 0 && f.minPart == 0 {
		dst = append(dst, '0')
	}
	parts := max(f.minPart, len(digits)-point)
	if parts > 0 {
		dst = append(dst, '.')
	}
	for i := range parts {
		c := byte('0')
		if at := point + i; at >= 0 && at < len(digits) {
			c = digits[at]
		}
		dst = append(dst, c)
	}
	return append(dst, f.suffix...)
}

// roundHalfEven cuts digits to places after the point and drops trailing zeros after it.
func roundHalfEven(d []byte, point, places int) ([]byte, int) {
	keep := point + places
	switch {
	case keep < 0:
		return nil, 0
	case keep < len(d):
		half := d[keep] - '0'
		tail := strings.TrimRight(string(d[keep+1:]), "0") != ""
		odd := keep > 0 && d[keep-1]&1 != 0
		up := half > 5 || half == 5 && (tail || odd)
		if d = d[:keep]; up {
			i := keep - 1
			for ; i >= 0 && d[i] == '9'; i-- {
				d[i] = '0'
			}
			if i >= 0 {
				d[i]++
			} else {
				d, point = append([]byte{'1'}, d...), point+1
			}
		}
	}
	for len(d) > 0 && len(d) > point && d[len(d)-1] == '0' {
		d = d[:len(d)-1]
	}
	if len(d) == 0 {
		return nil, 0
	}
	return d, point
}

// numberDigits returns the digits of row i of a numeric vector without leading zeros, and how many stand before the point. A double is taken at its
// exact binary value. word is set for what is no number.
func numberDigits(buf []byte, v *columnar.Vector, i int) (neg bool, digits []byte, point int, word string) {
	at := i & formMask(v)
	scale := 0
	var x float64
	switch v.Width {
	case columnar.WF32:
		x = float64(columnar.Values[float32](v)[at])
	case columnar.WF64:
		x = columnar.Values[float64](v)[at]
	default:
		var u types.Int128
		if v.Type.Kind == types.Decimal {
			u, scale = unscaledAt(v, i), int(v.Type.Scale)
		} else {
			u = types.Int128Of(integerAt(v, i))
		}
		digits = types.AppendDecimal(buf, u.Abs(), 0)
		if digits[0] == '0' {
			return false, nil, 0, ""
		}
		return u.Sign() < 0, digits, len(digits) - scale, ""
	}
	switch {
	case math.IsNaN(x):
		return false, nil, 0, "NaN"
	case math.IsInf(x, 0):
		return x < 0, nil, 0, "∞"
	case x == 0:
		return false, nil, 0, ""
	}
	b := strconv.AppendFloat(buf, math.Abs(x), 'f', exactPlaces(x), 64)
	for j, c := range b {
		if c == '.' {
			b = append(b[:j], b[j+1:]...)
			break
		}
		point = j + 1
	}
	for len(b) > 0 && b[0] == '0' {
		b, point = b[1:], point-1
	}
	return x < 0, b, point, ""
}

// exactPlaces is a number of decimal places that shows a double exactly.
func exactPlaces(x float64) int {
	_, exp := math.Frexp(x)
	return max(0, min(53-exp, 1074))
}

func newFormatNumber(s *expr.Spec) (expr.Kernel, error) {
	byPattern := s.Args[1].Kind == types.String
	f, known, ready := decimalFormat{}, false, false
	last := ""
	places := int32(-1)
	var buf []byte
	digits := make([]byte, 0, 512)
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			if byPattern {
				if p := k.Args[1].Bytes(i); !ready || string(p) != last {
					last, ready = string(p), true
					f, known = parseDecimalFormat(last)
					if last == "" { // Spark takes an empty pattern for the default one without decimals
						f, known = decimalFormat{grouping: 3, minWhole: 1}, true
					}
				}
			} else if d := columnar.Values[int32](k.Args[1])[i&formMask(k.Args[1])]; !ready || d != places {
				places, ready = d, true
				f, known = decimalFormat{grouping: 3, minWhole: 1, minPart: int(d), maxPart: int(d)}, d >= 0 && d <= maxText/8
			}
			if !known {
				k.Out.SetNull(i)
				continue
			}
			neg, d, point, word := numberDigits(digits[:0], k.Args[0], i)
			if buf = buf[:0]; word != "" {
				if neg {
					buf = append(buf, '-')
				}
				buf = append(buf, word...)
			} else {
				buf = f.append(buf, neg, d, point)
			}
			k.Out.SetBytes(i, buf)
		}
	}, nil
}
