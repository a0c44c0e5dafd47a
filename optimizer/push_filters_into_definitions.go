package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushFiltersIntoDefinitions gives a shared definition the filter that each of its readers has, joined by OR: rows that no reader wants are
// not computed. The readers keep their own.
//
//	With d = q; … Filter (k = 1) (Ref d) … Filter (k = 2) (Ref d) …   → With d = Filter (k = 1 OR k = 2) (q); …
//
// Of each reader it takes the conjuncts that can neither fail nor differ from one time to the next; it does not fire if a reader has none.
func pushFiltersIntoDefinitions(c *Context, p logical.Plan) (logical.Plan, error) {
	var rewrite func(p logical.Plan) logical.Plan
	rewrite = func(p logical.Plan) logical.Plan {
		if w, ok := p.(*logical.With); ok {
			p = filterDefinitions(c, w)
		}
		return logical.RewriteChildren(p, rewrite)
	}
	return rewrite(p), nil
}

// filterDefinitions goes from the last definition to the first, which the later ones read: what was pushed into those reaches it.
func filterDefinitions(c *Context, w *logical.With) logical.Plan {
	out := w
	for i := len(w.Defs) - 1; i >= 0; i-- {
		wanted := wantedByAll(out, i)
		if wanted == nil {
			continue
		}
		if out == w {
			fresh := *w
			fresh.Defs = append([]logical.Def(nil), w.Defs...)
			out = &fresh
		}
		out.Defs[i].Plan = filterPusher{c}.push(out.Defs[i].Plan, []expr.Expr{wanted})
	}
	return out
}

// wantedByAll returns what holds of each row of a definition that some reader wants; nil if one wants all rows.
func wantedByAll(w *logical.With, def int) expr.Expr {
	d := w.Defs[def]
	columns := d.Plan.Output()
	var branches []expr.Expr
	all := false
	read := func(r *logical.Ref, preds []expr.Expr) {
		sub := make(map[expr.ColumnID]expr.Expr, len(columns))
		own := columnSet{}
		for i, c := range r.Out {
			sub[c.ID], own[c.ID] = columns[i], true
		}
		var mine []expr.Expr
		for _, p := range preds {
			if own.covers(p) && !expr.IsVolatile(p) && !expr.MayFail(p) && !expr.Any(p, callsUser) {
				mine = append(mine, expr.Substitute(p, sub))
			}
		}
		if len(mine) == 0 {
			all = true
		} else if b := expr.Conjunction(mine); !containsExpr(branches, b) {
			branches = append(branches, b)
		}
	}
	var visit func(p logical.Plan)
	visit = func(p logical.Plan) {
		var preds []expr.Expr
		if f, ok := p.(*logical.Filter); ok {
			p, preds = f.Input, expr.Conjuncts(f.Pred)
		}
		if r, ok := p.(*logical.Ref); ok && r.Def == d.ID {
			read(r, preds)
			return
		}
		for _, k := range p.Children() {
			visit(k)
		}
	}
	for _, later := range w.Defs[def+1:] {
		visit(later.Plan)
	}
	visit(w.Body)
	if all || len(branches) == 0 {
		return nil
	}
	return disjunction(branches)
}
