package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// project computes the items. Items that name others come in projections above them, so that a shared expression is computed once:
//
//	SELECT a + 1 AS b, b * 2 AS c   → Project b, b * 2 (Project a + 1 AS b)
func (k *block) project(qualify *item) {
	if qualify != nil {
		k.plan = &logical.Filter{Base: logical.Base{At: qualify.ast.Pos()}, Input: k.plan, Pred: qualify.e}
		k.extra = without(k.extra, qualify)
	}
	items := k.all()
	if k.sel.Distinct { // what ORDER BY computes stands above the Distinct
		items = k.items
	}
	level, top := k.levels(items)
	for l := 0; l <= top; l++ {
		k.plan = &logical.Project{Base: k.sel.Base, Input: k.plan, List: k.layer(items, level, l, top)}
	}
}

func without(items []*item, x *item) []*item {
	var out []*item
	for _, it := range items {
		if it != x {
			out = append(out, it)
		}
	}
	return out
}

// levels returns for each item the projection that computes it.
func (k *block) levels(items []*item) (level map[*item]int, top int) {
	level = map[*item]int{}
	for _, it := range items { // an item names only earlier ones
		l := 0
		expr.Columns(it.e, func(c *expr.Column) {
			if ref := k.byItem[c.ID]; ref != nil && ref != it && !isColumn(ref.e, c.ID) {
				l = max(l, level[ref]+1)
			}
		})
		level[it] = l
		top = max(top, l)
	}
	return level, top
}

// layer is the list of projection l: the items computed so far, and before the top what the items above need.
func (k *block) layer(items []*item, level map[*item]int, l, top int) []logical.Named {
	var list []logical.Named
	have := map[expr.ColumnID]bool{}
	for _, it := range items {
		switch {
		case level[it] == l:
			list = append(list, logical.Named{Col: it.col, Expr: it.e})
		case level[it] < l:
			list = append(list, logical.Named{Col: it.col, Expr: it.col})
		default:
			continue
		}
		have[it.col.ID] = true
	}
	if l == top {
		return list
	}
	below := map[expr.ColumnID]*expr.Column{}
	for _, c := range k.plan.Output() {
		below[c.ID] = c
	}
	for _, it := range items {
		if level[it] <= l {
			continue
		}
		expr.Columns(it.e, func(c *expr.Column) {
			if in := below[c.ID]; in != nil && !have[c.ID] {
				have[c.ID] = true
				list = append(list, logical.Named{Col: in, Expr: in})
			}
		})
	}
	return list
}
