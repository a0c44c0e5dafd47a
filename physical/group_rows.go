package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/columnar/row"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// rowTable is a group table of keys packed into rows. A slot holds the upper half of the hash beside the group, so that rows are compared
// almost only with their equals.
type rowTable struct {
	arena  *slab.Arena // of slots
	page   *row.Page
	hashes []uint64 // by group
	slots  []uint64 // hash >> 32 << 32 | group + 1; 0: free
	mask   uint64

	batch  *row.Page
	hashed []uint64
}

const rowSlots = 64

func newRowTable(a *slab.Arena, ts []types.Type) *rowTable {
	l := row.NewLayout(ts)
	return &rowTable{arena: a, page: row.NewPage(l), batch: row.NewPage(l), slots: make([]uint64, rowSlots), mask: rowSlots - 1}
}

func (t *rowTable) bytes() int64 {
	return t.page.Bytes() + int64(8*cap(t.hashes)+8*len(t.slots))
}

func (t *rowTable) free() {
	slab.Free(t.arena, t.slots)
	t.slots = nil
}

// reset starts a new page, since columns of the old one share its heap.
func (t *rowTable) reset() {
	t.page = row.NewPage(t.page.Layout)
	t.hashes = t.hashes[:0]
	clear(t.slots)
}

func (t *rowTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	n := rows.Count()
	t.hashed = hashKeys(keys, rows, t.hashed)
	t.batch.Reset()
	t.batch.Scatter(keys, rows)
	for i, h := range t.hashed[:n] {
		if i > 0 && h == t.hashed[i-1] && t.batch.Equal(i, t.batch, i-1) {
			out[i] = out[i-1]
			continue
		}
		out[i] = t.group(i, h)
	}
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
			if g := int(uint32(s)) - 1; t.page.Equal(g, t.batch, i) {
				return int32(g)
			}
		}
		at = (at + 1) & t.mask
	}
	g := t.page.Len()
	t.page.Append(t.batch, i)
	t.hashes = append(t.hashes, h)
	t.slots[at] = tag<<32 | uint64(g+1)
	if 2*len(t.hashes) > len(t.slots) {
		t.rehash()
	}
	return int32(g)
}

func (t *rowTable) rehash() {
	size := 4 * len(t.slots)
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

// hashKeys returns the hash of the keys of each of the rows, in dst if it is large enough.
func hashKeys(keys []*columnar.Vector, rows columnar.Rows, dst []uint64) []uint64 {
	dst = sized(dst, rows.Count())
	for c, v := range keys {
		kernel.Hash(v, rows, dst, c > 0)
	}
	return dst
}
