package physical

import (
	"context"
	"fmt"
	"maps"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// TestRunsOfKeys groups numbers that lie in order, wholly, nearly and not at all, by morsels that cut groups, with and without memory. Where all
// is in order no groups may be merged.
func TestRunsOfKeys(t *testing.T) {
	const rows, morsel = 400_000, 16 * columnar.BatchSize
	in := []*expr.Column{column(0, "k", types.BigIntType), column(1, "v", types.BigIntType)}
	in[0].Null = true
	for name, c := range map[string]struct {
		key   func(i int) (int64, bool)
		apart bool
	}{
		"in order":       {func(i int) (int64, bool) { return int64((i + 4) / 8), true }, true},
		"below zero":     {func(i int) (int64, bool) { return int64((i+4)/8) - 10_000, true }, true},
		"one long group": {func(i int) (int64, bool) { return int64((max(i, min(i+3*morsel/2, 2*morsel)) + 4) / 8), true }, true},
		"equal ranges":   {func(i int) (int64, bool) { return int64((i%(rows/2) + 4) / 8), true }, false},
		"descending":     {func(i int) (int64, bool) { return -int64((i + 4) / 8), true }, false},
		"last is null":   {func(i int) (int64, bool) { return int64((i + 4) / 8), i < rows-1 }, false},
		"one misplaced":  {func(i int) (int64, bool) { return int64((i+4)/8) - int64(max(i-rows+2, 0))*1000, true }, false},
	} {
		// The values of a group that a morsel cuts overflow in the first part and not together.
		value := func(i int) int64 {
			switch at := (i + 2) % morsel; {
			case i < morsel-2:
			case at < 2:
				return math.MaxInt64
			case at < 4:
				return -math.MaxInt64
			}
			return int64(i % 100)
		}
		source := benchBatches(rows, func(first, n int) []*columnar.Vector {
			keys := bigintsOf(n, func(i int) int64 { k, _ := c.key(first + i); return k })
			for i := range n {
				if _, ok := c.key(first + i); !ok {
					keys.SetNull(i)
				}
			}
			return []*columnar.Vector{keys, bigintsOf(n, func(i int) int64 { return value(first + i) })}
		})
		const null = math.MinInt64
		want := map[int64]int64{}
		for i := range rows {
			k, ok := c.key(i)
			if !ok {
				k = null
			}
			want[k] += value(i)
		}
		for _, threads := range []int{1, 3} {
			for _, memory := range []int64{0, 256 << 10} {
				t.Run(fmt.Sprintf("%s threads %d memory %d", name, threads, memory), func(t *testing.T) {
					q := exec.NewQuery(context.Background(), exec.Options{Threads: threads, Memory: memory, TempDir: t.TempDir(), Env: &expr.Env{ANSI: true, Zone: time.UTC}})
					defer func() { require.NoError(t, q.Close()) }()
					sink, err := NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}},
						Aggs: []logical.Named{namedAs(10, aggregate(t, "sum", in[1])), namedAs(11, aggregate(t, "count", in[1]))}, Query: q}, in)
					require.NoError(t, err)
					out, err := q.Run(&exec.Pipeline{Branches: []exec.Branch{{Source: source}}, Sink: sink})
					require.NoError(t, err)
					got, n, groups := map[int64]int64{}, int64(0), 0
					require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
						for i := range b.N {
							k := int64(null)
							if !b.Cols[0].IsNull(i) {
								k = columnar.Values[int64](b.Cols[0])[i]
							}
							groups++
							got[k] = columnar.Values[int64](b.Cols[1])[i]
							n += columnar.Values[int64](b.Cols[2])[i]
						}
						return nil
					}))
					require.Equal(t, len(want), groups)
					require.True(t, maps.Equal(want, got))
					require.Equal(t, int64(rows), n)
					// A worker that has only the long group goes on elsewhere with its table, which then overlaps with others.
					if memory == 0 && (threads == 1 || name != "one long group") {
						require.Equal(t, c.apart, sink.(*hashAggregate).fed[0].runs > 0, sink.(*hashAggregate).Note())
					}
				})
			}
		}
	}
}
