package sparrow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/internal/slab"
)

// TestMistakes checks that a mistake is kept and reported, with its condition, by everything that runs the query.
func TestMistakes(t *testing.T) {
	s, other := newTestSession(t), newTestSession(t)
	p := people(t, s)
	var none *DataFrame
	id := Col("id")
	for _, c := range []struct {
		what, condition string
		df              *DataFrame
	}{
		{"unknown column", "UNRESOLVED_COLUMN.WITH_SUGGESTION", p.Select(Col("idd"))},
		{"the mistake stays", "UNRESOLVED_COLUMN.WITH_SUGGESTION", p.Filter(Col("idd").Eq(1)).Limit(1).Select(Lit(1))},
		{"bad SQL", "PARSE_SYNTAX_ERROR", p.Where("id >")},
		{"bad expression", "PARSE_SYNTAX_ERROR", p.Select(Expr("1 +"))},
		{"bad type", "UNSUPPORTED_DATATYPE", p.Select(id.Cast("integr"))},
		{"zero column", "INVALID_PARAMETER_VALUE.NULL", p.Select(Column{})},
		{"zero order", "INVALID_PARAMETER_VALUE.NULL", p.OrderBy(Order{})},
		{"nil order", "INVALID_PARAMETER_VALUE.NULL", p.OrderBy(nil)},
		{"zero case", "INVALID_PARAMETER_VALUE.NULL", p.Select(When(Column{}, 1).Otherwise(2))},
		{"bad literal", "UNSUPPORTED_FEATURE.LITERAL_TYPE", p.Select(Lit(make(chan int)))},
		{"nil DataFrame", "INVALID_PARAMETER_VALUE.NULL", p.Union(none)},
		{"nil subquery", "INVALID_PARAMETER_VALUE.NULL", p.Filter(none.Exists())},
		{"other session", "CONNECT.SESSION_NOT_SAME", p.CrossJoin(must(other.Range(0, 1, 1))(t))},
		{"other's mistake", "UNRESOLVED_COLUMN.WITH_SUGGESTION", p.Union(p.Select(Col("x")))},
		{"over without call", "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", p.Select(id.Over(PartitionBy()))},
		{"negative limit", "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", p.Limit(-1)},
		{"other DataFrame's column", "CANNOT_RESOLVE_DATAFRAME_COLUMN", p.Select(must(s.Range(0, 1, 1))(t).Col("id"))},
		{"not boolean", "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", p.Filter(id)},
		{"toDF count", "ASSIGNMENT_ARITY_MISMATCH", p.ToDF("a")},
		{"union width", "NUM_COLUMNS_MISMATCH", p.Union(p.Select(id))},
		{"join type", "UNSUPPORTED_JOIN_TYPE", p.Join(p, Lit(true), JoinType(77))},
		{"fill", "UNSUPPORTED_DATATYPE", p.FillNA(time.Now())},
		{"fill column", "UNRESOLVED_COLUMN.WITH_SUGGESTION", p.FillNA(1, "nope")},
		{"unnamed WithColumns", "MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT", p.WithColumns(id)},
		{"pivot without values", "INVALID_PARAMETER_VALUE.NULL", p.GroupBy(id).Pivot(Col("team")).Count()},
		{"at run time", "DIVIDE_BY_ZERO", p.Select(id.Div(id.Sub(1)))},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := c.df.Collect(bg)
			require.Equal(t, c.condition, conditionOf(err))
			_, err = c.df.Count(bg)
			if c.condition != "DIVIDE_BY_ZERO" { // count reads no column
				require.Equal(t, c.condition, conditionOf(err))
				require.Equal(t, c.condition, conditionOf(c.df.Err()))
				require.Equal(t, c.condition, conditionOf(c.df.CreateOrReplaceTempView("v")))
				require.Equal(t, c.condition, conditionOf(c.df.Write().CSV(bg, t.TempDir()+"/x")))
				require.Nil(t, c.df.Columns())
				_, err = c.df.Explain(bg, "")
				require.Equal(t, c.condition, conditionOf(err))
			}
		})
	}
}

func TestErrorPlaces(t *testing.T) {
	s := newTestSession(t)
	_, err := s.SQL(bg, "SELECT 1,\n  nope FROM range(1)")
	require.ErrorContains(t, err, "   2 |   nope FROM range(1)\n         ^^^^")
	df := mustSQL(t, s, "SELECT id FROM range(3)")
	err = df.Where("id = nope").Err()
	require.Equal(t, "UNRESOLVED_COLUMN.WITH_SUGGESTION", conditionOf(err))
	require.NotContains(t, err.Error(), "^", "the place is one in another text")
}

// TestViewsOfThemselves checks that a DataFrame keeps the meaning of its names.
func TestViewsOfThemselves(t *testing.T) {
	s := newTestSession(t)
	require.NoError(t, people(t, s).CreateOrReplaceTempView("p"))
	for range 3 {
		df := must(s.Table(bg, "p"))(t).Filter(Col("id").Gt(1))
		require.NoError(t, df.CreateOrReplaceTempView("p"))
	}
	require.Equal(t, "2 3 4", rowsOf(t, mustSQL(t, s, "SELECT id FROM p")))
	kept := must(s.Table(bg, "p"))(t)
	require.True(t, s.DropTempView("p"))
	require.False(t, s.TableExists("p"))
	require.Equal(t, "9", rowsOf(t, kept.Agg(Call("sum", Col("id")))))
	require.Equal(t, "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", conditionOf(kept.CreateTempView("a.b")))
	require.NoError(t, kept.CreateGlobalTempView("g"))
	require.Equal(t, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", conditionOf(kept.CreateGlobalTempView("g")))
	require.Equal(t, "3", rowsOf(t, mustSQL(t, s, "SELECT count(*) FROM global_temp.g")))

	// A table keeps its name, with the rows it has now.
	mustSQL(t, s, "CREATE TABLE tab USING parquet AS SELECT 1 AS a")
	tab := must(s.Table(bg, "tab"))(t).Select(Col("a"))
	require.Equal(t, "1", rowsOf(t, tab))
	mustSQL(t, s, "INSERT INTO tab VALUES (2)")
	require.Equal(t, "3", rowsOf(t, tab.Agg(Call("sum", Col("a")))))
}

func TestParametersOfAllTypes(t *testing.T) {
	s := newTestSession(t)
	type myString string
	seven := int64(7)
	var missing *int64
	dec, err := ParseDecimal("-12.50")
	require.NoError(t, err)
	huge, _ := new(big.Int).SetString("12345678901234567890", 10)
	for _, c := range []struct {
		value      any
		sql, shown string
	}{
		{nil, "void", "NULL"}, {true, "boolean", "true"}, {int8(1), "tinyint", "1"}, {int16(2), "smallint", "2"}, {int32(3), "int", "3"}, {int64(4), "bigint", "4"},
		{5, "int", "5"}, {1 << 40, "bigint", "1099511627776"}, {uint8(200), "smallint", "200"}, {uint16(60000), "int", "60000"}, {uint32(4e9), "bigint", "4000000000"},
		{uint64(math.MaxUint64), "decimal(20,0)", "18446744073709551615"}, {uint(6), "decimal(20,0)", "6"}, {float32(0.5), "float", "0.5"}, {0.25, "double", "0.25"},
		{"it's", "string", "it's"}, {myString("own"), "string", "own"}, {[]byte("ab"), "binary", "ab"}, {&seven, "bigint", "7"}, {missing, "bigint", "NULL"},
		{time.Date(2024, 2, 29, 1, 2, 3, 4000, time.UTC), "timestamp", "2024-02-29 01:02:03.000004"}, {90 * time.Minute, "interval day to second", "0 01:30:00.000000000"},
		{dec, "decimal(4,2)", "-12.50"}, {huge, "decimal(20,0)", "12345678901234567890"}, {Interval{Months: 1, Days: 2}, "interval", "1 months 2 days"},
		{[]int64{1, 2}, "array<bigint>", "[1,2]"}, {[]any{1, nil, int64(3)}, "array<bigint>", "[1,null,3]"}, {[]string{}, "array<string>", "[]"},
		{map[string]int32{"a": 1}, "map<string,int>", `{"a":1}`}, {Map{[]any{"k"}, []any{true}}, "map<string,boolean>", `{"k":true}`},
		{struct{ A int32 }{9}, "struct<A:int>", `{"A":9}`}, {Col("x").Eq(1), "", ""},
	} {
		t.Run(fmt.Sprintf("%T %v", c.value, c.value), func(t *testing.T) {
			if c.sql == "" { // a column cannot refer to anything here
				_, err := s.SQL(bg, "SELECT ?", c.value)
				require.Error(t, err)
				return
			}
			for _, df := range []*DataFrame{mustSQL(t, s, "SELECT ? AS v", c.value), mustSQL(t, s, "SELECT :v AS v", Named("v", c.value)), mustSQL(t, s, "SELECT :v AS v", map[string]any{"v": c.value}), must(s.Range(0, 1, 1))(t).Select(Lit(c.value).As("v"))} {
				require.Equal(t, []string{c.sql}, df.Types())
				require.Equal(t, c.shown, rowsOf(t, df))
			}
		})
	}
	for _, bad := range []any{make(chan int), func() {}, []any{1, "x", []any{}}, 1i} {
		_, err := s.SQL(bg, "SELECT ?", bad)
		require.Equal(t, "UNSUPPORTED_FEATURE.LITERAL_TYPE", conditionOf(err), "%T", bad)
	}
	_, err = s.SQL(bg, "SELECT ?, ?", 1)
	require.Equal(t, "UNBOUND_SQL_PARAMETER", conditionOf(err))
	_, err = s.SQL(bg, "SELECT :a, :b", Named("a", 1))
	require.Equal(t, "UNBOUND_SQL_PARAMETER", conditionOf(err))
	_, err = s.SQL(bg, "SELECT ?", Named("a", 1))
	require.Equal(t, "UNBOUND_SQL_PARAMETER", conditionOf(err))
	_, err = s.SQL(bg, "SELECT :a", Named("a", 1), 2)
	require.Equal(t, "INVALID_QUERY_MIXED_QUERY_PARAMETERS", conditionOf(err))
	require.Equal(t, "1 2", rowsOf(t, mustSQL(t, s, "SELECT id FROM range(9) WHERE id BETWEEN ? AND ? LIMIT ?", 1, 5, 2)))

	// Values go with the query wherever it is used.
	one, two := mustSQL(t, s, "SELECT ? AS v", 1), mustSQL(t, s, "SELECT ? AS v", 2)
	require.Equal(t, "1 2", rowsOf(t, one.Union(two)))
	require.NoError(t, two.CreateOrReplaceTempView("two"))
	require.Equal(t, "3", rowsOf(t, mustSQL(t, s, "SELECT v + ? FROM two", 1)))
}

func TestRecordsOutliveTheQuery(t *testing.T) {
	for _, memory := range []int64{0, 64 << 10} {
		s, err := NewSession(WithThreads(2), WithMemory(memory))
		require.NoError(t, err)
		df, err := s.SQL(bg, "SELECT id, concat('a string of some length ', id) AS s, CAST(id AS DECIMAL(20,2)) AS d, IF(id % 7 = 0, NULL, id) AS n FROM range(50000)")
		require.NoError(t, err)
		var records []arrow.RecordBatch
		for r, err := range df.Records(bg) {
			require.NoError(t, err)
			records = append(records, r)
		}
		require.NoError(t, s.Close())
		runtime.GC()
		next := int64(0)
		for _, r := range records {
			ids, text := r.Column(0).(*array.Int64), r.Column(1).(*array.StringView)
			for i := range int(r.NumRows()) {
				require.Equal(t, next, ids.Value(i))
				if want := fmt.Sprint("a string of some length ", next); text.Value(i) != want || (next%7 == 0) != r.Column(3).IsNull(i) {
					t.Fatalf("row %d is %q", next, text.Value(i))
				}
				next++
			}
			r.Release()
		}
		require.EqualValues(t, 50000, next)
		require.Equal(t, "id,s,d,n", strings.Join([]string{records[0].Schema().Field(0).Name, records[0].Schema().Field(1).Name, records[0].Schema().Field(2).Name, records[0].Schema().Field(3).Name}, ","))
	}
}

func TestScan(t *testing.T) {
	s := newTestSession(t)
	df := mustSQL(t, s, `SELECT 1 AS id, 'x' AS name, CAST(NULL AS DOUBLE) AS pay, array(1, 2) AS list, map('k', 1.5D) AS m, named_struct('a', 1, 'b', 'y') AS st, 12.50 AS d, DATE'2024-02-29' AS day,
		INTERVAL '2' SECOND AS dur, X'0102' AS bin`)
	type inner struct {
		A int64
		B *string
	}
	type record struct {
		ID   uint16 `sparrow:"id"`
		Name string
		Pay  *float64
		List []int64
		M    map[string]float64
		St   inner
		D    float64
		Day  time.Time
		Dur  time.Duration
		Bin  []byte
	}
	got, err := CollectAs[record](bg, df)
	require.NoError(t, err)
	y := "y"
	require.Equal(t, []record{{1, "x", nil, []int64{1, 2}, map[string]float64{"k": 1.5}, inner{1, &y}, 12.5, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), 2 * time.Second, []byte{1, 2}}}, got)
	pointers, err := CollectAs[*record](bg, df)
	require.NoError(t, err)
	require.Equal(t, &got[0], pointers[0])
	maps, err := CollectAs[map[string]any](bg, df.Select(Col("id"), Col("pay")))
	require.NoError(t, err)
	require.Equal(t, []map[string]any{{"id": int32(1), "pay": nil}}, maps)
	lists, err := CollectAs[[]any](bg, df.Select(Col("id"), Col("name")))
	require.NoError(t, err)
	require.Equal(t, [][]any{{int32(1), "x"}}, lists)
	ids, err := CollectAs[int](bg, must(s.Range(0, 3, 1))(t))
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2}, ids)
	arrays, err := CollectAs[[2]int](bg, df.Select(Col("list")))
	require.NoError(t, err)
	require.Equal(t, [][2]int{{1, 2}}, arrays)
	rows, err := CollectAs[Row](bg, df.Select(Col("id"), Col("st")))
	require.NoError(t, err)
	require.Equal(t, "Row(id=1, st=Row(a=1, b=y))", rows[0].String())
	v, ok := rows[0].Get("ID")
	require.True(t, ok)
	require.EqualValues(t, 1, v)

	row, err := df.Select(Col("id"), Col("name"), Col("pay"), Col("d")).First(bg)
	require.NoError(t, err)
	var (
		id   int64
		name any
		pay  *float64
		d    string
		rat  big.Rat
		n8   int8
	)
	require.NoError(t, row.Scan(&id, &name, &pay, &d))
	require.Equal(t, []any{int64(1), "x", (*float64)(nil), "12.50"}, []any{id, name, pay, d})
	require.NoError(t, row.Scan(&id, &name, &pay, &rat))
	require.Equal(t, "25/2", rat.String())
	require.Equal(t, "AXIS_LENGTH_MISMATCH", conditionOf(row.Scan(&id)))
	require.Equal(t, "NOT_NULL_ASSERT_VIOLATION", conditionOf(row.Scan(&id, &name, new(float64), &d)))
	require.Equal(t, "INVALID_COLUMN_OR_FIELD_DATA_TYPE", conditionOf(row.Scan(&id, &id, &pay, &d)))
	require.Equal(t, "INVALID_COLUMN_OR_FIELD_DATA_TYPE", conditionOf(row.Scan(&id, &name, &pay, &n8)), "12.50 is not whole")
	require.Equal(t, "INVALID_COLUMN_OR_FIELD_DATA_TYPE", conditionOf(row.Scan(id, nil, pay, d)))
	_, err = CollectAs[struct{ ID int }](bg, df)
	require.Equal(t, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", conditionOf(err))
	_, err = CollectAs[int8](bg, must(s.Range(300, 301, 1))(t))
	require.Equal(t, "INVALID_COLUMN_OR_FIELD_DATA_TYPE", conditionOf(err))
	_, err = CollectAs[int](bg, df)
	require.Equal(t, "AXIS_LENGTH_MISMATCH", conditionOf(err))
}

func TestActions(t *testing.T) {
	s := newTestSession(t)
	df := must(s.Range(0, 5000, 1))(t)
	n, err := df.Count(bg)
	require.NoError(t, err)
	require.EqualValues(t, 5000, n)
	tail, err := df.Tail(bg, 2)
	require.NoError(t, err)
	require.Equal(t, "[Row(id=4998) Row(id=4999)]", fmt.Sprint(tail))
	head, err := df.Head(bg, 1)
	require.NoError(t, err)
	require.Equal(t, "[Row(id=0)]", fmt.Sprint(head))
	empty, err := df.Limit(0).IsEmpty(bg)
	require.NoError(t, err)
	require.True(t, empty)
	_, err = df.Limit(0).First(bg)
	require.ErrorIs(t, err, ErrNoRows)
	for r, err := range df.Rows(bg) { // a consumer may stop
		require.NoError(t, err)
		if r.At(0).(int64) == 10 {
			break
		}
	}
	var b strings.Builder
	require.NoError(t, people(t, s).Show(bg, &b, 2))
	require.Equal(t, "+---+----+----+----+\n| id|name|team| pay|\n+---+----+----+----+\n|  1| ann|   x|10.5|\n|  2| bob|   y|20.0|\n+---+----+----+----+\nonly showing top 2 rows\n", b.String())
	b.Reset()
	require.NoError(t, mustSQL(t, s, "SELECT 1 AS a, array(named_struct('b', 'x')) AS l").PrintSchema(bg, &b))
	require.Equal(t, "root\n |-- a: integer (nullable = false)\n |-- l: array (nullable = false)\n |    |-- element: struct (containsNull = false)\n |    |    |-- b: string (nullable = false)\n", b.String())
	parts := df.RandomSplit([]float64{1, 3}, 7)
	a, err := parts[0].Count(bg)
	require.NoError(t, err)
	c, err := parts[1].Count(bg)
	require.NoError(t, err)
	require.EqualValues(t, 5000, a+c)
	require.InDelta(t, 1250, a, 200)
	q, err := df.ApproxQuantile(bg, []string{"id"}, []float64{0, 0.5, 1}, 0)
	require.NoError(t, err)
	require.Equal(t, [][]float64{{0, 2499, 4999}}, q)
	corr, err := df.Select(Col("id"), Col("id").Mul(-2).As("m")).Corr(bg, "id", "m")
	require.NoError(t, err)
	require.InDelta(t, -1, corr, 1e-12)
	cov, err := df.Limit(1).Cov(bg, "id", "id")
	require.NoError(t, err)
	require.True(t, math.IsNaN(cov))
	for _, mode := range []string{"", "extended", "cost", "formatted", "analyze"} {
		text, err := df.Filter(Col("id").Lt(5)).Explain(bg, mode)
		require.NoError(t, err)
		require.Contains(t, text, "Range", mode)
	}
	_, err = df.Explain(bg, "loud")
	require.Equal(t, "INVALID_PARAMETER_VALUE.STRING", conditionOf(err))
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := newTestSession(t, withClock(func() time.Time { now = now.Add(time.Hour); return now }))
	q1 := mustSQL(t, clock, "SELECT current_timestamp()")
	require.NotEqual(t, rowsOf(t, q1), rowsOf(t, q1), "each run has its own clock")
}

func TestCache(t *testing.T) {
	s := newTestSession(t)
	calls := 0
	f := UDF("count_calls", func(x int64) int64 { calls++; return x })
	df := must(s.Range(0, 3, 1))(t).Coalesce(1).Select(f.Call(Col("id")).As("x"))
	df.Cache(bg)
	require.True(t, df.IsCached(bg))
	require.Equal(t, "0 1 2", rowsOf(t, df))
	first := calls
	require.Equal(t, "3", rowsOf(t, df.Agg(Call("sum", Col("x")))))
	require.Equal(t, first, calls)
	for range df.Rows(bg) { // dropped while it is read
		df.Unpersist(bg)
	}
	require.False(t, df.IsCached(bg))
	rowsOf(t, df)
	require.Greater(t, calls, first)

	// Neither an error nor a cancelled reader stays.
	slow := must(s.Range(0, 1000000, 1))(t).As("a").CrossJoin(must(s.Range(0, 1000000, 1))(t)).Agg(Call("count", 1)).Cache(bg)
	ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	_, err := slow.Collect(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	slow.Unpersist(bg)
	mustSQL(t, s, "CACHE TABLE c AS SELECT 1 AS a")
	require.Equal(t, "1", rowsOf(t, must(s.Table(bg, "c"))(t)))
	mustSQL(t, s, "DROP VIEW c")
}

// Statements that name a path read one table, until its files change.
func TestCacheOfPath(t *testing.T) {
	s, dir := newTestSession(t), t.TempDir()
	write := func(query, path string) {
		require.NoError(t, mustSQL(t, s, query).Write().Mode(Overwrite).Save(bg, dir+path))
	}
	for path, query := range map[string]string{"/one": "SELECT id, id % 3 AS k FROM range(12)", "/folders/k=1": "SELECT id FROM range(9)"} {
		write(query, path)
		whole := strings.TrimSuffix(path, "/k=1")
		mustSQL(t, s, "CACHE TABLE c AS SELECT id, k FROM parquet.`"+dir+whole+"` WHERE id > 1")
		sum := "SELECT sum(id) FROM c WHERE k = 1"
		before := rowsOf(t, mustSQL(t, s, sum))
		require.Contains(t, rowsOf(t, mustSQL(t, s, "EXPLAIN "+sum)), "Stage of", path)
		require.NotContains(t, rowsOf(t, mustSQL(t, s, "EXPLAIN SELECT id FROM parquet.`"+dir+whole+"`")), "Stage of", path)

		write(query+" WHERE id <> 7", path)
		require.NotContains(t, rowsOf(t, mustSQL(t, s, "EXPLAIN "+sum)), "Stage of", path)
		require.NotEqual(t, before, rowsOf(t, mustSQL(t, s, sum)))
		mustSQL(t, s, "DROP VIEW c")
	}

	twice := "SELECT * FROM (SELECT count(*) FROM parquet.`%[1]s/one` GROUP BY k) JOIN (SELECT count(*) FROM parquet.`%[1]s/one` GROUP BY k)"
	require.Equal(t, 1, strings.Count(rowsOf(t, mustSQL(t, s, "EXPLAIN "+fmt.Sprintf(twice, dir))), "Scan "))
}

// TestCancel checks that a query that would run for ever ends soon after its context, by whatever call it runs, and leaves no goroutine.
func TestCancel(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	before := slab.Count().InUse
	defer func() { require.Equal(t, before, slab.Count().InUse, "slabs are left") }()
	s := newTestSession(t)
	big := must(s.Range(0, 10000000, 1))(t)
	cross := big.As("a").CrossJoin(big.As("b"))
	total := cross.Agg(Call("sum", Col("a.id").Add(Col("b.id"))))
	for what, run := range map[string]func(ctx context.Context) error{
		"collect": func(ctx context.Context) error { _, err := total.Collect(ctx); return err },
		"count": func(ctx context.Context) error {
			_, err := cross.Filter(Col("a.id").Add(Col("b.id")).Eq(-1)).Count(ctx)
			return err
		},
		"records": func(ctx context.Context) (last error) {
			for _, err := range total.Records(ctx) {
				last = err
			}
			return last
		},
		"show":  func(ctx context.Context) error { return total.Show(ctx, new(strings.Builder), 1) },
		"write": func(ctx context.Context) error { return total.Write().Parquet(ctx, t.TempDir()+"/x") },
		"sort": func(ctx context.Context) error {
			_, err := big.OrderBy(Call("xxhash64", Col("id"))).Tail(ctx, 1)
			return err
		},
		"sql": func(ctx context.Context) error {
			_, err := s.SQL(ctx, "CREATE TABLE endless AS SELECT sum(a.id * b.id) AS n FROM range(10000000) a, range(10000000) b")
			return err
		},
		"explain": func(ctx context.Context) error { _, err := total.Explain(ctx, "analyze"); return err },
	} {
		t.Run(what, func(t *testing.T) {
			late := time.Hour
			for try := 0; try < 3 && late > 100*time.Millisecond; try++ { // the best of three: the machine may be busy with other things
				ctx, cancel := context.WithCancel(bg)
				var at time.Time
				time.AfterFunc(50*time.Millisecond, func() { at = time.Now(); cancel() })
				err := run(ctx)
				late = min(late, time.Since(at))
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, "OPERATION_CANCELED", conditionOf(err))
			}
			require.Less(t, late, 100*time.Millisecond)
		})
	}
	done, cancel := context.WithCancel(bg)
	cancel()
	_, err := total.Collect(done)
	require.ErrorIs(t, err, context.Canceled)
}

func TestClosedSession(t *testing.T) {
	s := newTestSession(t)
	df := must(s.Range(0, 1, 1))(t)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err := df.Collect(bg)
	require.Equal(t, "INVALID_HANDLE.SESSION_CLOSED", conditionOf(err))
	_, err = s.SQL(bg, "SELECT 1")
	require.Equal(t, "INVALID_HANDLE.SESSION_CLOSED", conditionOf(err))
}

// TestConcurrentSession uses one session, and one DataFrame, from many goroutines. It is for -race.
func TestConcurrentSession(t *testing.T) {
	s := newTestSession(t)
	shared := people(t, s)
	cached := shared.Agg(Call("sum", Col("id")).As("n")).Cache(bg)
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for g := range 8 {
		wg.Go(func() {
			for i := range 15 {
				errs <- func() error {
					view := fmt.Sprintf("v%d", g%3)
					if err := shared.Filter(Col("id").Gt(g % 3)).CreateOrReplaceTempView(view); err != nil {
						return err
					}
					if err := s.SetConf("sparrow.batchSize", fmt.Sprint(1+i*7)); err != nil {
						return err
					}
					df, err := s.SQL(bg, "SELECT count(*) FROM "+view+" WHERE id > ?", 0)
					if err != nil {
						return err
					}
					row, err := df.First(bg)
					if err != nil {
						return err
					}
					if row.At(0) != int64(4-g%3) {
						return fmt.Errorf("%s has %v rows", view, row)
					}
					if row, err = cached.First(bg); err != nil || row.At(0) != int64(10) {
						return errors.Join(err, fmt.Errorf("the sum is %v", row))
					}
					if i%5 == 0 {
						cached.Unpersist(bg)
						cached.Cache(bg)
					}
					if err := s.RegisterFunc(fmt.Sprintf("f%d", g), func(x int64) int64 { return x + 1 }); err != nil {
						return err
					}
					_, err = s.SQL(bg, fmt.Sprintf("SELECT f%d(1), transform_nothing(2)", g))
					if conditionOf(err) != "UNRESOLVED_ROUTINE" {
						return fmt.Errorf("got %w", err)
					}
					return nil
				}()
			}
		})
	}
	go func() { wg.Wait(); close(errs) }()
	for err := range errs {
		require.NoError(t, err)
	}
}

type Owned struct{ Owner string }

type node struct {
	Name string
	Next *node
}

// Rows of Go types with pointers where structs are expected, and types that no column can have.
func TestStructsOfPointers(t *testing.T) {
	s := newTestSession(t)
	type pet struct {
		*Owned
		Name string
	}
	df, err := s.CreateDataFrame([]*pet{{&Owned{"ann"}, "rex"}, nil, {nil, "tom"}}, "")
	require.NoError(t, err)
	require.Equal(t, []string{"Owner", "Name"}, df.Columns())
	require.Equal(t, "ann,rex NULL,NULL NULL,tom", rowsOf(t, df))
	pets, err := CollectAs[pet](bg, df.Where("Owner IS NOT NULL"))
	require.NoError(t, err)
	require.Equal(t, []pet{{&Owned{"ann"}, "rex"}}, pets)

	_, err = s.CreateDataFrame([]node{{Name: "a"}}, "")
	require.Equal(t, "UNSUPPORTED_DATATYPE", conditionOf(err))
	_, err = s.SQL(bg, "SELECT ?", node{})
	require.Error(t, err)
}

func TestSaveOverFile(t *testing.T) {
	s := newTestSession(t)
	path := filepath.Join(t.TempDir(), "kept.csv")
	require.NoError(t, os.WriteFile(path, []byte("1"), 0o600))
	df := mustSQL(t, s, "SELECT 1 AS a")
	require.Equal(t, "PATH_ALREADY_EXISTS", conditionOf(df.Write().CSV(bg, path)))
	require.NoError(t, df.Write().Mode(Ignore).CSV(bg, path))
	require.Error(t, df.Write().Mode(Overwrite).CSV(bg, path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "1", string(text))
}

// A misspelt setting of Sparrow's is an error that names the nearest ones; other keys may be set and read, as in Spark.
func TestUnknownSetting(t *testing.T) {
	_, err := NewSession(WithConf("sparrow.thread", "2"))
	require.ErrorContains(t, err, "SQL_CONF_NOT_FOUND")
	require.ErrorContains(t, err, "sparrow.threads")
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	_, err = s.SQL(context.Background(), "SET sparrow.optimiser.enabled = false")
	require.ErrorContains(t, err, "sparrow.optimizer.enabled")
	for _, key := range []string{"spark.sql.unknown.key", "unknown.key"} {
		_, err = s.SQL(context.Background(), "SET "+key+" = 1")
		require.NoError(t, err)
		v, _ := s.Conf(key)
		require.Equal(t, "1", v)
	}
}

// Hints that have no effect are told; those about partitions decide into how many files a query is written.
func TestHints(t *testing.T) {
	ctx := context.Background()
	var told []string
	s, err := NewSession(WithThreads(4), WithConf("sparrow.batchSize", "512"), WithWarnings(func(m string) { told = append(told, m) }))
	require.NoError(t, err)
	defer s.Close()
	_, err = s.SQL(ctx, "SELECT /*+ NOSUCH(a), BROADCAST(b, zzz) */ count(*) FROM range(3) a JOIN range(3) b ON a.id = b.id")
	require.NoError(t, err)
	require.Len(t, told, 2)
	require.Contains(t, told[0], "NOSUCH")
	require.Contains(t, told[1], "zzz")
	for hint, files := range map[string]int{"COALESCE(1)": 1, "REPARTITION(3)": 3} {
		df, err := s.SQL(ctx, "SELECT /*+ "+hint+" */ id FROM range(20000)")
		require.NoError(t, err)
		dir := t.TempDir() + "/out"
		require.NoError(t, df.Write().Parquet(ctx, dir))
		parts, err := filepath.Glob(dir + "/*.parquet")
		require.NoError(t, err)
		require.Len(t, parts, files, hint)
		back, err := s.Read().Parquet(ctx, dir)
		require.NoError(t, err)
		n, err := back.Count(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 20000, n)
	}
	for _, hint := range []string{"COALESCE", "COALESCE(0)", "REPARTITION(3, nope)"} {
		_, err = s.SQL(ctx, "SELECT /*+ "+hint+" */ id FROM range(3)")
		require.Error(t, err, hint)
	}
}
