package sketch

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hexOf is how Spark prints bytes.
func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// TestBytes compares with what Spark 4.3 writes.
func TestBytes(t *testing.T) {
	theta := NewTheta(12)
	require.Equal(t, "01030300001E0000", hexOf(theta.Bytes()))
	theta.Update(HashLong(1), 0, Sum)
	require.Equal(t, "01030300003ACC9315F97DCBBD86A105", hexOf(theta.Bytes()))
	theta.Update(HashLong(2), 0, Sum)
	require.Equal(t, "0104033D011ACC93022D0C35EE5BEFC8AE3EFA70D1DFA7AB80", hexOf(theta.Bytes()))

	tuple := NewTheta(12)
	tuple.Update(HashLong(1), 5, Sum)
	require.Equal(t, "01030901000ACC9315F97DCBBD86A105000000000000144000", hexOf(tuple.TupleBytes(false, Sum)))
	tuple.Update(HashLong(2), 6, Sum)
	require.Equal(t, "02030901000ACC93020000000000000015F97DCBBD86A1050500000000C397FC1281709D1E0600000000", hexOf(tuple.TupleBytes(true, Sum)))

	hll := NewHLL(12)
	hll.Update(HashLong(1))
	hll.Update(HashLong(2))
	require.Equal(t, "0201070C030002082BF2FB06862FF90D000000000000000000000000000000000000000000000000", hexOf(hll.Bytes()))

	kll := NewKLL[int64](200)
	for _, v := range []int64{1, 2, 1} {
		kll.Update(v)
	}
	require.Equal(t, "05010F00C80008000300000000000000C8000100C500000001000000000000000200000000000000010000000000000002000000000000000100000000000000", hexOf(kll.Bytes()))

	count := NewCountMin(0.5, 0.5, 1)
	for _, v := range []string{"a", "b", "a"} {
		count.AddBytes([]byte(v))
	}
	require.Equal(t, "0000000100000000000000030000000100000004000000005D8D6AB90000000000000000000000000000000200000000000000000000000000000001", hexOf(count.Bytes()))
}

// TestDistinct checks estimates, also of sketches that were written, read and merged.
func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 300, 20000, 200000} {
		theta, hll := NewTheta(12), NewHLL(12)
		otherTheta, otherHLL := NewTheta(12), NewHLL(12)
		for i := range n {
			theta.Update(HashLong(int64(i)), 0, Sum)
			hll.Update(HashLong(int64(i)))
			otherTheta.Update(HashLong(int64(i+n/2)), 0, Sum)
			otherHLL.Update(HashLong(int64(i + n/2)))
		}
		near := func(want float64, got float64) { require.InDelta(t, want, got, 0.06*want+1e-3, "%d", n) }
		near(float64(n), theta.Estimate())
		near(float64(n), hll.Estimate())
		readTheta, err := ReadTheta(otherTheta.Bytes(), 12)
		require.NoError(t, err)
		require.Equal(t, otherTheta.Estimate(), readTheta.Estimate())
		both := NewTheta(12)
		both.Union(theta, Sum)
		both.Union(readTheta, Sum)
		near(float64(n+n/2), both.Estimate())
		readHLL, err := ReadHLL(otherHLL.Bytes())
		require.NoError(t, err)
		readHLL.Union(hll)
		near(float64(n+n/2), readHLL.Estimate())
		theta.Intersect(readTheta, Sum)
		near(float64(n-n/2), theta.Estimate())
	}
}

func TestQuantiles(t *testing.T) {
	kll, other := NewKLL[float64](200), NewKLL[float64](200)
	for i := range 50000 {
		kll.Update(float64(i))
		other.Update(float64(50000 + i))
	}
	kll.Update(math.NaN())
	read, err := ReadKLL[float64](other.Bytes())
	require.NoError(t, err)
	kll.Merge(read)
	require.EqualValues(t, 100000, kll.N())
	for _, q := range []float64{0, 0.1, 0.5, 0.9, 1} {
		require.InDelta(t, q*100000, kll.Quantile(q), 2000)
		require.InDelta(t, q, kll.Rank(q*100000), 0.02)
	}
}

func TestFrequent(t *testing.T) {
	f := NewFrequent(64)
	for i := range 10000 {
		f.Add(Item{string(rune('a' + i%1000)), int32(i % 1000)}, 1)
		f.Add(Item{"often", 1}, 1)
	}
	read, err := ReadFrequent(f.Bytes())
	require.NoError(t, err)
	require.Equal(t, "often", read.Top()[0].Bytes)
	require.Equal(t, f.Top(), read.Top())
}

// TestInvalid cuts sketches: what can still be read must not go astray.
func TestInvalid(t *testing.T) {
	hll, kll, theta, freq := NewHLL(8), NewKLL[int64](8), NewTheta(4), NewFrequent(8)
	for i := range 1000 {
		hll.Update(HashLong(int64(i)))
		kll.Update(int64(i))
		theta.Update(HashLong(int64(i)), 1, Sum)
		freq.Add(Item{string(rune(i)), int32(i)}, int64(i))
	}
	for _, b := range [][]byte{hll.Bytes(), kll.Bytes(), theta.Bytes(), theta.TupleBytes(true, Sum), freq.Bytes(), NewCountMin(0.5, 0.5, 1).Bytes()} {
		for n := range len(b) {
			cut := b[:n]
			require.NotPanics(t, func() {
				_, _ = ReadHLL(cut)
				_, _ = ReadKLL[int64](cut)
				_, _ = ReadTheta(cut, 12)
				_, _ = ReadTuple(cut, 12, true)
				_, _ = ReadFrequent(cut)
				_, _ = ReadCountMin(cut)
			})
		}
	}
}
