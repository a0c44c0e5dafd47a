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
	most   int64 // that may be held; 0: what the budget has room for
	file   *spill.Writer
	open   columnar.Batch // rows that are to be written
}

// add takes a batch, which belongs to the output from now on.
func (s *stageWriter) add(b *columnar.Batch) error {
	size := int64(0)
	for _, v := range b.Cols {
		size += v.Size()
	}
	if (s.most == 0 || s.held+size <= s.most) && s.query.Budget().Claim(size, s.held+size) {
		if err := s.flush(); err != nil { // rows stay in order
			return err
		}
		s.held += size
		s.chunks = append(s.chunks, exec.Chunk{Batch: b})
		return nil
	}
	if err := s.spill(b); err != nil {
		return err
	}
	for _, v := range b.Cols {
		v.Free()
	}
	return nil
}

// spill writes rows to the file, in blocks of spillRows: a reader holds one in memory, and has little of smaller ones.
func (s *stageWriter) spill(b *columnar.Batch) error {
	for from := 0; from < b.N; {
		to := min(from+spillRows-s.open.N, b.N)
		columnar.AppendBatch(&s.open, &columnar.Batch{Cols: b.Cols, N: b.N, Sel: columnar.Identity(to)[from:]})
		from = to
		if s.open.N == spillRows {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the open block.
func (s *stageWriter) flush() error {
	if s.open.N == 0 {
		return nil
	}
	if s.file == nil {
		var err error
		if s.file, err = s.query.Spill().Create("output", s.types); err != nil {
			return err
		}
	}
	err := s.file.Write(&s.open)
	s.open = columnar.Batch{}
	f := s.file.Finish()
	s.chunks = append(s.chunks, exec.Chunk{File: f, Block: f.Blocks() - 1})
	return err
}

// take returns what was added since the last call.
func (s *stageWriter) take() ([]exec.Chunk, error) {
	err := s.flush()
	out := s.chunks
	s.chunks = nil
	return out, err
}

// release gives back what is held: the output accounts for it itself.
func (s *stageWriter) release() {
	s.query.Budget().Release(s.held)
	s.held = 0
}

// finish returns the output.
func (s *stageWriter) finish() (*exec.StageOutput, error) {
	s.release()
	chunks, err := s.take()
	if err != nil {
		return nil, err
	}
	return exec.NewOutput(s.query, s.query.NewArena(), s.types, chunks), nil
}

// writeAll runs tasks on all workers and returns an output of the batches that they give, in the order of the tasks. Their memory is Go's or comes from the
// arena, which is the output's from now on.
func writeAll(q *exec.Query, arena *slab.Arena, ts []types.Type, tasks int, f func(task int, give func(b *columnar.Batch) error) error) (*exec.StageOutput, error) {
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
		out := &writers[w.ID]
		out.query, out.types = q, ts
		err := f(i, out.add)
		if err == nil {
			chunks[i], err = out.take()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return exec.NewOutput(q, arena, ts, slices.Concat(chunks...)), nil
}
