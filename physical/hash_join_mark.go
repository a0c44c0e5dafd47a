package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// emitMarked pushes the batch with its mark (found, or null where unknown), or for NOT IN the rows whose mark is false.
func (p *prober) emitMarked(b *columnar.Batch) error {
	rows := b.Rows()
	if p.spec.Kind == logical.NullAwareAnti {
		p.rest = sized(p.rest, rows.Count())
		n := 0
		for i := range rows.Count() {
			r := rows.Row(i)
			p.rest[n] = int32(r)
			n += bit(!p.found[r] && !p.unknown[r])
		}
		return p.emitRows(b, p.rest[:n])
	}
	p.mark.Reset(types.BooleanType, columnar.WBool, b.N)
	for r, f := range p.found[:b.N] {
		columnar.Values[uint8](&p.mark)[r] = uint8(bit(f))
		if !f && p.unknown[r] {
			p.mark.SetNull(r)
		}
	}
	return p.emit(b, append(p.probeCols(b), &p.mark), b.N, b.Sel)
}

// findUnknown notes rows without a match for which some comparison is null and none false: rows with a null among their keys against all
// build rows, other rows against build rows with a null.
func (p *prober) findUnknown(b *columnar.Batch, keys []*columnar.Vector) error {
	if p.oneKey() {
		p.findUnknownByKey(b, keys)
		return nil
	}
	if p.build.N == 0 {
		return nil
	}
	withNull := p.index.rowsWithNull()
	rows := b.Rows()
	p.check.p, p.check.b = p, b
	for i := range rows.Count() {
		r := rows.Row(i)
		if p.found[r] || p.unknown[r] {
			continue
		}
		n, list := len(withNull), withNull
		if p.hasNull(keys, r) {
			n, list = p.build.N, nil
		}
		if n == 0 {
			continue
		}
		if err := p.compareAll(keys, r, n, list); err != nil {
			return err
		}
	}
	return nil
}

// findUnknownByKey is findUnknown where a null on either side is all that makes a comparison null.
func (p *prober) findUnknownByKey(b *columnar.Batch, keys []*columnar.Vector) {
	facts := p.facts()
	rows := b.Rows()
	for i := range rows.Count() {
		r := rows.Row(i)
		p.unknown[r] = !p.found[r] && (facts.nulls || facts.rows && p.hasNull(keys, r))
	}
}

// facts returns what a join by one key knows of the whole build side.
func (p *prober) facts() buildFacts {
	if p.whole != nil {
		return *p.whole
	}
	return buildFacts{rows: p.build.N > 0, nulls: p.build.N > 0 && len(p.index.rowsWithNull()) > 0}
}

func (p *prober) hasNull(keys []*columnar.Vector, r int) bool {
	for i, k := range keys {
		if !p.spec.NullSafe[i] && k.IsNull(r) {
			return true
		}
	}
	return false
}

// compareAll sets unknown for row r if it may equal one of n build rows (those listed, or the first n) and the residual is not false.
func (p *prober) compareAll(keys []*columnar.Vector, r, n int, list []int32) error {
	x := &p.pairs
	x.probe, x.build = x.probe[:0], x.build[:0]
	for i := range n {
		m := i
		if list != nil {
			m = int(list[i])
		}
		if !p.mayEqual(keys, r, m) {
			continue
		}
		if p.spec.Residual == nil {
			p.unknown[r] = true
			return nil
		}
		x.probe, x.build = append(x.probe, int32(r)), append(x.build, int32(m))
		if len(x.probe) == p.spec.Query.BatchSize() {
			if err := p.flush(func() error { return p.checkUnknown(r) }); err != nil || p.unknown[r] {
				return err
			}
		}
	}
	if len(x.probe) == 0 {
		return nil
	}
	return p.flush(func() error { return p.checkUnknown(r) })
}

// checkUnknown sets unknown if the residual is true or null for any pair.
func (p *prober) checkUnknown(r int) error {
	sel, err := p.check.pairs()
	if len(sel) > 0 {
		p.unknown[r] = true
	}
	return err
}

// mayEqual reports whether no key of the two rows differs; a null differs from nothing.
func (p *prober) mayEqual(keys []*columnar.Vector, r, m int) bool {
	for i, k := range keys {
		v := p.index.keys[i]
		if p.spec.NullSafe[i] {
			if !kernel.EqualNullable(k, r, v, m) {
				return false
			}
		} else if !k.IsNull(r) && !v.IsNull(m) && !kernel.EqualRows(k, r, v, m) {
			return false
		}
	}
	return true
}
