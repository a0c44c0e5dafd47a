package adaptive_test

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
)

// TestDecisions runs the files of testdata/decisions, one for each kind of decision. Commands:
//
//	setup     statements, separated by ; at the end of a line
//	run       prints what EXPLAIN ANALYZE tells, without times, sizes and what scans skipped; want=TEXT fails unless it holds the text
//
// Every query also runs with adaptivity off, and with a re-planning after every stage, and must give the same rows.
func TestDecisions(t *testing.T) {
	datadriven.Walk(t, "testdata/decisions", func(t *testing.T, path string) {
		s, err := sparrow.NewSession()
		require.NoError(t, err)
		defer s.Close()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "setup":
				for _, text := range strings.Split(d.Input, ";\n") {
					query(t, s, text)
				}
				return ""
			case "run":
				agree(t, s, d.Input)
				out := untimed(query(t, s, "EXPLAIN ANALYZE "+d.Input)[0])
				for _, a := range d.CmdArgs {
					if a.Key == "want" && !strings.Contains(out, strings.Join(a.Vals, ", ")) {
						t.Errorf("%s: no %q in\n%s", d.Pos, a.Vals, out)
					}
				}
				return out
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

// query returns the rows as text.
func query(t *testing.T, s *sparrow.Session, text string) []string {
	t.Helper()
	df, err := s.SQL(context.Background(), text)
	require.NoError(t, err, text)
	rows, err := df.Collect(context.Background())
	require.NoError(t, err, text)
	out := make([]string, len(rows))
	for i, r := range rows {
		cells := make([]string, r.Len())
		for c := range cells {
			cells[c] = fmt.Sprint(r.At(c))
		}
		out[i] = strings.Join(cells, "|")
	}
	return out
}

func agree(t *testing.T, s *sparrow.Session, text string) {
	t.Helper()
	var want []string
	for i, conf := range []string{"", "sparrow.adaptive.enabled=false", "sparrow.adaptive.force=true", "sparrow.runtimeFilters.enabled=false"} {
		key, value, set := strings.Cut(conf, "=")
		if set {
			before, _ := s.Conf(key)
			require.NoError(t, s.SetConf(key, value))
			defer func() { require.NoError(t, s.SetConf(key, before)) }()
		}
		got := query(t, s, text)
		sort.Strings(got)
		if i == 0 {
			want = got
		}
		require.Equal(t, want, got, conf)
		if set {
			require.NoError(t, s.SetConf(key, map[string]string{"false": "true", "true": "false"}[value]))
		}
	}
}

var (
	times    = regexp.MustCompile(`, [0-9.]+(ns|µs|ms|s)`)
	sizes    = regexp.MustCompile(`, [0-9.]+ (B|[KMG]iB)( of memory| spilled)?`)
	reads    = regexp.MustCompile(`, read [^\]]*`)
	totals   = regexp.MustCompile(`(?m)^planning .*\n`)
	random   = regexp.MustCompile(`/[^ ]*/`)
	trailing = regexp.MustCompile(`(?m)[ \t]+$`)
)

func untimed(text string) string {
	text = totals.ReplaceAllString(text, "")
	text = sizes.ReplaceAllString(times.ReplaceAllString(reads.ReplaceAllString(text, ""), ""), "")
	text = random.ReplaceAllString(text, "")
	return strings.TrimSpace(trailing.ReplaceAllString(text, "")) + "\n"
}
