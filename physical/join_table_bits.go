package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/logical"
)

// bitTable is a bitmap over the range of packed keys, for joins that only ask whether a row has a partner: each row it finds is row 0.
type bitTable struct {
	layout *keyLayout
	words  []uint64
}

// onlyAsks reports whether a join wants to know of a row no more than whether it has a partner, whichever that is.
func (s *HashJoinSpec) onlyAsks() bool {
	switch s.Kind {
	case logical.LeftSemi, logical.LeftAnti, logical.Mark, logical.NullAwareAnti:
		return s.Residual == nil
	}
	return false
}

// bits reports whether a bitmap is no larger than a table of codes would be.
func (l *keyLayout) bits(rows int) bool {
	return l.max < directSmall || l.max < 1<<40 && int64(l.max>>3) <= int64(slotsFor(rows))*codeSlotBytes
}

func (b *indexBuilder) buildBits(l *keyLayout) error {
	t := &bitTable{layout: l}
	b.x.table = t
	words := l.max>>6 + 1
	if err := b.hold(int64(words) * 8); err != nil {
		return err
	}
	t.words = slab.MakeZeroed[uint64](b.x.arena, int(words))
	per := (words/uint64(b.parts) + 1) << 6 // parts share no word
	if b.ids == nil {
		key := b.x.keys[0]
		if key.Width == columnar.W32 {
			return insertBits(b, t, columnar.Values[int32](key), per)
		}
		return insertBits(b, t, columnar.Values[int64](key), per)
	}
	return b.insert(func(code uint64) int { return int(code / per) }, func(_, _ int, code uint64) { t.words[code>>6] |= 1 << (code & 63) })
}

// insertBits is insertDirect of bits.
func insertBits[T int32 | int64](b *indexBuilder, t *bitTable, vals []T, per uint64) error {
	words, lo := t.words, t.layout.cols[0].lo
	return b.eachPart(func(p, from, to int) {
		first := uint64(p) * per
		for _, x := range vals[from:to] {
			if code := uint64(int64(x) - lo); code-first < per {
				words[code>>6] |= 1 << (code & 63)
			}
		}
	})
}

func (t *bitTable) find(keys []*columnar.Vector, rows columnar.Rows, match, dst []int32, s *findScratch) []int32 {
	s.codes = sized(s.codes, rows.N)
	dst = t.layout.codes(keys, rows, s.codes, dst)
	n := 0
	for _, r := range dst {
		code := s.codes[r]
		match[r] = 0
		dst[n] = r
		n += int(t.words[code>>6] >> (code & 63) & 1)
	}
	return dst[:n]
}
