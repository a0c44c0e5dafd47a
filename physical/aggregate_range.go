package physical

import (
	"math/bits"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
)

// valueRange divides rows whose only key is a whole number by where it lies in a range, in place of a hash: the numbers of a part are then so near to each
// other that they index an array (group_words.go), where a table by hash computes one a row and compares. Numbers beyond the range are in parts by their low
// bits, as good as any. (TPC-H lineitem at SF 10 by l_partkey, 2 million groups: 0.77 of the time.)
type valueRange struct {
	lo   int64
	bits int // it has 2^bits numbers
}

const (
	// mostRangeBits is the largest range: the array of a part has 2^16 numbers at most, and stays in the second-level cache.
	mostRangeBits = 16 + partitionBits
	// mostUneven is how many times as many groups, or rows of a sort, as on average the largest part may have.
	mostUneven = 4
)

// newValueRange returns the range of the groups of a table, nil if its keys are not of one whole number, the range is too large or the groups are too unevenly
// spread over it.
func newValueRange(t *groupTable) *valueRange {
	if t == nil || t.words == nil || len(t.types) != 1 {
		return nil
	}
	if w := t.words.fields[0].width; w != columnar.W32 && w != columnar.W64 {
		return nil
	}
	keys := t.words.keys
	if n := t.words.null; n >= 0 {
		keys = slices.Delete(slices.Clone(keys), int(n), int(n)+1)
	}
	if len(keys) == 0 {
		return nil
	}
	lo, hi := int64(keys[0]), int64(keys[0])
	for _, k := range keys {
		lo, hi = min(lo, int64(k)), max(hi, int64(k))
	}
	span := uint64(hi) - uint64(lo)
	r := &valueRange{lo: lo, bits: max(bits.Len64(span), partitionBits)}
	if r.bits > mostRangeBits {
		return nil
	}
	r.lo -= int64((1<<r.bits - 1 - span) / 2) // the other groups may be on either side; it may wrap around, as distances do
	var groups [1 << partitionBits]int
	for _, k := range keys {
		groups[(k-uint64(r.lo))>>(r.bits-partitionBits)]++
	}
	for _, n := range groups {
		if n*len(groups) > mostUneven*len(keys) {
			return nil
		}
	}
	return r
}

// hash writes for each row what divides it. Nulls are with the first numbers.
func (r *valueRange) hash(v *columnar.Vector, rows columnar.Rows, dst []uint64) {
	loadWords(v, rows, dst, 0)
	v.EachNull(rows, func(i int) { dst[i] = uint64(r.lo) })
	lo, shift := uint64(r.lo), uint(64-r.bits)
	for i, k := range dst {
		dst[i] = (k - lo) << (shift & 63)
	}
}
