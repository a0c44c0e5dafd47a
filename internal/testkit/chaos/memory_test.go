package chaos

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/internal/testkit"
)

// operators are queries over wide, of more than 1 MB (25 times the memory), each for an operator or a kind of one that holds rows. In 64 KiB each must write files of the names
// in spills, and give the answer that it gives with all memory.
var operators = []struct{ name, query, spills string }{
	{"inner join", "SELECT count(*), sum(a.v + b.v), max(b.pad) FROM wide a JOIN wide b ON a.id = b.m", "build probe"},
	{"inner join, a residual", "SELECT count(*), sum(a.v), max(b.pad) FROM wide a JOIN wide b ON a.id = b.m AND a.v < b.v", "build probe"},
	{"inner join, one key", "SELECT count(*), sum(a.v), max(b.pad) FROM wide a FULL JOIN wide b ON a.one = b.one AND a.v + b.v = 3", "build probe"},
	{"left join", "SELECT count(*), count(b.id), max(b.pad) FROM wide a LEFT JOIN wide b ON a.id = b.id + 9000", "build probe"},
	{"right join", "SELECT count(*), count(a.id), max(b.pad) FROM wide a RIGHT JOIN wide b ON a.id = b.id + 9000 AND a.v > 10", "build probe"},
	{"full join", "SELECT count(*), count(a.id), count(b.id), max(a.pad) FROM wide a FULL JOIN wide b ON a.k = b.id AND a.id % 50 = 0", "build probe"},
	{"semi join", "SELECT count(*), max(pad) FROM wide WHERE id IN (SELECT m FROM wide WHERE v > 100)", "build probe"},
	{"anti join", "SELECT count(*), max(pad) FROM wide a WHERE NOT EXISTS (SELECT 1 FROM wide b WHERE b.id = a.m AND b.pad > a.pad)", "build probe"},
	{"not in", "SELECT count(*), max(pad) FROM wide WHERE n NOT IN (SELECT n + 3000 FROM wide WHERE n IS NOT NULL)", "build probe"},
	{"not in with a null", "SELECT count(*), max(pad) FROM wide WHERE n NOT IN (SELECT n + 3000 FROM wide)", "build probe"},
	{"not in, correlated", "SELECT count(*), max(pad) FROM wide a WHERE n NOT IN (SELECT n + 1 FROM wide b WHERE b.k = a.k)", "build probe"},
	{"mark", "SELECT sum(CASE WHEN m THEN 1 WHEN NOT m THEN 10000 END), count(m) FROM (SELECT n IN (SELECT n + 3000 FROM wide) AS m FROM wide)", "build probe"},
	{"mark of two keys", "SELECT sum(CASE WHEN m THEN 1 WHEN NOT m THEN 10000 END), count(m) FROM (SELECT (n, k) IN (SELECT n + 1, k FROM wide WHERE id % 50 < 49) AS m FROM wide)", "build probe"},
	{"single join", "SELECT count(*), count(m), max(m) FROM (SELECT (SELECT b.pad FROM wide b WHERE b.id = a.id + 3000) AS m FROM wide a)", "build probe"},
	{"nested loop", "SELECT count(*), sum(a.v), max(b.pad) FROM (SELECT * FROM wide WHERE id < 30) a LEFT JOIN wide b ON a.v > b.v + 500 AND a.id + b.id + b.m > 0", "rows"},
	{"nested loop, full", "SELECT count(*), count(a.v), count(b.v) FROM (SELECT * FROM wide WHERE id < 30) a FULL JOIN wide b ON a.v > b.v + 900 AND a.id < b.id", "rows"},
	{"nested loop, anti", "SELECT count(*) FROM (SELECT * FROM wide WHERE id < 300) a WHERE NOT EXISTS (SELECT 1 FROM wide b WHERE b.v > a.v + 700 AND a.id + b.id + b.m > 0)", "rows"},
	{"cross join", "SELECT count(*), sum(a.v * b.v) FROM (SELECT * FROM wide WHERE id < 9) a CROSS JOIN wide b", ""},

	{"aggregate", "SELECT count(*), sum(s), max(p) FROM (SELECT id, sum(v) AS s, max(pad) AS p FROM wide GROUP BY id)", "aggregate"},
	{"large result", "SELECT id, max(pad) AS p FROM wide GROUP BY id", "aggregate output"},
	{"strings as keys", "SELECT count(*), sum(c) FROM (SELECT pad, count(*) AS c FROM wide GROUP BY pad)", "aggregate"},
	{"ordered aggregate", "SELECT count(*), sum(size(l)), max(f) FROM (SELECT id % 5000 AS g, collect_list(v) AS l, first(pad) AS f FROM wide GROUP BY id % 5000)", "aggregate"},
	{"count distinct without keys", "SELECT count(DISTINCT id), count(DISTINCT pad, v), sum(DISTINCT v) FROM wide", "aggregate distinct"},
	{"count distinct, few keys", "SELECT id % 3 AS g, count(DISTINCT id), count(DISTINCT pad) FROM wide GROUP BY id % 3 ORDER BY g", "aggregate distinct"},
	{"collect_list of one group", "SELECT size(collect_list(v)), size(collect_set(v)), length(listagg(CAST(v AS STRING))) FROM wide", "aggregate"},
	{"percentile of one group", "SELECT percentile(v, 0.3), median(v), mode(v), percentile_approx(v, 0.9) FROM wide", "aggregate"},
	{"percentile of one large group", "SELECT percentile(x, array(0, 0.123, 0.5, 0.99, 1)), percentile(x, 0.3) FILTER (WHERE y > 2), count(x) FROM " + long, "aggregate sort"},
	{"percentile with frequencies", "SELECT percentile(x, array(0.1, 0.77), y) FROM " + long, "aggregate sort"},
	{"median of distinct values", "SELECT median(DISTINCT x), sum(DISTINCT y) FROM " + long, "aggregate distinct sort"},
	{"median of decimals", "SELECT median(CAST(x / 8 AS DECIMAL(10, 2))), median(x) FILTER (WHERE y < 0) FROM " + long, "aggregate sort"},
	{"percentiles within", "SELECT percentile_cont(0.31) WITHIN GROUP (ORDER BY x DESC), percentile_cont(array(0.2, 0.6, 1)) WITHIN GROUP (ORDER BY d), " +
		"percentile_disc(array(0.31, 0.5, 1)) WITHIN GROUP (ORDER BY x DESC), percentile_disc(0.31) WITHIN GROUP (ORDER BY x) FROM " + long, "aggregate sort"},
	{"mode of one large group", "SELECT mode(x), mode(d), mode(concat('value ', x)), mode() WITHIN GROUP (ORDER BY x DESC), mode(NULLIF(x, x)), mode(x) FILTER (WHERE y = 3) FROM " + long, "aggregate sort"},
	{"mode of structs", "SELECT mode(named_struct('y', y, 'x', x)), mode(DISTINCT y) FROM " + long, "aggregate sort"},
	{"percentile of few large groups", "SELECT y, median(x), mode(x), mode(concat('value ', x)), count(*) FROM " + long + " GROUP BY y", "aggregate sort"},
	{"percentile of one group among many", "SELECT count(*), sum(m), sum(o), max(n) FROM (SELECT CASE WHEN x % 20 = 0 THEN x END, median(x) AS m, mode(x) AS o, count(*) AS n FROM " + long + " GROUP BY 1)", "aggregate sort"},
	{"mode of maps", "SELECT mode(map(y, x)), mode(map(y, x)) FILTER (WHERE y < 2) FROM " + long, "aggregate sort"},
	{"lists of one large group", "SELECT crc32(CAST(l AS STRING)), crc32(CAST(o AS STRING)), crc32(CAST(s AS STRING)), crc32(t), crc32(u) FROM (SELECT collect_list(v) AS l, " +
		"collect_list(v) WITHIN GROUP (ORDER BY v DESC, id) AS o, collect_set(id % 9000) AS s, listagg(v, ', ') AS t, listagg(v, '') WITHIN GROUP (ORDER BY pad) AS u FROM wide)", "aggregate sort"},
	{"lists of few large groups", "SELECT g, crc32(CAST(l AS STRING)), crc32(CAST(s AS STRING)), crc32(t), n FROM (SELECT v % 2 AS g, collect_list(v) AS l, " +
		"collect_set(id) AS s, listagg(DISTINCT v) AS t, count(*) AS n FROM wide GROUP BY 1)", "aggregate sort"},
	{"lists of one group among many", "SELECT count(*), sum(crc32(CAST(l AS STRING))), sum(crc32(CAST(s AS STRING))), max(n) FROM (SELECT CASE WHEN id % 20 = 0 THEN id END, " +
		"collect_list(v) AS l, collect_set(id) AS s, count(*) AS n FROM wide GROUP BY 1)", "aggregate sort"},
	{"percentile rolled up", "SELECT y, a, median(x), percentile(x, array(0.1, 0.4)), mode(x) FROM (SELECT *, y % 2 AS a FROM " + long + ") GROUP BY ROLLUP (a, y)", "aggregate sort"},
	{"percentile_approx of one large group", "SELECT percentile_approx(x, 0.9) BETWEEN 65000 AND 78000, percentile_approx(x, 0.9, 100) BETWEEN 65000 AND 78000 FROM " + long, "aggregate"},
	{"grouping sets", "SELECT count(*), sum(c), sum(d) FROM (SELECT id, k, count(*) AS c, count(DISTINCT v) AS d FROM wide GROUP BY GROUPING SETS ((id), (k), ()))", "aggregate"},
	{"cube", "SELECT count(*), sum(c) FROM (SELECT id % 3000 AS a, v, k, count(*) AS c FROM wide GROUP BY CUBE (1, 2, 3))", "aggregate"},
	{"distinct", "SELECT count(*) FROM (SELECT DISTINCT id, pad FROM wide)", "aggregate"},
	{"except", "SELECT count(*), max(pad) FROM (SELECT id, pad FROM wide EXCEPT SELECT id + 3000, pad FROM wide)", "aggregate"},
	{"intersect all", "SELECT count(*), max(v) FROM (SELECT id, v FROM wide INTERSECT ALL SELECT id, v FROM wide WHERE id % 3 > 0)", "build probe"},

	{"sort", "SELECT id, pad FROM wide ORDER BY pad DESC, v, id", "sort output"},
	{"sort of one key", "SELECT id, pad FROM wide ORDER BY id % 1", "sort output"},
	{"top-n", "SELECT id, pad FROM wide ORDER BY v, pad, id LIMIT 7000 OFFSET 100", "sort output"},
	{"window", "SELECT count(*), sum(r), sum(s), max(l) FROM (SELECT row_number() OVER w AS r, sum(v) OVER w AS s, lag(pad) OVER w AS l FROM wide WINDOW w AS (PARTITION BY k ORDER BY v, id))", "sort output"},
	{"one window partition", "SELECT sum(r * v), sum(s), max(l), sum(m), sum(t), min(f) FROM (SELECT v, rank() OVER w AS r, sum(v) OVER w AS s, lead(pad, 5) OVER w AS l, max(v) OVER (ORDER BY v, id ROWS BETWEEN 700 PRECEDING AND 2 FOLLOWING) AS m, " +
		"count(*) OVER (ORDER BY v RANGE BETWEEN 10 PRECEDING AND 5 FOLLOWING) AS t, first_value(pad) OVER (ORDER BY v, id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS f FROM wide WINDOW w AS (ORDER BY v, id))", "sort window output"},

	{"rows of a result", "SELECT id, pad, v FROM wide WHERE id % 5 > 0", ""}, // they stream
	{"generate", "SELECT count(*), max(length(e)) FROM (SELECT DISTINCT id, e FROM wide LATERAL VIEW explode(split(pad, '-')) x AS e)", "aggregate"},
	{"shared subplan", "WITH t AS (SELECT id, m, pad, sum(v) AS s FROM wide GROUP BY id, m, pad) SELECT count(*), sum(a.s), max(b.pad) FROM t a JOIN t b ON a.id = b.m WHERE b.s > 3", "aggregate build probe"},
	{"recursive", "WITH RECURSIVE r(i, p) AS (SELECT id, pad FROM wide UNION ALL SELECT i + 1, p FROM r WHERE i > 4990 AND i < 5030) SELECT count(*), sum(i), max(p) FROM r", "rows"},
	{"lateral", "SELECT count(*), sum(x) FROM wide a, LATERAL (SELECT sum(b.v) AS x FROM wide b WHERE b.id = a.id + 1)", "build probe"},
	{"scalar subquery", "SELECT count(*) FROM wide WHERE v > (SELECT avg(v) FROM (SELECT DISTINCT pad, v FROM wide))", "aggregate"},
	{"union", "SELECT count(*), max(p) FROM (SELECT DISTINCT * FROM (SELECT id, pad AS p FROM wide UNION ALL SELECT id + 4000, pad FROM wide))", "aggregate"},
	{"sample", "SELECT count(*) >= 0, max(pad) IS NULL FROM (SELECT DISTINCT pad, id FROM wide TABLESAMPLE (90 PERCENT) REPEATABLE (3))", "aggregate"},
}

// long is a relation of many narrow rows: a group of all of them has a state of several MB. x has nulls and half of its values twice, y has a
// fifth of the rows for each value, d has NaN.
const long = "(SELECT CASE WHEN id % 17 > 0 THEN (id * 7919) % 79999 END AS x, id % 5 AS y, CASE WHEN id % 1000 = 7 THEN DOUBLE('NaN') ELSE CAST((id * 31) % 79999 AS DOUBLE) / 8 END AS d FROM range(120000))"

// wide makes the table: n rows of about 250 bytes, in files.
func wide(t *testing.T, n int) *sparrow.Session {
	s := session(t, 10)
	_, err := s.SQL(context.Background(), fmt.Sprintf(`CREATE TABLE wide AS SELECT id, id + 3000 AS m, 1 AS one, id %% 50 AS k, (id * 31) %% 997 AS v, CASE WHEN id %% 50 < 49 THEN id END AS n,
		concat(repeat('-abcdefghi', 20), '-', (id * 7919) %% 100003, '-', id) AS pad FROM range(%d)`, n))
	require.NoError(t, err)
	return s
}

// TestEveryOperatorInLittleMemory runs every operator with 64 KiB.
func TestEveryOperatorInLittleMemory(t *testing.T) {
	s := wide(t, 5000)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.spill.dir", dir)()
	for _, o := range operators {
		t.Run(o.name, func(t *testing.T) {
			_, want, err := testkit.Run(context.Background(), s, o.query)
			require.NoError(t, err)
			defer settings(t, s, "sparrow.memory", "64KiB")()
			_, got, err := testkit.Run(context.Background(), s, o.query)
			require.NoError(t, err)
			require.Equal(t, sortedText(want), sortedText(got))
			if strings.Contains(o.query, "ORDER BY") {
				require.Equal(t, text(want), text(got))
			}
			requireEmpty(t, dir)
			_, plan, err := testkit.Run(context.Background(), s, "EXPLAIN ANALYZE "+o.query)
			require.NoError(t, err)
			_, spilled, _ := strings.Cut(text(plan), ", spilled ")
			for _, kind := range strings.Fields(o.spills) {
				require.Contains(t, spilled, kind+" ", "spilled: %s", spilled)
			}
		})
	}
}

// TestEveryOperatorRefused refuses reservations now and then, in another rhythm for every operator.
func TestEveryOperatorRefused(t *testing.T) {
	s := wide(t, 2000)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.spill.dir", dir)()
	for i, o := range operators {
		_, want, err := testkit.Run(context.Background(), s, o.query)
		require.NoError(t, err, o.name)
		for _, n := range []int{1, 2 + i%5} {
			undo := settings(t, s, "sparrow.test.refuse", fmt.Sprint(n))
			_, got, err := testkit.Run(context.Background(), s, o.query)
			if !budget.Refused(err) {
				require.NoError(t, err, o.name)
				require.Equal(t, sortedText(want), sortedText(got), o.name)
			}
			undo()
		}
	}
	requireEmpty(t, dir)
}

// TestStateOfOneGroup: what a group's state takes beyond the memory goes to files; a result that is larger than the memory is an error.
func TestStateOfOneGroup(t *testing.T) {
	s := session(t, 10)
	const rows = "(SELECT id, CAST((id * 7919) % 40009 AS INT) AS x, concat('key of some length ', (id * 31) % 99991) AS k FROM range(100000))"
	for _, c := range []struct {
		name, query, memory string
		fits                bool
	}{
		{"collect_list of all, in order of arrival", "SELECT crc32(array_join(l, ',')) FROM (SELECT collect_list(x) AS l FROM " + rows + ")", "1MiB", true},
		{"collect_list of all, sorted by long keys", "SELECT crc32(array_join(l, ',')) FROM (SELECT collect_list(x) WITHIN GROUP (ORDER BY k, id) AS l FROM " + rows + ")", "1MiB", true},
		{"collect_set of few among many", "SELECT crc32(array_join(l, ',')) FROM (SELECT collect_set(x % 9001) AS l FROM " + rows + ")", "512KiB", true},
		{"collect_set of structs", "SELECT size(collect_set(struct(x, k))) FROM " + rows + " WHERE id < 5000", "1MiB", true},
		{"listagg sorted by long keys", "SELECT crc32(l) FROM (SELECT listagg(x % 10, '') WITHIN GROUP (ORDER BY k, id) AS l FROM " + rows + ")", "512KiB", true},
		{"mode of maps", "SELECT mode(map(x, k)), mode(map(k, x % 7)) FROM " + rows, "512KiB", true},
		{"percentile_approx", "SELECT percentile_approx(x, 0.5) BETWEEN 19900 AND 20100 FROM " + rows, "256KiB", true},
		{"collect_list that is too large", "SELECT size(collect_list(id)) FROM " + rows, "512KiB", false},
		{"collect_set that is too large", "SELECT size(collect_set(k)) FROM " + rows, "1MiB", false},
		{"listagg that is too large", "SELECT length(listagg(k)) FROM " + rows, "1MiB", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, want, err := testkit.Run(context.Background(), s, c.query)
			require.NoError(t, err)
			dir := t.TempDir()
			defer settings(t, s, "sparrow.memory", c.memory, "sparrow.spill.dir", dir)()
			_, got, err := testkit.Run(context.Background(), s, c.query)
			requireEmpty(t, dir)
			if !c.fits {
				require.True(t, budget.Refused(err), "%v", err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestCachedRelationInLittleMemory: cached rows lie in files as long as they are cached.
func TestCachedRelationInLittleMemory(t *testing.T) {
	s := wide(t, 5000)
	dir := t.TempDir()
	const query = "SELECT count(*), sum(length(pad)), max(pad) FROM wide WHERE id % 5 > 0"
	_, want, err := testkit.Run(context.Background(), s, query)
	require.NoError(t, err)
	defer settings(t, s, "sparrow.memory", "64KiB", "sparrow.spill.dir", dir)()
	_, err = s.SQL(context.Background(), "CACHE TABLE kept AS SELECT * FROM wide WHERE id % 5 > 0")
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	for range 2 {
		_, got, err := testkit.Run(context.Background(), s, "SELECT count(*), sum(length(pad)), max(pad) FROM kept")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err = s.SQL(context.Background(), "UNCACHE TABLE kept")
	require.NoError(t, err)
	requireEmpty(t, dir)
}

func sortedText(rows [][]string) []string {
	lines := strings.Split(text(rows), "\n")
	slices.Sort(lines)
	return lines
}
