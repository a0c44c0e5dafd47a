package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/logical"
)

// foldArguments computes the constant arguments of functions, some of which must know them when the query starts.
//
//	percentile(x, CAST(0.5 AS DOUBLE)) → percentile(x, 0.5D)
//
// An argument whose computation fails stays: the call may never be evaluated.
var foldArguments = each(func(c *Context, n logical.Plan) logical.Plan {
	return logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
		return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
			switch x.(type) {
			case *expr.Call, *expr.Aggregate:
				return expr.RewriteChildren(x, c.constant)
			}
			return x
		})
	})
})

// constant returns the value of an expression without columns, other expressions as they are.
func (c *Context) constant(e expr.Expr) expr.Expr {
	if _, ok := e.(*expr.Literal); ok || expr.Any(e, varies) {
		return e
	}
	v, err := eval.EvalConstant(e, c.Env)
	if err != nil {
		return e
	}
	return &expr.Literal{Base: expr.Base{At: e.Pos()}, Value: v, T: e.Type()}
}

func varies(e expr.Expr) bool {
	switch x := e.(type) {
	case *expr.Call:
		return x.Func.Volatile || x.Func.New == nil
	case *expr.Literal, *expr.Cast, *expr.And, *expr.Or, *expr.Not, *expr.Case, *expr.Coalesce, *expr.In, *expr.Field:
		return false
	}
	return true
}
