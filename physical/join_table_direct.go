package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// directTable is an array of first rows + 1, indexed by packed key.
type directTable struct {
	layout *keyLayout
	heads  []int32
}

func (b *indexBuilder) buildDirect(l *keyLayout) error {
	t := &directTable{layout: l}
	b.x.table = t
	if err := b.hold(int64(l.max+1) * 4); err != nil {
		return err
	}
	t.heads = slab.MakeZeroed[int32](b.x.arena, int(l.max+1))
	per := l.max/uint64(b.parts) + 1
	if b.ids == nil {
		key := b.x.keys[0]
		if key.Width == columnar.W32 {
			return insertDirect(b, t, columnar.Values[int32](key), per)
		}
		return insertDirect(b, t, columnar.Values[int64](key), per)
	}
	return b.insert(func(code uint64) int { return int(code / per) }, func(_, r int, code uint64) {
		old := t.heads[code]
		t.heads[code] = int32(r + 1)
		b.link(r, old)
	})
}

// insertDirect inserts plain keys without going through codes; each part has its range of per codes.
func insertDirect[T int32 | int64](b *indexBuilder, t *directTable, vals []T, per uint64) error {
	heads, lo := t.heads, t.layout.cols[0].lo
	return b.eachPart(func(p, from, to int) {
		first := uint64(p) * per
		for r := to - 1; r >= from; r-- {
			code := uint64(int64(vals[r]) - lo)
			if code-first >= per {
				continue
			}
			old := heads[code]
			heads[code] = int32(r + 1)
			if old != 0 {
				b.link(r, old)
			}
		}
	})
}

func (t *directTable) find(keys []*columnar.Vector, rows columnar.Rows, match, dst []int32, s *findScratch) []int32 {
	if v := keys[0]; len(keys) == 1 && v.Form == columnar.Flat && !v.MayHaveNulls() {
		switch v.Width {
		case columnar.W32:
			return findDirect(t, columnar.Values[int32](v), rows, match, dst)
		case columnar.W64:
			return findDirect(t, columnar.Values[int64](v), rows, match, dst)
		}
	}
	s.codes = sized(s.codes, rows.N)
	dst = t.layout.codes(keys, rows, s.codes, dst)
	n := 0
	for _, r := range dst {
		h := t.heads[s.codes[r]]
		match[r] = max(h-1, 0)
		dst[n] = r
		n += bit(h != 0)
	}
	return dst[:n]
}

// findDirect looks plain keys up without going through codes. A key out of bounds does not count, nor does one that would fall on the head
// of a null.
func findDirect[T int32 | int64](t *directTable, vals []T, rows columnar.Rows, match, dst []int32) []int32 {
	heads, lo := t.heads[:t.layout.cols[0].span+1], t.layout.cols[0].lo
	dst = sized(dst, rows.Count())
	n := 0
	if rows.All() {
		match = match[:rows.N]
		for r, x := range vals[:rows.N] {
			h := int32(0)
			if code := uint64(int64(x) - lo); code < uint64(len(heads)) {
				h = heads[code]
			}
			match[r] = max(h-1, 0)
			dst[n] = int32(r)
			n += bit(h != 0)
		}
		return dst[:n]
	}
	for _, r := range rows.Sel {
		h := int32(0)
		if code := uint64(int64(vals[r]) - lo); code < uint64(len(heads)) {
			h = heads[code]
		}
		match[r] = max(h-1, 0)
		dst[n] = r
		n += bit(h != 0)
	}
	return dst[:n]
}

// bit returns 1 for true, without a branch.
func bit(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}
