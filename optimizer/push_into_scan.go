package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushIntoScan hands a filter's total, repeatable conjuncts to the scan below, which applies them exactly, the cheapest first, and skips
// files, row groups and pages by them.
//
//	Filter a > 5 AND 1/b > 2 (Scan t)   → Filter 1/b > 2 (Scan t: a > 5)
var pushIntoScan = each(func(_ *Context, n logical.Plan) logical.Plan {
	f, ok := n.(*logical.Filter)
	if !ok {
		return n
	}
	s, ok := f.Input.(*logical.Scan)
	if !ok {
		return n
	}
	out := setOf(s.Out)
	var take, stay []expr.Expr
	for _, p := range expr.Conjuncts(f.Pred) {
		if out.covers(p) && out.touches(p) && !expr.MayFail(p) && !expr.IsVolatile(p) {
			if !containsExpr(s.Filters, p) && !containsExpr(take, p) {
				take = append(take, p)
			}
		} else {
			stay = append(stay, p)
		}
	}
	if len(take) == 0 {
		if len(stay) < len(expr.Conjuncts(f.Pred)) { // the scan has them already
			return filter(s, stay)
		}
		return n
	}
	c := *s
	c.Filters = append(append([]expr.Expr{}, s.Filters...), take...)
	return filter(&c, stay)
})
