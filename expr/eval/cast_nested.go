package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// nested returns the cast between two arrays, maps or structs: element by element.
func (c *caster) nested() (expr.Kernel, error) {
	var pairs [][2]types.Type
	switch c.to.Kind {
	case types.Array:
		pairs = [][2]types.Type{{c.from.Elem(), c.to.Elem()}}
	case types.Map:
		pairs = [][2]types.Type{{c.from.Key(), c.to.Key()}, {c.from.Elem(), c.to.Elem()}}
	default:
		a, b := c.from.Fields(), c.to.Fields()
		if len(a) != len(b) {
			return nil, c.mismatch()
		}
		for i := range a {
			pairs = append(pairs, [2]types.Type{a[i].Type, b[i].Type})
		}
	}
	children := make([]*call, len(pairs))
	for i, p := range pairs {
		child, err := newChildCast(p[0], p[1], c.castOptions)
		if err != nil {
			return nil, err
		}
		children[i] = child
	}
	n := &nestedCast{caster: c, children: children}
	return n.run, nil
}

// newChildCast returns the cast of elements, nil where there is nothing to convert.
func newChildCast(from, to types.Type, o castOptions) (*call, error) {
	if sameValues(from, to) {
		return nil, nil
	}
	o.mode = castMode(from, to, o.mode)
	c := &call{typ: to, width: columnar.WidthOf(to), mode: o.mode, pos: o.pos, nullIfAny: true, exact: true, args: []node{&column{0}}}
	if from.Kind == types.Null {
		c.fn = func(k *expr.KernelCall) { k.Out.SetAllNull() }
	} else {
		fn, err := castKernel(from, to, o)
		if err != nil {
			return nil, err
		}
		c.fn = fn
	}
	c.finish([]expr.Expr{&expr.Column{T: from}})
	return c, nil
}

type nestedCast struct {
	*caster
	children []*call
	used     []int32
}

func (n *nestedCast) run(k *expr.KernelCall) {
	v := k.Args[0]
	rows := k.Rows
	if v.MayHaveNulls() {
		rows.Sel = kernel.SelectNotNull(v, rows, nil)
	}
	if n.to.Kind == types.Struct {
		n.runStruct(k, v, rows)
		return
	}
	spans := columnar.Values[columnar.Span](v)
	n.used = n.used[:0]
	each(rows, func(r int) {
		for i := range spans[r].Len {
			n.used = append(n.used, spans[r].Off+i)
		}
	})
	// Elements are renumbered: rows may share them, and a row set must ascend.
	out, at := columnar.Values[columnar.Span](k.Out), int32(0)
	each(rows, func(r int) {
		out[r] = columnar.Span{Off: at, Len: spans[r].Len}
		at += spans[r].Len
	})
	for j, c := range v.Children {
		flat := &columnar.Vector{}
		columnar.Gather(flat, c, n.used)
		w, ok := n.child(k, j, flat, columnar.AllRows(flat.Len))
		if !ok {
			return
		}
		k.Out.Children[j] = w
	}
}

func (n *nestedCast) runStruct(k *expr.KernelCall, v *columnar.Vector, rows columnar.Rows) {
	for j, c := range v.Children {
		w, ok := n.child(k, j, c, rows)
		if !ok {
			return
		}
		k.Out.Children[j] = w
	}
}

// child converts one child vector into fresh memory.
func (n *nestedCast) child(k *expr.KernelCall, j int, v *columnar.Vector, rows columnar.Rows) (*columnar.Vector, bool) {
	c := n.children[j]
	if c == nil {
		w := v.Resized(v.Len)
		return w, true
	}
	f := &frame{cols: []*columnar.Vector{v}, n: v.Len}
	w, err := c.eval(f, rows)
	if err != nil {
		k.Fatal = err
		return nil, false
	}
	w = columnar.Flatten(&columnar.Vector{}, w, columnar.AllRows(w.Len))
	if w == c.out { // the next batch must not write into what this one returned
		c.out = &columnar.Vector{}
	}
	return w, true
}
