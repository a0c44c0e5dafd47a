package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// floatArithmetic is + - and * of floats, which never fail.
func floatArithmetic[T float32 | float64](op expr.Op) expr.Kernel {
	return func(k *expr.KernelCall) {
		x, y, out := columnar.Values[T](k.Args[0]), columnar.Values[T](k.Args[1]), columnar.Values[T](k.Out)[:k.Rows.N]
		cx, cy := isConst(k.Args[0]), isConst(k.Args[1])
		switch op {
		case expr.OpAdd:
			addFloat(out, x, y, cx, cy)
		case expr.OpSub:
			subFloat(out, x, y, cx, cy)
		default:
			mulFloat(out, x, y, cx, cy)
		}
	}
}

func addFloat[T float32 | float64](out, x, y []T, cx, cy bool) {
	switch {
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

func subFloat[T float32 | float64](out, x, y []T, cx, cy bool) {
	switch {
	case cx:
		c := x[0]
		mapInto(out, y, func(y T) T { return c - y })
	case cy:
		c := y[0]
		mapInto(out, x, func(x T) T { return x - c })
	default:
		zip(out, x, y, func(x, y T) T { return x - y })
	}
}

func mulFloat[T float32 | float64](out, x, y []T, cx, cy bool) {
	switch {
	case cx:
		c := x[0]
		mapInto(out, y, func(y T) T { return c * y })
	case cy:
		c := y[0]
		mapInto(out, x, func(x T) T { return x * c })
	default:
		zip(out, x, y, func(x, y T) T { return x * y })
	}
}
