package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// propagateEmpty removes what cannot give a row: a false filter, an inner join with an empty side, a union's empty inputs. It also
// replaces the missing side of an outer join by nulls. The adaptive layer runs it again with stages that turned out empty.
var propagateEmpty = each(func(c *Context, n logical.Plan) logical.Plan {
	switch n := n.(type) {
	case *logical.Filter:
		for _, p := range expr.Conjuncts(n.Pred) {
			if l, ok := p.(*expr.Literal); ok && l.Value != true {
				return empty(n)
			}
		}
		if isEmpty(n.Input) {
			return empty(n)
		}
	case *logical.Project, *logical.Sort, *logical.Distinct, *logical.DistinctOn, *logical.Window, *logical.Generate, *logical.Sample, *logical.Repartition:
		if isEmpty(n.Children()[0]) {
			return empty(n)
		}
	case *logical.Limit:
		if n.Count == 0 || isEmpty(n.Input) {
			return empty(n)
		}
	case *logical.Aggregate:
		if len(n.Keys) > 0 && n.Sets == nil && isEmpty(n.Input) {
			return empty(n)
		}
	case *logical.Join:
		return c.emptyJoin(n)
	case *logical.SetOp:
		return emptyUnion(n)
	}
	return n
})

func empty(p logical.Plan) logical.Plan { return &logical.Values{Out: p.Output()} }

// isEmpty reports a plan known to give no row.
func isEmpty(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Values:
		return len(n.Rows) == 0
	case *logical.Stage:
		return n.Facts.Rows == 0
	}
	return false
}

func (c *Context) emptyJoin(n *logical.Join) logical.Plan {
	l, r := isEmpty(n.Left), isEmpty(n.Right)
	if never(n.Cond) {
		switch n.Kind { // no pair matches, as with an empty right side
		case logical.Inner, logical.LeftSemi, logical.LeftAnti, logical.LeftOuter, logical.Single:
			r = true
		}
	}
	if !l && !r {
		return n
	}
	nulls := func(keep logical.Plan, cols []*expr.Column) logical.Plan {
		missing := setOf(cols)
		var out []logical.Named
		for _, col := range n.Output() {
			if missing[col.ID] {
				out = append(out, logical.Named{Col: col, Expr: &expr.Literal{T: col.T}})
			} else {
				out = append(out, logical.Named{Col: col, Expr: col})
			}
		}
		return &logical.Project{Input: keep, List: out}
	}
	switch n.Kind {
	case logical.Inner, logical.LeftSemi:
		return empty(n)
	case logical.LeftAnti, logical.NullAwareAnti:
		if l {
			return empty(n)
		}
		return n.Left
	case logical.LeftOuter, logical.Single:
		if l {
			return empty(n)
		}
		return nulls(n.Left, n.Right.Output())
	case logical.RightOuter:
		if r {
			return empty(n)
		}
		return nulls(n.Right, n.Left.Output())
	case logical.FullOuter:
		switch {
		case l && r:
			return empty(n)
		case l:
			return nulls(n.Right, n.Left.Output())
		}
		return nulls(n.Left, n.Right.Output())
	case logical.Mark:
		if l {
			return empty(n)
		}
		return &logical.Project{Input: n.Left, List: append(passThrough(n.Left.Output()), logical.Named{Col: n.MarkCol, Expr: expr.False})}
	}
	return n
}

// never reports conditions with a conjunct that is false or null whatever the row.
func never(cond expr.Expr) bool {
	for _, p := range expr.Conjuncts(cond) {
		if l, ok := p.(*expr.Literal); ok && l.Value != true {
			return true
		}
	}
	return false
}

func emptyUnion(n *logical.SetOp) logical.Plan {
	if n.Kind != logical.UnionOp || !n.All {
		return n
	}
	var keep []logical.Plan
	for _, in := range n.Inputs {
		if !isEmpty(in) {
			keep = append(keep, in)
		}
	}
	switch len(keep) {
	case len(n.Inputs):
		return n
	case 0:
		return empty(n)
	case 1:
		list := make([]logical.Named, len(n.Out))
		for i, col := range keep[0].Output() {
			list[i] = logical.Named{Col: n.Out[i], Expr: col}
		}
		return &logical.Project{Input: keep[0], List: list}
	}
	u := *n
	u.Inputs = keep
	return &u
}
