package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sparrow-engine/sparrow"
	sqltext "github.com/sparrow-engine/sparrow/types/text"
)

// result is what a statement or a meta command gives: rows of texts, nil for NULL.
type result struct {
	cols  []string
	types []string // as Spark writes them
	rows  iter.Seq2[[]*string, error]
	plain bool // a text of several lines, which a table would only frame
}

// resultOf runs a query, as far as its first limit rows if there is a limit.
func resultOf(ctx context.Context, df *sparrow.DataFrame, limit int) result {
	r := result{cols: df.Columns(), types: df.Types()}
	if limit > 0 {
		df = df.Limit(limit)
	}
	r.rows = df.Cells(ctx)
	return r
}

// then calls f when no more rows are taken.
func (r *result) then(f func()) iter.Seq2[[]*string, error] {
	rows := r.rows
	return func(yield func([]*string, error) bool) {
		defer f()
		rows(yield)
	}
}

// textResult makes a result of texts.
func textResult(cols []string, rows [][]string) result {
	r := result{cols: cols, types: make([]string, len(cols))}
	r.rows = func(yield func([]*string, error) bool) {
		for _, row := range rows {
			cells := make([]*string, len(row))
			for i := range row {
				cells[i] = &row[i]
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
	return r
}

// printer writes results in one of the modes.
type printer struct {
	mode string
	// maxRows bounds what table mode prints; 0 prints all.
	maxRows int
	// terminal colours NULL and tells the number of rows.
	terminal, color bool
}

var modes = []string{"table", "csv", "json", "jsonl", "markdown", "line"}

func newPrinter(mode string) (*printer, error) {
	p := &printer{}
	if mode == "" {
		mode = "table"
	}
	return p, p.setMode(mode)
}

func (p *printer) setMode(mode string) error {
	if !slices.Contains(modes, mode) {
		return fmt.Errorf("there is no mode %q; the modes are %s", mode, strings.Join(modes, ", "))
	}
	p.mode = mode
	return nil
}

// limit returns how many rows the printer asks for at most, 0 for all: one more than it prints, to know whether there are more.
func (p *printer) limit() int {
	if p.mode != "table" || p.maxRows == 0 {
		return 0
	}
	return p.maxRows + 1
}

// print writes a result; one without columns, of a command, writes nothing.
func (p *printer) print(out io.Writer, r result) error {
	if len(r.cols) == 0 {
		return nil
	}
	switch p.mode {
	case "csv":
		return p.csv(out, r)
	case "json", "jsonl":
		return p.json(out, r)
	case "line":
		return p.line(out, r)
	}
	if r.plain && p.mode == "table" {
		return p.text(out, r)
	}
	return p.table(out, r)
}

func (p *printer) text(out io.Writer, r result) error {
	for row, err := range r.rows {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(cell(row[0]), "\n")); err != nil {
			return err
		}
	}
	return nil
}

// table writes nothing before all rows have come, since the widths of columns depend on them; csv, json, jsonl and line write rows as they come.
func (p *printer) table(out io.Writer, r result) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	head := make(table.Row, len(r.cols))
	configs := make([]table.ColumnConfig, len(r.cols))
	for i, ty := range r.types {
		head[i] = visible(r.cols[i])
		configs[i] = table.ColumnConfig{Number: i + 1}
		if isNumber(ty) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	n, more := 0, false
	for row, err := range r.rows {
		if err != nil {
			return err
		}
		if more = p.maxRows > 0 && p.mode == "table" && n == p.maxRows; more {
			break
		}
		n++
		cells := make(table.Row, len(row))
		for i, c := range row {
			cells[i] = p.cell(c)
		}
		t.AppendRow(cells)
	}
	if p.mode == "markdown" {
		_, err := fmt.Fprintln(out, t.RenderMarkdown())
		return err
	}
	if _, err := fmt.Fprintln(out, t.Render()); err != nil {
		return err
	}
	return p.count(out, n, more)
}

// count tells on a terminal how many rows there are.
func (p *printer) count(out io.Writer, n int, more bool) error {
	note := humanize.Comma(int64(n)) + " rows"
	switch {
	case more:
		note = "the first " + note + " of more (\\rows N or \\rows all shows others, \\mode csv and \\o FILE write all)"
	case !p.terminal:
		return nil
	case n == 1:
		note = "1 row"
	}
	_, err := fmt.Fprintln(out, paint(p.color, dim, note))
	return err
}

func cell(c *string) string {
	if c == nil {
		return "NULL"
	}
	return *c
}

// cell is a table's: NULL looks different from the text NULL where there are colours, and control characters do not reach a terminal.
func (p *printer) cell(c *string) string {
	if c == nil {
		return paint(p.color, dim, "NULL")
	}
	return visible(*c)
}

// visible replaces control characters other than line ends by what Go calls them, so that data cannot steer the terminal or break the table.
func visible(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isControl(r) {
			q := fmt.Sprintf("%q", r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isControl(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 }

func isNumber(t string) bool {
	t, _, _ = strings.Cut(t, "(")
	switch t {
	case "tinyint", "smallint", "int", "bigint", "float", "double", "decimal":
		return true
	}
	return false
}

func (p *printer) csv(out io.Writer, r result) error {
	w := csv.NewWriter(out)
	if err := w.Write(r.cols); err != nil {
		return err
	}
	rec := make([]string, len(r.cols))
	for row, err := range r.rows {
		if err != nil {
			return err
		}
		for i, c := range row {
			rec[i] = ""
			if c != nil {
				rec[i] = *c
			}
		}
		if err := w.Write(rec); err != nil {
			return err
		}
		w.Flush() // into out, which has a buffer of its own
	}
	w.Flush()
	return w.Error()
}

// json writes objects with keys in the order of the columns: numbers and booleans as such, other values as Spark's text.
func (p *printer) json(out io.Writer, r result) error {
	keys := make([][]byte, len(r.cols))
	for i, c := range r.cols {
		keys[i] = append(sqltext.AppendJSONString(nil, c), ':')
	}
	keys[0] = append([]byte{'{'}, keys[0]...)
	begin, between, rowEnd, end := "", "", "}\n", "" // a line is whole when its row has come
	if p.mode == "json" {
		begin, between, rowEnd, end = "[", ",\n ", "}", "]\n"
	}
	buf := []byte(begin)
	first := true
	for row, err := range r.rows {
		if err != nil {
			return err
		}
		if !first {
			buf = append(buf, between...)
		}
		first = false
		for i, c := range row {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = append(buf, keys[i]...)
			buf = appendJSONValue(buf, c, r.types[i])
		}
		if _, err := out.Write(append(buf, rowEnd...)); err != nil {
			return err
		}
		buf = buf[:0]
	}
	_, err := out.Write(append(buf, end...))
	return err
}

func appendJSONValue(b []byte, c *string, t string) []byte {
	switch {
	case c == nil:
		return append(b, "null"...)
	case (isNumber(t) || t == "boolean") && json.Valid([]byte(*c)): // not NaN or Infinity
		return append(b, *c...)
	}
	return sqltext.AppendJSONString(b, *c)
}

func (p *printer) line(out io.Writer, r result) error {
	width := 0
	for _, c := range r.cols {
		width = max(width, text.StringWidthWithoutEscSequences(c))
	}
	first := true
	for row, err := range r.rows {
		if err != nil {
			return err
		}
		var b strings.Builder
		if !first {
			b.WriteByte('\n')
		}
		first = false
		for i, c := range row {
			fmt.Fprintf(&b, "%s = %s\n", text.AlignRight.Apply(r.cols[i], width), p.cell(c))
		}
		if _, err := io.WriteString(out, b.String()); err != nil {
			return err
		}
	}
	return nil
}
