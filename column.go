package sparrow

import (
	"errors"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/types"
)

// Column is an expression over the columns of a DataFrame: Col("price").Mul(Lit(2)).As("double"). It has a meaning once a DataFrame uses it.
// Operands are given as Column or as Go values, which stand for themselves (see Lit).
type Column struct {
	e   expr.Expr
	err error
}

// Col refers to a column by name; "t.a" is column a of t, or field a of the struct t, "*" all columns. Names that hold a point are quoted by
// back-ticks.
func Col(name string) Column {
	if name == "*" {
		return Column{e: &expr.Star{}}
	}
	e, err := sql.ParseExpr(name, sql.Options{})
	if n, ok := e.(*expr.Name); err == nil && ok {
		return Column{e: n}
	}
	if s, ok := e.(*expr.Star); err == nil && ok {
		return Column{e: s}
	}
	return Column{e: &expr.Name{Parts: []string{name}}}
}

// Lit is a constant: nil, a bool, number, string, []byte, time.Time, time.Duration, Decimal, Interval or []any of those. A Column stays as it is.
func Lit(v any) Column {
	if c, ok := v.(Column); ok {
		return c
	}
	value, t, err := literalOf(v)
	return Column{e: &expr.Literal{Value: value, T: t}, err: err}
}

// Expr is an expression of SQL text.
func Expr(text string) Column {
	e, err := sql.ParseExpr(text, sql.Options{})
	if err != nil {
		return Column{e: expr.Null, err: err}
	}
	return Column{e: e}
}

// Call calls a function by name: Call("upper", Col("name")).
func Call(name string, args ...any) Column { return apply(strings.Split(name, "."), args...) }

// CallDistinct calls an aggregate function over the distinct values of its arguments.
func CallDistinct(name string, args ...any) Column {
	c := Call(name, args...)
	if u, ok := c.e.(*expr.UnresolvedCall); ok {
		u.Distinct = true
	}
	return c
}

func apply(name []string, args ...any) Column {
	u := &expr.UnresolvedCall{Name: name}
	var err error
	for _, a := range args {
		c := Lit(a)
		u.Args, err = append(u.Args, c.e), errors.Join(err, c.err)
	}
	return Column{e: u, err: err}
}

func operator(symbol string, args ...any) Column { return apply([]string{symbol}, args...) }

// Add is c + v.
func (c Column) Add(v any) Column { return operator("+", c, v) }

// Sub is c - v.
func (c Column) Sub(v any) Column { return operator("-", c, v) }

// Mul is c * v.
func (c Column) Mul(v any) Column { return operator("*", c, v) }

// Div is c / v: a double or decimal.
func (c Column) Div(v any) Column { return operator("/", c, v) }

// IntDiv is c div v: a bigint.
func (c Column) IntDiv(v any) Column { return operator("div", c, v) }

// Mod is c % v, with the sign of c.
func (c Column) Mod(v any) Column { return operator("%", c, v) }

// Neg is -c.
func (c Column) Neg() Column { return apply([]string{"negative"}, c) }

// Eq is c = v.
func (c Column) Eq(v any) Column { return operator("=", c, v) }

// Ne is c <> v.
func (c Column) Ne(v any) Column { return c.Eq(v).Not() }

// Lt is c < v.
func (c Column) Lt(v any) Column { return operator("<", c, v) }

// Le is c <= v.
func (c Column) Le(v any) Column { return operator("<=", c, v) }

// Gt is c > v.
func (c Column) Gt(v any) Column { return operator(">", c, v) }

// Ge is c >= v.
func (c Column) Ge(v any) Column { return operator(">=", c, v) }

// EqNullSafe is c <=> v: true for two nulls, never null.
func (c Column) EqNullSafe(v any) Column { return operator("<=>", c, v) }

// And is three-valued AND.
func (c Column) And(v any) Column {
	d := Lit(v)
	return Column{e: &expr.And{Args: []expr.Expr{c.e, d.e}}, err: errors.Join(c.err, d.err)}
}

// Or is three-valued OR.
func (c Column) Or(v any) Column {
	d := Lit(v)
	return Column{e: &expr.Or{Args: []expr.Expr{c.e, d.e}}, err: errors.Join(c.err, d.err)}
}

// Not is three-valued NOT.
func (c Column) Not() Column { return Column{e: &expr.Not{Child: c.e}, err: c.err} }

// IsNull is c IS NULL.
func (c Column) IsNull() Column { return Call("isnull", c) }

// IsNotNull is c IS NOT NULL.
func (c Column) IsNotNull() Column { return Call("isnotnull", c) }

// IsNaN is true for NaN.
func (c Column) IsNaN() Column { return Call("isnan", c) }

// Like matches a pattern in which % is any text and _ any character.
func (c Column) Like(pattern any) Column { return Call("like", c, pattern) }

// ILike is Like without regard to case.
func (c Column) ILike(pattern any) Column { return Call("ilike", c, pattern) }

// RLike finds a regular expression.
func (c Column) RLike(pattern any) Column { return Call("rlike", c, pattern) }

// StartsWith is true for strings that begin with v.
func (c Column) StartsWith(v any) Column { return Call("startswith", c, v) }

// EndsWith is true for strings that end with v.
func (c Column) EndsWith(v any) Column { return Call("endswith", c, v) }

// Contains is true for strings that hold v.
func (c Column) Contains(v any) Column { return Call("contains", c, v) }

// Substr is the part of n characters from pos, which counts from 1.
func (c Column) Substr(pos, n any) Column { return Call("substr", c, pos, n) }

// Between is c >= lo AND c <= hi.
func (c Column) Between(lo, hi any) Column { return c.Ge(lo).And(c.Le(hi)) }

// In is membership in a list of values.
func (c Column) In(values ...any) Column {
	in, err := &expr.In{Child: c.e}, c.err
	for _, v := range values {
		d := Lit(v)
		in.List, err = append(in.List, d.e), errors.Join(err, d.err)
	}
	return Column{e: in, err: err}
}

// Cast converts to a type by its SQL name ("decimal(10,2)"); a value that does not fit is an error of the query.
func (c Column) Cast(to string) Column { return c.cast(to, expr.ANSI) }

// TryCast is Cast that gives NULL for a value that does not fit.
func (c Column) TryCast(to string) Column { return c.cast(to, expr.Try) }

func (c Column) cast(to string, mode expr.Mode) Column {
	t, err := sql.ParseType(to)
	if err != nil {
		return Column{e: c.e, err: errors.Join(c.err, err)}
	}
	return Column{e: &expr.Cast{Child: c.e, To: t, Mode: mode}, err: c.err}
}

// GetField is a field of a struct.
func (c Column) GetField(name string) Column {
	return Column{e: &expr.Extract{Child: c.e, Key: &expr.Literal{Value: name, T: types.StringType}, Dot: true}, err: c.err}
}

// GetItem is an element of an array, by its position from 0, or the value of a map's key.
func (c Column) GetItem(key any) Column {
	k := Lit(key)
	return Column{e: &expr.Extract{Child: c.e, Key: k.e}, err: errors.Join(c.err, k.err)}
}

// As names the column; several names are for functions that give several columns.
func (c Column) As(names ...string) Column {
	return Column{e: &expr.Alias{Child: c.e, Names: names}, err: c.err}
}

// Filter makes an aggregate function see only rows for which cond is true.
func (c Column) Filter(cond Column) Column {
	return c.changeCall("FILTER", errors.Join(c.err, cond.err), func(u *expr.UnresolvedCall) { u.Filter = cond.e })
}

// IgnoreNulls makes first, last, lag, lead, nth_value pass over nulls.
func (c Column) IgnoreNulls() Column {
	return c.changeCall("IGNORE NULLS", c.err, func(u *expr.UnresolvedCall) { u.IgnoreNulls, u.NullsSet = true, true })
}

// Over computes an aggregate, ranking or offset function over a window.
func (c Column) Over(w Window) Column {
	return c.changeCall("OVER", errors.Join(c.err, w.err), func(u *expr.UnresolvedCall) { spec := w.spec; u.Over = &spec })
}

func (c Column) changeCall(what string, err error, f func(*expr.UnresolvedCall)) Column {
	u, ok := c.e.(*expr.UnresolvedCall)
	if !ok {
		return Column{e: c.e, err: errors.Join(err, errors.New("sparrow: "+what+" needs the call of a function"))}
	}
	n := *u
	f(&n)
	return Column{e: &n, err: err}
}

// CaseWhen is CASE under construction: When(cond, value).When(…).Otherwise(value).
type CaseWhen struct{ Column }

// When begins a CASE. Without Otherwise rows that no condition takes give NULL.
func When(cond Column, value any) CaseWhen {
	return CaseWhen{Column{e: &expr.Case{}}}.When(cond, value)
}

// When adds a branch.
func (c CaseWhen) When(cond Column, value any) CaseWhen {
	v := Lit(value)
	k := *c.e.(*expr.Case)
	k.Whens = append(k.Whens[:len(k.Whens):len(k.Whens)], expr.When{Cond: cond.e, Then: v.e})
	return CaseWhen{Column{e: &k, err: errors.Join(c.err, cond.err, v.err)}}
}

// Otherwise ends the CASE with the value for all other rows.
func (c CaseWhen) Otherwise(value any) Column {
	v := Lit(value)
	k := *c.e.(*expr.Case)
	k.Else = v.e
	return Column{e: &k, err: errors.Join(c.err, v.err)}
}

// Order is a column with a direction, for OrderBy.
type Order struct {
	key expr.SortKey
	err error
}

// Asc sorts ascending, nulls first.
func (c Column) Asc() Order { return Order{expr.SortKey{Expr: c.e, NullsFirst: true}, c.err} }

// Desc sorts descending, nulls last.
func (c Column) Desc() Order { return Order{expr.SortKey{Expr: c.e, Desc: true}, c.err} }

// AscNullsLast sorts ascending, nulls last.
func (c Column) AscNullsLast() Order { return Order{expr.SortKey{Expr: c.e, NullsSet: true}, c.err} }

// DescNullsFirst sorts descending, nulls first.
func (c Column) DescNullsFirst() Order {
	return Order{expr.SortKey{Expr: c.e, Desc: true, NullsFirst: true, NullsSet: true}, c.err}
}

// Ordering is what OrderBy takes: a Column (ascending), or an Order.
type Ordering interface{ order() Order }

func (c Column) order() Order { return c.Asc() }
func (o Order) order() Order  { return o }

func orders(keys []Ordering) (out []expr.SortKey, err error) {
	for _, k := range keys {
		o := k.order()
		out, err = append(out, o.key), errors.Join(err, o.err)
	}
	return out, err
}

func exprs(cols []Column) (out []expr.Expr, err error) {
	for _, c := range cols {
		out, err = append(out, c.e), errors.Join(err, c.err)
	}
	return out, err
}

// Window describes the rows that a function sees: PartitionBy(…).OrderBy(…).RowsBetween(…).
type Window struct {
	spec expr.WindowSpec
	err  error
}

// PartitionBy begins a window over the rows with equal values of the columns; without columns over all rows.
func PartitionBy(cols ...Column) Window {
	es, err := exprs(cols)
	return Window{expr.WindowSpec{Partition: es}, err}
}

// OrderBy orders the rows of the window.
func (w Window) OrderBy(keys ...Ordering) Window {
	ks, err := orders(keys)
	w.spec.Order, w.err = ks, errors.Join(w.err, err)
	return w
}

// The bounds of frames; other values are offsets, negative for rows before.
const (
	UnboundedPreceding int64 = -1 << 63
	UnboundedFollowing int64 = 1<<63 - 1
	CurrentRow         int64 = 0
)

// RowsBetween bounds the frame by numbers of rows.
func (w Window) RowsBetween(start, end int64) Window {
	w.spec.Frame = &expr.Frame{Start: frameBound(start, false), End: frameBound(end, true)}
	return w
}

// RangeBetween bounds the frame by distances from the value of the order column.
func (w Window) RangeBetween(start, end int64) Window {
	w.spec.Frame = &expr.Frame{Range: true, Start: frameBound(start, false), End: frameBound(end, true)}
	return w
}

func frameBound(n int64, isEnd bool) expr.Bound {
	switch {
	case n == UnboundedPreceding && !isEnd:
		return expr.Bound{Kind: expr.UnboundedPreceding}
	case n == UnboundedFollowing && isEnd:
		return expr.Bound{Kind: expr.UnboundedFollowing}
	case n == CurrentRow:
		return expr.Bound{Kind: expr.CurrentRow}
	case n < 0:
		return expr.Bound{Kind: expr.Preceding, Offset: offset(-n)}
	}
	return expr.Bound{Kind: expr.Following, Offset: offset(n)}
}

// offset is an integer literal of the narrowest of int and bigint, as SQL text gives.
func offset(n int64) expr.Expr {
	if int64(int32(n)) == n {
		return &expr.Literal{Value: int32(n), T: types.IntType}
	}
	return &expr.Literal{Value: n, T: types.BigIntType}
}
