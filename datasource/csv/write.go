package csv

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/text"
)

// NewWriter writes a file: a line of names if the option header is true (the default), then a line a row. NULL is nullValue, by default nothing; an empty
// string is emptyValue, by default "".
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	p, err := parseOptions(o, false)
	if err != nil {
		return nil, err
	}
	s, ok := columnar.SQLFields(schema.Fields())
	for _, f := range s {
		ok = ok && supported(f.Type)
		if !ok {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The CSV datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	out, err := lines.NewWriter(w, p.Codec, s, (&rowWriter{o: p}).row)
	if err != nil {
		return nil, err
	}
	if p.header != no {
		var names []byte
		for i, f := range s {
			if i > 0 {
				names = append(names, p.sep)
			}
			names = p.appendCell(names, []byte(f.Name))
		}
		out.Line(names)
	}
	return out, nil
}

// rowWriter writes rows as lines.
type rowWriter struct {
	o    *options
	cell []byte
}

func (w *rowWriter) row(dst []byte, cols []*columnar.Vector, i int) []byte {
	for j, v := range cols {
		if j > 0 {
			dst = append(dst, w.o.sep)
		}
		if v.IsNull(i) {
			dst = append(dst, w.o.nullValue...)
			continue
		}
		w.cell = w.o.appendText(w.cell[:0], v, i)
		dst = w.o.appendCell(dst, w.cell)
	}
	return dst
}

// appendText appends a value that is not null: timestamps as Spark writes them, but with all their digits, other values as a cast to string gives them.
func (o *options) appendText(dst []byte, v *columnar.Vector, i int) []byte {
	b, k := v.Base(), v.At(i)
	switch b.Width {
	case columnar.WView:
		return append(dst, b.Bytes(k)...)
	case columnar.W32:
		x := columnar.Values[int32](b)[k]
		if write := o.Patterns.AppendDate(); write != nil && v.Type.Kind == types.Date {
			return write(dst, x)
		}
		return text.AppendInt32(dst, x, v.Type)
	case columnar.WF64:
		return text.AppendFloat(dst, columnar.Values[float64](b)[k], 64)
	case columnar.W64:
		x := columnar.Values[int64](b)[k]
		switch v.Type.Kind {
		case types.Decimal:
			return types.AppendDecimal(dst, types.Int128Of(x), int(v.Type.Scale))
		case types.Timestamp:
			if write := o.Patterns.AppendTimestamp(o.Zone); write != nil {
				return write(dst, x)
			}
			offset := temporal.Offset(x, o.Zone)
			return jsontext.AppendOffset(jsontext.AppendClock(dst, x+offset, true), offset)
		case types.TimestampNTZ:
			if write := o.Patterns.AppendNTZ(); write != nil {
				return write(dst, x)
			}
			return jsontext.AppendClock(dst, x, true)
		}
		return text.AppendInt64(dst, x, v.Type, o.Zone)
	}
	return text.AppendCast(dst, v.Value(i), v.Type, o.Zone)
}

// appendCell quotes a cell that could be read as something else.
func (o *options) appendCell(dst, s []byte) []byte {
	if len(s) == 0 && len(o.emptyValue) > 0 {
		return append(dst, o.emptyValue...)
	}
	if o.quote == 0 || !o.quoteAll && o.plain(s) {
		return append(dst, s...)
	}
	dst = append(dst, o.quote)
	for _, c := range s {
		if c == o.quote || c == o.escape && o.escape != 0 {
			esc := o.escape
			if esc == 0 {
				esc = o.quote
			}
			dst = append(dst, esc)
		}
		dst = append(dst, c)
	}
	return append(dst, o.quote)
}

// plain reports whether a cell needs no quotes.
func (o *options) plain(s []byte) bool {
	if len(s) == 0 || string(s) == o.nullValue || s[0] == ' ' || s[len(s)-1] == ' ' || o.comment != 0 && s[0] == o.comment {
		return false
	}
	for _, c := range s {
		if c == o.sep || c == o.quote || c == '\r' || c == '\n' {
			return false
		}
	}
	return true
}

// FileExtension tells compressed files by their names.
func (Format) FileExtension(o datasource.Options) string {
	p, err := parseOptions(o, false)
	if err != nil {
		return ".csv"
	}
	return ".csv" + p.Codec.Extension
}
