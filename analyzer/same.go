package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// exprKey is expr.Key that also is equal for equal subqueries: every binding of a query has own numbers, which do not count.
func exprKey(e expr.Expr) string {
	if _, ok := e.(*expr.Column); ok {
		return expr.Key(e)
	}
	if !expr.Any(e, isSubquery) {
		return expr.Key(e)
	}
	var b strings.Builder
	same := expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		s, ok := x.(*expr.Subquery)
		if !ok {
			return x
		}
		b.WriteString(queryKey(s.Query.(logical.Plan)))
		b.WriteByte(';')
		c := *s
		c.Query = nil
		return &c
	})
	return expr.Key(same) + b.String()
}

func isSubquery(e expr.Expr) bool { _, ok := e.(*expr.Subquery); return ok }

func sameExpr(a, b expr.Expr) bool { return expr.Equal(a, b) || exprKey(a) == exprKey(b) }

// queryKey prints a plan with its columns numbered in the order in which it makes them.
func queryKey(p logical.Plan) string {
	next := expr.ColumnID(1 << 28)
	p, _ = logical.Renumber(p, func() expr.ColumnID { next++; return next })
	var b strings.Builder
	logical.Walk(p, func(n logical.Plan) bool {
		b.WriteString(logical.FormatNode(n))
		for _, c := range n.Output() {
			b.WriteString(expr.Key(c))
		}
		for _, e := range logical.Expressions(n) {
			b.WriteString(exprKey(e))
		}
		b.WriteByte('(')
		return true
	})
	return b.String()
}
