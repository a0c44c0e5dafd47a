package columnar

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

func TestLoan(t *testing.T) {
	numbers, text := New(types.BigIntType, 3), New(types.StringType, 3)
	for i := range 3 {
		numbers.SetValue(i, int64(i))
		text.SetValue(i, "value")
	}
	numbers.SetNull(1)
	text.SetNull(2)
	codes := []int32{2, 1, 0}
	a, b := NewDictionary(numbers, codes), NewDictionary(text, codes)
	kept := someVector(nil, types.BigIntType, 9)

	var loan Loan
	lent := loan.Batch(&Batch{Cols: []*Vector{numbers, a, b, text, kept, numbers}, N: 3})
	for i, want := range []*Vector{numbers, a, b, text} {
		for r := range 3 {
			require.Equal(t, want.Value(r), lent.Cols[i].Value(r))
		}
	}
	require.Same(t, lent.Cols[0], lent.Cols[5], "a vector stays one")
	require.Same(t, lent.Cols[0], lent.Cols[1].Dict)
	require.Same(t, &lent.Cols[1].Codes[0], &lent.Cols[2].Codes[0], "codes are shared as before")
	require.NotEqual(t, int64(1), Values[int64](lent.Cols[0])[1], "garbage under nulls")
	require.NotEqual(t, int64(3), Values[int64](lent.Cols[4])[3], "also of what is kept")
	require.EqualValues(t, 1, Values[int64](numbers)[1], "but not in the original")

	held, heldCodes := lent.Cols[0], lent.Cols[1].Codes
	loan.Back()
	require.NotEqual(t, int64(0), Values[int64](held)[0], "what is held too long is garbage")
	require.Negative(t, heldCodes[0])
	require.Equal(t, int64(0), numbers.Value(0))
	require.Equal(t, int64(8), kept.Value(8))
}

func TestAppendPoison(t *testing.T) {
	for _, typ := range keptTypes[:4] {
		dict := someVector(nil, typ, 5)
		more := AppendPoison(dict)
		require.Equal(t, 6, more.Len)
		for i := range 5 {
			require.Equal(t, dict.Value(i), more.Value(i), typ)
		}
		require.NotPanics(t, func() { more.Value(5) }, "the entry is a value of the type")
	}
	bounded := New(types.BigIntType, 2)
	clear(Values[int64](bounded))
	bounded.HasBounds, bounded.Lo, bounded.Hi = true, 0, 0
	require.Equal(t, int64(0), AppendPoison(bounded).Value(2), "bounds hold for every entry")
}
