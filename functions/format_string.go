package functions

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// specifier is one conversion of a java.util.Formatter format, or plain text (verb 0).
type specifier struct {
	text      string // as written, or the plain text
	index     int    // argument from 1; 0: the next ordinary one; -1: the one before
	flags     string
	width     int // 0: none
	precision int // -1: none
	verb      byte
}

// formatError is a fault of a format or of an argument for it: Java's exception and its message.
type formatError struct{ class, message string }

// parseFormat cuts a format into specifiers.
func parseFormat(s string) ([]specifier, *formatError) {
	var out []specifier
	for s != "" {
		at := strings.IndexByte(s, '%')
		if at < 0 {
			return append(out, specifier{text: s}), nil
		}
		if at > 0 {
			out = append(out, specifier{text: s[:at]})
		}
		x, n := scanSpecifier(s[at:])
		if n == 0 {
			return nil, &formatError{"java.util.UnknownFormatConversionException", "Conversion = '%'"}
		}
		if x.index == 0 && strings.HasPrefix(s[at+1:], "0$") {
			return nil, &formatError{"INVALID_PARAMETER_VALUE.ZERO_INDEX", "The value of parameter(s) `strfmt` in `format_string` is invalid: expects `%1$`, `%2$` and so on, but got `%0$`."}
		}
		if strings.IndexByte("bBhHsScCdoxXeEfgGaA%n", x.verb) < 0 {
			return nil, &formatError{"java.util.UnknownFormatConversionException", "Conversion = '" + string(rune(x.verb)) + "'"}
		}
		out = append(out, x)
		s = s[at+n:]
	}
	return out, nil
}

// scanSpecifier reads %[index$][flags][width][.precision]verb and returns its length, 0 if it is cut off.
func scanSpecifier(s string) (x specifier, n int) {
	x.precision = -1
	i := 1
	number := func() (int, bool) {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		v, err := strconv.Atoi(s[start:i])
		return v, err == nil
	}
	if v, ok := number(); ok && i < len(s) && s[i] == '$' {
		x.index = v
		i++
	} else {
		i = 1
	}
	for i < len(s) && strings.IndexByte("-#+ 0,(<", s[i]) >= 0 {
		if s[i] == '<' {
			x.index = -1
		} else {
			x.flags += s[i : i+1]
		}
		i++
	}
	if v, ok := number(); ok {
		x.width = v
	}
	if i < len(s) && s[i] == '.' {
		i++
		v, ok := number()
		if !ok {
			return x, 0
		}
		x.precision = v
	}
	if i >= len(s) {
		return x, 0
	}
	x.verb, x.text = s[i], s[:i+1]
	return x, i + 1
}

func (x *specifier) has(flag byte) bool { return strings.IndexByte(x.flags, flag) >= 0 }

func newFormatString(s *expr.Spec) (expr.Kernel, error) {
	var buf []byte
	var specs []specifier
	var fault *formatError
	last, ready := "", false
	return func(k *expr.KernelCall) {
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			if f := k.Args[0].Bytes(i); !ready || string(f) != last {
				last, ready = string(f), true
				specs, fault = parseFormat(last)
			}
			err := fault
			if err == nil {
				buf, err = appendFormatted(buf[:0], specs, k.Args[1:], i)
			}
			if err != nil {
				reject(k, i, s, err.class, "%s", err.message)
				continue
			}
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func appendFormatted(dst []byte, specs []specifier, args []*columnar.Vector, row int) ([]byte, *formatError) {
	ordinary, previous := 0, 0
	for j := range specs {
		x := &specs[j]
		switch x.verb {
		case 0:
			dst = append(dst, x.text...)
			continue
		case 'n':
			dst = append(dst, '\n')
			continue
		case '%':
			dst = x.pad(dst, "%")
			continue
		}
		at := x.index
		switch {
		case at == 0:
			ordinary++
			at = ordinary
		case at < 0:
			at = previous
		}
		if at < 1 || at > len(args) {
			return dst, &formatError{"java.util.MissingFormatArgumentException", "Format specifier '" + x.text + "'"}
		}
		previous = at
		text, err := x.convert(args[at-1], row)
		if err != nil {
			return dst, err
		}
		if x.verb >= 'A' && x.verb <= 'Z' {
			text = strings.ToUpper(text)
		}
		dst = x.pad(dst, text)
	}
	return dst, nil
}

// pad appends text filled with spaces to the width.
func (x *specifier) pad(dst []byte, text string) []byte {
	missing := x.width - utf8.RuneCountInString(text)
	if !x.has('-') {
		for ; missing > 0; missing-- {
			dst = append(dst, ' ')
		}
	}
	dst = append(dst, text...)
	for ; missing > 0; missing-- {
		dst = append(dst, ' ')
	}
	return dst
}

func (x *specifier) mismatch(v *columnar.Vector) *formatError {
	return &formatError{"java.util.IllegalFormatConversionException", string(rune(x.verb)) + " != " + v.Type.String()}
}

// convert makes the text of an argument, without padding by spaces.
func (x *specifier) convert(v *columnar.Vector, row int) (string, *formatError) {
	null := v.IsNull(row)
	if null && x.verb|0x20 != 'b' {
		return x.cut("null"), nil
	}
	switch x.verb | 0x20 {
	case 'b':
		b := !null
		if v.Type.Kind == types.Boolean && !null {
			b = columnar.Values[uint8](v)[v.At(row)] != 0
		}
		return x.cut(strconv.FormatBool(b)), nil
	case 's':
		text, ok := plainText(v, row)
		if !ok {
			return "", x.mismatch(v)
		}
		return x.cut(text), nil
	case 'c':
		if !v.Type.IsInteger() {
			return "", x.mismatch(v)
		}
		return string(rune(integerAt(v, row))), nil
	case 'd':
		if v.Type.IsInteger() {
			n := integerAt(v, row)
			return x.sign(n < 0, types.FormatDecimal(types.Int128Of(n).Abs(), 0)), nil
		}
	case 'o', 'x':
		if v.Type.IsInteger() {
			return x.unsigned(uint64(integerAt(v, row)), v.Width.Bytes()), nil
		}
	case 'e', 'f', 'g':
		if v.Type.IsFloating() || v.Type.Kind == types.Decimal {
			return x.float(v, row), nil
		}
	case 'h':
		return strconv.FormatUint(uint64(uint32(murmurValue(v, row, sparkSeed))), 16), nil
	}
	return "", x.mismatch(v)
}

// cut applies the precision to text.
func (x *specifier) cut(text string) string {
	if x.precision >= 0 {
		return text[:byteOffset([]byte(text), x.precision)]
	}
	return text
}

// plainText is what Java's toString gives for a value.
func plainText(v *columnar.Vector, row int) (string, bool) {
	at := v.At(row)
	switch {
	case v.Width == columnar.WView:
		return string(v.Bytes(row)), true
	case v.Type.Kind == types.Boolean:
		return strconv.FormatBool(columnar.Values[uint8](v)[at] != 0), true
	case v.Type.Kind == types.Decimal:
		return types.FormatDecimal(unscaledAt(v, row), int(v.Type.Scale)), true
	case v.Width == columnar.WF32:
		return javaDouble(float64(columnar.Values[float32](v)[at]), 32), true
	case v.Width == columnar.WF64:
		return javaDouble(columnar.Values[float64](v)[at], 64), true
	case v.Width >= columnar.W8 && v.Width <= columnar.W64:
		return strconv.FormatInt(integerAt(v, row), 10), true
	}
	return "", false
}

// javaDouble is Double.toString or Float.toString.
func javaDouble(x float64, size int) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 0):
		return strings.TrimPrefix(map[bool]string{true: "-Infinity", false: "Infinity"}[x < 0], "+")
	}
	if a := math.Abs(x); x == 0 || a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(x, 'f', -1, size)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	s := strconv.FormatFloat(x, 'e', -1, size)
	m, e, _ := strings.Cut(s, "e")
	if !strings.Contains(m, ".") {
		m += ".0"
	}
	n, _ := strconv.Atoi(e)
	return m + "E" + strconv.Itoa(n)
}
