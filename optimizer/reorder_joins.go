package optimizer

import (
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/cost"
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
	s := sides{setOf(j.Left.Output()), setOf(j.Right.Output())}
	for _, p := range expr.Conjuncts(j.Cond) {
		if expr.MayFail(p) && !(j.Kind == logical.Inner && s.equates(p)) { // elsewhere it would meet other rows
			return false
		}
	}
	switch j.Kind {
	case logical.Inner, logical.LeftSemi, logical.LeftAnti, logical.LeftOuter, logical.Mark, logical.Single, logical.NullAwareAnti:
		return true
	}
	return false
}

// relation is an input of the join graph.
type relation struct {
	plan logical.Plan
	join *logical.Join // nil for an input of inner joins; else the join that applies plan as its right side
	need uint64        // relations the join's condition refers to on the left
}

type predicate struct {
	e    expr.Expr
	refs uint64
}

type joinGraph struct {
	items   []relation
	preds   []predicate
	classes []equalityClass
	written [][2]uint64 // the joins of the plan as it is, inputs first
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

// candidate is the best plan found for a set of relations.
type candidate struct {
	plan  logical.Plan
	stats *cost.Stats
	cols  []*expr.Column
	cost  float64
	// left and right tell how it is composed, until the plan is built.
	left, right uint64
	item        int
}

func (r *reorderer) order(g *joinGraph) logical.Plan {
	if len(g.items) > 63 {
		return r.asWritten(g)
	}
	owner := map[expr.ColumnID]int{}
	for i, it := range g.items {
		for _, c := range it.plan.Output() {
			owner[c.ID] = i
		}
		if it.join != nil && it.join.MarkCol != nil {
			owner[it.join.MarkCol.ID] = i
		}
	}
	refs := func(e expr.Expr) uint64 {
		var m uint64
		if e != nil {
			expr.Columns(e, func(c *expr.Column) {
				if i, ok := owner[c.ID]; ok {
					m |= 1 << i
				}
			})
		}
		return m
	}
	for i := range g.preds {
		g.preds[i].refs = refs(g.preds[i].e)
	}
	seen := uint64(0)
	for i := range g.items {
		if j := g.items[i].join; j != nil {
			g.items[i].need = refs(j.Cond) &^ (1 << i)
			if g.items[i].need == 0 {
				g.items[i].need = seen // no condition: it stays behind what stood before it
			}
		}
		seen |= 1 << i
	}
	g.classify(owner)
	s := &search{reorderer: r, g: g, best: map[uint64]*candidate{}, equal: map[[2]expr.ColumnID]expr.Expr{}}
	used := g.columns()
	for i, it := range g.items {
		stats, cols := slim(r.Cost.Of(it.plan), it.plan.Output(), used)
		s.best[1<<i] = &candidate{plan: it.plan, stats: stats, cols: cols, item: i}
	}
	full := uint64(1)<<len(g.items) - 1
	if len(g.items) <= maxDP {
		s.exhaustive(full)
	} else {
		s.greedy(full)
	}
	if s.best[full] == nil {
		return r.asWritten(g)
	}
	if w := s.asPlanned(); r.MinGain > 0 && w.best[full] != nil && s.best[full].cost > (1-r.MinGain)*w.best[full].cost {
		return w.build(full)
	}
	return s.build(full)
}

// columns returns what the conditions of the graph refer to; estimates of sets of relations need no other columns.
func (g *joinGraph) columns() columnSet {
	used := columnSet{}
	for _, p := range g.preds {
		used.addExpr(p.e)
	}
	for _, c := range g.classes {
		for _, col := range c.cols {
			used[col.ID] = true
		}
	}
	for _, it := range g.items {
		if it.join != nil && it.join.Cond != nil {
			used.addExpr(it.join.Cond)
		}
	}
	return used
}

func slim(s *cost.Stats, cols []*expr.Column, used columnSet) (*cost.Stats, []*expr.Column) {
	out := &cost.Stats{Rows: s.Rows, Error: s.Error, Source: s.Source, Columns: map[expr.ColumnID]cost.Column{}}
	var keep []*expr.Column
	for _, c := range cols {
		if used[c.ID] {
			keep = append(keep, c)
			if k, ok := s.Columns[c.ID]; ok {
				out.Columns[c.ID] = k
			}
		}
	}
	return out, keep
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
		all = append(all, c.written...)
	}
	return filter(p, all)
}

type search struct {
	*reorderer
	g     *joinGraph
	best  map[uint64]*candidate
	equal map[[2]expr.ColumnID]expr.Expr // equalities made
}

// asPlanned is the search that knows only the joins the plan has.
func (s *search) asPlanned() *search {
	w := &search{reorderer: s.reorderer, g: s.g, best: map[uint64]*candidate{}, equal: s.equal}
	for i := range s.g.items {
		w.best[1<<i] = s.best[1<<i]
	}
	for _, j := range s.g.written {
		w.offer(j[0]|j[1], w.combine(j[0], j[1]))
	}
	return w
}

// dependent reports whether a set is a single relation that some join applies.
func (s *search) dependent(set uint64) bool {
	return set&(set-1) == 0 && s.g.items[bits.TrailingZeros64(set)].join != nil
}

// conds returns the predicates that become decidable when two sets meet.
func (s *search) conds(a, b uint64) []expr.Expr {
	var out []expr.Expr
	for i := range s.g.classes {
		if c := &s.g.classes[i]; c.mask&a != 0 && c.mask&b != 0 {
			out = append(out, s.equality(c, a, b))
		}
	}
	for _, p := range s.g.preds {
		if p.refs&^(a|b) == 0 && p.refs&^a != 0 && p.refs&^b != 0 {
			out = append(out, p.e)
		}
	}
	return out
}

// Costs of handling a row, in units of passing one through a join.
const (
	costBuild  = 2.5
	costProbe  = 1.0
	costOutput = 0.5
	// A pair without a condition is a cross product: last resort.
	costCross = 1e3
)

// combine returns the join of two sets, or nil where it is not allowed or no better than what is known for their union.
func (s *search) combine(a, b uint64) *candidate {
	ca, cb := s.best[a], s.best[b]
	if ca == nil || cb == nil || s.dependent(a) {
		return nil
	}
	kind := logical.Inner
	var mark *expr.Column
	var cond []expr.Expr
	prev := s.best[a|b]
	if s.dependent(b) {
		cond = s.conds(a, b)
		it := s.g.items[bits.TrailingZeros64(b)]
		if it.need&^a != 0 {
			return nil
		}
		kind, mark = it.join.Kind, it.join.MarkCol
		if len(cond) > 0 && kind != logical.LeftOuter && kind != logical.Single && kind != logical.Mark {
			return nil
		}
		cond = expr.Conjuncts(it.join.Cond)
	} else if prev == nil {
		cond = s.conds(a, b)
	}
	c := candidate{left: a, right: b, item: -1}
	if prev != nil { // all ways to a set give the same rows
		c.stats, c.cols = prev.stats, prev.cols
	} else {
		c.stats = cost.JoinStats(kind, ca.stats, cb.stats, ca.cols, cb.cols, expr.Conjunction(cond))
		c.cols = joined(kind, ca.cols, cb.cols, mark)
	}
	build, probe := cb.stats.Rows, ca.stats.Rows
	switch {
	case kind == logical.Inner && build > probe:
		build, probe = probe, build
	case kind != logical.Inner:
		// A small left side runs first and its keys reduce what is built.
		build = build*cost.Reduction(kind, ca.stats, cb.stats, ca.cols, cb.cols, expr.Conjunction(cond)) + math.Min(build, probe)*costOutput
	}
	c.cost = ca.cost + cb.cost + costBuild*build + costProbe*math.Min(probe, probe*0.3+c.stats.Rows) + costOutput*c.stats.Rows
	if kind == logical.Inner && !s.connected(a, b) {
		c.cost += costCross * ca.stats.Rows * cb.stats.Rows
	}
	if prev != nil && c.cost >= prev.cost {
		return nil
	}
	better := c
	return &better
}

// joined lists the columns of a join of two column lists.
func joined(kind logical.JoinKind, l, r []*expr.Column, mark *expr.Column) []*expr.Column {
	out := l[:len(l):len(l)]
	switch kind {
	case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti:
	case logical.Mark:
		out = append(out, mark)
	default:
		out = append(out, r...)
	}
	return out
}

func (s *search) offer(set uint64, c *candidate) {
	if c != nil && (s.best[set] == nil || c.cost < s.best[set].cost) {
		s.best[set] = c
	}
}

// exhaustive finds the best plan of every set, sets of few relations first by numeric order.
func (s *search) exhaustive(full uint64) {
	for set := uint64(1); set <= full; set++ {
		if set&(set-1) == 0 {
			continue
		}
		for connectedOnly := range 2 { // cross products only where nothing else gives the set
			if connectedOnly == 1 && s.best[set] != nil {
				break
			}
			for a := (set - 1) & set; a > 0; a = (a - 1) & set {
				b := set &^ a
				if a < b && !s.dependent(b) && !s.dependent(a) { // inner joins commute
					continue
				}
				if connectedOnly == 0 && !s.connected(a, b) {
					continue
				}
				s.offer(set, s.combine(a, b))
			}
		}
	}
}

func (s *search) connected(a, b uint64) bool {
	if s.dependent(b) {
		return true
	}
	for i := range s.g.classes {
		if m := s.g.classes[i].mask; m&a != 0 && m&b != 0 {
			return true
		}
	}
	for _, p := range s.g.preds {
		if p.refs&a != 0 && p.refs&b != 0 && p.refs&^(a|b) == 0 {
			return true
		}
	}
	return false
}

// greedy joins the pair of least cost until one set remains.
func (s *search) greedy(full uint64) {
	var sets []uint64
	for i := range s.g.items {
		sets = append(sets, 1<<i)
	}
	for len(sets) > 1 {
		var bestC *candidate
		bi, bj := -1, -1
		for pass := 0; pass < 2 && bestC == nil; pass++ {
			for i, a := range sets {
				for j, b := range sets {
					if i == j || pass == 0 && !s.connected(a, b) {
						continue
					}
					if c := s.combine(a, b); c != nil && (bestC == nil || c.stats.Rows+c.cost < bestC.stats.Rows+bestC.cost) {
						bestC, bi, bj = c, i, j
					}
				}
			}
		}
		if bestC == nil {
			return
		}
		set := sets[bi] | sets[bj]
		s.best[set] = bestC
		var rest []uint64
		for k, x := range sets {
			if k != bi && k != bj {
				rest = append(rest, x)
			}
		}
		sets = append(rest, set)
	}
}

// build makes the plan of a set. The smaller side of an inner join becomes the right one, which the planner builds on.
func (s *search) build(set uint64) logical.Plan {
	c := s.best[set]
	if c.plan != nil {
		return c.plan
	}
	left, right := s.build(c.left), s.build(c.right)
	cond := s.conds(c.left, c.right)
	if s.dependent(c.right) {
		j := *s.g.items[bits.TrailingZeros64(c.right)].join
		j.Left, j.Right = left, right
		return filter(&j, append(cond, s.constant(set)...))
	}
	if s.best[c.right].stats.Rows > s.best[c.left].stats.Rows {
		left, right = right, left
	}
	j := &logical.Join{Kind: logical.Inner, Left: left, Right: right, Cond: expr.Conjunction(cond)}
	return filter(j, s.constant(set))
}

// constant returns predicates over no relation or a single one, which no join decides; they stand above the whole.
func (s *search) constant(set uint64) []expr.Expr {
	if set != uint64(1)<<len(s.g.items)-1 {
		return nil
	}
	var out []expr.Expr
	for _, p := range s.g.preds {
		if p.refs&(p.refs-1) == 0 {
			out = append(out, p.e)
		}
	}
	return out
}
