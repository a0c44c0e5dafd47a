package functions

import (
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// intKernel returns the kernel of an operator on integers of one type.
func intKernel(op expr.Op, s *expr.Spec) expr.Kernel {
	switch s.Result.Kind {
	case types.TinyInt:
		return intArithmetic[int8](op, s, math.MinInt8, math.MaxInt8)
	case types.SmallInt:
		return intArithmetic[int16](op, s, math.MinInt16, math.MaxInt16)
	case types.Int, types.YearMonth:
		return intArithmetic[int32](op, s, math.MinInt32, math.MaxInt32)
	}
	return intArithmetic[int64](op, s, math.MinInt64, math.MaxInt64)
}

// intArithmetic is + - or *: unchecked where the bounds of the operands exclude an overflow and in legacy mode, else checked for the
// whole batch at once; only a batch with an overflow is looked at row by row.
func intArithmetic[T integer](op expr.Op, s *expr.Spec, lo, hi int64) expr.Kernel {
	overflow := intOverflow(op, s)
	wraps := s.Mode == expr.Legacy && !s.Result.IsInterval()
	return func(k *expr.KernelCall) {
		a, b := k.Args[0], k.Args[1]
		x, y, out := columnar.Values[T](a), columnar.Values[T](b), columnar.Values[T](k.Out)[:k.Rows.N]
		res := resultBounds(op, boundsOf(a), boundsOf(b))
		proven := res.within(lo, hi)
		if proven {
			res.set(k.Out)
		}
		switch {
		case proven || wraps:
			wrapInts(op, out, x, y, isConst(a), isConst(b))
		case sparse(k.Rows) || checkInts(op, out, x, y, isConst(a), isConst(b)):
			exactInts(k, op, out, x, y, overflow)
		}
	}
}

func resultBounds(op expr.Op, a, b span) span {
	switch op {
	case expr.OpAdd:
		return a.add(b)
	case expr.OpSub:
		return a.add(b.neg())
	}
	return a.mul(b)
}

func wrapInts[T integer](op expr.Op, out, x, y []T, cx, cy bool) {
	switch {
	case op == expr.OpMul && cx:
		c := x[0]
		mapInto(out, y, func(y T) T { return c * y })
	case op == expr.OpMul && cy:
		c := y[0]
		mapInto(out, x, func(x T) T { return x * c })
	case op == expr.OpMul:
		zip(out, x, y, func(x, y T) T { return x * y })
	case op == expr.OpSub && cx:
		c := x[0]
		mapInto(out, y, func(y T) T { return c - y })
	case op == expr.OpSub && cy:
		c := y[0]
		mapInto(out, x, func(x T) T { return x - c })
	case op == expr.OpSub:
		zip(out, x, y, func(x, y T) T { return x - y })
	case cx:
		c := x[0]
		mapInto(out, y, func(y T) T { return c + y })
	case cy:
		c := y[0]
		mapInto(out, x, func(x T) T { return x + c })
	default:
		zip(out, x, y, func(x, y T) T { return x + y })
	}
}

// addInt, subInt and mulInt return the wrapped result and a number that is negative if it overflowed.
func addInt[T integer](x, y T) (T, int64) { r := x + y; return r, int64((x ^ r) & (y ^ r)) }
func subInt[T integer](x, y T) (T, int64) { r := x - y; return r, int64((x ^ y) & (x ^ r)) }

// mulNarrow multiplies integers of at most 32 bits.
func mulNarrow[T integer](x, y T) (T, int64) {
	p := int64(x) * int64(y)
	d := p ^ int64(T(p))
	return T(p), -d | d // the sign tells whether d is not 0
}

// mulWide multiplies 64-bit integers.
func mulWide(x, y int64) (int64, int64) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	h := int64(hi) - x>>63&y - y>>63&x
	d := h ^ int64(lo)>>63
	return int64(lo), -d | d
}

// checkInts computes all rows and reports whether any overflowed, be it below a null.
func checkInts[T integer](op expr.Op, out, x, y []T, cx, cy bool) bool {
	if op == expr.OpMul {
		if wide, ok := any(out).([]int64); ok {
			return checkWide(wide, any(x).([]int64), any(y).([]int64), cx, cy)
		}
	}
	var bad int64
	switch {
	case op == expr.OpMul && cx:
		c := x[0]
		bad = foldMap(out, y, func(y T) (T, int64) { return mulNarrow(c, y) })
	case op == expr.OpMul && cy:
		c := y[0]
		bad = foldMap(out, x, func(x T) (T, int64) { return mulNarrow(x, c) })
	case op == expr.OpMul:
		bad = fold(out, x, y, func(x, y T) (T, int64) { return mulNarrow(x, y) })
	case op == expr.OpSub && cx:
		c := x[0]
		bad = foldMap(out, y, func(y T) (T, int64) { return subInt(c, y) })
	case op == expr.OpSub && cy:
		c := y[0]
		bad = foldMap(out, x, func(x T) (T, int64) { return subInt(x, c) })
	case op == expr.OpSub:
		bad = fold(out, x, y, func(x, y T) (T, int64) { return subInt(x, y) })
	case cx:
		c := x[0]
		bad = foldMap(out, y, func(y T) (T, int64) { return addInt(c, y) })
	case cy:
		c := y[0]
		bad = foldMap(out, x, func(x T) (T, int64) { return addInt(x, c) })
	default:
		bad = fold(out, x, y, func(x, y T) (T, int64) { return addInt(x, y) })
	}
	return bad < 0
}

func checkWide(out, x, y []int64, cx, cy bool) bool {
	var bad int64
	switch {
	case cx:
		c := x[0]
		bad = foldMap(out, y, func(y int64) (int64, int64) { return mulWide(c, y) })
	case cy:
		c := y[0]
		bad = foldMap(out, x, func(x int64) (int64, int64) { return mulWide(x, c) })
	default:
		bad = fold(out, x, y, func(x, y int64) (int64, int64) { return mulWide(x, y) })
	}
	return bad < 0
}

// exactInts computes the rows asked for one by one and fails those that overflow.
func exactInts[T integer](k *expr.KernelCall, op expr.Op, out, x, y []T, overflow func() *sqlerr.Error) {
	mx, my := formMask(k.Args[0]), formMask(k.Args[1])
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		var bad int64
		switch op {
		case expr.OpAdd:
			out[r], bad = addInt(x[r&mx], y[r&my])
		case expr.OpSub:
			out[r], bad = subInt(x[r&mx], y[r&my])
		default:
			p, e := mulWide(int64(x[r&mx]), int64(y[r&my]))
			out[r] = T(p)
			if bad = e; p != int64(T(p)) {
				bad = -1
			}
		}
		if bad < 0 && k.Fail(r) {
			k.Err = overflow()
		}
	}
}

// tryName is the function that gives null instead of an error.
func tryName(op expr.Op) string {
	switch op {
	case expr.OpAdd:
		return "try_add"
	case expr.OpSub, expr.OpNeg:
		return "try_subtract"
	case expr.OpMul:
		return "try_multiply"
	}
	return "try_divide"
}

// intOverflow makes the error of an overflow.
func intOverflow(op expr.Op, s *expr.Spec) func() *sqlerr.Error {
	pos, t := s.Pos, s.Result
	return func() *sqlerr.Error {
		switch {
		case t.IsInterval():
			return sqlerr.New("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", pos, "Integer overflow while operating with intervals.").
				WithHint("Use '%s' to tolerate overflow and return NULL instead.", tryName(op))
		case (t.Kind == types.TinyInt || t.Kind == types.SmallInt) && op != expr.OpNeg:
			return sqlerr.New("BINARY_ARITHMETIC_OVERFLOW", pos, "The operation caused overflow in %s.", t.SQL()).
				WithHint("Use '%s' to tolerate overflow and return NULL instead.", tryName(op))
		}
		return sqlerr.New("ARITHMETIC_OVERFLOW", pos, "Overflow in %s.", t.SQL()).
			WithHint("Use '%s' to tolerate overflow and return NULL instead, or cast an operand to a wider type.", tryName(op))
	}
}
