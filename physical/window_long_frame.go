package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// longFrames are the different frames of the functions over a long partition.
type longFrames struct {
	part *longPartition
	all  []*longFrame
}

// longFrame is the bounds of one frame for the rows of the current block.
type longFrame struct {
	of         *expr.Frame
	from, to   longBound
	start, end []int32
}

// longBound gives the rows at one side of a frame, block by block.
type longBound func(rows *longRows) ([]int32, error)

// of returns a frame, whose bounds are those of the block that move met last. Equal frames share them.
func (s *longFrames) of(f *expr.Frame) (*longFrame, error) {
	if f == nil {
		if f = defaultFrame; len(s.part.plan.sort.cols) == s.part.plan.partition {
			f = wholeFrame
		}
	}
	for _, x := range s.all {
		if x.of == f {
			return x, nil
		}
	}
	x := &longFrame{of: f}
	var err error
	if x.from, err = s.part.bound(f, f.Start, true); err != nil {
		return nil, err
	}
	if x.to, err = s.part.bound(f, f.End, false); err != nil {
		return nil, err
	}
	s.all = append(s.all, x)
	return x, nil
}

// move computes all frames for the rows of a block.
func (s *longFrames) move(rows *longRows) (err error) {
	for _, x := range s.all {
		if x.start, err = x.from(rows); err != nil {
			return err
		}
		if x.end, err = x.to(rows); err != nil {
			return err
		}
	}
	return nil
}

// bound is windowRows.bound for a long partition.
func (l *longPartition) bound(f *expr.Frame, b expr.Bound, first bool) (longBound, error) {
	switch {
	case b.Kind == expr.UnboundedPreceding:
		return always(0), nil
	case b.Kind == expr.UnboundedFollowing:
		return always(l.n), nil
	case b.Kind == expr.CurrentRow && f.Range:
		return func(rows *longRows) ([]int32, error) {
			if first {
				return rows.peerStart, nil
			}
			return rows.peerEnd, nil
		}, nil
	case b.Kind != expr.CurrentRow && f.Range:
		return l.rangeBound(b, first)
	}
	offset, err := rowOffset(b, first)
	return func(rows *longRows) ([]int32, error) {
		out := make([]int32, rows.n)
		for i := range out {
			out[i] = int32(max(0, min(int64(l.n), int64(rows.first+i)+offset)))
		}
		return out, nil
	}, err
}

// always returns the bound that is one row for all rows.
func always(r int) longBound {
	return func(rows *longRows) ([]int32, error) {
		out := make([]int32, rows.n)
		for i := range out {
			out[i] = int32(r)
		}
		return out, nil
	}
}

// rangeBound is windowRows.rangeBound for a long partition: the bound of a row is not before that of the row above, so that one cursor follows it.
func (l *longPartition) rangeBound(b expr.Bound, first bool) (longBound, error) {
	order := l.plan.sort.cols[l.plan.partition:]
	if len(order) == 0 {
		w := &windowRows{plan: l.plan, n: 1}
		return always(int(w.constantBound(b, []int32{0}, []int32{int32(l.n)}, first)[0])), nil
	}
	if len(order) != 1 {
		return nil, sqlerr.Internal("a range frame over %d keys", len(order))
	}
	x := &longRange{part: l, b: b, first: first, col: order[0], cur: newBlockCursor(l), at: l.nullsFirst}
	return x.next, nil
}

// longRange follows one bound of a range frame.
type longRange struct {
	part  *longPartition
	b     expr.Bound
	first bool
	col   int
	cur   *blockCursor
	keys  *orderedKeys // of the cursor's block
	at    int
}

func (x *longRange) keysOf(v *columnar.Vector) (keys, moved *orderedKeys, err error) {
	s := x.part.plan.sort
	return rangeKeys(v, x.b, s.orders[x.part.plan.partition].Desc, s.query.Env().Zone)
}

func (x *longRange) next(rows *longRows) ([]int32, error) {
	_, moved, err := x.keysOf(rows.cur.batch.Cols[x.col])
	if err != nil {
		return nil, err
	}
	out := make([]int32, rows.n)
	lo, hi := x.part.nullsFirst, x.part.n-x.part.nullsLast // the rows with a key
	for i := range out {
		if r := rows.first + i; r < lo || r >= hi {
			out[i] = pickBound(x.first, rows.peerStart[i], rows.peerEnd[i])
			continue
		}
		for x.at < hi {
			c, err := x.compare(moved, i)
			if err != nil {
				return nil, err
			}
			if c > 0 || c == 0 && x.first {
				break
			}
			x.at++
		}
		out[i] = int32(x.at)
	}
	return out, nil
}

// compare compares the key at the bound with the moved key i.
func (x *longRange) compare(moved *orderedKeys, i int) (int, error) {
	if block := x.at / spillRows; x.cur.block != block || x.keys == nil {
		if err := x.cur.load(block); err != nil {
			return 0, err
		}
		var err error
		if x.keys, _, err = x.keysOf(x.cur.batch.Cols[x.col]); err != nil {
			return 0, err
		}
	}
	return x.keys.compare(x.at%spillRows, moved, i), nil
}
