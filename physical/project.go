package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// NewProject returns the step that computes a list over the columns in. Columns that pass through are the same vectors.
func NewProject(list []logical.Named, in []*expr.Column, env *expr.Env) (exec.Step, error) {
	p := &project{from: make([]int, len(list))}
	at := columnPositions(in)
	var computed []expr.Expr
	for i, it := range list {
		if c, ok := it.Expr.(*expr.Column); ok {
			if k, ok := at[c.ID]; ok {
				p.from[i] = k
				continue
			}
		}
		p.from[i] = ^len(computed)
		computed = append(computed, it.Expr)
	}
	if len(computed) == 0 {
		return p, nil
	}
	var err error
	p.compute, err = compileAll(computed, in, env)
	p.computed = computed
	return p, err
}

// project has for each output the position of an input column, or the complement of the position of a computed one.
type project struct {
	from     []int
	compute  func() evaluator // nil: nothing is computed
	computed []expr.Expr
}

func (p *project) Name() string { return "Project" }

func (p *project) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	var out columnar.Batch
	var state evaluator
	compactor := newCompactor(p.computed)
	if p.compute != nil {
		state = p.compute()
	}
	return func(b *columnar.Batch) error {
		b = compactor.compact(b)
		var computed []*columnar.Vector
		if state != nil {
			var err error
			if computed, err = state.Eval(b); err != nil {
				return err
			}
		}
		cols := out.Cols[:0]
		for _, k := range p.from {
			if k >= 0 {
				cols = append(cols, b.Cols[k])
			} else {
				cols = append(cols, computed[^k])
			}
		}
		out = columnar.Batch{Cols: cols, N: b.N, Sel: b.Sel, Morsel: b.Morsel, Seq: b.Seq}
		return next(&out)
	}, nil, nil
}
