package datasource

import (
	"context"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// ScanRecords serves Table.Scan for a VectorTable: one partition a morsel.
func ScanRecords(ctx context.Context, t VectorTable, columns []int, predicates []Predicate, limit int64) (Scan, error) {
	all := t.SQLSchema()
	r := &VectorRequest{Fields: columns, Predicates: predicates, Limit: limit, Env: &expr.Env{ANSI: true}}
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		f := all[c]
		fields[i] = arrow.Field{Name: f.Name, Type: columnar.ArrowType(f.Type), Nullable: f.Nullable}
		r.Columns = append(r.Columns, &expr.Column{ID: expr.ColumnID(i + 1), Name: f.Name, T: f.Type, Null: f.Nullable})
	}
	s, err := t.ScanVectors(ctx, r)
	if err != nil {
		return nil, err
	}
	return &recordScan{scan: s, schema: arrow.NewSchema(fields, nil)}, nil
}

type recordScan struct {
	scan   VectorScan
	schema *arrow.Schema
}

func (s *recordScan) Partitions() int { return s.scan.Morsels() }

func (s *recordScan) Open(ctx context.Context, partition int) (array.RecordReader, error) {
	in, err := s.scan.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Open(partition); err != nil {
		in.Close()
		return nil, err
	}
	r := &recordReader{in: in, schema: s.schema}
	r.refs.Store(1)
	return r, nil
}

// recordReader turns the batches of a morsel into records, which own their memory.
type recordReader struct {
	refs   atomic.Int64
	in     VectorReader
	schema *arrow.Schema
	rec    arrow.RecordBatch
	err    error
}

func (r *recordReader) Retain() { r.refs.Add(1) }

func (r *recordReader) Release() {
	if r.refs.Add(-1) == 0 {
		r.in.Close()
	}
}

func (r *recordReader) Schema() *arrow.Schema { return r.schema }

func (r *recordReader) Next() bool {
	r.rec = nil
	if r.err != nil {
		return false
	}
	var b columnar.Batch
	ok, err := r.in.Next(&b)
	if err != nil || !ok {
		r.err = err
		return false
	}
	var own columnar.Batch
	columnar.AppendBatch(&own, &b)
	r.rec, r.err = columnar.ToRecord(r.schema, &own)
	return r.err == nil
}

func (r *recordReader) RecordBatch() arrow.RecordBatch { return r.rec }

// Record is the old name of RecordBatch in Arrow's interface.
func (r *recordReader) Record() arrow.RecordBatch { return r.rec }

func (r *recordReader) Err() error { return r.err }
