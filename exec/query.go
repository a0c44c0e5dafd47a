package exec

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Options are what a query may use.
type Options struct {
	Threads   int    // workers; 0: as many as CPUs
	Memory    int64  // bytes that operators may hold; 0: budget.Default()
	TempDir   string // where the private folder of spilled data is made; "": the system's
	BatchSize int    // rows of a batch; 0: columnar.BatchSize
	Env       *expr.Env
	Chaos     *Chaos // nil but in tests
}

// Chaos disturbs a query, for tests of what it leaves behind.
type Chaos struct {
	// Interrupt is called before every batch of a source and every block of a spilled file; its error is the reading's.
	Interrupt func() error
	// Refuse refuses reservations of memory.
	Refuse func(n int64) bool
}

// Query is one query while it runs: its workers, its memory, its files. It is safe for concurrent use. Close it when its outputs are no
// longer read.
type Query struct {
	opts   Options
	ctx    context.Context
	cancel context.CancelCauseFunc
	budget *budget.Budget
	spill  *spill.Dir
	work   sync.WaitGroup
	done   atomic.Int64 // morsels of the running phase that workers took
	total  atomic.Int64 // morsels of the running phase

	mu      sync.Mutex
	closers []func() error
	arenas  map[*slab.Arena]bool  // not freed yet
	outputs map[*StageOutput]bool // not released yet
	lent    []*StageOutput        // to the pipeline that is compiled or runs
	metrics map[any]*metrics.Operator

	reclaiming sync.Mutex
}

// NewQuery starts a query that ends with ctx.
func NewQuery(ctx context.Context, o Options) *Query {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.BatchSize <= 0 {
		o.BatchSize = columnar.BatchSize
	}
	if o.TempDir == "" {
		o.TempDir = os.TempDir()
	}
	if o.Env == nil {
		o.Env = &expr.Env{ANSI: true}
	}
	if o.Memory <= 0 {
		o.Memory = budget.Default()
	}
	q := &Query{opts: o, budget: budget.New(o.Memory), spill: spill.NewDir(o.TempDir), metrics: map[any]*metrics.Operator{}, arenas: map[*slab.Arena]bool{},
		outputs: map[*StageOutput]bool{}}
	q.budget.Reclaim = q.reclaim
	if o.Chaos != nil {
		q.spill.Interrupt, q.budget.Refuse = o.Chaos.Interrupt, o.Chaos.Refuse
	}
	q.OnClose(q.spill.Close)
	q.ctx, q.cancel = context.WithCancelCause(ctx)
	return q
}

// Context ends when the query is cancelled, fails in a goroutine of Go, or is closed.
func (q *Query) Context() context.Context { return q.ctx }

// Progress returns how many of the running phase's morsels have been taken, and how many there are. It may be asked at any time.
func (q *Query) Progress() (taken, morsels int64) {
	morsels = q.total.Load()
	return min(q.done.Load(), morsels), morsels
}

// Env returns what the query fixed when it started.
func (q *Query) Env() *expr.Env { return q.opts.Env }

// Threads returns the number of workers.
func (q *Query) Threads() int { return q.opts.Threads }

// BatchSize returns the rows that operators aim at in a batch.
func (q *Query) BatchSize() int { return q.opts.BatchSize }

// Budget returns the memory that operators share.
func (q *Query) Budget() *budget.Budget { return q.budget }

// Spill returns the query's private folder of files.
func (q *Query) Spill() *spill.Dir { return q.spill }

// Err returns the query's error if it was cancelled: OPERATION_CANCELED with the context's error as its cause, or the error of a goroutine
// of Go.
func (q *Query) Err() error { return cancelled(q.ctx) }

func cancelled(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return sqlerr.New("OPERATION_CANCELED", sqlerr.Pos{}, "The query was cancelled.").WithCause(cause)
	}
	return cause
}

// interrupted asks the test's hook.
func (q *Query) interrupted() error {
	if q.opts.Chaos == nil || q.opts.Chaos.Interrupt == nil {
		return nil
	}
	return q.opts.Chaos.Interrupt()
}

// Go runs f in a goroutine of the query. An error or a panic of f ends the query. Close waits for f, which must end when Context does.
func (q *Query) Go(f func() error) {
	q.work.Add(1)
	go func() {
		defer q.work.Done()
		if err := protect(f, nil); err != nil {
			q.cancel(err)
		}
	}()
}

// OnClose runs f when the query closes, later ones first.
func (q *Query) OnClose(f func() error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closers = append(q.closers, f)
}

// NewArena returns an arena for what an operator or a StageOutput of the query holds. It is freed when its references are gone, at the latest when
// the query closes.
func (q *Query) NewArena() *slab.Arena {
	a := slab.NewArena()
	q.mu.Lock()
	q.arenas[a] = true
	q.mu.Unlock()
	a.OnFree(func() {
		q.mu.Lock()
		delete(q.arenas, a)
		q.mu.Unlock()
	})
	return a
}

// freeAll frees what is left, also if it is referred to.
func (q *Query) freeAll() {
	q.mu.Lock()
	left, outputs := slices.Collect(maps.Keys(q.arenas)), q.outputs
	q.outputs = map[*StageOutput]bool{}
	q.mu.Unlock()
	for s := range outputs {
		s.drop()
	}
	for _, a := range left {
		a.Close()
	}
}

// Close ends what still runs, waits for it, and frees memory and files. StageOutputs cannot be read any more.
func (q *Query) Close() error {
	q.cancel(context.Canceled)
	q.work.Wait()
	q.mu.Lock()
	closers := q.closers
	q.closers = nil
	q.mu.Unlock()
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i]())
	}
	q.freeAll()
	return errors.Join(errs...)
}

// protect calls f and turns a panic into an error, so that a bug ends a query and not the process around it. A panic while *except is true passes.
func protect(f func() error, except *bool) (err error) {
	defer func() {
		if except != nil && *except {
			return
		}
		if p := recover(); p != nil {
			err = sqlerr.Internal("A worker failed: %v.", p).WithCause(&Panic{Value: p, Stack: debug.Stack()})
		}
	}()
	return f()
}

// Panic is the cause of the INTERNAL_ERROR that a panicking worker becomes.
type Panic struct {
	Value any
	Stack []byte
}

// Error returns the value and the stack.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v\n%s", p.Value, p.Stack) }
