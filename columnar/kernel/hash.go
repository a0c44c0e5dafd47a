package kernel

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/zeebo/xxh3"
)

// Multipliers of the hashes: odd, with bits spread evenly (from splitmix64 and the golden ratio).
const (
	mul1     = 0xbf58476d1ce4e5b9
	mul2     = 0x94d049bb133111eb
	golden   = 0x9e3779b97f4a7c15
	nullHash = 0x5bd1e9955bd1e995
)

// HashUint64 mixes 64 bits into 64 that are good at both ends.
func HashUint64(x uint64) uint64 {
	x ^= golden
	x = (x ^ x>>32) * mul1
	x = (x ^ x>>29) * mul2
	return x ^ x>>32
}

// CombineHash returns the hash of a sequence from that of its beginning and its next element's.
func CombineHash(h, next uint64) uint64 { return HashUint64(bits.RotateLeft64(h, 23) + next*golden) }

// HashInt128 hashes a decimal by value, whatever its width: one that fits in 64 bits like a bigint.
func HashInt128(x types.Int128) uint64 {
	h := HashUint64(x.Lo)
	if x.IsInt64() {
		return h
	}
	return CombineHash(h, uint64(x.Hi))
}

// HashFloat hashes a double; equal values have equal hashes, zeros and NaNs included.
func HashFloat(f float64) uint64 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		f = math.NaN()
	}
	return HashUint64(math.Float64bits(f))
}

// HashBytes hashes a string; HashView of the same bytes is the same.
func HashBytes(b []byte) uint64 {
	if len(b) <= columnar.MaxInline {
		v := columnar.InlineView(b)
		return hashInline(&v)
	}
	return xxh3.Hash(b)
}

// HashView hashes a string or binary value.
func HashView(v *columnar.View, buffers [][]byte) uint64 {
	if v.Len <= columnar.MaxInline {
		return hashInline(v)
	}
	return xxh3.Hash(v.Bytes(buffers))
}

func hashInline(v *columnar.View) uint64 {
	hi, lo := bits.Mul64((uint64(v.Len)|uint64(v.Prefix)<<32)^golden, (uint64(v.Buf)|uint64(v.Off)<<32)^mul1)
	return HashUint64(hi ^ lo)
}

// Hash writes to out[i] the hash of v's value in the i-th row of rows; with combine it mixes it into out[i], for keys of several
// columns. v may have any form; nulls have a hash of their own. All bits of a hash are usable, at the top for partitions and at the
// bottom for tables.
func Hash(v *columnar.Vector, rows columnar.Rows, out []uint64, combine bool) {
	hash(v, rows, out, combine)
	if colliding.Load() {
		collide(out[:rows.Count()])
	}
}

var colliding atomic.Bool

// Collide makes Hash give one hash for all values, for tests of what depends on hashes.
func Collide(on bool) { colliding.Store(on) }

func collide(hashes []uint64) {
	if slices.ContainsFunc(hashes, func(h uint64) bool { return h != hashes[0] }) {
		metrics.OneHash.Happened()
	}
	for i := range hashes {
		hashes[i] = golden
	}
}

func hash(v *columnar.Vector, rows columnar.Rows, out []uint64, combine bool) {
	n := rows.Count()
	out = out[:n]
	switch {
	case v.Form == columnar.Constant:
		h := uint64(nullHash)
		if !v.IsNull(0) {
			h = hashOne(v, 0)
		}
		if !combine {
			for i := range out {
				out[i] = h
			}
			return
		}
		for i, o := range out {
			out[i] = CombineHash(o, h)
		}
	case v.Form == columnar.Dictionary && (v.Dict.Len <= n || !flatHash(v.Width)):
		hashDictionary(v, rows, out, combine)
	case v.Form == columnar.Dictionary:
		hashCodes(v, rows, out, combine)
	default:
		hashFlat(v, rows, out, combine)
		if v.Valid != nil && !combine {
			for i := range out {
				if r := rows.Row(i); v.Valid[r>>6]>>(r&63)&1 == 0 {
					out[i] = nullHash
				}
			}
		}
	}
}

// flatHash reports whether single values of a width are cheap to hash one by one.
func flatHash(w columnar.Width) bool { return w < columnar.WList }

func hashDictionary(v *columnar.Vector, rows columnar.Rows, out []uint64, combine bool) {
	table := make([]uint64, v.Dict.Len)
	Hash(v.Dict, columnar.AllRows(v.Dict.Len), table, false)
	for i := range out {
		r := rows.Row(i)
		h := uint64(nullHash)
		if v.Valid == nil || v.Valid[r>>6]>>(r&63)&1 != 0 {
			h = table[v.Codes[r]]
		}
		if combine {
			h = CombineHash(out[i], h)
		}
		out[i] = h
	}
}

func hashCodes(v *columnar.Vector, rows columnar.Rows, out []uint64, combine bool) {
	valid, present := v.Valid, v.Dict.Valid
	for i := range out {
		r := rows.Row(i)
		h := uint64(nullHash)
		if valid == nil || valid[r>>6]>>(r&63)&1 != 0 {
			if c := v.Codes[r]; present == nil || present[c>>6]>>(c&63)&1 != 0 {
				h = hashOne(v.Dict, int(c))
			}
		}
		if combine {
			h = CombineHash(out[i], h)
		}
		out[i] = h
	}
}

// hashFlat hashes a flat vector. Without combine, values below nulls get any hash, except that strings and nested values below nulls
// are not touched.
func hashFlat(v *columnar.Vector, rows columnar.Rows, out []uint64, combine bool) {
	if combine && v.Valid != nil || !flatHash(v.Width) || v.Width == columnar.WView && v.Valid != nil {
		for i := range out {
			r := rows.Row(i)
			h := uint64(nullHash)
			if v.Valid == nil || v.Valid[r>>6]>>(r&63)&1 != 0 {
				h = hashOne(v, r)
			}
			if combine {
				h = CombineHash(out[i], h)
			}
			out[i] = h
		}
		return
	}
	switch v.Width {
	case columnar.WBool:
		hashLoop(columnar.Values[uint8](v), rows, out, combine, func(x uint8) uint64 { return HashUint64(uint64(x)) })
	case columnar.W8:
		hashLoop(columnar.Values[int8](v), rows, out, combine, func(x int8) uint64 { return HashUint64(uint64(x)) })
	case columnar.W16:
		hashLoop(columnar.Values[int16](v), rows, out, combine, func(x int16) uint64 { return HashUint64(uint64(x)) })
	case columnar.W32:
		hashLoop(columnar.Values[int32](v), rows, out, combine, func(x int32) uint64 { return HashUint64(uint64(x)) })
	case columnar.W64:
		hashLoop(columnar.Values[int64](v), rows, out, combine, func(x int64) uint64 { return HashUint64(uint64(x)) })
	case columnar.W128:
		hashLoop(columnar.Values[types.Int128](v), rows, out, combine, HashInt128)
	case columnar.WF32:
		hashLoop(columnar.Values[float32](v), rows, out, combine, func(x float32) uint64 { return HashFloat(float64(x)) })
	case columnar.WF64:
		hashLoop(columnar.Values[float64](v), rows, out, combine, HashFloat)
	case columnar.WView:
		buffers := v.Buffers
		vals := columnar.Values[columnar.View](v)
		for i := range out {
			h := HashView(&vals[rows.Row(i)], buffers)
			if combine {
				h = CombineHash(out[i], h)
			}
			out[i] = h
		}
	case columnar.WInterval:
		hashLoop(columnar.Values[types.Interval](v), rows, out, combine, hashInterval)
	}
}

func hashInterval(x types.Interval) uint64 {
	return CombineHash(HashUint64(uint64(uint32(x.Months))|uint64(uint32(x.Days))<<32), uint64(x.Micros))
}

// hashLoop is inlined together with the literal function passed to it.
func hashLoop[T any](vals []T, rows columnar.Rows, out []uint64, combine bool, f func(T) uint64) {
	switch {
	case combine:
		for i := range out {
			out[i] = CombineHash(out[i], f(vals[rows.Row(i)]))
		}
	case rows.Sel != nil:
		for i, r := range rows.Sel {
			out[i] = f(vals[r])
		}
	default:
		for i, x := range vals[:len(out)] {
			out[i] = f(x)
		}
	}
}

// hashOne hashes a stored value, not null, of a flat or constant vector.
func hashOne(v *columnar.Vector, i int) uint64 {
	switch v.Width {
	case columnar.WBool:
		return HashUint64(uint64(columnar.Values[uint8](v)[i]))
	case columnar.W8:
		return HashUint64(uint64(columnar.Values[int8](v)[i]))
	case columnar.W16:
		return HashUint64(uint64(columnar.Values[int16](v)[i]))
	case columnar.W32:
		return HashUint64(uint64(columnar.Values[int32](v)[i]))
	case columnar.W64:
		return HashUint64(uint64(columnar.Values[int64](v)[i]))
	case columnar.W128:
		return HashInt128(columnar.Values[types.Int128](v)[i])
	case columnar.WF32:
		return HashFloat(float64(columnar.Values[float32](v)[i]))
	case columnar.WF64:
		return HashFloat(columnar.Values[float64](v)[i])
	case columnar.WView:
		return HashView(&columnar.Values[columnar.View](v)[i], v.Buffers)
	case columnar.WInterval:
		return hashInterval(columnar.Values[types.Interval](v)[i])
	case columnar.WList, columnar.WMap:
		s := columnar.Values[columnar.Span](v)[i]
		h := HashUint64(uint64(s.Len))
		for k := range s.Len {
			for _, c := range v.Children {
				h = CombineHash(h, hashNullable(c, int(s.Off+k)))
			}
		}
		return h
	case columnar.WStruct:
		h := uint64(len(v.Children))
		for _, c := range v.Children {
			h = CombineHash(h, hashNullable(c, i))
		}
		return h
	}
	return nullHash
}

// HashRow hashes the value of one row of a vector of any form, as Hash does.
func HashRow(v *columnar.Vector, i int) uint64 { return hashNullable(v, i) }

func hashNullable(v *columnar.Vector, i int) uint64 {
	if v.IsNull(i) {
		return nullHash
	}
	return hashOne(v.Base(), v.At(i))
}

// prefixKey returns the first 8 bytes of a string as a number in the order of strings.
func prefixKey(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var t [8]byte
	copy(t[:], b)
	return binary.BigEndian.Uint64(t[:])
}
