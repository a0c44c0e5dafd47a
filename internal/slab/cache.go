package slab

import (
	"math/bits"
	"sync"
	"time"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// Bounds of the cache: what a guest in somebody's program may keep for later.
const (
	// maxCached bounds the bytes of blocks that nobody uses.
	maxCached = 256 << 20
	// slack is how many cached bytes of other sizes may lie about while new blocks are mapped. Beyond it a new block replaces old ones, so that
	// the process does not hold more than it once needed.
	slack = 32 << 20
	// idle is how long a block is kept without use.
	idle = 5 * time.Second
	// largest is the largest block that is kept. Larger ones are mapped for their one use: with huge pages their first touch is cheap (256 MB:
	// 12 to 27 ms), and the next query seldom wants the same size.
	largest = 64 << 20
)

// classes are sizes in four steps a doubling, so that a block wastes a fifth at most.
const (
	stepBits = 2
	classes  = 48 // MinBlock to largest
)

// class returns the number and size of the smallest class of at least n bytes; -1 for blocks that are not kept, of whole megabytes.
func class(n int) (c, size int) {
	if n > largest {
		return -1, (n + 1<<20 - 1) &^ (1<<20 - 1)
	}
	n = max(n, MinBlock)
	shift := bits.Len(uint(n-1)) - 1 - stepBits // the unit of a step
	steps := (n + 1<<shift - 1) >> shift        // 5 to 8
	return (shift-(bits.Len(MinBlock)-2-stepBits))<<stepBits + steps - (1<<stepBits + 1), steps << shift
}

// cache is the blocks of the process.
type cache struct {
	mu     sync.Mutex
	free   [classes][]cached // oldest first
	cached int64
	inUse  int64
	out    int
	taken  int64
	timer  *time.Timer // nil: nothing to wait for
}

type cached struct {
	b     []byte
	since time.Time
}

var blocks cache

// Counters tell what the process holds.
type Counters struct {
	InUse  int64 // bytes of blocks that arenas have
	Cached int64 // bytes of blocks kept for later
	Blocks int   // blocks that arenas have
}

// Count returns the present counters.
func Count() Counters {
	blocks.mu.Lock()
	defer blocks.mu.Unlock()
	return Counters{blocks.inUse, blocks.cached, blocks.out}
}

// Taken returns how many blocks arenas have taken since the process began.
func Taken() int64 {
	blocks.mu.Lock()
	defer blocks.mu.Unlock()
	return blocks.taken
}

// Trim gives all cached blocks back to the operating system.
func Trim() { blocks.trim(0) }

// take returns a block of at least n bytes, and whether it is all zeros.
func (c *cache) take(n int) (b []byte, zero bool) {
	k, size := class(n)
	c.mu.Lock()
	c.inUse += int64(size)
	c.out++
	c.taken++
	if k >= 0 {
		if l := len(c.free[k]); l > 0 {
			b = c.free[k][l-1].b
			c.free[k][l-1] = cached{}
			c.free[k] = c.free[k][:l-1]
			c.cached -= int64(size)
		}
	}
	var old [][]byte
	if b == nil && c.cached > slack {
		old = c.oldest(max(c.cached-int64(size), slack))
	}
	c.mu.Unlock()
	unmapAll(old)
	if b != nil {
		return b, false
	}
	b = mapBlock(size)
	if invariants.Enabled {
		invariants.Scribble(b)
	}
	return b, !invariants.Enabled
}

// give takes a block back.
func (c *cache) give(b []byte) {
	b = b[:cap(b)]
	k, _ := class(len(b))
	keep := k >= 0 && !invariants.Enabled
	c.mu.Lock()
	c.inUse -= int64(len(b))
	c.out--
	var old [][]byte
	if keep {
		c.free[k] = append(c.free[k], cached{b, time.Now()})
		c.cached += int64(len(b))
		old = c.oldest(maxCached)
		if c.timer == nil {
			c.timer = time.AfterFunc(idle, c.decay)
		}
	}
	c.mu.Unlock()
	switch {
	case invariants.Enabled:
		quarantine(b)
	case !keep:
		unmapBlock(b)
	}
	unmapAll(old)
}

// oldest takes the blocks out that were longest without use until no more than keep bytes are left. It is called with the lock held.
func (c *cache) oldest(keep int64) (out [][]byte) {
	for c.cached > keep {
		first := -1
		for k, f := range c.free {
			if len(f) > 0 && (first < 0 || f[0].since.Before(c.free[first][0].since)) {
				first = k
			}
		}
		out = append(out, c.remove(first))
	}
	return out
}

// remove takes the oldest block of a class out.
func (c *cache) remove(k int) []byte {
	b := c.free[k][0].b
	c.free[k] = append(c.free[k][:0], c.free[k][1:]...)
	c.cached -= int64(len(b))
	return b
}

func (c *cache) trim(keep int64) {
	c.mu.Lock()
	old := c.oldest(keep)
	c.mu.Unlock()
	unmapAll(old)
}

// decay drops what has been idle, and comes again as long as there is anything: no goroutine waits meanwhile.
func (c *cache) decay() {
	c.mu.Lock()
	var old [][]byte
	limit := time.Now().Add(-idle)
	for k := range c.free {
		for len(c.free[k]) > 0 && !c.free[k][0].since.After(limit) {
			old = append(old, c.remove(k))
		}
	}
	if c.cached > 0 {
		c.timer.Reset(idle / 2)
	} else {
		c.timer = nil
	}
	c.mu.Unlock()
	unmapAll(old)
}

func unmapAll(bs [][]byte) {
	for _, b := range bs {
		unmapBlock(b)
	}
}
