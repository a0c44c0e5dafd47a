package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
)

// Write is the sink that writes batches to files, every worker its own. Its output has no rows; Output counts them.
type Write struct {
	Output *datasource.Output
}

// Name returns "Write".
func (s *Write) Name() string { return "Write" }

type localWrite struct{ w *datasource.PartWriter }

// NewLocal makes the writer of a worker, which opens its first file with its first row.
func (s *Write) NewLocal(*exec.Worker) (exec.LocalSink, error) {
	return &localWrite{s.Output.NewPartWriter()}, nil
}

func (l *localWrite) Consume(b *columnar.Batch) error { return l.w.Write(b) }

// Combine finishes a worker's files.
func (s *Write) Combine(l exec.LocalSink) error { return l.(*localWrite).w.Close() }

// Finalize returns an output without rows.
func (s *Write) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	return exec.NewStageOutput(q, nil, nil), nil
}
