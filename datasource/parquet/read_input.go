package parquet

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Column chunks are read from a mapping of the file where there is one: pread copies what is decompressed once, and that took a tenth of
// TPC-H's time. Faults of a mapping whose pages are cached take a tenth of the copy. But a mapping's pages count as the process's memory
// until they are dropped, and dropping interrupts every core (12 µs), so they are dropped many at a time.
const (
	// mapLeast is the size of files that are worth a mapping.
	mapLeast = 1 << 20
	// mapWindow is the fewest bytes that are worth their faults: what is copied of less stays in the second-level cache.
	mapWindow = 128 << 10
	// mapResident is how much of a file is read before its pages are dropped.
	mapResident = 32 << 20
)

// input is a file that the workers of a scan share.
type input struct {
	mu    sync.Mutex
	users int
	file  *os.File

	data []byte       // the mapping, nil if there is none
	read atomic.Int64 // of the mapping since its pages were dropped
}

// acquire opens the file for one more worker.
func (in *input) acquire(ft *footer) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.users == 0 {
		f, err := os.Open(ft.path)
		if err != nil {
			return openError(ft.path, err)
		}
		if st, err := f.Stat(); err != nil || st.Size() != ft.size || st.ModTime().UnixNano() != ft.mtime {
			f.Close()
			return errChanged
		}
		in.file = f
		if ft.size >= mapLeast {
			in.data = mapFile(f, ft.size)
		}
	}
	in.users++
	return nil
}

var errChanged = fmt.Errorf("the file was changed while it was read")

// release gives a worker's share back. Nothing of window may be used afterwards.
func (in *input) release() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.users--; in.users > 0 {
		return nil
	}
	if in.data != nil {
		unmapFile(in.data)
		in.data = nil
	}
	in.read.Store(0)
	return in.file.Close()
}

// ReadAt implements io.ReaderAt.
func (in *input) ReadAt(p []byte, off int64) (int, error) { return in.file.ReadAt(p, off) }

// window returns n bytes of the file, which have pagePadding readable bytes behind, without a copy; nil if that cannot be. Reading them
// faults if the file was cut off since, see reader.guard.
func (in *input) window(off int64, n int) []byte {
	if n < mapWindow || off < 0 || off+int64(n)+pagePadding > int64(len(in.data)) {
		return nil
	}
	if in.read.Add(int64(n)) >= mapResident {
		in.read.Store(0)
		dropPages(in.data)
	}
	return in.data[off : off+int64(n) : off+int64(n)+pagePadding]
}
