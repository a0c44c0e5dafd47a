package physical

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/types"
)

// rangeMorsel is the rows of a morsel of a range.
const rangeMorsel = 1 << 18

// NewRange returns the source of the numbers from start to end, exclusive, by step, as bigint. step is not 0.
func NewRange(start, end, step int64) exec.Source {
	return &numberRange{start: start, step: step, n: rangeRows(start, end, step)}
}

// rangeRows counts the numbers; differences of 64-bit numbers need not fit in 63 bits.
func rangeRows(start, end, step int64) uint64 {
	var span, by uint64
	switch {
	case step > 0 && start < end:
		span, by = uint64(end)-uint64(start), uint64(step)
	case step < 0 && start > end:
		span, by = uint64(start)-uint64(end), -uint64(step)
	default:
		return 0
	}
	n := span / by
	if span%by != 0 {
		n++
	}
	return n
}

type numberRange struct {
	start, step int64
	n           uint64
}

func (s *numberRange) Morsels() int {
	m, carry := bits.Add64(s.n, rangeMorsel-1, 0)
	if carry != 0 {
		return 1 << (64 - 18)
	}
	return int(m / rangeMorsel)
}

func (s *numberRange) NewReader(w *exec.Worker) (exec.Reader, error) {
	return &rangeReader{numberRange: s, size: uint64(w.Query.BatchSize())}, nil
}

type rangeReader struct {
	*numberRange
	size        uint64
	at, end     uint64
	morsel, seq int
	v           columnar.Vector
}

func (r *rangeReader) Open(m int) error {
	r.morsel, r.seq, r.at = m, 0, uint64(m)*rangeMorsel
	r.end = r.at + min(rangeMorsel, r.n-r.at)
	return nil
}

func (r *rangeReader) Close() error { return nil }

func (r *rangeReader) Next(b *columnar.Batch) (bool, error) {
	if r.at >= r.end {
		return false, nil
	}
	n := int(min(r.size, r.end-r.at))
	r.v.Reset(types.BigIntType, columnar.W64, n)
	x := r.start + int64(r.at)*r.step
	for i := range columnar.Values[int64](&r.v) {
		columnar.Values[int64](&r.v)[i] = x
		x += r.step
	}
	first, last := columnar.Values[int64](&r.v)[0], columnar.Values[int64](&r.v)[n-1]
	r.v.HasBounds, r.v.Lo, r.v.Hi = true, min(first, last), max(first, last)
	*b = columnar.Batch{Cols: append(b.Cols[:0], &r.v), N: n, Morsel: r.morsel, Seq: r.seq}
	r.at += uint64(n)
	r.seq++
	return true, nil
}
