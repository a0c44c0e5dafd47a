package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/logical"
)

// findMatches sets found for the rows of a batch that have a match, and unknown for those without for which a comparison is null. A pair with
// equal keys is a match only if the residual is true for it. Pairs are pushed, for kinds of joins that give them.
func (p *prober) findMatches(b *columnar.Batch, keys []*columnar.Vector) error {
	p.found = p.flags(p.found, b.N, nil)
	p.unknown = p.flags(p.unknown, b.N, nil)
	if p.spec.Residual == nil && !p.givesPairs() {
		p.found = p.flags(p.found, b.N, p.hits)
	} else {
		p.check.p, p.check.b = p, b
		each := p.eachPairs
		if !p.givesPairs() && p.seen == nil {
			each = p.untilFound
		}
		if err := each(func() error { return p.matchPairs(b) }); err != nil {
			return err
		}
	}
	if p.threeValued() {
		return p.findUnknown(b, keys)
	}
	return nil
}

// givesPairs reports whether pairs of rows come out of the join.
func (p *prober) givesPairs() bool {
	return p.spec.Kind <= logical.FullOuter || p.spec.Kind == logical.Single
}

// matchPairs notes and pushes those of the prober's pairs that match.
func (p *prober) matchPairs(b *columnar.Batch) error {
	sel := columnar.Identity(len(p.pairs.probe))
	if p.spec.Residual != nil {
		var err error
		if sel, err = p.check.pairs(); err != nil {
			return err
		}
	}
	for _, k := range sel {
		r := p.pairs.probe[k]
		if p.spec.Kind == logical.Single && p.found[r] {
			return tooManyRows(p.spec.At)
		}
		p.found[r] = true
		if p.seen != nil {
			m := p.pairs.build[k]
			p.seen[m>>6] |= 1 << (m & 63)
		}
	}
	if !p.givesPairs() || len(sel) == 0 {
		return nil
	}
	if len(sel) == len(p.pairs.probe) {
		sel = nil
	}
	return p.emitPairs(b, sel)
}

// emitOutcome pushes what the kind of join gives for rows by found and unknown.
func (p *prober) emitOutcome(b *columnar.Batch) error {
	switch p.spec.Kind {
	case logical.LeftSemi:
		return p.emitRows(b, p.rowsWhere(b, true))
	case logical.LeftAnti:
		return p.emitRows(b, p.rowsWhere(b, false))
	case logical.Mark, logical.NullAwareAnti:
		return p.emitMarked(b)
	}
	if rest := p.rowsWhere(b, false); p.keepsLeft() && len(rest) > 0 {
		return p.emitNulls(b, selection(rest, b))
	}
	return nil
}

// rowsWhere returns the rows of the batch that have a match, or those that have none.
func (p *prober) rowsWhere(b *columnar.Batch, found bool) []int32 {
	rows := b.Rows()
	p.rest = sized(p.rest, rows.Count())
	n := 0
	for i := range rows.Count() {
		r := rows.Row(i)
		p.rest[n] = int32(r)
		n += bit(p.found[r] == found)
	}
	return p.rest[:n]
}

// residualCheck evaluates the residual on the prober's pairs.
type residualCheck struct {
	p           *prober
	b           *columnar.Batch
	left, right repeater
	batch       columnar.Batch
	sel, nulls  []int32
}

// pairs returns the pairs for which the residual is true. In a three-valued join it notes rows of pairs for which it is null.
func (c *residualCheck) pairs() ([]int32, error) {
	p := c.p
	cols := c.left.appendRows(c.batch.Cols[:0], c.b.Cols, p.pairs.probe, nil)
	cols = c.right.appendRows(cols, p.build.Cols, p.pairs.build, nil)
	c.batch = columnar.Batch{Cols: cols, N: len(p.pairs.probe), Morsel: c.b.Morsel, Seq: c.b.Seq}
	var err error
	if p.truth == nil {
		c.sel, err = p.select_.Select(&c.batch, c.sel)
		return c.sel, err
	}
	vs, err := p.truth.Eval(&c.batch)
	if err != nil {
		return nil, err
	}
	c.nulls = kernel.SelectNull(vs[0], c.batch.Rows(), c.nulls)
	for _, k := range c.nulls {
		p.unknown[p.pairs.probe[k]] = true
	}
	c.sel = kernel.SelectTrue(vs[0], c.batch.Rows(), c.sel)
	return c.sel, nil
}
