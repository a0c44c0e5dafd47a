package columnar

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

// arrowCases are columns of every layout, with nulls and with elements out of order.
func arrowCases() map[string]struct {
	t    types.Type
	rows []any
} {
	pair := types.StructOf(types.Field{Name: "a", Type: types.IntType, Nullable: true}, types.Field{Name: "b", Type: types.StringType, Nullable: true})
	return map[string]struct {
		t    types.Type
		rows []any
	}{
		"void":      {types.NullType, []any{nil, nil}},
		"boolean":   {types.BooleanType, []any{true, nil, false, true}},
		"tinyint":   {types.TinyIntType, []any{int8(-128), nil, int8(127)}},
		"smallint":  {types.SmallIntType, []any{int16(-5), int16(7)}},
		"int":       {types.IntType, []any{int32(1), nil, int32(-3)}},
		"bigint":    {types.BigIntType, []any{int64(1) << 62, nil}},
		"decimal":   {types.DecimalOf(10, 2), []any{types.Int128Of(-12345), nil, types.Int128Of(7)}},
		"wide":      {types.DecimalOf(38, 0), []any{types.Pow10(37), nil, types.Pow10(37).Neg()}},
		"float":     {types.FloatType, []any{float32(1.5), nil}},
		"double":    {types.DoubleType, []any{1e300, nil, -0.5}},
		"string":    {types.StringType, []any{"", "short", nil, "a string that is longer than twelve bytes", "another long string of bytes"}},
		"binary":    {types.BinaryType, []any{[]byte{}, []byte{0, 255}, nil}},
		"date":      {types.DateType, []any{int32(-1), nil, int32(20000)}},
		"timestamp": {types.TimestampType, []any{int64(-1), nil, int64(1e15)}},
		"ntz":       {types.TimestampNTZType, []any{int64(5)}},
		"months":    {types.YearMonthType, []any{int32(-14), nil}},
		"micros":    {types.DayTimeType, []any{int64(-14e6), nil}},
		"interval":  {types.CalendarType, []any{types.Interval{Months: 1, Days: -2, Micros: 3}, nil}},
		"array":     {types.ArrayOf(types.StringType, true), []any{[]any{"x", nil}, nil, []any{}, []any{"a string that is longer than twelve bytes"}}},
		"map":       {types.MapOf(types.StringType, types.IntType, true), []any{types.MapValue{Keys: []any{"k", "l"}, Values: []any{int32(1), nil}}, nil}},
		"struct":    {pair, []any{[]any{int32(1), "x"}, []any{nil, nil}, nil}},
		"nested":    {types.ArrayOf(pair, true), []any{[]any{[]any{int32(1), "x"}, nil}, nil}},
	}
}

func vectorOfRows(t types.Type, rows []any) *Vector {
	v := New(t, len(rows))
	v.ClearReferences()
	for i, r := range rows {
		v.SetValue(i, r)
	}
	return v
}

func rowsOf(v *Vector, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = v.Value(i)
	}
	return out
}

func TestArrowRoundTrip(t *testing.T) {
	for name, c := range arrowCases() {
		t.Run(name, func(t *testing.T) {
			v := vectorOfRows(c.t, c.rows)
			n := len(c.rows)
			codes := make([]int32, n)
			for i := range codes {
				codes[i] = int32(n - 1 - i)
			}
			reversed := make([]any, n)
			for i := range reversed {
				reversed[i] = c.rows[n-1-i]
			}
			for _, form := range []struct {
				v    *Vector
				want []any
			}{{v, c.rows}, {NewDictionary(v, codes), reversed}, {NewConstant(c.t, c.rows[0], n), repeat(c.rows[0], n)}} {
				a, err := ToArrow(form.v, n)
				require.NoError(t, err)
				require.Equal(t, n, a.Len())
				got, ok := SQLType(a.DataType())
				require.True(t, ok)
				require.True(t, got.SameShape(c.t), "%s is not %s", got, c.t)
				back, err := FromArrow(a, c.t)
				require.NoError(t, err)
				require.Equal(t, form.want, rowsOf(back, n))
			}
		})
	}
}

func repeat(x any, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = x
	}
	return out
}

func TestToRecordOfSelection(t *testing.T) {
	v := vectorOfRows(types.StringType, []any{"a", nil, "a string that is longer than twelve bytes"})
	schema := arrow.NewSchema(ArrowFields([]types.Field{{Name: "s", Type: types.StringType, Nullable: true}}), nil)
	rec, err := ToRecord(schema, &Batch{Cols: []*Vector{v}, N: 3, Sel: []int32{1, 2}})
	require.NoError(t, err)
	require.EqualValues(t, 2, rec.NumRows())
	back, err := FromArrow(rec.Column(0), types.StringType)
	require.NoError(t, err)
	require.Equal(t, []any{nil, "a string that is longer than twelve bytes"}, rowsOf(back, 2))
}
