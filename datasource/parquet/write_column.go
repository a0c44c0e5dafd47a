package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// writePiece is how many rows are added between two looks at the size of the page and of the dictionary.
const writePiece = 1024

// columnEncoder builds one column chunk in memory, page by page.
type columnEncoder struct {
	leaf   *writeLeaf
	limits *writeLimits
	codec  compress.Codec
	values valuePage

	def, rep            []uint8 // of the current page
	slots, rows, nulls  int     // of the current page
	chunkRows           int64
	chunkSlots          int64
	chunkNulls          int64
	pages               []byte // finished pages with headers
	uncompressed        int64
	dictPages, allPages int32
	unordered           bool // a page has values but no bounds (NaN only): no index, no statistics

	offsets format.OffsetIndex // offsets count from the first data page
	index   format.ColumnIndex

	scratch, levels, codes []byte
	words32                []int32
	words64                []int64
	views                  [][]byte
	arena                  []byte
	bools                  []bool
	header                 bytes.Buffer
	protocol               thrift.CompactProtocol
}

// writeLimits are the resolved sizes of WriteOptions.
type writeLimits struct {
	pageRows, pageBytes, dictionaryBytes int
}

func newColumnEncoder(leaf *writeLeaf, limits *writeLimits, codec compress.Codec, wantBloom bool) *columnEncoder {
	c := &columnEncoder{leaf: leaf, limits: limits, codec: codec}
	switch leaf.physical {
	case format.Boolean:
		c.values = &boolPage{}
	case format.Int32, format.Float:
		c.values = newWordPage[int32](leaf.order, limits.dictionaryBytes, wantBloom)
	case format.Int64, format.Double:
		c.values = newWordPage[int64](leaf.order, limits.dictionaryBytes, wantBloom)
	default:
		c.values = newBytesPage(leaf.order, leaf.width, limits.dictionaryBytes, wantBloom)
	}
	return c
}

// write adds the slots of one batch.
func (c *columnEncoder) write(values arrow.Array, s writeSlots) error {
	rows := s.rows
	if rows != nil {
		rows = presentRows(rows)
	}
	if d, ok := values.(*array.Dictionary); ok {
		rows = dictionaryRows(d, rows)
		if values = d.Dictionary(); values.NullN() > 0 {
			return sqlerr.Unsupported("NULL_IN_DICTIONARY", sqlerr.Pos{}, "Column `%s` is a dictionary with a null entry.", c.leaf.name())
		}
	}
	if rows == nil && values.Len() != s.n {
		return sqlerr.Internal("parquet writer: column `%s` has %d values for %d rows", c.leaf.name(), values.Len(), s.n)
	}
	var err error
	switch p := c.values.(type) {
	case *wordPage[int32]:
		if a, ok := values.(*array.Int32); ok && rows == nil {
			return writeSlotsOf(c, s, a.Int32Values(), p.add)
		}
		if c.words32, err = gather32(c.words32[:0], values, rows); err != nil {
			return err
		}
		err = writeSlotsOf(c, s, c.words32, p.add)
	case *wordPage[int64]:
		if a, ok := values.(*array.Int64); ok && rows == nil {
			return writeSlotsOf(c, s, a.Int64Values(), p.add)
		}
		if c.words64, err = gather64(c.words64[:0], values, rows); err != nil {
			return err
		}
		err = writeSlotsOf(c, s, c.words64, p.add)
	case *boolPage:
		a, ok := values.(*array.Boolean)
		if !ok {
			return unexpected(values)
		}
		c.bools = gatherBools(c.bools[:0], a, rows)
		err = writeSlotsOf(c, s, c.bools, p.add)
	case *bytesPage:
		if c.views, c.arena, err = gatherBytes(c.views[:0], c.arena, values, rows, c.leaf.width); err != nil {
			return err
		}
		err = writeSlotsOf(c, s, c.views, p.add)
		clear(c.views) // do not keep the batch alive
	}
	return err
}

// bytes returns the memory held: the finished pages, the current one and scratch.
func (c *columnEncoder) bytes() int64 {
	return c.values.bytes() + int64(cap(c.pages)+cap(c.def)+cap(c.rep)+cap(c.scratch)+cap(c.levels)+cap(c.codes)+4*cap(c.words32)+8*cap(c.words64)+24*cap(c.views)+cap(c.arena)+cap(c.bools))
}

func gatherBools(dst []bool, a *array.Boolean, rows []int32) []bool {
	if rows == nil {
		for i := range a.Len() {
			dst = append(dst, a.Value(i))
		}
		return dst
	}
	for _, r := range rows {
		dst = append(dst, a.Value(int(r)))
	}
	return dst
}

// presentRows drops the slots without a value.
func presentRows(rows []int32) []int32 {
	out := make([]int32, 0, len(rows))
	for _, r := range rows {
		if r >= 0 {
			out = append(out, r)
		}
	}
	return out
}

// writeSlotsOf feeds a batch's values in pieces that end with a row, and ends pages between them.
func writeSlotsOf[T any](c *columnEncoder, s writeSlots, values []T, add func([]T)) error {
	for from := 0; from < s.n; {
		to, rows := s.piece(from, min(writePiece, c.limits.pageRows-c.rows))
		count := to - from
		if s.def != nil {
			count = 0
			for _, d := range s.def[from:to] {
				if d == c.leaf.maxDef {
					count++
				}
			}
		}
		add(values[:count])
		values = values[count:]
		c.addLevels(s, from, to)
		c.slots += to - from
		c.rows += rows
		c.nulls += to - from - count
		from = to
		if err := c.endPiece(); err != nil {
			return err
		}
	}
	return nil
}

// piece returns the end of at most max rows from a slot on, and their number.
func (s *writeSlots) piece(from, max int) (to, rows int) {
	if s.rep == nil {
		to = min(from+max, s.n)
		return to, to - from
	}
	for to = from; to < s.n; to++ {
		if s.rep[to] == 0 {
			if rows == max {
				break
			}
			rows++
		}
	}
	return to, rows
}

func (c *columnEncoder) addLevels(s writeSlots, from, to int) {
	if c.leaf.maxRep > 0 {
		c.rep = append(c.rep, s.rep[from:to]...)
	}
	switch {
	case c.leaf.maxDef == 0:
	case s.def != nil:
		c.def = append(c.def, s.def[from:to]...)
	default:
		for range to - from {
			c.def = append(c.def, c.leaf.maxDef)
		}
	}
}

func (c *columnEncoder) endPiece() error {
	if c.values.overflow() {
		if err := c.flush(); err != nil {
			return err
		}
		c.values.dropDictionary()
		return nil
	}
	if c.rows >= c.limits.pageRows || c.values.size()+len(c.def)/4+len(c.rep)/4 >= c.limits.pageBytes {
		return c.flush()
	}
	return nil
}

// flush ends the current page.
func (c *columnEncoder) flush() error {
	if c.slots == 0 {
		return nil
	}
	body, err := c.levelBytes(c.scratch[:0])
	if err != nil {
		return err
	}
	encoding := format.Plain
	plain, codes := c.values.body(body)
	if codes != nil {
		encoding = format.RLEDictionary
		if c.codes, err = new(rle.DictionaryEncoding).EncodeInt32(c.codes[:0], codes); err != nil {
			return err
		}
		plain = append(body, c.codes...)
		c.dictPages++
	}
	c.scratch = plain
	c.allPages++
	header := format.PageHeader{Type: format.DataPage}
	header.DataPageHeader.Set(format.DataPageHeader{
		NumValues: int32(c.slots), Encoding: encoding,
		DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		Statistics: format.Statistics{NullCount: int64(c.nulls)},
	})
	start := len(c.pages)
	if c.pages, err = c.appendPage(c.pages, &header, plain); err != nil {
		return err
	}
	c.offsets.PageLocations = append(c.offsets.PageLocations, format.PageLocation{
		Offset: int64(start), CompressedPageSize: int32(len(c.pages) - start), FirstRowIndex: c.chunkRows,
	})
	c.addIndex()
	c.chunkRows += int64(c.rows)
	c.chunkSlots += int64(c.slots)
	c.chunkNulls += int64(c.nulls)
	c.def, c.rep = c.def[:0], c.rep[:0]
	c.slots, c.rows, c.nulls = 0, 0, 0
	c.values.next()
	return nil
}

func (c *columnEncoder) levelBytes(dst []byte) ([]byte, error) {
	for _, l := range []struct {
		max    uint8
		levels []uint8
	}{{c.leaf.maxRep, c.rep}, {c.leaf.maxDef, c.def}} {
		if l.max == 0 {
			continue
		}
		encoded, err := (&rle.Encoding{BitWidth: levelBits(l.max)}).EncodeLevels(c.levels[:0], l.levels)
		if err != nil {
			return nil, err
		}
		c.levels = encoded
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(encoded)))
		dst = append(dst, encoded...)
	}
	return dst, nil
}

// appendPage compresses a page and appends it with its header.
func (c *columnEncoder) appendPage(dst []byte, header *format.PageHeader, body []byte) ([]byte, error) {
	header.UncompressedPageSize = int32(len(body))
	if len(body) > math.MaxInt32 {
		return nil, sqlerr.New("INTERNAL_ERROR", sqlerr.Pos{}, "A page of column `%s` exceeds 2 GB.", c.leaf.name())
	}
	packed := body
	if c.codec.CompressionCodec() != format.Uncompressed {
		var err error
		if packed, err = c.codec.Encode(c.arenaFor(len(body)), body); err != nil {
			return nil, err
		}
		c.codes = packed[:0] // reuse as scratch
	}
	header.CompressedPageSize = int32(len(packed))
	header.CRC = int32(crc32.ChecksumIEEE(packed))
	c.header.Reset()
	if err := thrift.NewEncoder(c.protocol.NewWriter(&c.header)).Encode(header); err != nil {
		return nil, err
	}
	c.uncompressed += int64(c.header.Len() + len(body))
	dst = append(dst, c.header.Bytes()...)
	return append(dst, packed...), nil
}

// arenaFor returns scratch for a compressed page. The codes are already in the page's body.
func (c *columnEncoder) arenaFor(n int) []byte { return reserve(c.codes, n) }
