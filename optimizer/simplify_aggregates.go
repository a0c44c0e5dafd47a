package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// simplifyAggregates replaces aggregates by cheaper ones of the same value.
//
//	count(a), a never null        → count(1), which reads nothing
//	min(DISTINCT a)               → min(a), also max, bool_and, bool_or
//
// It does not fire where computing the argument may fail.
var simplifyAggregates = each(func(_ *Context, n logical.Plan) logical.Plan {
	if _, ok := n.(*logical.Aggregate); !ok {
		return n
	}
	return logical.MapExpressions(n, simplifyAggregate)
})

func simplifyAggregate(e expr.Expr) expr.Expr {
	a, ok := e.(*expr.Aggregate)
	if !ok {
		return e
	}
	switch a.Func.Name {
	case "count":
		if a.Distinct || len(a.Args) != 1 || a.Args[0].Nullable() || expr.MayFail(a.Args[0]) || expr.IsVolatile(a.Args[0]) {
			return e
		}
		if _, constant := a.Args[0].(*expr.Literal); constant {
			return e
		}
		c := *a
		c.Args = []expr.Expr{&expr.Literal{Value: int32(1), T: types.IntType}}
		return &c
	case "min", "max", "bool_and", "bool_or":
		if a.Distinct {
			c := *a
			c.Distinct = false
			return &c
		}
	}
	return e
}
