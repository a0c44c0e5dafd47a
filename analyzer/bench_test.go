package analyzer

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkAnalyze binds the largest TPC-H queries, parsed beforehand.
func BenchmarkAnalyze(b *testing.B) {
	s := newTestSession(b)
	for _, ddl := range tpchTables {
		s.must(ddl)
	}
	for _, q := range []string{"q02", "q09", "q21"} {
		text, err := os.ReadFile("../benchmarks/tpch/queries/" + q + ".sql")
		require.NoError(b, err)
		p, err := s.parse(string(text), nil)
		require.NoError(b, err)
		if _, err := s.analyze(p); err != nil {
			continue // a function is missing; TestTPCH tells
		}
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.analyze(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
