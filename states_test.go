package sparrow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStatesAreReadTwice: a grouping set gives its results after its states went to the sets below it, so aggregate functions, all that take some of the
// arguments, have to give the same in a grouping by itself.
func TestStatesAreReadTwice(t *testing.T) {
	s := newTestSession(t, WithThreads(1))
	mustSQL(t, s, "CREATE TEMP VIEW t AS SELECT id % 7 AS k, CAST(id AS INT) AS i, id * 1.5D AS d, concat('text ', id % 11) AS s, id % 3 = 0 AS b, CAST(id % 50 AS DECIMAL(9, 2)) AS n, "+
		"DATE'2024-01-01' + CAST(id AS INT) AS dt, array(id % 5) AS a, CAST(concat('b', id) AS BINARY) AS bin FROM range(200)")
	arguments := []string{"*", "i", "d", "s", "b", "n", "dt", "a", "bin", "i, d", "d, 0.3D", "i, 10", "s, 20", "i, 0.5D, 100", "s, ','", "d, 5", "d, d", "i, 3, 40, 2", "i, 2, true", "s, i", "i, 0.1D, 0.9D, 1", "CAST(d AS FLOAT)"}
	tried := map[string]bool{}
	for _, row := range must(mustSQL(t, s, "SHOW FUNCTIONS").Collect(bg))(t) {
		name := row.At(0).(string)
		for _, args := range arguments {
			call := fmt.Sprintf("`%s`(%s)", name, args)
			alone, err := answered(s, fmt.Sprintf("SELECT k, %s FROM t GROUP BY k ORDER BY k", call))
			if err != nil || strings.Contains(name, "rand") {
				continue // no aggregate, or other arguments
			}
			sets, err := answered(s, fmt.Sprintf("SELECT k, x FROM (SELECT k, %s AS x, grouping(k) AS g FROM t GROUP BY ROLLUP (k)) WHERE g = 0 ORDER BY k", call))
			require.NoError(t, err, call)
			require.Equal(t, alone, sets, call)
			tried[name] = true
		}
	}
	require.Greater(t, len(tried), 70)
}

func answered(s *Session, query string) (out []string, err error) {
	df, err := s.SQL(bg, query)
	if err != nil {
		return nil, err
	}
	rows, err := df.Collect(bg)
	for _, row := range rows {
		out = append(out, fmt.Sprint(row.Values()))
	}
	return out, err
}
