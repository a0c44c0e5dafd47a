package metrics

import "sync/atomic"

// Disturbance is a way in which tests disturb queries: the chaos modes of the design. Each place that disturbs counts what it did, so that a
// test can tell a query that withstood from one that was left in peace. The counters are those of the process.
type Disturbance uint8

// The disturbances.
const (
	FalseEstimate Disturbance = iota // an estimate was falsified by a factor of two or more
	ForcedReplan                     // the rest of a plan was planned again although no fact asked for it
	OneHash                          // values that were not alike got one hash
	RefusedMemory                    // a reservation was refused
	FailedRead                       // a source or a spilled file failed
	CancelledRead                    // a query was cancelled while it read
	disturbances
)

var disturbed [disturbances]atomic.Int64

// Happened counts a disturbance.
func (d Disturbance) Happened() { disturbed[d].Add(1) }

// Times returns how often it has happened.
func (d Disturbance) Times() int64 { return disturbed[d].Load() }
