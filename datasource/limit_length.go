package datasource

import (
	"bytes"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// limitedColumn is a column of type char(n) or varchar(n).
type limitedColumn struct {
	column, n int
	pad       bool // char: shorter values are filled up with spaces
}

func limitedColumns(o *Output) []limitedColumn {
	var out []limitedColumn
	for i, f := range append(o.Columns[:len(o.Columns):len(o.Columns)], o.Partitions...) {
		if f.Type.Length > 0 {
			out = append(out, limitedColumn{i, int(f.Type.Length), f.Type.Fixed})
		}
	}
	return out
}

// fit gives values of char(n) and varchar(n) columns their length: spaces at the end beyond it are cut off, other characters are an error.
func (w *PartWriter) fit(b *columnar.Batch) (*columnar.Batch, error) {
	if len(w.limits) == 0 {
		return b, nil
	}
	out := *b
	out.Cols = append([]*columnar.Vector{}, b.Cols...)
	rows := b.Rows()
	for _, l := range w.limits {
		v := b.Cols[l.column]
		fitted := columnar.New(v.Type, b.N)
		fitted.ClearReferences()
		for i := range rows.Count() {
			r := rows.Row(i)
			if v.IsNull(r) {
				fitted.SetNull(r)
				continue
			}
			s, ok := l.fit(v.Bytes(r))
			if !ok {
				return nil, sqlerr.New("EXCEED_LIMIT_LENGTH", sqlerr.Pos{}, "Exceeds char/varchar type length limitation: %d.", l.n)
			}
			fitted.SetBytes(r, s)
		}
		out.Cols[l.column] = fitted
	}
	return &out, nil
}

func (l limitedColumn) fit(s []byte) ([]byte, bool) {
	n := utf8.RuneCount(s)
	for n > l.n && len(s) > 0 && s[len(s)-1] == ' ' {
		s, n = s[:len(s)-1], n-1
	}
	if l.pad && n < l.n {
		s = append(s[:len(s):len(s)], bytes.Repeat([]byte(" "), l.n-n)...)
	}
	return s, n <= l.n
}
