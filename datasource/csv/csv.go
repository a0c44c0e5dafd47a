package csv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

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
	files  []datasource.File
	schema types.Schema
	o      *options
	header bool // every file begins with a line of names
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
	p, err := parseOptions(o)
	if err != nil {
		return nil, err
	}
	t := &table{files: files, schema: schema, o: p, corrupt: -1, header: p.header == yes}
	if schema == nil {
		if err := t.infer(ctx); err != nil {
			return nil, err
		}
	} else if p.header == unset && len(files) > 0 {
		t.header = t.looksLikeHeader()
	}
	t.corrupt = t.schema.Index(p.corrupt)
	for _, f := range t.schema {
		if !supported(f.Type) {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The CSV datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	return t, nil
}

func supported(t types.Type) bool {
	return t.IsNumeric() || t.IsDatetime() || t.Kind == types.String || t.Kind == types.Boolean || t.Kind == types.Binary
}

// firstRecord returns the cells of the first record of the first file; nil if it has none.
func (t *table) firstRecord() ([]string, error) {
	r, err := lines.Open(lines.Piece{File: t.files[0], To: -1})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		line, err := r.Next()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if t.o.skip(line) {
			continue
		}
		var rec record
		rec.split(line, t.o)
		names := make([]string, len(rec.cells))
		for i, c := range rec.cells {
			names[i] = string(c)
		}
		return names, nil
	}
}

// looksLikeHeader reports whether the first record of the first file names the columns of the schema.
func (t *table) looksLikeHeader() bool {
	names, err := t.firstRecord()
	if err != nil || len(names) == 0 {
		return false
	}
	for i, n := range names {
		if i >= len(t.schema) || !strings.EqualFold(strings.TrimSpace(n), t.schema[i].Name) {
			return false
		}
	}
	return true
}

// infer sets schema and header.
func (t *table) infer(ctx context.Context) error {
	names, err := t.firstRecord()
	if err != nil {
		return err
	}
	if names == nil {
		return sqlerr.New("UNABLE_TO_INFER_SCHEMA", sqlerr.Pos{}, "Unable to infer schema for CSV: the file %s is empty.", t.files[0].Path).WithHint("Specify the schema.")
	}
	guesses := make([]lines.Guess, len(names))
	firsts := make([]lines.Guess, len(names)) // of the first record alone
	cells := lines.Cells{Zone: t.o.zone}
	for i, f := range t.files {
		first := true
		err := t.eachRecord(ctx, f, func(rec *record) {
			isFirst := first
			first = false
			if isFirst && (t.o.header == yes || i == 0 && t.o.header == unset) {
				for j, c := range rec.cells {
					if !t.o.isNull(c, rec.quoted[j]) {
						firsts[j].Add(&cells, c)
					}
				}
				return
			}
			for j, c := range rec.cells {
				if j < len(guesses) && t.o.infer != no && !t.o.isNull(c, rec.quoted[j]) {
					guesses[j].Add(&cells, c)
				}
			}
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
	t.schema = make(types.Schema, len(names))
	for j := range names {
		name := strings.TrimSpace(names[j])
		if !t.header || name == "" {
			name = fmt.Sprintf("_c%d", j)
		}
		typ := types.StringType
		if t.o.infer != no {
			typ = guesses[j].Type()
		}
		t.schema[j] = types.Field{Name: name, Type: typ, Nullable: true}
	}
	dedupe(t.schema)
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

func (t *table) eachRecord(ctx context.Context, f datasource.File, use func(*record)) error {
	r, err := lines.Open(lines.Piece{File: f, To: -1})
	if err != nil {
		return err
	}
	defer r.Close()
	var rec record
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !t.o.skip(line) {
			rec.split(line, t.o)
			use(&rec)
		}
	}
}

func (t *table) SQLSchema() types.Schema { return t.schema }

func (t *table) Schema() *arrow.Schema {
	return arrow.NewSchema(columnar.ArrowFields(t.schema), nil)
}

func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}

// Statistics estimates the number of rows from the size of the files.
func (t *table) Statistics(context.Context) (*datasource.Statistics, error) {
	s := &datasource.Statistics{Columns: make([]datasource.ColumnStatistics, len(t.schema))}
	for _, f := range t.files {
		s.Bytes += f.Size
	}
	s.Rows = s.Bytes / int64(8*len(t.schema)+1)
	return s, nil
}

func (t *table) ScanVectors(ctx context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	pieces := lines.Pieces(t.files)
	size := r.BatchSize
	if size <= 0 {
		size = columnar.BatchSize
	}
	return datasource.ScanBatches(r, len(pieces), func(morsel int) (datasource.NextBatch, error) {
		in, err := lines.Open(pieces[morsel])
		if err != nil {
			return nil, err
		}
		p := &parser{table: t, fields: r.Fields, in: in, size: size, skipFirst: t.header && pieces[morsel].From == 0, path: pieces[morsel].File.Path, ctx: ctx}
		zone := t.o.zone
		if r.Env != nil && r.Env.Zone != nil {
			zone = r.Env.Zone
		}
		for _, f := range r.Fields {
			p.cells = append(p.cells, lines.Cells{Type: t.schema[f].Type, Zone: zone})
			p.cols = append(p.cols, &columnar.Vector{})
		}
		return p.next, nil
	})
}

// parser reads one piece.
type parser struct {
	table     *table
	fields    []int
	in        *lines.Reader
	size      int
	skipFirst bool
	path      string
	ctx       context.Context
	cells     []lines.Cells
	cols      []*columnar.Vector
	rec       record
	done      bool
}

func (p *parser) next(dst *columnar.Batch) (bool, error) {
	if p.done {
		return false, nil
	}
	if err := p.ctx.Err(); err != nil {
		p.in.Close()
		return false, err
	}
	for i, f := range p.fields {
		t := p.table.schema[f].Type
		p.cols[i].Reset(t, columnar.WidthOf(t), p.size)
	}
	n := 0
	for n < p.size {
		line, err := p.in.Next()
		if err != nil {
			p.done = true
			if closeErr := p.in.Close(); errors.Is(err, io.EOF) {
				err = closeErr
			}
			if err != nil {
				return false, err
			}
			break
		}
		if p.table.o.skip(line) {
			continue
		}
		if p.skipFirst {
			p.skipFirst = false
			continue
		}
		keep, err := p.row(n, line)
		if err != nil {
			p.in.Close()
			return false, err
		}
		if keep {
			n++
		}
	}
	dst.N, dst.Sel, dst.Cols = n, nil, dst.Cols[:0]
	for _, c := range p.cols {
		c.Len = n
		dst.Cols = append(dst.Cols, c)
	}
	return n > 0, nil
}

// row stores a line as row i and reports whether it counts.
func (p *parser) row(i int, line []byte) (keep bool, err error) {
	t := p.table
	want := len(t.schema)
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
		switch t.o.mode {
		case dropMalformed:
			return false, nil
		case failFast:
			return false, sqlerr.New("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", sqlerr.Pos{}, "Malformed records are detected in record parsing of %s: %s.", p.path, bytes.TrimSpace(line)).
				WithHint("Set the option mode to PERMISSIVE to read malformed cells as NULL.")
		}
	}
	for k, f := range p.fields {
		if f == t.corrupt {
			if good {
				p.cols[k].SetNull(i)
				zero(p.cols[k], i)
			} else {
				p.cols[k].SetBytes(i, line)
			}
		}
	}
	return true, nil
}

// zero makes the value below a null valid.
func zero(v *columnar.Vector, i int) {
	if v.Width == columnar.WView {
		v.SetBytes(i, nil)
	}
}
