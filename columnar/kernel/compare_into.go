package kernel

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// CompareInto makes out the boolean vector of a op b at the rows, null where an operand is; sel is scratch. The vectors are of one type and may
// have any form.
func CompareInto(op Op, a, b *columnar.Vector, rows columnar.Rows, out *columnar.Vector, sel []int32) []int32 {
	n := max(rows.N, a.Len)
	out.Reset(types.BooleanType, columnar.WBool, n)
	vals := columnar.Values[uint8](out)
	clear(vals)
	sel = SelectCompare(op, a, b, rows, sel)
	for _, r := range sel {
		vals[r] = 1
	}
	NullWhereAny(out, rows, a, b)
	return sel
}

// NullSafeEqualInto makes out the boolean vector of a <=> b.
func NullSafeEqualInto(a, b *columnar.Vector, rows columnar.Rows, out *columnar.Vector, sel []int32) []int32 {
	n := max(rows.N, a.Len)
	out.Reset(types.BooleanType, columnar.WBool, n)
	vals := columnar.Values[uint8](out)
	clear(vals)
	sel = SelectCompare(EQ, a, b, rows, sel)
	for _, r := range sel {
		vals[r] = 1
	}
	if !a.MayHaveNulls() || !b.MayHaveNulls() {
		return sel
	}
	sel = SelectNull(a, rows, sel)
	for _, r := range SelectNull(b, columnar.Rows{Sel: sel, N: rows.N}, sel) {
		vals[r] = 1
	}
	return sel
}

// NullWhereAny makes the rows of out null where one of the vectors, of any form, is null.
func NullWhereAny(out *columnar.Vector, rows columnar.Rows, args ...*columnar.Vector) {
	for _, a := range args {
		switch {
		case !a.MayHaveNulls():
		case a.Form == columnar.Constant:
			if a.IsNull(0) {
				out.SetAllNull()
				return
			}
		case a.Form == columnar.Flat:
			words := out.EnsureValid()
			for i, w := range a.Valid[:min(len(words), len(a.Valid))] {
				words[i] &= w
			}
		default:
			words := out.EnsureValid()
			a.EachNull(rows, func(i int) {
				r := rows.Row(i)
				words[r>>6] &^= 1 << (r & 63)
			})
		}
	}
}
