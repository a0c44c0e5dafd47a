package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// mergeProjects joins adjacent projections and removes those that change nothing.
//
//	Project a+1 (Project a = b*2 (t))  → Project b*2+1 (t)
//
// It does not fire when an expression that costs something or is volatile would be computed twice.
var mergeProjects = each(func(_ *Context, n logical.Plan) logical.Plan {
	p, ok := n.(*logical.Project)
	if !ok {
		return n
	}
	if onlyColumns(p) && sameColumns(p, p.Input.Output()) {
		return p.Input
	}
	inner, ok := p.Input.(*logical.Project)
	if !ok {
		return n
	}
	uses := map[expr.ColumnID]int{}
	for _, it := range p.List {
		expr.Columns(it.Expr, func(c *expr.Column) { uses[c.ID]++ })
	}
	sub := map[expr.ColumnID]expr.Expr{}
	for _, it := range inner.List {
		if uses[it.Col.ID] > 1 && !trivial(it.Expr) || uses[it.Col.ID] > 0 && expr.IsVolatile(it.Expr) {
			return n
		}
		sub[it.Col.ID] = it.Expr
	}
	out := &logical.Project{Base: p.Base, Input: inner.Input, List: make([]logical.Named, len(p.List))}
	for i, it := range p.List {
		out.List[i] = logical.Named{Col: it.Col, Expr: expr.Substitute(it.Expr, sub)}
	}
	if sameColumns(out, inner.Input.Output()) {
		return inner.Input
	}
	return out
})

// trivial reports expressions that may be repeated freely.
func trivial(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Column, *expr.Literal:
		return true
	case *expr.Field:
		return trivial(e.Child)
	}
	return false
}

func sameColumns(p *logical.Project, in []*expr.Column) bool {
	if len(p.List) != len(in) {
		return false
	}
	for i, it := range p.List {
		c, ok := it.Expr.(*expr.Column)
		if !ok || c.ID != in[i].ID || it.Col.ID != in[i].ID || it.Col.Name != in[i].Name {
			return false
		}
	}
	return true
}
