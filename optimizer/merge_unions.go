package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// mergeUnions joins nested UNION ALLs into one, also through projections that only pick columns.
//
//	(a UNION ALL b) UNION ALL c              → UNION ALL of a, b, c
//	Distinct (Distinct a UNION ALL b)        → Distinct (a UNION ALL b)
//
// It does not fire on UNION DISTINCT below UNION ALL. Source: Spark's CombineUnions.
var mergeUnions = each(func(_ *Context, n logical.Plan) logical.Plan {
	if d, ok := n.(*logical.Distinct); ok {
		return distinctUnion(d)
	}
	u, ok := n.(*logical.SetOp)
	if !ok || u.Kind != logical.UnionOp || !u.All {
		return n
	}
	var inputs []logical.Plan
	for _, in := range u.Inputs {
		inputs = append(inputs, branches(in)...)
	}
	if len(inputs) == len(u.Inputs) {
		return n
	}
	out := *u
	out.Inputs = inputs
	return &out
})

// branches returns the inputs of a union, each with the columns that p has, or p itself.
func branches(p logical.Plan) []logical.Plan {
	switch n := p.(type) {
	case *logical.SetOp:
		if n.Kind == logical.UnionOp && n.All {
			return n.Inputs
		}
	case *logical.Project:
		u, ok := n.Input.(*logical.SetOp)
		if !ok || u.Kind != logical.UnionOp || !u.All {
			return []logical.Plan{p}
		}
		position := map[expr.ColumnID]int{}
		for i, c := range u.Out {
			position[c.ID] = i
		}
		picked, used := make([]int, len(n.List)), map[int]bool{}
		for i, it := range n.List {
			c, ok := it.Expr.(*expr.Column)
			if !ok || used[position[c.ID]] {
				return []logical.Plan{p}
			}
			picked[i] = position[c.ID]
			used[picked[i]] = true
		}
		out := make([]logical.Plan, len(u.Inputs))
		for i, in := range u.Inputs {
			cols := in.Output()
			list := make([]*expr.Column, len(picked))
			for j, k := range picked {
				list[j] = cols[k]
			}
			out[i] = restrict(in, list)
		}
		return out
	}
	return []logical.Plan{p}
}

// distinctUnion removes a Distinct over an input of a union whose result is made distinct.
func distinctUnion(d *logical.Distinct) logical.Plan {
	u, ok := d.Input.(*logical.SetOp)
	if !ok || u.Kind != logical.UnionOp || !u.All {
		return d
	}
	inputs := make([]logical.Plan, len(u.Inputs))
	changed := false
	for i, in := range u.Inputs {
		inputs[i] = in
		if x, ok := in.(*logical.Distinct); ok {
			inputs[i], changed = x.Input, true
		}
	}
	if !changed {
		return d
	}
	c := *u
	c.Inputs = inputs
	out := *d
	out.Input = &c
	return &out
}
