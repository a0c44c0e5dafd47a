package parquet

import (
	"maps"
	"slices"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// predicates returns the request's conjuncts and those that the runtime filters published by now amount to.
func (r *reader) predicates() []datasource.Predicate {
	ps := r.scan.req.Predicates
	for _, k := range r.scan.req.Keys {
		f := k.Load()
		if f == nil {
			continue
		}
		lo, hi, ok := f.Bounds()
		if !ok {
			continue
		}
		column := r.scan.req.Fields[k.Field]
		t := r.scan.table.schema[column].Type
		if !fits(t, lo) || !fits(t, hi) {
			continue
		}
		ps = append(ps[:len(ps):len(ps)], datasource.Predicate{Column: column, Op: datasource.Ge, Value: goInt(t, lo)},
			datasource.Predicate{Column: column, Op: datasource.Le, Value: goInt(t, hi)})
	}
	return ps
}

// fits reports whether x is a value of an integer, date or decimal type.
func fits(t types.Type, x int64) bool {
	switch t.Kind {
	case types.TinyInt:
		return x == int64(int8(x))
	case types.SmallInt:
		return x == int64(int16(x))
	case types.Int, types.Date:
		return x == int64(int32(x))
	case types.BigInt, types.Decimal:
		return true
	}
	return false
}

// excluded reports whether what is known by now excludes the row group of a morsel.
func (r *reader) excluded(m morsel) bool {
	of := r.scan.table.boundsOf(r.ft, m.group)
	for _, p := range r.predicates() {
		if excludes(&p, of) {
			return true
		}
	}
	return r.bloomExcludes(m.group, r.scan.req.Predicates)
}

// Page indexes are read for every row group while they help, and for one in indexRetry when they did not help in the first few.
const (
	indexTrials = 4
	indexRetry  = 32
)

// pageRanges cuts what the page index excludes from the rows of a morsel.
func (r *reader) pageRanges(m morsel, all []rowRange) []rowRange {
	s := r.scan
	ps := r.predicates()
	if len(ps) == 0 {
		return all
	}
	tried := s.indexTried.Add(1)
	if s.indexUsed.Load() == 0 && tried > indexTrials && tried%indexRetry != 0 {
		return all
	}
	indexed := map[*fileLeaf]*indexedColumn{}
	eachComparison(ps, func(p *datasource.Predicate) {
		leaf := s.table.leafOf(r.ft, p)
		if _, known := indexed[leaf]; leaf == nil || known {
			return
		}
		x := readColumnIndex(r.file, r.ft, m.group, leaf)
		if x != nil && len(x.pages) <= 1 {
			x = nil
		}
		indexed[leaf] = x
	})
	maps.DeleteFunc(indexed, func(_ *fileLeaf, x *indexedColumn) bool { return x == nil })
	if len(indexed) == 0 {
		return all
	}
	out := pageRanges(m.from, m.to, ps, indexed, func(p *datasource.Predicate) *indexedColumn { return indexed[s.table.leafOf(r.ft, p)] })
	if !slices.Equal(out, all) {
		s.indexUsed.Add(1)
	}
	return out
}
