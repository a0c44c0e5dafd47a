package logical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
)

func init() {
	expr.FreeOf = func(q expr.Query) []*expr.Column { return Free(q.(Plan)) }
}

// Expressions returns the expressions of a resolved node, children's not included.
func Expressions(p Plan) []expr.Expr {
	var out []expr.Expr
	MapExpressions(p, func(e expr.Expr) expr.Expr {
		out = append(out, e)
		return e
	})
	return out
}

// MapExpressions applies f to every expression of a resolved node and returns the node itself when none changed.
func MapExpressions(p Plan, f func(expr.Expr) expr.Expr) Plan {
	m := mapper{f: f}
	switch n := p.(type) {
	case *Scan:
		if fs := m.exprs(n.Filters); m.changed {
			c := *n
			c.Filters = fs
			return &c
		}
	case *Values:
		rows := n.Rows
		for i, r := range n.Rows {
			before := m.changed
			m.changed = false
			if nr := m.exprs(r); m.changed {
				if !before && len(rows) > 0 && &rows[0] == &n.Rows[0] {
					rows = append([][]expr.Expr{}, n.Rows...)
				}
				rows[i] = nr
			}
			m.changed = m.changed || before
		}
		if m.changed {
			c := *n
			c.Rows = rows
			return &c
		}
	case *Project:
		if l := m.named(n.List); m.changed {
			c := *n
			c.List = l
			return &c
		}
	case *Filter:
		if e := m.one(n.Pred); m.changed {
			c := *n
			c.Pred = e
			return &c
		}
	case *Join:
		if e := m.one(n.Cond); m.changed {
			c := *n
			c.Cond = e
			return &c
		}
	case *Apply:
		if e := m.one(n.Cond); m.changed {
			c := *n
			c.Cond = e
			return &c
		}
	case *Aggregate:
		k, a := m.named(n.Keys), m.named(n.Aggs)
		if m.changed {
			c := *n
			c.Keys, c.Aggs = k, a
			return &c
		}
	case *Window:
		if l := m.named(n.Funcs); m.changed {
			c := *n
			c.Funcs = l
			return &c
		}
	case *Sort:
		if k := m.keys(n.Keys); m.changed {
			c := *n
			c.Keys = k
			return &c
		}
	case *DistinctOn:
		if es := m.exprs(n.On); m.changed {
			c := *n
			c.On = es
			return &c
		}
	case *Generate:
		if e := m.one(n.Call); m.changed {
			c := *n
			c.Call = e.(*expr.Call)
			return &c
		}
	case *Repartition:
		if k := m.keys(n.By); m.changed {
			c := *n
			c.By = k
			return &c
		}
	}
	return p
}

type mapper struct {
	f       func(expr.Expr) expr.Expr
	changed bool
}

func (m *mapper) one(e expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	n := m.f(e)
	if n != e {
		m.changed = true
	}
	return n
}

func (m *mapper) exprs(es []expr.Expr) []expr.Expr {
	return mapList(es, func(e *expr.Expr) *expr.Expr { return e }, m.one)
}

func (m *mapper) named(list []Named) []Named {
	return mapList(list, func(n *Named) *expr.Expr { return &n.Expr }, m.one)
}

func (m *mapper) keys(keys []expr.SortKey) []expr.SortKey {
	return mapList(keys, func(k *expr.SortKey) *expr.Expr { return &k.Expr }, m.one)
}

// mapList applies f to the expressions of a list, which it copies only to change one.
func mapList[T any](list []T, of func(*T) *expr.Expr, f func(expr.Expr) expr.Expr) []T {
	out, copied := list, false
	for i := range list {
		e := *of(&list[i])
		n := f(e)
		if n == e {
			continue
		}
		if !copied {
			out, copied = slices.Clone(list), true
		}
		*of(&out[i]) = n
	}
	return out
}

// Rewrite replaces nodes bottom-up: f gets a node whose children are rewritten. Plans inside expressions are not entered.
func Rewrite(p Plan, f func(Plan) Plan) Plan {
	return f(RewriteChildren(p, func(c Plan) Plan { return Rewrite(c, f) }))
}

// RewriteChildren applies f to the inputs only, keeping p when all stay the same.
func RewriteChildren(p Plan, f func(Plan) Plan) Plan {
	kids := p.Children()
	var out []Plan
	for i, c := range kids {
		if n := f(c); n != c || out != nil {
			if out == nil {
				out = append(make([]Plan, 0, len(kids)), kids[:i]...)
			}
			out = append(out, n)
		}
	}
	if out == nil {
		return p
	}
	return p.WithChildren(out)
}

// Walk calls f for p and its inputs, parents first, until f returns false for a node, whose inputs are then skipped.
func Walk(p Plan, f func(Plan) bool) {
	if p == nil || !f(p) {
		return
	}
	for _, c := range p.Children() {
		Walk(c, f)
	}
}

// Free returns the columns that p refers to but does not produce, each number once: its correlated references.
func Free(p Plan) []*expr.Column {
	var out []*expr.Column
	produced := map[expr.ColumnID]bool{}
	seen := map[expr.ColumnID]bool{}
	var used []*expr.Column
	Walk(p, func(n Plan) bool {
		for _, c := range Produced(n) {
			produced[c.ID] = true
		}
		for _, e := range Expressions(n) {
			expr.Columns(e, func(c *expr.Column) { used = append(used, c) })
			expr.Walk(e, func(x expr.Expr) bool {
				if l, ok := x.(*expr.Lambda); ok {
					for _, c := range l.Params {
						produced[c.ID] = true
					}
				}
				return true
			})
		}
		return true
	})
	for _, c := range used {
		if !produced[c.ID] && !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

// Produced returns the columns that a resolved node itself makes, not those it passes through.
func Produced(p Plan) []*expr.Column {
	switch n := p.(type) {
	case *Scan:
		return n.Out
	case *Values:
		return n.Out
	case *Range:
		return []*expr.Column{n.Out}
	case *Project:
		var out []*expr.Column
		for _, it := range n.List {
			if c, ok := it.Expr.(*expr.Column); !ok || c.ID != it.Col.ID {
				out = append(out, it.Col)
			}
		}
		return out
	case *Join:
		if n.MarkCol != nil {
			return []*expr.Column{n.MarkCol}
		}
	case *Apply:
		if n.MarkCol != nil {
			return []*expr.Column{n.MarkCol}
		}
	case *Aggregate:
		var out []*expr.Column
		for _, it := range append(n.Keys[:len(n.Keys):len(n.Keys)], n.Aggs...) {
			if c, ok := it.Expr.(*expr.Column); !ok || c.ID != it.Col.ID {
				out = append(out, it.Col)
			}
		}
		if n.GroupingID != nil {
			out = append(out, n.GroupingID)
		}
		return out
	case *Window:
		return named(n.Funcs)
	case *SetOp:
		return n.Out
	case *Generate:
		return n.Out
	case *Ref:
		return n.Out
	case *Recursive:
		return n.Out
	case *Rest:
		return n.Out
	case *Stage:
		return n.Out
	case *SubqueryAlias:
		return n.Out
	}
	return nil
}
