package parquet

import (
	"container/list"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// footer is what is known of a file: its metadata, its schema, and what scans measured. It is shared and, but for facts, immutable.
type footer struct {
	path   string
	size   int64
	mtime  int64
	meta   format.FileMetaData
	root   *fileNode
	leaves []*fileLeaf
	// nullsKnown tells for each chunk, by row group and column, whether its statistics have a null count, which the library's type
	// does not tell from zero.
	nullsKnown []bool

	mu sync.Mutex
	// dictionaries holds dictionary sizes by row group and column, as far as they were read.
	dictionaries map[int]dictionarySize
}

const (
	maxFooterBytes = 256 << 20
	footerGuess    = 64 << 10 // read at once from the end of a file
)

func footerError(path string, format string, args ...any) *sqlerr.Error {
	return sqlerr.New("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", sqlerr.Pos{}, "Encountered error while reading file %s. Could not read footer: %s. Please ensure that the file is in the Parquet format.", path, fmt.Sprintf(format, args...))
}

// readFooter reads and checks the footer of a file.
func readFooter(f datasource.File, o readOptions) (ft *footer, err error) {
	defer func() {
		if r := recover(); r != nil {
			ft, err = nil, footerError(f.Path, "%v", r)
		}
	}()
	in, err := os.Open(f.Path)
	if err != nil {
		return nil, openError(f.Path, err)
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		return nil, footerError(f.Path, "%v", err).WithCause(err)
	}
	raw, err := footerBytes(in, st.Size())
	if err != nil {
		return nil, footerError(f.Path, "%v", err).WithCause(err)
	}
	c := thriftCursor{b: raw}
	if c.skipStruct(0); c.bad {
		return nil, footerError(f.Path, "the metadata is damaged")
	}
	ft = &footer{path: f.Path, size: st.Size(), mtime: st.ModTime().UnixNano(), dictionaries: map[int]dictionarySize{}}
	if err := thrift.NewDecoder(new(thrift.CompactProtocol).NewReaderFromBytes(raw)).Decode(&ft.meta); err != nil {
		return nil, footerError(f.Path, "%v", err).WithCause(err)
	}
	if ft.root, ft.leaves, err = readFileSchema(ft.meta.Schema, o); err != nil {
		return nil, footerError(f.Path, "%v", err).WithCause(err)
	}
	if err := ft.check(); err != nil {
		return nil, footerError(f.Path, "%v", err)
	}
	ft.nullsKnown = nullCountsKnown(raw, len(ft.meta.RowGroups)*len(ft.leaves))
	ft.applySparkTypes()
	return ft, nil
}

func openError(path string, err error) error {
	if os.IsNotExist(err) {
		return sqlerr.New("FAILED_READ_FILE.FILE_NOT_EXIST", sqlerr.Pos{}, "Encountered error while reading file %s. File does not exist. It is possible the underlying files have been updated.", path).WithCause(err)
	}
	return sqlerr.New("FAILED_READ_FILE.NO_HINT", sqlerr.Pos{}, "Encountered error while reading file %s. %v", path, err).WithCause(err)
}

func footerBytes(in io.ReaderAt, size int64) ([]byte, error) {
	if size < 12 {
		return nil, fmt.Errorf("the file has only %d bytes", size)
	}
	tail := make([]byte, min(size, footerGuess))
	if _, err := in.ReadAt(tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	switch string(tail[len(tail)-4:]) {
	case "PAR1":
	case "PARE":
		return nil, fmt.Errorf("the file is encrypted, which is not supported")
	default:
		return nil, fmt.Errorf("the file does not end with the magic bytes PAR1")
	}
	n := int64(binary.LittleEndian.Uint32(tail[len(tail)-8:]))
	if n > size-12 || n > maxFooterBytes {
		return nil, fmt.Errorf("the footer claims %d bytes of %d", n, size)
	}
	if n+8 <= int64(len(tail)) {
		return tail[int64(len(tail))-8-n : len(tail)-8], nil
	}
	raw := make([]byte, n)
	_, err := in.ReadAt(raw, size-8-n)
	return raw, err
}

// check makes sure that row groups match the schema and chunks lie in the file.
func (f *footer) check() error {
	for g := range f.meta.RowGroups {
		rg := &f.meta.RowGroups[g]
		if rg.NumRows < 0 || len(rg.Columns) != len(f.leaves) {
			return fmt.Errorf("row group %d has %d columns and %d rows", g, len(rg.Columns), rg.NumRows)
		}
		for i := range rg.Columns {
			c := &rg.Columns[i]
			if c.FilePath != "" {
				return fmt.Errorf("row group %d is in another file, %s, which is not supported", g, c.FilePath)
			}
			if c.MetaData.Type != f.leaves[i].physical {
				return fmt.Errorf("row group %d stores column %q as %v", g, f.leaves[i].path, c.MetaData.Type)
			}
			f.leaves[i].bytes += c.MetaData.TotalCompressedSize
			start, end := chunkRange(&c.MetaData)
			if start < 4 && rg.NumRows > 0 || end < start || end > f.size || c.MetaData.NumValues < 0 {
				return fmt.Errorf("row group %d has column %q outside the file", g, f.leaves[i].path)
			}
		}
	}
	return nil
}

// chunkRange returns where a chunk's pages lie.
func chunkRange(m *format.ColumnMetaData) (start, end int64) {
	start = m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < start {
		start = m.DictionaryPageOffset
	}
	return start, start + m.TotalCompressedSize
}

// nullCountsKnown finds in the raw footer which chunks' statistics have a null count: in FileMetaData.row_groups[].columns[].meta_data.
// statistics.null_count.
func nullCountsKnown(raw []byte, chunks int) []bool {
	out := make([]bool, 0, chunks)
	c := thriftCursor{b: raw}
	c.structField(4, thriftList, func() {
		c.each(func() {
			c.structField(1, thriftList, func() {
				c.each(func() {
					known := false
					c.structField(3, thriftStruct, func() {
						c.structField(12, thriftStruct, func() {
							c.structField(3, thriftI64, func() { known = true; c.varint() })
						})
					})
					out = append(out, known)
				})
			})
		})
	})
	if c.bad || len(out) != chunks {
		return make([]bool, chunks)
	}
	return out
}

// structField walks a struct and calls f at the value of the field with the number and type.
func (c *thriftCursor) structField(want int, wantType byte, f func()) {
	id := 0
	for {
		next, typ, ok := c.field(id)
		if !ok {
			return
		}
		id = next
		if id == want && typ == wantType {
			f()
		} else {
			c.skip(typ, false, 0)
		}
	}
}

// each walks a list of structs.
func (c *thriftCursor) each(f func()) {
	n, typ := c.list()
	for i := 0; i < n && !c.bad; i++ {
		if typ != thriftStruct {
			c.skip(typ, true, 0)
			continue
		}
		f()
	}
}

// applySparkTypes takes from Spark's own schema in the footer the types that Parquet's cannot tell: intervals.
func (f *footer) applySparkTypes() {
	for _, kv := range f.meta.KeyValueMetadata {
		if kv.Key != sparkSchemaKey || !strings.Contains(kv.Value, "interval") {
			continue
		}
		var s any
		if json.Unmarshal([]byte(kv.Value), &s) == nil {
			f.root.applySpark(s)
		}
	}
}

func (n *fileNode) applySpark(s any) {
	m, _ := s.(map[string]any)
	switch n.shape {
	case nodeLeaf:
		name, _ := s.(string)
		t := sparkInterval(name)
		if t.Kind == types.YearMonth && n.typ.Kind == types.Int || t.Kind == types.DayTime && n.typ.Kind == types.BigInt {
			n.typ, n.leaf.typ = t, t
		}
		return
	case nodeList:
		n.children[0].applySpark(m["elementType"])
		n.typ = types.ArrayOf(n.children[0].typ, n.children[0].optional)
	case nodeMap:
		n.children[0].applySpark(m["keyType"])
		n.children[1].applySpark(m["valueType"])
		n.typ = types.MapOf(n.children[0].typ, n.children[1].typ, n.children[1].optional)
	case nodeStruct:
		n.applySparkFields(m)
	}
}

func (n *fileNode) applySparkFields(m map[string]any) {
	list, _ := m["fields"].([]any)
	fields := make([]types.Field, len(n.children))
	for i, c := range n.children {
		if i < len(list) {
			if f, ok := list[i].(map[string]any); ok && f["name"] == c.name {
				c.applySpark(f["type"])
			}
		}
		fields[i] = types.Field{Name: c.name, Type: c.typ, Nullable: c.optional}
	}
	n.typ = types.StructOf(fields...)
}

// sparkInterval parses "interval year to month" and its like.
func sparkInterval(name string) types.Type {
	rest, ok := strings.CutPrefix(name, "interval ")
	if !ok {
		return types.NullType
	}
	from, to, two := strings.Cut(rest, " to ")
	if !two {
		to = from
	}
	fields := map[string]types.IntervalField{"year": types.Year, "month": types.Month, "day": types.Day, "hour": types.Hour, "minute": types.Minute, "second": types.Second}
	a, ok1 := fields[from]
	b, ok2 := fields[to]
	switch {
	case !ok1 || !ok2 || a > b:
		return types.NullType
	case b <= types.Month:
		return types.YearMonthOf(a, b)
	case a >= types.Day:
		return types.DayTimeOf(a, b)
	}
	return types.NullType
}

// footerCache keeps footers of files that did not change, least recently used first out, bounded by the size of their metadata.
type footerCache struct {
	mu    sync.Mutex
	byKey map[footerKey]*list.Element
	order list.List
	bytes int64
}

type footerKey struct {
	path    string
	size    int64
	mtime   int64
	options readOptions
}

type footerEntry struct {
	key footerKey
	ft  *footer
}

// footerCacheBytes bounds the cache by estimated bytes.
const footerCacheBytes = 128 << 20

var footers = footerCache{byKey: map[footerKey]*list.Element{}}

// weight estimates the bytes a footer takes.
func (f *footer) weight() int64 {
	return 4096 + 1024*int64(len(f.leaves)) + 1024*int64(len(f.meta.RowGroups)*len(f.leaves))
}

// get returns the footer of a file, as it is now, from the cache or the file.
func (c *footerCache) get(f datasource.File, o readOptions) (*footer, error) {
	st, err := os.Stat(f.Path)
	if err != nil {
		return nil, openError(f.Path, err)
	}
	f.Size, f.ModTime = st.Size(), st.ModTime().UnixNano()
	key := footerKey{f.Path, f.Size, f.ModTime, o}
	c.mu.Lock()
	if e := c.byKey[key]; e != nil {
		c.order.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*footerEntry).ft, nil
	}
	c.mu.Unlock()
	ft, err := readFooter(f, o)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byKey[key]; e != nil {
		return e.Value.(*footerEntry).ft, nil
	}
	c.byKey[key] = c.order.PushFront(&footerEntry{key, ft})
	c.bytes += ft.weight()
	for c.bytes > footerCacheBytes && c.order.Len() > 1 {
		e := c.order.Remove(c.order.Back()).(*footerEntry)
		delete(c.byKey, e.key)
		c.bytes -= e.ft.weight()
	}
	return ft, nil
}
