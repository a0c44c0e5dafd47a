package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// outerAggregate binds an aggregate in a subquery whose arguments are columns around it only. It belongs to the block there if it stands
// below its HAVING; the result is a correlated column for its value. Aggregates with columns of their own query give nil.
func (b *binder) outerAggregate(n *expr.UnresolvedCall, f *expr.Func) (expr.Expr, error) {
	own := b.scope
	for own != nil && own.lambda {
		own = own.outer
	}
	if own == nil || own.outer == nil || own.outer.lateral {
		return nil, nil
	}
	inner := *b
	inner.inAggregate, inner.aggregates = true, true
	e, err := inner.bound(n, f)
	if err != nil {
		return nil, nil // reported where the call is bound for good
	}
	ag, ok := e.(*expr.Aggregate)
	local, outer := false, (*scope)(nil)
	expr.Columns(e, func(c *expr.Column) {
		s := own
		for s != nil && !hasColumn(s.cols, c.ID) && !hasColumn(s.hidden, c.ID) {
			s = s.outer
		}
		if s == own || s == nil {
			local = true
		} else {
			outer = s
		}
	})
	switch {
	case outer == nil:
		return nil, nil
	case local:
		return nil, sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES", n.At,
			"Found an aggregate function in a correlated predicate that has both outer and local references: %s.", autoName(b.a, n))
	case outer.host == nil || !ok || firstCome(f):
		return nil, sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", n.At, "Expressions referencing the outer query are not supported outside of WHERE/HAVING clauses: \"%s\".", autoName(b.a, n))
	}
	c := &expr.Column{Base: n.Base, ID: b.a.NextID(), Name: strings.ToLower(n.Name[len(n.Name)-1]), T: ag.T, Null: ag.Null}
	if outer.host.hosted == nil {
		outer.host.hosted = map[expr.ColumnID]*expr.Aggregate{}
	}
	outer.host.hosted[c.ID] = ag
	return c, nil
}

// firstCome reports aggregates whose value depends on the order of rows; as in Spark they stay in their subquery.
func firstCome(f *expr.Func) bool {
	return f.Name == "first" || f.Name == "last" || f.Name == "any_value"
}
