package sparrow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHostileCalls calls every function in every role with a column of every type, a constant, and too few or too many arguments. Most calls are wrong:
// each gives an answer or an error that names what is wrong, never an internal one.
func TestHostileCalls(t *testing.T) {
	s := newTestSession(t)
	mustSQL(t, s, `CREATE TEMPORARY VIEW t AS SELECT * FROM VALUES (1, 1.5D, 'abc', CAST(NULL AS INT), DATE'2024-01-01', TIMESTAMP'2024-01-01 00:00:00', array(1, NULL),
		map('a', 1), named_struct('x', 1), X'00ff', true, CAST(2.5 AS DECIMAL(5,2)), parse_json('{"a":1}'), INTERVAL 1 DAY) AS t(i, d, s, n, dt, ts, a, m, r, b, bo, dc, v, iv)`)
	columns := strings.Fields("i d s n dt ts a m r b bo dc v iv")
	roles := []string{"SELECT %s(%s) FROM t", "SELECT %s(%s, s, 1) FROM t", "SELECT %s(1, %s) FROM t WHERE i < 0", "SELECT n, %s(DISTINCT %s) FILTER (WHERE bo) FROM t GROUP BY ROLLUP(n)",
		"SELECT %s(%s) OVER (PARTITION BY i ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t", "SELECT %s(0.5) WITHIN GROUP (ORDER BY %s) FROM t"}
	for _, row := range must(mustSQL(t, s, "SHOW FUNCTIONS").Collect(bg))(t) {
		name := row.At(0).(string)
		for i, c := range columns {
			for k, role := range roles {
				if (i+k)%2 == 1 && k > 0 { // half of them tell enough in the time
					continue
				}
				text := fmt.Sprintf(role, "`"+name+"`", c)
				df, err := s.SQL(bg, text)
				if err == nil {
					_, err = df.Collect(bg)
				}
				require.False(t, err != nil && strings.HasPrefix(conditionOf(err), "INTERNAL_ERROR"), "%s: %v", text, err)
			}
		}
	}
}
