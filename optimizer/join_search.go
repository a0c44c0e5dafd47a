package optimizer

import (
	"math"
	"math/bits"
	"slices"

	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// candidate is the best way found to join a set of relations.
type candidate struct {
	set   uint64
	stats *cost.Stats // nil: none found yet
	cost  float64
	// left and right are what it joins; nil for a single relation.
	left, right *candidate
}

// search looks for the best order of the joins of a graph.
type search struct {
	*joinGraph
	single []candidate // the relations
	uses   map[expr.ColumnID]uint64
	on     cost.JoinCond // of the join being looked at; here to be reused
}

func newSearch(g *joinGraph, sizes *cost.Estimator) *search {
	s := &search{joinGraph: g, single: make([]candidate, len(g.items)), uses: g.uses()}
	for i, it := range g.items {
		s.single[i] = candidate{set: 1 << i, stats: sizes.Of(it.plan).Only(s.beyond(1 << i))}
	}
	return s
}

// beyond tells which columns conditions with relations beyond a set refer to.
func (s *search) beyond(set uint64) func(expr.ColumnID) bool {
	return func(id expr.ColumnID) bool { return s.uses[id]&^set != 0 }
}

// applied returns the relation of a set of one that some join applies, else nil.
func (s *search) applied(set uint64) *relation {
	if set&(set-1) != 0 || set&s.dependent == 0 {
		return nil
	}
	return &s.items[bits.TrailingZeros64(set)]
}

// Costs of handling a row, in units of passing one through a join.
const (
	costBuild  = 2.5
	costProbe  = 1.0
	costOutput = 0.5
	// A pair without a condition is a cross product: last resort.
	costCross = 1e3
)

// combine makes the join of two sets the way to join their union, if it is allowed and better than what is known. A cross product has no
// condition between the two.
func (s *search) combine(to, a, b *candidate, cross bool) {
	kind, on := logical.Inner, &s.on
	if it := s.applied(b.set); it != nil {
		if !s.applicable(it, a.set, b.set) {
			return
		}
		kind, on = it.join.Kind, &it.on
	} else if to.stats == nil {
		s.conditions(a.set, b.set)
	}
	stats := to.stats
	if stats == nil { // all ways to a set give the same rows
		stats = cost.JoinStats(kind, a.stats, b.stats, on, s.beyond(a.set|b.set))
	}
	build, probe := b.stats.Rows, a.stats.Rows
	switch {
	case kind == logical.Inner && build > probe:
		build, probe = probe, build
	case kind != logical.Inner:
		// A small left side runs first and its keys reduce what is built.
		build = build*cost.Reduction(kind, a.stats, b.stats, on) + math.Min(build, probe)*costOutput
	}
	total := a.cost + b.cost + costBuild*build + costProbe*math.Min(probe, probe*0.3+stats.Rows) + costOutput*stats.Rows
	if kind == logical.Inner && cross {
		total += costCross * a.stats.Rows * b.stats.Rows
	}
	if to.stats == nil || total < to.cost {
		*to = candidate{set: a.set | b.set, stats: stats, cost: total, left: a, right: b}
	}
}

// applicable reports whether the join that applies it may have set a on its left.
func (s *search) applicable(it *relation, a, b uint64) bool {
	if it.need&^a != 0 {
		return false
	}
	switch it.join.Kind {
	case logical.LeftOuter, logical.Single, logical.Mark:
		return true
	}
	return !s.connected(a, b)
}

// conditions sets s.on to what becomes decidable when two sets meet.
func (s *search) conditions(a, b uint64) {
	s.on.Left, s.on.Right, s.on.NullSafe, s.on.Rest = s.on.Left[:0], s.on.Right[:0], s.on.NullSafe[:0], s.on.Rest[:0]
	for i := range s.classes {
		if c := &s.classes[i]; c.mask&a != 0 && c.mask&b != 0 {
			x, y, _ := s.pair(c, a, b)
			addKey(&s.on, x, y, false)
		}
	}
	for i := range s.preds {
		if p := &s.preds[i]; p.decided(a, b) {
			p.addTo(&s.on, a, b)
		}
	}
}

// exhaustive finds the best plan of every set, sets of few relations first by numeric order.
func (s *search) exhaustive() *candidate {
	best := make([]candidate, s.full()+1)
	for _, c := range s.single {
		best[c.set] = c
	}
	for set := uint64(1); set <= s.full(); set++ {
		if set&(set-1) == 0 {
			continue
		}
		s.split(best, set, false)
		if best[set].stats == nil { // cross products only where nothing else gives the set
			s.split(best, set, true)
		}
	}
	if c := &best[s.full()]; c.stats != nil {
		return c
	}
	return nil
}

// split tries all joins of two sets that make a set.
func (s *search) split(best []candidate, set uint64, cross bool) {
	for a := (set - 1) & set; a > 0; a = (a - 1) & set {
		b := set &^ a
		applied := s.applied(b) != nil
		if s.applied(a) != nil || a < b && !applied { // inner joins commute
			continue
		}
		if best[a].stats == nil || best[b].stats == nil || !cross && !applied && !s.connected(a, b) {
			continue
		}
		s.combine(&best[set], &best[a], &best[b], cross)
	}
}

// greedy joins the pair of least cost until one set remains.
func (s *search) greedy() *candidate {
	var sets []*candidate
	for i := range s.single {
		sets = append(sets, &s.single[i])
	}
	for len(sets) > 1 {
		next := s.cheapest(sets, false)
		if next == nil {
			next = s.cheapest(sets, true)
		}
		if next == nil {
			return nil
		}
		sets = append(slices.DeleteFunc(sets, func(c *candidate) bool { return c.set&next.set != 0 }), next)
	}
	return sets[0]
}

// cheapest is the join of two of the sets that costs least and gives the fewest rows.
func (s *search) cheapest(sets []*candidate, cross bool) *candidate {
	var best *candidate
	for _, a := range sets {
		for _, b := range sets {
			if a == b || s.applied(a.set) != nil || !cross && s.applied(b.set) == nil && !s.connected(a.set, b.set) {
				continue
			}
			var c candidate
			s.combine(&c, a, b, cross)
			if c.stats != nil && (best == nil || c.stats.Rows+c.cost < best.stats.Rows+best.cost) {
				best = &c
			}
		}
	}
	return best
}

// asPlanned joins as the plan does that the graph comes from; nil if that is not allowed.
func (s *search) asPlanned() *candidate {
	known := map[uint64]*candidate{}
	for i := range s.single {
		known[s.single[i].set] = &s.single[i]
	}
	for _, j := range s.written {
		a, b := known[j[0]], known[j[1]]
		if a == nil || b == nil || s.applied(a.set) != nil {
			return nil
		}
		c := &candidate{}
		if s.combine(c, a, b, !s.connected(a.set, b.set)); c.stats == nil {
			return nil
		}
		known[c.set] = c
	}
	return known[s.full()]
}

// build makes the plan of a set. The smaller side of an inner join becomes the right one, which the planner builds on.
func (s *search) build(c *candidate) logical.Plan {
	if c.left == nil {
		return s.items[bits.TrailingZeros64(c.set)].plan
	}
	left, right := s.build(c.left), s.build(c.right)
	cond := s.decidable(c.left.set, c.right.set)
	if it := s.applied(c.right.set); it != nil {
		j := *it.join
		j.Left, j.Right = left, right
		return filter(&j, append(cond, s.constant(c.set)...))
	}
	if c.right.stats.Rows > c.left.stats.Rows {
		left, right = right, left
	}
	j := &logical.Join{Kind: logical.Inner, Left: left, Right: right, Cond: expr.Conjunction(cond)}
	return filter(j, s.constant(c.set))
}

// decidable returns the predicates that become decidable when two sets meet.
func (s *search) decidable(a, b uint64) []expr.Expr {
	var out []expr.Expr
	for i := range s.classes {
		if c := &s.classes[i]; c.mask&a != 0 && c.mask&b != 0 {
			x, y, written := s.pair(c, a, b)
			if written == nil {
				written = mustCall("=", x, y)
			}
			out = append(out, written)
		}
	}
	for i := range s.preds {
		if p := &s.preds[i]; p.decided(a, b) {
			out = append(out, p.e)
		}
	}
	return out
}
