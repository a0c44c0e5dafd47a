package physical

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// sortKeys turns the sort keys of kept rows into numbers of up to 64 bits. As many keys as fit are packed side by side, each in the bits
// that the range of its values needs, so that a date and two flags, or any bigint, compare as one number. Rows that are equal in it are then
// compared key by key from the first one that is not wholly in it.
type sortKeys struct {
	rows   *keptRows
	cols   []int // columns of the keys
	orders []kernel.Order
	fields []keyField // of the keys that are packed, wholly or in part
	exact  int        // keys that the number decides alone
}

// keyField is the place and the code of one key: (value - lo) >> drop, or (hi - value) >> drop if descending. A null has the code before
// or after all others.
type keyField struct {
	kind   keyKind
	lo, hi uint64 // of the values as ordered numbers
	desc   bool
	skip   int  // bytes that all strings begin with: they say nothing about the order
	chars  int  // bytes of a short string after them
	drop   uint // low bits left out, for want of room
	base   uint64
	null   uint64
	nulls  bool
	shift  uint
	width  int // bits of the code
	ranks  *stringRanks
}

type keyKind uint8

const (
	keyNumber keyKind = iota // up to 64 bits
	keyWide                  // the upper half of 128 bits
	keyShort                 // up to 7 bytes after the common ones, then their number
	keyString                // the first 8 bytes after the common ones
	keyRank                  // the place among the different strings
	keyOther                 // null or not
)

// prepare looks at all values to choose the codes.
func (s *sortKeys) prepare(run runner) error {
	room := 64
	for k, c := range s.cols {
		f, nulls := s.measure(c, s.orders[k])
		f.fit(nulls, s.orders[k], room)
		if !f.exact() && (f.kind == keyShort || f.kind == keyString) {
			ranks, err := s.ranked(run, c)
			if err != nil {
				return err
			}
			if ranks != nil {
				f.kind, f.ranks, f.lo, f.hi = keyRank, ranks, 0, uint64(max(ranks.distinct, 1)-1)
				f.fit(nulls, s.orders[k], room)
			}
		}
		room -= f.width
		f.shift = uint(room)
		s.fields = append(s.fields, f)
		if !f.exact() {
			return nil
		}
		s.exact = k + 1
	}
	return nil
}

// exact reports whether the code decides the order by the key.
func (f *keyField) exact() bool {
	return f.drop == 0 && (f.kind == keyNumber || f.kind == keyShort || f.kind == keyRank)
}

// measure looks at a key column: how values become numbers, and their range.
func (s *sortKeys) measure(c int, o kernel.Order) (f keyField, nulls bool) {
	f = keyField{desc: o.Desc, lo: math.MaxUint64}
	for _, chunk := range s.rows.chunks {
		v := chunk.cols[c]
		nulls = nulls || v.MayHaveNulls()
		kind, lo, hi := keyRange(v)
		f.kind, f.lo, f.hi = max(f.kind, kind), min(f.lo, lo), max(f.hi, hi)
	}
	if f.kind == keyShort { // the numbers are lengths
		f.skip = s.common(c)
		if f.chars = int(f.hi) - f.skip; f.chars > 7 {
			f.kind = keyString
		}
	}
	switch f.kind {
	case keyWide, keyString:
		f.lo, f.hi = 0, math.MaxUint64
	case keyShort:
		f.lo, f.hi = 0, 1<<(8*f.chars+3)-1
	}
	if f.lo > f.hi || f.kind == keyOther { // no value, or none that has a number
		f.lo, f.hi = 0, 0
	}
	return f, nulls
}

// fit chooses the code of numbers from lo to hi in at most room bits.
func (f *keyField) fit(nulls bool, o kernel.Order, room int) {
	f.base, f.null, f.nulls, f.drop = 0, math.MaxUint64, nulls, 0
	if !nulls {
		width := bits.Len64(f.hi - f.lo)
		f.drop = uint(max(width-room, 0))
		f.width = width - int(f.drop)
		return
	}
	for {
		last := (f.hi - f.lo) >> f.drop
		if f.width = bits.Len64(last + 1); last != math.MaxUint64 && f.width <= room || f.drop == 64 {
			break
		}
		f.drop++
	}
	if f.drop == 64 {
		f.null, f.width = 0, 0 // no room even for null or not
		return
	}
	if o.NullsFirst {
		f.base, f.null = 1, 0
	} else {
		f.null = (f.hi-f.lo)>>f.drop + 1
	}
}

// keyRange returns how values of a vector become numbers, and their range if they are numbers.
func keyRange(v *columnar.Vector) (kind keyKind, lo, hi uint64) {
	b := v.Base()
	if v.HasBounds && v.Lo <= v.Hi {
		switch b.Width {
		case columnar.W8, columnar.W16, columnar.W32, columnar.W64:
			return keyNumber, orderedInt(v.Lo), orderedInt(v.Hi)
		}
	}
	switch b.Width {
	case columnar.WBool:
		return rangeOf(columnar.Values[uint8](b), v, func(x uint8) uint64 { return uint64(x) })
	case columnar.W8:
		return rangeOf(columnar.Values[int8](b), v, func(x int8) uint64 { return orderedInt(int64(x)) })
	case columnar.W16:
		return rangeOf(columnar.Values[int16](b), v, func(x int16) uint64 { return orderedInt(int64(x)) })
	case columnar.W32:
		return rangeOf(columnar.Values[int32](b), v, func(x int32) uint64 { return orderedInt(int64(x)) })
	case columnar.W64:
		return rangeOf(columnar.Values[int64](b), v, orderedInt)
	case columnar.WF32:
		return rangeOf(columnar.Values[float32](b), v, func(x float32) uint64 { return kernel.OrderedFloat(float64(x)) })
	case columnar.WF64:
		return rangeOf(columnar.Values[float64](b), v, kernel.OrderedFloat)
	case columnar.W128:
		return keyWide, 0, 0
	case columnar.WView:
		_, _, longest := rangeOf(columnar.Values[columnar.View](b), v, func(x columnar.View) uint64 { return uint64(x.Len) })
		return keyShort, 0, longest
	}
	return keyOther, 0, 0
}

func orderedInt(x int64) uint64 { return uint64(x) ^ 1<<63 }

// rangeOf measures all stored values: those of a dictionary rather than of its rows, and any below nulls, which only widens the code.
func rangeOf[T any](vals []T, v *columnar.Vector, f func(T) uint64) (kind keyKind, lo, hi uint64) {
	lo = math.MaxUint64
	if v.Form == columnar.Flat && v.Valid != nil {
		for i, x := range vals {
			if v.Valid[i>>6]>>(i&63)&1 != 0 {
				lo, hi = min(lo, f(x)), max(hi, f(x))
			}
		}
		return keyNumber, lo, hi
	}
	for _, x := range vals {
		u := f(x)
		lo, hi = min(lo, u), max(hi, u)
	}
	return keyNumber, lo, hi
}

// encode makes the numbers of rows from to to-1 of a chunk.
func (s *sortKeys) encode(chunk, from, to int, dst []uint64) {
	dst = dst[:to-from]
	clear(dst)
	for k := range s.fields {
		f, v := &s.fields[k], s.rows.chunks[chunk].cols[s.cols[k]]
		if f.kind == keyRank {
			f.ranks.chunks[chunk].encode(f, v, from, dst)
		} else {
			f.encode(v, from, dst)
		}
	}
}

func (f *keyField) encode(v *columnar.Vector, from int, dst []uint64) {
	b := v.Base()
	if f.kind == keyWide { // in this chunk the values may be narrow
		f.put(v, from, dst, func(i int) uint64 { return orderedInt(upperHalf(b, i)) })
		return
	}
	if f.kind == keyString {
		f.put(v, from, dst, func(i int) uint64 { return beginning(&columnar.Values[columnar.View](b)[i], b.Buffers, f.skip) })
		return
	}
	if f.kind == keyShort && f.skip > 0 {
		f.put(v, from, dst, func(i int) uint64 {
			x := &columnar.Values[columnar.View](b)[i]
			return beginning(x, b.Buffers, f.skip)>>(64-8*f.chars)<<3 | uint64(int(x.Len)-f.skip)
		})
		return
	}
	switch b.Width {
	case columnar.WBool:
		putCodes(f, columnar.Values[uint8](b), v, from, dst, func(x uint8) uint64 { return uint64(x) })
	case columnar.W8:
		putCodes(f, columnar.Values[int8](b), v, from, dst, func(x int8) uint64 { return orderedInt(int64(x)) })
	case columnar.W16:
		putCodes(f, columnar.Values[int16](b), v, from, dst, func(x int16) uint64 { return orderedInt(int64(x)) })
	case columnar.W32:
		putCodes(f, columnar.Values[int32](b), v, from, dst, func(x int32) uint64 { return orderedInt(int64(x)) })
	case columnar.W64:
		putCodes(f, columnar.Values[int64](b), v, from, dst, orderedInt)
	case columnar.WF32:
		putCodes(f, columnar.Values[float32](b), v, from, dst, func(x float32) uint64 { return kernel.OrderedFloat(float64(x)) })
	case columnar.WF64:
		putCodes(f, columnar.Values[float64](b), v, from, dst, kernel.OrderedFloat)
	case columnar.WView: // the zeros after a short value sort before any byte
		unused := uint(64 - 8*f.chars)
		putCodes(f, columnar.Values[columnar.View](b), v, from, dst, func(x columnar.View) uint64 {
			return (uint64(bits.ReverseBytes32(x.Prefix))<<32|uint64(bits.ReverseBytes32(x.Buf)))>>unused<<3 | uint64(x.Len)
		})
	default:
		f.put(v, from, dst, func(int) uint64 { return 0 })
	}
}

// held returns, by column, the keys that the numbers hold whole, as numbers that tell the value.
func (s *sortKeys) held() map[int]*keyField {
	held := map[int]*keyField{}
	for k := range s.exact {
		f, t := &s.fields[k], s.rows.types[s.cols[k]]
		if f.kind == keyNumber && t.Kind != types.Float && t.Kind != types.Double { // of which 0 and -0 have one code
			held[s.cols[k]] = f
		}
	}
	return held
}

// needless returns those of the columns that are held of which the rows are not asked either to tell equal keys apart.
func (s *sortKeys) needless(held map[int]*keyField) map[int]*keyField {
	needless := maps.Clone(held)
	for _, c := range s.cols[s.exact:] {
		delete(needless, c)
	}
	return needless
}

// decode writes the values that encode made keys of.
func (f *keyField) decode(entries []sortEntry, out *columnar.Vector) {
	switch out.Width {
	case columnar.WBool:
		decodeKeys(f, entries, columnar.Values[uint8](out), func(u uint64) uint8 { return uint8(u) })
	case columnar.W8:
		decodeKeys(f, entries, columnar.Values[int8](out), func(u uint64) int8 { return int8(u) })
	case columnar.W16:
		decodeKeys(f, entries, columnar.Values[int16](out), func(u uint64) int16 { return int16(u) })
	case columnar.W32:
		decodeKeys(f, entries, columnar.Values[int32](out), func(u uint64) int32 { return int32(u) })
	case columnar.W64:
		decodeKeys(f, entries, columnar.Values[int64](out), func(u uint64) int64 { return int64(u ^ 1<<63) })
	}
	if !f.nulls {
		return
	}
	mask := uint64(1)<<f.width - 1
	for i, e := range entries {
		if e.key>>f.shift&mask == f.null {
			out.SetNull(i)
		}
	}
}

// decodeKeys is inlined together with the literal function passed to it, which undoes orderedInt.
func decodeKeys[T any](f *keyField, entries []sortEntry, out []T, value func(u uint64) T) {
	mask, first, sign := uint64(1)<<f.width-1, f.lo-f.base, uint64(1)
	if f.desc {
		first, sign = f.hi+f.base, math.MaxUint64 // hi - (code - base)
	}
	shift := f.shift
	out = out[:len(entries)]
	for i := range entries {
		out[i] = value(first + sign*(entries[i].key>>shift&mask))
	}
}

// put is putCodes for values that are no machine words.
func (f *keyField) put(v *columnar.Vector, from int, dst []uint64, number func(i int) uint64) {
	for i := range dst {
		code := f.null
		if !v.IsNull(from + i) {
			code = f.code(number(v.At(from + i)))
		}
		dst[i] |= code << f.shift
	}
}

func (f *keyField) code(u uint64) uint64 {
	if f.desc {
		return (f.hi-u)>>f.drop + f.base
	}
	return (u-f.lo)>>f.drop + f.base
}

// putCodes is inlined together with the literal function passed to it.
func putCodes[T any](f *keyField, vals []T, v *columnar.Vector, from int, dst []uint64, number func(T) uint64) {
	field := *f
	if v.Form == columnar.Flat && v.Valid == nil {
		vals = vals[from : from+len(dst)]
		for i := range dst {
			dst[i] |= field.code(number(vals[i])) << field.shift
		}
		return
	}
	nulls := v.MayHaveNulls()
	for i := range dst {
		code := field.null
		if !nulls || !v.IsNull(from+i) {
			code = field.code(number(vals[v.At(from+i)]))
		}
		dst[i] |= code << field.shift
	}
}

// beginning returns 8 bytes of a string after the first skip, with zeros behind its end, as a number in the order of strings.
func beginning(x *columnar.View, buffers [][]byte, skip int) uint64 {
	if x.Len <= columnar.MaxInline && skip == 0 {
		return uint64(bits.ReverseBytes32(x.Prefix))<<32 | uint64(bits.ReverseBytes32(x.Buf))
	}
	b := x.Bytes(buffers)[skip:]
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	u := uint64(0)
	for i, c := range b {
		u |= uint64(c) << (56 - 8*i)
	}
	return u
}

// common returns how many bytes all strings of a column begin with: names such as Customer#000000001 have many.
func (s *sortKeys) common(c int) int {
	var first []byte
	n := -1
	for _, chunk := range s.rows.chunks {
		v := chunk.cols[c]
		b := v.Base()
		views := columnar.Values[columnar.View](b)
		for i := range views {
			if b.Valid != nil && b.Valid[i>>6]>>(i&63)&1 == 0 {
				continue
			}
			x := views[i].Bytes(b.Buffers)
			if n < 0 {
				first, n = x, len(x)
			}
			for n = min(n, len(x)); n > 0 && !bytes.Equal(x[:n], first[:n]); {
				n--
			}
			if n == 0 {
				return 0
			}
		}
	}
	return max(n, 0)
}

func upperHalf(b *columnar.Vector, i int) int64 {
	return wideAt(b, i).Hi
}

// compare orders rows that are equal in their number.
func (s *sortKeys) compare(x, y rowRef) int {
	a, b := s.rows.chunks[x.chunk()], s.rows.chunks[y.chunk()]
	i, j := x.row(), y.row()
	for k := s.exact; k < len(s.cols); k++ {
		if c := kernel.CompareOrdered(a.cols[s.cols[k]], i, b.cols[s.cols[k]], j, s.orders[k]); c != 0 {
			return c
		}
	}
	return 0
}
