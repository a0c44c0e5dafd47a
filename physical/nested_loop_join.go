package physical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// NestedLoopSpec describes a join by any condition. Right is held, left streams.
type NestedLoopSpec struct {
	Kind        logical.JoinKind
	Left, Right []*expr.Column
	Cond        expr.Expr // nil: all pairs
	Output      []*expr.Column
	MarkCol     *expr.Column // as in HashJoinSpec
	At          sqlerr.Pos   // as in HashJoinSpec
	Query       *exec.Query
}

// NestedLoopJoin compares every row of a pipeline with every row of a finished stage. The stage is taken chunk by chunk for each batch of the
// pipeline, so that its rows may lie in files: reading a row is little beside comparing it with a batch.
type NestedLoopJoin struct {
	spec   NestedLoopSpec
	right  []exec.Chunk
	starts []int // rows before each chunk, and all
	out    joinOutput
	cond   func() evaluator // nil: all pairs

	mu      sync.Mutex
	matched []uint64 // right and full outer: right rows with a partner; nil: none
}

// NewNestedLoopJoin makes the join.
func NewNestedLoopJoin(spec NestedLoopSpec, right *exec.StageOutput) (*NestedLoopJoin, error) {
	j := &NestedLoopJoin{spec: spec, right: right.Chunks(), starts: []int{0}}
	for i := range j.right {
		j.starts = append(j.starts, j.starts[i]+j.right[i].Rows())
	}
	err := holdMatchBits(spec.Query, spec.Kind, right)
	if err != nil {
		return nil, err
	}
	if j.out, err = newJoinOutput(spec.Kind, spec.Left, spec.Right, spec.Output); err != nil {
		return nil, err
	}
	if spec.Cond != nil {
		both := append(spec.Left[:len(spec.Left):len(spec.Left)], spec.Right...)
		j.cond, err = compileAll([]expr.Expr{spec.Cond}, both, spec.Query.Env())
	}
	return j, err
}

// Step returns the step that joins batches of the left side.
func (j *NestedLoopJoin) Step() exec.Step { return (*nestedLoop)(j) }

// Unmatched returns the source of right rows without a partner; see HashJoin.Unmatched.
func (j *NestedLoopJoin) Unmatched() exec.Source {
	if !givesUnmatched(j.spec.Kind) {
		return nil
	}
	return &unmatched{out: &j.out, chunks: j.right, starts: j.starts, matched: func() []uint64 { return j.matched }}
}

type nestedLoop NestedLoopJoin

func (s *nestedLoop) Name() string { return "NestedLoopJoin" }

func (s *nestedLoop) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	l := &looper{NestedLoopJoin: (*NestedLoopJoin)(s), w: w, next: next, number: -1}
	if l.cond != nil {
		l.eval = l.cond()
	}
	if givesUnmatched(l.spec.Kind) {
		l.seen = make([]uint64, columnar.Words(l.starts[len(l.right)]))
	}
	return l.push, l.finish, nil
}

// looper is one worker's part of a nested loop.
type looper struct {
	*NestedLoopJoin
	w    *exec.Worker
	next exec.Push
	eval evaluator // nil: all pairs

	chunk  *columnar.Batch // of the right side
	number int             // of the chunk, -1 for none
	base   int             // number of its first row
	buf    spill.Buffer

	rights         [][]*columnar.Vector // few rows of the chunk: each as constants
	found, unknown []bool               // by left row
	seen           []uint64
	sel, nulls     []int32
	todo           []int32
	pairs, out     columnar.Batch
	mark           columnar.Vector
}

func (l *looper) finish() error {
	if l.seen == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.matched == nil {
		l.matched = make([]uint64, len(l.seen))
	}
	for i, w := range l.seen {
		l.matched[i] |= w
	}
	l.seen = nil
	return nil
}

// fewRows is up to how many rows a chunk is looped over row by row, against whole batches of the left.
const fewRows = 64

func (l *looper) push(b *columnar.Batch) error {
	l.found, l.unknown = sized(l.found, b.N), sized(l.unknown, b.N)
	clear(l.found)
	clear(l.unknown)
	for i := range l.right {
		if err := l.load(i); err != nil {
			return err
		}
		join := l.byLeftRow
		if l.chunk.N <= fewRows || l.eval == nil && l.chunk.N < b.Count() {
			join = l.byRightRow
		}
		if err := join(b); err != nil {
			return err
		}
		if l.first() && len(l.rowsWhere(b, func(r int) bool { return !l.found[r] })) == 0 {
			break
		}
	}
	return l.emitRest(b)
}

// load makes a chunk of the right side the current one.
func (l *looper) load(i int) (err error) {
	if l.number == i {
		return nil
	}
	l.number, l.base, l.rights = i, l.starts[i], nil
	l.chunk, err = l.right[i].Load(&l.buf)
	return err
}

// first reports whether one match of a left row is enough.
func (l *looper) first() bool {
	switch l.spec.Kind {
	case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti, logical.Mark:
		return true
	}
	return false
}

// byRightRow compares the batch with one row of the chunk after the other.
func (l *looper) byRightRow(b *columnar.Batch) error {
	rows := b.Rows()
	for m := range l.chunk.N {
		if err := l.w.Err(); err != nil {
			return err
		}
		if l.first() && l.base+m > 0 {
			l.todo = l.rowsWhere(b, func(r int) bool { return !l.found[r] })
			rows = columnar.Rows{Sel: l.todo, N: b.N}
		}
		if rows.Count() == 0 {
			return nil
		}
		right := l.rightRow(m, b.N)
		l.pairs = columnar.Batch{Cols: append(append(l.pairs.Cols[:0], b.Cols...), right...), N: b.N, Sel: rows.Sel, Morsel: b.Morsel, Seq: b.Seq}
		sel, err := l.matches(func(k int32) int32 { return k })
		if err != nil {
			return err
		}
		if len(sel) > 0 && l.seen != nil {
			at := l.base + m
			l.seen[at>>6] |= 1 << (at & 63)
		}
		if err := l.note(sel, func(k int32) int32 { return k }); err != nil {
			return err
		}
		if err := l.emitPairs(b, sel); err != nil {
			return err
		}
	}
	return nil
}

// rightRow returns a right row as constants of n rows.
func (l *looper) rightRow(m, n int) []*columnar.Vector {
	if l.rights == nil {
		l.rights = make([][]*columnar.Vector, l.chunk.N)
	}
	if l.rights[m] == nil {
		l.rights[m] = constants(l.chunk.Cols, m)
	}
	for i, c := range l.rights[m] {
		if c.Len != n {
			l.rights[m][i] = c.Resized(n)
		}
	}
	return l.rights[m]
}

// constants returns the values of a row as constants of one row.
func constants(cols []*columnar.Vector, r int) []*columnar.Vector {
	out := make([]*columnar.Vector, len(cols))
	for i, v := range cols {
		var one, flat columnar.Vector
		columnar.Gather(&one, v, []int32{int32(r)})
		c := *columnar.Flatten(&flat, &one, columnar.AllRows(1))
		c.Form = columnar.Constant
		out[i] = &c
	}
	return out
}

// byLeftRow compares each row of the batch with blocks of the chunk.
func (l *looper) byLeftRow(b *columnar.Batch) error {
	rows := b.Rows()
	size := max(l.w.Query.BatchSize()&^63, 64)
	for i := range rows.Count() {
		r := rows.Row(i)
		if l.first() && l.found[r] {
			continue
		}
		left := constants(b.Cols, r)
		for off := 0; off < l.chunk.N && !(l.first() && l.found[r]); off += size {
			if err := l.w.Err(); err != nil {
				return err
			}
			if err := l.block(b, left, r, off, min(size, l.chunk.N-off)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *looper) block(b *columnar.Batch, left []*columnar.Vector, r, off, n int) error {
	cols := l.pairs.Cols[:0]
	for _, c := range left {
		cols = append(cols, c.Resized(n))
	}
	for _, c := range l.chunk.Cols {
		cols = append(cols, c.Slice(off, n))
	}
	l.pairs = columnar.Batch{Cols: cols, N: n, Morsel: b.Morsel, Seq: b.Seq}
	row := func(int32) int32 { return int32(r) }
	sel, err := l.matches(row)
	if err != nil {
		return err
	}
	for _, k := range sel {
		if m := l.base + off + int(k); l.seen != nil {
			l.seen[m>>6] |= 1 << (m & 63)
		}
	}
	if err := l.note(sel, row); err != nil {
		return err
	}
	return l.emitPairs(b, sel)
}

// matches returns the pairs for which the condition is true and notes left rows for which it is null.
func (l *looper) matches(left func(k int32) int32) ([]int32, error) {
	rows := l.pairs.Rows()
	if l.eval == nil {
		l.sel = kernel.SelectNotNull(noNulls, rows, l.sel)
		return l.sel, nil
	}
	vs, err := l.eval.Eval(&l.pairs)
	if err != nil {
		return nil, err
	}
	l.nulls = kernel.SelectNull(vs[0], rows, l.nulls)
	for _, k := range l.nulls {
		l.unknown[left(k)] = true
	}
	l.sel = kernel.SelectTrue(vs[0], rows, l.sel)
	return l.sel, nil
}

// note marks left rows as matched.
func (l *looper) note(sel []int32, left func(k int32) int32) error {
	for _, k := range sel {
		r := left(k)
		if l.found[r] && l.spec.Kind == logical.Single {
			return tooManyRows(l.spec.At)
		}
		l.found[r] = true
	}
	return nil
}

// emitPairs pushes matching pairs, for kinds of joins that give them.
func (l *looper) emitPairs(b *columnar.Batch, sel []int32) error {
	if len(sel) == 0 || l.first() {
		return nil
	}
	cols := l.out.Cols[:0]
	for _, k := range l.NestedLoopJoin.out.probe {
		cols = append(cols, l.pairs.Cols[k])
	}
	for _, k := range l.NestedLoopJoin.out.build {
		cols = append(cols, l.pairs.Cols[len(l.spec.Left)+k])
	}
	return l.emit(b, cols, l.pairs.N, sel)
}

func (l *looper) emit(b *columnar.Batch, cols []*columnar.Vector, n int, sel []int32) error {
	if sel != nil && len(sel) == n {
		sel = nil
	}
	l.out = columnar.Batch{Cols: cols, N: n, Sel: sel, Morsel: b.Morsel, Seq: b.Seq}
	return l.next(&l.out)
}

// emitRest pushes what a kind of join gives once all pairs of a batch are compared.
func (l *looper) emitRest(b *columnar.Batch) error {
	three := l.spec.Kind == logical.NullAwareAnti || l.spec.MarkCol != nil && l.spec.MarkCol.Null
	cols := l.out.Cols[:0]
	for _, k := range l.NestedLoopJoin.out.probe {
		cols = append(cols, b.Cols[k])
	}
	var rows []int32
	switch l.spec.Kind {
	case logical.LeftSemi:
		rows = l.rowsWhere(b, func(r int) bool { return l.found[r] })
	case logical.LeftAnti:
		rows = l.rowsWhere(b, func(r int) bool { return !l.found[r] })
	case logical.NullAwareAnti:
		rows = l.rowsWhere(b, func(r int) bool { return !l.found[r] && !l.unknown[r] })
	case logical.LeftOuter, logical.FullOuter, logical.Single:
		rows = l.rowsWhere(b, func(r int) bool { return !l.found[r] })
		for _, c := range l.NestedLoopJoin.out.buildCols {
			cols = append(cols, columnar.NullConstant(c.T, b.N))
		}
	case logical.Mark:
		l.mark.Reset(types.BooleanType, columnar.WBool, b.N)
		for r, f := range l.found {
			columnar.Values[uint8](&l.mark)[r] = uint8(bit(f))
			if three && !f && l.unknown[r] {
				l.mark.SetNull(r)
			}
		}
		return l.emit(b, append(cols, &l.mark), b.N, b.Sel)
	}
	if len(rows) == 0 {
		return nil
	}
	return l.emit(b, cols, b.N, rows)
}

func (l *looper) rowsWhere(b *columnar.Batch, keep func(r int) bool) []int32 {
	rows := b.Rows()
	l.todo = sized(l.todo, rows.Count())
	n := 0
	for i := range rows.Count() {
		r := rows.Row(i)
		l.todo[n] = int32(r)
		n += bit(keep(r))
	}
	return l.todo[:n]
}
