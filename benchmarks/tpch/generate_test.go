package tpch

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// python returns an interpreter with DuckDB, or skips.
func python(t *testing.T) string {
	p := os.Getenv("SPARROW_PEERS_PYTHON")
	if p == "" {
		p = "/work/peers-work/venv/bin/python"
	}
	if _, err := os.Stat(p); err != nil {
		t.Skip("no Python with duckdb")
	}
	return p
}

// TestGenerateAndAnswer generates files in every layout, lets DuckDB run the queries on them, and checks the results against the answers.
func TestGenerateAndAnswer(t *testing.T) {
	py := python(t)
	for _, c := range []struct {
		name string
		o    GenerateOptions
	}{
		{"parquet", GenerateOptions{}},
		{"parts", GenerateOptions{Parts: 3, RowGroupRows: 5000, Compression: "zstd", Threads: 3}},
		{"csv", GenerateOptions{Format: "csv", Threads: 1, RowGroupRows: 10_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "data")
			var last, total int64
			c.o.Progress = func(d, of int64) {
				require.LessOrEqual(t, d, of)
				last, total = d, of
			}
			require.NoError(t, Generate(context.Background(), dir, 0.01, c.o))
			require.EqualValues(t, 86805, last)
			require.Equal(t, last, total)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 8)
			form := c.o.Format
			if form == "" {
				form = "parquet"
			}
			text, err := exec.Command(py, "testdata/run_queries.py", dir, form, "queries").Output()
			require.NoError(t, err)
			results := strings.Split(string(text), "# ")[1:]
			require.Len(t, results, Queries)
			for i, result := range results {
				lines := strings.Split(strings.TrimSuffix(result, "\n"), "\n")[1:]
				var rows [][]string
				for _, line := range lines[1:] {
					rows = append(rows, strings.Split(line, "\t"))
				}
				answer, ok := AnswerOf(0.01, i+1)
				require.True(t, ok)
				require.Empty(t, Check(answer, strings.Split(lines[0], "\t"), rows), "query %d", i+1)
			}
		})
	}
}

// TestGenerateLeavesNothing: a cancelled run leaves no file, no directory and no goroutine, and what was there before stays.
func TestGenerateLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := filepath.Join(t.TempDir(), "data")
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int64
	stop := GenerateOptions{Threads: 2, Progress: func(done, _ int64) {
		if calls.Add(1) == 5 {
			cancel()
		}
	}}
	require.ErrorIs(t, Generate(ctx, dir, 0.1, stop), context.Canceled)
	_, err := os.Stat(dir)
	require.True(t, errors.Is(err, os.ErrNotExist))

	require.NoError(t, Generate(context.Background(), dir, 0.001, GenerateOptions{}))
	before, err := os.ReadFile(filepath.Join(dir, "orders.parquet"))
	require.NoError(t, err)
	require.ErrorContains(t, Generate(context.Background(), dir, 0.001, GenerateOptions{}), "exists")
	require.ErrorContains(t, Generate(context.Background(), dir, 0.001, GenerateOptions{Parts: 2}), "exists")
	require.Error(t, Generate(ctx, dir, 0.01, GenerateOptions{Overwrite: true}))
	after, err := os.ReadFile(filepath.Join(dir, "orders.parquet"))
	require.NoError(t, err)
	require.Equal(t, before, after)

	require.NoError(t, Generate(context.Background(), dir, 0.002, GenerateOptions{Overwrite: true, Parts: 2}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 8)
	for _, e := range entries {
		require.True(t, e.IsDir(), e.Name())
	}
}

func TestGenerateRejects(t *testing.T) {
	dir := t.TempDir()
	for _, o := range []GenerateOptions{{Format: "orc"}, {Compression: "lzo"}, {Format: "csv", Compression: "gzip"}} {
		require.Error(t, Generate(context.Background(), dir, 0.01, o), "%+v", o)
	}
	require.Error(t, Generate(context.Background(), dir, -1, GenerateOptions{}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestQueriesAndAnswers(t *testing.T) {
	for n := 1; n <= Queries; n++ {
		require.Contains(t, strings.ToUpper(Query(n)), "SELECT", n)
		for _, sf := range AnswerScales {
			a, ok := AnswerOf(sf, n)
			require.True(t, ok, "%v %d", sf, n)
			require.NotEmpty(t, a.Columns)
			require.Empty(t, Check(a, a.Columns, a.Rows))
			for _, c := range orderColumns[n] {
				require.Less(t, c, len(a.Columns))
			}
		}
	}
	require.Empty(t, Query(0))
	require.Empty(t, Query(23))
	_, ok := AnswerOf(2, 1)
	require.False(t, ok)
	a, _ := AnswerOf(0.01, 17)
	require.Equal(t, [][]string{{""}}, a.Rows)
}

func TestSameCell(t *testing.T) {
	for _, c := range []struct {
		got, want string
		same      bool
	}{
		{"BRAZIL   ", "BRAZIL", true}, {" BRAZIL", "BRAZIL", false},
		{"37734107.00", "37734107", true}, {"37734108", "37734107", false}, {"1478493", "1478493.0", true},
		{"25.522006", "25.522005853257337", true}, {"25.522005", "25.522005853257337", false}, {"25.52", "25.522005853257337", true},
		{"25.522005853257334", "25.522005853257337", true}, {"25.5220059", "25.522005853257337", true}, {"25.5220060", "25.522005853257337", false},
		{"56586554400.74", "56586554400.73", false}, {"56586554400.730", "56586554400.73", true},
		{"26", "25.522005853257337", false}, {"1.5E1", "15", true}, {"0.1000000000000001", "0.1", true},
		{"NULL", "", true}, {"", "", true}, {"0", "", false}, {"", "0", false}, {"abc", "1", false}, {"1995-01-01", "1995-01-02", false}, {"1/2", "0.5", false},
	} {
		require.Equal(t, c.same, sameCell(c.got, c.want), "%q %q", c.got, c.want)
	}
}

func TestCheck(t *testing.T) {
	a, _ := AnswerOf(1, 21)
	clone := func() [][]string {
		var out [][]string
		for _, r := range a.Rows {
			out = append(out, append([]string(nil), r...))
		}
		return out
	}
	rows := clone()
	rows[3][1] = strconv.Itoa(99)
	require.Contains(t, Check(a, a.Columns, rows), `row 4, column numwait: "99"`)
	rows = clone()
	rows[0], rows[50] = rows[50], rows[0]
	require.NotEmpty(t, Check(a, a.Columns, rows), "the order counts")
	require.Contains(t, Check(a, a.Columns, rows[1:]), "99 rows")
	require.Contains(t, Check(a, a.Columns[1:], rows), "1 columns")

	// Query 11 orders by value only: rows of the same value may be swapped, others not.
	tied := &Answer{11, []string{"ps_partkey", "value"}, [][]string{{"1", "9.5"}, {"2", "7.0"}, {"3", "7.0"}, {"4", "1.25"}}}
	require.Empty(t, Check(tied, tied.Columns, [][]string{{"1", "9.50"}, {"3", "7.00"}, {"2", "7.00"}, {"4", "1.25"}}))
	require.NotEmpty(t, Check(tied, tied.Columns, [][]string{{"1", "9.50"}, {"2", "7.00"}, {"2", "7.00"}, {"4", "1.25"}}))
	require.NotEmpty(t, Check(tied, tied.Columns, [][]string{{"2", "7.00"}, {"1", "9.50"}, {"3", "7.00"}, {"4", "1.25"}}))
}

// TestPublished compares some cells with the answers that the TPC publishes for scale 1; DuckDB's own have others here.
func TestPublished(t *testing.T) {
	for _, c := range []struct {
		query int
		row   []string
	}{
		{2, []string{"9938.53", "Supplier#000005359", "UNITED KINGDOM", "185358", "Manufacturer#4", "QKuHYh,vZGiwu2FWEJoLDx04", "33-429-790-6131", "uriously regular requests hag"}},
		{13, []string{"0", "50005"}},
		{20, []string{"Supplier#000000020", "iybAE,RmTymrZVYaFZva2SH,j"}},
	} {
		a, ok := AnswerOf(1, c.query)
		require.True(t, ok)
		require.Equal(t, c.row, a.Rows[0])
	}
}
