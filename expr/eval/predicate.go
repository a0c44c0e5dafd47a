package eval

import (
	"slices"
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
	b := newBuilder(p.in, p.env)
	for _, list := range p.byColumn(b) {
		n, err := p.compile(list)
		if err != nil {
			s.err = err
			return s
		}
		at := len(s.list)
		if decided(list[0]) {
			at = s.total
			s.total++
		}
		s.list = slices.Insert(s.list, at, &conjunct{node: n})
	}
	return s
}

// decided reports whether an expression may be evaluated for any row at any time.
func decided(e expr.Expr) bool { return !expr.MayFail(e) && !expr.IsVolatile(e) }

// byColumn puts conjuncts together that look at one and the same column, such as the two ends of a range: on a dictionary they are one table
// and one pass over the codes. The others stand alone.
func (p *Predicate) byColumn(b *builder) (lists [][]expr.Expr) {
	place := map[int]int{}
	for _, e := range p.conjuncts {
		at, _ := onlyColumn(e, b)
		if at < 0 || !decided(e) {
			lists = append(lists, []expr.Expr{e})
			continue
		}
		k, ok := place[at]
		if !ok {
			k = len(lists)
			place[at], lists = k, append(lists, nil)
		}
		lists[k] = append(lists[k], e)
	}
	return lists
}

// compile makes one node of conjuncts.
func (p *Predicate) compile(list []expr.Expr) (node, error) {
	m := &measured{}
	var b *builder
	for _, e := range list {
		b = newBuilder(p.in, p.env) // of its own, since it may see fewer rows than the others
		b.count(e)
		n, err := b.build(e, false)
		if err != nil {
			return nil, err
		}
		m.args, m.order = append(m.args, n), append(m.order, &conjunct{node: n})
	}
	if len(list) == 1 {
		return b.truth(list[0], m.args[0])
	}
	return b.truth(expr.Conjunction(list), m)
}

// Selector runs a Predicate for one worker.
//
// Conjuncts that cannot fail are ordered by what they cost and how much they reject, measured as they run; those that can fail follow in their written
// order, so that they see at most the rows that evaluation from left to right would show them.
type Selector struct {
	list  conjuncts // those that cannot fail first
	total int       // their number
	frame frame
	err   error
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
	if len(s.list) == 0 {
		return kernel.SelectNotNull(&columnar.Vector{}, rows, dst), nil
	}
	s.list[:s.total].sort()
	return s.list.run(&s.frame, rows, dst)
}

// conjuncts are run one after the other, each for the rows that those before it kept.
type conjuncts []*conjunct

func (l conjuncts) run(f *frame, rows columnar.Rows, dst []int32) (_ []int32, err error) {
	for _, c := range l {
		if dst, err = c.run(f, rows, dst); err != nil {
			return nil, err
		}
		if rows.Sel = dst; len(dst) == 0 {
			break
		}
	}
	return dst, nil
}

// sort orders conjuncts by cost for each row they reject.
func (l conjuncts) sort() {
	for i := 1; i < len(l); i++ {
		for j := i; j > 0 && l[j].rank() < l[j-1].rank(); j-- {
			l[j], l[j-1] = l[j-1], l[j]
		}
	}
}

// measured is an AND whose arguments cannot fail and are run in the order that their measurements give.
type measured struct {
	logic
	order conjuncts
}

func (m *measured) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	if !want {
		return m.logic.choose(f, rows, want, dst)
	}
	m.order.sort()
	return m.order.run(f, rows, dst)
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
