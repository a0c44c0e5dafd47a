package arrow

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Compressed buffers say how long they become. A buffer that claims to be more than maxGrowth times the file, beyond a floor, is taken for damage.
const (
	maxGrowth  = 1 << 12
	allowance  = 64 << 20
	maxRequest = 4 << 30
)

// limited is the Go heap with a limit on a single request.
type limited struct {
	memory.GoAllocator
	limit int64 // size of the file
}

func (a *limited) check(n int) {
	if int64(n) > max(min(a.limit*maxGrowth, maxRequest), allowance) {
		panic(fmt.Errorf("a buffer of %d bytes is claimed by a file of %d bytes", n, a.limit))
	}
}

func (a *limited) Allocate(n int) []byte { a.check(n); return a.GoAllocator.Allocate(n) }

func (a *limited) Reallocate(n int, b []byte) []byte {
	a.check(n)
	return a.GoAllocator.Reallocate(n, b)
}

// projection hands out the requested columns of the records of a file.
type projection struct {
	ctx     context.Context
	f       *file
	fields  []types.Field
	types   []types.Type // as they are wanted: of structs perhaps fewer fields
	at      []int        // positions in the file, -1 for a column that it lacks
	flatten bool
	size    int
	records func() (arrow.RecordBatch, error) // nil at the end
	number  int                               // of the next record
	current columnar.Batch                    // a record as vectors
	from    int
	close   func()
}

// project finds the requested columns in a file.
func (t *table) project(f *file, r *datasource.VectorRequest) (*projection, error) {
	p := &projection{f: f, flatten: r.Flatten, size: r.BatchSize, close: func() {}}
	if p.size <= 0 {
		p.size = columnar.BatchSize
	}
	p.size = (p.size + 63) &^ 63 // slices begin at whole words of validity
	have, err := f.columns()
	if err != nil {
		return nil, err
	}
	for i, k := range r.Fields {
		want := t.Columns[k]
		at := have.Index(want.Name)
		if at >= 0 && !have[at].Type.SameShape(want.Type) {
			return nil, sqlerr.New("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", sqlerr.Pos{}, "Encountered error while reading file %s: the column %s has the type \"%s\", expected is \"%s\".",
				f.Path, types.Quote(want.Name), have[at].Type.SQL(), want.Type.SQL())
		}
		p.fields, p.at, p.types = append(p.fields, want), append(p.at, at), append(p.types, r.Type(i, want.Type))
	}
	return p, nil
}

// once gives one record.
func once(get func() (arrow.RecordBatch, error)) func() (arrow.RecordBatch, error) {
	return func() (arrow.RecordBatch, error) {
		if get == nil {
			return nil, nil
		}
		g := get
		get = nil
		return g()
	}
}

// stream opens the file as a stream.
func (p *projection) stream() (_ datasource.NextBatch, err error) {
	in, err := os.Open(p.f.Path)
	if err != nil {
		return nil, p.f.wrap(err)
	}
	r, err := newReader(&checkedStream{r: bufio.NewReaderSize(in, 256<<10), limit: p.f.Size}, p.f.limits())
	if err != nil {
		in.Close()
		return nil, p.f.wrap(err)
	}
	p.close = func() { r.Release(); in.Close() }
	p.records = func() (arrow.RecordBatch, error) {
		if !r.Next() {
			return nil, r.Err()
		}
		rec := r.RecordBatch()
		rec.Retain()
		return rec, nil
	}
	return p.next, nil
}

func newReader(in io.Reader, o []ipc.Option) (r *ipc.Reader, err error) {
	defer recoverTo(&err)
	return ipc.NewReader(in, o...)
}

func (p *projection) next(dst *columnar.Batch) (bool, error) {
	for p.from >= p.current.N {
		ok, err := p.load()
		if !ok || err != nil {
			p.close()
			p.close = func() {}
			return false, p.f.wrap(err)
		}
	}
	n := min(p.size, p.current.N-p.from)
	dst.N, dst.Sel, dst.Cols = n, nil, dst.Cols[:0]
	for _, c := range p.current.Cols {
		dst.Cols = append(dst.Cols, c.Slice(p.from, n))
	}
	p.from += n
	return true, nil
}

// load makes vectors of the next record; they share its memory, which the garbage collector frees.
func (p *projection) load() (ok bool, err error) {
	defer recoverTo(&err)
	if p.records == nil {
		return false, nil
	}
	if err := p.ctx.Err(); err != nil {
		return false, err
	}
	rec, err := p.records()
	if rec == nil || err != nil {
		p.records = nil
		if err != nil && p.ctx.Err() == nil {
			err = fmt.Errorf("record batch %d: %w", p.number, err)
		}
		return false, err
	}
	p.current = columnar.Batch{N: int(rec.NumRows())}
	for k, f := range p.fields {
		v := columnar.NullConstant(p.types[k], p.current.N)
		if at := p.at[k]; at >= 0 {
			if v, err = p.column(rec.Column(at), f, p.current.N); err != nil {
				return false, fmt.Errorf("record batch %d, column %s: %w", p.number, types.Quote(f.Name), err)
			}
			v = columnar.Narrow(v, p.types[k])
		}
		p.current.Cols = append(p.current.Cols, v)
	}
	p.from = 0
	p.number++
	return true, nil
}

func (p *projection) column(a arrow.Array, f types.Field, n int) (v *columnar.Vector, err error) {
	defer recoverTo(&err)
	if err := checkLengths(a.Data()); err != nil {
		return nil, err
	}
	if v, err = columnar.FromArrow(a, f.Type); err != nil {
		return nil, err
	}
	if err := check(v, n); err != nil {
		return nil, err
	}
	if p.flatten && v.Form == columnar.Dictionary {
		v = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(n))
	}
	share(v)
	return v, nil
}

func share(v *columnar.Vector) {
	v.Class = columnar.Shared
	if v.Dict != nil {
		share(v.Dict)
	}
	for _, c := range v.Children {
		share(c)
	}
}

// check makes sure that offsets and codes, which the Arrow library does not look at, point into what they should.
func check(v *columnar.Vector, n int) error {
	switch {
	case v.Len < n:
		return fmt.Errorf("it has %d of %d rows", v.Len, n)
	case v.Form == columnar.Dictionary:
		for i, c := range v.Codes {
			if c < 0 || int(c) >= v.Dict.Len {
				return fmt.Errorf("row %d has the dictionary code %d of %d", i, c, v.Dict.Len)
			}
		}
		return check(v.Dict, v.Dict.Len)
	case v.Width == columnar.WList || v.Width == columnar.WMap:
		for i, s := range columnar.Values[columnar.Span](v) {
			for _, c := range v.Children {
				if s.Off < 0 || s.Len < 0 || int64(s.Off)+int64(s.Len) > int64(c.Len) {
					return fmt.Errorf("row %d has elements %d to %d of %d", i, s.Off, int64(s.Off)+int64(s.Len), c.Len)
				}
			}
		}
		n = 0
	}
	for _, c := range v.Children {
		if err := check(c, n); err != nil {
			return err
		}
	}
	return nil
}
