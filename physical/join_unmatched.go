package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
)

// unmatched is the source of the build rows of a right or full outer join that have no partner, with nulls for the probe columns.
type unmatched struct {
	out     *joinOutput
	build   *columnar.Batch
	matched func() []uint64 // nil bits: no row has a partner
}

func (s *unmatched) Morsels() int { return (s.build.N + buildTask - 1) / buildTask }

func (s *unmatched) NewReader(w *exec.Worker) (exec.Reader, error) {
	return &unmatchedReader{unmatched: s, bits: s.matched(), size: w.Query.BatchSize()}, nil
}

type unmatchedReader struct {
	*unmatched
	bits        []uint64
	size        int
	at, end     int
	morsel, seq int
	sel         []int32
}

func (r *unmatchedReader) Open(m int) error {
	r.morsel, r.seq, r.at = m, 0, m*buildTask
	r.end = min(r.at+buildTask, r.build.N)
	return nil
}

func (r *unmatchedReader) Close() error { return nil }

// Next slices the build rows at a multiple of 64 and selects up to a batch of those without a partner.
func (r *unmatchedReader) Next(b *columnar.Batch) (bool, error) {
	for r.at < r.end {
		off := r.at &^ 63
		n := min(max(r.size&^63, 64), r.end-off)
		r.sel = r.sel[:0]
		for ; r.at < off+n && len(r.sel) < r.size; r.at++ {
			if r.bits == nil || r.bits[r.at>>6]>>(r.at&63)&1 == 0 {
				r.sel = append(r.sel, int32(r.at-off))
			}
		}
		if len(r.sel) == 0 {
			continue
		}
		*b = columnar.Batch{Cols: b.Cols[:0], N: n, Sel: r.sel, Morsel: r.morsel, Seq: r.seq}
		for _, c := range r.out.probeCols {
			b.Cols = append(b.Cols, columnar.NullConstant(c.T, n))
		}
		for _, v := range r.out.values.Cols {
			b.Cols = append(b.Cols, v.Slice(off, n))
		}
		r.seq++
		return true, nil
	}
	return false, nil
}
