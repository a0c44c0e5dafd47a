package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushLimitIntoWindow tells a window of ranks which rank is the last that a filter above it lets pass. The filter stays.
//
//	Filter (r <= 3) (Window rank() OVER (PARTITION BY a ORDER BY b) AS r)   → the same, of which only the first 3 of each a are sorted
//
// It fires where all functions of the window are rank and row_number: what is behind in order does not change them.
var pushLimitIntoWindow = each(func(_ *Context, n logical.Plan) logical.Plan {
	f, ok := n.(*logical.Filter)
	if !ok {
		return n
	}
	w, ok := f.Input.(*logical.Window)
	if !ok {
		return n
	}
	ranks := columnSet{}
	for _, it := range w.Funcs {
		window := it.Expr.(*expr.Window)
		call, ok := window.Call.(*expr.Call)
		if !ok || call.Func.Name != "rank" && call.Func.Name != "row_number" || len(window.Spec.Order) == 0 {
			return n
		}
		ranks[it.Col.ID] = true
	}
	last := w.Limit
	for _, p := range expr.Conjuncts(f.Pred) {
		if k := lastRank(p, ranks); k > 0 && (last == 0 || k < last) {
			last = k
		}
	}
	if last == w.Limit {
		return n
	}
	limited, out := *w, *f
	limited.Limit, out.Input = last, &limited
	return &out
})

// lastRank returns the greatest rank for which a conjunct can be true, 0 if it does not say.
func lastRank(p expr.Expr, ranks columnSet) int64 {
	c, ok := p.(*expr.Call)
	if !ok || len(c.Args) != 2 {
		return 0
	}
	col, ok := c.Args[0].(*expr.Column)
	if !ok || !ranks[col.ID] {
		return 0
	}
	l, ok := c.Args[1].(*expr.Literal)
	if !ok {
		return 0
	}
	k, ok := l.Value.(int32)
	if !ok {
		return 0
	}
	switch c.Func.Op {
	case expr.OpEq, expr.OpLe:
		return int64(k)
	case expr.OpLt:
		return int64(k) - 1
	}
	return 0
}
