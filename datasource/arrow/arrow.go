// Package arrow reads and writes Arrow IPC files (also known as Feather) and streams.
//
// Sparrow makes no compatibility promise for this package.
package arrow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Format is Arrow IPC as a datasource.Format. Whether a file is a file or a stream in Arrow's sense is told from its first bytes.
type Format struct{}

// Name returns "arrow".
func (Format) Name() string { return "arrow" }

// Extensions lists the usual endings.
func (Format) Extensions() []string { return []string{".arrow", ".feather", ".arrows", ".ipc"} }

// table is Arrow files. Columns are found by name; a file that lacks one gives NULL.
type table struct {
	datasource.FileTable
	files []*file
	// one is the file whose schema the table has, if it is that of one file.
	one *file
}

// Open makes a table. Without a schema it is that of the first file, or, with the option mergeSchema, all columns of all files.
func (Format) Open(_ context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	t := &table{FileTable: datasource.FileTable{Origin: datasource.OriginOf("arrow", files, o, schema), Files: files, Columns: schema, CellBytes: 8}}
	for _, f := range files {
		t.files = append(t.files, &file{File: f})
	}
	if schema != nil {
		return t, nil
	}
	merge, err := strconv.ParseBool(strings.ToLower(o.Get("mergeschema", "false")))
	if err != nil {
		return nil, sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The option mergeSchema is %q; it must be true or false.", o["mergeschema"])
	}
	for _, f := range t.files {
		s, err := f.columns()
		if err != nil {
			return nil, err
		}
		if t.Columns, err = mergeColumns(t.Columns, s, f.Path); err != nil {
			return nil, err
		}
		if !merge {
			t.one = f
			break
		}
	}
	return t, nil
}

// mergeColumns adds the columns that a file has besides.
func mergeColumns(all, more types.Schema, path string) (types.Schema, error) {
	for _, c := range more {
		i := all.Index(c.Name)
		switch {
		case i < 0:
			all = append(all, c)
		case !all[i].Type.SameShape(c.Type):
			return nil, sqlerr.New("CANNOT_MERGE_SCHEMAS", sqlerr.Pos{}, "Failed merging schemas: the column %s of %s has the type \"%s\", in other files \"%s\".", types.Quote(c.Name), path, c.Type.SQL(), all[i].Type.SQL())
		}
	}
	return all, nil
}

func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}

// accept opens a file. One without any of the columns of the file that gave the schema is of another table.
func (t *table) accept(f *file) error {
	if err := f.open(); err != nil || t.one == nil || f == t.one {
		return err
	}
	have, err := f.columns()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(have, func(c types.Field) bool { return t.Columns.Index(c.Name) >= 0 }) {
		return datasource.DifferentTables(t.one.Path, f.Path)
	}
	return nil
}

// ScanVectors scans the record batches of files, a morsel each; a stream is one morsel.
func (t *table) ScanVectors(ctx context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	type morsel struct {
		f     *file
		batch int // -1: a stream
	}
	var morsels []morsel
	for _, f := range t.files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.accept(f); err != nil {
			return nil, err
		}
		if f.reader == nil {
			morsels = append(morsels, morsel{f, -1})
			continue
		}
		for i := range f.records {
			morsels = append(morsels, morsel{f, i})
		}
	}
	return datasource.ScanBatches(r, len(morsels), func(m int) (datasource.NextBatch, error) {
		p, err := t.project(morsels[m].f, r)
		if err != nil {
			return nil, err
		}
		p.ctx = ctx
		if i := morsels[m].batch; i >= 0 {
			p.records = once(func() (arrow.RecordBatch, error) { return morsels[m].f.record(i) })
			p.number = i
			return p.next, nil
		}
		return p.stream()
	})
}

// file is one file, opened at its first use.
type file struct {
	datasource.File
	once   sync.Once
	err    error
	reader *ipc.FileReader // nil for a stream
	schema *arrow.Schema
	// records are where the record batches of a file lie.
	records []block
}

// magic is what files, not streams, begin with.
var magic = []byte("ARROW1\x00\x00")

// open reads the footer of a file or the schema of a stream.
func (f *file) open() error {
	f.once.Do(func() { f.err = f.wrap(f.read()) })
	return f.err
}

func (f *file) read() (err error) {
	defer recoverTo(&err)
	in, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	head := make([]byte, len(magic))
	n, err := io.ReadFull(in, head)
	switch {
	case bytes.HasPrefix(head, []byte("FEA1")):
		return errors.New("the file has version 1 of the Feather format; only version 2 is read")
	case !bytes.Equal(head[:6], magic[:6]):
		if _, err := in.Seek(0, io.SeekStart); err != nil {
			return err
		}
		r, err := ipc.NewReader(&checkedStream{r: in, limit: f.Size}, f.limits()...)
		if err != nil {
			return err
		}
		defer r.Release()
		f.schema = r.Schema()
		return nil
	case err != nil || n < len(magic):
		return io.ErrUnexpectedEOF
	}
	footer, err := readFooter(in, f.Size)
	if err != nil {
		return err
	}
	dictionaries, records, err := checkFooter(footer)
	if err != nil {
		return err
	}
	for _, k := range dictionaries {
		if err := checkBlock(in, f.Size, k); err != nil {
			return err
		}
	}
	r, err := ipc.NewFileReader(&pathReader{path: f.Path, size: f.Size}, f.limits()...)
	if err != nil {
		return err
	}
	f.reader, f.schema, f.records = r, r.Schema(), records
	return nil
}

// record reads a record batch of a file.
func (f *file) record(i int) (rec arrow.RecordBatch, err error) {
	defer recoverTo(&err)
	if err := checkBlock(&pathReader{path: f.Path}, f.Size, f.records[i]); err != nil {
		return nil, err
	}
	return f.reader.RecordBatchAt(i)
}

// limits keep a damaged file from taking all memory.
func (f *file) limits() []ipc.Option {
	return []ipc.Option{ipc.WithAllocator(&limited{limit: f.Size}), ipc.WithMetadataSizeLimit(f.Size), ipc.WithBodySizeLimit(f.Size)}
}

func (f *file) wrap(err error) error {
	if err == nil || sqlerr.As(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return sqlerr.New("FAILED_READ_FILE.NO_HINT", sqlerr.Pos{}, "Encountered error while reading file %s: %v.", f.Path, err).WithCause(err)
}

// columns returns the columns of the file.
func (f *file) columns() (types.Schema, error) {
	if err := f.open(); err != nil {
		return nil, err
	}
	var out types.Schema
	for _, c := range f.schema.Fields() {
		t, ok := columnar.SQLType(valueType(c.Type))
		if !ok {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The Arrow datasource doesn't support the column %s of the type \"%s\" in %s.", types.Quote(c.Name), c.Type, f.Path)
		}
		if out.Index(c.Name) >= 0 {
			return nil, sqlerr.New("COLUMN_ALREADY_EXISTS", sqlerr.Pos{}, "The column %s already exists in %s.", types.Quote(strings.ToLower(c.Name)), f.Path)
		}
		out = append(out, types.Field{Name: c.Name, Type: t.AsNullable(), Nullable: true})
	}
	return out, nil
}

// valueType looks through a dictionary.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return t
}

// pathReader reads a file that is open only while it is read, so that a scan of many files needs few handles.
type pathReader struct {
	path     string
	size, at int64
}

func (p *pathReader) ReadAt(b []byte, off int64) (int, error) {
	f, err := os.Open(p.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, off)
}

func (p *pathReader) Read(b []byte) (int, error) {
	n, err := p.ReadAt(b, p.at)
	p.at += int64(n)
	return n, err
}

func (p *pathReader) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		p.at = off
	case io.SeekCurrent:
		p.at += off
	case io.SeekEnd:
		p.at = p.size + off
	}
	return p.at, nil
}

// recoverTo turns a panic of the Arrow library on a damaged file into an error.
func recoverTo(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the file is damaged: %v", r)
	}
}
