package physical

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
)

// The largest arrays that combinations of codes index. maxDirect stays in the second-level cache. maxDirectRows is for keys whose lookup
// hashes and compares rows, beside which a load from memory is little.
const (
	maxDirect     = 1 << 16
	maxDirectRows = 1 << 20
)

// directIndex remembers the group of each combination of dictionary codes and small integers. It is emptied when a dictionary changes.
type directIndex struct {
	limit int // of size
	cols  []directColumn
	slots []int32 // -1: not known
	size  int
	seen  int // rows with the present columns

	index  []int32
	missed []int32 // positions in the batch
	sel    []int32
	groups []int32
}

// directColumn is a key column's part of the index: codes 0 to card-1, the last for null. A value's code is its distance from lo, 0 for a dictionary.
type directColumn struct {
	dict *columnar.Vector
	lo   int64
	card int
	// origin tells that the code is the row of the column's origin, which is dict.
	origin bool
	// follows tells that the column has the codes of one before it, as columns of one side of a join have: they add nothing to the place.
	follows bool
}

// prepare reports whether the index serves a batch. It is only made when the rows seen with these dictionaries outweigh the work of
// clearing it.
func (d *directIndex) prepare(keys []*columnar.Vector, rows columnar.Rows) bool {
	if len(d.cols) != len(keys) {
		d.cols = make([]directColumn, len(keys))
	}
	size, same := 1, true
	for c := range keys {
		col, ok := d.column(keys, c)
		if size *= max(col.card, 1); !ok || size > d.limit {
			d.size, d.seen = 0, 0
			return false
		}
		same = same && col == d.cols[c]
		d.cols[c] = col
	}
	if !same {
		d.seen, d.size = 0, 0
	}
	d.seen += rows.Count()
	if d.size == 0 {
		if 4*d.seen < size {
			return false
		}
		d.slots = sized(d.slots, size)
		d.size = size
		d.clear()
	}
	return true
}

// column describes key column c. Of columns of one side of a join the first stands for all by the row of that side, unless the combinations of
// their own codes are fewer.
func (d *directIndex) column(keys []*columnar.Vector, c int) (directColumn, bool) {
	v := keys[c]
	own, ok := directOf(v, d.limit)
	if v.Form != columnar.Dictionary {
		return own, ok
	}
	of, _, _ := v.Origin()
	if of.Class == columnar.Scratch || of.Len >= d.limit {
		return own, ok
	}
	combinations, first := 1, c
	for k, other := range keys {
		if k != c && !sharedCodes(v, other) {
			continue
		}
		first = min(first, k)
		if o, ok := directOf(other, d.limit); ok {
			combinations = min(combinations*o.card, 2*d.limit)
		} else {
			combinations = 2 * d.limit
		}
	}
	switch {
	case combinations <= of.Len:
		return own, ok
	case first < c:
		return directColumn{dict: of, card: 1, origin: true, follows: true}, true
	}
	return directColumn{dict: of, card: of.Len + 1, origin: true}, true
}

func (d *directIndex) clear() {
	for i := range d.slots {
		d.slots[i] = -1
	}
}

// sharedCodes reports whether two columns have the same rows of their origins, in the same memory, as columns of one side of a join have.
func sharedCodes(a, b *columnar.Vector) bool {
	if a.Form != columnar.Dictionary || b.Form != columnar.Dictionary || a.Len == 0 {
		return false
	}
	_, rows, valid := a.Origin()
	_, others, theirs := b.Origin()
	return sameMemory(rows, others) && sameMemory(valid, theirs)
}

// directOf describes a column that can index, with fewer codes than the limit. Scratch dictionaries may change under the same address.
func directOf(v *columnar.Vector, limit int) (directColumn, bool) {
	switch {
	case v.Form == columnar.Dictionary:
		return directColumn{dict: v.Dict, card: v.Dict.Len + 1}, v.Dict.Class != columnar.Scratch && v.Dict.Len < limit
	case v.Form == columnar.Constant:
		return directColumn{}, false
	case v.Width == columnar.WBool:
		return directColumn{card: 3}, true
	case v.Width == columnar.W8:
		return directColumn{lo: math.MinInt8, card: 257}, true
	case v.HasBounds && (v.Width == columnar.W16 || v.Width == columnar.W32 || v.Width == columnar.W64):
		if span := uint64(v.Hi) - uint64(v.Lo); v.Hi >= v.Lo && span < maxDirect {
			return directColumn{lo: v.Lo, card: int(span) + 2}, true
		}
	}
	return directColumn{}, false
}

func (d *directIndex) find(t *groupTable, keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	index := d.codes(keys, rows)
	slots, out := d.slots[:d.size], out[:len(index)]
	d.missed = sized(d.missed, len(index)+1)
	n := 0
	for i, k := range index {
		g := slots[k]
		out[i] = g
		d.missed[n] = int32(i)
		n += int(uint32(g) >> 31)
	}
	if n > 0 {
		d.learn(t, keys, rows, out, d.missed[:n])
	}
}

// learn looks combinations up that the index does not know, each once, and completes out.
func (d *directIndex) learn(t *groupTable, keys []*columnar.Vector, rows columnar.Rows, out, missed []int32) {
	d.sel = d.sel[:0]
	for _, i := range missed {
		if k := d.index[i]; d.slots[k] == -1 {
			d.slots[k] = -2
			d.sel = append(d.sel, int32(rows.Row(int(i))))
		}
	}
	d.groups = sized(d.groups, len(d.sel))
	t.lookup(keys, columnar.Rows{Sel: d.sel, N: rows.N}, d.groups)
	k := 0
	for _, i := range missed {
		if s := &d.slots[d.index[i]]; *s == -2 {
			*s = d.groups[k]
			k++
		}
	}
	for _, i := range missed {
		out[i] = d.slots[d.index[i]]
	}
}

// codes returns the place in the index of each row.
func (d *directIndex) codes(keys []*columnar.Vector, rows columnar.Rows) []int32 {
	d.index = sized(d.index, rows.Count())
	for c, v := range keys {
		col := d.cols[c]
		if col.follows {
			continue
		}
		factor := int32(0)
		if c > 0 {
			factor = int32(col.card)
		}
		codes, valid := v.Codes, v.Valid
		if col.origin {
			_, codes, valid = v.Origin()
		}
		if valid != nil {
			nullableCodes(v, codes, valid, rows, d.index, factor, col)
			continue
		}
		switch {
		case v.Form == columnar.Dictionary:
			combine(d.index, codes, rows, factor, col.lo)
		case v.Width == columnar.WBool:
			combine(d.index, columnar.Values[uint8](v), rows, factor, col.lo)
		case v.Width == columnar.W8:
			combine(d.index, columnar.Values[int8](v), rows, factor, col.lo)
		case v.Width == columnar.W16:
			combine(d.index, columnar.Values[int16](v), rows, factor, col.lo)
		case v.Width == columnar.W32:
			combine(d.index, columnar.Values[int32](v), rows, factor, col.lo)
		default:
			combine(d.index, columnar.Values[int64](v), rows, factor, col.lo)
		}
	}
	return d.index
}

// combine adds a column whose code is the distance of its value from lo to places in the index. factor 0 is for the first column.
func combine[T uint8 | int8 | int16 | int32 | int64](index []int32, vals []T, rows columnar.Rows, factor int32, lo int64) {
	switch {
	case rows.Sel != nil && factor == 0:
		index := index[:len(rows.Sel)]
		for i, r := range rows.Sel {
			index[i] = int32(int64(vals[r]) - lo)
		}
	case rows.Sel != nil:
		index := index[:len(rows.Sel)]
		for i, r := range rows.Sel {
			index[i] = index[i]*factor + int32(int64(vals[r])-lo)
		}
	case factor == 0:
		for i, x := range vals[:len(index)] {
			index[i] = int32(int64(x) - lo)
		}
	default:
		for i, x := range vals[:len(index)] {
			index[i] = index[i]*factor + int32(int64(x)-lo)
		}
	}
}

func nullableCodes(v *columnar.Vector, codes []int32, valid []uint64, rows columnar.Rows, index []int32, factor int32, col directColumn) {
	for i := range index {
		r := rows.Row(i)
		code := int32(col.card - 1)
		if valid[r>>6]>>(r&63)&1 != 0 {
			if codes != nil {
				code = codes[r]
			} else {
				code = smallCode(v, r, col)
			}
		}
		index[i] = index[i]*factor + code
	}
}

func smallCode(v *columnar.Vector, r int, col directColumn) int32 {
	switch {
	case v.Width == columnar.WBool:
		return int32(columnar.Values[uint8](v)[r])
	case v.Width == columnar.W8:
		return int32(int64(columnar.Values[int8](v)[r]) - col.lo)
	case v.Width == columnar.W16:
		return int32(int64(columnar.Values[int16](v)[r]) - col.lo)
	case v.Width == columnar.W32:
		return int32(int64(columnar.Values[int32](v)[r]) - col.lo)
	}
	return int32(columnar.Values[int64](v)[r] - col.lo)
}
