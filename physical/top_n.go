package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
)

// maxTop is the largest number of rows that workers keep apart; a longer prefix is cut off a whole sort.
const maxTop = 1 << 16

// NewTopN returns a sink that gives count rows after the first offset of its rows in order. Rows are the same that a sort and a limit give.
//
// A worker keeps the rows that may be among the first, drops the others when there are twice as many, and from then on looks first whether
// a row's first key lets it compete.
func NewTopN(keys []expr.SortKey, count, offset int64, in []*expr.Column, q *exec.Query) (exec.Sink, error) {
	p, err := planSort(keys, in, q)
	if err != nil {
		return nil, err
	}
	t := &topN{sorting: sorting{plan: p}, from: max(offset, 0)}
	t.to = t.from + max(count, 0)
	if t.to < t.from {
		t.to = 1<<63 - 1
	}
	return t, nil
}

// topN is the sink of a top-N: rows from to to-1 of the order.
type topN struct {
	sorting
	from, to int64
}

// Name implements exec.Sink.
func (t *topN) Name() string { return "TopN" }

// NewLocal implements exec.Sink.
func (t *topN) NewLocal(*exec.Worker) (exec.LocalSink, error) {
	l := newLocalSort(t.plan)
	if t.to > maxTop {
		return l, nil
	}
	return &localTop{localSort: l, n: int(t.to)}, nil
}

// Combine implements exec.Sink.
func (t *topN) Combine(local exec.LocalSink) error {
	if l, ok := local.(*localTop); ok {
		local = l.localSort
	}
	return t.sorting.Combine(local)
}

// Finalize implements exec.Sink.
func (t *topN) Finalize(q *exec.Query) (*exec.StageOutput, error) { return t.output(q, t.from, t.to) }

// localTop is one worker's candidates.
type localTop struct {
	*localSort
	n int
	// bound is the first key of the last row that is among the first n so far, as a constant; nil until there are so many.
	bound      *columnar.Vector
	sel, nulls []int32
	merged     []int32
}

// Consume implements exec.LocalSink.
func (l *localTop) Consume(b *columnar.Batch) error {
	if l.n == 0 {
		return nil
	}
	cols, err := l.columns(b)
	if err != nil {
		return err
	}
	l.rows.add(cols, l.compete(cols, b.Rows()), b.Morsel)
	if l.rows.len() >= 2*l.n+columnar.BatchSize {
		if err := l.prune(); err != nil {
			return err
		}
	}
	return l.reserve()
}

// compete returns the rows that the first key does not put behind the bound.
func (l *localTop) compete(cols []*columnar.Vector, rows columnar.Rows) columnar.Rows {
	if l.bound == nil {
		return rows
	}
	v, o := cols[l.plan.cols[0]], l.plan.orders[0]
	if l.bound.IsNull(0) {
		if !o.NullsFirst {
			return rows
		}
		l.sel = kernel.SelectNull(v, rows, l.sel)
		return columnar.Rows{Sel: l.sel, N: rows.N}
	}
	op := kernel.LE
	if o.Desc {
		op = kernel.GE
	}
	l.sel = kernel.SelectCompare(op, v, l.bound.Resized(v.Len), rows, l.sel)
	if o.NullsFirst && v.MayHaveNulls() {
		l.nulls = kernel.SelectNull(v, rows, l.nulls)
		l.merged = kernel.Union(l.sel, l.nulls, l.merged)
		return columnar.Rows{Sel: l.merged, N: rows.N}
	}
	return columnar.Rows{Sel: l.sel, N: rows.N}
}

// prune drops all but the first n rows. They keep the order of the source, which decides between equal keys.
func (l *localTop) prune() error {
	all, err := sortRows(l.plan, &l.rows, oneByOne, nil)
	if err != nil {
		return err
	}
	if len(l.plan.cols) > 0 {
		last := all.column(nil, l.plan.cols[0], all.entries[l.n-1:l.n])
		l.bound = columnar.NewConstant(last.Type, last.Value(0), 1)
	}
	kept := keptRows{types: l.plan.types, arena: l.plan.arena}
	for c, sel := range bySource(all.entries[:l.n], len(l.rows.chunks)) {
		chunk := l.rows.chunks[c]
		for _, p := range chunk.pieces {
			var part []int32
			for len(sel) > 0 && int(sel[0]) < p.to {
				part, sel = append(part, sel[0]), sel[1:]
			}
			if len(part) > 0 {
				kept.add(chunk.cols, columnar.Rows{Sel: part, N: chunk.n}, p.morsel)
			}
		}
	}
	all.free()
	l.rows.free()
	l.rows = kept
	return nil
}

// bySource returns the rows of the entries chunk by chunk, ascending.
func bySource(entries []sortEntry, chunks int) [][]int32 {
	out := make([][]int32, chunks)
	for _, e := range entries {
		c := e.ref.chunk()
		out[c] = append(out[c], int32(e.ref.row()))
	}
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out
}
