package text

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

func TestFloatsAsJavaPrintsThem(t *testing.T) {
	for want, f := range map[string]float64{"1.0": 1, "-0.0": math.Copysign(0, -1), "1.0E7": 1e7, "9999999.5": 9999999.5, "0.001": 0.001, "9.9E-4": 0.00099,
		"1.0E10": 1e10, "1.2345E-10": 1.2345e-10, "NaN": math.NaN(), "-Infinity": math.Inf(-1), "1.7976931348623157E308": math.MaxFloat64,
		"123456.789": 123456.789, "1.23456789125E8": 123456789.125, "1.0E18": 1e18} {
		require.Equal(t, want, string(AppendFloat(nil, f, 64)))
	}
	for want, f := range map[string]float32{"2.14748365E9": 1 << 31, "1.23456792E8": 123456789, "1.1": 1.1, "1.0E10": 1e10, "3.4028235E38": math.MaxFloat32,
		"1.6777216E7": 1 << 24} {
		require.Equal(t, want, string(AppendFloat(nil, float64(f), 32)))
	}
}

func TestHiveAndCast(t *testing.T) {
	la := time.FixedZone("", -8*3600)
	arr := types.ArrayOf(types.StringType, true)
	st := types.StructOf(types.Field{Name: "a", Type: types.IntType}, types.Field{Name: "b", Type: arr, Nullable: true})
	m := types.MapOf(types.IntType, types.StringType, true)
	for _, c := range []struct {
		v          any
		t          types.Type
		hive, cast string
	}{
		{nil, types.IntType, "NULL", "null"},
		{"x", types.StringType, "x", "x"},
		{[]any{"x", nil}, arr, `["x",null]`, "[x, null]"},
		{[]any{int32(1), []any{}}, st, `{"a":1,"b":[]}`, "{1, []}"},
		{types.MapValue{Keys: []any{int32(2), int32(1)}, Values: []any{"b", nil}}, m, `{1:null,2:"b"}`, "{2 -> b, 1 -> null}"},
		{int64(0), types.TimestampType, "1969-12-31 16:00:00", "1969-12-31 16:00:00"},
		{int64(math.MinInt64), types.TimestampType, "-290308-12-21 11:59:05.224192", "-290308-12-21 11:59:05.224192"},
		{int32(-14), types.YearMonthType, "-1-2", "INTERVAL '-1-2' YEAR TO MONTH"},
		{int64(93784500000), types.DayTimeType, "1 02:03:04.500000000", "INTERVAL '1 02:03:04.5' DAY TO SECOND"},
		{types.Int128Of(-150), types.DecimalOf(5, 2), "-1.50", "-1.50"},
		{[]byte("a\xff"), types.BinaryType, "a\uFFFD", "a\xff"},
	} {
		require.Equal(t, c.hive, Hive(c.v, c.t, la))
		require.Equal(t, c.cast, Cast(c.v, c.t, la))
	}
}

func TestLiteral(t *testing.T) {
	for want, c := range map[string]struct {
		v any
		t types.Type
	}{"1L": {int64(1), types.BigIntType}, `'it\'s'`: {"it's", types.StringType}, "1.5D": {1.5, types.DoubleType}, "NaN": {math.NaN(), types.DoubleType}, "-Infinity": {float32(math.Inf(-1)), types.FloatType},
		"CAST('1.5' AS FLOAT)": {float32(1.5), types.FloatType},
		"1.0E10D":              {1e10, types.DoubleType}, "2BD": {types.Int128Of(2), types.DecimalOf(1, 0)}, "NULL": {nil, types.IntType}, "X'0AFF'": {[]byte{10, 255}, types.BinaryType}} {
		require.Equal(t, want, Literal(c.v, c.t, time.UTC))
	}
}
