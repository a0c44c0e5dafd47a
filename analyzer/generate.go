package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// generate makes the columns of a generator in the select list; its Generate node stands below the projection.
func (k *block) generate(it *item, g *expr.Call) ([]*item, error) {
	if k.gen != nil {
		return nil, sqlerr.New("UNSUPPORTED_GENERATOR.MULTI_GENERATOR", it.ast.Pos(), "The generator is not supported: only one generator allowed per SELECT clause but found 2: %s, %s.", autoName(k.a, k.gen.ast), autoName(k.a, it.ast))
	}
	if k.scope.namesAlias(g) {
		return nil, sqlerr.Unsupported("LATERAL_COLUMN_ALIAS_IN_GENERATOR", it.ast.Pos(), "Referencing a lateral column alias in generator expression %s is not supported.", autoName(k.a, it.ast))
	}
	names := it.names
	if it.name != "" {
		names = []string{it.name}
	}
	cols, err := k.a.generated(g, names, it.ast.Pos())
	if err != nil {
		return nil, err
	}
	k.gen, k.genOut = it, cols
	out := make([]*item, len(cols))
	for i, c := range cols {
		out[i] = &item{ast: c, e: c, col: c}
		k.byItem[c.ID] = out[i]
	}
	return out, nil
}

// generated returns the columns of a generator under the given names, or its own.
func (a *analyzer) generated(g *expr.Call, names []string, pos sqlerr.Pos) ([]*expr.Column, error) {
	fields := g.T.Fields()
	if len(names) > 0 && len(names) != len(fields) {
		return nil, sqlerr.New("UDTF_ALIAS_NUMBER_MISMATCH", pos, "The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF. Expected %d aliases, but got %s. Please ensure that the number of aliases provided matches the number of columns output by the UDTF.",
			len(fields), strings.Join(names, ","))
	}
	cols := a.columnsOf(fields)
	for i, n := range names {
		cols[i].Name = n
	}
	if outerGenerator(g) {
		cols = nullableColumns(cols)
	}
	return cols, nil
}

func outerGenerator(g *expr.Call) bool { return strings.HasSuffix(g.Func.Name, "_outer") }

// generators puts the Generate node of the list into the plan.
func (k *block) generators() {
	if k.gen == nil {
		return
	}
	g := k.gen.e.(*expr.Call)
	k.plan = &logical.Generate{Base: logical.Base{At: k.gen.ast.Pos()}, Input: k.plan, Call: g, Out: k.genOut, Outer: outerGenerator(g)}
}

// lateralView binds LATERAL VIEW.
func (a *analyzer) lateralView(r *relation, v logical.LateralView, outer *scope) (*relation, error) {
	b := a.binder(r.scope(outer), "LATERAL VIEW")
	b.generator = v.Call
	e, err := b.expr(v.Call)
	if err != nil {
		return nil, err
	}
	g, ok := e.(*expr.Call)
	if !ok || g.Func.Kind != expr.Generator {
		return nil, sqlerr.New("UNSUPPORTED_GENERATOR.NOT_GENERATOR", v.Pos, "The generator is not supported: %s is expected to be a generator. However, its class is not a generator.", types.Quote(strings.Join(v.Call.Name, ".")))
	}
	cols, err := a.generated(g, v.Columns, v.Pos)
	if err != nil {
		return nil, err
	}
	outerView := v.Outer || outerGenerator(g)
	if outerView {
		cols = nullableColumns(cols)
	}
	out := r.closed()
	out.plan = &logical.Generate{Base: logical.Base{At: v.Pos}, Input: r.plan, Call: g, Out: cols, Outer: outerView}
	out.cols = r.cols[:len(r.cols):len(r.cols)]
	var name []string
	if v.Name != "" {
		name = []string{v.Name}
	}
	for _, c := range cols {
		out.cols = append(out.cols, column{Column: c, qualifier: name})
	}
	return out, nil
}

// tableFunction binds f(args) in FROM: range, generators, functions of SQL.
func (a *analyzer) tableFunction(n *logical.TableFunction, outer *scope) (*relation, error) {
	name := strings.ToLower(n.Call.Name[len(n.Call.Name)-1])
	if len(n.Call.Name) == 1 && name == "range" {
		return a.rangeFunction(n)
	}
	if len(n.Call.Name) == 1 && name == "sql_keywords" {
		return a.keywordsFunction(n)
	}
	for _, t := range n.TableArgs {
		if t != nil {
			return nil, sqlerr.Unsupported("TABLE_ARGUMENT", n.At, "Table arguments of functions are not supported.")
		}
	}
	u := a.Catalog.Function(n.Call.Name)
	if u != nil && u.Func == nil && (u.IsTable || builtin(n.Call.Name) == nil) {
		return a.sqlTable(n, u, outer)
	}
	call := *n.Call
	if name == "unnest" && len(n.Call.Name) == 1 && functions.Lookup("unnest") == nil {
		return a.unnest(n, outer)
	}
	f := builtin(call.Name)
	if u != nil && u.Func != nil {
		f = u.Func
	}
	if f == nil {
		return nil, a.unknownTableFunction(n)
	}
	if f.Kind != expr.Generator {
		return nil, sqlerr.New("UNRESOLVABLE_TABLE_VALUED_FUNCTION", n.At, "Could not resolve %s to a table-valued function.", catalog.QuoteName(n.Call.Name)).
			WithHint("Please make sure that %s is defined as a table-valued function and that all required parameters are provided correctly.", catalog.QuoteName(n.Call.Name))
	}
	b := a.binder(outer, "FROM")
	b.generator = &call
	e, err := b.expr(&call)
	if err != nil {
		return nil, err
	}
	g, ok := e.(*expr.Call)
	if !ok {
		return nil, sqlerr.Internal("generator %s became %T", f.Name, e)
	}
	cols, err := a.generated(g, nil, n.At)
	if err != nil {
		return nil, err
	}
	var p logical.Plan = &logical.Generate{Base: n.Base, Input: oneRow().plan, Call: g, Out: cols, Outer: outerGenerator(g)}
	if n.Ordinality {
		return nil, sqlerr.Unsupported("WITH_ORDINALITY", n.At, "WITH ORDINALITY is not supported.").WithHint("Use posexplode.")
	}
	return resolved(p), nil
}

// unnest binds UNNEST(array, …) [WITH ORDINALITY]: the elements of arrays side by side, the shorter ones filled with nulls.
//
//	UNNEST(a)                      → explode(a)
//	UNNEST(a, b) WITH ORDINALITY   → the fields of posexplode(arrays_zip(a, b)), and the position from 1
func (a *analyzer) unnest(n *logical.TableFunction, outer *scope) (*relation, error) {
	b := a.binder(outer, "FROM")
	args, err := b.exprs(n.Call.Args)
	if err != nil {
		return nil, err
	}
	for i, x := range args {
		if x.Type().Kind != types.Array {
			return nil, sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", n.At, "Cannot resolve \"unnest(%s)\" due to data type mismatch: Parameter %d requires the \"ARRAY\" type, however \"%s\" has the type \"%s\".",
				autoName(a, n.Call.Args[i]), i+1, autoName(a, n.Call.Args[i]), x.Type().SQL())
		}
	}
	simple := len(args) == 1 && !n.Ordinality
	name, list := "explode", args[0]
	if !simple {
		name = "posexplode"
		if list, err = b.call("arrays_zip", n.At, args...); err != nil {
			return nil, err
		}
	}
	e, err := b.call(name, n.At, list)
	if err != nil {
		return nil, err
	}
	g := e.(*expr.Call)
	cols, err := a.generated(g, nil, n.At)
	if err != nil {
		return nil, err
	}
	p := &logical.Generate{Base: n.Base, Input: oneRow().plan, Call: g, Out: cols}
	if simple {
		return resolved(p), nil
	}
	var out []logical.Named
	for i := range args {
		f := &expr.Field{Base: expr.Base{At: n.At}, Child: cols[1], Index: i}
		out = append(out, logical.Named{Col: &expr.Column{ID: a.NextID(), Name: "col" + itoa(i+1), T: f.Type(), Null: f.Nullable()}, Expr: f})
	}
	if n.Ordinality {
		pos, err := b.call("+", n.At, a.implicit(cols[0], types.BigIntType), &expr.Literal{Value: int64(1), T: types.BigIntType})
		if err != nil {
			return nil, err
		}
		out = append(out, logical.Named{Col: &expr.Column{ID: a.NextID(), Name: "ordinality", T: types.BigIntType}, Expr: pos})
	}
	return resolved(&logical.Project{Base: n.Base, Input: p, List: out}), nil
}

func (a *analyzer) unknownTableFunction(n *logical.TableFunction) error {
	e := sqlerr.New("UNRESOLVABLE_TABLE_VALUED_FUNCTION", n.At, "Could not resolve %s to a table-valued function.", catalog.QuoteName(n.Call.Name))
	var names []string
	for _, f := range functions.All() {
		if f.Kind == expr.Generator {
			names = append(names, f.Name)
		}
	}
	if near := sqlerr.Nearest(n.Call.Name[len(n.Call.Name)-1], append(names, "range"), 3); len(near) > 0 {
		e = e.WithHint("Did you mean one of the following? [%s].", catalog.QuoteList(near))
	}
	return e
}

// keywordsFunction is sql_keywords(): the words of the language and whether they are reserved, which depends on a setting.
func (a *analyzer) keywordsFunction(n *logical.TableFunction) (*relation, error) {
	if len(n.Call.Args) > 0 {
		return nil, functions.WrongCount("sql_keywords", "0", len(n.Call.Args), n.At)
	}
	v := &logical.Values{Base: n.Base, Out: a.columnsOf(types.Schema{{Name: "keyword", Type: types.StringType}, {Name: "reserved", Type: types.BooleanType}})}
	enforced := a.env.ANSI && a.confTrue("spark.sql.ansi.enforceReservedKeywords")
	for _, w := range sql.Keywords() {
		v.Rows = append(v.Rows, []expr.Expr{&expr.Literal{Value: w, T: types.StringType}, &expr.Literal{Value: enforced && sql.IsReserved(w), T: types.BooleanType}})
	}
	return resolved(v), nil
}

// rangeFunction is range(end), range(start, end) and range(start, end, step[, partitions]).
func (a *analyzer) rangeFunction(n *logical.TableFunction) (*relation, error) {
	args := n.Call.Args
	if len(args) < 1 || len(args) > 4 {
		return nil, sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", n.At, "The `range` requires [1, 2, 3, 4] parameters but the actual number is %d.", len(args))
	}
	v := make([]int64, len(args))
	b := a.binder(nil, "range")
	for i, arg := range args {
		if na, ok := arg.(*expr.NamedArg); ok {
			arg = na.Child
		}
		x, err := b.expr(arg)
		if err != nil {
			return nil, err
		}
		if !types.CanCast(x.Type(), types.BigIntType, a.env.ANSI) || x.Type().IsInterval() {
			return nil, sqlerr.New("UNEXPECTED_INPUT_TYPE", arg.Pos(), "Parameter %s of function `range` requires the \"BIGINT\" type, however \"%s\" has the type \"%s\".", itoa(i+1), autoName(a, arg), x.Type().SQL())
		}
		lit, err := a.constant(a.implicit(x, types.BigIntType))
		if err != nil {
			return nil, err
		}
		if lit == nil || lit.Value == nil {
			return nil, sqlerr.New("UNEXPECTED_INPUT_TYPE", arg.Pos(), "Parameter %s of function `range` requires a constant of type \"BIGINT\", however \"%s\" is none.", itoa(i+1), autoName(a, arg))
		}
		v[i] = integer(lit.Value)
	}
	r := &logical.Range{Base: n.Base, Step: 1, Out: &expr.Column{ID: a.NextID(), Name: "id", T: types.BigIntType}}
	if r.End = v[0]; len(v) > 1 {
		r.Start, r.End = v[0], v[1]
	}
	if len(v) > 2 {
		r.Step = v[2]
	}
	if r.Step == 0 {
		return nil, sqlerr.New("INVALID_PARAMETER_VALUE.ZERO_INDEX", n.At, "The step of range cannot be 0.")
	}
	return resolved(r), nil
}
