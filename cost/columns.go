package cost

import (
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
)

// Column is what is estimated of a column. Distinct counts values that are not null; 0 means unknown.
type Column struct {
	Distinct float64
	Min, Max float64 // of numbers and dates (decimals by value); NaN: unknown
	NullFrac float64
	Width    float64 // bytes
	// Unique tells that no value appears twice.
	Unique bool
	Source Source
}

// unknown is a column of which nothing is known.
func unknown() Column { return Column{Min: math.NaN(), Max: math.NaN()} }

// Columns are estimates of columns, ascending by column number: the search for an order of joins derives thousands of them from each other,
// and lists are merged and copied in a fraction of the time of maps.
type Columns []numbered

type numbered struct {
	id expr.ColumnID
	Column
}

func (cs Columns) find(id expr.ColumnID) (at int, ok bool) {
	lo, hi := 0, len(cs)
	for lo < hi {
		if mid := (lo + hi) / 2; cs[mid].id < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(cs) && cs[lo].id == id
}

// Of returns the estimate of a column; false and the zero Column for one that is not estimated.
func (cs Columns) Of(id expr.ColumnID) (Column, bool) {
	if i, ok := cs.find(id); ok {
		return cs[i].Column, true
	}
	return Column{}, false
}

func (cs *Columns) set(id expr.ColumnID, c Column) {
	at, ok := len(*cs), false
	if at > 0 && (*cs)[at-1].id >= id { // columns mostly come in order
		at, ok = cs.find(id)
	}
	if ok {
		(*cs)[at].Column = c
		return
	}
	*cs = slices.Insert(*cs, at, numbered{id, c})
}

// union merges the columns of two inputs, which have none in common.
func union(a, b Columns) Columns {
	out := make(Columns, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].id < b[0].id {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// Only returns s with the columns for which keep is true.
func (s *Stats) Only(keep func(expr.ColumnID) bool) *Stats {
	out := *s
	out.Columns = make(Columns, 0, len(s.Columns))
	for _, c := range s.Columns {
		if keep(c.id) {
			out.Columns = append(out.Columns, c)
		}
	}
	return &out
}
