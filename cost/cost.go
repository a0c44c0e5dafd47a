// Package cost is the one judge of sizes: row counts, distinct counts, value ranges and widths of plans, for the optimizer, the planner
// and the adaptive layer.
//
// Sparrow makes no compatibility promise for this package.
package cost

import (
	"context"
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// Source says where an estimate comes from.
type Source uint8

// The sources, from the weakest.
const (
	Guess Source = iota
	RangeBased
	FileMetadata
	Analyzed
	Measured
)

func (s Source) String() string {
	return [...]string{"guess", "range", "file metadata", "analyze", "measured"}[s]
}

// Stats is the estimate of a plan's result.
type Stats struct {
	Rows    float64
	Columns Columns
	// Error is the factor by which Rows may be off: 1 for a measured or exact count.
	Error  float64
	Source Source
}

// Bytes estimates the size of the columns as rows in memory.
func (s *Stats) Bytes(cols []*expr.Column) float64 {
	w := 8.0
	for _, c := range cols {
		w += s.width(c)
	}
	return s.Rows * w
}

func (s *Stats) width(c *expr.Column) float64 {
	if k, ok := s.Columns.Of(c.ID); ok && k.Width > 0 {
		return k.Width
	}
	return TypeWidth(c.T)
}

// TypeWidth returns the bytes that a value of a type is assumed to take.
func TypeWidth(t types.Type) float64 {
	switch t.Kind {
	case types.Boolean, types.TinyInt:
		return 1
	case types.SmallInt:
		return 2
	case types.Int, types.Date, types.Float, types.YearMonth:
		return 4
	case types.String, types.Binary:
		return 24
	case types.Array, types.Map, types.Struct:
		return 64
	case types.Decimal:
		if t.Precision > 18 {
			return 16
		}
	}
	return 8
}

// Unknown is the row count assumed of a table that says nothing.
const Unknown = 1e6

// Estimator computes and caches Stats by plan node. It is for one goroutine.
type Estimator struct {
	ctx    context.Context
	cache  map[logical.Plan]*Stats
	defs   map[int64]*Stats
	defOut map[int64][]*expr.Column
	tables map[datasource.Table]*datasource.Statistics
	// Distort, if set, falsifies the estimated rows of a plan, for tests of what must not depend on estimates.
	Distort func(p logical.Plan, rows float64) float64
}

// NewEstimator returns an estimator for one query.
func NewEstimator(ctx context.Context) *Estimator {
	return &Estimator{ctx: ctx, cache: map[logical.Plan]*Stats{}, defs: map[int64]*Stats{}, defOut: map[int64][]*expr.Column{},
		tables: map[datasource.Table]*datasource.Statistics{}}
}

// Fresh returns an estimator like e that has estimated nothing yet.
func (e *Estimator) Fresh() *Estimator {
	n := NewEstimator(e.ctx)
	n.Distort = e.Distort
	return n
}

// Rows estimates the number of rows of a plan.
func (e *Estimator) Rows(p logical.Plan) float64 { return e.Of(p).Rows }

// Of estimates a resolved plan.
func (e *Estimator) Of(p logical.Plan) *Stats {
	if s, ok := e.cache[p]; ok {
		return s
	}
	s := e.estimate(p)
	if e.Distort != nil {
		c := *s
		s, c.Rows = &c, e.Distort(p, s.Rows)
	}
	s.Rows = max(s.Rows, 0)
	if math.IsNaN(s.Rows) || math.IsInf(s.Rows, 0) {
		s.Rows = 1e18
	}
	e.cache[p] = s
	return s
}

func (e *Estimator) estimate(p logical.Plan) *Stats {
	switch n := p.(type) {
	case *logical.Scan:
		return e.scan(n)
	case *logical.Values:
		return &Stats{Rows: float64(len(n.Rows)), Error: 1, Source: Measured}
	case *logical.Range:
		rows := math.Max(0, math.Ceil(float64(n.End-n.Start)/float64(n.Step)))
		return &Stats{Rows: rows, Error: 1, Source: Measured, Columns: Columns{
			{n.Out.ID, Column{Distinct: rows, Min: float64(n.Start), Max: float64(n.End), Width: 8, Unique: true, Source: Measured}}}}
	case *logical.Rest:
		return &Stats{Rows: n.Rows, Error: 2, Source: Measured}
	case *logical.Stage:
		return stage(n)
	case *logical.Project:
		return e.project(n)
	case *logical.Filter:
		return filtered(e.Of(n.Input), n.Pred)
	case *logical.Join:
		return e.join(n.Kind, n.Left, n.Right, n.Cond)
	case *logical.Apply:
		return e.join(n.Kind, n.Left, n.Right, n.Cond)
	case *logical.Aggregate:
		return e.aggregate(n)
	case *logical.Distinct:
		in := e.Of(n.Input)
		return in.withRows(groups(in, columnsOf(n.Input.Output())))
	case *logical.DistinctOn:
		in := e.Of(n.Input)
		return in.withRows(groups(in, n.On))
	case *logical.Limit:
		in := e.Of(n.Input)
		rows := math.Max(0, in.Rows-float64(n.Offset))
		if n.Count >= 0 {
			rows = math.Min(rows, float64(n.Count))
		}
		return in.withRows(rows)
	case *logical.SetOp:
		return e.setOp(n)
	case *logical.Generate:
		in := e.Of(n.Input)
		return in.withRows(in.Rows * 4)
	case *logical.Sample:
		in := e.Of(n.Input)
		if n.Rows >= 0 {
			return in.withRows(math.Min(in.Rows, float64(n.Rows)))
		}
		return in.withRows(in.Rows * (n.Upper - n.Lower))
	case *logical.With:
		for _, d := range n.Defs {
			e.defs[d.ID], e.defOut[d.ID] = e.Of(d.Plan), d.Plan.Output()
		}
		return e.Of(n.Body)
	case *logical.Ref:
		return e.ref(n)
	case *logical.Recursive:
		in := e.Of(n.Anchor)
		return &Stats{Rows: in.Rows * 10, Error: 100}
	}
	if kids := p.Children(); len(kids) > 0 {
		return e.Of(kids[0])
	}
	return &Stats{Rows: 1, Error: 1}
}

// withRows returns s for fewer or more rows of the same columns: distinct counts shrink with the rows.
func (s *Stats) withRows(rows float64) *Stats {
	out := &Stats{Rows: rows, Columns: slices.Clone(s.Columns), Error: s.Error, Source: s.Source}
	for i := range out.Columns {
		out.Columns[i].drawn(s.Rows, rows)
	}
	return out
}

// drawn makes c the column of rows rows drawn from total ones.
func (c *Column) drawn(total, rows float64) {
	if rows < total {
		c.Distinct = shrink(c.Distinct, total, rows)
	} else if rows > total {
		c.Unique = false
	}
}

// Remaining estimates how many of d distinct values are among rows of total rows.
func Remaining(d, total, rows float64) float64 { return shrink(d, total, rows) }

// shrink estimates how many of d distinct values remain when n of N rows are drawn: d·(1-(1-n/N)^(N/d)) (Yao 1977, with replacement).
func shrink(d, total, rows float64) float64 {
	if d <= 0 || total <= 0 || rows >= total {
		return d
	}
	return math.Max(1, math.Min(rows, d*(1-math.Pow(1-rows/total, total/d))))
}

func (e *Estimator) scan(n *logical.Scan) *Stats {
	s := &Stats{Rows: Unknown, Columns: make(Columns, 0, len(n.Out)), Error: 1000}
	if st := e.Statistics(n.Table); st != nil {
		if st.Rows >= 0 {
			s.Rows, s.Error, s.Source = float64(st.Rows), 1, FileMetadata
		}
		for i, c := range n.Out {
			if f := n.Fields[i]; f < len(st.Columns) {
				s.Columns.set(c.ID, fromStatistics(&st.Columns[f], c.T, s.Rows))
			}
		}
	}
	for _, f := range n.Filters {
		s = filtered(s, f)
	}
	return s
}

// Statistics returns what the source of a table knows of its rows, nil if nothing.
func (e *Estimator) Statistics(t datasource.Table) *datasource.Statistics {
	if st, ok := e.tables[t]; ok {
		return st
	}
	var st *datasource.Statistics
	if s, ok := t.(datasource.Statistician); ok {
		st, _ = s.Statistics(e.ctx)
	}
	e.tables[t] = st
	return st
}

func fromStatistics(c *datasource.ColumnStatistics, t types.Type, rows float64) Column {
	out := Column{Distinct: c.Distinct, Min: Number(c.Min, t), Max: Number(c.Max, t), Width: c.Width, Source: FileMetadata}
	if c.HasNulls && rows > 0 {
		out.NullFrac = float64(c.Nulls) / rows
	}
	if span := out.Max - out.Min + 1; (t.IsInteger() || t.Kind == types.Date) && span >= 1 {
		if out.Distinct == 0 || out.Distinct > span {
			out.Distinct, out.Source = math.Min(span, rows), RangeBased
		}
	}
	out.Distinct = math.Min(out.Distinct, rows)
	out.Unique = rows > 0 && out.Distinct >= 0.98*rows
	return out
}

// Number returns a value as a float64 for range arithmetic, NaN for what has no place on a line.
func Number(v any, t types.Type) float64 {
	switch v := v.(type) {
	case int8:
		return float64(v)
	case int16:
		return float64(v)
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case float32:
		return float64(v)
	case float64:
		return v
	case types.Int128:
		return (float64(v.Hi)*0x1p64 + float64(v.Lo)) * math.Pow(10, -float64(t.Scale))
	}
	return math.NaN()
}

func stage(n *logical.Stage) *Stats {
	s := &Stats{Rows: float64(n.Facts.Rows), Error: 1, Source: Measured}
	for i, c := range n.Out {
		k := Column{Min: math.NaN(), Max: math.NaN(), Source: Measured}
		if i < len(n.Facts.Columns) {
			f := n.Facts.Columns[i]
			k.Distinct = math.Min(f.Distinct, s.Rows)
			if f.Known {
				k.Min, k.Max = Number(f.Min, c.T), Number(f.Max, c.T)
				k.NullFrac = float64(f.Nulls) / math.Max(1, s.Rows)
			}
			if span := k.Max - k.Min + 1; (c.T.IsInteger() || c.T.Kind == types.Date) && span >= 1 && (k.Distinct == 0 || k.Distinct > span) {
				k.Distinct = math.Min(span, s.Rows)
			}
			k.Unique = k.Distinct > 0 && k.Distinct >= 0.98*s.Rows
		}
		s.Columns.set(c.ID, k)
	}
	return s
}

func (e *Estimator) ref(n *logical.Ref) *Stats {
	d := e.defs[n.Def]
	if d == nil {
		return &Stats{Rows: Unknown, Error: 1000}
	}
	s := &Stats{Rows: d.Rows, Error: d.Error, Source: d.Source}
	for i, c := range e.defOut[n.Def] {
		if k, ok := d.Columns.Of(c.ID); ok && i < len(n.Out) {
			s.Columns.set(n.Out[i].ID, k)
		}
	}
	return s
}

func (e *Estimator) project(n *logical.Project) *Stats {
	in := e.Of(n.Input)
	s := &Stats{Rows: in.Rows, Columns: make(Columns, 0, len(n.List)), Error: in.Error, Source: in.Source}
	for _, it := range n.List {
		s.Columns.set(it.Col.ID, in.expression(it.Expr))
	}
	return s
}

// expression estimates a computed column.
func (s *Stats) expression(x expr.Expr) Column {
	switch x := x.(type) {
	case *expr.Column:
		if c, ok := s.Columns.Of(x.ID); ok {
			return c
		}
	case *expr.Cast:
		return s.expression(x.Child)
	case *expr.Literal:
		n := Number(x.Value, x.T)
		return Column{Distinct: 1, Min: n, Max: n}
	case *expr.Call:
		// A function has at most as many values as its arguments together.
		d := 1.0
		for _, a := range x.Args {
			d *= math.Max(1, s.distinct(a))
		}
		if x.Func.Name == "year" {
			d = math.Min(d, 50)
		}
		return Column{Distinct: math.Min(d, s.Rows), Min: math.NaN(), Max: math.NaN()}
	}
	return unknown()
}

// distinct estimates the number of values of an expression, never 0.
func (s *Stats) distinct(x expr.Expr) float64 {
	c := s.expression(x)
	if c.Distinct > 0 {
		return math.Max(1, math.Min(c.Distinct, s.Rows))
	}
	if x.Type().Kind == types.Boolean {
		return 2
	}
	return math.Max(1, math.Min(s.Rows, s.Rows/10))
}

func (e *Estimator) setOp(n *logical.SetOp) *Stats {
	rows, errf := 0.0, 1.0
	for i, in := range n.Inputs {
		s := e.Of(in)
		errf = math.Max(errf, s.Error)
		switch {
		case n.Kind == logical.UnionOp:
			rows += s.Rows
		case i == 0:
			rows = s.Rows
		case n.Kind == logical.IntersectOp:
			rows = math.Min(rows, s.Rows) / 2
		}
	}
	first := e.Of(n.Inputs[0])
	s := &Stats{Rows: rows, Error: errf * 2}
	for i, c := range n.Inputs[0].Output() {
		if k, ok := first.Columns.Of(c.ID); ok && i < len(n.Out) {
			k.Unique = false
			s.Columns.set(n.Out[i].ID, k)
		}
	}
	return s
}

func (e *Estimator) aggregate(n *logical.Aggregate) *Stats {
	in := e.Of(n.Input)
	keys := make([]expr.Expr, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = k.Expr
	}
	rows := 1.0
	if len(keys) > 0 {
		rows = groups(in, keys)
	}
	for _, set := range n.Sets {
		if len(set) < len(keys) {
			rows *= 1.3
		}
	}
	s := &Stats{Rows: rows, Error: in.Error * 2}
	for _, k := range n.Keys {
		c := in.expression(k.Expr)
		c.Distinct = math.Min(c.Distinct, rows)
		c.Unique = len(n.Keys) == 1 && n.Sets == nil
		s.Columns.set(k.Col.ID, c)
	}
	return s
}

// groups estimates the number of distinct combinations; further keys count less, since keys are seldom independent.
func groups(s *Stats, keys []expr.Expr) float64 {
	if s.Rows <= 1 {
		return s.Rows
	}
	g := 1.0
	for _, k := range keys {
		g *= s.distinct(k)
		if g >= s.Rows {
			return s.Rows
		}
	}
	return math.Max(1, math.Min(g, s.Rows))
}

func columnsOf(cols []*expr.Column) []expr.Expr {
	out := make([]expr.Expr, len(cols))
	for i, c := range cols {
		out[i] = c
	}
	return out
}
