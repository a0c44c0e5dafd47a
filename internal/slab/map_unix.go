//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package slab

import (
	"sync"

	"golang.org/x/sys/unix"
)

// mapRegion returns n fresh bytes, all zero. If the system refuses the mapping (a process may have 65,530 of them on Linux), the Go heap gives
// them, not at the start of a page: no call on pages can then hit what lies beside them.
func mapRegion(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]byte, n+16)[16:]
	}
	advise(b)
	return b
}

// unmapRegion gives a region back. Munmap refuses slices that it has not mapped: those are the collector's.
func unmapRegion(b []byte) { _ = unix.Munmap(b) }

// maxQuarantine is how many freed regions stay unreadable before they are unmapped, when another mapping may take their place.
const maxQuarantine = 256

var quarantined struct {
	mu      sync.Mutex
	regions [][]byte
}

// quarantine makes a freed region unreadable, so that whoever still uses it crashes.
func quarantine(b []byte) {
	if unix.Mprotect(b, unix.PROT_NONE) != nil {
		return
	}
	q := &quarantined
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.regions = append(q.regions, b); len(q.regions) > maxQuarantine {
		unmapRegion(q.regions[0])
		q.regions = q.regions[1:]
	}
}
