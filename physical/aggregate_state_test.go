package physical

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// Functions that read one state give what each gives alone.
func TestAggregatesReadOneState(t *testing.T) {
	c := testColumns
	some := func(a *expr.Aggregate, distinct bool, filter expr.Expr) expr.Expr {
		a.Distinct, a.Filter = distinct, filter
		return a
	}
	list := []expr.Expr{
		aggregate(t, "avg", c[1]), aggregate(t, "sum", c[1]), aggregate(t, "try_sum", c[1]), aggregate(t, "count", c[1]), // small
		aggregate(t, "sum", c[5]), aggregate(t, "try_avg", c[5]), aggregate(t, "avg", c[5]), // narrow
		aggregate(t, "sum", c[3]), aggregate(t, "count", c[3]), aggregate(t, "avg", c[3]), // f
		some(aggregate(t, "sum", c[1]), true, nil), some(aggregate(t, "avg", c[1]), true, nil), some(aggregate(t, "count", c[1]), true, nil),
		some(aggregate(t, "sum", c[1]), false, c[6]), some(aggregate(t, "count", c[1]), false, c[6]),
		some(aggregate(t, "count_if", c[6]), false, nil), aggregate(t, "count", c[6]), aggregate(t, "min", c[1]), aggregate(t, "max", c[1]),
	}
	const states = 3 + 2 + 4 // sums and counts without and with DISTINCT or FILTER; count_if, count(flag), min, max
	var aggs []logical.Named
	for i, e := range list {
		aggs = append(aggs, namedAs(100+i, e))
	}
	for _, keys := range [][]int{{}, {2, 6}} {
		configurations(t, func(t *testing.T, batch int, q *exec.Query) {
			table := newTestTable(testColumns, randomRows(min(6*batch, 1000), 50, 9), batch)
			plan, err := planAggregate(AggregateSpec{Keys: namedKeys(keys), Aggs: aggs, Query: q}, testColumns)
			require.NoError(t, err)
			require.Len(t, plan.funcs, states)
			run := func(aggs []logical.Named) map[string][]string {
				sink, err := NewHashAggregate(AggregateSpec{Keys: namedKeys(keys), Aggs: aggs, Query: q}, testColumns)
				groups := map[string][]string{}
				for _, row := range runSink(t, q, sink, err, table) {
					groups[sorted([][]string{row[:len(keys)]})[0]] = row[len(keys):]
				}
				return groups
			}
			together := run(aggs)
			for i := range aggs {
				for key, alone := range run(aggs[i : i+1]) {
					require.Equal(t, alone[0], together[key][i], "%s of group %s", expr.Key(list[i]), key)
				}
			}
		})
	}
}
