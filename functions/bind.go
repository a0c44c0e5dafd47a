package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// BindOptions are the parts of a call beside its arguments. The zero value is a plain ANSI call.
type BindOptions struct {
	// Mode is ANSI or Try; ANSI becomes Legacy when Env says so.
	Mode expr.Mode
	Env  *expr.Env
	Pos  sqlerr.Pos

	// For aggregates.
	Distinct    bool
	Filter      expr.Expr
	Order       []expr.SortKey
	IgnoreNulls bool
}

// base is the mode of implicit casts: what the session says, whatever the call itself does with errors.
func (o *BindOptions) base() expr.Mode {
	if o.Env != nil && !o.Env.ANSI || o.Env == nil && o.Mode == expr.Legacy {
		return expr.Legacy
	}
	return expr.ANSI
}

func (o *BindOptions) mode() expr.Mode {
	if o.Mode == expr.ANSI {
		return o.base()
	}
	return o.Mode
}

// Bind makes a call of resolved arguments: it chooses the overload, casts the arguments to it and finds the result's type and nullability.
// The result is an *expr.Call, an *expr.Aggregate, or what the function's Rewrite made of it. Named arguments are put in their places.
// Errors are of the conditions WRONG_NUM_ARGS, DATATYPE_MISMATCH, and those of named arguments.
func Bind(f *expr.Func, args []expr.Expr, o BindOptions) (expr.Expr, error) {
	if f == nil {
		return nil, sqlerr.Internal("call of an unknown function")
	}
	args, err := placeNamed(f, args, o.Pos)
	if err != nil {
		return nil, err
	}
	res, err := resolve(f, args, &o)
	if err != nil {
		if e := sqlerr.As(err); e != nil {
			e.At(o.Pos)
		}
		return nil, err
	}
	if res.Args != nil {
		args = res.Args
	}
	args, order := coerce(args, o.Order, res.Params, o.base())
	c := &expr.Call{Base: expr.Base{At: o.Pos}, Func: f, Args: args, T: res.Result, Mode: o.mode()}
	c.Null = nullable(c, res)
	if f.Kind == expr.Generator && f.Output != nil {
		c.T = types.StructOf(f.Output(expr.SpecOf(c, o.Env))...)
	}
	if f.Rewrite != nil {
		return rewrite(c, order, &o)
	}
	if f.Kind != expr.AggregateFunc {
		return c, nil
	}
	return aggregate(c, order, &o), nil
}

// Call binds a built-in by name with default options.
func Call(name string, args ...expr.Expr) (expr.Expr, error) {
	f := Lookup(name)
	if f == nil {
		return nil, sqlerr.Internal("no function %q", name)
	}
	return Bind(f, args, BindOptions{})
}

func resolve(f *expr.Func, args []expr.Expr, o *BindOptions) (*expr.Resolution, error) {
	if f.Resolve == nil {
		return resolveSigs(f, args, o)
	}
	return f.Resolve(&expr.Resolving{Func: f, Args: args, Order: o.Order, Mode: o.mode(), Env: o.Env, Pos: o.Pos})
}

// coerce casts the arguments, and where there are more parameters the keys of the order, to the parameter types.
func coerce(args []expr.Expr, order []expr.SortKey, params []types.Type, mode expr.Mode) ([]expr.Expr, []expr.SortKey) {
	var out []expr.Expr
	for i, a := range args {
		if i >= len(params) {
			break
		}
		if c := ImplicitCast(a, params[i], mode); c != a {
			if out == nil {
				out = slices.Clone(args)
			}
			out[i] = c
		}
	}
	if out == nil {
		out = args
	}
	for k := len(args); k < len(params) && k-len(args) < len(order); k++ {
		if k == len(args) {
			order = slices.Clone(order)
		}
		key := &order[k-len(args)]
		key.Expr = ImplicitCast(key.Expr, params[k], mode)
	}
	return out, order
}

// ImplicitCast returns e as a value of a type, by a cast that column names do not show. A lambda's body is cast. Types that differ only in the
// nullability of nested values, field names or char lengths need no cast.
func ImplicitCast(e expr.Expr, to types.Type, mode expr.Mode) expr.Expr {
	from := e.Type()
	if from.Equal(to) || from.SameShape(to) && from.Kind != types.Null {
		return e
	}
	base := expr.Base{At: e.Pos()}
	switch x := e.(type) {
	case *expr.Literal:
		if x.Value == nil {
			return &expr.Literal{Base: base, T: to}
		}
	case *expr.Call:
		if from.Kind == types.Null && x.Func.AlwaysNull { // raise_error: it fails in any type, and a cast of NULL would be dropped
			d := *x
			d.T = to
			return &d
		}
	case *expr.Lambda:
		return &expr.Lambda{Base: base, Params: x.Params, Body: ImplicitCast(x.Body, to, mode)}
	}
	return &expr.Cast{Base: base, Child: e, To: to, Mode: mode, Implicit: true}
}

func nullable(c *expr.Call, res *expr.Resolution) bool {
	f := c.Func
	switch {
	case res.Nullable != nil:
		return *res.Nullable
	case f.NeverNull:
		return false
	case f.AlwaysNull, f.Kind == expr.AggregateFunc, f.Fallible && c.Mode != expr.ANSI:
		return true
	}
	for _, a := range c.Args {
		if a.Nullable() {
			return true
		}
	}
	return false
}

func aggregate(c *expr.Call, order []expr.SortKey, o *BindOptions) *expr.Aggregate {
	return &expr.Aggregate{Base: c.Base, Func: c.Func, Args: c.Args, Distinct: o.Distinct, IgnoreNulls: o.IgnoreNulls, Filter: o.Filter,
		Order: order, T: c.T, Null: c.Null, Mode: c.Mode}
}

// rewrite replaces the call. Aggregates in the replacement take over the call's DISTINCT, FILTER and order.
func rewrite(c *expr.Call, order []expr.SortKey, o *BindOptions) (expr.Expr, error) {
	e, err := c.Func.Rewrite(c)
	if err != nil || c.Func.Kind != expr.AggregateFunc {
		return e, err
	}
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		a, ok := x.(*expr.Aggregate)
		if !ok {
			return x
		}
		b := *a
		b.Distinct = b.Distinct || o.Distinct
		b.IgnoreNulls = b.IgnoreNulls || o.IgnoreNulls
		if b.Filter == nil {
			b.Filter = o.Filter
		}
		if b.Order == nil {
			b.Order = order
		}
		return &b
	}), nil
}
