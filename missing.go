package sparrow

import (
	"context"
	"maps"
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// named is a column of the result with its reference.
type named struct {
	types.Field
	Column
}

// selected lists columns of the result by name, all without names. A name that is not there is an error.
func (df *DataFrame) selected(names []string) ([]named, error) {
	s, err := df.sqlSchema(context.Background())
	if err != nil {
		return nil, err
	}
	var out []named
	for _, f := range s {
		if len(names) == 0 || contains(names, f.Name) {
			out = append(out, named{f, Column{e: &expr.Name{Parts: []string{f.Name}}}})
		}
	}
	for _, n := range names {
		if s.Index(n) < 0 {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", sqlerr.Pos{}, "A column, variable, or function parameter with name %s cannot be resolved.", types.Quote(n)).
				WithHint("The columns are %v.", df.Columns())
		}
	}
	return out, nil
}

// replaced puts expressions in the place of columns.
func (df *DataFrame) replaced(names []string, f func(c named) (Column, bool)) *DataFrame {
	cols, err := df.selected(names)
	if err != nil {
		return df.failed(err)
	}
	var list []Column
	for _, c := range cols {
		if e, ok := f(c); ok {
			list = append(list, e.As(c.Name))
		}
	}
	if len(list) == 0 {
		return df
	}
	return df.WithColumns(list...)
}

// FillNA puts a value in the place of nulls, and of NaN, in the named columns, in all without names. A number goes into numeric columns, a string
// into strings, a bool into booleans; other columns stay.
func (df *DataFrame) FillNA(value any, columns ...string) *DataFrame {
	_, t, err := literalOf(value)
	if err != nil {
		return df.failed(err)
	}
	if !t.IsNumeric() && t.Kind != types.String && t.Kind != types.Boolean {
		return df.failed(sqlerr.New("UNSUPPORTED_DATATYPE", sqlerr.Pos{}, "Nulls are filled by a number, a string or a bool, not by %T.", value))
	}
	return df.replaced(columns, func(c named) (Column, bool) { return c.filled(value, t) })
}

func (c named) filled(value any, t types.Type) (Column, bool) {
	if !c.Type.SameShape(t) && !(c.Type.IsNumeric() && t.IsNumeric()) {
		return Column{}, false
	}
	return Call("coalesce", c.known(), Lit(value).Cast(c.Type.String())), true
}

// known is the column with null for NaN.
func (c named) known() Column {
	if c.Type.IsFloating() {
		return When(c.IsNaN().Not(), c.Column).Column
	}
	return c.Column
}

// FillNAs is FillNA with a value for each column.
func (df *DataFrame) FillNAs(values map[string]any) *DataFrame {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		df = df.FillNA(values[name], name)
	}
	return df
}

// DropNA leaves rows out in which one of the named columns, or of all, is null or NaN.
func (df *DataFrame) DropNA(columns ...string) *DataFrame {
	return df.dropNA(columns, func(n int) int { return n })
}

// DropAllNA leaves rows out in which all of the named columns, or all, are null or NaN.
func (df *DataFrame) DropAllNA(columns ...string) *DataFrame {
	return df.dropNA(columns, func(int) int { return 1 })
}

// DropNAThresh leaves rows out in which fewer than least of the named columns, or of all, are neither null nor NaN.
func (df *DataFrame) DropNAThresh(least int, columns ...string) *DataFrame {
	return df.dropNA(columns, func(int) int { return least })
}

func (df *DataFrame) dropNA(columns []string, least func(n int) int) *DataFrame {
	cols, err := df.selected(columns)
	if err != nil {
		return df.failed(err)
	}
	if want := least(len(cols)); want < len(cols) {
		count := Lit(0)
		for _, c := range cols {
			count = count.Add(When(c.known().IsNotNull(), 1).Otherwise(0))
		}
		return df.Filter(count.Ge(want))
	}
	for _, c := range cols {
		df = df.Filter(c.known().IsNotNull())
	}
	return df
}

// Replace puts other values in the place of values, old ones to new ones, in the named columns, in all without names. Numbers change in numeric
// columns, strings in strings, bools in booleans; a new value of nil is NULL.
func (df *DataFrame) Replace(values map[any]any, columns ...string) *DataFrame {
	type pair struct {
		from, to any
		t        types.Type
	}
	var pairs []pair
	for from, to := range values {
		_, t, err := literalOf(from)
		if err != nil {
			return df.failed(err)
		}
		pairs = append(pairs, pair{from, to, t})
	}
	return df.replaced(columns, func(c named) (Column, bool) {
		k := CaseWhen{Column{e: &expr.Case{}}}
		any := false
		for _, p := range pairs {
			if c.Type.SameShape(p.t) || c.Type.IsNumeric() && p.t.IsNumeric() {
				k, any = k.When(c.Eq(p.from), Lit(p.to).Cast(c.Type.String())), true
			}
		}
		return k.Otherwise(c.Column), any
	})
}
