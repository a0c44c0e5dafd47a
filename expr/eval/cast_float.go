package eval

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// toFloat returns the cast to float or double, nil if there is none.
func (c *caster) toFloat() expr.Kernel {
	if c.to.Kind == types.Float {
		return toFloatOf[float32](c)
	}
	return toFloatOf[float64](c)
}

func toFloatOf[B float32 | float64](c *caster) expr.Kernel {
	switch c.from.Kind {
	case types.Boolean:
		return func(k *expr.KernelCall) { convertAll[uint8, B](k) }
	case types.TinyInt:
		return func(k *expr.KernelCall) { convertAll[int8, B](k) }
	case types.SmallInt:
		return func(k *expr.KernelCall) { convertAll[int16, B](k) }
	case types.Int:
		return func(k *expr.KernelCall) { convertAll[int32, B](k) }
	case types.BigInt:
		return func(k *expr.KernelCall) { convertAll[int64, B](k) }
	case types.Float:
		return func(k *expr.KernelCall) { convertAll[float32, B](k) }
	case types.Double:
		return func(k *expr.KernelCall) { convertAll[float64, B](k) }
	case types.Decimal:
		return func(k *expr.KernelCall) { decimalToFloat[B](c, k) }
	case types.String:
		return func(k *expr.KernelCall) { textToFloat[B](c, k) }
	case types.Timestamp:
		return func(k *expr.KernelCall) {
			xs, out := columnar.Values[int64](k.Args[0]), columnar.Values[B](k.Out)
			for i, x := range xs[:min(len(xs), len(out))] {
				out[i] = B(float64(x) / float64(temporal.Second))
			}
		}
	case types.Date:
		if c.mode == expr.Legacy {
			return func(k *expr.KernelCall) { k.Out.SetAllNull() }
		}
	}
	return nil
}

// convertAll converts every value by Go's conversion, which rounds as Java's.
func convertAll[A interface {
	uint8 | int8 | int16 | int32 | int64 | float32 | float64
}, B float32 | float64](k *expr.KernelCall) {
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[B](k.Out)
	xs = xs[:min(len(xs), len(out))]
	for i, x := range xs {
		out[i] = B(x)
	}
}

func decimalToFloat[B float32 | float64](c *caster, k *expr.KernelCall) {
	v, out, scale := k.Args[0], columnar.Values[B](k.Out), int(c.from.Scale)
	lo, hi, ok := bounded(v)
	if c.to.Kind == types.Double && v.Width == columnar.W64 && scale <= 22 && ok && lo > -1<<53 && hi < 1<<53 {
		p := math.Pow10(scale) // exact, as are the values: the quotient is rounded once
		xs := columnar.Values[int64](v)
		for i, x := range xs[:min(len(xs), len(out))] {
			out[i] = B(float64(x) / p)
		}
		return
	}
	each(k.Rows, func(r int) {
		if c.to.Kind == types.Float {
			out[r] = B(types.DecimalToFloat32(wideAt(v, r), scale))
		} else {
			out[r] = B(types.DecimalToFloat64(wideAt(v, r), scale))
		}
	})
}

func textToFloat[B float32 | float64](c *caster, k *expr.KernelCall) {
	v, out := k.Args[0], columnar.Values[B](k.Out)
	bits := 64
	if c.to.Kind == types.Float {
		bits = 32
	}
	each(k.Rows, func(r int) {
		x, ok := parseFloat(string(bytes.TrimFunc(v.Bytes(r), isJavaBlank)), bits)
		if !ok {
			c.invalid(k, r)
			return
		}
		out[r] = B(x)
	})
}

// isJavaBlank reports what String.trim removes.
func isJavaBlank(r rune) bool { return r <= ' ' }

// parseFloat reads Java's Double.valueOf syntax (a suffix f or d, hexadecimal floats) and Spark's names of infinities and NaN without regard to
// case. Too large values become infinities.
func parseFloat(s string, bits int) (float64, bool) {
	if s == "" || strings.Contains(s, "_") {
		return 0, false
	}
	body := s
	if last := s[len(s)-1]; strings.IndexByte("fFdD", last) >= 0 && len(s) > 1 && (s[len(s)-2] == '.' || s[len(s)-2] >= '0' && s[len(s)-2] <= '9') &&
		!isHex(s) {
		body = s[:len(s)-1]
	}
	if c := body[len(body)-1]; c == '.' || c >= '0' && c <= '9' || isHex(body) {
		x, err := strconv.ParseFloat(body, bits)
		if err == nil || math.IsInf(x, 0) && isRange(err) {
			return x, true
		}
		return 0, false
	}
	switch strings.ToLower(s) {
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	case "nan":
		return math.NaN(), true
	}
	return 0, false
}

func isHex(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}
