package arrow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"

	"github.com/apache/arrow-go/v18/arrow"
)

// The Arrow library believes the lengths of vectors in a file's metadata and allocates what they say. So metadata is walked over here first; the layout is
// that of Schema.fbs, Message.fbs and File.fbs of the Arrow format.

var errMetadata = errors.New("the metadata is damaged")

// maxFieldDepth is how deep fields may be nested.
const maxFieldDepth = 64

// flat is a flatbuffer. Its methods panic beyond its end; use recoverTo.
type flat struct {
	b      []byte
	budget int // fields that may still be visited: shared children must not multiply
}

func (f *flat) u32(at int) int { return int(binary.LittleEndian.Uint32(f.b[at:])) }

func (f *flat) root() int { return f.u32(0) }

// field returns the place of the n-th field of a table, 0 if it is absent.
func (f *flat) field(table, n int) int {
	vtable := table - int(int32(f.u32(table)))
	slot := 4 + 2*n
	if slot >= int(binary.LittleEndian.Uint16(f.b[vtable:])) {
		return 0
	}
	off := int(binary.LittleEndian.Uint16(f.b[vtable+slot:]))
	if off == 0 {
		return 0
	}
	return table + off
}

// table returns the table that the n-th field refers to, 0 if absent.
func (f *flat) table(table, n int) int {
	at := f.field(table, n)
	if at == 0 {
		return 0
	}
	return at + f.u32(at)
}

// vector returns where the elements of a vector begin and how many there are.
func (f *flat) vector(table, n, size int) (start, count int) {
	v := f.table(table, n)
	if v == 0 {
		return 0, 0
	}
	count = f.u32(v)
	if count*size > len(f.b)-v-4 {
		panic(errMetadata)
	}
	return v + 4, count
}

func (f *flat) schema(t int) {
	if t == 0 {
		panic(errMetadata)
	}
	f.vector(t, 2, 4)
	f.fields(t, 1, 0)
}

// fields checks the fields that the n-th field of a table lists.
func (f *flat) fields(t, n, depth int) {
	start, count := f.vector(t, n, 4)
	if f.budget -= count; f.budget < 0 || depth > maxFieldDepth {
		panic(errMetadata)
	}
	for i := range count {
		at := start + 4*i
		c := at + f.u32(at)
		f.vector(c, 6, 4)
		if kind := f.field(c, 2); kind != 0 && f.b[kind] == 14 { // a union has a vector of type numbers
			if u := f.table(c, 3); u != 0 {
				f.vector(u, 1, 4)
			}
		}
		f.fields(c, 5, depth+1)
	}
}

// message checks a message.
func (f *flat) message() {
	t := f.root()
	f.vector(t, 4, 4)
	kind, header := f.field(t, 1), f.table(t, 2)
	if kind == 0 || header == 0 {
		panic(errMetadata)
	}
	switch f.b[kind] {
	case 1:
		f.schema(header)
	case 2:
		f.batch(f.table(header, 1))
	case 3:
		f.batch(header)
	}
}

func (f *flat) batch(t int) {
	if t == 0 {
		panic(errMetadata)
	}
	f.vector(t, 1, 16)
	_, buffers := f.vector(t, 2, 16)
	start, n := f.vector(t, 4, 8)
	for i := range n {
		if c := binary.LittleEndian.Uint64(f.b[start+8*i:]); c > uint64(buffers) {
			panic(errMetadata)
		}
	}
}

// checkMessage checks the metadata of one message.
func checkMessage(b []byte) (err error) {
	defer recoverTo(&err)
	f := flat{b, len(b)}
	f.message()
	return nil
}

// block is where a message of a file lies.
type block struct{ off, meta int64 }

// checkFooter checks the footer of a file and returns where its dictionaries and record batches are.
func checkFooter(b []byte) (dictionaries, records []block, err error) {
	defer recoverTo(&err)
	f := flat{b, len(b)}
	t := f.root()
	f.schema(f.table(t, 1))
	f.vector(t, 4, 4)
	return f.blocks(t, 2), f.blocks(t, 3), nil
}

func (f *flat) blocks(t, n int) []block {
	start, count := f.vector(t, n, 24)
	out := make([]block, count)
	for i := range out {
		at := start + 24*i
		out[i] = block{int64(binary.LittleEndian.Uint64(f.b[at:])), int64(int32(f.u32(at + 8)))}
	}
	return out
}

// readFooter returns the footer of a file.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	tail := make([]byte, 10)
	if size < 20 {
		return nil, io.ErrUnexpectedEOF
	}
	if _, err := r.ReadAt(tail, size-10); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail))
	if !bytes.Equal(tail[4:], magic[:6]) || n > size-18 {
		return nil, errors.New("the file has no footer")
	}
	b := make([]byte, n)
	_, err := r.ReadAt(b, size-10-n)
	return b, err
}

// checkBlock checks the metadata of a message of a file.
func checkBlock(r io.ReaderAt, size int64, k block) error {
	if k.meta < 8 || k.off < 0 || k.off > size || k.meta > size-k.off {
		return errMetadata
	}
	b := make([]byte, k.meta)
	if _, err := r.ReadAt(b, k.off); err != nil {
		return err
	}
	skip := 4
	if binary.LittleEndian.Uint32(b) == continuation {
		skip = 8
	}
	return checkMessage(b[skip:])
}

// continuation begins a message; before version 0.15 of the format it was left out.
const continuation = 0xFFFFFFFF

// checkedStream passes a stream on, message by message, each with its metadata checked.
type checkedStream struct {
	r     io.Reader
	limit int64 // no message is larger than the file
	ready bytes.Reader
	body  int64 // bytes of the current body that are not yet passed on
	err   error
}

func (s *checkedStream) Read(p []byte) (int, error) {
	for {
		switch {
		case s.ready.Len() > 0:
			return s.ready.Read(p)
		case s.err != nil:
			return 0, s.err
		case s.body > 0:
			n, err := s.r.Read(p[:min(int64(len(p)), s.body)])
			s.body -= int64(n)
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		s.err = s.message()
	}
}

// message makes the next message's metadata ready.
func (s *checkedStream) message() (err error) {
	defer recoverTo(&err)
	var out bytes.Buffer
	n := uint32(continuation)
	for i := 0; i < 2 && n == continuation; i++ {
		if _, err := io.CopyN(&out, s.r, 4); err != nil {
			if err == io.EOF && out.Len() > 0 && i == 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		n = binary.LittleEndian.Uint32(out.Bytes()[4*i:])
	}
	if int64(n) > s.limit {
		return errMetadata
	}
	head := out.Len()
	if n > 0 {
		if _, err := io.CopyN(&out, s.r, int64(n)); err != nil {
			return io.ErrUnexpectedEOF
		}
		b := out.Bytes()[head:]
		if err := checkMessage(b); err != nil {
			return err
		}
		f := flat{b, 0}
		if at := f.field(f.root(), 3); at != 0 {
			s.body = int64(binary.LittleEndian.Uint64(b[at:]))
		}
		if s.body < 0 || s.body > s.limit {
			return errMetadata
		}
	}
	s.ready.Reset(out.Bytes())
	return nil
}

// checkLengths makes sure that an array's buffers hold as many values as it claims to have.
func checkLengths(d arrow.ArrayData) error {
	n := int64(d.Offset()) + int64(d.Len())
	if d.Len() < 0 || d.Offset() < 0 || n > math.MaxInt32 {
		return errMetadata
	}
	t := d.DataType()
	if e, ok := t.(arrow.ExtensionType); ok {
		t = e.StorageType()
	}
	for i, spec := range t.Layout().Buffers {
		if n == 0 || i >= len(d.Buffers()) {
			break
		}
		have, need := int64(0), int64(0)
		b := d.Buffers()[i]
		if b != nil {
			have = int64(b.Len())
		}
		switch spec.Kind {
		case arrow.KindBitmap:
			need = (n + 7) / 8
			if i == 0 && (b == nil || have == 0 && d.NullN() == 0) {
				need = 0
			}
		case arrow.KindFixedWidth:
			need = n * int64(spec.ByteWidth)
		}
		if have < need {
			return errMetadata
		}
	}
	for _, c := range d.Children() {
		if err := checkLengths(c); err != nil {
			return err
		}
	}
	if dict := d.Dictionary(); dict != nil && !reflect.ValueOf(dict).IsNil() {
		return checkLengths(dict)
	}
	return nil
}
