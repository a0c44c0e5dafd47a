// Package slab is memory for bulk data without pointers outside the Go heap: large blocks that the process keeps for the next query instead of
// mapping, zeroing and collecting them anew.
//
// An Arena owns blocks that are freed together. Behind all arenas stands one heap of blocks (heap.go). What it keeps for later is bounded and
// shrinks when it is idle. It is safe for concurrent use.
package slab

import (
	"sync"
	"unsafe"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// MinBlock is the size from which requests get blocks. Smaller ones are Go's: the collector frees them at no cost worth mentioning.
const MinBlock = 32 << 10

// Arena is blocks with one owner, and the other arenas that its data refers to. It begins with one reference; when the last is gone all blocks
// go back to the heap, whoever still has slices of them. It is safe for concurrent use. A nil Arena stands for the Go heap.
type Arena struct {
	mu     sync.Mutex
	refs   int
	blocks map[*byte]*block
	small  map[*byte][]byte // only to be scribbled over
	held   map[*Arena]bool
	onFree []func()
}

// NewArena returns an empty arena with one reference.
func NewArena() *Arena { return &Arena{refs: 1, blocks: map[*byte]*block{}} }

// Make returns n values of unspecified content; the capacity is what the block has room for. T holds no pointers: the collector does not look
// into blocks.
func Make[T any](a *Arena, n int) []T {
	s, _ := allocate[T](a, n)
	return s
}

// MakeZeroed is Make of values that are zero.
func MakeZeroed[T any](a *Arena, n int) []T {
	s, zero := allocate[T](a, n)
	if !zero {
		clear(s)
	}
	return s
}

// Free gives a slice that Make returned back before the arena is freed. Slices that are no block of the arena are left to the collector.
func Free[T any](a *Arena, s []T) {
	if a != nil && cap(s) > 0 {
		a.free((*byte)(unsafe.Pointer(unsafe.SliceData(s))))
	}
}

func allocate[T any](a *Arena, n int) (s []T, zero bool) {
	var t T
	width := int(unsafe.Sizeof(t))
	if a == nil || n*width < MinBlock {
		s = make([]T, n)
		if invariants.Enabled && a != nil && n > 0 {
			a.noteSmall(unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), n*width))
			return s, false
		}
		return s, true
	}
	b, zero := a.block(n * width)
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/width)[:n], zero
}

func (a *Arena) block(n int) (mem []byte, zero bool) {
	b, zero := memory.take(n)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refs <= 0 { // its query is over and will not free what it gets now
		memory.give(b)
		return make([]byte, n), true
	}
	mem = b.bytes()
	a.blocks[&mem[0]] = b
	return mem, zero
}

func (a *Arena) free(p *byte) {
	a.mu.Lock()
	b := a.blocks[p]
	delete(a.blocks, p)
	a.mu.Unlock()
	if b != nil {
		memory.give(b)
	} else if invariants.Enabled {
		a.freeSmall(p)
	}
}

// Hold keeps another arena alive as long as this one, because data here refers to data there. It is no matter how often it is told. A nil
// arena needs no holding.
func (a *Arena) Hold(other *Arena) {
	if other == nil || other == a {
		return
	}
	a.mu.Lock()
	known := a.held[other]
	if !known {
		if a.held == nil {
			a.held = map[*Arena]bool{}
		}
		a.held[other] = true
	}
	a.mu.Unlock()
	if !known {
		other.Retain()
	}
}

// Retain adds a reference.
func (a *Arena) Retain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refs > 0 {
		a.refs++
	}
}

// Unshared reports whether there is one reference, so that its Release frees the blocks.
func (a *Arena) Unshared() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refs == 1
}

// Release takes a reference back. The last frees the blocks and releases what the arena holds.
func (a *Arena) Release() {
	a.mu.Lock()
	a.refs--
	last := a.refs == 0
	a.mu.Unlock()
	if last {
		a.clear()
	}
}

// Close frees the blocks whatever references are left: its query is over.
func (a *Arena) Close() {
	a.mu.Lock()
	open := a.refs > 0
	a.refs = 0
	a.mu.Unlock()
	if open {
		a.clear()
	}
}

// OnFree runs f once the blocks are freed.
func (a *Arena) OnFree(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onFree = append(a.onFree, f)
}

func (a *Arena) clear() {
	a.mu.Lock()
	gone, small, held, onFree := a.blocks, a.small, a.held, a.onFree
	a.blocks, a.small, a.held, a.onFree = nil, nil, nil, nil
	a.mu.Unlock()
	for _, b := range gone {
		memory.give(b)
	}
	for _, b := range small {
		invariants.Scribble(b)
	}
	for other := range held {
		other.Release()
	}
	for _, f := range onFree {
		f()
	}
}
