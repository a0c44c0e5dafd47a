package exec

import (
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// ColumnFacts is what is known of one column of a StageOutput. Min and Max are Go values as package types describes, nil when unknown or
// when all rows are null.
type ColumnFacts struct {
	Min, Max any
	Distinct float64 // 0: unknown
	Nulls    int64
	Known    bool // Nulls is exact, Min and Max bound all values
}

// Facts measures the columns, once: nulls of all, bounds of integers, dates, times and narrow decimals.
func (s *StageOutput) Facts() []ColumnFacts {
	s.facts.Do(func() {
		s.columns = make([]ColumnFacts, len(s.types))
		if s.Spilled() { // not worth reading again
			return
		}
		for c := range s.types {
			s.columns[c] = s.measure(c)
		}
	})
	return s.columns
}

func (s *StageOutput) measure(c int) ColumnFacts {
	var f ColumnFacts
	lo, hi, any := int64(0), int64(0), false
	ordered := true
	for _, chunk := range s.present() {
		v := chunk.Batch.Cols[c]
		f.Nulls += int64(v.NullCount())
		if !ordered {
			continue
		}
		l, h, some, ok := v.Lo, v.Hi, true, true
		if !v.HasBounds { // proven bounds cost nothing and estimates need no more
			l, h, some, ok = Extremes(v)
		}
		ordered = ok
		if !some {
			continue
		}
		if !any {
			lo, hi, any = l, h, true
		}
		lo, hi = min(lo, l), max(hi, h)
	}
	f.Known = ordered
	if ordered && any {
		t := s.types[c]
		f.Min, f.Max = ordinal(t, lo), ordinal(t, hi)
	}
	return f
}

// ordinal returns the Go value of type t that is stored as x.
func ordinal(t types.Type, x int64) any {
	switch columnar.WidthOf(t) {
	case columnar.W8:
		return int8(x)
	case columnar.W16:
		return int16(x)
	case columnar.W32:
		return int32(x)
	}
	if t.Kind == types.Decimal {
		return types.Int128Of(x)
	}
	return x
}

// Extremes returns the least and greatest value of a vector stored as integers of up to 64 bits; some is false if all rows are null, ok
// is false for other vectors.
func Extremes(v *columnar.Vector) (lo, hi int64, some, ok bool) {
	switch v.Base().Width {
	case columnar.W8:
		lo, hi, some = extremes[int8](v)
	case columnar.W16:
		lo, hi, some = extremes[int16](v)
	case columnar.W32:
		lo, hi, some = extremes[int32](v)
	case columnar.W64:
		lo, hi, some = extremes[int64](v)
	default:
		return 0, 0, false, false
	}
	return lo, hi, some, true
}

func extremes[T int8 | int16 | int32 | int64](v *columnar.Vector) (lo, hi int64, some bool) {
	vals := columnar.Values[T](v.Base())
	switch {
	case v.Form == columnar.Dictionary && v.Dict.Len < v.Len/2:
		return extremes[T](usedEntries(v))
	case v.Form == columnar.Flat && v.Len > 0:
		l, h, some := flatExtremes(vals[:v.Len], v.Valid)
		return int64(l), int64(h), some
	}
	nulls := v.MayHaveNulls()
	for i := range v.Len {
		if nulls && v.IsNull(i) {
			continue
		}
		x := int64(vals[v.At(i)])
		if !some {
			lo, hi, some = x, x, true
		}
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi, some
}

// flatExtremes looks at the values whose bit is set, 64 at a time; valid is nil if all are.
func flatExtremes[T int8 | int16 | int32 | int64](vals []T, valid []uint64) (lo, hi T, some bool) {
	if valid == nil {
		lo, hi = vals[0], vals[0]
		for _, x := range vals {
			lo, hi = min(lo, x), max(hi, x)
		}
		return lo, hi, true
	}
	for w := 0; w<<6 < len(vals); w++ {
		part, word := vals[w<<6:min(w<<6+64, len(vals))], valid[w]
		if word<<(64-len(part)) == 0 {
			continue
		}
		if !some {
			lo = part[bits.TrailingZeros64(word)]
			hi, some = lo, true
		}
		if word == math.MaxUint64 {
			for _, x := range part {
				lo, hi = min(lo, x), max(hi, x)
			}
			continue
		}
		for word &= math.MaxUint64 >> (64 - len(part)); word != 0; word &= word - 1 {
			x := part[bits.TrailingZeros64(word)]
			lo, hi = min(lo, x), max(hi, x)
		}
	}
	return lo, hi, some
}

// usedEntries returns the dictionary of v with every entry null that no row refers to.
func usedEntries(v *columnar.Vector) *columnar.Vector {
	used := make([]uint64, columnar.Words(v.Dict.Len))
	if v.Valid == nil {
		for _, c := range v.Codes[:v.Len] {
			used[c>>6] |= 1 << (c & 63)
		}
	} else {
		for i, c := range v.Codes[:v.Len] {
			if v.Valid[i>>6]>>(i&63)&1 != 0 {
				used[c>>6] |= 1 << (c & 63)
			}
		}
	}
	for i, w := range v.Dict.Valid {
		if i < len(used) {
			used[i] &= w
		}
	}
	return columnar.FromData(v.Type, v.Dict.Width, v.Dict.Data(), v.Dict.Len, used)
}
