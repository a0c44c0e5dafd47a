package datasource

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
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
	// FileBytes is the size at which the next file begins; TargetFileBytes if 0.
	FileBytes int64

	dir, staging string
	id           string
	files        atomic.Int64
	rows         atomic.Int64
}

// Begin makes the folder dir, if it is missing, and the staging folder in it.
func (o *Output) Begin(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return writeError(dir, err)
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	o.dir, o.id = dir, hex.EncodeToString(b[:])
	o.staging = filepath.Join(dir, "_temporary-"+o.id)
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
func (o *Output) Abort() { os.RemoveAll(o.staging) }

// Publish moves the files into place. replace removes what was there before: everything, or with dynamic only the partitions that have new files.
func (o *Output) Publish(replace, dynamic bool) error {
	defer os.RemoveAll(o.staging)
	if err := o.writeEmpty(); err != nil {
		return err
	}
	var made []string
	err := filepath.WalkDir(o.staging, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(o.staging, p)
			made = append(made, rel)
		}
		return err
	})
	if err != nil {
		return writeError(o.dir, err)
	}
	old := filepath.Join(o.staging, ".replaced")
	if replace {
		if err := o.setAside(old, made, dynamic); err != nil {
			return err
		}
	}
	for _, rel := range made {
		to := filepath.Join(o.dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return writeError(to, err)
		}
		if err := os.Rename(filepath.Join(o.staging, rel), to); err != nil {
			return writeError(to, err)
		}
	}
	return nil
}

// writeEmpty makes one file without rows if there is none, which keeps the columns, as Spark does. A partitioned output has no place for it.
func (o *Output) writeEmpty() error {
	if o.files.Load() > 0 || len(o.Partitions) > 0 {
		return nil
	}
	f, err := o.NewPartWriter().create("")
	if err != nil {
		return err
	}
	return f.close()
}

// setAside moves replaced files out of sight; they go with the staging folder.
func (o *Output) setAside(old string, made []string, dynamic bool) error {
	var victims []string
	if dynamic {
		seen := map[string]bool{}
		for _, rel := range made {
			if d := filepath.Dir(rel); !seen[d] {
				seen[d] = true
				victims = append(victims, d)
			}
		}
	} else {
		entries, err := os.ReadDir(o.dir)
		if err != nil {
			return writeError(o.dir, err)
		}
		for _, e := range entries {
			if p := filepath.Join(o.dir, e.Name()); p != o.staging {
				victims = append(victims, e.Name())
			}
		}
	}
	for _, v := range victims {
		from, to := filepath.Join(o.dir, v), filepath.Join(old, v)
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return writeError(to, err)
		}
		if err := os.Rename(from, to); err != nil {
			return writeError(from, err)
		}
	}
	return nil
}

// PartWriter writes the batches of one goroutine: one open file, or one for each combination of partition values.
type PartWriter struct {
	out    *Output
	schema *arrow.Schema
	open   map[string]*partFile
}

type partFile struct {
	path    string
	file    *os.File
	buf     *bufio.Writer
	counted countingWriter
	w       RecordWriter
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

// NewPartWriter makes the writer of one goroutine.
func (o *Output) NewPartWriter() *PartWriter {
	return &PartWriter{out: o, schema: arrow.NewSchema(columnar.ArrowFields(o.Columns), nil), open: map[string]*partFile{}}
}

// Write adds the rows of b that count: the columns of the files, then the partition columns.
func (w *PartWriter) Write(b *columnar.Batch) error {
	if b.Count() == 0 {
		return nil
	}
	w.out.rows.Add(int64(b.Count()))
	n := len(w.out.Columns)
	if len(w.out.Partitions) == 0 {
		return w.write("", &columnar.Batch{Cols: b.Cols[:n], N: b.N, Sel: b.Sel})
	}
	byFolder := map[string][]int32{}
	rows := b.Rows()
	for i := range rows.Count() {
		r := rows.Row(i)
		folder := w.folder(b.Cols[n:], r)
		byFolder[folder] = append(byFolder[folder], int32(r))
	}
	for folder, sel := range byFolder {
		if err := w.write(folder, &columnar.Batch{Cols: b.Cols[:n], N: b.N, Sel: sel}); err != nil {
			return err
		}
	}
	return nil
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
				text = url.PathEscape(s)
				text = strings.ReplaceAll(text, "=", "%3D")
			}
		}
		b.WriteString(url.PathEscape(f.Name) + "=" + text)
	}
	return b.String()
}

func (w *PartWriter) write(folder string, b *columnar.Batch) error {
	f := w.open[folder]
	if f == nil {
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
	if f.counted.n >= limit {
		delete(w.open, folder)
		return f.close()
	}
	return nil
}

func (w *PartWriter) create(folder string) (*partFile, error) {
	o := w.out
	dir := filepath.Join(o.staging, filepath.FromSlash(folder))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, writeError(dir, err)
	}
	name := "part-" + number(o.files.Add(1)-1) + "-" + o.id + o.Format.Extensions()[0]
	f := &partFile{path: filepath.Join(dir, name)}
	file, err := os.Create(f.path)
	if err != nil {
		return nil, writeError(f.path, err)
	}
	f.file = file
	f.counted.w = file
	f.buf = bufio.NewWriterSize(&f.counted, 256<<10)
	if f.w, err = o.Format.NewWriter(f.buf, w.schema, o.Options); err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

// number pads to five digits so that names sort in the order of creation.
func number(n int64) string {
	s := []byte("00000")
	for i := len(s) - 1; i >= 0 && n > 0; i-- {
		s[i] = byte('0' + n%10)
		n /= 10
	}
	return string(s)
}

// Close finishes the open files.
func (w *PartWriter) Close() error {
	var first error
	for _, f := range w.open {
		if err := f.close(); err != nil && first == nil {
			first = err
		}
	}
	w.open = nil
	return first
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
