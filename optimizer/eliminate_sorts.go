package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// eliminateSorts removes sorts whose order nobody sees, and sort keys that are constant.
//
//	Aggregate count (Sort a (t))            → Aggregate count (t)
//	Sort a (Sort b (t))                     → Sort a (t)
//	x JOIN (Sort a (y))                     → x JOIN y
//	Sort 1 (t)                              → t
//
// It does not fire below a Limit, which takes the first rows, nor below aggregates whose value depends on the order of their input (first,
// collect_list …), window functions without order, samples and definitions. Source: Spark's EliminateSorts.
func eliminateSorts(_ *Context, p logical.Plan) (logical.Plan, error) {
	return withoutSorts(p, true), nil
}

func withoutSorts(p logical.Plan, seen bool) logical.Plan {
	below := seen
	switch n := p.(type) {
	case *logical.Sort:
		if keys := variableKeys(n.Keys, n.Input); len(keys) < len(n.Keys) {
			s := *n
			s.Keys = keys
			n, p = &s, &s
		}
		if !seen || len(n.Keys) == 0 {
			return withoutSorts(n.Input, seen)
		}
		below = false
	case *logical.Project:
		below = seen || anyVolatile(n)
	case *logical.Filter, *logical.Generate:
	case *logical.Aggregate:
		below = !orderFree(n.Aggs)
	case *logical.Window:
		below = !ordered(n)
	case *logical.Join, *logical.SetOp, *logical.Distinct:
		below = false
	case *logical.With:
		w := *n
		w.Defs = make([]logical.Def, len(n.Defs))
		changed := false
		for i, d := range n.Defs {
			q := withoutSorts(d.Plan, true)
			changed = changed || q != d.Plan
			d.Plan = q
			w.Defs[i] = d
		}
		if w.Body = withoutSorts(n.Body, seen); !changed && w.Body == n.Body {
			return n
		}
		return &w
	default:
		below = true
	}
	return logical.RewriteChildren(p, func(c logical.Plan) logical.Plan { return withoutSorts(c, below) })
}

// variableKeys returns the keys that are not the same for all rows of in.
func variableKeys(keys []expr.SortKey, in logical.Plan) []expr.SortKey {
	constants := columnSet{}
	if p, ok := in.(*logical.Project); ok {
		for _, it := range p.List {
			if _, constant := it.Expr.(*expr.Literal); constant {
				constants[it.Col.ID] = true
			}
		}
	}
	var out []expr.SortKey
	for _, k := range keys {
		col, isColumn := k.Expr.(*expr.Column)
		if _, constant := k.Expr.(*expr.Literal); !constant && !(isColumn && constants[col.ID]) {
			out = append(out, k)
		}
	}
	return out
}

func anyVolatile(p logical.Plan) bool {
	for _, e := range logical.Expressions(p) {
		if expr.IsVolatile(e) {
			return true
		}
	}
	return false
}

// orderFree reports aggregates that give the same whatever the order of their input.
func orderFree(aggs []logical.Named) bool {
	for _, a := range aggs {
		agg, ok := a.Expr.(*expr.Aggregate)
		if !ok {
			continue
		}
		switch agg.Func.Name {
		case "count", "sum", "avg", "min", "max", "count_if", "bool_and", "bool_or", "every", "some", "any", "approx_count_distinct":
		default:
			return false
		}
	}
	return true
}

// ordered reports a Window whose functions all bring their own order.
func ordered(n *logical.Window) bool {
	for _, f := range n.Funcs {
		if w, ok := f.Expr.(*expr.Window); !ok || len(w.Spec.Order) == 0 {
			return false
		}
	}
	return true
}
