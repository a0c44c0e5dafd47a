package exec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Worker is one of the workers of a pipeline or of Parallel. State kept by ID needs no lock: no two goroutines of a run share an ID.
type Worker struct {
	ID    int
	Query *Query
	ctx   context.Context
}

// Context ends when the run that the worker belongs to is over: cancelled, or failed on another worker.
func (w *Worker) Context() context.Context { return w.ctx }

// Err returns the reason to stop, nil while there is none. It is cheap enough to be asked for every batch.
func (w *Worker) Err() error {
	select {
	case <-w.ctx.Done():
		return cancelled(w.ctx)
	default:
		return nil
	}
}

// together runs f on n workers and waits for all; meanwhile, if not nil, runs on the calling goroutine. The first error ends the others and is
// returned. A single worker without company is the calling goroutine.
func (q *Query) together(n int, f func(w *Worker) error, meanwhile func(ctx context.Context) error) (first error) {
	if n == 1 && meanwhile == nil {
		return q.alone(f, nil)
	}
	ctx, cancel := context.WithCancelCause(q.ctx)
	var once sync.Once
	end := func(err error) {
		if err != nil {
			once.Do(func() {
				first = named(err)
				cancel(err)
			})
		}
	}
	var wg sync.WaitGroup
	for id := range n {
		q.work.Add(1)
		wg.Add(1)
		go func() {
			defer q.work.Done()
			defer wg.Done()
			w := &Worker{ID: id, Query: q, ctx: ctx}
			end(protect(func() error { return f(w) }, nil))
		}()
	}
	defer wg.Wait() // when meanwhile panics, for which the caller answers
	defer cancel(nil)
	if meanwhile != nil {
		end(meanwhile(ctx))
	}
	wg.Wait()
	return first
}

// alone runs f as the only worker on the calling goroutine. A panic while *outside is true is not f's but the caller's own, and goes on to it.
func (q *Query) alone(f func(w *Worker) error, outside *bool) error {
	q.work.Add(1)
	defer q.work.Done()
	ctx, cancel := context.WithCancelCause(q.ctx)
	defer cancel(nil)
	w := &Worker{Query: q, ctx: ctx}
	return named(protect(func() error { return f(w) }, outside))
}

// named makes the bare error of a context, as a source returns it, the error of a cancelled query.
func named(err error) error {
	if sqlerr.As(err) == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return sqlerr.New("OPERATION_CANCELED", sqlerr.Pos{}, "The query was cancelled.").WithCause(err)
	}
	return err
}

// Parallel runs tasks 0 to tasks-1 on all workers, each on the next free one. The first error ends the rest and is returned.
func (q *Query) Parallel(tasks int, f func(w *Worker, task int) error) error {
	if tasks <= 0 {
		return q.Err()
	}
	var next atomic.Int64
	return q.together(min(tasks, q.opts.Threads), func(w *Worker) error {
		for {
			t := int(next.Add(1)) - 1
			if t >= tasks {
				return nil
			}
			if err := w.Err(); err != nil {
				return err
			}
			if err := f(w, t); err != nil {
				return err
			}
		}
	}, nil)
}
