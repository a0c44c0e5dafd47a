package physical

import (
	"sync"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
)

// Write is the sink that writes batches to files. Its output has no rows; Output counts them.
type Write struct {
	Output *datasource.Output
	turns  []turn
	next   atomic.Uint64
}

// turn is a file that workers write to by turns.
type turn struct {
	sync.Mutex
	w *datasource.PartWriter
}

// NewWrite returns the sink of a write into so many files, or a file of each worker if files is 0; where values of partition columns or a target
// size divide the rows, that many for each division.
func NewWrite(out *datasource.Output, files int, q *exec.Query) *Write {
	w := &Write{Output: out, turns: make([]turn, files)}
	for i := range w.turns {
		w.turns[i].w = out.NewPartWriter(q.Budget())
	}
	return w
}

// Name returns "Write".
func (s *Write) Name() string { return "Write" }

type localWrite struct{ w *datasource.PartWriter }

// NewLocal makes the writer of a worker, which opens its first file with its first row.
func (s *Write) NewLocal(w *exec.Worker) (exec.LocalSink, error) {
	if len(s.turns) > 0 {
		return (*sharedWrite)(s), nil
	}
	return &localWrite{s.Output.NewPartWriter(w.Query.Budget())}, nil
}

func (l *localWrite) Consume(b *columnar.Batch) error { return l.w.Write(b) }

// sharedWrite is a Write whose workers take turns.
type sharedWrite Write

func (s *sharedWrite) Consume(b *columnar.Batch) error {
	t := &s.turns[s.next.Add(1)%uint64(len(s.turns))]
	t.Lock()
	defer t.Unlock()
	return t.w.Write(b)
}

// Combine finishes a worker's files.
func (s *Write) Combine(l exec.LocalSink) error {
	if own, ok := l.(*localWrite); ok {
		return own.w.Close()
	}
	return nil
}

// Finalize finishes the files of all workers and returns an output without rows.
func (s *Write) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	for i := range s.turns {
		if err := s.turns[i].w.Close(); err != nil {
			return nil, err
		}
	}
	return exec.NewStageOutput(q, nil, nil), nil
}
