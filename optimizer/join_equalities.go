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
	written []expr.Expr
}

// classify moves equalities between columns of freely movable relations from the predicates to classes. Two members in one relation become
// a filter of that relation.
func (g *joinGraph) classify(owner map[expr.ColumnID]int) {
	classOf := map[expr.ColumnID]int{}
	var rest []predicate
	for _, p := range g.preds {
		a, b := equalColumns(p.e)
		if a == nil || !a.T.Equal(b.T) || !g.free(owner, a) || !g.free(owner, b) {
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
				c.cols, c.items = append(c.cols, col), append(c.items, owner[col.ID])
				c.mask |= 1 << owner[col.ID]
			}
		}
		c.written = append(c.written, p.e)
	}
	g.preds = rest
	g.filterMembers()
}

// free reports columns of relations that no outer, semi or anti join applies.
func (g *joinGraph) free(owner map[expr.ColumnID]int, c *expr.Column) bool {
	i, ok := owner[c.ID]
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

// equality compares a member in set a with one in set b: a written pair if there is one, else the members of the largest relations, whose
// scans gain most from runtime filters.
func (s *search) equality(c *equalityClass, a, b uint64) expr.Expr {
	for _, e := range c.written {
		x, y := equalColumns(e)
		i, j := c.member(x), c.member(y)
		if a>>i&1 == 1 && b>>j&1 == 1 || a>>j&1 == 1 && b>>i&1 == 1 {
			return e
		}
	}
	x, y := s.largest(c, a), s.largest(c, b)
	key := [2]expr.ColumnID{x.ID, y.ID}
	if s.equal[key] == nil {
		s.equal[key] = mustCall("=", x, y)
	}
	return s.equal[key]
}

func (c *equalityClass) member(col *expr.Column) int {
	for i, m := range c.cols {
		if m.ID == col.ID {
			return c.items[i]
		}
	}
	return 0
}

func (s *search) largest(c *equalityClass, set uint64) *expr.Column {
	var best *expr.Column
	rows := -1.0
	for i, col := range c.cols {
		if set>>c.items[i]&1 == 1 && s.best[1<<c.items[i]].stats.Rows > rows {
			best, rows = col, s.best[1<<c.items[i]].stats.Rows
		}
	}
	return best
}
