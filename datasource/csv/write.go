package csv

import (
	"compress/gzip"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/klauspost/compress/zstd"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
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
		ok = ok && supported(f.Type) || f.Type.IsInterval()
		if !ok {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The CSV datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	out := &writer{out: w, schema: s, o: p}
	switch p.compression {
	case "none", "uncompressed", "":
	case "gzip":
		z := gzip.NewWriter(w)
		out.out, out.close = z, z.Close
	case "zstd":
		z, err := zstd.NewWriter(w)
		if err != nil {
			return nil, err
		}
		out.out, out.close = z, z.Close
	default:
		return nil, sqlerr.New("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", sqlerr.Pos{}, "The codec %s is not available. Available codecs are none, gzip, zstd.", p.compression)
	}
	if p.header != no {
		for i, f := range s {
			if i > 0 {
				out.buf = append(out.buf, p.sep)
			}
			out.buf = p.appendCell(out.buf, f.Name)
		}
		out.buf = append(out.buf, '\n')
	}
	return out, nil
}

type writer struct {
	out    io.Writer
	close  func() error
	schema types.Schema
	o      *options
	buf    []byte
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
			x := v.Value(i)
			if x == nil {
				w.buf = append(w.buf, w.o.nullValue...)
				continue
			}
			w.buf = w.o.appendCell(w.buf, text.Cast(x, w.schema[j].Type, w.o.zone))
		}
		w.buf = append(w.buf, '\n')
	}
	return w.flush()
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
	if w.close != nil {
		return w.close()
	}
	return nil
}

// appendCell quotes a cell that could be read as something else.
func (o *options) appendCell(dst []byte, s string) []byte {
	plain := !o.quoteAll && s != "" && s != o.nullValue && s[0] != ' ' && s[len(s)-1] != ' ' && strings.IndexByte(s, o.sep) < 0 && !strings.ContainsAny(s, "\r\n") &&
		(o.quote == 0 || strings.IndexByte(s, o.quote) < 0) && (o.comment == 0 || s[0] != o.comment)
	if plain || o.quote == 0 {
		return append(dst, s...)
	}
	dst = append(dst, o.quote)
	for i := range len(s) {
		if s[i] == o.quote || s[i] == o.escape && o.escape != 0 {
			esc := o.escape
			if esc == 0 {
				esc = o.quote
			}
			dst = append(dst, esc)
		}
		dst = append(dst, s[i])
	}
	return append(dst, o.quote)
}
