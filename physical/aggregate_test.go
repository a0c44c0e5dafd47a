package physical

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// naiveGroups groups rows by the text of key columns, in order of first appearance.
func naiveGroups(rows [][]any, keys []int) (names []string, groups map[string][][]any) {
	groups = map[string][][]any{}
	for _, r := range rows {
		parts := make([]string, len(keys))
		for i, k := range keys {
			parts[i] = text(r[k])
		}
		name := strings.Join(parts, "|")
		if _, ok := groups[name]; !ok {
			names = append(names, name)
		}
		groups[name] = append(groups[name], r)
	}
	return names, groups
}

// naiveAggregates computes the functions of testAggregates over the rows of a group.
func naiveAggregates(rows [][]any) []string {
	count, sum, some := 0, int64(0), false
	narrow, anyNarrow := types.Int128{}, false
	least := "NULL"
	distinct, filtered := map[string]bool{}, map[string]int64{}
	var list []string
	first, last := "", ""
	for i, r := range rows {
		count++
		if x, ok := r[1].(int32); ok {
			sum, some = sum+int64(x), true
		}
		if x, ok := r[5].(types.Int128); ok {
			narrow, anyNarrow = narrow.Add(x), true
		}
		if s, ok := r[2].(string); ok {
			if least == "NULL" || s < least {
				least = s
			}
			distinct[s] = true
			list = append(list, s)
		}
		if x, ok := r[1].(int32); ok && r[6] == true {
			filtered[text(x)] = int64(x)
		}
		if i == 0 {
			first = text(r[0])
		}
		last = text(r[0])
	}
	null := func(ok bool, s any) string {
		if !ok {
			return "NULL"
		}
		return text(s)
	}
	fsum := int64(0)
	for _, x := range filtered {
		fsum += x
	}
	return []string{text(count), null(some, sum), null(anyNarrow, narrow), least, text(len(distinct)), null(len(filtered) > 0, fsum), text(len(filtered)),
		fmt.Sprint(list), first, last}
}

// testAggregates are count(*), sum(small), sum(narrow), min(s), count(DISTINCT s), sum(DISTINCT small) FILTER (flag), count(DISTINCT small)
// FILTER (flag), and if ordered collect_list(s), first(id), last(id).
func testAggregates(t *testing.T, ordered bool) []logical.Named {
	c := testColumns
	distinct := func(a *expr.Aggregate, filter expr.Expr) *expr.Aggregate {
		a.Distinct, a.Filter = true, filter
		return a
	}
	list := []expr.Expr{
		aggregate(t, "count", &expr.Literal{Value: int32(1), T: types.IntType}), aggregate(t, "sum", c[1]), aggregate(t, "sum", c[5]), aggregate(t, "min", c[2]),
		distinct(aggregate(t, "count", c[2]), nil), distinct(aggregate(t, "sum", c[1]), c[6]), distinct(aggregate(t, "count", c[1]), c[6]),
	}
	if ordered {
		list = append(list, aggregate(t, "collect_list", c[2]), aggregate(t, "first", c[0]), aggregate(t, "last", c[0]))
	}
	var out []logical.Named
	for i, e := range list {
		out = append(out, namedAs(100+i, e))
	}
	return out
}

func sorted(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, "|")
	}
	slices.Sort(out)
	return out
}

func namedKeys(keys []int) []logical.Named {
	var out []logical.Named
	for i, k := range keys {
		out = append(out, logical.Named{Col: column(200+i, testColumns[k].Name, testColumns[k].T), Expr: testColumns[k]})
	}
	return out
}

func TestHashAggregate(t *testing.T) {
	for _, keys := range [][]int{{}, {0}, {1}, {2}, {3}, {4}, {5}, {6, 1}, {1, 2}, {2, 3, 4}, {7}, {8}, {0, 1, 2, 3, 4, 5, 6, 7, 8}} {
		for _, ordered := range []bool{false, true} {
			t.Run(fmt.Sprint(keys, ordered), func(t *testing.T) {
				configurations(t, func(t *testing.T, batch int, q *exec.Query) {
					rows := randomRows(min(6*batch, 1000), 200, 5)
					names, groups := naiveGroups(rows, keys)
					var want []string
					for _, n := range names {
						cells := naiveAggregates(groups[n])
						if !ordered {
							cells = cells[:7]
						}
						if len(keys) > 0 {
							cells = append([]string{n}, cells...)
						}
						want = append(want, strings.Join(cells, "|"))
					}
					slices.Sort(want)
					sink, err := NewHashAggregate(AggregateSpec{Keys: namedKeys(keys), Aggs: testAggregates(t, ordered), Query: q}, testColumns)
					got := runSink(t, q, sink, err, newTestTable(testColumns, rows, batch))
					require.Equal(t, want, sorted(got))
				})
			})
		}
	}
}

// More groups than a worker's table holds go through partitions; the second half does not reduce, so that its rows pass by.
func TestHashAggregatePartitions(t *testing.T) {
	id, v := column(0, "id", types.BigIntType), column(1, "v", types.StringType)
	rows := make([][]any, 120_000)
	for i := range rows {
		k := int64(i / 4 * 977)
		if i > len(rows)/2 {
			k = int64(i * 977)
		}
		rows[i] = []any{k, fmt.Sprint("a value that is long enough to need a buffer ", i%5)}
	}
	want := map[string][]string{}
	for _, r := range rows {
		k, v := text(r[0]), r[1].(string)
		w := want[k]
		if w == nil {
			w = []string{"0", "", ""}
			want[k] = w
		}
		n, _ := strconv.Atoi(w[0])
		w[0], w[1], w[2] = strconv.Itoa(n+1), max(w[1], v), v
	}
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		if batch < 100 {
			return
		}
		for _, ordered := range []bool{false, true} {
			if ordered && batch == 100 { // small batches of many workers in little memory: once is enough
				continue
			}
			aggs := []logical.Named{namedAs(10, aggregate(t, "count", v)), namedAs(11, aggregate(t, "max", v))}
			if ordered {
				aggs = append(aggs, namedAs(12, aggregate(t, "last", v)))
			}
			sink, err := NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: column(20, "id", id.T), Expr: id}}, Aggs: aggs, Query: q}, []*expr.Column{id, v})
			table := newTestTable([]*expr.Column{id, v}, rows, batch)
			table.forms = false
			got := runSink(t, q, sink, err, table)
			require.Len(t, got, len(want))
			for _, r := range got {
				if !slices.Equal(want[r[0]][:len(r)-1], r[1:]) {
					require.Equal(t, want[r[0]], r[1:], "key %s", r[0])
				}
			}
		}
	})
}

func TestHashAggregateGroupingSets(t *testing.T) {
	keys := []int{1, 2, 6}
	sets := [][]int{{0, 1, 2}, {0, 1}, {0}, {}, {2}, {0}}
	for _, ordered := range []bool{false, true} {
		configurations(t, func(t *testing.T, batch int, q *exec.Query) {
			rows := randomRows(min(8*batch, 1500), 90, 9)
			var want []string
			for _, set := range sets {
				var cols []int
				id := 7
				for _, k := range set {
					cols = append(cols, keys[k])
					id &^= 1 << (2 - k)
				}
				names, groups := naiveGroups(rows, cols)
				for _, n := range names {
					cells := []string{"NULL", "NULL", "NULL"}
					for i, part := range strings.Split(n, "|") {
						if len(set) > 0 {
							cells[set[i]] = part
						}
					}
					values := naiveAggregates(groups[n])
					if !ordered {
						values = values[:7]
					}
					want = append(want, strings.Join(append(append(cells, values...), text(id)), "|"))
				}
			}
			slices.Sort(want)
			sink, err := NewHashAggregate(AggregateSpec{Keys: namedKeys(keys), Aggs: testAggregates(t, ordered), Sets: sets,
				GroupingID: column(300, "gid", types.BigIntType), Query: q}, testColumns)
			require.Equal(t, want, sorted(runSink(t, q, sink, err, newTestTable(testColumns, rows, batch))))
		})
	}
}

func TestHashAggregateWithoutRows(t *testing.T) {
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		empty := newTestTable(testColumns, nil, batch)
		run := func(keys []int, sets [][]int) int {
			sink, err := NewHashAggregate(AggregateSpec{Keys: namedKeys(keys), Aggs: testAggregates(t, true), Sets: sets, Query: q}, testColumns)
			return len(runSink(t, q, sink, err, empty))
		}
		require.Equal(t, 1, run(nil, nil))
		require.Equal(t, 0, run([]int{1}, nil))
		require.Equal(t, 0, run([]int{1}, [][]int{{0}, {}}))
	})
}

// A column that is all small dictionaries, then something else, keeps its numbers.
func TestGroupTableChangesStrategy(t *testing.T) {
	rows := randomRows(3000, 40, 3)
	for _, keys := range [][]int{{1}, {2}, {6}, {1, 2}, {2, 6}} {
		var ts []types.Type
		for _, k := range keys {
			ts = append(ts, testColumns[k].T)
		}
		g := newGroupTable(nil, ts)
		table := newTestTable(testColumns, rows, 50)
		seen := map[string]int32{}
		for at := 0; at < len(rows); at += 50 {
			b := table.make(rows[at:at+50], at/50)
			vs := toKeys(b.Cols, keys)
			out := make([]int32, 50)
			g.find(vs, b.Rows(), out)
			for i, n := range out {
				parts := make([]string, len(keys))
				for c, k := range keys {
					parts[c] = text(rows[at+i][k])
				}
				name := strings.Join(parts, "|")
				if _, ok := seen[name]; !ok {
					seen[name] = n
				}
				require.Equal(t, seen[name], n, name)
			}
		}
		require.Equal(t, len(seen), g.len())
		for c, v := range g.columns() {
			for name, n := range seen {
				require.Equal(t, strings.Split(name, "|")[c], text(v.Value(int(n))))
			}
		}
		numbers := make([]int32, 0, len(seen))
		for _, n := range seen {
			numbers = append(numbers, n)
		}
		slices.SortFunc(numbers, cmp.Compare[int32])
		require.Len(t, slices.Compact(numbers), len(seen))
	}
}

func toKeys[T any](cols []T, keys []int) []T {
	out := make([]T, len(keys))
	for i, k := range keys {
		out[i] = cols[k]
	}
	return out
}

// TestSplitBits: a partition is divided by what was measured of it, not by a fixed number.
func TestSplitBits(t *testing.T) {
	rows := func(n int) []aggregateChunk { return []aggregateChunk{{n: n}} }
	for _, c := range []struct {
		bytes, granted int64
		done, rest     int
		want           int
	}{
		{bytes: 1 << 20, granted: 1 << 20, done: 100, rest: 0, want: fewestBits},
		{bytes: 1 << 20, granted: 1 << 20, done: 100, rest: 700, want: 4},             // 8 times the memory, half of it a part
		{bytes: 1 << 20, granted: 1 << 20, done: 100, rest: 701, want: 5},             // a little more
		{bytes: 1 << 20, granted: 0, done: 100, rest: 0, want: 7},                     // at least 16 KiB are never refused
		{bytes: 64 << 10, granted: 0, done: 100, rest: 0, want: fewestBits},           // likewise
		{bytes: 1 << 40, granted: 1, done: 1, rest: 1 << 40, want: mostPartitionBits}, // no more parts than there are files for
		{bytes: 1 << 20, granted: 1 << 20, done: 0, rest: 0, want: fewestBits},        // nothing was measured
	} {
		require.Equal(t, c.want, splitBits(c.bytes, c.granted, rows(c.done), rows(c.rest)), c)
	}
}

// TestPairsHaveCodesOfKeys looks at what a table with distinct arguments gives to partitions: the key of a pair is a code, and the bytes of the
// keys behind the codes are accounted for.
func TestPairsHaveCodesOfKeys(t *testing.T) {
	const rows, keys = 8000, 2000
	q := exec.NewQuery(context.Background(), exec.Options{Threads: 1, Env: &expr.Env{ANSI: true, Zone: time.UTC}})
	defer func() { require.NoError(t, q.Close()) }()
	in := []*expr.Column{column(0, "s", types.StringType), column(1, "v", types.BigIntType)}
	count := aggregate(t, "count", in[1])
	count.Distinct = true
	sink, err := NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}}, Aggs: []logical.Named{namedAs(10, count)}, Query: q}, in)
	require.NoError(t, err)
	l, err := newLocalGrouping(sink.(*hashAggregate).fed[0], q)
	require.NoError(t, err)
	s := columnar.New(types.StringType, rows)
	for i := range rows {
		s.SetBytes(i, fmt.Appendf(nil, "a key of some length %d", i%keys))
	}
	require.NoError(t, l.consume(rawRows, 0, []*columnar.Vector{s, bigintsOf(rows, func(i int) int64 { return int64(i) })}, columnar.AllRows(rows)))
	require.NoError(t, l.table.emit(func(kind int, cols []*columnar.Vector, n int) error {
		if kind >= pairRows {
			require.Equal(t, rows, n)
			require.Equal(t, columnar.Dictionary, cols[0].Form)
			require.Equal(t, keys, cols[0].Dict.Len)
		}
		return nil
	}))
	kept := l.table.groups.bytes()
	require.NoError(t, l.divide())
	pairs := int64(0)
	for p := range l.parts.parts {
		for _, c := range l.parts.parts[p].open {
			pairs += c.bytes
		}
	}
	require.Equal(t, pairs+kept, l.parts.bytes)
}

// TestLargestTakesOthersIn merges tables of several workers, with groups and members of sets that they share and that they do not, whichever of them is the
// largest, as long as they are not too large and no worker has emptied its table.
func TestLargestTakesOthersIn(t *testing.T) {
	in := []*expr.Column{column(0, "s", types.StringType), column(1, "v", types.BigIntType)}
	count, sum := aggregate(t, "count", in[1]), aggregate(t, "sum", in[1])
	count.Distinct = true
	for name, c := range map[string]struct {
		rows    []int // of each worker
		keys    int
		emptied bool
		parts   int64 // that are merged
	}{
		"first is largest": {rows: []int{3000, 1000, 0}, keys: 500},
		"last is largest":  {rows: []int{0, 1000, 2000}, keys: 500},
		"equal":            {rows: []int{1000, 1000}, keys: 1},
		"groups of one":    {rows: []int{10000, 10000}, keys: 1 << 20},
		"nothing":          {rows: []int{0, 0}, keys: 1},
		"emptied":          {rows: []int{9000, 10000}, keys: 1 << 20, emptied: true, parts: 64},
		"too many":         {rows: []int{mergeInto * 3 / 2, mergeInto * 3 / 2}, keys: 1 << 13, parts: 64},
	} {
		t.Run(name, func(t *testing.T) {
			q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Env: &expr.Env{ANSI: true, Zone: time.UTC}})
			defer func() { require.NoError(t, q.Close()) }()
			sink, err := NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}}, Aggs: []logical.Named{namedAs(10, count), namedAs(11, sum)}, Query: q}, in)
			require.NoError(t, err)
			g := sink.(*hashAggregate).fed[0]
			sums, members := map[string]int64{}, map[string]map[int64]bool{}
			r := rand.New(rand.NewPCG(3, 5))
			for _, n := range c.rows {
				l, err := newLocalGrouping(g, q)
				require.NoError(t, err)
				for from := 0; from < n; from += 1000 {
					k := min(1000, n-from)
					s, v := columnar.New(types.StringType, k), columnar.New(types.BigIntType, k)
					for i := range k {
						key, x := fmt.Sprint("key ", r.IntN(c.keys)), r.Int64N(1<<40)>>r.Int64N(40)
						s.SetBytes(i, []byte(key))
						columnar.Values[int64](v)[i] = x
						sums[key] += x
						if members[key] == nil {
							members[key] = map[int64]bool{}
						}
						members[key][x] = true
					}
					require.NoError(t, l.consume(rawRows, 0, []*columnar.Vector{s, v}, columnar.AllRows(k)))
				}
				if c.emptied {
					require.NoError(t, l.flush())
				}
				require.NoError(t, sink.Combine(&localAggregate{groups: []*localGrouping{l}}))
			}
			out, err := sink.Finalize(q)
			require.NoError(t, err)
			require.Equal(t, c.parts, g.merged.Load())
			rows := 0
			require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
				for i := range b.N {
					key := string(b.Cols[0].Bytes(i))
					if f := b.Cols[0]; f.Form == columnar.Dictionary {
						key = string(f.Dict.Bytes(int(f.Codes[i])))
					}
					require.Equal(t, []any{int64(len(members[key])), sums[key]}, []any{b.Cols[1].Value(i), b.Cols[2].Value(i)}, key)
				}
				rows += b.N
				return nil
			}))
			require.Len(t, sums, rows)
		})
	}
}

// TestExtremesOfEntries: of columns that are codes, minima and maxima look at the entries that some row has: not at those of no row, of rows that are not
// selected, or of null rows.
func TestExtremesOfEntries(t *testing.T) {
	names := columnar.New(types.StringType, 6)
	for i, s := range []string{"a, which no row has", "b of a row that is not selected", "c of null rows", "d", "e, which is the largest", ""} {
		names.SetBytes(i, []byte(s))
	}
	names.SetNull(5)
	names.Finish()
	in := []*expr.Column{column(0, "s", types.StringType)}
	aggs := []logical.Named{namedAs(10, aggregate(t, "min", in[0])), namedAs(11, aggregate(t, "max", in[0])), namedAs(12, aggregate(t, "count", in[0]))}
	for name, c := range map[string]struct {
		codes   []int32
		sel     []int32
		nulls   bool
		min     any
		max     any
		counted int64
	}{
		"all":         {codes: []int32{1, 2, 3, 4}, min: "b of a row that is not selected", max: "e, which is the largest", counted: 80},
		"selected":    {codes: []int32{1, 3, 4, 3}, sel: []int32{1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18}, min: "d", max: "e, which is the largest", counted: 14},
		"null rows":   {codes: []int32{2, 3}, nulls: true, min: "d", max: "d", counted: 40},
		"null entry":  {codes: []int32{5, 3, 5}, min: "d", max: "d", counted: 27},
		"only nulls":  {codes: []int32{5}, min: nil, max: nil},
		"nulls, both": {codes: []int32{2, 5, 2, 5}, nulls: true, min: nil, max: nil},
	} {
		t.Run(name, func(t *testing.T) {
			q := exec.NewQuery(context.Background(), exec.Options{Threads: 1, Env: &expr.Env{ANSI: true, Zone: time.UTC}})
			defer func() { require.NoError(t, q.Close()) }()
			sink, err := NewHashAggregate(AggregateSpec{Aggs: aggs, Query: q}, in)
			require.NoError(t, err)
			l, err := newLocalGrouping(sink.(*hashAggregate).fed[0], q)
			require.NoError(t, err)
			codes := make([]int32, 80)
			for i := range codes {
				codes[i] = c.codes[i%len(c.codes)]
			}
			v := columnar.NewDictionary(names, codes)
			for i := range codes {
				if c.nulls && codes[i] == 2 {
					v.SetNull(i)
				}
			}
			require.True(t, fewEntries(v, columnar.Rows{N: 80, Sel: c.sel}))
			require.NoError(t, l.consume(rawRows, 0, []*columnar.Vector{v}, columnar.Rows{N: 80, Sel: c.sel}))
			require.NoError(t, sink.Combine(&localAggregate{groups: []*localGrouping{l}}))
			out, err := sink.Finalize(q)
			require.NoError(t, err)
			require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
				require.Equal(t, []any{c.min, c.max, c.counted}, []any{b.Cols[0].Value(0), b.Cols[1].Value(0), b.Cols[2].Value(0)})
				return nil
			}))
		})
	}
}

// TestSumsOfCodes: of columns that are codes the entries are added up, but for null rows, null entries and rows that are not selected, whether it is proven
// that sums fit in a word or not.
func TestSumsOfCodes(t *testing.T) {
	for _, typ := range []types.Type{types.TinyIntType, types.SmallIntType, types.IntType, types.BigIntType, types.DecimalOf(12, 2), types.DecimalOf(30, 0)} {
		for mask := range 16 {
			nullRows, nullEntry, selected, bounded := mask&1 != 0, mask&2 != 0, mask&4 != 0, mask&8 != 0
			dict := columnar.New(typ, 5)
			for i := range 5 {
				if typ.Kind == types.Decimal {
					dict.SetValue(i, types.Int128Of(int64(i*i)))
				} else {
					setNumber(dict, i, int64(i*i))
				}
			}
			if nullEntry {
				dict.SetNull(3)
			}
			dict.HasBounds, dict.Lo, dict.Hi = bounded, 0, 16
			dict.Finish()
			codes, rows := make([]int32, 70), columnar.AllRows(70)
			for i := range codes {
				codes[i] = int32(i % 5)
			}
			v := columnar.NewDictionary(dict, codes)
			v.HasBounds, v.Lo, v.Hi = dict.HasBounds, dict.Lo, dict.Hi
			want, counted := int64(0), int64(0)
			if selected {
				rows.Sel = []int32{}
			}
			for i, c := range codes {
				if nullRows && i%7 == 0 {
					v.SetNull(i)
				}
				if selected && i%3 == 0 {
					continue
				}
				if selected {
					rows.Sel = append(rows.Sel, int32(i))
				}
				if !(nullRows && i%7 == 0) && !(nullEntry && c == 3) {
					want, counted = want+int64(c*c), counted+1
				}
			}
			in := []*expr.Column{column(0, "x", typ)}
			q := exec.NewQuery(context.Background(), exec.Options{Threads: 1, Env: &expr.Env{ANSI: true, Zone: time.UTC}})
			sink, err := NewHashAggregate(AggregateSpec{Aggs: []logical.Named{namedAs(10, aggregate(t, "sum", in[0])), namedAs(11, aggregate(t, "count", in[0]))}, Query: q}, in)
			require.NoError(t, err)
			l, err := newLocalGrouping(sink.(*hashAggregate).fed[0], q)
			require.NoError(t, err)
			require.NoError(t, l.consume(rawRows, 0, []*columnar.Vector{v}, rows))
			require.NoError(t, sink.Combine(&localAggregate{groups: []*localGrouping{l}}))
			out, err := sink.Finalize(q)
			require.NoError(t, err)
			require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
				require.Equal(t, fmt.Sprint(want), text(b.Cols[0].Value(0)), "%s, null rows %t, null entry %t, selected %t, bounded %t", typ, nullRows, nullEntry, selected, bounded)
				require.Equal(t, counted, b.Cols[1].Value(0))
				return nil
			}))
			require.NoError(t, q.Close())
		}
	}
}
