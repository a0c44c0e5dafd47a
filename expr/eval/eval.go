// Package eval compiles expressions into vectorized programs and computes casts.
//
// A program sees active rows only: rows that row-by-row evaluation from left to right would reach. CASE, COALESCE, IN, AND, OR and the null rule
// of calls narrow them, and a fallible kernel gets exactly the active rows, so an error below a null, in a dead branch or in an
// unused dictionary entry cannot surface.
//
// Sparrow makes no compatibility promise for this package.
package eval

import (
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// Program is a list of compiled expressions. It is immutable and shared by workers.
type Program struct {
	es    []expr.Expr
	in    []*expr.Column
	env   *expr.Env
	first atomic.Pointer[Evaluator] // what compiling built; the first worker gets it
}

// Compile checks and compiles expressions over input columns. Errors are those of kernel constructors: a bad pattern, an unsupported cast.
func Compile(es []expr.Expr, in []*expr.Column, env *expr.Env) (*Program, error) {
	p := &Program{es: es, in: in, env: env}
	ev := p.build()
	if ev.err != nil {
		return nil, ev.err
	}
	p.first.Store(ev)
	return p, nil
}

// New returns an evaluator with scratch memory of its own, for one worker.
func (p *Program) New() *Evaluator {
	if ev := p.first.Swap(nil); ev != nil {
		return ev
	}
	return p.build()
}

func (p *Program) build() *Evaluator {
	b := newBuilder(p.in, p.env)
	b.count(p.es...)
	ev := &Evaluator{roots: make([]node, len(p.es)), out: make([]*columnar.Vector, len(p.es))}
	for i, e := range p.es {
		if ev.roots[i], ev.err = b.build(e, false); ev.err != nil {
			return ev
		}
	}
	return ev
}

// Evaluator runs a Program for one worker.
type Evaluator struct {
	roots []node
	out   []*columnar.Vector
	frame frame
	err   error
	lent  columnar.Loan // what Eval returned last, under invariants
}

// Eval returns one vector of b.N rows for each expression, in any form. Rows outside b.Sel are of unspecified but valid value. The
// vectors live until the next Eval; a column passed through is the batch's own vector. Errors are *sqlerr.Error of the first failing row
// of the first failing expression.
func (ev *Evaluator) Eval(b *columnar.Batch) ([]*columnar.Vector, error) {
	if ev.err != nil {
		return nil, ev.err
	}
	ev.frame.load(b)
	rows := b.Rows()
	for i, n := range ev.roots {
		v, err := n.eval(&ev.frame, rows)
		if err != nil {
			return nil, err
		}
		ev.out[i] = v
	}
	if invariants.Enabled {
		ev.lent.Back()
		return ev.lent.Vectors(ev.out), nil
	}
	return ev.out, nil
}

// EvalConstant returns the value of an expression without columns, as a Go value of package types. Errors are those that evaluating it for one
// row raises.
func EvalConstant(e expr.Expr, env *expr.Env) (any, error) {
	if l, ok := e.(*expr.Literal); ok {
		return l.Value, nil
	}
	p, err := Compile([]expr.Expr{e}, nil, env)
	if err != nil {
		return nil, err
	}
	vs, err := p.New().Eval(&columnar.Batch{N: 1})
	if err != nil {
		return nil, err
	}
	return vs[0].Value(0), nil
}
