package parquet

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"
)

// chunkInput reads the bytes of one column chunk, some at a time.
type chunkInput struct {
	file  *input
	pos   int64 // of the next page
	end   int64 // of the chunk
	buf   []byte
	start int64  // of buf in the file
	own   []byte // where bytes are read to that are not mapped
	bytes int64  // read so far
}

// inputWindow is the number of bytes read at once: a chunk of a usual row group.
const inputWindow = 2 << 20

func (in *chunkInput) open(file *input, start, end int64) {
	in.file, in.pos, in.end = file, start, end
	in.buf, in.start = nil, start
}

// peek returns n bytes at pos, or fewer at the end of the chunk. They are valid until the next call.
func (in *chunkInput) peek(n int) ([]byte, error) {
	n = int(min(int64(n), in.end-in.pos))
	at := in.pos - in.start
	if at >= 0 && at+int64(n) <= int64(len(in.buf)) {
		return in.buf[at : at+int64(n)], nil
	}
	size := int(min(in.end-in.pos, int64(max(n, inputWindow))))
	in.start = in.pos
	if in.buf = in.file.window(in.pos, size); in.buf != nil {
		in.bytes += int64(size)
		return in.buf[:n], nil
	}
	in.own = padded(in.own, size)
	k, err := in.file.ReadAt(in.own, in.pos)
	in.bytes += int64(k)
	if k < size {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	in.buf = in.own
	return in.buf[:n], nil
}

// header reads the page header at pos.
func (in *chunkInput) header() (h pageHeader, err error) {
	for n := 256; ; n *= 8 {
		b, err := in.peek(n)
		if err != nil {
			return h, err
		}
		if len(b) == 0 {
			return h, fmt.Errorf("the column chunk ends before its last page")
		}
		h, err = parsePageHeader(b)
		if err == errShortHeader && len(b) == n && n < 16<<20 {
			continue
		}
		if err == nil && int64(h.size)+int64(h.compressed) > in.end-in.pos {
			err = fmt.Errorf("a page claims %d bytes, the column chunk has %d", h.compressed, in.end-in.pos-int64(h.size))
		}
		return h, err
	}
}

// plainDictionary is PLAIN_DICTIONARY, which old files say for dictionaries (PLAIN) and codes (RLE_DICTIONARY) alike.
const plainDictionary format.Encoding = 2

// isDictionaryEncoding reports whether a data page has codes.
func isDictionaryEncoding(e format.Encoding) bool {
	return e == format.RLEDictionary || e == plainDictionary
}

type pageKind uint8

const (
	pageNone pageKind = iota
	pageCodes
	pagePlain
	pageSplit
	pageDelta
	pageDeltaLength
	pageDeltaBytes
	pageBits // RLE booleans
)

// page is the data page a leafReader stands in. Its body is decompressed when a value is wanted.
type page struct {
	header pageHeader
	offset int64 // of the header
	left   int   // levels, nulls included, not yet read
	loaded bool
	kind   pageKind
	buf    []byte // decompressed

	defs, reps hybrid
	codes      hybrid // dictionary codes, booleans
	data       []byte // values
	pos        int    // next value: offset in data, for booleans and split pages its number
	stride     int    // of a split page: values
	delta      deltaReader
	strings    deltaStrings
}

// raw returns the bytes behind a page's header, valid until the next are read.
func (c *leafReader) raw(h *pageHeader, offset int64) ([]byte, error) {
	c.in.pos = offset
	raw, err := c.in.peek(h.size + h.compressed)
	if err != nil {
		return nil, err
	}
	if len(raw) < h.size+h.compressed {
		return nil, io.ErrUnexpectedEOF
	}
	raw = raw[h.size:]
	if h.hasCRC && c.verify && crc32.ChecksumIEEE(raw) != h.crc {
		return nil, fmt.Errorf("a page at offset %d fails its checksum", offset)
	}
	return raw, nil
}

// body returns the decompressed levels and values of the page.
func (c *leafReader) body(h *pageHeader, offset int64, into []byte) (levels, data, buf []byte, err error) {
	raw, err := c.raw(h, offset)
	if err != nil {
		return nil, nil, into, err
	}
	codec, size := c.meta.Codec, h.uncompressed
	if h.kind == format.DataPageV2 {
		n := h.defBytes + h.repBytes
		if n > len(raw) || n > h.uncompressed {
			return nil, nil, into, errPageSize
		}
		levels, raw, size = raw[:n], raw[n:], size-n
		if h.stored {
			codec = format.Uncompressed
		}
		c.levels = padded(c.levels, n)
		copy(c.levels, levels) // raw is overwritten by the next read
		levels = c.levels
		if size == 0 || c.levelsOnly {
			return levels, padded(into, 0), into, nil
		}
	}
	buf, err = c.codec.decompress(codec, into, raw, size)
	return levels, buf, buf, err
}

// load decompresses the current page and prepares its decoders.
func (c *leafReader) load() error {
	p := &c.page
	h := &p.header
	levels, data, buf, err := c.body(h, p.offset, c.takeBuffer())
	if err != nil {
		return err
	}
	c.in.pos = p.offset + int64(h.size) + int64(h.compressed)
	p.buf, p.loaded = buf, true
	if h.kind == format.DataPageV2 {
		err = p.levels(levels[h.repBytes:], levels[:h.repBytes], c.leaf)
	} else {
		data, err = p.levelsV1(data, c.leaf)
	}
	if err != nil {
		return err
	}
	if c.levelsOnly {
		return nil
	}
	return c.values(data)
}

func (p *page) levels(defs, reps []byte, l *fileLeaf) error {
	p.defs.reset(defs, bits.Len8(l.maxDef))
	p.reps.reset(reps, bits.Len8(l.maxRep))
	return nil
}

// levelsV1 takes the levels, each with its length before it, from the start of the body.
func (p *page) levelsV1(data []byte, l *fileLeaf) (rest []byte, err error) {
	take := func(most uint8, encoding format.Encoding) (b []byte) {
		if most == 0 || err != nil {
			return nil
		}
		if encoding != format.RLE {
			err = fmt.Errorf("levels in the encoding %s are not supported", encoding)
			return nil
		}
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			err = errHybrid
			return nil
		}
		n := int(binary.LittleEndian.Uint32(data))
		b, data = data[4:4+n], data[4+n:]
		return b
	}
	reps := take(l.maxRep, p.header.repEncoding)
	defs := take(l.maxDef, p.header.defEncoding)
	if err == nil {
		err = p.levels(defs, reps, l)
	}
	return data, err
}

// values prepares the decoder of the page's values.
func (c *leafReader) values(data []byte) error {
	p := &c.page
	p.data, p.pos = data, 0
	t := c.leaf.physical
	switch e := p.header.encoding; {
	case isDictionaryEncoding(e):
		p.kind = pageCodes
		width := 0
		if len(data) > 0 {
			width, data = int(data[0]), data[1:]
		}
		if width > 32 {
			return errHybrid
		}
		p.codes.reset(data, width)
		return c.loadDictionary()
	case e == format.Plain:
		p.kind = pagePlain
		return nil
	case e == format.RLE && t == format.Boolean:
		p.kind = pageBits
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			if len(data) == 0 {
				p.codes.reset(nil, 1)
				return nil
			}
			return errHybrid
		}
		p.codes.reset(data[4:4+binary.LittleEndian.Uint32(data)], 1)
		return nil
	case e == format.DeltaBinaryPacked && (t == format.Int32 || t == format.Int64):
		p.kind = pageDelta
		return p.delta.reset(data, p.header.values)
	case e == format.DeltaLengthByteArray && t == format.ByteArray:
		p.kind = pageDeltaLength
		return p.strings.resetLength(data, p.header.values)
	case e == format.DeltaByteArray && (t == format.ByteArray || t == format.FixedLenByteArray):
		p.kind = pageDeltaBytes
		return p.strings.resetPrefix(data, p.header.values)
	case e == format.ByteStreamSplit && c.split() > 0:
		if len(data)%c.split() != 0 {
			return errPageSize
		}
		p.kind, p.stride = pageSplit, len(data)/c.split()
		return nil
	}
	return fmt.Errorf("the encoding %s of %s is not supported", p.header.encoding, t)
}

// split returns the bytes of a value that BYTE_STREAM_SPLIT can hold, 0 for other types.
func (c *leafReader) split() int {
	switch c.leaf.physical {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.FixedLenByteArray:
		return c.leaf.width
	}
	return 0
}
