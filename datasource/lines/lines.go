// Package lines reads text files of one record a line in pieces that workers take in any order, and turns the text of cells into vectors.
//
// Sparrow makes no compatibility promise for this package.
package lines

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// PieceBytes is the size of a piece of an uncompressed file.
const PieceBytes = 4 << 20

// MaxLine is the length of the longest line; a longer one is an error, so that a file that is not text cannot take all memory.
const MaxLine = 256 << 20

// Compressions lists the endings of compressed files.
var Compressions = []string{".gz", ".zst", ".bz2", ".lz4"}

// Piece is a part of a file: the lines that begin in [From, To). To is -1 for a whole compressed file.
type Piece struct {
	File     datasource.File
	From, To int64
}

// Pieces cuts files.
func Pieces(files []datasource.File) []Piece {
	var out []Piece
	for _, f := range files {
		if compression(f.Path) != "" {
			out = append(out, Piece{File: f, To: -1})
			continue
		}
		for from := int64(0); from < f.Size; from += PieceBytes {
			out = append(out, Piece{File: f, From: from, To: min(from+PieceBytes, f.Size)})
		}
	}
	return out
}

// Whole makes one piece of each file, for records that go over several lines.
func Whole(files []datasource.File) []Piece {
	out := make([]Piece, len(files))
	for i, f := range files {
		out[i] = Piece{File: f, To: -1}
	}
	return out
}

func compression(path string) string {
	for _, ext := range Compressions {
		if strings.HasSuffix(strings.ToLower(path), ext) {
			return ext
		}
	}
	return ""
}

// Reader reads the lines of a piece.
type Reader struct {
	piece Piece
	file  *os.File
	close func()
	buf   *bufio.Reader
	at    int64 // offset of the next line
	long  []byte
	bom   bool
}

// Open begins a piece.
func Open(p Piece) (*Reader, error) {
	f, err := os.Open(p.File.Path)
	if err != nil {
		return nil, ReadError(p.File.Path, err)
	}
	r := &Reader{piece: p, file: f, at: p.From, bom: p.From == 0, close: func() {}}
	var in io.Reader = f
	switch compression(p.File.Path) {
	case ".gz":
		z, err := gzip.NewReader(f)
		if err != nil {
			f.Close()
			return nil, ReadError(p.File.Path, err)
		}
		in = z
	case ".zst":
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
		if err != nil {
			f.Close()
			return nil, ReadError(p.File.Path, err)
		}
		in, r.close = z, z.Close
	case ".bz2":
		in = bzip2.NewReader(f)
	case ".lz4":
		in = lz4.NewReader(f)
	default:
		if err := r.seek(); err != nil {
			f.Close()
			return nil, ReadError(p.File.Path, err)
		}
	}
	r.buf = bufio.NewReaderSize(in, 256<<10)
	if p.From > 0 && p.To >= 0 {
		if _, err := r.Next(); err != nil && err != io.EOF { // the end of a line that began before
			r.Close()
			return nil, err
		}
	}
	return r, nil
}

// seek goes to one byte before the piece, so that a line which begins exactly there is not lost.
func (r *Reader) seek() error {
	if r.at == 0 {
		return nil
	}
	r.at--
	_, err := r.file.Seek(r.at, io.SeekStart)
	return err
}

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// Next returns the next line without its end; it is valid until the next call. The error is io.EOF after the last line.
func (r *Reader) Next() ([]byte, error) {
	if r.piece.To >= 0 && r.at >= r.piece.To {
		return nil, io.EOF
	}
	line, err := r.buf.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.rest(line)
	}
	r.at += int64(len(line))
	if err != nil && (err != io.EOF || len(line) == 0) {
		if err == io.EOF {
			return nil, err
		}
		return nil, ReadError(r.piece.File.Path, err)
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if r.bom {
		r.bom = false
		line = bytes.TrimPrefix(line, utf8BOM)
	}
	return line, nil
}

// Offset returns the position behind the last line in the uncompressed file.
func (r *Reader) Offset() int64 { return r.at }

// All reads the rest of the file, at most MaxLine bytes.
func (r *Reader) All() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.buf, MaxLine+1))
	if err == nil && len(b) > MaxLine {
		err = errors.New("a file that is read as one text is larger than 256 MiB")
	}
	if err != nil {
		return nil, ReadError(r.piece.File.Path, err)
	}
	if r.bom {
		b = bytes.TrimPrefix(b, utf8BOM)
	}
	return b, nil
}

// rest collects a line that is longer than the buffer.
func (r *Reader) rest(start []byte) ([]byte, error) {
	r.long = append(r.long[:0], start...)
	for {
		part, err := r.buf.ReadSlice('\n')
		r.long = append(r.long, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return r.long, err
		}
		if len(r.long) > MaxLine {
			return r.long, errors.New("a line is longer than 256 MiB")
		}
	}
}

// Close closes the file.
func (r *Reader) Close() error {
	r.close()
	return r.file.Close()
}

// ReadError is the error of a file that cannot be read.
func ReadError(path string, err error) error {
	return sqlerr.New("FAILED_READ_FILE.NO_HINT", sqlerr.Pos{}, "Encountered error while reading file %s: %v.", path, err).WithCause(err)
}
