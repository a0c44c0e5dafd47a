package physical

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// joinSide is two columns of a build side, a name with nulls and a long number, and the codes of a batch into them.
func joinSide(r *rand.Rand, entries, rows int) (name, number *columnar.Vector, codes []int32) {
	name, number = columnar.New(types.StringType, entries), columnar.New(types.BigIntType, entries)
	for e := range entries {
		if e%7 == 3 {
			name.SetNull(e)
		} else {
			name.SetBytes(e, fmt.Appendf(nil, "a name that is long %d", e/2)) // two entries a name
		}
		columnar.Values[int64](number)[e] = int64(e) << 40 / 3 * 2
	}
	name.Class, number.Class = columnar.Stage, columnar.Stage
	codes = make([]int32, rows)
	for i := range codes {
		codes[i] = r.Int32N(int32(entries))
	}
	return name, number, codes
}

// TestGroupTableOfCodes numbers keys that are codes of one side of a join, alone and beside another, in turn with flat ones of the same
// values, across resets.
func TestGroupTableOfCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	other, _, _ := joinSide(r, 9, 0)
	for _, beside := range []bool{false, true} {
		ts := []types.Type{types.StringType, types.BigIntType}
		if beside {
			ts = []types.Type{types.StringType, types.StringType, types.BigIntType}
		}
		g := newGroupTable(nil, ts)
		seen := map[string]int32{}
		for batch := range 40 {
			if batch == 25 {
				g.reset()
				clear(seen)
			}
			name, number, codes := joinSide(r, 20, 64)
			keys := []*columnar.Vector{columnar.NewDictionary(name, codes), columnar.NewDictionary(number, codes)}
			if batch%3 == 2 {
				for k, v := range keys {
					keys[k] = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(64))
				}
			}
			if beside {
				_, _, more := joinSide(r, 9, 64)
				keys = []*columnar.Vector{keys[0], columnar.NewDictionary(other, more), keys[1]}
			}
			rows := columnar.Rows{N: 64}
			if batch%4 == 1 {
				rows.Sel = []int32{3, 5, 6, 40, 41, 63}
			}
			out := make([]int32, rows.Count())
			g.find(keys, rows, out)
			requireNumbers(t, seen, keys, rows, out)
			require.Equal(t, beside, g.pairs != nil)
		}
		require.Equal(t, len(seen), g.len())
		columns := g.columns()
		for text, n := range seen {
			require.Equal(t, text, rowText(columns, int(n)))
		}
	}
}

// TestSetTable numbers pairs of a group and values that do not fit in a word with it.
func TestSetTable(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, ts := range [][]types.Type{{types.BigIntType}, {types.StringType}, {types.StringType, types.BigIntType}} {
		g := newSetTable(nil, ts)
		require.NotNil(t, g.pairs)
		seen := map[string]int32{}
		for range 30 {
			name, number, codes := joinSide(r, 20, 64)
			args := map[int][]*columnar.Vector{1: {columnar.NewDictionary(number, codes)}, 2: {columnar.NewDictionary(name, codes), columnar.NewDictionary(number, codes)}}[len(ts)]
			if ts[0].Kind == types.String {
				args[0] = columnar.NewDictionary(name, codes)
			}
			group := columnar.New(types.IntType, 64)
			for i := range columnar.Values[int32](group) {
				columnar.Values[int32](group)[i] = r.Int32N(10)
			}
			keys := append([]*columnar.Vector{group}, args...)
			out := make([]int32, 64)
			g.find(keys, columnar.AllRows(64), out)
			requireNumbers(t, seen, keys, columnar.AllRows(len(out)), out)
		}
		require.Equal(t, len(seen), g.len())
		columns := g.columns()
		for text, n := range seen {
			require.Equal(t, text, rowText(columns, int(n)))
		}
	}
}

// TestSetOfLongNumbers numbers pairs of a group and a long number while the numbers are small, and when one is not any more, or null, in either form.
func TestSetOfLongNumbers(t *testing.T) {
	small := []int64{0, 1, -1, math.MaxInt32, math.MinInt32}
	for name, beyond := range map[string]any{"none": nil, "above": int64(math.MaxInt32 + 1), "below": int64(math.MinInt32 - 1), "largest": int64(math.MaxInt64), "null": types.Type{}} {
		for _, ascending := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ascending), func(t *testing.T) {
				g := newSetTable(nil, []types.Type{types.BigIntType})
				seen := map[string]int32{}
				for batch := range 6 {
					numbers := columnar.New(types.BigIntType, len(small)+1)
					copy(columnar.Values[int64](numbers), small)
					if batch >= 2 && beyond != nil {
						if x, ok := beyond.(int64); ok {
							columnar.Values[int64](numbers)[len(small)] = x
						} else {
							numbers.SetNull(len(small))
						}
					}
					numbers.Finish()
					v := numbers
					if batch%2 == 1 {
						v = columnar.NewDictionary(numbers, []int32{5, 4, 3, 2, 1, 0})
					}
					group := columnar.New(types.IntType, len(small)+1)
					for i := range columnar.Values[int32](group) {
						columnar.Values[int32](group)[i] = int32(batch)
						if !ascending {
							columnar.Values[int32](group)[i] = int32((7*batch + i) % 4)
						}
					}
					out := make([]int32, len(small)+1)
					keys := []*columnar.Vector{group, v}
					g.find(keys, columnar.AllRows(len(out)), out)
					requireNumbers(t, seen, keys, columnar.AllRows(len(out)), out)
				}
				require.Equal(t, len(seen), g.len())
				require.Equal(t, beyond != nil, g.pairs.parts[1].table != nil)
				columns := g.columns()
				for text, n := range seen {
					require.Equal(t, text, rowText(columns, int(n)))
				}
			})
		}
	}
}

// requireNumbers checks that equal keys have one number, which seen has of the batches before.
func requireNumbers(t *testing.T, seen map[string]int32, keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	t.Helper()
	for i, n := range out {
		text := rowText(keys, rows.Row(i))
		if _, ok := seen[text]; !ok {
			seen[text] = n
		}
		require.Equal(t, seen[text], n, text)
	}
}

func rowText(cols []*columnar.Vector, row int) (s string) {
	for _, v := range cols {
		s += text(v.Value(row)) + "|"
	}
	return s
}

// BenchmarkGroupOfCodes groups by a name and a number of one side of a join, as codes and as values.
func BenchmarkGroupOfCodes(b *testing.B) {
	const rows = columnar.BatchSize
	r := rand.New(rand.NewPCG(1, 1))
	name, number, codes := joinSide(r, 5000, rows)
	coded := []*columnar.Vector{columnar.NewDictionary(name, codes), columnar.NewDictionary(number, codes)}
	flat := []*columnar.Vector{columnar.Flatten(&columnar.Vector{}, coded[0], columnar.AllRows(rows)), columnar.Flatten(&columnar.Vector{}, coded[1], columnar.AllRows(rows))}
	for name, keys := range map[string][]*columnar.Vector{"codes": coded, "values": flat} {
		b.Run(name, func(b *testing.B) {
			g := newGroupTable(nil, []types.Type{types.StringType, types.BigIntType})
			out := make([]int32, rows)
			for b.Loop() {
				g.find(keys, columnar.AllRows(rows), out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
