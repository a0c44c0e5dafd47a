package physical

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// groupsOf returns a table that has numbered n keys.
func groupsOf(typ types.Type, n int, key func(i int) int64) *groupTable {
	g := newGroupTable(nil, []types.Type{typ})
	v := columnar.New(typ, n)
	for i := range n {
		setNumber(v, i, key(i))
	}
	g.find([]*columnar.Vector{v}, columnar.AllRows(n), make([]int32, n))
	return g
}

// TestValueRange divides numbers by where they lie: those of a part are near to each other, equal ones are together, and those beyond the range are somewhere.
func TestValueRange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for _, lo := range []int64{0, -70_000, math.MinInt64, math.MaxInt64 - 200_000} {
		g := groupsOf(types.BigIntType, 5000, func(int) int64 { return lo + r.Int64N(200_000) })
		within := newValueRange(g)
		require.NotNil(t, within)
		v := columnar.New(types.BigIntType, 1000)
		for i := range 1000 {
			columnar.Values[int64](v)[i] = lo + r.Int64N(200_000)
			if i%10 == 9 {
				columnar.Values[int64](v)[i] = int64(r.Uint64())
			}
		}
		v.SetNull(3)
		v.SetNull(500)
		rows := columnar.AllRows(1000)
		hashes := make([]uint64, rows.Count())
		within.hash(v, rows, hashes)
		require.Equal(t, hashes[3], hashes[500])
		parts := map[uint64][2]int64{}
		for i, h := range hashes {
			if i%10 == 9 || v.IsNull(i) {
				continue
			}
			x := columnar.Values[int64](v)[i]
			p, ok := parts[h>>(64-partitionBits)]
			if !ok {
				p = [2]int64{x, x}
			}
			parts[h>>(64-partitionBits)] = [2]int64{min(p[0], x), max(p[1], x)}
		}
		require.Greater(t, len(parts), 1<<partitionBits/2)
		for _, p := range parts {
			require.Less(t, p[1]-p[0], int64(1<<18>>partitionBits))
		}
		columnar.Values[int64](v)[7] = columnar.Values[int64](v)[9]
		within.hash(v, columnar.Rows{Sel: []int32{7, 9}, N: 1000}, hashes[:2])
		require.Equal(t, hashes[0], hashes[1])
	}
	require.NotNil(t, newValueRange(groupsOf(types.DateType, 3000, func(i int) int64 { return int64(i * 7 % 3000) })))
	require.Nil(t, newValueRange(nil))
	require.Nil(t, newValueRange(newGroupTable(nil, []types.Type{types.BigIntType})), "no group")
	require.Nil(t, newValueRange(groupsOf(types.BigIntType, 3000, func(i int) int64 { return int64(i) << 40 })), "too far apart")
	require.Nil(t, newValueRange(groupsOf(types.BigIntType, 3000, func(i int) int64 { return int64(i) * int64(i/2990*500+1) })), "uneven")
	require.Nil(t, newValueRange(groupsOf(types.DoubleType, 3000, func(i int) int64 { return int64(i) })), "no whole numbers")
}

// TestGroupsOfNumbers groups more numbers than a worker's table holds, some of them null and the last ones far away, with enough memory and with little.
func TestGroupsOfNumbers(t *testing.T) {
	in := []*expr.Column{column(0, "k", types.BigIntType), column(1, "v", types.BigIntType)}
	for name, memory := range map[string]int64{"all in memory": 0, "in files": 12 << 20} {
		t.Run(name, func(t *testing.T) {
			q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: memory, TempDir: t.TempDir(), Env: &expr.Env{ANSI: true, Zone: time.UTC}})
			defer func() { require.NoError(t, q.Close()) }()
			aggs := []logical.Named{namedAs(10, aggregate(t, "count", in[1])), namedAs(11, aggregate(t, "sum", in[1]))}
			sink, err := NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}}, Aggs: aggs, Query: q}, in)
			require.NoError(t, err)
			g := sink.(*hashAggregate).fed[0]
			type total struct{ n, sum int64 }
			want, r := map[any]total{}, rand.New(rand.NewPCG(5, 6))
			for range 2 {
				l, err := newLocalGrouping(g, q)
				require.NoError(t, err)
				for batch := range 100 {
					k, v := columnar.New(types.BigIntType, 4000), columnar.New(types.BigIntType, 4000)
					for i := range 4000 {
						key := r.Int64N(700_000) - 350_000
						if batch > 90 && r.IntN(1000) == 0 {
							key = int64(r.Uint64()) >> r.IntN(64)
						}
						columnar.Values[int64](k)[i], columnar.Values[int64](v)[i] = key, int64(i)
						name := any(key)
						if r.IntN(500) == 0 {
							k.SetNull(i)
							name = nil
						}
						want[name] = total{want[name].n + 1, want[name].sum + int64(i)}
					}
					require.NoError(t, l.consume(rawRows, 0, []*columnar.Vector{k, v}, columnar.AllRows(4000)))
				}
				require.NoError(t, sink.Combine(&localAggregate{groups: []*localGrouping{l}}))
			}
			out, err := sink.Finalize(q)
			require.NoError(t, err)
			require.NotNil(t, g.first.within)
			require.Equal(t, memory > 0, q.Spill().Written() > 0)
			rows := 0
			require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
				for i := range b.N {
					if got := (total{b.Cols[1].Value(i).(int64), b.Cols[2].Value(i).(int64)}); got != want[b.Cols[0].Value(i)] {
						require.Equal(t, want[b.Cols[0].Value(i)], got, b.Cols[0].Value(i))
					}
				}
				rows += b.N
				return nil
			}))
			require.Len(t, want, rows)
		})
	}
}
