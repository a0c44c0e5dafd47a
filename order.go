package sparrow

import (
	"errors"

	"github.com/sparrow-engine/sparrow/expr"
)

// Order is a column with a direction, for OrderBy.
type Order struct {
	key expr.SortKey
	err error
}

// Asc sorts ascending, nulls first.
func (c Column) Asc() Order { return c.sorted(expr.SortKey{NullsFirst: true}) }

// AscNullsFirst is Asc.
func (c Column) AscNullsFirst() Order { return c.Asc() }

// Desc sorts descending, nulls last.
func (c Column) Desc() Order { return c.sorted(expr.SortKey{Desc: true}) }

// DescNullsLast is Desc.
func (c Column) DescNullsLast() Order { return c.Desc() }

// AscNullsLast sorts ascending, nulls last.
func (c Column) AscNullsLast() Order { return c.sorted(expr.SortKey{NullsSet: true}) }

// DescNullsFirst sorts descending, nulls first.
func (c Column) DescNullsFirst() Order {
	return c.sorted(expr.SortKey{Desc: true, NullsFirst: true, NullsSet: true})
}

func (c Column) sorted(k expr.SortKey) Order {
	e, err := c.get()
	k.Expr = e
	return Order{k, err}
}

// Ordering is what OrderBy takes: a Column (ascending), or an Order.
type Ordering interface{ order() Order }

func (c Column) order() Order { return c.Asc() }
func (o Order) order() Order  { return o }

func orders(keys []Ordering) (out []expr.SortKey, err error) {
	for _, k := range keys {
		o := Column{}.Asc() // an error
		if k != nil {
			o = k.order()
		}
		if o.key.Expr == nil { // the zero Order
			o = Column{}.Asc()
		}
		out, err = append(out, o.key), errors.Join(err, o.err)
	}
	return out, err
}

func exprs(cols []Column) (out []expr.Expr, err error) {
	for _, c := range cols {
		e, cerr := c.get()
		out, err = append(out, e), errors.Join(err, cerr)
	}
	return out, err
}
