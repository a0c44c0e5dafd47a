package parquet

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAllBelow finds a code that is too large wherever it is, and however much.
func TestAllBelow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, limit := range []uint32{1, 2, 7, 1 << 16, 1<<31 - 1} {
		for n := range 40 {
			codes := make([]int32, n)
			for i := range codes {
				codes[i] = int32(r.Uint32N(limit))
			}
			if n > 0 {
				codes[r.IntN(n)] = int32(limit - 1)
			}
			require.True(t, allBelow(codes, limit))
			for i := range codes {
				old := codes[i]
				for _, wrong := range []uint32{limit, limit + 1, 1<<31 - 1, 1 << 31, math.MaxUint32} {
					codes[i] = int32(wrong)
					require.Equal(t, wrong < limit, allBelow(codes, limit), "%d of %d is %d, limit %d", i, n, wrong, limit)
				}
				codes[i] = old
			}
		}
	}
	require.True(t, allBelow(nil, 0))
	require.False(t, allBelow([]int32{0}, 0))
}
