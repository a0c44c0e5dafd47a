package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// lambda is a function literal compiled over its own input: the outer columns it captures, then its parameters. It implements
// expr.LambdaEval; a result lives until the next but one call, so that an accumulating kernel may pass it in again.
type lambda struct {
	bodies [2]node // used in turns
	turn   int
	outer  []node // captured columns, evaluated in the frame of the call
	params int
	frame  *frame // of the call that runs; set by call.invoke
	inner  [2]frame
	cols   [2][]*columnar.Vector
	gather [2][]columnar.Vector
}

// lambda compiles a function literal. Columns of the body that are no parameters are captured.
func (b *builder) lambda(x *expr.Lambda) (*lambda, error) {
	own := make(map[expr.ColumnID]bool, len(x.Params))
	for _, p := range x.Params {
		own[p.ID] = true
	}
	l := &lambda{params: len(x.Params)}
	var in []*expr.Column
	var err error
	expr.Columns(x.Body, func(c *expr.Column) {
		if _, outer := b.in[c.ID]; own[c.ID] || !outer || err != nil {
			return
		}
		own[c.ID] = true
		var n node
		n, err = b.make(c, true)
		l.outer, in = append(l.outer, n), append(in, c)
	})
	if err != nil {
		return nil, err
	}
	in = append(in, x.Params...)
	for i := range l.bodies {
		inner := newBuilder(in, b.env)
		inner.count(x.Body)
		if l.bodies[i], err = inner.build(x.Body, false); err != nil {
			return nil, err
		}
		l.cols[i] = make([]*columnar.Vector, len(in))
		l.gather[i] = make([]columnar.Vector, len(l.outer))
	}
	return l, nil
}

// Eval evaluates the body for len(outer) elements; element i belongs to row outer[i] of the call.
func (l *lambda) Eval(outer []int32, params ...*columnar.Vector) (*columnar.Vector, error) {
	t := l.turn
	l.turn = 1 - t
	cols, n := l.cols[t], len(outer)
	for i, o := range l.outer {
		v, err := o.eval(l.frame, columnar.AllRows(l.frame.n))
		if err != nil {
			return nil, err
		}
		if v.Form == columnar.Constant {
			cols[i] = v.Resized(n)
			continue
		}
		columnar.Gather(&l.gather[t][i], v, outer)
		cols[i] = &l.gather[t][i]
	}
	for i := range l.params { // a kernel may give more than the lambda takes: the index of an element
		cols[len(l.outer)+i] = params[i]
	}
	f := &l.inner[t]
	f.cols, f.n, f.morsel, f.rowBase = cols, n, l.frame.morsel, l.frame.rowBase
	f.gen++
	return l.bodies[t].eval(f, columnar.AllRows(n))
}
