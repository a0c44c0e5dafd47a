package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// eliminateGroupKeys drops grouping keys that another key decides: constants, repetitions, and columns of a subquery that is grouped by the
// remaining keys (its keys decide its other columns).
//
//	GROUP BY a, 1, a                                   → GROUP BY a
//	GROUP BY k, s OF (SELECT k, sum(x) s GROUP BY k)   → GROUP BY k, with first(s)
//
// One key stays, since without keys an aggregate over nothing gives a row. It does not fire with grouping sets. The dropped columns are put
// back by a projection, or kept by first.
var eliminateGroupKeys = each(func(c *Context, n logical.Plan) logical.Plan {
	a, ok := n.(*logical.Aggregate)
	if !ok || a.Sets != nil || a.GroupingID != nil || len(a.Keys) < 2 {
		return n
	}
	defined := map[expr.ColumnID]expr.Expr{} // what a projection below makes of its input
	if p, ok := a.Input.(*logical.Project); ok {
		for _, it := range p.List {
			defined[it.Col.ID] = it.Expr
		}
	}
	var keys []logical.Named
	var meant []expr.Expr
	instead := map[expr.ColumnID]expr.Expr{}
	for i, k := range a.Keys {
		e := expr.Substitute(k.Expr, defined)
		lit, constant := e.(*expr.Literal)
		switch same := find(keys, meant, e); {
		case same != nil:
			instead[k.Col.ID] = same
		case constant && (len(keys) > 0 || i < len(a.Keys)-1):
			instead[k.Col.ID] = lit
		default:
			keys, meant = append(keys, k), append(meant, e)
		}
	}
	aggs := a.Aggs
	keys, aggs = c.decided(a, keys, aggs, instead)
	if len(keys) == len(a.Keys) {
		return n
	}
	// The dropped columns get their numbers above, so below they need others.
	in, numbers := logical.Renumber(a.Input, c.NextID)
	out := &logical.Aggregate{Base: a.Base, Input: in, Keys: renumbered(keys, numbers), Aggs: renumbered(aggs, numbers)}
	var list []logical.Named
	for _, col := range a.Output() {
		if e, ok := instead[col.ID]; ok { // a repetition of a key that was decided itself has two steps
			list = append(list, logical.Named{Col: col, Expr: expr.Substitute(e, instead)})
		} else {
			list = append(list, logical.Named{Col: col, Expr: col})
		}
	}
	return &logical.Project{Base: a.Base, Input: out, List: list}
})

func renumbered(list []logical.Named, numbers map[expr.ColumnID]*expr.Column) []logical.Named {
	out := make([]logical.Named, len(list))
	for i, it := range list {
		out[i] = logical.Named{Col: it.Col, Expr: expr.Rewrite(it.Expr, func(x expr.Expr) expr.Expr {
			if c, ok := x.(*expr.Column); ok && numbers[c.ID] != nil {
				n := *c
				n.ID = numbers[c.ID].ID
				return &n
			}
			return x
		})}
	}
	return out
}

// find returns the column of a key that means e.
func find(keys []logical.Named, meant []expr.Expr, e expr.Expr) expr.Expr {
	if expr.IsVolatile(e) {
		return nil
	}
	for i, m := range meant {
		if expr.Equal(m, e) {
			return keys[i].Col
		}
	}
	return nil
}

// decided turns keys that the others decide into first(key), which all rows of a group agree on.
func (c *Context) decided(a *logical.Aggregate, keys, aggs []logical.Named, instead map[expr.ColumnID]expr.Expr) ([]logical.Named, []logical.Named) {
	columns := columnSet{}
	for _, k := range keys {
		if col, ok := k.Expr.(*expr.Column); ok {
			columns[col.ID] = true
		}
	}
	deciders := keyOf(a.Input, columns)
	if deciders != nil && len(deciders) == 0 { // at most one row; no row must stay no group
		deciders = columnSet{firstColumn(keys): true}
	}
	if deciders == nil || len(deciders) == len(columns) {
		return keys, aggs
	}
	produced := setOf(a.Input.Output())
	var keep []logical.Named
	for i, k := range keys {
		col, ok := k.Expr.(*expr.Column)
		last := i == len(keys)-1 && len(keep) == 0 // a single row decides every key
		if !ok || deciders[col.ID] || !produced[col.ID] || last {
			keep = append(keep, k)
			continue
		}
		first := bindAggregate("first", col)
		if first == nil {
			keep = append(keep, k)
			continue
		}
		kept := c.fresh(k.Col)
		aggs = append(aggs[:len(aggs):len(aggs)], logical.Named{Col: kept, Expr: first})
		instead[k.Col.ID] = kept
	}
	return keep, aggs
}

// firstColumn returns the number of the first key that is a column, 0 without.
func firstColumn(keys []logical.Named) expr.ColumnID {
	for _, k := range keys {
		if c, ok := k.Expr.(*expr.Column); ok {
			return c.ID
		}
	}
	return 0
}

// keyOf returns columns among those given for which p has no two rows of equal values, nil if it finds none.
func keyOf(p logical.Plan, cols columnSet) columnSet {
	switch n := p.(type) {
	case *logical.Aggregate:
		if n.Sets != nil {
			return nil
		}
		out := columnSet{}
		for _, k := range n.Keys {
			if !cols[k.Col.ID] {
				return nil
			}
			out[k.Col.ID] = true
		}
		return out
	case *logical.Filter:
		return keyOf(n.Input, cols)
	case *logical.Sort:
		return keyOf(n.Input, cols)
	case *logical.Limit:
		return keyOf(n.Input, cols)
	case *logical.Project:
		below, names := columnSet{}, map[expr.ColumnID]expr.ColumnID{}
		for _, it := range n.List {
			if c, ok := it.Expr.(*expr.Column); ok && cols[it.Col.ID] {
				below[c.ID] = true
				names[c.ID] = it.Col.ID
			}
		}
		k := keyOf(n.Input, below)
		if k == nil {
			return nil
		}
		out := columnSet{}
		for id := range k {
			out[names[id]] = true
		}
		return out
	case *logical.Join:
		switch n.Kind {
		case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti, logical.Mark, logical.Single:
			return keyOf(n.Left, cols)
		}
	}
	return nil
}
