package sparrow

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCellsAfterALongText: memory for texts is not reserved for ever because one of them was long.
func TestCellsAfterALongText(t *testing.T) {
	ctx := context.Background()
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	df, err := s.SQL(ctx, "SELECT if(id = 0, repeat('x', 8000000), 'short') FROM range(40000)")
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	length := 0
	for row, err := range df.Cells(ctx) {
		require.NoError(t, err)
		length += len(*row[0])
	}
	runtime.ReadMemStats(&after)
	require.Equal(t, 8000000+39999*len("short"), length)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
}
