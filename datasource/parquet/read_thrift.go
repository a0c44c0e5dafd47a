package parquet

import (
	"errors"

	"github.com/parquet-go/parquet-go/format"
)

// thriftCursor walks thrift's compact protocol without allocating. Footers are walked once before the library decodes them, because it
// allocates whatever length a list claims; page headers are decoded here altogether. A walk past the end or a malformed value sets bad.
type thriftCursor struct {
	b   []byte
	pos int
	bad bool
	// end tells that the walk failed at the end of b, so that more bytes may help.
	end bool
}

// Types of the compact protocol.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// maxThriftDepth bounds recursion; Parquet's own structures nest less than ten deep.
const maxThriftDepth = 32

func (c *thriftCursor) fail(end bool) { c.bad, c.end = true, c.end || end }

func (c *thriftCursor) byte() byte {
	if c.pos >= len(c.b) {
		c.fail(true)
		return 0
	}
	c.pos++
	return c.b[c.pos-1]
}

func (c *thriftCursor) uvarint() uint64 {
	var x uint64
	for s := uint(0); s < 64; s += 7 {
		b := c.byte()
		x |= uint64(b&0x7f) << s
		if b < 0x80 {
			return x
		}
	}
	c.fail(false)
	return 0
}

func (c *thriftCursor) varint() int64 {
	x := c.uvarint()
	return int64(x>>1) ^ -int64(x&1)
}

func (c *thriftCursor) advance(n uint64) {
	if n > uint64(len(c.b)-c.pos) {
		c.fail(true)
		c.pos = len(c.b)
		return
	}
	c.pos += int(n)
}

// field reads a field header; ok is false at the end of the struct.
func (c *thriftCursor) field(last int) (id int, typ byte, ok bool) {
	h := c.byte()
	if c.bad || h&0xf == thriftStop {
		return 0, 0, false
	}
	if h>>4 == 0 {
		return int(int16(c.varint())), h & 0xf, !c.bad
	}
	return last + int(h>>4), h & 0xf, true
}

// list reads a list header and checks that so many elements, of at least one byte each, can follow.
func (c *thriftCursor) list() (n int, typ byte) {
	h := c.byte()
	size := uint64(h >> 4)
	if size == 15 {
		size = c.uvarint()
	}
	if size > uint64(len(c.b)-c.pos) {
		c.fail(true)
		return 0, 0
	}
	return int(size), h & 0xf
}

// skip passes over a value. In lists booleans take a byte.
func (c *thriftCursor) skip(typ byte, inList bool, depth int) {
	if depth > maxThriftDepth {
		c.fail(false)
	}
	if c.bad {
		return
	}
	switch typ {
	case thriftTrue, thriftFalse:
		if inList {
			c.byte()
		}
	case thriftByte:
		c.byte()
	case thriftI16, thriftI32, thriftI64:
		c.uvarint()
	case thriftDouble:
		c.advance(8)
	case thriftBinary:
		c.advance(c.uvarint())
	case thriftList, thriftSet:
		n, t := c.list()
		for i := 0; i < n && !c.bad; i++ {
			c.skip(t, true, depth+1)
		}
	case thriftMap:
		c.skipMap(depth)
	case thriftStruct:
		c.skipStruct(depth)
	default:
		c.fail(false)
	}
}

func (c *thriftCursor) skipMap(depth int) {
	n := c.uvarint()
	if n == 0 || c.bad {
		return
	}
	if n > uint64(len(c.b)-c.pos) {
		c.fail(true)
		return
	}
	kv := c.byte()
	for i := uint64(0); i < n && !c.bad; i++ {
		c.skip(kv>>4, true, depth+1)
		c.skip(kv&0xf, true, depth+1)
	}
}

func (c *thriftCursor) skipStruct(depth int) {
	id := 0
	for {
		next, typ, ok := c.field(id)
		if !ok {
			return
		}
		id = next
		c.skip(typ, false, depth+1)
	}
}

// pageHeader is what a reader needs of format.PageHeader.
type pageHeader struct {
	kind                     format.PageType
	uncompressed, compressed int
	values                   int
	encoding                 format.Encoding
	defEncoding, repEncoding format.Encoding
	defBytes, repBytes       int  // version 2
	nulls, rows              int  // version 2
	stored                   bool // version 2: the values are not compressed
	sorted                   bool // dictionary
	crc                      uint32
	hasCRC                   bool
	size                     int // of the header itself
}

var (
	errShortHeader = errors.New("page header is cut off")
	errBadHeader   = errors.New("page header is damaged")
)

// parsePageHeader decodes the header at the start of b; errShortHeader says that it needs more bytes.
func parsePageHeader(b []byte) (h pageHeader, err error) {
	c := thriftCursor{b: b}
	h.kind = -1
	id := 0
	for {
		next, typ, ok := c.field(id)
		if !ok {
			break
		}
		id = next
		switch {
		case id == 1 && typ == thriftI32:
			h.kind = format.PageType(c.varint())
		case id == 2 && typ == thriftI32:
			h.uncompressed = int(c.varint())
		case id == 3 && typ == thriftI32:
			h.compressed = int(c.varint())
		case id == 4 && typ == thriftI32:
			h.crc, h.hasCRC = uint32(c.varint()), true
		case (id == 5 || id == 7 || id == 8) && typ == thriftStruct:
			h.dataHeader(&c, id)
		default:
			c.skip(typ, false, 0)
		}
	}
	h.size = c.pos
	switch {
	case c.bad && c.end:
		return h, errShortHeader
	case c.bad, h.uncompressed < 0, h.compressed < 0, h.values < 0, h.defBytes < 0, h.repBytes < 0, h.nulls < 0, h.rows < 0, h.uncompressed > maxPageBytes:
		return h, errBadHeader
	}
	return h, nil
}

// dataHeader reads DataPageHeader (5), DictionaryPageHeader (7) or DataPageHeaderV2 (8).
func (h *pageHeader) dataHeader(c *thriftCursor, which int) {
	id := 0
	for {
		next, typ, ok := c.field(id)
		if !ok {
			return
		}
		id = next
		if typ == thriftTrue || typ == thriftFalse {
			if which == 8 && id == 7 {
				h.stored = typ == thriftFalse
			}
			if which == 7 && id == 3 {
				h.sorted = typ == thriftTrue
			}
			continue
		}
		if typ != thriftI32 {
			c.skip(typ, false, 1)
			continue
		}
		v := int(c.varint())
		switch {
		case id == 1:
			h.values = v
		case which == 5 && id == 2, which == 7 && id == 2, which == 8 && id == 4:
			h.encoding = format.Encoding(v)
		case which == 5 && id == 3:
			h.defEncoding = format.Encoding(v)
		case which == 5 && id == 4:
			h.repEncoding = format.Encoding(v)
		case which == 8 && id == 2:
			h.nulls = v
		case which == 8 && id == 3:
			h.rows = v
		case which == 8 && id == 5:
			h.defBytes = v
		case which == 8 && id == 6:
			h.repBytes = v
		}
	}
}
