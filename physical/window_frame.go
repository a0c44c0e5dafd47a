package physical

import (
	"sort"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// windowRows is sorted rows of whole partitions with what window functions need of them.
type windowRows struct {
	plan   *windowPlan
	n      int
	args   []*columnar.Vector // flat or constant
	order  []*columnar.Vector // the keys that order
	starts []int32            // of partitions, and n
	peers  []int32            // starts of rows that are equal in partition and order, and n

	peerStart, peerEnd []int32 // of each row, made on first use
	frames             []computedFrame
}

// computedFrame is the bounds of a frame for each row; a frame is empty where start >= end.
type computedFrame struct {
	of         *expr.Frame
	start, end []int32
}

// function computes one function for all rows.
func (w *windowRows) function(f *windowFunc) (*columnar.Vector, error) {
	start, end, err := w.frame(f.frame)
	if err != nil {
		return nil, err
	}
	if f.call != nil {
		return w.aggregate(f, start, end)
	}
	k, err := f.fn.NewWindow(f.spec)
	if err != nil {
		return nil, err
	}
	in := expr.WindowInput{Out: columnar.New(f.result, w.n), IgnoreNulls: f.spec.IgnoreNulls}
	in.Out.ClearReferences()
	for _, a := range f.args {
		in.Args = append(in.Args, w.args[a])
	}
	w.findPeers()
	for p := range len(w.starts) - 1 {
		from, to := w.starts[p], w.starts[p+1]
		in.Start, in.End, in.From, in.To = int(from), int(to), int(from), int(to)
		in.PeerStart, in.PeerEnd = w.peerStart[from:to], w.peerEnd[from:to]
		in.FrameStart, in.FrameEnd = start[from:to], end[from:to]
		if err := k(&in); err != nil {
			return nil, err
		}
	}
	return in.Out, nil
}

func (w *windowRows) findPeers() {
	if w.peerStart == nil {
		w.peerStart, w.peerEnd = spread(w.peers, w.n)
	}
}

// spread gives every row the bounds of its group.
func spread(starts []int32, n int) (start, end []int32) {
	start, end = make([]int32, n), make([]int32, n)
	for g := range len(starts) - 1 {
		for i := starts[g]; i < starts[g+1]; i++ {
			start[i], end[i] = starts[g], starts[g+1]
		}
	}
	return start, end
}

// The frame of functions without one: the rows up to the current one and its peers, or the whole partition if there is no order.
var (
	defaultFrame = &expr.Frame{Range: true, Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.CurrentRow}}
	wholeFrame   = &expr.Frame{Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.UnboundedFollowing}}
)

// frame returns the bounds of a frame for each row. Equal frames share them.
func (w *windowRows) frame(f *expr.Frame) (start, end []int32, err error) {
	if f == nil {
		if f = defaultFrame; len(w.order) == 0 {
			f = wholeFrame
		}
	}
	for _, c := range w.frames {
		if c.of == f {
			return c.start, c.end, nil
		}
	}
	c := computedFrame{of: f}
	if c.start, err = w.bound(f, f.Start, true); err != nil {
		return nil, nil, err
	}
	if c.end, err = w.bound(f, f.End, false); err != nil {
		return nil, nil, err
	}
	w.frames = append(w.frames, c)
	return c.start, c.end, nil
}

// bound computes the first rows of frames, or the rows after their last.
func (w *windowRows) bound(f *expr.Frame, b expr.Bound, first bool) ([]int32, error) {
	partStart, partEnd := spread(w.starts, w.n)
	pick := func(start, end []int32) []int32 {
		if first {
			return start
		}
		return end
	}
	switch {
	case b.Kind == expr.UnboundedPreceding:
		return partStart, nil
	case b.Kind == expr.UnboundedFollowing:
		return partEnd, nil
	case b.Kind == expr.CurrentRow && f.Range:
		w.findPeers()
		return pick(w.peerStart, w.peerEnd), nil
	case b.Kind != expr.CurrentRow && f.Range:
		return w.rangeBound(b, partStart, partEnd, first)
	}
	offset, err := rowOffset(b, first)
	if err != nil {
		return nil, err
	}
	out := make([]int32, w.n)
	for i := range out {
		out[i] = int32(max(int64(partStart[i]), min(int64(partEnd[i]), int64(i)+offset)))
	}
	return out, nil
}

// rowOffset returns how many rows behind the current one a bound of a ROWS frame lies, for an end the row after it.
func rowOffset(b expr.Bound, first bool) (int64, error) {
	offset := int64(0)
	if b.Kind != expr.CurrentRow {
		lit, ok := b.Offset.(*expr.Literal)
		if !ok {
			return 0, sqlerr.Internal("a frame bound is no literal")
		}
		offset = literalInt(lit)
		if b.Kind == expr.Preceding {
			offset = -offset
		}
	}
	if !first {
		offset++
	}
	return offset, nil
}

func literalInt(l *expr.Literal) int64 {
	switch x := l.Value.(type) {
	case int8:
		return int64(x)
	case int16:
		return int64(x)
	case int32:
		return int64(x)
	case int64:
		return x
	}
	return 0
}

// rangeBound finds, for each row, the first row whose key is not before (or, for an end, is behind) the row's key moved by the offset. Rows
// without a key have each other as frame.
func (w *windowRows) rangeBound(b expr.Bound, partStart, partEnd []int32, first bool) ([]int32, error) {
	if len(w.order) == 0 {
		return w.constantBound(b, partStart, partEnd, first), nil
	}
	if len(w.order) != 1 {
		return nil, sqlerr.Internal("a range frame over %d keys", len(w.order))
	}
	w.findPeers()
	o := w.plan.sort.orders[w.plan.partition]
	keys, moved, err := rangeKeys(w.order[0], b, o.Desc, w.plan.sort.query.Env().Zone)
	if err != nil {
		return nil, err
	}
	out := make([]int32, w.n)
	for p := range len(w.starts) - 1 {
		from, to := int(w.starts[p]), int(w.starts[p+1])
		lo, hi := from, to // the rows with a key
		for lo < to && w.order[0].IsNull(lo) {
			out[lo] = pickBound(first, w.peerStart[lo], w.peerEnd[lo])
			lo++
		}
		for hi > lo && w.order[0].IsNull(hi-1) {
			hi--
			out[hi] = pickBound(first, w.peerStart[hi], w.peerEnd[hi])
		}
		at := lo
		for i := lo; i < hi; i++ {
			at += sort.Search(hi-at, func(k int) bool {
				c := keys.compare(at+k, moved, i)
				return c > 0 || c == 0 && first
			})
			out[i] = int32(at)
		}
	}
	return out, nil
}

// constantBound is rangeBound where all rows of a partition have the same key, which is not sorted by: an offset reaches all of them, or, away
// from the row, none.
func (w *windowRows) constantBound(b expr.Bound, partStart, partEnd []int32, first bool) []int32 {
	all := w.plan.nullOrder
	switch lit, _ := b.Offset.(*expr.Literal); {
	case all || lit == nil || isZero(lit.Value):
		all = true
	case b.Kind == expr.Preceding:
		all = first
	case b.Kind == expr.Following:
		all = !first
	}
	if all == first {
		return partStart[:w.n]
	}
	return partEnd[:w.n]
}

func isZero(v any) bool {
	switch x := v.(type) {
	case types.Int128:
		return x == types.Int128{}
	case types.Interval:
		return x == types.Interval{}
	case float32:
		return x == 0
	case float64:
		return x == 0
	}
	return literalInt(&expr.Literal{Value: v}) == 0
}

func pickBound(first bool, start, end int32) int32 {
	if first {
		return start
	}
	return end
}
