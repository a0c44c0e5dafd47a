package physical

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/types"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newQuery(t testing.TB, threads, batch int) *exec.Query {
	q := exec.NewQuery(context.Background(), exec.Options{Threads: threads, BatchSize: batch, TempDir: t.TempDir()})
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

// columnsOf numbers columns of the types from id on.
func columnsOf(id int, ts ...types.Type) []*expr.Column {
	cols := make([]*expr.Column, len(ts))
	for i, t := range ts {
		cols[i] = &expr.Column{ID: expr.ColumnID(id + i), Name: fmt.Sprintf("c%d", id+i), T: t, Null: true}
	}
	return cols
}

// stageOf makes a finished stage of rows of Go values, in chunks.
func stageOf(q *exec.Query, ts []types.Type, rows [][]any, chunk int) *exec.StageOutput {
	var chunks []*columnar.Batch
	for off := 0; off < len(rows); off += chunk {
		n := min(chunk, len(rows)-off)
		b := &columnar.Batch{N: n}
		for c, t := range ts {
			v := columnar.New(t, n)
			v.ClearReferences()
			v.Class = columnar.Shared
			for i := range n {
				v.SetValue(i, rows[off+i][c])
			}
			b.Cols = append(b.Cols, v)
		}
		chunks = append(chunks, b)
	}
	return exec.NewStageOutput(q, ts, chunks)
}

// inFile returns the rows of a stage in chunks of n rows of a file.
func inFile(t testing.TB, q *exec.Query, s *exec.StageOutput, n int) *exec.StageOutput {
	w, err := q.Spill().Create("test", s.Types())
	require.NoError(t, err)
	require.NoError(t, s.Each(q, func(b *columnar.Batch) error {
		for off := 0; off < b.N; off += n {
			part := *b
			part.Sel = columnar.Identity(min(off+n, b.N))[off:]
			if err := w.Write(&part); err != nil {
				return err
			}
		}
		return nil
	}))
	var chunks []exec.Chunk
	for i := range w.Finish().Blocks() {
		chunks = append(chunks, exec.Chunk{File: w.Finish(), Block: i})
	}
	return exec.NewOutput(q, q.NewArena(), s.Types(), chunks)
}

// rowsOf reads all rows of a stage in order.
func rowsOf(t testing.TB, q *exec.Query, s *exec.StageOutput) [][]any {
	var out [][]any
	require.NoError(t, s.Each(q, func(b *columnar.Batch) error {
		for i := range b.Count() {
			row := make([]any, len(b.Cols))
			for c, v := range b.Cols {
				row[c] = v.Value(b.Rows().Row(i))
			}
			out = append(out, row)
		}
		return nil
	}))
	return out
}

// lines prints rows, sorted: equal lists are equal multisets.
func lines(rows [][]any) string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = fmt.Sprint(r...)
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// materialized runs branches into a Materialize sink.
func materialized(t testing.TB, q *exec.Query, cols []*expr.Column, branches ...exec.Branch) *exec.StageOutput {
	out, err := q.Run(&exec.Pipeline{Branches: branches, Sink: NewMaterialize(cols, true, q)})
	require.NoError(t, err)
	return out
}

// compare is a comparison of two expressions.
func compare(op string, a, b expr.Expr) expr.Expr {
	e, err := functions.Call(op, a, b)
	if err != nil {
		panic(err)
	}
	return e
}
