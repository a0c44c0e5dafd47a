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
//	sum(CASE WHEN p THEN a END)   → sum(a) FILTER (WHERE p), also avg, count, min, max: no column of nulls is made
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
	a = filterCase(a)
	switch a.Func.Name {
	case "count":
		if a.Distinct || len(a.Args) != 1 || a.Args[0].Nullable() || expr.MayFail(a.Args[0]) || expr.IsVolatile(a.Args[0]) {
			return a
		}
		if _, constant := a.Args[0].(*expr.Literal); constant {
			return a
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
	return a
}

// filterCase makes the condition of a CASE that gives null elsewhere the filter of a function that passes nulls over. Neither the argument nor the
// filter is computed for fewer rows then, so neither may fail or differ each time.
func filterCase(a *expr.Aggregate) *expr.Aggregate {
	switch a.Func.Name {
	case "sum", "avg", "count", "min", "max":
	default:
		return a
	}
	if len(a.Args) != 1 || a.Filter != nil || a.Distinct {
		return a
	}
	c, ok := a.Args[0].(*expr.Case)
	if !ok || c.Operand != nil || len(c.Whens) != 1 || c.Else != nil && !isNull(c.Else) {
		return a
	}
	w := c.Whens[0]
	if expr.MayFail(w.Cond) || expr.MayFail(w.Then) || expr.IsVolatile(c) || !w.Then.Type().Equal(c.T) {
		return a
	}
	f := *a
	f.Args, f.Filter = []expr.Expr{w.Then}, w.Cond
	return &f
}
