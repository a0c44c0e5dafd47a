// Package budget bounds the memory that the operators of a query hold.
//
// Nobody waits for memory. An operator asks before it grows; whoever holds most then gives: finished outputs that nobody reads (Reclaim), or the
// operator itself, which spills what it holds. One that cannot fails with OutOfMemory.
// Scratch of a worker, a few batches, is not accounted: it is the floor on which every operator can finish.
//
// Sparrow makes no compatibility promise for this package.
package budget

import (
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Budget counts the bytes held by operators against a limit. It is safe for concurrent use.
type Budget struct {
	limit int64
	used  atomic.Int64
	peak  atomic.Int64
	mark  atomic.Int64 // the most bytes since Mark
	// Refuse, if set before the first use, refuses reservations for which it returns true, for tests of operators that are refused.
	Refuse func(n int64) bool
	// Reclaim, if set before the first use, reserves n bytes after it has freed memory of others, from whoever holds more than own bytes, and reports
	// whether it could.
	Reclaim func(n, own int64) bool
}

// New returns a budget of limit bytes; limit <= 0 is no limit.
func New(limit int64) *Budget { return &Budget{limit: limit} }

// Reserve asks for n more bytes and reports whether they are granted.
func (b *Budget) Reserve(n int64) bool {
	if b.Refuse != nil && n > 0 && b.Refuse(n) {
		return false
	}
	for {
		old := b.used.Load()
		if b.limit > 0 && n > 0 && old+n > b.limit {
			return false
		}
		if b.used.CompareAndSwap(old, old+n) {
			b.raise(old + n)
			return true
		}
	}
}

// Claim is Reserve that, refused, asks Reclaim. own is what the caller could give back itself. Who does as well without the memory uses Reserve.
func (b *Budget) Claim(n, own int64) bool {
	return b.Reserve(n) || b.Reclaim != nil && b.Reclaim(n, own)
}

// Force accounts for n bytes that are held already, whatever the limit.
func (b *Budget) Force(n int64) { b.raise(b.used.Add(n)) }

// Release gives n bytes back.
func (b *Budget) Release(n int64) { b.used.Add(-n) }

// Used returns the bytes held now.
func (b *Budget) Used() int64 { return b.used.Load() }

// Peak returns the most bytes held at a time.
func (b *Budget) Peak() int64 { return b.peak.Load() }

// Mark starts a new measurement for SinceMark and returns the bytes held now.
func (b *Budget) Mark() int64 {
	n := b.used.Load()
	b.mark.Store(n)
	return n
}

// SinceMark returns the most bytes held at a time since Mark.
func (b *Budget) SinceMark() int64 { return b.mark.Load() }

// Limit returns the limit, 0 for none.
func (b *Budget) Limit() int64 { return max(b.limit, 0) }

func (b *Budget) raise(n int64) {
	raise(&b.peak, n)
	raise(&b.mark, n)
}

func raise(most *atomic.Int64, n int64) {
	for {
		p := most.Load()
		if n <= p || most.CompareAndSwap(p, n) {
			return
		}
	}
}

// OutOfMemory is the error of an operator that needs n bytes which the budget refused and that cannot do with less.
func (b *Budget) OutOfMemory(operator string, n int64) error {
	return sqlerr.New("UNABLE_TO_ACQUIRE_MEMORY", sqlerr.Pos{}, "%s needs %d bytes more, but %d of the %d bytes of memory are in use.", operator, n, b.Used(), b.limit).
		WithHint("Raise sparrow.memory, lower sparrow.threads, or reduce the rows that are joined or grouped.")
}

// Refused reports whether an error is OutOfMemory.
func Refused(err error) bool {
	e := sqlerr.As(err)
	return e != nil && e.Condition == "UNABLE_TO_ACQUIRE_MEMORY"
}
