package physical

import (
	"slices"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// NewHashAggregate returns the sink of a grouping. Its output has the keys, the functions and the grouping id, one row a group, in no
// particular order. Without keys and sets there is one row, also for no input.
//
// Each worker numbers groups in a small table and empties it into radix partitions when it is full; rows of tables that do not reduce go to
// the partitions themselves. Partitions are then merged independently; tables that were never emptied and are small are merged into the largest of them. Tables of keys that lie in order are kept instead and not merged, if their
// ranges do not overlap. Grouping sets are rolled up from the groups of all keys.
//
// What depends on the order of rows (first, last, collect_list, listagg, ties of max_by) is as if one worker had read all rows in the order
// of the source. Grouping sets then each get the rows, since rolling groups up would lose it.
func NewHashAggregate(s AggregateSpec, in []*expr.Column) (exec.Sink, error) {
	p, err := planAggregate(s, in)
	if err != nil {
		return nil, err
	}
	a := &hashAggregate{plan: p}
	ordered := p.ordered()
	all := make([]int, len(s.Keys))
	for i := range all {
		all[i] = i
	}
	if s.Sets == nil {
		a.add(&a.fed, all, ordered)
		return a, nil
	}
	a.finest = &grouping{plan: p, keys: all, hidden: true}
	for _, set := range s.Sets {
		if ordered {
			a.add(&a.fed, set, true)
		} else {
			a.add(&a.derived, set, false)
		}
	}
	if !ordered {
		a.fed = []*grouping{a.finest}
	}
	return a, nil
}

// hashAggregate is groupings fed with rows, and groupings derived from the groups of the finest.
type hashAggregate struct {
	plan    *aggregatePlan
	fed     []*grouping
	finest  *grouping
	derived []*grouping
}

// grouping is one grouping set: keys are positions in the plan's keys.
type grouping struct {
	plan    *aggregatePlan
	keys    []int
	ordered bool
	hidden  bool // serves derived groupings only
	id      int64
	locals  []*localGrouping
	first   division
	merged  atomic.Int64 // tables that its parts became
	runs    int          // tables that were results as they stood
}

func (a *hashAggregate) add(to *[]*grouping, keys []int, ordered bool) {
	g := &grouping{plan: a.plan, keys: keys, ordered: ordered}
	n := len(a.plan.spec.Keys)
	for k := range n {
		if !slices.Contains(keys, k) {
			g.id |= 1 << (n - 1 - k)
		}
	}
	*to = append(*to, g)
}

// Name implements exec.Sink.
func (a *hashAggregate) Name() string { return "HashAggregate" }

// NewLocal implements exec.Sink.
func (a *hashAggregate) NewLocal(w *exec.Worker) (exec.LocalSink, error) {
	l := &localAggregate{eval: a.plan.program.New(), compactor: newCompactor(a.plan.exprs)}
	for _, g := range a.fed {
		lg, err := newLocalGrouping(g, w.Query)
		if err != nil {
			return nil, err
		}
		l.groups = append(l.groups, lg)
	}
	return l, nil
}

// Combine implements exec.Sink.
func (a *hashAggregate) Combine(local exec.LocalSink) error {
	for i, lg := range local.(*localAggregate).groups {
		a.fed[i].locals = append(a.fed[i].locals, lg)
	}
	return nil
}

// Finalize implements exec.Sink.
func (a *hashAggregate) Finalize(q *exec.Query) (*exec.StageOutput, error) {
	defer a.plan.arena.Release()
	arena := q.NewArena()
	var out []exec.Chunk
	for _, g := range append(slices.Clone(a.fed), a.derived...) {
		bs, err := a.finish(g, q, arena)
		if err != nil {
			return nil, err
		}
		out = append(out, bs...)
	}
	return exec.NewOutput(q, arena, a.plan.out, out), nil
}

// finish merges what the workers have of a grouping and returns its rows. The finest grouping gives its groups on instead.
func (a *hashAggregate) finish(g *grouping, q *exec.Query, arena *slab.Arena) ([]exec.Chunk, error) {
	merged := newMerge(g, q)
	if !g.hidden {
		err := merged.run(func(w int, t *aggregateTable) (*columnar.Batch, error) {
			b, err := g.result(arena, t)
			if b == nil || err != nil || g.plan.having == nil {
				return b, err
			}
			return wanted(b, g.plan.having(), arena)
		})
		return merged.out, err
	}
	for _, d := range a.derived {
		d.locals = make([]*localGrouping, q.Threads())
	}
	err := merged.run(func(w int, t *aggregateTable) (*columnar.Batch, error) { return nil, a.derive(q, w, t) })
	for _, d := range a.derived {
		d.locals = slices.DeleteFunc(d.locals, func(l *localGrouping) bool { return l == nil })
	}
	return nil, err
}

// wanted returns the groups that a predicate is true for, in memory of the arena, to which that of the others goes back.
func wanted(b *columnar.Batch, s selector, arena *slab.Arena) (*columnar.Batch, error) {
	sel, err := s.Select(b, nil)
	if err != nil || len(sel) == b.N {
		return b, err
	}
	out := &columnar.Batch{N: len(sel)}
	for _, v := range b.Cols {
		some := columnar.NewIn(arena, v.Type, v.Base().Width, 0)
		columnar.Append(some, v, columnar.Rows{Sel: sel, N: b.N})
		some.Finish()
		out.Cols = append(out.Cols, some)
	}
	for _, v := range b.Cols {
		v.Free()
	}
	return out, nil
}

// derive feeds a table of the finest grouping to the others. Each worker w has a part of its own of every one.
func (a *hashAggregate) derive(q *exec.Query, w int, t *aggregateTable) error {
	return t.emit(func(kind int, cols []*columnar.Vector, n int) error {
		keys, rest := cols[:len(t.keys)], cols[len(t.keys):]
		for _, d := range a.derived {
			if d.locals[w] == nil {
				l, err := newLocalGrouping(d, q)
				if err != nil {
					return err
				}
				d.locals[w] = l
			}
			var some []*columnar.Vector
			for _, k := range d.keys {
				some = append(some, keys[k])
			}
			if err := d.locals[w].consume(kind, 0, append(some, rest...), columnar.AllRows(n)); err != nil {
				return err
			}
		}
		return nil
	})
}

// result makes output rows of a table in memory of the arena. The empty grouping set has no row without input, as in Spark.
func (g *grouping) result(a *slab.Arena, t *aggregateTable) (*columnar.Batch, error) {
	if g.plan.hasSets() && t.rows == 0 {
		return nil, nil
	}
	n := t.len()
	if t.open && n == 1 {
		return nil, nil
	}
	out := &columnar.Batch{N: n}
	for k, named := range g.plan.spec.Keys {
		if at := slices.Index(g.keys, k); at >= 0 {
			keys := t.groups.column(a, at)
			keys.Finish()
			out.Cols = append(out.Cols, keys)
		} else {
			out.Cols = append(out.Cols, columnar.NullConstant(named.Col.T, n))
		}
	}
	values, err := t.results(a)
	if err != nil && t.open { // perhaps because of what is not complete
		if t, err = t.complete(); err != nil {
			return nil, err
		}
		defer t.free()
		return g.result(a, t)
	}
	if err != nil {
		return nil, err
	}
	out.Cols = append(out.Cols, values...)
	if id := g.plan.spec.GroupingID; id != nil {
		out.Cols = append(out.Cols, columnar.NewConstant(types.BigIntType, g.id, n))
	}
	if t.open {
		out.N--
		for i, v := range out.Cols {
			out.Cols[i] = v.Slice(0, out.N)
		}
	}
	return out, nil
}
