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
// It fires only when the cast keeps every value apart and in order (to a wider integer or decimal, or int to double). A literal between two
// values of the narrow type is replaced by a neighbour where the comparison is an order (c > 4.987 with two decimals → c >= 4.99); one outside
// of the narrow type's range leaves the cast.
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
	if err != nil || w == nil {
		return x
	}
	name := x.Func.Name
	if !expr.Equal(&expr.Literal{Value: w, T: c.To}, &expr.Literal{Value: lit.Value, T: c.To}) {
		if name = s.neighbour(x.Func.Op, w, lit, c.To); name == "" {
			return x
		}
	}
	out, err := functions.Call(name, c.Child, &expr.Literal{Base: lit.Base, Value: v, T: c.Child.Type()})
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

// neighbour returns the comparison with a neighbouring value that says the same as op with the literal; "" for equality.
func (s simplifier) neighbour(op expr.Op, value any, lit *expr.Literal, t types.Type) string {
	below, err := functions.Call("<", &expr.Literal{Value: value, T: t}, &expr.Literal{Value: lit.Value, T: t})
	if err != nil {
		return ""
	}
	less, err := eval.EvalConstant(below, s.Env)
	if err != nil || less == nil {
		return ""
	}
	switch op {
	case expr.OpGt, expr.OpGe:
		if less == true {
			return ">"
		}
		return ">="
	case expr.OpLt, expr.OpLe:
		if less == true {
			return "<="
		}
		return "<"
	}
	return ""
}
