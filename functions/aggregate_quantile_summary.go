package functions

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar/kernel"
)

// quantileSummary answers approximate quantiles in bounded memory: the algorithm of Greenwald and Khanna with buffered insertion, as
// Spark's percentile_approx uses it. Buffer size and rounding are Spark's too, so that equal input gives equal answers.
type quantileSummary struct {
	relativeError float64
	sampled       []quantileStat
	count         int64
	head          []float64 // not yet in sampled
	compressed    bool
}

// quantileStat is a kept value, the distance of its least rank from the one before, and the span of its rank.
type quantileStat struct {
	value    float64
	g, delta int64
}

const (
	summaryHead      = 50000 // buffered values before they are sorted in
	summaryThreshold = 10000 // samples before they are compressed
)

func (q *quantileSummary) insert(x float64) {
	q.head = append(q.head, x)
	q.compressed = false
	if len(q.head) >= summaryHead {
		q.sortIn()
		if len(q.sampled) >= summaryThreshold {
			q.compress()
		}
	}
}

// sortIn merges the buffered values into the samples.
func (q *quantileSummary) sortIn() {
	if len(q.head) == 0 {
		return
	}
	sortFloats(q.head)
	merged := make([]quantileStat, 0, len(q.sampled)+len(q.head))
	old, count := q.sampled, q.count
	for i, x := range q.head {
		for len(old) > 0 && kernel.CompareFloat(old[0].value, x) <= 0 {
			merged = append(merged, old[0])
			old = old[1:]
		}
		count++
		delta := int64(0)
		if len(merged) > 0 && !(len(old) == 0 && i == len(q.head)-1) {
			delta = int64(math.Floor(2 * q.relativeError * float64(count)))
		}
		merged = append(merged, quantileStat{x, 1, delta})
	}
	q.sampled = append(merged, old...)
	q.count = count
	q.head = q.head[:0]
	q.compressed = false
}

func (q *quantileSummary) compress() {
	if q.compressed {
		return
	}
	q.sortIn()
	q.sampled = compressStats(q.sampled, 2*q.relativeError*float64(q.count))
	q.compressed = true
}

// compressStats joins neighbours whose joint span of ranks stays below the threshold; the first and last sample stay.
func compressStats(s []quantileStat, threshold float64) []quantileStat {
	if len(s) == 0 {
		return nil
	}
	var out []quantileStat // from last to first
	head := s[len(s)-1]
	for i := len(s) - 2; i >= 1; i-- {
		if float64(s[i].g+head.g+head.delta) < threshold {
			head.g += s[i].g
			continue
		}
		out = append(out, head)
		head = s[i]
	}
	out = append(out, head)
	if len(s) > 1 && kernel.CompareFloat(s[0].value, head.value) <= 0 {
		out = append(out, s[0])
	}
	slices.Reverse(out)
	return append(make([]quantileStat, 0, len(out)), out...) // it is kept for long: no larger than needed
}

// merge adds a compressed summary to q.
func (q *quantileSummary) merge(o *quantileSummary) {
	q.compress()
	switch {
	case o.count == 0:
		return
	case q.count == 0:
		q.sampled, q.count = slices.Clone(o.sampled), o.count
		q.compressed = true
		return
	}
	a, b := q.sampled, o.sampled
	addA := int64(math.Floor(2 * o.relativeError * float64(o.count)))
	addB := int64(math.Floor(2 * q.relativeError * float64(q.count)))
	merged := make([]quantileStat, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		var s quantileStat
		if kernel.CompareFloat(a[i].value, b[j].value) < 0 {
			s = a[i]
			if j > 0 {
				s.delta += addA
			}
			i++
		} else {
			s = b[j]
			if i > 0 {
				s.delta += addB
			}
			j++
		}
		merged = append(merged, s)
	}
	merged = append(append(merged, a[i:]...), b[j:]...)
	q.count += o.count
	q.sampled = compressStats(merged, 2*q.relativeError*float64(q.count))
}

// query returns the values at percentages, which may come in any order. The summary must be compressed and not empty.
func (q *quantileSummary) query(percentages []float64) []float64 {
	order := make([]int, len(percentages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return kernel.CompareFloat(percentages[i], percentages[j]) })
	target := int64(math.MinInt64)
	for _, s := range q.sampled {
		target = max(target, s.delta+s.g)
	}
	targetError := float64(target) / 2
	out := make([]float64, len(percentages))
	at, minRank := 0, q.sampled[0].g
	for _, i := range order {
		p := percentages[i]
		switch {
		case p <= q.relativeError:
			out[i] = q.sampled[0].value
		case p >= 1-q.relativeError:
			out[i] = q.sampled[len(q.sampled)-1].value
		default:
			at, minRank, out[i] = q.find(at, minRank, targetError, p)
		}
	}
	return out
}

func (q *quantileSummary) find(at int, minRank int64, targetError, p float64) (int, int64, float64) {
	rank := math.Ceil(p * float64(q.count))
	for ; at < len(q.sampled)-1; minRank += q.sampled[at].g {
		s := q.sampled[at]
		maxRank := minRank + s.delta
		if float64(maxRank)-targetError <= rank && rank <= float64(minRank)+targetError {
			return at, minRank, s.value
		}
		at++
	}
	last := len(q.sampled) - 1
	return last, 0, q.sampled[last].value
}

// appendTo serializes a compressed summary.
func (q *quantileSummary) appendTo(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(q.relativeError))
	b = binary.LittleEndian.AppendUint64(b, uint64(q.count))
	for _, s := range q.sampled {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.value))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.g))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.delta))
	}
	return b
}

// readSummary is the inverse of appendTo.
func readSummary(b []byte) *quantileSummary {
	word := func() uint64 {
		x := binary.LittleEndian.Uint64(b)
		b = b[8:]
		return x
	}
	q := &quantileSummary{relativeError: math.Float64frombits(word()), compressed: true}
	q.count = int64(word())
	for len(b) >= 24 {
		q.sampled = append(q.sampled, quantileStat{math.Float64frombits(word()), int64(word()), int64(word())})
	}
	return q
}

func (q *quantileSummary) bytes() int64 { return int64(80 + 24*cap(q.sampled) + 8*cap(q.head)) }
