package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushResidual joins a batch where a pair with equal keys counts as a match only if the residual is true for it.
func (p *prober) pushResidual(b *columnar.Batch, keys []*columnar.Vector) error {
	p.found = p.flags(p.found, b.N, nil)
	p.unknown = p.flags(p.unknown, b.N, nil)
	emits := p.spec.Kind <= logical.FullOuter || p.spec.Kind == logical.Single
	p.check.p, p.check.b = p, b
	err := p.eachPairs(func() error {
		sel, err := p.check.pairs()
		if err != nil {
			return err
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
		if !emits || len(sel) == 0 {
			return nil
		}
		if len(sel) == len(p.pairs.probe) {
			sel = nil
		}
		return p.emitPairs(b, sel)
	})
	if err != nil {
		return err
	}
	switch p.spec.Kind {
	case logical.LeftSemi:
		return p.emitRows(b, p.rowsWhere(b, true))
	case logical.LeftAnti:
		return p.emitRows(b, p.rowsWhere(b, false))
	case logical.Mark, logical.NullAwareAnti:
		return p.emitMarked(b, keys)
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
