package sparrow

import (
	"context"

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
// args are the values of the parameters ? by position, or NamedArg values of the parameters :name: nil, a bool, number, string, []byte,
// time.Time or a Column without references.
func (s *Session) SQL(ctx context.Context, text string, args ...any) (*DataFrame, error) {
	params, err := parameters(args)
	if err != nil {
		return nil, err
	}
	st, err := s.begin(text, params)
	if err != nil {
		return nil, err
	}
	p, err := sql.Parse(text, st.parseOptions())
	if err != nil {
		return nil, sqlerr.Attach(err, text)
	}
	return st.frame(ctx, p)
}

// Script runs statements separated by semicolons one after the other and returns the last one's result, nil for a text without any.
func (s *Session) Script(ctx context.Context, text string) (*DataFrame, error) {
	var last *DataFrame
	for rest := range sql.Statements(text) {
		df, err := s.SQL(ctx, rest)
		if err != nil {
			return nil, err
		}
		last = df
	}
	return last, nil
}

// frame runs a command, or binds a query.
func (st *statement) frame(ctx context.Context, p logical.Plan) (*DataFrame, error) {
	df := &DataFrame{st: st, plan: p}
	if isCommand(p) {
		t, err := st.command(ctx, p)
		if err != nil {
			return nil, err
		}
		df.plan = t.plan(st)
		df.bound.set(df.plan)
		return df, nil
	}
	if _, err := df.analyzed(ctx); err != nil {
		return nil, err
	}
	return df, nil
}
