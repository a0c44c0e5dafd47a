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
// of a semi join, the right one of outer, semi, anti and mark joins. The left input of the others is only passed through.
// Share estimates how many of the subtree's rows pass.
func (x *Execution) contextFilters(p, target logical.Plan) (out map[expr.ColumnID][]datasource.KeyFilter, share float64) {
	out, share = map[expr.ColumnID][]datasource.KeyFilter{}, 1
	est := x.Opt.Cost.Of(target)
	x.requirements(p, target, func(own expr.ColumnID, stage *logical.Stage, col int) {
		if f := x.keyFilter(stage, col); f != nil {
			out[own] = append(out[own], f)
			share *= x.passing(est, own, stage, col)
		}
	})
	return out, share
}

// passing estimates the share of rows whose column own has a value of a stage's column.
func (x *Execution) passing(est *cost.Stats, own expr.ColumnID, stage *logical.Stage, col int) float64 {
	have, _ := est.Columns.Of(own)
	keys, _ := x.Opt.Cost.Of(stage).Columns.Of(stage.Out[col].ID)
	if have.Distinct <= 0 || keys.Distinct <= 0 || keys.Distinct >= have.Distinct {
		return 1
	}
	return keys.Distinct / have.Distinct
}

// requirements tells, for columns of a subtree, the finished stages whose values they must be among.
func (x *Execution) requirements(p, target logical.Plan, found func(own expr.ColumnID, stage *logical.Stage, col int)) {
	path := pathTo(p, target)
	own := map[expr.ColumnID]expr.ColumnID{} // columns on the way up, as the target names them
	for _, c := range target.Output() {
		own[c.ID] = c.ID
	}
	below := target
	for i := len(path) - 1; i >= 0 && len(own) > 0; i-- {
		n := path[i]
		if j, ok := n.(*logical.Join); ok {
			if !joinRequirements(j, below == j.Left, own, found) {
				return
			}
		} else if own = upward(n, below, own); own == nil {
			return
		}
		below = n
	}
}

// upward follows columns through a node; nil where a missing row would change other rows.
func upward(n, below logical.Plan, own map[expr.ColumnID]expr.ColumnID) map[expr.ColumnID]expr.ColumnID {
	switch n := n.(type) {
	case *logical.Filter, *logical.Distinct:
		return own
	case *logical.Sort:
		return own
	case *logical.With:
		if below == n.Body {
			return own
		}
		return nil
	case *logical.Project:
		return renamed(n.List, own)
	case *logical.Aggregate: // what is dropped by a grouping key drops whole groups
		if n.Sets == nil && len(n.Keys) > 0 {
			return renamed(n.Keys, own)
		}
	case *logical.SetOp:
		if n.Kind != logical.UnionOp || !n.All {
			return nil
		}
		out := map[expr.ColumnID]expr.ColumnID{}
		for i, c := range below.Output() {
			if t, ok := own[c.ID]; ok {
				out[n.Out[i].ID] = t
			}
		}
		return out
	}
	return nil
}

func renamed(list []logical.Named, own map[expr.ColumnID]expr.ColumnID) map[expr.ColumnID]expr.ColumnID {
	out := map[expr.ColumnID]expr.ColumnID{}
	for _, it := range list {
		if c, ok := it.Expr.(*expr.Column); ok {
			if t, ok := own[c.ID]; ok {
				out[it.Col.ID] = t
			}
		}
	}
	return out
}

// joinRequirements reports the keys of the other input, and whether joins further up may require more.
func joinRequirements(j *logical.Join, fromLeft bool, own map[expr.ColumnID]expr.ColumnID, found func(expr.ColumnID, *logical.Stage, int)) bool {
	if j.Kind == logical.FullOuter {
		return false
	}
	if passes(j, fromLeft) {
		l, r, nullSafe, _ := cost.EquiKeys(j.Cond, j.Left.Output(), j.Right.Output())
		other := j.Right
		if !fromLeft {
			l, r, other = r, l, j.Left
		}
		for k := range l {
			mine, okM := l[k].(*expr.Column)
			theirs, okT := r[k].(*expr.Column)
			if !okM || !okT || nullSafe[k] {
				continue
			}
			t, ok := own[mine.ID]
			if !ok {
				continue
			}
			if s, col := bound(other, theirs); s != nil {
				found(t, s, col)
			}
		}
	}
	switch j.Kind {
	case logical.Inner:
		return true
	case logical.RightOuter: // the right input is kept whole
		return !fromLeft
	}
	return fromLeft
}

// passes reports whether a join drops rows of the given input that have no partner. A mark that may be null tells a right side without
// nulls from one with them, so it needs every row.
func passes(j *logical.Join, left bool) bool {
	switch j.Kind {
	case logical.Inner, logical.LeftSemi:
		return true
	case logical.RightOuter:
		return left
	case logical.Mark:
		return !left && !j.MarkCol.Null
	case logical.LeftOuter, logical.LeftAnti, logical.Single:
		return !left
	}
	return false
}

// keyFilter returns the filter of a finished stage's column, nil for types that have none.
func (x *Execution) keyFilter(stage *logical.Stage, col int) datasource.KeyFilter {
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
	case *logical.Aggregate:
		for _, k := range n.Keys {
			if src, ok := k.Expr.(*expr.Column); ok && k.Col.ID == c.ID && n.Sets == nil {
				return bound(n.Input, src)
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
