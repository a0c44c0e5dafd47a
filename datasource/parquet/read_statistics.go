package parquet

import (
	"context"
	"math"
	"os"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

var _ datasource.Statistician = (*table)(nil)

// Statistics tells what the footers know and, from a small read a column chunk, how many distinct values dictionaries have. What was read
// is kept with the footer.
func (t *table) Statistics(ctx context.Context) (*datasource.Statistics, error) {
	files, err := t.footers(ctx)
	if err != nil {
		return nil, err
	}
	s := &datasource.Statistics{Exact: true, Columns: make([]datasource.ColumnStatistics, len(t.schema))}
	groups := 0
	for _, ft := range files {
		for g := range ft.meta.RowGroups {
			s.Rows += ft.meta.RowGroups[g].NumRows
			s.Bytes += ft.meta.RowGroups[g].TotalByteSize
			groups++
		}
	}
	c := collector{table: t, files: files, rows: s.Rows, every: max(1, (groups+maxSampledGroups-1)/maxSampledGroups)}
	defer c.close()
	for i := range t.schema {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.Columns[i] = c.column(i)
	}
	return s, nil
}

// maxSampledGroups bounds the row groups whose dictionary headers are read, for each column.
const maxSampledGroups = 64

// collector gathers the statistics of a table's columns.
type collector struct {
	table *table
	files []*footer
	rows  int64
	every int // one row group in so many is sampled
	open  *os.File
	path  string
}

func (c *collector) close() {
	if c.open != nil {
		c.open.Close()
	}
}

// sample is what the row groups say of a column.
type sample struct {
	groups, coded   int     // sampled; with dictionary codes only
	rows            float64 // of the coded ones
	entries         float64 // in all their dictionaries
	least, most     float64 // entries of a dictionary
	bytes, byteRows float64 // of string values
	disjoint        bool    // the row groups' ranges follow each other
	last            any     // the maximum of the row group before
	overflow        bool    // a chunk went on without a dictionary
}

// column collects one column.
func (c *collector) column(i int) datasource.ColumnStatistics {
	f := c.table.schema[i]
	out := datasource.ColumnStatistics{HasNulls: true, Exact: true, Width: float64(columnar.WidthOf(f.Type).Bytes())}
	s := sample{disjoint: true, least: math.Inf(1)}
	known, n := true, 0
	for _, ft := range c.files {
		node := findField(ft.root.children, f.Name)
		for g := range ft.meta.RowGroups {
			rows := ft.meta.RowGroups[g].NumRows
			if rows == 0 {
				continue
			}
			n++
			if node == nil {
				out.Nulls += rows
				continue
			}
			if node.shape != nodeLeaf {
				out.HasNulls, known = false, false
				continue
			}
			b := ft.chunkBounds(g, node.leaf)
			b.widenTo(node.typ, f.Type)
			known = c.bound(&out, &s, &b) && known
			if (n-1)%c.every == 0 {
				c.sample(&s, ft, g, node.leaf)
			}
		}
	}
	if !known || out.Min == nil {
		out.Min, out.Max, out.Exact = nil, nil, false
	}
	if f.Type.IsFloating() {
		out.Max, out.Exact = nil, false
	}
	c.distinct(&out, &s, n)
	if s.byteRows > 0 {
		out.Width = s.bytes / s.byteRows
	}
	return out
}

// bound adds a chunk's bounds; it returns false if the chunk has values of unknown range.
func (c *collector) bound(out *datasource.ColumnStatistics, s *sample, b *bounds) bool {
	if b.nullsKnown {
		out.Nulls += b.nulls
	} else {
		out.HasNulls = false
	}
	if b.min == nil {
		s.disjoint = false
		return b.allNull()
	}
	out.Exact = out.Exact && b.exact
	if s.last != nil && compareValues(b.min, s.last) < 0 {
		s.disjoint = false
	}
	s.last = b.max
	if out.Min == nil || compareValues(b.min, out.Min) < 0 {
		out.Min = b.min
	}
	if out.Max == nil || compareValues(b.max, out.Max) > 0 {
		out.Max = b.max
	}
	return true
}

// sample looks at a chunk's dictionary.
func (c *collector) sample(s *sample, ft *footer, group int, l *fileLeaf) {
	s.groups++
	rg := &ft.meta.RowGroups[group]
	m := &rg.Columns[l.index].MetaData
	entries, bytes := c.dictionary(ft, group, l)
	if l.conv.kind == convBytes {
		s.sampleBytes(m, l, float64(rg.NumRows), entries, bytes)
	}
	if entries <= 0 {
		return
	}
	if !onlyCodes(m) {
		s.overflow = true
		return
	}
	s.coded++
	s.rows += float64(rg.NumRows)
	e := float64(entries)
	s.entries += e
	s.least, s.most = min(s.least, e), max(s.most, e)
}

// sampleBytes estimates the length of strings: from the size statistics, the dictionary, or plain pages.
func (s *sample) sampleBytes(m *format.ColumnMetaData, l *fileLeaf, rows float64, entries int32, bytes int) {
	switch {
	case m.SizeStatistics.UnencodedByteArrayDataBytes > 0:
		s.bytes += float64(m.SizeStatistics.UnencodedByteArrayDataBytes)
	case entries > 0 && onlyCodes(m):
		s.bytes += rows * max(0, float64(bytes)/float64(entries)-4)
	default:
		s.bytes += max(0, float64(m.TotalUncompressedSize)-4*rows)
	}
	s.byteRows += rows
}

// onlyCodes reports whether the footer tells that all data pages of the chunk are dictionary codes.
func onlyCodes(m *format.ColumnMetaData) bool {
	data := false
	for _, e := range m.EncodingStats {
		if e.PageType != format.DataPage && e.PageType != format.DataPageV2 {
			continue
		}
		data = true
		if e.Encoding != format.RLEDictionary && e.Encoding != plainDictionary {
			return false
		}
	}
	if data {
		return true
	}
	// Without those statistics, plain may be how the dictionary was written, or pages after it.
	for _, e := range m.Encoding {
		switch e {
		case plainDictionary:
			data = true
		case format.RLE, format.BitPacked:
		default:
			return false
		}
	}
	return data
}

// dictionary returns the entries of a chunk's dictionary, -1 for none, and its bytes, from the header of its page.
func (c *collector) dictionary(ft *footer, group int, l *fileLeaf) (entries int32, bytes int) {
	key := group*len(ft.leaves) + l.index
	ft.mu.Lock()
	d, ok := ft.dictionaries[key]
	ft.mu.Unlock()
	if ok {
		return d.entries, d.bytes
	}
	d = c.readDictionaryHeader(ft, group, l)
	ft.mu.Lock()
	ft.dictionaries[key] = d
	ft.mu.Unlock()
	return d.entries, d.bytes
}

// dictionarySize is what the header of a dictionary page says.
type dictionarySize struct {
	entries int32
	bytes   int
}

func (c *collector) readDictionaryHeader(ft *footer, group int, l *fileLeaf) dictionarySize {
	none := dictionarySize{entries: -1}
	if c.path != ft.path {
		c.close()
		c.open, c.path = nil, ft.path
		if f, err := os.Open(ft.path); err == nil {
			c.open = f
		}
	}
	if c.open == nil {
		return none
	}
	start, end := chunkRange(&ft.meta.RowGroups[group].Columns[l.index].MetaData)
	raw := make([]byte, min(64, end-start))
	if _, err := c.open.ReadAt(raw, start); err != nil {
		return none
	}
	h, err := parsePageHeader(raw)
	if err != nil || h.kind != format.DictionaryPage {
		return none
	}
	return dictionarySize{int32(min(h.values, math.MaxInt32)), h.uncompressed}
}

// distinct estimates how many values a column has from the dictionaries of n row groups. That of one row group is taken as exact, though
// a writer may leave entries that no row uses: nothing may be proved by it. Dictionaries of row groups whose ranges follow each other add up. Nearly equal sizes, far below the rows, are the whole domain. Else the rows of a row group are
// taken as drawn from D values, of which one expects to see D*(1-exp(-rows/D)).
func (c *collector) distinct(out *datasource.ColumnStatistics, s *sample, n int) {
	switch {
	case s.groups == 0 || s.coded == 0 && !s.overflow:
		return
	case s.overflow || s.coded < s.groups: // too many values for a dictionary
		if out.Min == nil || !isWhole(out.Min) {
			out.Distinct, out.Error = float64(c.rows-out.Nulls), 10
		}
		return
	}
	scale := float64(n) / float64(s.groups)
	mean, rows := s.entries/float64(s.coded), s.rows/float64(s.coded)
	switch {
	case n == 1:
		out.Distinct, out.Error = s.entries, 1
	case s.disjoint:
		out.Distinct, out.Error = s.entries*scale, 1.1
	case s.most <= 1.1*s.least+2 && mean < rows/20:
		out.Distinct, out.Error = s.most, 1.1
	default:
		domain := domainOf(mean, rows)
		out.Distinct, out.Error = domain*(1-math.Exp(-float64(c.rows)/domain)), 2
	}
	out.Distinct = min(out.Distinct, float64(c.rows))
}

// isWhole reports values for which a range bounds the number of distinct ones.
func isWhole(v any) bool {
	_, ok := asInt64(v)
	_, dec := v.(types.Int128)
	return ok || dec
}

// domainOf solves seen = d*(1-exp(-rows/d)) for d.
func domainOf(seen, rows float64) float64 {
	if seen >= 0.999*rows {
		return 1000 * rows
	}
	lo, hi := seen, 1000*rows
	for range 60 {
		d := (lo + hi) / 2
		if d*(1-math.Exp(-rows/d)) < seen {
			lo = d
		} else {
			hi = d
		}
	}
	return hi
}
