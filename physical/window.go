package physical

import (
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

func NewWindow(funcs []logical.Named, in []*expr.Column, q *exec.Query) (exec.Sink, error) {
	return nil, sqlerr.Unsupported("WINDOW", sqlerr.Pos{}, "Windows are not there yet.")
}
