package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// NewWindow returns a sink that adds the columns of window functions, all over the same partitions and order, to its rows. Each Expr is an
// *expr.Window. Rows come out sorted by partition and order.
//
// Rows are sorted by both, cut between partitions into pieces of about 16 K rows, and each piece is computed by one worker: arguments are
// evaluated once over the sorted rows, frames are found for each partition, then each function runs over all of them.
//
// limit, if not 0, is how many rows of a partition are wanted, the first by its order and those that tie with them: others may be left out.
func NewWindow(funcs []logical.Named, limit int64, in []*expr.Column, q *exec.Query) (exec.Sink, error) {
	p, err := planWindow(funcs, in, q)
	if err != nil {
		return nil, err
	}
	p.limit = limit
	return &window{sorting: sorting{plan: p.sort}, plan: p}, nil
}

// windowPlan is the compiled form of window functions.
type windowPlan struct {
	sort      *sortPlan
	partition int // how many of the sort keys partition; the others order
	limit     int64
	nullOrder bool // ORDER BY NULL, which is not sorted by
	program   *eval.Program
	exprs     []expr.Expr
	funcs     []windowFunc
	out       []types.Type
}

// windowFunc is one function: a kernel, or an aggregate over frames.
type windowFunc struct {
	result      types.Type
	frame       *expr.Frame
	ignoreNulls bool
	args        []int // columns of the program
	filter      int   // -1: all rows
	call        *expr.Aggregate
	fn          *expr.Func
	spec        *expr.Spec
}

func planWindow(funcs []logical.Named, in []*expr.Column, q *exec.Query) (*windowPlan, error) {
	p := &windowPlan{}
	var first *expr.Window
	for _, f := range funcs {
		w, ok := f.Expr.(*expr.Window)
		if !ok {
			return nil, sqlerr.Internal("%T is no window function", f.Expr)
		}
		if first == nil {
			first = w
		}
		if err := p.addFunc(w, q); err != nil {
			return nil, err
		}
	}
	var keys []expr.SortKey
	for _, e := range first.Spec.Partition {
		keys = append(keys, expr.SortKey{Expr: e, NullsFirst: true})
	}
	keys = append(keys, first.Spec.Order...)
	var err error
	if p.sort, err = planSort(keys, in, q); err != nil {
		return nil, err
	}
	if o := first.Spec.Order; len(o) == 1 {
		l, ok := o[0].Expr.(*expr.Literal)
		p.nullOrder = ok && l.Value == nil
	}
	constants := 0
	for i, k := range keys {
		if _, ok := k.Expr.(*expr.Literal); ok && i < len(first.Spec.Partition) {
			constants++
		}
	}
	p.partition = len(first.Spec.Partition) - constants
	p.out = append(p.out, p.sort.types[:len(in)]...)
	for _, f := range funcs {
		p.out = append(p.out, f.Col.T)
	}
	p.program, err = eval.Compile(p.exprs, in, q.Env())
	return p, err
}

func (p *windowPlan) addFunc(w *expr.Window, q *exec.Query) error {
	f := windowFunc{result: w.Type(), frame: w.Spec.Frame, filter: -1, ignoreNulls: w.IgnoreNulls}
	var args []expr.Expr
	switch c := w.Call.(type) {
	case *expr.Call:
		f.fn, args = c.Func, c.Args
		if f.fn.NewWindow == nil {
			return sqlerr.Unsupported("WINDOW_FUNCTION", w.Pos(), "The window function %s is not supported yet.", f.fn.Name)
		}
	case *expr.Aggregate:
		f.call, f.fn = c, c.Func
		args = append(args, c.Args...)
		for _, k := range c.Order {
			args = append(args, k.Expr)
		}
		switch {
		case c.Distinct:
			return sqlerr.New("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", w.Pos(), "Distinct window functions are not supported: %s.", c.Func.Name)
		case f.fn.NewAccumulator == nil:
			return sqlerr.Unsupported("WINDOW_FUNCTION", w.Pos(), "The aggregate function %s is not supported over windows yet.", f.fn.Name)
		case c.Filter != nil:
			f.filter = len(p.exprs)
			p.exprs = append(p.exprs, c.Filter)
		}
	default:
		return sqlerr.Internal("a window over %T", w.Call)
	}
	f.spec = expr.SpecOf(w.Call, q.Env())
	f.spec.IgnoreNulls = f.spec.IgnoreNulls || w.IgnoreNulls
	for _, a := range args {
		f.args = append(f.args, len(p.exprs))
		p.exprs = append(p.exprs, a)
	}
	p.funcs = append(p.funcs, f)
	return nil
}

// window is the sink.
type window struct {
	sorting
	plan   *windowPlan
	pieces int // of whole partitions that were computed
}

// Name implements exec.Sink.
func (w *window) Name() string { return "Window" }

// NewLocal implements exec.Sink.
func (w *window) NewLocal(*exec.Worker) (exec.LocalSink, error) {
	l := newLocalSort(w.plan.sort)
	l.limit = newPartitionLimit(w.plan.sort, w.plan.partition, w.plan.limit)
	return l, nil
}

// Finalize implements exec.Sink.
func (w *window) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	defer w.release()
	if spilled(w.locals) {
		return w.outOfRuns()
	}
	return w.outOfMemory(q)
}

// outOfMemory computes pieces in parallel, each in memory for its rows and what is computed of them; if that is refused, the rows become runs.
func (w *window) outOfMemory(q *exec.Query) (*exec.StageOutput, error) {
	w.moving.budget = q.Budget()
	all, err := sortRows(w.plan.sort, allRowsOf(w.plan.sort, w.locals), inParallel(q), &w.moving)
	if err != nil {
		return nil, err
	}
	w.ranges = all.parts()
	cuts := w.plan.cuts(all)
	w.pieces = len(cuts) - 1
	work := allowance{budget: q.Budget()}
	defer work.release()
	if !work.coverOr(int64(q.Threads())*pieceBytes(all.rows, cuts), all.rows.bytes()) {
		all.free()
		return w.outOfRuns()
	}
	arena := q.NewArena()
	gathered := func(i int) *columnar.Batch {
		return all.gather(arena, all.entries[cuts[i]:cuts[i+1]], len(all.rows.types))
	}
	if w.pieces < q.Threads() {
		if gathered, err = gatherTogether(q, arena, all, cuts); err != nil {
			return nil, err
		}
	}
	return writeAll(q, arena, w.plan.out, w.pieces, func(i int, give func(b *columnar.Batch) error) error {
		b, err := w.plan.compute(gathered(i))
		if err != nil {
			return err
		}
		for c := w.plan.sort.in; c < len(b.Cols); c++ {
			b.Cols[c] = copied(arena, b.Cols[c]) // it may share strings with a column of the rows
		}
		return give(b)
	})
}

// gatherTogether gathers the rows of pieces that are fewer than the workers, a column a task. It returns what gives the rows of a piece.
func gatherTogether(q *exec.Query, arena *slab.Arena, all *sortedRows, cuts []int) (func(i int) *columnar.Batch, error) {
	n := len(all.rows.types)
	batches := make([]*columnar.Batch, len(cuts)-1)
	for i := range batches {
		batches[i] = &columnar.Batch{N: cuts[i+1] - cuts[i], Cols: make([]*columnar.Vector, n)}
	}
	err := q.Parallel(len(batches)*n, func(_ *exec.Worker, task int) error {
		i, c := task/n, task%n
		v := all.column(arena, c, all.entries[cuts[i]:cuts[i+1]])
		v.Finish()
		batches[i].Cols[c] = v
		return nil
	})
	return func(i int) *columnar.Batch { return batches[i] }, err
}

// pieceBytes estimates what the largest piece takes while it is computed: its rows, and as much again for arguments and results.
func pieceBytes(rows *keptRows, cuts []int) int64 {
	largest := 0
	for i := range cuts[1:] {
		largest = max(largest, cuts[i+1]-cuts[i])
	}
	return 2 * rows.bytes() / int64(max(rows.len(), 1)) * int64(largest)
}

// outOfRuns computes pieces of whole partitions as the merge of the runs gives their rows.
func (w *window) outOfRuns() (*exec.StageOutput, error) {
	m := &windowMerge{plan: w.plan, out: &stageWriter{query: w.plan.sort.query, types: w.plan.out}, pending: &columnar.Batch{},
		memory: allowance{budget: w.plan.sort.query.Budget()}}
	defer m.memory.release()
	err := w.mergeSpilled(m.add)
	if err == nil {
		err = m.finish()
	}
	w.pieces = m.pieces
	if err != nil {
		m.out.release()
		return nil, err
	}
	return m.out.finish()
}

// lastCut returns where the last partition of sorted rows begins, 0 if that is before from.
func (p *windowPlan) lastCut(b *columnar.Batch, from int) int {
	for i := b.N - 1; i >= max(from, 1); i-- {
		for _, c := range p.sort.cols[:p.partition] {
			if !kernel.EqualNullable(b.Cols[c], i-1, b.Cols[c], i) {
				return i
			}
		}
	}
	return 0
}

// cuts returns where pieces of whole partitions begin, and the end.
func (p *windowPlan) cuts(all *sortedRows) []int {
	same := func(i, j int) bool {
		for _, c := range p.sort.cols[:p.partition] {
			if !all.equal(c, all.entries[i], all.entries[j]) {
				return false
			}
		}
		return true
	}
	cuts := []int{0}
	for at := sortTask; at < all.len(); at++ {
		if !same(at-1, at) {
			cuts = append(cuts, at)
			at += sortTask - 1
		}
	}
	return append(cuts, all.len())
}

// compute evaluates the functions over sorted rows of whole partitions and returns the input columns and theirs, which are to be finished.
func (p *windowPlan) compute(b *columnar.Batch) (*columnar.Batch, error) {
	in := &columnar.Batch{Cols: b.Cols[:p.sort.in:p.sort.in], N: b.N}
	args, err := p.program.New().Eval(in)
	if err != nil {
		return nil, err
	}
	w := &windowRows{n: b.N, args: slices.Clone(args), plan: p}
	for i, v := range w.args {
		w.args[i] = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(b.N))
	}
	var keys []*columnar.Vector
	for _, c := range p.sort.cols {
		keys = append(keys, b.Cols[c])
	}
	w.order = keys[p.partition:]
	w.starts = groupStarts(keys[:p.partition], b.N, nil)
	w.peers = groupStarts(w.order, b.N, w.starts)
	out := &columnar.Batch{Cols: in.Cols, N: b.N}
	for i := range p.funcs {
		v, err := w.function(&p.funcs[i])
		if err != nil {
			return nil, err
		}
		out.Cols = append(out.Cols, v)
	}
	return out, nil
}

// groupStarts returns where rows differ in a column from the row before, at least at the places of outer, and n.
func groupStarts(cols []*columnar.Vector, n int, outer []int32) []int32 {
	differ := make([]bool, n)
	if n > 0 {
		differ[0] = true
	}
	for _, s := range outer {
		if int(s) < n {
			differ[s] = true
		}
	}
	for _, v := range cols {
		markChanges(v, differ)
	}
	var out []int32
	for i, d := range differ {
		if d {
			out = append(out, int32(i))
		}
	}
	return append(out, int32(n))
}

// markChanges marks the rows that differ in a column from the row before.
func markChanges(v *columnar.Vector, differ []bool) {
	if v.Form == columnar.Flat && v.Valid == nil {
		switch v.Width {
		case columnar.WBool, columnar.W8:
			markValues(columnar.Values[uint8](v), differ)
			return
		case columnar.W16:
			markValues(columnar.Values[int16](v), differ)
			return
		case columnar.W32:
			markValues(columnar.Values[int32](v), differ)
			return
		case columnar.W64:
			markValues(columnar.Values[int64](v), differ)
			return
		case columnar.W128:
			markValues(columnar.Values[types.Int128](v), differ)
			return
		}
	}
	for i := 1; i < len(differ); i++ {
		differ[i] = differ[i] || !kernel.EqualNullable(v, i-1, v, i)
	}
}

func markValues[T comparable](vals []T, differ []bool) {
	vals = vals[:len(differ)]
	for i := 1; i < len(vals); i++ {
		differ[i] = differ[i] || vals[i] != vals[i-1]
	}
}
