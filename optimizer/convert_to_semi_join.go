package optimizer

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// convertToSemiJoin makes a semi join of an inner join of which only one side's columns are read, where it does not matter how often a row comes:
// in the right side of a semi or anti join, below DISTINCT, or below a grouping without functions that count.
//
//	x SEMI JOIN (Project a.k (a JOIN b ON a.k = b.k AND a.w <> b.w))   → x SEMI JOIN (Project a.k (a SEMI JOIN b ON a.k = b.k AND a.w <> b.w))
//
// For a shared definition that must hold of all readers. It does not fire where the join is not expected to give more rows than the side has: then it is a
// filter, and its place among other joins is better left open. Nor does it fire where the condition may fail.
func convertToSemiJoin(c *Context, p logical.Plan) (logical.Plan, error) {
	s := semiConverter{Context: c, once: map[int64]bool{}}
	return s.plan(p, false), nil
}

type semiConverter struct {
	*Context
	// once tells of the definitions read so far whether all readers take a row that comes often as if it came once.
	once map[int64]bool
}

// plan rewrites p; once tells that it does not matter how often its rows come.
func (s semiConverter) plan(p logical.Plan, once bool) logical.Plan {
	switch n := p.(type) {
	case *logical.Ref:
		before, read := s.once[n.Def]
		s.once[n.Def] = once && (before || !read)
		return n
	case *logical.With:
		body := s.plan(n.Body, once)
		kids := make([]logical.Plan, len(n.Defs), len(n.Defs)+1)
		for i, d := range slices.Backward(n.Defs) {
			kids[i] = s.plan(d.Plan, s.once[d.ID])
		}
		return over(n, append(kids, body)...)
	case *logical.Project:
		if j, ok := n.Input.(*logical.Join); ok && once {
			if semi := s.semi(n, j); semi != nil {
				return over(n, s.plan(semi, true))
			}
		}
		return over(n, s.plan(n.Input, once && !slices.ContainsFunc(n.List, func(it logical.Named) bool { return expr.IsVolatile(it.Expr) })))
	case *logical.Filter:
		return over(n, s.plan(n.Input, once && !expr.IsVolatile(n.Pred)))
	case *logical.Join:
		right := once
		switch n.Kind {
		case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti, logical.Mark:
			right = true
		case logical.Single:
			right = false
		}
		return over(n, s.plan(n.Left, once), s.plan(n.Right, right))
	case *logical.Distinct:
		return over(n, s.plan(n.Input, true))
	case *logical.Aggregate:
		return over(n, s.plan(n.Input, !slices.ContainsFunc(n.Aggs, counts)))
	case *logical.SetOp:
		once = once && n.Kind == logical.UnionOp
	case *logical.Sort:
	default:
		once = false
	}
	return logical.RewriteChildren(p, func(k logical.Plan) logical.Plan { return s.plan(k, once) })
}

// semi returns the semi join that gives what a projection reads of an inner join, nil if none does or it would save nothing.
func (s semiConverter) semi(p *logical.Project, j *logical.Join) logical.Plan {
	if j.Kind != logical.Inner || j.Cond == nil || expr.MayFail(j.Cond) || expr.IsVolatile(j.Cond) {
		return nil
	}
	read := columnSet{}
	for _, it := range p.List {
		if expr.IsVolatile(it.Expr) {
			return nil
		}
		read.addExpr(it.Expr)
	}
	semi := *j
	semi.Kind = logical.LeftSemi
	switch {
	case !readsAny(read, j.Right):
	case !readsAny(read, j.Left):
		semi.Left, semi.Right = j.Right, j.Left
	default:
		return nil
	}
	if s.Cost.Rows(j) <= s.Cost.Rows(semi.Left) {
		return nil
	}
	return &semi
}

// counts reports whether the result of an aggregate function depends on how often a row comes.
func counts(it logical.Named) bool {
	a, ok := it.Expr.(*expr.Aggregate)
	if !ok || a.Distinct {
		return !ok
	}
	switch a.Func.Name {
	case "min", "max", "bool_and", "bool_or":
		return false
	}
	return true
}
