package sparrow

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Column is an expression over the columns of a DataFrame: Col("price").Mul(Lit(2)).As("double"). It has a meaning once a DataFrame uses it.
// Operands are given as Column or as Go values, which stand for themselves (see Lit).
type Column struct {
	e   expr.Expr
	err error
}

// get returns the expression; the zero Column has none.
func (c Column) get() (expr.Expr, error) {
	if c.err == nil && c.e == nil {
		return expr.Null, sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "A Column is empty.").WithHint("Make columns by Col, Lit, Expr or a function.")
	}
	if c.e == nil {
		return expr.Null, c.err
	}
	return c.e, c.err
}

// build makes a column of the expressions of others.
func build(f func(es []expr.Expr) expr.Expr, cols ...Column) Column {
	es, err := exprs(cols)
	return Column{e: f(es), err: err}
}

// String returns the expression as text, for messages.
func (c Column) String() string {
	e, err := c.get()
	if err != nil {
		return err.Error()
	}
	return expr.Format(e)
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

// Lit is a constant: nil, a bool, number, string, []byte, time.Time (a timestamp), time.Duration, Decimal, *big.Int, Interval, Map, or a slice, map,
// struct or pointer of those. A Column stays as it is.
func Lit(v any) Column {
	if c, ok := v.(Column); ok {
		return c
	}
	value, t, err := literalOf(v)
	return Column{e: &expr.Literal{Value: value, T: t}, err: err}
}

func lits(vs ...any) []Column {
	out := make([]Column, len(vs))
	for i, v := range vs {
		out[i] = Lit(v)
	}
	return out
}

// Expr is an expression of SQL text.
func Expr(text string) Column {
	e, err := sql.ParseExpr(text, sql.Options{})
	return Column{e: e, err: sqlerr.Attach(err, text)}
}

// Call calls a function by name: Call("upper", Col("name")). Package f has a Go function for each built-in.
func Call(name string, args ...any) Column { return apply(strings.Split(name, "."), lits(args...)) }

// CallDistinct calls an aggregate function over the distinct values of its arguments.
func CallDistinct(name string, args ...any) Column { return Call(name, args...).Distinct() }

func apply(name []string, args []Column) Column {
	return build(func(es []expr.Expr) expr.Expr { return &expr.UnresolvedCall{Name: name, Args: es} }, args...)
}

func operator(symbol string, args ...any) Column { return apply([]string{symbol}, lits(args...)) }

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
func (c Column) Neg() Column { return Call("negative", c) }

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
	return build(func(es []expr.Expr) expr.Expr { return &expr.And{Args: es} }, c, Lit(v))
}

// Or is three-valued OR.
func (c Column) Or(v any) Column {
	return build(func(es []expr.Expr) expr.Expr { return &expr.Or{Args: es} }, c, Lit(v))
}

// Not is three-valued NOT.
func (c Column) Not() Column {
	return build(func(es []expr.Expr) expr.Expr { return &expr.Not{Child: es[0]} }, c)
}

// BitAnd is c & v.
func (c Column) BitAnd(v any) Column { return operator("&", c, v) }

// BitOr is c | v.
func (c Column) BitOr(v any) Column { return operator("|", c, v) }

// BitXor is c ^ v.
func (c Column) BitXor(v any) Column { return operator("^", c, v) }

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
	return build(func(es []expr.Expr) expr.Expr { return &expr.In{Child: es[0], List: es[1:]} }, append([]Column{c}, lits(values...)...)...)
}

// Cast converts to a type by its SQL name ("decimal(10,2)"); a value that does not fit is an error of the query.
func (c Column) Cast(to string) Column { return c.cast(to, expr.ANSI) }

// TryCast is Cast that gives NULL for a value that does not fit.
func (c Column) TryCast(to string) Column { return c.cast(to, expr.Try) }

func (c Column) cast(to string, mode expr.Mode) Column {
	t, err := sql.ParseType(to)
	out := build(func(es []expr.Expr) expr.Expr { return &expr.Cast{Child: es[0], To: t, Mode: mode} }, c)
	out.err = errors.Join(out.err, sqlerr.Attach(err, to))
	return out
}

// GetField is a field of a struct.
func (c Column) GetField(name string) Column {
	return build(func(es []expr.Expr) expr.Expr {
		return &expr.Extract{Child: es[0], Key: &expr.Literal{Value: name, T: types.StringType}, Dot: true}
	}, c)
}

// GetItem is an element of an array, by its position from 0, or the value of a map's key.
func (c Column) GetItem(key any) Column {
	return build(func(es []expr.Expr) expr.Expr { return &expr.Extract{Child: es[0], Key: es[1]} }, c, Lit(key))
}

// As names the column; several names are for functions that give several columns.
func (c Column) As(names ...string) Column {
	return build(func(es []expr.Expr) expr.Expr { return &expr.Alias{Child: es[0], Names: names} }, c)
}

// Alias is As.
func (c Column) Alias(names ...string) Column { return c.As(names...) }

// Transform calls f, so that own steps stand in a chain.
func (c Column) Transform(f func(Column) Column) Column { return f(c) }

// Distinct makes an aggregate function see each value of its arguments once.
func (c Column) Distinct() Column {
	return c.changeCall("DISTINCT", nil, func(u *expr.UnresolvedCall) { u.Distinct = true })
}

// Filter makes an aggregate function see only rows for which cond is true.
func (c Column) Filter(cond Column) Column {
	e, err := cond.get()
	return c.changeCall("FILTER", err, func(u *expr.UnresolvedCall) { u.Filter = e })
}

// WithinGroup orders the rows of an aggregate function that depends on it: listagg, percentile_cont, mode.
func (c Column) WithinGroup(keys ...Ordering) Column {
	ks, err := orders(keys)
	return c.changeCall("WITHIN GROUP", err, func(u *expr.UnresolvedCall) { u.Order, u.Within = ks, true })
}

// IgnoreNulls makes first, last, lag, lead, nth_value pass over nulls.
func (c Column) IgnoreNulls() Column {
	return c.changeCall("IGNORE NULLS", nil, func(u *expr.UnresolvedCall) { u.IgnoreNulls, u.NullsSet = true, true })
}

// Over computes an aggregate, ranking or offset function over a window.
func (c Column) Over(w Window) Column {
	return c.changeCall("OVER", w.err, func(u *expr.UnresolvedCall) { spec := w.spec; u.Over = &spec })
}

func (c Column) changeCall(what string, err error, f func(*expr.UnresolvedCall)) Column {
	e, cerr := c.get()
	u, ok := e.(*expr.UnresolvedCall)
	if err = errors.Join(cerr, err); !ok {
		if err == nil {
			err = sqlerr.New("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", sqlerr.Pos{}, "Only the call of a function takes %s, not %s.", what, c)
		}
		return Column{e: e, err: err}
	}
	n := *u
	f(&n)
	return Column{e: &n, err: err}
}

// lambdaNames numbers the parameters of lambdas, so that nested ones differ.
var lambdaNames atomic.Int64

func lambda(n int, body func(params []Column) Column) Column {
	l := &expr.UnresolvedLambda{}
	params := make([]Column, n)
	for i := range params {
		name := fmt.Sprintf("x_%d", lambdaNames.Add(1))
		l.Params = append(l.Params, name)
		params[i] = Column{e: &expr.Name{Parts: []string{name}}}
	}
	e, err := body(params).get()
	l.Body = e
	return Column{e: l, err: err}
}

// Lambda is a function of one element for transform, filter, exists, forall …: f.Transform(a, Lambda(func(x Column) Column { return x.Add(1) })).
func Lambda(body func(x Column) Column) Column {
	return lambda(1, func(p []Column) Column { return body(p[0]) })
}

// Lambda2 is a function of two values: element and position, key and value, accumulator and element, the elements of two arrays.
func Lambda2(body func(x, y Column) Column) Column {
	return lambda(2, func(p []Column) Column { return body(p[0], p[1]) })
}

// Lambda3 is a function of three values: the key and both values of map_zip_with.
func Lambda3(body func(x, y, z Column) Column) Column {
	return lambda(3, func(p []Column) Column { return body(p[0], p[1], p[2]) })
}

// CaseWhen is CASE under construction: When(cond, value).When(…).Otherwise(value).
type CaseWhen struct{ Column }

// When begins a CASE. Without Otherwise rows that no condition takes give NULL.
func When(cond Column, value any) CaseWhen {
	return CaseWhen{Column{e: &expr.Case{}}}.When(cond, value)
}

// When adds a branch.
func (c CaseWhen) When(cond Column, value any) CaseWhen {
	return c.change(func(k *expr.Case, es []expr.Expr) {
		k.Whens = append(k.Whens[:len(k.Whens):len(k.Whens)], expr.When{Cond: es[0], Then: es[1]})
	}, cond, Lit(value))
}

// Otherwise ends the CASE with the value for all other rows.
func (c CaseWhen) Otherwise(value any) Column {
	return c.change(func(k *expr.Case, es []expr.Expr) { k.Else = es[0] }, Lit(value)).Column
}

func (c CaseWhen) change(f func(k *expr.Case, es []expr.Expr), cols ...Column) CaseWhen {
	es, err := exprs(cols)
	k := &expr.Case{}
	if old, ok := c.e.(*expr.Case); ok {
		*k = *old
	}
	f(k, es)
	return CaseWhen{Column{e: k, err: errors.Join(c.err, err)}}
}
