package adaptive

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
)

// foldScalars replaces inner joins, and other joins without condition, to a finished stage of one row by the row's values, as literals, so that filters over them
// reach scans and their statistics.
func (x *Execution) foldScalars(p logical.Plan) logical.Plan {
	folded := false
	out := logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		j, ok := n.(*logical.Join)
		if !ok || j.Cond != nil && j.Kind != logical.Inner {
			return n
		}
		s, ok := j.Right.(*logical.Stage)
		if !ok || s.Facts.Rows > 1 {
			return n
		}
		if j.Kind != logical.Single && j.Kind != logical.LeftOuter && (j.Kind != logical.Inner || s.Facts.Rows == 0) {
			return n
		}
		row, err := firstRow(x.Query, s.Handle.(*exec.StageOutput), len(s.Out))
		if err != nil {
			return n
		}
		folded = true
		list := make([]logical.Named, 0, len(j.Output()))
		for _, c := range j.Left.Output() {
			list = append(list, logical.Named{Col: c, Expr: c})
		}
		for i, c := range s.Out {
			col := *c
			col.Null = col.Null || row[i] == nil
			list = append(list, logical.Named{Col: &col, Expr: &expr.Literal{Value: row[i], T: c.T}})
		}
		var folded1 logical.Plan = &logical.Project{Input: j.Left, List: list}
		if j.Cond != nil { // hash joins with a single row are filters too
			folded1 = &logical.Filter{Input: folded1, Pred: j.Cond}
		}
		return folded1
	})
	if !folded {
		return p
	}
	settled, err := optimizer.Run(x.Opt, out, optimizer.AfterScalars)
	if err != nil {
		return out
	}
	if x.Enabled {
		x.emit(Event{Kind: "replan", Rule: "fold_scalars", Plan: settled, Reason: x.lastStage() + " gave a single row, whose values are literals now"})
	}
	return settled
}

// firstRow reads the only row of a stage; nulls if there is none.
func firstRow(q *exec.Query, s *exec.StageOutput, width int) ([]any, error) {
	row := make([]any, width)
	err := s.Each(q, func(b *columnar.Batch) error {
		if rows := b.Rows(); rows.Count() == 1 {
			for i := range row {
				row[i] = b.Cols[i].Value(rows.Row(0))
			}
		}
		return nil
	})
	return row, err
}
