package sparrow

import (
	"errors"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// Window describes the rows that a function sees: PartitionBy(…).OrderBy(…).RowsBetween(…).
type Window struct {
	spec expr.WindowSpec
	err  error
}

// PartitionBy begins a window over the rows with equal values of the columns; without columns over all rows.
func PartitionBy(cols ...Column) Window {
	es, err := exprs(cols)
	return Window{expr.WindowSpec{Partition: es}, err}
}

// OrderBy orders the rows of the window.
func (w Window) OrderBy(keys ...Ordering) Window {
	ks, err := orders(keys)
	w.spec.Order, w.err = ks, errors.Join(w.err, err)
	return w
}

// The bounds of frames; other values are offsets, negative for rows before.
const (
	UnboundedPreceding int64 = -1 << 63
	UnboundedFollowing int64 = 1<<63 - 1
	CurrentRow         int64 = 0
)

// RowsBetween bounds the frame by numbers of rows.
func (w Window) RowsBetween(start, end int64) Window {
	w.spec.Frame = &expr.Frame{Start: frameBound(start, false), End: frameBound(end, true)}
	return w
}

// RangeBetween bounds the frame by distances from the value of the order column.
func (w Window) RangeBetween(start, end int64) Window {
	w.spec.Frame = &expr.Frame{Range: true, Start: frameBound(start, false), End: frameBound(end, true)}
	return w
}

func frameBound(n int64, isEnd bool) expr.Bound {
	switch {
	case n == UnboundedPreceding && !isEnd:
		return expr.Bound{Kind: expr.UnboundedPreceding}
	case n == UnboundedFollowing && isEnd:
		return expr.Bound{Kind: expr.UnboundedFollowing}
	case n == CurrentRow:
		return expr.Bound{Kind: expr.CurrentRow}
	case n < 0:
		return expr.Bound{Kind: expr.Preceding, Offset: offset(-n)}
	}
	return expr.Bound{Kind: expr.Following, Offset: offset(n)}
}

// offset is an integer literal of the narrowest of int and bigint, as SQL text gives.
func offset(n int64) expr.Expr {
	if int64(int32(n)) == n {
		return &expr.Literal{Value: int32(n), T: types.IntType}
	}
	return &expr.Literal{Value: n, T: types.BigIntType}
}
