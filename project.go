package sparrow

import (
	"maps"
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Col refers to a column of this DataFrame, which keeps its meaning in a join with another that has a column of the same name, such as a
// DataFrame derived from this one: df.Join(other, df.Col("id").Eq(other.Col("id")), Inner). name is as in the function Col.
func (df *DataFrame) Col(name string) Column {
	c := Col(name)
	switch e := c.e.(type) {
	case *expr.Name:
		n := *e
		n.PlanID = df.id
		c.e = &n
	case *expr.Star:
		s := *e
		s.PlanID = df.id
		c.e = &s
	}
	return c
}

// ColRegex refers to the columns whose names match a regular expression as a whole; back-ticks around it, which Spark wants, may be left out.
func (df *DataFrame) ColRegex(pattern string) Column {
	if n := len(pattern); n > 1 && pattern[0] == '`' && pattern[n-1] == '`' {
		pattern = pattern[1 : n-1]
	}
	return Column{e: &expr.Regex{Pattern: pattern, PlanID: df.id}}
}

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
	list := make([]Column, len(texts))
	for i, t := range texts {
		list[i] = df.parsed(t)
	}
	return df.Select(list...)
}

// parsed reads an expression under the settings of the DataFrame.
func (df *DataFrame) parsed(text string) Column {
	e, err := sql.ParseExpr(text, df.st.parseOptions())
	return Column{e: e, err: sqlerr.Attach(err, text)}
}

// Filter keeps the rows for which cond is true.
func (df *DataFrame) Filter(cond Column) *DataFrame {
	e, err := cond.get()
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.UnresolvedFilter{Input: df.plan, Pred: e})
}

// Where is Filter with a condition in SQL.
func (df *DataFrame) Where(text string) *DataFrame { return df.Filter(df.parsed(text)) }

// WithColumn adds a column, or replaces the one with the name.
func (df *DataFrame) WithColumn(name string, c Column) *DataFrame { return df.WithColumns(c.As(name)) }

// WithColumns adds columns, named by As, or replaces those with their names. They are computed from the columns that were there before.
func (df *DataFrame) WithColumns(cols ...Column) *DataFrame {
	list := make([]*expr.Alias, len(cols))
	for i, c := range cols {
		e, err := c.get()
		if err != nil {
			return df.failed(err)
		}
		a, ok := e.(*expr.Alias)
		if !ok {
			return df.failed(sqlerr.New("MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT", sqlerr.Pos{}, "Column %d of WithColumns has no name.", i+1).
				WithHint("Name it by As."))
		}
		list[i] = a
	}
	return df.with(&logical.WithColumns{Input: df.plan, List: list})
}

// WithColumnRenamed renames a column; without a column of that name nothing changes.
func (df *DataFrame) WithColumnRenamed(from, to string) *DataFrame {
	return df.with(&logical.RenameColumns{Input: df.plan, From: []string{from}, To: []string{to}})
}

// WithColumnsRenamed renames columns, old names to new ones.
func (df *DataFrame) WithColumnsRenamed(names map[string]string) *DataFrame {
	n := &logical.RenameColumns{Input: df.plan}
	for _, from := range slices.Sorted(maps.Keys(names)) {
		n.From, n.To = append(n.From, from), append(n.To, names[from])
	}
	return df.with(n)
}

// ToDF renames all columns.
func (df *DataFrame) ToDF(names ...string) *DataFrame {
	return df.with(&logical.RenameColumns{Input: df.plan, To: names, All: true})
}

// Drop removes columns by name; names that are not there are passed over.
func (df *DataFrame) Drop(names ...string) *DataFrame {
	cols := make([]Column, len(names))
	for i, n := range names {
		cols[i] = Column{e: &expr.Name{Parts: []string{n}}}
	}
	return df.DropColumns(cols...)
}

// DropColumns removes columns; after a join other.Col("id") is the one of that side.
func (df *DataFrame) DropColumns(cols ...Column) *DataFrame {
	list, err := exprs(cols)
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.DropColumns{Input: df.plan, Columns: list})
}

// As names the DataFrame, so that Col("name.column") finds its columns in a join.
func (df *DataFrame) As(name string) *DataFrame {
	return df.with(&logical.UnresolvedAlias{Input: df.plan, Name: name})
}

// Alias is As.
func (df *DataFrame) Alias(name string) *DataFrame { return df.As(name) }

// Transform calls f, so that own steps stand in a chain: df.Transform(cleaned).Limit(3).
func (df *DataFrame) Transform(f func(*DataFrame) *DataFrame) *DataFrame { return f(df) }

// OrderBy sorts.
func (df *DataFrame) OrderBy(keys ...Ordering) *DataFrame {
	ks, err := orders(keys)
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.Order{Input: df.plan, By: ks})
}

// Sort is OrderBy.
func (df *DataFrame) Sort(keys ...Ordering) *DataFrame { return df.OrderBy(keys...) }

// SortWithinPartitions sorts each partition by itself (SORT BY). The order of the whole is not specified.
func (df *DataFrame) SortWithinPartitions(keys ...Ordering) *DataFrame {
	ks, err := orders(keys)
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.Order{Input: df.plan, SortBy: ks})
}

// Limit keeps the first n rows.
func (df *DataFrame) Limit(n int) *DataFrame {
	if n < 0 {
		return df.failed(negative("limit", n))
	}
	return df.with(&logical.Order{Input: df.plan, Limit: offset(int64(n))})
}

// Offset leaves the first n rows out.
func (df *DataFrame) Offset(n int) *DataFrame {
	if n < 0 {
		return df.failed(negative("offset", n))
	}
	return df.with(&logical.Order{Input: df.plan, Offset: offset(int64(n))})
}

// Distinct removes duplicate rows.
func (df *DataFrame) Distinct() *DataFrame { return df.with(&logical.Distinct{Input: df.plan}) }

// DropDuplicates keeps one row for each combination of values of the columns; which one is not specified. Without columns it is Distinct.
func (df *DataFrame) DropDuplicates(columns ...string) *DataFrame {
	if len(columns) == 0 {
		return df.Distinct()
	}
	on := make([]expr.Expr, len(columns))
	for i, c := range columns {
		on[i] = Col(c).e
	}
	return df.with(&logical.DistinctOn{Input: df.plan, On: on})
}

// Unpivot turns columns into rows of name and value; ids stay columns. Without values all columns that are not ids are turned.
func (df *DataFrame) Unpivot(ids, values []Column, nameColumn, valueColumn string) *DataFrame {
	idList, err := exprs(ids)
	if err != nil {
		return df.failed(err)
	}
	if len(values) == 0 {
		if values, err = df.others(ids); err != nil {
			return df.failed(err)
		}
	}
	u := &logical.Unpivot{Input: df.plan, IncludeNulls: true, NameColumn: nameColumn, ValueColumns: []string{valueColumn}, IDs: append([]expr.Expr{}, idList...)}
	for _, v := range values {
		e, err := v.get()
		if err != nil {
			return df.failed(err)
		}
		u.Groups = append(u.Groups, logical.UnpivotGroup{Columns: []expr.Expr{e}})
	}
	return df.with(u)
}

// Melt is Unpivot.
func (df *DataFrame) Melt(ids, values []Column, nameColumn, valueColumn string) *DataFrame {
	return df.Unpivot(ids, values, nameColumn, valueColumn)
}

// others lists the columns that a selection leaves out.
func (df *DataFrame) others(cols []Column) ([]Column, error) {
	chosen := df.Select(cols...)
	if err := chosen.Err(); err != nil {
		return nil, err
	}
	var out []Column
	for _, name := range df.Columns() {
		if !contains(chosen.Columns(), name) {
			out = append(out, Column{e: &expr.Name{Parts: []string{name}}})
		}
	}
	if len(out) == 0 {
		return nil, sqlerr.New("UNPIVOT_REQUIRES_VALUE_COLUMNS", sqlerr.Pos{}, "At least one value column needs to be specified for UNPIVOT, all columns specified as ids.")
	}
	return out, nil
}
