package physical

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// codeTable is open addressing with linear probing over packed keys. The top bits of the hash choose the part, the bottom bits the slot.
type codeTable struct {
	layout *keyLayout
	shift  int
	parts  [][]codeSlot
}

// codeSlot is a packed key and its first row + 1; 0 is an empty slot.
type codeSlot struct {
	code uint64
	head int32
}

const codeSlotBytes = 16

// slotsFor returns a power of two that n entries fill to half at most.
func slotsFor(n int) int { return 1 << bits.Len(uint(max(n, 8)*2-1)) }

func (b *indexBuilder) buildCodes(l *keyLayout) error {
	t := &codeTable{layout: l, shift: 64 - bits.Len(uint(b.parts-1)), parts: make([][]codeSlot, b.parts)}
	b.x.table = t
	part := func(code uint64) int { return int(kernel.HashUint64(code) >> t.shift) }
	for p, n := range b.counts(part) {
		if err := b.hold(int64(slotsFor(n)) * codeSlotBytes); err != nil {
			return err
		}
		t.parts[p] = slab.MakeZeroed[codeSlot](b.x.arena, slotsFor(n))
	}
	return b.insert(part, func(p, r int, code uint64) {
		slots := t.parts[p]
		mask := uint64(len(slots) - 1)
		i := kernel.HashUint64(code) & mask
		for slots[i].head != 0 && slots[i].code != code {
			i = (i + 1) & mask
		}
		old := slots[i].head
		slots[i] = codeSlot{code, int32(r + 1)}
		b.link(r, old)
	})
}

func (t *codeTable) find(keys []*columnar.Vector, rows columnar.Rows, match, dst []int32, s *findScratch) []int32 {
	s.codes = sized(s.codes, rows.N)
	dst = t.layout.codes(keys, rows, s.codes, dst)
	if len(t.parts) == 1 {
		return t.findIn(t.parts[0], s.codes, match, dst)
	}
	n := 0
	for _, r := range dst {
		code := s.codes[r]
		hash := kernel.HashUint64(code)
		slots := t.parts[hash>>t.shift]
		mask := uint64(len(slots) - 1)
		i := hash & mask
		for slots[i].head != 0 && slots[i].code != code {
			i = (i + 1) & mask
		}
		h := slots[i].head
		match[r] = max(h-1, 0)
		dst[n] = r
		n += bit(h != 0)
	}
	return dst[:n]
}

// findIn is find in a table of one part.
func (t *codeTable) findIn(slots []codeSlot, codes []uint64, match, dst []int32) []int32 {
	mask := uint64(len(slots) - 1)
	n := 0
	for _, r := range dst {
		code := codes[r]
		i := kernel.HashUint64(code) & mask
		for slots[i&mask].head != 0 && slots[i&mask].code != code {
			i++
		}
		h := slots[i&mask].head
		match[r] = max(h-1, 0)
		dst[n] = r
		n += bit(h != 0)
	}
	return dst[:n]
}
