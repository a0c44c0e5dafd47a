package optimizer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
)

// TestRules runs the files of testdata/rules, one for each rule. Commands:
//
//	tables        CREATE TABLE statements and stats lines, see session.create
//	optimize      prints the optimized plan; expect=RULE and expect-not=RULE fail unless the rule changed the plan or did not,
//	              off=(RULE,…) disables rules
//
// The invariants of plans are checked after every rule.
func TestRules(t *testing.T) {
	datadriven.Walk(t, "testdata/rules", func(t *testing.T, path string) {
		s := newSession(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t = t
			switch d.Cmd {
			case "tables":
				s.create(d.Input)
				return ""
			case "optimize":
				s.ids.Store(0)
				return golden(s, d)
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

func golden(s *session, d *datadriven.TestData) string {
	var off []string
	for _, a := range d.CmdArgs {
		if a.Key == "off" {
			off = append(off, a.Vals...)
		}
	}
	p, fired, err := s.optimize(d.Input, off...)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	for _, a := range d.CmdArgs {
		for _, rule := range a.Vals {
			known(s.t, rule)
			if a.Key == "expect" && !fired[rule] {
				s.t.Errorf("%s: %s did not fire:\n%s", d.Pos, rule, logical.Format(p, logical.FormatOptions{}))
			}
			if a.Key == "expect-not" && fired[rule] {
				s.t.Errorf("%s: %s fired:\n%s", d.Pos, rule, logical.Format(p, logical.FormatOptions{}))
			}
		}
	}
	return logical.Format(p, logical.FormatOptions{})
}

// known fails for names that are no rule.
func known(t testing.TB, rule string) {
	for _, b := range optimizer.Batches {
		for _, r := range b.Rules {
			if r.Name == rule {
				return
			}
		}
	}
	t.Fatalf("there is no rule %s", rule)
}

// TestTPCHPlans prints the plans of the 22 queries over the statistics of scale factor 1, with estimated rows.
func TestTPCHPlans(t *testing.T) {
	s := newSession(t)
	s.tpch()
	datadriven.RunTest(t, "testdata/tpch/plans", func(t *testing.T, d *datadriven.TestData) string {
		s.t = t
		var n int
		d.ScanArgs(t, "query", &n)
		s.ids.Store(0)
		p, _, err := s.optimize(tpchQuery(t, n))
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		c := s.context()
		if _, err := optimizer.Run(c, p, nil); err != nil {
			return err.Error()
		}
		return strings.TrimRight(logical.Format(p, logical.FormatOptions{Remark: func(p logical.Plan) string { return fmt.Sprintf("%.3g", c.Cost.Rows(p)) }}), "\n") + "\n"
	})
}

// TestPushFiltersSettles runs push_filters over its own result: it must return the same plan, or every batch runs all its rounds.
func TestPushFiltersSettles(t *testing.T) {
	s := newSession(t)
	s.tpch()
	push := []optimizer.Batch{{Rounds: 1}}
	for _, r := range optimizer.Batches[len(optimizer.Batches)-1].Rules {
		if r.Name == "push_filters" {
			push[0].Rules = append(push[0].Rules, r)
		}
	}
	if len(push[0].Rules) != 1 {
		t.Fatal("the last batch does not push filters once")
	}
	for n := 1; n <= 22; n++ {
		p, _, err := s.optimize(tpchQuery(t, n))
		if err != nil {
			t.Fatal(err)
		}
		c := s.context()
		once, err := optimizer.Run(c, p, push)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := optimizer.Run(c, once, push); err != nil || twice != once {
			t.Errorf("query %d: pushed again, %v:\n%s", n, err, logical.Format(twice, logical.FormatOptions{}))
		}
	}
}

// BenchmarkTPCHPlanning measures analysis's output to optimized plan.
func BenchmarkTPCHPlanning(b *testing.B) {
	s := newSession(b)
	s.tpch()
	for n := 1; n <= 22; n++ {
		b.Run(fmt.Sprintf("q%02d", n), func(b *testing.B) {
			s.ids.Store(0)
			p, err := s.analyze(tpchQuery(b, n))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				c := s.context()
				c.Check = nil
				if _, err := optimizer.Optimize(c, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
