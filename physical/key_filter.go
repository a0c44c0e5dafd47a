package physical

import (
	"fmt"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/types"
)

// NewKeyFilter returns the filter of the values in a column of a finished stage, nil if the column's type has none or the budget refuses the memory
// for it. It is made once.
func NewKeyFilter(q *exec.Query, stage *exec.StageOutput, col int) (datasource.KeyFilter, error) {
	x, err := stage.Index(fmt.Sprint("filter ", col), false, func() (any, error) {
		f, err := newKeySet(stage.Types()[col], stage.Rows, stageColumn(q, stage, col), func(n int64) bool {
			if !q.Budget().Reserve(n) {
				return false
			}
			stage.HoldsFilter(q, n)
			return true
		})
		return f, err
	})
	if f, _ := x.(*keySet); err == nil && f != nil {
		return f, nil
	}
	return nil, err
}

// keyValues calls f with all values of a key, in one or more vectors that live until f returns.
type keyValues func(f func(v *columnar.Vector)) error

// stageColumn gives a column of a stage chunk by chunk: it need not fit in memory.
func stageColumn(q *exec.Query, stage *exec.StageOutput, col int) keyValues {
	return func(f func(v *columnar.Vector)) error {
		return stage.Each(q, func(b *columnar.Batch) error { f(b.Cols[col]); return nil })
	}
}

// oneVector gives the values of a vector.
func oneVector(v *columnar.Vector) keyValues {
	return func(f func(v *columnar.Vector)) error { f(v); return nil }
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

// An exact set has at most exactFactor bits a value, exactOrdered if the values come in their order, or exactSmall in all; a Bloom filter has
// bloomBits a value, up to four times as many by rounding. Where both leave the cache, keys at random cost the same (400,000 of 60,000,000:
// 40 ns a row on one core), and keys in their order, which is how they often come, a tenth in the exact set: 3.4 ns against 30.
const (
	exactFactor  = 256
	exactOrdered = 1024
	exactSmall   = 1 << 23
	exactMax     = 1 << 31
	bloomBits    = 16
)

// newKeySet makes the set of up to n values without nulls; nil for types that are not compared by runtime filters, or if grant refuses the bytes that
// it takes.
func newKeySet(t types.Type, n int64, values keyValues, grant func(bytes int64) bool) (*keySet, error) {
	width := columnar.WidthOf(t)
	switch width {
	case columnar.W8, columnar.W16, columnar.W32, columnar.W64, columnar.W128, columnar.WView:
	default:
		return nil, nil
	}
	f := &keySet{lo: math.MaxInt64, hi: math.MinInt64, bounded: true}
	wide := width == columnar.WView // or decimals of 128 bits: there are no bounds
	some := false
	var order keyOrder
	err := values(func(v *columnar.Vector) {
		lo, hi, any, ok := exec.Extremes(v)
		if wide = wide || !ok; any {
			f.lo, f.hi, some = min(f.lo, lo), max(f.hi, hi), true
		}
		if !wide {
			order.add(v.Len, func(i int) uint64 { return numberOf(v, i) })
		}
	})
	if err != nil {
		return nil, err
	}
	if wide {
		f.lo, f.hi, f.bounded = 0, 0, false
	} else if !some {
		f.exact = true
		return f, nil
	}
	words := slotsFor(int(n) * bloomBits / 64)
	factor := uint64(exactFactor)
	if order.clustered() {
		factor = exactOrdered
	}
	if span := uint64(f.hi) - uint64(f.lo); !wide && span < exactMax && (span < exactSmall || span < uint64(n)*factor) {
		f.exact = true
		words = int(span>>6 + 1)
	}
	if !grant(int64(words) * 8) {
		return nil, nil
	}
	f.words = make([]uint64, words)
	if f.exact {
		return f, values(f.addNumbers)
	}
	f.mask = uint64(words) - 1
	return f, values(f.addHashes)
}

// numberOf returns the i-th value of a vector of numbers, 0 for a null.
func numberOf(v *columnar.Vector, i int) uint64 {
	if v.IsNull(i) {
		return 0
	}
	x, _ := integerAt(v.Base(), v.At(i))
	return uint64(x)
}

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
