package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
)

// NewStream returns the sink that gives the rows of a result to consume while the query runs; see exec.Stream.
func NewStream(in []*expr.Column, consume func(*columnar.Batch) error) exec.Sink {
	return exec.NewStream(columnTypes(in), consume)
}
