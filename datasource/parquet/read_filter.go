package parquet

import (
	"cmp"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
)

// filter is the conjuncts of a scan that look at the same columns, compiled once for all readers.
type filter struct {
	fields    []int // positions in the request
	predicate *eval.Predicate
}

// compileFilters groups the conjuncts by the columns they need, so that a reader can decode those, filter, and decode others only for the
// rows that are left.
func compileFilters(r *datasource.VectorRequest) ([]*filter, error) {
	at := make(map[expr.ColumnID]int, len(r.Columns))
	for i, c := range r.Columns {
		at[c.ID] = i
	}
	var fields [][]int
	var conjuncts [][]expr.Expr
	for _, e := range r.Filters {
		for _, part := range expr.Conjuncts(e) {
			var f []int
			expr.Columns(part, func(c *expr.Column) {
				if i, ok := at[c.ID]; ok && !slices.Contains(f, i) {
					f = append(f, i)
				}
			})
			slices.Sort(f)
			k := slices.IndexFunc(fields, func(g []int) bool { return slices.Equal(f, g) })
			if k < 0 {
				k = len(fields)
				fields, conjuncts = append(fields, f), append(conjuncts, nil)
			}
			conjuncts[k] = append(conjuncts[k], part)
		}
	}
	out := make([]*filter, len(fields))
	for i := range fields {
		p, err := eval.CompilePredicate(expr.Conjunction(conjuncts[i]), r.Columns, r.Env)
		if err != nil {
			return nil, err
		}
		out[i] = &filter{fields[i], p}
	}
	return out, nil
}

// step is one narrowing of a batch's rows in one reader: a filter, or a runtime filter on a field.
type step struct {
	fields   []int
	selector *eval.Selector
	slot     *datasource.KeyFilterSlot

	cost   float64 // guessed, per row
	in     float64 // rows seen and
	out    float64 // kept, decaying
	tested int64
	off    bool // a runtime filter that rejects too little

	// of a runtime filter: which entries of a dictionary pass
	known datasource.KeyFilter
	dict  *columnar.Vector
	table []uint8
	all   bool
	none  bool
	flat  columnar.Vector
	rows  []int32
}

// The share of rows above which a runtime filter is switched off, and the rows after which that is decided.
const (
	uselessShare  = 0.85
	uselessSample = 64 << 10
)

// rank orders steps: what costs little and rejects much comes first.
func (s *step) rank() float64 {
	pass := 0.4
	if s.slot != nil {
		pass = 0.5
	}
	if s.in > 1000 {
		pass = s.out / s.in
	}
	return s.cost / max(1-pass, 0.001)
}

func sortSteps(steps []*step) {
	slices.SortStableFunc(steps, func(a, b *step) int { return cmp.Compare(a.rank(), b.rank()) })
}

// measure notes how many of n rows were kept.
func (s *step) measure(n, kept int) {
	s.in, s.out = s.in+float64(n), s.out+float64(kept)
	if s.in > 1<<17 {
		s.in, s.out = s.in/2, s.out/2
	}
	s.tested += int64(n)
	if s.slot != nil && s.tested > uselessSample && s.out > uselessShare*s.in {
		s.off = true
	}
}

// selectKeys writes over dst the rows of the set whose key may be wanted. remaining is the number of rows that the dictionary will still
// serve.
func (s *step) selectKeys(f datasource.KeyFilter, v *columnar.Vector, rows columnar.Rows, remaining int64, dst []int32) []int32 {
	if v.Form != columnar.Dictionary {
		return f.Select(v, rows, dst)
	}
	if s.dict != v.Dict || s.known != f {
		if int64(v.Dict.Len) > remaining {
			return f.Select(columnar.Flatten(&s.flat, v, rows), rows, dst)
		}
		s.learn(f, v.Dict)
	}
	switch {
	case s.none:
		return dst
	case s.all && v.Valid == nil:
		return appendRows(dst, rows)
	}
	return kernel.SelectCodes(s.table, v, false, rows, dst)
}

// learn tests the entries of a dictionary.
func (s *step) learn(f datasource.KeyFilter, dict *columnar.Vector) {
	s.known, s.dict = f, dict
	s.rows = f.Select(dict, columnar.AllRows(dict.Len), s.rows[:0])
	s.table = grow(s.table, dict.Len)
	clear(s.table)
	for _, r := range s.rows {
		s.table[r] = 1
	}
	s.none, s.all = len(s.rows) == 0, len(s.rows) == dict.Len
}

func appendRows(dst []int32, rows columnar.Rows) []int32 {
	if rows.Sel != nil {
		return append(dst, rows.Sel...)
	}
	for i := range rows.N {
		dst = append(dst, int32(i))
	}
	return dst
}
