package sparrow

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The corpus is what real Spark 4.3 answers: statements of its test suite and the examples of its functions. It lies beside the checkout; without it the
// tests are skipped. SPARROW_CORPUS=folder names another place, SPARROW_CORPUS_REPORT=file takes a line for every statement that differs.

// wantShares are the shares of the visible half that must be reached. They only go up.
var wantShares = map[string]float64{
	"functions": 0.97, "syntax": 0.77,
	"core query": 0.98, "core error": 0.95, "core command": 1,
	"coercion query": 1, "coercion error": 1, "coercion command": 1,
	"nonansi query": 1, "nonansi error": 1, "nonansi command": 1,
	"postgres query": 1, "postgres error": 1, "postgres command": 1,
	"extended query": 0.83, "extended error": 0.80, "extended command": 0.90,
}

func corpusDir(t *testing.T) string {
	for _, dir := range []string{os.Getenv("SPARROW_CORPUS"), "../shared/corpora/spark-4.3"} {
		if _, err := os.Stat(filepath.Join(dir, "statements.jsonl")); dir != "" && err == nil {
			return dir
		}
	}
	t.Skip("the corpus of Spark's answers is not here")
	return ""
}

type corpusStatement struct {
	File    string   `json:"file"`
	N       int      `json:"n"`
	SQL     string   `json:"sql"`
	Tier    string   `json:"tier"`
	Kind    string   `json:"kind"`
	Verb    string   `json:"verb"`
	Schema  string   `json:"schema"`
	Ordered bool     `json:"ordered"`
	Rows    []string `json:"rows"`
	Set     []string `json:"set"`
	Error   string   `json:"errorClass"`
}

// corpusFeature is one feature of the language: statements that prepare, the statement, its answer.
type corpusFeature struct {
	Feature string      `json:"feature"`
	Conf    string      `json:"conf"`
	Setup   []string    `json:"setup"`
	SQL     string      `json:"sql"`
	Cols    []string    `json:"cols"`
	Types   []string    `json:"types"`
	Rows    [][]*string `json:"rows"`
	Err     string      `json:"err"`
	State   string      `json:"sqlstate"`
}

type corpusExample struct {
	Function      string            `json:"function"`
	Group         string            `json:"group"`
	SQL           string            `json:"sql"`
	Types         []string          `json:"types"`
	Rows          [][]*string       `json:"rows"`
	Err           string            `json:"err"`
	Deterministic bool              `json:"deterministic"`
	Conf          map[string]string `json:"conf"`
}

func readLines[T any](t *testing.T, path string) []T {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var out []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var x T
		require.NoError(t, json.Unmarshal(sc.Bytes(), &x))
		out = append(out, x)
	}
	require.NoError(t, sc.Err())
	return out
}

// corpusSession is a session as Spark's suite has it.
func corpusSession(t *testing.T, dir string) *Session {
	s, err := NewSession(WithTimeZone("America/Los_Angeles"), WithThreads(2))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(dir, "tables", "*.parquet"))
	require.NoError(t, err)
	for _, f := range files {
		df, err := s.Read().Parquet(context.Background(), f)
		require.NoError(t, err)
		require.NoError(t, df.CreateOrReplaceTempView(strings.TrimSuffix(filepath.Base(f), ".parquet")))
	}
	return s
}

// outcome is what a statement gave: a schema and rows of texts, or an error condition.
type outcome struct {
	types []string
	names []string
	rows  [][]string
	err   error
}

func (o *outcome) condition() string {
	var e *Error
	switch {
	case o.err == nil:
		return ""
	case errors.As(o.err, &e):
		return e.Condition
	}
	return "?"
}

// state is the SQLSTATE of the error.
func (o *outcome) state() string {
	var e *Error
	if errors.As(o.err, &e) {
		return e.State
	}
	return ""
}

func runCorpus(s *Session, text string) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o.err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	df, err := s.SQL(ctx, text)
	if err != nil {
		return outcome{err: err}
	}
	o = outcome{types: df.Types(), names: df.Columns()}
	if len(o.names) == 0 {
		return o
	}
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return outcome{err: err}
		}
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = "NULL"
			if c != nil {
				cells[i] = *c
			}
		}
		o.rows = append(o.rows, cells)
	}
	return o
}

// sameCell compares texts, and numbers to 1e-12 of their size.
func sameCell(got, want string) bool {
	if got == want {
		return true
	}
	a, errA := strconv.ParseFloat(got, 64)
	b, errB := strconv.ParseFloat(want, 64)
	return errA == nil && errB == nil && strings.ContainsAny(want, ".E") && math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b))
}

func sameRows(got [][]string, want [][]string, ordered bool) bool {
	if len(got) != len(want) {
		return false
	}
	if !ordered {
		got, want = sortedRows(got), sortedRows(want)
	}
	for i := range got {
		if len(got[i]) != len(want[i]) {
			return false
		}
		for j := range got[i] {
			if !sameCell(got[i][j], want[i][j]) {
				return false
			}
		}
	}
	return true
}

// sameStatementRows compares with rows as the suite keeps them: a row is one text, cells separated by tabs, which cells hold too; DESCRIBE is printed for
// people, in padded columns without NULL, and with the time and program of creation.
func sameStatementRows(o *outcome, st *corpusStatement) bool {
	got, want := o.rows, make([][]string, len(st.Rows))
	if strings.HasPrefix(st.Verb, "DESC") {
		got = described(got)
	}
	joined := false
	for i, row := range st.Rows {
		want[i] = strings.Split(row, "\t")
		if joined = joined || len(want[i]) != len(o.names); strings.HasPrefix(st.Verb, "DESC") {
			want[i] = described(want[i : i+1])[0]
		}
	}
	if !joined {
		return sameRows(got, want, st.Ordered)
	}
	whole := func(rows []string) [][]string {
		out := make([][]string, len(rows))
		for i, r := range rows {
			out[i] = []string{r}
		}
		return out
	}
	texts := make([]string, len(got))
	for i, r := range got {
		texts[i] = strings.Join(r, "\t")
	}
	return sameRows(whole(texts), whole(st.Rows), st.Ordered)
}

// described are rows of DESCRIBE without padding, NULL, and what differs from run to run.
func described(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(row))
		for j, c := range row {
			if c = strings.TrimRight(c, " "); c != "NULL" {
				out[i][j] = c
			}
		}
		if len(row) > 1 && (out[i][0] == "Created Time" || out[i][0] == "Created By") {
			out[i][1] = ""
		}
	}
	return out
}

func sortedRows(rows [][]string) [][]string {
	out := append([][]string{}, rows...)
	sort.Slice(out, func(i, j int) bool { return strings.Join(out[i], "\t") < strings.Join(out[j], "\t") })
	return out
}

func (o *outcome) schema() string {
	parts := make([]string, len(o.names))
	for i, n := range o.names {
		parts[i] = n + ":" + o.types[i]
	}
	return "struct<" + strings.Join(parts, ",") + ">"
}

// corpusReport collects what differs.
type corpusReport struct {
	f     *os.File
	right map[string]int
	all   map[string]int
}

func newCorpusReport(t *testing.T) *corpusReport {
	r := &corpusReport{right: map[string]int{}, all: map[string]int{}}
	if path := os.Getenv("SPARROW_CORPUS_REPORT"); path != "" {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		r.f = f
	}
	return r
}

func (r *corpusReport) add(group string, ok bool, why string, args ...any) {
	r.all[group]++
	if ok {
		r.right[group]++
	} else if r.f != nil {
		fmt.Fprintf(r.f, "%s\t%s\n", group, strings.ReplaceAll(fmt.Sprintf(why, args...), "\n", "⏎"))
	}
}

func (r *corpusReport) log(t *testing.T) {
	groups := make([]string, 0, len(r.all))
	for g := range r.all {
		groups = append(groups, g)
	}
	sort.Strings(groups)
	for _, g := range groups {
		t.Logf("%-40s %5d of %5d  %5.1f %%", g, r.right[g], r.all[g], 100*float64(r.right[g])/float64(r.all[g]))
	}
}

// require fails the test where a share is less than it must be.
func (r *corpusReport) require(t *testing.T) {
	if os.Getenv("SPARROW_CORPUS_FILE") != "" {
		return
	}
	for group, n := range r.all {
		require.GreaterOrEqual(t, float64(r.right[group]), wantShares[group]*float64(n), group)
	}
}

func TestCorpusFunctions(t *testing.T) {
	dir := corpusDir(t)
	r := newCorpusReport(t)
	for _, ex := range readLines[corpusExample](t, filepath.Join(dir, "functions.jsonl")) {
		if !ex.Deterministic {
			continue
		}
		s := corpusSession(t, dir)
		for k, v := range ex.Conf {
			_ = s.SetConf(k, v)
		}
		o := runCorpus(s, ex.SQL)
		s.Close()
		ok := false
		if ex.Err != "" {
			ok = o.condition() == ex.Err
		} else if o.err == nil {
			ok = strings.Join(o.types, ",") == strings.Join(ex.Types, ",") && sameRows(o.rows, cellTexts(ex.Rows), true)
		}
		for _, g := range []string{"functions", "functions " + ex.Group} {
			r.add(g, ok, "%s\t%s\tgot %v %v %v\twant %v %s", ex.Function, ex.SQL, o.types, o.rows, o.err, ex.Types, jsonOf(ex.Rows))
		}
	}
	r.log(t)
	r.require(t)
}

func jsonOf(v any) string { b, _ := json.Marshal(v); return string(b) }

// cellTexts are rows of cells with NULL spelled out.
func cellTexts(rows [][]*string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		for _, c := range row {
			if c == nil {
				out[i] = append(out[i], "NULL")
			} else {
				out[i] = append(out[i], *c)
			}
		}
	}
	return out
}

func TestCorpusSyntax(t *testing.T) {
	dir := corpusDir(t)
	r := newCorpusReport(t)
	for _, f := range readLines[corpusFeature](t, filepath.Join(dir, "syntax.jsonl")) {
		s := corpusSession(t, dir)
		for _, kv := range strings.FieldsFunc(f.Conf, func(c rune) bool { return c == ',' }) {
			k, v, _ := strings.Cut(kv, "=")
			_ = s.SetConf(k, v)
		}
		var o outcome
		for _, text := range f.Setup {
			if o = runCorpus(s, text); o.err != nil {
				break
			}
		}
		if o.err == nil {
			o = runCorpus(s, f.SQL)
		}
		s.Close()
		ok := false
		if f.Err != "" {
			ok = o.condition() == f.Err && o.state() == f.State
		} else if o.err == nil {
			ok = strings.Join(o.names, ",") == strings.Join(f.Cols, ",") && strings.Join(o.types, ",") == strings.Join(f.Types, ",") &&
				sameRows(o.rows, cellTexts(f.Rows), true)
		}
		r.add("syntax", ok, "%s\t%s\tgot %v %v %v %v\twant %v %v %s %s", f.Feature, f.SQL, o.names, o.types, o.rows, o.err, f.Cols, f.Types, jsonOf(f.Rows), f.Err)
	}
	r.log(t)
	r.require(t)
}

func TestCorpusStatements(t *testing.T) {
	dir := corpusDir(t)
	r := newCorpusReport(t)
	var s *Session
	file := ""
	for _, st := range readLines[corpusStatement](t, filepath.Join(dir, "statements.jsonl")) {
		if only := os.Getenv("SPARROW_CORPUS_FILE"); only != "" && !strings.Contains(st.File, only) {
			continue
		}
		if st.File != file {
			if s != nil {
				s.Close()
			}
			s, file = corpusSession(t, dir), st.File
			if st.Tier == "nonansi" {
				require.NoError(t, s.SetConf("spark.sql.ansi.enabled", "false"))
			}
		}
		for _, kv := range st.Set {
			k, v, _ := strings.Cut(kv, "=")
			_ = s.SetConf(strings.TrimSpace(k), strings.TrimSpace(v))
		}
		o := runCorpus(s, st.SQL)
		ok := false
		switch {
		case st.Kind == "error":
			ok = o.condition() == st.Error
		case st.Kind == "command":
			ok = o.err == nil
		case o.err == nil:
			ok = o.schema() == st.Schema && sameStatementRows(&o, &st)
		}
		detail := fmt.Sprintf("%s:%d\t%s\tgot %s %v %v\twant %s %v %s", st.File, st.N, st.SQL, o.schema(), o.rows, o.err, st.Schema, st.Rows, st.Error)
		r.add(st.Tier+" "+st.Kind, ok, "%s", detail)
	}
	if s != nil {
		s.Close()
	}
	r.log(t)
	r.require(t)
}
