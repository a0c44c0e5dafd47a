package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// Rows of a chunk of materialized rows: a chunk ends with the morsel that makes it reach minChunk, and at maxChunk in any case.
const (
	minChunk = 4096
	maxChunk = 64 << 10
)

// NewMaterialize returns a sink that keeps all rows. With ordered, in the order of the source: by morsel, then by sequence.
//
// Values and string bytes are copied. Codes into shared dictionaries stay codes, so strings of a dictionary, and columns that a join took
// from its build side, are not copied.
func NewMaterialize(in []*expr.Column, ordered bool, q *exec.Query) exec.Sink {
	return &materialize{types: columnTypes(in), ordered: ordered, arena: q.NewArena()}
}

func columnTypes(cols []*expr.Column) []types.Type {
	ts := make([]types.Type, len(cols))
	for i, c := range cols {
		ts[i] = c.T
	}
	return ts
}

// chunkFloor is the bytes of an open chunk that are never refused, so that a worker can fill a chunk worth writing to a file.
const chunkFloor = 64 << 10

type materialize struct {
	types   []types.Type
	ordered bool
	arena   *slab.Arena
	chunks  []*chunk
	held    int64 // bytes reserved for the chunks
}

// chunk is rows of consecutive pieces, or one piece in a file.
type chunk struct {
	columnar.Batch
	pieces []piece
	bytes  int64              // reserved
	before []*columnar.Vector // columns of the worker's chunk before, whose dictionaries are accounted there
	file   *spill.File        // nil: in memory
	block  int
}

// piece is the rows of one morsel in a chunk.
type piece struct{ morsel, from, to int }

func (m *materialize) Name() string { return "Materialize" }

func (m *materialize) NewLocal(w *exec.Worker) (exec.LocalSink, error) {
	return &localMaterialize{m: m, w: w}, nil
}

type localMaterialize struct {
	m       *materialize
	w       *exec.Worker
	chunks  []*chunk
	open    *chunk
	held    int64 // bytes reserved for the chunks
	file    *spill.Writer
	scratch columnar.Vector
}

// Consume appends the batch to the open chunk.
func (l *localMaterialize) Consume(b *columnar.Batch) error {
	c := l.open
	if c == nil || c.N >= minChunk && c.last().morsel != b.Morsel || c.N >= maxChunk {
		l.close()
		c = l.start()
	}
	if p := c.last(); p == nil || p.morsel != b.Morsel {
		c.pieces = append(c.pieces, piece{morsel: b.Morsel, from: c.N, to: c.N})
	}
	rows := b.Rows()
	for i, v := range b.Cols {
		if bulky(v, c.N) {
			v = columnar.Flatten(&l.scratch, v, rows)
		}
		columnar.Append(c.Cols[i], v, rows)
	}
	c.N += rows.Count()
	c.last().to = c.N
	return l.reserve(c)
}

// bulky reports whether a dictionary column is better kept as values: they are small and the dictionary much larger than a chunk, so that
// every later use would jump about in it.
func bulky(v *columnar.Vector, have int) bool {
	return v.Form == columnar.Dictionary && v.Dict.Len > maxChunk && v.Width < columnar.WView
}

func (l *localMaterialize) start() *chunk {
	c := l.m.newChunk(l.open)
	if l.open != nil {
		c.before = l.open.Cols
	}
	l.open, l.chunks = c, append(l.chunks, c)
	return c
}

// close ends the open chunk, which then needs less if dictionaries are not worth keeping for it.
func (l *localMaterialize) close() {
	if l.open == nil {
		return
	}
	l.open.finish()
	if less := l.open.bytes - l.open.size(); less > 0 {
		l.w.Query.Budget().Release(less)
		l.open.bytes -= less
		l.held -= less
	}
}

func (m *materialize) newChunk(before *chunk) *chunk {
	c := &chunk{}
	if before != nil {
		c.Cols = emptyColumns(m.arena, m.types, before.Cols, before.N)
	} else {
		c.Cols = emptyColumns(m.arena, m.types, nil, 0)
	}
	return c
}

// emptyColumns returns columns without rows, with room for as many values, or codes, as full ones of before have, if that is not nil: what follows is taken
// to be like it, and need not grow step by step.
func emptyColumns(a *slab.Arena, ts []types.Type, before []*columnar.Vector, n int) []*columnar.Vector {
	cols := make([]*columnar.Vector, len(ts))
	for i, t := range ts {
		room := 0
		if before != nil && before[i].Form == columnar.Flat {
			room = n
		}
		cols[i] = columnar.NewIn(a, t, columnar.WidthOf(t), room)
		cols[i].Truncate()
		if before != nil && before[i].Form == columnar.Dictionary {
			cols[i].RoomForCodes(n)
		}
	}
	return cols
}

// free gives the memory of a chunk back whose rows are elsewhere now.
func (c *chunk) free() {
	for _, v := range c.Cols {
		v.Free()
	}
}

// size returns the bytes that the rows hold, with the shared dictionaries that they are the first to refer to.
func (c *chunk) size() (n int64) {
	for i, v := range c.Cols {
		n += v.Size()
		if c.before == nil {
			n += v.SharedSize(nil)
		} else {
			n += v.SharedSize(c.before[i])
		}
	}
	return n
}

func (c *chunk) finish() {
	for _, v := range c.Cols {
		v.Finish()
	}
}

func (l *localMaterialize) reserve(c *chunk) error {
	size := c.size()
	more := size - c.bytes
	if more <= 0 {
		return nil
	}
	if budget := l.w.Query.Budget(); !budget.Claim(more, l.held) {
		if size > chunkFloor {
			return l.spill()
		}
		budget.Force(more)
	}
	c.bytes = size
	l.held += more
	return nil
}

// spill writes the worker's chunks to a file, each piece in blocks of its own, so that blocks can be put in order.
func (l *localMaterialize) spill() error {
	if l.file == nil {
		var err error
		if l.file, err = l.w.Query.Spill().Create("rows", l.m.types); err != nil {
			return err
		}
	}
	var out []*chunk
	for _, c := range l.chunks {
		if c.file != nil {
			out = append(out, c)
			continue
		}
		for _, p := range c.pieces {
			blocks, err := l.write(c, p)
			if err != nil {
				return err
			}
			out = append(out, blocks...)
		}
		c.free()
		l.w.Query.Budget().Release(c.bytes)
	}
	l.chunks, l.open, l.held = out, nil, 0
	return nil
}

// write writes a piece in blocks of mergedRows: a reader holds one in memory.
func (l *localMaterialize) write(c *chunk, p piece) (out []*chunk, err error) {
	for from := p.from; from < p.to; from += mergedRows {
		n := min(mergedRows, p.to-from)
		sel := piece{from: from, to: from + n}.rows(nil)
		if err := l.file.Write(&columnar.Batch{Cols: c.Cols, N: c.N, Sel: sel, Morsel: p.morsel}); err != nil {
			return nil, err
		}
		file := l.file.Finish()
		out = append(out, &chunk{Batch: columnar.Batch{N: n}, pieces: []piece{{p.morsel, 0, n}}, file: file, block: file.Blocks() - 1})
	}
	return out, nil
}

// rows returns the rows of the piece, over dst.
func (p piece) rows(dst []int32) []int32 {
	dst = dst[:0]
	for r := p.from; r < p.to; r++ {
		dst = append(dst, int32(r))
	}
	return dst
}

func (c *chunk) last() *piece {
	if len(c.pieces) == 0 {
		return nil
	}
	return &c.pieces[len(c.pieces)-1]
}

func (m *materialize) Combine(local exec.LocalSink) error {
	l := local.(*localMaterialize)
	l.close()
	m.chunks = append(m.chunks, l.chunks...)
	m.held += l.held
	return nil
}

// Finalize puts the chunks in order. Chunks whose morsels interleave, which only small ones do, are cut and merged.
func (m *materialize) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	if m.ordered {
		m.chunks = m.inOrder(m.chunks)
	}
	out := make([]exec.Chunk, len(m.chunks))
	for i, c := range m.chunks {
		if c.file != nil {
			out[i] = exec.Chunk{File: c.file, Block: c.block}
			continue
		}
		c.finish() // those that were merged
		out[i].Batch = &columnar.Batch{Cols: c.Cols, N: c.N}
	}
	q.Budget().Release(m.held)
	return exec.NewOutput(q, m.arena, m.types, out), nil
}

func (m *materialize) inOrder(chunks []*chunk) []*chunk {
	for _, c := range chunks { // rows that a step held back may come after later morsels
		if !slices.IsSortedFunc(c.pieces, byMorsel) {
			return m.merge(chunks)
		}
	}
	slices.SortStableFunc(chunks, func(a, b *chunk) int { return a.pieces[0].morsel - b.pieces[0].morsel })
	var out []*chunk
	for i := 0; i < len(chunks); {
		j, end := i+1, chunks[i].last().morsel
		for j < len(chunks) && chunks[j].pieces[0].morsel < end {
			end = max(end, chunks[j].last().morsel)
			j++
		}
		if j == i+1 {
			out = append(out, chunks[i])
		} else {
			out = append(out, m.merge(chunks[i:j])...)
		}
		i = j
	}
	return out
}

func byMorsel(a, b piece) int { return a.morsel - b.morsel }

// chunkPiece is a piece of a chunk.
type chunkPiece struct {
	piece
	of *chunk
}

// merge copies pieces of chunks into new ones, by morsel. Pieces of one morsel are in the order in which its worker met them. Blocks of files
// stay where they are.
func (m *materialize) merge(chunks []*chunk) []*chunk {
	var parts []chunkPiece
	for _, c := range chunks {
		for _, p := range c.pieces {
			parts = append(parts, chunkPiece{p, c})
		}
	}
	slices.SortStableFunc(parts, func(a, b chunkPiece) int { return byMorsel(a.piece, b.piece) })
	var out []*chunk
	var open *chunk
	var sel []int32
	for _, p := range parts {
		if p.of.file != nil {
			out, open = append(out, p.of), nil
			continue
		}
		if open == nil || open.N >= maxChunk {
			open = m.newChunk(nil)
			out = append(out, open)
		}
		sel = p.rows(sel)
		columnar.AppendBatch(&open.Batch, &columnar.Batch{Cols: p.of.Cols, N: p.of.N, Sel: sel})
		open.pieces = append(open.pieces, p.piece)
	}
	for _, c := range chunks {
		c.free()
	}
	return out
}
