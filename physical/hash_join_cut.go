package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/types"
)

// cutter writes rows to files by the hash of their keys. Rows without a key go where keyless says.
type cutter struct {
	q        *exec.Query
	name     string
	types    []types.Type
	keys     evaluator
	nullSafe []bool
	depth    int
	keyless  keylessRows
	nulls    bool // there were rows without a key
	spread   int

	hashes []uint64
	keyed  []int32
	bare   []int32
	sels   [spillParts + 1][]int32
	open   [spillParts + 1]columnar.Batch
	files  [spillParts + 1]*spill.Writer
}

// keylessRows says what becomes of rows without a key.
type keylessRows uint8

const (
	keylessSpread  keylessRows = iota // shared out among the parts: they are kept, and match nothing
	keylessDropped                    // nothing is given for them
	keylessApart                      // in a part of their own, the last
)

// cutRows is the most rows of a block that a cutter writes: it holds one of each part.
const cutRows = 1 << 10

func newCutter(q *exec.Query, name string, ts []types.Type, keys evaluator, nullSafe []bool, depth int) *cutter {
	return &cutter{q: q, name: name, types: ts, keys: keys, nullSafe: nullSafe, depth: depth}
}

// add takes the rows of a batch. A batch may be a whole build side: it is taken in pieces, or all of it would be copied before it is written.
func (c *cutter) add(b *columnar.Batch) error {
	if b.Sel != nil || b.N <= columnar.BatchSize {
		return c.addPiece(b)
	}
	for off := 0; off < b.N; off += columnar.BatchSize {
		piece := columnar.Batch{N: min(columnar.BatchSize, b.N-off)}
		for _, v := range b.Cols {
			piece.Cols = append(piece.Cols, v.Slice(off, piece.N))
		}
		if err := c.addPiece(&piece); err != nil {
			return err
		}
	}
	return nil
}

func (c *cutter) addPiece(b *columnar.Batch) error {
	if err := c.divide(b); err != nil {
		return err
	}
	for p, sel := range c.sels {
		if len(sel) == 0 {
			continue
		}
		columnar.AppendBatch(&c.open[p], &columnar.Batch{Cols: b.Cols, N: b.N, Sel: sel})
		if c.open[p].N >= min(cutRows, c.q.BatchSize()) {
			if err := c.write(p); err != nil {
				return err
			}
		}
	}
	return c.q.Err()
}

// divide lists the rows of each part in sels.
func (c *cutter) divide(b *columnar.Batch) error {
	keys, err := c.keys.Eval(b)
	if err != nil {
		return err
	}
	for p := range c.sels {
		c.sels[p] = c.sels[p][:0]
	}
	rows := b.Rows()
	c.keyed = presentRows(keys, c.nullSafe, rows, sized(c.keyed, rows.Count()))
	if len(c.keyed) < rows.Count() {
		c.bare = kernel.Difference(rows, c.keyed, c.bare)
		c.divideKeyless()
	}
	rows.Sel = c.keyed
	c.hashes = hashKeys(keys, rows, c.hashes)
	shift := 64 - spillBits*(c.depth+1)
	for i, h := range c.hashes {
		p := h >> shift & (spillParts - 1)
		c.sels[p] = append(c.sels[p], c.keyed[i])
	}
	return nil
}

func (c *cutter) divideKeyless() {
	c.nulls = true
	switch c.keyless {
	case keylessApart:
		c.sels[spillParts] = append(c.sels[spillParts], c.bare...)
	case keylessSpread:
		for _, r := range c.bare {
			p := c.spread & (spillParts - 1)
			c.sels[p] = append(c.sels[p], r)
			c.spread++
		}
	}
}

func (c *cutter) write(p int) (err error) {
	if c.files[p] == nil {
		if c.files[p], err = c.q.Spill().Create(c.name, c.types); err != nil {
			return err
		}
	}
	err = c.files[p].Write(&c.open[p])
	c.open[p] = columnar.Batch{}
	return err
}

// finish writes the rest and returns the files, nil for parts without rows.
func (c *cutter) finish() ([]*spill.File, error) {
	out := make([]*spill.File, len(c.files))
	for p := range c.open {
		if c.open[p].N > 0 {
			if err := c.write(p); err != nil {
				return nil, err
			}
		}
		if c.files[p] != nil {
			out[p] = c.files[p].Finish()
		}
	}
	return out, nil
}

// cut takes all rows of files and finishes.
func (c *cutter) cut(w *exec.Worker, files []*spill.File) ([]*spill.File, error) {
	if err := eachBlock(w, files, c.add); err != nil {
		return nil, err
	}
	return c.finish()
}
