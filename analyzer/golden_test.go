package analyzer

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// TestGolden runs the files of testdata. Commands: setup (statements separated by lines of ;), analyze (prints the plan, and subqueries
// below it), names (prints the schema), error (prints condition, place and hint). Flags of all: conf=(key=value).
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := newTestSession(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t = t
			for _, a := range d.CmdArgs {
				if a.Key == "conf" {
					s.settings(a.Vals)
				}
			}
			if d.Cmd == "setup" {
				for _, text := range strings.Split(d.Input, ";") {
					s.must(text)
				}
				return ""
			}
			p, err := s.run(d.Input)
			if d.Cmd == "error" {
				return describeError(err, d.Input)
			}
			if err != nil {
				return "error: " + err.Error() + "\n"
			}
			if bad := logical.Check(p); bad != nil {
				return bad.Error() + "\n"
			}
			if d.Cmd == "names" {
				return ddl(p) + "\n"
			}
			return planText(p)
		})
	})
}

// planText prints a plan and below it the plans in its expressions.
func planText(p logical.Plan) string {
	out := logical.Format(p, logical.FormatOptions{})
	logical.Walk(p, func(n logical.Plan) bool {
		for _, e := range logical.Expressions(n) {
			expr.Walk(e, func(x expr.Expr) bool {
				if q, ok := x.(*expr.Subquery); ok {
					out += "subquery:\n" + planText(q.Query.(logical.Plan))
				}
				return true
			})
		}
		return true
	})
	return out
}

// describeError prints what a user needs: the condition, the text that the place covers, and the hint.
func describeError(err error, text string) string {
	e := sqlerr.As(err)
	if e == nil {
		return "no error\n"
	}
	out := e.Condition + " " + e.State
	if e.Pos.Known() && int(e.Pos.End) <= len(text) {
		out += " at " + strings.Join(strings.Fields(text[e.Pos.Start:e.Pos.End]), " ")
	}
	if e.Hint != "" {
		out += "\n" + e.Hint
	}
	return out + "\n"
}
