package exec

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// maxFlat is the most rows that a flat batch can have: codes and selections are 32 bits wide.
const maxFlat = 1<<31 - 1

// Flat returns all rows as one batch, and lends it. It is made once. Rows in files are read into memory for it, if the budget grants that.
func (s *StageOutput) Flat() (*columnar.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &flattening{s: s, lent: s.loan != home}
	s.lend()
	if s.flat != nil {
		return s.flat, nil
	}
	var err error
	s.flat, err = f.run()
	return s.flat, err
}

// flattening puts the chunks of an output together, column by column. A column's chunks are freed as soon as it is made, unless they are lent.
type flattening struct {
	s    *StageOutput
	lent bool
	cols []flatColumn
}

// flatColumn is what is known of a column before it is made.
type flatColumn struct {
	dict  *columnar.Vector // of which all chunks have codes; nil: they become values
	width columnar.Width
	bytes int64 // of the column, as far as it comes from chunks in memory
}

func (f *flattening) run() (*columnar.Batch, error) {
	s := f.s
	if len(s.chunks) == 1 && s.chunks[0].Batch != nil {
		return s.chunks[0].Batch, nil
	}
	if s.Rows > maxFlat {
		return nil, sqlerr.Unsupported("BUILD_SIDE_TOO_LARGE", sqlerr.Pos{}, "A join's build side has %d rows, more than %d.", s.Rows, maxFlat)
	}
	for c, t := range s.types {
		f.cols = append(f.cols, s.flatColumn(t, c))
	}
	need := f.needs()
	if !s.q.budget.Claim(need, 0) {
		return nil, s.q.budget.OutOfMemory("The build side of a join", need)
	}
	defer s.q.budget.Release(need)
	out, err := f.join()
	if err != nil {
		return nil, err
	}
	held := batchBytes(out)
	for _, v := range out.Cols {
		held += v.SharedSize(nil)
	}
	if f.lent {
		held += s.memory.held // the chunks stay beside the batch
	} else {
		removeFiles(s.chunks)
	}
	s.q.budget.Force(held - s.memory.held)
	s.memory.held = held
	s.chunks = []Chunk{{Batch: out}}
	return out, nil
}

// flatColumn looks at the chunks of a column.
func (s *StageOutput) flatColumn(t types.Type, c int) flatColumn {
	f := flatColumn{width: columnar.WidthOf(t)}
	same := true
	for i, chunk := range s.chunks {
		if chunk.Batch == nil {
			same = false
			continue
		}
		v := chunk.Batch.Cols[c]
		if w := v.Base().Width; w > f.width {
			f.width = w // a decimal that needs it
		}
		if i == 0 && v.Form == columnar.Dictionary {
			f.dict = v.Dict
		}
		same = same && f.dict != nil && v.Form == columnar.Dictionary && v.Dict == f.dict
	}
	if !same {
		f.dict = nil
	}
	for _, chunk := range s.chunks {
		if chunk.Batch == nil {
			continue
		}
		switch v := chunk.Batch.Cols[c]; {
		case f.dict != nil:
			f.bytes += 4 * int64(v.Len)
		case v.Form == columnar.Dictionary: // as large on average as the entries
			f.bytes += v.Dict.Size() / int64(max(v.Dict.Len, 1)) * int64(v.Len)
		default:
			f.bytes += v.Size()
		}
	}
	return f
}

// needs returns the bytes that the making needs beside the chunks: all columns if the chunks stay, else what is more than is freed on the way, and
// the columns, or blocks of files, that are in hand at a time.
func (f *flattening) needs() int64 {
	s := f.s
	var columns, blocks []int64
	all := int64(0)
	for _, c := range f.cols {
		columns = append(columns, c.bytes)
		all += c.bytes
	}
	for _, c := range s.chunks {
		if c.Batch == nil {
			blocks = append(blocks, c.File.BlockBytes(c.Block))
			all += blocks[len(blocks)-1]
		}
	}
	if f.lent {
		return all
	}
	inHand := columns
	if len(blocks) > 0 {
		inHand = blocks
	}
	slices.Sort(inHand)
	need := max(all-s.memory.held, 0)
	for _, n := range inHand[max(len(inHand)-s.q.opts.Threads, 0):] {
		need += n
	}
	return need
}

// join makes the batch, in rounds of chunks: all that lie in memory between two files, and as many blocks of files as there are workers.
func (f *flattening) join() (*columnar.Batch, error) {
	s := f.s
	out := &columnar.Batch{N: int(s.Rows), Cols: make([]*columnar.Vector, len(s.types))}
	for c, t := range s.types {
		out.Cols[c] = f.cols[c].empty(s.memory.arena, t, out.N)
	}
	bufs := make([]spill.Buffer, s.q.opts.Threads)
	batches := make([]*columnar.Batch, 0, len(s.chunks))
	for from := 0; from < len(s.chunks); from += len(batches) {
		batches = batches[:0]
		var read []int
		for _, c := range s.chunks[from:] {
			if c.Batch == nil {
				if len(read) == len(bufs) {
					break
				}
				read = append(read, len(batches))
			}
			batches = append(batches, c.Batch)
		}
		err := s.q.Parallel(len(read), func(w *Worker, i int) (err error) {
			batches[read[i]], err = s.chunks[from+read[i]].load(&bufs[i])
			return err
		})
		if err != nil {
			return nil, err
		}
		err = s.q.Parallel(len(out.Cols), func(w *Worker, c int) error {
			f.append(out.Cols[c], c, batches)
			return w.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	for _, v := range out.Cols {
		v.Finish()
	}
	return out, nil
}

// empty returns the vector of a column, with room for all n rows.
func (c *flatColumn) empty(a *slab.Arena, t types.Type, n int) *columnar.Vector {
	if c.dict == nil {
		v := columnar.NewIn(a, t, c.width, n)
		v.Truncate()
		return v
	}
	v := columnar.NewIn(a, t, c.width, 0)
	if v.MayRefer(c.dict) {
		v.SetCodes(c.dict, n)
		v.Truncate()
	}
	return v
}

func (f *flattening) append(v *columnar.Vector, c int, batches []*columnar.Batch) {
	for _, b := range batches {
		if f.cols[c].dict != nil {
			columnar.Append(v, b.Cols[c], columnar.AllRows(b.N))
		} else {
			columnar.AppendFlat(v, b.Cols[c], columnar.AllRows(b.N))
		}
	}
	if !f.lent {
		for _, b := range batches {
			b.Cols[c].Free()
		}
	}
}
