package physical

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// TestCompact takes the few selected rows of batches of all forms, with nulls and an unread column, and leaves dense batches alone.
func TestCompact(t *testing.T) {
	rows := randomRows(300, 20, 5)
	table := newTestTable(testColumns, rows, 100)
	c := &compactor{}
	for at := 0; at < len(rows); at += 100 {
		b := table.make(rows[at:at+100], at/100)
		b.Cols = append(b.Cols, nil, columnar.NewConstant(types.BigIntType, int64(7), b.N))
		require.Same(t, b, c.compact(b))
		b.Sel = []int32{0, 1, 17, 63, 64, 99}
		dense := c.compact(b)
		require.Equal(t, len(b.Sel), dense.N)
		require.Nil(t, dense.Sel)
		require.Equal(t, b.Morsel, dense.Morsel)
		for k, v := range b.Cols {
			if v == nil {
				require.Nil(t, dense.Cols[k])
				continue
			}
			require.Equal(t, dense.N, dense.Cols[k].Len)
			for i, r := range b.Sel {
				require.Equal(t, text(v.Value(int(r))), text(dense.Cols[k].Value(i)))
			}
		}
		b.Sel = make([]int32, 60)
		require.Same(t, b, c.compact(b), "half of the rows are not few")
	}
}

// TestCompactLeavesPlacesAlone: what a volatile function gives depends on the place of a row in its batch.
func TestCompactLeavesPlacesAlone(t *testing.T) {
	column := &expr.Column{ID: 1, Name: "a", T: types.BigIntType}
	computed := &expr.Call{Func: &expr.Func{Name: "total"}, Args: []expr.Expr{column}, T: types.BigIntType}
	volatile := &expr.Call{Func: &expr.Func{Name: "numbered", Volatile: true}, T: types.BigIntType}
	require.Nil(t, newCompactor([]expr.Expr{column}))
	require.NotNil(t, newCompactor([]expr.Expr{column, computed}))
	require.Nil(t, newCompactor([]expr.Expr{computed, volatile}))
	b := &columnar.Batch{N: 100, Sel: []int32{3}}
	require.Same(t, b, (*compactor)(nil).compact(b))
}
