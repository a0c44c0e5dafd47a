package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// reorderJoins chooses the order of joins by cost: dynamic programming over the subsets of up to maxDP relations, greedily beyond.
//
// Inner joins move freely. A semi, anti, mark, single or left outer join takes part as a relation that can be applied to any set of
// relations that has the columns its condition needs; conditions that use what it adds come after it. Other joins are borders.
// Source: G. Moerkotte, T. Neumann, "Dynamic Programming Strikes Back", SIGMOD 2008, for the treatment of non-inner joins as conflicts of
// needed relations.
func reorderJoins(c *Context, p logical.Plan) (logical.Plan, error) {
	return (&reorderer{Context: c}).plan(p), nil
}

// Up to maxDP relations all orders are tried.
const maxDP = 12

type reorderer struct{ *Context }

func (r *reorderer) plan(p logical.Plan) logical.Plan {
	if w, ok := p.(*logical.With); ok { // definitions are estimated before their readers
		out := *w
		out.Defs = make([]logical.Def, len(w.Defs))
		for i, d := range w.Defs {
			d.Plan = r.plan(d.Plan)
			out.Defs[i] = d
		}
		r.Cost.Of(&logical.With{Defs: out.Defs, Body: &logical.Values{}})
		out.Body = r.plan(w.Body)
		return &out
	}
	j, ok := p.(*logical.Join)
	if ok && buildsLeft(j) {
		return logical.RewriteChildren(exchanged(j), r.plan)
	}
	if !ok || !movable(j) {
		return logical.RewriteChildren(p, r.plan)
	}
	g := &joinGraph{}
	r.flatten(j, g)
	if len(g.items) < 2 {
		return logical.RewriteChildren(p, r.plan)
	}
	return restrict(r.order(g), p.Output())
}

// buildsLeft reports whether hints ask for a table of the left side, and none for one of the right side, where inner joins have theirs.
func buildsLeft(j *logical.Join) bool {
	return j.Kind == logical.Inner && !j.Lateral && builds(j.Hint.Left) && !builds(j.Hint.Right)
}

func builds(hint string) bool { return hint == "BROADCAST" || hint == "SHUFFLE_HASH" }

// exchanged is an inner join with its sides exchanged, and its columns as before.
func exchanged(j *logical.Join) logical.Plan {
	c := *j
	c.Left, c.Right = j.Right, j.Left
	c.Hint = logical.JoinHint{Left: j.Hint.Right, Right: j.Hint.Left}
	return restrict(&c, j.Output())
}

// movable reports whether a join takes part in the search for an order. One with a hint stays where it is written; a hint that asks for a merge of
// sorted inputs, or for a nested loop over copies, has no meaning here and is passed over.
func movable(j *logical.Join) bool {
	if builds(j.Hint.Left) || builds(j.Hint.Right) {
		return false
	}
	for _, p := range expr.Conjuncts(j.Cond) {
		if expr.MayFail(p) && !(j.Kind == logical.Inner && sidesOf(j).equates(p)) { // elsewhere it would meet other rows
			return false
		}
	}
	switch j.Kind {
	case logical.Inner, logical.LeftSemi, logical.LeftAnti, logical.LeftOuter, logical.Mark, logical.Single, logical.NullAwareAnti:
		return true
	}
	return false
}

// order returns the best plan of the graph.
func (r *reorderer) order(g *joinGraph) logical.Plan {
	if len(g.items) > 63 {
		return r.asWritten(g)
	}
	g.connect()
	g.classify()
	s := newSearch(g, r.Cost)
	var best *candidate
	if len(g.items) <= maxDP {
		best = s.exhaustive()
	} else {
		best = s.greedy()
	}
	if best == nil {
		return r.asWritten(g)
	}
	if r.MinGain > 0 {
		if w := s.asPlanned(); w != nil && best.cost > (1-r.MinGain)*w.cost {
			best = w
		}
	}
	return s.build(best)
}

// asWritten joins the relations in the order of the text.
func (r *reorderer) asWritten(g *joinGraph) logical.Plan {
	var p logical.Plan
	for _, it := range g.items {
		switch {
		case p == nil:
			p = it.plan
		case it.join != nil:
			j := *it.join
			j.Left, j.Right = p, it.plan
			p = &j
		default:
			p = &logical.Join{Kind: logical.Inner, Left: p, Right: it.plan}
		}
	}
	var all []expr.Expr
	for _, x := range g.preds {
		all = append(all, x.e)
	}
	for _, c := range g.classes {
		for _, q := range c.written {
			all = append(all, q.e)
		}
	}
	return filter(p, all)
}
