package datasource

import (
	"context"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
)

// NextBatch fills a batch with the requested fields and reports whether there was one.
type NextBatch func(dst *columnar.Batch) (bool, error)

// ScanBatches makes the VectorScan of a source that gives plain batches and can skip nothing itself: text files, rows in memory. open begins
// a morsel. Filters and runtime filters are applied to the batches here.
func ScanBatches(r *VectorRequest, morsels int, open func(morsel int) (NextBatch, error)) (VectorScan, error) {
	s := &batchScan{request: r, morsels: morsels, open: open}
	if len(r.Filters) > 0 {
		p, err := eval.CompilePredicate(expr.Conjunction(r.Filters), r.Columns, r.Env)
		if err != nil {
			return nil, err
		}
		s.filter = p
	}
	return s, nil
}

type batchScan struct {
	request *VectorRequest
	morsels int
	open    func(morsel int) (NextBatch, error)
	filter  *eval.Predicate
	rows    atomic.Int64
	out     atomic.Int64
}

func (s *batchScan) Morsels() int { return s.morsels }

func (s *batchScan) NewReader(context.Context) (VectorReader, error) {
	r := &batchReader{scan: s}
	if s.filter != nil {
		r.filter = s.filter.New()
	}
	return r, nil
}

func (s *batchScan) Counters() ScanCounters {
	return ScanCounters{Rows: s.rows.Load(), RowsOut: s.out.Load()}
}

func (s *batchScan) Close() error { return nil }

type batchReader struct {
	scan   *batchScan
	filter *eval.Selector
	next   NextBatch
	sel    [2][]int32
	flat   columnar.Vector
}

func (r *batchReader) Open(morsel int) (err error) {
	r.next, err = r.scan.open(morsel)
	return err
}

func (r *batchReader) Next(dst *columnar.Batch) (bool, error) {
	for {
		dst.Sel = nil
		ok, err := r.next(dst)
		if err != nil || !ok {
			return false, err
		}
		r.scan.rows.Add(int64(dst.N))
		if err := r.narrow(dst); err != nil {
			return false, err
		}
		if n := dst.Count(); n > 0 {
			r.scan.out.Add(int64(n))
			return true, nil
		}
	}
}

// narrow narrows the batch to the rows that filters and runtime filters let through.
func (r *batchReader) narrow(b *columnar.Batch) error {
	if r.filter != nil {
		sel, err := r.filter.Select(b, r.sel[0][:0])
		if err != nil {
			return err
		}
		r.sel[0] = sel
		b.Sel = sel
	}
	for _, k := range r.scan.request.Keys {
		f := k.Load()
		if f == nil {
			continue
		}
		v := columnar.Flatten(&r.flat, b.Cols[k.Field], b.Rows())
		r.sel[1] = f.Select(v, b.Rows(), r.sel[1][:0])
		b.Sel = r.sel[1]
		r.sel[0], r.sel[1] = r.sel[1], r.sel[0]
	}
	return nil
}

func (r *batchReader) Close() error { return nil }
