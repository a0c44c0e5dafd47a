package exec

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/spill"
)

// Chunks returns the rows in order, cut as they are stored. It is for operators that go over an output which need not fit in memory, a chunk at
// a time. They are lent.
func (s *StageOutput) Chunks() []Chunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lend()
	return s.chunks
}

// Load returns the rows of the chunk. Those of a file are read into buf and live until its next use.
func (c *Chunk) Load(buf *spill.Buffer) (*columnar.Batch, error) { return c.load(buf) }
