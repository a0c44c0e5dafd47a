package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// propagateConstants uses equalities with literals in the other conjuncts of a condition.
//
//	a = 5 AND b = a + 1     → a = 5 AND b = 6
//	a = 5 AND a > 7         → false
//
// Null conjuncts count as false, so it fires in filters and join conditions only, not for mark and NOT IN joins. It does not fire for floats
// (0.0 equals -0.0) nor in conjuncts that may fail, which would then fail for rows the equality keeps from them. Source: Spark's
// ConstantPropagation.
var propagateConstants = each(func(c *Context, n logical.Plan) logical.Plan {
	return mapCondition(n, func(pred expr.Expr) expr.Expr {
		and, ok := pred.(*expr.And)
		if !ok {
			return pred
		}
		s := simplifier{c}
		args := expr.Conjuncts(and)
		changed := false
		for i, p := range args {
			col, lit := equalLiteral(p)
			if col == nil {
				continue
			}
			sub := map[expr.ColumnID]expr.Expr{col.ID: lit}
			for j, q := range args {
				if i == j || expr.MayFail(q) || expr.IsVolatile(q) || expr.Equal(p, q) {
					continue
				}
				if r := expr.Substitute(q, sub); r != q {
					args[j], changed = expr.Rewrite(r, s.node), true
				}
			}
		}
		if !changed {
			return pred
		}
		return nullAsFalse(simplifyAnd(&expr.And{Base: and.Base, Args: args}))
	})
})

// equalLiteral recognizes column = literal.
func equalLiteral(p expr.Expr) (*expr.Column, *expr.Literal) {
	call, ok := p.(*expr.Call)
	if !ok || call.Func.Op != expr.OpEq {
		return nil, nil
	}
	col, okC := call.Args[0].(*expr.Column)
	lit, okL := call.Args[1].(*expr.Literal)
	if !okC || !okL || lit.Value == nil || col.T.IsFloating() || !col.T.Equal(lit.T) {
		return nil, nil
	}
	return col, lit
}

// mapCondition applies f to the predicate of a filter or join where a null counts as false.
func mapCondition(n logical.Plan, f func(expr.Expr) expr.Expr) logical.Plan {
	switch n := n.(type) {
	case *logical.Filter:
		if p := f(n.Pred); p != n.Pred {
			c := *n
			c.Pred = p
			return &c
		}
	case *logical.Join:
		if n.Cond == nil || n.Kind == logical.Mark || n.Kind == logical.NullAwareAnti {
			return n
		}
		if p := f(n.Cond); p != n.Cond {
			c := *n
			c.Cond = p
			return &c
		}
	}
	return n
}
