package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// binder binds expressions of one clause.
type binder struct {
	a     *analyzer
	scope *scope
	// clause names the clause in errors: "WHERE". The flags say what may stand in it.
	clause     string
	aggregates bool
	windows    bool
	generator  expr.Expr // the call that may be a generator
	grouping   *grouped  // what grouping() and grouping_id() refer to

	// input takes columns of the input before aliases also above the list.
	input       bool
	inAggregate bool
	inWindow    bool
	inGenerator bool
	named       map[string]expr.WindowSpec // WINDOW clause
}

func (a *analyzer) binder(s *scope, clause string) *binder {
	return &binder{a: a, scope: s, clause: clause}
}

// expr binds an expression.
func (b *binder) expr(e expr.Expr) (expr.Expr, error) {
	switch n := e.(type) {
	case nil:
		return nil, nil
	case *expr.Name:
		return b.name(n)
	case *expr.Literal:
		return n, nil
	case *expr.UnresolvedCall:
		return b.unresolvedCall(n)
	case *expr.Alias:
		return b.expr(n.Child)
	case *expr.Cast:
		return b.cast(n)
	case *expr.And:
		args, err := b.booleans(n.Args, "AND", n)
		return &expr.And{Base: n.Base, Args: args}, err
	case *expr.Or:
		args, err := b.booleans(n.Args, "OR", n)
		return &expr.Or{Base: n.Base, Args: args}, err
	case *expr.Not:
		args, err := b.booleans([]expr.Expr{n.Child}, "NOT", n)
		if err != nil {
			return nil, err
		}
		return &expr.Not{Base: n.Base, Child: args[0]}, nil
	case *expr.Case:
		return b.caseWhen(n)
	case *expr.In:
		return b.in(n)
	case *expr.Coalesce:
		args, err := b.exprs(n.Args)
		if err != nil {
			return nil, err
		}
		return b.call("coalesce", n.At, args...)
	case *expr.Subquery:
		return b.subquery(n)
	case *expr.Extract:
		return b.extract(n)
	case *expr.Parameter:
		return b.parameter(n)
	case *expr.IdentifierClause:
		return b.identifier(n)
	case *expr.NamedArg:
		return b.namedArg(n)
	}
	return b.rare(e)
}

func (b *binder) rare(e expr.Expr) (expr.Expr, error) {
	switch n := e.(type) {
	case *expr.Star:
		return nil, sqlerr.New("INVALID_USAGE_OF_STAR_OR_REGEX", n.At, "Invalid usage of '*' in %s.", b.clause)
	case *expr.Regex:
		return nil, sqlerr.New("INVALID_USAGE_OF_STAR_OR_REGEX", n.At, "Invalid usage of a regular expression in %s.", b.clause)
	case *expr.UnresolvedLambda:
		return nil, sqlerr.New("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", n.At, "A lambda function should only be used in a higher order function.")
	case *expr.VariantPath:
		return b.variantPath(n)
	case *expr.Default:
		return nil, sqlerr.New("DEFAULT_PLACEMENT_INVALID", n.At, "A DEFAULT keyword in a MERGE, INSERT, UPDATE, or SET VARIABLE command could not be directly assigned to a target column because it was part of an expression.")
	case *expr.Column:
		return n, nil
	}
	// A node that is resolved but for its operands.
	var err error
	out := expr.RewriteChildren(e, func(c expr.Expr) expr.Expr {
		x, e := b.expr(c)
		if e != nil {
			err = e
			return c
		}
		return x
	})
	return out, err
}

func (b *binder) exprs(es []expr.Expr) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(es))
	for i, e := range es {
		x, err := b.expr(e)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// keys binds sort keys and sets where nulls go when the text did not say.
func (b *binder) keys(keys []expr.SortKey) ([]expr.SortKey, error) {
	out := make([]expr.SortKey, len(keys))
	for i, k := range keys {
		e, err := b.expr(k.Expr)
		if err != nil {
			return nil, err
		}
		out[i] = sortKey(k, e)
		if !e.Type().IsOrderable() {
			return nil, sqlerr.New("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", k.Expr.Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `sortorder` does not support ordering on type \"%s\".",
				autoName(b.a, k.Expr), e.Type().SQL())
		}
	}
	return out, nil
}

// sortKey is the key over another expression; nulls come first ascending, last descending.
func sortKey(k expr.SortKey, e expr.Expr) expr.SortKey {
	k.Expr = e
	if !k.NullsSet {
		k.NullsFirst = !k.Desc
		k.NullsSet = true
	}
	return k
}

// call binds a built-in function over bound arguments.
func (b *binder) call(name string, pos sqlerr.Pos, args ...expr.Expr) (expr.Expr, error) {
	f := functions.Lookup(name)
	if f == nil {
		return nil, sqlerr.Unsupported("FUNCTION", pos, "The operation %s is not supported.", types.Quote(name))
	}
	return functions.Bind(f, args, functions.BindOptions{Env: b.a.env, Pos: pos})
}

// booleans binds the operands of AND, OR and NOT.
func (b *binder) booleans(es []expr.Expr, op string, whole expr.Expr) ([]expr.Expr, error) {
	out, err := b.exprs(es)
	if err != nil {
		return nil, err
	}
	for i, e := range out {
		c, ok := b.asBoolean(e)
		if !ok {
			cond, msg := "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "the binary operator requires the input type \"BOOLEAN\", not"
			if op == "NOT" {
				cond, msg = "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "the first parameter requires the \"BOOLEAN\" type, not"
			} else if b.differ(out) {
				cond, msg = "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "the left and right operands of the binary operator have incompatible types, one is"
			}
			return nil, sqlerr.New(cond, whole.Pos(), "Cannot resolve \"%s\" due to data type mismatch: %s \"%s\".", autoName(b.a, whole), msg, e.Type().SQL())
		}
		out[i] = c
	}
	return out, nil
}

func (b *binder) differ(es []expr.Expr) bool {
	for _, e := range es[1:] {
		if e.Type().Kind != es[0].Type().Kind {
			return true
		}
	}
	return false
}

// asBoolean casts NULL and, as Spark does for operands of logic, strings.
func (b *binder) asBoolean(e expr.Expr) (expr.Expr, bool) {
	switch e.Type().Kind {
	case types.Boolean:
		return e, true
	case types.Null, types.String:
		return b.a.implicit(e, types.BooleanType), true
	}
	return e, false
}

// predicate binds a condition that must be boolean. cond names the error.
func (b *binder) predicate(e expr.Expr, cond, what string) (expr.Expr, error) {
	x, err := b.expr(e)
	if err != nil {
		return nil, err
	}
	switch x.Type().Kind {
	case types.Boolean:
		return x, nil
	case types.Null:
		return b.a.implicit(x, types.BooleanType), nil
	}
	return nil, sqlerr.New(cond, e.Pos(), "Cannot resolve \"%s\" due to data type mismatch: %s \"%s\" of type \"%s\" is not a boolean.", autoName(b.a, e), what, autoName(b.a, e), x.Type().SQL())
}

func (a *analyzer) implicit(e expr.Expr, t types.Type) expr.Expr {
	return functions.ImplicitCast(e, t, a.mode())
}

// cast binds CAST, TRY_CAST and ::.
func (b *binder) cast(n *expr.Cast) (expr.Expr, error) {
	child, err := b.expr(n.Child)
	if err != nil {
		return nil, err
	}
	c := *n
	c.Child, c.To = child, plainStrings(n.To)
	if n.Literal {
		if lit := b.a.typedLiteral(n); lit != nil {
			return lit, nil
		}
		return nil, sqlerr.New("INVALID_TYPED_LITERAL", n.At, "The value of the typed literal \"%s\" is invalid: '%s'.", n.To.SQL(), autoName(b.a, n.Child))
	}
	if c.Mode == expr.ANSI {
		c.Mode = b.a.mode()
	}
	from := child.Type()
	if types.CanCast(from, n.To, c.Mode != expr.Legacy) {
		return &c, nil
	}
	cond, hint := "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", ""
	if c.Mode == expr.ANSI && types.CanCast(from, n.To, false) {
		cond, hint = "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "Set \"spark.sql.ansi.enabled\" to \"false\" to allow it."
		if f := castFunction(from, n.To); f != "" {
			cond, hint = "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "To convert values from one to the other, use the functions "+f+" instead."
		}
	}
	e := sqlerr.New(cond, n.At, "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".", autoName(b.a, n), from.SQL(), n.To.SQL())
	if hint != "" {
		e = e.WithHint("%s", hint)
	}
	return nil, e
}

// castFunction names the functions that convert where an ANSI cast does not.
func castFunction(from, to types.Type) string {
	switch {
	case from.IsNumeric() && to.Kind == types.Date:
		return "`DATE_FROM_UNIX_DATE`"
	case from.Kind == types.Date && to.IsNumeric():
		return "`UNIX_DATE`"
	case from.Kind == types.Timestamp && to.IsNumeric():
		return "`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`"
	case from.IsInteger() && to.Kind == types.Timestamp:
		return "`TIMESTAMP_SECONDS`/`TIMESTAMP_MILLIS`/`TIMESTAMP_MICROS`"
	}
	return ""
}

// caseWhen binds CASE: an operand becomes comparisons, the results get their common type.
func (b *binder) caseWhen(n *expr.Case) (expr.Expr, error) {
	var operand expr.Expr
	var err error
	if n.Operand != nil {
		if operand, err = b.expr(n.Operand); err != nil {
			return nil, err
		}
	}
	c := &expr.Case{Base: n.Base, Whens: make([]expr.When, len(n.Whens))}
	var results []expr.Expr
	for i, w := range n.Whens {
		cond, err := b.when(operand, w.Cond, n)
		if err != nil {
			return nil, err
		}
		then, err := b.expr(w.Then)
		if err != nil {
			return nil, err
		}
		c.Whens[i].Cond = cond
		results = append(results, then)
	}
	if n.Else != nil {
		e, err := b.expr(n.Else)
		if err != nil {
			return nil, err
		}
		results = append(results, e)
	}
	t, ok := b.a.common(results)
	if !ok {
		return nil, sqlerr.New("DATATYPE_MISMATCH.DATA_DIFF_TYPES", n.At, "Cannot resolve \"%s\" due to data type mismatch: Input to `casewhen` should all be the same type, but it's [%s].",
			autoName(b.a, n), quotedTypes(results))
	}
	for i := range c.Whens {
		c.Whens[i].Then = b.a.implicit(results[i], t)
	}
	if n.Else != nil {
		c.Else = b.a.implicit(results[len(n.Whens)], t)
	}
	c.T = t
	return c, nil
}

func (b *binder) when(operand, cond expr.Expr, whole *expr.Case) (expr.Expr, error) {
	x, err := b.expr(cond)
	if err != nil {
		return nil, err
	}
	if operand != nil {
		return b.call("=", cond.Pos(), operand, x)
	}
	if k := x.Type().Kind; k != types.Boolean && k != types.Null {
		return nil, sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", cond.Pos(), "Cannot resolve \"%s\" due to data type mismatch: WHEN requires the \"BOOLEAN\" type, however \"%s\" has the type \"%s\".",
			autoName(b.a, whole), autoName(b.a, cond), x.Type().SQL())
	}
	return b.a.implicit(x, types.BooleanType), nil
}

// in binds membership in a list: both sides get their common type.
func (b *binder) in(n *expr.In) (expr.Expr, error) {
	child, err := b.expr(n.Child)
	if err != nil {
		return nil, err
	}
	list, err := b.arguments(&expr.UnresolvedCall{Base: n.Base, Name: []string{"in"}, Args: n.List}, inFunc)
	if err != nil {
		return nil, err
	}
	all := append([]expr.Expr{child}, list...)
	t, ok := b.a.comparable(all)
	if !ok {
		return nil, sqlerr.New("DATATYPE_MISMATCH.DATA_DIFF_TYPES", n.At, "Cannot resolve \"%s\" due to data type mismatch: Input to `in` should all be the same type, but it's [%s].",
			autoName(b.a, n), quotedTypes(all))
	}
	if !t.IsOrderable() {
		return nil, sqlerr.New("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", n.At, "Cannot resolve \"%s\" due to data type mismatch: The `in` does not support ordering on type \"%s\".", autoName(b.a, n), t.SQL())
	}
	out := &expr.In{Base: n.Base, Child: b.a.implicit(child, t), List: make([]expr.Expr, len(list))}
	for i, e := range list {
		out.List[i] = b.a.implicit(e, t)
	}
	return out, nil
}

// inFunc stands for IN where the arguments of a call are bound.
var inFunc = &expr.Func{Name: "in"}

// namedArg keeps f(name => value) for functions.Bind to place.
func (b *binder) namedArg(n *expr.NamedArg) (expr.Expr, error) {
	x, err := b.expr(n.Child)
	if err != nil {
		return nil, err
	}
	return &expr.NamedArg{Base: n.Base, Name: n.Name, Child: x}, nil
}

// typedLiteral computes TIMESTAMP'…' and TIME'…' in the session's time zone; nil if the text is none.
func (a *analyzer) typedLiteral(n *expr.Cast) *expr.Literal {
	v, err := eval.EvalConstant(&expr.Cast{Base: n.Base, Child: n.Child, To: n.To, Mode: expr.ANSI}, a.env)
	if err != nil {
		return nil
	}
	return &expr.Literal{Base: n.Base, Value: v, T: n.To}
}
