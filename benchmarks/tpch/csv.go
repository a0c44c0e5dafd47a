package tpch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// csvChunk formats batches as RFC 4180 lines.
type csvChunk struct{ text []byte }

func csvHeader(schema *arrow.Schema) []byte {
	var out []byte
	for i, f := range schema.Fields() {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, f.Name...)
	}
	return append(out, '\n')
}

func (c *csvChunk) Write(batch arrow.RecordBatch) error {
	columns := make([]func(dst []byte, row int) []byte, batch.NumCols())
	for i, column := range batch.Columns() {
		switch a := column.(type) {
		case *array.Int64:
			columns[i] = func(dst []byte, row int) []byte { return strconv.AppendInt(dst, a.Value(row), 10) }
		case *array.Int32:
			columns[i] = func(dst []byte, row int) []byte { return strconv.AppendInt(dst, int64(a.Value(row)), 10) }
		case *array.Date32:
			columns[i] = func(dst []byte, row int) []byte { return a.Value(row).ToTime().AppendFormat(dst, "2006-01-02") }
		case *array.Decimal128:
			columns[i] = func(dst []byte, row int) []byte { return appendCents(dst, int64(a.Value(row).LowBits())) }
		case *array.String:
			columns[i] = func(dst []byte, row int) []byte { return appendQuoted(dst, a.Value(row)) }
		default:
			return fmt.Errorf("tpch: no CSV form of %s", column.DataType())
		}
	}
	for row := range int(batch.NumRows()) {
		for i, column := range columns {
			if i > 0 {
				c.text = append(c.text, ',')
			}
			c.text = column(c.text, row)
		}
		c.text = append(c.text, '\n')
	}
	return nil
}

func appendCents(dst []byte, cents int64) []byte {
	if cents < 0 {
		dst, cents = append(dst, '-'), -cents
	}
	dst = strconv.AppendInt(dst, cents/100, 10)
	return append(dst, '.', byte('0'+cents/10%10), byte('0'+cents%10))
}

func appendQuoted(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && (s == "" || s[0] != ' ' && s[len(s)-1] != ' ') {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
