package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// stageWriter collects batches in order for a StageOutput: in memory as long as the budget has room, else in a file. It belongs to one
// goroutine.
type stageWriter struct {
	query  *exec.Query
	types  []types.Type
	chunks []exec.Chunk
	held   int64
	file   *spill.Writer
}

// add takes a batch, which belongs to the output from now on.
func (s *stageWriter) add(b *columnar.Batch) error {
	size := int64(0)
	for _, v := range b.Cols {
		size += v.Size()
	}
	if s.query.Budget().Reserve(size) {
		s.held += size
		s.chunks = append(s.chunks, exec.Chunk{Batch: b})
		return nil
	}
	if s.file == nil {
		var err error
		if s.file, err = s.query.Spill().Create("output", s.types); err != nil {
			return err
		}
	}
	for from := 0; from < b.N; from += spillRows { // a reader holds one block in memory
		to := min(from+spillRows, b.N)
		part := &columnar.Batch{N: to - from}
		for _, v := range b.Cols {
			part.Cols = append(part.Cols, v.Slice(from, to-from))
		}
		if err := s.file.Write(part); err != nil {
			return err
		}
		f := s.file.Finish()
		s.chunks = append(s.chunks, exec.Chunk{File: f, Block: f.Blocks() - 1})
	}
	for _, v := range b.Cols {
		v.Free()
	}
	return nil
}

// take returns what was added since the last call.
func (s *stageWriter) take() []exec.Chunk {
	out := s.chunks
	s.chunks = nil
	return out
}

// release gives back what is held: the output accounts for it itself.
func (s *stageWriter) release() {
	s.query.Budget().Release(s.held)
	s.held = 0
}

// finish returns the output.
func (s *stageWriter) finish() *exec.StageOutput {
	s.release()
	return exec.NewOutput(s.query, s.query.NewArena(), s.types, s.take())
}

// writeAll runs tasks on all workers and returns an output of their batches in the order of the tasks. Their memory is Go's or comes from the arena,
// which is the output's from now on.
func writeAll(q *exec.Query, arena *slab.Arena, ts []types.Type, tasks int, f func(task int) (*columnar.Batch, error)) (*exec.StageOutput, error) {
	writers := make([]stageWriter, q.Threads())
	defer func() {
		for w := range writers {
			if writers[w].query != nil {
				writers[w].release()
			}
		}
	}()
	chunks := make([][]exec.Chunk, tasks)
	err := q.Parallel(tasks, func(w *exec.Worker, i int) error {
		b, err := f(i)
		if err != nil {
			return err
		}
		out := &writers[w.ID]
		out.query, out.types = q, ts
		err = out.add(b)
		chunks[i] = out.take()
		return err
	})
	if err != nil {
		return nil, err
	}
	return exec.NewOutput(q, arena, ts, slices.Concat(chunks...)), nil
}
