package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// cases is CASE WHEN: each branch is evaluated for the rows whose condition is the first that is true.
//
// An ELSE that is a literal fills the whole result first, which saves to find the rows that no condition takes.
type cases struct {
	conds, thens []node // thens has one more, the ELSE
	filler       *literal
	hits         [][]int32
	rest         []int32
	blend        blend
}

func (b *builder) caseOf(x *expr.Case, conditional bool) (node, error) {
	if x.Operand != nil {
		return nil, sqlerr.Internal("CASE with an operand was not resolved").At(x.Pos())
	}
	c := &cases{blend: blend{typ: x.T}}
	for i, w := range x.Whens {
		cond, err := b.condition(w.Cond, conditional || i > 0)
		if err != nil {
			return nil, err
		}
		then, err := b.build(w.Then, true)
		if err != nil {
			return nil, err
		}
		c.conds, c.thens = append(c.conds, cond), append(c.thens, then)
	}
	last := node(newLiteral(x.T, nil))
	if x.Else != nil {
		var err error
		if last, err = b.build(x.Else, true); err != nil {
			return nil, err
		}
	}
	c.thens = append(c.thens, last)
	if columnar.WidthOf(x.T) < columnar.WList {
		c.filler, _ = last.(*literal)
	}
	c.hits = make([][]int32, len(c.conds))
	return c, nil
}

func (c *cases) eval(f *frame, rows columnar.Rows) (_ *columnar.Vector, err error) {
	c.blend.start()
	for i, cond := range c.conds {
		if rows.Count() == 0 {
			break
		}
		if c.hits[i], err = choose(cond, f, rows, true, c.hits[i]); err != nil {
			return nil, err
		}
		if len(c.hits[i]) == 0 {
			continue
		}
		if len(c.hits[i]) == rows.Count() {
			if err := c.branch(f, i, rows); err != nil { // all that are left
				return nil, err
			}
			rows.Sel = c.hits[i][:0]
			break
		}
		if err := c.branch(f, i, columnar.Rows{Sel: c.hits[i], N: rows.N}); err != nil {
			return nil, err
		}
		if i == len(c.conds)-1 && c.filler != nil {
			v, _ := c.filler.eval(f, rows)
			return c.blend.over(v, f.n), nil
		}
		c.rest = kernel.Difference(rows, c.hits[i], c.rest)
		rows.Sel = c.rest
	}
	if rows.Count() > 0 || len(c.blend.parts) == 0 {
		if err := c.branch(f, len(c.conds), rows); err != nil {
			return nil, err
		}
	}
	return c.blend.finish(f.n), nil
}

func (c *cases) branch(f *frame, i int, rows columnar.Rows) error {
	v, err := c.thens[i].eval(f, rows)
	if err != nil {
		return err
	}
	c.blend.add(v, rows)
	return nil
}

// coalesce takes the first value that is not null, and evaluates further arguments only for rows without one.
type coalesce struct {
	args  []node
	hits  [][]int32
	rest  []int32
	blend blend
}

func (b *builder) coalesce(x *expr.Coalesce, conditional bool) (node, error) {
	ns, err := b.each(x.Args, conditional)
	return &coalesce{args: ns, hits: make([][]int32, len(ns)), blend: blend{typ: x.T}}, err
}

func (c *coalesce) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	c.blend.start()
	for i, a := range c.args {
		v, err := a.eval(f, rows)
		if err != nil {
			return nil, err
		}
		if !v.MayHaveNulls() || i == len(c.args)-1 {
			c.blend.add(v, rows)
			break
		}
		c.hits[i] = kernel.SelectNotNull(v, rows, c.hits[i])
		if len(c.hits[i]) == 0 {
			continue
		}
		c.blend.add(v, columnar.Rows{Sel: c.hits[i], N: rows.N})
		c.rest = kernel.Difference(rows, c.hits[i], c.rest)
		if rows.Sel = c.rest; len(c.rest) == 0 {
			break
		}
	}
	return c.blend.finish(f.n), nil
}

// blend puts together a vector from others, each of which gives some rows.
type blend struct {
	typ   types.Type
	parts []part
	out   columnar.Vector
	acc   columnar.Vector // nested values
	at    []int32
}

type part struct {
	v    *columnar.Vector
	rows columnar.Rows
}

func (b *blend) start() { b.parts = b.parts[:0] }

func (b *blend) add(v *columnar.Vector, rows columnar.Rows) {
	b.parts = append(b.parts, part{v, rows})
}

// finish returns the vector of n rows: a lone part as it is, else a flat one.
func (b *blend) finish(n int) *columnar.Vector {
	switch {
	case len(b.parts) == 1:
		return b.parts[0].v
	case columnar.WidthOf(b.typ) >= columnar.WList:
		return b.nested(n)
	}
	b.reset(b.parts, n)
	for _, p := range b.parts {
		b.copyPart(p)
	}
	return &b.out
}

// over returns the vector of n rows that are the constant where no part gives another.
func (b *blend) over(filler *columnar.Vector, n int) *columnar.Vector {
	base := part{filler, columnar.AllRows(n)}
	b.parts = append(b.parts, base)
	b.reset(b.parts, n)
	b.copyPart(base)
	for _, p := range b.parts[:len(b.parts)-1] {
		if b.out.Valid != nil {
			for i := range p.rows.Count() {
				r := p.rows.Row(i)
				b.out.Valid[r>>6] |= 1 << (r & 63)
			}
		}
		b.copyPart(p)
	}
	return &b.out
}

// reset makes out an empty vector of the width that the parts need, with the bounds of all of them.
func (b *blend) reset(parts []part, n int) {
	width, bounded := columnar.WidthOf(b.typ), true
	if b.typ.Kind == types.Decimal { // as narrow as the parts
		width = columnar.W64
	}
	for _, p := range parts {
		if p.v.Form == columnar.Constant && p.v.IsNull(0) {
			continue
		}
		if p.v.Base().Width == columnar.W128 {
			width = columnar.W128
		}
		bounded = bounded && p.v.HasBounds
	}
	b.out.Reset(b.typ, width, n)
	b.out.ClearReferences()
	for _, p := range parts {
		if bounded && p.v.HasBounds {
			b.widenBounds(p.v)
		}
	}
}

func (b *blend) widenBounds(v *columnar.Vector) {
	if !b.out.HasBounds {
		b.out.HasBounds, b.out.Lo, b.out.Hi = true, v.Lo, v.Hi
		return
	}
	b.out.Lo, b.out.Hi = min(b.out.Lo, v.Lo), max(b.out.Hi, v.Hi)
}

func (b *blend) copyPart(p part) {
	out, base := &b.out, p.v.Base()
	if p.v.MayHaveNulls() {
		out.EnsureValid()
		for i := range p.rows.Count() {
			if r := p.rows.Row(i); p.v.IsNull(r) {
				out.Valid[r>>6] &^= 1 << (r & 63)
			}
		}
	}
	switch {
	case base.Width == columnar.WNone || p.v.Form == columnar.Constant && p.v.IsNull(0) || base.Len == 0 && p.v.Form == columnar.Dictionary:
	case out.Width == columnar.W128 && base.Width == columnar.W64:
		scatter(columnar.Values[types.Int128](out), columnar.Values[int64](base), p, types.Int128Of)
	case out.Width == columnar.WView:
		b.copyViews(p)
	default:
		b.copyFixed(p)
	}
}

func (b *blend) copyFixed(p part) {
	out, base := &b.out, p.v.Base()
	switch out.Width.Bytes() {
	case 1:
		scatter(columnar.Values[uint8](out), columnar.Values[uint8](base), p, same)
	case 2:
		scatter(columnar.Values[int16](out), columnar.Values[int16](base), p, same)
	case 4:
		scatter(columnar.Values[uint32](out), columnar.Values[uint32](base), p, same)
	case 8:
		scatter(columnar.Values[uint64](out), columnar.Values[uint64](base), p, same)
	case 16:
		scatter(columnar.Values[types.Int128](out), columnar.Values[types.Int128](base), p, same)
	}
}

func same[T any](x T) T { return x }

// scatter sets the part's rows of dst.
func scatter[A, B any](dst []B, src []A, p part, f func(A) B) {
	sel := p.rows.Sel
	switch {
	case p.v.Form == columnar.Constant:
		x := f(src[0])
		if sel == nil {
			for r := range dst[:p.rows.N] {
				dst[r] = x
			}
		}
		for _, r := range sel {
			dst[r] = x
		}
	case p.v.Form == columnar.Dictionary:
		for i := range p.rows.Count() {
			r := p.rows.Row(i)
			dst[r] = f(src[p.v.Codes[r]])
		}
	default:
		if sel == nil {
			for r, x := range src[:p.rows.N] {
				dst[r] = f(x)
			}
		}
		for _, r := range sel {
			dst[r] = f(src[r])
		}
	}
}

// copyViews copies strings, sharing the buffers of the part.
func (b *blend) copyViews(p part) {
	out, base := &b.out, p.v.Base()
	first := uint32(len(out.Buffers))
	out.Buffers = append(out.Buffers, base.Buffers...)
	nulls := p.v.MayHaveNulls()
	src, dst := columnar.Values[columnar.View](base), columnar.Values[columnar.View](out)
	for i := range p.rows.Count() {
		r := p.rows.Row(i)
		if nulls && p.v.IsNull(r) {
			continue
		}
		x := src[p.v.At(r)]
		if !x.Inline() {
			x.Buf += first
		}
		dst[r] = x
	}
}

// nested gathers arrays, maps and structs from a copy of all parts' rows.
func (b *blend) nested(n int) *columnar.Vector {
	b.acc = columnar.Vector{}
	b.acc.Reset(b.typ, columnar.WidthOf(b.typ), 0)
	if cap(b.at) < n {
		b.at = make([]int32, n)
	}
	b.at = b.at[:n]
	for i := range b.at {
		b.at[i] = -1
	}
	for _, p := range b.parts {
		base := b.acc.Len
		if p.v.Base().Width == columnar.WNone {
			continue
		}
		columnar.Append(&b.acc, p.v, p.rows)
		for i := range p.rows.Count() {
			b.at[p.rows.Row(i)] = int32(base + i)
		}
	}
	columnar.Gather(&b.out, &b.acc, b.at)
	b.out.Type = b.typ
	return &b.out
}
