package optimizer

import (
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// answerFromStatistics replaces minima, maxima and counts of all rows of a table by what its source knows of them, so that nothing is read.
//
//	Aggregate [min(d), max(d), count(1)] (Scan t)   → Values [2019-01-01, 2024-12-31, 6001215]
//
// It does not fire across filters, nor for counts alone, which read no column, nor where statistics are bounds or were measured once: sources say which are
// exact, and those of strings and floating-point numbers in files are not.
var answerFromStatistics = each(func(c *Context, n logical.Plan) logical.Plan {
	a, ok := n.(*logical.Aggregate)
	if !ok || len(a.Keys) > 0 || len(a.Aggs) == 0 || a.Sets != nil {
		return n
	}
	source, columns := knownRows(c, a.Input)
	if source == nil {
		return n
	}
	row, extremes := make([]expr.Expr, len(a.Aggs)), false
	for i, g := range a.Aggs {
		f, ok := g.Expr.(*expr.Aggregate)
		if !ok || f.Distinct || f.Filter != nil || len(f.Order) > 0 || len(f.Args) != 1 {
			return n
		}
		v, ok := knownValue(f, source.Rows, columns)
		if !ok {
			return n
		}
		row[i] = &expr.Literal{Value: v, T: g.Col.T}
		extremes = extremes || f.Func.Name != "count"
	}
	if !extremes {
		return n
	}
	return &logical.Values{Base: a.Base, Out: a.Output(), Rows: [][]expr.Expr{row}}
})

// knownRows returns the exact statistics of the table that a plan gives all rows of, and of its columns; nil if there are none.
func knownRows(c *Context, p logical.Plan) (*datasource.Statistics, map[expr.ColumnID]*datasource.ColumnStatistics) {
	switch n := p.(type) {
	case *logical.Project:
		source, inner := knownRows(c, n.Input)
		if source == nil {
			return nil, nil
		}
		columns := map[expr.ColumnID]*datasource.ColumnStatistics{}
		for _, e := range n.List {
			if col, ok := e.Expr.(*expr.Column); ok && inner[col.ID] != nil {
				columns[e.Col.ID] = inner[col.ID]
			}
		}
		return source, columns
	case *logical.Scan:
		if len(n.Filters) > 0 || n.Limit > 0 {
			return nil, nil
		}
		s := c.Cost.Statistics(n.Table)
		if s == nil || !s.Exact || s.Rows < 0 {
			return nil, nil
		}
		columns := map[expr.ColumnID]*datasource.ColumnStatistics{}
		for i, col := range n.Out {
			if f := n.Fields[i]; f < len(s.Columns) {
				columns[col.ID] = &s.Columns[f]
			}
		}
		return s, columns
	}
	return nil, nil
}

// knownValue returns what a function gives over all rows of a table.
func knownValue(f *expr.Aggregate, rows int64, columns map[expr.ColumnID]*datasource.ColumnStatistics) (any, bool) {
	if l, ok := f.Args[0].(*expr.Literal); ok && l.Value != nil && f.Func.Name == "count" {
		return rows, true
	}
	col, ok := f.Args[0].(*expr.Column)
	if !ok {
		return nil, false
	}
	s := columns[col.ID]
	if s == nil {
		return nil, false
	}
	switch f.Func.Name {
	case "count":
		return rows - s.Nulls, s.HasNulls
	case "min", "max":
		switch {
		case rows == 0 || s.HasNulls && s.Nulls == rows:
			return nil, true
		case !s.Exact || s.Min == nil || s.Max == nil || col.T.IsFloating() || col.T.Kind == types.String || col.T.Kind == types.Binary:
			return nil, false
		case f.Func.Name == "min":
			return s.Min, true
		}
		return s.Max, true
	}
	return nil, false
}
