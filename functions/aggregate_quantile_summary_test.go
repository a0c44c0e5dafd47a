package functions

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// summaryOf is a summary of some values at the default accuracy.
func summaryOf(values []float64) *quantileSummary {
	q := &quantileSummary{relativeError: 1.0 / defaultAccuracy}
	for _, x := range values {
		q.insert(x)
	}
	return q
}

// travelled is a summary as it arrives elsewhere.
func travelled(q *quantileSummary) *quantileSummary { return readSummary(q.appendTo(nil)) }

// rankError is the greatest difference of a percentile's rank from what was asked for, as a share of the values, which are sorted.
func rankError(q *quantileSummary, sorted []float64) float64 {
	var at []float64
	for p := 0.001; p < 1; p += 0.001 {
		at = append(at, p)
	}
	worst, n := 0.0, float64(len(sorted))
	for i, x := range q.query(at) {
		lo, _ := slices.BinarySearch(sorted, x)
		hi, _ := slices.BinarySearch(sorted, math.Nextafter(x, math.Inf(1)))
		rank := math.Ceil(at[i] * n)
		worst = max(worst, float64(lo+1)-rank, rank-float64(hi))
	}
	return worst / n
}

// However values arrive in a summary, it stays small and answers within the relative error.
func TestQuantileSummaryKeepsItsPromise(t *testing.T) {
	orders := map[string]func(values []float64){
		"random":    func([]float64) {},
		"ascending": func(v []float64) { slices.Sort(v) },
		"descending": func(v []float64) {
			slices.Sort(v)
			slices.Reverse(v)
		},
	}
	for name, order := range orders {
		for _, c := range []struct{ total, part int }{{500_000, 500_000}, {100_000, 100}, {300_000, 5000}, {600_000, 30_000}, {600_000, 60_000}, {800_000, 200_000}} {
			t.Run(fmt.Sprint(name, c.total, " by ", c.part), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(c.part)))
				values := make([]float64, c.total)
				for i := range values {
					values[i] = math.Floor(r.NormFloat64() * 1e6)
				}
				order(values)
				q, most := summaryOf(nil), int64(0)
				for part := range slices.Chunk(values, c.part) {
					q.merge(travelled(summaryOf(part)))
					most = max(most, q.bytes())
				}
				require.True(t, q.finish())
				require.EqualValues(t, c.total, q.count)
				slices.Sort(values)
				require.LessOrEqual(t, rankError(q, values), q.relativeError)
				require.LessOrEqual(t, most, int64(600<<10))
			})
		}
	}
}

// Values that are too few to be sampled before the end give the answers of one summary, in whatever parts they come.
func TestQuantileSummaryOfFewIsExact(t *testing.T) {
	values := make([]float64, summaryHead-1)
	for i := range values {
		values[i] = float64(i * 7919 % 104729)
	}
	one, merged := summaryOf(values), summaryOf(nil)
	for part := range slices.Chunk(values, 333) {
		merged.merge(travelled(summaryOf(part)))
	}
	require.True(t, one.finish())
	require.True(t, merged.finish())
	require.Equal(t, one.sampled, merged.sampled)
}
