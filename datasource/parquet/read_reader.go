package parquet

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// reader is one worker's state of a scan.
type reader struct {
	scan *scan
	ctx  context.Context

	file    *input
	ft      *footer
	fileNo  int
	columns []*column
	steps   []*step
	active  []*step
	codec   decompressor
	counts  readCounts

	morsel  morsel
	number  int
	ranges  []rowRange
	row     int64
	end     int64 // of the morsel
	seq     int
	batches int

	input columnar.Batch
	sel   [2][]int32
}

// column is one field of the request in the file that is being read.
type column struct {
	field   int
	node    *readNode
	leaves  []*leafReader
	isFlat  bool // a struct without lists inside
	vec     columnar.Vector
	natural columnar.Vector // before widening
	missing *columnar.Vector
	out     *columnar.Vector // of the current batch, nil until read
}

// NewReader makes the state of one worker.
func (s *scan) NewReader(ctx context.Context) (datasource.VectorReader, error) {
	r := &reader{scan: s, ctx: ctx, fileNo: -1}
	for _, f := range s.filters {
		r.steps = append(r.steps, &step{fields: f.fields, selector: f.predicate.New()})
	}
	for _, k := range s.req.Keys {
		r.steps = append(r.steps, &step{fields: []int{k.Field}, slot: k})
	}
	r.input.Cols = make([]*columnar.Vector, len(s.req.Fields))
	return r, nil
}

// guard turns whatever went wrong, panics included, into an error that names file, row group and column.
func (r *reader) guard(err *error) {
	p := recover()
	if p == nil && *err == nil {
		return
	}
	if p != nil {
		if _, ok := p.(interface{ Addr() uintptr }); ok { // of a fault in the mapping
			*err = errChanged
		} else if e, ok := p.(error); ok {
			*err = e
		} else {
			*err = fmt.Errorf("%v", p)
		}
	}
	if sqlerr.As(*err) != nil || errors.Is(*err, context.Canceled) || errors.Is(*err, context.DeadlineExceeded) {
		return
	}
	path := ""
	if r.ft != nil {
		path = r.ft.path
	}
	*err = sqlerr.New("FAILED_READ_FILE.NO_HINT", sqlerr.Pos{}, "Encountered error while reading file %s. Row group %d: %v", path, r.morsel.group, *err).WithCause(*err)
}

// Open begins a morsel.
func (r *reader) Open(number int) (err error) {
	defer r.guard(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	s := r.scan
	m := s.parts[number]
	r.morsel, r.number, r.seq = m, number, 0
	r.ranges = r.ranges[:0]
	if err := r.openFile(m.file); err != nil {
		return err
	}
	if r.excluded(m) {
		s.groupsSkipped.Add(1)
		return nil
	}
	r.ranges = r.pageRanges(m, append(r.ranges, rowRange{m.from, m.to}))
	if len(r.ranges) == 0 {
		return nil
	}
	r.end = r.ranges[len(r.ranges)-1].to
	rg := &r.ft.meta.RowGroups[m.group]
	jumps := m.from > 0 || len(r.ranges) > 1 || r.ranges[0] != rowRange{m.from, m.to}
	for _, c := range r.columns {
		for _, l := range c.leaves {
			chunk := &rg.Columns[l.leaf.index]
			var pages []format.PageLocation
			if jumps && l.leaf.maxRep == 0 {
				pages = pageLocations(r.file, r.ft.size, chunk, rg.NumRows)
			}
			l.open(r.file, l.leaf, chunk, rg.NumRows, pages)
		}
	}
	r.row = r.ranges[0].from
	r.activate()
	return nil
}

// openFile makes a file the current one.
func (r *reader) openFile(n int) error {
	if n == r.fileNo {
		return nil
	}
	if err := r.closeFile(); err != nil {
		return err
	}
	r.fileNo, r.ft = -1, r.scan.files[n]
	in := &r.scan.inputs[n]
	if err := in.acquire(r.ft); err != nil {
		return err
	}
	r.file = in
	if err := r.plan(); err != nil {
		return err
	}
	r.fileNo = n
	return nil
}

// plan matches the requested fields with the file.
func (r *reader) plan() error {
	t, req := r.scan.table, r.scan.req
	r.columns = r.columns[:0]
	leaves := int64(0)
	for i, f := range req.Fields {
		c := &column{field: i}
		want := t.schema[f]
		newReader := func(l *fileLeaf) *leafReader {
			lr := &leafReader{leaf: l, verify: t.options.verify, flatten: req.Flatten, codec: &r.codec, counts: &r.counts}
			c.leaves = append(c.leaves, lr)
			leaves++
			return lr
		}
		var err error
		typ := req.Type(i, want.Type)
		if c.node, err = planNode(typ, findField(r.ft.root.children, want.Name), want.Name, newReader); err != nil {
			return err
		}
		if c.isFlat = c.flat(); c.isFlat {
			c.node.prepareStruct()
		}
		if c.node.file == nil {
			c.missing = columnar.NullConstant(typ, r.scan.batch)
		}
		r.columns = append(r.columns, c)
	}
	for n := r.scan.columns.Load(); n < leaves && !r.scan.columns.CompareAndSwap(n, leaves); n = r.scan.columns.Load() {
	}
	for _, s := range r.steps {
		s.cost = 1
		for _, f := range s.fields {
			s.cost += r.columns[f].cost()
		}
	}
	return nil
}

// cost guesses what reading a value costs, relative to a dictionary code.
func (c *column) cost() float64 {
	switch {
	case c.node.file == nil:
		return 0
	case c.isFlat:
		return 4 * float64(len(c.leaves))
	case c.node.reader == nil:
		return 30
	case c.node.reader.width == columnar.WView:
		return 4
	}
	return 1.5
}

// activate chooses the steps of this morsel, best first.
func (r *reader) activate() {
	r.active = r.active[:0]
	for _, s := range r.steps {
		if !s.off && (s.slot == nil || s.slot.Load() != nil) {
			r.active = append(r.active, s)
		}
	}
	sortSteps(r.active)
}

// Next gives the next batch of the morsel.
func (r *reader) Next(dst *columnar.Batch) (ok bool, err error) {
	defer r.guard(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	s := r.scan
	for {
		n := r.window()
		if n == 0 || s.req.Limit > 0 && s.left.Load() <= 0 {
			r.flush()
			return false, nil
		}
		if err := r.ctx.Err(); err != nil {
			return false, err
		}
		if r.batches++; r.batches&15 == 0 {
			r.activate()
		}
		rows, err := r.narrow(n)
		if err != nil {
			return false, err
		}
		s.rows.Add(int64(n))
		if rows.Count() == 0 {
			r.row += int64(n)
			continue
		}
		if err := r.emit(dst, n, rows); err != nil {
			return false, err
		}
		r.row += int64(n)
		return true, nil
	}
}

// window returns the number of rows of the next batch, 0 at the end of the morsel, and sets row to its first.
func (r *reader) window() int {
	for len(r.ranges) > 0 {
		if n := r.ranges[0].to - r.row; n > 0 {
			for _, c := range r.columns {
				c.out = nil
			}
			return int(min(n, int64(r.scan.batch)))
		}
		r.ranges = r.ranges[1:]
		if len(r.ranges) > 0 {
			r.row = r.ranges[0].from
		}
	}
	return 0
}

// narrow applies filters and runtime filters to the batch of n rows.
func (r *reader) narrow(n int) (columnar.Rows, error) {
	rows := columnar.AllRows(n)
	for _, s := range r.active {
		before := rows.Count()
		r.input.N, r.input.Sel = n, rows.Sel
		for _, f := range s.fields {
			v, err := r.columns[f].read(r, n, rows)
			if err != nil {
				return rows, err
			}
			r.input.Cols[f] = v
		}
		out := r.sel[0][:0]
		if s.slot == nil {
			var err error
			if out, err = s.selector.Select(&r.input, out); err != nil {
				return rows, err
			}
		} else if f := s.slot.Load(); f != nil && !s.off {
			out = s.selectKeys(f, r.input.Cols[s.fields[0]], rows, r.end-r.row, out)
			if s.none && r.onlyCodes(s.fields[0]) { // no entry of the row group's dictionary is a key
				r.ranges = nil
				return columnar.Rows{Sel: emptyRows}, nil
			}
		} else {
			continue
		}
		r.sel[0] = out
		s.measure(before, len(out))
		if len(out) == n {
			rows.Sel = nil
			continue
		}
		rows.Sel = out
		r.sel[0], r.sel[1] = r.sel[1], r.sel[0]
		if len(out) == 0 {
			rows.Sel = emptyRows
			break
		}
	}
	return rows, nil
}

// onlyCodes reports whether all values of a column in the row group are entries of the dictionary that is loaded.
func (r *reader) onlyCodes(field int) bool {
	l := r.columns[field].node.reader
	return l != nil && l.dict.loaded && l.dict.keep && onlyCodes(l.meta)
}

var emptyRows = []int32{}

// emit reads the other columns and fills dst.
func (r *reader) emit(dst *columnar.Batch, n int, rows columnar.Rows) error {
	s := r.scan
	dst.Cols = slices.Grow(dst.Cols[:0], len(r.columns))[:len(r.columns)]
	for i, c := range r.columns {
		if s.req.Output != nil && !s.req.Output[i] {
			dst.Cols[i] = nil
			continue
		}
		v, err := c.read(r, n, rows)
		if err != nil {
			return err
		}
		dst.Cols[i] = v
	}
	dst.N, dst.Sel, dst.Morsel, dst.Seq = n, rows.Sel, r.number, r.seq
	r.seq++
	s.rowsOut.Add(int64(rows.Count()))
	if s.req.Limit > 0 {
		s.left.Add(-int64(rows.Count()))
	}
	return nil
}

// read returns the column's vector for the batch of n rows, of which only those in the set need be right.
func (c *column) read(r *reader, n int, rows columnar.Rows) (v *columnar.Vector, err error) {
	if c.out != nil {
		return c.out, nil
	}
	defer func() {
		if err != nil && sqlerr.As(err) == nil {
			err = fmt.Errorf("column %q: %w", r.scan.table.schema[r.scan.req.Fields[c.field]].Name, err)
		}
	}()
	switch {
	case c.missing != nil:
		c.out = c.missing
		if c.missing.Len != n {
			c.out = c.missing.Resized(n)
		}
		return c.out, nil
	case c.isFlat:
		err = c.node.readStruct(r.row, n, rows, &c.vec)
	case c.node.file.shape != nodeLeaf:
		err = c.readNested(r.row, n)
	case c.node.widen != nil:
		if err = c.node.reader.Read(r.row, n, columnar.AllRows(n), &c.natural); err == nil {
			err = c.node.widen(&c.vec, &c.natural)
			c.vec.Valid = c.natural.Valid
		}
	default:
		err = c.node.reader.Read(r.row, n, rows, &c.vec)
	}
	c.out = &c.vec
	return c.out, err
}

func (c *column) readNested(row int64, n int) error {
	for _, l := range c.leaves {
		if err := l.seekNested(row); err != nil {
			return err
		}
		if err := l.readLevels(n, true); err != nil {
			return err
		}
	}
	return c.node.assemble(&c.vec, 0, 0, n)
}

// flush adds the reader's counts to the scan's.
func (r *reader) flush() {
	s := r.scan
	s.pages.Add(r.counts.pages)
	s.pagesSkipped.Add(r.counts.pagesSkipped)
	r.counts = readCounts{}
	for _, c := range r.columns {
		for _, l := range c.leaves {
			s.bytes.Add(l.in.bytes)
			l.in.bytes = 0
		}
	}
}

// Close ends the reader. Its batches are dead then.
func (r *reader) Close() error {
	r.flush()
	for _, c := range r.columns {
		for _, l := range c.leaves {
			l.release()
		}
	}
	return r.closeFile()
}

func (r *reader) closeFile() error {
	if r.file == nil {
		return nil
	}
	in := r.file
	r.file = nil
	return in.release()
}
