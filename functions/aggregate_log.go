package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// groupLog keeps whole rows of all groups: values in columns in order of arrival, and beside them each row's group. Sorting by group
// is left to the end, so an update is a copy.
type groupLog struct {
	reader
	cols  []*columnar.Vector
	group []int32
	n     int // groups
}

func newGroupLog(ts []types.Type) groupLog {
	l := groupLog{}
	for _, t := range ts {
		l.cols = append(l.cols, columnar.New(t, 0))
	}
	return l
}

func (l *groupLog) Resize(n int) { l.n = max(l.n, n) }

func (l *groupLog) add(in input, args []*columnar.Vector) {
	for i, c := range l.cols {
		appendRows(c, args[i], in.sel, in.n)
	}
	l.addGroups(in)
}

func (l *groupLog) addGroups(in input) {
	l.group = slices.Grow(l.group, in.n)
	if in.groups != nil {
		l.group = append(l.group, in.groups...)
		return
	}
	old := len(l.group)
	l.group = l.group[:old+in.n]
	clear(l.group[old:])
}

// order returns the rows sorted by group, stable, and for each group where its rows begin; the last offset is the number of rows.
func (l *groupLog) order() (rows, offsets []int32) {
	offsets = make([]int32, l.n+1)
	for _, g := range l.group {
		offsets[g+1]++
	}
	for g := range l.n {
		offsets[g+1] += offsets[g]
	}
	next := slices.Clone(offsets)
	rows = make([]int32, len(l.group))
	for r, g := range l.group {
		rows[next[g]] = int32(r)
		next[g]++
	}
	return rows, offsets
}

// sorted is order with the rows of each group sorted by keys, which are the log's last columns.
func (l *groupLog) sorted(keys []expr.SortKey) (rows, offsets []int32) {
	rows, offsets = l.order()
	if len(keys) > 0 {
		cols := l.cols[len(l.cols)-len(keys):]
		for g := range l.n {
			slices.SortStableFunc(rows[offsets[g]:offsets[g+1]], func(i, j int32) int {
				return compareByKeys(keys, cols, int(i), int(j))
			})
		}
	}
	return rows, offsets
}

// lists returns the values of a column as one array a group.
func (l *groupLog) lists(t types.Type, col int, rows, offsets []int32) *columnar.Vector {
	out := columnar.New(t, l.n)
	appendRows(out.Children[0], l.cols[col], rows, len(rows))
	spans := columnar.Values[columnar.Span](out)
	for g := range spans {
		spans[g] = columnar.Span{Off: offsets[g], Len: offsets[g+1] - offsets[g]}
	}
	return out
}

// rowTypes are the log's columns, rows of a group in the order of keys, which are the last ones.
func (l *groupLog) rowTypes(keys []expr.SortKey) (ts []types.Type, order []expr.RowKey) {
	for _, c := range l.cols {
		ts = append(ts, c.Type)
	}
	for i, k := range keys {
		order = append(order, expr.RowKey{Column: len(ts) - len(keys) + i, Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	return ts, order
}

// put adds rows that take returned.
func (l *groupLog) put(groups []int32, cols []*columnar.Vector) error {
	l.add(input{n: len(groups), groups: groups}, cols)
	return nil
}

// sortedLists is lists of the first column, of which each group has the next so many rows. It is not copied.
func (l *groupLog) sortedLists(t types.Type, rows []int32) *columnar.Vector {
	out := columnar.New(t, l.n)
	out.Children[0] = l.cols[0]
	at := int32(0)
	for g := range l.n {
		columnar.Values[columnar.Span](out)[g] = columnar.Span{Off: at, Len: rows[g]}
		at += rows[g]
	}
	return out
}

// PartialTypes are an array for each column.
func (l *groupLog) PartialTypes() []types.Type {
	ts := make([]types.Type, len(l.cols))
	for i, c := range l.cols {
		ts[i] = types.ArrayOf(c.Type, true)
	}
	return ts
}

func (l *groupLog) Partial() ([]*columnar.Vector, error) {
	rows, offsets := l.order()
	out := make([]*columnar.Vector, len(l.cols))
	for i, t := range l.PartialTypes() {
		out[i] = l.lists(t, i, rows, offsets)
	}
	return out, nil
}

func (l *groupLog) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := l.skipNulls(groups, rows, partial[0])
	for c, p := range partial {
		var elems, owners []int32
		p = l.flat(p, rows.N, 0)
		spans := columnar.Values[columnar.Span](p)
		for i := range in.n {
			r, g := in.row(i)
			for k := range spans[r].Len {
				elems = append(elems, spans[r].Off+k)
				owners = append(owners, int32(g))
			}
		}
		appendRows(l.cols[c], p.Children[0], elems, len(elems))
		if c == 0 {
			l.group = append(l.group, owners...)
		}
	}
	return nil
}

// take returns all rows and forgets them.
func (l *groupLog) take() (groups *columnar.Vector, cols []*columnar.Vector) {
	groups, cols = vectorOf(types.IntType, columnar.W32, l.group), l.cols
	l.group, l.cols = nil, make([]*columnar.Vector, len(cols))
	for i, c := range cols {
		l.cols[i] = columnar.New(c.Type, 0)
	}
	return groups, cols
}

func (l *groupLog) Bytes() int64 {
	n := int64(4*cap(l.group)) + l.bytes()
	for _, c := range l.cols {
		n += vectorBytes(c)
	}
	return n
}
