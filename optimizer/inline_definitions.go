package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// inlineDefinitions replaces a Ref by its definition when the definition is read once, or is only a table or constants; definitions read
// several times stay shared and run once.
//
//	With d = q; … Ref d …   → … q …
func inlineDefinitions(c *Context, p logical.Plan) (logical.Plan, error) {
	uses := map[int64]int{}
	logical.Walk(p, func(n logical.Plan) bool {
		if r, ok := n.(*logical.Ref); ok {
			uses[r.Def]++
		}
		return true
	})
	inline := map[int64]logical.Plan{}
	var rewrite func(p logical.Plan) logical.Plan
	rewrite = func(p logical.Plan) logical.Plan {
		switch n := p.(type) {
		case *logical.With:
			var keep []logical.Def
			changed := false
			for _, d := range n.Defs {
				q := rewrite(d.Plan)
				changed = changed || q != d.Plan
				d.Plan = q
				if uses[d.ID] <= 1 && !volatile(q) || cheap(q) || endless(q) && (uses[d.ID] <= 1 || !volatile(q)) && limited(n, d.ID) {
					inline[d.ID] = q
					changed = true
					continue
				}
				keep = append(keep, d)
			}
			body := rewrite(n.Body)
			if len(keep) == 0 {
				return body
			}
			if !changed && body == n.Body {
				return n
			}
			w := *n
			w.Defs, w.Body = keep, body
			return &w
		case *logical.Ref:
			def, ok := inline[n.Def]
			if !ok {
				return n
			}
			return inlined(c, n, def)
		}
		return logical.RewriteChildren(p, rewrite)
	}
	return rewrite(p), nil
}

// cheap reports plans that cost less to repeat than to keep.
func cheap(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Scan, *logical.Values, *logical.Range:
		return true
	case *logical.Project:
		for _, it := range n.List {
			if _, ok := it.Expr.(*expr.Column); !ok {
				return false
			}
		}
		return cheap(n.Input)
	}
	return false
}

// volatile reports whether a plan may give other rows when it runs again.
func volatile(p logical.Plan) bool {
	found := false
	logical.Walk(p, func(n logical.Plan) bool {
		for _, e := range logical.Expressions(n) {
			found = found || expr.IsVolatile(e)
		}
		if _, ok := n.(*logical.Sample); ok {
			found = true
		}
		return !found
	})
	return found
}

// endless reports recursive definitions, which may have no end but that of their readers' limits.
func endless(p logical.Plan) bool {
	for {
		switch n := p.(type) {
		case *logical.Project:
			p = n.Input
		case *logical.Recursive:
			return true
		default:
			return false
		}
	}
}

// limited reports whether every reading of a definition stands below a LIMIT that reaches it: then each reading may run the
// recursion as far as it needs.
func limited(w *logical.With, def int64) bool {
	ok := true
	var visit func(p logical.Plan, below bool)
	visit = func(p logical.Plan, below bool) {
		switch n := p.(type) {
		case *logical.Ref:
			ok = ok && (n.Def != def || below)
			return
		case *logical.Limit:
			below = n.Count >= 0
		case *logical.Project, *logical.SubqueryAlias:
		case *logical.SetOp:
			below = below && n.Kind == logical.UnionOp && n.All
		default:
			below = false
		}
		for _, c := range p.Children() {
			visit(c, below)
		}
	}
	for _, d := range w.Defs {
		if d.ID != def {
			visit(d.Plan, false)
		}
	}
	visit(w.Body, false)
	return ok
}

// inlined is a definition in the place of a reading: it gets own numbers, which the Ref's then rename.
func inlined(c *Context, n *logical.Ref, def logical.Plan) logical.Plan {
	q, cols := logical.Renumber(def, c.NextID)
	list := make([]logical.Named, len(n.Out))
	for i, col := range def.Output() {
		from := col
		if r, ok := cols[col.ID]; ok {
			from = r
		}
		list[i] = logical.Named{Col: n.Out[i], Expr: from}
	}
	return &logical.Project{Base: n.Base, Input: q, List: list}
}

// inlineRefs replaces the readings of some definitions.
func inlineRefs(c *Context, p logical.Plan, defs map[int64]logical.Plan) logical.Plan {
	if len(defs) == 0 {
		return p
	}
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		if r, ok := n.(*logical.Ref); ok && defs[r.Def] != nil {
			return inlined(c, r, defs[r.Def])
		}
		return n
	})
}
