package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// pickSpec says which row of a group pick keeps.
type pickSpec struct {
	types []types.Type // of the columns kept; the first is the result
	// key is the column whose extreme decides; rows where it is null do not take part. -1: the first or last row.
	key   int
	isMax bool
	// last tells last from first; ignoreNulls skips rows whose first column is null.
	last, ignoreNulls bool
}

// pick keeps one whole row of each group: first, last, any_value, min_by, max_by, and min and max of types without machine order.
// Kept rows are appended to a log, of which pos gives each group's; the log is rewritten when most of it is out of date.
type pick struct {
	reader
	spec pickSpec
	cols []*columnar.Vector
	pos  []int32 // -1: none yet

	cand    []int32 // a batch's best row of each group, -1: none
	touched []int32
	chosen  []int32
}

func newPick(s pickSpec) *pick {
	a := &pick{spec: s}
	a.cols = a.emptyCols()
	return a
}

func (a *pick) emptyCols() []*columnar.Vector {
	cols := make([]*columnar.Vector, len(a.spec.types))
	for i, t := range a.spec.types {
		cols[i] = columnar.New(t, 0)
	}
	return cols
}

func (a *pick) Resize(n int) {
	a.pos = resized(a.pos, n, -1)
	a.cand = resized(a.cand, n, -1)
}

func (a *pick) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	args = args[:len(a.cols)]
	var in input
	switch {
	case a.spec.key >= 0:
		in = a.skipNulls(groups, rows, args[a.spec.key])
	case a.spec.ignoreNulls:
		in = a.skipNulls(groups, rows, args[0])
	default:
		in = input{n: rows.Count(), sel: rows.Sel, groups: groups}
	}
	a.choose(in, args, rows.N)
	return nil
}

// choose finds the candidates of a batch and keeps those that win.
func (a *pick) choose(in input, args []*columnar.Vector, n int) {
	if in.n == 0 {
		return
	}
	flat := make([]*columnar.Vector, len(args))
	for i, v := range args {
		flat[i] = a.flat(v, n, i)
	}
	a.touched = a.touched[:0]
	for i := range in.n {
		r, g := in.row(i)
		switch {
		case a.cand[g] < 0:
			if a.pos[g] >= 0 && !a.replaces(flat, r, g) {
				continue
			}
			a.touched = append(a.touched, int32(g))
		case !a.beats(flat, r, int(a.cand[g])):
			continue
		}
		a.cand[g] = int32(r)
	}
	a.chosen = a.chosen[:0]
	base := a.cols[0].Len
	for i, g := range a.touched {
		a.chosen = append(a.chosen, a.cand[g])
		a.pos[g] = int32(base + i)
		a.cand[g] = -1
	}
	for i, c := range a.cols {
		appendRows(c, flat[i], a.chosen, len(a.chosen))
	}
	a.compact()
}

// replaces reports whether row r of a batch wins over the group's kept row.
func (a *pick) replaces(batch []*columnar.Vector, r, g int) bool {
	if a.spec.key < 0 {
		return a.spec.last
	}
	return a.wins(kernel.CompareNullable(batch[a.spec.key], r, a.cols[a.spec.key], int(a.pos[g])))
}

func (a *pick) beats(batch []*columnar.Vector, r, other int) bool {
	if a.spec.key < 0 {
		return a.spec.last
	}
	return a.wins(kernel.CompareNullable(batch[a.spec.key], r, batch[a.spec.key], other))
}

// wins gives the later of equal rows the prize in max_by and min_by, as Spark does.
func (a *pick) wins(c int) bool {
	if a.spec.isMax {
		return c >= 0
	}
	return c <= 0
}

func (a *pick) compact() {
	if a.cols[0].Len < 2*len(a.pos)+columnar.BatchSize {
		return
	}
	sel := make([]int32, 0, len(a.pos))
	for g, p := range a.pos {
		if p >= 0 {
			a.pos[g] = int32(len(sel))
			sel = append(sel, p)
		}
	}
	old := a.cols
	a.cols = a.emptyCols()
	for i, c := range a.cols {
		appendRows(c, old[i], sel, len(sel))
	}
}

// column returns the kept values of one column, a row a group, null for groups without a row.
func (a *pick) column(i int) *columnar.Vector {
	sel := make([]int32, len(a.pos))
	for g, p := range a.pos {
		sel[g] = max(p, 0)
	}
	out := columnar.New(a.spec.types[i], 0)
	if a.cols[i].Len == 0 {
		out.Grow(len(sel))
		out.SetAllNull()
		for _, c := range out.Children {
			if out.Width == columnar.WStruct {
				c.SetAllNull()
			}
		}
		clear(out.Data())
		return out
	}
	appendRows(out, a.cols[i], sel, len(sel))
	return setNulls(out, func(g int) bool { return a.pos[g] < 0 })
}

func (a *pick) Final() (*columnar.Vector, error) { return a.column(0), nil }

// PartialTypes are the columns, and whether there is a row: its values may be null.
func (a *pick) PartialTypes() []types.Type {
	return append(append([]types.Type{}, a.spec.types...), types.BooleanType)
}

func (a *pick) Partial() ([]*columnar.Vector, error) {
	var out []*columnar.Vector
	for i := range a.cols {
		out = append(out, a.column(i))
	}
	has := columnar.New(types.BooleanType, len(a.pos))
	for g, p := range a.pos {
		columnar.Values[uint8](has)[g] = 0
		if p >= 0 {
			columnar.Values[uint8](has)[g] = 1
		}
	}
	return append(out, has), nil
}

func (a *pick) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	has := partial[len(a.cols)]
	in := a.skipNulls(groups, rows, has)
	flags := columnar.Values[uint8](a.flat(has, rows.N, len(a.cols)))
	kept := input{sel: make([]int32, 0, in.n), groups: make([]int32, 0, in.n)}
	for i := range in.n {
		if r, g := in.row(i); flags[r] != 0 {
			kept.sel = append(kept.sel, int32(r))
			kept.groups = append(kept.groups, int32(g))
		}
	}
	kept.n = len(kept.sel)
	a.choose(kept, partial[:len(a.cols)], rows.N)
	return nil
}

func (a *pick) Bytes() int64 {
	n := int64(4*cap(a.pos)+4*cap(a.cand)+4*cap(a.touched)+4*cap(a.chosen)) + a.bytes()
	for _, c := range a.cols {
		n += vectorBytes(c)
	}
	return n
}

func newFirst(s *expr.Spec) (expr.Accumulator, error) { return newEdge(s, false) }
func newLast(s *expr.Spec) (expr.Accumulator, error)  { return newEdge(s, true) }

// newEdge makes first or last; IGNORE NULLS may also be given as a second argument.
func newEdge(s *expr.Spec, last bool) (expr.Accumulator, error) {
	ignore := s.IgnoreNulls
	if len(s.Args) > 1 {
		flag, err := constant(s, 1)
		if err != nil {
			return nil, err
		}
		ignore = ignore || flag == true
	}
	return newPick(pickSpec{types: s.Args[:1], key: -1, last: last, ignoreNulls: ignore}), nil
}

func newMinBy(s *expr.Spec) (expr.Accumulator, error) { return newBy(s, false) }
func newMaxBy(s *expr.Spec) (expr.Accumulator, error) { return newBy(s, true) }

func newBy(s *expr.Spec, isMax bool) (expr.Accumulator, error) {
	if len(s.Args) == 3 {
		return newTopBy(s, isMax)
	}
	return newPick(pickSpec{types: s.Args[:2], key: 1, isMax: isMax}), nil
}
