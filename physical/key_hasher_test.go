package physical

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// TestKeyHasher: keys have the same hash as values, as codes of few entries and as codes whose hashes are kept.
func TestKeyHasher(t *testing.T) {
	const entries, n = 5000, 300
	text, number := columnar.New(types.StringType, entries), columnar.New(types.BigIntType, entries)
	for i := range entries {
		text.SetValue(i, fmt.Sprintf("the name of entry %d", i/2))
		number.SetValue(i, int64(i/3))
	}
	few := columnar.New(types.StringType, 10)
	for i := range 10 {
		few.SetValue(i, fmt.Sprint(i))
	}
	for _, v := range []*columnar.Vector{text, number, few} {
		v.Class = columnar.Stage
	}
	asked, granted := int64(0), true
	keeping := &keyHasher{remember: func(n int64) bool { asked += n; return granted }}
	for batch := range 20 {
		codes, others := make([]int32, n), make([]int32, n)
		for i := range codes {
			codes[i], others[i] = int32((i*7+batch*100)%entries), int32(i%10)
		}
		keys := []*columnar.Vector{columnar.NewDictionary(text, codes), columnar.NewDictionary(few, others), columnar.NewDictionary(number, codes)}
		flat := make([]*columnar.Vector, len(keys))
		for c, v := range keys {
			flat[c] = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(n))
		}
		rows := columnar.AllRows(n)
		if batch%2 == 1 {
			rows.Sel = []int32{0, 5, 6, 100, 299}
		}
		want := (&keyHasher{}).hash(flat, rows, nil)
		require.Equal(t, want, (&keyHasher{}).hash(keys, rows, nil))
		require.Equal(t, want, keeping.hash(keys, rows, nil))
		require.Equal(t, (&keyHasher{}).hash(flat[:1], rows, nil), keeping.hash(keys[:1], rows, nil))
	}
	require.Equal(t, keeping.bytes(), asked)
	require.Positive(t, asked)
	keeping.forget()
	require.Zero(t, keeping.bytes())

	granted = false
	keys := []*columnar.Vector{columnar.NewDictionary(text, make([]int32, n))}
	require.Equal(t, (&keyHasher{}).hash(keys, columnar.AllRows(n), nil), keeping.hash(keys, columnar.AllRows(n), nil))
	require.Zero(t, keeping.bytes())
}
