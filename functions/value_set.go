package functions

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
)

// valueSet is a set of values of one vector, which must not be null, by the equality of GROUP BY. Members are numbered in order of arrival.
type valueSet struct {
	src   *columnar.Vector
	n     int
	pos   []int32 // of members
	table []int32 // 1 + number of a member; 0: free. Its size is a power of two
}

// reset makes the set empty, with room for some values of src.
func (s *valueSet) reset(src *columnar.Vector, room int) {
	s.src, s.n, s.pos = src, 0, s.pos[:0]
	size := 1 << bits.Len(uint(max(2*room, 2*smallSet)))
	if cap(s.table) < size {
		s.table = make([]int32, size)
	}
	s.table = s.table[:size]
	clear(s.table)
}

// slot returns where the value at a position is or would be in the table.
func (s *valueSet) slot(pos int32) int {
	mask := len(s.table) - 1
	for h := int(kernel.HashRow(s.src, int(pos))) & mask; ; h = (h + 1) & mask {
		m := s.table[h]
		if m == 0 || kernel.EqualRows(s.src, int(s.pos[m-1]), s.src, int(pos)) {
			return h
		}
	}
}

// find returns the number of an equal member, -1 if there is none.
func (s *valueSet) find(pos int32) int { return int(s.table[s.slot(pos)]) - 1 }

// add puts a value into the set; if an equal one was there, it returns its number, else -1.
func (s *valueSet) add(pos int32) int {
	if 2*(s.n+1) > len(s.table) {
		s.grow()
	}
	h := s.slot(pos)
	if m := s.table[h]; m != 0 {
		return int(m) - 1
	}
	s.n++
	s.pos = append(s.pos, pos)
	s.table[h] = int32(s.n)
	return -1
}

func (s *valueSet) grow() {
	s.table = make([]int32, 2*len(s.table))
	for i, p := range s.pos {
		s.table[s.slot(p)] = int32(i + 1)
	}
}
