package parquet

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
)

// readCounts counts one reader's work until it is added to the scan's.
type readCounts struct{ pages, pagesSkipped int64 }

// scan is a planned reading of a table.
type scan struct {
	table *table
	req   *datasource.VectorRequest
	files []*footer // parallel to the table's; nil if no morsel is left of it
	parts []morsel
	batch int
	// inputs are the files while workers read them.
	inputs []input

	filters []*filter
	left    atomic.Int64 // rows until the limit, if there is one

	groups, groupsSkipped, pages, pagesSkipped, rows, rowsOut, columns, bytes atomic.Int64
	// indexTried and indexUsed count row groups whose page index was read and let pages be skipped.
	indexTried, indexUsed atomic.Int64
}

// morsel is a row group or a part of one.
type morsel struct {
	file, group int
	from, to    int64
}

// minPartRows is the fewest rows that are worth reading a dictionary twice.
const minPartRows = 32 << 10

// ScanVectors plans a scan; see datasource.VectorTable.
func (t *table) ScanVectors(ctx context.Context, r *datasource.VectorRequest) (datasource.VectorScan, error) {
	s := &scan{table: t, req: r, batch: r.BatchSize}
	if s.batch <= 0 {
		s.batch = columnar.BatchSize
	}
	s.left.Store(r.Limit)
	var err error
	if s.filters, err = compileFilters(r); err != nil {
		return nil, err
	}
	if s.files, err = t.footers(ctx); err != nil {
		return nil, err
	}
	s.inputs = make([]input, len(s.files))
	if t.inferred && len(s.files) > filesForNulls {
		if err := t.related(s.files); err != nil {
			return nil, err
		}
	}
	for i, ft := range s.files {
		s.planFile(i, ft)
	}
	s.split()
	return s, nil
}

// planFile adds the row groups of a file that statistics do not exclude.
func (s *scan) planFile(file int, ft *footer) {
	for g := range ft.meta.RowGroups {
		rows := ft.meta.RowGroups[g].NumRows
		if rows == 0 {
			continue
		}
		s.groups.Add(1)
		of := s.table.boundsOf(ft, g)
		if slices.ContainsFunc(s.req.Predicates, func(p datasource.Predicate) bool { return excludes(&p, of) }) {
			s.groupsSkipped.Add(1)
			continue
		}
		s.parts = append(s.parts, morsel{file, g, 0, rows})
	}
}

// split cuts row groups when there are fewer than threads.
func (s *scan) split() {
	if len(s.parts) == 0 || len(s.parts) >= s.req.Threads || s.req.Limit > 0 {
		return
	}
	per := (s.req.Threads + len(s.parts) - 1) / len(s.parts)
	var out []morsel
	for _, m := range s.parts {
		step := max((m.to+int64(per)-1)/int64(per), minPartRows)
		step = (step + int64(s.batch) - 1) / int64(s.batch) * int64(s.batch)
		for at := int64(0); at < m.to; at += step {
			out = append(out, morsel{m.file, m.group, at, min(at+step, m.to)})
		}
	}
	s.parts = out
}

// Morsels returns the number of morsels.
func (s *scan) Morsels() int { return len(s.parts) }

// Counters returns the work done so far.
func (s *scan) Counters() datasource.ScanCounters {
	return datasource.ScanCounters{RowGroups: s.groups.Load(), RowGroupsSkipped: s.groupsSkipped.Load(), Pages: s.pages.Load(),
		PagesSkipped: s.pagesSkipped.Load(), Rows: s.rows.Load(), RowsOut: s.rowsOut.Load(),
		Columns: s.columns.Load(), Bytes: s.bytes.Load()}
}

// Close ends the scan; readers are closed by their workers.
func (s *scan) Close() error { return nil }
