package physical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// joinIndex finds the build rows of a key. Rows with equal keys form a chain in ascending order; a table leads to its first row.
type joinIndex struct {
	keys     []*columnar.Vector
	nullSafe []bool
	rows     int
	table    joinTable
	next     []int32 // following row of the chain + 1, 0 at its end; nil if no key comes twice

	arena *slab.Arena // of table and next
	held  int64       // bytes reserved

	nulls    sync.Once
	nullRows []int32 // rows with a null in a key that is not null-safe
}

// joinTable finds the first row of a chain. For each row of the set that has one, find writes it to match, by the row's number, and appends
// the row to dst, from dst's start. Other places of match are left alone. Tables are immutable, s is a worker's memory.
type joinTable interface {
	find(keys []*columnar.Vector, rows columnar.Rows, match, dst []int32, s *findScratch) []int32
}

// findScratch is memory that a worker reuses between calls of find.
type findScratch struct {
	codes           []uint64
	sel, pend, left []int32
	same            []int32 // the identity
	slots           []uint32
	compact, hit    []uint64
}

// Rows that one task of a parallel build handles, and the rows below which a build is not worth several tasks.
const (
	buildTask   = 64 << 10
	serialBuild = 128 << 10
)

// newJoinIndex builds the table of n build rows for a join that suits their keys: an array indexed by key for dense integers, a bitmap with counts for
// integers that are in order or few in a range, a table of packed keys where the keys fit in 64 bits, else a table of hashes; for joins that only ask
// whether there is a partner a bitmap instead of the first three.
//
// The index is the caller's to release, with the arena that it takes over. With force it gets its memory whatever the budget.
func newJoinIndex(s *HashJoinSpec, arena *slab.Arena, keys []*columnar.Vector, n int, force bool) (*joinIndex, error) {
	q := s.Query
	x := &joinIndex{keys: keys, nullSafe: s.NullSafe, rows: n, arena: arena}
	b := &indexBuilder{q: q, x: x, parts: 1, force: force, bits: s.onlyAsks()}
	if err := b.build(n); err != nil {
		x.release(q)
		return nil, err
	}
	return x, nil
}

// release gives the memory of an index back.
func (x *joinIndex) release(q *exec.Query) {
	x.arena.Close()
	q.Budget().Release(x.held)
}

func (b *indexBuilder) build(n int) error {
	q, keys := b.q, b.x.keys
	if n > serialBuild {
		for b.parts < q.Threads() && b.parts < 64 {
			b.parts *= 2
		}
	}
	layout, packed := newKeyLayout(keys, b.x.nullSafe)
	b.bits = b.bits && packed && layout.bits(n)
	switch {
	case b.bits && plainKey(keys):
		return b.buildBits(layout)
	case packed && layout.direct(n) && plainKey(keys):
		return b.buildDirect(layout)
	}
	ids := int64(n) * 8
	if err := b.reserve(ids); err != nil {
		return err
	}
	defer q.Budget().Release(ids)
	b.ids = slab.Make[uint64](b.x.arena, n)
	defer slab.Free(b.x.arena, b.ids)
	identify := b.hashes
	if packed {
		identify = layout.codes
	}
	if err := b.identify(identify); err != nil {
		return err
	}
	switch {
	case !packed:
		return b.buildHashes()
	case b.bits:
		return b.buildBits(layout)
	case layout.direct(n):
		return b.buildDirect(layout)
	case b.ranked(layout):
		return b.buildRanks(layout)
	}
	return b.buildCodes(layout)
}

// plainKey reports whether there is one key, an int or bigint without nulls, which arrays and bitmaps take as it is.
func plainKey(keys []*columnar.Vector) bool {
	k := keys[0]
	return len(keys) == 1 && k.Form == columnar.Flat && k.Valid == nil && (k.Width == columnar.W32 || k.Width == columnar.W64)
}

// indexBuilder is an index under construction. ids are the rows' packed keys or hashes; rows whose bit in absent is set have no key.
type indexBuilder struct {
	q      *exec.Query
	x      *joinIndex
	parts  int
	force  bool
	bits   bool // a bitmap will do
	ids    []uint64
	absent []uint64 // nil: none
	chain  sync.Once
	err    error // of chain
}

// link puts row r before the chain that begins at row old - 1, if there is one. Most build sides have unique keys, so the memory of chains is
// only taken when the first duplicate comes.
func (b *indexBuilder) link(r int, old int32) {
	if old == 0 {
		return
	}
	b.chain.Do(func() {
		if b.err = b.hold(int64(b.x.rows) * 4); b.err == nil {
			b.x.next = slab.MakeZeroed[int32](b.x.arena, b.x.rows)
		}
	})
	if b.err == nil {
		b.x.next[r] = old
	}
}

func (b *indexBuilder) reserve(n int64) error {
	if b.force {
		b.q.Budget().Force(n)
	} else if !b.q.Budget().Claim(n, 0) {
		return b.q.Budget().OutOfMemory("The hash table of a join", n)
	}
	return nil
}

// hold reserves memory that the index keeps.
func (b *indexBuilder) hold(n int64) error {
	if err := b.reserve(n); err != nil {
		return err
	}
	b.x.held += n
	return nil
}

// identify computes ids in parallel. f returns the rows of the set that have a key, over dst, with ids by row number.
func (b *indexBuilder) identify(f func(keys []*columnar.Vector, rows columnar.Rows, ids []uint64, dst []int32) []int32) error {
	n := b.x.rows
	for i, k := range b.x.keys {
		if k.MayHaveNulls() && !b.x.nullSafe[i] && b.absent == nil {
			b.absent = make([]uint64, columnar.Words(n))
		}
	}
	return b.q.Parallel((n+buildTask-1)/buildTask, func(w *exec.Worker, task int) error {
		off := task * buildTask
		rows := columnar.AllRows(min(buildTask, n-off))
		keys := make([]*columnar.Vector, len(b.x.keys))
		for i, k := range b.x.keys {
			keys[i] = k.Slice(off, rows.N)
		}
		sel := f(keys, rows, b.ids[off:off+rows.N], make([]int32, rows.N))
		if len(sel) < rows.N {
			words := b.absent[off>>6 : columnar.Words(off+rows.N)]
			for _, r := range kernel.Difference(rows, sel, make([]int32, rows.N)) {
				words[r>>6] |= 1 << (r & 63)
			}
		}
		return nil
	})
}

func (b *indexBuilder) hashes(keys []*columnar.Vector, rows columnar.Rows, ids []uint64, dst []int32) []int32 {
	for i, k := range keys {
		kernel.Hash(k, rows, ids, i > 0)
	}
	return presentRows(keys, b.x.nullSafe, rows, dst)
}

// presentRows returns, over dst, the rows whose keys are not null, or null-safe.
func presentRows(keys []*columnar.Vector, nullSafe []bool, rows columnar.Rows, dst []int32) []int32 {
	dst = kernel.SelectNotNull(firstStrict(keys, nullSafe), rows, dst)
	for i, k := range keys {
		if !nullSafe[i] && k.MayHaveNulls() {
			dst = kernel.SelectNotNull(k, columnar.Rows{Sel: dst, N: rows.N}, dst)
		}
	}
	return dst
}

var noNulls = &columnar.Vector{}

// firstStrict returns the first key that must not be null, or a vector without nulls.
func firstStrict(keys []*columnar.Vector, nullSafe []bool) *columnar.Vector {
	for i, k := range keys {
		if !nullSafe[i] {
			return k
		}
	}
	return noNulls
}

// has reports whether row r has a key.
func (b *indexBuilder) has(r int) bool { return b.absent == nil || b.absent[r>>6]>>(r&63)&1 == 0 }

// insert calls put for the rows of each part, from the last to the first, so that chains ascend. Parts run in parallel.
func (b *indexBuilder) insert(part func(id uint64) int, put func(part, row int, id uint64)) error {
	return b.eachPart(func(p, from, to int) {
		for r := to - 1; r >= from; r-- {
			if id := b.ids[r]; (b.parts == 1 || part(id) == p) && b.has(r) {
				put(p, r, id)
			}
		}
	})
}

// eachPart calls f for each part with ranges of all rows, from the last to the first. Parts run in parallel.
func (b *indexBuilder) eachPart(f func(part, from, to int)) error {
	err := b.q.Parallel(b.parts, func(w *exec.Worker, p int) error {
		for to := b.x.rows; to > 0; {
			if err := w.Err(); err != nil {
				return err
			}
			from := (to - 1) / buildTask * buildTask
			f(p, from, to)
			to = from
		}
		return nil
	})
	if b.err != nil {
		return b.err
	}
	return err
}

// counts returns the rows of each part.
func (b *indexBuilder) counts(part func(id uint64) int) []int {
	counts := make([]int, b.parts)
	if b.parts == 1 {
		counts[0] = b.x.rows
		return counts
	}
	for _, id := range b.ids {
		counts[part(id)]++
	}
	return counts
}

// rowsWithNull returns the build rows that have a null in a key that is not null-safe.
func (x *joinIndex) rowsWithNull() []int32 {
	x.nulls.Do(func() {
		rows := columnar.AllRows(x.rows)
		x.nullRows = kernel.Difference(rows, presentRows(x.keys, x.nullSafe, rows, make([]int32, x.rows)), make([]int32, x.rows))
	})
	return x.nullRows
}
