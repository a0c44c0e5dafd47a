package functions

import (
	"math"
	"math/big"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// zeroDivisor makes the error of a division by zero.
func zeroDivisor(op expr.Op, pos sqlerr.Pos) *sqlerr.Error {
	if op == expr.OpMod {
		return sqlerr.New("REMAINDER_BY_ZERO", pos, "Remainder by zero.").
			WithHint("Use 'try_mod' to tolerate divisor being 0 and return NULL instead.")
	}
	return sqlerr.New("DIVIDE_BY_ZERO", pos, "Division by zero.").
		WithHint("Use 'try_divide' to tolerate divisor being 0 and return NULL instead.")
}

// divideKernel returns the kernel of / % or div.
func divideKernel(op expr.Op, s *expr.Spec) expr.Kernel {
	switch t := s.Args[0]; {
	case t.Kind == types.Decimal:
		return newDecimalDivision(op, s).kernel
	case t.Kind == types.Float:
		return floatDivision[float32](op, s.Pos)
	case t.Kind == types.Double:
		return floatDivision[float64](op, s.Pos)
	case t.Kind == types.TinyInt:
		return intDivision[int8](op, s)
	case t.Kind == types.SmallInt:
		return intDivision[int16](op, s)
	case t.Kind == types.Int, t.Kind == types.YearMonth:
		return intDivision[int32](op, s)
	}
	return intDivision[int64](op, s)
}

// floatDivision is / and % of floats. Dividing by zero is an error, or null without ANSI, never infinity.
func floatDivision[T float32 | float64](op expr.Op, pos sqlerr.Pos) expr.Kernel {
	return func(k *expr.KernelCall) {
		x, y, out := columnar.Values[T](k.Args[0]), columnar.Values[T](k.Args[1]), columnar.Values[T](k.Out)[:k.Rows.N]
		if op == expr.OpDiv && k.Rows.All() && dividePlain(k, out, x, y) {
			return
		}
		mx, my := formMask(k.Args[0]), formMask(k.Args[1])
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			d := y[r&my]
			switch {
			case d == 0:
				if k.Fail(r) {
					k.Err = zeroDivisor(op, pos)
				}
			case op == expr.OpDiv:
				out[r] = x[r&mx] / d
			default:
				out[r] = T(math.Mod(float64(x[r&mx]), float64(d)))
			}
		}
	}
}

// dividePlain divides all rows and reports whether no divisor was zero.
func dividePlain[T float32 | float64](k *expr.KernelCall, out, x, y []T) bool {
	switch {
	case isConst(k.Args[1]):
		d := y[0]
		if d == 0 {
			return false
		}
		if isConst(k.Args[0]) {
			c := x[0] / d
			for i := range out {
				out[i] = c
			}
			return true
		}
		mapInto(out, x, func(x T) T { return x / d })
		return true
	case isConst(k.Args[0]):
		c := x[0]
		return foldMap(out, y, func(y T) (T, int64) { return c / y, b2i(y == 0) }) == 0
	}
	return fold(out, x, y, func(x, y T) (T, int64) { return x / y, b2i(y == 0) }) == 0
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// intDivision is % and div of integers and intervals; the result of div is a bigint.
func intDivision[T integer](op expr.Op, s *expr.Spec) expr.Kernel {
	overflow := intOverflow(op, s)
	legacy := s.Mode == expr.Legacy
	interval := s.Args[0].IsInterval()
	return func(k *expr.KernelCall) {
		x, y := columnar.Values[T](k.Args[0]), columnar.Values[T](k.Args[1])
		mx, my := formMask(k.Args[0]), formMask(k.Args[1])
		var rem []T
		var quo []int64
		if op == expr.OpMod {
			rem = columnar.Values[T](k.Out)
		} else {
			quo = columnar.Values[int64](k.Out)
		}
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			n, d := x[r&mx], y[r&my]
			switch {
			case d == 0:
				if k.Fail(r) {
					if k.Err = zeroDivisor(op, s.Pos); interval {
						k.Err = intervalZeroDivisor(s.Pos)
					}
				}
			case op == expr.OpMod:
				rem[r] = n % d
			case int64(n) == math.MinInt64 && d == -1 && !legacy:
				if k.Fail(r) {
					k.Err = overflow()
				}
			default:
				quo[r] = int64(n / d)
				if d == -1 {
					quo[r] = -int64(n) // the quotient of the smallest narrow integer does not fit its own type
				}
			}
		}
	}
}

func intervalZeroDivisor(pos sqlerr.Pos) *sqlerr.Error {
	return sqlerr.New("INTERVAL_DIVIDED_BY_ZERO", pos, "Division by zero.").
		WithHint("Use 'try_divide' to tolerate divisor being 0 and return NULL instead.")
}

// decimalDivision is / % and div of decimals.
type decimalDivision struct {
	*decimalOp
	shift  int // of /: the result is x * 10^shift / y
	legacy bool
}

func newDecimalDivision(op expr.Op, s *expr.Spec) *decimalDivision {
	d := &decimalDivision{decimalOp: newDecimalOp(op, s), legacy: s.Mode == expr.Legacy}
	d.shift = int(s.Result.Scale) - d.sa + d.sb
	return d
}

func (d *decimalDivision) kernel(k *expr.KernelCall) {
	a, b := k.Args[0], k.Args[1]
	if d.op == expr.OpDiv && d.shift >= 0 && d.shift <= 18 && a.Width == columnar.W64 && b.Width == columnar.W64 &&
		boundsOf(a).scaled(d.shift).within(math.MinInt64/4, math.MaxInt64/4) && boundsOf(b).within(math.MinInt64/4, math.MaxInt64/4) {
		d.divide64(k)
		return
	}
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		x, y := unscaledAt(a, r), unscaledAt(b, r)
		if y == (types.Int128{}) {
			if k.Fail(r) {
				k.Err = zeroDivisor(d.op, d.pos)
			}
			continue
		}
		d.row(k, r, x, y)
	}
}

// divide64 is / where the scaled dividend fits in 64 bits.
func (d *decimalDivision) divide64(k *expr.KernelCall) {
	x, y := columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Args[1])
	mx, my := formMask(k.Args[0]), formMask(k.Args[1])
	f := types.Pow10Int64(d.shift)
	if d.result.Precision > 18 {
		k.Out.Rewidth(columnar.W64)
	}
	out := columnar.Values[int64](k.Out)
	limit := int64(math.MaxInt64)
	if d.result.Precision <= 18 {
		limit = types.Pow10Int64(int(d.result.Precision)) - 1
	}
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		n, m := x[r&mx]*f, y[r&my]
		if m == 0 {
			if k.Fail(r) {
				k.Err = zeroDivisor(d.op, d.pos)
			}
			continue
		}
		q := divideRounded(n, m)
		if out[r] = q; q > limit || q < -limit {
			if k.Fail(r) {
				k.Err = decimalOutOfRange(big.NewInt(q), int(d.result.Scale), d.result, d.pos)
			}
		}
	}
}

// divideRounded divides with HALF_UP; the magnitudes are below 2^62.
func divideRounded(n, m int64) int64 {
	q, rem := n/m, n%m
	if rem == 0 {
		return q
	}
	if magnitude(rem)*2 >= magnitude(m) {
		if (n < 0) != (m < 0) {
			return q - 1
		}
		return q + 1
	}
	return q
}

func (d *decimalDivision) row(k *expr.KernelCall, r int, x, y types.Int128) {
	var z types.Int128
	ok := true
	switch d.op {
	case expr.OpDiv:
		z, ok = types.DivDecimal(x, y, d.shift)
	case expr.OpMod:
		z, ok = d.remainder(x, y)
	default:
		z, ok = d.quotient(x, y)
		if !ok || !z.IsInt64() && !d.legacy {
			if k.Fail(r) {
				k.Err = sqlerr.New("ARITHMETIC_OVERFLOW", d.pos, "The quotient does not fit in BIGINT.").
					WithHint("Use '/' and a cast to a decimal instead.")
			}
			return
		}
		columnar.Values[int64](k.Out)[r] = z.Int64()
		return
	}
	if ok && types.FitsPrecision(z, int(d.result.Precision)) {
		setUnscaled(k.Out, r, z)
		return
	}
	if k.Fail(r) {
		v := z.Big()
		if !ok {
			v = x.Big()
			v.Mul(v, bigPow10(max(0, d.shift))).Quo(v, y.Big())
		}
		k.Err = decimalOutOfRange(v, int(d.result.Scale), d.result, d.pos)
	}
}

// remainder returns the remainder with the sign of x, at the result's scale.
func (d *decimalDivision) remainder(x, y types.Int128) (types.Int128, bool) {
	v, o1 := types.MulInt128(x, types.Pow10(d.ea))
	w, o2 := types.MulInt128(y, types.Pow10(d.eb))
	if o1 || o2 {
		n, m := x.Big(), y.Big()
		n.Mul(n, bigPow10(d.ea))
		m.Mul(m, bigPow10(d.eb))
		return roundedBig(n.Rem(n, m), max(0, d.drop))
	}
	_, rem := types.QuoRem(v, w)
	return types.Rescale(rem, d.drop, 0)
}

// quotient returns the quotient truncated towards zero.
func (d *decimalDivision) quotient(x, y types.Int128) (types.Int128, bool) {
	v, o1 := types.MulInt128(x, types.Pow10(d.ea))
	w, o2 := types.MulInt128(y, types.Pow10(d.eb))
	if o1 || o2 {
		n, m := x.Big(), y.Big()
		n.Mul(n, bigPow10(d.ea))
		m.Mul(m, bigPow10(d.eb))
		return types.Int128FromBig(n.Quo(n, m))
	}
	q, _ := types.QuoRem(v, w)
	return q, true
}
