package physical

import (
	"slices"
	"sort"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
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
	in      int
	types   []types.Type // of the input and computed columns
	cols    []int
	orders  []kernel.Order
	program *eval.Program // nil if no key is computed
}

func planSort(keys []expr.SortKey, in []*expr.Column, q *exec.Query) (*sortPlan, error) {
	p := &sortPlan{query: q, in: len(in)}
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
}

func newLocalSort(p *sortPlan) *localSort {
	l := &localSort{plan: p, rows: keptRows{types: p.types}, memory: allowance{budget: p.query.Budget()}}
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
	l.rows.add(cols, b.Rows(), b.Morsel)
	return l.reserve()
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

func (l *localSort) reserve() error {
	if n := l.rows.bytes(); !l.memory.cover(n) {
		return l.memory.budget.OutOfMemory("Sort", n-l.memory.held)
	}
	return nil
}

// Combine implements exec.Sink.
func (s *sorting) Combine(local exec.LocalSink) error {
	s.locals = append(s.locals, local.(*localSort))
	return nil
}

// Finalize implements exec.Sink.
func (s *sorting) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	out, err := sortAll(s.plan, s.locals, nil)
	if err != nil {
		return nil, err
	}
	for _, l := range s.locals {
		l.memory.release()
	}
	return exec.NewStageOutput(q, s.plan.types[:s.plan.in], out), nil
}

// sortAll sorts the rows of all workers and returns the input columns of those at the positions within keep, nil for all.
func sortAll(p *sortPlan, locals []*localSort, keep func(entries []sortEntry) []sortEntry) ([]*columnar.Batch, error) {
	all := &keptRows{types: p.types}
	for _, l := range locals {
		all.chunks = append(all.chunks, l.rows.chunks...)
	}
	entries, err := sortRows(p, all, inParallel(p.query))
	if err != nil {
		return nil, err
	}
	if keep != nil {
		entries = keep(entries)
	}
	return gatherAll(p.query, all, entries, p.in)
}

// gatherAll makes batches of the entries' rows, in parallel.
func gatherAll(q *exec.Query, rows *keptRows, entries []sortEntry, cols int) ([]*columnar.Batch, error) {
	size := keptSize
	out := make([]*columnar.Batch, (len(entries)+size-1)/size)
	err := q.Parallel(len(out), func(w *exec.Worker, i int) error {
		out[i] = rows.gather(entries[i*size:min((i+1)*size, len(entries))], cols)
		return nil
	})
	return out, err
}

// Sizes of the parallel sort.
const (
	sortTask   = 1 << 16 // rows that are worth a task
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

// sortRows returns the places of all rows in order.
func sortRows(p *sortPlan, rows *keptRows, run runner) ([]sortEntry, error) {
	n := rows.len()
	if n == 0 {
		return nil, nil
	}
	keys := &sortKeys{rows: rows, cols: p.cols, orders: p.orders}
	keys.prepare()
	entries, tasks, err := encodeAll(run, keys, n)
	if err != nil {
		return nil, err
	}
	tmp := make([]sortEntry, n)
	if len(tasks) <= 2 {
		sortByKey(entries, tmp)
		if keys.exact < len(p.cols) {
			sortTies(entries, keys.compare)
		}
		return entries, nil
	}
	return sortParallel(run, keys, entries, tmp, tasks)
}

// encodeAll makes the entries of all rows in the order of the source. tasks are where stretches of them begin, and the end.
func encodeAll(run runner, keys *sortKeys, n int) (entries []sortEntry, tasks []int, err error) {
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
	entries = make([]sortEntry, n)
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
	splits := sampleOf(entries)
	counts := make([][]int, len(tasks)-1)
	err := run(len(counts), func(t int) error {
		counts[t] = make([]int, len(splits)+1)
		for _, e := range entries[tasks[t]:tasks[t+1]] {
			counts[t][rangeIndex(splits, e.key)]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	ends := make([]int, len(splits)+2)
	at := 0
	for r := range len(splits) + 1 {
		ends[r] = at
		for t := range counts {
			n := counts[t][r]
			counts[t][r] = at
			at += n
		}
	}
	ends[len(splits)+1] = at
	err = run(len(counts), func(t int) error {
		at := counts[t]
		for _, e := range entries[tasks[t]:tasks[t+1]] {
			r := rangeIndex(splits, e.key)
			tmp[at[r]] = e
			at[r]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tmp, run(len(splits)+1, func(r int) error {
		part := tmp[ends[r]:ends[r+1]]
		sortByKey(part, entries[ends[r]:ends[r+1]])
		if keys.exact < len(keys.cols) {
			sortTies(part, keys.compare)
		}
		return nil
	})
}

// sample returns keys that divide the entries into ranges of about one size.
func sampleOf(entries []sortEntry) []uint64 {
	const each = 32
	picked := make([]uint64, 0, sortRanges*each)
	for i := range sortRanges * each {
		picked = append(picked, entries[i*len(entries)/(sortRanges*each)].key)
	}
	slices.Sort(picked)
	var splits []uint64
	for i := each; i < len(picked); i += each {
		if len(splits) == 0 || splits[len(splits)-1] != picked[i] {
			splits = append(splits, picked[i])
		}
	}
	return splits
}

// rangeIndex returns the number of splits at or below the key.
func rangeIndex(splits []uint64, key uint64) int {
	return sort.Search(len(splits), func(i int) bool { return splits[i] > key })
}
