package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// conditionals lists the functions that choose among values. Most become CASE or COALESCE, which evaluate only what they choose.
func conditionals() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	all := []*expr.Func{
		{Name: "if", Aliases: []string{"iff"}, Since: "1.0.0", Usage: "if(cond, a, b) - a where the condition is true, else b.",
			Examples: ex("SELECT if(1 < 2, 'a', 'b')", "a"), Resolve: resolveIf, Rewrite: func(c *expr.Call) (expr.Expr, error) {
				return caseOf(c, c.Args[0], c.Args[1], c.Args[2]), nil
			}},
		{Name: "when", Since: "1.0.1", Usage: "CASE WHEN cond THEN value ... [ELSE value] END - The value of the first condition that is true.",
			Examples: ex("SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", "b"), Resolve: resolveWhen, Rewrite: rewriteWhen},
		{Name: "coalesce", Since: "1.0.0", Usage: "coalesce(a, ...) - The first value that is not null.",
			Examples: ex("SELECT coalesce(NULL, 1, NULL)", "1"), Resolve: resolveCommon(1, -1), Rewrite: rewriteCoalesce},
		{Name: "nvl", Aliases: []string{"ifnull"}, Since: "2.0.0", Usage: "nvl(a, b) - a if it is not null, else b.",
			Examples: ex("SELECT nvl(NULL, 2)", "2"), Resolve: resolveCommon(2, 2), Rewrite: rewriteCoalesce},
		{Name: "nvl2", Since: "2.0.0", Usage: "nvl2(a, b, c) - b if a is not null, else c.",
			Examples: ex("SELECT nvl2(NULL, 2, 1)", "1"), Resolve: resolveNvl2, Rewrite: func(c *expr.Call) (expr.Expr, error) {
				cond, err := within(c, "isnotnull", c.Args[0])
				return caseOf(c, cond, c.Args[1], c.Args[2]), err
			}},
		{Name: "nullif", Since: "2.0.0", Usage: "nullif(a, b) - Null if the values are equal, else a.",
			Examples: ex("SELECT nullif(2, 2)", "NULL"), Sigs: []expr.Sig{{Params: []types.Class{types.ClassAny, types.ClassAny}}}, Rewrite: rewriteNullIf},
		{Name: "nullifzero", Since: "4.0.0", Usage: "nullifzero(a) - Null if the value is zero, else the value.",
			Examples: ex("SELECT nullifzero(0)", "NULL"), Sigs: []expr.Sig{{Params: []types.Class{types.ClassAny}}}, Rewrite: rewriteNullIf},
		{Name: "zeroifnull", Since: "4.0.0", Usage: "zeroifnull(a) - Zero if the value is null, else the value.",
			Examples: ex("SELECT zeroifnull(NULL)", "0"), Resolve: resolveZeroIfNull, Rewrite: rewriteCoalesce},
		{Name: "nanvl", Since: "1.5.0", Usage: "nanvl(a, b) - b if a is NaN, else a.",
			Examples: ex("SELECT nanvl(CAST('NaN' AS double), 2.5)", "2.5"), Resolve: resolveNaNvl, Rewrite: func(c *expr.Call) (expr.Expr, error) {
				cond, err := within(c, "isnan", c.Args[0])
				return caseOf(c, cond, c.Args[1], c.Args[0]), err
			}},
		{Name: "between", Since: "1.0.0", Usage: "a BETWEEN low AND high - Whether a lies in the closed range.",
			Examples: ex("SELECT 5 BETWEEN 1 AND 9", "true"),
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassAny, types.ClassAny, types.ClassAny}, Result: always(types.BooleanType)}}, Rewrite: rewriteBetween},
	}
	for _, f := range all {
		f.Group = "conditional_funcs"
	}
	return all
}

// within binds a call that a rewrite needs, in the mode of the rewritten call.
func within(c *expr.Call, name string, args ...expr.Expr) (expr.Expr, error) {
	return Bind(Lookup(name), args, BindOptions{Mode: c.Mode, Pos: c.At})
}

func caseOf(c *expr.Call, cond, then, other expr.Expr) expr.Expr {
	return &expr.Case{Base: c.Base, Whens: []expr.When{{Cond: cond, Then: then}}, Else: other, T: c.T}
}

func rewriteCoalesce(c *expr.Call) (expr.Expr, error) {
	if len(c.Args) == 1 {
		return c.Args[0], nil
	}
	return &expr.Coalesce{Base: c.Base, Args: c.Args, T: c.T}, nil
}

// rewriteNullIf compares with the second argument, or with zero if there is none.
func rewriteNullIf(c *expr.Call) (expr.Expr, error) {
	a := c.Args[0]
	other := expr.Expr(&expr.Literal{Base: c.Base, Value: int32(0), T: types.IntType})
	if len(c.Args) > 1 {
		other = c.Args[1]
	}
	cond, err := within(c, "=", a, other)
	return caseOf(c, cond, &expr.Literal{Base: c.Base, T: c.T}, a), err
}

func rewriteBetween(c *expr.Call) (expr.Expr, error) {
	lo, err := within(c, ">=", c.Args[0], c.Args[1])
	if err != nil {
		return nil, err
	}
	hi, err := within(c, "<=", c.Args[0], c.Args[2])
	return &expr.And{Base: c.Base, Args: []expr.Expr{lo, hi}}, err
}

// commonType returns the least common type of arguments from the n-th on, or DATA_DIFF_TYPES.
func commonType(c *expr.Resolving, from int) (types.Type, error) {
	ts := c.Types()[from:]
	t, ok := types.CommonIn(c.Mode != expr.Legacy, ts...)
	if ok {
		return t, nil
	}
	text := ""
	for i, t := range ts {
		if i > 0 {
			text += `" or "`
		}
		text += t.SQL()
	}
	return t, sqlerr.New("DATATYPE_MISMATCH.DATA_DIFF_TYPES", c.Pos,
		"Cannot resolve \"%s\" due to data type mismatch: Input to `%s` should all be the same type, but it's (\"%s\").", describeCall(c.Func.Name, c.Args), c.Func.Name, text)
}

func repeated(t types.Type, n int) []types.Type {
	ts := make([]types.Type, n)
	for i := range ts {
		ts[i] = t
	}
	return ts
}

// resolveCommon gives all arguments their common type; there must be least to most of them (most < 0: any number).
func resolveCommon(least, most int) func(*expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		n := len(c.Args)
		if n < least || most >= 0 && n > most {
			want := "2"
			if most < 0 {
				want = "> " + string(rune('0'+least-1))
			}
			return nil, WrongCount(c.Func.Name, want, n, c.Pos)
		}
		t, err := commonType(c, 0)
		if err != nil {
			return nil, err
		}
		return &expr.Resolution{Params: repeated(t, n), Result: t}, nil
	}
}

func resolveIf(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 3 {
		return nil, WrongCount("if", "3", len(c.Args), c.Pos)
	}
	if t := c.Args[0].Type(); t.Kind != types.Boolean && t.Kind != types.Null {
		return nil, WrongType("if", c.Args, 0, "BOOLEAN", c.Pos)
	}
	t, err := commonType(c, 1)
	return &expr.Resolution{Params: []types.Type{types.BooleanType, t, t}, Result: t}, err
}

func resolveNvl2(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 3 {
		return nil, WrongCount("nvl2", "3", len(c.Args), c.Pos)
	}
	t, err := commonType(c, 1)
	return &expr.Resolution{Params: []types.Type{c.Args[0].Type(), t, t}, Result: t}, err
}

func resolveZeroIfNull(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount("zeroifnull", "1", len(c.Args), c.Pos)
	}
	d := *c
	d.Args = []expr.Expr{c.Args[0], &expr.Literal{Base: expr.Base{At: c.Pos}, Value: int32(0), T: types.IntType}}
	t, err := commonType(&d, 0)
	return &expr.Resolution{Args: d.Args, Params: repeated(t, 2), Result: t}, err
}

func resolveNaNvl(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount("nanvl", "2", len(c.Args), c.Pos)
	}
	t := types.DoubleType
	if c.Args[0].Type().Kind == types.Float && c.Args[1].Type().Kind == types.Float {
		t = types.FloatType
	}
	for i := range c.Args {
		if _, err := accept(c, i, types.ClassDouble); err != nil {
			return nil, err
		}
	}
	return &expr.Resolution{Params: repeated(t, 2), Result: t}, nil
}

// resolveWhen types when(cond, value, ..., [else]), the functional form of CASE.
func resolveWhen(c *expr.Resolving) (*expr.Resolution, error) {
	n := len(c.Args)
	if n < 2 {
		return nil, WrongCount("when", "> 1", n, c.Pos)
	}
	d := *c
	d.Args = nil
	for i, a := range c.Args {
		if isCond := i%2 == 0 && i+1 < n; !isCond {
			d.Args = append(d.Args, a)
		} else if k := a.Type().Kind; k != types.Boolean && k != types.Null {
			return nil, WrongType("when", c.Args, i, "BOOLEAN", c.Pos)
		}
	}
	t, err := commonType(&d, 0)
	params := repeated(t, n)
	for i := 0; i+1 < n; i += 2 {
		params[i] = types.BooleanType
	}
	return &expr.Resolution{Params: params, Result: t}, err
}

func rewriteWhen(c *expr.Call) (expr.Expr, error) {
	out := &expr.Case{Base: c.Base, T: c.T}
	args := c.Args
	for ; len(args) > 1; args = args[2:] {
		out.Whens = append(out.Whens, expr.When{Cond: args[0], Then: args[1]})
	}
	if len(args) == 1 {
		out.Else = args[0]
	}
	return out, nil
}
