package physical

import (
	"math"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// NewSort returns a sink that sorts its rows. Rows with equal keys stay in the order of the source.
//
// Workers only keep rows. When all are there, keys become numbers whose code suits the values (sortKeys), samples divide them into as many
// ranges as there is work for, and each range is sorted and its rows gathered by one worker.
func NewSort(keys []expr.SortKey, in []*expr.Column, q *exec.Query) (exec.Sink, error) {
	p, err := planSort(keys, in, q)
	if err != nil {
		return nil, err
	}
	return &sorting{plan: p}, nil
}

// sortPlan is where the sort keys lie: in columns of the input, or in computed ones after these.
type sortPlan struct {
	query   *exec.Query
	arena   *slab.Arena // of the rows until they are sorted
	in      int
	types   []types.Type // of the input and computed columns
	cols    []int
	orders  []kernel.Order
	program *eval.Program // nil if no key is computed
}

func planSort(keys []expr.SortKey, in []*expr.Column, q *exec.Query) (*sortPlan, error) {
	p := &sortPlan{query: q, arena: q.NewArena(), in: len(in)}
	for _, c := range in {
		p.types = append(p.types, c.T)
	}
	var computed []expr.Expr
	for _, k := range keys {
		if _, ok := k.Expr.(*expr.Literal); ok {
			continue // equal in all rows
		}
		at := slices.IndexFunc(in, func(c *expr.Column) bool {
			col, ok := k.Expr.(*expr.Column)
			return ok && col.ID == c.ID
		})
		if at < 0 {
			at = len(p.types)
			p.types = append(p.types, k.Expr.Type())
			computed = append(computed, k.Expr)
		}
		p.cols = append(p.cols, at)
		p.orders = append(p.orders, kernel.Order{Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	if computed == nil {
		return p, nil
	}
	var err error
	p.program, err = eval.Compile(computed, in, q.Env())
	return p, err
}

// sorting is the sink of a sort.
type sorting struct {
	plan   *sortPlan
	locals []*localSort
	moving allowance // for rows that are moved

	ranges, runs int // what was sorted in memory, or merged from files
}

// Name implements exec.Sink.
func (s *sorting) Name() string { return "Sort" }

// NewLocal implements exec.Sink.
func (s *sorting) NewLocal(*exec.Worker) (exec.LocalSink, error) { return newLocalSort(s.plan), nil }

// localSort is the rows of one worker.
type localSort struct {
	plan   *sortPlan
	eval   *eval.Evaluator
	rows   keptRows
	memory allowance
	cols   []*columnar.Vector
	limit  *partitionLimit // of rows that need no sorting, nil: all do

	runs    []*spill.File // sorted rows that the budget had no room for
	written int64         // rows in runs
}

func newLocalSort(p *sortPlan) *localSort {
	l := &localSort{plan: p, rows: keptRows{types: p.types, arena: p.arena}, memory: allowance{budget: p.query.Budget()}}
	if p.program != nil {
		l.eval = p.program.New()
	}
	return l
}

// Consume implements exec.LocalSink.
func (l *localSort) Consume(b *columnar.Batch) error {
	cols, err := l.columns(b)
	if err != nil {
		return err
	}
	rows := b.Rows()
	if l.limit != nil {
		some, more := l.limit.keep(cols, rows)
		if rows = some; !more {
			l.endLimit()
		}
	}
	l.rows.add(cols, rows, b.Morsel)
	return l.reserve()
}

// endLimit gives the limit up, and its memory back.
func (l *localSort) endLimit() {
	if l.limit != nil && l.limit.table != nil {
		l.limit.table.free()
	}
	l.limit = nil
}

// columns returns the columns of a batch with the computed keys.
func (l *localSort) columns(b *columnar.Batch) ([]*columnar.Vector, error) {
	if l.eval == nil {
		return b.Cols, nil
	}
	keys, err := l.eval.Eval(b)
	l.cols = append(append(l.cols[:0], b.Cols...), keys...)
	return l.cols, err
}

// reserve asks the budget for what is held and what sorting it takes; refused, it is written away as a sorted run.
func (l *localSort) reserve() error {
	if l.memory.cover(l.rows.bytes() + l.plan.sortingBytes()*int64(l.rows.len()) + l.limit.bytes()) {
		return nil
	}
	l.endLimit()
	return l.spillRun()
}

// Combine implements exec.Sink.
func (s *sorting) Combine(local exec.LocalSink) error {
	s.locals = append(s.locals, local.(*localSort))
	return nil
}

// Finalize implements exec.Sink.
func (s *sorting) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	return s.output(q, 0, math.MaxInt64)
}

// output returns rows from to to-1 of the order.
func (s *sorting) output(q *exec.Query, from, to int64) (*exec.StageOutput, error) {
	defer s.release()
	if spilled(s.locals) {
		return s.outOfRuns(from, to)
	}
	return s.outOfMemory(from, to)
}

// release gives up the rows and the memory for them.
func (s *sorting) release() {
	s.plan.arena.Release()
	s.moving.release()
	for _, l := range s.locals {
		l.memory.release()
	}
}

// sortingBytes returns the memory that sorting needs for a row beside it: its number twice, an entry, its place where it was or in a file, and ranks of strings.
func (p *sortPlan) sortingBytes() int64 {
	n := 2*8 + int64(unsafe.Sizeof(sortEntry{})) + 8
	for _, c := range p.cols {
		if columnar.WidthOf(p.types[c]) == columnar.WView {
			n += 4
		}
	}
	return n
}

// outOfMemory sorts part by part, and gathers what is asked for of a part while it is in the cache. Parts that are too unlike to be a worker's share are
// all sorted first.
func (s *sorting) outOfMemory(from, to int64) (*exec.StageOutput, error) {
	q := s.plan.query
	all, err := s.divide()
	if err != nil {
		return nil, err
	}
	if all.moved {
		for _, l := range s.locals {
			l.rows.freeValues()
		}
	}
	ends, ordered := all.ends, []sortEntry(nil)
	if all.uneven() {
		sorted, err := all.sorted(inParallel(q))
		if err != nil {
			return nil, err
		}
		ends, ordered = pieceEnds(all.len()), sorted.entries
	}
	arena := q.NewArena()
	return writeAll(q, arena, s.plan.types[:s.plan.in], len(ends)-1, func(i int, give func(b *columnar.Batch) error) error {
		first, end := int64(ends[i]), int64(ends[i+1])
		if from >= end || to <= first {
			return nil
		}
		entries := ordered
		if entries != nil {
			entries = entries[first:end]
		} else {
			entries = slab.Make[sortEntry](s.plan.arena, int(end-first))
			defer slab.Free(s.plan.arena, entries)
			all.sort(i, entries)
		}
		entries = entries[max(from-first, 0) : min(to, end)-first]
		for at := 0; at < len(entries); at += keptSize {
			if err := give(all.gather(arena, entries[at:min(at+keptSize, len(entries))], s.plan.in)); err != nil {
				return err
			}
		}
		return nil
	})
}

// pieceEnds returns where pieces of n rows end, after 0.
func pieceEnds(n int) []int {
	ends := []int{0}
	for at := 0; at < n; {
		at = min(at+keptSize, n)
		ends = append(ends, at)
	}
	return ends
}

// divide divides the rows of all workers.
func (s *sorting) divide() (*dividedRows, error) {
	s.moving.budget = s.plan.query.Budget()
	all, err := divideRows(s.plan, allRowsOf(s.plan, s.locals), inParallel(s.plan.query), &s.moving)
	if err == nil {
		s.ranges = all.parts()
	}
	return all, err
}

func (s *sorting) outOfRuns(from, to int64) (*exec.StageOutput, error) {
	out := &stageWriter{query: s.plan.query, types: s.plan.types[:s.plan.in]}
	at := int64(0)
	err := s.mergeSpilled(func(b *columnar.Batch) error {
		first, last := max(from-at, 0), min(to-at, int64(b.N))
		at += int64(b.N)
		switch {
		case first >= last:
			return nil
		case first > 0 || last < int64(b.N):
			b = slicedBatch(b, int(first), int(last))
		}
		return out.add(&columnar.Batch{Cols: b.Cols[:s.plan.in], N: b.N})
	})
	if err != nil {
		out.release()
		return nil, err
	}
	return out.finish()
}

// slicedBatch copies rows from to to-1.
func slicedBatch(b *columnar.Batch, from, to int) *columnar.Batch {
	part := &columnar.Batch{}
	columnar.AppendBatch(part, &columnar.Batch{Cols: b.Cols, N: b.N, Sel: columnar.Identity(to)[from:]})
	return part
}

// allRowsOf puts the chunks of all workers together.
func allRowsOf(p *sortPlan, locals []*localSort) *keptRows {
	all := &keptRows{types: p.types, arena: p.arena}
	for _, l := range locals {
		all.chunks = append(all.chunks, l.rows.chunks...)
	}
	return all
}

// Sizes of the parallel sort.
const (
	sortTask   = 1 << 14 // rows that are worth a task
	sortRanges = 64
)

// runner runs tasks 0 to n-1.
type runner func(n int, f func(task int) error) error

// inParallel runs tasks on the query's workers.
func inParallel(q *exec.Query) runner {
	return func(n int, f func(task int) error) error {
		return q.Parallel(n, func(w *exec.Worker, task int) error { return f(task) })
	}
}

// oneByOne runs tasks in the caller, which is a worker already.
func oneByOne(n int, f func(task int) error) error {
	for t := range n {
		if err := f(t); err != nil {
			return err
		}
	}
	return nil
}

// sortRows sorts rows. What tells their order is memory of the plan's arena. With memory to move them, the sorted rows may be others than those.
func sortRows(p *sortPlan, rows *keptRows, run runner, memory *allowance) (*sortedRows, error) {
	d, err := divideRows(p, rows, run, memory)
	if err != nil {
		return nil, err
	}
	return d.sorted(run)
}

// sortedRows is kept rows in an order.
type sortedRows struct {
	*dividedRows
	entries []sortEntry
}

// free gives the order up, not the rows that were sorted.
func (s *sortedRows) free() {
	slab.Free(s.rows.arena, s.entries)
	s.dividedRows.free()
}

// dividedRows is kept rows in parts by ranges of keys, each in the order of the source: in one part if they are few.
type dividedRows struct {
	rows  *keptRows // those that were divided, or where they were moved to, without columns that are held
	moved bool
	held  map[int]*keyField // columns whose values are in the keys of entries
	keys  *sortKeys
	codes []uint64 // by part
	refs  []rowRef // of the rows where they were, nil: they are at the places of their codes
	ends  []int    // of the parts, after 0
}

func (d *dividedRows) len() int { return len(d.codes) }

func (d *dividedRows) parts() int { return len(d.ends) - 1 }

// uneven reports whether a part has so many of the rows that it would keep one worker busy while others wait.
func (d *dividedRows) uneven() bool {
	largest := 0
	for i, end := range d.ends[1:] {
		largest = max(largest, end-d.ends[i])
	}
	return largest > 2*keptSize && largest*d.parts() > mostUneven*d.len()
}

// sorted sorts all parts.
func (d *dividedRows) sorted(run runner) (*sortedRows, error) {
	s := &sortedRows{dividedRows: d, entries: slab.Make[sortEntry](d.rows.arena, d.len())}
	return s, run(d.parts(), func(part int) error {
		d.sort(part, s.entries[d.ends[part]:d.ends[part+1]])
		return nil
	})
}

// free gives up all but the rows that were divided.
func (d *dividedRows) free() {
	slab.Free(d.rows.arena, d.codes)
	slab.Free(d.rows.arena, d.refs)
	if d.moved {
		d.rows.free()
	}
}

// sort writes the entries of a part, whose codes it overwrites, in order.
func (d *dividedRows) sort(part int, entries []sortEntry) {
	from, arena := d.ends[part], d.rows.arena
	codes := d.codes[from:d.ends[part+1]]
	other := slab.Make[uint64](arena, len(codes))
	ordered := sortWords(entries, codes, other, from)
	slab.Free(arena, other)
	if !ordered {
		tmp := slab.Make[sortEntry](arena, len(entries))
		sortByKey(entries, tmp)
		slab.Free(arena, tmp)
	}
	if d.refs != nil {
		for i := range entries {
			entries[i].ref = d.refs[entries[i].ref]
		}
	}
	if d.keys.exact < len(d.keys.cols) {
		sortTies(entries, d.keys.compare)
	}
}

// divideRows divides rows into ranges of keys if they are enough for several workers. Dividing keeps the order of the source, so the sort stays stable.
func divideRows(p *sortPlan, rows *keptRows, run runner, memory *allowance) (*dividedRows, error) {
	n := rows.len()
	d := &dividedRows{rows: rows, keys: &sortKeys{rows: rows, cols: p.cols, orders: p.orders}, ends: []int{0, n}}
	if n == 0 {
		return d, nil
	}
	defer d.keys.free()
	if err := d.keys.prepare(run); err != nil {
		return nil, err
	}
	codes, tasks, err := encodeAll(run, d.keys, n, p.arena)
	if err != nil {
		return nil, err
	}
	d.held = d.keys.held()
	if len(tasks) > 1 {
		defer slab.Free(p.arena, codes)
		return d, d.divide(run, codes, tasks, memory)
	}
	d.codes, d.refs = codes, slab.Make[rowRef](p.arena, n)
	tasks[0].each(func(at int, s stretch) {
		for i := range s.to - s.from {
			d.refs[at+i] = refOf(s.chunk, s.from+i)
		}
	})
	return d, nil
}

// sortTaskRows is stretches of rows in the order of the source, from a place in it on.
type sortTaskRows struct {
	at, n     int
	stretches []stretch
}

// stretch is rows from to to-1 of a chunk.
type stretch struct {
	chunk int
	keptPiece
}

// each calls f with the stretches and their places.
func (t *sortTaskRows) each(f func(at int, s stretch)) {
	at := t.at
	for _, s := range t.stretches {
		f(at, s)
		at += s.to - s.from
	}
}

// encodeAll makes the numbers of all rows in the order of the source, which the tasks divide.
func encodeAll(run runner, keys *sortKeys, n int, a *slab.Arena) (codes []uint64, tasks []sortTaskRows, err error) {
	var all []stretch
	for c, chunk := range keys.rows.chunks {
		for _, p := range chunk.pieces {
			all = append(all, stretch{c, p})
		}
	}
	slices.SortStableFunc(all, func(a, b stretch) int { return a.morsel - b.morsel })
	at := 0
	for _, s := range all {
		if k := len(tasks); k == 0 || tasks[k-1].n >= sortTask {
			tasks = append(tasks, sortTaskRows{at: at})
		}
		t := &tasks[len(tasks)-1]
		t.stretches = append(t.stretches, s)
		t.n += s.to - s.from
		at += s.to - s.from
	}
	codes = slab.Make[uint64](a, n)
	err = run(len(tasks), func(i int) error {
		tasks[i].each(func(at int, s stretch) { keys.encode(s.chunk, s.from, s.to, codes[at:]) })
		return nil
	})
	return codes, tasks, err
}

// divide puts the rows, or what refers to them, where their ranges are.
func (d *dividedRows) divide(run runner, codes []uint64, tasks []sortTaskRows, memory *allowance) error {
	arena, n := d.rows.arena, len(codes)
	splits := sampleKeys(codes)
	counts := make([][sortRanges]int, len(tasks))
	ranges := slab.Make[uint8](arena, n)
	defer slab.Free(arena, ranges)
	err := run(len(tasks), func(t int) error {
		from, to := tasks[t].at, tasks[t].at+tasks[t].n
		for i, k := range codes[from:to] {
			r := splits.index(k)
			ranges[from+i] = uint8(r)
			counts[t][r&(sortRanges-1)]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.ends = make([]int, sortRanges+1)
	at := 0
	for r := range sortRanges {
		for t := range counts {
			counts[t][r], at = at, at+counts[t][r]
		}
		d.ends[r+1] = at
	}
	var moved *movedRows
	if memory != nil {
		moved = newMovedRows(d.rows, d.keys.needless(d.held), memory)
	}
	if d.codes = slab.Make[uint64](arena, n); moved == nil {
		d.refs = slab.Make[rowRef](arena, n)
	}
	err = run(len(tasks), func(t int) error {
		starts := &counts[t]
		var places []uint32
		defer func() { slab.Free(arena, places) }()
		tasks[t].each(func(at int, s stretch) {
			k := s.to - s.from
			places = scratch(arena, places, k)
			for i, r := range ranges[at : at+k] {
				r &= sortRanges - 1
				places[i] = uint32(starts[r])
				starts[r]++
			}
			for i, p := range places {
				d.codes[p] = codes[at+i]
			}
			if moved != nil {
				moved.move(s.chunk, s.from, s.to, places)
				return
			}
			for i, p := range places {
				d.refs[p] = refOf(s.chunk, s.from+i)
			}
		})
		return nil
	})
	if err == nil && moved != nil {
		d.rows, d.moved, d.keys.rows = moved.rows, true, moved.rows
	}
	return err
}

// gather returns the rows of entries as flat vectors, or codes where all chunks share a dictionary, in memory of the arena, that hold nothing of the
// chunks.
func (d *dividedRows) gather(a *slab.Arena, entries []sortEntry, cols int) *columnar.Batch {
	out := &columnar.Batch{N: len(entries), Cols: make([]*columnar.Vector, cols)}
	for c := range out.Cols {
		out.Cols[c] = d.column(a, c, entries)
		out.Cols[c].Finish()
	}
	return out
}

// column returns a column of the rows of entries: out of the keys, if it is one that they hold, which are read one after the other.
func (d *dividedRows) column(a *slab.Arena, c int, entries []sortEntry) *columnar.Vector {
	f := d.held[c]
	if f == nil {
		return d.rows.column(a, c, entries)
	}
	t := d.rows.types[c]
	width := columnar.WidthOf(t)
	if t.Kind == types.Decimal { // 128 bits are no number
		width = columnar.W64
	}
	out := columnar.NewIn(a, t, width, len(entries))
	f.decode(entries, out)
	if out.Width >= columnar.W16 {
		out.HasBounds, out.Lo, out.Hi = true, int64(f.lo^1<<63), int64(f.hi^1<<63)
	}
	return out
}

// equal reports whether the rows of two entries are equal in a column.
func (d *dividedRows) equal(c int, x, y sortEntry) bool {
	if f := d.held[c]; f != nil {
		return (x.key^y.key)>>f.shift&(1<<f.width-1) == 0
	}
	return kernel.EqualNullable(d.rows.chunks[x.ref.chunk()].cols[c], x.ref.row(), d.rows.chunks[y.ref.chunk()].cols[c], y.ref.row())
}

// rangeSplits divides keys into ranges: range r has those from split r-1 on up to split r.
type rangeSplits struct {
	keys [sortRanges]uint64 // ascending; the last is only there to make a power of two
	// cells are equal stretches of the keys from lo on, the last one open: the range of a cell's keys, or mixedCell.
	cells [rangeCells]uint8
	lo    uint64
	shift int
}

const (
	rangeCells = 1 << 11
	mixedCell  = 0xff
)

// sampleKeys returns keys that divide the codes into ranges of about one size.
func sampleKeys(codes []uint64) *rangeSplits {
	const each = 32
	picked := make([]uint64, 0, sortRanges*each)
	for i := range sortRanges * each {
		picked = append(picked, codes[i*len(codes)/(sortRanges*each)])
	}
	slices.Sort(picked)
	s := &rangeSplits{lo: picked[0]}
	for r := range s.keys {
		s.keys[r] = picked[min((r+1)*each, len(picked)-1)]
	}
	s.shift = max(bits.Len64(picked[len(picked)-1]-s.lo)-bits.Len(rangeCells-1), 0)
	for c := range s.cells {
		first, last := s.lo+uint64(c)<<s.shift, s.lo+uint64(c+1)<<s.shift-1
		if c == rangeCells-1 {
			last = math.MaxUint64
		}
		if r := s.search(first); last >= first && s.search(last) == r {
			s.cells[c] = uint8(r)
		} else {
			s.cells[c] = mixedCell
		}
	}
	return s
}

// index returns the number of splits, the last not counted, at or below the key.
func (s *rangeSplits) index(key uint64) int {
	if key < s.lo {
		return 0
	}
	if r := s.cells[min((key-s.lo)>>s.shift, rangeCells-1)]; r != mixedCell {
		return int(r)
	}
	return s.search(key)
}

func (s *rangeSplits) search(key uint64) int {
	r := 0
	for step := sortRanges / 2; step > 0; step /= 2 {
		if s.keys[r+step-1] <= key {
			r += step
		}
	}
	return r
}
