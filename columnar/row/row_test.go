package row

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// columnsOfAllKinds are columns of one type each, with equal values of different bits, nulls and long strings.
func columnsOfAllKinds() []*columnar.Vector {
	long := "a string that is longer than a view "
	lists := types.ArrayOf(types.StringType, true)
	structs := types.StructOf(types.Field{Name: "a", Type: types.IntType, Nullable: true}, types.Field{Name: "b", Type: lists, Nullable: true})
	maps := types.MapOf(types.StringType, types.DoubleType, true)
	big := types.MulInt64(1<<62, 1<<40)
	var out []*columnar.Vector
	for _, c := range []struct {
		t      types.Type
		values []any
	}{
		{types.BooleanType, []any{true, false, nil, true}},
		{types.TinyIntType, []any{int8(-1), int8(1), nil, int8(-1)}},
		{types.SmallIntType, []any{int16(-1), int16(1), nil, int16(-1)}},
		{types.IntType, []any{int32(-1), int32(1), nil, int32(-1)}},
		{types.BigIntType, []any{int64(-1), int64(1), nil, int64(-1)}},
		{types.DecimalOf(18, 2), []any{types.Int128Of(-5), types.Int128Of(7), nil, types.Int128Of(-5)}},
		{types.DecimalOf(38, 2), []any{types.Int128Of(-5), big, nil, types.Int128Of(-5)}},
		{types.FloatType, []any{float32(math.Copysign(0, -1)), float32(math.NaN()), nil, float32(0)}},
		{types.DoubleType, []any{math.NaN(), 0.0, nil, math.Float64frombits(0x7ff8000000000123)}},
		{types.StringType, []any{long + "1", long + "2", nil, long + "1"}},
		{types.StringType, []any{"", "x", nil, ""}},
		{types.BinaryType, []any{[]byte{0}, []byte{0, 0}, nil, []byte{0}}},
		{types.CalendarType, []any{types.Interval{Months: 1}, types.Interval{Days: 30}, nil, types.Interval{Months: 1}}},
		{lists, []any{[]any{long, nil}, []any{}, nil, []any{long, nil}}},
		{structs, []any{[]any{int32(1), nil}, []any{nil, []any{"x"}}, nil, []any{int32(1), nil}}},
		{maps, []any{types.MapValue{Keys: []any{"k"}, Values: []any{nil}}, types.MapValue{}, nil, types.MapValue{Keys: []any{"k"}, Values: []any{nil}}}},
		{types.NullType, []any{nil, nil, nil, nil}},
	} {
		v := columnar.New(c.t, len(c.values))
		v.ClearReferences()
		for i, x := range c.values {
			v.SetValue(i, x)
		}
		out = append(out, v)
	}
	return out
}

// forms gives a vector's values in each form: flat, codes, a selection of twice as many rows.
func forms(v *columnar.Vector) map[string]func() (*columnar.Vector, columnar.Rows) {
	return map[string]func() (*columnar.Vector, columnar.Rows){
		"flat": func() (*columnar.Vector, columnar.Rows) { return v, columnar.AllRows(v.Len) },
		"codes": func() (*columnar.Vector, columnar.Rows) {
			return columnar.NewDictionary(v, columnar.Identity(v.Len)), columnar.AllRows(v.Len)
		},
		"selected codes": func() (*columnar.Vector, columnar.Rows) {
			var codes, sel []int32
			for i := range v.Len {
				codes, sel = append(codes, int32(v.Len-1-i), int32(i)), append(sel, int32(2*i+1))
			}
			return columnar.NewDictionary(v, codes), columnar.Rows{Sel: sel, N: len(codes)}
		},
	}
}

func TestPageKeepsValuesAndEquality(t *testing.T) {
	for _, v := range columnsOfAllKinds() {
		for name, form := range forms(v) {
			t.Run(fmt.Sprint(v.Type, " ", name), func(t *testing.T) {
				in, rows := form()
				l := NewLayout([]types.Type{v.Type, types.IntType})
				other := columnar.NewConstant(types.IntType, int32(3), in.Len)
				scratch, kept := NewPage(l), NewPage(l)
				scratch.Scatter([]*columnar.Vector{in, other}, rows)
				for i := range rows.Count() {
					kept.Append(scratch, i)
				}
				require.Equal(t, v.Len, kept.Len())
				for i := range v.Len {
					for j := range v.Len {
						want := kernel.EqualNullable(v, i, v, j)
						require.Equal(t, want, kept.Equal(i, scratch, j), "rows %d and %d", i, j)
						require.Equal(t, want, kept.Equal(i, kept, j), "kept rows %d and %d", i, j)
					}
				}
				got := kept.Column(0, 0, kept.Len())
				for i := range v.Len {
					require.True(t, kernel.EqualNullable(v, i, got, i), "row %d: %v, want %v", i, got.Value(i), v.Value(i))
				}
				require.Equal(t, int32(3), kept.Column(1, 1, 2).Value(0))
			})
		}
	}
}

// A page refers to the columns it was scattered from; what is appended from it does not.
func TestAppendedRowsAreTheirOwn(t *testing.T) {
	v := columnar.New(types.StringType, 1)
	v.SetBytes(0, []byte("a string of some length"))
	l := NewLayout([]types.Type{types.StringType})
	scratch, kept := NewPage(l), NewPage(l)
	scratch.Scatter([]*columnar.Vector{v}, columnar.AllRows(1))
	kept.Append(scratch, 0)
	copy(v.Buffers[0], "XXXXXXXX")
	require.Equal(t, "a string of some length", kept.Column(0, 0, 1).Value(0))
}
