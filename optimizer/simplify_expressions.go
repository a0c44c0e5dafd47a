package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// simplifyExpressions rewrites every expression in one pass from the leaves: constants are folded, boolean logic reduced, common factors
// taken out of OR, comparisons turned so that the column is on the left, and casts removed from columns compared with literals.
//
//	1 + 2 < a                           → a > 3
//	(p AND q) OR (p AND r)              → p AND (q OR r)
//	CAST(a AS BIGINT) = 5L              → a = 5
//	NOT (a < b)                         → a >= b
//
// Folding that fails leaves the expression, since the row it stands for may never be evaluated.
func simplifyExpressions(c *Context, p logical.Plan) (logical.Plan, error) {
	s := simplifier{c}
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		predicate := false
		switch n.(type) {
		case *logical.Filter:
			predicate = true
		}
		return logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
			out := expr.Rewrite(e, s.node)
			if predicate {
				out = nullAsFalse(out)
			}
			return out
		})
	}), nil
}

// nullAsFalse replaces NULL conjuncts of a filter by false: both reject the row.
func nullAsFalse(e expr.Expr) expr.Expr {
	if l, ok := e.(*expr.Literal); ok && l.Value == nil {
		return expr.False
	}
	return e
}

type simplifier struct{ *Context }

func isTrue(e expr.Expr) bool  { l, ok := e.(*expr.Literal); return ok && l.Value == true }
func isFalse(e expr.Expr) bool { l, ok := e.(*expr.Literal); return ok && l.Value == false }
func isNull(e expr.Expr) bool  { l, ok := e.(*expr.Literal); return ok && l.Value == nil }

func (s simplifier) node(e expr.Expr) expr.Expr {
	switch x := e.(type) {
	case *expr.Call:
		if x.Func.Kind != expr.Scalar {
			return e
		}
		if f := s.fold(x, x.Args); f != nil {
			return f
		}
		return s.call(x)
	case *expr.Cast:
		if f := s.fold(x, []expr.Expr{x.Child}); f != nil {
			return f
		}
		if x.Child.Type().Equal(x.To) {
			return x.Child
		}
	case *expr.Field:
		if f := s.fold(x, []expr.Expr{x.Child}); f != nil {
			return f
		}
	case *expr.And:
		return simplifyAnd(x)
	case *expr.Or:
		return simplifyOr(x)
	case *expr.Not:
		return s.not(x)
	case *expr.Case:
		return simplifyCase(x)
	case *expr.Coalesce:
		return simplifyCoalesce(x)
	case *expr.In:
		if f := s.fold(x, x.Children()); f != nil {
			return f
		}
		if len(x.List) == 1 {
			if eq, err := functions.Call("=", x.Child, x.List[0]); err == nil {
				return eq
			}
		}
	}
	return e
}

// fold computes an expression of literals; nil if it cannot.
func (s simplifier) fold(e expr.Expr, args []expr.Expr) expr.Expr {
	for _, a := range args {
		if _, ok := a.(*expr.Literal); !ok {
			return nil
		}
	}
	if call, ok := e.(*expr.Call); ok && (call.Func.Volatile || call.Func.New == nil) {
		return nil
	}
	v, err := eval.EvalConstant(e, s.Env)
	if err != nil {
		return nil
	}
	return &expr.Literal{Base: expr.Base{At: e.Pos()}, Value: v, T: e.Type()}
}

func simplifyAnd(x *expr.And) expr.Expr {
	var args []expr.Expr
	for _, a := range expr.Conjuncts(x) {
		switch {
		case isTrue(a):
		case isFalse(a):
			return expr.False
		case containsExpr(args, a):
		default:
			args = append(args, a)
		}
	}
	if len(args) == 0 {
		return expr.True
	}
	if len(args) == len(x.Args) {
		return x
	}
	return expr.Conjunction(args)
}

func containsExpr(es []expr.Expr, e expr.Expr) bool {
	for _, x := range es {
		if expr.Equal(x, e) || mirrored(x, e) {
			return true
		}
	}
	return false
}

// mirrored reports comparisons that say the same with their sides exchanged: a = b and b = a, a < b and b > a.
func mirrored(x, y expr.Expr) bool {
	a, ok := x.(*expr.Call)
	if !ok || len(a.Args) != 2 {
		return false
	}
	name, comparison := flipped[a.Func.Op]
	if !comparison {
		return false
	}
	b, ok := y.(*expr.Call)
	return ok && b.Func.Name == name && len(b.Args) == 2 && expr.Equal(a.Args[0], b.Args[1]) && expr.Equal(a.Args[1], b.Args[0])
}

func disjuncts(e expr.Expr) []expr.Expr {
	if o, ok := e.(*expr.Or); ok {
		var out []expr.Expr
		for _, a := range o.Args {
			out = append(out, disjuncts(a)...)
		}
		return out
	}
	return []expr.Expr{e}
}

func disjunction(es []expr.Expr) expr.Expr {
	if len(es) == 1 {
		return es[0]
	}
	return &expr.Or{Args: es}
}

// simplifyOr removes constants and repetitions and takes conjuncts that every branch has out of the OR.
func simplifyOr(x *expr.Or) expr.Expr {
	var args []expr.Expr
	for _, a := range disjuncts(x) {
		switch {
		case isFalse(a):
		case isTrue(a):
			return expr.True
		case containsExpr(args, a):
		default:
			args = append(args, a)
		}
	}
	if len(args) == 0 {
		return expr.False
	}
	if len(args) == 1 {
		return args[0]
	}
	var common []expr.Expr
	for _, f := range expr.Conjuncts(args[0]) {
		all := !expr.MayFail(f) && !expr.IsVolatile(f)
		for _, a := range args[1:] {
			all = all && containsExpr(expr.Conjuncts(a), f)
		}
		if all {
			common = append(common, f)
		}
	}
	if len(common) == 0 {
		if len(args) == len(x.Args) {
			return x
		}
		return &expr.Or{Base: x.Base, Args: args}
	}
	branches := make([]expr.Expr, 0, len(args))
	for _, a := range args {
		var rest []expr.Expr
		for _, f := range expr.Conjuncts(a) {
			if !containsExpr(common, f) {
				rest = append(rest, f)
			}
		}
		if len(rest) == 0 { // p OR (p AND q) is p
			return expr.Conjunction(common)
		}
		branches = append(branches, expr.Conjunction(rest))
	}
	return expr.Conjunction(append(common, &expr.Or{Base: x.Base, Args: branches}))
}

var opposite = map[expr.Op]string{expr.OpEq: "<>", expr.OpNe: "=", expr.OpLt: ">=", expr.OpLe: ">", expr.OpGt: "<=", expr.OpGe: "<",
	expr.OpIsNull: "isnotnull", expr.OpIsNotNull: "isnull"}

func (s simplifier) not(x *expr.Not) expr.Expr {
	switch c := x.Child.(type) {
	case *expr.Literal:
		if v, ok := c.Value.(bool); ok {
			return &expr.Literal{Value: !v, T: types.BooleanType}
		}
		return c
	case *expr.Not:
		return c.Child
	case *expr.Call:
		if name, ok := opposite[c.Func.Op]; ok {
			if o, err := functions.Call(name, c.Args...); err == nil {
				return o
			}
		}
	case *expr.Or:
		args := make([]expr.Expr, len(c.Args))
		for i, a := range c.Args {
			args[i] = s.node(&expr.Not{Child: a})
		}
		return &expr.And{Base: x.Base, Args: args}
	}
	return x
}

func simplifyCase(x *expr.Case) expr.Expr {
	var whens []expr.When
	for _, w := range x.Whens {
		if isFalse(w.Cond) || isNull(w.Cond) {
			continue
		}
		if isTrue(w.Cond) {
			if len(whens) == 0 {
				return w.Then
			}
			return &expr.Case{Base: x.Base, Whens: whens, Else: w.Then, T: x.T}
		}
		whens = append(whens, w)
	}
	if len(whens) == len(x.Whens) {
		return x
	}
	if len(whens) == 0 {
		if x.Else == nil {
			return &expr.Literal{T: x.T}
		}
		return x.Else
	}
	return &expr.Case{Base: x.Base, Whens: whens, Else: x.Else, T: x.T}
}

func simplifyCoalesce(x *expr.Coalesce) expr.Expr {
	var args []expr.Expr
	for _, a := range x.Args {
		if isNull(a) {
			continue
		}
		args = append(args, a)
		if !a.Nullable() {
			break
		}
	}
	switch len(args) {
	case 0:
		return &expr.Literal{T: x.T}
	case 1:
		return args[0]
	case len(x.Args):
		return x
	}
	return &expr.Coalesce{Base: x.Base, Args: args, T: x.T}
}

var flipped = map[expr.Op]string{expr.OpEq: "=", expr.OpNullSafeEq: "<=>", expr.OpNe: "<>", expr.OpLt: ">", expr.OpLe: ">=", expr.OpGt: "<", expr.OpGe: "<="}

// call simplifies comparisons and null tests.
func (s simplifier) call(x *expr.Call) expr.Expr {
	switch x.Func.Op {
	case expr.OpIsNull, expr.OpIsNotNull:
		if !x.Args[0].Nullable() && !expr.MayFail(x.Args[0]) {
			return &expr.Literal{Value: x.Func.Op == expr.OpIsNotNull, T: types.BooleanType}
		}
	case expr.OpEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
		if isNull(x.Args[0]) || isNull(x.Args[1]) {
			return &expr.Literal{T: types.BooleanType}
		}
		fallthrough
	case expr.OpNullSafeEq:
		if _, ok := x.Args[0].(*expr.Literal); ok {
			if f, err := functions.Call(flipped[x.Func.Op], x.Args[1], x.Args[0]); err == nil {
				if c, ok := f.(*expr.Call); ok {
					return s.unwrapCast(c)
				}
				return f
			}
		}
		return s.unwrapCast(x)
	}
	return x
}
