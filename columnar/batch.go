package columnar

// Batch is up to a few thousand rows of several columns. Cols all have N rows; Sel, if not nil, lists the rows that count, ascending.
// A filter changes only Sel.
type Batch struct {
	Cols []*Vector
	N    int
	Sel  []int32
	// Morsel and Seq give the place of the batch in its source, so that order-keeping sinks can restore the order of rows:
	// by morsel, then by sequence within it.
	Morsel, Seq int
}

// Rows returns the rows that count.
func (b *Batch) Rows() Rows { return Rows{Sel: b.Sel, N: b.N} }

// Count returns the number of rows that count.
func (b *Batch) Count() int { return b.Rows().Count() }

// Rows is a set of row numbers: Sel if not nil, else 0 to N-1.
type Rows struct {
	Sel []int32
	N   int
}

// AllRows returns the rows 0 to n-1.
func AllRows(n int) Rows { return Rows{N: n} }

// Count returns the number of rows in the set.
func (r Rows) Count() int {
	if r.Sel != nil {
		return len(r.Sel)
	}
	return r.N
}

// Row returns the i-th row of the set.
func (r Rows) Row(i int) int {
	if r.Sel != nil {
		return int(r.Sel[i])
	}
	return i
}

// Part returns the rows from the from-th up to the to-th.
func (r Rows) Part(from, to int) Rows {
	switch {
	case from == 0 && to == r.Count():
		return r
	case r.Sel != nil:
		return Rows{Sel: r.Sel[from:to], N: r.N}
	}
	return Rows{Sel: Identity(to)[from:], N: r.N}
}

// All reports whether the set is all of 0 to N-1 in the dense form.
func (r Rows) All() bool { return r.Sel == nil }
