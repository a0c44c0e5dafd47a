package physical

import (
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
)

// repeater makes dense batches of rows of another batch, in any order and number, without copying values: columns become codes. Its vectors
// live as long as the other batch and until the next call.
type repeater struct {
	cols    []columnar.Vector
	codes   [][]int32
	valids  [][]uint64
	origins [][]int32
}

// appendRows appends to dst the columns of src at the rows idx. Flat columns share idx as their codes, so idx must not change while they
// are used. present, if not nil, has a bit for each result row; those without are null in all columns, but their idx is valid, too.
func (r *repeater) appendRows(dst []*columnar.Vector, src []*columnar.Vector, idx []int32, present []uint64) []*columnar.Vector {
	for len(r.cols) < len(src) {
		r.cols = append(r.cols, columnar.Vector{})
		r.codes = append(r.codes, nil)
		r.valids = append(r.valids, nil)
		r.origins = append(r.origins, nil)
	}
	for i, v := range src {
		switch v.Form {
		case columnar.Constant:
			if present == nil {
				r.cols[i] = *v.Resized(len(idx))
				break
			}
			r.codes[i] = sized(r.codes[i], len(idx))
			clear(r.codes[i])
			r.cols[i] = *columnar.NewDictionary(v.AsEntry(), r.codes[i])
			r.cols[i].Valid = present
		case columnar.Dictionary:
			r.cols[i] = *columnar.NewDictionary(v.Dict, r.composed(i, src, idx))
			r.cols[i].Valid = present
			if v.Valid != nil {
				r.valids[i] = pickBits(r.valids[i], v.Valid, idx)
				for k := range present {
					r.valids[i][k] &= present[k]
				}
				r.cols[i].Valid = r.valids[i]
			}
			if present == nil {
				r.setOrigin(i, src, idx)
			}
		default:
			r.cols[i] = *columnar.NewDictionary(v, idx)
			r.cols[i].Valid = present
		}
		dst = append(dst, &r.cols[i])
	}
	return dst
}

// composed returns the codes of column i of src at the rows idx. Columns with the same codes go on to have the same.
func (r *repeater) composed(i int, src []*columnar.Vector, idx []int32) []int32 {
	if i > 0 && src[i-1].Form == columnar.Dictionary && sameMemory(src[i].Codes, src[i-1].Codes) {
		return r.cols[i-1].Codes
	}
	r.codes[i] = compose(r.codes[i], src[i].Codes, idx)
	return r.codes[i]
}

// setOrigin tells of which rows of another column the result's column i is: those of one side of a join decide all columns of it, also
// where they are codes of dictionaries of their own.
func (r *repeater) setOrigin(i int, src []*columnar.Vector, idx []int32) {
	v := src[i]
	if v.Class != columnar.Scratch {
		r.cols[i].SetOrigin(v, idx)
		return
	}
	of, rows, valid := v.Origin()
	if of == v.Dict || valid != nil || of.Class == columnar.Scratch {
		return
	}
	for j := range i {
		if src[j].Form != columnar.Dictionary {
			continue
		}
		if _, before, _ := src[j].Origin(); sameMemory(before, rows) {
			if _, composed, none := r.cols[j].Origin(); none == nil {
				r.cols[i].SetOrigin(of, composed)
				return
			}
		}
	}
	r.origins[i] = compose(r.origins[i], rows, idx)
	r.cols[i].SetOrigin(of, r.origins[i])
}

func sameMemory[T any](a, b []T) bool {
	return len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}

// compose writes to dst codes[k] for all k of idx.
func compose(dst, codes, idx []int32) []int32 {
	dst = sized(dst, len(idx))
	for i, k := range idx {
		dst[i] = codes[k]
	}
	return dst
}

// pickBits writes to dst the bits idx of words.
func pickBits(dst, words []uint64, idx []int32) []uint64 {
	dst = sized(dst, columnar.Words(len(idx)))
	clear(dst)
	for i, k := range idx {
		dst[i>>6] |= words[k>>6] >> (k & 63) & 1 << (i & 63)
	}
	return dst
}
