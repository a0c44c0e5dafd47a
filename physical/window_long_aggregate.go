package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
)

// newLongAggregate chooses how an aggregate is computed over frames of a long partition: where they begin with the partition, or the accumulator
// takes rows back, by one group that moves along; else by a group a row, out of states of whole blocks and the rows at both ends.
func newLongAggregate(l *longPartition, f *windowFunc, frames *longFrames) (longFunc, error) {
	frame, err := frames.of(f.frame)
	if err != nil {
		return nil, err
	}
	acc, err := f.fn.NewAccumulator(f.spec)
	if err != nil {
		return nil, err
	}
	a := longAggregate{part: l, f: f, frame: frame}
	if _, ok := acc.(expr.Removable); ok || frame.of.Start.Kind == expr.UnboundedPreceding {
		acc.Resize(1)
		return &longSlide{longAggregate: a, acc: acc, in: newBlockCursor(l), out: newBlockCursor(l)}, nil
	}
	x := &longMerge{longAggregate: a, left: newBlockCursor(l), right: newBlockCursor(l)}
	return x, x.prepare(acc)
}

// longAggregate is one aggregate over a long partition.
type longAggregate struct {
	part  *longPartition
	f     *windowFunc
	frame *longFrame
	sel   []int32
	kept  []int32
}

// rows returns those of rows from to to-1 of a cursor's block that the FILTER clause lets pass.
func (a *longAggregate) rows(c *blockCursor, from, to int) columnar.Rows {
	a.sel = a.sel[:0]
	for r := from; r < to; r++ {
		a.sel = append(a.sel, int32(r))
	}
	rows := columnar.Rows{Sel: a.sel, N: c.batch.N}
	if a.f.filter >= 0 {
		a.kept = kernel.SelectTrue(c.arg(a.f.filter), rows, a.kept)
		rows.Sel = a.kept
	}
	return rows
}

// each calls f with rows from to to-1 of the partition, block by block.
func (a *longAggregate) each(c *blockCursor, from, to int, f func(args []*columnar.Vector, rows columnar.Rows) error) error {
	for from < to {
		block := from / spillRows
		end := min(to, (block+1)*spillRows)
		if err := c.load(block); err != nil {
			return err
		}
		if rows := a.rows(c, from-block*spillRows, end-block*spillRows); len(rows.Sel) > 0 {
			if err := f(c.argsOf(a.f), rows); err != nil {
				return err
			}
		}
		from = end
	}
	return nil
}

// longSlide moves one group along the frames.
type longSlide struct {
	longAggregate
	acc      expr.Accumulator
	in, out  *blockCursor // at the rows that enter and leave
	from, to int          // rows in the accumulator
	value    *columnar.Vector
}

func (x *longSlide) next(rows *longRows) (*columnar.Vector, error) {
	result := columnar.New(x.f.result, 0)
	for i := range rows.n {
		start := int(x.frame.start[i])
		end := max(start, int(x.frame.end[i]))
		changed, err := x.move(start, end)
		if err != nil {
			return nil, err
		}
		if changed || x.value == nil {
			if x.value, err = x.acc.Final(); err != nil {
				return nil, err
			}
		}
		columnar.Append(result, x.value, columnar.AllRows(1))
	}
	return result, x.part.fits(x.acc)
}

// move makes the accumulator's rows those from start to end-1 and reports whether they were others.
func (x *longSlide) move(start, end int) (changed bool, err error) {
	if leave := min(start, x.to); x.from < leave {
		changed = true
		err := x.each(x.out, x.from, leave, func(args []*columnar.Vector, rows columnar.Rows) error {
			return x.acc.(expr.Removable).Remove(nil, args, rows)
		})
		if err != nil {
			return false, err
		}
	}
	if enter := max(x.to, start); enter < end {
		changed = true
		err := x.each(x.in, enter, end, func(args []*columnar.Vector, rows columnar.Rows) error { return x.acc.Update(nil, args, rows) })
		if err != nil {
			return false, err
		}
	}
	x.from, x.to = max(x.from, start), max(x.to, end)
	return changed, nil
}

// fits fails if the state of one frame is larger than a value may be that memory has no room for.
func (l *longPartition) fits(acc expr.Accumulator) error {
	n := acc.Bytes()
	if n <= undivided || l.memory.cover(int64(8*cap(l.peers))+n) {
		return nil
	}
	return l.memory.budget.OutOfMemory("The state of one window frame", n)
}

// longMerge computes each frame out of the states of blocks.
type longMerge struct {
	longAggregate
	states      []*columnar.Vector // a row a block
	left, right *blockCursor
}

// prepare computes the states of all blocks.
func (x *longMerge) prepare(acc expr.Accumulator) error {
	blocks := x.part.file.Blocks()
	acc.Resize(blocks)
	for b := range blocks {
		groups := sized([]int32(nil), spillRows)
		for i := range groups {
			groups[i] = int32(b)
		}
		err := x.each(x.left, b*spillRows, min((b+1)*spillRows, x.part.n), func(args []*columnar.Vector, rows columnar.Rows) error {
			return acc.Update(groups[:len(rows.Sel)], args, rows)
		})
		if err != nil {
			return err
		}
	}
	if err := x.part.fits(acc); err != nil {
		return err
	}
	partial, err := acc.Partial()
	for _, v := range partial {
		x.states = append(x.states, columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(blocks)))
	}
	return err
}

// mergeGroups is how many frames are computed in one accumulator.
const mergeGroups = 64

func (x *longMerge) next(rows *longRows) (*columnar.Vector, error) {
	result := columnar.New(x.f.result, 0)
	for first := 0; first < rows.n; first += mergeGroups {
		n := min(mergeGroups, rows.n-first)
		acc, err := x.f.fn.NewAccumulator(x.f.spec)
		if err != nil {
			return nil, err
		}
		acc.Resize(n)
		for g := range n {
			start, end := int(x.frame.start[first+g]), int(x.frame.end[first+g])
			if err := x.frameOf(acc, int32(g), start, end); err != nil {
				return nil, err
			}
		}
		if err := x.part.fits(acc); err != nil {
			return nil, err
		}
		v, err := acc.Final()
		if err != nil {
			return nil, err
		}
		columnar.Append(result, v, columnar.AllRows(n))
	}
	return result, nil
}

// frameOf adds rows start to end-1 to a group, in order.
func (x *longMerge) frameOf(acc expr.Accumulator, g int32, start, end int) error {
	groups := func(n int) []int32 {
		out := make([]int32, n)
		for i := range out {
			out[i] = g
		}
		return out
	}
	add := func(args []*columnar.Vector, rows columnar.Rows) error {
		return acc.Update(groups(len(rows.Sel)), args, rows)
	}
	whole := (start + spillRows - 1) / spillRows
	last := max(whole, end/spillRows) // after the blocks in between
	if err := x.each(x.left, start, min(end, whole*spillRows), add); err != nil {
		return err
	}
	if whole < last {
		blocks := columnar.Identity(last)[whole:]
		if err := acc.Merge(groups(len(blocks)), x.states, columnar.Rows{Sel: blocks, N: x.part.file.Blocks()}); err != nil {
			return err
		}
	}
	return x.each(x.right, last*spillRows, end, add)
}
