package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/types"
)

// unwrapCast compares a column in its own type instead of widening every value, so that statistics and dictionaries serve the comparison.
//
//	CAST(i AS BIGINT) < 5L   → i < 5
//
// It fires only when the cast keeps every value apart and in order (to a wider integer or decimal, or int to double) and the literal is a
// value of the narrow type.
func (s simplifier) unwrapCast(x *expr.Call) expr.Expr {
	c, ok := x.Args[0].(*expr.Cast)
	lit, isLit := x.Args[1].(*expr.Literal)
	if !ok || !isLit || lit.Value == nil || !orderKeeping(c) {
		return x
	}
	narrow := &expr.Cast{Child: lit, To: c.Child.Type(), Mode: expr.Try}
	v, err := eval.EvalConstant(narrow, s.Env)
	if err != nil || v == nil {
		return x
	}
	back := &expr.Cast{Child: &expr.Literal{Value: v, T: c.Child.Type()}, To: c.To, Mode: expr.Try}
	w, err := eval.EvalConstant(back, s.Env)
	if err != nil || !expr.Equal(&expr.Literal{Value: w, T: c.To}, &expr.Literal{Value: lit.Value, T: c.To}) {
		return x
	}
	out, err := functions.Call(x.Func.Name, c.Child, &expr.Literal{Base: lit.Base, Value: v, T: c.Child.Type()})
	if err != nil {
		return x
	}
	return out
}

func orderKeeping(c *expr.Cast) bool {
	from, to := c.Child.Type(), c.To
	switch {
	case from.IsInteger() && to.IsInteger():
		return to.Kind >= from.Kind
	case from.IsInteger() && to.Kind == types.Double:
		return from.Kind < types.BigInt
	case from.IsInteger() || from.Kind == types.Decimal:
		if to.Kind != types.Decimal {
			return false
		}
		return !expr.MayFail(&expr.Cast{Child: c.Child, To: to})
	}
	return false
}
