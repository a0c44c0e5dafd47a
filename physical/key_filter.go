package physical

import (
	"fmt"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
)

// NewKeyFilter returns the filter of the values in a column of a finished stage, nil if the column's type has none. It is made once.
func NewKeyFilter(q *exec.Query, stage *exec.StageOutput, col int) (datasource.KeyFilter, error) {
	x, err := stage.Index(fmt.Sprint("filter ", col), func() (any, error) {
		rows, err := stage.Flat()
		if err != nil {
			return nil, err
		}
		f := newKeySet(rows.Cols[col])
		if f != nil {
			q.Budget().Force(f.bytes())
			stage.Holds(q, f.bytes())
		}
		return f, nil
	})
	if f, _ := x.(*keySet); err == nil && f != nil {
		return f, nil
	}
	return nil, err
}

// keySet is a set of values: exact, one bit for each number of a range, or approximate, a Bloom filter whose hashes set bits of one word each
// (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters).
type keySet struct {
	lo, hi  int64 // least and greatest value
	bounded bool
	exact   bool
	words   []uint64
	mask    uint64 // Bloom filter: words - 1
}

// An exact set has at most exactFactor bits a value, or exactSmall in all; a Bloom filter has bloomBits a value.
const (
	exactFactor = 64
	exactSmall  = 1 << 20
	exactMax    = 1 << 31
	bloomBits   = 16
)

// newKeySet makes the set of a vector's values without nulls; nil for types that are not compared by runtime filters.
func newKeySet(v *columnar.Vector) *keySet {
	f := &keySet{}
	lo, hi, some, ok := exec.Extremes(v)
	width := v.Base().Width
	switch {
	case ok:
		f.lo, f.hi, f.bounded = lo, hi, true
		if !some {
			f.lo, f.hi = math.MaxInt64, math.MinInt64
		}
	case width != columnar.WView && width != columnar.W128:
		return nil
	}
	span := uint64(f.hi) - uint64(f.lo)
	if !some && ok {
		f.exact = true
		return f
	}
	if ok && span < exactMax && (span < exactSmall || span < uint64(v.Len)*exactFactor) {
		f.exact = true
		f.words = make([]uint64, span>>6+1)
		f.addNumbers(v)
		return f
	}
	f.mask = uint64(slotsFor(v.Len*bloomBits/64)) - 1
	f.words = make([]uint64, f.mask+1)
	f.addHashes(v)
	return f
}

func (f *keySet) bytes() int64 { return int64(len(f.words)) * 8 }

func (f *keySet) addNumbers(v *columnar.Vector) {
	base, nulls := v.Base(), v.MayHaveNulls()
	for i := range v.Len {
		if nulls && v.IsNull(i) {
			continue
		}
		x, _ := integerAt(base, v.At(i))
		d := uint64(x - f.lo)
		f.words[d>>6] |= 1 << (d & 63)
	}
}

func (f *keySet) addHashes(v *columnar.Vector) {
	hashes := make([]uint64, columnar.BatchSize)
	for off := 0; off < v.Len; off += columnar.BatchSize {
		s := v.Slice(off, min(columnar.BatchSize, v.Len-off))
		kernel.Hash(s, columnar.AllRows(s.Len), hashes, false)
		nulls := s.MayHaveNulls()
		for i, h := range hashes[:s.Len] {
			if !nulls || !s.IsNull(i) {
				f.words[h&f.mask] |= bloomWord(h)
			}
		}
	}
}

// bloomWord returns the four bits that a hash sets in its word.
func bloomWord(h uint64) uint64 {
	return 1<<(h>>58) | 1<<(h>>52&63) | 1<<(h>>46&63) | 1<<(h>>40&63)
}

// Bounds returns the least and greatest value.
func (f *keySet) Bounds() (lo, hi int64, ok bool) { return f.lo, f.hi, f.bounded }

// Select keeps the rows whose value may be in the set.
func (f *keySet) Select(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	dst = kernel.SelectNotNull(v, rows, dst)
	rows = columnar.Rows{Sel: dst, N: rows.N}
	if !f.exact {
		return f.selectHashes(v, rows, dst)
	}
	if len(f.words) == 0 {
		return dst[:0]
	}
	if v.Form == columnar.Flat {
		switch v.Width {
		case columnar.W8:
			return selectBits(f, columnar.Values[int8](v), dst)
		case columnar.W16:
			return selectBits(f, columnar.Values[int16](v), dst)
		case columnar.W32:
			return selectBits(f, columnar.Values[int32](v), dst)
		case columnar.W64:
			return selectBits(f, columnar.Values[int64](v), dst)
		}
	}
	n := 0
	for _, r := range dst {
		x, ok := integerAt(v.Base(), v.At(int(r)))
		d := uint64(x - f.lo)
		dst[n] = r
		n += bit(ok && d <= uint64(f.hi-f.lo) && f.words[d>>6]>>(d&63)&1 != 0)
	}
	return dst[:n]
}

// selectBits selects without branches; a value out of bounds looks at a bit that exists and does not count.
func selectBits[T int8 | int16 | int32 | int64](f *keySet, vals []T, dst []int32) []int32 {
	lo, span, words := f.lo, uint64(f.hi-f.lo), f.words
	n := 0
	for _, r := range dst {
		d := uint64(int64(vals[r]) - lo)
		in := within(d, span)
		d &= -uint64(in)
		dst[n] = r
		n += int(words[d>>6]>>(d&63)) & in
	}
	return dst[:n]
}

func (f *keySet) selectHashes(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	hashes := make([]uint64, len(dst))
	kernel.Hash(v, rows, hashes, false)
	n := 0
	for i, r := range dst {
		w := bloomWord(hashes[i])
		dst[n] = r
		n += bit(f.words[hashes[i]&f.mask]&w == w)
	}
	return dst[:n]
}
