package sparrow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// testSession is a session with tables in a folder of the test.
func testSession(t *testing.T) (*Session, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := NewSession(WithConf("spark.sql.warehouse.dir", dir), WithTimeZone("UTC"), WithThreads(2))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, dir
}

// ask runs a statement and returns its rows, cells joined by |.
func ask(s *Session, sql string, args ...any) ([]string, error) {
	ctx := context.Background()
	df, err := s.SQL(ctx, fmt.Sprintf(sql, args...))
	if err != nil {
		return nil, err
	}
	rows, err := df.Collect(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		cells := make([]string, r.Len())
		for i, v := range r.Values() {
			if cells[i] = fmt.Sprint(v); v == nil {
				cells[i] = "NULL"
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out, nil
}

// step is a statement and the rows that it gives, or "!" and the condition of its error; nil is not compared.
type step struct {
	sql  string
	want []string
}

func run(t *testing.T, s *Session, steps ...step) {
	t.Helper()
	for _, st := range steps {
		got, err := ask(s, "%s", st.sql)
		if len(st.want) == 1 && strings.HasPrefix(st.want[0], "!") {
			require.Error(t, err, st.sql)
			require.NotNil(t, sqlerr.As(err), "%s: %v", st.sql, err)
			require.Equal(t, st.want[0][1:], sqlerr.As(err).Condition, "%s: %v", st.sql, err)
			continue
		}
		require.NoError(t, err, st.sql)
		if st.want != nil {
			if len(st.want) == 0 {
				require.Empty(t, got, st.sql)
			} else {
				require.Equal(t, st.want, got, st.sql)
			}
		}
	}
}

func rows(r ...string) []string { return append([]string{}, r...) }

// noStaging makes sure that no unfinished write is left in a folder.
func noStaging(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		require.NotContains(t, p, "_temporary-")
		return err
	}))
}

// The answers are Spark 4.3's.
func TestPartitionedTable(t *testing.T) {
	for _, format := range []string{"parquet", "csv", "json", "arrow"} {
		t.Run(format, func(t *testing.T) {
			s, dir := testSession(t)
			run(t, s,
				step{"create table tp (a int, p string, q int) using " + format + " partitioned by (p, q)", nil},
				step{"select * from tp", rows()},
				step{"insert into tp values (1,'x',1),(2,'y/z',2),(3,null,3),(4,'',4),(5,'a b%c=d',5)", nil},
				step{"show partitions tp", rows("p=__HIVE_DEFAULT_PARTITION__/q=3", "p=__HIVE_DEFAULT_PARTITION__/q=4", "p=a b%25c%3Dd/q=5", "p=x/q=1", "p=y%2Fz/q=2")},
				step{"select * from tp order by a", rows("1|x|1", "2|y/z|2", "3|NULL|3", "4|NULL|4", "5|a b%c=d|5")},
				step{"select a from tp where p = 'x'", rows("1")},
				step{"select a from tp where p is null and q > 3", rows("4")},
				step{"insert overwrite tp partition (p='x', q=1) select 10", nil},
				step{"select a from tp where p = 'x'", rows("10")},
				step{"insert overwrite tp partition (p='x', q) select 11, 7", nil},
				step{"select * from tp order by a", rows("2|y/z|2", "3|NULL|3", "4|NULL|4", "5|a b%c=d|5", "11|x|7")},
				step{"insert into tp (q, a, p) values (9, 20, 'n')", nil},
				step{"select * from tp where q = 9", rows("20|n|9")},
				step{"insert overwrite tp partition (p='n', q=9) select a from tp where a > 100", nil},
				step{"select * from tp where q = 9", rows()},
				step{"insert into tp values (1, 'x')", rows("!INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS")},
				step{"insert into tp values (1, 'x', 'notint')", rows("!INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST")},
				step{"set spark.sql.sources.partitionOverwriteMode = dynamic", nil},
				step{"insert overwrite tp values (12, 'x', 7)", nil},
				step{"select a from tp order by a", rows("2", "3", "4", "5", "12")},
				step{"set spark.sql.sources.partitionOverwriteMode = static", nil},
				step{"insert overwrite tp values (7, 'only', 7)", nil},
				step{"select * from tp order by a", rows("7|only|7")},
				step{"insert overwrite tp select a + 1, p, q from tp", nil},
				step{"select * from tp", rows("8|only|7")},
				step{"analyze table tp compute statistics", nil},
				step{"insert into tp values (9, 'other', 7)", nil},
				step{"truncate table tp partition (p = 'other')", nil},
				step{"select a from tp", rows("8")},
				step{"truncate table tp partition (nope = 1)", rows("!PARTITIONS_NOT_FOUND")},
				step{"truncate table tp", nil},
				step{"select count(*) from tp", rows("0")},
				step{"insert into tp select id, if(id % 2 = 0, 'e', 'o'), id % 5 from range(1000)", nil},
				step{"select p, q, count(*), sum(a) from tp group by p, q order by p, q limit 2", rows("e|0|100|49500", "e|1|100|50100")},
			)
			noStaging(t, dir)
		})
	}
}

func TestWriteTypes(t *testing.T) {
	for _, format := range []string{"parquet", "csv", "json", "arrow"} {
		t.Run(format, func(t *testing.T) {
			s, _ := testSession(t)
			run(t, s,
				step{"create table t (a string, b double, c timestamp, d date, e decimal(20,2), f binary, g boolean, h timestamp_ntz) using " + format, nil},
				step{"insert into t values ('x,y\"', 1.5, timestamp'2020-01-01 00:00:00.123456', date'2020-01-01', 1.25, X'6162', true, timestamp_ntz'2020-01-01 00:00:00'), (null, null, null, null, null, null, null, null)", nil},
				step{"select a, b, cast(c as string), cast(d as string), cast(e as string), cast(f as string), g, cast(h as string) from t order by b nulls last",
					rows("x,y\"|1.5|2020-01-01 00:00:00.123456|2020-01-01|1.25|ab|true|2020-01-01 00:00:00", "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL")},
				step{"set time zone 'America/New_York'", nil},
				step{"insert overwrite t select * from t", nil},
				step{"select cast(c as string) from t where c is not null", rows("2019-12-31 19:00:00.123456")},
				step{"set time zone 'Asia/Tokyo'", nil},
				step{"refresh table t", nil},
				step{"select cast(c as string), cast(h as string) from t where c is not null", rows("2020-01-01 09:00:00.123456|2020-01-01 00:00:00")},
			)
		})
	}
}

func TestNestedFiles(t *testing.T) {
	for _, format := range []string{"parquet", "json", "arrow"} {
		t.Run(format, func(t *testing.T) {
			s, _ := testSession(t)
			run(t, s,
				step{"create table t using " + format + " as select id, array(id, null) a, map('k', id) m, named_struct('x', id, 'y', array(named_struct('z', 'v'))) s from range(3)", nil},
				step{"select id, a[0], m['k'], s.x, s.y[0].z from t order by id", rows("0|0|0|0|v", "1|1|1|1|v", "2|2|2|2|v")},
			)
		})
	}
	s, _ := testSession(t)
	run(t, s, step{"create table t (a map<string,int>) using csv", rows("!UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE")})
}

func TestCharAndNotNull(t *testing.T) {
	s, dir := testSession(t)
	run(t, s,
		step{"create table tc (a char(3), b varchar(3)) using parquet", nil},
		step{"insert into tc values ('ab', 'abc')", nil},
		step{"insert into tc values ('abcd', 'a')", rows("!EXCEED_LIMIT_LENGTH")},
		step{"insert into tc values ('abc  ', 'abc   ')", nil},
		step{"insert into tc values ('a', 'abcd')", rows("!EXCEED_LIMIT_LENGTH")},
		step{"insert into tc values (null, 'äöü')", nil},
		step{"select concat('[', a, ']'), concat('[', b, ']') from tc order by a nulls first, b", rows("NULL|[äöü]", "[ab ]|[abc]", "[abc]|[abc]")},
		step{"create table nn (a int not null) using parquet", nil},
		step{"insert into nn values (null), (1)", nil},
		step{"select count(*), count(a) from nn where a is null", rows("1|0")},
		step{"create table badp (a int) using parquet partitioned by (zz)", rows("!COLUMN_NOT_DEFINED_IN_TABLE")},
		step{"create table allp (a int) using parquet partitioned by (a)", rows("!ALL_PARTITION_COLUMNS_NOT_ALLOWED")},
		step{"create table dup (a int, A int) using parquet", rows("!COLUMN_ALREADY_EXISTS")},
		step{"show partitions nn", rows("!INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY")},
		step{"truncate table missing", rows("!TABLE_OR_VIEW_NOT_FOUND")},
		step{"insert into missing values (1)", rows("!TABLE_OR_VIEW_NOT_FOUND")},
		step{"insert into nn select 1, 2", rows("!INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS")},
		step{"select * from json.`/no/such/folder`", rows("!PATH_NOT_FOUND")},
	)
	noStaging(t, dir)
}

// A write that fails leaves what was there.
func TestFailedWrite(t *testing.T) {
	s, dir := testSession(t)
	run(t, s,
		step{"create table t (a int, b string) using json", nil},
		step{"insert into t values (1, 'x')", nil},
		step{"insert overwrite t select 1 / (id - 5000), 'y' from range(10000)", rows("!DIVIDE_BY_ZERO")},
		step{"insert into t select cast(id as int), cast(1 / (id - 9000) as string) from range(10000)", rows("!DIVIDE_BY_ZERO")},
		step{"select * from t", rows("1|x")},
		step{"create table u using parquet as select cast(raise_error('no') as string) x", rows("!USER_RAISED_EXCEPTION")},
		step{"select * from u", rows("!TABLE_OR_VIEW_NOT_FOUND")},
	)
	noStaging(t, dir)
	_, err := os.Stat(filepath.Join(dir, "u"))
	require.True(t, os.IsNotExist(err))

	ctx := context.Background()
	out := filepath.Join(t.TempDir(), "out")
	df, err := s.SQL(ctx, "select 1 / (id - 5000) from range(10000)")
	require.NoError(t, err)
	require.Error(t, df.Write().CSV(ctx, out))
	_, err = os.Stat(out)
	require.True(t, os.IsNotExist(err))

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	df, err = s.SQL(ctx, "select id from range(100000)")
	require.NoError(t, err)
	require.Error(t, df.Write().Parquet(cancelled, out))
	_, err = os.Stat(out)
	require.True(t, os.IsNotExist(err))
}

func TestSaveModes(t *testing.T) {
	s, _ := testSession(t)
	ctx := context.Background()
	out := filepath.Join(t.TempDir(), "out")
	df, err := s.SQL(ctx, "select id, id % 2 k from range(4)")
	require.NoError(t, err)
	count := func(want string) {
		t.Helper()
		got, err := ask(s, "select count(*) from json.`%s`", out)
		require.NoError(t, err)
		require.Equal(t, rows(want), got)
	}
	require.NoError(t, df.Write().JSON(ctx, out))
	count("4")
	require.Equal(t, "PATH_ALREADY_EXISTS", sqlerr.As(df.Write().JSON(ctx, out)).Condition)
	require.NoError(t, df.Write().Mode(Ignore).JSON(ctx, out))
	count("4")
	require.NoError(t, df.Write().Mode(Append).JSON(ctx, out))
	count("8")
	require.NoError(t, df.Write().Mode(Overwrite).Option("compression", "gzip").PartitionBy("k").JSON(ctx, out))
	count("4")
	files, err := filepath.Glob(filepath.Join(out, "k=*", "*.json.gz"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.Error(t, df.Write().PartitionBy("nope").JSON(ctx, out))
	require.Error(t, df.Write().Format("nope").Save(ctx, out+"2"))

	big, err := s.SQL(ctx, "select id, repeat('x', 100) s from range(20000)")
	require.NoError(t, err)
	require.NoError(t, big.Write().TargetFileSize(500_000).CSV(ctx, out+"3"))
	files, err = filepath.Glob(filepath.Join(out+"3", "*.csv"))
	require.NoError(t, err)
	require.Greater(t, len(files), 2)
	got, err := ask(s, "select count(*), sum(id) from csv.`%s`", out+"3")
	require.NoError(t, err)
	require.Equal(t, rows("20000|199990000"), got)
}

func TestLocations(t *testing.T) {
	s, _ := testSession(t)
	at := t.TempDir()
	run(t, s,
		step{"insert overwrite directory '" + at + "/d' using json select 1 a, null b, 'x' c", nil},
		step{"select * from json.`" + at + "/d`", rows("1|x")},
		step{"create table ext using json location '" + at + "/d'", nil},
		step{"insert into ext values (2, 'y')", nil},
		step{"select * from ext order by a", rows("1|x", "2|y")},
		step{"drop table ext", nil},
		step{"select count(*) from json.`" + at + "/d`", rows("2")},
		step{"create table part (v int, k int) using csv partitioned by (k) location '" + at + "/p'", nil},
		step{"insert into part values (1, 10), (2, 20)", nil},
		step{"create table again using csv location '" + at + "/p'", nil},
		step{"select v, k from again order by v", rows("1|10", "2|20")},
		step{"create table copy like part", nil},
		step{"insert into copy select * from part", nil},
		step{"show partitions copy", rows("k=10", "k=20")},
		step{"create or replace table copy using parquet as select * from copy where k = 10", nil},
		step{"select * from copy", rows("1|10")},
		step{"drop table copy", nil},
		step{"select * from copy", rows("!TABLE_OR_VIEW_NOT_FOUND")},
	)
}

// A write into many partitions makes few files for each: rows are brought together first. Rows of a partition keep the query's order.
func TestWriteManyPartitions(t *testing.T) {
	s := newTestSession(t)
	dir := t.TempDir()
	df := mustSQL(t, s, "SELECT id, id % 100 AS k FROM range(20000)")
	require.NoError(t, df.Write().PartitionBy("k").Parquet(bg, dir+"/unordered"))
	require.NoError(t, df.OrderBy(Col("id").Desc()).Write().PartitionBy("k").Parquet(bg, dir+"/ordered"))
	for _, c := range []struct {
		name  string
		files int
	}{{"unordered", 200}, {"ordered", 100}} {
		files, err := filepath.Glob(dir + "/" + c.name + "/k=*/*.parquet")
		require.NoError(t, err)
		require.LessOrEqual(t, len(files), c.files)
		require.Equal(t, "20000,199990000,100", rowsOf(t, mustSQL(t, s, "SELECT count(*), sum(id), count(DISTINCT k) FROM parquet.`"+dir+"/"+c.name+"` WHERE k = id % 100")))
	}
	one, err := filepath.Glob(dir + "/ordered/k=7/*.parquet")
	require.NoError(t, err)
	require.Equal(t, "19907 19807", rowsOf(t, mustSQL(t, s, "SELECT id FROM parquet.`"+one[0]+"` LIMIT 2")))
}

// A view computes in the time zone it was made with, and a cached query is not that of another zone.
func TestZoneOfViews(t *testing.T) {
	s := newTestSession(t)
	run := func(text string) string { return rowsOf(t, mustSQL(t, s, text)) }
	run("SET TIME ZONE 'UTC'")
	run("CREATE TEMPORARY VIEW noon AS SELECT ts, hour(ts) AS h FROM VALUES (TIMESTAMP'2024-01-01 12:00:00') AS t(ts)")
	run("CACHE TABLE cached AS SELECT hour(ts) AS h FROM noon")
	run("SET TIME ZONE 'Asia/Tokyo'")
	require.Equal(t, "12,21,2024-01-01 21:00:00", run("SELECT h, hour(ts), CAST(ts AS STRING) FROM noon"))
	require.Equal(t, "21", run("SELECT hour(ts) AS h FROM noon"))
	require.Equal(t, "12", run("SELECT * FROM cached"))
}

func TestWriteVariant(t *testing.T) {
	s := newTestSession(t)
	dir := t.TempDir() + "/out"
	for _, text := range []string{"SELECT parse_json('1') AS v", "SELECT array(parse_json('1')) AS v"} {
		for _, format := range []string{"parquet", "csv", "json", "arrow"} {
			require.Equal(t, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", conditionOf(mustSQL(t, s, text).Write().Format(format).Save(bg, dir)), format)
		}
	}
	require.NoDirExists(t, dir)
}
