package sparrow

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Select computes columns. A list that calls aggregate functions gives one row.
func (df *DataFrame) Select(cols ...Column) *DataFrame {
	list, err := exprs(cols)
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.UnresolvedProject{Input: df.plan, List: list})
}

// SelectExpr is Select of expressions in SQL: SelectExpr("a", "b * 2 AS c").
func (df *DataFrame) SelectExpr(texts ...string) *DataFrame {
	list := make([]expr.Expr, len(texts))
	for i, t := range texts {
		e, err := sql.ParseExpr(t, df.st.parseOptions())
		if err != nil {
			return df.failed(err)
		}
		list[i] = e
	}
	return df.with(&logical.UnresolvedProject{Input: df.plan, List: list})
}

// Filter keeps the rows for which cond is true.
func (df *DataFrame) Filter(cond Column) *DataFrame {
	if cond.err != nil {
		return df.failed(cond.err)
	}
	return df.with(&logical.UnresolvedFilter{Input: df.plan, Pred: cond.e})
}

// Where is Filter with a condition in SQL.
func (df *DataFrame) Where(text string) *DataFrame { return df.Filter(Expr(text)) }

// WithColumn adds a column, or replaces the one with the name.
func (df *DataFrame) WithColumn(name string, c Column) *DataFrame {
	if c.err != nil {
		return df.failed(c.err)
	}
	return df.with(&logical.WithColumns{Input: df.plan, List: []*expr.Alias{{Child: c.e, Names: []string{name}}}})
}

// WithColumnRenamed renames a column; without a column of that name nothing changes.
func (df *DataFrame) WithColumnRenamed(from, to string) *DataFrame {
	return df.with(&logical.RenameColumns{Input: df.plan, From: []string{from}, To: []string{to}})
}

// ToDF renames all columns.
func (df *DataFrame) ToDF(names ...string) *DataFrame {
	return df.with(&logical.RenameColumns{Input: df.plan, To: names, All: true})
}

// Drop removes columns by name; names that are not there are passed over.
func (df *DataFrame) Drop(names ...string) *DataFrame {
	cols := make([]expr.Expr, len(names))
	for i, n := range names {
		cols[i] = &expr.Name{Parts: []string{n}}
	}
	return df.with(&logical.DropColumns{Input: df.plan, Columns: cols})
}

// As names the DataFrame, so that Col("name.column") finds its columns in a join.
func (df *DataFrame) As(name string) *DataFrame {
	return df.with(&logical.UnresolvedAlias{Input: df.plan, Name: name})
}

// JoinType is the kind of a join.
type JoinType logical.JoinKind

// The kinds of joins.
const (
	Inner      = JoinType(logical.Inner)
	LeftOuter  = JoinType(logical.LeftOuter)
	RightOuter = JoinType(logical.RightOuter)
	FullOuter  = JoinType(logical.FullOuter)
	LeftSemi   = JoinType(logical.LeftSemi)
	LeftAnti   = JoinType(logical.LeftAnti)
)

// Join combines rows for which on is true.
func (df *DataFrame) Join(right *DataFrame, on Column, how JoinType) *DataFrame {
	if right.err != nil || on.err != nil {
		return df.failed(firstError(right.err, on.err))
	}
	return df.with(&logical.UnresolvedJoin{Kind: logical.JoinKind(how), Left: df.plan, Right: right.plan, Cond: on.e})
}

// JoinUsing combines rows that are equal in the named columns, which the result has once.
func (df *DataFrame) JoinUsing(right *DataFrame, columns []string, how JoinType) *DataFrame {
	if right.err != nil {
		return df.failed(right.err)
	}
	return df.with(&logical.UnresolvedJoin{Kind: logical.JoinKind(how), Left: df.plan, Right: right.plan, Using: columns})
}

// CrossJoin combines all rows.
func (df *DataFrame) CrossJoin(right *DataFrame) *DataFrame {
	if right.err != nil {
		return df.failed(right.err)
	}
	return df.with(&logical.UnresolvedJoin{Kind: logical.Inner, Left: df.plan, Right: right.plan, Cross: true})
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// OrderBy sorts.
func (df *DataFrame) OrderBy(keys ...Ordering) *DataFrame {
	ks, err := orders(keys)
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.Order{Input: df.plan, By: ks})
}

// SortWithinPartitions sorts each partition by itself; as the engine has one order of rows, it is OrderBy.
func (df *DataFrame) SortWithinPartitions(keys ...Ordering) *DataFrame { return df.OrderBy(keys...) }

// Limit keeps the first n rows.
func (df *DataFrame) Limit(n int) *DataFrame {
	return df.with(&logical.Order{Input: df.plan, Limit: offset(int64(n))})
}

// Offset leaves the first n rows out.
func (df *DataFrame) Offset(n int) *DataFrame {
	return df.with(&logical.Order{Input: df.plan, Offset: offset(int64(n))})
}

// Distinct removes duplicate rows.
func (df *DataFrame) Distinct() *DataFrame { return df.with(&logical.Distinct{Input: df.plan}) }

// DropDuplicates keeps one row for each combination of values of the columns; which one is not specified.
func (df *DataFrame) DropDuplicates(columns ...string) *DataFrame {
	if len(columns) == 0 {
		return df.Distinct()
	}
	on := make([]expr.Expr, len(columns))
	for i, c := range columns {
		on[i] = &expr.Name{Parts: []string{c}}
	}
	return df.with(&logical.DistinctOn{Input: df.plan, On: on})
}

func (df *DataFrame) setOp(kind logical.SetOpKind, all bool, other *DataFrame) *DataFrame {
	if other.err != nil {
		return df.failed(other.err)
	}
	return df.with(&logical.SetOp{Kind: kind, All: all, Inputs: []logical.Plan{df.plan, other.plan}})
}

// Union puts the rows of both together, columns by position; duplicates stay.
func (df *DataFrame) Union(other *DataFrame) *DataFrame {
	return df.setOp(logical.UnionOp, true, other)
}

// UnionByName is Union with columns by name; with allowMissing a column that one side lacks is null there.
func (df *DataFrame) UnionByName(other *DataFrame, allowMissing bool) *DataFrame {
	if other.err != nil {
		return df.failed(other.err)
	}
	return df.with(&logical.SetOp{Kind: logical.UnionOp, All: true, ByName: true, AllowMissing: allowMissing, Inputs: []logical.Plan{df.plan, other.plan}})
}

// Intersect keeps the distinct rows that both have.
func (df *DataFrame) Intersect(other *DataFrame) *DataFrame {
	return df.setOp(logical.IntersectOp, false, other)
}

// Except keeps the distinct rows that other does not have.
func (df *DataFrame) Except(other *DataFrame) *DataFrame {
	return df.setOp(logical.ExceptOp, false, other)
}

// Sample keeps about a fraction of the rows, the same ones for the same seed.
func (df *DataFrame) Sample(fraction float64, seed int64) *DataFrame {
	return df.with(&logical.TableSample{Input: df.plan, SampleFraction: fraction, Repeatable: true, Seed: seed})
}

// Unpivot turns columns into rows of name and value; ids stay columns.
func (df *DataFrame) Unpivot(ids, values []Column, nameColumn, valueColumn string) *DataFrame {
	idList, err := exprs(ids)
	if err != nil {
		return df.failed(err)
	}
	u := &logical.Unpivot{Input: df.plan, IncludeNulls: true, NameColumn: nameColumn, ValueColumns: []string{valueColumn}, IDs: idList}
	for _, v := range values {
		if v.err != nil {
			return df.failed(v.err)
		}
		u.Groups = append(u.Groups, logical.UnpivotGroup{Columns: []expr.Expr{v.e}})
	}
	return df.with(u)
}

// Grouped is a DataFrame with grouping columns, waiting for its aggregates.
type Grouped struct {
	df    *DataFrame
	items []expr.Expr
	kind  logical.GroupKind
	err   error
}

// GroupBy groups rows by the values of columns; without columns all rows are one group.
func (df *DataFrame) GroupBy(cols ...Column) *Grouped {
	items, err := exprs(cols)
	return &Grouped{df: df, items: items, err: err}
}

// Rollup groups by all prefixes of the columns.
func (df *DataFrame) Rollup(cols ...Column) *Grouped {
	g := df.GroupBy(cols...)
	g.kind = logical.GroupRollup
	return g
}

// Cube groups by all subsets of the columns.
func (df *DataFrame) Cube(cols ...Column) *Grouped {
	g := df.GroupBy(cols...)
	g.kind = logical.GroupCube
	return g
}

// Agg computes aggregates; the result has the grouping columns, then these.
func (g *Grouped) Agg(aggs ...Column) *DataFrame {
	list, err := exprs(aggs)
	if err := firstError(g.err, err); err != nil {
		return g.df.failed(err)
	}
	return g.df.with(&logical.UnresolvedAggregate{Input: g.df.plan, Group: g.grouping(), List: list, KeysFirst: true})
}

func (g *Grouped) grouping() *logical.Grouping {
	out := &logical.Grouping{}
	if g.kind != logical.GroupExpr {
		sets := make([][]expr.Expr, len(g.items))
		for i, e := range g.items {
			sets[i] = []expr.Expr{e}
		}
		out.Items = []logical.GroupItem{{Kind: g.kind, Sets: sets}}
		return out
	}
	for _, e := range g.items {
		out.Items = append(out.Items, logical.GroupItem{Expr: e})
	}
	return out
}

// Count is Agg of the number of rows, named count.
func (g *Grouped) Count() *DataFrame { return g.Agg(Call("count", 1).As("count")) }

// Sum, Avg, Min and Max are Agg of one function over columns.
func (g *Grouped) Sum(columns ...string) *DataFrame { return g.each("sum", columns) }

// Avg computes averages.
func (g *Grouped) Avg(columns ...string) *DataFrame { return g.each("avg", columns) }

// Min computes least values.
func (g *Grouped) Min(columns ...string) *DataFrame { return g.each("min", columns) }

// Max computes greatest values.
func (g *Grouped) Max(columns ...string) *DataFrame { return g.each("max", columns) }

func (g *Grouped) each(name string, columns []string) *DataFrame {
	aggs := make([]Column, len(columns))
	for i, c := range columns {
		aggs[i] = Call(name, Col(c))
	}
	return g.Agg(aggs...)
}

// Pivoted is a Grouped whose aggregates become one column for each value.
type Pivoted struct {
	*Grouped
	column Column
	values []any
}

// Pivot makes each value of a column a column of its own.
func (g *Grouped) Pivot(column Column, values ...any) *Pivoted { return &Pivoted{g, column, values} }

// Agg computes the aggregates for every value.
func (p *Pivoted) Agg(aggs ...Column) *DataFrame {
	list, err := exprs(aggs)
	if err := firstError(p.err, p.column.err, err); err != nil {
		return p.df.failed(err)
	}
	n := &logical.Pivot{Input: p.df.plan, Aggs: list, For: []expr.Expr{p.column.e}, Groups: p.items}
	if n.Groups == nil {
		n.Groups = []expr.Expr{}
	}
	for _, v := range p.values {
		c := Lit(v)
		if c.err != nil {
			return p.df.failed(c.err)
		}
		n.Values = append(n.Values, c.e)
	}
	return p.df.with(n)
}

// Cache keeps the rows of the query in memory when it first runs; queries that contain an equal one read them. Unpersist ends that.
func (df *DataFrame) Cache(ctx context.Context) *DataFrame {
	p, err := df.analyzed(ctx)
	if err != nil {
		return df
	}
	e := df.st.cachePlan("", p, true)
	if df.st.session.cache.find(e.form) == nil {
		df.st.session.cache.add(e)
	}
	return df
}

// Unpersist forgets the rows that Cache keeps.
func (df *DataFrame) Unpersist(ctx context.Context) {
	if p, err := df.analyzed(ctx); err == nil {
		form := df.st.cachePlan("", p, true).form
		df.st.session.cache.dropIf(func(e *cached) bool { return e.name == "" && e.form == form })
	}
}

// CreateOrReplaceTempView gives the query a name for SQL in this session.
func (df *DataFrame) CreateOrReplaceTempView(name string) error {
	return df.tempView(name, false, catalog.Replace)
}

// CreateTempView is CreateOrReplaceTempView that fails when the name is taken.
func (df *DataFrame) CreateTempView(name string) error {
	return df.tempView(name, false, catalog.Fail)
}

func (df *DataFrame) tempView(name string, global bool, how catalog.Exists) error {
	if err := df.Err(); err != nil {
		return err
	}
	if strings.Contains(name, ".") {
		return sqlerr.New("INVALID_SQL_SYNTAX.INVALID_VIEW_NAME", sqlerr.Pos{}, "A temporary view's name %q cannot have several parts.", name)
	}
	return df.st.session.catalog.CreateTempView(name, df.plan, global, how)
}
