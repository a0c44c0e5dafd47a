package parquet

import (
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/datasource"
)

const maxIndexBytes = 64 << 20

// readThrift decodes the structure at an offset of the file, which the footer claims to be length bytes long.
func readThrift(file io.ReaderAt, fileSize, offset int64, length int, v any) error {
	if offset < 4 || length <= 0 || length > maxIndexBytes || offset+int64(length) > fileSize {
		return fmt.Errorf("the index at offset %d lies outside the file", offset)
	}
	raw := make([]byte, length)
	if _, err := file.ReadAt(raw, offset); err != nil {
		return err
	}
	c := thriftCursor{b: raw}
	if c.skipStruct(0); c.bad {
		return fmt.Errorf("the index at offset %d is damaged", offset)
	}
	return thrift.NewDecoder(new(thrift.CompactProtocol).NewReaderFromBytes(raw)).Decode(v)
}

// pageLocations reads the offset index of a chunk; nil if there is none or it makes no sense.
func pageLocations(file io.ReaderAt, fileSize int64, c *format.ColumnChunk, rows int64) []format.PageLocation {
	var index format.OffsetIndex
	if c.OffsetIndexOffset == 0 || readThrift(file, fileSize, c.OffsetIndexOffset, int(c.OffsetIndexLength), &index) != nil {
		return nil
	}
	pages := index.PageLocations
	start, end := chunkRange(&c.MetaData)
	for i, p := range pages {
		if p.Offset < start || p.Offset >= end || p.FirstRowIndex < 0 || p.FirstRowIndex >= rows ||
			i == 0 && p.FirstRowIndex != 0 || i > 0 && (p.FirstRowIndex <= pages[i-1].FirstRowIndex || p.Offset <= pages[i-1].Offset) {
			return nil
		}
	}
	return pages
}

// rowRange is a run of rows of a row group.
type rowRange struct{ from, to int64 }

// indexedColumn is what the page index says of a column in a row group.
type indexedColumn struct {
	pages  []format.PageLocation
	bounds []bounds
}

// readColumnIndex reads the page index of a column, nil if there is none that can be used.
func readColumnIndex(file io.ReaderAt, ft *footer, group int, l *fileLeaf) *indexedColumn {
	rg := &ft.meta.RowGroups[group]
	c := &rg.Columns[l.index]
	var index format.ColumnIndex
	if c.ColumnIndexOffset == 0 || readThrift(file, ft.size, c.ColumnIndexOffset, int(c.ColumnIndexLength), &index) != nil {
		return nil
	}
	pages := pageLocations(file, ft.size, c, rg.NumRows)
	n := len(pages)
	if n == 0 || len(index.NullPages) != n || len(index.MinValues) != n || len(index.MaxValues) != n {
		return nil
	}
	out := &indexedColumn{pages: pages, bounds: make([]bounds, n)}
	for i := range out.bounds {
		b := &out.bounds[i]
		end := rg.NumRows
		if i+1 < n {
			end = pages[i+1].FirstRowIndex
		}
		b.rows = end - pages[i].FirstRowIndex
		if len(index.NullCounts) == n {
			b.nulls, b.nullsKnown = index.NullCounts[i], true
		}
		if index.NullPages[i] {
			b.nulls, b.nullsKnown = b.rows, true
			continue
		}
		b.set(l, index.MinValues[i], index.MaxValues[i])
	}
	return out
}

// at returns the bounds of the page that holds a row.
func (x *indexedColumn) at(row int64) *bounds {
	i := sort.Search(len(x.pages), func(i int) bool { return x.pages[i].FirstRowIndex > row }) - 1
	return &x.bounds[i]
}

// pageRanges returns the rows of [from, to) whose pages no predicate excludes; column finds the index, if there is one, of what a predicate
// is about.
func pageRanges(from, to int64, predicates []datasource.Predicate, columns map[*fileLeaf]*indexedColumn, column func(*datasource.Predicate) *indexedColumn) []rowRange {
	cuts := []int64{from, to}
	for _, x := range columns {
		for _, p := range x.pages {
			if p.FirstRowIndex > from && p.FirstRowIndex < to {
				cuts = append(cuts, p.FirstRowIndex)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []rowRange
	for i := 0; i+1 < len(cuts); i++ {
		of := func(p *datasource.Predicate) *bounds {
			if x := column(p); x != nil {
				return x.at(cuts[i])
			}
			return nil
		}
		if slices.ContainsFunc(predicates, func(p datasource.Predicate) bool { return excludes(&p, of) }) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].to == cuts[i] {
			out[n-1].to = cuts[i+1]
		} else {
			out = append(out, rowRange{cuts[i], cuts[i+1]})
		}
	}
	return out
}

// eachComparison calls f for the conditions that are neither AND nor OR.
func eachComparison(ps []datasource.Predicate, f func(*datasource.Predicate)) {
	for i := range ps {
		p := &ps[i]
		if p.Op == datasource.And || p.Op == datasource.Or {
			eachComparison(p.Args, f)
		} else {
			f(p)
		}
	}
}
