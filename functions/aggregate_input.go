package functions

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// input is the part of an update that counts: rows whose arguments are not null, in the forms that loops want.
type input struct {
	n      int     // how many rows
	sel    []int32 // their numbers; nil: 0 to n-1
	groups []int32 // their groups; nil: all of group 0
}

// row returns the number and the group of the i-th row, for loops that are not hot.
func (in *input) row(i int) (row, group int) {
	row = i
	if in.sel != nil {
		row = int(in.sel[i])
	}
	if in.groups != nil {
		group = int(in.groups[i])
	}
	return row, group
}

// reader prepares the input of an accumulator; it keeps the scratch memory.
type reader struct {
	arena       *slab.Arena // of the states
	sel, groups []int32
	words       []uint64
	consts      []columnar.Vector
}

// skipNulls returns the rows in which no argument is null.
func (r *reader) skipNulls(groups []int32, rows columnar.Rows, args ...*columnar.Vector) input {
	in := input{n: rows.Count(), sel: rows.Sel, groups: groups}
	var valid []uint64
	owned := false
	for _, a := range args {
		switch {
		case a.Valid == nil:
		case a.Form == columnar.Constant:
			if a.Valid[0]&1 == 0 {
				return input{}
			}
		case valid == nil:
			valid = a.Valid
		default:
			n := columnar.Words(rows.N)
			if !owned {
				r.words = append(r.words[:0], valid[:n]...)
				valid, owned = r.words, true
			}
			for i, w := range a.Valid[:n] {
				valid[i] &= w
			}
		}
	}
	if valid == nil {
		return in
	}
	if in.sel == nil {
		return r.validRows(in, valid)
	}
	return r.validSelection(in, valid)
}

// validRows narrows a dense input word by word.
func (r *reader) validRows(in input, valid []uint64) input {
	count := columnar.CountBits(valid, in.n)
	if count == in.n {
		return in
	}
	r.sel = grown(r.sel, count)
	k := 0
	for w := 0; w<<6 < in.n; w++ {
		word := valid[w]
		if rest := in.n - w<<6; rest < 64 {
			word &= 1<<rest - 1
		}
		for ; word != 0; word &= word - 1 {
			r.sel[k] = int32(w<<6 + bits.TrailingZeros64(word))
			k++
		}
	}
	out := input{n: count, sel: r.sel[:count]}
	if in.groups != nil {
		r.groups = grown(r.groups, count)
		for i, row := range out.sel {
			r.groups[i] = in.groups[row]
		}
		out.groups = r.groups[:count]
	}
	return out
}

// validSelection narrows a selection without branches.
func (r *reader) validSelection(in input, valid []uint64) input {
	r.sel = grown(r.sel, len(in.sel)+1)
	k := 0
	if in.groups == nil {
		for _, row := range in.sel {
			r.sel[k] = row
			k += int(valid[row>>6] >> (row & 63) & 1)
		}
		return input{n: k, sel: r.sel[:k]}
	}
	r.groups = grown(r.groups, len(in.sel)+1)
	for i, row := range in.sel {
		r.sel[k], r.groups[k] = row, in.groups[i]
		k += int(valid[row>>6] >> (row & 63) & 1)
	}
	return input{n: k, sel: r.sel[:k], groups: r.groups[:k]}
}

// flat returns v with a value for each of n rows: constants are repeated into scratch memory. slot tells arguments of one call apart.
func (r *reader) flat(v *columnar.Vector, n, slot int) *columnar.Vector {
	if v.Form != columnar.Constant {
		return v
	}
	for len(r.consts) <= slot {
		r.consts = append(r.consts, columnar.Vector{})
	}
	out := &r.consts[slot]
	out.Reset(v.Type, v.Width, n)
	out.HasBounds, out.Lo, out.Hi = v.HasBounds, v.Lo, v.Hi
	switch v.Width {
	case columnar.WList, columnar.WMap:
		out.Children = v.Children
	case columnar.WStruct:
		for i, c := range v.Children {
			k := *c
			k.Form, k.Len = columnar.Constant, n
			out.Children[i] = (&reader{}).flat(&k, n, 0)
		}
	}
	out.Buffers = append(out.Buffers, v.Buffers...)
	if size := v.Width.Bytes(); size > 0 && n > 0 {
		data := out.Data()
		for k := copy(data, v.Data()[:size]); k < len(data); k *= 2 {
			copy(data[k:], data[:k])
		}
	}
	if v.IsNull(0) {
		out.SetAllNull()
	}
	return out
}

// bytes returns the scratch memory held.
func (r *reader) bytes() int64 {
	n := int64(4*cap(r.sel) + 4*cap(r.groups) + 8*cap(r.words))
	for i := range r.consts {
		n += vectorBytes(&r.consts[i])
	}
	return n
}

// grown returns s with at least n elements of unspecified value, reusing its memory.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, max(n, columnar.BatchSize))
	}
	return s[:n]
}

// resized returns s with n elements, keeping the old ones; new ones are fill.
func resized[T any](s []T, n int, fill T) []T { return resizedIn(nil, s, n, fill) }

// resizedIn is resized of memory of an arena, for elements without pointers.
func resizedIn[T any](a *slab.Arena, s []T, n int, fill T) []T {
	if n <= len(s) {
		return s
	}
	old := len(s)
	if cap(s) < n {
		t := slab.Make[T](a, max(n, 2*cap(s)))[:n]
		copy(t, s)
		slab.Free(a, s)
		s = t
	} else {
		s = s[:n]
	}
	for i := old; i < n; i++ {
		s[i] = fill
	}
	return s
}
