package cost

import (
	"slices"
	"testing"

	"github.com/sparrow-engine/sparrow/expr"
)

func columnsFor(ids ...expr.ColumnID) (cs Columns) {
	for _, id := range ids {
		cs.set(id, Column{Distinct: float64(id)})
	}
	return cs
}

func (cs Columns) ids() (out []expr.ColumnID) {
	for _, c := range cs {
		out = append(out, c.id)
	}
	return out
}

// TestColumnsInAnyOrder sets columns out of order and twice: each is found once, with what was set last.
func TestColumnsInAnyOrder(t *testing.T) {
	cs := columnsFor(5, 1, 9, 3, 9, 1)
	if got := cs.ids(); !slices.Equal(got, []expr.ColumnID{1, 3, 5, 9}) {
		t.Fatalf("columns %v", got)
	}
	cs.set(3, Column{Distinct: 7})
	if c, ok := cs.Of(3); !ok || c.Distinct != 7 {
		t.Errorf("column 3 is %v, %v", c, ok)
	}
	for _, id := range []expr.ColumnID{0, 4, 10} {
		if c, ok := cs.Of(id); ok || c != (Column{}) {
			t.Errorf("column %d is %v, %v", id, c, ok)
		}
	}
}

func TestUnion(t *testing.T) {
	for _, x := range []struct{ a, b, want []expr.ColumnID }{
		{nil, nil, nil},
		{[]expr.ColumnID{2}, nil, []expr.ColumnID{2}},
		{nil, []expr.ColumnID{2}, []expr.ColumnID{2}},
		{[]expr.ColumnID{1, 4, 8}, []expr.ColumnID{2, 3, 9}, []expr.ColumnID{1, 2, 3, 4, 8, 9}},
		{[]expr.ColumnID{5, 6}, []expr.ColumnID{1, 2}, []expr.ColumnID{1, 2, 5, 6}},
	} {
		if got := union(columnsFor(x.a...), columnsFor(x.b...)).ids(); !slices.Equal(got, x.want) {
			t.Errorf("union(%v, %v) = %v, want %v", x.a, x.b, got, x.want)
		}
	}
}
