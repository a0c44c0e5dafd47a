package eval

import (
	"sync/atomic"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
)

// Predicate is a compiled filter, immutable and shared by workers.
type Predicate struct {
	conjuncts []expr.Expr
	in        []*expr.Column
	env       *expr.Env
	first     atomic.Pointer[Selector]
}

// CompilePredicate compiles a boolean expression over input columns. Errors are those of Compile.
func CompilePredicate(pred expr.Expr, in []*expr.Column, env *expr.Env) (*Predicate, error) {
	p := &Predicate{conjuncts: expr.Conjuncts(pred), in: in, env: env}
	s := p.build()
	if s.err != nil {
		return nil, s.err
	}
	p.first.Store(s)
	return p, nil
}

// New returns a selector with scratch memory of its own, for one worker.
func (p *Predicate) New() *Selector {
	if s := p.first.Swap(nil); s != nil {
		return s
	}
	return p.build()
}

func (p *Predicate) build() *Selector {
	s := &Selector{}
	for _, e := range p.conjuncts {
		b := newBuilder(p.in, p.env)
		b.count(e)
		n, err := b.build(e, false)
		if err != nil {
			s.err = err
			return s
		}
		if n, s.err = b.truth(e, n); s.err != nil {
			return s
		}
		c := &conjunct{node: n}
		if expr.MayFail(e) || expr.IsVolatile(e) {
			s.ordered = append(s.ordered, c)
		} else {
			s.total = append(s.total, c)
		}
	}
	return s
}

// Selector runs a Predicate for one worker.
//
// Conjuncts that cannot fail are ordered by what they cost and how much they reject, measured as they run; those that can fail follow in their written
// order, so that they see at most the rows that evaluation from left to right would show them.
type Selector struct {
	total   []*conjunct
	ordered []*conjunct
	frame   frame
	err     error
}

type conjunct struct {
	node       node
	cost, pass float64 // ns a row, share of rows that pass; smoothed
	known      bool
}

// Select returns, ascending, the rows of b for which the predicate is true, written over dst, which may be b.Sel. After an error the content
// of dst is unspecified. Errors are those of Evaluator.Eval.
func (s *Selector) Select(b *columnar.Batch, dst []int32) ([]int32, error) {
	if s.err != nil {
		return nil, s.err
	}
	s.frame.load(b)
	rows := b.Rows()
	if len(s.total)+len(s.ordered) == 0 {
		return kernel.SelectNotNull(&columnar.Vector{}, rows, dst), nil
	}
	s.sort()
	for _, list := range [...][]*conjunct{s.total, s.ordered} {
		for _, c := range list {
			var err error
			if dst, err = c.run(&s.frame, rows, dst); err != nil {
				return nil, err
			}
			if rows.Sel = dst; len(dst) == 0 {
				return dst, nil
			}
		}
	}
	return dst, nil
}

// sort orders total conjuncts by cost for each row they reject.
func (s *Selector) sort() {
	for i := 1; i < len(s.total); i++ {
		for j := i; j > 0 && s.total[j].rank() < s.total[j-1].rank(); j-- {
			s.total[j], s.total[j-1] = s.total[j-1], s.total[j]
		}
	}
}

func (c *conjunct) rank() float64 {
	if !c.known {
		return 0
	}
	return c.cost / max(1-c.pass, 1e-3)
}

// fewRows is below what a measurement would say more about the clock than about the conjunct.
const fewRows = 64

func (c *conjunct) run(f *frame, rows columnar.Rows, dst []int32) ([]int32, error) {
	n := rows.Count()
	start := time.Now()
	dst, err := choose(c.node, f, rows, true, dst)
	if err != nil || n < fewRows {
		return dst, err
	}
	cost, pass := float64(time.Since(start))/float64(n), float64(len(dst))/float64(n)
	if !c.known {
		c.cost, c.pass, c.known = cost, pass, true
		return dst, nil
	}
	c.cost += (cost - c.cost) / 8
	c.pass += (pass - c.pass) / 8
	return dst, nil
}
