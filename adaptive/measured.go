package adaptive

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/sparrow-engine/sparrow/logical"
)

// observe remembers which operators a node of the plan became. The planner calls it while pipelines are compiled, by one goroutine.
func (x *Execution) observe(n logical.Plan, operator any) {
	if x.operators == nil {
		x.operators = map[logical.Plan][]any{}
	}
	x.operators[n] = append(x.operators[n], operator)
}

// Measured returns the rows that a node of the final plan, or of a finished stage's plan, gave and the time its operators took, summed over
// workers; "" for nodes that became no operator of their own.
func (x *Execution) Measured(p logical.Plan) string {
	rows, took, ran := int64(0), time.Duration(0), false
	for _, op := range x.operators[p] {
		if m := x.Query.Metrics(op); m != nil {
			rows, took, ran = rows+m.Rows(), took+m.Time(), true
		}
	}
	if !ran {
		return ""
	}
	return fmt.Sprintf("%s rows, %s", humanize.Comma(rows), took.Round(10*time.Microsecond))
}
