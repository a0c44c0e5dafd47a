package functions

import (
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func TestLike(t *testing.T) {
	for _, tt := range []struct {
		s, pattern string
		want       bool
	}{
		{"Spark", "Spark", true}, {"Spark", "spark", false}, {"Spark", "Sp%", true}, {"Spark", "%rk", true}, {"Spark", "%par%", true},
		{"Spark", "S%k", true}, {"Spark", "S%r%k", true}, {"Spark", "S%k%r", false}, {"Spark", "_park", true}, {"Spark", "Spar__", false},
		{"aba", "ab%ba", false}, {"abba", "ab%ba", true}, {"", "", true}, {"", "%", true}, {"", "_", false}, {"日本語", "日_語", true},
		{"日本語", "%_本%", true}, {"100%", `100\%`, true}, {"1000", `100\%`, false}, {`a\b`, `a\\b`, true}, {"a_b", `a\_b`, true}, {"axb", `a\_b`, false},
		{"special requests packages", "%special%requests%", true}, {"requests special", "%special%requests%", false},
		{"aXbXc", "a%_c", true}, {"ac", "a%_c", false}, {"mississippi", "m%is_ip%", true}, {"mississippi", "m%iss_pi", false}, {"a\nb", "a_b", true},
	} {
		p, err := compileLike([]byte(tt.pattern), '\\', sqlerr.Pos{})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.match([]byte(tt.s)); got != tt.want {
			t.Errorf("%q LIKE %q = %v", tt.s, tt.pattern, got)
		}
		if p.pieces != nil && p.matchTokens([]byte(tt.s)) != tt.want {
			t.Errorf("%q LIKE %q differs between the two matchers", tt.s, tt.pattern)
		}
		// constant and row-by-row kernels
		str := vec(types.StringType, tt.s, nil)
		constant := bind(t, "like", col(types.StringType), lit(types.StringType, tt.pattern))
		out, _ := run(t, constant, nil, str, columnar.NewConstant(types.StringType, tt.pattern, 2))
		if out.Value(0) != tt.want || out.Value(1) != nil || expr.MayFail(constant) {
			t.Errorf("constant kernel: %q LIKE %q = %v, null = %v", tt.s, tt.pattern, out.Value(0), out.Value(1))
		}
		out, _ = run(t, bind(t, "like", col(types.StringType), col(types.StringType)), nil, str, vec(types.StringType, tt.pattern, tt.pattern))
		if out.Value(0) != tt.want {
			t.Errorf("row kernel: %q LIKE %q = %v", tt.s, tt.pattern, out.Value(0))
		}
	}
}

func TestLikeEscapes(t *testing.T) {
	for pattern, want := range map[string]string{`a\`: "INVALID_FORMAT.ESC_AT_THE_END", `a\b`: "INVALID_FORMAT.ESC_IN_THE_MIDDLE"} {
		_, err := compileLike([]byte(pattern), '\\', sqlerr.Pos{})
		if e := sqlerr.As(err); e == nil || e.Condition != want {
			t.Errorf("%s: %v", pattern, err)
		}
		out, k := run(t, bind(t, "like", col(types.StringType), col(types.StringType)), nil, vec(types.StringType, "x"), vec(types.StringType, pattern))
		if k.Err == nil || k.Err.Condition != want || out.Value(0) != nil {
			t.Errorf("%s by row: %v", pattern, k.Err)
		}
	}
	if p, err := compileLike([]byte("/%a//%"), '/', sqlerr.Pos{}); err != nil || !p.match([]byte("%a/bc")) {
		t.Errorf("escape /: %v", err)
	}
}

func TestTextTests(t *testing.T) {
	for _, tt := range []struct {
		name, part string
		want       bool
	}{{"startswith", "Sp", true}, {"endswith", "Sp", false}, {"contains", "par", true}, {"contains", "", true}} {
		for _, part := range []expr.Expr{lit(types.StringType, tt.part), col(types.StringType)} {
			out, _ := run(t, bind(t, tt.name, col(types.StringType), part), nil, vec(types.StringType, "Spark is longer than twelve"), vec(types.StringType, tt.part))
			if out.Value(0) != tt.want {
				t.Errorf("%s %q = %v", tt.name, tt.part, out.Value(0))
			}
		}
	}
}
