package csv

import (
	"bytes"
	"errors"
	"io"

	"github.com/sparrow-engine/sparrow/datasource/lines"
)

// record is one line taken apart. Cells point into the line or into scratch.
type record struct {
	cells  [][]byte
	quoted []bool
	buf    []byte
}

// split takes a line apart and reports whether its quotes are balanced. A quote inside a quoted cell is doubled or stands behind the escape.
func (r *record) split(line []byte, o *options) bool {
	r.cells, r.quoted, r.buf = r.cells[:0], r.quoted[:0], r.buf[:0]
	if cap(r.buf) < len(line) {
		r.buf = make([]byte, 0, 2*len(line)) // cells point into it, so it must not move
	}
	for {
		rest, more, ok := r.cell(line, o)
		if !ok {
			return false
		}
		if !more {
			return true
		}
		line = rest
	}
}

// cell takes the first cell off.
func (r *record) cell(line []byte, o *options) (rest []byte, more, ok bool) {
	start := line
	if o.quote != 0 {
		start = bytes.TrimLeft(line, " ")
	}
	if o.quote == 0 || len(start) == 0 || start[0] != o.quote {
		i := bytes.IndexByte(line, o.sep)
		cell := line
		if i >= 0 {
			cell, rest, more = line[:i], line[i+1:], true
		}
		r.add(o.trim(cell), false)
		return rest, more, true
	}
	from := len(r.buf)
	for i := 1; i < len(start); i++ {
		c := start[i]
		switch {
		case c == o.quote && i+1 < len(start) && start[i+1] == o.quote:
			r.buf = append(r.buf, c)
			i++
		case c == o.quote:
			r.addQuoted(r.buf[from:], o)
			tail := start[i+1:]
			k := bytes.IndexByte(tail, o.sep)
			if k < 0 {
				return nil, false, len(bytes.TrimSpace(tail)) == 0
			}
			return tail[k+1:], true, len(bytes.TrimSpace(tail[:k])) == 0
		case c == o.escape && o.escape != 0 && i+1 < len(start) && (start[i+1] == o.quote || start[i+1] == o.escape):
			i++
			r.buf = append(r.buf, start[i])
		default:
			r.buf = append(r.buf, c)
		}
	}
	r.add(r.buf[from:], true)
	return nil, false, false
}

func (r *record) add(cell []byte, quoted bool) {
	r.cells, r.quoted = append(r.cells, cell), append(r.quoted, quoted)
}

// addQuoted adds a cell that was in quotes; an empty one is the text of the option emptyValue.
func (r *record) addQuoted(cell []byte, o *options) {
	if len(cell) == 0 {
		cell = o.emptyValue
	}
	r.add(cell, true)
}

func (o *options) trim(cell []byte) []byte {
	if o.trimLeft {
		cell = bytes.TrimLeft(cell, " \t")
	}
	if o.trimRight {
		cell = bytes.TrimRight(cell, " \t")
	}
	return cell
}

// isNull reports whether a cell is NULL: it is empty without quotes, or the null text, which is empty too unless the option nullValue says otherwise. So, as
// in Spark and DuckDB, "" is an empty string only for those who have another null text.
func (o *options) isNull(cell []byte, quoted bool) bool {
	return len(cell) == 0 && !quoted || string(cell) == o.nullValue
}

// skip reports lines that are no records.
func (o *options) skip(line []byte) bool {
	return len(line) == 0 || o.comment != 0 && line[0] == o.comment
}

// unclosed reports whether a line ends inside a quoted cell; open says that it began there.
func (o *options) unclosed(line []byte, open bool) bool {
	if o.quote == 0 {
		return false
	}
	start := !open // at the start of a cell
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case open && c == o.escape && o.escape != 0 && o.escape != o.quote && i+1 < len(line):
			i++
		case open && c == o.quote && i+1 < len(line) && line[i+1] == o.quote:
			i++
		case open && c == o.quote:
			open = false
		case open:
		case c == o.quote && start:
			open, start = true, false
		case c == o.sep:
			start = true
		case c != ' ':
			start = false
		}
	}
	return open
}

// reader gives the records of a file as text: a line each, or with multiLine also lines that belong together because of quotes.
type reader struct {
	in   *lines.Reader
	o    *options
	line int64
	buf  []byte
}

// next returns the next record that is not blank or a comment, valid until the next call.
func (r *reader) next() ([]byte, error) {
	for {
		line, err := r.in.Next()
		if err != nil {
			return nil, err
		}
		r.line++
		if r.o.skip(line) {
			continue
		}
		if !r.o.MultiLine || !r.o.unclosed(line, false) {
			return line, nil
		}
		return r.join(line)
	}
}

// join adds lines to one whose last cell goes on.
func (r *reader) join(line []byte) ([]byte, error) {
	r.buf = append(r.buf[:0], line...)
	for open := true; open; {
		more, err := r.in.Next()
		if errors.Is(err, io.EOF) {
			return r.buf, nil
		}
		if err != nil {
			return nil, err
		}
		r.line++
		if len(r.buf)+len(more) > lines.MaxLine {
			return nil, errors.New("a record is longer than 256 MiB")
		}
		r.buf = append(append(r.buf, '\n'), more...)
		open = r.o.unclosed(more, true)
	}
	return r.buf, nil
}
