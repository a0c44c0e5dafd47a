package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// unresolvedCall binds a function call or an operator.
func (b *binder) unresolvedCall(n *expr.UnresolvedCall) (expr.Expr, error) {
	name := strings.ToLower(n.Name[len(n.Name)-1])
	if len(n.Name) == 1 && n.Func == nil {
		if e, done, err := b.special(n, name); done {
			return e, err
		}
	}
	f := n.Func
	if f == nil {
		f = builtin(n.Name)
	}
	if u := b.a.Catalog.Function(n.Name); n.Func == nil && u != nil && (f == nil || u.Database == "") {
		if u.Func == nil {
			return b.sqlFunction(n, u)
		}
		f = u.Func
	}
	if f == nil {
		return b.unknownFunction(n)
	}
	if f.Kind == expr.AggregateFunc && n.Over == nil {
		if e, err := b.outerAggregate(n, f); e != nil || err != nil {
			return e, err
		}
	}
	if err := b.placement(n, f); err != nil {
		return nil, err
	}
	if n.Over != nil {
		return b.window(n, f)
	}
	inner := b
	if f.Kind == expr.AggregateFunc || f.Kind == expr.Generator {
		c := *b
		c.inAggregate = b.inAggregate || f.Kind == expr.AggregateFunc
		c.inGenerator = f.Kind == expr.Generator
		inner = &c
	}
	return inner.bound(n, f)
}

// bound binds arguments, filter and order, and then the call.
func (b *binder) bound(n *expr.UnresolvedCall, f *expr.Func) (expr.Expr, error) {
	args, err := b.arguments(n, f)
	if err != nil {
		return nil, err
	}
	if err := b.textArguments(f, args); err != nil {
		return nil, err
	}
	b.a.noteDateArithmetic(n, args)
	if (f.Name == "lpad" || f.Name == "rpad") && len(args) == 2 && args[0].Type().Kind == types.Binary {
		b.a.binaryPads[n] = true
	}
	if f.Name == "to_char" && len(args) == 2 && args[0].Type().IsDatetime() {
		b.a.dateForms[n] = "date_format"
	}
	b.binariesAsStrings(f, args)
	o := functions.BindOptions{Env: b.a.env, Pos: n.At, Distinct: n.Distinct, IgnoreNulls: n.IgnoreNulls}
	if n.Filter != nil {
		if o.Filter, err = b.aggregateFilter(n.Filter); err != nil {
			return nil, err
		}
	}
	if o.Order, err = b.keys(n.Order); err != nil {
		return nil, err
	}
	if (f.Name == "collect_list" || f.Name == "collect_set") && n.NullsSet && !n.IgnoreNulls && len(args) == 1 {
		return b.collectAll(f, args[0], o)
	}
	return functions.Bind(f, args, o)
}

// collectAll is collect_list(x) RESPECT NULLS: values are collected in structs, which are not null, and taken out again.
func (b *binder) collectAll(f *expr.Func, arg expr.Expr, o functions.BindOptions) (expr.Expr, error) {
	boxed, err := b.call("named_struct", o.Pos, &expr.Literal{Value: "value", T: types.StringType}, arg)
	if err != nil {
		return nil, err
	}
	list, err := functions.Bind(f, []expr.Expr{boxed}, o)
	if err != nil {
		return nil, err
	}
	x := &expr.Column{ID: b.a.NextID(), Name: "x", T: boxed.Type()}
	return b.call("transform", o.Pos, list, &expr.Lambda{Base: expr.Base{At: o.Pos}, Params: []*expr.Column{x}, Body: &expr.Field{Child: x, Index: 0}})
}

// binariesAsStrings casts the operands of || and elt where all are binaries and the settings ask for strings.
func (b *binder) binariesAsStrings(f *expr.Func, args []expr.Expr) {
	from, key := 0, "spark.sql.function.concatBinaryAsString"
	switch f.Name {
	case "concat", "||":
	case "elt":
		from, key = 1, "spark.sql.function.eltOutputAsString"
	default:
		return
	}
	if !strings.EqualFold(b.a.Conf(key), "true") || len(args) <= from {
		return
	}
	for _, a := range args[from:] {
		if a.Type().Kind != types.Binary {
			return
		}
	}
	for i, a := range args[from:] {
		args[from+i] = b.a.implicit(a, types.StringType)
	}
}

// builtin finds a function of Sparrow's own: by one part, or as builtin.f or system.builtin.f.
func builtin(name []string) *expr.Func {
	switch n := len(name); {
	case n == 1, n == 2 && strings.EqualFold(name[0], "builtin"),
		n == 3 && strings.EqualFold(name[0], "system") && strings.EqualFold(name[1], "builtin"):
		return functions.Lookup(name[n-1])
	}
	return nil
}

// special binds what looks like a call but is part of the language. done is false for ordinary functions.
func (b *binder) special(n *expr.UnresolvedCall, name string) (e expr.Expr, done bool, err error) {
	switch name {
	case "and":
		args, err := b.booleans(n.Args, "AND", n)
		return &expr.And{Base: expr.Base{At: n.At}, Args: args}, true, err
	case "or":
		args, err := b.booleans(n.Args, "OR", n)
		return &expr.Or{Base: expr.Base{At: n.At}, Args: args}, true, err
	case "not", "!":
		if len(n.Args) != 1 {
			return nil, false, nil
		}
		e, err := b.expr(&expr.Not{Base: n.Base, Child: n.Args[0]})
		return e, true, err
	case "in":
		if len(n.Args) < 2 {
			return nil, false, nil
		}
		e, err := b.in(&expr.In{Base: n.Base, Child: n.Args[0], List: n.Args[1:]})
		return e, true, err
	case "grouping", "grouping_id":
		e, err := b.groupingCall(n, name)
		return e, true, err
	case "struct":
		e, err := b.structCall(n)
		return e, true, err
	}
	if t, ok := castNames[name]; ok && len(n.Args) == 1 && n.Over == nil {
		e, err := b.cast(&expr.Cast{Base: n.Base, Child: n.Args[0], To: t})
		return e, true, err
	}
	return nil, false, nil
}

// castNames are the types that may be called as functions.
var castNames = map[string]types.Type{"boolean": types.BooleanType, "tinyint": types.TinyIntType, "smallint": types.SmallIntType, "int": types.IntType, "bigint": types.BigIntType,
	"float": types.FloatType, "double": types.DoubleType, "decimal": types.DecimalOf(10, 0), "date": types.DateType, "timestamp": types.TimestampType, "binary": types.BinaryType, "string": types.StringType}

// arguments binds the arguments of a call: stars become columns, lambdas get the types of their parameters from the other arguments.
func (b *binder) arguments(n *expr.UnresolvedCall, f *expr.Func) ([]expr.Expr, error) {
	list, err := b.withoutStars(n, f)
	if err != nil {
		return nil, err
	}
	out := make([]expr.Expr, len(list))
	ts := make([]types.Type, len(list))
	for i, a := range list {
		if _, ok := a.(*expr.UnresolvedLambda); ok {
			continue
		}
		if out[i], err = b.expr(a); err != nil {
			return nil, err
		}
		ts[i] = out[i].Type()
	}
	for i, a := range list {
		if l, ok := a.(*expr.UnresolvedLambda); ok {
			if out[i], err = b.lambda(l, f, ts, i); err != nil {
				return nil, err
			}
			ts[i] = out[i].Type()
		} else if f.LambdaParams != nil {
			out[i] = b.constantLambda(out[i], f.LambdaParams(ts, i))
		}
	}
	return out, nil
}

// constantLambda makes an expression that stands for a function one that does not look at its parameters.
func (b *binder) constantLambda(e expr.Expr, params []types.Type) expr.Expr {
	if len(params) == 0 {
		return e
	}
	l := &expr.Lambda{Base: expr.Base{At: e.Pos()}, Body: e}
	for _, t := range params {
		l.Params = append(l.Params, &expr.Column{ID: b.a.NextID(), Name: "namedlambdavariable()", T: t, Null: true})
	}
	return l
}

// withoutStars replaces stars among the arguments; count(*) is count(1).
func (b *binder) withoutStars(n *expr.UnresolvedCall, f *expr.Func) ([]expr.Expr, error) {
	var out []expr.Expr
	for i, a := range n.Args {
		s, ok := a.(*expr.Star)
		if !ok {
			if out != nil {
				out = append(out, a)
			}
			continue
		}
		if f.Name == "count" && len(n.Args) == 1 && !n.Distinct && len(s.Qualifier) == 0 && len(s.Except) == 0 {
			return []expr.Expr{&expr.Literal{Base: s.Base, Value: int32(1), T: types.IntType}}, nil
		}
		if out == nil {
			out = append(make([]expr.Expr, 0, len(n.Args)), n.Args[:i]...)
		}
		items, err := b.expandStar(s)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, it := range items {
			out = append(out, it.ast)
			names = append(names, itemName(it))
		}
		b.a.starNames[s] = names
	}
	if out == nil {
		return n.Args, nil
	}
	return out, nil
}

// lambda binds a function literal that is argument i of f.
func (b *binder) lambda(l *expr.UnresolvedLambda, f *expr.Func, args []types.Type, i int) (expr.Expr, error) {
	if f.LambdaParams == nil {
		return nil, sqlerr.New("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", l.At, "A lambda function should only be used in a higher order function. However, its class is %s, which is not a higher order function.", f.Name)
	}
	ts := f.LambdaParams(args, i)
	if len(l.Params) > len(ts) || len(ts) == 0 {
		return nil, sqlerr.New("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", l.At, "A higher order function expects %d arguments, but got %d.", len(ts), len(l.Params))
	}
	out := &expr.Lambda{Base: l.Base}
	vars := map[string]expr.Expr{}
	for k, name := range l.Params {
		key := strings.ToLower(name)
		if vars[key] != nil {
			return nil, sqlerr.New("INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", l.At, "The lambda function has duplicate arguments %s.", types.Quote(name))
		}
		c := &expr.Column{ID: b.a.NextID(), Name: name, T: ts[k], Null: true}
		vars[key] = c
		out.Params = append(out.Params, c)
	}
	inner := *b
	inner.scope = &scope{vars: vars, lambda: true, outer: b.scope}
	body, err := inner.expr(l.Body)
	out.Body = body
	return out, err
}

// placement rejects functions where they may not stand, and syntax that the kind of function does not have.
func (b *binder) placement(n *expr.UnresolvedCall, f *expr.Func) error {
	name := strings.Join(n.Name, ".")
	syntax := func(what string) error {
		return sqlerr.New("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", n.At, "Invalid SQL syntax: The function %s does not support %s.", types.Quote(name), what)
	}
	if f.Kind != expr.AggregateFunc {
		switch {
		case n.Distinct:
			return syntax("DISTINCT")
		case n.Filter != nil:
			return syntax("FILTER clause")
		case n.NullsSet && f.Kind != expr.WindowFunction:
			return syntax("IGNORE NULLS")
		}
	}
	switch f.Kind {
	case expr.AggregateFunc:
		return b.aggregatePlacement(n)
	case expr.WindowFunction:
		if n.Over == nil {
			return sqlerr.New("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", n.At, "Window function %s requires an OVER clause.", types.Quote(name))
		}
	case expr.Generator:
		if strings.HasPrefix(f.Name, "variant_explode") && b.clause != "FROM" {
			return notScalar(n)
		}
		if b.generator == expr.Expr(n) {
			return nil
		}
		if b.inGenerator || b.generator != nil {
			return sqlerr.New("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", n.At, "The generator is not supported: nested in expressions \"%s\".", autoName(b.a, b.generator))
		}
		return sqlerr.New("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", n.At, "The generator is not supported: outside the SELECT clause, found: %s.", b.clause)
	case expr.Scalar:
		if n.Over != nil {
			return sqlerr.New("UNSUPPORTED_EXPR_FOR_WINDOW", n.At, "Expression \"%s\" not supported within a window function.", autoName(b.a, n))
		}
	}
	return nil
}

func (b *binder) aggregatePlacement(n *expr.UnresolvedCall) error {
	if n.Over != nil {
		return nil
	}
	switch {
	case b.inAggregate:
		return sqlerr.New("NESTED_AGGREGATE_FUNCTION", n.At, "It is not allowed to use an aggregate function in the argument of another aggregate function.").
			WithHint("Please use the inner aggregate function in a sub-query.")
	case b.aggregates:
		return nil
	}
	text := autoName(b.a, n)
	switch b.clause {
	case "GROUP BY":
		return sqlerr.New("GROUP_BY_AGGREGATE", n.At, "Aggregate functions are not allowed in GROUP BY, but found \"%s\".", text)
	case "WHERE":
		return sqlerr.New("INVALID_WHERE_CONDITION", n.At, "The WHERE condition \"%s\" contains invalid expressions: %s.", text, text).
			WithHint("Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.")
	}
	return sqlerr.New("UNSUPPORTED_EXPR_FOR_OPERATOR", n.At, "The clause %s contains one or more unsupported expressions: \"%s\".", b.clause, text).
		WithHint("Aggregates cannot stand here.")
}

// aggregateFilter binds FILTER (WHERE …).
func (b *binder) aggregateFilter(e expr.Expr) (expr.Expr, error) {
	c := *b
	c.inAggregate, c.aggregates = false, true
	x, err := c.predicate(e, "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", "FILTER expression")
	if err != nil {
		return nil, err
	}
	bad := func(sub, what string) error {
		return sqlerr.New("INVALID_AGGREGATE_FILTER."+sub, e.Pos(), "The FILTER expression \"%s\" in an aggregate function is invalid: %s.", autoName(b.a, e), what)
	}
	switch {
	case containsAggregate(x):
		return nil, bad("CONTAINS_AGGREGATE", "expected a FILTER expression without an aggregation")
	case containsWindow(x):
		return nil, bad("CONTAINS_WINDOW_FUNCTION", "expected a FILTER expression without a window function")
	case expr.IsVolatile(x):
		return nil, bad("NON_DETERMINISTIC", "expected a deterministic FILTER expression")
	}
	return x, nil
}

// containsAggregate reports aggregates that are not a window's own function.
func containsAggregate(e expr.Expr) bool {
	switch x := e.(type) {
	case nil:
		return false
	case *expr.Aggregate:
		return true
	case *expr.Window:
		for _, c := range x.Call.Children() {
			if containsAggregate(c) {
				return true
			}
		}
		for _, c := range x.Children()[1:] {
			if containsAggregate(c) {
				return true
			}
		}
		return false
	}
	for _, c := range e.Children() {
		if containsAggregate(c) {
			return true
		}
	}
	return false
}

func containsWindow(e expr.Expr) bool {
	return e != nil && expr.Any(e, func(x expr.Expr) bool { _, ok := x.(*expr.Window); return ok })
}

// structCall is struct(a, b + 1 AS c): fields take the names of their expressions.
func (b *binder) structCall(n *expr.UnresolvedCall) (expr.Expr, error) {
	items, err := b.expandAll(n.Args)
	if err != nil {
		return nil, err
	}
	if len(n.Args) == 1 {
		if s, ok := n.Args[0].(*expr.Star); ok {
			names := make([]string, len(items))
			for i, it := range items {
				names[i] = itemName(it)
			}
			b.a.starNames[s] = names
		}
	}
	var args []expr.Expr
	for i, it := range items {
		name := it.name
		if name == "" {
			name = fieldName(it.ast, i)
		}
		x, err := b.expr(it.ast)
		if err != nil {
			return nil, err
		}
		args = append(args, &expr.Literal{Value: name, T: types.StringType}, x)
	}
	return b.call("named_struct", n.At, args...)
}

func fieldName(e expr.Expr, i int) string {
	switch x := e.(type) {
	case *expr.Name:
		return x.Parts[len(x.Parts)-1]
	case *expr.NamedArg:
		return x.Name
	case *expr.Extract:
		if l, ok := x.Key.(*expr.Literal); ok {
			if s, ok := l.Value.(string); ok {
				return s
			}
		}
	case *expr.Column:
		return x.Name
	}
	return "col" + itoa(i+1)
}

func (b *binder) unknownFunction(n *expr.UnresolvedCall) (expr.Expr, error) {
	e := sqlerr.New("UNRESOLVED_ROUTINE", n.At, "Cannot resolve routine %s on search path [`system`.`builtin`, `system`.`session`, %s].", catalog.QuoteName(n.Name),
		catalog.QuoteName([]string{catalog.DefaultCatalog, b.a.env.Database}))
	names := append(b.a.Catalog.FunctionNames(), functions.Names()...)
	if near := sqlerr.Nearest(n.Name[len(n.Name)-1], names, 3); len(near) > 0 {
		e = e.WithHint("Did you mean one of the following? [%s].", catalog.QuoteList(near))
	}
	return nil, e
}
