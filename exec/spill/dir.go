// Package spill keeps batches in files: checksummed blocks in a private folder that is gone when the query ends, however it ends.
//
// A block is a batch, dense, as it lies in memory, after a header with its length and the xxh3 hash of its bytes. Files are private to a
// process and never outlive it, so the layout is neither portable nor versioned.
//
// Sparrow makes no compatibility promise for this package.
package spill

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Dir is the private folder of a query. It is safe for concurrent use.
type Dir struct {
	parent string
	// Interrupt, if set before the first file, is called before every block is written or read; its error is the operation's. It is for tests.
	Interrupt func() error

	mu     sync.Mutex
	kinds  map[string]*atomic.Int64 // bytes written, by the name of files
	path   string                   // "" until the first file
	files  []*File
	made   int
	closed bool
}

// NewDir returns a folder below parent, made when the first file is.
func NewDir(parent string) *Dir { return &Dir{parent: parent} }

// Create starts a file of batches of columns of the types. name tells a person who looks into the folder what is in it.
func (d *Dir) Create(name string, ts []types.Type) (*Writer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, sqlerr.Internal("a query that has ended spills %s", name)
	}
	if d.path == "" {
		path, err := os.MkdirTemp(d.parent, "sparrow-spill-")
		if err != nil {
			return nil, failed(err)
		}
		d.path = path
	}
	d.made++
	f, err := os.OpenFile(filepath.Join(d.path, fmt.Sprintf("%s-%d", name, d.made)), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, failed(err)
	}
	if d.kinds == nil {
		d.kinds = map[string]*atomic.Int64{}
	}
	if d.kinds[name] == nil {
		d.kinds[name] = &atomic.Int64{}
	}
	file := &File{f: f, types: ts, interrupt: d.Interrupt, written: d.kinds[name]}
	d.files = append(d.files, file)
	return &Writer{file: file}, nil
}

// Written returns the bytes written to all files so far.
func (d *Dir) Written() (n int64) {
	for _, k := range d.Kinds() {
		n += k.Bytes
	}
	return n
}

// Kind is the bytes written to files of one name.
type Kind struct {
	Name  string
	Bytes int64
}

// Kinds returns what was written so far, by the names of files.
func (d *Dir) Kinds() []Kind {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Kind, 0, len(d.kinds))
	for _, name := range slices.Sorted(maps.Keys(d.kinds)) {
		out = append(out, Kind{name, d.kinds[name].Load()})
	}
	return out
}

// Close removes the folder and what is in it.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, f := range d.files {
		f.Remove()
	}
	d.files = nil
	if d.path == "" {
		return nil
	}
	return os.RemoveAll(d.path)
}

// failed turns an error of the file system into the query's.
func failed(err error) error {
	return sqlerr.New("SPILL_OUT_OF_MEMORY", sqlerr.Pos{}, "Rows could not be written to or read from the folder of spilled data: %v.", err).
		WithHint("Set sparrow.spill.dir to a folder with more room, or raise sparrow.memory.").WithCause(err)
}
