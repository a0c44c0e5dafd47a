// Package kernel holds the one comparison, equality, hash and sort key of each type, and typed loops over vectors.
//
// The order is Spark's: NaN equals itself and is above every number, -0.0 equals 0.0, decimals compare by value whatever their width,
// strings and binary bytewise, arrays and structs element by element with nulls first. Nulls of the vectors themselves are the callers'
// affair unless a function says otherwise.
//
// Sparrow makes no compatibility promise for this package.
package kernel

import (
	"bytes"
	"cmp"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Op is a comparison.
type Op uint8

// The comparisons.
const (
	EQ Op = iota
	NE
	LT
	LE
	GT
	GE
)

// Flip returns the comparison with its operands exchanged: a op b = b op.Flip() a.
func (op Op) Flip() Op { return [...]Op{EQ, NE, GT, GE, LT, LE}[op] }

// Negate returns the comparison that is true where op is false.
func (op Op) Negate() Op { return [...]Op{NE, EQ, GE, GT, LE, LT}[op] }

// Holds reports whether the comparison holds for the outcome of a three-way comparison.
func (op Op) Holds(c int) bool {
	switch op {
	case EQ:
		return c == 0
	case NE:
		return c != 0
	case LT:
		return c < 0
	case LE:
		return c <= 0
	case GT:
		return c > 0
	}
	return c >= 0
}

// CompareFloat compares doubles: NaN equals itself and is the largest, zeros are equal.
func CompareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a == a: // b is NaN
		return -1
	case b == b:
		return 1
	}
	return 0
}

// CompareInterval orders calendar intervals as Spark does, field by field of a normalized form, for equality, grouping and sorting.
func CompareInterval(a, b types.Interval) int {
	return cmp.Or(cmp.Compare(a.Months, b.Months), cmp.Compare(a.Days, b.Days), cmp.Compare(a.Micros, b.Micros))
}

// CompareViews compares two values bytewise.
func CompareViews(a *columnar.View, abuf [][]byte, b *columnar.View, bbuf [][]byte) int {
	if a.Prefix != b.Prefix { // the zeros that pad a short value are below any byte they can differ from
		return cmp.Compare(bits.ReverseBytes32(a.Prefix), bits.ReverseBytes32(b.Prefix))
	}
	return bytes.Compare(a.Bytes(abuf), b.Bytes(bbuf))
}

// EqualViews reports whether two values have the same bytes.
func EqualViews(a *columnar.View, abuf [][]byte, b *columnar.View, bbuf [][]byte) bool {
	if a.Len != b.Len || a.Prefix != b.Prefix {
		return false
	}
	if a.Len <= columnar.MaxInline {
		return a.Buf == b.Buf && a.Off == b.Off
	}
	return bytes.Equal(a.Bytes(abuf), b.Bytes(bbuf))
}

// CompareRows compares row i of a with row j of b, vectors of one type in any form, both not null.
func CompareRows(a *columnar.Vector, i int, b *columnar.Vector, j int) int {
	x, y := a.Base(), b.Base()
	i, j = a.At(i), b.At(j)
	switch x.Width {
	case columnar.WBool:
		return compareAt[uint8](x, i, y, j)
	case columnar.W8:
		return compareAt[int8](x, i, y, j)
	case columnar.W16:
		return compareAt[int16](x, i, y, j)
	case columnar.W32:
		return compareAt[int32](x, i, y, j)
	case columnar.W64, columnar.W128:
		if x.Width == columnar.W64 && y.Width == columnar.W64 {
			return compareAt[int64](x, i, y, j)
		}
		return wide(x, i).Cmp(wide(y, j))
	case columnar.WF32:
		return CompareFloat(float64(columnar.Values[float32](x)[i]), float64(columnar.Values[float32](y)[j]))
	case columnar.WF64:
		return CompareFloat(columnar.Values[float64](x)[i], columnar.Values[float64](y)[j])
	case columnar.WView:
		return CompareViews(&columnar.Values[columnar.View](x)[i], x.Buffers, &columnar.Values[columnar.View](y)[j], y.Buffers)
	case columnar.WInterval:
		return CompareInterval(columnar.Values[types.Interval](x)[i], columnar.Values[types.Interval](y)[j])
	case columnar.WList, columnar.WMap:
		return compareSpans(x, columnar.Values[columnar.Span](x)[i], y, columnar.Values[columnar.Span](y)[j])
	case columnar.WStruct:
		for k, c := range x.Children {
			if r := CompareNullable(c, i, y.Children[k], j); r != 0 {
				return r
			}
		}
	}
	return 0
}

// CompareNullable is CompareRows for rows that may be null, which are equal to each other and come first.
func CompareNullable(a *columnar.Vector, i int, b *columnar.Vector, j int) int {
	an, bn := a.IsNull(i), b.IsNull(j)
	switch {
	case an && bn:
		return 0
	case an:
		return -1
	case bn:
		return 1
	}
	return CompareRows(a, i, b, j)
}

// EqualRows reports whether row i of a equals row j of b, both not null.
func EqualRows(a *columnar.Vector, i int, b *columnar.Vector, j int) bool {
	x, y := a.Base(), b.Base()
	if x.Width == columnar.WView {
		return EqualViews(&columnar.Values[columnar.View](x)[a.At(i)], x.Buffers, &columnar.Values[columnar.View](y)[b.At(j)], y.Buffers)
	}
	return CompareRows(a, i, b, j) == 0
}

// EqualNullable is EqualRows where nulls are equal to each other and to nothing else: the equality of <=>, DISTINCT and GROUP BY.
func EqualNullable(a *columnar.Vector, i int, b *columnar.Vector, j int) bool {
	if a.MayHaveNulls() || b.MayHaveNulls() {
		if an, bn := a.IsNull(i), b.IsNull(j); an || bn {
			return an && bn
		}
	}
	return EqualRows(a, i, b, j)
}

// EqualPairs keeps those k of pairs for which row ai[k] of a and row bi[k] of b are equal; dst may be pairs itself. With nullSafe, nulls
// are equal to each other, else to nothing.
func EqualPairs(a *columnar.Vector, ai []int32, b *columnar.Vector, bi, pairs, dst []int32, nullSafe bool) []int32 {
	dst = room(dst, len(pairs))
	if !a.MayHaveNulls() && !b.MayHaveNulls() && a.Form == columnar.Flat && b.Form == columnar.Flat && a.Width == b.Width {
		switch a.Width {
		case columnar.W32:
			return equalPairs(columnar.Values[int32](a), ai, columnar.Values[int32](b), bi, pairs, dst)
		case columnar.W64:
			return equalPairs(columnar.Values[int64](a), ai, columnar.Values[int64](b), bi, pairs, dst)
		}
	}
	if a.Width == columnar.WView && a.Form != columnar.Constant && b.Form != columnar.Constant && !a.MayHaveNulls() && !b.MayHaveNulls() {
		return equalViewPairs(a, ai, b, bi, pairs, dst)
	}
	n := 0
	for _, k := range pairs {
		i, j := int(ai[k]), int(bi[k])
		dst[n] = k
		if nullSafe && EqualNullable(a, i, b, j) || !nullSafe && !a.IsNull(i) && !b.IsNull(j) && EqualRows(a, i, b, j) {
			n++
		}
	}
	return dst[:n]
}

func equalPairs[T comparable](a []T, ai []int32, b []T, bi, pairs, dst []int32) []int32 {
	n := 0
	for _, k := range pairs {
		dst[n] = k
		n += b2i(a[ai[k]] == b[bi[k]])
	}
	return dst[:n]
}

func equalViewPairs(a *columnar.Vector, ai []int32, b *columnar.Vector, bi, pairs, dst []int32) []int32 {
	x, y := a.Base(), b.Base()
	xs, ys := columnar.Values[columnar.View](x), columnar.Values[columnar.View](y)
	n := 0
	for _, k := range pairs {
		i, j := ai[k], bi[k]
		if a.Form == columnar.Dictionary {
			i = a.Codes[i]
		}
		if b.Form == columnar.Dictionary {
			j = b.Codes[j]
		}
		dst[n] = k
		n += b2i(EqualViews(&xs[i], x.Buffers, &ys[j], y.Buffers))
	}
	return dst[:n]
}

func compareAt[T interface {
	columnar.Fixed
	cmp.Ordered
}](x *columnar.Vector, i int, y *columnar.Vector, j int) int {
	return cmp.Compare(columnar.Values[T](x)[i], columnar.Values[T](y)[j])
}

// wide returns a decimal or integer of either width.
func wide(v *columnar.Vector, i int) types.Int128 {
	if v.Width == columnar.W64 {
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
}

// compareSpans compares arrays, or maps as sequences of keys and values.
func compareSpans(x *columnar.Vector, s columnar.Span, y *columnar.Vector, t columnar.Span) int {
	for k := range min(s.Len, t.Len) {
		for c := range x.Children {
			if r := CompareNullable(x.Children[c], int(s.Off+k), y.Children[c], int(t.Off+k)); r != 0 {
				return r
			}
		}
	}
	return cmp.Compare(s.Len, t.Len)
}

// b2i returns 1 for true; the compiler makes it one instruction.
func b2i(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}
