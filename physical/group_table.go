package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// groupTable numbers the different keys it is shown 0, 1, 2 … in the order of their first appearance. Nulls are equal to each other.
//
// How a row finds its number is chosen here and nowhere else:
//
//   - Keys that are all dictionary codes or small integers index an array (group_direct.go): a load a row. It is a cache in front of one of
//     the others, because dictionaries change along the way.
//   - Keys of up to 64 bits together are the slots of an open-addressing table themselves (group_words.go): no row is compared elsewhere.
//     While they ascend they are only compared with the one before, and while they are near to each other they index an array. Several long
//     numbers are taken to have fewer bits than their types, as far as the first batch shows it, until one does not; those of one small side
//     of a join stay codes of it.
//   - Any other keys are packed into rows and looked up by hash (group_rows.go): one comparison in one place instead of one a column. Where all
//     are codes of sides of joins they are not packed, a group is codes (group_entries.go).
//   - Keys of which some are codes of one side of a join are numbered in two parts, each in one of the ways above, and the numbers are a key
//     of 64 bits (group_pairs.go).
//
// All of them look at the row before first: data clustered by its key is common and costs one comparison a row then.
type groupTable struct {
	arena  *slab.Arena
	types  []types.Type
	words  *wordTable // either
	rows   *rowTable  // or
	pairs  *pairTable // or, instead of rows while there are no groups
	direct directIndex
	tables int // among which the groups are divided
}

func newGroupTable(a *slab.Arena, ts []types.Type) *groupTable {
	t := &groupTable{arena: a, types: ts, direct: directIndex{limit: maxDirect}, tables: 1}
	if p, ok := packing(ts); ok {
		t.words = newWordTable(a, p)
	} else {
		t.rows = newRowTable(a, ts)
		t.direct.limit = maxDirectRows
	}
	return t
}

// newSetTable returns a table whose keys are a number and values of the types ts.
func newSetTable(a *slab.Arena, ts []types.Type) *groupTable {
	all := append([]types.Type{types.IntType}, ts...)
	if _, ok := packing(all); ok {
		return newGroupTable(a, all)
	}
	return &groupTable{arena: a, types: all, direct: directIndex{limit: maxDirect}, pairs: newNumberedPairs(a, ts), tables: 1}
}

// find writes the number of the key of the i-th of rows to out[i].
func (t *groupTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	if !t.ascends() && t.direct.prepare(keys, rows) {
		t.direct.find(t, keys, rows, out)
		return
	}
	t.lookup(keys, rows, out)
}

func (t *groupTable) lookup(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	if t.rows != nil && t.len() == 0 {
		if t.pairs != nil {
			t.pairs.free()
		}
		t.pairs = newCodedPairs(t.arena, t.types, keys)
		if fields, ok := narrowPacking(t.types, keys); ok && t.pairs == nil && !fromSmallSide(keys) {
			t.rows.free()
			t.words, t.rows = newWordTable(t.arena, fields), nil
		}
	}
	switch {
	case t.words != nil:
		if !t.words.find(keys, rows, out) {
			t.widen()
			t.rows.find(keys, rows, out)
		}
	case t.pairs != nil:
		t.pairs.find(keys, rows, out)
	default:
		t.rows.find(keys, rows, out)
	}
}

// widen makes rows of keys that were packed into words because the first of them were small.
func (t *groupTable) widen() {
	rows := newRowTable(t.arena, t.types)
	if n := t.len(); n > 0 {
		rows.find(t.columns(), columnar.AllRows(n), make([]int32, n))
	}
	t.words.free()
	t.words, t.rows = nil, rows
}

// hashBy makes some keys count for a hash, nil: all, as they do in hashes that are given. The table is empty.
func (t *groupTable) hashBy(short []int) {
	if t.rows != nil {
		t.rows.short, t.rows.agreed = short, true
	}
}

// give tells the hashes of the rows that come next, nil: they are not known.
func (t *groupTable) give(hashes *columnar.Vector) {
	if t == nil || t.rows == nil {
		return
	}
	t.rows.given = nil
	if hashes != nil && t.rows.agreed {
		t.rows.given = columnar.Values[uint64](hashes)
	}
}

// shortGroups is how many groups a table must have for short hashes to be trusted.
const shortGroups = 1 << 10

// short returns the keys that tell all but few groups apart by their hash, nil: it takes all, or that is not known.
func (t *groupTable) short() []int {
	switch {
	case t == nil || t.words != nil:
		return nil
	case t.pairs == nil:
		if len(t.rows.hashes) < shortGroups {
			return nil
		}
		return t.rows.short
	}
	for _, p := range t.pairs.parts {
		short := p.table.short()
		if short == nil || 2*p.table.len() < t.len() {
			continue
		}
		var cols []int
		for _, c := range short {
			cols = append(cols, p.cols[c])
		}
		return cols
	}
	return nil
}

// hashes returns those of the groups if they are of these keys, nil: all; else nil.
func (t *groupTable) hashes(short []int) []uint64 {
	if t == nil || t.rows == nil || t.pairs != nil || !slices.Equal(t.rows.short, short) {
		return nil
	}
	return t.rows.hashes
}

// ascends reports whether the keys are words that came in ascending order so far.
func (t *groupTable) ascends() bool { return t.words != nil && t.words.ascending }

// near reports whether the keys are words that index an array.
func (t *groupTable) near() bool { return t != nil && t.words != nil && t.words.near != nil }

// len returns the number of different keys.
func (t *groupTable) len() int {
	switch {
	case t.words != nil:
		return len(t.words.keys)
	case t.pairs != nil:
		return len(t.pairs.words.keys)
	}
	return len(t.rows.hashes)
}

// column returns key column c of all groups, in memory of the arena or of Go.
func (t *groupTable) column(a *slab.Arena, c int) *columnar.Vector {
	switch {
	case t.words != nil:
		return t.words.column(a, c)
	case t.pairs != nil:
		return t.pairs.column(a, t.tables, c)
	}
	return t.rows.column(a, t.tables, c)
}

func (t *groupTable) columns() []*columnar.Vector {
	if t.pairs != nil {
		return t.pairs.columns()
	}
	out := make([]*columnar.Vector, len(t.types))
	for c := range out {
		out[c] = t.column(nil, c)
	}
	return out
}

// bytes returns the memory held.
func (t *groupTable) bytes() int64 {
	n := int64(4 * cap(t.direct.slots))
	switch {
	case t.words != nil:
		return n + t.words.bytes()
	case t.pairs != nil:
		return n + t.pairs.bytes()
	}
	return n + t.rows.bytes()
}

// growth returns the memory that n more keys make the table take at once, beside what each takes.
func (t *groupTable) growth(n int) int64 {
	switch {
	case t.words != nil:
		return t.words.growth(n)
	case t.pairs != nil:
		return t.pairs.growth(n)
	}
	return t.rows.growth(n)
}

// grown returns by how many elements a slice grows that has so many and is to get n more.
func grown(length, capacity, n int) int64 {
	if length+n <= capacity {
		return 0
	}
	return int64(max(capacity, n))
}

// moreSlots returns how many slots are added for n more keys: half of them are to stay free, and when they are not there are four times as many.
func moreSlots(slots, keys, n int) int64 {
	if 2*(keys+n) <= slots {
		return 0
	}
	return 3 * int64(slots)
}

// free gives the memory back before the arena is freed. The table cannot be used any more; columns returned before stay as they are.
func (t *groupTable) free() {
	if t.words != nil {
		t.words.free()
	}
	if t.pairs != nil {
		t.pairs.free()
	}
	if t.rows != nil {
		t.rows.free()
	}
}

// reset forgets all keys. Columns returned before stay as they are.
func (t *groupTable) reset() {
	t.direct.clear()
	switch {
	case t.words != nil:
		t.words.reset()
	case t.pairs != nil:
		t.pairs.reset()
	default:
		t.rows.reset()
	}
}

// scratch is sized in memory of the arena: partitions have a table each, and what these note of a chunk's rows would be most of the garbage.
func scratch[T any](a *slab.Arena, s []T, n int) []T {
	if cap(s) < n {
		slab.Free(a, s)
		s = slab.Make[T](a, max(n, min(2*cap(s), columnar.BatchSize)))
	}
	return s[:n]
}

// sized returns s with n elements of unspecified value, in its memory if they fit.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, min(2*cap(s), columnar.BatchSize)))
	}
	return s[:n]
}
