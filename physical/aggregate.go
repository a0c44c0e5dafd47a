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
// the partitions themselves. Partitions are then merged independently; tables that were never emptied and are small are merged into the largest of
// them. Tables of keys that lie in order are kept instead and not merged, if their ranges do not overlap. A grouping set is rolled up from the groups of
// the smallest set that has its keys ("smallest parent": Agarwal et al., "On the Computation of Multidimensional Aggregates", 1996).
//
// What depends on the order of rows (first, last, collect_list, listagg, ties of max_by) is as if one worker had read all rows in the order
// of the source. Grouping sets then each get the rows, since rolling groups up would lose it.
func NewHashAggregate(s AggregateSpec, in []*expr.Column) (exec.Sink, error) {
	p, err := planAggregate(s, in)
	if err != nil {
		return nil, err
	}
	a := &hashAggregate{plan: p}
	switch {
	case s.Sets == nil:
		a.sets = []*grouping{a.newGrouping(p.allKeys(), p.ordered())}
		a.fed = a.sets
	case p.ordered():
		for _, set := range s.Sets {
			a.sets = append(a.sets, a.newGrouping(set, true))
		}
		a.fed = a.sets
	default:
		a.rollUp()
	}
	return a, nil
}

// hashAggregate is groupings fed with rows, and groupings derived from the groups of others.
type hashAggregate struct {
	plan    *aggregatePlan
	sets    []*grouping // whose groups are the output
	fed     []*grouping
	derived []*grouping // each after the one that it is derived from
}

// grouping is one grouping set: keys are positions in the plan's keys.
type grouping struct {
	plan     *aggregatePlan
	keys     []int
	ordered  bool
	hidden   bool // serves derived groupings only
	children []*grouping
	id       int64
	locals   []*localGrouping
	first    division
	out      []exec.Chunk
	merged   atomic.Int64 // tables that its parts became
	runs     int          // tables that were results as they stood
}

func (a *hashAggregate) newGrouping(keys []int, ordered bool) *grouping {
	g := &grouping{plan: a.plan, keys: keys, ordered: ordered}
	n := len(a.plan.spec.Keys)
	for k := range n {
		if !slices.Contains(keys, k) {
			g.id |= 1 << (n - 1 - k)
		}
	}
	return g
}

// rollUp derives each grouping set from the smallest one before it, by number of keys, that has its keys: a table gives its results, and its states to
// the sets below. Where it can only be read once, all are derived from a hidden set of all keys, as are sets of which none has all keys.
func (a *hashAggregate) rollUp() {
	once := a.plan.readOnce()
	for _, set := range a.plan.spec.Sets {
		a.sets = append(a.sets, a.newGrouping(set, false))
	}
	bySize := slices.Clone(a.sets)
	slices.SortStableFunc(bySize, func(x, y *grouping) int { return len(y.keys) - len(x.keys) })
	root := bySize[0]
	if once || len(root.keys) < len(a.plan.spec.Keys) {
		root = a.newGrouping(a.plan.allKeys(), false)
		root.hidden = true
	} else {
		bySize = bySize[1:]
	}
	a.fed = []*grouping{root}
	for _, g := range bySize {
		parent := root
		for _, d := range a.derived {
			if !once && containsAll(d.keys, g.keys) {
				parent = d // those after it are no larger
			}
		}
		parent.children = append(parent.children, g)
		a.derived = append(a.derived, g)
	}
}

func containsAll(all, some []int) bool {
	return !slices.ContainsFunc(some, func(k int) bool { return !slices.Contains(all, k) })
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
	for _, g := range append(slices.Clone(a.fed), a.derived...) {
		if err := g.finish(q, arena); err != nil {
			return nil, err
		}
	}
	var out []exec.Chunk
	for _, g := range a.sets {
		out = append(out, g.out...)
	}
	return exec.NewOutput(q, arena, a.plan.out, out), nil
}

// finish merges what the workers have of a grouping, gives the groups to those that are derived from it, and makes its rows.
func (g *grouping) finish(q *exec.Query, arena *slab.Arena) error {
	for _, d := range g.children {
		d.locals = make([]*localGrouping, q.Threads())
	}
	merged := newMerge(g, q)
	err := merged.run(func(w int, t *aggregateTable) (*columnar.Batch, error) {
		if err := g.derive(q, w, t); err != nil || g.hidden {
			return nil, err
		}
		b, err := g.result(arena, t)
		if b == nil || err != nil || g.plan.having == nil {
			return b, err
		}
		return wanted(b, g.plan.having(), arena)
	})
	for _, d := range g.children {
		d.locals = slices.DeleteFunc(d.locals, func(l *localGrouping) bool { return l == nil })
	}
	g.out = merged.out
	return err
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

// derive feeds a table of the grouping to those below. Each worker w has a part of its own of every one.
func (g *grouping) derive(q *exec.Query, w int, t *aggregateTable) error {
	if g.children == nil {
		return nil
	}
	return t.emit(func(kind int, cols []*columnar.Vector, n int) error {
		keys, rest := cols[:len(t.keys)], cols[len(t.keys):]
		for _, d := range g.children {
			if d.locals[w] == nil {
				l, err := newLocalGrouping(d, q)
				if err != nil {
					return err
				}
				d.locals[w] = l
			}
			var some []*columnar.Vector
			for _, k := range d.keys {
				some = append(some, keys[slices.Index(g.keys, k)])
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
