// Package tpch runs the 22 TPC-H queries in every configuration: at scale 0.01 against the published answers, over tiny tables against the oracle.
package tpch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/internal/testkit/naive"
	"github.com/sparrow-engine/sparrow/optimizer"
)

const scale = 0.01

// productive are the configurations' names under which a query whose FROM lists tables multiplies them all; lean leaves the one rule that
// makes joins of such products.
const productive = "optimizer off"

func lean() testkit.Setup {
	var off []string
	for _, b := range optimizer.Batches {
		for _, r := range b.Rules {
			if r.Name != "push_filters" {
				off = append(off, r.Name)
			}
		}
	}
	return testkit.Setup{Name: "no rule but push_filters", Conf: map[string]string{"spark.sql.optimizer.excludedRules": strings.Join(off, ",")}}
}

// TestMatrix runs all queries at scale 0.01 against the published answers in every configuration, except that without the optimizer they would
// multiply tables: they keep one rule here, and none in TestTiny.
func TestMatrix(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	require.NoError(t, tpch.Generate(ctx, dir, scale, tpch.GenerateOptions{RowGroupRows: 10_000}))
	for _, setup := range append(slices.Clone(testkit.Matrix), lean()) {
		if setup.Name == productive {
			continue
		}
		t.Run(setup.Name, func(t *testing.T) {
			s, err := sparrow.NewSession()
			require.NoError(t, err)
			defer s.Close()
			require.NoError(t, setup.Apply(s))
			for _, name := range tpch.Tables {
				df, err := s.Read().Parquet(ctx, dir+"/"+name+".parquet")
				require.NoError(t, err)
				require.NoError(t, df.CreateOrReplaceTempView(name))
			}
			for n := 1; n <= tpch.Queries; n++ {
				answer, ok := tpch.AnswerOf(scale, n)
				require.True(t, ok)
				columns, rows, err := cells(ctx, s, tpch.Query(n))
				if err != nil {
					t.Errorf("Q%d: %v", n, err)
				} else if d := tpch.Check(answer, columns, rows); d != "" {
					t.Errorf("Q%d: %s", n, d)
				}
			}
		})
	}
}

func cells(ctx context.Context, s *sparrow.Session, text string) (columns []string, rows [][]string, err error) {
	df, err := s.SQL(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	for cells, err := range df.Cells(ctx) {
		if err != nil {
			return nil, nil, err
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
	return df.Columns(), rows, nil
}

// TestTiny runs all queries over tables of a few rows in every configuration, also without any rule, against the oracle where that gets done.
func TestTiny(t *testing.T) {
	ctx := context.Background()
	found, judged := map[int]bool{}, map[int]bool{}
	for _, seed := range []uint64{0, 43, 47, 48, 59} { // together every query finds something
		tables := tiny(seed)
		oracle, err := naive.New(tables)
		require.NoError(t, err)
		s, err := sparrow.NewSession(sparrow.WithTimeZone("UTC"))
		require.NoError(t, err)
		defer s.Close()
		for name, table := range tables {
			df, err := s.From(table, name)
			require.NoError(t, err)
			require.NoError(t, df.CreateOrReplaceTempView(name))
		}
		want := map[int][]string{}
		for n := 1; n <= tpch.Queries; n++ {
			if n == 8 || seed > 0 && (n == 5 || n == 7 || n == 9) {
				continue // products of six to eight tables take seconds
			}
			r, err := oracle.Query(ctx, tpch.Query(n))
			if errors.Is(err, naive.ErrTooLong) {
				continue
			}
			require.NoError(t, err, "Q%d", n)
			want[n], judged[n] = r.Texts(), true
		}
		for _, setup := range testkit.Matrix {
			require.NoError(t, setup.Apply(s))
			for n := 1; n <= tpch.Queries; n++ {
				_, rows, err := testkit.Run(ctx, s, tpch.Query(n))
				require.NoError(t, err, "Q%d, %s, seed %d", n, setup.Name, seed)
				got := lines(rows)
				if want[n] == nil {
					want[n] = got
				}
				slices.Sort(got)
				slices.Sort(want[n])
				require.Equal(t, want[n], got, "Q%d, %s, seed %d", n, setup.Name, seed)
				found[n] = found[n] || len(rows) > 0 && rows[0][len(rows[0])-1] != testkit.Null
			}
		}
	}
	for n := 1; n <= tpch.Queries; n++ {
		require.True(t, found[n], "Q%d has found nothing", n)
	}
	require.Greater(t, len(judged), 15, "queries that the oracle has answered")
}

func lines(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, "|")
	}
	return out
}
