package adaptive

import (
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/physical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// recursive runs a recursive definition: the anchor, then the step over the rows of the last round until it gives none.
func (x *Execution) recursive(r *logical.Recursive) (*logical.Stage, error) {
	levels := r.MaxLevels
	if levels == 0 {
		levels = x.MaxRecursion
	}
	sub := *x
	sub.outputs = nil
	var rounds []*exec.StageOutput
	defer func() {
		for _, out := range rounds {
			out.Release()
		}
	}()
	materialize := func(in []*expr.Column) (exec.Sink, error) { return physical.NewMaterialize(in, true, x.Query), nil }
	last, _, err := sub.Run(r.Anchor, materialize)
	if err != nil {
		return nil, err
	}
	rounds = append(rounds, last)
	var inputs []logical.Plan
	total := int64(0)
	for level := 0; last.Rows > 0; level++ {
		inputs = append(inputs, &logical.Stage{Handle: last, Out: r.Out, Facts: logical.Facts{Rows: last.Rows, Bytes: last.Bytes}})
		if total += last.Rows; r.Limit > 0 && total >= r.Limit {
			break
		}
		if x.MaxRecursionRows > 0 && total > x.MaxRecursionRows && r.Limit == 0 && !r.AnyRows {
			return nil, sqlerr.New("RECURSION_ROW_LIMIT_EXCEEDED", r.At, "The recursive query %s gave more than %d rows.", r.Name, x.MaxRecursionRows)
		}
		if levels >= 0 && level >= levels {
			return nil, sqlerr.New("RECURSION_LEVEL_LIMIT_EXCEEDED", r.At, "The recursive query %s went deeper than %d levels without ending.", r.Name, levels).
				WithHint("Set MAX RECURSION LEVEL or end the recursion by a condition.")
		}
		out, round := last, level
		step := logical.Rewrite(r.Step, func(n logical.Plan) logical.Plan {
			if ref, ok := n.(*logical.Ref); ok && ref.Def == r.ID {
				return &logical.Stage{Handle: out, Out: ref.Out, Facts: logical.Facts{Rows: out.Rows, Bytes: out.Bytes}}
			}
			return logical.MapExpressions(n, func(e expr.Expr) expr.Expr { return shiftSeeds(e, int64(round)) })
		})
		if last, _, err = sub.Run(step, materialize); err != nil {
			return nil, err
		}
		rounds = append(rounds, last)
	}
	union := &logical.SetOp{Kind: logical.UnionOp, All: true, Inputs: inputs, Out: r.Out}
	all, err := x.pipeline("recursive "+r.Name, unionOf(union), nil, materialize)
	if err != nil {
		return nil, err
	}
	x.made(all)
	x.stages = append(sub.stages, &Finished{Number: len(sub.stages) + 1, Name: "recursive " + r.Name, Plan: r, Estimated: float64(all.Rows), Rows: all.Rows, Bytes: all.Bytes, Out: all})
	return &logical.Stage{Handle: all, Out: r.Out, Facts: x.facts(r, all)}, nil
}

func unionOf(u *logical.SetOp) logical.Plan {
	if len(u.Inputs) == 0 {
		return &logical.Values{Out: u.Out}
	}
	return u
}

// shiftSeeds adds the number of the round to the seeds of random functions, their last argument, so that rounds give different values.
func shiftSeeds(e expr.Expr, round int64) expr.Expr {
	if round == 0 || !expr.IsVolatile(e) {
		return e
	}
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		c, ok := x.(*expr.Call)
		if !ok || !c.Func.Volatile || len(c.Args) == 0 {
			return x
		}
		last := len(c.Args) - 1
		l, ok := c.Args[last].(*expr.Literal)
		if !ok {
			return x
		}
		seed := *l
		switch v := l.Value.(type) {
		case int32:
			seed.Value = v + int32(round)
		case int64:
			seed.Value = v + round
		default:
			return x
		}
		n := *c
		n.Args = append(append([]expr.Expr{}, c.Args[:last]...), &seed)
		return &n
	})
}
