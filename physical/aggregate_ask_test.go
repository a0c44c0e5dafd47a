package physical

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// A table has asked for its memory before it takes rows in, whatever they make grow, and takes fewer rows in where there is little.
func TestAggregateAsksBeforeItGrows(t *testing.T) {
	const rows, batches = 2000, 40
	cols := columnsOf(1, types.BigIntType, types.StringType)
	distinct := aggregate(t, "count", cols[0])
	distinct.Distinct = true
	for name, c := range map[string]struct {
		agg  *expr.Aggregate
		keys []expr.Expr
		row  func(i int) (int64, string)
	}{
		"few groups":        {aggregate(t, "sum", cols[0]), []expr.Expr{cols[0]}, func(i int) (int64, string) { return int64(i % 5), "" }},
		"groups of one row": {aggregate(t, "sum", cols[0]), []expr.Expr{cols[0]}, func(i int) (int64, string) { return int64(i*7919) % (1 << 40), "" }},
		"ascending groups":  {aggregate(t, "sum", cols[0]), []expr.Expr{cols[0]}, func(i int) (int64, string) { return int64(i), "" }},
		"strings":           {aggregate(t, "max", cols[1]), []expr.Expr{cols[0], cols[1]}, func(i int) (int64, string) { return int64(i), fmt.Sprintf("a string that is long enough %d", i) }},
		"sets":              {distinct, []expr.Expr{cols[1]}, func(i int) (int64, string) { return int64(i), "a few"[i%3:] }},
		"lists":             {aggregate(t, "collect_list", cols[0]), []expr.Expr{cols[1]}, func(i int) (int64, string) { return int64(i), "a few"[i%3:] }},
		"no groups":         {aggregate(t, "collect_list", cols[0]), nil, func(i int) (int64, string) { return int64(i), "" }},
	} {
		for _, limit := range []int64{0, 200 << 10} {
			t.Run(fmt.Sprint(name, " ", limit), func(t *testing.T) {
				spec := AggregateSpec{Aggs: []logical.Named{namedAs(100, c.agg)}, Query: newQuery(t, 1, 0)}
				for i, k := range c.keys {
					spec.Keys = append(spec.Keys, namedAs(50+i, k))
				}
				plan, err := planAggregate(spec, cols)
				require.NoError(t, err)
				var keys []int
				for i := range c.keys {
					keys = append(keys, i)
				}
				table, err := newAggregateTable(plan, keys)
				require.NoError(t, err)
				defer table.free()
				b := budget.New(limit)
				memory, program := allowance{budget: b}, plan.program.New()
				for batch := range batches {
					in := &columnar.Batch{N: rows, Cols: []*columnar.Vector{columnar.New(types.BigIntType, rows), columnar.New(types.StringType, rows)}}
					for i := range rows {
						n, s := c.row(batch*rows + i)
						in.Cols[0].SetValue(i, n)
						in.Cols[1].SetValue(i, s)
					}
					args, err := program.Eval(in)
					require.NoError(t, err)
					for from := 0; from < rows; {
						k := table.ask(&memory, 0, rows-from)
						if k == 0 {
							require.NotZero(t, limit)
							require.Greater(t, table.bytes(), limit/8, "it gives up when a quarter more would not do")
							return
						}
						require.NoError(t, table.absorb(rawRows, args, in.Rows().Part(from, from+k)))
						from += k
						require.LessOrEqual(t, table.bytes()-24*int64(table.len()), memory.held, "batch %d row %d", batch, from)
					}
				}
				require.LessOrEqual(t, b.Used(), max(4*table.bytes(), 2*credit), "it does not ask for far too much")
			})
		}
	}
}
