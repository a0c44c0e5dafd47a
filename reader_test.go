package sparrow

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// collected runs a DataFrame and returns its rows as ask does.
func collected(t *testing.T, df *DataFrame, err error) []string {
	t.Helper()
	require.NoError(t, err)
	require.NoError(t, df.CreateOrReplaceTempView("collected"))
	got, err := ask(df.Session(), "select * from collected order by 1")
	require.NoError(t, err)
	return got
}

// A schema of the user is taken as it is in every format: columns by name (CSV: by position), those that files lack are NULL.
func TestReaderSchema(t *testing.T) {
	ctx := context.Background()
	for _, format := range []string{"parquet", "csv", "json", "arrow"} {
		t.Run(format, func(t *testing.T) {
			s, _ := testSession(t)
			dir := filepath.Join(t.TempDir(), "d")
			df, err := s.SQL(ctx, "select cast(id as int) a, concat('s', id) b, id % 2 k from range(3)")
			require.NoError(t, err)
			require.NoError(t, df.Write().Format(format).PartitionBy("k").Save(ctx, dir))
			read := s.Read().Format(format)

			df, err = read.Load(ctx, dir)
			require.Equal(t, []string{"0|s0|0", "1|s1|1", "2|s2|0"}, collected(t, df, err))
			df, err = read.Schema("a INT, b STRING, k STRING").Load(ctx, dir)
			require.Equal(t, []string{"0|s0|0", "1|s1|1", "2|s2|0"}, collected(t, df, err))
			schema, err := df.Schema(ctx)
			require.NoError(t, err)
			require.Equal(t, arrow.STRING_VIEW, schema.Field(2).Type.ID())
			df, err = read.Schema("a INT").Load(ctx, dir, dir)
			require.NoError(t, err)
			require.Contains(t, df.Columns(), "a")
			if format != "csv" {
				df, err = read.Schema("a INT, more DOUBLE").Load(ctx, dir)
				require.Equal(t, []string{"0|NULL|0", "1|NULL|1", "2|NULL|0"}, collected(t, df, err))
			}
			df, err = read.Load(ctx, filepath.Join(dir, "k=0"))
			require.Equal(t, []string{"0|s0", "2|s2"}, collected(t, df, err))

			_, err = read.Load(ctx, filepath.Join(dir, "nothing"))
			require.Equal(t, "PATH_NOT_FOUND", sqlerr.As(err).Condition)
			empty := t.TempDir()
			_, err = read.Load(ctx, empty)
			require.Equal(t, "UNABLE_TO_INFER_SCHEMA", sqlerr.As(err).Condition)
			df, err = read.Schema("a INT").Load(ctx, empty)
			require.Empty(t, collected(t, df, err))
		})
	}
}

// A file that goes away between listing and reading is an error that names it, not fewer rows.
func TestFileDeletedWhileReading(t *testing.T) {
	ctx := context.Background()
	for _, format := range []string{"parquet", "csv", "json", "arrow"} {
		t.Run(format, func(t *testing.T) {
			s, _ := testSession(t)
			dir := filepath.Join(t.TempDir(), "d")
			df, err := s.Range(0, 10, 1)
			require.NoError(t, err)
			require.NoError(t, df.Write().Format(format).Save(ctx, dir))
			df, err = s.Read().Format(format).Load(ctx, dir)
			require.NoError(t, err)
			files, err := filepath.Glob(filepath.Join(dir, "part-*"))
			require.NoError(t, err)
			for _, f := range files {
				require.NoError(t, os.Remove(f))
			}
			_, err = df.Collect(ctx)
			require.Error(t, err)
			require.NotNil(t, sqlerr.As(err), "%v", err)
			require.Contains(t, err.Error(), "part-")
			require.Contains(t, sqlerr.As(err).Condition, "FAILED_READ_FILE")
		})
	}
}
