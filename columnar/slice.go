package columnar

// Slice returns rows off to off+n-1 of v without copying; off is a multiple of 64. The result must not outlive v, nor be Reset.
func (v *Vector) Slice(off, n int) *Vector {
	s := *v
	s.own, s.Len = memory{}, n
	if v.Form == Constant {
		return &s
	}
	if v.Valid != nil {
		s.Valid = v.Valid[off>>6 : Words(off+n)]
	}
	if v.Form == Dictionary {
		s.Codes = v.Codes[off : off+n : off+n]
		return &s
	}
	w := v.Width.Bytes()
	s.data = v.data[off*w : (off+n)*w : (off+n)*w]
	if v.Width == WStruct {
		s.Children = make([]*Vector, len(v.Children))
		for i, c := range v.Children {
			s.Children[i] = c.Slice(off, n)
		}
	}
	return &s
}

// Truncate makes a vector of values or codes empty but keeps its memory, so that Append needs no more until it has the rows it was made for.
func (v *Vector) Truncate() {
	v.Len, v.data, v.Valid, v.Codes = 0, v.data[:0], nil, v.Codes[:0]
	for _, c := range v.Children {
		c.Truncate()
	}
}

// Size returns the memory that the vector holds, dictionaries not included.
func (v *Vector) Size() int64 {
	n := int64(cap(v.data)) + 8*int64(cap(v.Valid)) + 4*int64(cap(v.Codes))
	for _, b := range v.Buffers {
		n += int64(cap(b))
	}
	for _, c := range v.Children {
		n += c.Size()
	}
	return n
}

// SharedSize returns the memory of the dictionary of class Shared that the vector keeps alive, 0 if it has none or the same as before, which may be
// nil.
func (v *Vector) SharedSize(before *Vector) int64 {
	if v.Form != Dictionary || v.Dict.Class != Shared || before != nil && before.Dict == v.Dict {
		return 0
	}
	return v.Dict.Size()
}
