package chaos

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/internal/testkit"
)

// TestFinishedStagesGiveMemory runs joins whose first build sides lie unread while the next stages need memory: they go to files, and the answer is
// the one of all memory.
func TestFinishedStagesGiveMemory(t *testing.T) {
	s := wide(t, 5000)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.spill.dir", dir)()
	const query = `SELECT count(*), max(a.p), sum(q.n) FROM (SELECT id, max(pad) AS p FROM wide GROUP BY id) a
		JOIN (SELECT x.id % 5000 AS k, count(*) AS n FROM range(300000) x JOIN (SELECT id * 7 AS h, id AS i FROM range(100000)) y ON x.id = y.h AND x.id > y.i GROUP BY x.id % 5000) q ON a.id = q.k`
	_, want, err := testkit.Run(context.Background(), s, query)
	require.NoError(t, err)
	defer settings(t, s, "sparrow.memory", "5MiB")()
	_, got, err := testkit.Run(context.Background(), s, query)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, plan, err := testkit.Run(context.Background(), s, "EXPLAIN ANALYZE "+query)
	require.NoError(t, err)
	_, spilled, _ := strings.Cut(text(plan), ", spilled ")
	require.Contains(t, spilled, "reclaimed ", text(plan))
	requireEmpty(t, dir)
}
