package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/types"
)

// A sort that outgrows the budget writes sorted runs to files and merges them. Runs have one column more, the rows' places in the source,
// which decides between equal keys.

const (
	// spillRows is how many rows a block of a run has: one block of each run is in memory during a merge.
	spillRows = 1 << 10
	// mergedRows is how many rows the last merge gives at a time.
	mergedRows = 8 * spillRows
	// mergeWidth is how many runs are merged at a time.
	mergeWidth = 64
	// placeBits is the part of a place that counts a worker's rows; the rest is the morsel.
	placeBits = 40
)

// spillRun sorts the rows in memory and writes them to a file.
func (l *localSort) spillRun() error {
	if len(l.rows.chunks) == 0 {
		return nil
	}
	all, err := sortRows(l.plan, &l.rows, oneByOne, nil)
	if err != nil {
		return err
	}
	w, err := l.plan.query.Spill().Create("sort", append(slices.Clone(l.plan.types), types.BigIntType))
	if err != nil {
		return err
	}
	places := l.places()
	for from := 0; from < all.len(); from += spillRows {
		to := min(from+spillRows, all.len())
		b := all.gather(nil, all.entries[from:to], len(l.plan.types))
		place := columnar.New(types.BigIntType, b.N)
		for i, e := range all.entries[from:to] {
			columnar.Values[int64](place)[i] = places[e.ref.chunk()][e.ref.row()]
		}
		b.Cols = append(b.Cols, place)
		if err := w.Write(b); err != nil {
			return err
		}
	}
	l.runs = append(l.runs, w.Finish())
	all.free()
	l.rows.free()
	l.memory.release()
	return nil
}

// discard forgets the rows, in memory and in files.
func (l *localSort) discard() {
	l.rows.free()
	l.memory.release()
	for _, f := range l.runs {
		f.Remove()
	}
	l.runs = nil
}

// places returns the place in the source of every row, by chunk.
func (l *localSort) places() [][]int64 {
	out := make([][]int64, len(l.rows.chunks))
	for c, chunk := range l.rows.chunks {
		out[c] = make([]int64, chunk.n)
		for _, p := range chunk.pieces {
			for r := p.from; r < p.to; r++ {
				out[c][r] = int64(p.morsel)<<placeBits | l.written
				l.written++
			}
		}
	}
	return out
}

// spilled reports whether any worker has written runs.
func spilled(locals []*localSort) bool {
	return slices.ContainsFunc(locals, func(l *localSort) bool { return len(l.runs) > 0 })
}

// mergeSpilled gives emit the rows of all workers in order, in batches that belong to it, with the columns of the plan and the place.
func (s *sorting) mergeSpilled(emit func(b *columnar.Batch) error) error {
	p, locals := s.plan, s.locals
	err := p.query.Parallel(len(locals), func(w *exec.Worker, i int) error { return locals[i].spillRun() })
	if err != nil {
		return err
	}
	var runs []*spill.File
	for _, l := range locals {
		runs = append(runs, l.runs...)
		l.runs = nil
	}
	s.runs = len(runs)
	return mergeFiles(p, runs, emit)
}

// mergeFiles merges any number of runs, which it deletes, as mergeSpilled does.
func mergeFiles(p *sortPlan, runs []*spill.File, emit func(b *columnar.Batch) error) error {
	for len(runs) > mergeWidth {
		w, err := p.query.Spill().Create("sort", runs[0].Types())
		if err != nil {
			return err
		}
		if err := mergeRuns(p, runs[:mergeWidth], spillRows, w.Write); err != nil {
			return err
		}
		runs = append(runs[mergeWidth:], w.Finish())
	}
	return mergeRuns(p, runs, mergedRows, emit)
}

// mergeRuns merges runs, which it deletes, into batches of the given size.
func mergeRuns(p *sortPlan, runs []*spill.File, size int, emit func(b *columnar.Batch) error) error {
	m := &runMerge{plan: p, size: size, emit: emit, types: append(slices.Clone(p.types), types.BigIntType)}
	for _, f := range runs {
		c := &runCursor{reader: f.Reader()}
		if ok, err := c.next(); err != nil {
			return err
		} else if ok {
			m.heap = append(m.heap, c)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	if err := m.run(); err != nil {
		return err
	}
	for _, f := range runs {
		f.Remove()
	}
	return nil
}

// runMerge is a merge of sorted runs by a heap.
type runMerge struct {
	plan  *sortPlan
	types []types.Type
	heap  []*runCursor
	size  int
	emit  func(b *columnar.Batch) error
	out   *columnar.Batch
}

// runCursor stands at a row of a run.
type runCursor struct {
	reader *spill.Reader
	batch  columnar.Batch
	row    int
}

func (c *runCursor) next() (bool, error) {
	c.row = 0
	return c.reader.Next(&c.batch)
}

func (m *runMerge) run() error {
	var sel []int32
	for len(m.heap) > 0 {
		c := m.heap[0]
		sel = append(sel[:0], int32(c.row))
		c.row++
		for c.row < c.batch.N && m.first(c) {
			sel = append(sel, int32(c.row))
			c.row++
		}
		if err := m.add(c, sel); err != nil {
			return err
		}
		if c.row == c.batch.N {
			ok, err := c.next()
			if err != nil {
				return err
			}
			if !ok {
				last := len(m.heap) - 1
				m.heap[0], m.heap = m.heap[last], m.heap[:last]
			}
		}
		m.sink(0)
	}
	return m.flush()
}

// first reports whether the cursor at the top still is before the others.
func (m *runMerge) first(c *runCursor) bool {
	return (len(m.heap) < 2 || m.less(c, m.heap[1])) && (len(m.heap) < 3 || m.less(c, m.heap[2]))
}

func (m *runMerge) add(c *runCursor, sel []int32) error {
	if m.out == nil {
		m.out = &columnar.Batch{}
		for _, t := range m.types {
			m.out.Cols = append(m.out.Cols, columnar.New(t, 0))
		}
	}
	columnar.AppendBatch(m.out, &columnar.Batch{Cols: c.batch.Cols, N: c.batch.N, Sel: sel})
	if m.out.N >= m.size {
		return m.flush()
	}
	return nil
}

func (m *runMerge) flush() error {
	b := m.out
	if m.out = nil; b == nil {
		return nil
	}
	if err := m.plan.query.Err(); err != nil {
		return err
	}
	for _, v := range b.Cols {
		v.Finish()
	}
	return m.emit(b)
}

func (m *runMerge) less(x, y *runCursor) bool {
	for k, c := range m.plan.cols {
		if r := kernel.CompareOrdered(x.batch.Cols[c], x.row, y.batch.Cols[c], y.row, m.plan.orders[k]); r != 0 {
			return r < 0
		}
	}
	place := len(m.types) - 1
	return columnar.Values[int64](x.batch.Cols[place])[x.row] < columnar.Values[int64](y.batch.Cols[place])[y.row]
}

// sink moves the cursor at i down to its place in the heap.
func (m *runMerge) sink(i int) {
	for {
		least := i
		for _, k := range [2]int{2*i + 1, 2*i + 2} {
			if k < len(m.heap) && m.less(m.heap[k], m.heap[least]) {
				least = k
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}
