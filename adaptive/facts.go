package adaptive

import (
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// facts collects what a finished stage measured.
func (x *Execution) facts(out *exec.StageOutput) logical.Facts {
	return logical.Facts{Rows: out.Rows, Bytes: out.Bytes, Columns: out.Facts()}
}
