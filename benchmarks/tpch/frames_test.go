package tpch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
)

// sessionWithTables is a session with views of the tables at scale 0.01.
func sessionWithTables(t *testing.T) *sparrow.Session {
	ctx := context.Background()
	dir := t.TempDir()
	require.NoError(t, Generate(ctx, dir, 0.01, GenerateOptions{}))
	s, err := sparrow.NewSession(sparrow.WithThreads(2), sparrow.WithTimeZone("UTC"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	for _, name := range Tables {
		df, err := s.Read().Parquet(ctx, filepath.Join(dir, name+".parquet"))
		require.NoError(t, err)
		require.NoError(t, df.CreateOrReplaceTempView(name))
	}
	return s
}

// otherPlans are queries whose DataFrame form has another shape than their SQL: HAVING is a filter above the named total (11), and what WITH defines is shared
// because it occurs twice (15).
var otherPlans = []int{11, 15}

// TestFrames runs the queries written with DataFrame calls. They give the published answers, and the plans of the SQL texts.
func TestFrames(t *testing.T) {
	ctx := context.Background()
	s := sessionWithTables(t)
	table := func(name string) *sparrow.DataFrame {
		df, err := s.Table(ctx, name)
		require.NoError(t, err)
		return df
	}
	require.Nil(t, Frame(table, 0))
	require.Nil(t, Frame(table, 23))
	for n := 1; n <= Queries; n++ {
		t.Run(fmt.Sprintf("q%02d", n), func(t *testing.T) {
			df := Frame(table, n)
			require.NoError(t, df.Err())
			var rows [][]string
			for cells, err := range df.Cells(ctx) {
				require.NoError(t, err)
				row := make([]string, len(cells))
				for i, c := range cells {
					if row[i] = "NULL"; c != nil {
						row[i] = *c
					}
				}
				rows = append(rows, row)
			}
			answer, ok := AnswerOf(0.01, n)
			require.True(t, ok)
			require.Empty(t, Check(answer, answer.Columns, rows))

			query, err := s.SQL(ctx, strings.TrimSuffix(strings.TrimSpace(Query(n)), ";"))
			require.NoError(t, err)
			same := planShape(t, query) == planShape(t, df)
			if os.Getenv("SPARROW_SHOW_PLANS") != "" && !same {
				t.Logf("SQL:\n%s\nDataFrame:\n%s", planShape(t, query), planShape(t, df))
			}
			require.Equal(t, !slices.Contains(otherPlans, n), same, "the plan of the DataFrame calls is that of the SQL text")
		})
	}
}

// columnNumber finds numbers of columns, and text in quotes, which may look like one.
var columnNumber = regexp.MustCompile(`'[^']*'|#\d+`)

// planShape is the optimized plan with columns numbered in the order in which they come.
func planShape(t *testing.T, df *sparrow.DataFrame) string {
	text, err := df.Explain(context.Background(), "")
	require.NoError(t, err)
	numbers := map[string]string{}
	return columnNumber.ReplaceAllStringFunc(text, func(id string) string {
		if id[0] == '\'' {
			return id
		}
		if numbers[id] == "" {
			numbers[id] = fmt.Sprintf("#%d", len(numbers)+1)
		}
		return numbers[id]
	})
}
