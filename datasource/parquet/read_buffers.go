package parquet

import (
	"math/bits"
	"sync"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// pageBuffers has the page buffers of readers that were closed, by the highest bit of their size: a reader of the next scan writes to them. Those
// that two garbage collections find here are dropped.
var pageBuffers [bits.UintSize]sync.Pool

// leastBuffer is the size from which a buffer is worth keeping.
const leastBuffer = 4 << 10

// pageBuffer returns a buffer of at least n bytes, of unspecified contents.
func pageBuffer(n int) []byte {
	if n >= leastBuffer {
		// Of the buffers with the highest bit of n some are large enough, of the next class all.
		for class := bits.Len(uint(n)) - 1; class <= bits.Len(uint(n)); class++ {
			b, ok := pageBuffers[class].Get().(*[]byte)
			switch {
			case !ok:
			case cap(*b) >= n:
				return (*b)[:n]
			default:
				pageBuffers[class].Put(b)
			}
		}
	}
	return make([]byte, n, max(n, 64))
}

// recycle leaves a buffer that nothing refers to any more to the next reader.
func recycle(b []byte) {
	if cap(b) < leastBuffer {
		return
	}
	if invariants.Enabled {
		invariants.Scribble(b[:cap(b)])
	}
	pageBuffers[bits.Len(uint(cap(b)))-1].Put(&b)
}

// release gives the buffers of a reader away, whose batches are dead.
func (c *leafReader) release() {
	c.dict.forget()
	for _, buffers := range [][][]byte{c.free, c.retired, {c.page.buf, c.dict.buf, c.in.own, c.levels}} {
		for _, b := range buffers {
			recycle(b)
		}
	}
	c.free, c.retired, c.levels, c.page, c.dict, c.in = nil, nil, nil, page{}, dictionary{}, chunkInput{}
}
