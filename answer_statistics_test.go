package sparrow

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAnswersFromStatistics compares minima, maxima and counts that footers know with those of the rows: of every type, with nulls, in several row groups
// and files, without rows, and after files were replaced.
func TestAnswersFromStatistics(t *testing.T) {
	s, read := newTestSession(t), newTestSession(t, WithConf("spark.sql.optimizer.excludedRules", "answer_from_statistics"))
	dir := t.TempDir()
	files := filepath.Join(dir, "*", "*.parquet")
	write := func(part, condition string, from, to int) {
		rowsOf(t, mustSQL(t, s, fmt.Sprintf("INSERT OVERWRITE DIRECTORY '%s/%s' USING parquet OPTIONS ('parquet.block.row.count.limit' '300') SELECT id, IF(%[3]s, NULL, CAST(id %% 100 AS TINYINT) - 50Y) AS t, "+
			"IF(%[3]s, NULL, CAST(id AS SMALLINT)) AS h, IF(%[3]s, NULL, CAST(-id AS INT)) AS i, IF(%[3]s, NULL, 9223372036854774807 - id) AS l, IF(%[3]s, NULL, CAST(id - 500 AS DECIMAL(9, 2))) AS n, "+
			"IF(%[3]s, NULL, CAST(id AS DECIMAL(18, 3))) AS m, IF(%[3]s, NULL, CAST(id AS DECIMAL(38, 6)) * 1000000000000BD) AS w, IF(%[3]s, NULL, DATE'1969-12-01' + CAST(id AS INT)) AS d, "+
			"IF(%[3]s, NULL, timestamp_micros(id * 1000001 - 777)) AS ts, IF(%[3]s, NULL, CAST(timestamp_micros(-id * 77) AS TIMESTAMP_NTZ)) AS tn, IF(%[3]s, NULL, id %% 3 = 0) AS b, "+
			"IF(%[3]s, NULL, CAST(id AS FLOAT)) AS f, IF(%[3]s, NULL, IF(id = 7, double('NaN'), id / 3)) AS x, IF(%[3]s, NULL, concat('text ', id)) AS s, CAST(NULL AS INT) AS z FROM range(%d, %d)",
			dir, part, condition, from, to)))
	}
	answered := func(column string) bool {
		text := rowsOf(t, mustSQL(t, s, fmt.Sprintf("EXPLAIN SELECT min(%[1]s), max(%[1]s) FROM parquet.`%[2]s`", column, files)))
		return !strings.Contains(text, "Scan parquet")
	}
	for round, c := range []struct {
		part, condition string
		from, to        int
	}{{"a", "id % 4 = 1", 0, 1000}, {"b", "id % 5 = 0", 1000, 1100}, {"a", "false", 20, 30}, {"b", "true", 0, 50}, {"a", "true", 0, 60}, {"a", "true", 0, 0}, {"b", "true", 0, 0}} {
		write(c.part, c.condition, c.from, c.to)
		for _, column := range []string{"id", "t", "h", "i", "l", "n", "m", "w", "d", "ts", "tn", "b", "f", "x", "s", "z"} {
			for _, list := range []string{"min(%[1]s)", "max(%[1]s), count(*), count(%[1]s)", "typeof(min(%[1]s)), max(%[1]s), min(%[1]s), count(z)"} {
				query := fmt.Sprintf("SELECT "+list+" FROM parquet.`%[2]s`", column, files)
				require.Equal(t, rowsOf(t, mustSQL(t, read, query)), rowsOf(t, mustSQL(t, s, query)), "%s, round %d", query, round)
			}
		}
		require.True(t, answered("d"), round)
		require.True(t, answered("z"), round)
	}
	write("a", "id % 4 = 1", 0, 1000)
	for column, known := range map[string]bool{"id": true, "t": true, "i": true, "l": true, "n": true, "d": true, "ts": true, "tn": true, "f": false, "x": false, "s": false} {
		require.Equal(t, known, answered(column), column)
	}
}
