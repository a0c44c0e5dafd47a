package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// CountMin is Spark's count-min sketch: a table of counters, in each row one that an item's hash chooses.
type CountMin struct {
	total        int64
	depth, width int
	hashes       []int64
	table        []int64
}

// NewCountMin returns an empty sketch whose counts exceed the truth by at most eps of all items, with a probability.
func NewCountMin(eps, confidence float64, seed int32) *CountMin {
	s := &CountMin{width: int(math.Ceil(2 / eps)), depth: int(math.Ceil(-math.Log1p(-confidence) / math.Ln2))}
	s.table = make([]int64, s.depth*s.width)
	r := javaRandom(seed)
	for range s.depth {
		s.hashes = append(s.hashes, int64(r.below(math.MaxInt32)))
	}
	return s
}

// random is java.util.Random.
type random struct{ state uint64 }

func javaRandom(seed int32) *random {
	return &random{(uint64(int64(seed)) ^ 0x5deece66d) & (1<<48 - 1)}
}

func (r *random) next(n int) int32 {
	r.state = (r.state*0x5deece66d + 0xb) & (1<<48 - 1)
	return int32(r.state >> (48 - n))
}

// below returns a number from 0 to n-1; n is no power of two.
func (r *random) below(n int32) int32 {
	for {
		u := r.next(31)
		if v := u % n; u-v+(n-1) >= 0 {
			return v
		}
	}
}

// AddLong counts an integer.
func (s *CountMin) AddLong(v int64) {
	const prime = 1<<31 - 1
	for i, h := range s.hashes {
		x := h * v
		x += x >> 32
		x &= prime
		s.table[i*s.width+int(int32(x))%s.width]++
	}
	s.total++
}

// AddBytes counts text or bytes.
func (s *CountMin) AddBytes(b []byte) {
	h1 := murmur32(b, 0)
	h2 := murmur32(b, h1)
	for i := range s.depth {
		x := int(h1+int32(i)*h2) % s.width
		s.table[i*s.width+max(x, -x)]++
	}
	s.total++
}

// murmur32 is MurmurHash3_x86_32 by Austin Appleby as Spark has it: bytes behind the last word are words of their own.
func murmur32(b []byte, seed int32) int32 {
	h := uint32(seed)
	mix := func(k uint32) {
		h ^= bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	n := len(b)
	for ; len(b) >= 4; b = b[4:] {
		mix(binary.LittleEndian.Uint32(b))
	}
	for _, c := range b {
		mix(uint32(int32(int8(c))))
	}
	h ^= uint32(n)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return int32(h ^ h>>16)
}

// Merge adds another sketch of the same parameters.
func (s *CountMin) Merge(o *CountMin) error {
	if len(s.table) != len(o.table) || s.depth != o.depth {
		return ErrInvalid
	}
	for i, n := range o.table {
		s.table[i] += n
	}
	s.total += o.total
	return nil
}

// Bytes returns the sketch in Spark's form.
func (s *CountMin) Bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, 1)
	b = binary.BigEndian.AppendUint64(b, uint64(s.total))
	b = binary.BigEndian.AppendUint32(b, uint32(s.depth))
	b = binary.BigEndian.AppendUint32(b, uint32(s.width))
	for _, h := range s.hashes {
		b = binary.BigEndian.AppendUint64(b, uint64(h))
	}
	for _, n := range s.table {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// ReadCountMin reads what Bytes has written.
func ReadCountMin(b []byte) (*CountMin, error) {
	if len(b) < 20 || binary.BigEndian.Uint32(b) != 1 {
		return nil, ErrInvalid
	}
	s := &CountMin{total: int64(binary.BigEndian.Uint64(b[4:])), depth: int(binary.BigEndian.Uint32(b[12:])), width: int(binary.BigEndian.Uint32(b[16:]))}
	b = b[20:]
	if s.depth <= 0 || s.width <= 0 || len(b)/8 != s.depth+s.depth*s.width {
		return nil, ErrInvalid
	}
	long := func() int64 {
		v := int64(binary.BigEndian.Uint64(b))
		b = b[8:]
		return v
	}
	for range s.depth {
		s.hashes = append(s.hashes, long())
	}
	for range s.depth * s.width {
		s.table = append(s.table, long())
	}
	return s, nil
}
