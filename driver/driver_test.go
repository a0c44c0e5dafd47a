package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/driver"
)

func open(t testing.TB, name string) *sql.DB {
	db, err := sql.Open("sparrow", name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestQuery(t *testing.T) {
	db := open(t, "sparrow.threads=2;spark.sql.session.timeZone=UTC")
	require.NoError(t, db.Ping())
	rows, err := db.Query("SELECT id, concat('n', id) AS name FROM range(3) WHERE id >= ? ORDER BY id", 1)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "name"}, columns)
	var got []string
	for rows.Next() {
		var id int
		var name string
		require.NoError(t, rows.Scan(&id, &name))
		got = append(got, fmt.Sprint(id, name))
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"1n1", "2n2"}, got)
}

func TestTypes(t *testing.T) {
	db := open(t, "spark.sql.session.timeZone=UTC")
	rows, err := db.Query(`SELECT true, 1Y, 2S, 3, 4L, 0.5F, 0.25D, 12.50, 's', X'01', DATE'2024-02-29', TIMESTAMP'2024-02-29 01:02:03', INTERVAL '1' DAY, array(1, 2), CAST(NULL AS INT)`)
	require.NoError(t, err)
	defer rows.Close()
	types, err := rows.ColumnTypes()
	require.NoError(t, err)
	var names []string
	for _, c := range types {
		names = append(names, c.DatabaseTypeName())
	}
	require.Equal(t, "BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL STRING BINARY DATE TIMESTAMP INTERVAL DAY ARRAY INT", strings.Join(names, " "))
	precision, scale, ok := types[7].DecimalSize()
	require.Equal(t, []any{int64(4), int64(2), true}, []any{precision, scale, ok})
	nullable, ok := types[14].Nullable()
	require.True(t, nullable && ok)
	nullable, ok = types[3].Nullable()
	require.True(t, !nullable && ok)
	require.Equal(t, "int64", types[3].ScanType().String())
	require.True(t, rows.Next())
	var (
		b                     bool
		i8, i16, i32, i64     int64
		f32, f64              float64
		dec, s, interval, arr string
		bin                   []byte
		day, ts               time.Time
		null                  sql.NullInt32
	)
	require.NoError(t, rows.Scan(&b, &i8, &i16, &i32, &i64, &f32, &f64, &dec, &s, &bin, &day, &ts, &interval, &arr, &null))
	require.Equal(t, []any{true, int64(1), int64(2), int64(3), int64(4), 0.5, 0.25, "12.50", "s", []byte{1}, false}, []any{b, i8, i16, i32, i64, f32, f64, dec, s, bin, null.Valid})
	require.True(t, day.Equal(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)) && ts.Equal(time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)))
	require.Equal(t, "[1,2]", arr)
	require.Equal(t, "1 00:00:00.000000000", interval)
	var f float64
	require.NoError(t, db.QueryRow("SELECT 12.50").Scan(&f))
	require.Equal(t, 12.5, f)
	require.Error(t, db.QueryRow("SELECT NULL").Scan(&f))
	var n sql.NullString
	require.NoError(t, db.QueryRow("SELECT CAST(NULL AS STRING)").Scan(&n))
	require.False(t, n.Valid)
	require.ErrorIs(t, db.QueryRow("SELECT 1 WHERE false").Scan(&f), sql.ErrNoRows)
}

func TestArguments(t *testing.T) {
	db := open(t, "spark.sql.session.timeZone=UTC")
	day := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		query string
		args  []any
		want  string
	}{
		{"SELECT ? + ?", []any{1, int64(2)}, "3"},
		{"SELECT :a || :b", []any{sql.Named("a", "x"), sql.Named("b", "y")}, "xy"},
		{"SELECT ? IS NULL", []any{nil}, "true"},
		{"SELECT year(CAST(? AS DATE))", []any{day}, "2024"},
		{"SELECT element_at(?, 2)", []any{[]int64{1, 2, 3}}, "2"},
		{"SELECT hex(?)", []any{[]byte{255}}, "FF"},
		{"SELECT ?", []any{90 * time.Second}, "0 00:01:30.000000000"},
		{"SELECT ?", []any{sql.NullString{}}, "<nil>"},
		{"SELECT ?", []any{sql.NullInt64{Int64: 7, Valid: true}}, "7"},
		{"SELECT typeof(?)", []any{uint8(3)}, "smallint"},
	} {
		var got any
		require.NoError(t, db.QueryRow(c.query, c.args...).Scan(&got), c.query)
		require.Equal(t, c.want, fmt.Sprint(got), c.query)
	}
	stmt, err := db.Prepare("SELECT ? * 2")
	require.NoError(t, err)
	defer stmt.Close()
	for i := range 3 {
		var got int
		require.NoError(t, stmt.QueryRow(i).Scan(&got))
		require.Equal(t, 2*i, got)
	}
	_, err = db.Query("SELECT ?, ?", 1)
	require.Equal(t, "UNBOUND_SQL_PARAMETER", condition(err))
}

func condition(err error) string {
	var e *sparrow.Error
	if errors.As(err, &e) {
		return e.Condition
	}
	return fmt.Sprint(err)
}

func TestErrors(t *testing.T) {
	db := open(t, "")
	_, err := db.Query("SELEC 1")
	require.Equal(t, "PARSE_SYNTAX_ERROR", condition(err))
	_, err = db.Query("SELECT * FROM nope")
	require.Equal(t, "TABLE_OR_VIEW_NOT_FOUND", condition(err))
	rows, err := db.Query("SELECT 1 / id FROM range(2)")
	require.NoError(t, err)
	for rows.Next() {
	}
	require.Equal(t, "DIVIDE_BY_ZERO", condition(rows.Err()))
	_, err = db.Begin()
	require.Error(t, err)
	_, err = db.Exec("INSERT INTO nope VALUES (1)")
	require.Equal(t, "TABLE_OR_VIEW_NOT_FOUND", condition(err))
	for _, name := range []string{"no equals sign", "sparrow.threads=many", "tables=/does/not/exist"} {
		_, err := sql.Open("sparrow", name)
		require.Error(t, err, name)
	}
}

func TestExec(t *testing.T) {
	db := open(t, "")
	_, err := db.Exec("CREATE TABLE t (a INT, b STRING)")
	require.NoError(t, err)
	_, err = db.Exec("INSERT INTO t VALUES (?, ?)", 1, "x")
	require.NoError(t, err)
	_, err = db.Exec("SET spark.sql.ansi.enabled=false")
	require.NoError(t, err)
	var n, a any
	require.NoError(t, db.QueryRow("SELECT a, 1 / 0 FROM t").Scan(&a, &n), "connections share settings and tables")
	require.Nil(t, n)
	_, err = db.Exec("SELECT raise_error('seen')")
	require.ErrorContains(t, err, "seen")
}

func TestTables(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pets.csv"), []byte("rex,3\ntom,5\n"), 0o666))
	db := open(t, "tables="+dir)
	var n int
	require.NoError(t, db.QueryRow("SELECT count(*) FROM pets").Scan(&n))
	require.Equal(t, 2, n)
}

func TestConnector(t *testing.T) {
	s, err := sparrow.NewSession()
	require.NoError(t, err)
	require.NoError(t, s.RegisterFunc("twice", func(x int64) int64 { return 2 * x }))
	db := sql.OpenDB(driver.NewConnector(s))
	var n int
	require.NoError(t, db.QueryRow("SELECT twice(21)").Scan(&n))
	require.Equal(t, 42, n)
	require.NoError(t, db.Close())
	_, err = s.SQL(context.Background(), "SELECT 1")
	require.Error(t, err, "closing the DB closes the session")
}

func TestCancel(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	db, err := sql.Open("sparrow", "sparrow.threads=2")
	require.NoError(t, err)
	defer db.Close()
	took := time.Hour
	for try := 0; try < 3 && took > 150*time.Millisecond; try++ { // the best of three: the machine may be busy with other things
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		begin := time.Now()
		var n int64
		err = db.QueryRowContext(ctx, "SELECT sum(a.id * b.id) FROM range(10000000) a, range(10000000) b").Scan(&n)
		took = min(took, time.Since(begin))
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	require.Less(t, took, 150*time.Millisecond)
}

// TestRowsComeWhileTheQueryRuns reads a little of results that have no end.
func TestRowsComeWhileTheQueryRuns(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	db, err := sql.Open("sparrow", "sparrow.threads=2")
	require.NoError(t, err)
	defer db.Close()
	for _, end := range []string{"close", "cancel"} {
		ctx, cancel := context.WithCancel(context.Background())
		rows, err := db.QueryContext(ctx, "SELECT id FROM range(1000000000000000)")
		require.NoError(t, err)
		for want := range int64(10000) {
			require.True(t, rows.Next())
			var n int64
			require.NoError(t, rows.Scan(&n))
			require.Equal(t, want, n)
		}
		if end == "close" {
			require.NoError(t, rows.Close())
			require.NoError(t, rows.Err())
		}
		cancel()
		for rows.Next() {
		}
		if end == "cancel" {
			require.ErrorIs(t, rows.Err(), context.Canceled)
		}
		require.False(t, rows.Next())
	}
}

func TestConcurrent(t *testing.T) {
	db := open(t, "sparrow.threads=2")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 10 {
				var n int
				if err := db.QueryRow("SELECT count(*) FROM range(?)", 100+i).Scan(&n); err != nil || n != 100+i {
					t.Errorf("%d: %d, %v", i, n, err)
				}
			}
		})
	}
	wg.Wait()
}

func Example() {
	db, err := sql.Open("sparrow", "sparrow.threads=2")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	rows, err := db.Query("SELECT id, id * id FROM range(:n)", sql.Named("n", 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var x, square int
		if err := rows.Scan(&x, &square); err != nil {
			fmt.Println(err)
		}
		fmt.Println(x, square)
	}
	// Output:
	// 0 0
	// 1 1
	// 2 4
}
