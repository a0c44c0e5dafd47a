package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
)

// mergeTogether is how many groups of all workers are merged in one table rather than by partitions.
const mergeTogether = 1 << 13

// merge64 merges the workers' parts of a grouping.
type merge64 struct {
	grouping *grouping
	query    *exec.Query
	out      []*columnar.Batch
}

// run calls f with tables that together hold each group of the grouping once, on worker w, and collects the batches it returns in an
// order that does not depend on workers.
func (m *merge64) run(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	g := m.grouping
	defer func() {
		for _, l := range g.locals {
			l.memory.release()
		}
	}()
	switch {
	case len(g.locals) == 0:
		return m.empty(f)
	case len(g.locals) == 1 && g.locals[0].whole == nil && g.locals[0].parts == nil:
		return m.collect(0, g.locals[0].table, f)
	}
	groups, divided := 0, false
	for _, l := range g.locals {
		divided = divided || l.parts != nil
		groups += l.table.len()
		for _, c := range l.whole {
			groups += c.n
		}
	}
	if !divided && (groups <= mergeTogether || len(g.keys) == 0) {
		return m.together(f)
	}
	return m.divided(f)
}

// empty gives the one row of a grouping without keys.
func (m *merge64) empty(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	if len(m.grouping.keys) > 0 || m.grouping.plan.spec.Sets != nil {
		return nil
	}
	t, err := newAggregateTable(m.grouping.plan, nil)
	if err != nil {
		return err
	}
	return m.collect(0, t, f)
}

func (m *merge64) collect(w int, t *aggregateTable, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	b, err := f(w, t)
	if b != nil {
		m.out = append(m.out, b)
	}
	return err
}

// together merges small tables into one.
func (m *merge64) together(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	var chunks []aggregateChunk
	for _, l := range m.grouping.locals {
		if l.table.rows > 0 {
			if err := l.keep(); err != nil {
				return err
			}
		}
		chunks = append(chunks, l.whole...)
	}
	b, err := m.chunks(0, chunks, f)
	if b != nil {
		m.out = append(m.out, b)
	}
	return err
}

// divided merges partition by partition, in parallel.
func (m *merge64) divided(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	locals := m.grouping.locals
	if err := m.query.Parallel(len(locals), func(w *exec.Worker, i int) error { return locals[i].divide() }); err != nil {
		return err
	}
	out := make([]*columnar.Batch, partitions)
	err := m.query.Parallel(partitions, func(w *exec.Worker, p int) error {
		var chunks []aggregateChunk
		for _, l := range locals {
			chunks = append(chunks, l.parts.take(p)...)
		}
		if len(chunks) == 0 {
			return nil
		}
		var err error
		out[p], err = m.chunks(w.ID, chunks, f)
		return err
	})
	for _, b := range out {
		if b != nil {
			m.out = append(m.out, b)
		}
	}
	return err
}

// chunks merges chunks into a new table in the order of their morsels.
func (m *merge64) chunks(w int, chunks []aggregateChunk, f func(w int, t *aggregateTable) (*columnar.Batch, error)) (*columnar.Batch, error) {
	if m.grouping.ordered {
		slices.SortStableFunc(chunks, func(a, b aggregateChunk) int { return a.order - b.order })
	}
	t, err := newAggregateTable(m.grouping.plan, m.grouping.keys)
	if err != nil {
		return nil, err
	}
	for i := range chunks {
		c := &chunks[i]
		if err := t.absorb(c.kind, c.cols, columnar.AllRows(c.n)); err != nil {
			return nil, err
		}
		c.cols = nil
	}
	return f(w, t)
}
