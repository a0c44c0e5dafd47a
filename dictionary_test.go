package sparrow

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDictionariesOfRowGroups: a reader uses a dictionary's memory again in the next row group unless somebody claimed it. The file's row groups
// have dictionaries of the same size and other entries, so that who keeps codes or strings without a claim sees those of a later row group.
func TestDictionariesOfRowGroups(t *testing.T) {
	const groups, rows = 12, 2000
	source := fmt.Sprintf("SELECT id, id DIV %[1]d AS g, concat('row group ', 100 + id DIV %[1]d, ' value ', 100 + id %% 50) AS s, "+
		"1000 * (id DIV %[1]d) + id %% 60 AS n, CAST(id DIV %[1]d + id %% 40 AS DECIMAL(12, 2)) AS d, "+
		"concat('key ', 100 + id %% 30 + id DIV %[1]d) AS k, named_struct('a', concat('in a struct ', 100 + id DIV %[1]d), 'b', id %% 9) AS st FROM range(%[2]d)",
		rows, groups*rows)
	file := filepath.Join(t.TempDir(), "f.parquet")
	rowsOf(t, mustSQL(t, newTestSession(t), fmt.Sprintf("INSERT OVERWRITE DIRECTORY '%s' USING parquet OPTIONS ('parquet.block.row.count.limit' '%d') %s", file, rows, source)))
	for _, threads := range []int{1, 2} {
		s := newTestSession(t, WithThreads(threads))
		rowsOf(t, mustSQL(t, s, "CREATE TEMP VIEW direct AS "+source))
		rowsOf(t, mustSQL(t, s, "CREATE TEMP VIEW filed AS SELECT * FROM parquet.`"+file+"`"))
		for _, query := range []string{
			"SELECT * FROM $T",
			"SELECT s, upper(s), n, st.a FROM $T WHERE id % 7 = 0",
			"SELECT s, n, k FROM $T WHERE id % 500 = 3",
			"SELECT s, count(*), min(n), max(s) FROM $T GROUP BY s",
			"SELECT upper(s), sum(d), min(k) FROM $T GROUP BY 1",
			"SELECT s, k, n, count(*) FROM $T GROUP BY s, k, n",
			"SELECT g, collect_set(s), count(DISTINCT k), count(DISTINCT n), max(struct(n, s)) FROM $T GROUP BY g",
			"SELECT st.a, first(s), last(k), mode(k) FROM (SELECT * FROM $T WHERE id % 50 = 1) GROUP BY st.a",
			"SELECT id, s, lag(s, 2001) OVER (ORDER BY id), max(k) OVER (PARTITION BY n % 7 ORDER BY id ROWS 3 PRECEDING) FROM $T",
			"SELECT s, k, n FROM $T ORDER BY k DESC, id LIMIT 100",
			"SELECT DISTINCT s, st FROM $T",
			"SELECT a.id, a.s, b.s, b.k FROM $T a JOIN $T b ON a.k = b.k AND a.n = b.n + 1 WHERE a.id % 3 = 0",
			"SELECT a.s, count(*) FROM $T a JOIN $T b ON a.s = b.s WHERE b.id % 900 = 1 GROUP BY a.s",
			"SELECT a.s FROM $T a LEFT ANTI JOIN (SELECT k FROM $T WHERE id % 41 = 0) b ON a.k = b.k",
			"SELECT s FROM $T UNION SELECT k FROM $T",
			"SELECT k, substring(s, 1, 13), grouping_id(), count(n) FROM $T GROUP BY ROLLUP (k, substring(s, 1, 13))",
			"SELECT s, explode(array(k, s)) FROM $T WHERE id % 100 = 5",
			"SELECT max(s), min(s), max(k), min_by(s, n), max_by(k, n) FROM $T",
			"SELECT (SELECT max(k) FROM $T), s IN (SELECT concat('row group ', 100 + g, ' value 101') FROM $T), count(*) FROM $T GROUP BY 2",
			"SELECT id, substring(s, 3, 20) FROM $T ORDER BY id % 7, id",
			"SELECT a.id, a.x, b.x FROM (SELECT id, n, substring(s, 3) AS x FROM $T) a JOIN (SELECT id, n, substring(k, 2) AS x FROM $T) b ON a.n = b.n WHERE a.id % 300 = 1",
			"SELECT coalesce(nullif(k, 'key 105'), s) AS c, count(*) FROM $T GROUP BY 1",
		} {
			want, got := sortedText(t, s, strings.ReplaceAll(query, "$T", "direct")), sortedText(t, s, strings.ReplaceAll(query, "$T", "filed"))
			require.True(t, slices.Equal(want, got), "%s with %d threads: %.300v\nbut %.300v", query, threads, want, got)
		}
	}
}

// TestGroupsOfDimensions: the columns of a dimension are codes of dictionaries of their own with nulls, and groups by them are found by the
// dimension's row (columnar.Vector.Origin). Equal rows of a dimension are one group, rows without a partner are nulls.
func TestGroupsOfDimensions(t *testing.T) {
	dir := t.TempDir()
	const item = "SELECT id AS i, IF(id % 17 = 3, NULL, concat('product of the house ', id DIV 2)) AS product, IF(id % 29 = 3, NULL, concat('brand number ', id % 100)) AS brand, " +
		"IF(id % 31 = 5, NULL, concat('class ', id % 9)) AS class, IF(id % 13 = 1, NULL, id % 7) AS size, CAST(id % 5 AS DOUBLE) * -0.0 AS f FROM range(3000)"
	const day = "SELECT id AS d, CAST(2000 + id DIV 50 AS INT) AS year, IF(id % 10 = 4, NULL, concat('quarter of ', id % 4)) AS quarter FROM range(200)"
	const fact = "SELECT id, IF(id % 40 = 7, NULL, id * 7919 % 3300) AS i, (id * 31 + id DIV 3300) % 210 AS d, id % 11 AS v FROM range(90000)"
	tables := map[string]string{"item": item, "day": day, "fact": fact}
	writer := newTestSession(t)
	for name, query := range tables {
		rowsOf(t, mustSQL(t, writer, fmt.Sprintf("INSERT OVERWRITE DIRECTORY '%s/%s' USING parquet %s", dir, name, query)))
	}
	for _, threads := range []int{1, 2} {
		direct, filed := newTestSession(t, WithThreads(threads)), newTestSession(t, WithThreads(threads))
		for name, query := range tables {
			rowsOf(t, mustSQL(t, direct, "CREATE TEMP VIEW "+name+" AS "+query))
			rowsOf(t, mustSQL(t, filed, fmt.Sprintf("CREATE TEMP VIEW %[1]s AS SELECT * FROM parquet.`%[2]s/%[1]s`", name, dir)))
		}
		for _, query := range []string{
			"SELECT product, brand, class, size, count(*), sum(v) FROM fact JOIN item USING (i) GROUP BY ALL",
			"SELECT brand, class, count(*) FROM fact JOIN item USING (i) GROUP BY ALL",
			"SELECT product, brand, v, max(f) FROM fact JOIN item USING (i) GROUP BY ALL",
			"SELECT product, brand, f, v, count(*) FROM fact JOIN item USING (i) GROUP BY ALL",
			"SELECT product, brand, class, size, count(*) FROM fact LEFT JOIN item USING (i) GROUP BY ALL",
			"SELECT product, brand, year, quarter, class, sum(v) FROM fact JOIN day USING (d) JOIN item USING (i) GROUP BY ALL",
			"SELECT product, brand, year, quarter, class, sum(v) FROM fact LEFT JOIN day USING (d) LEFT JOIN item USING (i) WHERE v > 3 GROUP BY ALL",
			"SELECT product, brand, class, size, count(v) FROM fact JOIN item USING (i) GROUP BY ROLLUP (product, brand, class, size)",
			"SELECT brand, class, year, quarter, sum(v) FROM fact JOIN item USING (i) JOIN day USING (d) GROUP BY CUBE (brand, class, year, quarter)",
			// more groups than a worker's table has room for
			"SELECT product, brand, size, y.d, quarter, sum(v), count(*) FROM fact JOIN item USING (i) JOIN day y ON fact.d = y.d GROUP BY ALL",
			"SELECT product, size, class, y.d, quarter, sum(v), max(id) FROM fact JOIN item USING (i) JOIN day y ON fact.d = y.d GROUP BY ROLLUP (product, size, class, y.d, quarter)",
			"SELECT product, size, class, y.d, quarter, sum(v), max(id) FROM fact LEFT JOIN item USING (i) JOIN day y ON fact.d = y.d GROUP BY ROLLUP (y.d, product, size, class, quarter)",
			"SELECT product, brand, y.d, v, count(*) FROM fact JOIN item USING (i) JOIN day y ON fact.d = y.d GROUP BY ALL",
			"SELECT class, year, count(DISTINCT product), count(DISTINCT brand, size) FROM fact JOIN item USING (i) JOIN day USING (d) GROUP BY ALL",
			"SELECT class, coalesce(brand, 'none'), upper(product), count(*) FROM fact JOIN item USING (i) WHERE id % 9 = 1 GROUP BY ALL",
			"SELECT x.product, y.brand, x.class, y.class, count(*) FROM fact JOIN item x USING (i) JOIN item y ON x.size = y.i GROUP BY ALL",
			"SELECT DISTINCT product, brand, size FROM fact JOIN item USING (i) JOIN day USING (d) WHERE year = 2001",
			"SELECT product, brand, class, count(*) FROM (SELECT * FROM fact JOIN item USING (i) UNION ALL SELECT * FROM fact JOIN item USING (i)) GROUP BY ALL",
			"SELECT a.product, a.brand, b.v FROM (SELECT product, brand, count(*) AS n FROM fact JOIN item USING (i) GROUP BY ALL) a JOIN fact b ON a.n = b.id",
			"SELECT product, brand, rank() OVER (PARTITION BY brand, class ORDER BY v, id) FROM fact JOIN item USING (i)",
		} {
			want, got := sortedText(t, direct, query), sortedText(t, filed, query)
			require.NotEmpty(t, want, query)
			require.Equal(t, want, got, "%d threads: %s", threads, query)
		}
	}
}

// sortedText returns the rows of a query as text, sorted.
func sortedText(t *testing.T, s *Session, query string) (out []string) {
	for row, err := range mustSQL(t, s, query).Rows(bg) {
		require.NoError(t, err, query)
		out = append(out, fmt.Sprint(row.Values()))
	}
	slices.Sort(out)
	return out
}
