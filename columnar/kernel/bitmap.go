package kernel

import "github.com/sparrow-engine/sparrow/columnar"

// SelectNotNull keeps the rows of v that are not null, ascending, written over dst, which may be rows.Sel.
func SelectNotNull(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	switch {
	case !v.MayHaveNulls():
		return allRows(rows, dst)
	case v.Form == columnar.Constant:
		if v.IsNull(0) {
			return room(dst, 0)
		}
		return allRows(rows, dst)
	}
	if v.Valid != nil {
		dst = selectValid(v.Valid, rows, dst)
		rows = columnar.Rows{Sel: dst, N: rows.N}
	}
	if v.Form == columnar.Dictionary && v.Dict.Valid != nil {
		dst = room(dst, rows.Count())
		n := 0
		for i := range rows.Count() {
			r := rows.Row(i)
			dst[n] = int32(r)
			c := v.Codes[r]
			n += int(v.Dict.Valid[c>>6] >> (c & 63) & 1)
		}
		dst = dst[:n]
	}
	return dst
}

// SelectNull keeps the rows of v that are null.
func SelectNull(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	if !v.MayHaveNulls() {
		return room(dst, 0)
	}
	dst = room(dst, rows.Count())
	n := 0
	if v.Form == columnar.Flat {
		for i := range rows.Count() {
			r := rows.Row(i)
			dst[n] = int32(r)
			n += int(^v.Valid[r>>6] >> (r & 63) & 1)
		}
		return dst[:n]
	}
	v.EachNull(rows, func(i int) {
		dst[n] = int32(rows.Row(i))
		n++
	})
	return dst[:n]
}

func selectValid(words []uint64, rows columnar.Rows, dst []int32) []int32 {
	dst = room(dst, rows.Count())
	n := 0
	if rows.Sel != nil {
		for _, r := range rows.Sel {
			dst[n] = r
			n += int(words[r>>6] >> (r & 63) & 1)
		}
		return dst[:n]
	}
	for r := range rows.N {
		dst[n] = int32(r)
		n += int(words[r>>6] >> (r & 63) & 1)
	}
	return dst[:n]
}

// SelectTrue keeps the rows where a boolean vector of any form is true.
func SelectTrue(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	return selectBool(v, 1, rows, dst)
}

// SelectFalse keeps the rows where a boolean vector of any form is false, not null.
func SelectFalse(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	return selectBool(v, 0, rows, dst)
}

func selectBool(v *columnar.Vector, want uint8, rows columnar.Rows, dst []int32) []int32 {
	if v.Base().Width != columnar.WBool { // void: all null
		return room(dst, 0)
	}
	vals := columnar.Values[uint8](v.Base())
	switch v.Form {
	case columnar.Constant:
		if v.IsNull(0) || vals[0] != want {
			return room(dst, 0)
		}
		return allRows(rows, dst)
	case columnar.Dictionary:
		table := make([]uint8, v.Dict.Len)
		for e, x := range vals[:v.Dict.Len] {
			table[e] = x ^ want ^ 1
		}
		if v.Dict.Valid != nil {
			for e := range table {
				table[e] &= uint8(v.Dict.Valid[e>>6] >> (e & 63) & 1)
			}
		}
		return SelectCodes(table, v, false, rows, dst)
	}
	if v.Valid != nil {
		dst = selectValid(v.Valid, rows, dst)
		rows = columnar.Rows{Sel: dst, N: rows.N}
	}
	dst = room(dst, rows.Count())
	flip := int(want ^ 1)
	n := 0
	if rows.Sel != nil {
		for _, r := range rows.Sel {
			dst[n] = r
			n += int(vals[r]) ^ flip
		}
		return dst[:n]
	}
	for r, x := range vals[:rows.N] {
		dst[n] = int32(r)
		n += int(x) ^ flip
	}
	return dst[:n]
}

// Difference writes to dst, which may be a, the rows of a that are not in sub, a subsequence of a.
func Difference(a columnar.Rows, sub, dst []int32) []int32 {
	dst = room(dst, a.Count())
	n, j := 0, 0
	for i := range a.Count() {
		r := int32(a.Row(i))
		if j < len(sub) && sub[j] == r {
			j++
			continue
		}
		dst[n] = r
		n++
	}
	return dst[:n]
}

// Union merges two ascending lists without common rows into dst, which must be neither.
func Union(a, b, dst []int32) []int32 {
	dst = room(dst, len(a)+len(b))
	i, j := 0, 0
	for k := range dst {
		if j == len(b) || i < len(a) && a[i] < b[j] {
			dst[k] = a[i]
			i++
		} else {
			dst[k] = b[j]
			j++
		}
	}
	return dst
}

// AndValid sets out's validity to the AND of the vectors', which are flat or constant; nil bits stand for no nulls.
func AndValid(out *columnar.Vector, args ...*columnar.Vector) {
	words := columnar.Words(out.Len)
	for _, a := range args {
		switch {
		case a.Valid == nil:
		case a.Form == columnar.Constant:
			if a.IsNull(0) {
				out.SetAllNull()
				return
			}
		default:
			v := out.EnsureValid()
			for i := range words {
				v[i] &= a.Valid[i]
			}
		}
	}
}
