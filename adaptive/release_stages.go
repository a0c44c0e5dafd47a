package adaptive

import (
	"slices"

	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// made notes an output that this run will release.
func (x *Execution) made(out *exec.StageOutput) { x.outputs = append(x.outputs, out) }

// releaseUnread releases the outputs that the rest of the plan does not read: with their last reader done, their memory serves the next stage.
// Outputs of others, cached plans and what a recursion around this run reads, are not its to release.
func (x *Execution) releaseUnread(p logical.Plan) {
	read := x.reads(p)
	x.outputs = slices.DeleteFunc(x.outputs, func(out *exec.StageOutput) bool {
		if read[out] {
			return false
		}
		out.Release()
		return true
	})
}

// reads returns the outputs that a plan reads, also by branches that have begun.
func (x *Execution) reads(p logical.Plan) map[*exec.StageOutput]bool {
	read := map[*exec.StageOutput]bool{}
	if p == nil {
		return read
	}
	logical.Walk(p, func(n logical.Plan) bool {
		switch n := n.(type) {
		case *logical.Stage:
			read[n.Handle.(*exec.StageOutput)] = true
		case *logical.Rest:
			for out := range x.begun[n.Handle.(*exec.Rest)] {
				read[out] = true
			}
		}
		return true
	})
	return read
}
