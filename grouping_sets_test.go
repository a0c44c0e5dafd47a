package sparrow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGroupingSets: sets rolled up from each other have the groups of sets that are grouped by themselves, with states that can be read twice and
// with such that go to files, whatever memory there is.
func TestGroupingSets(t *testing.T) {
	const rows = "CREATE TEMP VIEW t AS SELECT IF(id % 17 = 4, NULL, id * 7919 % 13) AS a, IF(id % 19 = 3, NULL, concat('a longer text ', id * 104729 % 503)) AS b, " +
		"CAST(id % 240 - 120 AS TINYINT) AS c, id DIV 2 AS d, IF(id % 5 = 0, NULL, CAST(id % 997 AS DECIMAL(38, 2))) AS v FROM range(6000)"
	cases := []struct {
		by, columns string
		sets        []string
	}{
		{"ROLLUP (a, b, d)", "a, b, d", []string{"a, b, d", "a, b", "a", ""}},
		{"CUBE (a, b, c)", "a, b, c", []string{"a, b, c", "a, b", "a, c", "b, c", "a", "b", "c", ""}},
		{"GROUPING SETS ((a), (b, c), (), (b))", "a, b, c", []string{"a", "b, c", "", "b"}},
		{"GROUPING SETS ((a, c), (c, a), (c), (c), ())", "a, c", []string{"a, c", "a, c", "c", "c", ""}},
		{"GROUPING SETS ((a, b, c, d), (b, d), (d), (b, a))", "a, b, c, d", []string{"a, b, c, d", "b, d", "d", "a, b"}},
	}
	aggregates := []string{"count(*), sum(v), avg(v), min(b), max(v), count(v)", "count(DISTINCT c), sum(DISTINCT v), count(*)", "percentile(v, 0.3), mode(c), min(v)"}
	by := newTestSession(t, WithThreads(1))
	mustSQL(t, by, rows)
	var sessions []*Session
	for threads, memory := range map[int]int64{1: 2 << 20, 2: 1 << 30} {
		s := newTestSession(t, WithThreads(threads), WithMemory(memory))
		mustSQL(t, s, rows)
		sessions = append(sessions, s)
	}
	for _, c := range cases {
		for _, aggregate := range aggregates {
			var want []string
			for _, set := range c.sets {
				query := fmt.Sprintf("SELECT %s, %s FROM t", nullsBut(set, c.columns), aggregate)
				if set != "" {
					query += " GROUP BY " + set
				}
				want = append(want, sortedText(t, by, query)...)
			}
			slices.Sort(want)
			for _, s := range sessions {
				got := sortedText(t, s, fmt.Sprintf("SELECT %s, %s FROM t GROUP BY %s", c.columns, aggregate, c.by))
				require.True(t, slices.Equal(want, got), "%s by %s: %d and %d rows", aggregate, c.by, len(want), len(got))
			}
		}
	}
}

// nullsBut is columns of which those that are not in the set are null.
func nullsBut(set, columns string) string {
	out := strings.Split(columns, ", ")
	for i, c := range out {
		if !slices.Contains(strings.Split(set, ", "), c) {
			out[i] = "NULL"
		}
	}
	return strings.Join(out, ", ")
}
