// Package sketch holds probabilistic summaries of large sets in the binary forms of Apache DataSketches and Spark, so that sketches travel between them:
// theta and tuple (distinct counts with set operations), HLL (distinct counts), KLL (quantiles), count-min and frequent items.
package sketch

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// ErrInvalid is the error of bytes that are no sketch of the kind.
var ErrInvalid = errors.New("no valid sketch")

// seed is the seed of all hashes, DataSketches' default, and seedHash what its sketches say of it.
const (
	seed     = 9001
	seedHash = 0x93cc
)

// Hash is the 128-bit hash of an item.
type Hash struct{ Lo, Hi uint64 }

// HashLong is the hash of an integer.
func HashLong(v int64) Hash {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(v))
	return HashBytes(b[:])
}

// HashDouble is the hash of a floating point number; -0.0 is 0.0 and all NaN are one.
func HashDouble(v float64) Hash {
	if v == 0 {
		v = 0
	}
	n := int64(math.Float64bits(v))
	if v != v {
		n = 0x7ff8000000000000
	}
	return HashLong(n)
}

const (
	c1 = 0x87c37b91114253d5
	c2 = 0x4cf5ad432745937f
)

// HashBytes is MurmurHash3_x64_128 by Austin Appleby (public domain) with DataSketches' seed.
func HashBytes(b []byte) Hash {
	h1, h2 := uint64(seed), uint64(seed)
	n := len(b)
	for ; len(b) >= 16; b = b[16:] {
		h1 ^= mixK1(binary.LittleEndian.Uint64(b))
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= mixK2(binary.LittleEndian.Uint64(b[8:]))
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	var tail [16]byte
	copy(tail[:], b)
	if len(b) > 8 {
		h2 ^= mixK2(binary.LittleEndian.Uint64(tail[8:]))
	}
	if len(b) > 0 {
		h1 ^= mixK1(binary.LittleEndian.Uint64(tail[:]))
	}
	h1 ^= uint64(n)
	h2 ^= uint64(n)
	h1 += h2
	h2 += h1
	h1, h2 = finish(h1), finish(h2)
	h1 += h2
	return Hash{h1, h2 + h1}
}

func mixK1(k uint64) uint64 { return bits.RotateLeft64(k*c1, 31) * c2 }
func mixK2(k uint64) uint64 { return bits.RotateLeft64(k*c2, 33) * c1 }

func finish(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
