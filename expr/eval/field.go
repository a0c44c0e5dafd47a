package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// field takes a field out of a struct without copying values.
type field struct {
	child node
	index int
	typ   types.Type
	flat  columnar.Vector
}

func (n *field) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	v, err := n.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	if v.Base().Width != columnar.WStruct {
		return columnar.NullConstant(n.typ, f.n), nil
	}
	c := v.Base().Children[n.index]
	switch v.Form {
	case columnar.Constant:
		if v.IsNull(0) || c.IsNull(0) {
			return columnar.NullConstant(n.typ, f.n), nil
		}
		one := columnar.Flatten(&n.flat, c, columnar.AllRows(1)).Resized(f.n)
		one.Form = columnar.Constant
		return one, nil
	case columnar.Dictionary:
		entries := n.of(c, v.Dict, columnar.AllRows(v.Dict.Len), true)
		out := columnar.NewDictionary(entries, v.Codes)
		out.Valid = v.Valid
		return out, nil
	}
	return n.of(c, v, rows, false), nil
}

// of returns a child with the nulls of its parent.
func (n *field) of(c, parent *columnar.Vector, rows columnar.Rows, flatten bool) *columnar.Vector {
	nulls := parent.MayHaveNulls()
	if c.Form == columnar.Constant && nulls || c.Form != columnar.Flat && flatten {
		c = columnar.Flatten(&n.flat, c, rows)
	}
	if !nulls {
		return c
	}
	out := c.Resized(c.Len)
	kernel.NullWhereAny(out, rows, parent)
	return out
}

// retype gives a vector another type of the same values.
type retype struct {
	child node
	typ   types.Type
	out   columnar.Vector
}

func (n *retype) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	v, err := n.child.eval(f, rows)
	if err != nil || v.Type.Equal(n.typ) {
		return v, err
	}
	n.out = *v
	n.out.Type = n.typ
	return &n.out, nil
}

// sameValues reports whether a cast between two types leaves every value as it is.
func sameValues(from, to types.Type) bool {
	if from.Kind != to.Kind {
		return false
	}
	switch to.Kind {
	case types.String:
		return to.Length == 0 || from.Length == to.Length && from.Fixed == to.Fixed
	case types.Decimal:
		return from.Precision == to.Precision && from.Scale == to.Scale
	case types.YearMonth, types.DayTime:
		return from.To <= to.To
	case types.Time:
		return from.Precision <= to.Precision
	case types.Array:
		return sameValues(from.Elem(), to.Elem())
	case types.Map:
		return sameValues(from.Key(), to.Key()) && sameValues(from.Elem(), to.Elem())
	case types.Struct:
		a, b := from.Fields(), to.Fields()
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameValues(a[i].Type, b[i].Type) {
				return false
			}
		}
	}
	return true
}
