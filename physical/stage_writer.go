package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
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
	return nil
}

// finish returns the output.
func (s *stageWriter) finish() *exec.StageOutput {
	s.query.Budget().Release(s.held) // the output accounts for it itself
	return exec.NewOutput(s.query, s.query.NewArena(), s.types, s.chunks)
}
