package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// eliminateAliases removes SubqueryAlias nodes, also inside subqueries.
//
//	SubqueryAlias t (Scan) → Scan
func eliminateAliases(_ *Context, p logical.Plan) (logical.Plan, error) {
	return aliasRemover{}.plan(p), nil
}

// aliasRemover remembers subqueries: one that stands in two places (x BETWEEN y AND z reads x twice) must stay one.
type aliasRemover map[*expr.Subquery]*expr.Subquery

func (r aliasRemover) plan(p logical.Plan) logical.Plan {
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		if a, ok := n.(*logical.SubqueryAlias); ok {
			if a.Out == nil {
				return a.Input
			}
			list := make([]logical.Named, len(a.Out))
			for i, c := range a.Input.Output() {
				list[i] = logical.Named{Col: a.Out[i], Expr: c}
			}
			return &logical.Project{Input: a.Input, List: list}
		}
		return logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
			return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
				if s, ok := x.(*expr.Subquery); ok {
					return r.subquery(s)
				}
				return x
			})
		})
	})
}

func (r aliasRemover) subquery(s *expr.Subquery) *expr.Subquery {
	if done := r[s]; done != nil {
		return done
	}
	out := s
	if q := r.plan(s.Query.(logical.Plan)); q != s.Query {
		c := *s
		c.Query = q
		out = &c
	}
	r[s] = out
	return out
}
