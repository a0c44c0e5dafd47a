package sparrow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
)

// TestErrorsInOtherTexts: an error inside a view or SQL function shows that text and names it, not the statement that uses it.
func TestErrorsInOtherTexts(t *testing.T) {
	ctx := context.Background()
	s, err := sparrow.NewSession()
	require.NoError(t, err)
	defer s.Close()
	for _, text := range []string{
		"CREATE TEMPORARY VIEW v AS SELECT id,\n 10 / (id - 3) AS x FROM range(5)",
		"CREATE TEMPORARY VIEW w AS SELECT x + 1 AS y FROM v",
		"CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN 10 / a",
		"CREATE TEMPORARY VIEW base AS SELECT 1 AS a",
		"CREATE TEMPORARY VIEW gone AS SELECT a FROM base",
		"CREATE OR REPLACE TEMPORARY VIEW base AS SELECT 1 AS b",
	} {
		df, err := s.SQL(ctx, text)
		require.NoError(t, err, text)
		_, err = df.Collect(ctx)
		require.NoError(t, err, text)
	}
	for _, c := range []struct{ text, within, snippet string }{
		{"SELECT\n\n y FROM w", "in view v, line 2, column 2", "   2 |  10 / (id - 3) AS x FROM range(5)\n        ^^^^^^^^^^^^^"},
		{"SELECT f(CAST(id AS INT)) FROM range(2)", "in function f, line 1, column 55", "   1 | CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN 10 / a\n" +
			"                                                             ^^^^^^"},
		{"SELECT 1, * FROM gone", "in view gone, line 1, column 8", "   1 | SELECT a FROM base\n              ^"},
		{"SELECT 1 / (id - 3) FROM v", "", "   1 | SELECT 1 / (id - 3) FROM v\n              ^^^^^^^^^^^^"},
	} {
		df, err := s.SQL(ctx, c.text)
		if err == nil {
			_, err = df.Collect(ctx)
		}
		var e *sparrow.Error
		require.ErrorAs(t, err, &e, c.text)
		require.Equal(t, c.within, e.Within(), c.text)
		require.Equal(t, c.snippet, e.Snippet(), c.text)
		require.Contains(t, err.Error(), c.within+"\n"+c.snippet)
	}
}
