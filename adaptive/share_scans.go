package adaptive

import (
	"fmt"
	"time"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/physical"
	"github.com/sparrow-engine/sparrow/types"
)

// Scans are shared when the table has at least sharedTable rows and at most sharedShare of them pass the common filters, so that keeping the
// rows costs little beside reading them twice.
const (
	sharedTable = 10000
	sharedShare = 0.125
)

// reader is a scan that has not run, with the finished stages that bound its columns.
type reader struct {
	scan *logical.Scan
	need []requirement
}

// requirement says that the values of a field of the table are among those of a stage's column.
type requirement struct {
	field  int
	handle *exec.StageOutput
	col    int
	share  float64
}

// shareScans reads a table once for several scans of it that the same keys filter: the rows that pass the filters they have in common become
// a stage, to which each reader applies the rest of its own.
//
//	lineitem JOIN part(204 keys) … Aggregate by l_partkey (lineitem), joined to the same part   → one scan of lineitem, 6 K rows kept
//
// A requirement that only one reader has is not applied. It does not fire on scans inside definitions, on small tables or weak filters.
func (x *Execution) shareScans(p logical.Plan) (logical.Plan, error) {
	if !x.Enabled || !x.Planner.RuntimeFilters || len(x.stages) == 0 {
		return p, nil
	}
	byTable := map[any][]reader{}
	var order []any
	visitScans(p, func(s *logical.Scan) {
		if s.Limit == 0 && x.Opt.Cost.Rows(&logical.Scan{Table: s.Table}) >= sharedTable {
			t := datasource.Identity(s.Table)
			if len(byTable[t]) == 0 {
				order = append(order, t)
			}
			byTable[t] = append(byTable[t], reader{scan: s})
		}
	})
	for _, t := range order {
		readers := byTable[t]
		if len(readers) < 2 {
			continue
		}
		for i := range readers {
			readers[i].need = x.needs(p, readers[i].scan)
		}
		group, common := largestGroup(readers)
		if len(group) < 2 || x.passingAll(common) > sharedShare || !sameTypes(group) {
			continue
		}
		return x.runShared(p, group, common)
	}
	return p, nil
}

// visitScans calls f for the scans outside definitions.
func visitScans(p logical.Plan, f func(*logical.Scan)) {
	logical.Walk(p, func(n logical.Plan) bool {
		switch n := n.(type) {
		case *logical.With:
			visitScans(n.Body, f)
			return false
		case *logical.Recursive:
			return false
		case *logical.Scan:
			f(n)
		}
		return true
	})
}

func (x *Execution) needs(p logical.Plan, s *logical.Scan) []requirement {
	var out []requirement
	whole := x.Opt.Cost.Of(&logical.Scan{Table: s.Table, Out: s.Out, Fields: s.Fields})
	x.requirements(p, s, func(own expr.ColumnID, stage *logical.Stage, col int) {
		for i, c := range s.Out {
			if c.ID == own {
				out = append(out, requirement{s.Fields[i], stage.Handle.(*exec.StageOutput), col, x.passing(whole, own, stage, col)})
			}
		}
	})
	return out
}

// largestGroup returns the readers that share a requirement with the first that shares one, and what they all have in common.
func largestGroup(readers []reader) ([]reader, []requirement) {
	for i := range readers {
		for _, r := range readers[i].need {
			var group []reader
			for _, other := range readers {
				if other.has(r) {
					group = append(group, other)
				}
			}
			if len(group) < 2 {
				continue
			}
			var common []requirement
			for _, c := range group[0].need {
				all := true
				for _, other := range group[1:] {
					all = all && other.has(c)
				}
				if all {
					common = append(common, c)
				}
			}
			return group, common
		}
	}
	return nil, nil
}

func (r *reader) has(q requirement) bool {
	for _, n := range r.need {
		if n.field == q.field && n.handle == q.handle && n.col == q.col {
			return true
		}
	}
	return false
}

// sameTypes reports whether the readers want the same of each field; of structs they may want different parts.
func sameTypes(group []reader) bool {
	of := map[int]types.Type{}
	for _, r := range group {
		for i, f := range r.scan.Fields {
			t := r.scan.Out[i].T
			if first, ok := of[f]; ok && !first.Equal(t) {
				return false
			}
			of[f] = t
		}
	}
	return true
}

func (x *Execution) passingAll(rs []requirement) float64 {
	share := 1.0
	for _, r := range rs {
		share *= r.share
	}
	return share
}

// runShared scans the union of the readers' columns with the common filters and puts the stage in the readers' places.
func (x *Execution) runShared(p logical.Plan, group []reader, common []requirement) (logical.Plan, error) {
	shared := &logical.Scan{Name: group[0].scan.Name, Table: group[0].scan.Table}
	at := map[int]int{} // field: position in shared
	for _, r := range group {
		for i, f := range r.scan.Fields {
			if _, ok := at[f]; !ok {
				at[f] = len(shared.Fields)
				c := *r.scan.Out[i]
				c.ID = x.Opt.NextID()
				shared.Out, shared.Fields = append(shared.Out, &c), append(shared.Fields, f)
			}
		}
	}
	shared.Filters = commonFilters(group, shared, at)
	filters := map[expr.ColumnID][]datasource.KeyFilter{}
	for _, r := range common {
		f, err := physical.NewKeyFilter(x.Query, r.handle, r.col)
		if err != nil {
			return nil, err
		}
		if f != nil {
			id := shared.Out[at[r.field]].ID
			filters[id] = append(filters[id], f)
		}
	}
	est := x.Opt.Cost.Rows(shared) * x.passingAll(common)
	start := time.Now()
	out, err := x.pipeline("shared scan", shared, filters, func(in []*expr.Column) (exec.Sink, error) {
		return physical.NewMaterialize(in, true, x.Query), nil
	})
	if err != nil {
		return nil, err
	}
	f := &Finished{Number: len(x.stages) + 1, Name: "shared scan", Plan: shared, Estimated: est, Rows: out.Rows, Bytes: out.Bytes, Elapsed: time.Since(start), Out: out}
	x.stages = append(x.stages, f)
	x.made(out)
	x.emit(Event{Kind: "stage", Stage: f})
	facts := x.facts(shared, out)
	for _, r := range group {
		p = replace(p, r.scan, r.over(out, facts, shared, at, x.Opt.NextID))
	}
	x.emit(Event{Kind: "replan", Rule: "share_scans", Plan: p,
		Reason: fmt.Sprintf("%d scans of %s are filtered by the same keys, which %s rows pass", len(group), shared.Name, count(float64(out.Rows)))})
	return x.replan(p)
}

// over reads the stage in the place of a scan: under the scan's column numbers, with those of its filters that the stage did not apply.
func (r *reader) over(out *exec.StageOutput, facts logical.Facts, shared *logical.Scan, at map[int]int, next func() expr.ColumnID) logical.Plan {
	st := &logical.Stage{Handle: out, Facts: facts, Out: make([]*expr.Column, len(shared.Out))}
	for i, f := range r.scan.Fields {
		st.Out[at[f]] = r.scan.Out[i]
	}
	for i, c := range st.Out {
		if c == nil {
			fresh := *shared.Out[i]
			fresh.ID = next()
			st.Out[i] = &fresh
		}
	}
	var rest []expr.Expr
	applied := map[string]bool{}
	for _, f := range shared.Filters {
		applied[expr.Key(f)] = true
	}
	names := r.names(shared, at)
	for _, f := range r.scan.Filters {
		if !applied[expr.Key(expr.Substitute(f, names))] {
			rest = append(rest, f)
		}
	}
	var p logical.Plan = st
	if len(rest) > 0 {
		p = &logical.Filter{Input: p, Pred: expr.Conjunction(rest)}
	}
	if len(st.Out) == len(r.scan.Out) {
		return p
	}
	list := make([]logical.Named, len(r.scan.Out))
	for i, c := range r.scan.Out {
		list[i] = logical.Named{Col: c, Expr: c}
	}
	return &logical.Project{Input: p, List: list}
}

// names maps the scan's columns to the shared scan's.
func (r *reader) names(shared *logical.Scan, at map[int]int) map[expr.ColumnID]expr.Expr {
	out := map[expr.ColumnID]expr.Expr{}
	for i, f := range r.scan.Fields {
		out[r.scan.Out[i].ID] = shared.Out[at[f]]
	}
	return out
}

// commonFilters returns the filters that all readers have, over the shared scan's columns.
func commonFilters(group []reader, shared *logical.Scan, at map[int]int) []expr.Expr {
	var out []expr.Expr
	first := group[0].names(shared, at)
	for _, f := range group[0].scan.Filters {
		e := expr.Substitute(f, first)
		all := true
		for _, r := range group[1:] {
			all = all && r.filtersBy(e, shared, at)
		}
		if all {
			out = append(out, e)
		}
	}
	return out
}

func (r *reader) filtersBy(e expr.Expr, shared *logical.Scan, at map[int]int) bool {
	names := r.names(shared, at)
	for _, f := range r.scan.Filters {
		if expr.Equal(expr.Substitute(f, names), e) {
			return true
		}
	}
	return false
}
