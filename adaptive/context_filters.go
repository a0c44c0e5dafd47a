package adaptive

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/physical"
)

// contextFilters returns runtime filters for a subtree that is about to run, from finished stages elsewhere in the plan whose key it will
// have to equal: sideways information passing. Rows they drop could meet no partner in the joins above, so the output stands for the
// subtree only in this plan, below those joins.
//
// A join above passes a requirement to an input when rows of that input without partner vanish: both inputs of an inner join, the left one
// of a semi join, the right one of outer, semi, anti and single joins. Not of mark joins and null-aware anti joins: a right row without partner turns their
// answer for a null on the left from false into null.
func (x *Execution) contextFilters(p, target logical.Plan) map[expr.ColumnID][]datasource.KeyFilter {
	path := pathTo(p, target)
	out := map[expr.ColumnID][]datasource.KeyFilter{}
	wanted := map[expr.ColumnID]bool{}
	for _, c := range target.Output() {
		wanted[c.ID] = true
	}
	for i := len(path) - 1; i >= 0; i-- {
		j, ok := path[i].(*logical.Join)
		if !ok {
			switch path[i].(type) {
			case *logical.Filter, *logical.Project, *logical.Sort, *logical.Distinct:
				continue
			}
			return out // above an aggregate, window or limit a missing row changes other rows
		}
		below := target
		if i+1 < len(path) {
			below = path[i+1]
		}
		fromLeft := below == j.Left
		if !passes(j.Kind, fromLeft) {
			return out
		}
		l, r, nullSafe, _ := cost.EquiKeys(j.Cond, j.Left.Output(), j.Right.Output())
		other := j.Right
		if !fromLeft {
			l, r = r, l
			other = j.Left
		}
		for k := range l {
			mine, okM := l[k].(*expr.Column)
			theirs, okT := r[k].(*expr.Column)
			if !okM || !okT || nullSafe[k] || !wanted[mine.ID] {
				continue
			}
			if f := x.filterOf(other, theirs); f != nil {
				out[mine.ID] = append(out[mine.ID], f)
			}
		}
	}
	return out
}

// passes reports whether a join drops rows of the given input that have no partner.
func passes(k logical.JoinKind, left bool) bool {
	switch k {
	case logical.Inner:
		return true
	case logical.LeftSemi, logical.RightOuter:
		return left || k == logical.LeftSemi
	case logical.LeftOuter, logical.LeftAnti, logical.Single:
		return !left
	}
	return false
}

// filterOf returns a filter of the values a column can have in a plan: those of the finished stage that bounds it.
func (x *Execution) filterOf(p logical.Plan, c *expr.Column) datasource.KeyFilter {
	stage, col := bound(p, c)
	if stage == nil {
		return nil
	}
	f, err := physical.NewKeyFilter(x.Query, stage.Handle.(*exec.StageOutput), col)
	if err != nil {
		return nil
	}
	return f
}

// bound finds a finished stage that holds every value that column c can have in p, and the position of the column in it.
func bound(p logical.Plan, c *expr.Column) (*logical.Stage, int) {
	switch n := p.(type) {
	case *logical.Stage:
		for i, o := range n.Out {
			if o.ID == c.ID {
				return n, i
			}
		}
	case *logical.Filter:
		return bound(n.Input, c)
	case *logical.Project:
		for _, it := range n.List {
			if it.Col.ID == c.ID {
				if src, ok := it.Expr.(*expr.Column); ok {
					return bound(n.Input, src)
				}
			}
		}
	case *logical.Join:
		l, r, nullSafe, _ := cost.EquiKeys(n.Cond, n.Left.Output(), n.Right.Output())
		// A column equal to one of the other side is bounded by that side too.
		for k := range l {
			a, okA := l[k].(*expr.Column)
			b, okB := r[k].(*expr.Column)
			if !okA || !okB || nullSafe[k] {
				continue
			}
			if (n.Kind == logical.Inner || n.Kind == logical.LeftSemi) && a.ID == c.ID {
				if s, i := bound(n.Right, b); s != nil {
					return s, i
				}
			}
			if n.Kind == logical.Inner && b.ID == c.ID {
				if s, i := bound(n.Left, a); s != nil {
					return s, i
				}
			}
		}
		if produces(n.Left, c) {
			if n.Kind != logical.RightOuter && n.Kind != logical.FullOuter {
				return bound(n.Left, c)
			}
		} else if n.Kind == logical.Inner && produces(n.Right, c) {
			return bound(n.Right, c)
		}
	}
	return nil, 0
}

func produces(p logical.Plan, c *expr.Column) bool {
	for _, o := range p.Output() {
		if o.ID == c.ID {
			return true
		}
	}
	return false
}

// pathTo returns the nodes from the root to a node, itself not included.
func pathTo(p, target logical.Plan) []logical.Plan {
	if p == target {
		return []logical.Plan{}
	}
	for _, k := range p.Children() {
		if rest := pathTo(k, target); rest != nil {
			return append([]logical.Plan{p}, rest...)
		}
	}
	return nil
}
