package optimizer

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// relation is an input of the join graph.
type relation struct {
	plan logical.Plan
	join *logical.Join // nil for an input of inner joins; else the join that applies plan as its right side
	need uint64        // relations the join's condition refers to on the left
	on   cost.JoinCond // the join's condition
}

// predicate is a conjunct and the relations it refers to.
type predicate struct {
	e    expr.Expr
	refs uint64
	// Of an equality whose sides refer to known relations: the sides, and the relations of each.
	x, y         expr.Expr
	xRefs, yRefs uint64
	nullSafe     bool
}

type joinGraph struct {
	items     []relation
	dependent uint64 // relations that a join other than an inner one applies
	owner     map[expr.ColumnID]int
	preds     []predicate
	classes   []equalityClass
	written   [][2]uint64 // the joins of the plan as it is, inputs first
}

// flatten collects relations and predicates of a tree of movable joins.
func (r *reorderer) flatten(p logical.Plan, g *joinGraph) (set uint64) {
	switch n := p.(type) {
	case *logical.Project:
		if onlyColumns(n) {
			if j, ok := n.Input.(*logical.Join); ok && movable(j) {
				return r.flatten(j, g)
			}
		}
	case *logical.Filter:
		if j, ok := n.Input.(*logical.Join); ok && movable(j) && !expr.MayFail(n.Pred) && !expr.IsVolatile(n.Pred) {
			set = r.flatten(j, g)
			for _, e := range expr.Conjuncts(n.Pred) {
				g.preds = append(g.preds, predicate{e: e})
			}
			return set
		}
	case *logical.Join:
		if movable(n) {
			left := r.flatten(n.Left, g)
			if n.Kind == logical.Inner {
				right := r.flatten(n.Right, g)
				for _, e := range expr.Conjuncts(n.Cond) {
					g.preds = append(g.preds, predicate{e: e})
				}
				return g.join(left, right)
			}
			return g.join(left, g.add(relation{plan: r.plan(n.Right), join: n}))
		}
	}
	return g.add(relation{plan: r.plan(p)})
}

func (g *joinGraph) add(r relation) uint64 {
	g.items = append(g.items, r)
	return 1 << (len(g.items) - 1)
}

func (g *joinGraph) join(l, r uint64) uint64 {
	g.written = append(g.written, [2]uint64{l, r})
	return l | r
}

// full is the set of all relations.
func (g *joinGraph) full() uint64 { return 1<<len(g.items) - 1 }

// connect finds out what the conditions refer to.
func (g *joinGraph) connect() {
	g.owner = map[expr.ColumnID]int{}
	for i, it := range g.items {
		for _, c := range it.plan.Output() {
			g.owner[c.ID] = i
		}
		if it.join != nil && it.join.MarkCol != nil {
			g.owner[it.join.MarkCol.ID] = i
		}
	}
	for i := range g.preds {
		g.preds[i] = g.predicate(g.preds[i].e)
	}
	for i := range g.items {
		if g.items[i].join != nil {
			g.dependent |= 1 << i
			g.apply(&g.items[i], 1<<i)
		}
	}
}

// apply finds out what the condition of the join that applies a relation refers to.
func (g *joinGraph) apply(it *relation, self uint64) {
	for _, e := range expr.Conjuncts(it.join.Cond) {
		p := g.predicate(e)
		it.need |= p.refs &^ self
		p.addTo(&it.on, ^self, self)
	}
	if it.need == 0 {
		it.need = self - 1 // no condition: it stays behind what stood before it
	}
}

func (g *joinGraph) predicate(e expr.Expr) predicate {
	p := predicate{e: e}
	p.refs, _ = g.refs(e)
	if c, ok := e.(*expr.Call); ok && (c.Func.Op == expr.OpEq || c.Func.Op == expr.OpNullSafeEq) {
		x, okX := g.refs(c.Args[0])
		y, okY := g.refs(c.Args[1])
		if okX && okY {
			p.x, p.y, p.xRefs, p.yRefs, p.nullSafe = c.Args[0], c.Args[1], x, y, c.Func.Op == expr.OpNullSafeEq
		}
	}
	return p
}

// refs returns the relations that e refers to, and whether it refers to any and to nothing else.
func (g *joinGraph) refs(e expr.Expr) (set uint64, only bool) {
	only = true
	expr.Columns(e, func(c *expr.Column) {
		if i, ok := g.owner[c.ID]; ok {
			set |= 1 << i
		} else {
			only = false
		}
	})
	return set, only && set != 0
}

// addTo adds p to the condition of a join of two sets.
func (p *predicate) addTo(on *cost.JoinCond, a, b uint64) {
	switch {
	case p.x != nil && p.xRefs&^a == 0 && p.yRefs&^b == 0:
		addKey(on, p.x, p.y, p.nullSafe)
	case p.x != nil && p.xRefs&^b == 0 && p.yRefs&^a == 0:
		addKey(on, p.y, p.x, p.nullSafe)
	default:
		on.Rest = append(on.Rest, p.e)
	}
}

func addKey(on *cost.JoinCond, left, right expr.Expr, nullSafe bool) {
	on.Left, on.Right, on.NullSafe = append(on.Left, left), append(on.Right, right), append(on.NullSafe, nullSafe)
}

// decided reports whether p becomes decidable when two sets meet.
func (p *predicate) decided(a, b uint64) bool {
	return p.refs&^(a|b) == 0 && p.refs&a != 0 && p.refs&b != 0
}

// connected reports whether a condition becomes decidable when two sets meet.
func (g *joinGraph) connected(a, b uint64) bool {
	for i := range g.classes {
		if m := g.classes[i].mask; m&a != 0 && m&b != 0 {
			return true
		}
	}
	for i := range g.preds {
		if g.preds[i].decided(a, b) {
			return true
		}
	}
	return false
}

// uses tells, of the columns that conditions refer to, the relations of these conditions. The estimate of a set needs the columns that
// conditions with relations beyond it refer to, and no others.
func (g *joinGraph) uses() map[expr.ColumnID]uint64 {
	uses := map[expr.ColumnID]uint64{}
	add := func(e expr.Expr, refs uint64) {
		if e != nil {
			expr.Columns(e, func(c *expr.Column) { uses[c.ID] |= refs })
		}
	}
	for i := range g.preds {
		add(g.preds[i].e, g.preds[i].refs)
	}
	for i := range g.classes {
		for _, c := range g.classes[i].cols {
			uses[c.ID] |= g.classes[i].mask
		}
	}
	for i, it := range g.items {
		if it.join != nil {
			add(it.join.Cond, it.need|1<<i)
		}
	}
	return uses
}

// constant returns predicates over no relation or a single one, which no join decides; they stand above the whole.
func (g *joinGraph) constant(set uint64) []expr.Expr {
	if set != g.full() {
		return nil
	}
	var out []expr.Expr
	for _, p := range g.preds {
		if p.refs&(p.refs-1) == 0 {
			out = append(out, p.e)
		}
	}
	return out
}
