package adaptive

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/physical"
)

// observe remembers which operators a node of the plan became. The planner calls it while pipelines are compiled, by one goroutine.
func (x *Execution) observe(n logical.Plan, operator any) {
	if x.operators == nil {
		x.operators = map[logical.Plan][]any{}
	}
	x.operators[n] = append(x.operators[n], operator)
}

// Measured returns the rows that a node of the final plan, or of a finished stage's plan, gave and the time its operators took, summed over
// workers, and what the operators decided by what they saw; of a node that ended a stage also the memory that it held at most and what it wrote to files. "" for nodes that became no operator of
// their own.
func (x *Execution) Measured(p logical.Plan) string {
	for _, f := range x.stages {
		if f.Plan == p && !physical.Streams(p) {
			return x.breaker(f)
		}
	}
	rows, took, ran := int64(0), time.Duration(0), false
	read := ""
	var notes []string
	for _, op := range x.operators[p] {
		if s, ok := op.(*physical.Scan); ok {
			read += scanned(s.Counters())
		}
		if note := noted(op); note != "" && !slices.Contains(notes, ", "+note) {
			notes = append(notes, ", "+note)
		}
		if m := x.Query.Metrics(op); m != nil {
			rows, took, ran = rows+m.Rows(), took+m.Time(), true
		}
	}
	if !ran {
		return ""
	}
	return fmt.Sprintf("%s rows, %s", humanize.Comma(rows), took.Round(10*time.Microsecond)) + read + strings.Join(notes, "")
}

// scanned says what a scan read of files that count it.
func scanned(c datasource.ScanCounters) string {
	if c.Columns == 0 {
		return ""
	}
	s := fmt.Sprintf(", read %s of %d columns", humanize.IBytes(uint64(c.Bytes)), c.Columns)
	if c.RowGroupsSkipped > 0 {
		s += fmt.Sprintf(", skipped %d of %d row groups", c.RowGroupsSkipped, c.RowGroups)
	}
	if c.PagesSkipped > 0 {
		s += fmt.Sprintf(", skipped %d pages", c.PagesSkipped)
	}
	return s
}

// breaker measures the node that ended a stage.
func (x *Execution) breaker(f *Finished) string {
	m := x.Query.Metrics(f.Out.Sink)
	if m == nil {
		return ""
	}
	out := fmt.Sprintf("%s rows, %s, %s of memory", humanize.Comma(f.Rows), m.Time().Round(10*time.Microsecond), humanize.IBytes(uint64(max(m.Memory(), 0))))
	if n := m.Spilled(); n > 0 {
		out += fmt.Sprintf(", %s spilled", humanize.IBytes(uint64(n)))
	}
	if note := noted(f.Out.Sink); note != "" {
		out += ", " + note
	}
	return out
}

// noted returns what an operator says of its decisions.
func noted(operator any) string {
	if n, ok := operator.(physical.Noted); ok {
		return n.Note()
	}
	return ""
}
