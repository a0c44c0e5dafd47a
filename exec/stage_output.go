package exec

import (
	"sync"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// StageOutput is the rows of a finished stage: immutable, with any number of readers, independent of any key. Hash tables and filters are
// indexes attached on demand, so that a re-plan loses nothing. Chunks of it may lie in files.
type StageOutput struct {
	Rows  int64
	Bytes int64 // in memory and in files
	Sink  Sink  // what made it; nil if it came from no pipeline

	q      *Query
	arena  *slab.Arena // of chunks and indexes, as far as they are of class Stage
	types  []types.Type
	chunks atomic.Pointer[[]Chunk] // replaced by one chunk once Flat has made it
	held   atomic.Int64            // bytes accounted in the budget
	lent   atomic.Bool             // a source has the chunks

	flat    sync.Once
	flatten *columnar.Batch
	flatErr error

	mu      sync.Mutex
	indexes map[string]*index
	facts   sync.Once
	columns []ColumnFacts
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
	once  sync.Once
	value any
	err   error
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
	s := &StageOutput{q: q, arena: arena, types: ts, indexes: map[string]*index{}}
	kept := make([]Chunk, 0, len(chunks))
	for _, c := range chunks {
		if c.Rows() == 0 {
			continue
		}
		kept = append(kept, c)
		s.Rows += int64(c.Rows())
		if c.Batch == nil {
			s.Bytes += c.File.BlockBytes(c.Block)
			continue
		}
		s.held.Add(batchBytes(c.Batch))
	}
	s.chunks.Store(&kept)
	s.Bytes += s.held.Load()
	q.budget.Force(s.held.Load())
	arena.OnFree(s.freed)
	return s
}

// freed drops everything when the arena is gone, so that the collector and the file system get their part, too.
func (s *StageOutput) freed() {
	s.q.budget.Release(s.held.Swap(0))
	for _, c := range *s.chunks.Swap(&[]Chunk{}) {
		if c.File != nil {
			c.File.Remove()
		}
	}
	s.flatten, s.indexes = nil, nil
}

// Release tells that nobody will read the output again. Its memory goes now, or when the last output is released that has codes of its columns.
func (s *StageOutput) Release() { s.arena.Release() }

// NewArena returns an arena for an index of the output. It is freed with the output, if not before.
func (s *StageOutput) NewArena() *slab.Arena {
	a := slab.NewArena()
	s.arena.Hold(a)
	a.Release()
	return a
}

// Holds accounts for n bytes that q has reserved for an index of the output. They are released with it; for an output of another query, which may
// outlive q, when q closes.
func (s *StageOutput) Holds(q *Query, n int64) {
	if q == s.q {
		s.arena.OnFree(func() { q.budget.Release(n) })
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
	for _, c := range *s.chunks.Load() {
		if c.Batch == nil {
			return true
		}
	}
	return false
}

// Each calls f with all rows in order, in batches of the chunks' size, whose vectors live until f returns.
func (s *StageOutput) Each(q *Query, f func(b *columnar.Batch) error) error {
	var buf spill.Buffer
	for i, c := range *s.chunks.Load() {
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

// maxFlat is the most rows that a flat batch can have: codes and selections are 32 bits wide.
const maxFlat = 1<<31 - 1

// Flat returns all rows as one batch. It is made once. Rows in files are read into memory for it, if the budget grants that.
func (s *StageOutput) Flat() (*columnar.Batch, error) {
	s.flat.Do(func() { s.flatten, s.flatErr = s.concat() })
	return s.flatten, s.flatErr
}

func (s *StageOutput) concat() (*columnar.Batch, error) {
	chunks := *s.chunks.Load()
	if len(chunks) == 1 && chunks[0].Batch != nil {
		return chunks[0].Batch, nil
	}
	if s.Rows > maxFlat {
		return nil, sqlerr.Unsupported("BUILD_SIDE_TOO_LARGE", sqlerr.Pos{}, "A join's build side has %d rows, more than %d.", s.Rows, maxFlat)
	}
	if more := s.Bytes - s.held.Load(); more > 0 && !s.q.budget.Reserve(more) {
		return nil, s.q.budget.OutOfMemory("The build side of a join", more)
	}
	s.held.Store(s.Bytes)
	lent := s.lent.Load()
	batches := make([]*columnar.Batch, len(chunks))
	err := s.q.Parallel(len(chunks), func(w *Worker, i int) (err error) {
		batches[i], err = chunks[i].load(&spill.Buffer{})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &columnar.Batch{N: int(s.Rows), Cols: make([]*columnar.Vector, len(s.types))}
	err = s.q.Parallel(len(s.types), func(w *Worker, c int) error {
		out.Cols[c] = concatColumn(s.arena, s.types[c], c, batches, out.N)
		if !lent {
			for _, b := range batches {
				b.Cols[c].Free()
			}
		}
		return w.Err()
	})
	if err != nil {
		return nil, err
	}
	s.chunks.Store(&[]Chunk{{Batch: out}})
	return out, nil
}

// concatColumn puts a column of all batches into one vector of the arena, with room for all n rows from the start.
func concatColumn(a *slab.Arena, t types.Type, c int, batches []*columnar.Batch, n int) *columnar.Vector {
	width := columnar.WidthOf(t)
	for _, b := range batches {
		if w := b.Cols[c].Base().Width; w > width {
			width = w // a decimal that needs it
		}
	}
	room := n
	if n > 0 && batches[0].Cols[c].Form == columnar.Dictionary {
		room = 0 // codes, perhaps
	}
	v := columnar.NewIn(a, t, width, room)
	v.Truncate()
	for _, b := range batches {
		columnar.Append(v, b.Cols[c], columnar.AllRows(b.N))
	}
	v.Finish()
	return v
}

// Index returns the index of a key, which make builds on first use.
func (s *StageOutput) Index(key string, make func() (any, error)) (any, error) {
	s.mu.Lock()
	x := s.indexes[key]
	if x == nil {
		x = &index{}
		s.indexes[key] = x
	}
	s.mu.Unlock()
	x.once.Do(func() { x.value, x.err = make() })
	return x.value, x.err
}
