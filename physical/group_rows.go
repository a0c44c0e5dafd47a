package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/row"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// rowTable is a group table of keys packed into rows, or of entries of a join's build side (group_entries.go). A slot holds the upper half of the hash beside the group, so that rows are compared
// almost only with their equals.
//
// Numbers among the keys often decide the others (a customer's number its name and address), so strings are not hashed at first, or if there are
// none but strings, only those of the column that has the most entries. When rows that are not equal turn out to have the same hash too often,
// all keys are hashed from then on.
type rowTable struct {
	short   []int       // the key columns that are hashed, nil: all
	wide    bool        // all are hashed for good
	misled  int         // comparisons of rows with the same hash that were not equal
	arena   *slab.Arena // of slots
	page    *row.Page
	hashes  []uint64   // by group
	entries *entryRows // in place of the page
	slots   []uint64   // hash >> 32 << 32 | group + 1; 0: free
	mask    uint64

	batch  *row.Page
	hashed []uint64
	hasher keyHasher
	picked []*columnar.Vector
	given  []uint64 // of the rows of a chunk, by row, if it has them
	agreed bool     // short is what the hashes that are given are of
}

const rowSlots = 64

func newRowTable(a *slab.Arena, ts []types.Type) *rowTable {
	l := row.NewLayout(ts)
	return &rowTable{short: shortKeys(ts), arena: a, page: row.NewPage(l), batch: row.NewPage(l), slots: make([]uint64, rowSlots), mask: rowSlots - 1}
}

// shortKeys returns the columns that are hashed at a glance, nil if there are none or no others.
func shortKeys(ts []types.Type) (short []int) {
	for c, t := range ts {
		if w := columnar.WidthOf(t); w != columnar.WNone && w < columnar.WView {
			short = append(short, c)
		}
	}
	if len(short) == len(ts) {
		return nil
	}
	return short
}

// mostEntries returns the string column that has the most entries, if all are such columns; nil for others.
func mostEntries(keys []*columnar.Vector) []int {
	if len(keys) == 1 {
		return nil
	}
	most := 0
	for c, v := range keys {
		if v.Form != columnar.Dictionary || v.Width != columnar.WView {
			return nil
		}
		if v.Dict.Len > keys[most].Dict.Len {
			most = c
		}
	}
	return []int{most}
}

func (t *rowTable) bytes() int64 {
	n := t.page.Bytes() + int64(8*cap(t.hashes)+8*len(t.slots))
	if t.entries != nil {
		n += t.entries.bytes()
	}
	return n
}

func (t *rowTable) growth(n int) int64 {
	bytes := 8 * (grown(len(t.hashes), cap(t.hashes), n) + moreSlots(len(t.slots), len(t.hashes), n))
	if t.entries != nil {
		return bytes + t.entries.growth(n)
	}
	return bytes + t.page.Growth(n)
}

// column returns key column c of all groups.
func (t *rowTable) column(a *slab.Arena, tables, c int) *columnar.Vector {
	if t.entries != nil {
		return t.entries.column(a, tables, c)
	}
	return t.page.Column(c, 0, len(t.hashes))
}

func (t *rowTable) free() {
	slab.Free(t.arena, t.slots)
	t.slots = nil
}

// reset starts a new page, since columns of the old one share its heap.
func (t *rowTable) reset() {
	t.page, t.entries = row.NewPage(t.page.Layout), nil
	t.hashes = t.hashes[:0]
	clear(t.slots)
}

func (t *rowTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	n := rows.Count()
	t.load(keys, rows)
	if len(t.hashes) == 0 && t.short == nil && !t.wide && !t.agreed {
		t.short = mostEntries(keys)
	}
	t.hashed = t.hash(keys, rows, t.hashed)
	for i, h := range t.hashed[:n] {
		if i > 0 && h == t.hashed[i-1] && t.repeats(i) {
			out[i] = out[i-1]
			continue
		}
		if t.misled > maxMisled+len(t.hashes)/8 && t.short != nil {
			t.widen()
			t.hashed = t.hash(keys, rows, t.hashed)
		}
		out[i] = t.group(i, t.hashed[i])
	}
}

// load takes a batch of keys to look up. The first batch decides whether groups are packed rows or entries; those become rows when other keys come.
func (t *rowTable) load(keys []*columnar.Vector, rows columnar.Rows) {
	if len(t.hashes) == 0 {
		t.entries = newEntryRows(keys)
	}
	if t.entries != nil {
		if t.entries.load(keys, rows) {
			return
		}
		t.unpack()
	}
	t.batch.Reset()
	t.batch.Scatter(keys, rows)
}

// unpack makes rows of the groups' entries.
func (t *rowTable) unpack() {
	t.batch.Reset()
	t.batch.Scatter(t.columns(), columnar.AllRows(len(t.hashes)))
	t.entries = nil
	for g := range t.hashes {
		t.page.Append(t.batch, g)
	}
}

func (t *rowTable) columns() []*columnar.Vector {
	keys := make([]*columnar.Vector, len(t.page.Layout.Types))
	for c := range keys {
		keys[c] = t.column(nil, 1, c)
	}
	return keys
}

// repeats reports whether row i of the batch has the key of the one before.
func (t *rowTable) repeats(i int) bool {
	if e := t.entries; e != nil {
		return e.equal(e.batch, i, e.batch, i-1)
	}
	return t.batch.Equal(i, t.batch, i-1)
}

// equal reports whether row i of the batch has the key of group g.
func (t *rowTable) equal(g, i int) bool {
	if e := t.entries; e != nil {
		return e.equal(e.codes, g, e.batch, i)
	}
	return t.page.Equal(g, t.batch, i)
}

// append makes the key of row i of the batch that of a new group.
func (t *rowTable) append(i int) {
	if e := t.entries; e != nil {
		e.append(i)
		return
	}
	t.page.Append(t.batch, i)
}

// maxMisled is how many vain comparisons a short hash is forgiven beside one for every eighth group.
const maxMisled = 64

func (t *rowTable) hash(keys []*columnar.Vector, rows columnar.Rows, dst []uint64) []uint64 {
	if t.given != nil {
		dst = sized(dst, rows.Count())
		for i := range dst {
			dst[i] = t.given[rows.Row(i)]
		}
		return dst
	}
	if t.short != nil {
		t.picked = pick(t.picked, keys, t.short)
		keys = t.picked
	}
	return t.hasher.hash(keys, rows, dst)
}

// pick puts some of the columns in dst.
func pick(dst, cols []*columnar.Vector, which []int) []*columnar.Vector {
	dst = dst[:0]
	for _, c := range which {
		dst = append(dst, cols[c])
	}
	return dst
}

// widen hashes all keys from now on.
func (t *rowTable) widen() {
	t.short, t.wide, t.given, t.agreed = nil, true, nil, false
	n := len(t.hashes)
	t.hashes = t.hasher.hash(t.columns(), columnar.AllRows(n), t.hashes)[:n]
	t.fill(len(t.slots))
}

func (t *rowTable) group(i int, h uint64) int32 {
	tag := h >> 32
	at := h & t.mask
	for {
		s := t.slots[at]
		if s == 0 {
			break
		}
		if s>>32 == tag {
			if g := int(uint32(s)) - 1; t.equal(g, i) {
				return int32(g)
			}
			t.misled++
		}
		at = (at + 1) & t.mask
	}
	g := len(t.hashes)
	t.append(i)
	t.hashes = append(t.hashes, h)
	t.slots[at] = tag<<32 | uint64(g+1)
	if 2*len(t.hashes) > len(t.slots) {
		t.fill(4 * len(t.slots))
	}
	return int32(g)
}

// fill makes the slots of the groups anew.
func (t *rowTable) fill(size int) {
	slab.Free(t.arena, t.slots)
	t.slots, t.mask = slab.MakeZeroed[uint64](t.arena, size), uint64(size-1)
	for g, h := range t.hashes {
		at := h & t.mask
		for t.slots[at] != 0 {
			at = (at + 1) & t.mask
		}
		t.slots[at] = h>>32<<32 | uint64(g+1)
	}
}
