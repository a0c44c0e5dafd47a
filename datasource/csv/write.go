package csv

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/text"
)

// NewWriter writes a file: a line of names if the option header is true (the default), then a line a row. NULL is nullValue, by default nothing; an empty
// string is "".
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	p, err := parseOptions(o)
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
	z, err := p.codec.Writer(w)
	if err != nil {
		return nil, err
	}
	out := &writer{out: z, schema: s, o: p}
	if p.header != no {
		for i, f := range s {
			if i > 0 {
				out.buf = append(out.buf, p.sep)
			}
			out.buf = p.appendCell(out.buf, []byte(f.Name))
		}
		out.buf = append(out.buf, '\n')
	}
	return out, nil
}

type writer struct {
	out    io.WriteCloser
	schema types.Schema
	o      *options
	buf    []byte
	cell   []byte
}

func (w *writer) Write(rec arrow.RecordBatch) error {
	cols := make([]*columnar.Vector, len(w.schema))
	for j, f := range w.schema {
		v, err := columnar.FromArrow(rec.Column(j), f.Type)
		if err != nil {
			return err
		}
		cols[j] = v
	}
	for i := range int(rec.NumRows()) {
		for j, v := range cols {
			if j > 0 {
				w.buf = append(w.buf, w.o.sep)
			}
			if v.IsNull(i) {
				w.buf = append(w.buf, w.o.nullValue...)
				continue
			}
			w.cell = w.o.appendText(w.cell[:0], v, i)
			w.buf = w.o.appendCell(w.buf, w.cell)
		}
		w.buf = append(w.buf, '\n')
		if len(w.buf) >= flushBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flushBytes is when collected lines go out.
const flushBytes = 64 << 10

// appendText appends a value that is not null: timestamps as Spark writes them, but with all their digits, other values as a cast to string gives them.
func (o *options) appendText(dst []byte, v *columnar.Vector, i int) []byte {
	b, k := v.Base(), v.At(i)
	switch b.Width {
	case columnar.WView:
		return append(dst, b.Bytes(k)...)
	case columnar.W32:
		return text.AppendInt32(dst, columnar.Values[int32](b)[k], v.Type)
	case columnar.WF64:
		return text.AppendFloat(dst, columnar.Values[float64](b)[k], 64)
	case columnar.W64:
		x := columnar.Values[int64](b)[k]
		switch v.Type.Kind {
		case types.Decimal:
			return types.AppendDecimal(dst, types.Int128Of(x), int(v.Type.Scale))
		case types.Timestamp:
			offset := temporal.Offset(x, o.zone)
			return jsontext.AppendOffset(jsontext.AppendClock(dst, x+offset, true), offset)
		case types.TimestampNTZ:
			return jsontext.AppendClock(dst, x, true)
		}
		return text.AppendInt64(dst, x, v.Type, o.zone)
	}
	return text.AppendCast(dst, v.Value(i), v.Type, o.zone)
}

func (w *writer) flush() error {
	_, err := w.out.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

// appendCell quotes a cell that could be read as something else.
func (o *options) appendCell(dst, s []byte) []byte {
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
