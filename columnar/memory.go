package columnar

import "github.com/sparrow-engine/sparrow/internal/slab"

// Growth of the byte buffers of a vector that is being filled.
const (
	minBuffer = 4 << 10
	maxBuffer = 1 << 20
)

// memory is what a vector allocated itself and may use again after Reset. The exported slices of a vector may belong to another
// vector (a gather shares buffers, a kernel shares validity), so only what is recorded here is ever written to.
type memory struct {
	words []uint64
	codes []int32
	used  [][]byte // buffers in use, with length 0
	spare [][]byte
	open  int // 1 + index in Buffers of the buffer that is being filled
}

// extend returns s with n elements, the new ones of unspecified value, in its memory if they fit, else in twice as much of the arena.
func extend[T any](a *slab.Arena, s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	grown := slab.Make[T](a, max(n, 2*cap(s)))[:n]
	copy(grown, s)
	slab.Free(a, s)
	return grown
}

// recycle makes all byte buffers available again.
func (m *memory) recycle() {
	for _, b := range m.used {
		if cap(b) <= maxBuffer {
			m.spare = append(m.spare, b)
		}
	}
	m.used, m.open = m.used[:0], 0
}

func (m *memory) validity(a *slab.Arena, n int) []uint64 {
	if cap(m.words) < n {
		slab.Free(a, m.words)
		m.words = slab.Make[uint64](a, max(n, Words(BatchSize)))
	}
	m.words = m.words[:n]
	return m.words
}

func (m *memory) isValidity(words []uint64) bool {
	return len(words) > 0 && len(m.words) > 0 && &words[0] == &m.words[0]
}

// buffer returns an empty buffer with room for n bytes.
func (m *memory) buffer(a *slab.Arena, n int) []byte {
	size := minBuffer
	if k := len(m.used); k > 0 {
		size = min(2*cap(m.used[k-1]), maxBuffer)
	}
	var b []byte
	if k := len(m.spare) - 1; k >= 0 && cap(m.spare[k]) >= n {
		b, m.spare = m.spare[k], m.spare[:k]
	} else {
		b = slab.Make[byte](a, max(size, n))[:0]
	}
	m.used = append(m.used, b)
	return b
}

// SetCodes makes v a dictionary vector of n rows over dict and returns its codes, to be filled, in memory that v reuses.
func (v *Vector) SetCodes(dict *Vector, n int) []int32 {
	v.Type, v.Width, v.Form, v.Len = dict.Type, dict.Width, Dictionary, n
	v.Valid, v.Dict, v.Buffers, v.Children = nil, dict, nil, nil
	v.origin = origin{}
	v.HasBounds, v.Lo, v.Hi = dict.HasBounds, dict.Lo, dict.Hi
	v.own.recycle()
	if cap(v.own.codes) < n {
		slab.Free(v.arena, v.own.codes)
		v.own.codes = slab.Make[int32](v.arena, max(n, min(2*n, BatchSize)))
	}
	v.own.codes = v.own.codes[:n]
	v.Codes = v.own.codes
	return v.Codes
}

// RoomForCodes gives an empty vector that Append will fill room for n codes of a dictionary.
func (v *Vector) RoomForCodes(n int) { v.own.codes = extend(v.arena, v.own.codes[:0], n)[:0] }
