package sparrow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// The conjuncts are true for every row, which no estimate knows, so the build side turns out far larger than the probe side.
const outgrownQuery = `SELECT count(*), sum(b.id), min(b.id), max(a.id) FROM range(1000) a JOIN (SELECT id FROM range(3000000)
	WHERE id % 3 <> 7 AND id * 2 = id + id AND id + 1 > id AND abs(id) = id AND id % 5 <> 9) b ON a.id = b.id`

func TestOutgrownBuildBecomesProbe(t *testing.T) {
	ctx := context.Background()
	for _, adaptive := range []string{"true", "false"} {
		s, err := NewSession(WithThreads(2), WithConf("sparrow.adaptive.enabled", adaptive))
		require.NoError(t, err)
		df, err := s.SQL(ctx, outgrownQuery)
		require.NoError(t, err)
		rows, err := df.Collect(ctx)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, []any{int64(1000), int64(499500), int64(0), int64(999)}, rows[0].Values())
		plan, err := df.Explain(ctx, "analyze")
		require.NoError(t, err)
		if adaptive == "true" {
			require.Contains(t, plan, "outgrew its estimate")
			require.Contains(t, plan, "swap_outgrown_build gave")
			require.Contains(t, plan, "Rest of about")
		} else {
			require.NotContains(t, plan, "Re-planned")
		}
		require.NoError(t, s.Close())
	}
}
