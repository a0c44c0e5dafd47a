// Package variant reads and writes Spark's VARIANT: a self-describing value in binary, as Parquet's "Variant Binary Encoding" defines it.
//
// A variant has two parts, the dictionary of the names of its objects' fields (metadata) and the value. Sparrow keeps the two one behind the other in one
// byte string; the metadata says where it ends.
//
// Sparrow makes no compatibility promise for this package.
package variant

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/types"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Long // integers of all widths
	Decimal
	Float
	Double
	String
	Binary
	Date         // days
	Timestamp    // microseconds
	TimestampNTZ // microseconds on the wall clock
	Object
	Array
	Other // what Spark has no type for: times, nanoseconds, UUIDs
)

// The basic types in the two low bits of a value's first byte, and the primitive types in the other six.
const (
	basicPrimitive = iota
	basicShort
	basicObject
	basicArray
)

const (
	idNull = iota
	idTrue
	idFalse
	idInt8
	idInt16
	idInt32
	idInt64
	idDouble
	idDecimal4
	idDecimal8
	idDecimal16
	idDate
	idTimestamp
	idTimestampNTZ
	idFloat
	idBinary
	idString
	numPrimitives
)

var primitiveKinds = [numPrimitives]Kind{Null, Bool, Bool, Long, Long, Long, Long, Double, Decimal, Decimal, Decimal, Date, Timestamp, TimestampNTZ, Float, Binary, String}

// primitiveBytes is the size of a primitive behind its first byte, without the characters of strings and binaries.
var primitiveBytes = [numPrimitives]int{0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4}

const (
	version    = 1
	maxShort   = 63 // characters of a short string
	headerBits = 2
)

// Value is a variant or a part of one. The zero Value is not valid.
type Value struct {
	meta []byte
	data []byte // from the value's first byte to anywhere behind its end
}

// Of returns the variant that bytes hold. They must be valid, as those of a Builder are; see Valid.
func Of(b []byte) Value {
	n := metadataLen(b)
	return Value{b[:n], b[n:]}
}

func uintAt(b []byte, n int) int {
	v := 0
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | int(b[i])
	}
	return v
}

func metadataLen(b []byte) int {
	size := int(b[0]>>6) + 1
	n := uintAt(b[1:], size)
	return 1 + size*(n+2) + uintAt(b[1+size*(n+1):], size)
}

// key returns the name with a number.
func (v Value) key(id int) []byte {
	size := int(v.meta[0]>>6) + 1
	n := uintAt(v.meta[1:], size)
	at := 1 + size*(1+id)
	from, to := uintAt(v.meta[at:], size), uintAt(v.meta[at+size:], size)
	base := 1 + size*(n+2)
	return v.meta[base+from : base+to]
}

// Kind returns the kind of the value.
func (v Value) Kind() Kind {
	h := v.data[0] >> headerBits
	switch v.data[0] & 3 {
	case basicShort:
		return String
	case basicObject:
		return Object
	case basicArray:
		return Array
	}
	if h >= numPrimitives {
		return Other
	}
	return primitiveKinds[h]
}

// IsNull reports the JSON null, which is not SQL's NULL.
func (v Value) IsNull() bool { return v.data[0] == idNull }

// Bool returns a value of that kind.
func (v Value) Bool() bool { return v.data[0]>>headerBits == idTrue }

// Int returns a Long, Date, Timestamp or TimestampNTZ.
func (v Value) Int() int64 {
	b := v.data[1:]
	switch v.data[0] >> headerBits {
	case idInt8:
		return int64(int8(b[0]))
	case idInt16:
		return int64(int16(binary.LittleEndian.Uint16(b)))
	case idInt32, idDate:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

// Float returns a Float or Double.
func (v Value) Float() float64 {
	if v.data[0]>>headerBits == idFloat {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(v.data[1:])))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(v.data[1:]))
}

// Decimal returns a Decimal without zeros at the end of its fraction.
func (v Value) Decimal() (unscaled types.Int128, scale int) {
	b := v.data[2:]
	switch scale = int(v.data[1]); v.data[0] >> headerBits {
	case idDecimal4:
		unscaled = types.Int128Of(int64(int32(binary.LittleEndian.Uint32(b))))
	case idDecimal8:
		unscaled = types.Int128Of(int64(binary.LittleEndian.Uint64(b)))
	default:
		unscaled = types.Int128{Lo: binary.LittleEndian.Uint64(b), Hi: int64(binary.LittleEndian.Uint64(b[8:]))}
	}
	for scale > 0 {
		q, r := types.QuoRem(unscaled, types.Int128Of(10))
		if r.Sign() != 0 {
			break
		}
		unscaled, scale = q, scale-1
	}
	return unscaled, scale
}

// Bytes returns the characters of a String or Binary; they alias the variant.
func (v Value) Bytes() []byte {
	if v.data[0]&3 == basicShort {
		return v.data[1 : 1+v.data[0]>>headerBits]
	}
	n := uintAt(v.data[1:], 4)
	return v.data[5 : 5+n]
}

// container is an object or array taken apart.
type container struct {
	n, idSize, offSize int
	ids, offs, vals    []byte
}

func (v Value) container() container {
	h := v.data[0] >> headerBits
	c := container{offSize: int(h&3) + 1}
	large := h>>2&1 != 0
	if v.data[0]&3 == basicObject {
		c.idSize, large = int(h>>2&3)+1, h>>4&1 != 0
	}
	b := v.data[1:]
	if large {
		c.n, b = uintAt(b, 4), b[4:]
	} else {
		c.n, b = int(b[0]), b[1:]
	}
	c.ids, b = b[:c.n*c.idSize], b[c.n*c.idSize:]
	c.offs, c.vals = b[:(c.n+1)*c.offSize], b[(c.n+1)*c.offSize:]
	return c
}

// Len returns the number of fields of an Object or elements of an Array.
func (v Value) Len() int { return v.container().n }

// Elem returns an element of an Array or the value of an Object's field.
func (v Value) Elem(i int) Value {
	c := v.container()
	return Value{v.meta, c.vals[uintAt(c.offs[i*c.offSize:], c.offSize):]}
}

// Key returns the name of an Object's field; fields are in the order of their names.
func (v Value) Key(i int) []byte {
	c := v.container()
	return v.key(uintAt(c.ids[i*c.idSize:], c.idSize))
}

// Field returns the value of an Object's field.
func (v Value) Field(name string) (Value, bool) {
	i, ok := v.find(name)
	if !ok {
		return Value{}, false
	}
	return v.Elem(i), true
}

// find returns where a field is, or would be.
func (v Value) find(name string) (int, bool) {
	c := v.container()
	lo, hi := 0, c.n
	for lo < hi {
		mid := (lo + hi) / 2
		if key := v.key(uintAt(c.ids[mid*c.idSize:], c.idSize)); string(key) < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < c.n && string(v.key(uintAt(c.ids[lo*c.idSize:], c.idSize))) == name
}

// Raw returns the value as a variant of its own: with all names of the variant that it is part of.
func (v Value) Raw() []byte { return slices.Concat(v.meta, v.data[:v.size()]) }

// size returns the number of bytes of the value.
func (v Value) size() int {
	h := int(v.data[0] >> headerBits)
	switch v.data[0] & 3 {
	case basicShort:
		return 1 + h
	case basicPrimitive:
		n := 1 + primitiveBytes[h]
		if h == idBinary || h == idString {
			n += uintAt(v.data[1:], 4)
		}
		return n
	}
	c := v.container()
	return len(v.data) - len(c.vals) + uintAt(c.offs[c.n*c.offSize:], c.offSize)
}
