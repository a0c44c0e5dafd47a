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

// together runs f on n workers and waits for all. The first error ends the others and is returned.
func (q *Query) together(n int, f func(w *Worker) error) error {
	ctx, cancel := context.WithCancelCause(q.ctx)
	defer cancel(nil)
	var first error
	var once sync.Once
	var wg sync.WaitGroup
	for id := range n {
		q.work.Add(1)
		wg.Add(1)
		go func() {
			defer q.work.Done()
			defer wg.Done()
			w := &Worker{ID: id, Query: q, ctx: ctx}
			if err := protect(func() error { return f(w) }); err != nil {
				once.Do(func() {
					first = named(err)
					cancel(err)
				})
			}
		}()
	}
	wg.Wait()
	return first
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
	})
}
