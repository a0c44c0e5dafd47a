package eval

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
)

// wordSet is a small set of numbers or of texts that lie in their views. Each has a slot that no other value of the set hashes to (perfect hashing by a
// multiplier that is searched for), so that a test is one comparison, without a branch.
type wordSet struct {
	slots []word // those without a value hold the first one, which hashes elsewhere or is meant
	mul   uint64
	shift int
}

// word is a number, or a view of at most columnar.MaxInline bytes.
type word struct{ lo, hi uint64 }

func numberWord(x int64) word { return word{lo: uint64(x)} }

func viewWord(x *columnar.View) word {
	return word{uint64(x.Len) | uint64(x.Prefix)<<32, uint64(x.Buf) | uint64(x.Off)<<32}
}

// A set of n values has at least 16 n slots, so that one multiplier in e^(n/32) fits.
const (
	maxWords     = 64
	slotsPerWord = 16
	multipliers  = 100
)

// newWordSet makes the set of the values of a list without nulls; nil if they are too many, or are not all words.
func newWordSet(list *columnar.Vector) *wordSet {
	if list.Len == 0 || list.Len > maxWords {
		return nil
	}
	words := make([]word, list.Len)
	for i := range words {
		if list.Width == columnar.WView {
			x := &columnar.Values[columnar.View](list)[i]
			if !x.Inline() {
				return nil
			}
			words[i] = viewWord(x)
			continue
		}
		x, ok := boundOf(list.Value(i))
		if !ok {
			return nil
		}
		words[i] = numberWord(x)
	}
	log := bits.Len(uint(slotsPerWord*len(words) - 1))
	s := &wordSet{slots: make([]word, 1<<log), shift: 64 - log, mul: 0x9E3779B97F4A7C15}
	for range multipliers {
		if s.place(words) {
			return s
		}
		s.mul = s.mul*0x5851F42D4C957F2D | 1
	}
	return nil
}

// place fills the slots, unless two values want the same.
func (s *wordSet) place(words []word) bool {
	for i := range s.slots {
		s.slots[i] = words[0]
	}
	first := s.slot(words[0])
	for _, w := range words {
		at := s.slot(w)
		if w != words[0] && (at == first || s.slots[at] != words[0] && s.slots[at] != w) {
			return false
		}
		s.slots[at] = w
	}
	return true
}

func (s *wordSet) slot(w word) uint64 {
	return (w.lo ^ w.hi*0xD6E8FEB86659FD93) * s.mul >> (s.shift & 63)
}

// has returns 1 if w is in the set, else 0.
func (s *wordSet) has(w word) int {
	x := &s.slots[s.slot(w)]
	d := x.lo ^ w.lo | x.hi ^ w.hi
	return int((d|-d)>>63 ^ 1)
}

// members returns the rows of a flat or constant vector that are in the set, written over dst, which may be rows.Sel; false for a width that it
// does not read.
func (s *wordSet) members(v *columnar.Vector, rows columnar.Rows, dst []int32) ([]int32, bool) {
	switch v.Width {
	case columnar.W8:
		return numberMembers(s, columnar.Values[int8](v), rows, dst), true
	case columnar.W16:
		return numberMembers(s, columnar.Values[int16](v), rows, dst), true
	case columnar.W32:
		return numberMembers(s, columnar.Values[int32](v), rows, dst), true
	case columnar.W64:
		return numberMembers(s, columnar.Values[int64](v), rows, dst), true
	case columnar.WView:
		return s.viewMembers(columnar.Values[columnar.View](v), rows, dst), true
	}
	return nil, false
}

func numberMembers[T int8 | int16 | int32 | int64](s *wordSet, vals []T, rows columnar.Rows, dst []int32) []int32 {
	dst = atLeast(dst, rows.Count())
	k := 0
	for i := range rows.Count() {
		r := rows.Row(i)
		dst[k] = int32(r)
		k += s.has(numberWord(int64(vals[r])))
	}
	return dst[:k]
}

// viewMembers takes longer values for what they are: no value of the set has their length.
func (s *wordSet) viewMembers(vals []columnar.View, rows columnar.Rows, dst []int32) []int32 {
	dst = atLeast(dst, rows.Count())
	k := 0
	for i := range rows.Count() {
		r := rows.Row(i)
		dst[k] = int32(r)
		k += s.has(viewWord(&vals[r]))
	}
	return dst[:k]
}
