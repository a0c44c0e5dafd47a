// Package metrics holds the counters that workers add to while a query runs.
//
// Sparrow makes no compatibility promise for this package.
package metrics

import (
	"sync/atomic"
	"time"
)

// Operator counts what one operator gave, on all workers together. Workers add their part when they are done, so readers of a running query
// see less. It is safe for concurrent use.
type Operator struct {
	rows, batches, nanos, memory, spilled atomic.Int64
}

// Add counts rows in batches that took a time.
func (o *Operator) Add(rows, batches int64, d time.Duration) {
	o.rows.Add(rows)
	o.batches.Add(batches)
	o.nanos.Add(int64(d))
}

// Hold notes the bytes that a pipeline's sink, and the indexes that its steps made, held at most and wrote to files.
func (o *Operator) Hold(memory, spilled int64) {
	o.memory.Store(memory)
	o.spilled.Store(spilled)
}

// Memory returns the most bytes held at a time; known for sinks.
func (o *Operator) Memory() int64 { return o.memory.Load() }

// Spilled returns the bytes written to files; known for sinks.
func (o *Operator) Spilled() int64 { return o.spilled.Load() }

// Rows returns the rows given.
func (o *Operator) Rows() int64 { return o.rows.Load() }

// Batches returns the batches given.
func (o *Operator) Batches() int64 { return o.batches.Load() }

// Time returns the time spent in the operator itself, summed over workers.
func (o *Operator) Time() time.Duration { return time.Duration(o.nanos.Load()) }
