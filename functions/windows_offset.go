package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func pickLag(s *expr.Spec) (expr.WindowPick, error) {
	off, err := windowOffset(s, 1)
	return expr.WindowPick{Offset: -off}, err
}

func pickLead(s *expr.Spec) (expr.WindowPick, error) {
	off, err := windowOffset(s, 1)
	return expr.WindowPick{Offset: off}, err
}

func pickNth(s *expr.Spec) (expr.WindowPick, error) {
	nth, err := windowOffset(s, 1)
	if err == nil && nth < 1 {
		err = outOfRange(s, "offset", "(0, 2147483647]", nth)
	}
	return expr.WindowPick{Nth: nth}, err
}

func newLag(s *expr.Spec) (expr.WindowKernel, error)  { return newOffset(s, pickLag) }
func newLead(s *expr.Spec) (expr.WindowKernel, error) { return newOffset(s, pickLead) }

// newOffset is lag and lead, which differ in the sign of the offset.
func newOffset(s *expr.Spec, pick func(*expr.Spec) (expr.WindowPick, error)) (expr.WindowKernel, error) {
	p, err := pick(s)
	if err != nil {
		return nil, err
	}
	off := p.Offset
	return func(w *expr.WindowInput) error {
		n := w.End - w.Start
		from := make([]int32, n) // absolute row, -1 for none
		if w.IgnoreNulls && off != 0 {
			neighbours(w, off, from)
		} else {
			for i := range from {
				if from[i] = -1; i+off >= 0 && i+off < n {
					from[i] = int32(w.Start + i + off)
				}
			}
		}
		pickRows(w.Out, w.Args[0], w.Start, from)
		if len(w.Args) > 2 {
			for i, f := range from {
				if f < 0 {
					setRow(w.Out, w.Start+i, w.Args[2], w.Start+i)
				}
			}
		}
		return nil
	}, nil
}

// neighbours finds for each row the off-th row before or after it whose value is not null.
func neighbours(w *expr.WindowInput, off int, from []int32) {
	var rows []int32 // not null, ascending
	before := make([]int32, len(from))
	for i := range from {
		before[i] = int32(len(rows))
		if !w.Args[0].IsNull(w.Start + i) {
			rows = append(rows, int32(w.Start+i))
		}
	}
	for i := range from {
		k := int(before[i]) + off // of the rows before, the last is number before[i]-1
		if off > 0 {
			if k--; int(before[i]) < len(rows) && int(rows[before[i]]) == w.Start+i {
				k++
			}
		}
		if from[i] = -1; k >= 0 && k < len(rows) {
			from[i] = rows[k]
		}
	}
}

// newNthValue reads from the frame of each row.
func newNthValue(s *expr.Spec) (expr.WindowKernel, error) {
	p, err := pickNth(s)
	if err != nil {
		return nil, err
	}
	nth := p.Nth
	return func(w *expr.WindowInput) error {
		from := make([]int32, w.End-w.Start)
		for i := range from {
			from[i] = -1
			if !w.IgnoreNulls {
				if r := int(w.FrameStart[i]) + nth - 1; r < int(w.FrameEnd[i]) {
					from[i] = int32(r)
				}
				continue
			}
			left := nth
			for r := w.FrameStart[i]; r < w.FrameEnd[i]; r++ {
				if !w.Args[0].IsNull(int(r)) {
					if left--; left == 0 {
						from[i] = r
						break
					}
				}
			}
		}
		pickRows(w.Out, w.Args[0], w.Start, from)
		return nil
	}, nil
}

// pickRows writes to row start+i of out the value of row from[i] of src, null for -1.
func pickRows(out, src *columnar.Vector, start int, from []int32) {
	if src.Width != out.Width {
		if src.Width == columnar.W128 || src.Width == columnar.W64 {
			pickDecimals(out, src, start, from)
			return
		}
	}
	switch out.Width {
	case columnar.WBool, columnar.W8:
		pickFixed[uint8](out, src, start, from)
	case columnar.W16:
		pickFixed[int16](out, src, start, from)
	case columnar.W32, columnar.WF32:
		pickFixed[uint32](out, src, start, from)
	case columnar.W64, columnar.WF64:
		pickFixed[int64](out, src, start, from)
	default:
		for i, f := range from {
			if f < 0 {
				out.SetNull(start + i)
			} else {
				setRow(out, start+i, src, int(f))
			}
		}
	}
}

func pickDecimals(out, src *columnar.Vector, start int, from []int32) {
	for i, f := range from {
		if f < 0 || src.IsNull(int(f)) {
			out.SetNull(start + i)
		} else {
			setUnscaled(out, start+i, unscaledAt(src, int(f)))
		}
	}
}

func pickFixed[T columnar.Fixed](out, src *columnar.Vector, start int, from []int32) {
	dst, vals := columnar.Values[T](out)[start:start+len(from)], columnOf[T](src)
	nulls := src.MayHaveNulls()
	for i, f := range from {
		if f < 0 || nulls && src.IsNull(int(f)) {
			out.SetNull(start + i)
			continue
		}
		dst[i] = vals.at(int(f))
	}
}

// setRow copies row j of src, flat or constant, to row i of the flat vector dst of the same type. Elements of arrays and maps are appended to
// dst's children.
func setRow(dst *columnar.Vector, i int, src *columnar.Vector, j int) {
	if src.IsNull(j) || dst.Width == columnar.WNone {
		dst.SetNull(i)
		return
	}
	if dst.Valid != nil {
		dst.Valid[i>>6] |= 1 << (i & 63)
	}
	src, j = src.Base(), src.At(j)
	switch dst.Width {
	case columnar.WBool, columnar.W8:
		columnar.Values[uint8](dst)[i] = columnar.Values[uint8](src)[j]
	case columnar.W16:
		columnar.Values[int16](dst)[i] = columnar.Values[int16](src)[j]
	case columnar.W32, columnar.WF32:
		columnar.Values[uint32](dst)[i] = columnar.Values[uint32](src)[j]
	case columnar.WF64:
		columnar.Values[float64](dst)[i] = columnar.Values[float64](src)[j]
	case columnar.W64, columnar.W128:
		setUnscaled(dst, i, unscaledAt(src, j))
	case columnar.WInterval:
		columnar.Values[types.Interval](dst)[i] = columnar.Values[types.Interval](src)[j]
	case columnar.WView:
		dst.SetBytes(i, src.Bytes(j))
	case columnar.WList, columnar.WMap:
		s := columnar.Values[columnar.Span](src)[j]
		columnar.Values[columnar.Span](dst)[i] = columnar.Span{Off: int32(dst.Children[0].Len), Len: s.Len}
		for c, child := range src.Children {
			columnar.Append(dst.Children[c], child, spanRows(s, child.Len))
		}
	case columnar.WStruct:
		for c, child := range src.Children {
			setRow(dst.Children[c], i, child, j)
		}
	}
}

// spanRows returns the rows of an array's elements.
func spanRows(s columnar.Span, n int) columnar.Rows {
	sel := make([]int32, s.Len)
	for i := range sel {
		sel[i] = s.Off + int32(i)
	}
	return columnar.Rows{Sel: sel, N: n}
}
