package logical

import "github.com/sparrow-engine/sparrow/expr"

// Renumber copies a resolved plan so that it produces fresh numbers; free columns stay. It returns the copy and the new column of each old
// number.
func Renumber(p Plan, next func() expr.ColumnID) (Plan, map[expr.ColumnID]*expr.Column) {
	r := renumberer{next: next, cols: map[expr.ColumnID]*expr.Column{}, defs: map[int64]int64{}}
	Walk(p, func(n Plan) bool {
		for _, c := range Produced(n) {
			r.fresh(c)
		}
		for _, e := range Expressions(n) {
			expr.Walk(e, func(x expr.Expr) bool {
				if l, ok := x.(*expr.Lambda); ok {
					for _, c := range l.Params {
						r.fresh(c)
					}
				}
				return true
			})
		}
		return true
	})
	return r.plan(p), r.cols
}

type renumberer struct {
	next func() expr.ColumnID
	cols map[expr.ColumnID]*expr.Column
	defs map[int64]int64 // definitions made inside the copied plan
}

func (r *renumberer) fresh(c *expr.Column) {
	if _, ok := r.cols[c.ID]; !ok {
		n := *c
		n.ID = r.next()
		r.cols[c.ID] = &n
	}
}

func (r *renumberer) col(c *expr.Column) *expr.Column {
	if c == nil {
		return nil
	}
	if n, ok := r.cols[c.ID]; ok {
		if n.Null != c.Null || n.Name != c.Name {
			m := *c
			m.ID = n.ID
			return &m
		}
		return n
	}
	return c
}

func (r *renumberer) list(cs []*expr.Column) []*expr.Column {
	out := make([]*expr.Column, len(cs))
	for i, c := range cs {
		out[i] = r.col(c)
	}
	return out
}

func (r *renumberer) named(list []Named) []Named {
	out := make([]Named, len(list))
	for i, n := range list {
		out[i] = Named{r.col(n.Col), n.Expr}
	}
	return out
}

func (r *renumberer) expr(e expr.Expr) expr.Expr {
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		switch x := x.(type) {
		case *expr.Column:
			return r.col(x)
		case *expr.Lambda:
			c := *x
			c.Params = r.list(x.Params)
			return &c
		case *expr.Subquery:
			c := *x
			c.Query = r.plan(x.Query.(Plan))
			return &c
		}
		return x
	})
}

func (r *renumberer) plan(p Plan) Plan {
	if w, ok := p.(*With); ok {
		for _, d := range w.Defs {
			r.defs[d.ID] = int64(r.next())
		}
	}
	p = RewriteChildren(p, r.plan)
	p = MapExpressions(p, r.expr)
	switch n := p.(type) {
	case *Scan:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *Values:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *Range:
		c := *n
		c.Out = r.col(n.Out)
		return &c
	case *Project:
		c := *n
		c.List = r.named(n.List)
		return &c
	case *Join:
		c := *n
		c.MarkCol = r.col(n.MarkCol)
		return &c
	case *Apply:
		c := *n
		c.MarkCol = r.col(n.MarkCol)
		return &c
	case *Aggregate:
		c := *n
		c.Keys, c.Aggs, c.GroupingID = r.named(n.Keys), r.named(n.Aggs), r.col(n.GroupingID)
		return &c
	case *Window:
		c := *n
		c.Funcs = r.named(n.Funcs)
		return &c
	case *SetOp:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *Generate:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *With:
		c := *n
		c.Defs = make([]Def, len(n.Defs))
		for i, d := range n.Defs {
			d.ID = r.defs[d.ID]
			c.Defs[i] = d
		}
		return &c
	case *Ref:
		c := *n
		c.Out = r.list(n.Out)
		if id, ok := r.defs[n.Def]; ok {
			c.Def = id
		}
		return &c
	case *Recursive:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *Stage:
		c := *n
		c.Out = r.list(n.Out)
		return &c
	case *SubqueryAlias:
		if n.Out != nil {
			c := *n
			c.Out = r.list(n.Out)
			return &c
		}
	}
	return p
}
