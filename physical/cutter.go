package physical

import (
	"math/bits"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/types"
)

// cutter divides rows into parts by the hash of their keys: by some bits behind those from the top that divided them before. All parts are in one
// file. Rows without a key go where keyless says.
type cutter struct {
	q        *exec.Query
	name     string
	types    []types.Type
	keys     evaluator
	nullSafe []bool
	cut      hashBits
	keyless  keylessRows
	nulls    bool // there were rows without a key
	spread   int

	hasher keyHasher
	hashes []uint64
	keyed  []int32
	bare   []int32
	sels   [][]int32 // by part, the last of rows without a key
	open   []columnar.Batch
	parts  []*cutPart
	file   *spill.Writer
}

// hashBits are the bits of a hash that divide rows into parts: n of them behind the used ones.
type hashBits struct{ used, n int }

// parts returns the number of parts.
func (h hashBits) parts() int { return 1 << h.n }

// of returns the part of a hash.
func (h hashBits) of(hash uint64) int { return int(hash >> (64 - h.used - h.n) & (1<<h.n - 1)) }

// The fewest and most bits of one cut, and how many divide rows at most.
const (
	fewestCutBits = 2
	mostCutBits   = 8
	allCutBits    = 24
)

// next returns the bits that divide rows further, which take so many bytes where they are read, so that a part takes half of the memory that there is
// for each of the workers.
func (h hashBits) next(q *exec.Query, bytes int64) hashBits {
	used := h.used + h.n
	n := bits.Len64(uint64(2 * bytes / max(partMemory(q), 1)))
	return hashBits{used, min(max(n, fewestCutBits), mostCutBits, allCutBits-used)}
}

// spent reports that rows cannot be divided further.
func (h hashBits) spent() bool { return h.used+h.n >= allCutBits }

// available returns a worker's share of the memory that nobody holds.
func available(q *exec.Query) int64 {
	return (q.Budget().Limit() - q.Budget().Used()) / int64(q.Threads())
}

// partMemory returns the bytes that there are for the part that a worker has in memory.
func partMemory(q *exec.Query) int64 { return max(partFloor(q.Budget()), available(q)) }

// partFloor returns the bytes of a part that are never refused: with less, parts would be smaller than what reading them takes. Tests with hardly
// any memory get parts and blocks of a few rows.
func partFloor(b *budget.Budget) int64 { return min(256<<10, 4*b.Limit()) }

// cutPart is the rows of one part: blocks of a file, which goes with the last of its parts.
type cutPart struct {
	file        *spill.File
	left        *atomic.Int32 // parts of the file that are not removed
	blocks      []int
	rows, bytes int64
	removed     atomic.Bool
}

// remove forgets the rows.
func (p *cutPart) remove() {
	if !p.removed.Swap(true) && p.left.Add(-1) == 0 {
		p.file.Remove()
	}
}

// each calls f with the batches of the part, which live until f returns.
func (p *cutPart) each(q interface{ Err() error }, f func(b *columnar.Batch) error) error {
	var b columnar.Batch
	var buf spill.Buffer
	for _, i := range p.blocks {
		if err := q.Err(); err != nil {
			return err
		}
		if err := p.file.Read(i, &buf, &b); err != nil {
			return err
		}
		if err := f(&b); err != nil {
			return err
		}
	}
	return nil
}

// eachBlock calls f with the batches of parts.
func eachBlock(q interface{ Err() error }, parts []*cutPart, f exec.Push) error {
	for _, p := range parts {
		if err := p.each(q, f); err != nil {
			return err
		}
	}
	return nil
}

// keylessRows says what becomes of rows without a key.
type keylessRows uint8

const (
	keylessSpread  keylessRows = iota // shared out among the parts: they are kept, and match nothing
	keylessDropped                    // nothing is given for them
	keylessApart                      // in a part of their own, the last
)

// cutRows is the most rows that a cutter holds; a block of a part has its share, or 1,024 if that is less.
const cutRows = 1 << 14

func newCutter(q *exec.Query, name string, ts []types.Type, keys evaluator, nullSafe []bool, cut hashBits) *cutter {
	n := cut.parts() + 1
	return &cutter{q: q, name: name, types: ts, keys: keys, nullSafe: nullSafe, cut: cut,
		sels: make([][]int32, n), open: make([]columnar.Batch, n), parts: make([]*cutPart, n)}
}

// blockRows returns the rows of a block.
func (c *cutter) blockRows() int { return min(cutRows/c.cut.parts(), 1<<10, c.q.BatchSize()) }

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
		if c.open[p].N >= c.blockRows() {
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
	c.hashes = c.hasher.hash(keys, rows, c.hashes)
	for i, h := range c.hashes {
		p := c.cut.of(h)
		c.sels[p] = append(c.sels[p], c.keyed[i])
	}
	return nil
}

func (c *cutter) divideKeyless() {
	c.nulls = true
	switch c.keyless {
	case keylessApart:
		last := &c.sels[c.cut.parts()]
		*last = append(*last, c.bare...)
	case keylessSpread:
		for _, r := range c.bare {
			p := c.spread & (c.cut.parts() - 1)
			c.sels[p] = append(c.sels[p], r)
			c.spread++
		}
	}
}

func (c *cutter) write(p int) (err error) {
	if c.file == nil {
		if c.file, err = c.q.Spill().Create(c.name, c.types); err != nil {
			return err
		}
	}
	if err := c.file.Write(&c.open[p]); err != nil {
		return err
	}
	if c.parts[p] == nil {
		c.parts[p] = &cutPart{file: c.file.Finish()}
	}
	part := c.parts[p]
	block := part.file.Blocks() - 1
	part.blocks = append(part.blocks, block)
	part.rows += int64(part.file.BlockRows(block))
	part.bytes += part.file.BlockBytes(block)
	c.open[p] = columnar.Batch{}
	return nil
}

// finish writes the rest and returns the parts, nil for those without rows.
func (c *cutter) finish() ([]*cutPart, error) {
	for p := range c.open {
		if c.open[p].N > 0 {
			if err := c.write(p); err != nil {
				return nil, err
			}
		}
	}
	left := &atomic.Int32{}
	for _, p := range present(c.parts...) {
		p.left = left
		left.Add(1)
	}
	return c.parts, nil
}

// cutAll takes all rows of parts and finishes.
func (c *cutter) cutAll(parts []*cutPart) ([]*cutPart, error) {
	if err := eachBlock(c.q, parts, c.add); err != nil {
		return nil, err
	}
	return c.finish()
}

// present returns those parts that have rows.
func present(parts ...*cutPart) []*cutPart {
	out := make([]*cutPart, 0, len(parts))
	for _, p := range parts {
		if p != nil {
			out = append(out, p)
		}
	}
	return out
}

func removeAll(parts []*cutPart) {
	for _, p := range parts {
		p.remove()
	}
}
