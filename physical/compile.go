package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
)

// selector selects rows of batches for one worker. The result is written over dst, which must not be the batch's own selection.
type selector interface {
	Select(b *columnar.Batch, dst []int32) ([]int32, error)
}

// evaluator computes vectors for batches for one worker; they live until its next call.
type evaluator interface {
	Eval(b *columnar.Batch) ([]*columnar.Vector, error)
}

// compilePredicate compiles a condition and returns the factory of its selectors.
func compilePredicate(e expr.Expr, in []*expr.Column, env *expr.Env) (func() selector, error) {
	p, err := eval.CompilePredicate(e, in, env)
	if err != nil {
		return nil, err
	}
	return func() selector { return p.New() }, nil
}

// compileAll compiles expressions and returns the factory of their evaluators. Columns of the input come out as they are.
func compileAll(es []expr.Expr, in []*expr.Column, env *expr.Env) (func() evaluator, error) {
	if from, ok := allColumns(es, in); ok {
		return func() evaluator { return &picker{from: from} }, nil
	}
	p, err := eval.Compile(es, in, env)
	if err != nil {
		return nil, err
	}
	return func() evaluator { return p.New() }, nil
}

func allColumns(es []expr.Expr, in []*expr.Column) ([]int, bool) {
	at := columnPositions(in)
	from := make([]int, len(es))
	for i, e := range es {
		c, ok := e.(*expr.Column)
		if !ok {
			return nil, false
		}
		if from[i], ok = at[c.ID]; !ok {
			return nil, false
		}
	}
	return from, true
}

// picker evaluates expressions that are all columns.
type picker struct {
	from []int
	out  []*columnar.Vector
}

func (p *picker) Eval(b *columnar.Batch) ([]*columnar.Vector, error) {
	p.out = p.out[:0]
	for _, k := range p.from {
		p.out = append(p.out, b.Cols[k])
	}
	return p.out, nil
}

func columnPositions(cols []*expr.Column) map[expr.ColumnID]int {
	at := make(map[expr.ColumnID]int, len(cols))
	for i, c := range cols {
		at[c.ID] = i
	}
	return at
}
