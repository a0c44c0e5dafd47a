package analyzer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

const corpus = "/work/shared/corpora/spark-4.3/statements.jsonl"

// answer is a statement with what Spark said.
type answer struct {
	File, SQL, Kind, Tier, Schema, ErrorClass, Exception string
	Set                                                  []string
}

func answers(t testing.TB) map[string][]answer {
	f, err := os.Open(corpus)
	if err != nil {
		t.Skip("the corpus of Spark's answers is not here")
	}
	defer f.Close()
	out := map[string][]answer{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var a answer
		require.NoError(t, json.Unmarshal(in.Bytes(), &a))
		out[a.File] = append(out[a.File], a)
	}
	require.NoError(t, in.Err())
	return out
}

// baseTables are the tables that some files read.
func (s *testSession) baseTables() {
	s.must("CREATE TABLE testdata (key INT, value STRING)")
	s.must("CREATE TABLE arraydata (arraycol ARRAY<INT>, nestedarraycol ARRAY<ARRAY<INT>>)")
	s.must("CREATE TABLE mapdata (mapcol MAP<INT, STRING>)")
	s.must("CREATE TABLE aggtest (a INT, b FLOAT)")
	cols := "unique1 INT, unique2 INT, two INT, four INT, ten INT, twenty INT, hundred INT, thousand INT, twothousand INT, fivethous INT, tenthous INT, odd INT, even INT, stringu1 STRING, stringu2 STRING, string4 STRING"
	s.must("CREATE TABLE onek (" + cols + ")")
	s.must("CREATE TABLE tenk1 (" + cols + ")")
}

// tally counts how the corpus went.
type tally struct {
	queries, analyzed, schemas, errors, conditions int
	failures                                       map[string]int
}

// TestCorpus analyzes Spark's own statements and counts schemas and conditions that are the same. What Spark raises only at run time
// must analyze.
func TestCorpus(t *testing.T) {
	verbose := os.Getenv("CORPUS")
	total := tally{failures: map[string]int{}}
	files := answers(t)
	var names []string
	for f := range files {
		names = append(names, f)
	}
	sort.Strings(names)
	var lines []string
	for _, f := range names {
		one := tally{failures: total.failures}
		s := newTestSession(t)
		s.baseTables()
		for _, a := range files[f] {
			s.settings(a.Set)
			why := s.compare(a, &one)
			if why != "" && (verbose == "all" || verbose != "" && strings.Contains(f, verbose)) {
				t.Logf("%s: %s\n   %s", f, why, a.SQL)
			}
		}
		lines = append(lines, fmt.Sprintf("%-50s queries %d/%d schemas %d errors %d/%d", f, one.analyzed, one.queries, one.schemas, one.conditions, one.errors))
		total.queries += one.queries
		total.analyzed += one.analyzed
		total.schemas += one.schemas
		total.errors += one.errors
		total.conditions += one.conditions
	}
	if verbose != "" {
		t.Log(strings.Join(lines, "\n"))
		logCounts(t, total.failures)
	}
	t.Logf("queries analyzed %d of %d, same schema %d; analysis errors of the same condition %d of %d", total.analyzed, total.queries, total.schemas, total.conditions, total.errors)
	// What is missing are functions; these figures may only rise.
	require.GreaterOrEqual(t, total.analyzed, 3290)
	require.GreaterOrEqual(t, total.schemas, 3270)
	require.GreaterOrEqual(t, total.conditions, 715)
}

func logCounts(t *testing.T, m map[string]int) {
	type kv struct {
		k string
		n int
	}
	var all []kv
	for k, n := range m {
		all = append(all, kv{k, n})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].n > all[j].n })
	for i, x := range all {
		if i < 60 {
			t.Log(x.n, x.k)
		}
	}
}

func (s *testSession) settings(set []string) {
	s.legacy = false
	for _, kv := range set {
		k, v, _ := strings.Cut(kv, "=")
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		_ = s.conf.Set(k, v)
		s.legacy = s.legacy || k == "spark.sql.legacy.interval.enabled" && v == "true"
	}
}

// compare runs one statement and tells how it went unlike Spark, "" if it did not.
func (s *testSession) compare(a answer, n *tally) string {
	p, err := s.run(a.SQL)
	condition := ""
	if err != nil {
		condition = "not a sqlerr"
		if e := sqlerr.As(err); e != nil {
			condition = e.Condition
		}
	}
	if p != nil && err == nil {
		if bad := logical.Check(p); bad != nil {
			s.t.Errorf("%s\n%v\n%s", a.SQL, bad, logical.Format(p, logical.FormatOptions{}))
		}
	}
	switch {
	case a.Kind == "error" && isAnalysis(a):
		n.errors++
		if condition == a.ErrorClass {
			n.conditions++
			return ""
		}
		n.failures["want "+a.ErrorClass+" got "+condition]++
		return "want " + a.ErrorClass + " got " + fmt.Sprint(err)
	case a.Kind == "command" && err != nil:
		return "command: " + err.Error()
	case a.Kind == "error", a.Kind == "command":
		return ""
	}
	n.queries++
	if err != nil {
		n.failures[reason(err)]++
		return err.Error()
	}
	n.analyzed++
	if p == nil {
		n.schemas++
		return ""
	}
	if got := ddl(p); got != a.Schema {
		n.failures["schema"]++
		return "schema\n   want " + a.Schema + "\n   got  " + got
	}
	n.schemas++
	return ""
}

func reason(err error) string {
	e := sqlerr.As(err)
	if e == nil {
		return err.Error()
	}
	if strings.HasPrefix(e.Condition, "UNRESOLVED_ROUTINE") || strings.HasPrefix(e.Condition, "UNSUPPORTED_FEATURE") || e.Condition == "INTERNAL_ERROR" {
		return e.Condition + " " + strings.SplitN(e.Message, " on search", 2)[0]
	}
	return e.Condition
}

// isAnalysis reports errors that Spark raises before a query runs.
func isAnalysis(a answer) bool {
	return strings.HasSuffix(a.Exception, "AnalysisException") || strings.HasSuffix(a.Exception, "ParseException")
}

// TestSyntaxCorpus analyzes the features of the language that the corpus lists, each with its setup.
func TestSyntaxCorpus(t *testing.T) {
	f, err := os.Open(strings.Replace(corpus, "statements", "syntax", 1))
	if err != nil {
		t.Skip("the corpus of Spark's answers is not here")
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	same, total := 0, 0
	for in.Scan() {
		var x struct {
			Feature, SQL, Err string
			Conf              string
			Setup             []string
			Cols, Types       []string
		}
		require.NoError(t, json.Unmarshal(in.Bytes(), &x))
		s := newTestSession(t)
		s.settings(strings.Split(x.Conf, ","))
		total++
		if why := s.syntax(x.Setup, x.SQL, x.Err, x.Cols, x.Types); why == "" {
			same++
		} else if os.Getenv("CORPUS") != "" {
			t.Logf("%s: %s\n   %s", x.Feature, why, x.SQL)
		}
	}
	t.Logf("%d of %d features as Spark", same, total)
	require.GreaterOrEqual(t, same, 125)
}

func (s *testSession) syntax(setup []string, text, want string, cols, ts []string) string {
	for _, x := range setup {
		if _, err := s.run(x); err != nil {
			return "setup: " + err.Error()
		}
	}
	p, err := s.run(text)
	if err != nil {
		if e := sqlerr.As(err); e != nil && e.Condition == want {
			return ""
		}
		return "want " + want + " got " + err.Error()
	}
	if want != "" {
		return "want " + want
	}
	if p == nil {
		return ""
	}
	if bad := logical.Check(p); bad != nil {
		s.t.Errorf("%s\n%v\n%s", text, bad, logical.Format(p, logical.FormatOptions{}))
	}
	for i, f := range logical.Schema(p) {
		if i >= len(cols) || f.Name != cols[i] || f.Type.String() != ts[i] {
			return fmt.Sprintf("schema %v %v got %s", cols, ts, ddl(p))
		}
	}
	return ""
}
