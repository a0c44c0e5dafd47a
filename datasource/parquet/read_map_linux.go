package parquet

import (
	"os"
	"syscall"
)

// mappings tells whether files are mapped.
const mappings = true

// mapFile maps a file of n bytes for reading, nil if that is not possible.
func mapFile(f *os.File, n int64) []byte {
	if int64(int(n)) != n {
		return nil
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(n), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return b
}

func unmapFile(b []byte) { _ = syscall.Munmap(b) } // fails only for what is no mapping

// dropPages takes the pages of a mapping out of the process's memory; reading brings them back.
func dropPages(b []byte) { _ = syscall.Madvise(b, syscall.MADV_DONTNEED) }
