package json

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// NewWriter writes a file of one object a line. Fields that are NULL are left out unless the option ignoreNullFields is false. Unlike Spark's, timestamps
// keep their microseconds.
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	p, err := parseOptions(o, false)
	if err != nil {
		return nil, err
	}
	s, ok := columnar.SQLFields(schema.Fields())
	for _, f := range s {
		if !ok || supported(f.Type) != nil && f.Type.Kind != types.Null && f.Type.Kind != types.Map {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The JSON datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	out, err := p.codec.Writer(w)
	if err != nil {
		return nil, err
	}
	return &writer{out: out, schema: s, text: jsontext.Writer{Zone: p.zone, KeepNulls: p.keepNulls, FullMicros: true,
		Date: p.patterns.AppendDate(), Timestamp: p.patterns.AppendTimestamp(p.zone), NTZ: p.patterns.AppendNTZ()}}, nil
}

// flushBytes is when collected lines go out.
const flushBytes = 64 << 10

type writer struct {
	out    io.WriteCloser
	schema types.Schema
	text   jsontext.Writer
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
		w.buf = append(w.text.AppendRow(w.buf, w.schema, cols, i), '\n')
		if len(w.buf) >= flushBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
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

// FileExtension tells compressed files by their names.
func (Format) FileExtension(o datasource.Options) string {
	p, err := parseOptions(o, false)
	if err != nil {
		return ".json"
	}
	return ".json" + p.codec.Extension
}
