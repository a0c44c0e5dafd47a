package functions

import (
	"bytes"
	"hash/maphash"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// valueCounts is the set of different values of each group, as a log in order of first arrival, and how often each occurs, if that is asked for. A hash
// table finds the row of a value; its entries are numbers of rows, so that it is small beside the values.
type valueCounts struct {
	groupLog
	counted bool
	counts  []int64
	slots   []int32  // row of the log + 1 by hash, 0: free; a power of two of them
	hashes  []uint32 // by row of the log
	seed    maphash.Seed

	key, other []byte
	fresh      []int32
}

func newValueCounts(t types.Type, counted bool) valueCounts {
	return valueCounts{groupLog: newGroupLog([]types.Type{t}), counted: counted, seed: maphash.MakeSeed()}
}

// count adds rows of a flat vector; weights, if not nil, say how often each row of v counts.
func (a *valueCounts) count(in input, v *columnar.Vector, weights []int64) {
	a.fresh = a.fresh[:0]
	for i := range in.n {
		r, g := in.row(i)
		at, added := a.find(v, r, g)
		if added {
			a.fresh = append(a.fresh, int32(r))
			a.group = append(a.group, int32(g))
			if a.counted {
				a.counts = append(a.counts, 0)
			}
		}
		if !a.counted {
			continue
		}
		if weights != nil {
			a.counts[at] += weights[r]
		} else {
			a.counts[at]++
		}
	}
	appendRows(a.cols[0], v, a.fresh, len(a.fresh))
}

// find returns the row of the log for row r of v in group g, and whether it is to be added: a.fresh has the rows of v that will be.
func (a *valueCounts) find(v *columnar.Vector, r, g int) (row int, added bool) {
	if 2*len(a.hashes) >= len(a.slots) {
		a.growTable()
	}
	a.key = appendKey(a.key[:0], v, r)
	hash := uint32(maphash.Bytes(a.seed, a.key)) + uint32(g)*0x9e3779b9
	mask, base := uint32(len(a.slots)-1), a.cols[0].Len
	for slot := hash & mask; ; slot = (slot + 1) & mask {
		row = int(a.slots[slot]) - 1
		if row < 0 {
			a.hashes = append(a.hashes, hash)
			a.slots[slot] = int32(len(a.hashes))
			return len(a.hashes) - 1, true
		}
		if a.hashes[row] != hash || int(a.group[row]) != g {
			continue
		}
		if row < base {
			a.other = appendKey(a.other[:0], a.cols[0], row)
		} else {
			a.other = appendKey(a.other[:0], v, int(a.fresh[row-base]))
		}
		if bytes.Equal(a.key, a.other) {
			return row, false
		}
	}
}

// growTable doubles the hash table.
func (a *valueCounts) growTable() {
	a.slots = make([]int32, max(16, 2*len(a.slots)))
	mask := uint32(len(a.slots) - 1)
	for row, hash := range a.hashes {
		slot := hash & mask
		for a.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		a.slots[slot] = int32(row + 1)
	}
}

// countElements adds the elements of arrays: lists[1], if given, holds their counts.
func (a *valueCounts) countElements(in input, n int, lists ...*columnar.Vector) {
	list := a.flat(lists[0], n, 0)
	spans := columnar.Values[columnar.Span](list)
	child := list.Children[0]
	var weights []int64
	var elems input
	if len(lists) > 1 {
		weights = make([]int64, child.Len)
	}
	for i := range in.n {
		r, g := in.row(i)
		s := spans[r]
		for k := range s.Len {
			elems.sel = append(elems.sel, s.Off+k)
			elems.groups = append(elems.groups, int32(g))
		}
		if weights != nil {
			c := a.flat(lists[1], n, 1)
			t := columnar.Values[columnar.Span](c)[r]
			copy(weights[s.Off:s.Off+s.Len], columnar.Values[int64](c.Children[0])[t.Off:t.Off+t.Len])
		}
	}
	elems.n = len(elems.sel)
	a.count(elems, child, weights)
}

// take returns all rows and forgets them.
func (a *valueCounts) take() (groups *columnar.Vector, cols []*columnar.Vector) {
	a.counts, a.slots, a.hashes, a.fresh = nil, nil, nil, nil
	return a.groupLog.take()
}

func (a *valueCounts) Bytes() int64 {
	return a.groupLog.Bytes() + int64(8*cap(a.counts)+cap(a.key)+cap(a.other)+4*(cap(a.fresh)+cap(a.slots)+cap(a.hashes)))
}
