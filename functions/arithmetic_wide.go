package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// plainWide computes + - and * of operands that need no rescaling in 128 bits and reports whether all rows, be they below a null, are surely
// right: sums that stay clear of 10^38, products of operands of 64 bits.
func (d *decimalOp) plainWide(k *expr.KernelCall) bool {
	x, y := wideColumn(k.Args[0], k.Rows.N), wideColumn(k.Args[1], k.Rows.N)
	out := columnar.Values[types.Int128](k.Out)[:k.Rows.N]
	var bad int64
	switch d.op {
	case expr.OpMul:
		for i := range out {
			a, b := &x.vals[i&x.mask], &y.vals[i&y.mask]
			bad |= (a.Hi ^ int64(a.Lo)>>63) | (b.Hi ^ int64(b.Lo)>>63)
			out[i] = types.MulInt64(int64(a.Lo), int64(b.Lo))
		}
		return bad == 0
	case expr.OpSub:
		for i := range out {
			r := x.vals[i&x.mask].Sub(y.vals[i&y.mask])
			out[i] = r
			bad |= beyond(r.Hi)
		}
	default:
		for i := range out {
			r := x.vals[i&x.mask].Add(y.vals[i&y.mask])
			out[i] = r
			bad |= beyond(r.Hi)
		}
	}
	return bad >= 0
}

// wideLimit is the high word of 10^38. The sum of two numbers below 10^38 either fits in 128 bits or wraps around to the far side of -10^38, so
// that looking at the high word suffices.
const wideLimit = 0x4B3B4CA85A86C47A

// beyond is negative for the high word of a sum that may have more than 38 digits, and for some that do not.
func beyond(hi int64) int64 { return (wideLimit - 1 - hi) | (hi + wideLimit - 1) }

// wideColumn reads a decimal argument as 128-bit values, widening 64-bit ones into fresh memory.
func wideColumn(v *columnar.Vector, n int) column[types.Int128] {
	if v.Width == columnar.W128 {
		return columnOf[types.Int128](v)
	}
	xs := columnar.Values[int64](v)
	if isConst(v) {
		n = 1
	}
	wide := make([]types.Int128, n)
	for i := range wide {
		wide[i] = types.Int128Of(xs[i])
	}
	return column[types.Int128]{wide, formMask(v)}
}
