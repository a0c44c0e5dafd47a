package optimizer

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// eliminateOuterJoin drops a left outer join that adds nothing: nobody reads its right side, which has at most one row for each key.
//
//	Project a.x (a LEFT JOIN (SELECT k, max(v) FROM b GROUP BY k) b ON a.k = b.k)   → Project a.x (a)
//
// It does not fire when the right side may have several rows for a key, which would repeat rows of the left. Below DISTINCT that would not
// matter, but the right side's uniqueness must be proven here by a grouping or DISTINCT.
var eliminateOuterJoin = each(func(_ *Context, n logical.Plan) logical.Plan {
	switch n.(type) {
	case *logical.Project, *logical.Aggregate:
	default:
		return n
	}
	in := n.Children()[0]
	for {
		j, ok := in.(*logical.Join)
		if !ok || j.Kind != logical.LeftOuter || readsAny(columnSet{}.with(logical.Expressions(n)...), j.Right) || !oneMatch(j) {
			break
		}
		in = j.Left
	}
	if in == n.Children()[0] {
		return n
	}
	return n.WithChildren([]logical.Plan{in})
})

func readsAny(need columnSet, p logical.Plan) bool {
	for _, c := range p.Output() {
		if need[c.ID] {
			return true
		}
	}
	return false
}

// oneMatch reports whether a row of the left side has at most one partner.
func oneMatch(j *logical.Join) bool {
	_, r, _, _ := cost.EquiKeys(j.Cond, j.Left.Output(), j.Right.Output())
	keys := columnSet{}
	for _, e := range r {
		if c, ok := e.(*expr.Column); ok {
			keys[c.ID] = true
		}
	}
	return unique(j.Right, keys)
}
