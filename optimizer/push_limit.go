package optimizer

import "github.com/sparrow-engine/sparrow/logical"

// pushLimit moves a bound on the rows towards the scans. The Limit itself stays, except above a projection.
//
//	Limit n (Project t)       → Project (Limit n t)
//	Limit n (a UNION ALL b)   → Limit n (Limit n a UNION ALL Limit n b)
//	Limit n (a LEFT JOIN b)   → Limit n (Limit n a LEFT JOIN b)
//	Limit n (Recursive)       → Limit n (Recursive that ends with n rows)
//
// It does not fire across filters, aggregates, or sorts; Sort below Limit becomes a top-N operator in the planner.
var pushLimit = each(func(_ *Context, n logical.Plan) logical.Plan {
	l, ok := n.(*logical.Limit)
	if !ok || l.Count < 0 {
		return n
	}
	switch in := l.Input.(type) {
	case *logical.Limit:
		if l.Offset == 0 && in.Count >= 0 {
			c := *in
			c.Count = min(l.Count, in.Count)
			return &c
		}
	case *logical.Project:
		c := *l
		c.Input = in.Input
		p := *in
		p.Input = &c
		return &p
	case *logical.Recursive:
		if enough := l.Count + l.Offset; enough > 0 && (in.Limit == 0 || enough < in.Limit) {
			r := *in
			r.Limit = enough
			c := *l
			c.Input = &r
			return &c
		}
	case *logical.SetOp:
		if in.Kind != logical.UnionOp || !in.All {
			return n
		}
		u := *in
		u.Inputs = make([]logical.Plan, len(in.Inputs))
		changed := false
		for i, x := range in.Inputs {
			u.Inputs[i], changed = bounded(x, l.Count+l.Offset, changed)
		}
		if changed {
			c := *l
			c.Input = &u
			return &c
		}
	case *logical.Join:
		if in.Kind != logical.LeftOuter && in.Kind != logical.Single {
			return n
		}
		left, changed := bounded(in.Left, l.Count+l.Offset, false)
		if changed {
			j := *in
			j.Left = left
			c := *l
			c.Input = &j
			return &c
		}
	}
	return n
})

// bounded puts a Limit over p unless one is there.
func bounded(p logical.Plan, count int64, changed bool) (logical.Plan, bool) {
	if l, ok := p.(*logical.Limit); ok && l.Count >= 0 && l.Count <= count {
		return p, changed
	}
	switch p.(type) {
	case *logical.Values, *logical.Stage:
		return p, changed
	}
	return &logical.Limit{Input: p, Count: count}, true
}
