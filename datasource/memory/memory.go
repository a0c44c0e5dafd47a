// Package memory holds tables of rows in memory.
//
// Sparrow makes no compatibility promise for this package.
package memory

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Table is rows in memory. It is immutable.
type Table struct {
	schema types.Schema
	chunks []*columnar.Batch
	keep   any // what owns the memory of the chunks
	rows   int64
}

// New returns a table of chunks without Sel, whose vectors are of class Shared.
func New(schema types.Schema, chunks []*columnar.Batch) *Table {
	t := &Table{schema: schema, chunks: chunks}
	for _, c := range chunks {
		t.rows += int64(c.N)
	}
	return t
}

// FromRecords returns a table that shares the memory of records.
func FromRecords(schema *arrow.Schema, records []arrow.RecordBatch) (*Table, error) {
	s, ok := columnar.SQLFields(schema.Fields())
	if !ok {
		return nil, sqlerr.New("UNSUPPORTED_ARROWTYPE", sqlerr.Pos{}, "A column of the schema %s has no SQL type.", schema)
	}
	chunks := make([]*columnar.Batch, len(records))
	for i, rec := range records {
		if !rec.Schema().Equal(schema) {
			return nil, sqlerr.New("UNSUPPORTED_ARROWTYPE", sqlerr.Pos{}, "Record %d does not have the schema of the table.", i+1)
		}
		b := &columnar.Batch{N: int(rec.NumRows())}
		for j, f := range s {
			v, err := columnar.FromArrow(rec.Column(j), f.Type)
			if err != nil {
				return nil, sqlerr.New("UNSUPPORTED_ARROWTYPE", sqlerr.Pos{}, "Column %s: %v.", types.Quote(f.Name), err)
			}
			v.Class = columnar.Shared
			b.Cols = append(b.Cols, v)
		}
		chunks[i] = b
	}
	t := New(s, chunks)
	t.keep = records
	return t, nil
}

// SQLSchema returns the columns.
func (t *Table) SQLSchema() types.Schema { return t.schema }

// Schema returns the columns in Arrow's terms.
func (t *Table) Schema() *arrow.Schema {
	return arrow.NewSchema(columnar.ArrowFields(t.schema), nil)
}

// Statistics knows the number of rows.
func (t *Table) Statistics(context.Context) (*datasource.Statistics, error) {
	return &datasource.Statistics{Rows: t.rows, Bytes: -1, Columns: make([]datasource.ColumnStatistics, len(t.schema))}, nil
}

// Scan reads the table as records.
func (t *Table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}

// ScanVectors scans the chunks, a morsel each.
func (t *Table) ScanVectors(_ context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	return datasource.ScanBatches(r, len(t.chunks), func(chunk int) (datasource.NextBatch, error) {
		at, c := 0, t.chunks[chunk]
		cols := make([]*columnar.Vector, len(r.Fields))
		for i, f := range r.Fields {
			cols[i] = columnar.Narrow(c.Cols[f], r.Type(i, t.schema[f].Type))
		}
		size := r.BatchSize
		if size <= 0 {
			size = columnar.BatchSize
		}
		size = (size + 63) &^ 63 // slices begin at whole words of validity
		return func(dst *columnar.Batch) (bool, error) {
			n := min(size, c.N-at)
			if n <= 0 {
				return false, nil
			}
			dst.N, dst.Sel, dst.Cols = n, nil, dst.Cols[:0]
			for _, v := range cols {
				dst.Cols = append(dst.Cols, v.Slice(at, n))
			}
			at += n
			return true, nil
		}, nil
	})
}
