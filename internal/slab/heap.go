package slab

import (
	"math/bits"
	"sync"
	"time"
	"unsafe"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// Bounds of what a guest in somebody's program may keep for later.
const (
	// maxCached bounds the bytes that were used and are free.
	maxCached = 256 << 20
	// slack is how many such bytes may lie about while fresh memory is used, because they are in pieces that are too small. Beyond it what is
	// used fresh is given back elsewhere, so that the process does not hold more than it once needed.
	slack = 32 << 20
	// idle is how long memory is kept without use, at least; at most twice as long.
	idle = 5 * time.Second
)

const (
	// unit is what blocks are cut by.
	unit = 8 << 10
	// hugePage is what regions are aligned to and given back by. The first touch of a huge page costs a fifth of that of its small pages, and
	// tables of all sizes miss the TLB less, because blocks lie together in few pages.
	hugePage = 2 << 20
	// regionSize is what is mapped at once. Blocks that are larger have a region of their own.
	regionSize = 128 << 20
)

// heap is the memory of the process: regions that are cut into blocks, free ones as large as can be. A request gets the first free block of the
// next class of sizes, cut to its size, which is in constant time and seldom leaves small pieces (good fit: Masmano, Ripoll, Crespo, Real, TLSF,
// 2004). What was freed last is used first, because it is in the caches.
type heap struct {
	mu     sync.Mutex
	free   [classes]*block // lists by class
	cached int64           // used bytes of free blocks
	least  int64           // smallest cached since the last decay
	inUse  int64
	out    int
	taken  int64
	timer  *time.Timer // nil: nothing to wait for
}

// block is adjacent units of a region.
type block struct {
	region     *region
	at, units  int
	free       bool
	prev, next *block // of the list, when it is free
}

// region is mapped memory.
type region struct {
	mapping []byte
	mem     []byte   // aligned to huge pages
	ends    []*block // of the first and the last unit of each block: the block
	used    []uint64 // the units that are not all zeros
}

var memory heap

// Counters tell what the process holds.
type Counters struct {
	InUse  int64 // bytes of blocks that arenas have
	Cached int64 // bytes of free memory that was used and not given back
	Blocks int   // blocks that arenas have
}

// Count returns the present counters.
func Count() Counters {
	memory.mu.Lock()
	defer memory.mu.Unlock()
	return Counters{memory.inUse, memory.cached, memory.out}
}

// Taken returns how many blocks arenas have taken since the process began.
func Taken() int64 {
	memory.mu.Lock()
	defer memory.mu.Unlock()
	return memory.taken
}

// Trim gives what is free back to the operating system. Of huge pages that are partly in use nothing is given back.
func Trim() {
	memory.mu.Lock()
	defer memory.mu.Unlock()
	memory.shrink(0)
}

// take returns a block of at least n bytes, and whether they are all zeros.
func (h *heap) take(n int) (b *block, zero bool) {
	units := (n + unit - 1) / unit
	h.mu.Lock()
	defer h.mu.Unlock()
	if invariants.Enabled {
		b = newRegion(units * unit)
		invariants.Scribble(b.bytes())
	} else if b = h.find(units); b != nil {
		h.unlist(b)
	} else {
		b = newRegion(max(units*unit, regionSize))
	}
	if rest := b.cut(units); rest != nil {
		h.list(rest)
	}
	fresh := b.use()
	h.forget(units - fresh)
	if fresh > 0 && h.cached > slack {
		h.shrink(max(h.cached-int64(fresh)*unit, slack))
	}
	h.inUse += int64(units) * unit
	h.out++
	h.taken++
	return b, fresh == units && !invariants.Enabled
}

// give takes a block back.
func (h *heap) give(b *block) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inUse -= int64(b.units) * unit
	h.out--
	if invariants.Enabled {
		quarantine(b.region.mapping)
		return
	}
	h.cached += int64(b.units) * unit
	b = h.join(b)
	h.list(b)
	if b.units*unit > regionSize {
		h.release(b, b.units)
	}
	h.shrink(maxCached)
	if h.timer == nil {
		h.least = h.cached
		h.timer = time.AfterFunc(idle, h.decay)
	}
}

// classes are sizes in four steps a doubling.
const (
	stepBits = 2
	classes  = (64 - stepBits) << stepBits
)

// class returns the class of blocks: that of 2^k units and its steps.
func class(units int) int {
	shift := max(bits.Len(uint(units))-1-stepBits, 0)
	return shift<<stepBits + units>>shift
}

// tries is how many blocks of a request's own class are looked at, of which some are large enough and some are not.
const tries = 16

// find returns a free block of at least so many units, nil if there is none.
func (h *heap) find(units int) *block {
	c := class(units)
	for b, n := h.free[c], 0; b != nil && n < tries; b, n = b.next, n+1 {
		if b.units >= units {
			return b
		}
	}
	for _, b := range h.free[c+1:] {
		if b != nil {
			return b
		}
	}
	return nil
}

func (h *heap) list(b *block) {
	first := &h.free[class(b.units)]
	b.free, b.prev, b.next = true, nil, *first
	if b.next != nil {
		b.next.prev = b
	}
	*first = b
}

func (h *heap) unlist(b *block) {
	if b.prev != nil {
		b.prev.next = b.next
	} else {
		h.free[class(b.units)] = b.next
	}
	if b.next != nil {
		b.next.prev = b.prev
	}
	b.free, b.prev, b.next = false, nil, nil
}

// join unites a block with its free neighbours.
func (h *heap) join(b *block) *block {
	r := b.region
	at, end := b.at, b.at+b.units
	if at > 0 && r.ends[at-1].free {
		left := r.ends[at-1]
		h.unlist(left)
		at = left.at
	}
	if end < len(r.ends) && r.ends[end].free {
		right := r.ends[end]
		h.unlist(right)
		end += right.units
	}
	return r.place(at, end-at)
}

// shrink gives free memory back, large blocks first, until no more than keep used bytes of it are left or the rest is not in whole huge pages.
// Blocks that are too small to hold one, of which there may be many, are not looked at.
func (h *heap) shrink(keep int64) {
	for c := classes - 1; c >= class(hugePage/unit) && h.cached > keep; c-- {
		for b := h.free[c]; b != nil && h.cached > keep; {
			next := b.next
			h.release(b, int((h.cached-keep+unit-1)/unit))
			b = next
		}
	}
}

// release gives used units of a free block back, so many if there are: its region, if it is all free, or huge pages in it, those at the end first,
// because blocks are cut from the front.
func (h *heap) release(b *block, units int) {
	r := b.region
	if used := b.count(); b.units == len(r.ends) && used <= units {
		h.forget(used)
		h.unlist(b)
		unmapRegion(r.mapping)
		return
	}
	const per = hugePage / unit
	least, end, used := (b.at+per-1)/per*per, (b.at+b.units)/per*per, 0
	page := block{region: r, at: end, units: per}
	for page.at > least && used < units {
		page.at -= per
		used += page.count()
	}
	whole := block{region: r, at: page.at, units: end - page.at}
	if used == 0 || !zeroPages(whole.bytes()) {
		return
	}
	h.forget(used)
	for i := whole.at; i < end; i++ {
		r.used[i>>6] &^= 1 << (i & 63)
	}
}

// forget notes that so many used units are not free any more.
func (h *heap) forget(units int) {
	h.cached -= int64(units) * unit
	h.least = min(h.least, h.cached)
}

// decay gives back what was never needed since it last came, and comes again as long as there is anything: no goroutine waits meanwhile.
func (h *heap) decay() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shrink(h.cached - h.least)
	h.least = h.cached
	if h.cached == 0 {
		h.timer = nil
		return
	}
	h.timer.Reset(idle)
}

// newRegion maps a region and returns it as one block.
func newRegion(n int) *block {
	mapping := mapRegion(n + hugePage)
	off := -int(uintptr(unsafe.Pointer(&mapping[0]))) & (hugePage - 1)
	units := n / unit
	r := &region{mapping: mapping, mem: mapping[off : off+n : off+n], ends: make([]*block, units), used: make([]uint64, (units+63)/64)}
	return r.place(0, units)
}

// place makes units a block.
func (r *region) place(at, units int) *block {
	b := &block{region: r, at: at, units: units}
	r.ends[at], r.ends[at+units-1] = b, b
	return b
}

// cut makes a block shorter and returns the rest, nil if there is none.
func (b *block) cut(units int) *block {
	rest := b.units - units
	if rest == 0 {
		return nil
	}
	b.units = units
	b.region.ends[b.at+units-1] = b
	return b.region.place(b.at+units, rest)
}

// use notes that a block will be written and returns how many units were all zeros.
func (b *block) use() (fresh int) {
	fresh = b.units - b.count()
	for i := b.at; i < b.at+b.units && fresh > 0; i++ {
		b.region.used[i>>6] |= 1 << (i & 63)
	}
	return fresh
}

// count returns how many units are not all zeros.
func (b *block) count() (n int) {
	for i := b.at; i < b.at+b.units; {
		k := min(64-i&63, b.at+b.units-i)
		n += bits.OnesCount64(b.region.used[i>>6] >> (i & 63) << (64 - k))
		i += k
	}
	return n
}

func (b *block) bytes() []byte {
	return b.region.mem[b.at*unit : (b.at+b.units)*unit : (b.at+b.units)*unit]
}
