package exec

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

func TestExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 63, 64, 65, 128, 1000} {
		for _, nulls := range []float64{0, 0.02, 0.5, 0.98, 1} {
			v := columnar.New(types.BigIntType, n)
			codes := make([]int32, n)
			for i := range n {
				columnar.Values[int64](v)[i] = r.Int64() - math.MaxInt64/2
				if r.Float64() < nulls {
					v.SetNull(i)
				}
				codes[i] = int32(r.IntN(n))
			}
			for _, v := range []*columnar.Vector{v, columnar.NewDictionary(v, codes), columnar.NewDictionary(v, codes[:n/3])} {
				lo, hi, some := int64(math.MaxInt64), int64(math.MinInt64), false
				for i := range v.Len {
					if x, ok := v.Value(i).(int64); ok {
						lo, hi, some = min(lo, x), max(hi, x), true
					}
				}
				if !some {
					lo, hi = 0, 0
				}
				gotLo, gotHi, gotSome, ok := Extremes(v)
				require.True(t, ok)
				require.Equal(t, []any{lo, hi, some}, []any{gotLo, gotHi, gotSome}, "%d rows, %v of them null", n, nulls)
			}
		}
	}
}
