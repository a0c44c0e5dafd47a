package tpch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/sparrow-engine/sparrow/benchmarks/tpch/gen"
	"github.com/sparrow-engine/sparrow/datasource/parquet"
	"golang.org/x/sync/errgroup"
)

// GenerateOptions says what Generate writes. The zero value is one snappy-compressed Parquet file a table.
type GenerateOptions struct {
	Format       string                  // parquet (the default) or csv
	Compression  string                  // of Parquet: snappy (the default), zstd, gzip, lz4, brotli, none
	RowGroupRows int                     // of Parquet, about; parquet.DefaultRowGroupRows if 0
	Parts        int                     // files of a table; with more than one they lie in a directory named like the table
	Threads      int                     // runtime.GOMAXPROCS if 0
	Overwrite    bool                    // replace tables that exist; otherwise they are an error
	Progress     func(done, total int64) // rows; called from one goroutine at a time; the total of lineitem is an estimate until the end
}

// batchRows is the size of the batches between generator and encoder: small enough for the processor's cache.
const batchRows = 4096

// Generate writes the eight tables of scale factor sf as dir/<table>.parquet, or dir/<table>/part-NNNNN.parquet if o.Parts > 1. They are written
// aside and renamed into place together; a run that fails or is cancelled leaves nothing behind.
func Generate(ctx context.Context, dir string, sf float64, o GenerateOptions) (err error) {
	j, err := newGeneration(sf, o)
	if err != nil {
		return err
	}
	_, statErr := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if errors.Is(statErr, os.ErrNotExist) {
		defer func() {
			if err != nil {
				os.Remove(dir) // only if empty
			}
		}()
	}
	if err := j.checkTargets(dir); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(dir, ".tpch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	if err := j.run(ctx, filepath.Join(aside, "new")); err != nil {
		return err
	}
	return j.publish(filepath.Join(aside, "new"), filepath.Join(aside, "old"), dir)
}

// generation is one run of Generate.
type generation struct {
	sf      float64
	options GenerateOptions
	files   []*file
	total   int64
	done    atomic.Int64
	report  sync.Mutex
}

// file is one output file. Its chunks are encoded by any worker and appended in order.
type file struct {
	table         string
	name          string // below the directory
	first, chunks int    // chunk numbers of the table
	of            int    // chunks of the table

	mu      sync.Mutex
	sink    fileSink
	next    int
	waiting map[int]chunk
}

// chunk takes the batches of one piece of a file.
type chunk interface {
	Write(batch arrow.RecordBatch) error
}

// fileSink is a format: it makes chunks, concurrently, and appends them, one after the other.
type fileSink interface {
	chunk() chunk
	append(chunk) error
	close() error
	abort()
}

func newGeneration(sf float64, o GenerateOptions) (*generation, error) {
	o.Format = strings.ToLower(o.Format)
	switch o.Format {
	case "":
		o.Format = "parquet"
	case "parquet":
	case "csv":
		if o.Compression != "" && o.Compression != "none" {
			return nil, fmt.Errorf("tpch: CSV is written without compression, not with %s", o.Compression)
		}
	default:
		return nil, fmt.Errorf("tpch: no format %q; there are parquet and csv", o.Format)
	}
	if o.RowGroupRows <= 0 {
		o.RowGroupRows = parquet.DefaultRowGroupRows
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	o.Parts = max(o.Parts, 1)
	g := &generation{sf: sf, options: o}
	tables := gen.Tables()
	for i := len(tables) - 1; i >= 0; i-- { // largest first: the small ones fill the end
		rows, err := gen.EstimatedRows(tables[i].Name, sf)
		if err != nil {
			return nil, err
		}
		g.total += rows
		g.addFiles(tables[i].Name, rows)
	}
	return g, nil
}

func (g *generation) addFiles(table string, rows int64) {
	// A part of few rows would be empty; the generator gives the remainder of the division to the last chunk.
	parts := int(max(1, min(int64(g.options.Parts), rows/8)))
	perPart := rows / int64(parts)
	chunks := int(max(1, (perPart+int64(g.options.RowGroupRows)/2)/int64(g.options.RowGroupRows)))
	for p := range parts {
		name := table + "." + g.options.Format
		if g.options.Parts > 1 {
			name = filepath.Join(table, fmt.Sprintf("part-%05d.%s", p, g.options.Format))
		}
		g.files = append(g.files, &file{table: table, name: name, first: p * chunks, chunks: chunks, of: parts * chunks, waiting: map[int]chunk{}})
	}
}

// targets are the names in the directory that the run makes, and those that would shadow them.
func (g *generation) targets() (made, shadows []string) {
	for _, t := range gen.Tables() {
		plain := t.Name + "." + g.options.Format
		if g.options.Parts > 1 {
			made, shadows = append(made, t.Name), append(shadows, plain)
		} else {
			made, shadows = append(made, plain), append(shadows, t.Name)
		}
	}
	return made, shadows
}

func (g *generation) checkTargets(dir string) error {
	made, shadows := g.targets()
	for _, name := range append(made, shadows...) {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil && !g.options.Overwrite {
			return fmt.Errorf("tpch: %s exists", filepath.Join(dir, name))
		}
	}
	return nil
}

// run writes all files below dir.
func (g *generation) run(ctx context.Context, dir string) error {
	type task struct {
		file  *file
		chunk int
	}
	tasks := make(chan task)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(tasks)
		for _, f := range g.files {
			for c := range f.chunks {
				select {
				case tasks <- task{f, c}:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range g.options.Threads {
		group.Go(func() error {
			for t := range tasks {
				if err := g.chunk(ctx, dir, t.file, t.chunk); err != nil {
					return fmt.Errorf("tpch: %s: %w", t.file.name, err)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	for _, f := range g.files {
		if f.sink != nil {
			f.sink.abort()
		}
	}
	if err == nil && g.options.Progress != nil {
		g.options.Progress(g.done.Load(), g.done.Load())
	}
	return err
}

// chunk generates one chunk of a file and appends it, with those that waited for it.
func (g *generation) chunk(ctx context.Context, dir string, f *file, number int) error {
	table, err := gen.NewTable(f.table, g.sf, f.first+number, f.of)
	if err != nil {
		return err
	}
	sink, err := g.open(dir, f, table.Schema())
	if err != nil {
		return err
	}
	c := sink.chunk()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := table.Next(batchRows)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		err = c.Write(batch)
		g.progress(batch.NumRows())
		batch.Release()
		if err != nil {
			return err
		}
	}
	if group, ok := c.(*parquet.RowGroupEncoder); ok {
		if err := group.Finish(); err != nil { // here, in parallel, not under the file's lock
			return err
		}
	}
	return f.append(number, c)
}

func (g *generation) progress(rows int64) {
	g.done.Add(rows)
	if g.options.Progress == nil {
		return
	}
	g.report.Lock()
	defer g.report.Unlock()
	done := g.done.Load()
	g.options.Progress(done, max(g.total, done))
}

// open creates the file with its first chunk.
func (g *generation) open(dir string, f *file, schema *arrow.Schema) (fileSink, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sink != nil {
		return f.sink, nil
	}
	path := filepath.Join(dir, f.name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	out, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if g.options.Format == "csv" {
		f.sink = &csvSink{out}
		_, err = out.Write(csvHeader(schema))
	} else {
		var w *parquet.Writer
		w, err = parquet.NewWriter(out, schema, parquet.WriteOptions{Compression: g.options.Compression})
		f.sink = &parquetSink{out, w}
	}
	return f.sink, err
}

func (f *file) append(number int, c chunk) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting[number] = c
	for {
		c, ok := f.waiting[f.next]
		if !ok {
			break
		}
		delete(f.waiting, f.next)
		f.next++
		if err := f.sink.append(c); err != nil {
			return err
		}
	}
	if f.next < f.chunks {
		return nil
	}
	sink := f.sink
	f.sink = nil
	return sink.close()
}

// publish moves the finished tables into place. What they replace is kept until all are there, and put back if one cannot be moved.
func (g *generation) publish(from, old, dir string) (err error) {
	if err := os.Mkdir(old, 0o777); err != nil {
		return err
	}
	type move struct{ from, to string }
	var moved []move
	rename := func(a, b string) error {
		err := os.Rename(a, b)
		if err == nil {
			moved = append(moved, move{a, b})
		}
		return err
	}
	defer func() {
		if err != nil {
			for i := len(moved) - 1; i >= 0; i-- {
				err = errors.Join(err, os.Rename(moved[i].to, moved[i].from))
			}
		}
	}()
	made, shadows := g.targets()
	if g.options.Overwrite {
		for _, name := range append(append([]string(nil), made...), shadows...) {
			if err := rename(filepath.Join(dir, name), filepath.Join(old, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	for _, name := range made {
		if err := rename(filepath.Join(from, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

type parquetSink struct {
	file   *os.File
	writer *parquet.Writer
}

func (s *parquetSink) chunk() chunk         { return s.writer.NewRowGroup() }
func (s *parquetSink) append(c chunk) error { return s.writer.Append(c.(*parquet.RowGroupEncoder)) }
func (s *parquetSink) abort()               { s.file.Close() }
func (s *parquetSink) close() error         { return errors.Join(s.writer.Close(), s.file.Close()) }

type csvSink struct{ file *os.File }

func (s *csvSink) chunk() chunk { return &csvChunk{} }
func (s *csvSink) append(c chunk) error {
	_, err := s.file.Write(c.(*csvChunk).text)
	return err
}
func (s *csvSink) abort()       { s.file.Close() }
func (s *csvSink) close() error { return s.file.Close() }
