package sparrow

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	var got []string
	ctx := WithProgress(context.Background(), func(p Progress) {
		switch p.Kind {
		case StageStarted:
			got = append(got, "start "+p.Stage)
			require.GreaterOrEqual(t, p.Read(), 0.0)
			require.LessOrEqual(t, p.Read(), 1.0)
		case StageFinished:
			got = append(got, fmt.Sprintf("end %d %s %d", p.Number, p.Stage, p.Rows))
		}
	})
	df, err := s.SQL(ctx, "SELECT id % 3 AS k, count(*) FROM range(1000) GROUP BY 1 ORDER BY 1")
	require.NoError(t, err)
	require.Empty(t, got, "binding runs nothing")
	_, err = df.Collect(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"start aggregate", "end 1 aggregate 3", "start sort", "end 2 sort 3", "start result"}, got)
}

func TestStatementComplete(t *testing.T) {
	for text, want := range map[string]bool{"": true, "-- c": true, "select 1": false, "select 1;": true, "select ';": false, "select 1; select 2": false, "/* open": false} {
		require.Equal(t, want, StatementComplete(text), text)
	}
}
