package exec

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// StageOutput is the rows of a finished stage: immutable, with any number of readers, independent of any key. Hash tables and filters are
// indexes attached on demand, so that a re-plan loses nothing.
type StageOutput struct {
	Rows, Bytes int64

	q      *Query
	types  []types.Type
	chunks []*columnar.Batch
	starts []int64 // number of each chunk's first row

	flat    sync.Once
	flatten *columnar.Batch
	flatErr error

	mu      sync.Mutex
	indexes map[string]*index
	facts   sync.Once
	columns []ColumnFacts
}

type index struct {
	once  sync.Once
	value any
	err   error
}

// NewStageOutput makes an output of chunks in order. Their vectors are of class Stage or Shared and never change again; they have no Sel.
// The bytes are accounted in the budget until the query closes: the caller releases what it reserved for them.
func NewStageOutput(q *Query, ts []types.Type, chunks []*columnar.Batch) *StageOutput {
	s := &StageOutput{q: q, types: ts, indexes: map[string]*index{}}
	for _, c := range chunks {
		if c.N == 0 {
			continue
		}
		s.chunks = append(s.chunks, c)
		s.starts = append(s.starts, s.Rows)
		s.Rows += int64(c.N)
		for _, v := range c.Cols {
			s.Bytes += v.Size()
		}
	}
	q.budget.Force(s.Bytes)
	q.OnClose(func() error {
		q.budget.Release(s.Bytes)
		return nil
	})
	return s
}

// Types returns the types of the columns.
func (s *StageOutput) Types() []types.Type { return s.types }

// Each calls f with all rows in order, in batches of the chunks' size. The vectors live as long as the query.
func (s *StageOutput) Each(q *Query, f func(b *columnar.Batch) error) error {
	for i, c := range s.chunks {
		if err := q.Err(); err != nil {
			return err
		}
		b := *c
		b.Morsel, b.Seq = i, 0
		if err := f(&b); err != nil {
			return err
		}
	}
	return nil
}

// maxFlat is the most rows that a flat batch can have: codes and selections are 32 bits wide.
const maxFlat = 1<<31 - 1

// Flat returns all rows as one batch. It is made once.
func (s *StageOutput) Flat() (*columnar.Batch, error) {
	s.flat.Do(func() { s.flatten, s.flatErr = s.concat() })
	return s.flatten, s.flatErr
}

func (s *StageOutput) concat() (*columnar.Batch, error) {
	if len(s.chunks) == 1 {
		return s.chunks[0], nil
	}
	if s.Rows > maxFlat {
		return nil, sqlerr.Unsupported("BUILD_SIDE_TOO_LARGE", sqlerr.Pos{}, "A join's build side has %d rows, more than %d.", s.Rows, maxFlat)
	}
	out := &columnar.Batch{N: int(s.Rows), Cols: make([]*columnar.Vector, len(s.types))}
	err := s.q.Parallel(len(s.types), func(w *Worker, c int) error {
		out.Cols[c] = columnar.New(s.types[c], 0)
		for _, chunk := range s.chunks {
			columnar.Append(out.Cols[c], chunk.Cols[c], columnar.AllRows(chunk.N))
		}
		out.Cols[c].Class = columnar.Stage
		return w.Err()
	})
	return out, err
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
