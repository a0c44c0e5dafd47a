package sparrow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFirstOfPartitions: ranks below a bound are the same whether or not the rows behind it are sorted.
func TestFirstOfPartitions(t *testing.T) {
	const rows = "CREATE TEMP VIEW t AS SELECT id, IF(id % 23 = 4, NULL, id * 7919 % 13) AS g, IF(id % 19 = 3, NULL, id * 104729 % 5003) AS n, " +
		"CAST(CASE id % 1009 WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' WHEN 3 THEN '-0.0' WHEN 4 THEN '0.0' ELSE CAST(id * 31 % 977 - 400 AS STRING) END AS DOUBLE) AS f, " +
		"CAST((id * 65537 % 9973 - 5000) AS DECIMAL(38, 2)) * IF(id % 7 = 0, 1e30BD, 1BD) AS d, concat(IF(id % 3 = 0, 'prefix ', ''), id * 61 % 997) AS s, " +
		"CAST(id % 240 - 120 AS TINYINT) AS b, DATE'2020-01-01' + CAST(id * 17 % 900 AS INT) AS day, id % 5 = 0 AS yes FROM range(9000)"
	for _, threads := range []int{1, 2} {
		on, off := newTestSession(t, WithThreads(threads)), newTestSession(t, WithThreads(threads), WithConf("spark.sql.optimizer.excludedRules", "push_limit_into_window"))
		mustSQL(t, on, rows)
		mustSQL(t, off, rows)
		for _, order := range []string{"n", "n DESC", "n NULLS LAST", "n DESC NULLS FIRST", "f", "f DESC", "d", "d DESC", "s", "s DESC", "b, n", "day DESC, id", "yes, id", "yes DESC, s", "1, n"} {
			for _, partition := range []string{"", "PARTITION BY g", "PARTITION BY g, b", "PARTITION BY id"} {
				for _, condition := range []string{"r <= 3", "i < 40", "i = 1"} {
					query := fmt.Sprintf("SELECT id, r, i FROM (SELECT *, rank() OVER w AS r, row_number() OVER w AS i FROM t WINDOW w AS (%s ORDER BY %s)) WHERE %s", partition, order, condition)
					if partition == "PARTITION BY id" && condition != "r <= 3" {
						continue
					}
					require.Equal(t, sortedText(t, off, query), sortedText(t, on, query), query)
				}
			}
		}
		require.Contains(t, rowsOf(t, mustSQL(t, on, "EXPLAIN SELECT * FROM (SELECT id, rank() OVER (ORDER BY n) AS r FROM t) WHERE r <= 3")), "Window first 3 of")
		require.NotContains(t, rowsOf(t, mustSQL(t, off, "EXPLAIN SELECT * FROM (SELECT id, rank() OVER (ORDER BY n) AS r FROM t) WHERE r <= 3")), "first 3 of")
	}
}

// TestLimitGivenUp: partitions too many to remember, or of which little can be dropped, and memory that is refused meanwhile.
func TestLimitGivenUp(t *testing.T) {
	for partition, rows := range map[string]int{"id": 400000, "id DIV 2": 200000, "id % 3": 200000} {
		query := fmt.Sprintf("SELECT count(*), sum(id), sum(r) FROM (SELECT id, rank() OVER (PARTITION BY %s ORDER BY id * 7919 %% 1009) AS r FROM range(%d)) WHERE r <= 3", partition, rows)
		off := newTestSession(t, WithConf("spark.sql.optimizer.excludedRules", "push_limit_into_window"))
		for _, memory := range []int64{1 << 30, 1 << 22} {
			on := newTestSession(t, WithMemory(memory))
			require.Equal(t, rowsOf(t, mustSQL(t, off, query)), rowsOf(t, mustSQL(t, on, query)), "%s in %d bytes", partition, memory)
		}
	}
}
