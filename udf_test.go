package sparrow

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/exec"
)

func TestGoFunctions(t *testing.T) {
	s := newTestSession(t)
	type point struct{ X, Y int64 }
	fns := map[string]any{
		"plus":    func(a, b int64) int64 { return a + b },
		"half":    func(a float64) float64 { return a / 2 },
		"shout":   func(a string) string { return strings.ToUpper(a) + "!" },
		"is_long": func(a string) bool { return len(a) > 3 },
		"negate":  func(a bool) bool { return !a },
		"cut":     func(a string, n int64) (string, error) { return a[:n], nil },
		"tiny": func(a int8, b int16, c int32, d float32) float64 {
			return float64(a) + float64(b) + float64(c) + float64(d)
		},
		"or_zero":  func(a *int64) int64 { return map[bool]int64{true: 0}[a == nil] + deref(a) },
		"odd_only": func(a int64) *int64 { return map[bool]*int64{true: &a}[a%2 == 1] },
		"mixed":    func(a int64, b *string) string { return fmt.Sprint(a, b == nil) },
		"total":    func(a ...int64) (n int64) { return sum(a) },
		"sum_all":  func(a []int64) int64 { return sum(a) },
		"pair":     func(a, b int64) point { return point{a, b} },
		"far":      func(p point) int64 { return p.X*p.X + p.Y*p.Y },
		"keys":     func(m map[string]int64) int64 { return int64(len(m)) },
		"day":      func(a time.Time) string { return a.Weekday().String() },
		"kind":     func(a any) string { return fmt.Sprintf("%T", a) },
		"exact":    func(d Decimal) string { return d.String() },
		"later":    func(d time.Duration) time.Duration { return 2 * d },
		"bytes_n":  func(b []byte) int64 { return int64(len(b)) },
	}
	for name, fn := range fns {
		require.NoError(t, s.RegisterFunc(name, fn), name)
	}
	require.NoError(t, s.RegisterFunc("tomorrow", func(d time.Time) time.Time { return d.AddDate(0, 0, 1) }, Takes("date"), Returns("date")))
	require.NoError(t, s.RegisterFunc("cents", func(x float64) string { return fmt.Sprintf("%.2f", x) }, Returns("decimal(10,2)")))
	for _, c := range []struct{ sql, want string }{
		{"SELECT plus(id, 1) FROM range(3)", "1 2 3"},
		{"SELECT plus(1, CAST(2 AS TINYINT))", "3"},
		{"SELECT plus(id, NULL) FROM range(1)", "NULL"},
		{"SELECT half(id) FROM range(3)", "0.0 0.5 1.0"},
		{"SELECT shout(x) FROM VALUES ('a'), (NULL), ('a long text beyond inlining') AS t(x)", "A! NULL A LONG TEXT BEYOND INLINING!"},
		{"SELECT x FROM VALUES ('a'), ('long') AS t(x) WHERE is_long(x)", "long"},
		{"SELECT negate(id > 0) FROM range(2)", "true false"},
		{"SELECT cut('sparrow', id) FROM range(1, 4)", "s sp spa"},
		{"SELECT tiny(1Y, 2S, 3, 0.5F)", "6.5"},
		{"SELECT or_zero(x) FROM VALUES (1L), (NULL) AS t(x)", "1 0"},
		{"SELECT odd_only(id) FROM range(3)", "NULL 1 NULL"},
		{"SELECT mixed(a, b) FROM VALUES (1, 'x'), (2, NULL), (NULL, 'y') AS t(a, b)", "1 false 2 true NULL"},
		{"SELECT total(), total(1), total(1, id, 3) FROM range(1)", "0,1,4"},
		{"SELECT sum_all(array(1L, 2L, 3L))", "6"},
		{"SELECT pair(1, 2).Y, far(pair(3, 4))", "2,25"},
		{"SELECT keys(map('a', 1L, 'b', 2L))", "2"},
		{"SELECT day(TIMESTAMP'2024-02-29 10:00:00')", "Thursday"},
		{"SELECT kind(1), kind('x'), kind(NULL), kind(1.5)", "int32,string,<nil>,sparrow.Decimal"},
		{"SELECT exact(12.50), exact(3)", "12.50,3"},
		{"SELECT later(INTERVAL '1' HOUR)", "0 02:00:00.000000000"},
		{"SELECT bytes_n(X'0102')", "2"},
		{"SELECT tomorrow(DATE'2024-02-28')", "2024-02-29"},
		{"SELECT cents(1.239D)", "1.24"},
		{"SELECT sum(plus(id, id)), count(DISTINCT plus(id % 2, 0)) FROM range(1000)", "999000,2"},
		{"SELECT plus(a.id, b.id) FROM range(2) a JOIN range(3) b ON plus(a.id, 1) = b.id ORDER BY 1", "1 3"},
		{"SELECT CASE WHEN id > 5 THEN cut('x', 9) ELSE 'ok' END FROM range(1)", "ok"},
	} {
		t.Run(c.sql, func(t *testing.T) { require.Equal(t, c.want, rowsOf(t, mustSQL(t, s, c.sql))) })
	}
}

func deref(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

func sum(xs []int64) (n int64) {
	for _, x := range xs {
		n += x
	}
	return n
}

// TestTypedCalls checks that a function gives the same by the fast way and by reflection.
func TestTypedCalls(t *testing.T) {
	s := newTestSession(t)
	type number = int64
	require.NotNil(t, typedCalls(func(a, b int64) int64 { return a - b }))
	require.Nil(t, typedCalls(func(a int8) int8 { return a }))
	fast := UDF("minus", func(a, b int64) int64 { return a - b })
	slow := UDF("minus", func(a *number, b int64) int64 { return *a - b })
	df := must(s.Range(0, 5000, 1))(t)
	n, err := df.Filter(fast.Call(Col("id"), 7).Ne(slow.Call(Col("id"), 7))).Count(bg)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, "-7", rowsOf(t, df.Limit(1).Select(fast.Call(Col("id"), 7))))
}

func TestGoFunctionOfDataFrame(t *testing.T) {
	s := newTestSession(t)
	df := must(s.Range(0, 3, 1))(t)
	a := UDF("f", func(x int64) int64 { return x + 1 })
	b := UDF("f", func(x int64) int64 { return x * 10 }) // another function of the same name
	got := df.Select(a.Call(Col("id")), b.Call(Col("id")))
	require.Equal(t, []string{"f(id)", "f(id)"}, got.Columns())
	require.Equal(t, "1,0 2,10 3,20", rowsOf(t, got))
	require.NoError(t, s.RegisterFunc("g", a))
	require.Equal(t, "1 2 3", rowsOf(t, df.Select(Call("g", Col("id")))))
	require.NoError(t, s.RegisterFunc("g", b))
	require.Equal(t, "0 10 20", rowsOf(t, df.SelectExpr("g(id)")))
	require.Contains(t, rowsOf(t, mustSQL(t, s, "DESCRIBE FUNCTION g")), "f(bigint)")
	mustSQL(t, s, "DROP TEMPORARY FUNCTION g")
	_, err := s.SQL(bg, "SELECT g(1)")
	require.Equal(t, "UNRESOLVED_ROUTINE", conditionOf(err))
}

func TestVectorizedFunctions(t *testing.T) {
	s := newTestSession(t)
	calls := new(atomic.Int64)
	add := func(a, b []float64) []float64 {
		calls.Add(1)
		out := make([]float64, len(a))
		for i := range a {
			out[i] = a[i] + b[i]
		}
		return out
	}
	require.NoError(t, s.RegisterFunc("vadd", add, Vectorized()))
	require.NoError(t, s.RegisterFunc("vlen", func(a Nullable[string]) Nullable[int64] {
		out := Nullable[int64]{Values: make([]int64, len(a.Values)), Valid: make([]bool, len(a.Values))}
		for i, x := range a.Values {
			out.Values[i], out.Valid[i] = int64(len(x)), x != "none"
			if a.Valid != nil && !a.Valid[i] {
				out.Values[i] = -1
			}
		}
		return out
	}, Vectorized()))
	require.NoError(t, s.RegisterFunc("vdouble", func(a arrow.Array) (arrow.Array, error) {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for i := range a.Len() {
			if a.IsNull(i) {
				b.AppendNull()
			} else {
				b.Append(2 * a.(*array.Int64).Value(i))
			}
		}
		return b.NewArray(), nil
	}, Vectorized(), Takes("bigint"), Returns("bigint")))
	require.NoError(t, s.RegisterFunc("vmixed", func(a []int64, b Nullable[int64]) []int64 { return a }, Vectorized()))
	require.NoError(t, s.RegisterFunc("vshort", func(a []int64) []int64 { return a[1:] }, Vectorized()))
	require.NoError(t, s.RegisterFunc("vtimes", func(a []time.Time) []time.Time { return a }, Vectorized()))
	for _, c := range []struct{ sql, want string }{
		{"SELECT vadd(id, 0.5D) FROM range(3)", "0.5 1.5 2.5"},
		{"SELECT vadd(x, y) FROM VALUES (1D, 2D), (NULL, 1D), (3D, NULL), (4D, 5D) AS t(x, y)", "3.0 NULL NULL 9.0"},
		{"SELECT vadd(id, 1) FROM range(10) WHERE id % 3 = 1", "2.0 5.0 8.0"},
		{"SELECT vlen(x) FROM VALUES ('a'), (NULL), ('none'), ('abc') AS t(x)", "1 -1 NULL 3"},
		{"SELECT vdouble(x) FROM VALUES (1L), (NULL), (3L) AS t(x)", "2 NULL 6"},
		{"SELECT vdouble(id) FROM range(9) WHERE id > 6", "14 16"},
		{"SELECT vmixed(x, y) FROM VALUES (1L, NULL), (NULL, 2L), (3L, 3L) AS t(x, y)", "1 NULL 3"},
		{"SELECT sum(vadd(id, id)) FROM range(10000)", "9.999E7"},
		{"SELECT vtimes(TIMESTAMP'2024-01-02 03:04:05')", "2024-01-02 03:04:05"},
		{"SELECT concat(vlen(x), '') FROM VALUES ('abcd') AS t(x)", "4"},
	} {
		t.Run(c.sql, func(t *testing.T) { require.Equal(t, c.want, rowsOf(t, mustSQL(t, s, c.sql))) })
	}
	require.Less(t, calls.Load(), int64(200), "the function is called for batches")
	_, err := mustSQL(t, s, "SELECT vshort(id) FROM range(3)").Collect(bg)
	require.Equal(t, "FAILED_EXECUTE_UDF", conditionOf(err))
	require.ErrorContains(t, err, "it returned 2 values for 3 rows")
}

func TestFunctionErrors(t *testing.T) {
	s := newTestSession(t)
	boom := errors.New("boom")
	require.NoError(t, s.RegisterFunc("bad", func(a int64) (int64, error) {
		if a == 3 {
			return 0, boom
		}
		return a, nil
	}))
	require.NoError(t, s.RegisterFunc("worse", func(a *int64) int64 { return *a }))
	require.NoError(t, s.RegisterFunc("worst", func(a []int64) []int64 { panic("worst") }, Vectorized()))
	collect := func(text string) error {
		_, err := mustSQL(t, s, text).Collect(bg)
		return err
	}
	err := collect("SELECT bad(id) FROM range(5)")
	require.Equal(t, "FAILED_EXECUTE_UDF", conditionOf(err))
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, "(`bad`: (bigint) => bigint) failed due to: boom")
	err = collect("SELECT worse(NULL)")
	require.Equal(t, "FAILED_EXECUTE_UDF", conditionOf(err))
	var p *exec.Panic
	require.ErrorAs(t, err, &p)
	require.Contains(t, string(p.Stack), "udf_test.go")
	require.Equal(t, "FAILED_EXECUTE_UDF", conditionOf(collect("SELECT worst(id) FROM range(5)")))
	require.NoError(t, collect("SELECT bad(id) FROM range(5) WHERE id <> 3"))
	require.NoError(t, collect("SELECT CASE WHEN id = 3 THEN 0 ELSE bad(id) END FROM range(5)"))
	mustSQL(t, s, "SET spark.sql.ansi.enabled=false")
	require.Equal(t, "FAILED_EXECUTE_UDF", conditionOf(collect("SELECT bad(id) FROM range(5)")))

	for _, fn := range []any{nil, 3, func() {}, func(int64) error { return nil }, func(chan int) int64 { return 0 }, func(int64) (int64, int64) { return 0, 0 }, func(a int64) any { return a }} {
		require.Equal(t, "INVALID_UDF_IMPLEMENTATION", conditionOf(s.RegisterFunc("f", fn)), "%T", fn)
	}
	require.Equal(t, "INVALID_UDF_IMPLEMENTATION", conditionOf(s.RegisterFunc("f", func(arrow.Array) arrow.Array { return nil }, Vectorized())))
	require.Error(t, must(s.Range(0, 1, 1))(t).Select(UDF("f", 3).Call(Col("id"))).Err())
	_, err = s.SQL(bg, "SELECT bad()")
	require.Equal(t, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", conditionOf(err))
	_, err = s.SQL(bg, "SELECT bad(array(1))")
	require.Equal(t, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", conditionOf(err))
}

func TestNonDeterministicFunction(t *testing.T) {
	s := newTestSession(t, WithThreads(1))
	var n atomic.Int64
	require.NoError(t, s.RegisterFunc("tick", func() int64 { return n.Add(1) }, NonDeterministic()))
	require.Equal(t, "1 2 3", rowsOf(t, mustSQL(t, s, "SELECT tick() FROM range(3)")))
	require.Equal(t, "4,5", rowsOf(t, mustSQL(t, s, "SELECT tick(), tick()")))
}

// BenchmarkGoFunction compares the ways to call a function.
func BenchmarkGoFunction(b *testing.B) {
	s := newTestSession(b, WithThreads(1))
	df := must(s.Range(0, 1<<20, 1))(b)
	for name, f := range map[string]*Function{
		"typed":     UDF("f", func(a int64) int64 { return a + 1 }),
		"reflected": UDF("f", func(a uint32) int64 { return int64(a) + 1 }),
		"columns":   UDF("f", func(a []int64) []int64 { out := make([]int64, len(a)); copy(out, a); return out }, Vectorized()),
	} {
		q := df.Agg(Call("sum", f.Call(Col("id"))))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := q.Collect(bg); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<20), "ns/row")
		})
	}
}

// A function of the program is not called for rows that a join or a group drops, whatever the mode, nor twice for a row.
func TestGoFunctionAboveJoin(t *testing.T) {
	for _, ansi := range []string{"true", "false"} {
		s := newTestSession(t)
		require.NoError(t, s.SetConf("spark.sql.ansi.enabled", ansi))
		var calls atomic.Int64
		require.NoError(t, s.RegisterFunc("g", func(x int64) (int64, error) {
			calls.Add(1)
			if x == 1 {
				return 0, errors.New("called with 1")
			}
			return x, nil
		}))
		require.Equal(t, "2,2", rowsOf(t, mustSQL(t, s, "SELECT * FROM VALUES (1L), (2L) AS a(x) JOIN VALUES (2L) AS b(y) ON x = y WHERE g(x) > 0")))
		require.EqualValues(t, 1, calls.Load())
		require.Equal(t, "2,1", rowsOf(t, mustSQL(t, s, "SELECT x, count(*) FROM VALUES (1L), (2L) AS a(x) WHERE x > 1 GROUP BY x HAVING g(x) > 0")))
	}
}
