package eval

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/text"
)

// typeNames are the types of testdata/casts.jsonl.
var typeNames = func() map[string]types.Type {
	m := map[string]types.Type{}
	for _, t := range []types.Type{types.BooleanType, types.TinyIntType, types.SmallIntType, types.IntType, types.BigIntType, types.FloatType,
		types.DoubleType, types.StringType, types.BinaryType, types.DateType, types.TimestampType, types.TimestampNTZType, types.TimeType,
		types.DecimalOf(5, 2), types.DecimalOf(38, 10), types.DecimalOf(3, 3), types.DecimalOf(20, 0), types.CalendarType,
		types.YearMonthType, types.YearMonthOf(types.Year, types.Year), types.YearMonthOf(types.Month, types.Month), types.DayTimeType,
		types.DayTimeOf(types.Day, types.Day), types.DayTimeOf(types.Second, types.Second), types.DayTimeOf(types.Hour, types.Hour),
		types.DayTimeOf(types.Minute, types.Second)} {
		m[t.String()] = t
	}
	return m
}()

// goldenCast is what Spark 4.3 answered to cast(cast('V' as F) as T): ANSI and Legacy (spark.sql.ansi.enabled=false) results as text, or
// "!" and the error's condition.
type goldenCast struct{ F, V, T, ANSI, Legacy string }

func TestCastsAgreeWithSpark(t *testing.T) {
	f, err := os.Open("testdata/casts.jsonl")
	require.NoError(t, err)
	defer f.Close()
	la, err := temporal.ParseZone("America/Los_Angeles")
	require.NoError(t, err)
	e := &expr.Env{Now: time.Unix(1700000000, 0), Zone: la, ANSI: true}
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		var g goldenCast
		require.NoError(t, json.Unmarshal(s.Bytes(), &g))
		if got := castText(t, g, expr.ANSI, e); !sameCast(got, g.ANSI) {
			t.Errorf("ANSI cast(cast(%q as %s) as %s): got %s, Spark has %s", g.V, g.F, g.T, got, g.ANSI)
		}
		if got := castText(t, g, expr.Legacy, e); !sameCast(got, g.Legacy) {
			t.Errorf("legacy cast(cast(%q as %s) as %s): got %s, Spark has %s", g.V, g.F, g.T, got, g.Legacy)
		}
	}
	require.Greater(t, n, 2000)
}

func castText(t *testing.T, g goldenCast, mode expr.Mode, e *expr.Env) string {
	from, ok := typeNames[g.F]
	require.True(t, ok, g.F)
	to, ok := typeNames[g.T]
	require.True(t, ok, g.T)
	x := lit(g.V, types.StringType)
	if from.Kind != types.String {
		x = &expr.Cast{Child: x, To: from, Mode: mode}
	}
	v, err := EvalConstant(&expr.Cast{Child: x, To: to, Mode: mode}, e)
	if err != nil {
		return "!" + sqlerr.As(err).Condition
	}
	return text.Hive(v, to, e.Zone)
}

// sameCast compares results; which DATATYPE_MISMATCH it is depends on settings that are the analyzer's to know.
func sameCast(got, want string) bool {
	const mismatch = "!DATATYPE_MISMATCH"
	return got == want || strings.HasPrefix(got, mismatch) && strings.HasPrefix(want, mismatch)
}
