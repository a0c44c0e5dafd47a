package eval

import (
	"sync/atomic"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
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
		c := &conjunct{node: n, column: -1}
		if expr.MayFail(e) || expr.IsVolatile(e) {
			s.ordered = append(s.ordered, c)
			continue
		}
		c.column, c.typ = onlyColumn(e, b)
		s.total = append(s.total, c)
	}
	return s
}

// onlyColumn returns the position of the one column that e refers to, or -1.
func onlyColumn(e expr.Expr, b *builder) (int, types.Type) {
	at, t := -1, types.Type{}
	expr.Columns(e, func(c *expr.Column) {
		i, ok := b.in[c.ID]
		switch {
		case !ok: // a lambda's parameter
		case at == -1 || at == i:
			at, t = i, c.T
		default:
			at = -2
		}
	})
	return max(at, -1), t
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
	node   node
	column int // the only column it depends on, or -1
	typ    types.Type
	truths dictCache[truth]
	cols   []*columnar.Vector
	sel    []int32

	cost, pass float64 // ns a row, share of rows that pass; smoothed
	known      bool
}

// truth says for which entries of a dictionary, and whether for null, a conjunct is true.
type truth struct {
	table []uint8
	null  bool
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
	dst, err := c.choose(f, rows, dst)
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

func (c *conjunct) choose(f *frame, rows columnar.Rows, dst []int32) ([]int32, error) {
	if c.column >= 0 {
		v := f.cols[c.column]
		if v.Form == columnar.Dictionary && v.Dict.Class == columnar.Shared && rows.Count() > 0 {
			e := c.truths.get(v.Dict, rows.Count())
			if !e.ready && e.due() {
				if err := c.learn(f, v.Dict, e); err != nil {
					return nil, err
				}
			}
			if e.ready {
				return chooseCodes(e.value.table, v, e.value.null, rows, dst), nil
			}
		}
	}
	return choose(c.node, f, rows, true, dst)
}

// learn evaluates the conjunct on all entries of a dictionary, and on null.
func (c *conjunct) learn(f *frame, dict *columnar.Vector, e *dictEntry[truth]) (err error) {
	c.cols = append(c.cols[:0], f.cols...)
	sub := frame{cols: c.cols, n: dict.Len, gen: f.gen + 1}
	c.cols[c.column] = dict
	if c.sel, err = choose(c.node, &sub, columnar.AllRows(dict.Len), true, c.sel); err != nil {
		return err
	}
	t := truth{table: make([]uint8, dict.Len)}
	for _, r := range c.sel {
		t.table[r] = 1
	}
	sub.n, sub.gen = 1, f.gen+2
	c.cols[c.column] = columnar.NullConstant(c.typ, 1)
	if c.sel, err = choose(c.node, &sub, columnar.AllRows(1), true, c.sel); err != nil {
		return err
	}
	t.null = len(c.sel) > 0
	f.gen += 3
	e.value, e.ready = t, true
	return nil
}
