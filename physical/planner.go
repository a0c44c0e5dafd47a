// Package physical holds the operators, one a file, and the planner that turns streaming parts of a logical plan into the branches of a
// pipeline.
//
// Sparrow makes no compatibility promise for this package.
package physical

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Planner compiles plans whose breakers have run: every build side, aggregate and sort in them is a logical.Stage with an *exec.StageOutput.
type Planner struct {
	Query *exec.Query
	Env   *expr.Env
	// RuntimeFilters pushes the keys of finished build sides into scans.
	RuntimeFilters bool
	// Flatten asks scans for no dictionary vectors.
	Flatten   bool
	BatchSize int
	Threads   int
	// Observe, if set, is told which node of the plan became which operator, for EXPLAIN ANALYZE.
	Observe func(n logical.Plan, operator any)
}

// Streams reports whether a node passes rows through without holding them, so that it can be part of a branch. A join does when its right
// side, on which it builds, has run.
func Streams(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Scan, *logical.Values, *logical.Range, *logical.Stage, *logical.Rest, *logical.Project, *logical.Generate, *logical.Sample, *logical.Repartition:
		return true
	case *logical.Filter:
		return grouped(n) == nil
	case *logical.Join:
		_, ok := n.Right.(*logical.Stage)
		return ok
	case *logical.SetOp:
		return n.Kind == logical.UnionOp && n.All
	case *logical.Limit:
		_, sorted := n.Input.(*logical.Sort)
		return !sorted
	}
	return false
}

// Inputs returns what is computed before an operator: the children of its node, or those of the child that runs as one with it, as a sort does
// with a limit and a grouping with a filter of its groups.
func Inputs(p logical.Plan) []logical.Plan {
	switch n := p.(type) {
	case *logical.Limit:
		if s, ok := n.Input.(*logical.Sort); ok && n.Count >= 0 {
			return s.Children()
		}
	case *logical.Filter:
		if a := grouped(n); a != nil {
			return a.Children()
		}
	}
	return p.Children()
}

// grouped returns the grouping whose groups n filters, nil if it filters other rows.
func grouped(n *logical.Filter) *logical.Aggregate {
	a, _ := n.Input.(*logical.Aggregate)
	return a
}

// fragment is branches under construction with the columns they give.
type fragment struct {
	branches []exec.Branch
	cols     []*expr.Column
}

func (f *fragment) step(s exec.Step, cols []*expr.Column) *fragment {
	for i := range f.branches {
		steps := f.branches[i].Steps
		f.branches[i].Steps = append(steps[:len(steps):len(steps)], s)
	}
	f.cols = cols
	return f
}

// keyFilters are runtime filters that the rows of a subtree will meet, by the column they test.
type keyFilters map[expr.ColumnID][]datasource.KeyFilter

// Compile returns the branches that give p's rows, and their columns in the order of the batches.
func (pl *Planner) Compile(p logical.Plan, filters map[expr.ColumnID][]datasource.KeyFilter) ([]exec.Branch, []*expr.Column, error) {
	f, err := pl.compile(p, filters)
	if err != nil {
		return nil, nil, err
	}
	return f.branches, f.cols, nil
}

func (pl *Planner) compile(p logical.Plan, kf keyFilters) (*fragment, error) {
	switch n := p.(type) {
	case *logical.Scan:
		return pl.scan(n, kf)
	case *logical.Values:
		src, err := NewValues(n.Out, n.Rows)
		return pl.source(p, src, n.Out), err
	case *logical.Range:
		return pl.source(p, NewRange(n.Start, n.End, n.Step), n.Output()), nil
	case *logical.Stage:
		return pl.source(p, n.Handle.(*exec.StageOutput).Source(), n.Out), nil
	case *logical.Rest:
		return &fragment{branches: append([]exec.Branch{}, n.Handle.(*exec.Rest).Branches...), cols: n.Out}, nil
	case *logical.Project:
		in, err := pl.compile(n.Input, kf.through(n))
		if err != nil {
			return nil, err
		}
		step, err := NewProject(n.List, in.cols, pl.Env)
		return pl.append(p, in, step, n.Output()), err
	case *logical.Filter:
		in, err := pl.compile(n.Input, kf)
		if err != nil {
			return nil, err
		}
		step, err := NewFilter(n.Pred, in.cols, pl.Env)
		return pl.append(p, in, step, in.cols), err
	case *logical.Join:
		return pl.join(n, kf)
	case *logical.SetOp:
		return pl.union(n, kf)
	case *logical.Limit:
		in, err := pl.compile(n.Input, nil)
		if err != nil {
			return nil, err
		}
		return pl.append(p, in, NewLimit(n.Count, n.Offset), in.cols), nil
	case *logical.Generate:
		in, err := pl.compile(n.Input, kf)
		if err != nil {
			return nil, err
		}
		step, err := NewGenerate(n.Call, n.Out, n.Outer, in.cols, pl.Env)
		return pl.append(p, in, step, n.Output()), err
	case *logical.Sample:
		in, err := pl.compile(n.Input, nil)
		if err != nil {
			return nil, err
		}
		return pl.append(p, in, NewSample(n), in.cols), nil
	case *logical.Repartition:
		return pl.compile(n.Input, kf)
	}
	return nil, sqlerr.Internal("the planner met %T in a pipeline", p)
}

func (pl *Planner) observe(n logical.Plan, operator any) {
	if pl.Observe != nil {
		pl.Observe(n, operator)
	}
}

func (pl *Planner) source(p logical.Plan, s exec.Source, cols []*expr.Column) *fragment {
	pl.observe(p, s)
	return &fragment{branches: []exec.Branch{{Source: s}}, cols: cols}
}

func (pl *Planner) append(p logical.Plan, in *fragment, s exec.Step, cols []*expr.Column) *fragment {
	pl.observe(p, s)
	return in.step(s, cols)
}

func (pl *Planner) scan(n *logical.Scan, kf keyFilters) (*fragment, error) {
	req := &datasource.VectorRequest{Fields: n.Fields, Columns: n.Out, Filters: n.Filters, Predicates: Predicates(n.Filters, n.Out, n.Fields),
		Limit: n.Limit, Env: pl.Env, Threads: pl.Threads, Flatten: pl.Flatten, BatchSize: pl.BatchSize}
	for i, c := range n.Out {
		for _, f := range kf[c.ID] {
			slot := &datasource.KeyFilterSlot{Field: i}
			slot.Publish(f)
			req.Keys = append(req.Keys, slot)
		}
	}
	src, err := NewScan(pl.Query, n.Table, req)
	if err != nil {
		return nil, err
	}
	return pl.source(n, src, n.Out), nil
}

// union makes the branches of all inputs feed the same consumer.
func (pl *Planner) union(n *logical.SetOp, kf keyFilters) (*fragment, error) {
	out := &fragment{cols: n.Out}
	for _, in := range n.Inputs {
		list := make([]logical.Named, len(n.Out))
		for i, c := range in.Output() {
			list[i] = logical.Named{Col: n.Out[i], Expr: c}
		}
		f, err := pl.compile(in, kf.through(&logical.Project{List: list}))
		if err != nil {
			return nil, err
		}
		step, err := NewProject(list, f.cols, pl.Env)
		if err != nil {
			return nil, err
		}
		phase := 0
		for _, b := range f.step(step, n.Out).branches {
			phase = max(phase, b.Phase)
			out.branches = append(out.branches, b)
		}
	}
	return out, nil
}

// through translates filters on a projection's columns to its input's.
func (kf keyFilters) through(n *logical.Project) keyFilters {
	if len(kf) == 0 {
		return nil
	}
	out := keyFilters{}
	for _, it := range n.List {
		if c, ok := it.Expr.(*expr.Column); ok && len(kf[it.Col.ID]) > 0 {
			out[c.ID] = append(out[c.ID], kf[it.Col.ID]...)
		}
	}
	return out
}

// below returns the filters of a join's rows that hold for its left input; a filter on a key of the right input of an inner join holds for
// the key it equals.
func (kf keyFilters) below(n *logical.Join, l, r []expr.Expr) keyFilters {
	out := keyFilters{}
	if n.Kind == logical.FullOuter {
		return out
	}
	for id, fs := range kf {
		out[id] = append(out[id], fs...)
	}
	if n.Kind != logical.Inner {
		return out
	}
	for i := range l {
		a, okA := l[i].(*expr.Column)
		b, okB := r[i].(*expr.Column)
		if okA && okB && a.T.Equal(b.T) {
			out[a.ID] = append(out[a.ID], kf[b.ID]...)
		}
	}
	return out
}

// ThroughAggregate translates filters on the keys of a grouping, which may be below a filter of its groups, to its input: a group whose key is
// filtered out needs no rows.
func ThroughAggregate(p logical.Plan, kf map[expr.ColumnID][]datasource.KeyFilter) map[expr.ColumnID][]datasource.KeyFilter {
	n, ok := p.(*logical.Aggregate)
	if f, filtered := p.(*logical.Filter); filtered {
		n = grouped(f)
		ok = n != nil
	}
	if !ok || len(kf) == 0 || n.Sets != nil {
		return nil
	}
	return keyFilters(kf).through(&logical.Project{List: n.Keys})
}

func (pl *Planner) join(n *logical.Join, kf keyFilters) (*fragment, error) {
	build := n.Right.(*logical.Stage).Handle.(*exec.StageOutput)
	l, r, nullSafe, rest := cost.EquiKeys(n.Cond, n.Left.Output(), n.Right.Output())
	hashable := len(l) > 0 && (n.Kind != logical.NullAwareAnti || len(rest) == 0)
	if !hashable {
		in, err := pl.compile(n.Left, kf.below(n, nil, nil))
		if err != nil {
			return nil, err
		}
		j, err := NewNestedLoopJoin(NestedLoopSpec{Kind: n.Kind, Left: in.cols, Right: n.Right.Output(), Cond: n.Cond, Output: n.Output(), MarkCol: n.MarkCol, At: n.At, Query: pl.Query}, build)
		if err != nil {
			return nil, err
		}
		return pl.withUnmatched(n, in, j.Step(), j.Unmatched(), n.Output()), nil
	}
	spec := HashJoinSpec{Kind: n.Kind, Probe: n.Left.Output(), Build: n.Right.Output(), ProbeKeys: l, BuildKeys: r, NullSafe: nullSafe,
		Residual: expr.Conjunction(rest), Output: n.Output(), MarkCol: n.MarkCol, At: n.At, Query: pl.Query}
	probeFilters := kf.below(n, l, r)
	j, err := NewHashJoin(spec, build)
	if err != nil {
		return nil, err
	}
	if pl.RuntimeFilters && (n.Kind == logical.Inner || n.Kind == logical.LeftSemi || n.Kind == logical.RightOuter) {
		for i, k := range l {
			if c, ok := k.(*expr.Column); ok && !nullSafe[i] {
				if f := j.KeyFilter(i); f != nil {
					probeFilters[c.ID] = append(probeFilters[c.ID], f)
				}
			}
		}
	}
	in, err := pl.compile(n.Left, probeFilters)
	if err != nil {
		return nil, err
	}
	return pl.withUnmatched(n, in, j.Probe(), j.Unmatched(), n.Output()), nil
}

// withUnmatched adds a join's step and, for kinds that keep build rows without a partner, the later branch that gives them.
func (pl *Planner) withUnmatched(n *logical.Join, in *fragment, step exec.Step, unmatched exec.Source, cols []*expr.Column) *fragment {
	out := pl.append(n, in, step, cols)
	if unmatched != nil {
		phase := 0
		for _, b := range out.branches {
			phase = max(phase, b.Phase)
		}
		pl.observe(n, unmatched)
		out.branches = append(out.branches, exec.Branch{Source: unmatched, Phase: phase + 1})
	}
	return out
}

// Sink returns the sink of a breaker and the plan that feeds it: an aggregate, distinct, sort, top-N or window; for any other plan it
// materializes the rows of the plan itself. expected is how many rows p will give, estimated from what finished stages measured; 0 if they say
// nothing of it. For a grouping, also one whose groups are filtered, they are its groups.
func (pl *Planner) Sink(p logical.Plan, expected float64) (input logical.Plan, sink func(in []*expr.Column) (exec.Sink, error), err error) {
	switch n := p.(type) {
	case *logical.Aggregate:
		return n.Input, pl.grouping(n, nil, expected), nil
	case *logical.Filter:
		if a := grouped(n); a != nil {
			return a.Input, pl.grouping(a, n.Pred, expected), nil
		}
	case *logical.Distinct:
		keys := make([]logical.Named, 0, len(n.Output()))
		for _, c := range n.Output() {
			keys = append(keys, logical.Named{Col: c, Expr: c})
		}
		return n.Input, func(in []*expr.Column) (exec.Sink, error) {
			return NewHashAggregate(AggregateSpec{Keys: keys, Groups: expected, Query: pl.Query}, in)
		}, nil
	case *logical.DistinctOn:
		agg, err := distinctOn(n)
		if err != nil {
			return nil, nil, err
		}
		return n.Input, func(in []*expr.Column) (exec.Sink, error) {
			agg.Query = pl.Query
			return NewHashAggregate(agg, in)
		}, nil
	case *logical.Sort:
		return n.Input, func(in []*expr.Column) (exec.Sink, error) { return NewSort(n.Keys, in, pl.Query) }, nil
	case *logical.Limit:
		if s, ok := n.Input.(*logical.Sort); ok {
			if n.Count < 0 {
				return n.Input, func(in []*expr.Column) (exec.Sink, error) { return NewMaterialize(in, true, pl.Query), nil }, nil
			}
			return s.Input, func(in []*expr.Column) (exec.Sink, error) {
				return NewTopN(s.Keys, n.Count, n.Offset, in, pl.Query)
			}, nil
		}
	case *logical.Window:
		return n.Input, func(in []*expr.Column) (exec.Sink, error) { return NewWindow(n.Funcs, n.Limit, in, pl.Query) }, nil
	}
	return p, func(in []*expr.Column) (exec.Sink, error) { return NewMaterialize(in, true, pl.Query), nil }, nil
}

func (pl *Planner) grouping(n *logical.Aggregate, having expr.Expr, groups float64) func(in []*expr.Column) (exec.Sink, error) {
	return func(in []*expr.Column) (exec.Sink, error) {
		return NewHashAggregate(AggregateSpec{Keys: n.Keys, Aggs: n.Aggs, Sets: n.Sets, GroupingID: n.GroupingID, Having: having, Output: n.Output(), Groups: groups, Query: pl.Query}, in)
	}
}

// distinctOn keeps the first row's values of each group.
func distinctOn(n *logical.DistinctOn) (AggregateSpec, error) {
	var s AggregateSpec
	keyOf := map[expr.ColumnID]bool{}
	for _, e := range n.On {
		if c, ok := e.(*expr.Column); ok {
			keyOf[c.ID] = true
			s.Keys = append(s.Keys, logical.Named{Col: c, Expr: c})
		}
	}
	for _, c := range n.Output() {
		if keyOf[c.ID] {
			continue
		}
		a, err := functions.Bind(functions.Lookup("first"), []expr.Expr{c}, functions.BindOptions{})
		if err != nil {
			return s, err
		}
		s.Aggs = append(s.Aggs, logical.Named{Col: c, Expr: a})
	}
	return s, nil
}
