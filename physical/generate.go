package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// NewGenerate returns the step that joins each row with the rows a generator (explode …) makes of it. With outer, rows for which it makes
// none come once, with nulls.
func NewGenerate(call *expr.Call, out []*expr.Column, outer bool, in []*expr.Column, env *expr.Env) (exec.Step, error) {
	args, err := compileAll(call.Args, in, env)
	if err != nil {
		return nil, err
	}
	spec := &expr.Spec{Result: call.T, Mode: call.Mode, Env: env, Pos: call.At}
	for _, a := range call.Args {
		lit, _ := a.(*expr.Literal)
		spec.Args = append(spec.Args, a.Type())
		spec.Consts = append(spec.Consts, lit)
		spec.Nullable = append(spec.Nullable, a.Nullable())
	}
	if _, err := call.Func.NewGenerator(spec); err != nil {
		return nil, err
	}
	return &generate{call: call, spec: spec, args: args, out: columnTypes(out), outer: outer}, nil
}

type generate struct {
	call  *expr.Call
	spec  *expr.Spec
	args  func() evaluator
	out   []types.Type
	outer bool
}

func (g *generate) Name() string { return "Generate" }

func (g *generate) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	kernel, err := g.call.Func.NewGenerator(g.spec)
	if err != nil {
		return nil, nil, err
	}
	x := &generator{generate: g, w: w, next: next, kernel: kernel, eval: g.args(), flat: make([]columnar.Vector, len(g.spec.Args))}
	return x.push, nil, nil
}

// generator is one worker's part of a generate step.
type generator struct {
	*generate
	w      *exec.Worker
	next   exec.Push
	kernel expr.GeneratorKernel
	eval   evaluator
	flat   []columnar.Vector
	rows   repeater
	out    columnar.Batch
	barren []int32
}

func (g *generator) push(b *columnar.Batch) error {
	args, err := g.eval.Eval(b)
	if err != nil {
		return err
	}
	for i, a := range args {
		if a.Form == columnar.Dictionary {
			args[i] = columnar.Flatten(&g.flat[i], a, b.Rows())
		}
	}
	var has []bool // rows that gave some
	if g.outer {
		has = make([]bool, b.N)
	}
	most := max(g.w.Query.BatchSize()&^63, 64)
	for rows, at := b.Rows(), (expr.GeneratorCursor{}); at.Row < rows.Count(); {
		origin, made, err := g.kernel(args, rows, &at, most)
		if err != nil {
			return err
		}
		if g.outer {
			for _, r := range origin {
				has[r] = true
			}
		}
		if len(origin) > 0 {
			if err := g.emit(b, origin, made); err != nil {
				return err
			}
		}
	}
	if !g.outer {
		return nil
	}
	return g.emitBarren(b, has)
}

// emit pushes rows of b beside generated columns.
func (g *generator) emit(b *columnar.Batch, origin []int32, made []*columnar.Vector) error {
	if err := g.w.Err(); err != nil {
		return err
	}
	cols := g.rows.appendRows(g.out.Cols[:0], b.Cols, origin, nil)
	g.out = columnar.Batch{Cols: append(cols, made...), N: len(origin), Morsel: b.Morsel, Seq: b.Seq}
	return g.next(&g.out)
}

// emitBarren pushes the rows of b that gave no row.
func (g *generator) emitBarren(b *columnar.Batch, has []bool) error {
	rows := b.Rows()
	g.barren = g.barren[:0]
	for i := range rows.Count() {
		if r := rows.Row(i); !has[r] {
			g.barren = append(g.barren, int32(r))
		}
	}
	if len(g.barren) == 0 {
		return nil
	}
	nulls := make([]*columnar.Vector, len(g.generate.out))
	for i, t := range g.generate.out {
		nulls[i] = columnar.NullConstant(t, len(g.barren))
	}
	return g.emit(b, g.barren, nulls)
}
