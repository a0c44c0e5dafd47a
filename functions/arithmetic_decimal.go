package functions

import (
	"math/big"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// decimalOp is an operator on decimals of given scales. The exact result has scale exact; drop digits of it are rounded away.
type decimalOp struct {
	op        expr.Op
	result    types.Type
	sa, sb    int
	ea, eb    int // digits by which the operands are scaled up first: all but * and /
	drop      int
	pos       sqlerr.Pos
	mayExceed bool  // the exact result may have more digits than the result type
	fa, fb    int64 // 10^ea and 10^eb, if factors64
	factors64 bool
}

func newDecimalOp(op expr.Op, s *expr.Spec) *decimalOp {
	a, b := s.Args[0], s.Args[1]
	d := &decimalOp{op: op, result: s.Result, pos: s.Pos, sa: int(a.Scale), sb: int(b.Scale)}
	exact := max(d.sa, d.sb)
	if op == expr.OpMul {
		exact = d.sa + d.sb
	} else {
		d.ea, d.eb = exact-d.sa, exact-d.sb
	}
	if s.Result.Kind == types.Decimal {
		d.drop = exact - int(s.Result.Scale)
	}
	d.mayExceed = !decimalTotal(op, a, b, s.Result)
	if d.factors64 = d.ea <= 18 && d.eb <= 18; d.factors64 {
		d.fa, d.fb = types.Pow10Int64(d.ea), types.Pow10Int64(d.eb)
	}
	return d
}

// decimalTotal reports whether every result of + - or * fits the result type.
func decimalTotal(op expr.Op, a, b, result types.Type) bool {
	ia, ib := int(a.Precision)-int(a.Scale), int(b.Precision)-int(b.Scale)
	need := max(ia, ib) + 1
	if op == expr.OpMul {
		need = ia + ib
		if int(result.Scale) < int(a.Scale)+int(b.Scale) {
			need++ // rounding up may carry
		}
	}
	return need <= int(result.Precision)-int(result.Scale)
}

// kernel is + - or *. It works in 64 bits where bounds prove that this suffices, else checked in 64 bits with a redo of the batch, else in 128.
func (d *decimalOp) kernel(k *expr.KernelCall) {
	a, b := k.Args[0], k.Args[1]
	narrow := a.Width == columnar.W64 && b.Width == columnar.W64 && d.drop == 0 && d.factors64 && !sparse(k.Rows)
	if narrow {
		x, y := boundsOf(a).scaled(d.ea), boundsOf(b).scaled(d.eb)
		res := resultBounds(d.op, x, y)
		if x.int64() && y.int64() && res.int64() && res.digits(int(d.result.Precision)) {
			k.Out.Rewidth(columnar.W64)
			res.set(k.Out)
			d.unchecked(k)
			return
		}
		if d.result.Precision > 18 { // all of int64 fits
			k.Out.Rewidth(columnar.W64)
			if !d.checked(k) {
				return
			}
			k.Out.Rewidth(columnar.W128)
		}
	}
	if d.ea == 0 && d.eb == 0 && d.drop == 0 && !sparse(k.Rows) && k.Out.Width == columnar.W128 && d.plainWide(k) {
		return
	}
	d.wide(k)
}

func operands64(k *expr.KernelCall) (x, y, out []int64) {
	return columnar.Values[int64](k.Args[0]), columnar.Values[int64](k.Args[1]), columnar.Values[int64](k.Out)[:k.Rows.N]
}

func (d *decimalOp) unchecked(k *expr.KernelCall) {
	x, y, out := operands64(k)
	cx, cy := isConst(k.Args[0]), isConst(k.Args[1])
	fa, fb := d.fa, d.fb
	switch {
	case fa == 1 && fb == 1:
		wrapInts(d.op, out, x, y, cx, cy)
	case cx:
		c := x[0] * fa
		if d.op == expr.OpSub {
			mapInto(out, y, func(y int64) int64 { return c - y*fb })
		} else {
			mapInto(out, y, func(y int64) int64 { return c + y*fb })
		}
	case cy:
		c := y[0] * fb
		if d.op == expr.OpSub {
			c = -c
		}
		mapInto(out, x, func(x int64) int64 { return x*fa + c })
	case d.op == expr.OpSub:
		zip(out, x, y, func(x, y int64) int64 { return x*fa - y*fb })
	default:
		zip(out, x, y, func(x, y int64) int64 { return x*fa + y*fb })
	}
}

// checked computes in 64 bits and reports whether any row, be it below a null, overflowed.
func (d *decimalOp) checked(k *expr.KernelCall) bool {
	x, y, out := operands64(k)
	cx, cy := isConst(k.Args[0]), isConst(k.Args[1])
	fa, fb := d.fa, d.fb
	if fa == 1 && fb == 1 {
		return checkInts(d.op, out, x, y, cx, cy)
	}
	if cx || cy { // rare: the operand of larger scale is a constant, or the other's range is unknown
		return true
	}
	if d.op == expr.OpSub {
		return fold(out, x, y, func(x, y int64) (int64, int64) {
			x, e1 := mulWide(x, fa)
			y, e2 := mulWide(y, fb)
			r, e3 := subInt(x, y)
			return r, e1 | e2 | e3
		}) < 0
	}
	return fold(out, x, y, func(x, y int64) (int64, int64) {
		x, e1 := mulWide(x, fa)
		y, e2 := mulWide(y, fb)
		r, e3 := addInt(x, y)
		return r, e1 | e2 | e3
	}) < 0
}

// wide computes the rows asked for in 128 bits.
func (d *decimalOp) wide(k *expr.KernelCall) {
	a, b := k.Args[0], k.Args[1]
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		x, y := unscaledAt(a, r), unscaledAt(b, r)
		z, ok := d.compute(x, y)
		if ok && (!d.mayExceed || types.FitsPrecision(z, int(d.result.Precision))) {
			setUnscaled(k.Out, r, z)
			continue
		}
		if k.Out.Valid != nil && k.Out.IsNull(r) { // a value below a null, in a call that is not fallible
			continue
		}
		if k.Fail(r) {
			k.Err = d.outOfRange(x, y)
		}
	}
}

// compute returns the result at the result's scale; ok is false if it does not fit in 128 bits.
func (d *decimalOp) compute(x, y types.Int128) (types.Int128, bool) {
	if d.op == expr.OpMul {
		return types.MulDecimal(x, y, d.drop)
	}
	v, o1 := types.MulInt128(x, types.Pow10(d.ea))
	w, o2 := types.MulInt128(y, types.Pow10(d.eb))
	if d.op == expr.OpSub {
		w = w.Neg()
	}
	z, o3 := types.AddInt128(v, w)
	if !o1 && !o2 && !o3 {
		return types.Rescale(z, d.drop, 0)
	}
	if d.drop == 0 {
		return z, false
	}
	return roundedBig(d.exact(x, y), d.drop)
}

// exact returns the result before rounding.
func (d *decimalOp) exact(x, y types.Int128) *big.Int {
	v, w := x.Big(), y.Big()
	switch v, w = v.Mul(v, bigPow10(d.ea)), w.Mul(w, bigPow10(d.eb)); d.op {
	case expr.OpAdd:
		return v.Add(v, w)
	case expr.OpSub:
		return v.Sub(v, w)
	}
	return v.Mul(v, w)
}

// roundedBig drops digits with HALF_UP rounding; ok is false if the result does not fit in 128 bits.
func roundedBig(v *big.Int, drop int) (types.Int128, bool) {
	neg := v.Sign() < 0
	p := bigPow10(drop)
	v.Abs(v).Lsh(v, 1).Add(v, p).Quo(v, p.Lsh(p, 1)) // floor((2v + p) / 2p)
	if neg {
		v.Neg(v)
	}
	return types.Int128FromBig(v)
}

// outOfRange is the error of a result with too many digits.
func (d *decimalOp) outOfRange(x, y types.Int128) *sqlerr.Error {
	return decimalOutOfRange(d.exact(x, y), int(d.result.Scale)+d.drop, d.result, d.pos)
}

// decimalOutOfRange is the error of an unscaled value that does not fit a decimal type.
func decimalOutOfRange(v *big.Int, scale int, t types.Type, pos sqlerr.Pos) *sqlerr.Error {
	text := new(big.Float).SetInt(v).Text('f', 0)
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	for len(text) <= scale {
		text = "0" + text
	}
	if cut := len(text) - scale; scale > 0 {
		text = text[:cut] + "." + text[cut:]
	}
	return sqlerr.New("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", pos, "The %s%s cannot be represented as Decimal(%d, %d).", sign, text, t.Precision, t.Scale).
		WithHint(`If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error, and return NULL instead.`)
}
