package sparrow

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// DataFrame is a query. It runs anew whenever its rows are asked for (Rows, Records, Collect, Count, Show, Write), unless it is cached.
// Methods that derive a DataFrame never fail at once: a mistake is reported by Err and by everything that runs the query. A DataFrame is
// immutable and safe for use from many goroutines.
type DataFrame struct {
	st    *statement
	plan  logical.Plan // not analyzed
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

// analyzed binds the plan.
func (df *DataFrame) analyzed(ctx context.Context) (logical.Plan, error) {
	if df.err != nil {
		return nil, df.err
	}
	df.bound.once.Do(func() { df.bound.plan, df.bound.err = df.st.analyze(context.WithoutCancel(ctx), df.plan) })
	return df.bound.plan, df.bound.err
}

// with derives a DataFrame.
func (df *DataFrame) with(p logical.Plan) *DataFrame {
	return &DataFrame{st: df.st, plan: p, err: df.err}
}

// failed derives a DataFrame that reports a mistake.
func (df *DataFrame) failed(err error) *DataFrame {
	return &DataFrame{st: df.st, plan: df.plan, err: errors.Join(df.err, err)}
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

// run gives the result's batches in order; their vectors live until consume returns.
func (df *DataFrame) run(ctx context.Context, consume func(*columnar.Batch) error) error {
	p, err := df.analyzed(ctx)
	if err != nil {
		return err
	}
	return df.st.run(ctx, p, consume)
}

// errStopped ends a run whose consumer wants no more.
var errStopped = errors.New("sparrow: the consumer stopped")

// Records runs the query and gives its result as Arrow records, in order. Strings come as string views, decimals as decimal128. A record stays
// valid after the next one is asked for; Release is not needed.
func (df *DataFrame) Records(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		s, err := df.Schema(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		err = df.run(ctx, func(b *columnar.Batch) error {
			rec, err := columnar.ToRecord(s, b)
			if err != nil {
				return err
			}
			if !yield(rec, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// Rows runs the query and gives its result row by row, in order.
func (df *DataFrame) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s, err := df.sqlSchema(ctx)
		if err != nil {
			yield(Row{}, err)
			return
		}
		err = df.run(ctx, func(b *columnar.Batch) error {
			rows := b.Rows()
			for i := range rows.Count() {
				if !yield(rowOf(s, b, rows.Row(i), df.st.env.Zone), nil) {
					return errStopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(Row{}, err)
		}
	}
}

// Collect runs the query and returns its rows.
func (df *DataFrame) Collect(ctx context.Context) ([]Row, error) {
	var out []Row
	for r, err := range df.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Count runs the query and returns the number of its rows.
func (df *DataFrame) Count(ctx context.Context) (int64, error) {
	counted := df.with(&logical.UnresolvedAggregate{Input: df.plan, Group: &logical.Grouping{}, List: []expr.Expr{
		&expr.Alias{Child: &expr.UnresolvedCall{Name: []string{"count"}, Args: []expr.Expr{&expr.Literal{Value: int32(1), T: types.IntType}}}, Names: []string{"count"}}}})
	rows, err := counted.Collect(ctx)
	if err != nil {
		return 0, err
	}
	return rows[0].At(0).(int64), nil
}

// collect computes a plan that is not yet analyzed and returns its rows as Go values of package types.
func (st *statement) collect(ctx context.Context, p logical.Plan) ([][]any, types.Schema, error) {
	analyzed, err := st.analyze(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]any
	err = st.run(ctx, analyzed, func(b *columnar.Batch) error {
		set := b.Rows()
		for i := range set.Count() {
			row := make([]any, len(b.Cols))
			for j, c := range b.Cols {
				row[j] = c.Value(set.Row(i))
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, logical.Schema(analyzed), err
}

// Explain returns the plan as text. mode is "" (the plan that will run), "extended", "cost", "formatted", or "analyze", which runs the query and
// shows what was measured and re-planned.
func (df *DataFrame) Explain(ctx context.Context, mode string) (string, error) {
	if df.err != nil {
		return "", df.err
	}
	return df.st.explainText(ctx, df.plan, strings.ToUpper(mode))
}
