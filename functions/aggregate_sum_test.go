package functions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// TestSumsOfFewDigits: totals that fit in a word may still have more digits than the type of the sum, and groups without rows have none.
func TestSumsOfFewDigits(t *testing.T) {
	const most = 999_999_999_999_999_999
	for _, c := range []struct {
		total int64
		mode  expr.Mode
		want  any
		fails bool
	}{{most, expr.ANSI, types.Int128Of(most), false}, {-most, expr.ANSI, types.Int128Of(-most), false}, {most + 1, expr.Try, nil, false}, {-most - 1, expr.Try, nil, false}, {most + 1, expr.ANSI, nil, true}} {
		a := newExactSum(&expr.Spec{Result: types.DecimalOf(18, 0)}, false, c.mode)
		a.Resize(3)
		a.cells[0], a.cells[2] = sumCell[int64]{sum: 7, n: 1}, sumCell[int64]{sum: c.total, n: 2}
		out, err := a.Final()
		if c.fails {
			require.ErrorContains(t, err, "ARITHMETIC_OVERFLOW")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []any{types.Int128Of(7), nil, c.want}, []any{out.Value(0), out.Value(1), out.Value(2)})
	}
}
