package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
)

// aggregate computes an aggregate function over the frames of all rows. How is chosen here:
//
//   - All frames of a partition are the whole partition: a group a partition.
//   - Frames have few rows: a group a row, each fed with its frame. That is work for every pair of row and frame row, but in long loops.
//   - Frames begin with their partition, or the accumulator can take rows back: a group a partition that moves along, step by step, all
//     partitions of similar length together.
//   - Otherwise a group a row again.
func (w *windowRows) aggregate(f *windowFunc, start, end []int32) (*columnar.Vector, error) {
	a := &frameAggregate{w: w, f: f, start: start, end: end}
	for _, c := range f.args {
		a.args = append(a.args, w.args[c])
	}
	if f.filter >= 0 {
		a.keep = make([]bool, w.n)
		for _, r := range kernel.SelectTrue(w.args[f.filter], columnar.AllRows(w.n), nil) {
			a.keep[r] = true
		}
	}
	whole, growing, pairs := a.shape()
	acc, err := f.fn.NewAccumulator(f.spec)
	if err != nil {
		return nil, err
	}
	_, removable := acc.(expr.Removable)
	switch {
	case whole:
		return a.wholePartitions(acc)
	case pairs <= cheapFrame*int64(w.n) || !growing && !removable:
		return a.rowByRow()
	}
	return a.moving()
}

// cheapFrame is how many rows of a frame are added as fast as one row is moved along.
const cheapFrame = 16

// frameAggregate is one aggregate over frames.
type frameAggregate struct {
	w          *windowRows
	f          *windowFunc
	args       []*columnar.Vector
	keep       []bool // rows of the FILTER clause; nil: all
	start, end []int32
}

// shape looks at the frames: whether all are whole partitions, whether they begin with the partition, and how many rows they have in all.
func (a *frameAggregate) shape() (whole, growing bool, pairs int64) {
	whole, growing = true, true
	for p := range len(a.w.starts) - 1 {
		from, to := a.w.starts[p], a.w.starts[p+1]
		for i := from; i < to; i++ {
			whole = whole && a.start[i] == from && a.end[i] == to
			growing = growing && a.start[i] == from
			pairs += int64(max(a.end[i]-a.start[i], 0))
		}
	}
	return whole, growing, pairs
}

func (a *frameAggregate) wholePartitions(acc expr.Accumulator) (*columnar.Vector, error) {
	groups := make([]int32, a.w.n)
	parts := a.w.starts
	for p := range len(parts) - 1 {
		for i := parts[p]; i < parts[p+1]; i++ {
			groups[i] = int32(p)
		}
	}
	acc.Resize(len(parts) - 1)
	rows, some := columnar.AllRows(a.w.n), groups
	if a.keep != nil {
		rows.Sel, some = []int32{}, []int32{}
		for i, k := range a.keep {
			if k {
				rows.Sel, some = append(rows.Sel, int32(i)), append(some, groups[i])
			}
		}
	}
	if rows.Count() > 0 {
		if err := acc.Update(some, a.args, rows); err != nil {
			return nil, err
		}
	}
	v, err := acc.Final()
	if err != nil {
		return nil, err
	}
	out := &columnar.Vector{}
	columnar.Gather(out, v, groups)
	return out, nil
}

// pairBatch is how many pairs of row and frame row are added at a time.
const pairBatch = 1 << 14

// rowByRow feeds each row's group with its frame.
func (a *frameAggregate) rowByRow() (*columnar.Vector, error) {
	out := columnar.New(a.f.result, 0)
	var groups, sel []int32
	for first := 0; first < a.w.n; {
		acc, err := a.f.fn.NewAccumulator(a.f.spec)
		if err != nil {
			return nil, err
		}
		i := first
		for budget := 8 * pairBatch; i < a.w.n && budget > 0; i++ {
			budget -= 1 + int(max(a.end[i]-a.start[i], 0))
		}
		acc.Resize(i - first)
		groups, sel = groups[:0], sel[:0]
		flush := func() error {
			if len(sel) == 0 {
				return nil
			}
			err := acc.Update(groups, a.args, columnar.Rows{Sel: sel, N: a.w.n})
			groups, sel = groups[:0], sel[:0]
			return err
		}
		for k := first; k < i; k++ {
			for r := a.start[k]; r < a.end[k]; r++ {
				if a.keep != nil && !a.keep[r] {
					continue
				}
				groups, sel = append(groups, int32(k-first)), append(sel, r)
				if len(sel) == pairBatch {
					if err := flush(); err != nil {
						return nil, err
					}
				}
			}
		}
		if err := flush(); err != nil {
			return nil, err
		}
		v, err := acc.Final()
		if err != nil {
			return nil, err
		}
		columnar.Append(out, v, columnar.AllRows(i-first))
		first = i
	}
	return out, nil
}

// lanes is how many partitions move along together.
const lanes = 256

// moving steps through partitions, the longest first, so that those that move together have about the same length.
func (a *frameAggregate) moving() (*columnar.Vector, error) {
	parts := make([]int32, len(a.w.starts)-1)
	for p := range parts {
		parts[p] = int32(p)
	}
	size := func(p int32) int { return int(a.w.starts[p+1] - a.w.starts[p]) }
	slices.SortStableFunc(parts, func(x, y int32) int { return size(y) - size(x) })
	values, places := columnar.New(a.f.result, 0), make([]int32, a.w.n)
	for len(parts) > 0 {
		n := 1
		for n < len(parts) && n < lanes && 2*size(parts[n]) >= size(parts[0]) {
			n++
		}
		if err := a.moveLanes(parts[:n], size(parts[0]), values, places); err != nil {
			return nil, err
		}
		parts = parts[n:]
	}
	out := &columnar.Vector{}
	columnar.Gather(out, values, places)
	return out, nil
}

// moveLanes appends the results of some partitions to values and notes for each row where its result is.
func (a *frameAggregate) moveLanes(parts []int32, steps int, values *columnar.Vector, places []int32) error {
	acc, err := a.f.fn.NewAccumulator(a.f.spec)
	if err != nil {
		return err
	}
	acc.Resize(len(parts))
	from, to := make([]int32, len(parts)), make([]int32, len(parts)) // rows in the accumulator
	for l, p := range parts {
		from[l], to[l] = a.w.starts[p], a.w.starts[p]
	}
	var in, out rowChange
	for step := range steps {
		in.clear()
		out.clear()
		active := 0
		for l, p := range parts {
			row := int(a.w.starts[p]) + step
			if row >= int(a.w.starts[p+1]) {
				break // all shorter ones are behind
			}
			active++
			start, end := a.start[row], max(a.start[row], a.end[row])
			out.add(int32(l), from[l], min(start, to[l]), a.keep)
			in.add(int32(l), max(to[l], start), end, a.keep)
			from[l], to[l] = max(from[l], start), max(to[l], end)
		}
		if err := a.apply(acc, &in, &out); err != nil {
			return err
		}
		if step == 0 || len(in.rows)+len(out.rows) > 0 {
			v, err := acc.Final()
			if err != nil {
				return err
			}
			columnar.Append(values, v, columnar.AllRows(len(parts)))
		}
		base := int32(values.Len - len(parts))
		for l := range active {
			places[int(a.w.starts[parts[l]])+step] = base + int32(l)
		}
	}
	return nil
}

func (a *frameAggregate) apply(acc expr.Accumulator, in, out *rowChange) error {
	if len(out.rows) > 0 {
		if err := acc.(expr.Removable).Remove(out.groups, a.args, columnar.Rows{Sel: out.rows, N: a.w.n}); err != nil {
			return err
		}
	}
	if len(in.rows) == 0 {
		return nil
	}
	return acc.Update(in.groups, a.args, columnar.Rows{Sel: in.rows, N: a.w.n})
}

// rowChange is rows that enter or leave frames, with their groups.
type rowChange struct{ groups, rows []int32 }

func (c *rowChange) clear() { c.groups, c.rows = c.groups[:0], c.rows[:0] }

func (c *rowChange) add(group, from, to int32, keep []bool) {
	for r := from; r < to; r++ {
		if keep == nil || keep[r] {
			c.groups, c.rows = append(c.groups, group), append(c.rows, r)
		}
	}
}
