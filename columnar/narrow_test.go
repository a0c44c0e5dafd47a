package columnar

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

func TestNarrow(t *testing.T) {
	inner := types.StructOf(types.Field{Name: "x", Type: types.IntType, Nullable: true}, types.Field{Name: "y", Type: types.StringType, Nullable: true})
	whole := types.StructOf(types.Field{Name: "a", Type: types.IntType, Nullable: true}, types.Field{Name: "list", Type: types.ArrayOf(inner, true), Nullable: true})
	v := New(whole, 3)
	v.SetNull(1)
	a, list := v.Children[0], v.Children[1]
	copy(Values[int32](a), []int32{7, 0, 9})
	copy(Values[Span](list), []Span{{0, 2}, {}, {2, 1}})
	elems := list.Children[0]
	elems.Grow(3)
	elems.SetNull(2)
	copy(Values[int32](elems.Children[0]), []int32{1, 2, 0})
	for i, s := range []string{"p", "q", ""} {
		elems.Children[1].SetBytes(i, []byte(s))
	}

	require.Same(t, v, Narrow(v, whole))
	y := types.StructOf(types.Field{Name: "y", Type: types.StringType, Nullable: true})
	got := Narrow(v, types.StructOf(types.Field{Name: "list", Type: types.ArrayOf(y, true), Nullable: true}))
	require.Equal(t, []any{[]any{[]any{"p"}, []any{"q"}}}, got.Value(0))
	require.Nil(t, got.Value(1))
	require.Equal(t, []any{[]any{nil}}, got.Value(2))

	none := Narrow(v, types.StructOf())
	require.Equal(t, []bool{false, true, false}, []bool{none.IsNull(0), none.IsNull(1), none.IsNull(2)})
	coded := Narrow(NewDictionary(v, []int32{2, 1, 0}), types.StructOf(whole.Fields()[0]))
	require.Equal(t, []any{[]any{int32(9)}, nil, []any{int32(7)}}, []any{coded.Value(0), coded.Value(1), coded.Value(2)})
	require.Equal(t, whole, v.Type)
	require.Len(t, v.Children, 2)
}
