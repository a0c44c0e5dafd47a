// Package adaptive runs a plan stage by stage and re-plans what has not started from what finished stages measured.
//
// A stage is what a vectorized engine must finish anyway before the next step: a join's build side, an aggregate, a sort, a window, a shared
// definition. A finished stage becomes a logical.Stage leaf with its facts. Which stage runs next is decided by estimated size, never by the
// order of arrival, so a plan is a pure function of the text and the measured facts.
//
// Sparrow makes no compatibility promise for this package.
package adaptive

import (
	"fmt"
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/physical"
)

// Execution is one query from optimized plan to result.
type Execution struct {
	Query   *exec.Query
	Planner *physical.Planner
	Opt     *optimizer.Context
	// Enabled re-plans from measured facts; without it the first plan is kept.
	Enabled bool
	// Force re-plans after every stage, whatever the facts (a chaos mode of the tests).
	Force bool
	// MaxRecursion bounds the levels of recursive definitions, MaxRecursionRows their rows.
	MaxRecursion     int
	MaxRecursionRows int64
	// Notify, if set, is told of every event as it happens, and of the start of each pipeline, which is no event to keep.
	Notify func(Event)

	events    []Event
	stages    []*Finished
	outputs   []*exec.StageOutput                       // made by this run and not yet released
	begun     map[*exec.Rest]map[*exec.StageOutput]bool // what branches that have begun read
	operators map[logical.Plan][]any
}

// Event is a finished stage, a re-planning, or (for Notify only) the start of a pipeline.
type Event struct {
	Kind   string // "stage", "replan", "start"
	Name   string // start: of the stage, "result" for the last pipeline
	Stage  *Finished
	Reason string // replan: the fact that caused it
	Rule   string // replan: the rule that changed the plan
	Plan   logical.Plan
}

// Finished is a stage that ran.
type Finished struct {
	Number    int
	Name      string
	Plan      logical.Plan // what it computed, over earlier stages
	Estimated float64
	Rows      int64
	Bytes     int64
	Elapsed   time.Duration
	Out       *exec.StageOutput
}

// Events returns what happened so far.
func (x *Execution) Events() []Event { return x.events }

// Stages returns the finished stages in order.
func (x *Execution) Stages() []*Finished { return x.stages }

// Run executes the plan up to its last pipeline, runs that into the sink which makeSink gives for its columns, and returns its output and
// the final plan.
func (x *Execution) Run(p logical.Plan, makeSink func(in []*expr.Column) (exec.Sink, error)) (*exec.StageOutput, logical.Plan, error) {
	if x.Planner.Observe == nil {
		x.Planner.Observe = x.observe
	}
	for {
		var err error
		if p, err = x.shareScans(x.foldScalars(p)); err != nil {
			return nil, nil, err
		}
		x.releaseUnread(p)
		next := x.next(p)
		if next == nil {
			break
		}
		replaced, err := x.runStage(p, next)
		if err != nil {
			return nil, nil, err
		}
		if p, err = x.replan(replaced); err != nil {
			return nil, nil, err
		}
	}
	out, err := x.pipeline("result", p, nil, makeSink)
	x.releaseUnread(nil)
	return out, p, err
}

// target is a subtree to run: a breaker itself, or an input that must be held (a build side, a definition).
type target struct {
	node   logical.Plan
	parent logical.Plan
	def    *logical.Def
	// reducer tells that the node is the left side of a join, run first for its keys.
	reducer bool
	est     float64
	certain bool // its rows are known, so that running it teaches nothing
}

// next returns the ready stage to run, nil when the plan streams as a whole: of those whose size is a guess the one of least work, since what it
// teaches may change the rest; whole tables, whose size is known, come last, when more keys may filter them.
func (x *Execution) next(p logical.Plan) *target {
	var best *target
	offer := func(t *target) {
		t.est, t.certain = x.work(t.node), x.certain(t.node)
		if best == nil || best.certain && !t.certain || best.certain == t.certain && t.est < best.est {
			best = t
		}
	}
	var visit func(n, parent logical.Plan) (streams bool)
	visit = func(n, parent logical.Plan) bool {
		switch n := n.(type) {
		case *logical.With:
			for i := range n.Defs {
				d := &n.Defs[i]
				if visit(d.Plan, n) {
					offer(&target{node: d.Plan, parent: n, def: d})
				}
			}
			visit(n.Body, n)
			return false
		case *logical.Ref:
			return false
		case *logical.Join:
			left := visit(n.Left, n)
			if _, done := n.Right.(*logical.Stage); done {
				return left
			}
			if x.reduces(n) {
				if left {
					offer(&target{node: n.Left, parent: n, reducer: true})
				}
				return false
			}
			if visit(n.Right, n) {
				offer(&target{node: n.Right, parent: n})
			}
			return false
		case *logical.Recursive:
			offer(&target{node: n, parent: parent})
			return false
		}
		ready := true
		for _, k := range physical.Inputs(n) {
			ready = visit(k, n) && ready
		}
		if !ready {
			return false
		}
		if physical.Streams(n) {
			return true
		}
		offer(&target{node: n, parent: parent})
		return false
	}
	visit(p, nil)
	return best
}

// certain reports targets whose row count the source knows.
func (x *Execution) certain(p logical.Plan) bool {
	s := x.Opt.Cost.Of(p)
	return s.Error <= 1 && s.Source != cost.Guess && s.Rows > smallTable
}

// Tables of so few rows are cheap whatever they are for.
const smallTable = 1000

// work estimates the rows a stage reads and makes.
func (x *Execution) work(p logical.Plan) float64 {
	rows := x.Opt.Cost.Rows(p)
	logical.Walk(p, func(n logical.Plan) bool {
		if len(n.Children()) == 0 {
			if s, ok := n.(*logical.Scan); ok {
				rows += x.Opt.Cost.Rows(&logical.Scan{Table: s.Table})
			} else {
				rows += x.Opt.Cost.Rows(n)
			}
		}
		return true
	})
	return rows
}

// expected returns how many rows a breaker will give if that derives from what was measured of its input, else 0.
func (x *Execution) expected(p logical.Plan) float64 {
	if in := p.Children(); len(in) == 1 && x.Opt.Cost.Of(in[0]).Source == cost.Measured {
		return x.Opt.Cost.Rows(p)
	}
	return 0
}

// expectedGroups is expected of a breaker, and of a grouping's groups where they are filtered.
func (x *Execution) expectedGroups(p logical.Plan) float64 {
	if f, ok := p.(*logical.Filter); ok && !physical.Streams(f) {
		return x.expected(f.Input)
	}
	return x.expected(p)
}

// runStage executes a target and returns the plan with a Stage in its place.
func (x *Execution) runStage(p logical.Plan, t *target) (logical.Plan, error) {
	if r, ok := t.node.(*logical.Recursive); ok {
		stage, err := x.recursive(r)
		if err != nil {
			return nil, err
		}
		return replace(p, t.node, stage), nil
	}
	est := x.Opt.Cost.Rows(t.node)
	input, makeSink, err := x.Planner.Sink(t.node, x.expectedGroups(t.node))
	if err != nil {
		return nil, err
	}
	var filters map[expr.ColumnID][]datasource.KeyFilter
	if x.Planner.RuntimeFilters && t.def == nil {
		var share float64
		if filters, share = x.contextFilters(p, t.node); share < 1 {
			est *= share
		}
		switch t.node.(type) {
		case *logical.Aggregate, *logical.Filter:
			if input != t.node {
				filters = physical.ThroughAggregate(t.node, filters)
			}
		case *logical.Distinct:
		default:
			if input != t.node {
				filters = nil
			}
		}
	}
	start := time.Now()
	out, rest, err := x.someOf(stageName(t), input, filters, makeSink, x.patience(t, est))
	if err != nil {
		return nil, err
	}
	f := &Finished{Number: len(x.stages) + 1, Name: stageName(t), Plan: t.node, Estimated: est, Rows: out.Rows, Bytes: out.Bytes, Elapsed: time.Since(start), Out: out}
	x.stages = append(x.stages, f)
	x.made(out)
	x.emit(Event{Kind: "stage", Stage: f})
	facts := x.facts(t.node, out)
	if rest != nil {
		return x.swapOutgrown(p, t, f, facts, rest), nil
	}
	if t.def != nil {
		return substituteRefs(p, t.def, out, facts), nil
	}
	return replace(p, t.node, &logical.Stage{Handle: out, Out: t.node.Output(), Facts: facts}), nil
}

func (x *Execution) emit(e Event) {
	x.events = append(x.events, e)
	if x.Notify != nil {
		x.Notify(e)
	}
}

func stageName(t *target) string {
	if t.def != nil {
		return "shared " + t.def.Name
	}
	if t.reducer {
		return "keys"
	}
	switch n := t.node.(type) {
	case *logical.Aggregate:
		return "aggregate"
	case *logical.Filter:
		if !physical.Streams(n) {
			return "aggregate"
		}
	case *logical.Distinct, *logical.DistinctOn:
		return "distinct"
	case *logical.Sort:
		return "sort"
	case *logical.Limit:
		return "top-n"
	case *logical.Window:
		return "window"
	}
	return "build"
}

// pipeline compiles a streaming plan and runs it into a sink.
func (x *Execution) pipeline(name string, p logical.Plan, kf map[expr.ColumnID][]datasource.KeyFilter, makeSink func([]*expr.Column) (exec.Sink, error)) (*exec.StageOutput, error) {
	out, _, err := x.someOf(name, p, kf, makeSink, 0)
	return out, err
}

// someOf is pipeline that ends early after maxRows rows, if that is not 0.
func (x *Execution) someOf(name string, p logical.Plan, kf map[expr.ColumnID][]datasource.KeyFilter, makeSink func([]*expr.Column) (exec.Sink, error), maxRows int64) (*exec.StageOutput, *exec.Rest, error) {
	branches, cols, err := x.Planner.Compile(p, kf)
	if err != nil {
		if ended := x.Query.Err(); ended != nil { // a source says that its context ended, not that the query was cancelled
			err = ended
		}
		return nil, nil, err
	}
	sink, err := makeSink(cols)
	if err != nil {
		return nil, nil, err
	}
	if x.Notify != nil {
		x.Notify(Event{Kind: "start", Name: name})
	}
	return x.Query.RunSome(&exec.Pipeline{Name: name, Branches: branches, Sink: sink, MaxRows: maxRows})
}

// replace puts a node in another's place.
func replace(p, old, new logical.Plan) logical.Plan {
	if p == old {
		return new
	}
	return logical.RewriteChildren(p, func(c logical.Plan) logical.Plan { return replace(c, old, new) })
}

// substituteRefs turns the readers of a finished definition into stages and drops the definition.
func substituteRefs(p logical.Plan, d *logical.Def, out *exec.StageOutput, facts logical.Facts) logical.Plan {
	id := d.ID
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		switch n := n.(type) {
		case *logical.Ref:
			if n.Def == id {
				return &logical.Stage{Handle: out, Out: n.Out, Facts: facts}
			}
		case *logical.With:
			var rest []logical.Def
			for _, x := range n.Defs {
				if x.ID != id {
					rest = append(rest, x)
				}
			}
			if len(rest) == 0 {
				return n.Body
			}
			w := *n
			w.Defs = rest
			return &w
		}
		return n
	})
}

// Re-planning is worth its time only when a fact is far from its estimate and much work remains.
const (
	offBy        = 2.0
	minRemaining = 50000 // rows
	minGain      = 0.2
)

// replan runs the short batch of rules over what remains.
func (x *Execution) replan(p logical.Plan) (logical.Plan, error) {
	if !x.Enabled {
		return p, nil
	}
	f := x.stages[len(x.stages)-1]
	x.Opt.Cost = x.Opt.Cost.Fresh()
	ratio := (float64(f.Rows) + 1) / (f.Estimated + 1)
	off := ratio > offBy || ratio < 1/offBy
	if pays := f.Rows == 0 || off && x.work(p) >= minRemaining; !pays {
		if !x.Force {
			return p, nil
		}
		metrics.ForcedReplan.Happened()
	}
	reason := fmt.Sprintf("stage %d (%s) gave %d rows, %s expected", f.Number, f.Name, f.Rows, count(f.Estimated))
	before := x.Opt.Trace
	defer func() { x.Opt.Trace, x.Opt.MinGain = before, 0 }()
	if !x.Force {
		x.Opt.MinGain = minGain
	}
	x.Opt.Trace = func(a optimizer.Applied) {
		if logical.Same(a.Before, a.After) {
			return
		}
		x.emit(Event{Kind: "replan", Reason: reason, Rule: a.Rule, Plan: a.After})
	}
	return optimizer.Run(x.Opt, p, optimizer.Replanning)
}

func count(v float64) string {
	if v >= 1e6 {
		return fmt.Sprintf("%.3g", v)
	}
	return fmt.Sprintf("%d", int64(math.Round(v)))
}

// lastStage names the stage that finished last.
func (x *Execution) lastStage() string {
	if len(x.stages) == 0 {
		return "a stage"
	}
	f := x.stages[len(x.stages)-1]
	return fmt.Sprintf("stage %d (%s)", f.Number, f.Name)
}
