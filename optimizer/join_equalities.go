package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// equalityClass is columns that the join graph's conditions make equal. A join of two sets of relations that both hold members needs one
// equality: those inside each set hold already. So conditions that follow from others cost nothing at run time and are not counted twice by
// estimates, and orders of joins become possible that no written condition connects.
type equalityClass struct {
	cols    []*expr.Column
	items   []int // relation of each column
	mask    uint64
	written []equality
}

// equality is a condition x = y of the query, and the relations of both columns as sets.
type equality struct {
	e            expr.Expr
	x, y         *expr.Column
	xRefs, yRefs uint64
}

// classify moves equalities between columns of freely movable relations from the predicates to classes. Two members in one relation become
// a filter of that relation.
func (g *joinGraph) classify() {
	classOf := map[expr.ColumnID]int{}
	var rest []predicate
	for _, p := range g.preds {
		a, b := equalColumns(p.e)
		if a == nil || !a.T.Equal(b.T) || !g.free(a) || !g.free(b) {
			rest = append(rest, p)
			continue
		}
		ca, okA := classOf[a.ID]
		cb, okB := classOf[b.ID]
		switch {
		case !okA && !okB:
			ca = len(g.classes)
			g.classes = append(g.classes, equalityClass{})
		case !okA:
			ca = cb
		case okB && ca != cb:
			g.mergeClasses(ca, cb, classOf)
		}
		c := &g.classes[ca]
		for _, col := range []*expr.Column{a, b} {
			if _, known := classOf[col.ID]; !known {
				classOf[col.ID] = ca
				c.cols, c.items = append(c.cols, col), append(c.items, g.owner[col.ID])
				c.mask |= 1 << g.owner[col.ID]
			}
		}
		c.written = append(c.written, equality{p.e, a, b, p.xRefs, p.yRefs})
	}
	g.preds = rest
	g.filterMembers()
}

// free reports columns of relations that no outer, semi or anti join applies.
func (g *joinGraph) free(c *expr.Column) bool {
	i, ok := g.owner[c.ID]
	return ok && g.items[i].join == nil
}

func (g *joinGraph) mergeClasses(into, from int, classOf map[expr.ColumnID]int) {
	a, b := &g.classes[into], &g.classes[from]
	for _, c := range b.cols {
		classOf[c.ID] = into
	}
	a.cols, a.items = append(a.cols, b.cols...), append(a.items, b.items...)
	a.mask |= b.mask
	a.written = append(a.written, b.written...)
	*b = equalityClass{}
}

// filterMembers makes members of a class within one relation equal.
func (g *joinGraph) filterMembers() {
	for _, c := range g.classes {
		first := map[int]*expr.Column{}
		for i, col := range c.cols {
			f, ok := first[c.items[i]]
			if !ok {
				first[c.items[i]] = col
				continue
			}
			it := &g.items[c.items[i]]
			eq := mustCall("=", f, col)
			if have, ok := it.plan.(*logical.Filter); !ok || !containsExpr(expr.Conjuncts(have.Pred), eq) {
				it.plan = filter(it.plan, []expr.Expr{eq})
			}
		}
	}
}

// pair returns a member in set a and one in set b to compare: those of a written equality if there is one, which is returned too, else the
// members of the largest relations, whose scans gain most from runtime filters.
func (s *search) pair(c *equalityClass, a, b uint64) (x, y *expr.Column, written expr.Expr) {
	for i := range c.written {
		switch q := &c.written[i]; {
		case q.xRefs&a != 0 && q.yRefs&b != 0:
			return q.x, q.y, q.e
		case q.yRefs&a != 0 && q.xRefs&b != 0:
			return q.y, q.x, q.e
		}
	}
	return s.largest(c, a), s.largest(c, b), nil
}

func (s *search) largest(c *equalityClass, set uint64) *expr.Column {
	var best *expr.Column
	rows := -1.0
	for i, col := range c.cols {
		if n := s.single[c.items[i]].stats.Rows; set>>c.items[i]&1 == 1 && n > rows {
			best, rows = col, n
		}
	}
	return best
}
