package spill

import (
	"encoding/binary"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/zeebo/xxh3"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// headerBytes is the size of a block's header: length and checksum.
const headerBytes = 16

// Writer writes batches to a file. It belongs to one goroutine.
type Writer struct {
	file  *File
	enc   encoder
	dense columnar.Batch
}

// File is a finished file of blocks. Read is safe for concurrent use.
type File struct {
	f      *os.File
	types  []types.Type
	blocks []block
	rows   int64
	bytes  int64
	remove sync.Once

	written *atomic.Int64 // of the folder

	interrupt func() error
}

func (f *File) interrupted() error {
	if f.interrupt == nil {
		return nil
	}
	if err := f.interrupt(); err != nil {
		return failed(err)
	}
	return nil
}

type block struct {
	off  int64
	size int
	rows int
}

// Write appends the rows of b that count as one block. Codes become values.
func (w *Writer) Write(b *columnar.Batch) error {
	if b.Count() == 0 {
		return nil
	}
	w.dense.N = b.Count()
	for i, c := range b.Cols {
		if len(w.dense.Cols) == i {
			w.dense.Cols = append(w.dense.Cols, &columnar.Vector{})
		}
		v := w.dense.Cols[i]
		v.Reset(c.Type, c.Base().Width, 0)
		columnar.AppendFlat(v, c, b.Rows())
	}
	w.enc.reset()
	w.enc.batch(&w.dense, b.Morsel, b.Seq)
	return w.file.append(w.enc.buf, w.dense.N)
}

func (f *File) append(buf []byte, rows int) error {
	if err := f.interrupted(); err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(buf, uint64(len(buf)))
	binary.LittleEndian.PutUint64(buf[8:], xxh3.Hash(buf[headerBytes:]))
	if _, err := f.f.WriteAt(buf, f.bytes); err != nil {
		return failed(err)
	}
	f.blocks = append(f.blocks, block{off: f.bytes, size: len(buf), rows: rows})
	f.bytes += int64(len(buf))
	f.written.Add(int64(len(buf)))
	f.rows += int64(rows)
	return nil
}

// Bytes returns the bytes written so far.
func (w *Writer) Bytes() int64 { return w.file.bytes }

// Finish ends the writing and returns the file.
func (w *Writer) Finish() *File { return w.file }

// Rows returns the number of rows.
func (f *File) Rows() int64 { return f.rows }

// Bytes returns the size of the file.
func (f *File) Bytes() int64 { return f.bytes }

// Blocks returns the number of blocks, one a batch written.
func (f *File) Blocks() int { return len(f.blocks) }

// BlockRows returns the rows of a block.
func (f *File) BlockRows(i int) int { return f.blocks[i].rows }

// BlockBytes returns the size of a block.
func (f *File) BlockBytes(i int) int64 { return int64(f.blocks[i].size) }

// Types returns the types of the columns.
func (f *File) Types() []types.Type { return f.types }

// Buffer is memory for Read. The zero value is ready.
type Buffer struct{ words []types.Int128 }

func (b *Buffer) bytes(n int) []byte {
	if k := (n + 15) / 16; cap(b.words) < k {
		b.words = make([]types.Int128, k)
	} else {
		b.words = b.words[:k]
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&b.words[0])), len(b.words)*16)[:n]
}

// Read makes dst the i-th block, with the place (Morsel, Seq) that its batch had. Its vectors lie in buf; give each a new Buffer to keep
// them.
func (f *File) Read(i int, buf *Buffer, dst *columnar.Batch) error {
	if err := f.interrupted(); err != nil {
		return err
	}
	x := f.blocks[i]
	data := buf.bytes(x.size)
	if _, err := f.f.ReadAt(data, x.off); err != nil {
		return failed(err)
	}
	if binary.LittleEndian.Uint64(data) != uint64(x.size) || binary.LittleEndian.Uint64(data[8:]) != xxh3.Hash(data[headerBytes:]) {
		return sqlerr.New("INTERNAL_ERROR", sqlerr.Pos{}, "Spilled data was changed on disk: block %d of %s has another checksum.", i, f.f.Name())
	}
	d := decoder{data: data, at: headerBytes}
	return d.batch(f.types, dst)
}

// Reader reads the blocks in order.
func (f *File) Reader() *Reader { return &Reader{file: f} }

// Remove deletes the file before its query ends.
func (f *File) Remove() {
	f.remove.Do(func() {
		name := f.f.Name()
		_ = f.f.Close()
		_ = os.Remove(name)
	})
}

// Reader reads a file from begin to end. It belongs to one goroutine.
type Reader struct {
	file *File
	at   int
	buf  Buffer
}

// Next reads the next batch, whose vectors live until the next call, and reports whether there was one.
func (r *Reader) Next(dst *columnar.Batch) (bool, error) {
	if r.at == len(r.file.blocks) {
		return false, nil
	}
	r.at++
	return true, r.file.Read(r.at-1, &r.buf, dst)
}
