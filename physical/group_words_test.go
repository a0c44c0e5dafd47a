package physical

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// checkNumbers has a table number keys, and compares the numbers with those that these had before, which it notes by the text of the key.
func checkNumbers(t *testing.T, g *groupTable, keys []*columnar.Vector, rows columnar.Rows, seen map[string]int32) {
	out := make([]int32, rows.Count())
	g.find(keys, rows, out)
	for i, n := range out {
		text := rowText(keys, rows.Row(i))
		if _, ok := seen[text]; !ok {
			seen[text] = n
		}
		require.Equal(t, seen[text], n, text)
	}
}

// checkKeys compares the keys of a table with those that were numbered.
func checkKeys(t *testing.T, g *groupTable, seen map[string]int32) {
	require.Equal(t, len(seen), g.len())
	columns := g.columns()
	for text, n := range seen {
		require.Equal(t, text, rowText(columns, int(n)))
	}
}

// TestWordTableInOrder numbers keys that ascend for some time, with nulls or without, across resets.
func TestWordTableInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for round := range 200 {
		g := newGroupTable(nil, []types.Type{types.BigIntType})
		seen := map[string]int32{}
		key, disorder := -r.Int64N(100), r.IntN(30)
		for batch := range 20 {
			if batch == 12 {
				g.reset()
				clear(seen)
				key = math.MinInt64
			}
			v := columnar.New(types.BigIntType, 50)
			for i := range 50 {
				columnar.Values[int64](v)[i] = key
				key += r.Int64N(3)
				if batch%12 >= disorder && r.IntN(40) == 0 {
					key -= r.Int64N(20)
				}
				if round%5 == 1 && batch%12 > disorder && i%9 == 0 {
					v.SetNull(i)
				}
			}
			rows := columnar.Rows{N: 50}
			if batch%3 == 1 {
				rows.Sel = []int32{0, 7, 8, 9, 30, 49}
			}
			checkNumbers(t, g, []*columnar.Vector{v}, rows, seen)
		}
		checkKeys(t, g, seen)
	}
}

// TestNarrowWords numbers keys of several long numbers, which are words as long as they are small, with nulls, in all forms, across resets.
func TestNarrowWords(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	ts := [][]types.Type{{types.BigIntType, types.BigIntType}, {types.BigIntType, types.IntType, types.DateType}, {types.BigIntType, types.DecimalOf(18, 2), types.TinyIntType, types.SmallIntType},
		{types.BigIntType, types.BigIntType, types.BigIntType, types.BigIntType, types.BigIntType}}
	narrow, widened := 0, 0
	for round := range 300 {
		kinds := ts[r.IntN(len(ts))]
		g, seen := newGroupTable(nil, kinds), map[string]int32{}
		origin := []int64{0, 5, -100, math.MinInt64 + 3, math.MaxInt64 - 400}[r.IntN(5)]
		wide := r.IntN(3) == 0
		for batch := range 12 {
			if batch == 8 && round%4 == 0 {
				g.reset()
				clear(seen)
			}
			keys := make([]*columnar.Vector, len(kinds))
			for c, typ := range kinds {
				v := columnar.New(typ, 60)
				for i := range 60 {
					x := origin*int64(c%2) + r.Int64N(40)*int64(1+batch%3)
					if wide && batch > 5 && r.IntN(50) == 0 {
						x = int64(r.Uint64())
					}
					setNumber(v, i, x)
					if round%3 == 1 && r.IntN(12) == 0 {
						v.SetNull(i)
					}
				}
				if r.IntN(3) == 0 {
					codes := make([]int32, 60)
					for i := range codes {
						codes[i] = int32(r.IntN(60))
					}
					v = columnar.NewDictionary(v, codes)
				}
				keys[c] = v
			}
			rows := columnar.Rows{N: 60}
			if batch%3 == 1 {
				rows.Sel = []int32{0, 7, 8, 9, 30, 59}
			}
			before := g.words != nil
			checkNumbers(t, g, keys, rows, seen)
			narrow += bit(g.words != nil)
			widened += bit(before && g.words == nil)
		}
		checkKeys(t, g, seen)
	}
	require.Greater(t, narrow, 1000)
	require.Greater(t, widened, 20)
}

// TestNearWords numbers keys that lie near to each other and drift, with some far away and nulls, until a table by hash is needed and after.
func TestNearWords(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	near, slots, again, stretched := 0, 0, 0, 0
	for round := range 200 {
		typ := []types.Type{types.BigIntType, types.DateType, types.DecimalOf(18, 2), types.TimestampType}[r.IntN(4)]
		g, seen := newGroupTable(nil, []types.Type{typ}), map[string]int32{}
		base := []int64{0, -500, math.MinInt64, math.MaxInt64 - 3000, math.MinInt32, math.MaxInt32 - 100}[r.IntN(6)]
		span, outliers := int64(1)<<r.IntN(13), r.IntN(3) == 0
		for batch := range 40 {
			if batch == 25 && round%3 == 0 {
				g.reset()
				clear(seen)
			}
			v := columnar.New(typ, 90)
			for i := range 90 {
				x := base + r.Int64N(span)*(1+r.Int64N(3))
				if outliers && batch > 3 && r.IntN(300) == 0 {
					x = int64(r.Uint64() >> r.IntN(60))
				}
				setNumber(v, i, x)
				if round%4 == 1 && r.IntN(15) == 0 {
					v.SetNull(i)
				}
			}
			base += span / 8
			rows := columnar.Rows{N: 90}
			if batch%3 == 1 {
				rows.Sel = []int32{0, 7, 8, 9, 30, 59, 88}
			}
			was, size := g.near(), len(g.words.near)
			checkNumbers(t, g, []*columnar.Vector{v}, rows, seen)
			near += bit(g.near())
			slots += bit(was && !g.near())
			again += bit(!was && g.near() && batch > 0)
			stretched += bit(was && g.near() && size != len(g.words.near))
		}
		checkKeys(t, g, seen)
		g.free()
	}
	for _, n := range []int{near, slots, again, stretched} {
		require.Greater(t, n, 20)
	}
}
