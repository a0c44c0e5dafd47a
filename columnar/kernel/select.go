package kernel

import (
	"bytes"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// room returns a list of n numbers in dst's memory if it fits. It is never nil, since a nil selection means all rows.
func room(dst []int32, n int) []int32 {
	if dst == nil || cap(dst) < n {
		return make([]int32, n)
	}
	return dst[:n]
}

// SelectCompare returns, ascending, those of rows where a op b is true, written over dst, which may be rows.Sel itself. The vectors are of one
// type and may have any form and nulls.
func SelectCompare(op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	if a.Form == columnar.Constant && b.Form != columnar.Constant {
		a, b, op = b, a, op.Flip()
	}
	if b.Form == columnar.Constant {
		if b.IsNull(0) {
			return room(dst, 0)
		}
		if a.Form == columnar.Constant {
			if a.IsNull(0) || !op.Holds(CompareRows(a, 0, b, 0)) {
				return room(dst, 0)
			}
			return allRows(rows, dst)
		}
		if a.Form == columnar.Dictionary && a.Dict.Len <= rows.Count() {
			return selectCodes(op, a, b, rows, dst)
		}
	}
	if a.MayHaveNulls() || b.MayHaveNulls() {
		dst = SelectNotNull(b, columnar.Rows{Sel: SelectNotNull(a, rows, dst), N: rows.N}, dst)
		rows = columnar.Rows{Sel: dst, N: rows.N}
	}
	if rows.Count() == 0 {
		return room(dst, 0)
	}
	if a.Form != columnar.Flat || b.Form == columnar.Dictionary || a.Width != b.Width {
		return selectGathered(op, a, b, rows, dst)
	}
	switch a.Width {
	case columnar.WBool:
		return selectNumbers[uint8](op, a, b, rows, dst)
	case columnar.W8:
		return selectNumbers[int8](op, a, b, rows, dst)
	case columnar.W16:
		return selectNumbers[int16](op, a, b, rows, dst)
	case columnar.W32:
		return selectNumbers[int32](op, a, b, rows, dst)
	case columnar.W64:
		return selectNumbers[int64](op, a, b, rows, dst)
	case columnar.WF32:
		return selectFloats[float32](op, a, b, rows, dst)
	case columnar.WF64:
		return selectFloats[float64](op, a, b, rows, dst)
	case columnar.WView:
		if b.Form == columnar.Constant && (op == EQ || op == NE) {
			return selectViewEquals(op, a, b, rows, dst)
		}
	}
	return selectSlow(op, a, b, rows, dst)
}

// selectViewEquals compares strings with a constant as two words: length and beginning, then the rest of a short string. Bytes of long ones are
// read only where the first word is the constant's.
func selectViewEquals(op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	x, c := columnar.Values[types.Int128](a), columnar.Values[types.Int128](b)[0]
	views, want := columnar.Values[columnar.View](a), b.Bytes(0)
	n := 0
	if op == NE {
		for i := range dst {
			r := rows.Row(i)
			dst[n] = int32(r)
			n += b2i(x[r].Lo != c.Lo || !bytes.Equal((&views[r]).Bytes(a.Buffers), want))
		}
		return dst[:n]
	}
	short, second := len(want) <= columnar.MaxInline, uint64(0)
	if short {
		second = math.MaxUint64
	}
	if rows.Sel != nil {
		n = loopConstSel(x, c, rows.Sel, dst, func(a, b types.Int128) bool { return (a.Lo^b.Lo)|uint64(a.Hi^b.Hi)&second == 0 })
	} else {
		n = viewsWith(x[:rows.N], c, second, dst)
	}
	if dst = dst[:n]; short {
		return dst
	}
	n = 0
	for _, r := range dst {
		dst[n] = r
		n += b2i(bytes.Equal((&views[r]).Bytes(a.Buffers), want))
	}
	return dst[:n]
}

// viewsWith writes which of the views have the first word of another, and of the second one the bits of a mask, and returns how many. Few do, so that of
// eight views at once none does most of the time (0.7 of the time of one after the other; it is bound by reading the views then).
func viewsWith(views []types.Int128, want types.Int128, second uint64, dst []int32) (n int) {
	lo := want.Lo
	i := 0
	for ; i+8 <= len(views); i += 8 {
		v := views[i : i+8 : i+8]
		if v[0].Lo != lo && v[1].Lo != lo && v[2].Lo != lo && v[3].Lo != lo && v[4].Lo != lo && v[5].Lo != lo && v[6].Lo != lo && v[7].Lo != lo {
			continue
		}
		for k, x := range v {
			dst[n] = int32(i + k)
			n += b2i((x.Lo^lo)|uint64(x.Hi^want.Hi)&second == 0)
		}
	}
	for ; i < len(views); i++ {
		dst[n] = int32(i)
		n += b2i((views[i].Lo^lo)|uint64(views[i].Hi^want.Hi)&second == 0)
	}
	return n
}

// selectCodes compares each entry of a dictionary once.
func selectCodes(op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	table := make([]uint8, a.Dict.Len)
	for e := range table {
		if !a.Dict.IsNull(e) && op.Holds(CompareRows(a.Dict, e, b, 0)) {
			table[e] = 1
		}
	}
	return SelectCodes(table, a, false, rows, dst)
}

// SelectCodes keeps the rows of a dictionary vector whose entry has a 1 in the table, and null rows if nulls is set (entries that are null
// have their place in the table), written over dst, which may be rows.Sel.
func SelectCodes(table []uint8, v *columnar.Vector, nulls bool, rows columnar.Rows, dst []int32) []int32 {
	if len(table) == 0 { // all rows are null
		if nulls {
			return allRows(rows, dst)
		}
		return room(dst, 0)
	}
	dst = room(dst, rows.Count())
	n := 0
	switch {
	case v.Valid != nil && rows.Sel != nil:
		onNull := b2i(nulls)
		for _, r := range rows.Sel {
			ok := int(v.Valid[r>>6] >> (r & 63) & 1)
			dst[n] = r
			n += int(table[v.Codes[r]])&ok | onNull&^ok
		}
	case v.Valid != nil:
		onNull := b2i(nulls)
		for w := 0; w<<6 < rows.N; w++ {
			word := v.Valid[w]
			for i, c := range v.Codes[w<<6 : min(w<<6+64, rows.N)] {
				ok := int(word & 1)
				word >>= 1
				dst[n] = int32(w<<6 + i)
				n += int(table[c])&ok | onNull&^ok
			}
		}
	case rows.Sel != nil:
		for _, r := range rows.Sel {
			dst[n] = r
			n += int(table[v.Codes[r]])
		}
	default:
		for r, c := range v.Codes[:rows.N] {
			dst[n] = int32(r)
			n += int(table[c])
		}
	}
	return dst[:n]
}

// selectGathered compares vectors of which at least one is codes or of another width than the other.
func selectGathered(op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	if a.Base().Width == b.Base().Width {
		switch a.Base().Width {
		case columnar.W8:
			return selectPieces[int8](op, a, b, rows, dst)
		case columnar.W16:
			return selectPieces[int16](op, a, b, rows, dst)
		case columnar.W32:
			return selectPieces[int32](op, a, b, rows, dst)
		case columnar.W64:
			return selectPieces[int64](op, a, b, rows, dst)
		}
	}
	return selectSlow(op, a, b, rows, dst)
}

// selectPieces gathers the values of some rows at a time and compares those: two columns of codes take 6 ns a row, 117 with CompareRows for each
// (BenchmarkSelectCodes on one core).
func selectPieces[T number](op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	const piece = 256
	var x, y [piece]T
	var hit [piece]int32
	count := rows.Count()
	dst = room(dst, count)
	n := 0
	for off := 0; off < count; off += piece {
		k := min(piece, count-off)
		gatherPiece(x[:k], a, rows, off)
		gatherPiece(y[:k], b, rows, off)
		for _, i := range hit[:selectNumber(op, x[:k], y[:k], hit[:k])] {
			dst[n] = int32(rows.Row(off + int(i)))
			n++
		}
	}
	return dst[:n]
}

// gatherPiece writes the values of the rows from the off-th to dst.
func gatherPiece[T number](dst []T, v *columnar.Vector, rows columnar.Rows, off int) {
	vals := columnar.Values[T](v.Base())
	switch {
	case v.Form == columnar.Constant:
		for i := range dst {
			dst[i] = vals[0]
		}
	case v.Form == columnar.Flat && rows.Sel == nil:
		copy(dst, vals[off:])
	case v.Form == columnar.Flat:
		for i, r := range rows.Sel[off : off+len(dst)] {
			dst[i] = vals[r]
		}
	case rows.Sel == nil:
		for i, c := range v.Codes[off : off+len(dst)] {
			dst[i] = vals[c]
		}
	default:
		for i, r := range rows.Sel[off : off+len(dst)] {
			dst[i] = vals[v.Codes[r]]
		}
	}
}

func selectSlow(op Op, a, b *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	n := 0
	if (op == EQ || op == NE) && a.Base().Width == columnar.WView {
		want := op == EQ
		for i := range rows.Count() {
			r := rows.Row(i)
			dst[n] = int32(r)
			n += b2i(EqualRows(a, r, b, r) == want)
		}
		return dst[:n]
	}
	if a.Form == columnar.Flat && b.Form == columnar.Constant && a.Width == columnar.W128 {
		c := wide(b, 0)
		for i := range rows.Count() {
			r := rows.Row(i)
			dst[n] = int32(r)
			n += b2i(op.Holds(columnar.Values[types.Int128](a)[r].Cmp(c)))
		}
		return dst[:n]
	}
	for i := range rows.Count() {
		r := rows.Row(i)
		dst[n] = int32(r)
		n += b2i(op.Holds(CompareRows(a, r, b, r)))
	}
	return dst[:n]
}

func allRows(rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	if rows.Sel != nil {
		copy(dst, rows.Sel)
		return dst
	}
	for i := range dst {
		dst[i] = int32(i)
	}
	return dst
}
