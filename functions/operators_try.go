package functions

import "github.com/sparrow-engine/sparrow/expr"

// tryOperators are the operators that give null where the plain ones fail.
func tryOperators() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	all := []*expr.Func{
		{Name: "try_add", Since: "3.2.0", Usage: "try_add(a, b) - The sum like +, but null on overflow.",
			Examples: ex("SELECT try_add(2147483647, 1)", "NULL"), Resolve: tryResolve("+"), Rewrite: tryRewrite("+")},
		{Name: "try_subtract", Since: "3.3.0", Usage: "try_subtract(a, b) - The difference like -, but null on overflow.",
			Examples: ex("SELECT try_subtract(-2147483648, 1)", "NULL"), Resolve: tryResolve("-"), Rewrite: tryRewrite("-")},
		{Name: "try_multiply", Since: "3.3.0", Usage: "try_multiply(a, b) - The product like *, but null on overflow.",
			Examples: ex("SELECT try_multiply(2147483647, 2)", "NULL"), Resolve: tryResolve("*"), Rewrite: tryRewrite("*")},
		{Name: "try_divide", Since: "3.2.0", Usage: "try_divide(a, b) - The quotient like /, but null for a divisor of zero.",
			Examples: ex("SELECT try_divide(1, 0)", "NULL"), Resolve: tryResolve("/"), Rewrite: tryRewrite("/")},
		{Name: "try_mod", Since: "4.0.0", Usage: "try_mod(a, b) - The remainder like %, but null for a divisor of zero.",
			Examples: ex("SELECT try_mod(1, 0)", "NULL"), Resolve: tryResolve("%"), Rewrite: tryRewrite("%")},
	}
	for _, f := range all {
		f.Group = "math_funcs"
	}
	return all
}

// tryResolve types a call as the operator's, with a result that may be null.
func tryResolve(op string) func(*expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		res, err := resolveAs(op)(c)
		if err == nil {
			null := true
			res.Nullable = &null
		}
		return res, err
	}
}

// tryRewrite turns a call into the operator in Try mode.
func tryRewrite(op string) func(*expr.Call) (expr.Expr, error) {
	return func(c *expr.Call) (expr.Expr, error) {
		d := *c
		d.Func, d.Mode = Lookup(op), expr.Try
		return rewriteArithmetic(&d)
	}
}
