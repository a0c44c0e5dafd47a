package naive

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types/text"
)

// TestNaive holds the oracle itself against answers known by hand.
func TestNaive(t *testing.T) {
	const v = "(VALUES (1, 'a', 1.50), (2, 'b', NULL), (2, NULL, 2.25), (NULL, 'a', -1.00)) AS t(x, s, d)"
	for _, c := range []struct{ sql, want string }{
		{"SELECT x, s FROM " + v + " WHERE x > 1 OR s = 'a' ORDER BY x, s", "NULL a; 1 a; 2 NULL; 2 b"},
		{"SELECT x, count(*), sum(d), avg(d), min(s) FROM " + v + " GROUP BY x ORDER BY x", "NULL 1 -1.00 -1.000000 a; 1 1 1.50 1.500000 a; 2 2 2.25 2.250000 b"},
		{"SELECT t.x, b.s FROM " + v + " JOIN (VALUES (2, 'q'), (NULL, 'r')) AS b(x, s) ON t.x = b.x", "2 q; 2 q"},
		{"SELECT t.x, b.s FROM " + v + " LEFT JOIN (VALUES (2, 'q'), (NULL, 'r')) AS b(x, s) ON t.x = b.x ORDER BY t.x, t.s", "NULL NULL; 1 NULL; 2 q; 2 q"},
		{"SELECT t.x, b.s FROM " + v + " FULL JOIN (VALUES (2, 'q'), (9, 'r')) AS b(x, s) ON t.x = b.x ORDER BY t.x, b.s", "NULL NULL; NULL r; 1 NULL; 2 q; 2 q"},
		{"SELECT x FROM " + v + " WHERE x NOT IN (SELECT y FROM VALUES (2), (NULL) AS u(y))", ""},
		{"SELECT x FROM " + v + " WHERE x NOT IN (SELECT y FROM VALUES (2) AS u(y))", "1"},
		{"SELECT x, (SELECT max(y) FROM VALUES (1), (2), (3) AS u(y) WHERE y <= x) AS m FROM " + v + " ORDER BY x, s", "NULL NULL; 1 1; 2 2; 2 2"},
		{"SELECT x, row_number() OVER (PARTITION BY x ORDER BY s), sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM " + v +
			" ORDER BY x, s", "NULL 1 NULL; 1 1 1; 2 1 4; 2 2 3"},
		{"SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM " + v + " ORDER BY x", "NULL NULL; 1 1; 2 5; 2 5"},
		{"SELECT 1 UNION SELECT 1 UNION ALL SELECT 2", "1; 2"},
		{"SELECT x FROM VALUES (1), (1), (2) AS a(x) INTERSECT ALL SELECT y FROM VALUES (1), (1), (1) AS b(y)", "1; 1"},
		{"SELECT x FROM VALUES (1), (1), (2) AS a(x) EXCEPT ALL SELECT y FROM VALUES (1) AS b(y)", "1; 2"},
		{"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r", "1; 2; 3"},
		{"SELECT CASE WHEN x = 1 THEN 0 ELSE 1 / (x - 1) END FROM VALUES (1), (3) AS t(x)", "0.0; 0.5"},
		{"SELECT count(DISTINCT x), collect_list(x) FROM " + v, "2 [1,2,2]"},
		{"SELECT x, s, count(*), grouping_id(x, s) FROM VALUES (1, 'a'), (1, 'b') AS t(x, s) GROUP BY ROLLUP (x, s) ORDER BY 4, s", "1 a 1 0; 1 b 1 0; 1 NULL 2 1; NULL NULL 2 3"},
	} {
		e, err := New(nil)
		require.NoError(t, err)
		r, err := e.Query(context.Background(), c.sql)
		require.NoError(t, err, c.sql)
		var rows []string
		for _, row := range r.Rows {
			var cells []string
			for i, v := range row {
				cells = append(cells, "NULL")
				if v != nil {
					cells[i] = text.Hive(v, r.Schema[i].Type, e.env.Zone)
				}
			}
			rows = append(rows, strings.Join(cells, " "))
		}
		require.Equal(t, c.want, strings.Join(rows, "; "), c.sql)
	}
}
