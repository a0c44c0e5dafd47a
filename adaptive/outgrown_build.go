package adaptive

import (
	"fmt"

	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// A build side ends early when it has so many times the rows that were expected, and so many at least.
const (
	outgrownBy   = 4
	outgrownRows = 64 << 10
)

// patience returns after how many rows a build side ends early to become the probe side instead, 0 for never: when it has outgrown its estimate and is by
// then twice as large as the other input, which can be built on at once.
func (x *Execution) patience(t *target, est float64) int64 {
	j, ok := t.parent.(*logical.Join)
	if !ok || !x.Enabled || j.Hint.Right != "" || t.def != nil || j.Right != t.node || j.Kind != logical.Inner || !stateless(t.node) {
		return 0
	}
	return int64(max(outgrownBy*est, 2*x.Opt.Cost.Rows(j.Left), outgrownRows))
}

// stateless reports whether a streaming plan can stop between any two morsels and go on later.
func stateless(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Scan, *logical.Stage, *logical.Values, *logical.Range:
		return true
	case *logical.Project:
		return stateless(n.Input)
	case *logical.Filter:
		return stateless(n.Input)
	case *logical.Join:
		_, built := n.Right.(*logical.Stage)
		return built && (n.Kind == logical.Inner || n.Kind == logical.LeftSemi || n.Kind == logical.LeftAnti || n.Kind == logical.LeftOuter) && stateless(n.Left)
	}
	return false
}

// swapOutgrown makes what was collected of a build side, and what was not read of it, the probe side of its join. No work is lost: the collected rows are read
// again from memory.
func (x *Execution) swapOutgrown(p logical.Plan, t *target, f *Finished, facts logical.Facts, rest *exec.Rest) logical.Plan {
	j := t.parent.(*logical.Join)
	if x.begun == nil {
		x.begun = map[*exec.Rest]map[*exec.StageOutput]bool{}
	}
	x.begun[rest] = x.reads(t.node)
	out := t.node.Output()
	collected := &logical.Stage{Handle: f.Out, Out: x.renamed(out), Facts: facts}
	unread := &logical.Rest{Handle: rest, Out: x.renamed(out), Rows: float64(f.Rows) * float64(rest.Unread) / float64(max(rest.Read, 1))}
	probe := &logical.SetOp{Kind: logical.UnionOp, All: true, Inputs: []logical.Plan{collected, unread}, Out: out}
	swapped := *j
	swapped.Left, swapped.Right = probe, j.Left
	list := make([]logical.Named, 0, len(j.Output()))
	for _, c := range j.Output() {
		list = append(list, logical.Named{Col: c, Expr: c})
	}
	after := replace(p, j, &logical.Project{Input: &swapped, List: list})
	x.emit(Event{Kind: "replan", Rule: "swap_outgrown_build", Plan: after,
		Reason: fmt.Sprintf("stage %d (%s) outgrew its estimate: %d rows with %d of %d morsels read, %s expected", f.Number, f.Name, f.Rows, rest.Read, rest.Read+rest.Unread, count(f.Estimated))})
	return after
}

func (x *Execution) renamed(cols []*expr.Column) []*expr.Column {
	out := make([]*expr.Column, len(cols))
	for i, c := range cols {
		n := *c
		n.ID = x.Opt.NextID()
		out[i] = &n
	}
	return out
}
