package physical

import "github.com/sparrow-engine/sparrow/columnar"

// windowMerge takes sorted rows and computes the functions over whole partitions: several small ones at a time, or one for which memory has no
// room by itself.
type windowMerge struct {
	plan    *windowPlan
	out     *stageWriter
	pending *columnar.Batch // rows of partitions that are not computed yet
	long    *longPartition  // instead, when the partition is too large
	memory  allowance       // of pending
	pieces  int             // computed
}

// add takes the next rows.
func (m *windowMerge) add(b *columnar.Batch) error {
	if m.long != nil {
		n := m.long.sameUntil(b)
		if err := m.long.add(slicedBatch(b, 0, n)); err != nil || n == b.N {
			return err
		}
		if err := m.endLong(); err != nil {
			return err
		}
		b = slicedBatch(b, n, b.N)
	}
	before := m.pending.N
	columnar.AppendBatch(m.pending, b)
	if n := m.plan.lastCut(m.pending, before); n > 0 {
		piece := slicedBatch(m.pending, 0, n)
		m.pending = slicedBatch(m.pending, n, m.pending.N)
		if err := m.compute(piece); err != nil {
			return err
		}
		m.memory.release()
	}
	if m.memory.cover(2 * batchSize(m.pending)) { // the rows and what is computed of them
		return nil
	}
	return m.beginLong()
}

// beginLong makes the pending rows, which are of one partition, the first of a long one.
func (m *windowMerge) beginLong() (err error) {
	if m.long, err = newLongPartition(m.plan); err != nil {
		return err
	}
	rows := m.pending
	m.pending = &columnar.Batch{}
	m.memory.release()
	return m.long.add(rows)
}

func (m *windowMerge) endLong() error {
	l := m.long
	m.long = nil
	m.pieces++
	return l.finish(m.out)
}

// finish computes what is left.
func (m *windowMerge) finish() error {
	if m.long != nil {
		if err := m.endLong(); err != nil {
			return err
		}
	}
	if m.pending.N == 0 {
		return nil
	}
	return m.compute(m.pending)
}

func (m *windowMerge) compute(piece *columnar.Batch) error {
	m.pieces++
	b, err := m.plan.compute(piece)
	if err != nil {
		return err
	}
	for _, v := range b.Cols {
		v.Finish()
	}
	return m.out.add(b)
}
