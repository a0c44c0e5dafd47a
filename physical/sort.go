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
	defer func() {
		s.plan.arena.Release()
		for _, l := range s.locals {
			l.memory.release()
		}
	}()
	if spilled(s.locals) {
		return s.outOfRuns(from, to)
	}
	return s.outOfMemory(from, to)
}

// sortingBytes returns the memory that sorting needs for a row beside it: two entries, its place when it goes to a file, and ranks of strings.
func (p *sortPlan) sortingBytes() int64 {
	n := 2*int64(unsafe.Sizeof(sortEntry{})) + 8
	for _, c := range p.cols {
		if columnar.WidthOf(p.types[c]) == columnar.WView {
			n += 4
		}
	}
	return n
}

func (s *sorting) outOfMemory(from, to int64) (*exec.StageOutput, error) {
	all, err := s.sortAll()
	if err != nil {
		return nil, err
	}
	arena := s.plan.query.NewArena()
	first, end := int(min(from, int64(all.len()))), int(min(to, int64(all.len())))
	return writeAll(s.plan.query, arena, s.plan.types[:s.plan.in], (end-first+keptSize-1)/keptSize, func(i int) (*columnar.Batch, error) {
		at := first + i*keptSize
		return all.gather(arena, at, min(at+keptSize, end), s.plan.in), nil
	})
}

// sortAll sorts the rows of all workers.
func (s *sorting) sortAll() (*sortedRows, error) {
	all, err := sortRows(s.plan, allRowsOf(s.plan, s.locals), inParallel(s.plan.query))
	if err == nil {
		s.ranges = all.ranges
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

// sortRows sorts rows. What tells their order is memory of the plan's arena.
func sortRows(p *sortPlan, rows *keptRows, run runner) (*sortedRows, error) {
	n := rows.len()
	if n == 0 {
		return &sortedRows{rows: rows}, nil
	}
	keys := &sortKeys{rows: rows, cols: p.cols, orders: p.orders}
	defer keys.free()
	if err := keys.prepare(run); err != nil {
		return nil, err
	}
	entries, tasks, err := encodeAll(run, keys, n, p.arena)
	if err != nil {
		return nil, err
	}
	sorted := &sortedRows{rows: rows, held: keys.held(), ranges: 1}
	tmp := slab.Make[sortEntry](p.arena, n)
	if len(tasks) <= 2 {
		defer slab.Free(p.arena, tmp)
		sortByKey(entries, tmp)
		if keys.exact < len(p.cols) {
			sortTies(entries, keys.compare)
		}
		sorted.entries = entries
		return sorted, nil
	}
	defer slab.Free(p.arena, entries)
	sorted.ranges = sortRanges
	sorted.entries, err = sortParallel(run, keys, entries, tmp, tasks)
	return sorted, err
}

// encodeAll makes the entries of all rows in the order of the source. tasks are where stretches of them begin, and the end.
func encodeAll(run runner, keys *sortKeys, n int, a *slab.Arena) (entries []sortEntry, tasks []int, err error) {
	type place struct {
		keptPiece
		chunk, at int
	}
	var places []place
	for c, chunk := range keys.rows.chunks {
		for _, p := range chunk.pieces {
			places = append(places, place{p, c, 0})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return a.morsel - b.morsel })
	starts := []int{}
	at := 0
	for i := range places {
		if len(tasks) == 0 || at-tasks[len(tasks)-1] >= sortTask {
			tasks, starts = append(tasks, at), append(starts, i)
		}
		places[i].at = at
		at += places[i].to - places[i].from
	}
	tasks, starts = append(tasks, at), append(starts, len(places))
	entries = slab.Make[sortEntry](a, n)
	err = run(len(tasks)-1, func(t int) error {
		for _, p := range places[starts[t]:starts[t+1]] {
			keys.encode(p.chunk, p.from, p.to, entries[p.at:])
		}
		return nil
	})
	return entries, tasks, err
}

// sortParallel divides entries into ranges of keys and sorts these. Dividing keeps the order of the source, so the sort stays stable.
func sortParallel(run runner, keys *sortKeys, entries, tmp []sortEntry, tasks []int) ([]sortEntry, error) {
	splits := sampleKeys(entries)
	counts := make([][sortRanges]int, len(tasks)-1)
	ranges := make([]uint8, len(entries))
	err := run(len(counts), func(t int) error {
		for i := tasks[t]; i < tasks[t+1]; i++ {
			r := splits.index(entries[i].key)
			ranges[i] = uint8(r)
			counts[t][r]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var ends [sortRanges + 1]int
	at := 0
	for r := range sortRanges {
		for t := range counts {
			counts[t][r], at = at, at+counts[t][r]
		}
		ends[r+1] = at
	}
	err = run(len(counts), func(t int) error {
		at := &counts[t]
		for i := tasks[t]; i < tasks[t+1]; i++ {
			r := ranges[i] & (sortRanges - 1)
			tmp[at[r]] = entries[i]
			at[r]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tmp, run(sortRanges, func(r int) error {
		part := tmp[ends[r]:ends[r+1]]
		sortByKey(part, entries[ends[r]:ends[r+1]])
		if keys.exact < len(keys.cols) {
			sortTies(part, keys.compare)
		}
		return nil
	})
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

// sampleKeys returns keys that divide the entries into ranges of about one size.
func sampleKeys(entries []sortEntry) *rangeSplits {
	const each = 32
	picked := make([]uint64, 0, sortRanges*each)
	for i := range sortRanges * each {
		picked = append(picked, entries[i*len(entries)/(sortRanges*each)].key)
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
