package eval

import (
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// toBoolean returns the cast to boolean, nil if there is none: numbers that are not zero are true.
func (c *caster) toBoolean() expr.Kernel {
	switch c.from.Kind {
	case types.TinyInt:
		return notZero[int8]
	case types.SmallInt:
		return notZero[int16]
	case types.Int:
		return notZero[int32]
	case types.BigInt:
		return notZero[int64]
	case types.Float:
		return notZero[float32]
	case types.Double:
		return notZero[float64]
	case types.Decimal:
		return func(k *expr.KernelCall) {
			if k.Args[0].Width == columnar.W64 {
				notZero[int64](k)
			} else {
				notZero[types.Int128](k)
			}
		}
	case types.Timestamp:
		if c.mode == expr.Legacy {
			return notZero[int64]
		}
	case types.Date:
		if c.mode == expr.Legacy {
			return func(k *expr.KernelCall) { k.Out.SetAllNull() }
		}
	case types.String:
		return c.textToBoolean
	}
	return nil
}

func notZero[A interface {
	comparable
	columnar.Fixed
}](k *expr.KernelCall) {
	var zero A
	xs, out := columnar.Values[A](k.Args[0]), columnar.Values[uint8](k.Out)
	for i, x := range xs[:min(len(xs), len(out))] {
		b := uint8(0)
		if x != zero {
			b = 1
		}
		out[i] = b
	}
}

func (c *caster) textToBoolean(k *expr.KernelCall) {
	v, out := k.Args[0], columnar.Values[uint8](k.Out)
	each(k.Rows, func(r int) {
		b := trimmed(v.Bytes(r))
		switch {
		case oneOf(b, "t", "true", "y", "yes", "1"):
			out[r] = 1
		case oneOf(b, "f", "false", "n", "no", "0"):
			out[r] = 0
		default:
			c.invalid(k, r)
		}
	})
}

// oneOf compares without regard to case.
func oneOf(b []byte, words ...string) bool {
	if len(b) > 5 {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(string(b), w) {
			return true
		}
	}
	return false
}
