package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
)

// unmatched is the source of the build rows of a right or full outer join that have no partner, with nulls for the probe columns.
type unmatched struct {
	out     *joinOutput
	chunks  []exec.Chunk    // the build rows
	starts  []int           // rows before each chunk, and all
	matched func() []uint64 // nil bits: no row has a partner
}

// Morsels are stretches of chunks in memory; a chunk in a file is one.
func (s *unmatched) Morsels() int { return len(s.morsels()) }

// unmatchedMorsel is rows of one chunk.
type unmatchedMorsel struct{ chunk, from, to int }

func (s *unmatched) morsels() []unmatchedMorsel {
	var out []unmatchedMorsel
	for c := range s.chunks {
		n := s.chunks[c].Rows()
		step := buildTask
		if s.chunks[c].Batch == nil {
			step = n
		}
		for from := 0; from < n; from += step {
			out = append(out, unmatchedMorsel{c, from, min(from+step, n)})
		}
	}
	return out
}

func (s *unmatched) NewReader(w *exec.Worker) (exec.Reader, error) {
	return &unmatchedReader{unmatched: s, all: s.morsels(), bits: s.matched(), size: w.Query.BatchSize()}, nil
}

type unmatchedReader struct {
	*unmatched
	all         []unmatchedMorsel
	bits        []uint64
	size        int
	rows        *columnar.Batch
	buf         spill.Buffer
	base        int // number of the chunk's first row
	at, end     int // in the chunk
	morsel, seq int
	sel         []int32
}

func (r *unmatchedReader) Open(m int) (err error) {
	x := r.all[m]
	r.morsel, r.seq, r.at, r.end, r.base = m, 0, x.from, x.to, r.starts[x.chunk]
	r.rows, err = r.chunks[x.chunk].Load(&r.buf)
	return err
}

func (r *unmatchedReader) Close() error { return nil }

// Next slices the build rows at a multiple of 64 and selects up to a batch of those without a partner.
func (r *unmatchedReader) Next(b *columnar.Batch) (bool, error) {
	for r.at < r.end {
		off := r.at &^ 63
		n := min(max(r.size&^63, 64), r.end-off)
		r.sel = r.sel[:0]
		for ; r.at < off+n && len(r.sel) < r.size; r.at++ {
			if m := r.base + r.at; r.bits == nil || r.bits[m>>6]>>(m&63)&1 == 0 {
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
		for _, k := range r.out.build {
			b.Cols = append(b.Cols, r.rows.Cols[k].Slice(off, n))
		}
		r.seq++
		return true, nil
	}
	return false, nil
}
