package physical

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// BenchmarkKeyFilter tests rows against the keys of a build side, one in ten of which is in the set: what a scan pays for a row that a runtime
// filter rejects.
func BenchmarkKeyFilter(b *testing.B) {
	const probes = 1 << 20
	for _, c := range []struct {
		name    string
		n       int
		span    int64
		ordered bool
	}{
		{"small-range", 100_000, 1_500_000, false},
		{"large-range", 400_000, 60_000_000, false},
		{"large-range-ordered", 400_000, 60_000_000, true},
		{"huge-range", 4_000_000, 600_000_000, false},
		{"huge-range-ordered", 4_000_000, 600_000_000, true},
		{"sparse", 400_000, 1 << 50, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			keys := columnar.New(types.BigIntType, c.n)
			for i := range c.n {
				columnar.Values[int64](keys)[i] = r.Int64N(c.span)
			}
			f, err := newKeySet(keys.Type, int64(c.n), oneVector(keys), func(int64) bool { return true })
			if err != nil {
				b.Fatal(err)
			}
			probe := columnar.New(types.BigIntType, probes)
			vals := columnar.Values[int64](probe)
			for i := range vals {
				if vals[i] = r.Int64N(c.span); i%10 == 0 {
					vals[i] = columnar.Values[int64](keys)[r.IntN(c.n)]
				}
			}
			if c.ordered {
				slices.Sort(vals)
			}
			dst := make([]int32, columnar.BatchSize)
			kept := 0
			b.SetBytes(probes * 8)
			cpu := cpuTime()
			for b.Loop() {
				for off := 0; off < probes; off += columnar.BatchSize {
					v := probe.Slice(off, min(columnar.BatchSize, probes-off))
					kept += len(f.Select(v, columnar.AllRows(v.Len), dst[:0]))
				}
			}
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N)/probes, "cpu-ns/row")
			b.ReportMetric(float64(len(f.words))*64/float64(c.n), "bits/key")
			b.ReportMetric(float64(kept)/float64(b.N)/probes, "kept/row")
		})
	}
}
