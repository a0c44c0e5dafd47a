package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// rewriteSetOperations turns INTERSECT and EXCEPT into joins and UNION DISTINCT into a Distinct over UNION ALL.
//
//	a INTERSECT b      → Distinct (a LEFT SEMI JOIN b ON a.1 <=> b.1 AND …)
//	a EXCEPT b         → Distinct (a LEFT ANTI JOIN b ON a.1 <=> b.1 AND …)
//	a INTERSECT ALL b  → rows numbered within equal rows on both sides, then the semi join on the number too
//	a EXCEPT ALL b     → likewise with the anti join
//
// Numbering equal rows (row_number partitioned by all columns) turns multiset into set semantics: the k-th copy of a row on the left has a
// partner exactly when the right side has at least k copies.
func rewriteSetOperations(c *Context, p logical.Plan) (logical.Plan, error) {
	var failed error
	out := logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		n = logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
			return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
				if s, ok := x.(*expr.Subquery); ok {
					q, err := rewriteSetOperations(c, s.Query.(logical.Plan))
					if err != nil {
						failed = err
					}
					if q != s.Query {
						d := *s
						d.Query = q
						return &d
					}
				}
				return x
			})
		})
		s, ok := n.(*logical.SetOp)
		if !ok {
			return n
		}
		if s.Kind == logical.UnionOp {
			if s.All {
				return n
			}
			u := *s
			u.All = true
			return &logical.Distinct{Input: &u}
		}
		out, err := c.setOpToJoin(s)
		if err != nil {
			failed = err
			return n
		}
		return out
	})
	return out, failed
}

func (c *Context) setOpToJoin(s *logical.SetOp) (logical.Plan, error) {
	left, right := s.Inputs[0], s.Inputs[1]
	lcols, rcols := left.Output(), right.Output()
	if s.All {
		var err error
		var ln, rn *expr.Column
		if left, ln, err = c.numberCopies(left); err != nil {
			return nil, err
		}
		if right, rn, err = c.numberCopies(right); err != nil {
			return nil, err
		}
		lcols, rcols = append(lcols[:len(lcols):len(lcols)], ln), append(rcols[:len(rcols):len(rcols)], rn)
	}
	var conds []expr.Expr
	for i := range lcols {
		eq, err := functions.Call("<=>", lcols[i], rcols[i])
		if err != nil {
			return nil, err
		}
		conds = append(conds, eq)
	}
	kind := logical.LeftSemi
	if s.Kind == logical.ExceptOp {
		kind = logical.LeftAnti
	}
	if !s.All {
		left = &logical.Distinct{Input: left}
	}
	list := make([]logical.Named, len(s.Out))
	for i, col := range s.Out {
		list[i] = logical.Named{Col: col, Expr: lcols[i]}
	}
	return &logical.Project{Base: s.Base, List: list, Input: &logical.Join{Kind: kind, Left: left, Right: right, Cond: expr.Conjunction(conds)}}, nil
}

// numberCopies adds the number of each row among its equals.
func (c *Context) numberCopies(p logical.Plan) (logical.Plan, *expr.Column, error) {
	f := functions.Lookup("row_number")
	num := &expr.Column{ID: c.NextID(), Name: "copy", T: types.IntType}
	var by []expr.Expr
	for _, col := range p.Output() {
		by = append(by, col)
	}
	call := &expr.Window{Call: &expr.Call{Func: f, T: types.IntType}, Spec: expr.WindowSpec{Partition: by,
		Order: []expr.SortKey{{Expr: &expr.Literal{Value: int32(1), T: types.IntType}}}}}
	return &logical.Window{Input: p, Funcs: []logical.Named{{Col: num, Expr: call}}}, num, nil
}
