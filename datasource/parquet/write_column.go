package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go/bloom"
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

// indexBytes is the length strings are cut to in the column index; a bound need not be a value there.
const indexBytes = 64

func (c *columnEncoder) addIndex() {
	low, high, ok := c.values.bounds()
	empty := c.nulls == c.slots
	if !ok && !empty {
		c.unordered = true
	}
	if !ok {
		low, high = []byte{}, []byte{}
	}
	c.index.NullPages = append(c.index.NullPages, empty)
	c.index.NullCounts = append(c.index.NullCounts, int64(c.nulls))
	c.index.MinValues = append(c.index.MinValues, low)
	c.index.MaxValues = append(c.index.MaxValues, high)
}

// compare compares two plain values.
func (l *writeLeaf) compare(a, b []byte) int {
	switch l.physical {
	case format.Int32, format.Float:
		return compareWords(l.order, int32(binary.LittleEndian.Uint32(a)), int32(binary.LittleEndian.Uint32(b)))
	case format.Int64, format.Double:
		return compareWords(l.order, int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)))
	}
	return compareBytes(l.order, a, b)
}

func compareWords[T word](order writeOrder, a, b T) int {
	var less bool
	switch order {
	case orderFloat:
		less = wordFloat(a) < wordFloat(b)
		if wordFloat(a) == wordFloat(b) {
			return 0
		}
	case orderUnsigned:
		less = uint64(a) < uint64(b) // sign extension keeps the order of 32-bit patterns
	default:
		less = a < b
	}
	switch {
	case a == b:
		return 0
	case less:
		return -1
	}
	return 1
}

// encodedChunk is a finished column chunk; places count from its first byte.
type encodedChunk struct {
	dictionary []byte
	pages      []byte
	bloom      []byte // header and bits
	meta       format.ColumnMetaData
	index      *format.ColumnIndex
	offsets    format.OffsetIndex
}

// finish ends the chunk.
func (c *columnEncoder) finish(wantBloom bool) (*encodedChunk, error) {
	if err := c.flush(); err != nil {
		return nil, err
	}
	out := &encodedChunk{pages: c.pages, offsets: c.offsets}
	encodings := []format.Encoding{}
	if c.allPages > 0 { // the values or the dictionary
		encodings = append(encodings, format.Plain)
	}
	if c.leaf.maxDef > 0 || c.leaf.maxRep > 0 {
		encodings = append(encodings, format.RLE)
	}
	var stats []format.PageEncodingStats
	if c.dictPages > 0 {
		body, count := c.values.dictionary()
		header := format.PageHeader{Type: format.DictionaryPage}
		header.DictionaryPageHeader.Set(format.DictionaryPageHeader{NumValues: int32(count), Encoding: format.Plain})
		var err error
		if out.dictionary, err = c.appendPage(nil, &header, body); err != nil {
			return nil, err
		}
		encodings = append(encodings, format.RLEDictionary)
		stats = append(stats, format.PageEncodingStats{PageType: format.DictionaryPage, Encoding: format.Plain, Count: 1},
			format.PageEncodingStats{PageType: format.DataPage, Encoding: format.RLEDictionary, Count: c.dictPages})
	}
	if plain := c.allPages - c.dictPages; plain > 0 {
		stats = append(stats, format.PageEncodingStats{PageType: format.DataPage, Encoding: format.Plain, Count: plain})
	}
	out.meta = format.ColumnMetaData{
		Type: c.leaf.physical, Encoding: encodings, PathInSchema: c.leaf.path, Codec: c.codec.CompressionCodec(), NumValues: c.chunkSlots,
		TotalUncompressedSize: c.uncompressed, TotalCompressedSize: int64(len(out.dictionary) + len(out.pages)),
		Statistics: c.statistics(), EncodingStats: stats,
	}
	if c.leaf.order != orderNone && !c.unordered {
		out.index = c.finishIndex()
	}
	if wantBloom {
		var err error
		if out.bloom, err = c.bloomFilter(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// maxStatistic is the longest string kept in a chunk's statistics. Longer ones are left out, not cut: an old reader may take a bound for a value.
const maxStatistic = 1024

func (c *columnEncoder) statistics() format.Statistics {
	s := format.Statistics{NullCount: c.chunkNulls}
	if c.leaf.order == orderNone || c.unordered {
		return s
	}
	for i, empty := range c.index.NullPages {
		if empty {
			continue
		}
		if low := c.index.MinValues[i]; s.MinValue == nil || c.leaf.compare(low, s.MinValue) < 0 {
			s.MinValue = low
		}
		if high := c.index.MaxValues[i]; s.MaxValue == nil || c.leaf.compare(high, s.MaxValue) > 0 {
			s.MaxValue = high
		}
	}
	if len(s.MinValue) > maxStatistic || len(s.MaxValue) > maxStatistic {
		s.MinValue, s.MaxValue = nil, nil
	}
	return s
}

// finishIndex finds the order of the pages' bounds and cuts long strings. It returns nil if a bound cannot be cut.
func (c *columnEncoder) finishIndex() *format.ColumnIndex {
	index := c.index
	ascending, descending := true, true
	last := -1
	for i, empty := range index.NullPages {
		if empty {
			continue
		}
		if last >= 0 {
			low, high := c.leaf.compare(index.MinValues[last], index.MinValues[i]), c.leaf.compare(index.MaxValues[last], index.MaxValues[i])
			ascending = ascending && low <= 0 && high <= 0
			descending = descending && low >= 0 && high >= 0
		}
		last = i
	}
	switch {
	case ascending:
		index.BoundaryOrder = format.Ascending
	case descending:
		index.BoundaryOrder = format.Descending
	}
	if c.leaf.physical == format.ByteArray {
		for i := range index.MinValues {
			index.MinValues[i] = index.MinValues[i][:min(len(index.MinValues[i]), indexBytes)]
			if len(index.MaxValues[i]) > indexBytes {
				if index.MaxValues[i] = cutUp(index.MaxValues[i]); index.MaxValues[i] == nil {
					return nil
				}
			}
		}
	}
	return &index
}

// cutUp returns a short string that is not less than any with the same beginning, or nil if there is none. It is not always valid UTF-8; bounds
// are compared as bytes.
func cutUp(v []byte) []byte {
	out := append([]byte(nil), v[:indexBytes]...)
	for i := len(out) - 1; i >= 0; i-- {
		if out[i] != 0xFF {
			out[i]++
			return out[:i+1]
		}
	}
	return nil
}

// bloomBits is the filter's size per value; 10 bits give about 1 % false positives.
const bloomBits = 10

func (c *columnEncoder) bloomFilter() ([]byte, error) {
	hashes := c.values.hashes()
	filter := make(bloom.SplitBlockFilter, max(1, bloom.NumSplitBlocksOf(int64(len(hashes)), bloomBits)))
	filter.InsertBulk(hashes)
	header := format.BloomFilterHeader{NumBytes: int32(len(filter) * bloom.BlockSize)}
	header.Algorithm.Value = &format.SplitBlockAlgorithm{}
	header.Hash.Value = &format.XxHash{}
	header.Compression.Value = &format.BloomFilterUncompressed{}
	c.header.Reset()
	if err := thrift.NewEncoder(c.protocol.NewWriter(&c.header)).Encode(&header); err != nil {
		return nil, err
	}
	return append(bytes.Clone(c.header.Bytes()), filter.Bytes()...), nil
}
