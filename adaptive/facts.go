package adaptive

import (
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// facts collects what a finished stage measured.
func (x *Execution) facts(out *exec.StageOutput) logical.Facts {
	f := logical.Facts{Rows: out.Rows, Bytes: out.Bytes}
	for _, c := range out.Facts() {
		f.Columns = append(f.Columns, logical.ColumnFacts(c))
	}
	return f
}
