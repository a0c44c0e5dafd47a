package exec

import (
	"context"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/budget"
)

// Bounds of the rows that wait for the consumer of a Stream.
//
// aheadBytes, for each worker, is about one morsel of a wide table (122,880 rows of 16 numbers). With less, workers whose turn has not come
// would stand still before the first of them is through its morsel, and an ordered result would be computed by one worker at a time.
//
// turnBytes are for the part whose turn it is alone, so that it and the consumer need not wait for each other at every batch when the others
// have used up theirs.
const (
	aheadBytes = 16 << 20
	turnBytes  = 4 << 20
)

// turns puts batches of parts that workers fill at the same time into the order of the parts, for one consumer.
//
// The part whose turn it is, the first that has not ended, gives its batches to the consumer; those of later parts wait for their turn.
// Who would hold too much waits, but never the part whose turn it is while the consumer has nothing to take. Parts are begun in order and
// whoever begins one ends it, so the worker that all others wait for can always go on, and nothing here can come to a standstill. What is held
// counts in the query's budget; a budget that refuses only makes workers wait as a full queue does.
type turns struct {
	budget  *budget.Budget
	limit   int64
	morsels int // parts of these numbers are morsels; one for each worker follows
	parts   int

	mu      sync.Mutex
	room    sync.Cond // for workers: there may be room, or it may be their turn
	ready   sync.Cond // for the consumer: there are batches, or nothing more comes
	waiting int       // workers
	active  int       // workers that may take more morsels
	turn    int
	ahead   map[int]*part // of parts whose turn has not come, as far as they have batches or have ended
	out     []*columnar.Batch
	taken   int64 // bytes that the consumer has
	held    int64 // bytes of ahead, out and taken
}

type part struct {
	batches []*columnar.Batch
	ended   bool
}

func newTurns(q *Query, workers, morsels int) *turns {
	t := &turns{budget: q.budget, limit: aheadBytes * int64(workers), morsels: morsels, parts: morsels + workers, active: workers, ahead: map[int]*part{}}
	if limit := q.budget.Limit(); limit > 0 {
		t.limit = min(t.limit, limit/8) // what the pipeline's own operators need comes first
	}
	t.room.L, t.ready.L = &t.mu, &t.mu
	return t
}

// watch wakes who waits when the context ends; stop ends the watch.
func (t *turns) watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.room.Broadcast()
		t.ready.Signal()
	})
}

// put takes a batch of a part, when there is room for it.
func (t *turns) put(w *Worker, at int, b *columnar.Batch) error {
	size := batchBytes(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.admit(at, size) {
		if err := w.Err(); err != nil {
			return err
		}
		t.waiting++
		t.room.Wait()
		t.waiting--
	}
	t.held += size
	if at != t.turn {
		p := t.partAhead(at)
		p.batches = append(p.batches, b)
		return nil
	}
	t.out = append(t.out, b)
	t.ready.Signal()
	return nil
}

// admit accounts for size bytes if they may be held.
func (t *turns) admit(at int, size int64) bool {
	limit := t.limit
	if at == t.turn {
		if len(t.out) == 0 {
			t.budget.Force(size)
			return true
		}
		limit += turnBytes
	}
	return t.held+size <= limit && t.budget.Reserve(size)
}

func (t *turns) partAhead(at int) *part {
	p := t.ahead[at]
	if p == nil {
		p = &part{}
		t.ahead[at] = p
	}
	return p
}

// end tells that a part has no more batches.
func (t *turns) end(at int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at != t.turn {
		t.partAhead(at).ended = true
		return
	}
	t.advance(at + 1)
}

// lastMorsel tells that one worker takes no more morsels. When none does, those that were not taken, because all branches wanted no more, are
// passed over.
func (t *turns) lastMorsel() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.active--; t.active == 0 && t.turn < t.morsels {
		t.advance(t.morsels)
	}
}

// advance makes it the turn of a part, and of those that follow when it has ended already.
func (t *turns) advance(to int) {
	for {
		t.turn = to
		p := t.ahead[to]
		if p == nil {
			break
		}
		delete(t.ahead, to)
		t.out = append(t.out, p.batches...)
		if !p.ended {
			break
		}
		to++
	}
	if t.waiting > 0 {
		t.room.Broadcast()
	}
	t.ready.Signal()
}

// take returns the next batch in order, nil when all parts have ended. The one before is the consumer's own from now on.
func (t *turns) take(ctx context.Context) (*columnar.Batch, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.give(t.taken)
	t.taken = 0
	for {
		switch {
		case ctx.Err() != nil:
			return nil, cancelled(ctx)
		case len(t.out) > 0:
			b := t.out[0]
			t.out[0] = nil
			if t.out = t.out[1:]; len(t.out) == 0 {
				t.out = nil
			}
			t.taken = batchBytes(b)
			t.wake()
			return b, nil
		case t.turn >= t.parts:
			return nil, nil
		}
		t.ready.Wait()
	}
}

// give returns bytes to the budget.
func (t *turns) give(n int64) {
	t.held -= n
	t.budget.Release(n)
}

// wake lets waiting workers try again when that may help: not for every batch, since all but one would have to wait again.
func (t *turns) wake() {
	if t.waiting > 0 && (len(t.out) == 0 || t.held <= t.limit-t.limit/4) {
		t.room.Broadcast()
	}
}

// close gives back what a run that ended early left.
func (t *turns) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.give(t.held)
	t.out, t.ahead = nil, nil
}
