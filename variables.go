package sparrow

import (
	"context"
	"os"
	"strings"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func (st *statement) declare(ctx context.Context, n *logical.DeclareVariable) error {
	c := st.session.catalog
	if n.Drop {
		return c.DropVariable(n.Names, n.IfExists, n.At)
	}
	for _, name := range n.Names {
		lit, err := st.constant(ctx, n.Default, n.Type)
		if err != nil {
			return err
		}
		if err := c.DeclareVariable(&catalog.Variable{Name: name, Value: lit, Default: n.Default}, n.OrReplace, n.At); err != nil {
			return err
		}
	}
	return nil
}

// setVariables computes all values before it sets any.
func (st *statement) setVariables(ctx context.Context, n *logical.SetVariables) error {
	values := n.Values
	if n.Query != nil {
		row, err := st.oneRow(ctx, n.Query, len(n.Names), n.At)
		if err != nil {
			return err
		}
		values = row
	}
	return st.assign(ctx, n.Names, values, n.At)
}

// assign sets variables to expressions cast to their types.
func (st *statement) assign(ctx context.Context, names [][]string, values []expr.Expr, pos sqlerr.Pos) error {
	lits := make([]*expr.Literal, len(names))
	seen := map[*catalog.Variable]bool{}
	for i, name := range names {
		v := st.session.catalog.Variable(name)
		if v == nil {
			return sqlerr.New("UNRESOLVED_VARIABLE", pos, "Cannot resolve variable %s on search path `SYSTEM`.`SESSION`.", catalog.QuoteName(name)).WithHint("Use DECLARE VARIABLE first.")
		}
		if seen[v] {
			return sqlerr.New("DUPLICATE_ASSIGNMENTS", pos, "The columns or variables [%s] appear more than once as assignment targets.", catalog.QuoteName(name))
		}
		seen[v] = true
		e := values[i]
		if _, isDefault := e.(*expr.Default); isDefault {
			e = v.Default
		}
		var err error
		if lits[i], err = st.constant(ctx, e, &v.Value.T); err != nil {
			return err
		}
	}
	for i, name := range names {
		if err := st.session.catalog.SetVariable(name, lits[i], pos); err != nil {
			return err
		}
	}
	return nil
}

// oneRow runs a query that may give one row, whose values go to n targets; no row gives nulls.
func (st *statement) oneRow(ctx context.Context, q logical.Plan, n int, pos sqlerr.Pos) ([]expr.Expr, error) {
	rows, schema, err := st.collect(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(schema) != n {
		return nil, sqlerr.New("ASSIGNMENT_ARITY_MISMATCH", pos, "The number of columns or variables assigned or aliased: %d does not match the number of source expressions: %d.", n, len(schema))
	}
	if len(rows) > 1 {
		return nil, sqlerr.New("ROW_SUBQUERY_TOO_MANY_ROWS", pos, "More than one row returned by a subquery used as a row.")
	}
	out := make([]expr.Expr, n)
	for i, f := range schema {
		lit := &expr.Literal{Base: expr.Base{At: pos}, T: f.Type}
		if len(rows) == 1 {
			lit.Value = rows[0][i]
		}
		out[i] = lit
	}
	return out, nil
}

// immediate runs EXECUTE IMMEDIATE: the text's result is the statement's, or goes INTO variables.
func (st *statement) immediate(ctx context.Context, n *logical.ExecuteImmediate) (*DataFrame, error) {
	text, err := st.constant(ctx, n.Text, nil)
	if err != nil {
		return nil, err
	}
	s, ok := text.Value.(string)
	if !ok {
		if text.Value == nil {
			return nil, sqlerr.New("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", n.Text.Pos(), "Execute immediate requires a non-null variable as the query string, but the provided expression is null.")
		}
		return nil, sqlerr.New("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", n.Text.Pos(), "Expression type must be string type but got %s.", text.T.SQL())
	}
	params, err := st.immediateParams(ctx, n, s)
	if err != nil {
		return nil, err
	}
	inner, err := st.session.begin(s, params)
	if err != nil {
		return nil, err
	}
	p, err := sql.Parse(s, inner.parseOptions())
	if err != nil {
		return nil, sqlerr.Attach(err, s)
	}
	if _, nested := p.(*logical.ExecuteImmediate); nested {
		return nil, sqlerr.New("NESTED_EXECUTE_IMMEDIATE", n.At, "Nested EXECUTE IMMEDIATE commands are not allowed.")
	}
	if len(n.Into) == 0 {
		return inner.frame(ctx, p)
	}
	if isCommand(p) {
		return nil, sqlerr.New("INVALID_STATEMENT_FOR_EXECUTE_INTO", n.At, "The INTO clause of EXECUTE IMMEDIATE is only valid for queries.")
	}
	row, err := inner.oneRow(ctx, p, len(n.Into), n.At)
	if err != nil {
		return nil, err
	}
	if err := st.assign(ctx, n.Into, row, n.At); err != nil {
		return nil, err
	}
	return (&table{}).frame(st), nil
}

// immediateParams are the values of USING: by name where all have one that the text asks for, else by position.
func (st *statement) immediateParams(ctx context.Context, n *logical.ExecuteImmediate, text string) (analyzer.Params, error) {
	p := analyzer.Params{Named: map[string]any{}}
	for _, e := range n.Using {
		name := ""
		if a, ok := e.(*expr.Alias); ok && len(a.Names) == 1 {
			name, e = a.Names[0], a.Child
		} else if v, ok := e.(*expr.Name); ok {
			name = v.Parts[len(v.Parts)-1] // a variable also gives its name
		}
		lit, err := st.constant(ctx, e, nil)
		if err != nil {
			return p, err
		}
		p.Positional = append(p.Positional, lit)
		if name != "" && strings.Contains(text, ":"+name) {
			p.Named[name] = lit
		}
	}
	if len(p.Named) == len(n.Using) {
		p.Positional = nil
	} else {
		p.Named = nil
	}
	return p, nil
}

// substituted replaces ${key}, ${spark:key}, ${env:NAME} and the like in a text by settings and variables of the environment; what is not
// known stays.
func (s *Session) substituted(text string) string {
	if !strings.Contains(text, "${") || !s.conf.Bool("spark.sql.variable.substitute") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		key, after, closed := strings.Cut(rest, "}")
		if value, known := s.substitute(key); closed && known {
			b.WriteString(value)
			text = after
			continue
		}
		b.WriteString("${")
		text = rest
	}
}

func (s *Session) substitute(key string) (string, bool) {
	if prefix, name, ok := strings.Cut(key, ":"); ok {
		switch prefix {
		case "env":
			return os.LookupEnv(name)
		case "spark", "sparkconf", "hivevar", "hiveconf", "system":
			key = name
		}
	}
	if strings.EqualFold(key, "spark.sql.warehouse.dir") {
		dir, err := s.warehouseDir()
		return dir, err == nil
	}
	return s.conf.Lookup(key)
}

// frame returns the table as a DataFrame of a statement that has run.
func (t *table) frame(st *statement) *DataFrame {
	rows := t.plan(st)
	df := newFrame(st, rows, nil)
	df.bound.set(rows)
	return df
}

// constant computes an expression without input, cast to a type if one is given.
func (st *statement) constant(ctx context.Context, e expr.Expr, t *types.Type) (*expr.Literal, error) {
	if e == nil {
		e = expr.Null
	}
	if t != nil {
		e = &expr.Cast{Child: e, To: *t}
	}
	rows, schema, err := st.collect(ctx, &logical.Select{List: []expr.Expr{&expr.Alias{Child: e, Names: []string{"value"}}}})
	if err != nil {
		return nil, err
	}
	return &expr.Literal{Value: rows[0][0], T: schema[0].Type}, nil
}
