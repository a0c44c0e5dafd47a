package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// span is a closed range of unscaled values, in 128 bits so that sums and products of 64-bit bounds do not overflow.
type span struct {
	lo, hi types.Int128
	known  bool
}

func spanOf(lo, hi int64) span { return span{types.Int128Of(lo), types.Int128Of(hi), true} }

// boundsOf returns what is known of a vector's values: proven bounds, else what the width or the precision allows.
func boundsOf(v *columnar.Vector) span {
	if v.HasBounds {
		return spanOf(v.Lo, v.Hi)
	}
	if v.Type.Kind == types.Decimal {
		if v.Type.Precision <= 18 {
			limit := types.Pow10Int64(int(v.Type.Precision)) - 1
			return spanOf(-limit, limit)
		}
		if v.Width == columnar.W64 {
			return spanOf(math.MinInt64, math.MaxInt64)
		}
		return span{}
	}
	switch v.Width {
	case columnar.W8:
		return spanOf(math.MinInt8, math.MaxInt8)
	case columnar.W16:
		return spanOf(math.MinInt16, math.MaxInt16)
	case columnar.W32:
		return spanOf(math.MinInt32, math.MaxInt32)
	case columnar.W64:
		return spanOf(math.MinInt64, math.MaxInt64)
	}
	return span{}
}

// int64 reports whether all values fit in 64 bits.
func (s span) int64() bool { return s.known && s.lo.IsInt64() && s.hi.IsInt64() }

// within reports whether all values lie in a range.
func (s span) within(lo, hi int64) bool {
	return s.int64() && s.lo.Int64() >= lo && s.hi.Int64() <= hi
}

// digits reports whether all values have at most p digits.
func (s span) digits(p int) bool {
	return s.known && types.FitsPrecision(s.lo, p) && types.FitsPrecision(s.hi, p)
}

func (s span) add(t span) span {
	if !s.known || !t.known {
		return span{}
	}
	lo, o1 := types.AddInt128(s.lo, t.lo)
	hi, o2 := types.AddInt128(s.hi, t.hi)
	return span{lo, hi, !o1 && !o2}
}

func (s span) neg() span {
	if !s.known || s.lo == types.MinInt128 {
		return span{}
	}
	return span{s.hi.Neg(), s.lo.Neg(), true}
}

func (s span) mul(t span) span {
	if !s.known || !t.known {
		return span{}
	}
	out := span{types.MaxInt128, types.MinInt128, true}
	for _, x := range [...]types.Int128{s.lo, s.hi} {
		for _, y := range [...]types.Int128{t.lo, t.hi} {
			p, overflow := types.MulInt128(x, y)
			if overflow {
				return span{}
			}
			if p.Cmp(out.lo) < 0 {
				out.lo = p
			}
			if p.Cmp(out.hi) > 0 {
				out.hi = p
			}
		}
	}
	return out
}

// scaled multiplies by 10^n.
func (s span) scaled(n int) span {
	if n == 0 {
		return s
	}
	if n > types.MaxPrecision {
		return span{}
	}
	p := types.Pow10(n)
	return s.mul(span{p, p, true})
}

// set records the range as the proven bounds of a vector if it fits.
func (s span) set(v *columnar.Vector) {
	if s.int64() {
		v.HasBounds, v.Lo, v.Hi = true, s.lo.Int64(), s.hi.Int64()
	}
}
