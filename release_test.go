package sparrow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/internal/slab"
)

// TestStagesGoBeforeTheQuery checks that nothing but the result is held when a query of several stages has run and is not closed yet.
func TestStagesGoBeforeTheQuery(t *testing.T) {
	s := newTestSession(t)
	for _, text := range []string{
		"SELECT a.k, n, s FROM (SELECT id % 1000 AS k, count(*) AS n FROM range(200000) GROUP BY 1) a JOIN (SELECT id % 1000 AS k, max(concat('a longer text ', id)) AS s FROM range(200000) GROUP BY 1) b ON a.k = b.k ORDER BY n, s",
		"SELECT a.id, b.id FROM range(100000) a JOIN range(100000) b ON a.id = b.id WHERE a.id % 3 = 0",
		"WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 30) SELECT i, n FROM r JOIN (SELECT id % 30 AS m, count(DISTINCT id) AS n FROM range(50000) GROUP BY 1) ON m = i",
		"WITH c AS (SELECT id, id % 7 AS m FROM range(60000) WHERE id % 3 = 0) SELECT count(*), max(x.id) FROM c x JOIN c y ON x.id = y.id JOIN (SELECT m, count(*) AS n FROM c GROUP BY m) z ON x.m = z.m",
	} {
		before, taken := slab.Count().InUse, slab.Taken()
		df := mustSQL(t, s, text)
		analyzed, err := df.analyzed(bg)
		require.NoError(t, err)
		st, err := df.st.renewed()
		require.NoError(t, err)
		x, err := st.start(bg, analyzed, materialized)
		require.NoError(t, err)
		require.NotEmpty(t, x.Stages(), text)
		require.Greater(t, slab.Taken(), taken, "%s: no slab was used", text)
		x.out.Release()
		require.Zero(t, x.query.Budget().Used(), text)
		require.Equal(t, before, slab.Count().InUse, text)
		require.NoError(t, x.query.Close())
		require.Zero(t, x.query.Budget().Used())
	}
}
