package sparrow

import (
	"context"
	"errors"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// run gives the result's batches in order while the query runs; they belong to consume, which ends the run by errStopped.
func (df *DataFrame) run(ctx context.Context, consume func(*columnar.Batch) error) error {
	p, err := df.analyzed(ctx)
	if err != nil {
		return err
	}
	st, err := df.st.renewed()
	if err != nil {
		return err
	}
	stopped := false // then nobody hears of an error that comes at the same time
	err = st.run(ctx, p, func(b *columnar.Batch) error {
		err := consume(b)
		stopped = errors.Is(err, errStopped)
		return err
	})
	if stopped {
		return nil
	}
	return err
}

// errStopped ends a run whose consumer wants no more.
var errStopped = errors.New("sparrow: the consumer stopped")

// Records runs the query and gives its result as Arrow records, in order, while it runs; see Rows. Strings come as string views, decimals as decimal128. Numbers and
// strings are not copied. A record is valid for as long as it is referred to, also after the loop and after Session.Close; Release is not needed
// and does no harm.
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
		if err != nil {
			yield(nil, err)
		}
	}
}

// Rows runs the query and gives its result row by row, in order, while it runs: the first rows come before the last are computed, and a caller who
// takes them slowly holds the query back, so that a result of any size takes little memory. An error, also one of ctx, comes last, behind rows
// that are right. The end of the loop, however it ends, ends the query; when it has ended, nothing of it is left. Files that the query reads must
// stay until then.
func (df *DataFrame) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s, err := df.sqlSchema(ctx)
		if err != nil {
			yield(Row{}, err)
			return
		}
		err = df.run(ctx, func(b *columnar.Batch) error {
			for i := range b.N {
				if !yield(rowOf(s, b, i, df.st.env.Zone), nil) {
					return errStopped
				}
			}
			return nil
		})
		if err != nil {
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

// Take returns the first n rows.
func (df *DataFrame) Take(ctx context.Context, n int) ([]Row, error) { return df.Limit(n).Collect(ctx) }

// Head is Take.
func (df *DataFrame) Head(ctx context.Context, n int) ([]Row, error) { return df.Take(ctx, n) }

// Tail returns the last n rows.
func (df *DataFrame) Tail(ctx context.Context, n int) ([]Row, error) {
	if n < 0 {
		return nil, negative("tail", n)
	}
	var last []Row
	for r, err := range df.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if last = append(last, r); len(last) >= 2*n+1024 { // now and then, so that each row is moved about once
			last = append([]Row(nil), last[len(last)-n:]...)
		}
	}
	return last[max(0, len(last)-n):], nil
}

// First returns the first row. A query without rows is an error that errors.Is recognizes as ErrNoRows.
func (df *DataFrame) First(ctx context.Context) (Row, error) {
	rows, err := df.Take(ctx, 1)
	switch {
	case err != nil:
		return Row{}, err
	case len(rows) == 0:
		return Row{}, ErrNoRows
	}
	return rows[0], nil
}

// ErrNoRows is First's error for a query without rows.
var ErrNoRows = errors.New("sparrow: the query has no rows")

// IsEmpty reports whether the query has no rows.
func (df *DataFrame) IsEmpty(ctx context.Context) (bool, error) {
	rows, err := df.Select(Lit(1)).Take(ctx, 1)
	return len(rows) == 0, err
}

// values runs the query and returns its rows as Go values of package types.
func (df *DataFrame) values(ctx context.Context) ([][]any, types.Schema, error) {
	if df.err != nil {
		return nil, nil, df.err
	}
	st, err := df.st.renewed()
	if err != nil {
		return nil, nil, err
	}
	return st.collect(ctx, df.plan)
}

// collect computes a plan that is not yet analyzed and returns its rows as Go values of package types.
func (st *statement) collect(ctx context.Context, p logical.Plan) ([][]any, types.Schema, error) {
	analyzed, err := st.analyze(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]any
	err = st.run(ctx, analyzed, func(b *columnar.Batch) error {
		for i := range b.N {
			row := make([]any, len(b.Cols))
			for j, c := range b.Cols {
				row[j] = c.Value(i)
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, logical.Schema(analyzed), err
}

// negative is the error for a number of rows below zero.
func negative(what string, n int) error {
	return sqlerr.New("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", sqlerr.Pos{}, "The %s expression must be equal to or greater than 0, but got %d.", what, n)
}
