package exec

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// StageOutput is the rows of a finished stage: immutable, with any number of readers, independent of any key. Hash tables and filters are
// indexes attached on demand, so that a re-plan loses nothing. Chunks of it may lie in files.
//
// Nobody reads it while memory is reclaimed from it (see reclaim.go): whoever takes chunks to keep them lends them first.
type StageOutput struct {
	Rows  int64
	Bytes int64 // in memory and in files
	Sink  Sink  // what made it; nil if it came from no pipeline

	q       *Query
	types   []types.Type
	facts   sync.Once
	columns []ColumnFacts

	mu       sync.Mutex
	memory   *stageMemory
	chunks   []Chunk         // replaced by one chunk once Flat has made it
	flat     *columnar.Batch // nil until made
	indexes  map[string]*index
	kept     int64 // bytes reserved for what is independent of where the rows lie
	read     bool  // chunks have been lent
	loan     loan
	lendings int // to the pipeline that is compiled or runs
}

// stageMemory is where chunks in memory and indexes of them lie.
type stageMemory struct {
	arena *slab.Arena // of chunks and indexes, as far as they are of class Stage
	held  int64       // bytes of chunks accounted in the budget
}

// Chunk is consecutive rows of a StageOutput: a batch, or a block of a file.
type Chunk struct {
	Batch *columnar.Batch
	File  *spill.File // if Batch is nil
	Block int
}

// Rows returns the number of rows.
func (c *Chunk) Rows() int {
	if c.Batch != nil {
		return c.Batch.N
	}
	return c.File.BlockRows(c.Block)
}

// load returns the rows; those of a file lie in buf.
func (c *Chunk) load(buf *spill.Buffer) (*columnar.Batch, error) {
	if c.Batch != nil {
		return c.Batch, nil
	}
	b := &columnar.Batch{}
	return b, c.File.Read(c.Block, buf, b)
}

type index struct {
	once   sync.Once
	ofRows bool // refers to the rows in memory
	value  any
	err    error
}

// NewStageOutput makes an output of batches in order, whose memory is Go's. Their vectors never change again; they have no Sel.
func NewStageOutput(q *Query, ts []types.Type, batches []*columnar.Batch) *StageOutput {
	chunks := make([]Chunk, len(batches))
	for i, b := range batches {
		chunks[i] = Chunk{Batch: b}
	}
	return NewOutput(q, q.NewArena(), ts, chunks)
}

// NewOutput makes an output of chunks in order: batches whose memory is Go's or comes from the arena, and blocks of files of the query that no other
// output reads. The reference to the arena is the output's from now on.
//
// The bytes in memory are accounted in the budget until the arena is freed: the caller releases what it reserved for them.
func NewOutput(q *Query, arena *slab.Arena, ts []types.Type, chunks []Chunk) *StageOutput {
	s := &StageOutput{q: q, types: ts, indexes: map[string]*index{}}
	shared := map[*columnar.Vector]bool{} // dictionaries, each of which counts once
	held := int64(0)
	for _, c := range chunks {
		if c.Rows() == 0 {
			continue
		}
		s.chunks = append(s.chunks, c)
		s.Rows += int64(c.Rows())
		if c.Batch == nil {
			s.Bytes += c.File.BlockBytes(c.Block)
			continue
		}
		s.Bytes += batchBytes(c.Batch)
		held += batchBytes(c.Batch)
		for _, v := range c.Batch.Cols {
			if n := v.SharedSize(nil); n > 0 && !shared[v.Dict] {
				shared[v.Dict] = true
				held += n
			}
		}
	}
	s.lieIn(arena, held)
	q.register(s)
	return s
}

// lieIn accounts for bytes of chunks in memory of the arena, until that is freed.
func (s *StageOutput) lieIn(arena *slab.Arena, held int64) {
	m := &stageMemory{arena: arena, held: held}
	s.memory = m
	s.q.budget.Force(held)
	arena.OnFree(func() { s.q.budget.Release(m.held) })
}

// Release tells that nobody will read the output again. Its files go now; its memory does, too, or when the last output is released that has codes of
// its columns.
func (s *StageOutput) Release() {
	s.q.forget(s)
	s.drop()
}

// drop forgets everything, so that the collector and the file system get their part, too.
func (s *StageOutput) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	removeFiles(s.chunks)
	s.q.budget.Release(s.kept)
	s.kept, s.chunks, s.flat, s.indexes = 0, nil, nil, map[string]*index{}
	s.memory.arena.Release()
}

func removeFiles(chunks []Chunk) {
	for _, c := range chunks {
		if c.File != nil {
			c.File.Remove()
		}
	}
}

// NewArena returns an arena for an index of the rows in memory. It is freed with these, if not before.
func (s *StageOutput) NewArena() *slab.Arena {
	a := slab.NewArena()
	s.memory.arena.Hold(a)
	a.Release()
	return a
}

// HoldsIndex accounts for n bytes that q has reserved for an index of the rows in memory. They are released with these; for an output of another
// query, which may outlive q, when q closes.
func (s *StageOutput) HoldsIndex(q *Query, n int64) {
	if q == s.q {
		s.memory.arena.OnFree(func() { q.budget.Release(n) })
		return
	}
	q.OnClose(func() error { q.budget.Release(n); return nil })
}

// HoldsFilter is HoldsIndex of what stays when the rows go to a file.
func (s *StageOutput) HoldsFilter(q *Query, n int64) {
	if q == s.q {
		s.mu.Lock()
		s.kept += n
		s.mu.Unlock()
		return
	}
	q.OnClose(func() error { q.budget.Release(n); return nil })
}

func batchBytes(b *columnar.Batch) (n int64) {
	for _, v := range b.Cols {
		n += v.Size()
	}
	return n
}

// Types returns the types of the columns.
func (s *StageOutput) Types() []types.Type { return s.types }

// Spilled reports whether some rows lie in files.
func (s *StageOutput) Spilled() bool {
	for _, c := range s.present() {
		if c.Batch == nil {
			return true
		}
	}
	return false
}

// present returns the chunks of the moment.
func (s *StageOutput) present() []Chunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chunks
}

// Each calls f with all rows in order, in batches of the chunks' size, whose vectors live until f returns. f asks the budget for no memory of others,
// or the chunks are lent.
func (s *StageOutput) Each(q *Query, f func(b *columnar.Batch) error) error {
	var buf spill.Buffer
	for i, c := range s.present() {
		if err := q.Err(); err != nil {
			return err
		}
		rows, err := c.load(&buf)
		if err != nil {
			return err
		}
		b := *rows
		b.Morsel, b.Seq = i, 0
		if err := f(&b); err != nil {
			return err
		}
	}
	return nil
}

// Index returns the index of a key, which make builds on first use; ofRows tells that it refers to the rows in memory, which are lent.
func (s *StageOutput) Index(key string, ofRows bool, make func() (any, error)) (any, error) {
	s.mu.Lock()
	x := s.indexes[key]
	if x == nil {
		x = &index{ofRows: ofRows}
		s.indexes[key] = x
	}
	s.mu.Unlock()
	x.once.Do(func() { x.value, x.err = make() })
	return x.value, x.err
}
