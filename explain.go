package sparrow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/sparrow-engine/sparrow/adaptive"
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/physical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

func (st *statement) explain(ctx context.Context, n *logical.Explain) (*table, error) {
	t := textTable("plan")
	text, err := st.explainText(ctx, n.Query, n.Mode)
	if err != nil {
		return nil, err
	}
	t.add(text)
	return t, nil
}

// explainText explains a plan that is not yet analyzed. Modes: "" (the plan that will run), EXTENDED (also parsed, analyzed and optimized),
// COST (with estimates), FORMATTED (as ""), CODEGEN (as "": there is no generated code), ANALYZE (run it and show what happened).
func (st *statement) explainText(ctx context.Context, query logical.Plan, mode string) (string, error) {
	if isCommand(query) {
		return "Command " + strings.TrimPrefix(fmt.Sprintf("%T", query), "*logical.") + "\n", nil
	}
	analyzed, err := st.analyze(ctx, query)
	if err != nil {
		return "", err
	}
	if mode == "ANALYZE" {
		return st.explainAnalyze(ctx, analyzed)
	}
	opt := st.optimizing(ctx)
	withCached, release := st.session.cache.replace(ctx, st, analyzed)
	defer release()
	optimized, err := optimizer.Optimize(opt, withCached)
	if err != nil {
		return "", sqlerr.Attach(err, st.text)
	}
	var b strings.Builder
	if mode == "EXTENDED" {
		fmt.Fprintf(&b, "== Analyzed Plan ==\n%s\n== Optimized Plan ==\n%s\n", logical.Format(analyzed, logical.FormatOptions{}), logical.Format(optimized, logical.FormatOptions{}))
	}
	b.WriteString("== Physical Plan ==\n")
	b.WriteString(physical.Format(optimized, physical.FormatOptions{Estimate: func(p logical.Plan) string {
		if mode != "COST" {
			return ""
		}
		s := opt.Cost.Of(p)
		return fmt.Sprintf("rows≈%.4g (%s)", s.Rows, s.Source)
	}}))
	return b.String(), nil
}

func (st *statement) explainAnalyze(ctx context.Context, analyzed logical.Plan) (string, error) {
	rows := int64(0)
	x, err := st.start(ctx, analyzed, streamed(func(b *columnar.Batch) error {
		rows += int64(b.N)
		return nil
	}))
	if err != nil {
		return "", err
	}
	defer x.query.Close()
	var b strings.Builder
	estimates := st.optimizing(ctx)
	b.WriteString("== First Plan ==\n")
	b.WriteString(physical.Format(x.optimized, physical.FormatOptions{Estimate: func(p logical.Plan) string {
		return fmt.Sprintf("rows≈%.4g", estimates.Cost.Rows(p))
	}}))
	writeReplans(&b, x.Events())
	b.WriteString("\n== Final Plan ==\n")
	b.WriteString(finalPlan(x))
	fmt.Fprintf(&b, "\nplanning %s, total %s, result %s rows%s\n", x.planning.Round(10*time.Microsecond), x.elapsed.Round(10*time.Microsecond), humanize.Comma(rows), spilled(x.query))
	return b.String(), nil
}

// spilled tells what a query wrote to files: rows and output (of stages), build and probe (of joins), aggregate, distinct, sort, window.
func spilled(q *exec.Query) string {
	var kinds []string
	for _, k := range q.Spill().Kinds() {
		kinds = append(kinds, fmt.Sprintf("%s %s", k.Name, humanize.IBytes(uint64(k.Bytes))))
	}
	if kinds == nil {
		return ""
	}
	return ", spilled " + strings.Join(kinds, ", ")
}

// writeReplans prints each re-planning once: the fact that caused it, the rules that changed the plan, and what they made of it.
func writeReplans(b *strings.Builder, events []adaptive.Event) {
	var rules []string
	for i, e := range events {
		if e.Kind != "replan" {
			continue
		}
		rules = append(rules, e.Rule)
		if i+1 < len(events) && events[i+1].Kind == "replan" && events[i+1].Reason == e.Reason {
			continue
		}
		fmt.Fprintf(b, "\n== Re-planned: %s ==\n%s gave:\n%s", e.Reason, strings.Join(rules, ", "), physical.Format(e.Plan, physical.FormatOptions{}))
		rules = nil
	}
}

// finalPlan prints the last pipeline and, below each stage leaf, what the stage computed.
func finalPlan(x *execution) string {
	byOut := map[*exec.StageOutput]*adaptive.Finished{}
	for _, f := range x.Stages() {
		byOut[f.Out] = f
	}
	return physical.Format(x.final, physical.FormatOptions{
		Expand: func(s *logical.Stage) (string, logical.Plan) {
			out, _ := s.Handle.(*exec.StageOutput)
			f := byOut[out]
			if f == nil {
				return "", nil
			}
			return fmt.Sprintf("stage %d (%s): %s rows, %s expected, %s, %s", f.Number, f.Name, humanize.Comma(f.Rows), humanize.Comma(int64(f.Estimated)),
				humanize.IBytes(uint64(f.Bytes)), f.Elapsed.Round(10*time.Microsecond)), f.Plan
		},
		Measured: x.Measured,
	})
}
