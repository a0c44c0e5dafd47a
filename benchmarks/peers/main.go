// Command peers runs queries in Sparrow and in other engines side by side and compares times, memory and answers: see ../README.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

type options struct {
	sf       float64
	data     string
	queries  string
	threads  int
	engines  string
	query    string
	runs     int
	json     string
	svg      string
	baseline string
	python   string
	setup    bool
	timeout  time.Duration
}

// errReported ends the program with status 1 after the report has said why.
var errReported = errors.New("reported")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		if !errors.Is(err, errReported) {
			fmt.Fprintln(os.Stderr, "peers:", err)
		}
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:   "peers",
		Short: "run queries in Sparrow and other engines side by side",
		Long: `peers asks each engine each query in turn, run by run, and prints seconds, ratios to the first engine, memory, and where answers differ.
The exit status is 1 if an answer differs from the first engine's, or if that one fails. A query that another engine cannot run is reported.`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := c.Flags()
	f.Float64Var(&o.sf, "sf", 1, "scale factor of the TPC-H tables")
	f.StringVar(&o.data, "data", "", "folder of tables: Parquet or CSV files, or folders of them (default: TPC-H, generated once in the user's cache folder)")
	f.StringVar(&o.queries, "queries", "", "folder of .sql files (default: the 22 of TPC-H)")
	f.IntVar(&o.threads, "threads", 2, "threads of each engine; with fewer than the machine's cores, engines are pinned to as many")
	f.StringVar(&o.engines, "engines", "sparrow,duckdb,polars,datafusion,spark", "engines; ratios are to the first")
	f.StringVar(&o.query, "query", "", "queries to run, such as 1,6 (default: all)")
	f.IntVar(&o.runs, "runs", 5, "timed runs of each query, after one that warms up")
	f.StringVar(&o.json, "json", "", "also write the results to a file")
	f.StringVar(&o.svg, "svg", "", "also draw the ratios as a bar chart")
	f.StringVar(&o.baseline, "baseline", "", "also compare with Sparrow at this revision, built in a temporary worktree")
	f.StringVar(&o.python, "python", "", "Python with the peers (default: the environment that --setup makes)")
	f.BoolVar(&o.setup, "setup", false, "first install the peers from PyPI in an environment in the user's cache folder")
	f.DurationVar(&o.timeout, "timeout", 5*time.Minute, "longest time for one answer")
	return c
}

func (o *options) run(ctx context.Context) error {
	if o.runs < 1 || o.threads < 1 {
		return errors.New("--runs and --threads must be at least 1")
	}
	queries, err := readQueries(o.queries, o.query)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "sparrow-peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := o.prepare(ctx); err != nil {
		return err
	}
	all, err := o.contestants(ctx, tmp)
	defer func() {
		for _, c := range all {
			c.engine.close()
		}
	}()
	if err != nil {
		return err
	}
	rep, err := run(ctx, all, queries, o.runs, os.Stderr)
	if err != nil {
		return err
	}
	rep.Data, rep.Threads, rep.Runs = o.data, o.threads, o.runs
	fmt.Print(rep.String())
	if err := o.write(&rep); err != nil {
		return err
	}
	if rep.failed() {
		return errReported
	}
	return nil
}

// prepare makes what a first run needs.
func (o *options) prepare(ctx context.Context) (err error) {
	if o.setup {
		if err := install(ctx, cache("peers"), os.Stderr); err != nil {
			return err
		}
	}
	if o.python == "" {
		o.python = interpreter(cache("peers"))
	}
	if o.data == "" {
		o.data = cache(fmt.Sprintf("tpch-sf%g", o.sf))
		return generate(ctx, o.data, o.sf, o.threads)
	}
	o.data, err = filepath.Abs(o.data)
	return err
}

// contestants starts the engines. One that is not there is left out, unless it is the first.
func (o *options) contestants(ctx context.Context, tmp string) (all []contestant, err error) {
	script := filepath.Join(tmp, "peers.py")
	if err := os.WriteFile(script, driver, 0o666); err != nil {
		return nil, err
	}
	names := strings.Split(o.engines, ",")
	if o.baseline != "" {
		names = append(names, "baseline")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return all, fmt.Errorf("engine %q is named twice", name)
		}
		c, err := o.contestant(ctx, name, script, tmp)
		if err != nil {
			return all, err
		}
		version, err := c.engine.hello(ctx)
		if err != nil {
			c.engine.close()
			if err = fmt.Errorf("%s does not start (--setup installs the peers): %w", name, err); i == 0 {
				return all, err
			}
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		if version != "" {
			c.version = version
		}
		all = append(all, c)
	}
	return all, nil
}

func (o *options) contestant(ctx context.Context, name, script, tmp string) (c contestant, err error) {
	c.name = name
	threads := strconv.Itoa(o.threads)
	switch name {
	case "sparrow", "baseline":
		binary := filepath.Join(tmp, name)
		if runtime.GOOS == "windows" {
			binary += ".exe"
		}
		root, err := output(ctx, "", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/sparrow-engine/sparrow")
		if err != nil {
			return c, err
		}
		if name == "baseline" {
			c.version, err = buildRevision(ctx, root, o.baseline, tmp, binary)
		} else {
			c.version = described(ctx, root)
			err = build(ctx, root, binary)
		}
		if err != nil {
			return c, err
		}
		c.engine = &process{command: pinned(o.threads, binary, "serve", "--stdio", "--tables", o.data, "--threads", threads,
			"--conf", "spark.sql.ansi.doubleQuotedIdentifiers=true"), sparrow: true, timeout: o.timeout}
	case "duckdb", "polars", "datafusion", "spark":
		c.engine = &process{command: pinned(o.threads, o.python, script, name, o.data, threads), timeout: o.timeout}
	default:
		return c, fmt.Errorf("there is no engine %q", name)
	}
	return c, nil
}

func (o *options) write(rep *report) error {
	if o.json != "" {
		data, err := json.MarshalIndent(rep, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(data, '\n'), 0o666); err != nil {
			return err
		}
	}
	if o.svg != "" {
		return os.WriteFile(o.svg, []byte(chart(rep)), 0o666)
	}
	return nil
}
