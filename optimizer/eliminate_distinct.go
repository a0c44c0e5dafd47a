package optimizer

import (
	"github.com/sparrow-engine/sparrow/logical"
)

// eliminateDistinct removes a Distinct over rows that are unique already, and below a semi or anti join's right side.
//
//	Distinct (Aggregate a: … → a, …)   → Aggregate
//	x SEMI JOIN (Distinct y)           → x SEMI JOIN y
//
// It does not fire when a projection drops a grouping key.
var eliminateDistinct = each(func(_ *Context, n logical.Plan) logical.Plan {
	switch n := n.(type) {
	case *logical.Distinct:
		if unique(n.Input, setOf(n.Input.Output())) {
			return n.Input
		}
	case *logical.Join:
		switch n.Kind {
		case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti, logical.Mark:
			if d, ok := n.Right.(*logical.Distinct); ok {
				j := *n
				j.Right = d.Input
				return &j
			}
		}
	}
	return n
})

// unique reports whether p gives no two rows that agree in the columns.
func unique(p logical.Plan, cols columnSet) bool {
	switch n := p.(type) {
	case *logical.Distinct:
		for _, c := range n.Input.Output() {
			if !cols[c.ID] {
				return false
			}
		}
		return true
	case *logical.Aggregate:
		if n.Sets != nil {
			return false
		}
		for _, k := range n.Keys {
			if !cols[k.Col.ID] {
				return false
			}
		}
		return true
	case *logical.Filter:
		return unique(n.Input, cols)
	case *logical.Sort:
		return unique(n.Input, cols)
	case *logical.Limit:
		return n.Count >= 0 && n.Count <= 1 || unique(n.Input, cols)
	case *logical.Values:
		return len(n.Rows) <= 1
	case *logical.Project:
		below := columnSet{}
		for _, it := range n.List {
			if cols[it.Col.ID] {
				if !trivial(it.Expr) {
					return false // a computed value may map two rows to one
				}
				below.addExpr(it.Expr)
			}
		}
		return unique(n.Input, below)
	case *logical.Join:
		switch n.Kind {
		case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti:
			return unique(n.Left, cols)
		}
	}
	return false
}
