package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func (u *nestedUses) wholes(es []expr.Expr) {
	for _, e := range es {
		u.value(e).readWhole()
	}
}

// value notes what an expression reads of its operands and returns the use of its value, nil if that has no structs or is whole anyway.
func (u *nestedUses) value(e expr.Expr) *use {
	switch x := e.(type) {
	case *expr.Column:
		return u.column(x)
	case *expr.Field:
		return u.value(x.Child).field(x.Index)
	case *expr.Case:
		if x.Operand != nil {
			u.value(x.Operand).readWhole()
		}
		var branches []expr.Expr
		for _, w := range x.Whens {
			u.value(w.Cond).readWhole()
			branches = append(branches, w.Then)
		}
		if x.Else != nil {
			branches = append(branches, x.Else)
		}
		return u.oneOf(x, branches)
	case *expr.Coalesce:
		return u.oneOf(x, x.Args)
	case *expr.Call:
		return u.call(x)
	case *expr.Aggregate:
		if x.Func.Name == "count" && !x.Distinct && len(x.Args) == 1 { // counts what is not null
			u.value(x.Args[0])
			u.wholes(x.Children()[1:])
			return nil
		}
	case *expr.Subquery:
		expr.Columns(x, func(c *expr.Column) { u.column(c).readWhole() })
	}
	u.wholes(e.Children())
	return nil
}

// oneOf is the use of an expression whose value is one of others.
func (u *nestedUses) oneOf(e expr.Expr, branches []expr.Expr) *use {
	v := newUse(e.Type())
	for _, b := range branches {
		if w := u.value(b); v != nil && !isNull(b) {
			join(v, w)
		}
	}
	return u.remember(e, v)
}

// remember notes the use of what e makes, for retyping it. One expression may stand in several places.
func (u *nestedUses) remember(e expr.Expr, v *use) *use {
	if v == nil {
		return nil
	}
	if old, ok := u.made[e]; ok {
		join(v, old)
	}
	u.made[e] = v
	return v
}

// call knows the functions that look at a collection without reading all of it.
func (u *nestedUses) call(x *expr.Call) *use {
	switch x.Func.Op {
	case expr.OpIsNull, expr.OpIsNotNull:
		u.value(x.Args[0])
		return nil
	}
	switch x.Func.Name {
	case "size", "array_size":
		u.value(x.Args[0])
		return nil
	case "getarrayitem", "get", "element_at", "try_element_at", "getmapvalue":
		u.wholes(x.Args[1:])
		v := u.value(x.Args[0])
		if x.Args[0].Type().Kind == types.Map {
			return u.remember(x, v.kid(1))
		}
		return u.remember(x, v.kid(0))
	case "slice", "reverse", "array_compact":
		u.wholes(x.Args[1:])
		return u.remember(x, u.value(x.Args[0]))
	case "map_values":
		v := newUse(x.T)
		if w := u.value(x.Args[0]); v != nil {
			join(v.kid(0), w.kid(1))
		}
		return u.remember(x, v)
	case "transform", "filter", "exists", "forall":
		return u.lambda(x)
	}
	for _, a := range x.Args {
		if l, ok := a.(*expr.Lambda); ok {
			u.wholeColumns(l.Params)
		}
	}
	u.wholes(x.Args)
	return nil
}

// lambda is a function of an array and of what is done with each element.
func (u *nestedUses) lambda(x *expr.Call) *use {
	array := u.value(x.Args[0])
	l, ok := x.Args[1].(*expr.Lambda)
	if !ok {
		array.readWhole()
		return nil
	}
	u.becomes(l.Params[0], array.kid(0))
	body := u.value(l.Body)
	switch x.Func.Name {
	case "filter":
		return u.remember(x, array)
	case "transform":
		v := newUse(x.T)
		if v != nil {
			join(v.kid(0), body)
		}
		return u.remember(x, v)
	}
	return nil
}

// of returns the use of an expression's value, as value found it.
func (u *nestedUses) of(e expr.Expr) *use {
	switch x := e.(type) {
	case *expr.Column:
		return u.columns[x.ID].find()
	case *expr.Field:
		return u.of(x.Child).kid(x.Index)
	}
	return u.made[e].find()
}

// expr returns e over the narrow columns.
func (u *nestedUses) expr(e expr.Expr) expr.Expr {
	switch x := e.(type) {
	case *expr.Column:
		return u.col(x)
	case *expr.Field:
		child, i := u.expr(x.Child), u.of(x.Child).position(x.Index)
		if child == x.Child && i == x.Index {
			return x
		}
		c := *x
		c.Child, c.Index = child, i
		return &c
	case *expr.Lambda:
		return u.lambdaExpr(x)
	}
	out := expr.RewriteChildren(e, u.expr)
	if v, ok := u.made[e]; ok {
		if t := v.narrow(e.Type()); !t.SameShape(e.Type()) {
			return as(out, t)
		}
	}
	return out
}

// as gives an expression whose operands have been narrowed the narrow type.
func as(e expr.Expr, t types.Type) expr.Expr {
	switch x := e.(type) {
	case *expr.Call:
		c := *x
		c.T = t
		return &c
	case *expr.Case:
		c := *x
		c.T = t
		c.Whens = append([]expr.When{}, x.Whens...)
		for i, w := range c.Whens {
			c.Whens[i].Then = nullOf(w.Then, t)
		}
		if c.Else != nil {
			c.Else = nullOf(c.Else, t)
		}
		return &c
	case *expr.Coalesce:
		c := *x
		c.T = t
		c.Args = append([]expr.Expr{}, x.Args...)
		for i, a := range c.Args {
			c.Args[i] = nullOf(a, t)
		}
		return &c
	}
	return e
}

// nullOf gives a NULL among branches their narrow type.
func nullOf(e expr.Expr, t types.Type) expr.Expr {
	if !isNull(e) {
		return e
	}
	return &expr.Literal{T: t}
}

func (u *nestedUses) lambdaExpr(x *expr.Lambda) expr.Expr {
	params, body := u.cols(x.Params), u.expr(x.Body)
	if params == nil && body == x.Body {
		return x
	}
	c := *x
	c.Body = body
	if params != nil {
		c.Params = params
	}
	return &c
}
