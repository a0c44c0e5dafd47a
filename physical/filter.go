package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
)

// NewFilter returns the step that keeps the rows for which pred is true. It only narrows the selection.
func NewFilter(pred expr.Expr, in []*expr.Column, env *expr.Env) (exec.Step, error) {
	p, err := compilePredicate(pred, in, env)
	if err != nil {
		return nil, err
	}
	return &filter{pred: p}, nil
}

type filter struct{ pred func() selector }

func (f *filter) Name() string { return "Filter" }

func (f *filter) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	state := f.pred()
	var out columnar.Batch
	var sel []int32
	return func(b *columnar.Batch) (err error) {
		if sel, err = state.Select(b, sel); err != nil || len(sel) == 0 {
			return err
		}
		out = *b
		if len(sel) < b.N {
			out.Sel = sel
		}
		return next(&out)
	}, nil, nil
}
