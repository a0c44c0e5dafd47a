package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// sqlFunction replaces a call of a SQL function by its body, in which parameters stand for the arguments.
func (b *binder) sqlFunction(n *expr.UnresolvedCall, f *catalog.Function) (expr.Expr, error) {
	if f.IsTable {
		return nil, notScalar(n)
	}
	inner, vars, err := b.enter(n, f)
	if err != nil {
		return nil, err
	}
	s := &scope{vars: vars}
	body := f.Body
	if body == nil {
		body = &expr.Subquery{Base: n.Base, Kind: expr.ScalarSubquery, Query: f.Query}
	}
	ib := inner.binder(s, "function body")
	ib.aggregates, ib.windows = b.aggregates, b.windows
	e, err := ib.expr(body)
	if err != nil {
		return nil, err
	}
	if f.Returns != nil && !e.Type().Equal(*f.Returns) {
		e = inner.implicit(e, *f.Returns)
	}
	return e, nil
}

func notScalar(n *expr.UnresolvedCall) error {
	return sqlerr.New("NOT_A_SCALAR_FUNCTION", n.At, "%s appears as a scalar expression here, but the function was defined as a table function.", catalog.QuoteName(n.Name)).
		WithHint("Please update the query to move the function call into the FROM clause.")
}

// enter binds the arguments of a SQL function to its parameters and guards against recursion.
func (b *binder) enter(n *expr.UnresolvedCall, f *catalog.Function) (*analyzer, map[string]expr.Expr, error) {
	for _, open := range b.a.calls {
		if open == f.Name {
			return nil, nil, sqlerr.New("INVALID_SQL_FUNCTION_PLAN_STRUCTURE", n.At, "The SQL function %s calls itself.", types.Quote(f.Name))
		}
	}
	args, err := b.parameters(n, f)
	if err != nil {
		return nil, nil, err
	}
	vars := map[string]expr.Expr{}
	for i, p := range f.Params {
		vars[strings.ToLower(p.Name)] = b.a.implicit(args[i], p.Type)
		vars[strings.ToLower(f.Name+"."+p.Name)] = vars[strings.ToLower(p.Name)]
	}
	inner := *b.a
	inner.calls = append(b.a.calls[:len(b.a.calls):len(b.a.calls)], f.Name)
	inner.ctes = nil
	return &inner, vars, nil
}

// parameters puts positional and named arguments in the order of the parameters; missing ones take their defaults.
func (b *binder) parameters(n *expr.UnresolvedCall, f *catalog.Function) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(f.Params))
	count := func() error {
		return sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", n.At, "The %s requires %d parameters but the actual number is %d.", catalog.QuoteName(n.Name), len(f.Params), len(n.Args))
	}
	if len(n.Args) > len(out) {
		return nil, count()
	}
	for i, arg := range n.Args {
		at := i
		if na, ok := arg.(*expr.NamedArg); ok {
			at = -1
			for j, p := range f.Params {
				if strings.EqualFold(p.Name, na.Name) {
					at = j
				}
			}
			if at < 0 {
				return nil, sqlerr.New("UNRECOGNIZED_PARAMETER_NAME", na.At, "Cannot invoke routine %s because the routine call included a named argument reference for the argument named %s, but this routine does not include any signature containing an argument with this name.", catalog.QuoteName(n.Name), types.Quote(na.Name))
			}
			arg = na.Child
		}
		x, err := b.expr(arg)
		if err != nil {
			return nil, err
		}
		out[at] = x
	}
	for i := range out {
		if out[i] != nil {
			continue
		}
		if f.Params[i].Default == nil {
			return nil, count()
		}
		x, err := b.a.binder(nil, "DEFAULT").expr(f.Params[i].Default)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// sqlTable replaces a call of a table function of SQL by its query.
func (a *analyzer) sqlTable(n *logical.TableFunction, f *catalog.Function, outer *scope) (*relation, error) {
	if !f.IsTable {
		return nil, sqlerr.New("NOT_A_TABLE_FUNCTION", n.At, "%s appears as a table function here, but the function was defined as a scalar function.", catalog.QuoteName(n.Call.Name)).
			WithHint("Please update the query to move the function call outside the FROM clause, or redefine %s as a table function.", catalog.QuoteName(n.Call.Name))
	}
	inner, vars, err := a.binder(outer, "FROM").enter(n.Call, f)
	if err != nil {
		return nil, err
	}
	r, err := inner.plan(f.Query, &scope{vars: vars})
	if err != nil {
		return nil, err
	}
	if len(f.Table) > 0 {
		want := make([]types.Type, len(f.Table))
		if len(r.cols) != len(want) {
			return nil, sqlerr.New("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", n.At, "The number of columns produced by the RETURN clause (%d) does not match the number of column names specified by the RETURNS clause (%d) of %s.", len(r.cols), len(want), f.Name)
		}
		for i, c := range f.Table {
			want[i] = c.Type
		}
		r = a.castTo(r, want)
		for i, c := range f.Table {
			named := *r.cols[i].Column
			named.Name = c.Name
			r.cols[i].Column = &named
		}
		r = a.exact(r)
	}
	return r.qualified([]string{f.Name}), nil
}
