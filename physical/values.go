package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// NewValues returns the source of rows of literals. A relation of no columns has rows all the same.
func NewValues(out []*expr.Column, rows [][]expr.Expr) (exec.Source, error) {
	cols := make([]*columnar.Vector, len(out))
	for i, c := range out {
		cols[i] = columnar.New(c.T, len(rows))
		cols[i].Class = columnar.Shared
		cols[i].ClearReferences()
		for r, row := range rows {
			lit, ok := row[i].(*expr.Literal)
			if !ok {
				return nil, sqlerr.Internal("VALUES holds %T, which is not a constant", row[i])
			}
			cols[i].SetValue(r, lit.Value)
		}
	}
	return &values{cols: cols, n: len(rows)}, nil
}

type values struct {
	cols []*columnar.Vector
	n    int
}

func (s *values) Morsels() int {
	if s.n == 0 {
		return 0
	}
	return 1
}

func (s *values) NewReader(w *exec.Worker) (exec.Reader, error) {
	return &valuesReader{values: s, size: w.Query.BatchSize()}, nil
}

type valuesReader struct {
	*values
	size, at, seq int
	sel           []int32
}

func (r *valuesReader) Open(int) error { r.at, r.seq = 0, 0; return nil }
func (r *valuesReader) Close() error   { return nil }

// Next gives all rows, of which it selects the next few.
func (r *valuesReader) Next(b *columnar.Batch) (bool, error) {
	if r.at >= r.n {
		return false, nil
	}
	*b = columnar.Batch{Cols: append(b.Cols[:0], r.cols...), N: r.n, Seq: r.seq}
	end := min(r.at+r.size, r.n)
	if end-r.at < r.n {
		r.sel = r.sel[:0]
		for i := r.at; i < end; i++ {
			r.sel = append(r.sel, int32(i))
		}
		b.Sel = r.sel
	}
	r.at = end
	r.seq++
	return true, nil
}
