package physical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// vectorOf makes a flat vector of n values, null where f returns nil.
func vectorOf(t types.Type, n int, f func(i int) any) *columnar.Vector {
	v := columnar.New(t, n)
	v.ClearReferences()
	v.Class = columnar.Shared
	for i := range n {
		v.SetValue(i, f(i))
	}
	return v
}

func TestLargeIndexesFindEveryRow(t *testing.T) {
	const n = 150_000 // more than serialBuild
	r := rand.New(rand.NewPCG(3, 4))
	ids := make([]int, n)
	for i := range ids {
		ids[i] = r.IntN(n / 2)
	}
	dense := vectorOf(types.IntType, n, func(i int) any { return int32(ids[i] - 1000) })
	nullable := vectorOf(types.BigIntType, n, func(i int) any {
		if i%10 == 0 {
			return nil
		}
		return int64(ids[i])
	})
	sparse := vectorOf(types.BigIntType, n, func(i int) any { return int64(ids[i]) * 1_000_003_000_019 })
	text := vectorOf(types.StringType, n, func(i int) any { return fmt.Sprint("customer number ", ids[i]) })
	wide := vectorOf(types.BigIntType, n, func(i int) any { return int64(ids[i]%2) * math.MaxInt64 })
	tables := map[string]string{"dense": "*physical.directTable", "nullable": "*physical.directTable", "sparse": "*physical.codeTable", "text": "*physical.hashTable",
		"packed": "*physical.codeTable", "sparse and wide": "*physical.hashTable"}
	for name, keys := range map[string][]*columnar.Vector{"dense": {dense}, "nullable": {nullable}, "sparse": {sparse}, "text": {text}, "packed": {dense, nullable}, "sparse and wide": {sparse, wide}} {
		t.Run(name, func(t *testing.T) {
			q := newQuery(t, 3, 0)
			x, err := newJoinIndex(&HashJoinSpec{Query: q, NullSafe: make([]bool, len(keys))}, q.NewArena(), keys, n, false)
			require.NoError(t, err)
			require.Equal(t, tables[name], fmt.Sprintf("%T", x.table))
			checkIndex(t, x, keys, ids, name == "nullable" || name == "packed")
			require.Equal(t, x.held, q.Budget().Used())
		})
	}
}

func TestTablesOfRanks(t *testing.T) {
	const n = 150_000 // more than serialBuild
	r := rand.New(rand.NewPCG(7, 8))
	random, ordered := make([]int, n), make([]int, n)
	for i := range n {
		random[i], ordered[i] = r.IntN(n/2), i*2/5
	}
	key := func(ids []int, stride int64, null int) *columnar.Vector {
		return vectorOf(types.BigIntType, n, func(i int) any {
			if null > 0 && i%null == 0 {
				return nil
			}
			return int64(ids[i])*stride - 12345
		})
	}
	two := vectorOf(types.IntType, n, func(i int) any { return int32(ordered[i] % 3 * 7) })
	for _, c := range []struct {
		name  string
		ids   []int
		keys  []*columnar.Vector
		null  bool
		table string
	}{
		{"in order", ordered, []*columnar.Vector{key(ordered, 100, 0)}, false, "*physical.rankTable"},
		{"in order with nulls", ordered, []*columnar.Vector{key(ordered, 100, 10)}, true, "*physical.rankTable"},
		{"two keys", ordered, []*columnar.Vector{two, key(ordered, 3, 10)}, true, "*physical.rankTable"},
		{"at random", random, []*columnar.Vector{key(random, 100, 0)}, false, "*physical.codeTable"},
		{"at random, few in the range", random, []*columnar.Vector{key(random, 20, 0)}, false, "*physical.rankTable"},
		{"in order, far apart", ordered, []*columnar.Vector{key(ordered, 1000, 0)}, false, "*physical.codeTable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newQuery(t, 3, 0)
			x, err := newJoinIndex(&HashJoinSpec{Query: q, NullSafe: make([]bool, len(c.keys))}, q.NewArena(), c.keys, n, false)
			require.NoError(t, err)
			require.Equal(t, c.table, fmt.Sprintf("%T", x.table))
			checkIndex(t, x, c.keys, c.ids, c.null)
			require.Equal(t, x.held, q.Budget().Used())
			var s findScratch
			others := make([]*columnar.Vector, len(c.keys)) // between and beyond the keys
			for i := range others {
				others[i] = vectorOf(types.BigIntType, 3, func(k int) any { return []int64{-12344, -12346, math.MaxInt64}[k] })
			}
			require.Empty(t, x.table.find(others, columnar.AllRows(3), make([]int32, 3), nil, &s))
		})
	}
}

// checkIndex probes an index with its own keys: the chain of each row is all rows with its id, ascending.
func checkIndex(t *testing.T, x *joinIndex, keys []*columnar.Vector, ids []int, nulls bool) {
	chains := map[int][]int32{}
	for i, id := range ids {
		if !nulls || i%10 != 0 {
			chains[id] = append(chains[id], int32(i))
		}
	}
	match, dst := make([]int32, 4096), []int32(nil)
	var s findScratch
	for off := 0; off < len(ids); off += 4096 * 12 {
		probe := make([]*columnar.Vector, len(keys))
		for i, k := range keys {
			probe[i] = k.Slice(off, min(4096, len(ids)-off))
		}
		rows := columnar.AllRows(probe[0].Len)
		dst = x.table.find(probe, rows, match, dst, &s)
		hits := map[int32]bool{}
		for _, r := range dst {
			hits[r] = true
			var chain []int32
			for m := match[r]; ; m = x.next[m] - 1 {
				chain = append(chain, m)
				if x.next[m] == 0 {
					break
				}
			}
			require.Equal(t, chains[ids[off+int(r)]], chain)
		}
		for r := range rows.N {
			require.Equal(t, !nulls || (off+r)%10 != 0, hits[int32(r)])
		}
	}
}

func TestKeyFilters(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	q := newQuery(t, 2, 0)
	for _, c := range []struct {
		t     types.Type
		exact bool
		value func(k int) any
	}{
		{types.IntType, true, func(k int) any { return int32(k - 500) }},
		{types.TinyIntType, true, func(k int) any { return int8(k % 100) }},
		{types.BigIntType, true, func(k int) any { return int64(k) }},
		{types.BigIntType, false, func(k int) any { return int64(k) * 1_000_000_007 }},
		{types.BigIntType, false, func(k int) any { return int64(k%2)*math.MaxInt64 - int64(k%3)*math.MaxInt64/2 - int64(k) }},
		{types.DecimalOf(30, 2), false, func(k int) any { return types.Int128Of(int64(k)) }},
		{types.DateType, true, func(k int) any { return int32(k) }},
		{types.StringType, false, func(k int) any { return fmt.Sprint("a string that is number ", k) }},
	} {
		keys := map[any]bool{}
		build := vectorOf(c.t, 1000, func(i int) any {
			if i%9 == 0 {
				return nil
			}
			v := c.value(r.IntN(5000))
			keys[fmt.Sprint(v)] = true
			return v
		})
		stage := exec.NewStageOutput(q, []types.Type{c.t}, []*columnar.Batch{{Cols: []*columnar.Vector{build}, N: build.Len}})
		f, err := NewKeyFilter(q, stage, 0)
		require.NoError(t, err)
		probe := vectorOf(c.t, 4000, func(i int) any {
			if i%7 == 0 {
				return nil
			}
			return c.value(r.IntN(20000))
		})
		for _, rows := range []columnar.Rows{columnar.AllRows(4000), {N: 4000, Sel: []int32{0, 1, 2, 1000, 3999}}} {
			got := map[int32]bool{}
			for _, k := range f.Select(probe, rows, nil) {
				got[k] = true
			}
			wrong := 0
			for i := range rows.Count() {
				k := rows.Row(i)
				in := !probe.IsNull(k) && keys[fmt.Sprint(probe.Value(k))]
				if in {
					require.True(t, got[int32(k)], "%s lost %v", c.t, probe.Value(k))
				} else if got[int32(k)] {
					require.False(t, probe.IsNull(k))
					wrong++
				}
			}
			if c.exact {
				require.Zero(t, wrong, c.t)
			}
			require.Less(t, wrong, 100, c.t)
		}
		constant := columnar.NewConstant(c.t, build.Value(1), 5)
		require.Len(t, f.Select(constant, columnar.AllRows(5), nil), 5)
		require.Empty(t, f.Select(columnar.NullConstant(c.t, 5), columnar.AllRows(5), nil))
	}
	empty, err := NewKeyFilter(q, exec.NewStageOutput(q, []types.Type{types.IntType}, nil), 0)
	require.NoError(t, err)
	require.Empty(t, empty.Select(columnar.NewConstant(types.IntType, int32(0), 3), columnar.AllRows(3), nil))
	none, err := NewKeyFilter(q, exec.NewStageOutput(q, []types.Type{types.DoubleType}, nil), 0)
	require.NoError(t, err)
	require.Nil(t, none)
}

func TestKeyFiltersOfSparseRangesAreExact(t *testing.T) {
	const n = 50_000
	for _, c := range []struct {
		stride  int64
		ordered bool
		exact   bool
	}{{200, false, true}, {300, false, false}, {300, true, true}, {1100, true, false}} {
		keys := vectorOf(types.BigIntType, n, func(i int) any {
			if !c.ordered {
				i = i * 7919 % n
			}
			return int64(i) * c.stride
		})
		f, err := newKeySet(keys.Type, n, oneVector(keys), func(int64) bool { return true })
		require.NoError(t, err)
		require.Equal(t, c.exact, f.exact, c)
		require.Len(t, f.Select(keys, columnar.AllRows(n), nil), n)
	}
}

// keyJoin is an inner join of two one-column stages.
func keyJoin(t *testing.T, q *exec.Query, typ types.Type, build *exec.StageOutput) (exec.Step, []*expr.Column) {
	left, right := columnsOf(1, typ), columnsOf(10, typ)
	output := append(left[:1:1], right...)
	j, err := NewHashJoin(HashJoinSpec{Kind: logical.Inner, Probe: left, Build: right, ProbeKeys: []expr.Expr{left[0]}, BuildKeys: []expr.Expr{right[0]},
		NullSafe: []bool{false}, Output: output, Query: q}, build)
	require.NoError(t, err)
	return j.Probe(), output
}

func TestDictionaryKeysAreLookedUpOnceAnEntry(t *testing.T) {
	q := newQuery(t, 1, 64)
	text := func(k int) any { return fmt.Sprint("a long enough string ", k) }
	build := exec.NewStageOutput(q, []types.Type{types.StringType}, []*columnar.Batch{{N: 50, Cols: []*columnar.Vector{vectorOf(types.StringType, 50, text)}}})
	dict := vectorOf(types.StringType, 100, func(k int) any {
		if k == 5 {
			return nil
		}
		return text(k)
	})
	codes := make([]int32, 1000)
	want := 0
	for i := range codes {
		codes[i] = int32(i * 7 % 100)
		if codes[i] < 50 && codes[i] != 5 && i != 3 {
			want++
		}
	}
	probe := columnar.NewDictionary(dict, codes)
	probe.SetNull(3) // code 21
	in := exec.NewStageOutput(q, []types.Type{types.StringType}, []*columnar.Batch{{N: 1000, Cols: []*columnar.Vector{probe}}})
	step, cols := keyJoin(t, q, types.StringType, build)
	out := materialized(t, q, cols, exec.Branch{Source: in.Source(), Steps: []exec.Step{step}})
	require.EqualValues(t, want, out.Rows)
	for _, row := range rowsOf(t, q, out) {
		require.Equal(t, row[0], row[1])
	}
}

func TestJoinStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	q := exec.NewQuery(ctx, exec.Options{Threads: 2})
	defer q.Close()
	same := vectorOf(types.IntType, 100_000, func(int) any { return int32(1) }) // 10^10 pairs
	in := exec.NewStageOutput(q, []types.Type{types.IntType}, []*columnar.Batch{{N: same.Len, Cols: []*columnar.Vector{same}}})
	step, _ := keyJoin(t, q, types.IntType, in)
	time.AfterFunc(30*time.Millisecond, cancel)
	start := time.Now()
	_, err := q.Run(&exec.Pipeline{Branches: []exec.Branch{{Source: in.Source(), Steps: []exec.Step{step}}}, Sink: &countSink{}})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), 300*time.Millisecond)
}

// TestSpilledJoinCutsAgain joins a build side whose parts are still too large; one of a single key is joined block by block.
func TestSpilledJoinCutsAgain(t *testing.T) {
	const n = 400_000
	for _, single := range []bool{false, true} {
		dir := t.TempDir()
		q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: 1 << 20, TempDir: dir})
		build := bigintStage(q, n, func(i int) int64 {
			if single {
				return 7
			}
			return int64(i) * 1_000_003
		})
		probe := bigintStage(q, 2000, func(i int) int64 { return int64(i) * 1_000_003 * 150 })
		left, right := columnsOf(1, build.Types()...), columnsOf(10, build.Types()...)
		output := append(left[:2:2], right...)
		j, err := NewHashJoin(HashJoinSpec{Kind: logical.FullOuter, Probe: left, Build: right, ProbeKeys: []expr.Expr{left[0]}, BuildKeys: []expr.Expr{right[0]}, NullSafe: []bool{false},
			Output: output, Query: q}, build)
		require.NoError(t, err)
		require.NotNil(t, j.spilled)
		require.Nil(t, j.KeyFilter(0))
		sink := &countSink{}
		_, err = q.Run(&exec.Pipeline{Sink: sink, Branches: []exec.Branch{{Source: probe.Source(), Steps: []exec.Step{j.Probe()}}, {Source: j.Unmatched(), Phase: 1}}})
		require.NoError(t, err)
		if single {
			require.EqualValues(t, n+2000, sink.rows, "no row has a partner")
		} else {
			require.EqualValues(t, n, sink.rows, "every probe row has one partner")
		}
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
		left2, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left2)
	}
}

// TestSpilledNotIn: one null on the build side, wherever its part is, rejects every row; a null key is rejected unless there are no build rows.
func TestSpilledNotIn(t *testing.T) {
	for _, null := range []bool{false, true} {
		q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: 1 << 20, TempDir: t.TempDir()})
		keys := vectorOf(types.BigIntType, 60_000, func(i int) any {
			if null && i == 31_234 {
				return nil
			}
			return int64(i) * 1_000_003_000
		})
		build := exec.NewStageOutput(q, []types.Type{types.BigIntType}, []*columnar.Batch{{N: keys.Len, Cols: []*columnar.Vector{keys}}})
		probed := vectorOf(types.BigIntType, 5000, func(i int) any {
			if i%5 == 0 {
				return nil
			}
			return int64(i) * 500_001_500
		})
		probe := exec.NewStageOutput(q, []types.Type{types.BigIntType}, []*columnar.Batch{{N: probed.Len, Cols: []*columnar.Vector{probed}}})
		left, right := columnsOf(1, types.BigIntType), columnsOf(10, types.BigIntType)
		j, err := NewHashJoin(HashJoinSpec{Kind: logical.NullAwareAnti, Probe: left, Build: right, ProbeKeys: []expr.Expr{left[0]}, BuildKeys: []expr.Expr{right[0]}, NullSafe: []bool{false},
			Output: left, Query: q}, build)
		require.NoError(t, err)
		require.NotNil(t, j.spilled)
		sink := &countSink{}
		_, err = q.Run(&exec.Pipeline{Sink: sink, Branches: []exec.Branch{{Source: probe.Source(), Steps: []exec.Step{j.Probe()}}, {Source: j.Unmatched(), Phase: 1}}})
		require.NoError(t, err)
		want := 2000 // odd numbers are in between
		if null {
			want = 0
		}
		require.EqualValues(t, want, sink.rows)
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
	}
}

// TestBitmaps compares the rows that a bitmap finds with those that the table of the same keys for other joins finds.
func TestBitmaps(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{1, 1000, 150_000} {
		numbers := func(most int64, null int) *columnar.Vector {
			return vectorOf(types.BigIntType, n, func(i int) any {
				if null > 0 && i%null == 3 {
					return nil
				}
				return r.Int64N(most) - 1234
			})
		}
		small := vectorOf(types.IntType, n, func(int) any { return r.Int32N(int32(n)) - 50 })
		edge := vectorOf(types.BigIntType, n, func(i int) any { return int64(math.MinInt64) + int64(i%64) })
		tiny := vectorOf(types.TinyIntType, n, func(int) any { return int8(r.Int32N(200) - 100) })
		codes := make([]int32, n)
		for i := range codes {
			codes[i] = r.Int32N(int32(n))
		}
		coded := columnar.NewDictionary(numbers(int64(n)*3, 7), codes)
		for name, keys := range map[string][]*columnar.Vector{
			"dense": {numbers(int64(n), 0)}, "nulls": {numbers(int64(n)*20, 5)}, "small": {small}, "edge": {edge}, "tiny": {tiny}, "coded": {coded}, "two": {tiny, small},
			"three": {tiny, numbers(3, 9), tiny},
		} {
			for _, nullSafe := range []bool{false, true} {
				q := newQuery(t, 3, 0)
				safe := slices.Repeat([]bool{nullSafe}, len(keys))
				full, err := newJoinIndex(&HashJoinSpec{Query: q, NullSafe: safe}, q.NewArena(), keys, n, false)
				require.NoError(t, err)
				x, err := newJoinIndex(&HashJoinSpec{Query: q, NullSafe: safe, Kind: logical.LeftAnti}, q.NewArena(), keys, n, false)
				require.NoError(t, err)
				require.IsType(t, &bitTable{}, x.table, "%s %d", name, n)
				require.NotEqual(t, fmt.Sprintf("%T", x.table), fmt.Sprintf("%T", full.table))
				require.Equal(t, x.held+full.held, q.Budget().Used())
				const probes = 3000
				probe := make([]*columnar.Vector, len(keys))
				for c, k := range keys {
					probe[c] = vectorOf(k.Type, probes, func(i int) any {
						v := k.Value(r.IntN(n))
						if x, ok := v.(int64); ok && i%3 == 0 {
							return x + int64(i%5) - 2
						}
						return v
					})
				}
				rows := columnar.Rows{N: probes}
				if nullSafe {
					rows.Sel = columnar.Identity(probes)[17:2900]
				}
				var s findScratch
				want := slices.Clone(full.table.find(probe, rows, make([]int32, probes), nil, &s))
				require.Equal(t, want, x.table.find(probe, rows, make([]int32, probes), nil, &s), "%s of %d, null-safe: %t", name, n, nullSafe)
				require.NotEmpty(t, want)
			}
		}
	}
}
