package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// rewriteSubqueries turns every subquery in an expression into an Apply below the node that uses it.
//
//	Filter EXISTS(q)        → Apply semi        Filter NOT EXISTS(q)  → Apply anti
//	Filter x IN (q)         → Apply semi x=q.1  Filter x NOT IN (q)   → Apply null-aware anti
//	a subquery elsewhere    → Apply mark or single, whose column stands for it
//
// A join condition with a subquery becomes a Filter above an inner join, or moves into the side it refers to.
func rewriteSubqueries(c *Context, p logical.Plan) (logical.Plan, error) {
	r := subqueryRewriter{Context: c}
	out := r.plan(p)
	return out, r.err
}

type subqueryRewriter struct {
	*Context
	err error
	// lifted holds what stands for the subqueries that already have an Apply below the node in hand.
	lifted map[*expr.Subquery]expr.Expr
}

func hasSubquery(e expr.Expr) bool {
	return e != nil && expr.Any(e, func(x expr.Expr) bool { _, ok := x.(*expr.Subquery); return ok })
}

func (r *subqueryRewriter) plan(p logical.Plan) logical.Plan {
	p = logical.RewriteChildren(p, r.plan)
	if w, ok := p.(*logical.With); ok {
		return withoutUnread(w)
	}
	found := false
	for _, e := range logical.Expressions(p) {
		found = found || hasSubquery(e)
	}
	if !found {
		return p
	}
	out := p.Output()
	around := r.lifted
	r.lifted = map[*expr.Subquery]expr.Expr{}
	defer func() { r.lifted = around }()
	switch n := p.(type) {
	case *logical.Filter:
		return restrict(r.filter(n), out)
	case *logical.Join:
		return r.join(n)
	case *logical.Project, *logical.Aggregate, *logical.Sort, *logical.Window, *logical.Generate, *logical.DistinctOn:
		in := p.Children()[0]
		m := logical.MapExpressions(p, func(e expr.Expr) expr.Expr {
			var x expr.Expr
			in, x = r.lift(in, e)
			return x
		})
		m = m.WithChildren([]logical.Plan{in})
		return restrict(m, out)
	}
	r.fail(sqlerr.Unsupported("SUBQUERY_IN_THIS_CLAUSE", p.Pos(), "A subquery cannot stand here."))
	return p
}

// withoutUnread drops definitions that nothing reads: their correlated columns would be in the way.
func withoutUnread(w *logical.With) logical.Plan {
	read := map[int64]bool{}
	note := func(p logical.Plan) {
		logical.Walk(p, func(n logical.Plan) bool {
			if ref, ok := n.(*logical.Ref); ok {
				read[ref.Def] = true
			}
			return true
		})
	}
	note(w.Body)
	var keep []logical.Def
	for i := len(w.Defs) - 1; i >= 0; i-- {
		if d := w.Defs[i]; read[d.ID] {
			keep = append([]logical.Def{d}, keep...)
			note(d.Plan)
		}
	}
	switch len(keep) {
	case 0:
		return w.Body
	case len(w.Defs):
		return w
	}
	c := *w
	c.Defs = keep
	return &c
}

func (r *subqueryRewriter) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *subqueryRewriter) filter(n *logical.Filter) logical.Plan {
	in := n.Input
	var rest []expr.Expr
	for _, pred := range expr.Conjuncts(n.Pred) {
		s, negated := pred, false
		if not, ok := pred.(*expr.Not); ok {
			s, negated = not.Child, true
		}
		sub, ok := s.(*expr.Subquery)
		if !ok || sub.Kind == expr.ScalarSubquery || sub.Kind == expr.QuantifiedSubquery {
			var x expr.Expr
			in, x = r.lift(in, pred)
			rest = append(rest, x)
			continue
		}
		left := make([]expr.Expr, len(sub.Left))
		for i, e := range sub.Left {
			in, left[i] = r.lift(in, e)
		}
		q := r.plan(sub.Query.(logical.Plan))
		if sub.Kind == expr.ExistsSubquery {
			kind := logical.LeftSemi
			if negated {
				kind = logical.LeftAnti
			}
			in = &logical.Apply{Base: logical.Base{At: sub.At}, Kind: kind, Left: in, Right: q}
			continue
		}
		cond, nullable := r.membership(left, q, "=")
		kind := logical.LeftSemi
		if negated {
			kind = logical.LeftAnti
			if nullable {
				kind = logical.NullAwareAnti
			}
		}
		in = &logical.Apply{Base: logical.Base{At: sub.At}, Kind: kind, Left: in, Right: q, Cond: cond}
	}
	return filter(in, rest)
}

// membership compares the left row with the query's columns.
func (r *subqueryRewriter) membership(left []expr.Expr, q logical.Plan, op string) (cond expr.Expr, nullable bool) {
	var conds []expr.Expr
	for i, c := range q.Output() {
		eq, err := functions.Call(op, left[i], c)
		if err != nil {
			r.fail(err)
			return nil, false
		}
		conds = append(conds, eq)
		nullable = nullable || left[i].Nullable() || c.Null
	}
	return expr.Conjunction(conds), nullable
}

// lift puts an Apply over in for every subquery of e and returns e with columns in their place.
func (r *subqueryRewriter) lift(in logical.Plan, e expr.Expr) (logical.Plan, expr.Expr) {
	if !hasSubquery(e) {
		return in, e
	}
	out := expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		s, ok := x.(*expr.Subquery)
		if !ok {
			return x
		}
		if r.lifted[s] == nil {
			in, r.lifted[s] = r.apply(in, s)
		}
		return r.lifted[s]
	})
	return in, out
}

// apply puts an Apply for a subquery over in and returns what stands for the subquery above it.
func (r *subqueryRewriter) apply(in logical.Plan, s *expr.Subquery) (logical.Plan, expr.Expr) {
	q := r.plan(s.Query.(logical.Plan))
	base := logical.Base{At: s.At}
	switch s.Kind {
	case expr.ScalarSubquery:
		c := *q.Output()[0]
		c.Null = true
		return &logical.Apply{Base: base, Kind: logical.Single, Left: in, Right: q}, &c
	case expr.ExistsSubquery:
		mark := &expr.Column{ID: r.NextID(), Name: "exists", T: types.BooleanType}
		return &logical.Apply{Base: base, Kind: logical.Mark, Left: in, Right: q, MarkCol: mark}, mark
	}
	op := "="
	if s.Kind == expr.QuantifiedSubquery {
		op = s.Op
	}
	if s.All { // x op ALL (q) is NOT (x negated-op ANY (q))
		op = negated(op)
	}
	cond, nullable := r.membership(s.Left, q, op)
	mark := &expr.Column{ID: r.NextID(), Name: "in", T: types.BooleanType, Null: nullable}
	in = &logical.Apply{Base: base, Kind: logical.Mark, Left: in, Right: q, Cond: cond, MarkCol: mark}
	if s.All {
		return in, &expr.Not{Child: mark}
	}
	return in, mark
}

func negated(op string) string {
	return map[string]string{"=": "<>", "==": "<>", "<>": "=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[op]
}

// liftByRow lifts each subquery of a predicate over both sides of an outer join into the side whose columns it needs.
func (r *subqueryRewriter) liftByRow(n *logical.Join, left, right logical.Plan, pred expr.Expr, lset, rset columnSet) (logical.Plan, logical.Plan, expr.Expr) {
	pred = expr.Rewrite(pred, func(x expr.Expr) expr.Expr {
		s, ok := x.(*expr.Subquery)
		if !ok {
			return x
		}
		onLeft, onRight := lset.touches(s), rset.touches(s)
		for _, c := range logical.Free(s.Query.(logical.Plan)) {
			onLeft, onRight = onLeft || lset[c.ID], onRight || rset[c.ID]
		}
		switch {
		case !onRight:
			left, x = r.lift(left, s)
		case !onLeft:
			right, x = r.lift(right, s)
		default:
			r.fail(sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION", n.At,
				"A subquery in the condition of an outer join refers to both sides of the join."))
		}
		return x
	})
	return left, right, pred
}

func (r *subqueryRewriter) join(n *logical.Join) logical.Plan {
	out := n.Output()
	if n.Kind == logical.Inner {
		j := *n
		j.Cond = nil
		return restrict(r.filter(&logical.Filter{Input: &j, Pred: n.Cond}), out)
	}
	lset, rset := setOf(n.Left.Output()), setOf(n.Right.Output())
	left, right := n.Left, n.Right
	var conds []expr.Expr
	for _, pred := range expr.Conjuncts(n.Cond) {
		clear(r.lifted) // the next one may go to the other side
		switch {
		case !hasSubquery(pred):
		case !lset.touches(pred):
			right, pred = r.lift(right, pred)
		case !rset.touches(pred):
			left, pred = r.lift(left, pred)
		default:
			left, right, pred = r.liftByRow(n, left, right, pred, lset, rset)
		}
		conds = append(conds, pred)
	}
	j := *n
	j.Left, j.Right, j.Cond = left, right, expr.Conjunction(conds)
	return restrict(&j, out)
}
