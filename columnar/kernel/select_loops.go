package kernel

import "github.com/sparrow-engine/sparrow/columnar"

// number lists the types whose order is the machine's.
type number interface {
	~uint8 | ~int8 | ~int16 | ~int32 | ~int64
}

type float interface{ ~float32 | ~float64 }

// The loops select without branches. They are inlined, and so are the literal functions passed to them, which is why every comparison
// is written out below: an operator passed as a variable costs two to four times as much (BenchmarkSelectCompare).

func loop[T any](x, y []T, dst []int32, f func(a, b T) bool) int {
	k := 0
	y = y[:len(x)]
	for i, a := range x {
		dst[k] = int32(i)
		k += b2i(f(a, y[i]))
	}
	return k
}

func loopSel[T any](x, y []T, sel, dst []int32, f func(a, b T) bool) int {
	k := 0
	for _, i := range sel {
		dst[k] = i
		k += b2i(f(x[i], y[i]))
	}
	return k
}

func loopConst[T any](x []T, c T, dst []int32, f func(a, b T) bool) int {
	k := 0
	for i, a := range x {
		dst[k] = int32(i)
		k += b2i(f(a, c))
	}
	return k
}

func loopConstSel[T any](x []T, c T, sel, dst []int32, f func(a, b T) bool) int {
	k := 0
	for _, i := range sel {
		dst[k] = i
		k += b2i(f(x[i], c))
	}
	return k
}

func selectNumbers[T number](op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	x, y := columnar.Values[T](a), columnar.Values[T](b)
	if b.Form == columnar.Constant {
		if rows.Sel != nil {
			return dst[:selectNumberConstSel(op, x, y[0], rows.Sel, dst)]
		}
		return dst[:selectNumberConst(op, x[:rows.N], y[0], dst)]
	}
	if rows.Sel != nil {
		return dst[:selectNumberSel(op, x, y, rows.Sel, dst)]
	}
	return dst[:selectNumber(op, x[:rows.N], y, dst)]
}

func selectNumber[T number](op Op, x, y []T, dst []int32) int {
	switch op {
	case EQ:
		return loop(x, y, dst, func(a, b T) bool { return a == b })
	case NE:
		return loop(x, y, dst, func(a, b T) bool { return a != b })
	case LT:
		return loop(x, y, dst, func(a, b T) bool { return a < b })
	case LE:
		return loop(x, y, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loop(x, y, dst, func(a, b T) bool { return a > b })
	}
	return loop(x, y, dst, func(a, b T) bool { return a >= b })
}

func selectNumberSel[T number](op Op, x, y []T, sel, dst []int32) int {
	switch op {
	case EQ:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a == b })
	case NE:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a != b })
	case LT:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a < b })
	case LE:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a > b })
	}
	return loopSel(x, y, sel, dst, func(a, b T) bool { return a >= b })
}

func selectNumberConst[T number](op Op, x []T, c T, dst []int32) int {
	switch op {
	case EQ:
		return loopConst(x, c, dst, func(a, b T) bool { return a == b })
	case NE:
		return loopConst(x, c, dst, func(a, b T) bool { return a != b })
	case LT:
		return loopConst(x, c, dst, func(a, b T) bool { return a < b })
	case LE:
		return loopConst(x, c, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loopConst(x, c, dst, func(a, b T) bool { return a > b })
	}
	return loopConst(x, c, dst, func(a, b T) bool { return a >= b })
}

func selectNumberConstSel[T number](op Op, x []T, c T, sel, dst []int32) int {
	switch op {
	case EQ:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a == b })
	case NE:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a != b })
	case LT:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a < b })
	case LE:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a > b })
	}
	return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a >= b })
}

// selectFloats compares with NaN as the largest value: a < b also where only b is NaN.
func selectFloats[T float](op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	x, y := columnar.Values[T](a), columnar.Values[T](b)
	if b.Form == columnar.Constant {
		if y[0] != y[0] {
			return selectSlow(op, a, b, rows, dst)
		}
		if rows.Sel != nil {
			return dst[:selectFloatConstSel(op, x, y[0], rows.Sel, dst)]
		}
		return dst[:selectFloatConst(op, x[:rows.N], y[0], dst)]
	}
	if rows.Sel != nil {
		return dst[:selectFloatSel(op, x, y, rows.Sel, dst)]
	}
	return dst[:selectFloat(op, x[:rows.N], y, dst)]
}

func selectFloat[T float](op Op, x, y []T, dst []int32) int {
	switch op {
	case EQ:
		return loop(x, y, dst, func(a, b T) bool { return a == b || a != a && b != b })
	case NE:
		return loop(x, y, dst, func(a, b T) bool { return a != b && (a == a || b == b) })
	case LT:
		return loop(x, y, dst, func(a, b T) bool { return a < b || b != b && a == a })
	case LE:
		return loop(x, y, dst, func(a, b T) bool { return a <= b || b != b })
	case GT:
		return loop(x, y, dst, func(a, b T) bool { return a > b || a != a && b == b })
	}
	return loop(x, y, dst, func(a, b T) bool { return a >= b || a != a })
}

func selectFloatSel[T float](op Op, x, y []T, sel, dst []int32) int {
	switch op {
	case EQ:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a == b || a != a && b != b })
	case NE:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a != b && (a == a || b == b) })
	case LT:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a < b || b != b && a == a })
	case LE:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a <= b || b != b })
	case GT:
		return loopSel(x, y, sel, dst, func(a, b T) bool { return a > b || a != a && b == b })
	}
	return loopSel(x, y, sel, dst, func(a, b T) bool { return a >= b || a != a })
}

// selectFloatConst compares with a constant that is a number: what is not below or equal is above, NaN included.
func selectFloatConst[T float](op Op, x []T, c T, dst []int32) int {
	switch op {
	case EQ:
		return loopConst(x, c, dst, func(a, b T) bool { return a == b })
	case NE:
		return loopConst(x, c, dst, func(a, b T) bool { return a != b })
	case LT:
		return loopConst(x, c, dst, func(a, b T) bool { return a < b })
	case LE:
		return loopConst(x, c, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loopConst(x, c, dst, func(a, b T) bool { return !(a <= b) })
	}
	return loopConst(x, c, dst, func(a, b T) bool { return !(a < b) })
}

func selectFloatConstSel[T float](op Op, x []T, c T, sel, dst []int32) int {
	switch op {
	case EQ:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a == b })
	case NE:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a != b })
	case LT:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a < b })
	case LE:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return a <= b })
	case GT:
		return loopConstSel(x, c, sel, dst, func(a, b T) bool { return !(a <= b) })
	}
	return loopConstSel(x, c, sel, dst, func(a, b T) bool { return !(a < b) })
}
