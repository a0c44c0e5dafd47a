package datasource

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// TargetFileBytes is the size at which a writer begins the next file, before compression of what is still buffered.
const TargetFileBytes = 512 << 20

// Output is a set of files under construction in a folder beside the final ones. Publish moves them into place; Abort removes them.
type Output struct {
	Format  Format
	Options Options
	// Columns are those of the files; Partitions name the trailing columns of the batches that become folders.
	Columns    types.Schema
	Partitions types.Schema
	// Text turns a partition value into the text of its folder name.
	Text func(v any, t types.Type) string
	// Static holds for each of Partitions the value that all rows have, nil if they differ: ReplaceAll then replaces only such partitions.
	Static []*string
	// Clustered promises that rows of a folder come together: a writer then has one file open at a time.
	Clustered bool
	// FileBytes is the size at which the next file begins; TargetFileBytes if 0.
	FileBytes int64

	dir, staging string
	created      bool // dir was made by Begin
	id           string
	files        atomic.Int64
	rows         atomic.Int64

	mu   sync.Mutex
	open map[*partFile]bool // by all writers
}

// Begin makes the folder dir, if it is missing, and the staging folder in it.
func (o *Output) Begin(dir string) error {
	for _, f := range append(o.Columns[:len(o.Columns):len(o.Columns)], o.Partitions...) {
		if f.Type.Contains(types.Variant) {
			return sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "Files do not hold the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL()).
				WithHint("Write to_json of it.")
		}
	}
	if _, err := os.Stat(dir); err != nil {
		o.created = true
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return writeError(dir, err)
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	o.dir, o.id = dir, hex.EncodeToString(b[:])
	o.staging = filepath.Join(dir, stagingPrefix+o.id)
	if err := os.Mkdir(o.staging, 0o777); err != nil {
		return writeError(dir, err)
	}
	return nil
}

func writeError(path string, err error) error {
	return sqlerr.New("TASK_WRITE_FAILED", sqlerr.Pos{}, "Writing to %s failed: %v.", path, err).WithCause(err)
}

// Rows returns the number of rows written.
func (o *Output) Rows() int64 { return o.rows.Load() }

// Abort removes what was written.
func (o *Output) Abort() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for f := range o.open {
		f.file.Close()
	}
	o.open = nil
	if o.staging != "" {
		os.RemoveAll(o.staging)
	}
	if o.created {
		os.Remove(o.dir) // unless another write has files in it by now
	}
}

func (o *Output) track(f *partFile, open bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !open {
		delete(o.open, f)
		return
	}
	if o.open == nil {
		o.open = map[*partFile]bool{}
	}
	o.open[f] = true
}

// PartWriter writes the batches of one goroutine: one open file, or one for each combination of partition values.
type PartWriter struct {
	out    *Output
	schema *arrow.Schema
	open   map[string]*partFile
	limits []limitedColumn
	budget *budget.Budget
	held   int64 // of the budget
}

const (
	// maxOpenFiles is how many partitions one writer has open at a time; with more it begins again.
	maxOpenFiles = 64
	// fileBuffer is the size of the buffer of an open file.
	fileBuffer = 16 << 10
	// smallestPart is how many bytes a file holds before they are written because memory is refused: of smaller parts too much would be headers.
	smallestPart = 64 << 10
	// mostSmallParts is how many such parts a file has before the next one begins.
	mostSmallParts = 1 << 12
)

type partFile struct {
	path    string
	file    *os.File
	buf     *bufio.Writer
	counted countingWriter
	w       RecordWriter
	small   int // parts that were written because memory was refused
}

// buffered returns the bytes that the writer of the format holds, and what writes them, nil if it does not tell.
func (f *partFile) buffered() (int64, Buffering) {
	if b, ok := f.w.(Buffering); ok {
		return b.Buffered(), b
	}
	return 0, nil
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// NewPartWriter makes the writer of one goroutine, which accounts for what it holds.
func (o *Output) NewPartWriter(b *budget.Budget) *PartWriter {
	return &PartWriter{out: o, budget: b, schema: arrow.NewSchema(columnar.ArrowFields(o.Columns), nil), open: map[string]*partFile{}, limits: limitedColumns(o)}
}

// Write adds the rows of b that count: the columns of the files, then the partition columns.
func (w *PartWriter) Write(b *columnar.Batch) error {
	if b.Count() == 0 {
		return nil
	}
	b, err := w.fit(b)
	if err != nil {
		return err
	}
	w.out.rows.Add(int64(b.Count()))
	n := len(w.out.Columns)
	if len(w.out.Partitions) == 0 {
		return w.write("", &columnar.Batch{Cols: b.Cols[:n], N: b.N, Sel: b.Sel})
	}
	folders, byFolder := w.divide(b, n)
	for _, folder := range folders {
		if err := w.write(folder, &columnar.Batch{Cols: b.Cols[:n], N: b.N, Sel: byFolder[folder]}); err != nil {
			return err
		}
	}
	return nil
}

// divide puts the rows of a batch, whose columns from n on are the partition's, by folder; folders are in the order of their first rows.
func (w *PartWriter) divide(b *columnar.Batch, n int) (folders []string, byFolder map[string][]int32) {
	byFolder = map[string][]int32{}
	by, rows := b.Cols[n:], b.Rows()
	folder, last := "", -1
	for i := range rows.Count() {
		r := rows.Row(i)
		if last < 0 || !equalCells(by, last, r) {
			if folder = w.folder(by, r); byFolder[folder] == nil {
				folders = append(folders, folder)
			}
		}
		byFolder[folder] = append(byFolder[folder], int32(r))
		last = r
	}
	return folders, byFolder
}

func equalCells(cols []*columnar.Vector, i, j int) bool {
	for _, c := range cols {
		if !kernel.EqualNullable(c, i, c, j) {
			return false
		}
	}
	return true
}

func (w *PartWriter) folder(cols []*columnar.Vector, row int) string {
	var b strings.Builder
	for i, c := range cols {
		if i > 0 {
			b.WriteByte('/')
		}
		f := w.out.Partitions[i]
		text := NullPartition
		if v := c.Value(row); v != nil {
			if s := w.out.Text(v, f.Type); s != "" {
				text = EscapePartition(s)
			}
		}
		b.WriteString(EscapePartition(f.Name) + "=" + text)
	}
	return b.String()
}

func (w *PartWriter) write(folder string, b *columnar.Batch) error {
	f := w.open[folder]
	if f == nil {
		if w.out.Clustered || len(w.open) >= maxOpenFiles {
			if err := w.closeAllBut(nil); err != nil {
				return err
			}
		}
		var err error
		if f, err = w.create(folder); err != nil {
			return err
		}
		w.open[folder] = f
	}
	rec, err := columnar.ToRecord(w.schema, b)
	if err != nil {
		return err
	}
	if err := f.w.Write(rec); err != nil {
		return f.fail(err)
	}
	limit := w.out.FileBytes
	if limit == 0 {
		limit = TargetFileBytes
	}
	if f.counted.n >= limit || f.small >= mostSmallParts {
		delete(w.open, folder)
		return w.finish(f)
	}
	return w.cover(f)
}

// cover asks the budget for what the open files hold. While it refuses, the file that holds most writes that; once none has enough to be written,
// files other than the current one are closed. What the current one holds then is granted.
func (w *PartWriter) cover(current *partFile) error {
	for {
		need, most, largest := int64(0), int64(0), (*partFile)(nil)
		for _, f := range w.open {
			n, _ := f.buffered()
			if need += fileBuffer + n; n >= max(most, smallestPart) {
				most, largest = n, f
			}
		}
		if w.budget.Reserve(need - w.held) {
			w.held = need
			return nil
		}
		switch {
		case largest != nil:
			_, b := largest.buffered()
			if err := b.Flush(); err != nil {
				return largest.fail(err)
			}
			largest.small++
		case len(w.open) > 1:
			if err := w.closeAllBut(current); err != nil {
				return err
			}
		default:
			w.budget.Force(need - w.held)
			w.held = need
			return nil
		}
	}
}

func (w *PartWriter) create(folder string) (*partFile, error) {
	o := w.out
	dir := filepath.Join(o.staging, filepath.FromSlash(folder))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, writeError(dir, err)
	}
	name := fmt.Sprintf("part-%05d-%s%s", o.files.Add(1)-1, o.id, extension(o.Format, o.Options))
	f := &partFile{path: filepath.Join(dir, name)}
	file, err := os.Create(f.path)
	if err != nil {
		return nil, writeError(f.path, err)
	}
	f.file = file
	o.track(f, true)
	f.counted.w = file
	f.buf = bufio.NewWriterSize(&f.counted, fileBuffer)
	if f.w, err = o.Format.NewWriter(f.buf, w.schema, o.Options); err != nil {
		return nil, err // Abort closes and removes the file
	}
	return f, nil
}

func extension(f Format, o Options) string {
	if n, ok := f.(FileNamer); ok {
		return n.FileExtension(o)
	}
	return f.Extensions()[0]
}

// Close finishes the open files.
func (w *PartWriter) Close() error {
	err := w.closeAllBut(nil)
	w.open = nil
	w.budget.Release(w.held)
	w.held = 0
	return err
}

func (w *PartWriter) closeAllBut(current *partFile) error {
	var first error
	for folder, f := range w.open {
		if f == current {
			continue
		}
		if err := w.finish(f); err != nil && first == nil {
			first = err
		}
		delete(w.open, folder)
	}
	return first
}

func (w *PartWriter) finish(f *partFile) error {
	w.out.track(f, false)
	return f.close()
}

func (f *partFile) close() error {
	err := f.w.Close()
	if err == nil {
		err = f.buf.Flush()
	}
	if e := f.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return f.fail(err)
	}
	return nil
}

func (f *partFile) fail(err error) error {
	if sqlerr.As(err) != nil {
		return err
	}
	return writeError(f.path, err)
}
