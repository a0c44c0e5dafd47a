package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// keptRows is rows that an operator holds to put them in another order: in chunks of up to 64 K rows, so that a row's place is a chunk's
// number and 16 bits.
type keptRows struct {
	types  []types.Type
	arena  *slab.Arena
	chunks []*keptChunk
}

// free forgets all rows.
func (k *keptRows) free() {
	for _, c := range k.chunks {
		for _, v := range c.cols {
			v.Free()
		}
	}
	k.chunks = nil
}

// keptChunk is consecutive rows; pieces say which morsels they come from.
type keptChunk struct {
	cols   []*columnar.Vector
	n      int
	pieces []keptPiece
	bytes  int64
}

type keptPiece struct{ morsel, from, to int }

// rowRef is a row's place: chunk number << refBits | row.
type rowRef uint64

const (
	refBits  = 16
	keptSize = 1 << refBits
)

// add appends the rows of a batch of vectors.
func (k *keptRows) add(cols []*columnar.Vector, rows columnar.Rows, morsel int) {
	n := rows.Count()
	for from := 0; from < n; from += keptSize { // a batch is smaller, except from operators that ignore the aim
		part := rows
		if n > keptSize {
			part = slicedRows(rows, from, min(from+keptSize, n))
		}
		k.addPart(cols, part, morsel)
	}
}

func slicedRows(rows columnar.Rows, from, to int) columnar.Rows {
	if rows.Sel != nil {
		return columnar.Rows{Sel: rows.Sel[from:to], N: rows.N}
	}
	sel := make([]int32, 0, to-from)
	for i := from; i < to; i++ {
		sel = append(sel, int32(i))
	}
	return columnar.Rows{Sel: sel, N: rows.N}
}

func (k *keptRows) addPart(cols []*columnar.Vector, rows columnar.Rows, morsel int) {
	n := rows.Count()
	if n == 0 {
		return
	}
	var c *keptChunk
	if last := len(k.chunks) - 1; last >= 0 && k.chunks[last].n+n <= keptSize {
		c = k.chunks[last]
	} else {
		c = &keptChunk{}
		for _, t := range k.types {
			c.cols = append(c.cols, columnar.NewIn(k.arena, t, columnar.WidthOf(t), 0))
		}
		k.chunks = append(k.chunks, c)
	}
	size := int64(0)
	for i, v := range cols {
		columnar.Append(c.cols[i], v, rows)
		size += c.cols[i].Size()
	}
	c.bytes = size
	if p := len(c.pieces) - 1; p >= 0 && c.pieces[p].morsel == morsel {
		c.pieces[p].to += n
	} else {
		c.pieces = append(c.pieces, keptPiece{morsel, c.n, c.n + n})
	}
	c.n += n
}

func (k *keptRows) len() int {
	n := 0
	for _, c := range k.chunks {
		n += c.n
	}
	return n
}

func (k *keptRows) bytes() int64 {
	n := int64(0)
	for _, c := range k.chunks {
		n += c.bytes
	}
	return n
}

// sortedRows is kept rows in an order.
type sortedRows struct {
	rows    *keptRows
	entries []sortEntry
	held    map[int]*keyField // columns whose values are in the keys of the entries
	ranges  int               // of keys, into which the rows were divided
}

func (s *sortedRows) len() int { return len(s.entries) }

// free gives the order up, not the rows.
func (s *sortedRows) free() { slab.Free(s.rows.arena, s.entries) }

// gather returns rows from to to-1 as flat vectors, or codes where all chunks share a dictionary, in memory of the arena, that hold nothing of the
// chunks.
func (s *sortedRows) gather(a *slab.Arena, from, to, cols int) *columnar.Batch {
	out := &columnar.Batch{N: to - from, Cols: make([]*columnar.Vector, cols)}
	for c := range out.Cols {
		out.Cols[c] = s.column(a, c, from, to)
		out.Cols[c].Finish()
	}
	return out
}

// column returns rows from to to-1 of a column: out of the keys, if it is one that they hold, which are read one after the other.
func (s *sortedRows) column(a *slab.Arena, c, from, to int) *columnar.Vector {
	entries := s.entries[from:to]
	if f := s.held[c]; f != nil {
		t := s.rows.types[c]
		width := columnar.WidthOf(t)
		if t.Kind == types.Decimal { // 128 bits are no number
			width = columnar.W64
		}
		out := columnar.NewIn(a, t, width, len(entries))
		f.decode(entries, out)
		return out
	}
	return s.rows.column(a, c, entries)
}

func (k *keptRows) column(a *slab.Arena, c int, entries []sortEntry) *columnar.Vector {
	t := k.types[c]
	src := make([]*columnar.Vector, len(k.chunks))
	width, nulls, same := columnar.WidthOf(t), false, true
	if t.Kind == types.Decimal {
		width = columnar.W64
	}
	for i, chunk := range k.chunks {
		v := chunk.cols[c]
		src[i] = v
		nulls = nulls || v.MayHaveNulls()
		same = same && v.Form == columnar.Dictionary && v.Dict == src[0].Dict
		if v.Base().Width == columnar.W128 {
			width = columnar.W128
		}
	}
	out := columnar.NewIn(a, t, width, 0)
	switch {
	case same && len(src) > 0 && out.MayRefer(src[0].Dict):
		codes := out.SetCodes(src[0].Dict, len(entries))
		for i, e := range entries {
			codes[i] = src[e.ref>>refBits].Codes[e.ref&(keptSize-1)]
		}
		if nulls {
			gatherNulls(out, src, entries)
		}
		return out
	case width >= columnar.WList || width == columnar.WNone:
		gatherNested(out, src, entries)
		return out
	}
	out.Reset(t, width, len(entries))
	gatherValues(out, src, entries)
	if nulls {
		gatherNulls(out, src, entries)
	}
	return out
}

func gatherValues(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	switch out.Width {
	case columnar.WBool, columnar.W8:
		gatherFixed[uint8](out, src, entries)
	case columnar.W16:
		gatherFixed[int16](out, src, entries)
	case columnar.W32, columnar.WF32:
		gatherFixed[uint32](out, src, entries)
	case columnar.W64, columnar.WF64:
		gatherFixed[int64](out, src, entries)
	case columnar.WInterval:
		gatherFixed[types.Int128](out, src, entries)
	case columnar.W128:
		gatherWide(out, src, entries)
	case columnar.WView:
		gatherViews(out, src, entries)
	}
}

func gatherFixed[T columnar.Fixed](out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	vals, codes := make([][]T, len(src)), make([][]int32, len(src))
	coded := false
	for i, v := range src {
		vals[i] = columnar.Values[T](v.Base())
		codes[i] = v.Codes
		coded = coded || v.Codes != nil
	}
	dst := columnar.Values[T](out)[:len(entries)]
	if !coded {
		for i, e := range entries {
			dst[i] = vals[e.ref>>refBits][e.ref&(keptSize-1)]
		}
		return
	}
	for i, e := range entries {
		k := int(e.ref & (keptSize - 1))
		chunk := e.ref >> refBits
		if c := codes[chunk]; c != nil {
			k = int(c[k])
		}
		if k < len(vals[chunk]) { // else a null of a dictionary without entries
			dst[i] = vals[chunk][k]
		}
	}
}

func gatherWide(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	dst := columnar.Values[types.Int128](out)
	for i, e := range entries {
		v := src[e.ref>>refBits]
		b, k := v.Base(), v.At(int(e.ref&(keptSize-1)))
		switch {
		case k >= b.Len:
		case b.Width == columnar.W64:
			dst[i] = types.Int128Of(columnar.Values[int64](b)[k])
		default:
			dst[i] = columnar.Values[types.Int128](b)[k]
		}
	}
}

func gatherViews(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	vals := make([][]columnar.View, len(src))
	for i, v := range src {
		vals[i] = columnar.Values[columnar.View](v.Base())
	}
	dst := columnar.Values[columnar.View](out)
	for i, e := range entries {
		chunk := e.ref >> refBits
		v := src[chunk]
		k := int(e.ref & (keptSize - 1))
		if v.Codes != nil {
			k = int(v.Codes[k])
		}
		if v.MayHaveNulls() && v.IsNull(int(e.ref&(keptSize-1))) {
			dst[i] = columnar.View{}
			continue
		}
		if x := &vals[chunk][k]; x.Len <= columnar.MaxInline {
			dst[i] = *x
		} else {
			out.SetBytes(i, x.Bytes(v.Base().Buffers))
		}
	}
}

func gatherNulls(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	for i, e := range entries {
		if src[e.ref>>refBits].IsNull(int(e.ref & (keptSize - 1))) {
			out.SetNull(i)
		}
	}
}

// gatherNested appends stretches of rows that lie in one chunk.
func gatherNested(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	var sel []int32
	for i, e := range entries {
		sel = append(sel, int32(e.ref&(keptSize-1)))
		if i+1 == len(entries) || entries[i+1].ref>>refBits != e.ref>>refBits {
			v := src[e.ref>>refBits]
			columnar.Append(out, v, columnar.Rows{Sel: sel, N: v.Len})
			sel = sel[:0]
		}
	}
}
