package lines

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// flushBytes is when collected lines go out.
const flushBytes = 64 << 10

// Writer is a datasource.RecordWriter of a line a row.
type Writer struct {
	out    io.WriteCloser
	schema types.Schema
	row    func(dst []byte, cols []*columnar.Vector, i int) []byte
	buf    []byte
}

// NewWriter returns a Writer of columns; row appends row i of them to dst, without the end of the line.
func NewWriter(w io.Writer, c *Codec, schema types.Schema, row func(dst []byte, cols []*columnar.Vector, i int) []byte) (*Writer, error) {
	out, err := c.Writer(w)
	if err != nil {
		return nil, err
	}
	return &Writer{out: out, schema: schema, row: row}, nil
}

// Line adds a line that is no row.
func (w *Writer) Line(text []byte) { w.buf = append(append(w.buf, text...), '\n') }

// Write adds the rows of a record.
func (w *Writer) Write(rec arrow.RecordBatch) error {
	cols := make([]*columnar.Vector, len(w.schema))
	for j, f := range w.schema {
		v, err := columnar.FromArrow(rec.Column(j), f.Type)
		if err != nil {
			return err
		}
		cols[j] = v
	}
	for i := range int(rec.NumRows()) {
		w.buf = append(w.row(w.buf, cols, i), '\n')
		if len(w.buf) >= flushBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) flush() error {
	_, err := w.out.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

// Close writes what is left and ends the compressed stream.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}
