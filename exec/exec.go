// Package exec runs pipelines: one Sink fed by branches, each a Source of numbered morsels and a chain of Steps.
//
// Ready morsels are shared by the query's workers. A pipeline's inputs besides the morsels of its branches (build sides, scalars, shared
// subplans) are finished StageOutputs, so no pipeline waits for another. Goroutines start only through Query.Go, which turns a panic
// into the query's error.
//
// Sparrow makes no compatibility promise for this package.
package exec

import (
	"errors"

	"github.com/sparrow-engine/sparrow/columnar"
)

// ErrStop is returned by a Push whose consumer needs no more rows. It ends the branch's morsels without being an error of the query.
var ErrStop = errors.New("exec: stop")

// Push takes a batch; the vectors belong to the caller again when it returns.
type Push func(b *columnar.Batch) error

// Source hands out rows in numbered morsels, which workers take in any order.
type Source interface {
	Morsels() int
	// NewReader makes the state of one worker.
	NewReader(w *Worker) (Reader, error)
}

// Reader reads morsels one after the other for one worker. Next fills b, sets Morsel and Seq, and reports whether there was a batch;
// its vectors live until the next call.
type Reader interface {
	Open(morsel int) error
	Next(b *columnar.Batch) (bool, error)
	Close() error
}

// Pusher is a Reader that gives the batches of the open morsel itself, because they come out of a step. Push replaces Next and ends with
// ErrStop if next does.
type Pusher interface {
	Reader
	Push(next Push) error
}

// Step is one operation of a branch: a factory of per-worker closures. push may call next any number of times for a batch. finish (may be
// nil) is called once when the worker has no more morsels for the branch, before the next step's finish; it may push rows held back.
type Step interface {
	Name() string
	New(w *Worker, next Push) (push Push, finish func() error, err error)
}

// Sink ends a pipeline. Every worker has a local sink; Combine merges it (calls are serialized); Finalize then makes the output (nil if
// the rows went elsewhere), and may run tasks on all workers. A pipeline without rows makes no local sinks: Finalize then comes alone.
type Sink interface {
	Name() string
	NewLocal(w *Worker) (LocalSink, error)
	Combine(local LocalSink) error
	Finalize(q *Query) (*StageOutput, error)
}

// LocalSink is one worker's part of a Sink.
type LocalSink interface {
	Consume(b *columnar.Batch) error
}

// Branch is one live input of a pipeline. Branches of a later Phase start when all of the earlier phases are done: the unmatched build
// rows of an outer join come after its probe.
type Branch struct {
	Source Source
	Steps  []Step
	Phase  int
}

// Pipeline is branches that feed one sink.
type Pipeline struct {
	Name     string
	Branches []Branch
	Sink     Sink
	// MaxRows, if > 0, ends the run at the border of a morsel once the sink has taken more rows. What is left is in Rest.
	MaxRows int64
}

// Rest is what a run that ended early has not read: branches over the remaining morsels.
type Rest struct {
	Branches []Branch
	// Read and Unread count morsels.
	Read, Unread int
}

// unread is the morsels of a source from one on.
type unread struct {
	Source
	from int
}

func (s *unread) Morsels() int { return s.Source.Morsels() - s.from }

func (s *unread) NewReader(w *Worker) (Reader, error) {
	r, err := s.Source.NewReader(w)
	if err != nil {
		return nil, err
	}
	if p, ok := r.(Pusher); ok {
		return &unreadPusher{unreadReader{r, s.from}, p}, nil
	}
	return &unreadReader{r, s.from}, nil
}

type unreadReader struct {
	Reader
	from int
}

func (r *unreadReader) Open(morsel int) error { return r.Reader.Open(morsel + r.from) }

type unreadPusher struct {
	unreadReader
	pusher Pusher
}

func (r *unreadPusher) Push(next Push) error { return r.pusher.Push(next) }
