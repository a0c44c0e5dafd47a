package parquet

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// The defaults of WriteOptions.
const (
	DefaultRowGroupRows    = 122_880
	DefaultPageRows        = 20_000
	DefaultPageBytes       = 1 << 20
	DefaultDictionaryBytes = 1 << 20
)

// WriteOptions says how a file is laid out. The zero value is a good choice.
type WriteOptions struct {
	Compression     string            // snappy (the default), zstd, gzip, lz4, brotli, none
	RowGroupRows    int               // rows of a row group
	PageRows        int               // most rows of a page
	PageBytes       int               // bytes from which a page ends, before compression
	DictionaryBytes int               // dictionary size from which a column chunk goes on without one; negative: no dictionaries
	Bloom           []string          // columns (a nested one as its path with dots) that get a bloom filter
	Metadata        map[string]string // further key-value pairs of the footer
}

// sparkSchemaKey holds Spark's own schema: it tells interval columns from the plain integers they are stored as.
const sparkSchemaKey = "org.apache.spark.sql.parquet.row.metadata"

var writeCodecs = map[string]format.CompressionCodec{
	"": format.Snappy, "snappy": format.Snappy, "zstd": format.Zstd, "gzip": format.Gzip, "lz4": format.Lz4Raw, "lz4_raw": format.Lz4Raw,
	"brotli": format.Brotli, "none": format.Uncompressed, "uncompressed": format.Uncompressed,
}

// Writer writes record batches as a Parquet file: pages with checksums, statistics, a page index, Spark's schema. It keeps one compressed row group
// in memory, which Flush ends early. It is not safe for concurrent use, but row groups can be encoded concurrently: see NewRowGroup.
type Writer struct {
	out     io.Writer
	offset  int64
	plan    *writePlan
	options WriteOptions
	limits  writeLimits
	codec   compress.Codec
	blooms  []bool // by leaf

	current *RowGroupEncoder
	rows    int64
	groups  []format.RowGroup
	indexes [][]*format.ColumnIndex
	offsets [][]format.OffsetIndex
	err     error
	closed  bool
}

// NewWriter starts a file. The batches must have the schema; nullable fields become OPTIONAL.
func NewWriter(out io.Writer, schema *arrow.Schema, o WriteOptions) (*Writer, error) {
	plan, err := newWritePlan(schema)
	if err != nil {
		return nil, err
	}
	codec, ok := writeCodecs[strings.ToLower(o.Compression)]
	if !ok {
		return nil, sqlerr.New("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", sqlerr.Pos{}, "The codec %s is not available. Available codecs are brotli, gzip, lz4, none, snappy, zstd.", o.Compression)
	}
	w := &Writer{out: out, plan: plan, options: o, codec: parquet.LookupCompressionCodec(codec), blooms: make([]bool, len(plan.leaves))}
	w.options.RowGroupRows = orDefault(o.RowGroupRows, DefaultRowGroupRows)
	w.limits = writeLimits{orDefault(o.PageRows, DefaultPageRows), orDefault(o.PageBytes, DefaultPageBytes), DefaultDictionaryBytes}
	if o.DictionaryBytes != 0 {
		w.limits.dictionaryBytes = max(o.DictionaryBytes, 0)
	}
	for _, name := range o.Bloom {
		i := slices.IndexFunc(plan.leaves, func(l *writeLeaf) bool { return strings.EqualFold(l.name(), name) })
		if i < 0 {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", sqlerr.Pos{}, "A column `%s` for a bloom filter is not in the schema.", name)
		}
		if plan.leaves[i].physical == format.Boolean {
			return nil, sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The boolean column `%s` can have no bloom filter.", name)
		}
		w.blooms[i] = true
	}
	return w, w.write([]byte("PAR1"))
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

func (w *Writer) write(b []byte) error {
	n, err := w.out.Write(b)
	w.offset += int64(n)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil && w.err == nil {
		w.err = err
	}
	return err
}

func (w *Writer) usable() error {
	if w.closed && w.err == nil {
		return sqlerr.Internal("parquet writer: used after Close")
	}
	return w.err
}

// Write adds a batch. Row groups end by themselves.
func (w *Writer) Write(batch arrow.RecordBatch) error {
	if err := w.usable(); err != nil {
		return err
	}
	for from := int64(0); from < batch.NumRows(); {
		if w.current == nil {
			w.current = w.NewRowGroup()
		}
		to := min(batch.NumRows(), from+int64(w.options.RowGroupRows)-w.current.rows)
		piece := batch.NewSlice(from, to)
		err := w.current.Write(piece)
		piece.Release()
		if err != nil {
			w.err = err
			return err
		}
		from = to
		if w.current.rows >= int64(w.options.RowGroupRows) {
			if err := w.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Buffered implements datasource.Buffering: the bytes of the row group that is being filled.
func (w *Writer) Buffered() int64 {
	if w.current == nil {
		return 0
	}
	return w.current.Bytes()
}

// Flush implements datasource.Buffering: it ends the row group.
func (w *Writer) Flush() error {
	if err := w.usable(); err != nil {
		return err
	}
	return w.endGroup()
}

func (w *Writer) endGroup() error {
	group := w.current
	w.current = nil
	if group == nil {
		return w.err
	}
	return w.Append(group)
}

// Append writes a row group that NewRowGroup began, after those before it. The group must not be used any more.
func (w *Writer) Append(group *RowGroupEncoder) error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := w.endGroup(); err != nil {
		return err
	}
	if group.rows == 0 {
		return nil
	}
	if err := w.append(group); err != nil && w.err == nil {
		w.err = err
	}
	return w.err
}

func (w *Writer) append(group *RowGroupEncoder) error {
	if err := group.Finish(); err != nil {
		return err
	}
	g := format.RowGroup{NumRows: group.rows, FileOffset: w.offset, Ordinal: int16(len(w.groups)), Columns: make([]format.ColumnChunk, len(group.chunks))}
	if len(w.groups) > 32767 {
		return sqlerr.New("UNSUPPORTED_FEATURE", sqlerr.Pos{}, "A Parquet file holds at most 32768 row groups.").WithHint("Write larger row groups or more files.")
	}
	indexes, offsets := make([]*format.ColumnIndex, len(group.chunks)), make([]format.OffsetIndex, len(group.chunks))
	for i, chunk := range group.chunks {
		if len(chunk.dictionary) > 0 {
			chunk.meta.DictionaryPageOffset = w.offset
			if err := w.write(chunk.dictionary); err != nil {
				return err
			}
		}
		chunk.meta.DataPageOffset = w.offset
		for p := range chunk.offsets.PageLocations {
			chunk.offsets.PageLocations[p].Offset += w.offset
		}
		if err := w.write(chunk.pages); err != nil {
			return err
		}
		indexes[i], offsets[i] = chunk.index, chunk.offsets
		g.TotalByteSize += chunk.meta.TotalUncompressedSize
		g.TotalCompressedSize += chunk.meta.TotalCompressedSize
	}
	for i, chunk := range group.chunks {
		if chunk.bloom != nil {
			chunk.meta.BloomFilterOffset, chunk.meta.BloomFilterLength = w.offset, int32(len(chunk.bloom))
			if err := w.write(chunk.bloom); err != nil {
				return err
			}
		}
		g.Columns[i].MetaData = chunk.meta
	}
	w.rows += group.rows
	w.groups, w.indexes, w.offsets = append(w.groups, g), append(w.indexes, indexes), append(w.offsets, offsets)
	group.chunks = nil
	return nil
}

// Close writes the last row group, the page index and the footer. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.closed {
		return w.err
	}
	defer func() { w.closed = true }()
	if err := w.endGroup(); err != nil {
		return err
	}
	if err := w.writeFooter(); err != nil {
		if w.err == nil {
			w.err = err
		}
		return err
	}
	return nil
}

func (w *Writer) writeFooter() error {
	var protocol thrift.CompactProtocol
	put := func(v any) (offset int64, length int32, err error) {
		b, err := thrift.Marshal(&protocol, v)
		if err != nil {
			return 0, 0, err
		}
		offset = w.offset
		return offset, int32(len(b)), w.write(b)
	}
	var err error
	for g := range w.groups {
		for c := range w.groups[g].Columns {
			if index := w.indexes[g][c]; index != nil {
				chunk := &w.groups[g].Columns[c]
				if chunk.ColumnIndexOffset, chunk.ColumnIndexLength, err = put(*index); err != nil {
					return err
				}
			}
		}
	}
	for g := range w.groups {
		for c := range w.groups[g].Columns {
			chunk := &w.groups[g].Columns[c]
			if chunk.OffsetIndexOffset, chunk.OffsetIndexLength, err = put(w.offsets[g][c]); err != nil {
				return err
			}
		}
	}
	metadata, err := w.keyValues()
	if err != nil {
		return err
	}
	if w.groups == nil {
		w.groups = []format.RowGroup{}
	}
	orders := make([]format.ColumnOrder, len(w.plan.leaves))
	for i := range orders {
		orders[i].Value = &format.TypeDefinedOrder{}
	}
	_, length, err := put(format.FileMetaData{
		Version: 1, Schema: w.plan.elements, NumRows: w.rows, RowGroups: w.groups, KeyValueMetadata: metadata, CreatedBy: "sparrow", ColumnOrders: orders,
	})
	if err != nil {
		return err
	}
	return w.write(append(binary.LittleEndian.AppendUint32(nil, uint32(length)), "PAR1"...))
}

func (w *Writer) keyValues() ([]format.KeyValue, error) {
	var out []format.KeyValue
	if s := sparkStruct(w.plan.schema.Fields()); s != nil {
		text, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		out = append(out, format.KeyValue{Key: sparkSchemaKey, Value: string(text)})
	}
	for k, v := range w.options.Metadata {
		out = append(out, format.KeyValue{Key: k, Value: v})
	}
	slices.SortFunc(out, func(a, b format.KeyValue) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// RowGroupEncoder encodes one row group in memory. Several can work at once, each used by one goroutine; Writer.Append puts them into the file.
type RowGroupEncoder struct {
	plan    *writePlan
	blooms  []bool
	columns []*columnEncoder
	rows    int64
	chunks  []*encodedChunk
}

// NewRowGroup begins a row group of any number of rows.
func (w *Writer) NewRowGroup() *RowGroupEncoder {
	g := &RowGroupEncoder{plan: w.plan, blooms: w.blooms, columns: make([]*columnEncoder, len(w.plan.leaves))}
	for i, leaf := range w.plan.leaves {
		g.columns[i] = newColumnEncoder(leaf, &w.limits, w.codec, w.blooms[i])
	}
	return g
}

// Rows returns the number of rows so far.
func (g *RowGroupEncoder) Rows() int64 { return g.rows }

// Bytes returns the memory held.
func (g *RowGroupEncoder) Bytes() (n int64) {
	for _, c := range g.columns {
		n += c.bytes()
	}
	return n
}

// Write adds a batch.
func (g *RowGroupEncoder) Write(batch arrow.RecordBatch) error {
	if g.columns == nil {
		return sqlerr.Internal("parquet writer: row group used after its end")
	}
	if !sameTypes(batch.Schema(), g.plan.schema) {
		return sqlerr.Internal("parquet writer: the batch has schema %s, the file %s", batch.Schema(), g.plan.schema)
	}
	for i, node := range g.plan.columns {
		err := node.shred(batch.Column(i), writeSlots{n: int(batch.NumRows())}, func(leaf int, values arrow.Array, s writeSlots) error {
			return g.columns[leaf].write(values, s)
		})
		if err != nil {
			return err
		}
	}
	g.rows += batch.NumRows()
	return nil
}

func sameTypes(a, b *arrow.Schema) bool {
	if a == b {
		return true
	}
	if a.NumFields() != b.NumFields() {
		return false
	}
	for i := range a.NumFields() {
		if !arrow.TypeEqual(a.Field(i).Type, b.Field(i).Type) {
			return false
		}
	}
	return true
}

// Finish encodes what is left, so that Append only has to write. It may be called once, and need not be.
func (g *RowGroupEncoder) Finish() error {
	if g.chunks != nil {
		return nil
	}
	for i, c := range g.columns {
		chunk, err := c.finish(g.blooms[i])
		if err != nil {
			return err
		}
		g.chunks = append(g.chunks, chunk)
		g.columns[i] = nil
	}
	g.columns = nil
	return nil
}
