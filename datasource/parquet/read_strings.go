package parquet

import (
	"encoding/binary"
	"errors"

	"github.com/sparrow-engine/sparrow/columnar"
)

var errStrings = errors.New("byte array data is damaged or too short")

// maxBatchBytes bounds the string bytes that DELTA_BYTE_ARRAY may unfold to for one batch: a small page can claim very much.
const maxBatchBytes = 1 << 30

// deltaStrings reads DELTA_LENGTH_BYTE_ARRAY (lengths, then bytes) and DELTA_BYTE_ARRAY (lengths of prefixes shared with the value
// before, then suffixes as DELTA_LENGTH_BYTE_ARRAY).
type deltaStrings struct {
	prefixes, lengths deltaReader
	data              []byte
	pos               int
	last              []byte // the value before the next
	keep              []byte // its memory between batches
}

func (d *deltaStrings) resetLength(data []byte, most int) error {
	if err := d.lengths.reset(data, most); err != nil {
		return err
	}
	var err error
	d.data, err = d.lengths.end()
	d.pos = 0
	return err
}

func (d *deltaStrings) resetPrefix(data []byte, most int) error {
	if err := d.prefixes.reset(data, most); err != nil {
		return err
	}
	rest, err := d.prefixes.end()
	if err != nil {
		return err
	}
	d.last = d.last[:0]
	return d.resetLength(rest, most)
}

// readLengths reads n values as views into d.data, which is buffer buf.
func (d *deltaStrings) readLengths(dst []columnar.View, buf int) error {
	var lengths [deltaChunk]int64
	for len(dst) > 0 {
		part := lengths[:min(len(lengths), len(dst))]
		if err := d.lengths.read64(part); err != nil {
			return err
		}
		for i, n := range part {
			if uint64(n) > uint64(len(d.data)-d.pos) {
				return errStrings
			}
			dst[i] = viewAt(d.data, d.pos, int(n), buf)
			d.pos += int(n)
		}
		dst = dst[len(part):]
	}
	return nil
}

// viewAt returns the view of n bytes at off of a buffer with pagePadding readable bytes behind it.
func viewAt(data []byte, off, n, buf int) columnar.View {
	if n > columnar.MaxInline {
		return columnar.View{Len: uint32(n), Prefix: binary.LittleEndian.Uint32(data[off:]), Buf: uint32(buf), Off: uint32(off)}
	}
	p := data[off : off+12 : off+12]
	lo, hi := binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint32(p[8:])
	lo &= inlineMask[n].lo
	return columnar.View{Len: uint32(n), Prefix: uint32(lo), Buf: uint32(lo >> 32), Off: hi & inlineMask[n].hi}
}

// inlineMask[n] keeps the first n of 12 bytes.
var inlineMask = [columnar.MaxInline + 1]struct {
	lo uint64
	hi uint32
}{{0, 0}, {0xff, 0}, {0xffff, 0}, {0xffffff, 0}, {0xffffffff, 0}, {0xffffffffff, 0}, {0xffffffffffff, 0}, {0xffffffffffffff, 0},
	{0xffffffffffffffff, 0}, {0xffffffffffffffff, 0xff}, {0xffffffffffffffff, 0xffff}, {0xffffffffffffffff, 0xffffff}, {0xffffffffffffffff, 0xffffffff}}

// readPrefixes reads n values, appending their bytes to out, which is buffer buf of the views.
func (d *deltaStrings) readPrefixes(dst []columnar.View, out []byte, buf int) ([]byte, error) {
	var prefixes, lengths [deltaChunk]int64
	from := 0 // of d.last in out, if it lies there
	fresh := true
	for len(dst) > 0 {
		n := min(deltaChunk, len(dst))
		if err := d.prefixes.read64(prefixes[:n]); err != nil {
			return out, err
		}
		if err := d.lengths.read64(lengths[:n]); err != nil {
			return out, err
		}
		for i := range n {
			p, s := prefixes[i], lengths[i]
			if uint64(p) > uint64(len(d.last)) || uint64(s) > uint64(len(d.data)-d.pos) {
				return out, errStrings
			}
			if s != 0 || int(p) != len(d.last) || fresh {
				if len(out)+int(p)+int(s) > maxBatchBytes {
					return out, errStrings
				}
				from = len(out)
				out = append(out, d.last[:p]...)
				out = append(out, d.data[d.pos:d.pos+int(s)]...)
				d.pos += int(s)
				d.last, fresh = out[from:], false
			}
			dst[i] = viewOf(d.last, buf, from)
		}
		dst = dst[n:]
	}
	d.keep = append(d.keep[:0], d.last...)
	d.last = d.keep
	return out, nil
}

// viewOf returns the view of b, which lies at off of buffer buf.
func viewOf(b []byte, buf, off int) columnar.View {
	if len(b) <= columnar.MaxInline {
		return columnar.InlineView(b)
	}
	return columnar.RefView(b, buf, off)
}

// plainViews reads n plain byte arrays, each with its length before it, from data at pos and returns the next position. data has
// pagePadding readable bytes behind it and is buffer buf.
func plainViews(dst []columnar.View, data []byte, pos, buf int) (int, error) {
	room := data[:len(data)+pagePadding]
	for i := range dst {
		if pos+4 > len(data) {
			return pos, errStrings
		}
		n := int(binary.LittleEndian.Uint32(room[pos:]))
		pos += 4
		if n > len(data)-pos {
			return pos, errStrings
		}
		dst[i] = viewAt(room, pos, n, buf)
		pos += n
	}
	return pos, nil
}

// skipPlain passes over n plain byte arrays.
func skipPlain(n int, data []byte, pos int) (int, error) {
	for range n {
		if pos+4 > len(data) {
			return pos, errStrings
		}
		k := int(binary.LittleEndian.Uint32(data[pos:]))
		pos += 4
		if k > len(data)-pos {
			return pos, errStrings
		}
		pos += k
	}
	return pos, nil
}

// fixedViews reads byte strings of width bytes each.
func fixedViews(dst []columnar.View, data []byte, pos, width, buf int) (int, error) {
	if len(dst)*width > len(data)-pos {
		return pos, errStrings
	}
	room := data[:len(data)+pagePadding]
	for i := range dst {
		dst[i] = viewAt(room, pos, width, buf)
		pos += width
	}
	return pos, nil
}
