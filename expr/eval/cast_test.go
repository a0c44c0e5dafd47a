package eval

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func castOf(v any, from, to types.Type, mode expr.Mode) (any, error) {
	return EvalConstant(&expr.Cast{Child: lit(v, from), To: to, Mode: mode}, env)
}

// The answers are Spark 4.3's.
func TestNestedCasts(t *testing.T) {
	texts, ints := types.ArrayOf(types.StringType, true), types.ArrayOf(types.IntType, true)
	v, err := castOf([]any{"1", " 2 ", nil}, texts, ints, expr.ANSI)
	require.NoError(t, err)
	require.Equal(t, []any{int32(1), int32(2), nil}, v)

	_, err = castOf([]any{"1", "x", nil}, texts, ints, expr.ANSI)
	require.Equal(t, `The value 'x' of the type "STRING" cannot be cast to "INT" because it is malformed. Correct the value as per the syntax, or `+
		"change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.", sqlerr.As(err).Message)
	v, err = castOf([]any{"1", "x", nil}, texts, ints, expr.Try)
	require.NoError(t, err)
	require.Equal(t, []any{int32(1), nil, nil}, v)

	v, err = castOf(types.MapValue{Keys: []any{"1"}, Values: []any{"a"}}, types.MapOf(types.StringType, types.StringType, true),
		types.MapOf(types.IntType, types.StringType, true), expr.ANSI)
	require.NoError(t, err)
	require.Equal(t, types.MapValue{Keys: []any{int32(1)}, Values: []any{"a"}}, v)

	field := func(t types.Type) types.Field { return types.Field{Name: "f", Type: t, Nullable: true} }
	from := types.StructOf(field(types.StringType), field(types.IntType), field(ints))
	v, err = castOf([]any{"1", int32(2), []any{int32(3), nil}}, from, types.StructOf(field(types.IntType), field(types.StringType), field(texts)), expr.ANSI)
	require.NoError(t, err)
	require.Equal(t, []any{int32(1), "2", []any{"3", nil}}, v)
	v, err = castOf([]any{"1", nil, []any{int32(3), nil}}, from, types.StringType, expr.ANSI)
	require.NoError(t, err)
	require.Equal(t, "{1, null, [3, null]}", v)

	_, err = castOf(int32(1), types.IntType, ints, expr.ANSI)
	require.Equal(t, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", sqlerr.As(err).Condition)
}

// Rows share elements, rows are null, and rows that do not count hold text that is no number.
func TestNestedCastsOfBatches(t *testing.T) {
	texts := vector(types.ArrayOf(types.StringType, true), []any{"1", "2"}, nil, []any{}, []any{"x"}, []any{"3"})
	columnar.Values[columnar.Span](texts)[4] = columnar.Values[columnar.Span](texts)[0]
	e := &expr.Cast{Child: col(0, texts.Type), To: types.ArrayOf(types.BigIntType, true)}
	one, two := []any{int64(1), int64(2)}, []any{int64(1), int64(2)}
	got, err := run(t, e, []int32{0, 1, 2, 4}, texts)
	require.NoError(t, err)
	require.Equal(t, []any{one, nil, []any{}, two}, got)
	_, err = run(t, e, nil, texts)
	require.Equal(t, "CAST_INVALID_INPUT", sqlerr.As(err).Condition)
	got, err = run(t, e, nil, columnar.NewDictionary(texts, []int32{4, 1, 0, 0, 0}))
	require.NoError(t, err) // nobody refers to the bad entry
	require.Equal(t, []any{one, nil, one, one, one}, got)

	pairs := columnar.New(pairType, 3)
	for i, x := range []any{[]any{int32(1), "7"}, nil, []any{int32(2), "x"}} {
		pairs.SetValue(i, x)
	}
	to := types.StructOf(types.Field{Name: "a", Type: types.StringType, Nullable: true}, types.Field{Name: "b", Type: types.IntType, Nullable: true})
	got, err = run(t, &expr.Cast{Child: col(0, pairType), To: to, Mode: expr.Try}, nil, pairs)
	require.NoError(t, err)
	require.Equal(t, []any{[]any{"1", int32(7)}, nil, []any{"2", nil}}, got)
	got, err = run(t, &expr.Cast{Child: col(0, pairType), To: to}, []int32{0, 1}, pairs)
	require.NoError(t, err)
	require.Equal(t, []any{[]any{"1", int32(7)}, nil}, got)
}

func TestCastsKeepBounds(t *testing.T) {
	days := ints(10, 20, nil)
	days.HasBounds, days.Lo, days.Hi = true, 10, 20
	for _, c := range []struct {
		to     types.Type
		lo, hi int64
	}{{types.BigIntType, 10, 20}, {types.TinyIntType, 10, 20}, {types.DecimalOf(30, 2), 1000, 2000}} {
		p, err := Compile([]expr.Expr{&expr.Cast{Child: col(0, types.IntType), To: c.to}}, inputs([]*columnar.Vector{days}), env)
		require.NoError(t, err)
		vs, err := p.New().Eval(&columnar.Batch{Cols: []*columnar.Vector{days}, N: 3})
		require.NoError(t, err)
		require.Equal(t, []any{true, c.lo, c.hi}, []any{vs[0].HasBounds, vs[0].Lo, vs[0].Hi}, c.to)
		require.NotEqual(t, columnar.W128, vs[0].Width)
	}
}

func TestMessagesShowValues(t *testing.T) {
	for want, c := range map[string]struct {
		v        any
		from, to types.Type
	}{
		`The value 1000 of the type "INT" cannot be cast to "TINYINT" due to an overflow.`:         {int32(1000), types.IntType, types.TinyIntType},
		`The value 1.0E20D of the type "DOUBLE" cannot be cast to "INT" due to an overflow.`:       {1e20, types.DoubleType, types.IntType},
		"1000 cannot be represented as Decimal(3, 1).":                                             {int32(1000), types.IntType, types.DecimalOf(3, 1)},
		"100000000000000000000 cannot be represented as Decimal(3, 1).":                            {1e20, types.DoubleType, types.DecimalOf(3, 1)},
		`The value 'it\'s' of the type "STRING" cannot be cast to "DATE" because it is malformed.`: {"it's", types.StringType, types.DateType},
	} {
		_, err := castOf(c.v, c.from, c.to, expr.ANSI)
		require.Contains(t, sqlerr.As(err).Message, want)
	}
}

// Spark 4.3 has TIME switched off, so its answers are not in testdata.
func TestCastsToTime(t *testing.T) {
	for text, want := range map[string]any{"12:34:56.789": int64(45296789e6), " 1:02 ": int64(3720e9), "12:34:56 UTC": nil, "2020-01-01 12:34:56": nil,
		"24:00": nil, "": nil, "x": nil} {
		got, err := castOf(text, types.StringType, types.TimeType, expr.Try)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	got, err := castOf(int64(45296789e6), types.TimeType, types.StringType, expr.ANSI)
	require.NoError(t, err)
	require.Equal(t, "12:34:56.789", got)
}

// TestCastOfGarbageUnderNulls casts decimals that have more digits than their type where they are null, to types that hold all others.
func TestCastOfGarbageUnderNulls(t *testing.T) {
	for _, from := range []types.Type{types.DecimalOf(10, 2), types.DecimalOf(30, 2)} {
		v := columnar.New(from, 2)
		v.SetValue(0, types.Int128Of(123))
		for i := v.Width.Bytes(); i < 2*v.Width.Bytes(); i++ {
			v.Data()[i] = 0xA5
		}
		v.SetNull(1)
		col := &expr.Column{ID: 1, Name: "d", T: from, Null: true}
		for _, to := range []types.Type{types.DecimalOf(12, 2), types.DecimalOf(12, 3), types.DecimalOf(38, 2), types.DecimalOf(38, 4)} {
			if !types.CastNeverFails(from, to) {
				continue
			}
			p, err := Compile([]expr.Expr{&expr.Cast{Child: col, To: to}}, []*expr.Column{col}, &expr.Env{ANSI: true})
			require.NoError(t, err)
			out, err := p.New().Eval(&columnar.Batch{Cols: []*columnar.Vector{v}, N: 2})
			require.NoError(t, err, "%s to %s", from.SQL(), to.SQL())
			require.Nil(t, out[0].Value(1))
			require.NotNil(t, out[0].Value(0))
		}
	}
}
