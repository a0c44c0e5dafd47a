package sparrow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkSmallQuery runs queries of which the engine around the rows is all of the time.
func BenchmarkSmallQuery(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"literal", "SELECT 1"},
		{"point", "SELECT v FROM t WHERE k = 77"},
		{"group", "SELECT k % 3, count(*) FROM t GROUP BY 1 ORDER BY 1"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			ctx := context.Background()
			s, err := NewSession()
			require.NoError(b, err)
			defer s.Close()
			_, err = s.SQL(ctx, "CACHE TABLE t AS SELECT id AS k, 'v' || id AS v FROM range(1000)")
			require.NoError(b, err)
			df, err := s.SQL(ctx, bench.text)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				rows, err := df.Collect(ctx)
				require.NoError(b, err)
				require.NotEmpty(b, rows)
			}
		})
	}
}

// BenchmarkLargeResult gives all rows of a query of many morsels to a consumer that does little.
func BenchmarkLargeResult(b *testing.B) {
	ctx := context.Background()
	s, err := NewSession()
	require.NoError(b, err)
	defer s.Close()
	df, err := s.SQL(ctx, "SELECT id, id * 2 AS twice, 'row number ' || id AS name FROM range(2000000)")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		n := int64(0)
		for rec, err := range df.Records(ctx) {
			require.NoError(b, err)
			n += rec.NumRows()
		}
		require.EqualValues(b, 2000000, n)
	}
}
