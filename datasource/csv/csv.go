package csv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Format is separated values as a datasource.Format.
type Format struct{}

// Name returns "csv".
func (Format) Name() string { return "csv" }

// Extensions lists .csv and .tsv, also compressed.
func (Format) Extensions() []string {
	out := []string{".csv", ".tsv"}
	for _, c := range lines.Compressions {
		out = append(out, ".csv"+c, ".tsv"+c)
	}
	return out
}

// table is files of separated values. Columns are taken by position.
type table struct {
	datasource.FileTable
	o      *options
	header bool // files begin with a line of names: all if the option says so, else those whose first line has them
	// corrupt is the position of the column that takes malformed records, -1 without.
	corrupt int
}

// Open makes a table. Without a schema, names come from the first line and types from all cells; the options header and inferSchema, which default to what
// the first lines look like and to true, decide. A schema is taken as it is.
func (Format) Open(ctx context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	if _, set := o["sep"]; !set && len(files) > 0 && strings.Contains(strings.ToLower(filepath.Base(files[0].Path)), ".tsv") {
		tabbed := datasource.Options{"sep": "\t"}
		for k, v := range o {
			tabbed[k] = v
		}
		o = tabbed
	}
	p, err := parseOptions(o, true)
	if err != nil {
		return nil, err
	}
	t := &table{FileTable: datasource.FileTable{Origin: datasource.OriginOf("csv", files, o, schema), Files: files, Columns: schema, CellBytes: 8}, o: p, corrupt: -1, header: p.header == yes}
	if schema == nil {
		if err := t.infer(ctx); err != nil {
			return nil, err
		}
	} else if p.header == unset {
		t.header = true // where a file begins with the names
	}
	t.corrupt = t.Columns.Index(p.Corrupt)
	for _, f := range t.Columns {
		if !supported(f.Type) {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The CSV datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	return t, nil
}

func supported(t types.Type) bool {
	return t.IsNumeric() || t.IsDatetime() || t.IsInterval() || t.Kind == types.String || t.Kind == types.Boolean || t.Kind == types.Binary
}

// firstRecord returns the cells of the first record; nil if no file has one.
func (t *table) firstRecord(ctx context.Context) (names []string, err error) {
	found := errors.New("found")
	for _, f := range t.Files {
		err := t.eachRecord(ctx, f, func(rec *record) error {
			for _, c := range rec.cells {
				names = append(names, string(c))
			}
			return found
		})
		if err != nil && err != found {
			return nil, err
		}
		if err != nil {
			break
		}
	}
	return names, nil
}

// isHeader reports whether a record names the columns of the schema.
func (t *table) isHeader(rec *record) bool {
	n := 0
	for i, f := range t.Columns {
		if i == t.corrupt {
			continue
		}
		if n >= len(rec.cells) || !strings.EqualFold(strings.TrimSpace(string(rec.cells[n])), f.Name) {
			return false
		}
		n++
	}
	return n == len(rec.cells) && n > 0
}

// infer sets schema and header.
func (t *table) infer(ctx context.Context) error {
	names, err := t.firstRecord(ctx)
	if err != nil {
		return err
	}
	if names == nil {
		return sqlerr.New("UNABLE_TO_INFER_SCHEMA", sqlerr.Pos{}, "Unable to infer schema for CSV: the file %s is empty.", t.Files[0].Path).WithHint("Specify the schema.")
	}
	guesses := make([]lines.Guess, len(names))
	firsts := make([]lines.Guess, len(names)) // of the first record alone
	cells := lines.Cells{Zone: t.o.Zone}
	cells.SetPatterns(t.o.Patterns)
	headed := true // no record has come yet
	for _, f := range t.Files {
		first := true
		err := t.eachRecord(ctx, f, func(rec *record) error {
			isFirst, isVeryFirst := first, headed
			first, headed = false, false
			into := guesses
			switch {
			case isFirst && t.o.header == yes:
				return nil
			case isVeryFirst && t.o.header == unset:
				into = firsts
			case isFirst && t.o.header == unset && sameCells(rec, names):
				return nil
			}
			for j, c := range rec.cells {
				if j < len(into) && t.o.infer != no && !t.o.isNull(c, rec.quoted[j]) {
					into[j].Add(&cells, c)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if t.o.header == unset {
		t.header = headerFits(names, firsts, guesses)
		if !t.header {
			for j := range guesses { // the first record is data
				guesses[j].Join(&firsts[j])
			}
		}
	}
	t.Columns = make(types.Schema, len(names))
	for j := range names {
		name := strings.TrimSpace(names[j])
		if !t.header || name == "" {
			name = fmt.Sprintf("_c%d", j)
		}
		typ := types.StringType
		if t.o.infer != no {
			typ = guesses[j].Type()
		}
		t.Columns[j] = types.Field{Name: name, Type: typ, Nullable: true}
	}
	dedupe(t.Columns)
	return nil
}

// headerFits reports whether the first record reads as names: no cell of it is empty or a value of another type than string, names are distinct, and some
// column below is no string, or all are strings and the names are plain words.
func headerFits(names []string, firsts, guesses []lines.Guess) bool {
	typed, words := false, true
	seen := map[string]bool{}
	for j, n := range names {
		n = strings.TrimSpace(n)
		if n == "" || seen[strings.ToLower(n)] || firsts[j].Type().Kind != types.String {
			return false
		}
		seen[strings.ToLower(n)] = true
		typed = typed || guesses[j].Type().Kind != types.String
		words = words && types.QuoteIfNeeded(n) == n
	}
	return typed || words
}

func sameCells(rec *record, names []string) bool {
	return slices.EqualFunc(rec.cells, names, func(c []byte, n string) bool { return string(c) == n })
}

// dedupe numbers repeated names, as Spark does.
func dedupe(s types.Schema) {
	count := map[string]int{}
	for _, f := range s {
		count[strings.ToLower(f.Name)]++
	}
	for i := range s {
		if count[strings.ToLower(s[i].Name)] > 1 {
			s[i].Name += fmt.Sprint(i)
		}
	}
}

func (t *table) eachRecord(ctx context.Context, f datasource.File, use func(*record) error) error {
	in, err := lines.Open(lines.Piece{File: f, To: -1})
	if err != nil {
		return err
	}
	defer in.Close()
	r := reader{in: in, o: t.o}
	var rec record
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := r.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		rec.split(line, t.o)
		if err := use(&rec); err != nil {
			return err
		}
	}
}

func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}

func (t *table) ScanVectors(ctx context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	pieces := lines.Pieces(t.Files)
	if t.o.MultiLine {
		pieces = lines.Whole(t.Files)
	}
	return datasource.ScanBatches(r, len(pieces), func(morsel int) (datasource.NextBatch, error) {
		in, err := lines.Open(pieces[morsel])
		if err != nil {
			return nil, err
		}
		p := &parser{table: t, in: reader{in: in, o: t.o}, piece: pieces[morsel], skipFirst: t.header && pieces[morsel].From == 0, ctx: ctx}
		p.prepare(r)
		return p.next, nil
	})
}

// parser reads one piece.
type parser struct {
	table     *table
	fields    []int // columns that are read: the requested ones, and others if they decide whether a record counts
	wanted    int   // how many of fields are requested
	in        reader
	size      int
	skipFirst bool
	piece     lines.Piece
	ctx       context.Context
	cells     []lines.Cells
	cols      []*columnar.Vector
	rec       record
	done      bool
}

// prepare chooses the columns to read. Whether a record is malformed must not depend on the columns of a query, so where it matters all are read.
func (p *parser) prepare(r *datasource.VectorRequest) {
	t := p.table
	if p.size = r.BatchSize; p.size <= 0 {
		p.size = columnar.BatchSize
	}
	zone := t.o.Zone
	if !t.o.ZoneSet && r.Env != nil && r.Env.Zone != nil {
		zone = r.Env.Zone
	}
	p.fields = append(p.fields, r.Fields...)
	p.wanted = len(r.Fields)
	if t.o.Mode != lines.Permissive || t.corrupt >= 0 && slices.Contains(r.Fields, t.corrupt) {
		for f := range t.Columns {
			if !slices.Contains(r.Fields, f) && f != t.corrupt {
				p.fields = append(p.fields, f)
			}
		}
	}
	for _, f := range p.fields {
		c := lines.Cells{Type: t.Columns[f].Type, Zone: zone}
		c.SetPatterns(t.o.Patterns)
		p.cells = append(p.cells, c)
		p.cols = append(p.cols, &columnar.Vector{})
	}
}

func (p *parser) next(dst *columnar.Batch) (bool, error) {
	if p.done {
		return false, nil
	}
	if err := p.ctx.Err(); err != nil {
		p.in.in.Close()
		return false, err
	}
	for i, f := range p.fields {
		t := p.table.Columns[f].Type
		p.cols[i].Reset(t, columnar.WidthOf(t), p.size)
	}
	n := 0
	for n < p.size {
		line, err := p.in.next()
		if err != nil {
			p.done = true
			if closeErr := p.in.in.Close(); errors.Is(err, io.EOF) {
				err = closeErr
			}
			if err != nil {
				return false, err
			}
			break
		}
		if p.skipFirst {
			p.skipFirst = false
			if p.table.o.header == yes {
				continue
			}
			if p.rec.split(line, p.table.o); p.table.isHeader(&p.rec) {
				continue
			}
		}
		keep, err := p.row(n, line)
		if err != nil {
			p.in.in.Close()
			return false, err
		}
		if keep {
			n++
		}
	}
	dst.N, dst.Sel, dst.Cols = n, nil, dst.Cols[:0]
	for _, c := range p.cols[:p.wanted] {
		c.Len = n
		dst.Cols = append(dst.Cols, c)
	}
	return n > 0, nil
}

// row stores a line as row i and reports whether it counts.
func (p *parser) row(i int, line []byte) (keep bool, err error) {
	t := p.table
	want := len(t.Columns)
	if t.corrupt >= 0 {
		want--
	}
	good := p.rec.split(line, t.o) && len(p.rec.cells) == want
	for k, f := range p.fields {
		if f == t.corrupt {
			continue
		}
		at := f
		if t.corrupt >= 0 && f > t.corrupt {
			at--
		}
		v := p.cols[k]
		if at >= len(p.rec.cells) || t.o.isNull(p.rec.cells[at], p.rec.quoted[at]) {
			v.SetNull(i)
			zero(v, i)
			continue
		}
		if !p.cells[k].Set(v, i, p.rec.cells[at]) {
			good = false
			v.SetNull(i)
			zero(v, i)
			continue
		}
		if v.Valid != nil {
			v.Valid[i>>6] |= 1 << (i & 63) // a dropped record may have left a null here
		}
	}
	if !good {
		switch t.o.Mode {
		case lines.DropMalformed:
			return false, nil
		case lines.FailFast:
			return false, p.malformed(line)
		}
	}
	for k, f := range p.fields {
		if f == t.corrupt {
			if good {
				p.cols[k].SetNull(i)
				zero(p.cols[k], i)
			} else {
				if v := p.cols[k]; v.Valid != nil {
					v.EnsureValid()[i>>6] |= 1 << (i & 63)
				}
				p.cols[k].SetBytes(i, line)
			}
		}
	}
	return true, nil
}

// malformed is the error of mode FAILFAST.
func (p *parser) malformed(line []byte) error {
	where := fmt.Sprintf("%s line %d", p.piece.File.Path, p.in.line)
	if p.piece.From > 0 {
		where = fmt.Sprintf("%s before byte %d", p.piece.File.Path, p.in.in.Offset())
	}
	line = bytes.TrimSpace(line)
	if len(line) > 200 {
		line = append(append([]byte{}, line[:200]...), "..."...)
	}
	return sqlerr.New("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", sqlerr.Pos{}, "Malformed records are detected in record parsing of %s: %s. Parse Mode: FAILFAST.", where, line).
		WithHint("To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.")
}

// zero makes the value below a null valid.
func zero(v *columnar.Vector, i int) {
	if v.Width == columnar.WView {
		v.SetBytes(i, nil)
	}
}
