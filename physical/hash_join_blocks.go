package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// blocks joins build rows that do not fit in memory together with probe rows: as many build rows as fit, with all probe rows,
// then the next ones. Two bits a probe row remember from block to block whether it has a match and whether it may have one; what the join
// gives for rows by these is given in a last pass.
func (r *spilledReader) blocks(build, probe []*cutPart, next exec.Push) error {
	r.count(true)
	x := &blockJoin{spilledReader: r, probe: probe, next: next}
	switch r.join.spec.Kind {
	case logical.Inner, logical.RightOuter:
	default:
		rows := int64(0)
		for _, p := range probe {
			rows += p.rows
		}
		x.carried = &carriedFlags{found: make([]uint64, columnar.Words(int(rows))), unknown: make([]uint64, columnar.Words(int(rows)))}
		held := int64(16 * len(x.carried.found))
		r.join.spec.Query.Budget().Force(held)
		defer r.join.spec.Query.Budget().Release(held)
	}
	if err := x.eachBuildBlock(build, x.block); err != nil {
		return err
	}
	if x.carried == nil {
		return nil
	}
	return x.outcome()
}

// blockJoin is a part that is joined block by block.
type blockJoin struct {
	*spilledReader
	probe   []*cutPart
	next    exec.Push
	carried *carriedFlags // nil: the join gives nothing but pairs and build rows
}

// carriedFlags are prober.found and unknown of all rows of a part, in the order of its blocks.
type carriedFlags struct{ found, unknown []uint64 }

// eachBuildBlock calls f with as many rows at a time as the budget has room for.
func (x *blockJoin) eachBuildBlock(parts []*cutPart, f func(rows *columnar.Batch) error) error {
	spec := &x.join.spec
	memory := allowance{budget: spec.Query.Budget()}
	defer memory.release()
	rows := newRows(spec.Build)
	err := eachBlock(x.w, parts, func(b *columnar.Batch) error {
		columnar.AppendBatch(rows, b)
		size := 2 * batchSize(rows)
		if memory.cover(size) {
			return nil
		}
		if size <= partFloor(memory.budget) {
			memory.force(size)
			return nil
		}
		block := rows
		rows = newRows(spec.Build)
		err := f(block)
		memory.release()
		return err
	})
	if err != nil || rows.N == 0 {
		return err
	}
	return f(rows)
}

// batchSize returns the bytes of a batch's vectors.
func batchSize(b *columnar.Batch) (n int64) {
	for _, v := range b.Cols {
		n += v.Size()
	}
	return n
}

// block joins some build rows with all probe rows.
func (x *blockJoin) block(build *columnar.Batch) error {
	j, err := x.join.inMemory(build)
	if err != nil {
		return err
	}
	defer j.index.release(j.spec.Query)
	p := newProber(j, x.w, x.next)
	push := p.push
	if x.carried != nil {
		at := 0
		push = func(b *columnar.Batch) error {
			keys, err := p.lookupKeys(b)
			if err != nil {
				return err
			}
			if err := p.findMatches(b, keys); err != nil {
				return err
			}
			at += b.N
			return x.carried.add(p, at-b.N, b.N)
		}
	}
	if err := eachBlock(x.w, x.probe, push); err != nil {
		return err
	}
	return x.unmatchedOf(p, x.next)
}

// add notes the flags of n rows of a prober, whose first is number at.
func (c *carriedFlags) add(p *prober, at, n int) error {
	for i := range n {
		word, bit := (at+i)>>6, uint64(1)<<((at+i)&63)
		if p.found[i] {
			if c.found[word]&bit != 0 && p.spec.Kind == logical.Single {
				return tooManyRows(p.spec.At)
			}
			c.found[word] |= bit
		}
		if p.unknown[i] {
			c.unknown[word] |= bit
		}
	}
	return nil
}

// outcome pushes what the join gives for the probe rows when all pairs are known.
func (x *blockJoin) outcome() error {
	j, err := x.join.inMemory(newRows(x.join.spec.Build))
	if err != nil {
		return err
	}
	defer j.index.release(j.spec.Query)
	p := newProber(j, x.w, x.next)
	at := 0
	return eachBlock(x.w, x.probe, func(b *columnar.Batch) error {
		p.found, p.unknown = sized(p.found, b.N), sized(p.unknown, b.N)
		for i := range b.N {
			word, shift := (at+i)>>6, (at+i)&63
			p.found[i], p.unknown[i] = x.carried.found[word]>>shift&1 != 0, x.carried.unknown[word]>>shift&1 != 0
		}
		at += b.N
		return p.emitOutcome(b)
	})
}
