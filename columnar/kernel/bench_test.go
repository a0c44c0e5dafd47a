package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

func benchInts(t types.Type, n int) *columnar.Vector {
	v := columnar.New(t, n)
	r := rand.New(rand.NewPCG(1, 1))
	switch v.Width {
	case columnar.W64:
		for i := range n {
			columnar.Values[int64](v)[i] = int64(r.IntN(1000))
		}
	case columnar.W32:
		for i := range n {
			columnar.Values[int32](v)[i] = int32(r.IntN(1000))
		}
	case columnar.WF64:
		for i := range n {
			columnar.Values[float64](v)[i] = float64(r.IntN(1000))
		}
	}
	return v
}

func BenchmarkSelectCompare(b *testing.B) {
	for _, c := range []struct {
		t types.Type
		k any
	}{{types.IntType, int32(500)}, {types.BigIntType, int64(500)}, {types.DoubleType, 500.0}} {
		v := benchInts(c.t, 4096)
		k := columnar.NewConstant(c.t, c.k, 4096)
		dst := make([]int32, 4096)
		b.Run(c.t.String(), func(b *testing.B) {
			for b.Loop() {
				dst = SelectCompare(LT, v, k, columnar.AllRows(4096), dst)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
		})
	}
}

func BenchmarkHash(b *testing.B) {
	v := benchInts(types.BigIntType, 4096)
	out := make([]uint64, 4096)
	for b.Loop() {
		Hash(v, columnar.AllRows(4096), out, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
