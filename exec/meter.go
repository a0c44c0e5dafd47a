package exec

import (
	"reflect"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// Metrics returns what an operator (a Source, Step or Sink of a pipeline that ran) gave and how long it took, nil if it has not run.
func (q *Query) Metrics(operator any) *metrics.Operator {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !reflect.TypeOf(operator).Comparable() {
		return nil
	}
	return q.metrics[operator]
}

func (q *Query) operator(op any) *metrics.Operator {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !reflect.TypeOf(op).Comparable() { // a function: only tests have such steps
		return &metrics.Operator{}
	}
	m := q.metrics[op]
	if m == nil {
		m = &metrics.Operator{}
		q.metrics[op] = m
	}
	return m
}

// measure starts to measure what the operators of a pipeline hold and write to files; the function that it returns ends that and credits it to
// the sink, since steps keep no rows. Pipelines of a query run one at a time.
func (q *Query) measure(sink Sink) (done func()) {
	held, written := q.budget.Mark(), q.spill.Written()
	return func() { q.operator(sink).Hold(q.budget.SinceMark()-held, q.spill.Written()-written) }
}

// gauge measures what goes into one step, or the sink, of a worker's chain.
type gauge struct {
	rows, batches int64
	inclusive     time.Duration // in this step and all behind it
}

// clock is the time since some moment; cheaper to read than a time.Time.
type clock struct{ start time.Time }

func (c clock) now() time.Duration { return time.Since(c.start) }

// push counts the batches that go into f.
func (g *gauge) push(c clock, f Push) Push {
	if invariants.Enabled {
		f = lending(f)
	}
	return func(b *columnar.Batch) error {
		g.rows += int64(b.Count())
		g.batches++
		from := c.now()
		err := f(b)
		g.inclusive += c.now() - from
		return err
	}
}

// lending gives f vectors of class Scratch only for the time of the call.
func lending(f Push) Push {
	return func(b *columnar.Batch) error {
		var loan columnar.Loan
		defer loan.Back()
		return f(loan.Batch(b))
	}
}

// finish times f.
func (g *gauge) finish(c clock, f func() error) func() error {
	return func() error {
		from := c.now()
		err := f()
		g.inclusive += c.now() - from
		return err
	}
}

// report adds a chain's counts to its operators: an operator gave what went into the next one, and took its time without the next one's.
func (c *chain) report(q *Query, b *Branch, sink Sink) {
	in := c.gauges
	q.operator(b.Source).Add(in[0].rows, in[0].batches, c.reading)
	for i, s := range b.Steps {
		q.operator(s).Add(in[i+1].rows, in[i+1].batches, max(in[i].inclusive-in[i+1].inclusive, 0))
	}
	last := in[len(in)-1]
	q.operator(sink).Add(last.rows, last.batches, last.inclusive)
}
