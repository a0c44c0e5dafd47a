package datasource

import (
	"context"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Partitioned is a table whose files lie in key=value folders: the inner tables' columns followed by the folders' values. A filter on
// those chooses the folders that are read.
type Partitioned struct {
	Origin
	schema types.Schema
	inner  int // columns that come from the files
	parts  []part
}

type part struct {
	table  VectorTable
	values []any
}

// OpenPartitioned opens the files of a listing through a format. schema, if not nil, is the user's, partition columns included.
func OpenPartitioned(ctx context.Context, f Format, l *Listing, o Options, schema types.Schema) (Table, error) {
	if len(l.Partitions) == 0 {
		return f.Open(ctx, l.Files, o, schema)
	}
	columns := partitionColumns(l, schema)
	var own types.Schema
	for _, c := range schema {
		if columns.Index(c.Name) < 0 {
			own = append(own, c)
		}
	}
	if own == nil { // one schema for all folders
		t, err := f.Open(ctx, l.Files, o, nil)
		if err != nil {
			return nil, err
		}
		v, ok := t.(VectorTable)
		if !ok {
			return nil, sqlerr.Unsupported("PARTITIONED_FORMAT", sqlerr.Pos{}, "The format %s has no partitions.", f.Name())
		}
		for _, c := range v.SQLSchema() {
			if columns.Index(c.Name) < 0 {
				own = append(own, c)
			}
		}
	}
	whole := append(own[:len(own):len(own)], columns...)
	p := &Partitioned{Origin: OriginOf("folders of "+f.Name(), l.Files, o, whole), schema: whole, inner: len(own)}
	for i := 0; i < len(l.Files); {
		j := i + 1
		for j < len(l.Files) && strings.Join(l.Files[i].Partitions, "\x00") == strings.Join(l.Files[j].Partitions, "\x00") {
			j++
		}
		t, err := f.Open(ctx, l.Files[i:j], o, own)
		if err != nil {
			return nil, err
		}
		v, ok := t.(VectorTable)
		if !ok {
			return nil, sqlerr.Unsupported("PARTITIONED_FORMAT", sqlerr.Pos{}, "The format %s has no partitions.", f.Name())
		}
		q := part{table: v}
		for k, text := range l.Files[i].Partitions {
			value, err := partitionValue(text, columns[k].Type)
			if err != nil {
				return nil, err
			}
			q.values = append(q.values, value)
		}
		p.parts = append(p.parts, q)
		i = j
	}
	return p, nil
}

// partitionColumns gives each key the user's type, or the narrowest of int, bigint, double, date and string that holds all its values.
func partitionColumns(l *Listing, schema types.Schema) types.Schema {
	out := make(types.Schema, len(l.Partitions))
	for k, name := range l.Partitions {
		out[k] = types.Field{Name: name, Type: inferPartitionType(l, k), Nullable: true}
		if i := schema.Index(name); i >= 0 {
			out[k] = schema[i]
		}
	}
	return out
}

func inferPartitionType(l *Listing, k int) types.Type {
	for _, t := range []types.Type{types.IntType, types.BigIntType, types.DoubleType, types.DateType} {
		fits, seen := true, false
		for _, f := range l.Files {
			if f.Partitions[k] == NullPartition {
				continue
			}
			seen = true
			if _, err := partitionValue(f.Partitions[k], t); err != nil {
				fits = false
				break
			}
		}
		if fits && seen {
			return t
		}
	}
	return types.StringType
}

func partitionValue(text string, t types.Type) (any, error) {
	if text == NullPartition {
		return nil, nil
	}
	switch t.Kind {
	case types.String:
		return text, nil
	case types.Int:
		v, err := strconv.ParseInt(text, 10, 32)
		return int32(v), err
	case types.BigInt:
		v, err := strconv.ParseInt(text, 10, 64)
		return v, err
	case types.Double:
		return strconv.ParseFloat(text, 64)
	case types.Date:
		if d, ok := temporal.ParseDate(text); ok && len(text) == len("2006-01-02") {
			return d, nil
		}
		return nil, strconv.ErrSyntax
	}
	return eval.EvalConstant(&expr.Cast{Child: &expr.Literal{Value: text, T: types.StringType}, To: t}, &expr.Env{ANSI: true})
}

// SQLSchema returns the files' columns, then the folders'.
func (p *Partitioned) SQLSchema() types.Schema { return p.schema }

// Schema is SQLSchema in Arrow's terms.
func (p *Partitioned) Schema() *arrow.Schema {
	return arrow.NewSchema(columnar.ArrowFields(p.schema), nil)
}

// Scan reads the table as records.
func (p *Partitioned) Scan(ctx context.Context, columns []int, predicates []Predicate, limit int64) (Scan, error) {
	return ScanRecords(ctx, p, columns, predicates, limit)
}

// Statistics adds up what the folders know.
func (p *Partitioned) Statistics(ctx context.Context) (*Statistics, error) {
	total := &Statistics{Columns: make([]ColumnStatistics, len(p.schema))}
	for _, q := range p.parts {
		s, ok := q.table.(Statistician)
		if !ok {
			return &Statistics{Rows: -1, Bytes: -1}, nil
		}
		st, err := s.Statistics(ctx)
		if err != nil {
			return nil, err
		}
		if st.Rows < 0 {
			return &Statistics{Rows: -1, Bytes: -1}, nil
		}
		total.Rows += st.Rows
		total.Bytes += st.Bytes
	}
	for k := range p.schema[p.inner:] {
		seen := map[any]bool{}
		for _, q := range p.parts {
			seen[q.values[k]] = true
		}
		total.Columns[p.inner+k] = ColumnStatistics{Distinct: float64(len(seen)), Error: 1}
	}
	return total, nil
}

// ScanVectors scans the folders that the filters leave.
func (p *Partitioned) ScanVectors(ctx context.Context, r *VectorRequest) (VectorScan, error) {
	s := &partitionedScan{fields: r.Fields, inner: p.inner}
	for i := range p.parts {
		q := &p.parts[i]
		sub, keep, err := p.narrow(r, q)
		if err != nil {
			return nil, err
		}
		if !keep {
			continue
		}
		scan, err := q.table.ScanVectors(ctx, sub)
		if err != nil {
			return nil, err
		}
		s.parts = append(s.parts, partScan{part: q, scan: scan, first: s.morsels, consts: p.constants(r, q)})
		s.morsels += scan.Morsels()
	}
	return s, nil
}

func (p *Partitioned) constants(r *VectorRequest, q *part) []*columnar.Vector {
	out := make([]*columnar.Vector, len(r.Fields))
	for i, f := range r.Fields {
		if f >= p.inner {
			out[i] = columnar.NewConstant(p.schema[f].Type, q.values[f-p.inner], 1)
		}
	}
	return out
}

// narrow makes the request for one folder, with its values in the place of their columns; keep is false if a filter excludes it.
func (p *Partitioned) narrow(r *VectorRequest, q *part) (sub *VectorRequest, keep bool, err error) {
	c := *r
	c.Fields, c.Columns, c.Filters, c.Predicates, c.Keys, c.Output = nil, nil, nil, nil, nil, nil
	values := map[expr.ColumnID]expr.Expr{}
	at := make([]int, len(r.Fields))
	for i, f := range r.Fields {
		if f >= p.inner {
			at[i] = -1
			values[r.Columns[i].ID] = &expr.Literal{Value: q.values[f-p.inner], T: p.schema[f].Type}
			continue
		}
		at[i] = len(c.Fields)
		c.Fields, c.Columns = append(c.Fields, f), append(c.Columns, r.Columns[i])
		if r.Output != nil {
			c.Output = append(c.Output, r.Output[i])
		}
	}
	for _, f := range r.Filters {
		g := expr.Substitute(f, values)
		if !expr.Any(g, func(e expr.Expr) bool { _, ok := e.(*expr.Column); return ok }) {
			v, err := eval.EvalConstant(g, r.Env)
			if err != nil {
				return nil, false, err
			}
			if v != true {
				return nil, false, nil
			}
			continue
		}
		c.Filters = append(c.Filters, g)
	}
	for _, x := range r.Predicates {
		if x.only(func(column int) bool { return column < p.inner }) {
			c.Predicates = append(c.Predicates, x)
		}
	}
	for _, k := range r.Keys {
		f := k.Load()
		if f == nil {
			continue
		}
		if at[k.Field] < 0 {
			v := columnar.NewConstant(p.schema[r.Fields[k.Field]].Type, q.values[r.Fields[k.Field]-p.inner], 1)
			if len(f.Select(v, columnar.AllRows(1), nil)) == 0 {
				return nil, false, nil
			}
			continue
		}
		slot := &KeyFilterSlot{Field: at[k.Field]}
		slot.Publish(f)
		c.Keys = append(c.Keys, slot)
	}
	return &c, true, nil
}

// only reports whether the predicate is about columns that ok accepts.
func (x *Predicate) only(ok func(column int) bool) bool {
	if x.Op != Or && x.Op != And {
		return ok(x.Column)
	}
	for i := range x.Args {
		if !x.Args[i].only(ok) {
			return false
		}
	}
	return true
}

type partScan struct {
	part   *part
	scan   VectorScan
	first  int
	consts []*columnar.Vector
}

type partitionedScan struct {
	fields  []int
	inner   int
	parts   []partScan
	morsels int
}

func (s *partitionedScan) Morsels() int { return s.morsels }

func (s *partitionedScan) NewReader(ctx context.Context) (VectorReader, error) {
	return &partitionedReader{scan: s, ctx: ctx, readers: make([]VectorReader, len(s.parts))}, nil
}

func (s *partitionedScan) Counters() ScanCounters {
	var c ScanCounters
	for _, p := range s.parts {
		c.add(p.scan.Counters())
	}
	return c
}

func (c *ScanCounters) add(d ScanCounters) {
	c.RowGroups += d.RowGroups
	c.RowGroupsSkipped += d.RowGroupsSkipped
	c.Pages += d.Pages
	c.PagesSkipped += d.PagesSkipped
	c.Rows += d.Rows
	c.Columns = max(c.Columns, d.Columns)
	c.RowsOut += d.RowsOut
	c.Bytes += d.Bytes
}

func (s *partitionedScan) Close() error {
	var first error
	for _, p := range s.parts {
		if err := p.scan.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

type partitionedReader struct {
	scan    *partitionedScan
	ctx     context.Context
	readers []VectorReader
	current int
	batch   columnar.Batch
}

func (r *partitionedReader) Open(morsel int) error {
	k := len(r.scan.parts) - 1
	for r.scan.parts[k].first > morsel {
		k--
	}
	if r.readers[k] == nil {
		in, err := r.scan.parts[k].scan.NewReader(r.ctx)
		if err != nil {
			return err
		}
		r.readers[k] = in
	}
	r.current = k
	return r.readers[k].Open(morsel - r.scan.parts[k].first)
}

func (r *partitionedReader) Next(dst *columnar.Batch) (bool, error) {
	ok, err := r.readers[r.current].Next(&r.batch)
	if !ok || err != nil {
		return false, err
	}
	dst.N, dst.Sel = r.batch.N, r.batch.Sel
	dst.Cols = dst.Cols[:0]
	k := 0
	for i, f := range r.scan.fields {
		if f >= r.scan.inner {
			c := *r.scan.parts[r.current].consts[i]
			c.Len = dst.N
			dst.Cols = append(dst.Cols, &c)
			continue
		}
		dst.Cols = append(dst.Cols, r.batch.Cols[k])
		k++
	}
	return true, nil
}

func (r *partitionedReader) Close() error {
	var first error
	for _, in := range r.readers {
		if in != nil {
			if err := in.Close(); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
