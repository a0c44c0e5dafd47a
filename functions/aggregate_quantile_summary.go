package functions

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar/kernel"
)

// quantileSummary answers approximate quantiles in bounded memory: the algorithm of Greenwald and Khanna ("Space-efficient online computation of
// quantile summaries", 2001) with buffered insertion, as Spark's percentile_approx uses it. Up to summaryHead values are kept as they are, and
// answers from them are Spark's, since they are then sampled with Spark's rounding.
//
// Larger summaries keep what they promise however they are merged. Samples are taken at half of the relative error, and a value's span of rank is
// what its neighbour leaves open rather than the greatest that the error allows. Merging takes the samples of the smaller summary as values that
// occur so many times each, in the middle of what their spans allow: a rank is then wrong by at most half of the error for the samples of the one,
// and half for those of the other. The usual rule for merging (Spark's as well) adds to all spans instead what the other side's samples leave open;
// spans that have grown to the threshold are never compressed, so that such a summary grows with every merge.
type quantileSummary struct {
	relativeError float64
	sampled       []quantileStat
	count         int64     // of sampled
	head          []float64 // not yet in sampled
}

// quantileStat is a kept value, the distance of its least rank from the one before, and the span of its rank.
type quantileStat struct {
	value    float64
	g, delta int64
}

const (
	summaryHead = 50000 // values that are kept before the first are sampled
	laterHead   = 25000 // values that are buffered when there are samples
)

func (q *quantileSummary) insert(x float64) {
	q.head = append(q.head, x)
	if n := len(q.head); n >= laterHead && (n >= summaryHead || q.count > 0) {
		q.sortIn()
	}
}

// sortIn moves the buffered values to the samples.
func (q *quantileSummary) sortIn() {
	sortFloats(q.head)
	q.add(len(q.head), func(i int) (float64, int64) { return q.head[i], 1 })
	q.head = nil
}

// add samples n values in ascending order with how often each occurs.
func (q *quantileSummary) add(n int, at func(i int) (value float64, times int64)) {
	count := q.count
	for i := range n {
		_, times := at(i)
		count += times
	}
	c := statCompressor{threshold: q.relativeError * float64(count)}
	open, old := int64(0), q.sampled // what the sample behind leaves open
	for i := n - 1; i >= 0; i-- {
		x, times := at(i)
		for len(old) > 0 && kernel.CompareFloat(old[len(old)-1].value, x) > 0 {
			last := old[len(old)-1]
			c.add(last)
			open, old = last.g+last.delta-1, old[:len(old)-1]
		}
		c.add(quantileStat{x, times, open})
	}
	for len(old) > 0 {
		c.add(old[len(old)-1])
		old = old[:len(old)-1]
	}
	q.sampled, q.count = c.finish(), count
}

// statCompressor joins samples, which come from last to first, with their neighbours as long as their joint span of ranks stays below the
// threshold. The first and the last sample stay.
type statCompressor struct {
	threshold  float64
	out        []quantileStat // from last to first
	head, next quantileStat   // what is being joined, and the sample after it
	samples    int
}

func (c *statCompressor) add(s quantileStat) {
	switch c.samples++; {
	case c.samples == 1:
		c.head = s
		return
	case c.samples > 2:
		c.join()
	}
	c.next = s
}

func (c *statCompressor) join() {
	if float64(c.next.g+c.head.g+c.head.delta) < c.threshold {
		c.head.g += c.next.g
		return
	}
	c.out = append(c.out, c.head)
	c.head = c.next
}

// finish returns the samples in ascending order.
func (c *statCompressor) finish() []quantileStat {
	if c.samples == 0 {
		return nil
	}
	c.out = append(c.out, c.head)
	if c.samples > 1 {
		c.out = append(c.out, c.next)
	}
	slices.Reverse(c.out)
	return append(make([]quantileStat, 0, len(c.out)), c.out...) // it is kept for long: no larger than needed
}

// merge adds o, which is not used any more, to q.
func (q *quantileSummary) merge(o *quantileSummary) {
	if q.count < o.count {
		q.sampled, q.count, o.sampled, o.count = o.sampled, o.count, q.sampled, q.count
	}
	if o.count > 0 {
		q.add(len(o.sampled), o.middles())
	}
	for _, x := range o.head {
		q.insert(x)
	}
}

// middles returns for ascending samples how many values are taken to be equal to each: so many that the values up to a sample are in the middle of
// how many there can be.
func (q *quantileSummary) middles() func(i int) (value float64, times int64) {
	times := make([]int64, len(q.sampled))
	least, before := int64(0), int64(0)
	for i, s := range q.sampled {
		least += s.g
		upTo := least
		if i+1 < len(q.sampled) {
			upTo += (q.sampled[i+1].g + q.sampled[i+1].delta - 1) / 2
		}
		times[i], before = upTo-before, upTo
	}
	return func(i int) (float64, int64) { return q.sampled[i].value, times[i] }
}

// sampleAsSpark samples values that are all in the buffer as Spark does, which takes the span of a value's rank to be the greatest that the error
// allows.
func (q *quantileSummary) sampleAsSpark() {
	sortFloats(q.head)
	n := len(q.head)
	c := statCompressor{threshold: 2 * q.relativeError * float64(n)}
	for i := n - 1; i >= 0; i-- {
		s := quantileStat{q.head[i], 1, 0}
		if i > 0 && i < n-1 {
			s.delta = int64(math.Floor(2 * q.relativeError * float64(i+1)))
		}
		c.add(s)
	}
	q.sampled, q.count, q.head = c.finish(), int64(n), nil
}

// finish makes the summary ready for query and reports whether it has values.
func (q *quantileSummary) finish() bool {
	switch {
	case q.count == 0:
		q.sampleAsSpark()
	case len(q.head) > 0:
		q.sortIn()
	}
	return q.count > 0
}

// query returns the values at percentages, which may come in any order. finish must have reported values.
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

// appendTo serializes a summary: the numbers of samples and of buffered values, and those.
func (q *quantileSummary) appendTo(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(len(q.sampled)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(q.head)))
	for _, s := range q.sampled {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.value))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.g))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.delta))
	}
	for _, x := range q.head {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
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
	q := &quantileSummary{sampled: make([]quantileStat, word()), head: make([]float64, word())}
	for i := range q.sampled {
		s := quantileStat{math.Float64frombits(word()), int64(word()), int64(word())}
		q.sampled[i] = s
		q.count += s.g
	}
	for i := range q.head {
		q.head[i] = math.Float64frombits(word())
	}
	return q
}

func (q *quantileSummary) bytes() int64 { return int64(80 + 24*cap(q.sampled) + 8*cap(q.head)) }
