package physical

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// limitedQuery has so much memory, and has given all of it back at its end.
func limitedQuery(t *testing.T, memory int64) *exec.Query {
	q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: memory, TempDir: t.TempDir()})
	t.Cleanup(func() {
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
	})
	return q
}

func numbers(q *exec.Query, n int, f func(i int) any) *exec.StageOutput {
	v := vectorOf(types.BigIntType, n, f)
	return exec.NewStageOutput(q, []types.Type{types.BigIntType}, []*columnar.Batch{{N: n, Cols: []*columnar.Vector{v}}})
}

// TestComputedKeysAndMatchesAreAccounted joins by an expression of the build side: without room for its values, or for the bits of matched rows, the
// join goes to files.
func TestComputedKeysAndMatchesAreAccounted(t *testing.T) {
	const n = 50_000
	left, right := columnsOf(1, types.BigIntType), columnsOf(10, types.BigIntType)
	computed := callOf(t, "+", right[0], &expr.Literal{Value: int64(1), T: types.BigIntType})
	for _, c := range []struct {
		kind logical.JoinKind
		key  expr.Expr
		more int64 // that it holds, more than an inner join by the column
	}{{logical.Inner, computed, 8 * n}, {logical.FullOuter, right[0], 3 * n / 8}} {
		join := func(q *exec.Query, build *exec.StageOutput, kind logical.JoinKind, key expr.Expr) *HashJoin {
			j, err := NewHashJoin(HashJoinSpec{Kind: kind, Probe: left, Build: right, ProbeKeys: []expr.Expr{left[0]}, BuildKeys: []expr.Expr{key}, NullSafe: []bool{false},
				Output: append(left[:1:1], right...), Query: q}, build)
			require.NoError(t, err)
			return j
		}
		held := func(kind logical.JoinKind, key expr.Expr) int64 {
			q := limitedQuery(t, 1<<30)
			build := numbers(q, n, func(i int) any { return int64(i) })
			before := q.Budget().Used()
			require.Nil(t, join(q, build, kind, key).spilled)
			defer func() {
				build.Release()
				require.Zero(t, q.Budget().Used())
			}()
			return q.Budget().Used() - before
		}
		plain, more := held(logical.Inner, right[0]), held(c.kind, c.key)
		require.GreaterOrEqual(t, more-plain, c.more)

		q := limitedQuery(t, 8*n+plain+c.more/2)
		require.NotNil(t, join(q, numbers(q, n, func(i int) any { return int64(i) }), c.kind, c.key).spilled)
	}
}

// TestWindowPiecesAreAccounted computes one partition that fits in memory once, but not with what is computed of it: it goes to files. With room for
// all, the results lie in memory of the stage.
func TestWindowPiecesAreAccounted(t *testing.T) {
	const n = 60_000
	cols := columnsOf(1, types.BigIntType)
	spec := expr.WindowSpec{Order: []expr.SortKey{{Expr: cols[0]}}}
	funcs := []logical.Named{namedAs(500, &expr.Window{Call: callOf(t, "row_number"), Spec: spec}),
		namedAs(501, &expr.Window{Call: callOf(t, "lag", cols[0]), Spec: spec})}
	for _, memory := range []int64{1 << 30, 5 << 20} {
		q := limitedQuery(t, memory)
		sink, err := NewWindow(funcs, 0, cols, q)
		require.NoError(t, err)
		in := numbers(q, n, func(i int) any { return int64(i * 7919 % n) })
		out, err := q.Run(&exec.Pipeline{Sink: sink, Branches: []exec.Branch{{Source: in.Source()}}})
		require.NoError(t, err)
		rows := 0
		require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
			for i := range b.N {
				require.Equal(t, fmt.Sprint(rows, rows+1), fmt.Sprint(b.Cols[0].Value(i), b.Cols[1].Value(i)))
				rows++
			}
			for _, v := range b.Cols {
				require.Equal(t, memory == 1<<30, v.Class == columnar.Stage)
			}
			return nil
		}))
		require.Equal(t, n, rows)
		require.Equal(t, memory == 1<<30, sink.(*window).runs == 0)
	}
}
