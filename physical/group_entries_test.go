package physical

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// Keys that are all codes of sides of joins, two columns of each, are numbered by their values and given out as codes; once others come, as values.
func TestGroupsAreEntries(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	const entries, rows = 30, 200
	ts := []types.Type{types.StringType, types.DecimalOf(38, 2), types.BigIntType, types.BooleanType}
	make30 := func() []*columnar.Vector {
		dicts := make([]*columnar.Vector, len(ts))
		for c, typ := range ts {
			dicts[c] = columnar.New(typ, entries)
			for e := range entries { // each value twice or three times, so that entries are equal in some columns and in all
				n := e % (10 + 3*(c&1))
				switch {
				case n == 4:
					dicts[c].SetNull(e)
				case typ.Kind == types.Boolean:
					dicts[c].SetValue(e, n%2 == 0)
				case typ.Kind == types.BigInt:
					dicts[c].SetValue(e, int64(n)-5)
				case typ.Kind == types.String:
					dicts[c].SetBytes(e, []byte("a string that does not fit in a view"[n:]))
				default:
					dicts[c].SetValue(e, types.Int128Of(int64(n)-5))
				}
			}
			dicts[c].Class = columnar.Stage
		}
		return dicts
	}
	dicts := make30()
	g := newGroupTable(nil, ts)
	seen := map[string]int32{}
	find := func(dicts []*columnar.Vector, flat, apart bool) {
		var sides [2][]int32
		for side := range sides {
			sides[side] = make([]int32, rows)
			for i := range rows {
				sides[side][i] = r.Int32N(entries)
			}
		}
		keys := make([]*columnar.Vector, len(dicts))
		for c, d := range dicts {
			codes := sides[c/2]
			if apart {
				codes = append([]int32{}, codes...)
			}
			keys[c] = columnar.NewDictionary(d, codes)
			if flat {
				keys[c] = columnar.Flatten(&columnar.Vector{}, keys[c], columnar.AllRows(rows))
			}
		}
		out := make([]int32, rows)
		g.find(keys, columnar.AllRows(rows), out)
		for i, n := range out {
			text := rowText(keys, i)
			if _, ok := seen[text]; !ok {
				seen[text] = int32(len(seen))
			}
			require.Equal(t, seen[text], n, text)
		}
	}
	check := func(form columnar.Form) {
		a := slab.NewArena()
		defer a.Release()
		for _, a := range []*slab.Arena{nil, a} {
			columns := make([]*columnar.Vector, len(ts))
			for c := range columns {
				columns[c] = g.column(a, c)
				require.Equal(t, form, columns[c].Form)
				if a != nil {
					columns[c].Finish()
				}
			}
			for text, n := range seen {
				require.Equal(t, text, rowText(columns, int(n)))
			}
		}
	}
	for range 2 {
		find(dicts, false, true)
		find(dicts, false, false)
		require.Len(t, g.rows.entries.codes, 2)
		check(columnar.Dictionary)
		g.rows.widen()
		find(dicts, false, false)
		for _, flat := range []bool{true, false} { // other entries, and none
			find(make30(), flat, false)
			require.Nil(t, g.rows.entries)
			check(columnar.Flat)
		}
		find(dicts, false, false)
		require.Equal(t, len(seen), g.len())
		g.reset()
		clear(seen)
	}
}
