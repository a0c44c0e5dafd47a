package physical

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/types"
)

// keyLayout packs keys of up to 64 bits each into one code of 64 bits, by the bounds of the build side's keys: a probe key outside of them
// has no partner.
type keyLayout struct {
	cols []keyColumn
	max  uint64 // greatest code
}

// keyColumn is one key: its code is value - lo, or span + 1 for a null that may match.
type keyColumn struct {
	lo       int64
	span     uint64
	mul      uint64
	nullSafe bool
}

// newKeyLayout returns the layout for build keys, if all are stored as integers and their codes fit.
func newKeyLayout(keys []*columnar.Vector, nullSafe []bool) (*keyLayout, bool) {
	l := &keyLayout{cols: make([]keyColumn, len(keys))}
	size := uint64(1)
	for i, k := range keys {
		lo, hi, some, ok := exec.Extremes(k)
		if !ok {
			return nil, false
		}
		if !some {
			lo, hi = 0, 0
		}
		c := keyColumn{lo: lo, span: uint64(hi) - uint64(lo), mul: size, nullSafe: nullSafe[i]}
		values := c.span + 1
		if c.nullSafe {
			values++
		}
		if len(keys) == 1 && !c.nullSafe {
			l.cols[0], l.max = c, c.span
			return l, true
		}
		over, next := bits.Mul64(size, values)
		if values <= c.span || over != 0 || next > 1<<62 {
			return nil, false
		}
		size = next
		l.cols[i] = c
	}
	l.max = size - 1
	return l, true
}

// Direct arrays have at most directFactor entries a row, or are small anyway.
const (
	directFactor = 8
	directSmall  = 1 << 16
)

// direct reports whether an array indexed by code is worth its memory.
func (l *keyLayout) direct(rows int) bool {
	return l.max < directSmall || l.max < uint64(rows)*directFactor && l.max < 1<<31
}

// codes writes the codes of the rows, by row number, and returns over dst the rows that have one.
func (l *keyLayout) codes(keys []*columnar.Vector, rows columnar.Rows, codes []uint64, dst []int32) []int32 {
	for i := range l.cols {
		c, v := &l.cols[i], keys[i]
		if !c.nullSafe && v.MayHaveNulls() {
			dst = kernel.SelectNotNull(v, rows, dst)
			rows = columnar.Rows{Sel: dst, N: rows.N}
		}
		if i == 0 {
			clear(codes[:rows.N])
		}
		dst = c.pack(v, rows, codes, dst)
		rows = columnar.Rows{Sel: dst, N: rows.N}
	}
	return dst
}

// pack adds the column's part to the codes of the rows and keeps those in bounds.
func (c *keyColumn) pack(v *columnar.Vector, rows columnar.Rows, codes []uint64, dst []int32) []int32 {
	if c.nullSafe && v.MayHaveNulls() || v.Form == columnar.Constant {
		return c.packSlow(v, rows, codes, dst)
	}
	switch v.Base().Width {
	case columnar.W8:
		return packInts[int8](c, v, rows, codes, dst)
	case columnar.W16:
		return packInts[int16](c, v, rows, codes, dst)
	case columnar.W32:
		return packInts[int32](c, v, rows, codes, dst)
	case columnar.W64:
		return packInts[int64](c, v, rows, codes, dst)
	}
	return c.packSlow(v, rows, codes, dst)
}

func packInts[T int8 | int16 | int32 | int64](c *keyColumn, v *columnar.Vector, rows columnar.Rows, codes []uint64, dst []int32) []int32 {
	vals := columnar.Values[T](v.Base())
	dst = sized(dst, rows.Count())
	lo, span, mul := c.lo, c.span, c.mul
	n := 0
	switch {
	case v.Form == columnar.Dictionary:
		for i := range dst {
			r := rows.Row(i)
			code := uint64(int64(vals[v.Codes[r]]) - lo)
			codes[r] += code * mul
			dst[n] = int32(r)
			n += within(code, span)
		}
	case rows.All():
		codes = codes[:rows.N]
		for r, x := range vals[:rows.N] {
			code := uint64(int64(x) - lo)
			codes[r] += code * mul
			dst[n] = int32(r)
			n += within(code, span)
		}
	default:
		for _, r := range rows.Sel {
			code := uint64(int64(vals[r]) - lo)
			codes[r] += code * mul
			dst[n] = r
			n += within(code, span)
		}
	}
	return dst[:n]
}

// within returns 1 if code <= span, without a branch.
func within(code, span uint64) int {
	_, borrow := bits.Sub64(span, code, 0)
	return int(1 - borrow)
}

// packSlow handles constants, null-safe keys with nulls, and wide decimals.
func (c *keyColumn) packSlow(v *columnar.Vector, rows columnar.Rows, codes []uint64, dst []int32) []int32 {
	dst = sized(dst, rows.Count())
	n := 0
	for i := range rows.Count() {
		r := rows.Row(i)
		code, ok := c.code(v, r)
		if ok {
			codes[r] += code * c.mul
			dst[n] = int32(r)
			n++
		}
	}
	return dst[:n]
}

func (c *keyColumn) code(v *columnar.Vector, r int) (uint64, bool) {
	if v.IsNull(r) {
		return c.span + 1, c.nullSafe
	}
	x, ok := integerAt(v.Base(), v.At(r))
	code := uint64(x - c.lo)
	return code, ok && code <= c.span
}

// integerAt returns a stored integer; false for decimals beyond 64 bits and for other values.
func integerAt(v *columnar.Vector, i int) (int64, bool) {
	switch v.Width {
	case columnar.W8:
		return int64(columnar.Values[int8](v)[i]), true
	case columnar.W16:
		return int64(columnar.Values[int16](v)[i]), true
	case columnar.W32:
		return int64(columnar.Values[int32](v)[i]), true
	case columnar.W64:
		return columnar.Values[int64](v)[i], true
	case columnar.W128:
		x := columnar.Values[types.Int128](v)[i]
		return x.Int64(), x.IsInt64()
	}
	return 0, false
}
