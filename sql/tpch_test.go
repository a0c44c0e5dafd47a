package sql

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tpchQueries returns the texts of the 22 queries. The package is below benchmarks, so that it reads their files.
func tpchQueries(t testing.TB) []string {
	files, err := filepath.Glob("../benchmarks/tpch/queries/*.sql")
	require.NoError(t, err)
	require.Len(t, files, 22)
	out := make([]string, len(files))
	for i, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		out[i] = string(b)
	}
	return out
}

func TestTPCH(t *testing.T) {
	for i, q := range tpchQueries(t) {
		p, err := Parse(q, Options{})
		require.NoError(t, err, "query %d", i+1)
		require.NotNil(t, p)
	}
}

func BenchmarkTPCH(b *testing.B) {
	queries := tpchQueries(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, q := range queries {
			if _, err := Parse(q, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
