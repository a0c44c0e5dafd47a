package physical

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// naiveCompare orders values of testColumns as SQL does.
func naiveCompare(a, b any, desc, nullsFirst bool) int {
	if a == nil || b == nil {
		c := 0
		switch {
		case a == nil && b != nil:
			c = 1
		case a != nil:
			c = -1
		}
		if nullsFirst {
			c = -c
		}
		return c
	}
	c := 0
	switch x := a.(type) {
	case int64:
		c = cmp.Compare(x, b.(int64))
	case int32:
		c = cmp.Compare(x, b.(int32))
	case string:
		c = strings.Compare(x, b.(string))
	case types.Int128:
		c = x.Big().Cmp(b.(types.Int128).Big())
	case bool:
		c = cmp.Compare(text(x), text(b))
	case float64:
		y := b.(float64)
		switch xn, yn := math.IsNaN(x), math.IsNaN(y); {
		case xn && yn:
		case xn:
			c = 1
		case yn:
			c = -1
		case x < y:
			c = -1
		case x > y:
			c = 1
		}
	case []any:
		c = naiveCompare(x[0], b.([]any)[0], false, true)
	}
	if desc {
		return -c
	}
	return c
}

type naiveKey struct {
	col              int
	desc, nullsFirst bool
}

func naiveSort(rows [][]any, keys []naiveKey) [][]string {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b []any) int {
		for _, k := range keys {
			if c := naiveCompare(a[k.col], b[k.col], k.desc, k.nullsFirst); c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([][]string, len(rows))
	for i, r := range rows {
		for _, x := range r {
			out[i] = append(out[i], text(x))
		}
	}
	return out
}

func sortKeysOf(keys []naiveKey) []expr.SortKey {
	var out []expr.SortKey
	for _, k := range keys {
		out = append(out, expr.SortKey{Expr: testColumns[k.col], Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	return out
}

// sortCases are all columns alone in all orders, and random combinations.
func sortCases() [][]naiveKey {
	var cases [][]naiveKey
	for c := range testColumns {
		for o := range 4 {
			cases = append(cases, []naiveKey{{c, o&1 != 0, o&2 != 0}})
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var keys []naiveKey
		for range 2 + r.IntN(3) {
			keys = append(keys, naiveKey{r.IntN(len(testColumns)), r.IntN(2) == 0, r.IntN(2) == 0})
		}
		cases = append(cases, keys)
	}
	return append(cases, nil)
}

func TestSort(t *testing.T) {
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		rows := randomRows(min(6*batch, 400), 150, 4)
		for _, keys := range sortCases() {
			sink, err := NewSort(sortKeysOf(keys), testColumns, q)
			got := runSink(t, q, sink, err, newTestTable(testColumns, rows, batch))
			require.Equal(t, naiveSort(rows, keys), got, "%v", keys)
		}
	})
}

// Enough rows for ranges sorted in parallel.
func TestSortParallel(t *testing.T) {
	rows := make([][]any, 4*sortTask/2+1000)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range rows {
		rows[i] = []any{r.Int64N(5000) - 2500, int32(i), fmt.Sprint("key ", r.IntN(40), " with a long tail")}
	}
	cols := testColumns[:3]
	for i, keys := range [][]naiveKey{{{0, false, true}}, {{2, true, true}, {0, false, false}}} {
		want := naiveSort(rows, keys)
		configurations(t, func(t *testing.T, batch int, q *exec.Query) {
			if batch < 4096 || (q.Threads() > 1) != (i == 0) { // one worker sorts by the second keys, several by the first
				return
			}
			table := newTestTable(cols, rows, batch)
			table.forms = false
			sink, err := NewSort(sortKeysOf(keys), cols, q)
			got := runSink(t, q, sink, err, table)
			require.True(t, slices.EqualFunc(want, got, slices.Equal[[]string]), "%v", keys)
		})
	}
}

func TestTopN(t *testing.T) {
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		rows := randomRows(min(20*batch, 1500), 1000, 6)
		for i, keys := range sortCases() {
			if i%7 != batch%3 {
				continue
			}
			all := naiveSort(rows, keys)
			for _, n := range []struct{ count, offset int64 }{{10, 0}, {3, 7}, {0, 5}, {1 << 40, 3}} {
				if n.count > 10 && i > 7 {
					continue
				}
				sink, err := NewTopN(sortKeysOf(keys), n.count, n.offset, testColumns, q)
				got := runSink(t, q, sink, err, newTestTable(testColumns, rows, batch))
				from := min(n.offset, int64(len(all)))
				want := all[from:min(from+n.count, int64(len(all)))]
				require.Len(t, got, len(want))
				if len(want) > 0 {
					require.Equal(t, want, got, "%v", keys)
				}
			}
		}
	})
}

// TestSortCommonBeginnings: what all strings of a key begin with is left out of its number, which must not change the order.
func TestSortCommonBeginnings(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	cols := []*expr.Column{testColumns[0], testColumns[1], testColumns[2]}
	for name, ends := range map[string][]string{
		"short":  {"", "a", "a\x00", "\x00", "b", "zzzzzzz"},
		"long":   {"", "a", "abcdefgh", "abcdefghi", "abcdefgh\x00", "z"},
		"equal":  {""},
		"nulls":  {"12", "1", "2"},
		"nobody": {},
	} {
		rows := make([][]any, 400)
		for i := range rows {
			rows[i] = []any{r.Int64N(3), int32(i), nil}
			if len(ends) > 0 && (name != "nulls" || i%5 > 0) {
				rows[i][2] = "Customer#0000" + ends[r.IntN(len(ends))]
			}
		}
		for _, keys := range [][]naiveKey{{{2, false, true}}, {{2, true, false}}, {{0, false, true}, {2, true, true}}, {{2, false, false}, {0, true, false}}} {
			configurations(t, func(t *testing.T, batch int, q *exec.Query) {
				sink, err := NewSort(sortKeysOf(keys), cols, q)
				got := runSink(t, q, sink, err, newTestTable(cols, rows, batch))
				require.Equal(t, naiveSort(rows, keys), got, "%s %v", name, keys)
			})
		}
	}
}

// TestSortOfFewStrings: strings of few values that do not fit in a key have their ranks in it, whether they come as values or as codes, of few or many
// entries, with and without nulls; and the order is that of the values.
func TestSortOfFewStrings(t *testing.T) {
	const n = 3000
	r := rand.New(rand.NewPCG(11, 12))
	kinds := columnar.New(types.StringType, 40)
	for i := range kinds.Len {
		kinds.SetBytes(i, fmt.Appendf(nil, "a kind of thing %d", (i*7)%30)) // some twice
	}
	entries := columnar.New(types.StringType, 2*n)
	for i := range entries.Len {
		entries.SetBytes(i, kinds.Bytes(i%kinds.Len))
	}
	holes := columnar.New(types.StringType, 3)
	holes.SetBytes(0, []byte("a kind of thing 3"))
	holes.SetNull(1)
	holes.SetBytes(2, []byte("another kind of thing"))
	for _, d := range []*columnar.Vector{kinds, entries, holes} {
		d.Finish()
	}
	coded := func(d *columnar.Vector) *columnar.Vector {
		codes := make([]int32, n)
		for i := range codes {
			codes[i] = r.Int32N(int32(d.Len))
		}
		return columnar.NewDictionary(d, codes)
	}
	flat := columnar.Flatten(&columnar.Vector{}, coded(kinds), columnar.AllRows(n))
	nulls := columnar.Flatten(&columnar.Vector{}, coded(kinds), columnar.AllRows(n))
	none := columnar.New(types.StringType, n)
	for i := range n {
		none.SetNull(i)
		if i%5 == 0 {
			nulls.SetNull(i)
		}
	}
	many, more := columnar.New(types.StringType, n), columnar.New(types.StringType, n)
	for i := range n {
		many.SetBytes(i, fmt.Appendf(nil, "a name of its own, which is %d", r.Int64()))
		more.SetBytes(i, fmt.Appendf(nil, "a name of its own, which is %d", r.Int64()))
	}
	for name, chunks := range map[string][]*columnar.Vector{
		"values": {flat, flat}, "codes": {coded(kinds), coded(entries)}, "mixed": {flat, coded(entries), nulls}, "null entries": {coded(holes), coded(kinds)},
		"nulls": {nulls}, "none": {none, none}, "many": {many}, "few and many": {flat, flat, flat, flat, flat, flat, flat, flat, flat, flat, many, more},
	} {
		for o := range 4 {
			order := kernel.Order{Desc: o&1 != 0, NullsFirst: o&2 != 0}
			for _, threads := range []int{1, 2} {
				q := exec.NewQuery(context.Background(), exec.Options{Threads: threads})
				p := &sortPlan{query: q, arena: q.NewArena(), types: []types.Type{types.IntType, types.StringType}, cols: []int{0, 1}, orders: []kernel.Order{{}, order}}
				rows := &keptRows{types: p.types, arena: p.arena}
				for _, v := range chunks {
					number := columnar.New(types.IntType, n)
					for i := range columnar.Values[int32](number) {
						columnar.Values[int32](number)[i] = int32(i % 3)
					}
					c := &keptChunk{cols: []*columnar.Vector{number, v}, n: n, pieces: []keptPiece{{len(rows.chunks), 0, n}}}
					rows.chunks = append(rows.chunks, c)
				}
				sorted, err := sortRows(p, rows, inParallel(q), nil)
				require.NoError(t, err)
				got := sorted.entries
				all := &sortKeys{rows: rows, cols: p.cols, orders: p.orders}
				want := slices.Clone(got)
				slices.SortFunc(want, func(a, b sortEntry) int { return cmp.Or(all.compare(a.ref, b.ref), cmp.Compare(a.ref, b.ref)) })
				require.Equal(t, want, got, "%s %v", name, order)

				require.NoError(t, all.prepare(inParallel(q)))
				require.Equal(t, !strings.Contains(name, "many"), all.exact == 2, name)
				all.free()
				p.arena.Release()
				q.Close()
			}
		}
	}
}

// TestKeysTellValues compares the values that come out of the keys of sorted rows with those of the rows.
func TestKeysTellValues(t *testing.T) {
	decimal := types.DecimalOf(38, 2)
	cases := map[types.Type][]int64{
		types.BooleanType:   {0, 1, 1, 0},
		types.TinyIntType:   {math.MinInt8, 0, -1, math.MaxInt8},
		types.SmallIntType:  {math.MinInt16, 5, -7, math.MaxInt16},
		types.IntType:       {math.MinInt32, 3, math.MaxInt32, 3},
		types.DateType:      {-719162, 0, 20000, 1},
		types.BigIntType:    {math.MinInt64, 0, math.MaxInt64 - 1, -5}, // with a null the last code there is
		types.TimestampType: {1, 1, 1, 1},
		decimal:             {-100, 7, 12345678901234, 0},
	}
	q := exec.NewQuery(context.Background(), exec.Options{Threads: 2})
	defer q.Close()
	for typ, vals := range cases {
		for o := range 8 {
			order, nulls := kernel.Order{Desc: o&1 != 0, NullsFirst: o&2 != 0}, o&4 != 0
			p := &sortPlan{query: q, arena: q.NewArena(), types: []types.Type{typ}, cols: []int{0}, orders: []kernel.Order{order}}
			rows := &keptRows{types: p.types, arena: p.arena}
			width := columnar.WidthOf(typ)
			if typ == decimal {
				width = columnar.W64
			}
			for c := range 2 {
				v := columnar.NewWidth(typ, width, 2)
				for i := range 2 {
					setNumber(v, i, vals[2*c+i])
				}
				if c == 1 && nulls {
					v.SetNull(1)
				}
				rows.chunks = append(rows.chunks, &keptChunk{cols: []*columnar.Vector{v}, n: 2, pieces: []keptPiece{{c, 0, 2}}})
			}
			sorted, err := sortRows(p, rows, inParallel(q), nil)
			require.NoError(t, err)
			require.Contains(t, sorted.held, 0, typ)
			got := sorted.gather(nil, sorted.entries, 1).Cols[0]
			for i, e := range sorted.entries {
				want := rows.chunks[e.ref.chunk()].cols[0].Value(e.ref.row())
				require.Equal(t, want, got.Value(i), "%s %+v nulls %t row %d", typ, order, nulls, i)
			}
			p.arena.Release()
		}
	}
}

func setNumber(v *columnar.Vector, i int, x int64) {
	switch v.Width {
	case columnar.WBool:
		columnar.Values[uint8](v)[i] = uint8(x)
	case columnar.W8:
		columnar.Values[int8](v)[i] = int8(x)
	case columnar.W16:
		columnar.Values[int16](v)[i] = int16(x)
	case columnar.W32:
		columnar.Values[int32](v)[i] = int32(x)
	default:
		columnar.Values[int64](v)[i] = x
	}
}

// TestSortMovesRows sorts the same rows where they are and moved by ranges of keys first: values and codes, nulls, decimals of both widths, long strings.
func TestSortMovesRows(t *testing.T) {
	const n = 5*sortTask - 77
	cols := testColumns[:7]
	table := newTestTable(cols, randomRows(n, 30_000, 21), 4096)
	for _, r := range table.rows {
		for c := range cols { // some columns without nulls
			if r[c] == nil && (c == 1 || c == 6) {
				r[c] = map[int]any{1: int32(5), 6: true}[c]
			}
		}
	}
	small := columnar.New(types.IntType, 7)
	for i := range 7 {
		setNumber(small, i, int64(i))
	}
	small.Finish()
	for _, keys := range [][]naiveKey{{{0, false, true}}, {{1, true, true}, {2, false, false}, {1, false, false}}, {{2, false, true}, {0, true, false}}, {{3, true, false}, {4, false, true}},
		{{6, false, true}, {1, true, true}, {5, false, false}}, {{5, true, true}}} {
		want := naiveSort(table.rows, keys)
		for threads, moves := range map[int]bool{2: false, 1: true, 3: true} {
			q := exec.NewQuery(context.Background(), exec.Options{Threads: threads})
			p, err := planSort(sortKeysOf(keys), cols, q)
			require.NoError(t, err)
			rows := &keptRows{types: p.types, arena: p.arena}
			for from := 0; from < len(table.rows); from += table.batch {
				b := table.make(table.rows[from:min(from+table.batch, len(table.rows))], from/table.batch)
				codes := make([]int32, b.Cols[1].Len)
				for i := range codes {
					codes[i] = b.Cols[1].Value(i).(int32)
				}
				b.Cols[1] = columnar.NewDictionary(small, codes)
				rows.add(b.Cols, b.Rows(), from/table.batch)
			}
			require.Equal(t, small, rows.chunks[1].cols[1].Dict)
			var memory *allowance
			if moves {
				memory = &allowance{budget: q.Budget()}
			}
			sorted, err := sortRows(p, rows, inParallel(q), memory)
			require.NoError(t, err)
			require.Equal(t, moves, sorted.moved)
			require.Equal(t, sortRanges, sorted.parts())
			if moves {
				rows.freeValues()
			}
			got := sorted.gather(nil, sorted.entries, len(cols))
			for i, w := range want {
				for c, v := range got.Cols {
					if x := text(v.Value(i)); x != w[c] {
						require.Equal(t, w[c], x, "%v row %d column %d, moved %t", keys, i, c, moves)
					}
				}
			}
			for i := range 1000 {
				for c, v := range got.Cols {
					require.Equal(t, kernel.EqualNullable(v, i, v, i+1), sorted.equal(c, sorted.entries[i], sorted.entries[i+1]), "%v row %d column %d", keys, i, c)
				}
			}
			sorted.free()
			if moves {
				memory.release()
			}
			p.arena.Release()
			require.NoError(t, q.Close())
		}
	}
}

// TestSortOfUnevenParts sorts rows of which most have one key, so that a part has nearly all, and takes rows out of the middle.
func TestSortOfUnevenParts(t *testing.T) {
	cols := testColumns[:2]
	q := exec.NewQuery(context.Background(), exec.Options{Threads: 3})
	defer func() { require.NoError(t, q.Close()) }()
	const n = 200_000
	for _, from := range []int64{0, 150_000} {
		p, err := planSort(sortKeysOf([]naiveKey{{0, false, true}}), cols, q)
		require.NoError(t, err)
		s := &sorting{plan: p, locals: []*localSort{newLocalSort(p)}}
		for at := 0; at < n; at += 4000 {
			k, v := columnar.New(types.BigIntType, 4000), columnar.New(types.IntType, 4000)
			for i := range 4000 {
				setNumber(k, i, int64((at+i)%20/19))
				setNumber(v, i, int64(at+i))
			}
			s.locals[0].rows.add([]*columnar.Vector{k, v}, columnar.AllRows(4000), at/4000)
		}
		all, err := s.divide()
		require.NoError(t, err)
		require.True(t, all.uneven())
		out, err := s.output(q, from, n)
		require.NoError(t, err)
		require.Equal(t, n-from, out.Rows)
		seen, last := from, int64(-1)
		require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
			for i := range b.N {
				k, v := b.Cols[0].Value(i).(int64), int64(b.Cols[1].Value(i).(int32))
				want := seen/19*20 + seen%19
				if first := int64(n / 20 * 19); seen >= first {
					want = (seen-first)*20 + 19
				}
				if k != want%20/19 || v != want {
					require.Equal(t, []int64{want % 20 / 19, want}, []int64{k, v}, "row %d after %d", seen, last)
				}
				seen, last = seen+1, v
			}
			return nil
		}))
		require.Equal(t, int64(n), seen)
	}
}
