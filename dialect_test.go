package sparrow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that does not import a dialect learns what to import, and its session goes on in Spark's.
func TestDialectNotImported(t *testing.T) {
	_, err := NewSession(WithDialect("mysql"))
	require.ErrorContains(t, err, "github.com/sparrow-engine/sparrow/sql/mysql")
	s, err := NewSession(WithDialect("spark"))
	require.NoError(t, err)
	defer s.Close()
	_, err = s.SQL(context.Background(), "SET sparrow.sql.dialect = mysql")
	require.ErrorContains(t, err, "github.com/sparrow-engine/sparrow/sql/mysql")
	_, err = s.SQL(context.Background(), "SELECT CAST(1 AS STRING)")
	require.NoError(t, err)
}
