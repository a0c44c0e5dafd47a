package slab

import (
	"golang.org/x/sys/unix"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// advise asks for huge pages.
func advise(b []byte) {
	if !invariants.Enabled {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // refused: ordinary pages
	}
}

// zeroPages gives the memory of whole pages back, after which they are all zeros, and reports whether it has done so.
func zeroPages(b []byte) bool { return unix.Madvise(b, unix.MADV_DONTNEED) == nil }
