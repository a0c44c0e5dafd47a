package physical

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// hashTable is open addressing over hashes of keys of any type; candidates with the same tag are compared with the build side's keys.
type hashTable struct {
	x     *joinIndex
	shift int
	parts [][]hashSlot
}

// hashSlot is bits 24 to 55 of a hash, which neither the part nor, mostly, the slot uses, and the first row + 1; 0 is an empty slot.
type hashSlot struct {
	tag  uint32
	head int32
}

func tagOf(hash uint64) uint32 { return uint32(hash >> 24) }

func (b *indexBuilder) buildHashes() error {
	t := &hashTable{x: b.x, shift: 64 - bits.Len(uint(b.parts-1)), parts: make([][]hashSlot, b.parts)}
	b.x.table = t
	part := func(hash uint64) int { return int(hash >> t.shift) }
	for p, n := range b.counts(part) {
		if err := b.hold(int64(slotsFor(n)) * 8); err != nil {
			return err
		}
		t.parts[p] = slab.MakeZeroed[hashSlot](b.x.arena, slotsFor(n))
	}
	return b.insert(part, func(p, r int, hash uint64) {
		slots := t.parts[p]
		mask := uint64(len(slots) - 1)
		tag := tagOf(hash)
		i := hash & mask
		for ; slots[i].head != 0; i = (i + 1) & mask {
			if slots[i].tag == tag && b.x.equal(int(slots[i].head-1), r) {
				break
			}
		}
		old := slots[i].head
		slots[i] = hashSlot{tag, int32(r + 1)}
		b.link(r, old)
	})
}

// equal compares the keys of two build rows, which are not null, or null-safe.
func (x *joinIndex) equal(r, s int) bool {
	for _, k := range x.keys {
		if !kernel.EqualNullable(k, r, k, s) {
			return false
		}
	}
	return true
}

// find goes round by round: find each pending row's next slot with its tag, compare all candidates column by column, go on with those that
// differ.
func (t *hashTable) find(keys []*columnar.Vector, rows columnar.Rows, match, dst []int32, s *findScratch) []int32 {
	n := rows.Count()
	s.compact, s.codes, s.slots = sized(s.compact, n), sized(s.codes, rows.N), sized(s.slots, rows.N)
	for i, k := range keys {
		kernel.Hash(k, rows, s.compact, i > 0)
	}
	for i, h := range s.compact {
		r := rows.Row(i)
		s.codes[r] = h
		s.slots[r] = uint32(h)
	}
	s.pend = presentRows(keys, t.x.nullSafe, rows, s.pend)
	s.hit = sized(s.hit, columnar.Words(rows.N))
	clear(s.hit)
	for len(s.same) < rows.N {
		s.same = append(s.same, int32(len(s.same)))
	}
	for len(s.pend) > 0 {
		candidates := t.candidates(s, match)
		equal := append(s.left[:0], candidates...)
		for k, v := range keys {
			equal = kernel.EqualPairs(v, s.same, t.x.keys[k], match, equal, equal, t.x.nullSafe[k])
		}
		s.left = equal
		for _, r := range equal {
			s.hit[r>>6] |= 1 << (r & 63)
		}
		s.pend = kernel.Difference(columnar.Rows{Sel: candidates, N: rows.N}, equal, s.pend)
	}
	return bitRows(s.hit, dst)
}

// candidates moves every pending row to its next slot with an equal tag, writes that slot's row to match, and returns the rows that have one.
func (t *hashTable) candidates(s *findScratch, match []int32) []int32 {
	s.sel = sized(s.sel, len(s.pend))
	n := 0
	for _, r := range s.pend {
		hash, at := s.codes[r], s.slots[r]
		slots := t.parts[hash>>t.shift]
		mask := uint32(len(slots) - 1)
		tag := tagOf(hash)
		for slots[at&mask].head != 0 && slots[at&mask].tag != tag {
			at++
		}
		h := slots[at&mask].head
		s.slots[r] = at + 1
		match[r] = max(h-1, 0)
		s.sel[n] = r
		n += bit(h != 0)
	}
	return s.sel[:n]
}

// bitRows appends the numbers of set bits to dst, from its start.
func bitRows(words []uint64, dst []int32) []int32 {
	dst = dst[:0]
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			dst = append(dst, int32(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return dst
}
