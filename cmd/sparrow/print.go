package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sparrow-engine/sparrow"
)

// printer writes results in one of the modes.
type printer struct {
	mode string
	out  io.Writer
	// maxRows bounds what table mode prints; 0 prints all.
	maxRows int
}

var modes = []string{"table", "csv", "json", "jsonl", "markdown", "line"}

func newPrinter(mode string, out io.Writer) (*printer, error) {
	p := &printer{out: out}
	if mode == "" {
		mode = "table"
	}
	return p, p.setMode(mode)
}

func (p *printer) setMode(mode string) error {
	for _, m := range modes {
		if m == mode {
			p.mode = mode
			return nil
		}
	}
	return fmt.Errorf("there is no mode %q; the modes are %s", mode, strings.Join(modes, ", "))
}

// print runs the query and writes its result; a command without result writes nothing.
func (p *printer) print(ctx context.Context, df *sparrow.DataFrame) error {
	cols := df.Columns()
	if len(cols) == 0 {
		return df.Err()
	}
	switch p.mode {
	case "csv":
		return p.csv(ctx, df, cols)
	case "json", "jsonl":
		return p.json(ctx, df, cols)
	case "line":
		return p.line(ctx, df, cols)
	}
	return p.table(ctx, df, cols)
}

func (p *printer) table(ctx context.Context, df *sparrow.DataFrame, cols []string) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	head := make(table.Row, len(cols))
	configs := make([]table.ColumnConfig, len(cols))
	for i, ty := range df.Types() {
		head[i] = cols[i]
		configs[i] = table.ColumnConfig{Number: i + 1}
		if isNumber(ty) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	n := 0
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return err
		}
		if n++; p.maxRows > 0 && n > p.maxRows {
			continue
		}
		r := make(table.Row, len(row))
		for i, c := range row {
			r[i] = cell(c)
		}
		t.AppendRow(r)
	}
	if p.mode == "markdown" {
		_, err := fmt.Fprintln(p.out, t.RenderMarkdown())
		return err
	}
	if _, err := fmt.Fprintln(p.out, t.Render()); err != nil {
		return err
	}
	if p.maxRows > 0 && n > p.maxRows {
		fmt.Fprintf(p.out, "%d rows, the first %d shown\n", n, p.maxRows)
	}
	return nil
}

func cell(c *string) string {
	if c == nil {
		return "NULL"
	}
	return *c
}

func isNumber(t string) bool {
	for _, p := range []string{"tinyint", "smallint", "int", "bigint", "float", "double", "decimal"} {
		if t == p || strings.HasPrefix(t, p+"(") {
			return true
		}
	}
	return false
}

func (p *printer) csv(ctx context.Context, df *sparrow.DataFrame, cols []string) error {
	w := csv.NewWriter(p.out)
	if err := w.Write(cols); err != nil {
		return err
	}
	rec := make([]string, len(cols))
	for row, err := range df.Cells(ctx) {
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
	}
	w.Flush()
	return w.Error()
}

// json writes objects with keys in the order of the columns: numbers and booleans as such, other values as Spark's text.
func (p *printer) json(ctx context.Context, df *sparrow.DataFrame, cols []string) error {
	ts := df.Types()
	keys := make([]string, len(cols))
	for i, c := range cols {
		k, err := json.Marshal(c)
		if err != nil {
			return err
		}
		keys[i] = string(k)
	}
	n := 0
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return err
		}
		var b strings.Builder
		if p.mode == "json" {
			b.WriteString(map[bool]string{true: "[", false: ",\n "}[n == 0])
		}
		b.WriteByte('{')
		for i, c := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(keys[i] + ":" + jsonValue(c, ts[i]))
		}
		b.WriteByte('}')
		if p.mode == "jsonl" {
			b.WriteByte('\n')
		}
		if _, err := io.WriteString(p.out, b.String()); err != nil {
			return err
		}
		n++
	}
	if p.mode == "json" {
		end := "]\n"
		if n == 0 {
			end = "[]\n"
		}
		_, err := io.WriteString(p.out, end)
		return err
	}
	return nil
}

func jsonValue(c *string, t string) string {
	if c == nil {
		return "null"
	}
	if (isNumber(t) || t == "boolean") && json.Valid([]byte(*c)) {
		return *c
	}
	b, err := json.Marshal(*c)
	if err != nil {
		return "null"
	}
	return string(b)
}

func (p *printer) line(ctx context.Context, df *sparrow.DataFrame, cols []string) error {
	width := 0
	for _, c := range cols {
		width = max(width, len([]rune(c)))
	}
	first := true
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return err
		}
		if !first {
			fmt.Fprintln(p.out)
		}
		first = false
		for i, c := range row {
			if _, err := fmt.Fprintf(p.out, "%*s = %s\n", width, cols[i], cell(c)); err != nil {
				return err
			}
		}
	}
	return nil
}
