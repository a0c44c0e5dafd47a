package physical

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// keptRows is rows that an operator holds to put them in another order, in chunks.
type keptRows struct {
	types  []types.Type
	arena  *slab.Arena
	chunks []*keptChunk
}

// free forgets all rows.
func (k *keptRows) free() {
	for _, c := range k.chunks {
		for _, v := range c.cols {
			if v != nil {
				v.Free()
			}
		}
	}
	k.chunks = nil
}

// freeValues gives the memory of columns back whose values are elsewhere now. Bytes of strings stay.
func (k *keptRows) freeValues() {
	for _, chunk := range k.chunks {
		for _, v := range chunk.cols {
			if v.Width != columnar.WView {
				v.Free()
			}
		}
	}
}

// keptChunk is consecutive rows; pieces say which morsels they come from.
type keptChunk struct {
	cols   []*columnar.Vector
	n      int
	pieces []keptPiece
	bytes  int64
}

type keptPiece struct{ morsel, from, to int }

// rowRef is a row's place: a chunk, and the row there.
type rowRef uint64

// refBits is the bits of a row in its chunk.
const refBits = 32

func refOf(chunk, row int) rowRef { return rowRef(chunk)<<refBits | rowRef(row) }

func (r rowRef) chunk() int { return int(r >> refBits) }
func (r rowRef) row() int   { return int(r & (1<<refBits - 1)) }

// keptSize is how many rows a chunk has at most while rows come.
const keptSize = 1 << 16

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
		var before []*columnar.Vector
		if last >= 0 {
			before = k.chunks[last].cols
		}
		c = &keptChunk{cols: emptyColumns(k.arena, k.types, before, keptSize)}
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

func (k *keptRows) column(a *slab.Arena, c int, entries []sortEntry) *columnar.Vector {
	t := k.types[c]
	src, width, nulls, same := k.sources(c)
	out := columnar.NewIn(a, t, width, 0)
	switch {
	case same && out.MayRefer(src[0].Dict):
		codes := out.SetCodes(src[0].Dict, len(entries))
		for i, e := range entries {
			codes[i] = src[e.ref.chunk()].Codes[e.ref.row()]
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
	mergedBounds(out, src)
	if nulls {
		gatherNulls(out, src, entries)
	}
	return out
}

// sources returns a column of all chunks, the width that serves them all, whether some rows may be null, and whether all are codes of the same dictionary.
func (k *keptRows) sources(c int) (src []*columnar.Vector, width columnar.Width, nulls, same bool) {
	src = make([]*columnar.Vector, len(k.chunks))
	width, same = columnar.WidthOf(k.types[c]), len(src) > 0
	if width == columnar.W128 {
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
	return src, width, nulls, same
}

// mergedBounds gives a column the bounds of those that it is made of.
func mergedBounds(out *columnar.Vector, src []*columnar.Vector) {
	out.HasBounds, out.Lo, out.Hi = len(src) > 0, math.MaxInt64, math.MinInt64
	for _, v := range src {
		out.HasBounds = out.HasBounds && v.HasBounds
		out.Lo, out.Hi = min(out.Lo, v.Lo), max(out.Hi, v.Hi)
	}
}

// wideAt returns a decimal of a flat vector of either width.
func wideAt(v *columnar.Vector, i int) types.Int128 {
	if v.Width == columnar.W64 {
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
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
			dst[i] = vals[e.ref.chunk()][e.ref.row()]
		}
		return
	}
	for i, e := range entries {
		k := e.ref.row()
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
		v := src[e.ref.chunk()]
		if b, k := v.Base(), v.At(e.ref.row()); k < b.Len {
			dst[i] = wideAt(b, k)
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
		k := e.ref.row()
		if v.Codes != nil {
			k = int(v.Codes[k])
		}
		if v.MayHaveNulls() && v.IsNull(e.ref.row()) {
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
		if src[e.ref.chunk()].IsNull(e.ref.row()) {
			out.SetNull(i)
		}
	}
}

// gatherNested appends stretches of rows that lie in one chunk.
func gatherNested(out *columnar.Vector, src []*columnar.Vector, entries []sortEntry) {
	var sel []int32
	for i, e := range entries {
		sel = append(sel, int32(e.ref.row()))
		if i+1 == len(entries) || entries[i+1].ref.chunk() != e.ref.chunk() {
			v := src[e.ref.chunk()]
			columnar.Append(out, v, columnar.Rows{Sel: sel, N: v.Len})
			sel = sel[:0]
		}
	}
}
