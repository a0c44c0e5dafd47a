package parquet

import (
	"bytes"
	"encoding/binary"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

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
