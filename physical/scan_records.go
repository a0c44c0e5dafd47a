package physical

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// recordScan is the source of a table that hands out Arrow records.
type recordScan struct {
	scan    datasource.Scan
	types   []types.Type // of the records' columns; the request may want less of structs
	req     *datasource.VectorRequest
	filters func() selector // nil: none
	size    int
}

func newRecordScan(q *exec.Query, table datasource.Table, req *datasource.VectorRequest) (exec.Source, error) {
	s := &recordScan{req: req, size: q.BatchSize()}
	if len(req.Filters) > 0 {
		p, err := compilePredicate(expr.Conjunction(req.Filters), req.Columns, req.Env)
		if err != nil {
			return nil, err
		}
		s.filters = p
	}
	limit := req.Limit
	if len(req.Filters) > 0 {
		limit = 0 // it counts rows after the filters
	}
	whole, ok := columnar.SQLFields(table.Schema().Fields())
	for i, f := range req.Fields {
		t := req.Columns[i].T
		if ok && t.IsNested() {
			t = whole[f].Type
		}
		s.types = append(s.types, t)
	}
	about := slices.DeleteFunc(slices.Clone(req.Predicates), func(p datasource.Predicate) bool { return p.Nested() })
	var err error
	s.scan, err = table.Scan(q.Context(), req.Fields, about, limit)
	return s, err
}

func (s *recordScan) Morsels() int { return s.scan.Partitions() }

func (s *recordScan) NewReader(w *exec.Worker) (exec.Reader, error) {
	r := &recordReader{recordScan: s, w: w}
	if s.filters != nil {
		r.filter = s.filters()
	}
	return r, nil
}

// recordReader turns the records of a partition into batches of at most the query's batch size. Its vectors share the record's memory, which
// lives until the next record is asked for.
type recordReader struct {
	*recordScan
	w           *exec.Worker
	filter      selector
	in          array.RecordReader
	whole       columnar.Batch
	at          int
	morsel, seq int
	sel, keySel []int32
	flat        columnar.Vector
}

func (r *recordReader) Open(morsel int) error {
	r.release()
	in, err := r.scan.Open(r.w.Context(), morsel)
	if err != nil {
		return err
	}
	r.in, r.morsel, r.seq, r.at, r.whole.N = in, morsel, 0, 0, 0
	return nil
}

func (r *recordReader) Next(b *columnar.Batch) (bool, error) {
	for {
		for r.at >= r.whole.N {
			if !r.in.Next() {
				return false, r.in.Err()
			}
			if err := r.load(r.in.RecordBatch()); err != nil {
				return false, err
			}
		}
		r.slice(b)
		if err := r.filterBatch(b); err != nil {
			return false, err
		}
		if b.Count() > 0 {
			return true, nil
		}
	}
}

func (r *recordReader) load(rec arrow.RecordBatch) error {
	r.whole.Cols, r.whole.N, r.at = r.whole.Cols[:0], int(rec.NumRows()), 0
	for i, c := range r.req.Columns {
		v, err := columnar.FromArrow(rec.Column(i), r.types[i])
		if err != nil {
			return err
		}
		r.whole.Cols = append(r.whole.Cols, columnar.Narrow(v, c.T))
	}
	return nil
}

// slice makes b the next rows of the record; like every slice it begins at a multiple of 64.
func (r *recordReader) slice(b *columnar.Batch) {
	off := r.at &^ 63
	n := min(max(r.size&^63, 64), r.whole.N-off)
	end := min(r.at+r.size, off+n)
	b.Cols, b.N, b.Sel, b.Morsel, b.Seq = b.Cols[:0], n, nil, r.morsel, r.seq
	for _, c := range r.whole.Cols {
		b.Cols = append(b.Cols, c.Slice(off, n))
	}
	if r.at > off || end < off+n {
		r.sel = r.sel[:0]
		for k := r.at; k < end; k++ {
			r.sel = append(r.sel, int32(k-off))
		}
		b.Sel = r.sel
	}
	r.at = end
	r.seq++
}

func (r *recordReader) filterBatch(b *columnar.Batch) error {
	if r.filter != nil {
		sel, err := r.filter.Select(b, r.keySel)
		if err != nil {
			return err
		}
		b.Sel, r.keySel = sel, sel
	}
	for _, slot := range r.req.Keys {
		if f := slot.Load(); f != nil {
			v := columnar.Flatten(&r.flat, b.Cols[slot.Field], b.Rows())
			b.Sel = f.Select(v, b.Rows(), make([]int32, 0, b.Count()))
		}
	}
	return nil
}

func (r *recordReader) release() {
	if r.in != nil {
		r.in.Release()
		r.in = nil
	}
}

func (r *recordReader) Close() error {
	r.release()
	return nil
}
