package parquet

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

func TestStatistics(t *testing.T) {
	batch := mixedBatch(20_000, rand.New(rand.NewPCG(1, 9)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 2000}, mixedSchema, batch))
	s, err := tab.Statistics(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 20_000, s.Rows)
	require.Positive(t, s.Bytes)
	id := s.Columns[0]
	require.Equal(t, int64(0), id.Min)
	require.Equal(t, int64(59_997), id.Max)
	require.True(t, id.Exact)
	require.InDelta(t, 20_000, id.Distinct, 1)
	few := s.Columns[1]
	require.Equal(t, []any{int32(0), int32(11), 12.0}, []any{few.Min, few.Max, few.Distinct})
	require.True(t, few.HasNulls)
	require.EqualValues(t, batch.Column(1).NullN(), few.Nulls)
	require.Equal(t, 6.0, s.Columns[3].Distinct)
	require.Greater(t, s.Columns[4].Width, 20.0)
	price := s.Columns[5]
	require.Equal(t, tab.schema[5].Type, types.DecimalOf(12, 2))
	require.IsType(t, types.Int128{}, price.Min)
	require.Nil(t, s.Columns[6].Max, "NaN may be above")
	require.False(t, s.Columns[7].HasNulls)
	require.Zero(t, s.Columns[7].Distinct)
}

func TestDomainOf(t *testing.T) {
	// 113,000 rows of l_partkey show 86,000 of 200,000 values.
	require.InEpsilon(t, 200_000, domainOf(86_400, 113_000), 0.05)
	require.InEpsilon(t, 10, domainOf(10, 100_000), 0.01)
	require.Greater(t, domainOf(1000, 1000), 100_000.0)
}
