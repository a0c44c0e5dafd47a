package eval

import (
	"bytes"
	"cmp"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// RowEval evaluates an expression for one row as SQL describes it: recursively, from left to right, value by value. It is the oracle that compiled
// programs are tested against and is as slow as it is simple; only kernels of functions and casts, called with one row, are shared with them.
// row gives the value of a column.
func RowEval(e expr.Expr, row func(expr.ColumnID) any, env *expr.Env) (any, error) {
	r := &rowEval{row: row, env: env}
	return r.eval(e)
}

type rowEval struct {
	row func(expr.ColumnID) any
	env *expr.Env
}

func (r *rowEval) eval(e expr.Expr) (any, error) {
	switch x := e.(type) {
	case *expr.Column:
		return r.row(x.ID), nil
	case *expr.Literal:
		return x.Value, nil
	case *expr.Call:
		return r.call(x)
	case *expr.Cast:
		return r.cast(x)
	case *expr.And:
		return r.logic(x.Args, false)
	case *expr.Or:
		return r.logic(x.Args, true)
	case *expr.Not:
		v, err := r.eval(x.Child)
		if b, ok := v.(bool); ok {
			return !b, err
		}
		return nil, err
	case *expr.Case:
		return r.caseOf(x)
	case *expr.Coalesce:
		for _, a := range x.Args {
			if v, err := r.eval(a); v != nil || err != nil {
				return v, err
			}
		}
		return nil, nil
	case *expr.In:
		return r.in(x)
	case *expr.Field:
		v, err := r.eval(x.Child)
		if v == nil || err != nil {
			return nil, err
		}
		return v.([]any)[x.Index], nil
	}
	return nil, sqlerr.Internal("expression %T cannot be evaluated row by row", e).At(e.Pos())
}

// logic is AND (decisive false) or OR (decisive true).
func (r *rowEval) logic(args []expr.Expr, decisive bool) (any, error) {
	var result any = !decisive
	for _, a := range args {
		v, err := r.eval(a)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			result = nil
		case v.(bool) == decisive:
			return decisive, nil
		}
	}
	return result, nil
}

func (r *rowEval) caseOf(x *expr.Case) (any, error) {
	for _, w := range x.Whens {
		v, err := r.eval(w.Cond)
		if err != nil {
			return nil, err
		}
		if v == true {
			return r.eval(w.Then)
		}
	}
	if x.Else == nil {
		return nil, nil
	}
	return r.eval(x.Else)
}

func (r *rowEval) in(x *expr.In) (any, error) {
	if len(x.List) == 0 {
		return false, nil
	}
	v, err := r.eval(x.Child)
	if v == nil || err != nil {
		return nil, err
	}
	var result any = false
	for _, item := range x.List {
		w, err := r.eval(item)
		switch {
		case err != nil:
			return nil, err
		case w == nil:
			result = nil
		case CompareValues(v, w) == 0:
			return true, nil
		}
	}
	return result, nil
}

// CompareValues orders two Go values of one type (see package types) that are not null, as package kernel orders stored ones; nulls inside nested values
// come first and are equal.
func CompareValues(a, b any) int {
	switch x := a.(type) {
	case nil:
		if b == nil {
			return 0
		}
		return -1
	case bool:
		return cmp.Compare(bit(x), bit(b.(bool)))
	case int8:
		return cmp.Compare(x, b.(int8))
	case int16:
		return cmp.Compare(x, b.(int16))
	case int32:
		return cmp.Compare(x, b.(int32))
	case int64:
		return cmp.Compare(x, b.(int64))
	case types.Int128:
		return x.Cmp(b.(types.Int128))
	case float32:
		return kernel.CompareFloat(float64(x), float64(b.(float32)))
	case float64:
		return kernel.CompareFloat(x, b.(float64))
	case string:
		return cmp.Compare(x, b.(string))
	case []byte:
		return bytes.Compare(x, b.([]byte))
	case types.Interval:
		return kernel.CompareInterval(x, b.(types.Interval))
	case []any:
		y := b.([]any)
		for i := range min(len(x), len(y)) {
			if c := compareNullable(x[i], y[i]); c != 0 {
				return c
			}
		}
		return cmp.Compare(len(x), len(y))
	}
	return 0
}

func compareNullable(a, b any) int {
	if a != nil && b == nil {
		return 1
	}
	return CompareValues(a, b)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *rowEval) call(x *expr.Call) (any, error) {
	if op, ok := comparisons[x.Func.Op]; ok && len(x.Args) == 2 && comparableTypes(x.Args[0].Type(), x.Args[1].Type()) {
		return r.compare(x, op)
	}
	strict := x.Func.NullRule == expr.NullIfAny
	args := make([]*columnar.Vector, len(x.Args))
	lambdas := make([]expr.LambdaEval, len(x.Args))
	for i, a := range x.Args {
		if l, ok := a.(*expr.Lambda); ok {
			lambdas[i] = &rowLambda{rowEval: r, fn: l}
			args[i] = columnar.NullConstant(types.NullType, 1)
			continue
		}
		v, err := r.eval(a)
		if err != nil {
			return nil, err
		}
		if v == nil && strict {
			return nil, nil
		}
		switch x.Func.Op {
		case expr.OpIsNull:
			return v == nil, nil
		case expr.OpIsNotNull:
			return v != nil, nil
		}
		args[i] = columnar.NewConstant(a.Type(), v, 1)
	}
	if x.Func.New == nil {
		return nil, sqlerr.Internal("function %s has no kernel", x.Func.Name).At(x.Pos())
	}
	fn, err := x.Func.New(expr.SpecOf(x, r.env))
	if err != nil {
		return nil, err
	}
	return oneRow(fn, args, lambdas, x.T, x.Mode)
}

func (r *rowEval) compare(x *expr.Call, op kernel.Op) (any, error) {
	nullSafe := x.Func.Op == expr.OpNullSafeEq
	a, err := r.eval(x.Args[0])
	if err != nil || a == nil && !nullSafe {
		return nil, err
	}
	b, err := r.eval(x.Args[1])
	switch {
	case err != nil:
		return nil, err
	case nullSafe && (a == nil || b == nil):
		return a == nil && b == nil, nil
	case b == nil:
		return nil, nil
	}
	return op.Holds(CompareValues(a, b)), nil
}

func (r *rowEval) cast(x *expr.Cast) (any, error) {
	v, err := r.eval(x.Child)
	from := x.Child.Type()
	if err != nil || v == nil || sameValues(from, x.To) {
		return v, err
	}
	mode := castMode(from, x.To, x.Mode)
	fn, err := castKernel(from, x.To, castOptions{mode: mode, env: r.env.In(x.Zone), pos: x.Pos(), column: x.Column})
	if err != nil {
		return nil, err
	}
	return oneRow(fn, []*columnar.Vector{columnar.NewConstant(from, v, 1)}, nil, x.To, mode)
}

// oneRow runs a kernel for one row.
func oneRow(fn expr.Kernel, args []*columnar.Vector, lambdas []expr.LambdaEval, t types.Type, mode expr.Mode) (any, error) {
	k := &expr.KernelCall{Args: args, Rows: columnar.AllRows(1), Out: columnar.New(t, 1), Lambdas: lambdas, First: -1}
	fn(k)
	switch {
	case k.Fatal != nil:
		return nil, k.Fatal
	case k.Failed() != nil && mode == expr.ANSI:
		return nil, k.Err
	}
	return k.Out.Value(0), nil
}

// rowLambda evaluates a function literal element by element.
type rowLambda struct {
	*rowEval
	fn *expr.Lambda
}

func (l *rowLambda) Eval(outer []int32, params ...*columnar.Vector) (*columnar.Vector, error) {
	out := columnar.New(l.fn.Body.Type(), len(outer))
	for i := range outer {
		inner := &rowEval{env: l.env, row: func(id expr.ColumnID) any {
			for j, p := range l.fn.Params {
				if p.ID == id {
					return params[j].Value(i)
				}
			}
			return l.row(id)
		}}
		v, err := inner.eval(l.fn.Body)
		if err != nil {
			return nil, err
		}
		out.SetValue(i, v)
	}
	return out, nil
}
