package adaptive

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// facts collects what a finished stage measured.
// Distinct counts are not measured: the estimate from before is kept, for as many rows as there were.
func (x *Execution) facts(p logical.Plan, out *exec.StageOutput) logical.Facts {
	f := logical.Facts{Rows: out.Rows, Bytes: out.Bytes}
	for _, c := range out.Facts() {
		f.Columns = append(f.Columns, logical.ColumnFacts(c))
	}
	est := x.Opt.Cost.Of(p)
	for i, c := range p.Output() {
		if i < len(f.Columns) && f.Columns[i].Distinct == 0 {
			k, _ := est.Columns.Of(c.ID)
			f.Columns[i].Distinct = cost.Remaining(k.Distinct, est.Rows, float64(out.Rows))
		}
	}
	return f
}
