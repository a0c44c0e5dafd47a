package json

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// errNoObject is the reason why a value that is no object is malformed.
var errNoObject = errors.New("the record is not an object")

// parser reads the records of one piece.
type parser struct {
	table *table
	ctx   context.Context
	in    *lines.Reader
	piece lines.Piece
	r     jsontext.Reader
	text  []byte // the line, or the file
	start int    // of the current record in text
	line  int64  // lines of the piece so far
	// list: the scanner is inside an array of records; first: before its first element.
	list, first bool
	broken      error // syntax error of the current record, met before its first character was taken
	whole       bool  // the file's text is in text
	done        bool

	size     int
	cols     []*columnar.Vector // parallel to fields
	fields   []int              // columns that are read: the requested ones, and others if they decide whether a record counts
	types    []types.Type       // parallel to fields: as they are parsed
	want     []types.Type       // of the requested fields
	wanted   int                // how many of fields are requested
	columns  []*jsontext.Column
	byName   map[string]int
	seen     []int64 // record number in which a field was last met
	records  int64
	nextHint int
}

func (t *table) open(ctx context.Context, piece lines.Piece) (*parser, error) {
	in, err := lines.Open(piece)
	if err != nil {
		return nil, err
	}
	p := &parser{table: t, ctx: ctx, in: in, piece: piece}
	p.r.Dialect, p.r.Zone = t.o.dialect, t.o.Zone
	return p, nil
}

func (p *parser) close() error {
	p.done = true
	return p.in.Close()
}

// advance goes to the next record and returns its kind. A record that is no JSON from its first character has the kind End and sets broken.
func (p *parser) advance() (k jsontext.Kind, ok bool, err error) {
	p.broken = nil
	for {
		if p.list {
			k, p.broken = p.r.Element(p.first)
			p.first = false
			if p.broken == nil && k != jsontext.End {
				p.start = p.r.Offset()
				return k, true, nil
			}
			p.list = false
			if p.broken != nil {
				p.giveUp()
				return jsontext.End, true, nil
			}
		}
		if ok, err := p.more(); !ok || err != nil {
			return k, false, err
		}
		if k, p.broken = p.r.Peek(); p.broken != nil {
			p.giveUp()
			return jsontext.End, true, nil
		}
		p.start = p.r.Offset()
		switch k {
		case jsontext.End:
			continue
		case jsontext.Array:
			p.list, p.first = true, true
			if p.broken = p.r.Enter(); p.broken != nil {
				p.list = false
				return jsontext.End, true, nil
			}
			continue
		}
		return k, true, nil
	}
}

// giveUp makes the rest of the text part of a record that is no JSON.
func (p *parser) giveUp() {
	if p.table.o.MultiLine {
		p.start = min(p.start, len(p.text))
		p.r.Reset(nil)
	}
}

// more makes sure that there may be another record in the scanner's text: the next line that is not blank, or the file.
func (p *parser) more() (bool, error) {
	if p.table.o.MultiLine {
		return p.moreOfFile()
	}
	for {
		if p.line&1023 == 0 && p.ctx.Err() != nil {
			return false, p.ctx.Err()
		}
		line, err := p.in.Next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		p.line++
		if len(bytes.TrimSpace(line)) > 0 {
			p.text = line
			p.r.Reset(line)
			return true, nil
		}
	}
}

func (p *parser) moreOfFile() (bool, error) {
	if !p.whole {
		p.whole = true
		text, err := p.in.All()
		if err != nil {
			return false, err
		}
		p.text = text
		p.r.Reset(text)
	}
	k, err := p.r.Peek()
	return err != nil || k != jsontext.End, nil
}

// record returns the text of the current record, as the column of corrupt records shows it.
func (p *parser) record() []byte {
	if p.table.o.MultiLine {
		return bytes.TrimSpace(p.text)
	}
	return p.text
}

// observe takes the current record into account for the schema.
func (p *parser) observe(g *jsontext.Guess, k jsontext.Kind) error {
	if p.broken != nil {
		return p.broken
	}
	if k != jsontext.Object {
		if err := p.skip(k); err != nil {
			return err
		}
		return errNoObject
	}
	if err := p.skip(k); err != nil {
		return err
	}
	var s jsontext.Scanner
	s.Dialect = p.r.Dialect
	s.Reset(p.r.Since(p.start))
	return g.Observe(&s, k, &p.table.o.rules)
}

// skip takes the current record; what comes behind a record with a syntax error is lost.
func (p *parser) skip(k jsontext.Kind) error {
	err := p.r.Skip(k)
	if err != nil {
		p.lose()
	}
	return err
}

func (p *parser) lose() {
	p.list = false
	p.giveUp()
}

// malformed is the error of mode FAILFAST.
func (p *parser) malformed(cause error) error {
	where := p.piece.File.Path
	switch {
	case p.table.o.MultiLine:
		where += fmt.Sprintf(" at byte %d", p.start+1)
	case p.piece.From == 0:
		where += fmt.Sprintf(" line %d", p.line)
	default:
		where += fmt.Sprintf(" before byte %d", p.in.Offset())
	}
	text := p.record()
	if len(text) > 200 {
		text = append(append([]byte{}, text[:200]...), "..."...)
	}
	return sqlerr.New("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", sqlerr.Pos{}, "Malformed records are detected in record parsing of %s: %s (%v). Parse Mode: FAILFAST.", where, text, cause).
		WithHint("To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.").WithCause(cause)
}

func (t *table) ScanVectors(ctx context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	pieces := t.pieces()
	return datasource.ScanBatches(r, len(pieces), func(morsel int) (datasource.NextBatch, error) {
		p, err := t.open(ctx, pieces[morsel])
		if err != nil {
			return nil, err
		}
		if !t.o.ZoneSet && r.Env != nil && r.Env.Zone != nil {
			p.r.Zone = r.Env.Zone
		}
		p.r.Date, p.r.Timestamp, p.r.NTZ = t.o.Patterns.ParseDate(), t.o.Patterns.ParseTimestamp(p.r.Zone), t.o.Patterns.ParseNTZ()
		p.prepare(r)
		return p.next, nil
	})
}

// prepare chooses the columns to read. Whether a record is malformed must not depend on the columns of a query, so where it matters all are read.
func (p *parser) prepare(r *datasource.VectorRequest) {
	t := p.table
	if p.size = r.BatchSize; p.size <= 0 {
		p.size = columnar.BatchSize
	}
	p.fields = append(p.fields, r.Fields...)
	p.wanted = len(r.Fields)
	all := t.o.Mode != lines.Permissive
	requested := map[int]bool{}
	for _, f := range r.Fields {
		requested[f] = true
		all = all || f == t.corrupt
	}
	if all {
		for f := range t.Columns {
			if !requested[f] && f != t.corrupt {
				p.fields = append(p.fields, f)
			}
		}
	}
	p.byName = make(map[string]int, len(p.fields))
	p.seen = make([]int64, len(p.fields))
	for k, f := range p.fields {
		whole := t.Columns[f].Type
		if k < p.wanted {
			p.want = append(p.want, r.Type(k, whole))
			if !all {
				whole = parsedType(whole, p.want[k])
			}
		}
		p.types = append(p.types, whole)
		p.cols = append(p.cols, &columnar.Vector{})
		p.columns = append(p.columns, jsontext.NewColumn(whole))
		if f != t.corrupt {
			p.byName[t.Columns[f].Name] = k
		}
	}
}

// parsedType is the type in which a column is parsed of which only the fields of want are read. A value that does not fit makes the array
// or map around it null, so arrays and maps are parsed whole; in structs it does not touch other fields.
func parsedType(whole, want types.Type) types.Type {
	if whole.Kind != types.Struct {
		return whole
	}
	var fields []types.Field
	for _, f := range want.Fields() {
		f.Type = parsedType(whole.Fields()[whole.FieldIndex(f.Name)].Type, f.Type)
		fields = append(fields, f)
	}
	return types.StructOf(fields...)
}

func (p *parser) next(dst *columnar.Batch) (bool, error) {
	if p.done {
		return false, nil
	}
	if err := p.ctx.Err(); err != nil {
		p.close()
		return false, err
	}
	for k, t := range p.types {
		p.cols[k].Reset(t, columnar.WidthOf(t), p.size)
		p.cols[k].ClearReferences()
	}
	n := 0
	for n < p.size {
		kind, ok, err := p.advance()
		if err != nil {
			p.close()
			return false, err
		}
		if !ok {
			if err := p.close(); err != nil {
				return false, lines.ReadError(p.piece.File.Path, err)
			}
			break
		}
		keep, err := p.store(n, kind)
		if err != nil {
			p.close()
			return false, err
		}
		if keep {
			n++
		}
	}
	dst.N, dst.Sel, dst.Cols = n, nil, dst.Cols[:0]
	for k, c := range p.cols[:p.wanted] {
		shorten(c, n)
		dst.Cols = append(dst.Cols, columnar.Narrow(c, p.want[k]))
	}
	return n > 0, nil
}

// shorten drops the rows from n on.
func shorten(v *columnar.Vector, n int) {
	v.Len = n
	if v.Width == columnar.WStruct {
		for _, c := range v.Children {
			shorten(c, n)
		}
	}
}

// store stores the current record as row i and reports whether it counts.
func (p *parser) store(i int, k jsontext.Kind) (keep bool, err error) {
	p.records++
	fits, cause := p.object(i, k)
	if cause != nil {
		for c := range p.cols {
			jsontext.SetNull(p.cols[c], i)
		}
	} else {
		for c := range p.cols {
			if p.seen[c] != p.records {
				jsontext.SetNull(p.cols[c], i)
			}
		}
	}
	good := fits && cause == nil
	if !good {
		switch p.table.o.Mode {
		case lines.DropMalformed:
			return false, nil
		case lines.FailFast:
			if cause == nil {
				cause = errors.New("a value does not fit its column")
			}
			return false, p.malformed(cause)
		}
	}
	for c, f := range p.fields {
		if f == p.table.corrupt && !good {
			if v := p.cols[c]; v.Valid != nil {
				v.EnsureValid()[i>>6] |= 1 << (i & 63)
			}
			p.cols[c].SetBytes(i, p.record())
		}
	}
	return true, nil
}

// object stores the fields of the current record. The error says why it is no object.
func (p *parser) object(i int, k jsontext.Kind) (fits bool, err error) {
	if p.broken != nil {
		return false, p.broken
	}
	if k != jsontext.Object {
		if err := p.skip(k); err != nil {
			return false, err
		}
		return false, errNoObject
	}
	fits, err = p.storeFields(i)
	if err != nil {
		p.lose()
	}
	return fits, err
}

func (p *parser) storeFields(i int) (fits bool, err error) {
	if err := p.r.Enter(); err != nil {
		return false, err
	}
	fits = true
	for first := true; ; first = false {
		name, k, err := p.r.Field(first)
		if err != nil || k == jsontext.End {
			return fits, err
		}
		c, known := p.find(name)
		if !known {
			if err := p.r.Skip(k); err != nil {
				return false, err
			}
			continue
		}
		p.seen[c] = p.records
		ok, err := p.r.Store(p.cols[c], i, p.columns[c], k)
		if err != nil {
			return false, err
		}
		fits = fits && ok
	}
}

// find returns the column of a field. Most objects have their fields in one order, so the column behind the last one found is tried first.
func (p *parser) find(name []byte) (int, bool) {
	if h := p.nextHint; h < len(p.fields) && p.table.Columns[p.fields[h]].Name == string(name) && p.fields[h] != p.table.corrupt {
		p.nextHint++
		return h, true
	}
	c, ok := p.byName[string(name)]
	if ok {
		p.nextHint = c + 1
	}
	return c, ok
}
