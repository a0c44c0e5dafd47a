package sparrow

import (
	"context"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// NamedArg is the value of a parameter that the text calls :Name.
type NamedArg struct {
	Name  string
	Value any
}

// Named makes the value of the parameter :name.
func Named(name string, value any) NamedArg { return NamedArg{name, value} }

// SQL runs one statement. A command (CREATE, INSERT, SET, SHOW …) is done when SQL returns; a query is bound now, so that its mistakes are
// reported here, and runs when its rows are asked for.
//
// args are the values of the parameters ? by position, or NamedArg values of the parameters :name, or one map[string]any of the latter. A value
// is nil, a bool, number, string, []byte, time.Time or a Column without references.
func (s *Session) SQL(ctx context.Context, text string, args ...any) (*DataFrame, error) {
	params, err := parameters(args)
	if err != nil {
		return nil, err
	}
	text = s.substituted(text)
	st, err := s.begin(text, params)
	if err != nil {
		return nil, err
	}
	p, err := sql.ParseDialect(st.conf.Get("sparrow.sql.dialect"), text, st.parseOptions())
	if err != nil {
		return nil, sqlerr.Attach(err, text)
	}
	return st.frame(ctx, p)
}

// parameters splits values into those by position and those by name.
func parameters(args []any) (analyzer.Params, error) {
	var p analyzer.Params
	if len(args) == 1 {
		if byName, ok := args[0].(map[string]any); ok {
			args = make([]any, 0, len(byName))
			for name, v := range byName {
				args = append(args, NamedArg{name, v})
			}
		}
	}
	for _, a := range args {
		name := ""
		if n, ok := a.(NamedArg); ok {
			name, a = n.Name, n.Value
		}
		e, err := parameter(a)
		if err != nil {
			return p, err
		}
		if name == "" {
			p.Positional = append(p.Positional, e)
			continue
		}
		if p.Named == nil {
			p.Named = map[string]any{}
		}
		p.Named[name] = e
	}
	return p, nil
}

func parameter(v any) (expr.Expr, error) {
	if c, ok := v.(Column); ok {
		return c.e, nil
	}
	value, t, err := literalOf(v)
	if err != nil {
		return nil, err
	}
	return &expr.Literal{Value: value, T: t}, nil
}

// Script runs statements separated by semicolons one after the other and returns the last one's result, nil for a text without any.
func (s *Session) Script(ctx context.Context, text string) (*DataFrame, error) {
	var last *DataFrame
	for _, one := range SplitStatements(text) {
		df, err := s.SQL(ctx, one)
		if err != nil {
			return nil, err
		}
		last = df
	}
	return last, nil
}

// frame runs a command, or binds a query.
func (st *statement) frame(ctx context.Context, p logical.Plan) (*DataFrame, error) {
	if n, ok := p.(*logical.ExecuteImmediate); ok {
		out, err := st.immediate(ctx, n)
		return out, sqlerr.Attach(err, st.text)
	}
	if isCommand(p) {
		t, err := st.command(ctx, p)
		if err != nil {
			return nil, err
		}
		return t.frame(st), nil
	}
	df := newFrame(st, p, &logical.Bindings{Text: st.text, Positional: st.params.Positional, Named: st.params.Named})
	if _, err := df.analyzed(ctx); err != nil {
		return nil, err
	}
	return df, nil
}

// SplitStatements cuts a script at its semicolons, comments and quotes respected; parts without a statement are left out.
func SplitStatements(text string) []string {
	statements, _ := sql.Split(text)
	return statements
}

// StatementComplete reports whether text needs no more lines: its last statement is ended by a semicolon, or there is none.
func StatementComplete(text string) bool {
	_, complete := sql.Split(text)
	return complete
}

// Error is the error of a query: a Spark error condition with SQLSTATE, place and suggestion.
type Error = sqlerr.Error
