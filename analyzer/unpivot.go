package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// unpivot binds UNPIVOT: every row becomes one row for each group of columns.
//
//	UNPIVOT (v FOR name IN (a, b))  → Filter v IS NOT NULL (Generate inline(array(struct('a', a), struct('b', b))) AS name, v)
func (a *analyzer) unpivot(n *logical.Unpivot, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	in = in.closed()
	b := a.binder(in.scope(outer), "UNPIVOT")
	groups, labels, err := a.unpivotGroups(n, b)
	if err != nil {
		return nil, err
	}
	want, err := a.unpivotTypes(n, groups)
	if err != nil {
		return nil, err
	}
	ids, err := a.unpivotIDs(n, in, groups, b)
	if err != nil {
		return nil, err
	}
	rows := make([]expr.Expr, len(groups))
	for i, g := range groups {
		args := []expr.Expr{text(n.NameColumn), text(labels[i])}
		for j, c := range g {
			args = append(args, text(n.ValueColumns[j]), a.implicit(c, want[j]))
		}
		if rows[i], err = b.call("named_struct", n.At, args...); err != nil {
			return nil, err
		}
	}
	array, err := b.call("array", n.At, rows...)
	if err != nil {
		return nil, err
	}
	e, err := b.call("inline", n.At, array)
	if err != nil {
		return nil, err
	}
	g, ok := e.(*expr.Call)
	if !ok || g.Func.Kind != expr.Generator {
		return nil, sqlerr.Internal("inline became %T", e)
	}
	return a.unpivoted(n, in, ids, g, b)
}

func text(s string) expr.Expr { return &expr.Literal{Value: s, T: types.StringType} }

// unpivoted generates the rows, drops those of nulls only, and names the result.
func (a *analyzer) unpivoted(n *logical.Unpivot, in *relation, ids []column, g *expr.Call, b *binder) (*relation, error) {
	cols := a.columnsOf(g.T.Fields())
	cols[0].Null = false
	r := &relation{plan: &logical.Generate{Base: n.Base, Input: in.plan, Call: g, Out: cols}, cols: ids}
	if !n.IncludeNulls {
		var any []expr.Expr
		for _, c := range cols[1:] {
			x, err := b.call("isnotnull", n.At, c)
			if err != nil {
				return nil, err
			}
			any = append(any, x)
		}
		pred := any[0]
		if len(any) > 1 {
			pred = &expr.Or{Args: any}
		}
		r.plan = &logical.Filter{Base: n.Base, Input: r.plan, Pred: pred}
	}
	for _, c := range cols {
		r.cols = append(r.cols, column{Column: c})
	}
	return r, nil
}

func (a *analyzer) unpivotGroups(n *logical.Unpivot, b *binder) ([][]expr.Expr, []string, error) {
	var groups [][]expr.Expr
	var labels []string
	for _, g := range n.Groups {
		var list []expr.Expr
		var names []string
		for _, e := range g.Columns {
			items, err := b.expandAll([]expr.Expr{e})
			if err != nil {
				return nil, nil, err
			}
			for _, it := range items {
				x, err := b.expr(it.ast)
				if err != nil {
					return nil, nil, err
				}
				if _, ok := x.(*expr.Column); !ok && !isField(x) {
					return nil, nil, sqlerr.New("UNPIVOT_REQUIRES_ATTRIBUTES", it.ast.Pos(), "UNPIVOT requires all given values expressions to be columns when no value expressions are given. These are not columns: [\"%s\"].", autoName(a, it.ast))
				}
				list = append(list, x)
				names = append(names, fieldName(it.ast, 0))
			}
		}
		if len(list) != len(n.ValueColumns) {
			return nil, nil, sqlerr.New("UNPIVOT_VALUE_SIZE_MISMATCH", n.At, "All unpivot value columns must have the same size as there are value column names (%d).", len(n.ValueColumns))
		}
		label := g.Alias
		if label == "" {
			label = strings.Join(names, "_")
		}
		groups, labels = append(groups, list), append(labels, label)
	}
	return groups, labels, nil
}

func isField(e expr.Expr) bool { _, ok := e.(*expr.Field); return ok }

func (a *analyzer) unpivotTypes(n *logical.Unpivot, groups [][]expr.Expr) ([]types.Type, error) {
	want := make([]types.Type, len(n.ValueColumns))
	for j := range want {
		var ts []types.Type
		var names []string
		for _, g := range groups {
			ts = append(ts, g[j].Type())
			names = append(names, `"`+g[j].Type().SQL()+`"`)
		}
		t := ts[0]
		for _, u := range ts[1:] {
			w, ok := types.Tightest(t, u, a.env.ANSI)
			if !ok {
				return nil, sqlerr.New("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", n.At, "Unpivot value columns must share a least common type, some types do not: [%s].", strings.Join(names, ", "))
			}
			t = w
		}
		want[j] = t
	}
	return want, nil
}

// unpivotIDs returns the columns that stay: all that are not unpivoted, or those that the caller names.
func (a *analyzer) unpivotIDs(n *logical.Unpivot, in *relation, groups [][]expr.Expr, b *binder) ([]column, error) {
	if n.IDs != nil {
		var ids []column
		xs, err := b.exprs(n.IDs)
		if err != nil {
			return nil, err
		}
		for i, x := range xs {
			c, ok := x.(*expr.Column)
			if !ok {
				return nil, sqlerr.New("UNPIVOT_REQUIRES_ATTRIBUTES", n.IDs[i].Pos(), "UNPIVOT requires all given identifier expressions to be columns.")
			}
			ids = append(ids, column{Column: c})
		}
		return ids, nil
	}
	used := map[expr.ColumnID]bool{}
	for _, g := range groups {
		for _, x := range g {
			expr.Columns(x, func(c *expr.Column) { used[c.ID] = true })
		}
	}
	var ids []column
	for _, c := range in.cols {
		if !used[c.ID] {
			ids = append(ids, c)
		}
	}
	return ids, nil
}
