package physical

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

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
			out := make([]int32, rows.Count())
			g.find([]*columnar.Vector{v}, rows, out)
			for i, n := range out {
				text := rowText([]*columnar.Vector{v}, rows.Row(i))
				if _, ok := seen[text]; !ok {
					seen[text] = n
				}
				require.Equal(t, seen[text], n, text)
			}
		}
		require.Equal(t, len(seen), g.len())
		columns := g.columns()
		for text, n := range seen {
			require.Equal(t, text, rowText(columns, int(n)))
		}
	}
}
