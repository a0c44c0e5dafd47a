package adaptive

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// reduces reports whether the left side of a join should run before the right side, so that its keys reach the scans of the right side: semi-join
// reduction.
//
//	orders(57 K rows) SEMI JOIN lineitem(6 M)  → stage orders, stage lineitem with o_orderkey's values (230 K rows), the join
//
// Only a row of the right side that has a partner matters in these kinds of joins. It does not fire when the left side is not much smaller,
// has most of the key values, or when no scan of the right side reads the key.
func (x *Execution) reduces(j *logical.Join) bool {
	if !x.Planner.RuntimeFilters || !passes(j, false) || !cost.Reducible(j.Kind) || held(j.Left) {
		return false
	}
	l, r, nullSafe, _ := cost.EquiKeys(j.Cond, j.Left.Output(), j.Right.Output())
	rows, left := x.Opt.Cost.Rows(j.Left), x.Opt.Cost.Of(j.Left)
	for k := range l {
		a, okA := l[k].(*expr.Column)
		b, okB := r[k].(*expr.Column)
		if !okA || !okB || nullSafe[k] {
			continue
		}
		scan, col := source(j.Right, b)
		if scan == nil {
			continue
		}
		s := x.Opt.Cost.Of(scan)
		on := cost.JoinCond{Left: []expr.Expr{a}, Right: []expr.Expr{col}, NullSafe: []bool{false}}
		if cost.Reduction(j.Kind, left, s, &on) < 1 && rows > 0 {
			return true
		}
	}
	return false
}

// held reports a side that is a finished stage, perhaps with other column names.
func held(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Stage:
		return true
	case *logical.Project:
		_, ok := n.Input.(*logical.Stage)
		return ok
	}
	return false
}

// source finds the scan that reads column c of p, if a filter on c may reach it.
func source(p logical.Plan, c *expr.Column) (*logical.Scan, *expr.Column) {
	switch n := p.(type) {
	case *logical.Scan:
		for _, o := range n.Out {
			if o.ID == c.ID {
				return n, o
			}
		}
	case *logical.Filter:
		return source(n.Input, c)
	case *logical.Distinct:
		return source(n.Input, c)
	case *logical.Project:
		return sourceOf(n.List, n.Input, c)
	case *logical.Aggregate:
		if n.Sets == nil {
			return sourceOf(n.Keys, n.Input, c)
		}
	case *logical.Join:
		if produces(n.Left, c) && n.Kind != logical.FullOuter && n.Kind != logical.RightOuter {
			return source(n.Left, c)
		}
		if n.Kind == logical.Inner && produces(n.Right, c) {
			return source(n.Right, c)
		}
	}
	return nil, nil
}

func sourceOf(list []logical.Named, in logical.Plan, c *expr.Column) (*logical.Scan, *expr.Column) {
	for _, it := range list {
		if src, ok := it.Expr.(*expr.Column); ok && it.Col.ID == c.ID {
			return source(in, src)
		}
	}
	return nil, nil
}
