package exec

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/spill"
)

// Rows of a morsel of a StageOutput: enough to be worth the taking, few enough that all workers get some.
const (
	minMorsel = 4096
	maxMorsel = 64 << 10
)

// Source returns a source of all rows. Its batches are slices of the chunks, without copying; a chunk in a file is one morsel.
func (s *StageOutput) Source() Source {
	size := int(min(max(s.Rows/int64(4*s.q.opts.Threads), minMorsel), maxMorsel)) &^ 63
	src := &stageSource{chunks: s.Chunks()}
	for i := range src.chunks {
		c := &src.chunks[i]
		step, n := size, c.Rows()
		if c.Batch == nil {
			step = n
		}
		for off := 0; off < n; off += step {
			src.morsels = append(src.morsels, stageMorsel{chunk: c, from: off, to: min(off+step, n)})
		}
	}
	return src
}

type stageSource struct {
	chunks  []Chunk
	morsels []stageMorsel
}

// stageMorsel is rows of one chunk; from is a multiple of 64.
type stageMorsel struct {
	chunk    *Chunk
	from, to int
}

func (s *stageSource) Morsels() int { return len(s.morsels) }

func (s *stageSource) NewReader(w *Worker) (Reader, error) {
	return &stageReader{src: s, size: w.Query.opts.BatchSize}, nil
}

type stageReader struct {
	src    *stageSource
	size   int
	morsel int
	seq    int
	chunk  *columnar.Batch
	buf    spill.Buffer
	at     int
	to     int
	sel    []int32
}

func (r *stageReader) Open(m int) (err error) {
	x := r.src.morsels[m]
	r.morsel, r.seq, r.at, r.to = m, 0, x.from, x.to
	r.chunk, err = x.chunk.load(&r.buf)
	return err
}

// Next slices at multiples of 64, where words of validity begin. Smaller batches select rows of such a slice.
func (r *stageReader) Next(b *columnar.Batch) (bool, error) {
	if r.at >= r.to {
		return false, nil
	}
	off := r.at &^ 63
	n := min(max(r.size&^63, 64), r.to-off)
	cols := b.Cols[:0]
	for _, c := range r.chunk.Cols {
		cols = append(cols, c.Slice(off, n))
	}
	*b = columnar.Batch{Cols: cols, N: n, Morsel: r.morsel, Seq: r.seq}
	r.seq++
	if r.size >= 64 {
		r.at = off + n
		return true, nil
	}
	r.sel = r.sel[:0]
	for k := r.at; k < min(r.at+r.size, off+n); k++ {
		r.sel = append(r.sel, int32(k-off))
	}
	b.Sel = r.sel
	r.at += len(r.sel)
	return true, nil
}

func (r *stageReader) Close() error { return nil }
