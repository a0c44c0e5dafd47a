package sparrow

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Grouped is a DataFrame with grouping columns, waiting for its aggregates.
type Grouped struct {
	df    *DataFrame
	items []expr.Expr
	group *logical.Grouping
	err   error
}

// GroupBy groups rows by the values of columns; without columns all rows are one group.
func (df *DataFrame) GroupBy(cols ...Column) *Grouped {
	items, err := exprs(cols)
	g := &Grouped{df: df, items: items, group: &logical.Grouping{}, err: err}
	for _, e := range items {
		g.group.Items = append(g.group.Items, logical.GroupItem{Expr: e})
	}
	return g
}

// Rollup groups by all prefixes of the columns.
func (df *DataFrame) Rollup(cols ...Column) *Grouped { return df.groupSets(logical.GroupRollup, cols) }

// Cube groups by all subsets of the columns.
func (df *DataFrame) Cube(cols ...Column) *Grouped { return df.groupSets(logical.GroupCube, cols) }

func (df *DataFrame) groupSets(kind logical.GroupKind, cols []Column) *Grouped {
	g := df.GroupBy(cols...)
	if len(cols) == 0 {
		return g
	}
	sets := make([][]expr.Expr, len(g.items))
	for i, e := range g.items {
		sets[i] = []expr.Expr{e}
	}
	g.group = &logical.Grouping{Items: []logical.GroupItem{{Kind: kind, Sets: sets}}}
	return g
}

// GroupingSets groups by each of the sets; cols are the grouping columns in the order of the result.
func (df *DataFrame) GroupingSets(sets [][]Column, cols ...Column) *Grouped {
	g := df.GroupBy(cols...)
	item := logical.GroupItem{Kind: logical.GroupSets}
	for _, set := range sets {
		es, err := exprs(set)
		g.err = firstError(g.err, err)
		item.Sets = append(item.Sets, append([]expr.Expr{}, es...))
	}
	g.group = &logical.Grouping{Items: []logical.GroupItem{item}}
	return g
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Agg computes aggregates over all rows.
func (df *DataFrame) Agg(aggs ...Column) *DataFrame { return df.GroupBy().Agg(aggs...) }

// Agg computes aggregates; the result has the grouping columns, then these.
func (g *Grouped) Agg(aggs ...Column) *DataFrame {
	list, err := exprs(aggs)
	if err := firstError(g.err, err); err != nil {
		return g.df.failed(err)
	}
	if len(g.items) > 0 && g.group.Items[0].Kind != logical.GroupExpr { // the columns in the order in which they were given
		return g.df.with(&logical.UnresolvedAggregate{Input: g.df.plan, Group: g.group, List: append(g.items[:len(g.items):len(g.items)], list...)})
	}
	return g.df.with(&logical.UnresolvedAggregate{Input: g.df.plan, Group: g.group, List: list, KeysFirst: true})
}

// Count is Agg of the number of rows, named count.
func (g *Grouped) Count() *DataFrame { return g.Agg(Call("count", 1).As("count")) }

// Sum is Agg of totals of columns.
func (g *Grouped) Sum(columns ...string) *DataFrame { return g.each("sum", columns) }

// Avg is Agg of averages of columns.
func (g *Grouped) Avg(columns ...string) *DataFrame { return g.each("avg", columns) }

// Mean is Avg.
func (g *Grouped) Mean(columns ...string) *DataFrame { return g.Avg(columns...) }

// Min is Agg of the least values of columns.
func (g *Grouped) Min(columns ...string) *DataFrame { return g.each("min", columns) }

// Max is Agg of the greatest values of columns.
func (g *Grouped) Max(columns ...string) *DataFrame { return g.each("max", columns) }

// each calls one function over columns, over all numeric ones if none are named.
func (g *Grouped) each(name string, columns []string) *DataFrame {
	if len(columns) == 0 {
		s, err := g.df.sqlSchema(context.Background())
		if err != nil {
			return g.df.failed(err)
		}
		for i, f := range s {
			if f.Type.IsNumeric() && !g.groups(f.Name) {
				columns = append(columns, "`"+strings.ReplaceAll(s[i].Name, "`", "``")+"`")
			}
		}
	}
	aggs := make([]Column, len(columns))
	for i, c := range columns {
		aggs[i] = Call(name, Col(c))
	}
	return g.Agg(aggs...)
}

// groups reports whether a column is one of the grouping columns.
func (g *Grouped) groups(column string) bool {
	for _, e := range g.items {
		if n, ok := e.(*expr.Name); ok && strings.EqualFold(n.Parts[len(n.Parts)-1], column) {
			return true
		}
	}
	return false
}

// Pivoted is a Grouped whose aggregates become one column for each value.
type Pivoted struct {
	*Grouped
	column expr.Expr
	values []Column
}

// Pivot makes each of the values of a column a column of its own.
func (g *Grouped) Pivot(column Column, values ...any) *Pivoted {
	e, err := column.get()
	p := &Pivoted{Grouped: &Grouped{df: g.df, items: g.items, group: g.group, err: firstError(g.err, err)}, column: e}
	if len(g.group.Items) > 0 && g.group.Items[0].Kind != logical.GroupExpr {
		p.err = firstError(p.err, sqlerr.Unsupported("PIVOT_AFTER_GROUP_BY_SETS", sqlerr.Pos{}, "Pivot works after GroupBy only."))
	}
	if len(values) == 0 {
		p.err = firstError(p.err, sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "Pivot needs the values that become columns.").
			WithHint("PivotDistinct finds them by a query."))
	}
	for _, v := range values {
		p.values = append(p.values, Lit(v))
	}
	return p
}

// PivotDistinct is Pivot by all values that the column has, in order, found by a query that runs now. More than spark.sql.pivotMaxValues are an
// error.
func (g *Grouped) PivotDistinct(ctx context.Context, column Column) *Pivoted {
	limit := int(g.df.st.conf.Int("spark.sql.pivotMaxValues"))
	found := g.df.Select(column.As("value")).Distinct().OrderBy(Col("value")).Limit(limit + 1)
	rows, types, err := found.values(ctx)
	if err == nil && len(rows) > limit {
		err = sqlerr.New("_LEGACY_ERROR_TEMP_1324", sqlerr.Pos{}, "The pivot column has more than %d distinct values.", limit).
			WithHint("If this was intended, set spark.sql.pivotMaxValues to at least the number of distinct values of the pivot column.")
	}
	if err != nil {
		return &Pivoted{Grouped: &Grouped{df: g.df, items: g.items, group: g.group, err: err}}
	}
	values := []any{nil} // without rows: one column that nothing falls into
	for i, r := range rows {
		values = append(values[:i], Column{e: &expr.Literal{Value: r[0], T: types[0].Type}})
	}
	return g.Pivot(column, values...)
}

// Agg computes the aggregates for every value.
func (p *Pivoted) Agg(aggs ...Column) *DataFrame {
	list, err := exprs(aggs)
	values, verr := exprs(p.values)
	if err := firstError(p.err, err, verr); err != nil {
		return p.df.failed(err)
	}
	n := &logical.Pivot{Input: p.df.plan, Aggs: list, For: []expr.Expr{p.column}, Groups: append([]expr.Expr{}, p.items...), Values: values}
	return p.df.with(n)
}

// Count is Agg of the number of rows.
func (p *Pivoted) Count() *DataFrame { return p.Agg(Call("count", 1)) }

// Sum is Agg of the totals of a column.
func (p *Pivoted) Sum(column string) *DataFrame { return p.Agg(Call("sum", Col(column))) }

// Avg is Agg of the averages of a column.
func (p *Pivoted) Avg(column string) *DataFrame { return p.Agg(Call("avg", Col(column))) }

// Min is Agg of the least values of a column.
func (p *Pivoted) Min(column string) *DataFrame { return p.Agg(Call("min", Col(column))) }

// Max is Agg of the greatest values of a column.
func (p *Pivoted) Max(column string) *DataFrame { return p.Agg(Call("max", Col(column))) }
