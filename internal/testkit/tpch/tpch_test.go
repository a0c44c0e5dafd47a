// Package tpch holds the 22 TPC-H queries at scale 0.01 against the published answers in every configuration.
package tpch

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
	"github.com/sparrow-engine/sparrow/internal/testkit"
)

const scale = 0.01

// light are queries without products of tables, which without the optimizer, or a row at a time, do not take too long.
var light = []int{1, 4, 6, 13, 22}

func TestMatrix(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	require.NoError(t, tpch.Generate(ctx, dir, scale, tpch.GenerateOptions{RowGroupRows: 10_000}))
	s, err := sparrow.NewSession()
	require.NoError(t, err)
	defer s.Close()
	for _, name := range tpch.Tables {
		df, err := s.Read().Parquet(ctx, dir+"/"+name+".parquet")
		require.NoError(t, err)
		require.NoError(t, df.CreateOrReplaceTempView(name))
	}
	for _, setup := range testkit.Matrix {
		t.Run(setup.Name, func(t *testing.T) {
			require.NoError(t, setup.Apply(s))
			for n := 1; n <= tpch.Queries; n++ {
				if (setup.Name == "optimizer off" || setup.Conf["sparrow.batchSize"] == "1") && !slices.Contains(light, n) {
					continue
				}
				answer, ok := tpch.AnswerOf(scale, n)
				require.True(t, ok)
				df, err := s.SQL(ctx, tpch.Query(n))
				require.NoError(t, err, "Q%d", n)
				var rows [][]string
				for cells, err := range df.Cells(ctx) {
					if err != nil {
						t.Errorf("Q%d: %v", n, err)
						break
					}
					row := make([]string, len(cells))
					for i, c := range cells {
						row[i] = testkit.Null
						if c != nil {
							row[i] = *c
						}
					}
					rows = append(rows, row)
				}
				if d := tpch.Check(answer, df.Columns(), rows); d != "" {
					t.Errorf("Q%d: %s", n, d)
				}
			}
		})
	}
}
