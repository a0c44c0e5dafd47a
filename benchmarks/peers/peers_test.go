package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rowsOf reads rows as a|b, NULL for no value.
func rowsOf(lines ...string) (out [][]*string) {
	for _, l := range lines {
		var row []*string
		for _, c := range strings.Split(l, "|") {
			if c == "NULL" {
				row = append(row, nil)
			} else {
				row = append(row, &c)
			}
		}
		out = append(out, row)
	}
	return out
}

func TestDifference(t *testing.T) {
	type side struct {
		types []string
		rows  []string
	}
	for _, tt := range []struct {
		name string
		a, b side
		want string
	}{
		{"equal", side{[]string{"int", "string"}, []string{"1|a", "2|NULL"}}, side{[]string{"int32", "large_string"}, []string{"2|NULL", "1|a"}}, ""},
		{"multiset", side{[]string{"int"}, []string{"1", "1", "2"}}, side{[]string{"int"}, []string{"1", "2", "2"}}, "no row like 1"},
		{"rows", side{[]string{"int"}, []string{"1"}}, side{[]string{"int"}, []string{"1", "1"}}, "2 rows instead of 1"},
		{"columns", side{[]string{"int"}, nil}, side{nil, nil}, "0 columns instead of 1"},
		{"null is no empty text", side{[]string{"string"}, []string{"NULL"}}, side{[]string{"string"}, []string{""}}, "no row like NULL"},
		{"null is no number", side{[]string{"double"}, []string{"NULL"}}, side{[]string{"double"}, []string{"0"}}, "no row like NULL"},
		{"cells do not run together", side{[]string{"string", "string"}, []string{"ab|c"}}, side{[]string{"string", "string"}, []string{"a|bc"}}, "no row like ab|c"},
		{"near", side{[]string{"double"}, []string{"1.0E10"}}, side{[]string{"double"}, []string{"10000000001"}}, ""},
		{"far", side{[]string{"double"}, []string{"1.0E10"}}, side{[]string{"double"}, []string{"10000000011"}}, "no row like 1.0E10"},
		{"near in another order", side{[]string{"double", "double"}, []string{"1|5", "1.0000000000001|4"}}, side{[]string{"double", "double"}, []string{"1|4", "1.0000000000001|5"}}, ""},
		{"NaN", side{[]string{"double"}, []string{"NaN", "Infinity"}}, side{[]string{"double"}, []string{"inf", "nan"}}, ""},
		{"same decimals", side{[]string{"decimal(15,2)"}, []string{"1.00"}}, side{[]string{"decimal128(38, 2)"}, []string{"1.01"}}, "no row like 1.00"},
		{"average", side{[]string{"decimal(19,6)"}, []string{"25.522006"}}, side{[]string{"double"}, []string{"25.522005853257337"}}, ""},
		{"wrong average", side{[]string{"decimal(19,6)"}, []string{"25.522006"}}, side{[]string{"double"}, []string{"25.522008"}}, "no row like 25.522006"},
		{"cut average", side{[]string{"decimal(19,6)"}, []string{"25.575155"}}, side{[]string{"decimal128(19, 6)"}, []string{"25.575154"}}, ""},
		{"wrong cut average", side{[]string{"decimal(19,6)"}, []string{"25.575155"}}, side{[]string{"decimal128(19, 6)"}, []string{"25.575153"}}, "no row like 25.575155"},
		{"coarser scale", side{[]string{"decimal(19,6)"}, []string{"0.123456"}}, side{[]string{"decimal128(38, 4)"}, []string{"0.1234"}}, ""},
		{"sum as a wide decimal", side{[]string{"bigint"}, []string{"9007199254740993"}}, side{[]string{"decimal128(38, 0)"}, []string{"9007199254740992"}}, "no row like 9007199254740993"},
		{"midnight", side{[]string{"date"}, []string{"1995-03-15"}}, side{[]string{"timestamp[us]"}, []string{"1995-03-15 00:00:00"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := difference(&answer{Types: tt.a.types, Rows: rowsOf(tt.a.rows...)}, &answer{Types: tt.b.types, Rows: rowsOf(tt.b.rows...)})
			require.Equal(t, tt.want, got)
		})
	}
}

// fake answers from a list, one a call.
type fake struct {
	name    string
	answers []*answer
	asked   *[]string // the names of all fakes in the order they were asked
	used    usage
}

func (f *fake) ask(context.Context, string) *answer {
	*f.asked = append(*f.asked, f.name)
	a := f.answers[0]
	f.answers = f.answers[1:]
	f.used.AllocatedBytes += 1000
	f.used.CPUSeconds++
	f.used.GCSeconds += 0.25
	return a
}

func (f *fake) usage(context.Context) (usage, bool)   { return f.used, f.name == "a" }
func (f *fake) peak() int64                           { return 1 << 20 }
func (f *fake) hello(context.Context) (string, error) { return "", errors.New("not asked") }
func (f *fake) close()                                {}

func took(seconds float64, row string) *answer {
	return &answer{Types: []string{"int"}, Rows: rowsOf(row), Seconds: seconds}
}

func TestRun(t *testing.T) {
	var asked []string
	a := &fake{name: "a", asked: &asked, answers: []*answer{took(99, "1"), took(2, "1"), took(4, "1"), took(3, "1"), took(9, "7"), took(1, "7"), took(1, "7"), took(1, "7")}}
	b := &fake{name: "b", asked: &asked, answers: []*answer{took(99, "1"), took(1, "1"), took(1, "2"), took(3, "1"), {Err: "NotImplementedError", Message: "no"}}}
	all := []contestant{{name: "a", engine: a}, {name: "b", version: "2", engine: b}}
	rep, err := run(context.Background(), all, []query{{"q1", "x"}, {"q2", "y"}}, 3, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "a b a b a b a b a b a a a", strings.Join(asked, " "))

	q1 := rep.Queries[0].Results
	require.Equal(t, result{Seconds: []float64{2, 4, 3}, Median: 3, Min: 2, Ratio: 1, Rows: 1, Allocated: 999, medianRatio: 1}, *q1[0])
	require.Equal(t, result{Seconds: []float64{1, 1, 3}, Median: 1, Min: 1, Ratio: 0.5, Rows: 1, Differs: "no row like 1", medianRatio: 1.0 / 3}, *q1[1])
	require.Equal(t, "NotImplementedError: no", rep.Queries[1].Results[1].Error)
	require.Equal(t, summary{Engine: "a", Answered: 2, Seconds: 3, BaseSeconds: 3, Geomean: 1, GeomeanMedian: 1, Worst: 1, WorstQuery: "q1", PeakBytes: 1 << 20, Allocated: 1998, GCShare: 0.25}, rep.Engines[0])
	s := rep.Engines[1]
	require.InDelta(t, 1.0/3, s.GeomeanMedian, 1e-12)
	s.GeomeanMedian = 0
	require.Equal(t, summary{Engine: "b", Version: "2", Answered: 1, Differs: 1, Seconds: 1, BaseSeconds: 2, Geomean: 0.5, Worst: 0.5, WorstQuery: "q1", PeakBytes: 1 << 20}, s)

	require.True(t, rep.failed())
	text := rep.String()
	for _, want := range []string{"1.000 1.000  0.50!", "q1 differs in b: no row like 1", "q2 failed in b: NotImplementedError: no", "1/2"} {
		require.Contains(t, text, want)
	}
	requireXML(t, chart(&rep), 4) // background, legend, a bar, the mean
	rep.Queries[0].Results[1].Differs = ""
	require.False(t, rep.failed(), "a peer's failure is no failure of the comparison")
	rep.Queries[1].Results[0].Error = "x"
	require.True(t, rep.failed(), "the first engine's is")
}

func requireXML(t *testing.T, text string, rects int) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			rects--
		}
	}
	require.Zero(t, rects)
}

func TestStatistics(t *testing.T) {
	require.Equal(t, 2.0, median([]float64{9, 1, 2}))
	require.Equal(t, 1.5, median([]float64{2, 9, 1, 0}))
	require.InDelta(t, 2, geomean([]float64{1, 4}), 1e-12)
	require.Zero(t, geomean(nil))
	require.Equal(t, int64(2048), highWater("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t    2 kB\n"))
	require.Zero(t, highWater("Name:\tx\n"))
}

func TestQueries(t *testing.T) {
	all, err := readQueries("", "")
	require.NoError(t, err)
	require.Len(t, all, 22)
	some, err := readQueries("", "20, q06,1")
	require.NoError(t, err)
	require.Equal(t, []query{all[19], all[5], all[0]}, some)
	_, err = readQueries("", "23")
	require.EqualError(t, err, `there is no query "23"`)

	dir := t.TempDir()
	_, err = readQueries(dir, "")
	require.ErrorContains(t, err, "has no .sql files")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "top.sql"), []byte("SELECT 1;\n"), 0o666))
	own, err := readQueries(dir, "top")
	require.NoError(t, err)
	require.Equal(t, []query{{"top", "SELECT 1"}}, own)
}

// TestProcess talks to a process of the test's own binary.
func TestProcess(t *testing.T) {
	t.Setenv("PEERS_TEST_ENGINE", "1")
	p := &process{command: []string{os.Args[0]}, sparrow: true, timeout: timeoutOfTest}
	defer p.close()
	a := p.ask(context.Background(), "ok")
	require.Equal(t, &answer{Types: []string{"int"}, Rows: rowsOf("1"), Seconds: 0.5}, a)
	u, ok := p.usage(context.Background())
	require.True(t, ok)
	require.Equal(t, usage{AllocatedBytes: 7, CPUSeconds: 2, GCSeconds: 1}, u)
	require.Equal(t, "no answer", p.ask(context.Background(), "die").Err)
	require.Equal(t, 0.5, p.ask(context.Background(), "ok").Seconds, "it is started again")
	p.timeout = timeoutOfTest / 50
	require.Contains(t, p.ask(context.Background(), "hang").Message, "none within")
	if _, err := os.Stat("/proc/self/status"); err == nil {
		require.Positive(t, p.peak())
	}
}

func TestBuildsFromRevisions(t *testing.T) {
	_, err := buildRevision(context.Background(), ".", "--no-such-revision", t.TempDir(), "x")
	require.ErrorContains(t, err, "rev-parse")
}

func TestDriverIsWhole(t *testing.T) {
	for _, name := range []string{"duckdb", "polars", "datafusion", "spark"} {
		require.True(t, bytes.Contains(driver, []byte("def "+name+"_engine(folder, threads)")), name)
	}
}
