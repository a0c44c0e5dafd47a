package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
)

// tpchRun is one call of sparrow tpch.
type tpchRun struct {
	*flags
	sf      float64
	given   bool // sf, by the user
	dir     string
	queries string
	runs    int
	explain bool
	json    string
	profile string
}

func newTPCH(f *flags) *cobra.Command {
	r := &tpchRun{flags: f}
	c := &cobra.Command{
		Use:   "tpch",
		Short: "run the 22 TPC-H queries and check every answer",
		Long: `tpch generates the TPC-H tables as Parquet files, once, runs the queries and compares each answer with the published one. Scale factors without
published answers (others than 0.01, 0.1 and 1) are checked against a second run without adaptive execution, runtime filters and most optimizer rules.
The exit status is 1 if an answer is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r.given = cmd.Flags().Changed("sf")
			return r.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().Float64Var(&r.sf, "sf", 1, "scale factor (default of a --dir that has tables: theirs)")
	c.Flags().StringVar(&r.dir, "dir", "", "folder of the tables (default: in the user's cache folder)")
	c.Flags().StringVar(&r.queries, "query", "", "queries to run, such as 1,6,14 (default: all)")
	c.Flags().IntVar(&r.runs, "runs", 1, "runs of each query; the fastest counts")
	c.Flags().BoolVar(&r.explain, "explain", false, "show how each query ran")
	c.Flags().StringVar(&r.json, "json", "", "also write the results to a file")
	c.Flags().StringVar(&r.profile, "cpuprofile", "", "write a CPU profile of the queries for go tool pprof")
	return c
}

// queryResult is one line of the report.
type queryResult struct {
	Query     int     `json:"query"`
	Seconds   float64 `json:"seconds"`
	Rows      int     `json:"rows"`
	Right     bool    `json:"right"`
	PeakBytes uint64  `json:"peak_bytes"`
	Error     string  `json:"error,omitempty"`
}

type report struct {
	SF      float64       `json:"sf"`
	Threads int           `json:"threads"`
	Queries []queryResult `json:"queries"`
	Version string        `json:"version"`
}

func (r *tpchRun) run(ctx context.Context, out io.Writer) error {
	numbers, err := queryNumbers(r.queries)
	if err != nil {
		return err
	}
	if r.runs < 1 {
		return errors.New("--runs must be at least 1")
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	s, err := r.tables()
	if err != nil {
		return err
	}
	defer s.Close()
	if err := r.scale(ctx, s); err != nil {
		return err
	}
	if r.profile != "" {
		f, err := os.Create(r.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	rep := report{SF: r.sf, Threads: r.threads, Version: sparrow.Version}
	if rep.Threads == 0 {
		rep.Threads = runtime.GOMAXPROCS(0)
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	t.AppendHeader(table.Row{"query", "seconds", "rows", "answer", "peak memory"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 1, Align: text.AlignRight}, {Number: 2, Align: text.AlignRight}, {Number: 3, Align: text.AlignRight}, {Number: 5, Align: text.AlignRight}})
	wrong, total := 0, 0.0
	for _, n := range numbers {
		q := r.query(ctx, s, n, out)
		if err := ctx.Err(); err != nil {
			return err
		}
		verdict := "right"
		if !q.Right {
			wrong++
			verdict = "WRONG: " + q.Error
		}
		total += q.Seconds
		rep.Queries = append(rep.Queries, q)
		t.AppendRow(table.Row{n, fmt.Sprintf("%.3f", q.Seconds), q.Rows, verdict, humanize.IBytes(q.PeakBytes)})
	}
	t.AppendFooter(table.Row{"total", fmt.Sprintf("%.3f", total), "", fmt.Sprintf("%d of %d right", len(numbers)-wrong, len(numbers)), ""})
	fmt.Fprintf(out, "TPC-H SF %g, %d threads\n%s\n", r.sf, rep.Threads, t.Render())
	if r.json != "" {
		data, err := json.MarshalIndent(rep, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(r.json, append(data, '\n'), 0o666); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return errReported
	}
	return nil
}

func queryNumbers(list string) ([]int, error) {
	var out []int
	if list == "" {
		for n := 1; n <= tpch.Queries; n++ {
			out = append(out, n)
		}
		return out, nil
	}
	for _, part := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > tpch.Queries {
			return nil, fmt.Errorf("--query takes numbers from 1 to %d, not %q", tpch.Queries, part)
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// prepare generates the tables if the folder does not have them.
func (r *tpchRun) prepare(ctx context.Context) error {
	if r.dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = os.TempDir()
		}
		r.dir = filepath.Join(cache, "sparrow", fmt.Sprintf("tpch-sf%g", r.sf))
	}
	if _, err := os.Stat(r.table("lineitem")); err == nil {
		return nil
	}
	fmt.Fprintf(os.Stderr, "Generating TPC-H SF %g in %s\n", r.sf, r.dir)
	if err := tpch.Generate(ctx, r.dir, r.sf, tpch.GenerateOptions{Threads: r.threads, Progress: progressBar("rows")}); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// table returns the file of a table, or its folder when it has several files.
func (r *tpchRun) table(name string) string {
	file := filepath.Join(r.dir, name+".parquet")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	if dir := filepath.Join(r.dir, name); isDir(dir) {
		return dir
	}
	return file
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

// tables starts a session with a view of each table.
func (r *tpchRun) tables() (*sparrow.Session, error) {
	ctx := context.Background()
	s, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range tpch.Tables {
		if err := addView(ctx, s, r.table(name)); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// scale takes the scale factor from the tables: the answers depend on it.
func (r *tpchRun) scale(ctx context.Context, s *sparrow.Session) error {
	const suppliers = 10_000 // at scale factor 1 (TPC-H 4.2.5)
	_, rows, err := cells(ctx, s, "SELECT count(*) FROM supplier")
	if err != nil {
		return err
	}
	n, err := strconv.ParseFloat(rows[0][0], 64)
	if err != nil {
		return err
	}
	if sf := n / suppliers; sf != math.Round(r.sf*suppliers)/suppliers {
		if r.given {
			return fmt.Errorf("the tables in %s are of scale factor %g, not %g: leave out --sf, or name another folder", r.dir, sf, r.sf)
		}
		r.sf = sf
	}
	return nil
}

// query runs one query and checks its answer.
func (r *tpchRun) query(ctx context.Context, s *sparrow.Session, n int, out io.Writer) queryResult {
	res := queryResult{Query: n}
	var cols []string
	var rows [][]string
	for i := range r.runs {
		peak := startPeak()
		begin := time.Now()
		c, got, err := cells(ctx, s, tpch.Query(n))
		seconds := time.Since(begin).Seconds()
		res.PeakBytes = max(res.PeakBytes, peak.stop())
		if err != nil {
			res.Error = err.Error()
			return res
		}
		if i == 0 || seconds < res.Seconds {
			res.Seconds = seconds
		}
		cols, rows = c, got
	}
	res.Rows = len(rows)
	if r.explain {
		r.printExplain(ctx, s, n, out)
	}
	if answer, ok := tpch.AnswerOf(r.sf, n); ok {
		res.Error = tpch.Check(answer, cols, rows)
	} else {
		res.Error = r.compareStatic(ctx, n, cols, rows)
	}
	res.Right = res.Error == ""
	return res
}

func (r *tpchRun) printExplain(ctx context.Context, s *sparrow.Session, n int, out io.Writer) {
	df, err := s.SQL(ctx, tpch.Query(n))
	var plan string
	if err == nil {
		plan, err = df.Explain(ctx, "analyze")
	}
	if err != nil {
		plan = err.Error() + "\n"
	}
	fmt.Fprintf(out, "-- Q%d\n%s\n", n, plan)
}

// compareStatic runs the query again the plain way and compares.
func (r *tpchRun) compareStatic(ctx context.Context, n int, cols []string, rows [][]string) string {
	plain := *r
	f := *r.flags
	f.conf = append(f.conf[:len(f.conf):len(f.conf)], "sparrow.adaptive.enabled=false", "sparrow.runtimeFilters.enabled=false",
		"spark.sql.optimizer.excludedRules=simplify_expressions,share_subplans,inline_definitions,push_into_scan,propagate_empty,eliminate_distinct,push_limit")
	plain.flags = &f
	s, err := plain.tables()
	if err != nil {
		return err.Error()
	}
	defer s.Close()
	_, want, err := cells(ctx, s, tpch.Query(n))
	if err != nil {
		return err.Error()
	}
	return tpch.Check(&tpch.Answer{Query: n, Columns: cols, Rows: want}, cols, rows)
}

// cells runs a query and returns its rows as text, empty for NULL.
func cells(ctx context.Context, s *sparrow.Session, query string) ([]string, [][]string, error) {
	df, err := s.SQL(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	var out [][]string
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return nil, nil, err
		}
		texts := make([]string, len(row))
		for i, c := range row {
			if c != nil {
				texts[i] = *c
			}
		}
		out = append(out, texts)
	}
	return df.Columns(), out, nil
}
