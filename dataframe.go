package sparrow

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// DataFrame is a query. It runs anew whenever its rows are asked for (Rows, Records, Collect, Count, Show, Write), unless it is cached.
//
// Methods that derive a DataFrame never fail at once: a mistake is kept and reported, as *Error with Spark's condition, by Err and by
// everything that runs the query. A DataFrame is immutable and safe for use from many goroutines.
//
// What the names of a statement mean (views, the settings of types and casts) is settled when SQL, Table, Read or CreateDataFrame makes the
// DataFrame; the clock and the settings of execution (threads, memory) are those of each run.
type DataFrame struct {
	st    *statement
	id    int64        // of the plan, for Col
	plan  logical.Plan // not analyzed
	hint  string       // how a join should treat the rows
	err   error
	bound bound
}

// bound is a plan analyzed at most once.
type bound struct {
	once sync.Once
	plan logical.Plan
	err  error
}

func (b *bound) set(p logical.Plan) { b.once.Do(func() { b.plan = p }) }

// frameIDs numbers the plans of all sessions.
var frameIDs atomic.Int64

// newFrame makes a DataFrame of a plan; b is what its names mean, nil for a plan without names.
func newFrame(st *statement, p logical.Plan, b *logical.Bindings) *DataFrame {
	id := frameIDs.Add(1)
	return &DataFrame{st: st, id: id, plan: &logical.DataFrame{Input: p, ID: id, Bindings: b}}
}

// analyzed binds the plan.
func (df *DataFrame) analyzed(ctx context.Context) (logical.Plan, error) {
	if df.err != nil {
		return nil, df.err
	}
	df.bound.once.Do(func() { df.bound.plan, df.bound.err = df.st.analyze(context.WithoutCancel(ctx), df.plan) })
	return df.bound.plan, df.bound.err
}

// with derives a DataFrame with rows of this one alone.
func (df *DataFrame) with(p logical.Plan) *DataFrame {
	d := df.derived(p)
	d.hint = df.hint
	return d
}

// derived derives a DataFrame. Places in its plan point into no text, or into those that the plan's parts carry.
func (df *DataFrame) derived(p logical.Plan) *DataFrame {
	st := *df.st
	st.text, st.params = "", analyzer.Params{}
	d := newFrame(&st, p, nil)
	d.err = df.err
	return d
}

// both derives a DataFrame of this one and another of the same session.
func (df *DataFrame) both(other *DataFrame, p func() logical.Plan) *DataFrame {
	switch {
	case other == nil:
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "The other DataFrame is nil."))
	case df.err != nil || other.err != nil:
		return df.failed(other.err)
	case other.st.session != df.st.session:
		return df.failed(sqlerr.New("CONNECT.SESSION_NOT_SAME", sqlerr.Pos{}, "Both DataFrames must belong to the same session."))
	}
	return df.derived(p())
}

// failed derives a DataFrame that reports a mistake.
func (df *DataFrame) failed(err error) *DataFrame {
	d := newFrame(df.st, df.plan, nil)
	d.err = errors.Join(df.err, err)
	return d
}

// Session returns the session that the DataFrame belongs to.
func (df *DataFrame) Session() *Session { return df.st.session }

// Err binds the query and returns what is wrong with it, nil if nothing is. It does not run it.
func (df *DataFrame) Err() error {
	_, err := df.analyzed(context.Background())
	return err
}

// sqlSchema returns the columns as SQL types.
func (df *DataFrame) sqlSchema(ctx context.Context) (types.Schema, error) {
	p, err := df.analyzed(ctx)
	if err != nil {
		return nil, err
	}
	return logical.Schema(p), nil
}

// Schema returns the columns of the result.
func (df *DataFrame) Schema(ctx context.Context) (*arrow.Schema, error) {
	s, err := df.sqlSchema(ctx)
	if err != nil {
		return nil, err
	}
	return arrowSchema(s), nil
}

func arrowSchema(s types.Schema) *arrow.Schema { return arrow.NewSchema(columnar.ArrowFields(s), nil) }

// Columns returns the names of the columns, nil if the query is wrong.
func (df *DataFrame) Columns() []string {
	s, err := df.sqlSchema(context.Background())
	if err != nil {
		return nil
	}
	names := make([]string, len(s))
	for i, f := range s {
		names[i] = f.Name
	}
	return names
}

// Count runs the query and returns the number of its rows.
func (df *DataFrame) Count(ctx context.Context) (int64, error) {
	row, err := df.Agg(Call("count", 1).As("count")).First(ctx)
	if err != nil {
		return 0, err
	}
	return row.At(0).(int64), nil
}

// Explain returns the plan as text. mode is "" (the plan that will run), "extended", "cost", "formatted", or "analyze", which runs the query and
// shows what was measured and re-planned.
func (df *DataFrame) Explain(ctx context.Context, mode string) (string, error) {
	if df.err != nil {
		return "", df.err
	}
	mode = strings.ToUpper(mode)
	switch mode {
	case "", "SIMPLE", "EXTENDED", "COST", "FORMATTED", "CODEGEN", "ANALYZE":
	default:
		return "", sqlerr.New("INVALID_PARAMETER_VALUE.STRING", sqlerr.Pos{}, "Unknown explain mode: %s.", mode).
			WithHint("Accepted explain modes are 'simple', 'extended', 'codegen', 'cost', 'formatted', 'analyze'.")
	}
	st, err := df.st.renewed()
	if err != nil {
		return "", err
	}
	return st.explainText(ctx, df.plan, mode)
}
