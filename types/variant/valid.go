package variant

import "encoding/binary"

// maxDepth is how deep values may be nested, as in Spark's JSON parser.
const maxDepth = 1000

// Valid reports whether bytes are a variant that can be read without going astray. Every variant from outside must be tested.
func Valid(b []byte) bool {
	if len(b) < 3 || b[0]&0xf != version {
		return false
	}
	size := int(b[0]>>6) + 1
	if len(b) < 1+size {
		return false
	}
	n := uintAt(b[1:], size)
	head := 1 + size*(n+2)
	if n < 0 || head < 0 || head > len(b) {
		return false
	}
	last := 0
	for i := range n + 1 {
		at := uintAt(b[1+size*(1+i):], size)
		if at < last || head+at > len(b) {
			return false
		}
		last = at
	}
	end := head + last
	c := checker{meta: b[:end], names: n}
	return c.valid(b[end:], 0)
}

type checker struct {
	meta  []byte
	names int
}

// valid reports whether a value lies within the bytes.
func (c *checker) valid(b []byte, depth int) bool {
	if len(b) == 0 || depth > maxDepth {
		return false
	}
	h := int(b[0] >> headerBits)
	switch b[0] & 3 {
	case basicShort:
		return len(b) >= 1+h
	case basicPrimitive:
		if h >= numPrimitives || len(b) < 1+primitiveBytes[h] {
			return false
		}
		if h == idBinary || h == idString {
			return uint64(len(b)) >= 5+uint64(binary.LittleEndian.Uint32(b[1:]))
		}
		return h < idDecimal4 || h > idDecimal16 || b[1] <= 38
	}
	return c.validContainer(b, depth)
}

func (c *checker) validContainer(b []byte, depth int) bool {
	h := b[0] >> headerBits
	large, id := h>>2&1 != 0, 0
	if b[0]&3 == basicObject {
		large, id = h>>4&1 != 0, int(h>>2&3)+1
	}
	off, count := int(h&3)+1, 1
	if large {
		count = 4
	}
	if len(b) < 1+count {
		return false
	}
	n := uintAt(b[1:], count)
	if need := 1 + count + n*id + (n+1)*off; n < 0 || need > len(b) {
		return false
	}
	v := Value{c.meta, b}
	t := v.container()
	if end := uintAt(t.offs[n*off:], off); end > len(t.vals) {
		return false
	}
	for i := range n {
		if id > 0 && uintAt(t.ids[i*id:], id) >= c.names {
			return false
		}
		at := uintAt(t.offs[i*off:], off)
		if at >= len(t.vals) || !c.valid(t.vals[at:], depth+1) {
			return false
		}
	}
	return true
}
