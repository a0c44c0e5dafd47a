package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// bitOperators lists the operators on the bits of integers.
func bitOperators() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	// Integers of 32 or 64 bits can be shifted; smaller ones become int.
	shifted := []expr.Sig{{Params: []types.Class{types.ClassOneOf(classBigIntOnly, types.ClassInt), types.ClassInt}}}
	all := []*expr.Func{
		{Name: "&", Since: "1.4.0", Usage: "a & b - The bits set in both integers.", Examples: ex("SELECT 3 & 5", "1"), Resolve: resolveBits, New: newBitOperator(bitAnd)},
		{Name: "|", Since: "1.4.0", Usage: "a | b - The bits set in either integer.", Examples: ex("SELECT 3 | 5", "7"), Resolve: resolveBits, New: newBitOperator(bitOr)},
		{Name: "^", Since: "1.4.0", Usage: "a ^ b - The bits set in exactly one of the integers.", Examples: ex("SELECT 3 ^ 5", "6"), Resolve: resolveBits, New: newBitOperator(bitXor)},
		{Name: "~", Since: "1.4.0", Usage: "~a - The integer with all bits inverted.", Examples: ex("SELECT ~0", "-1"),
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassIntegral}}}, New: newBitNot},
		{Name: "<<", Aliases: []string{"shiftleft"}, Since: "4.0.0", Usage: "a << n - The integer shifted to the left by n modulo its width.",
			Examples: ex("SELECT 2 << 1", "4"), Sigs: shifted, New: newShift(shiftLeft)},
		{Name: ">>", Aliases: []string{"shiftright"}, Since: "4.0.0", Usage: "a >> n - The integer shifted to the right, keeping its sign.",
			Examples: ex("SELECT -4 >> 1", "-2"), Sigs: shifted, New: newShift(shiftRight)},
		{Name: ">>>", Aliases: []string{"shiftrightunsigned"}, Since: "4.0.0", Usage: "a >>> n - The integer shifted to the right with zeros coming in.",
			Examples: ex("SELECT 4 >>> 1", "2"), Sigs: shifted, New: newShift(shiftUnsigned)},
	}
	for _, f := range all {
		f.Group = bitwiseGroup
	}
	return all
}

var classBigIntOnly = types.Class{Name: "BIGINT", Accept: func(t types.Type, _, _ bool) (types.Type, bool) { return t, t.Kind == types.BigInt }}

func resolveBits(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	a, b := c.Args[0].Type(), c.Args[1].Type()
	if a.Kind == types.Null && b.Kind == types.Null {
		a, b = types.IntType, types.IntType
	}
	t, ok := types.Wider(a, b, true)
	if !ok || !t.IsInteger() {
		return nil, wrongOperands(c, "INTEGRAL")
	}
	return &expr.Resolution{Params: []types.Type{t, t}, Result: t}, nil
}

// newBitOperator combines integers; all widths are computed as unsigned words of their size.
func newBitOperator(op bitOp) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		spread(k)
		switch k.Out.Width {
		case columnar.W8:
			combineBits[int8](k, op)
		case columnar.W16:
			combineBits[int16](k, op)
		case columnar.W32:
			combineBits[int32](k, op)
		default:
			combineBits[int64](k, op)
		}
	})
}

func combineBits[T integer](k *expr.KernelCall, op bitOp) {
	a, b := k.Args[0], k.Args[1]
	if isConst(a) {
		a, b = b, a
	}
	x, y, out := columnar.Values[T](a), columnar.Values[T](b), columnar.Values[T](k.Out)[:k.Rows.N]
	c := isConst(b)
	switch {
	case op == bitAnd && c:
		m := y[0]
		mapInto(out, x, func(x T) T { return x & m })
	case op == bitAnd:
		zip(out, x, y, func(x, y T) T { return x & y })
	case op == bitOr && c:
		m := y[0]
		mapInto(out, x, func(x T) T { return x | m })
	case op == bitOr:
		zip(out, x, y, func(x, y T) T { return x | y })
	case c:
		m := y[0]
		mapInto(out, x, func(x T) T { return x ^ m })
	default:
		zip(out, x, y, func(x, y T) T { return x ^ y })
	}
}

func newBitNot(s *expr.Spec) (expr.Kernel, error) {
	switch s.Result.Kind {
	case types.TinyInt:
		return func(k *expr.KernelCall) { mapValues(k, func(x int8) int8 { return ^x }) }, nil
	case types.SmallInt:
		return func(k *expr.KernelCall) { mapValues(k, func(x int16) int16 { return ^x }) }, nil
	case types.Int:
		return func(k *expr.KernelCall) { mapValues(k, func(x int32) int32 { return ^x }) }, nil
	}
	return func(k *expr.KernelCall) { mapValues(k, func(x int64) int64 { return ^x }) }, nil
}

type shift uint8

const (
	shiftLeft shift = iota
	shiftRight
	shiftUnsigned
)

func newShift(op shift) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		if k.Out.Width == columnar.W64 {
			x, n, out := columnOf[int64](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[int64](k.Out)
			for i := range out {
				out[i] = shift64(op, x.at(i), n.at(i)&63)
			}
			return
		}
		x, n, out := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[int32](k.Out)
		for i := range out {
			out[i] = shift32(op, x.at(i), n.at(i)&31)
		}
	})
}

func shift64(op shift, x int64, n int32) int64 {
	switch op {
	case shiftLeft:
		return x << n
	case shiftRight:
		return x >> n
	}
	return int64(uint64(x) >> n)
}

func shift32(op shift, x, n int32) int32 {
	switch op {
	case shiftLeft:
		return x << n
	case shiftRight:
		return x >> n
	}
	return int32(uint32(x) >> n)
}
