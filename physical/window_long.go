package physical

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// longPartition is one sorted partition for which memory has no room. Its rows, with the functions' arguments, are in a file of blocks of
// spillRows rows each; a bit a row tells where peers begin. When all rows are there, all functions go over them together, a block at a time,
// and look at other rows through cursors, each of which holds one block:
//
//   - ranking functions need the bounds of peers, which the bits give;
//   - offset functions follow the row they pick (window_long_pick.go);
//   - aggregates whose frames grow, or that take rows back, follow both ends of the frame; others merge states that were computed once for each
//     block, and add the rows at both ends (window_long_aggregate.go);
//   - bounds of range frames follow the key (window_long_frame.go).
type longPartition struct {
	plan *windowPlan
	args int // where the arguments begin in a block
	out  *spill.Writer
	file *spill.File
	eval *eval.Evaluator
	n    int
	open *columnar.Batch // rows of the next block
	last *columnar.Batch // the last row

	peers       []uint64 // bit: the row begins a group of peers
	peersBefore []int    // by block: groups that begin before it
	nullsFirst  int      // rows without the one key that orders, at the beginning
	nullsLast   int      // and at the end
	memory      allowance

	peerStart, peerEnd int // of the row computed last
}

func newLongPartition(p *windowPlan) (*longPartition, error) {
	l := &longPartition{plan: p, args: len(p.sort.types), eval: p.program.New(), open: &columnar.Batch{}, memory: allowance{budget: p.sort.query.Budget()}}
	ts := append([]types.Type{}, p.sort.types...)
	for _, e := range p.exprs {
		ts = append(ts, e.Type())
	}
	var err error
	l.out, err = p.sort.query.Spill().Create("window", ts)
	return l, err
}

// add takes the next rows.
func (l *longPartition) add(b *columnar.Batch) error {
	if b.N == 0 {
		return nil
	}
	if l.n+b.N > math.MaxInt32 {
		return sqlerr.Unsupported("WINDOW_PARTITION_TOO_LARGE", sqlerr.Pos{}, "A window partition has more than %d rows.", math.MaxInt32)
	}
	l.notePeers(b)
	l.n += b.N
	l.memory.force(int64(8 * cap(l.peers)))
	sorted := &columnar.Batch{Cols: b.Cols[:l.args:l.args], N: b.N}
	args, err := l.eval.Eval(&columnar.Batch{Cols: b.Cols[:l.plan.sort.in:l.plan.sort.in], N: b.N})
	if err != nil {
		return err
	}
	sorted.Cols = append(sorted.Cols, args...)
	l.last = slicedBatch(sorted, b.N-1, b.N)
	columnar.AppendBatch(l.open, sorted)
	off := 0
	for ; l.open.N-off >= spillRows; off += spillRows {
		if err := l.write(off, off+spillRows); err != nil {
			return err
		}
	}
	if off > 0 {
		l.open = slicedBatch(l.open, off, l.open.N)
	}
	return nil
}

func (l *longPartition) write(from, to int) error {
	return l.out.Write(&columnar.Batch{Cols: l.open.Cols, N: l.open.N, Sel: columnar.Identity(to)[from:]})
}

// notePeers sets the bits of rows that differ from the row before in a key that orders, and counts rows without a key.
func (l *longPartition) notePeers(b *columnar.Batch) {
	for len(l.peers) < columnar.Words(l.n+b.N) {
		l.peers = append(l.peers, 0)
	}
	order := l.plan.sort.cols[l.plan.partition:]
	for i := range b.N {
		r := l.n + i
		if r == 0 || l.differs(order, b, i) {
			l.peers[r>>6] |= 1 << (r & 63)
		}
		if len(order) == 1 && b.Cols[order[0]].IsNull(i) {
			if l.nullsFirst == r {
				l.nullsFirst++
			} else {
				l.nullsLast++
			}
		}
	}
}

// differs reports whether row i differs from the row before in one of the columns.
func (l *longPartition) differs(cols []int, b *columnar.Batch, i int) bool {
	before, j := b, i-1
	if i == 0 {
		before, j = l.last, 0
	}
	for _, c := range cols {
		if !kernel.EqualNullable(before.Cols[c], j, b.Cols[c], i) {
			return true
		}
	}
	return false
}

// sameUntil returns how many of the next rows belong to the partition.
func (l *longPartition) sameUntil(b *columnar.Batch) int {
	for i := range b.N {
		if l.differs(l.plan.sort.cols[:l.plan.partition], b, i) {
			return i
		}
	}
	return b.N
}

// finish computes the functions and gives out the rows with their columns.
func (l *longPartition) finish(out *stageWriter) error {
	defer l.memory.release()
	if l.open.N > 0 {
		if err := l.write(0, l.open.N); err != nil {
			return err
		}
	}
	l.open, l.last = nil, nil
	l.file = l.out.Finish()
	defer l.file.Remove()
	l.countPeers()
	funcs := make([]longFunc, len(l.plan.funcs))
	frames := &longFrames{part: l}
	for i := range funcs {
		var err error
		if funcs[i], err = l.function(&l.plan.funcs[i], frames); err != nil {
			return err
		}
	}
	cur := newBlockCursor(l)
	for block := range l.file.Blocks() {
		if err := l.plan.sort.query.Err(); err != nil {
			return err
		}
		if err := cur.load(block); err != nil {
			return err
		}
		if err := l.compute(cur, funcs, frames, out); err != nil {
			return err
		}
	}
	return nil
}

func (l *longPartition) compute(cur *blockCursor, funcs []longFunc, frames *longFrames, out *stageWriter) error {
	rows := l.rowsOf(cur)
	if err := frames.move(rows); err != nil {
		return err
	}
	b := &columnar.Batch{}
	columnar.AppendBatch(b, &columnar.Batch{Cols: cur.batch.Cols[:l.plan.sort.in], N: rows.n}) // the cursor's memory is used again
	for _, f := range funcs {
		v, err := f.next(rows)
		if err != nil {
			return err
		}
		b.Cols = append(b.Cols, v)
	}
	for _, v := range b.Cols {
		v.Finish()
	}
	return out.add(b)
}

// countPeers sums up the groups of peers by block.
func (l *longPartition) countPeers() {
	const words = spillRows / 64
	l.peersBefore = make([]int, l.file.Blocks())
	for b := 1; b < len(l.peersBefore); b++ {
		l.peersBefore[b] = l.peersBefore[b-1] + columnar.CountBits(l.peers[(b-1)*words:b*words], spillRows)
	}
}

// longRows is the block whose rows are computed. Bounds are numbers of rows in the partition.
type longRows struct {
	cur                *blockCursor
	first, n           int
	peerStart, peerEnd []int32
	peersBefore        int
}

// rowsOf describes the next block.
func (l *longPartition) rowsOf(cur *blockCursor) *longRows {
	r := &longRows{cur: cur, first: cur.block * spillRows, n: cur.batch.N, peersBefore: l.peersBefore[cur.block]}
	r.peerStart, r.peerEnd = make([]int32, r.n), make([]int32, r.n)
	for i := range r.n {
		if row := r.first + i; row >= l.peerEnd {
			l.peerStart = row
			for l.peerEnd = row + 1; l.peerEnd < l.n && !l.beginsPeers(l.peerEnd); l.peerEnd++ {
			}
		}
		r.peerStart[i], r.peerEnd[i] = int32(l.peerStart), int32(l.peerEnd)
	}
	return r
}

func (l *longPartition) beginsPeers(r int) bool { return l.peers[r>>6]>>(r&63)&1 != 0 }

// blockCursor holds one block of a long partition.
type blockCursor struct {
	part  *longPartition
	buf   spill.Buffer
	batch columnar.Batch
	block int // -1: none
}

func newBlockCursor(l *longPartition) *blockCursor { return &blockCursor{part: l, block: -1} }

func (c *blockCursor) load(block int) error {
	if c.block == block {
		return nil
	}
	c.block = -1
	if err := c.part.file.Read(block, &c.buf, &c.batch); err != nil {
		return err
	}
	c.block = block
	return nil
}

// arg returns argument column i of the block.
func (c *blockCursor) arg(i int) *columnar.Vector { return c.batch.Cols[c.part.args+i] }

func (c *blockCursor) argsOf(f *windowFunc) []*columnar.Vector {
	out := make([]*columnar.Vector, len(f.args))
	for i, a := range f.args {
		out[i] = c.arg(a)
	}
	return out
}

// longFunc computes a function for one block after the other.
type longFunc interface {
	next(rows *longRows) (*columnar.Vector, error)
}

func (l *longPartition) function(f *windowFunc, frames *longFrames) (longFunc, error) {
	if f.call != nil {
		return newLongAggregate(l, f, frames)
	}
	if f.fn.Pick != nil {
		return newLongPick(l, f, frames)
	}
	k, err := f.fn.NewWindow(f.spec)
	if err != nil {
		return nil, err
	}
	frame, err := frames.of(f.frame)
	return &longRanking{part: l, f: f, kernel: k, frame: frame}, err
}

// longRanking computes a ranking function.
type longRanking struct {
	part   *longPartition
	f      *windowFunc
	kernel expr.WindowKernel
	frame  *longFrame
}

func (x *longRanking) next(rows *longRows) (*columnar.Vector, error) {
	in := &expr.WindowInput{Start: -rows.first, End: x.part.n - rows.first, To: rows.n, Args: rows.cur.argsOf(x.f), PeersBefore: rows.peersBefore,
		PeerStart: less(rows.peerStart, rows.first), PeerEnd: less(rows.peerEnd, rows.first),
		FrameStart: less(x.frame.start, rows.first), FrameEnd: less(x.frame.end, rows.first), Out: columnar.New(x.f.result, rows.n)}
	in.Out.ClearReferences()
	return in.Out, x.kernel(in)
}

// less returns the numbers less n.
func less(rows []int32, n int) []int32 {
	out := make([]int32, len(rows))
	for i, r := range rows {
		out[i] = r - int32(n)
	}
	return out
}
