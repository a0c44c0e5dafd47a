package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// mergeWindowFunctions computes window functions of one partitioning and order in one pass.
//
//	Window sum(b) OVER (PARTITION BY a ORDER BY c) (Window rank() OVER (PARTITION BY a ORDER BY c) (t))
//	→ Window rank() …, sum(b) … (t)
//
// A projection between them that only picks columns moves above. It does not fire when the upper functions read a column of the lower ones.
// Frames may differ. Source: Spark's CollapseWindow.
var mergeWindowFunctions = each(func(_ *Context, n logical.Plan) logical.Plan {
	upper, ok := n.(*logical.Window)
	if !ok {
		return n
	}
	if p, ok := upper.Input.(*logical.Project); ok {
		return mergeThroughProject(upper, p)
	}
	lower, ok := upper.Input.(*logical.Window)
	if !ok || len(upper.Funcs) == 0 || len(lower.Funcs) == 0 || !sameWindow(upper.Funcs[0], lower.Funcs[0]) {
		return n
	}
	made := columnSet{}
	for _, f := range lower.Funcs {
		made[f.Col.ID] = true
	}
	for _, f := range upper.Funcs {
		if made.touches(f.Expr) {
			return n
		}
	}
	w := *lower
	w.Funcs = append(append([]logical.Named{}, lower.Funcs...), upper.Funcs...)
	return &w
})

func mergeThroughProject(upper *logical.Window, p *logical.Project) logical.Plan {
	lower, ok := p.Input.(*logical.Window)
	if !ok || len(upper.Funcs) == 0 || len(lower.Funcs) == 0 {
		return upper
	}
	sub, made := map[expr.ColumnID]expr.Expr{}, columnSet{}
	for _, f := range lower.Funcs {
		made[f.Col.ID] = true
	}
	for _, it := range p.List {
		if _, ok := it.Expr.(*expr.Column); !ok {
			return upper
		}
		sub[it.Col.ID] = it.Expr
	}
	w := *lower
	w.Funcs = append([]logical.Named{}, lower.Funcs...)
	list := append([]logical.Named{}, p.List...)
	for _, f := range upper.Funcs {
		moved := logical.Named{Col: f.Col, Expr: expr.Substitute(f.Expr, sub)}
		if made.touches(moved.Expr) || !sameWindow(moved, lower.Funcs[0]) {
			return upper
		}
		w.Funcs = append(w.Funcs, moved)
		list = append(list, logical.Named{Col: f.Col, Expr: f.Col})
	}
	return &logical.Project{Base: p.Base, Input: &w, List: list}
}

func sameWindow(a, b logical.Named) bool {
	x, okX := a.Expr.(*expr.Window)
	y, okY := b.Expr.(*expr.Window)
	if !okX || !okY || len(x.Spec.Partition) != len(y.Spec.Partition) || len(x.Spec.Order) != len(y.Spec.Order) {
		return false
	}
	for i, p := range x.Spec.Partition {
		if !expr.Equal(p, y.Spec.Partition[i]) {
			return false
		}
	}
	for i, k := range x.Spec.Order {
		o := y.Spec.Order[i]
		if k.Desc != o.Desc || k.NullsFirst != o.NullsFirst || !expr.Equal(k.Expr, o.Expr) {
			return false
		}
	}
	return true
}
