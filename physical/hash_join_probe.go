package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// prober is one worker's part of the probe. match and hits are the result of the last lookup: the rows of the batch that have a chain, and by
// row number its first build row.
type prober struct {
	*HashJoin
	w    *exec.Worker
	next exec.Push

	keys    evaluator
	select_ selector  // the residual, nil without
	truth   evaluator // the residual of a three-valued join

	scratch findScratch
	match   []int32
	hits    []int32
	entries entryCache

	pairs   pairs
	open    pairs // rows that have no match yet, and their next candidates
	check   residualCheck
	found   []bool // residual: rows with a match
	unknown []bool // residual: rows with a pair for which it is null
	rest    []int32
	seen    []uint64 // right and full outer: build rows with a partner

	left, right repeater
	compactor   compactor
	present     []uint64
	out         columnar.Batch
	mark        columnar.Vector
}

func newProber(j *HashJoin, w *exec.Worker, next exec.Push) *prober {
	p := &prober{HashJoin: j, w: w, next: next, keys: j.keys()}
	if j.residual != nil {
		p.select_ = j.residual()
	}
	if j.truth != nil {
		p.truth = j.truth()
	}
	if j.unmatched() != nil {
		p.seen = make([]uint64, columnar.Words(j.build.N))
	}
	return p
}

func (p *prober) finish() error {
	if p.seen != nil {
		p.mergeMatched(p.seen)
		p.seen = nil
	}
	return nil
}

func (p *prober) push(b *columnar.Batch) error {
	keys, err := p.lookupKeys(b)
	if err != nil {
		return err
	}
	if p.spec.Residual != nil || p.spec.Kind == logical.Mark || p.spec.Kind == logical.NullAwareAnti {
		if err := p.findMatches(b, keys); err != nil {
			return err
		}
		return p.emitOutcome(b)
	}
	switch p.spec.Kind {
	case logical.LeftSemi:
		return p.emitRows(b, p.hits)
	case logical.LeftAnti:
		p.rest = kernel.Difference(b.Rows(), p.hits, p.rest)
		return p.emitRows(b, p.rest)
	}
	if p.index.next == nil {
		return p.emitUnique(b)
	}
	return p.emitChains(b)
}

// lookupKeys computes the keys of a batch and finds their chains.
func (p *prober) lookupKeys(b *columnar.Batch) ([]*columnar.Vector, error) {
	keys, err := p.keys.Eval(b)
	if err == nil {
		p.lookup(keys, b.Rows())
	}
	return keys, err
}

// flags returns dst as n flags, set at the rows.
func (p *prober) flags(dst []bool, n int, rows []int32) []bool {
	dst = sized(dst, n)
	clear(dst)
	for _, r := range rows {
		dst[r] = true
	}
	return dst
}

// keepsLeft reports whether probe rows without a match come out with nulls.
func (p *prober) keepsLeft() bool {
	return p.spec.Kind == logical.LeftOuter || p.spec.Kind == logical.FullOuter || p.spec.Kind == logical.Single
}

// lookup finds the chains of the rows.
func (p *prober) lookup(keys []*columnar.Vector, rows columnar.Rows) {
	if len(p.match) < rows.N {
		p.match = make([]int32, max(rows.N, columnar.BatchSize))
	}
	if p.build.N == 0 {
		p.hits = p.hits[:0]
		return
	}
	for i, k := range keys {
		if k.Base().Width == columnar.WNone && !p.spec.NullSafe[i] { // void: all null
			p.hits = p.hits[:0]
			return
		}
	}
	if len(keys) == 1 && !p.spec.NullSafe[0] && p.entries.ready(p, keys[0], rows.Count()) {
		p.hits = p.entries.find(keys[0], rows, p.match, p.hits)
		return
	}
	p.hits = p.index.table.find(keys, rows, p.match, p.hits, &p.scratch)
}

// emitRows pushes probe rows as they are.
func (p *prober) emitRows(b *columnar.Batch, rows []int32) error {
	if len(rows) == 0 {
		return nil
	}
	return p.emit(b, p.probeCols(b), b.N, selection(rows, b))
}

func selection(rows []int32, b *columnar.Batch) []int32 {
	if len(rows) == b.N {
		return nil
	}
	return rows
}

func (p *prober) probeCols(b *columnar.Batch) []*columnar.Vector {
	cols := p.out.Cols[:0]
	for _, k := range p.HashJoin.out.probe {
		cols = append(cols, b.Cols[k])
	}
	return cols
}

func (p *prober) emit(b *columnar.Batch, cols []*columnar.Vector, n int, sel []int32) error {
	p.out = columnar.Batch{Cols: cols, N: n, Sel: sel, Morsel: b.Morsel, Seq: b.Seq}
	return p.next(&p.out)
}

// emitUnique pushes a batch whose rows have one match at most: probe columns as they are, build columns as codes.
func (p *prober) emitUnique(b *columnar.Batch) error {
	for _, r := range p.seenRows() {
		m := p.match[r]
		p.seen[m>>6] |= 1 << (m & 63)
	}
	sel := selection(p.hits, b)
	var present []uint64
	if p.keepsLeft() {
		if len(p.hits) == 0 {
			return p.emitNulls(b, b.Sel)
		}
		if sel != nil {
			present = p.presentBits(b.N)
		}
		sel = b.Sel
	} else if len(p.hits) == 0 {
		return nil
	} else if sparse*len(p.hits) <= b.N {
		return p.emitFew(b)
	}
	cols := p.right.appendRows(p.probeCols(b), p.HashJoin.out.values.Cols, p.match[:b.N], present)
	return p.emit(b, cols, b.N, sel)
}

// emitFew pushes the few rows with their one match as a dense batch: making codes, and all that follows, costs by the rows of a batch.
func (p *prober) emitFew(b *columnar.Batch) error {
	dense := p.compactor.compact(&columnar.Batch{Cols: p.probeCols(b), N: b.N, Sel: p.hits})
	build := sized(p.pairs.build, len(p.hits))
	for i, r := range p.hits {
		build[i] = p.match[r]
	}
	p.pairs.build = build
	cols := p.right.appendRows(append(p.out.Cols[:0], dense.Cols...), p.HashJoin.out.values.Cols, build, nil)
	return p.emit(b, cols, len(build), nil)
}

// seenRows returns the hits if the join must remember the build rows that have a partner.
func (p *prober) seenRows() []int32 {
	if p.seen == nil {
		return nil
	}
	return p.hits
}

// presentBits returns a bit for every row of the batch, set for hits.
func (p *prober) presentBits(n int) []uint64 {
	p.present = sized(p.present, columnar.Words(n))
	clear(p.present)
	for _, r := range p.hits {
		p.present[r>>6] |= 1 << (r & 63)
	}
	return p.present
}

// emitNulls pushes probe rows with nulls for the build columns.
func (p *prober) emitNulls(b *columnar.Batch, sel []int32) error {
	cols := p.probeCols(b)
	for _, c := range p.HashJoin.out.buildCols {
		cols = append(cols, columnar.NullConstant(c.T, b.N))
	}
	return p.emit(b, cols, b.N, sel)
}

// emitChains pushes all pairs of probe rows and their chains, and rows without a chain if they are kept.
func (p *prober) emitChains(b *columnar.Batch) error {
	if p.spec.Kind == logical.Single {
		for _, r := range p.hits {
			if p.index.next[p.match[r]] != 0 {
				return tooManyRows(p.spec.At)
			}
		}
		return p.emitUnique(b)
	}
	err := p.eachPairs(func() error {
		for _, m := range p.pairs.build {
			if p.seen == nil {
				break
			}
			p.seen[m>>6] |= 1 << (m & 63)
		}
		return p.emitPairs(b, nil)
	})
	if err != nil || !p.keepsLeft() {
		return err
	}
	p.rest = kernel.Difference(b.Rows(), p.hits, p.rest)
	if len(p.rest) == 0 {
		return nil
	}
	return p.emitNulls(b, selection(p.rest, b))
}

func tooManyRows(at sqlerr.Pos) error {
	return sqlerr.New("SCALAR_SUBQUERY_TOO_MANY_ROWS", at, "More than one row was returned by a subquery used as an expression.")
}

// pairs are candidate rows: probe row and build row at the same place.
type pairs struct{ probe, build []int32 }

// eachPairs fills pairs with the chains of the hits, a batch at a time, and calls f with each.
func (p *prober) eachPairs(f func() error) error {
	size := p.spec.Query.BatchSize()
	next := p.index.next
	probe, build := sized(p.pairs.probe, size), sized(p.pairs.build, size)
	n := 0
	for _, r := range p.hits {
		for m := p.match[r]; m >= 0; m = next[m] - 1 {
			if n == size {
				p.pairs = pairs{probe, build}
				if err := p.flush(f); err != nil {
					return err
				}
				n = 0
			}
			probe[n], build[n] = r, m
			n++
			if next == nil {
				break
			}
		}
	}
	if n == 0 {
		return nil
	}
	p.pairs = pairs{probe[:n], build[:n]}
	return p.flush(f)
}

// untilFound is eachPairs for joins that only ask whether there is a match: a row that was found needs no more candidates. All rows get one, those
// without a match two more, then four, so that long chains take few rounds.
func (p *prober) untilFound(f func() error) error {
	size := p.spec.Query.BatchSize()
	next := p.index.next
	probe, build := sized(p.pairs.probe, size), sized(p.pairs.build, size)
	open, at := append(p.open.probe[:0], p.hits...), p.open.build[:0]
	for _, r := range open {
		at = append(at, p.match[r])
	}
	p.open = pairs{open, at}
	for each := 1; len(open) > 0; each = min(2*each, size) {
		n := 0
		for i, r := range open {
			m := at[i]
			for k := 0; k < each && m >= 0; k++ {
				if n == size {
					p.pairs = pairs{probe, build}
					if err := p.flush(f); err != nil {
						return err
					}
					n = 0
				}
				probe[n], build[n] = r, m
				n++
				if next == nil {
					m = -1
				} else {
					m = next[m] - 1
				}
			}
			at[i] = m
		}
		p.pairs = pairs{probe[:n], build[:n]}
		if err := p.flush(f); err != nil {
			return err
		}
		k := 0
		for i, r := range open {
			if at[i] >= 0 && !p.found[r] {
				open[k], at[k] = r, at[i]
				k++
			}
		}
		open, at = open[:k], at[:k]
	}
	return nil
}

func (p *prober) flush(f func() error) error {
	if err := p.w.Err(); err != nil {
		return err
	}
	return f()
}

// emitPairs pushes those pairs that sel lists, all if it is nil.
func (p *prober) emitPairs(b *columnar.Batch, sel []int32) error {
	src := make([]*columnar.Vector, 0, len(p.HashJoin.out.probe))
	for _, k := range p.HashJoin.out.probe {
		src = append(src, b.Cols[k])
	}
	cols := p.left.appendRows(p.out.Cols[:0], src, p.pairs.probe, nil)
	cols = p.right.appendRows(cols, p.HashJoin.out.values.Cols, p.pairs.build, nil)
	return p.emit(b, cols, len(p.pairs.probe), sel)
}
