package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/config"
	_ "github.com/sparrow-engine/sparrow/sql/mysql" // --dialect mysql
	"github.com/spf13/cobra"
)

// flags are what all forms of the command take.
type flags struct {
	threads int
	memory  string
	conf    []string
	tables  []string
	command []string
	file    []string
	mode    string
	timing  bool
	dialect string
}

func newRoot() *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use:   "sparrow [files or folders]",
		Short: "Spark SQL on Arrow memory, in one binary",
		Long: `sparrow answers SQL over Parquet, CSV, JSON and Arrow files.

Files and folders named on the command line become views, each called like its file. Without -c or -f a shell starts; when the input is
not a terminal, it is run as a script.`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       sparrow.Version,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if cmd.HasParent() { // the shell minds Ctrl-C itself
				ctx, _ := interruptible(cmd.Context())
				cmd.SetContext(ctx)
			}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.session(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			if err := f.addFiles(cmd.Context(), s, args); err != nil {
				return err
			}
			return f.run(cmd.Context(), s, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	p := root.PersistentFlags()
	p.IntVar(&f.threads, "threads", 0, "workers of a query (default: one a processor)")
	p.StringVar(&f.memory, "memory", "", "memory of a query before it spills to files, such as 512MB")
	p.StringArrayVar(&f.conf, "conf", nil, "a setting, key=value; may be repeated")
	p.StringVar(&f.dialect, "dialect", "spark", "dialect of the statements: spark or mysql")
	p.StringArrayVar(&f.tables, "tables", nil, "a folder: every file and folder in it becomes a view")
	root.Flags().StringArrayVarP(&f.command, "command", "c", nil, "statements to run instead of the shell; may be repeated")
	root.Flags().StringArrayVarP(&f.file, "file", "f", nil, "a file of statements to run instead of the shell; may be repeated")
	root.Flags().BoolVar(&f.timing, "timing", false, "print the time of every statement to standard error")
	root.Flags().StringVar(&f.mode, "mode", "", "form of results: table, csv, json, jsonl, markdown or line")
	root.AddCommand(newServe(f), newTPCH(f), newTPCHGen())
	return root
}

// session starts a session as the flags say.
func (f *flags) session(ctx context.Context) (*sparrow.Session, error) {
	if f.threads < 0 {
		return nil, fmt.Errorf("--threads must be positive, not %d", f.threads)
	}
	options := []sparrow.Option{sparrow.WithThreads(f.threads), sparrow.WithWarnings(func(message string) { fmt.Fprintln(os.Stderr, "Warning: "+message) })}
	if f.dialect != "spark" {
		options = append(options, sparrow.WithDialect(f.dialect))
	}
	if f.memory != "" {
		options = append(options, sparrow.WithConf("sparrow.memory", f.memory))
	}
	for _, kv := range f.conf {
		k, v, ok := strings.Cut(kv, "=")
		if !ok {
			return nil, fmt.Errorf("--conf takes key=value, not %q", kv)
		}
		options = append(options, sparrow.WithConf(k, v))
	}
	s, err := sparrow.NewSession(options...)
	if err != nil {
		return nil, err
	}
	if n, err := config.ParseBytes(f.memory); err == nil {
		boundHeap(n)
	}
	for _, dir := range f.tables {
		if err := addViews(ctx, s, dir, os.Stderr); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// addFiles makes views of the files and folders of the command line; each needs a name of its own.
func (f *flags) addFiles(ctx context.Context, s *sparrow.Session, paths []string) error {
	named := map[string]string{}
	for _, path := range paths {
		name := viewName(path)
		if other, taken := named[strings.ToLower(name)]; taken {
			return fmt.Errorf("%s and %s would both be called %s", other, path, name)
		}
		named[strings.ToLower(name)] = path
		if err := addView(ctx, s, path); err != nil {
			return err
		}
	}
	return nil
}

// addViews makes a view of each file and folder in dir that a format claims. A file that cannot be read, or whose name is taken by another, is
// told on warn and left out: one bad file must not hide all others.
func addViews(ctx context.Context, s *sparrow.Session, dir string, warn io.Writer) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	named := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		folder := isDir(path) // of a link too
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") || !folder && !sparrow.IsTableFile(e.Name()) {
			continue
		}
		key := strings.ToLower(viewName(path))
		if other, taken := named[key]; taken {
			fmt.Fprintf(warn, "%s is left out: %s has its name.\n", path, other)
			continue
		}
		err := addView(ctx, s, path)
		var se *sparrow.Error
		if folder && errors.As(err, &se) && se.Condition == "UNABLE_TO_INFER_SCHEMA" {
			continue // a folder of other things
		}
		if err != nil {
			fmt.Fprintf(warn, "%s is left out: %s\n", path, describe(err, colored(warn)))
			continue
		}
		named[key] = path
	}
	return nil
}

// viewName returns a file's name without its endings.
func viewName(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs // "." has a name, too
	}
	name := filepath.Base(path)
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// addView makes a view named like a file, without its endings.
func addView(ctx context.Context, s *sparrow.Session, path string) error {
	df, err := s.Read().Load(ctx, path)
	if err != nil {
		return err
	}
	return df.CreateOrReplaceTempView(viewName(path))
}

// run does what -c, -f, a pipe or the terminal asks.
func (f *flags) run(ctx context.Context, s *sparrow.Session, in io.Reader, out, errs io.Writer) (err error) {
	p, err := newPrinter(f.mode)
	if err != nil {
		return err
	}
	c := newConsole(s, p, out, errs)
	c.timing = f.timing
	defer func() { err = errors.Join(err, c.close()) }()
	if len(f.command) == 0 && len(f.file) == 0 && isTerminal(in) && isTerminal(out) {
		c.interactive, c.pager = true, true
		p.maxRows, p.terminal, p.color = shellRows, true, colored(out)
		return c.runShell(ctx)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if len(f.command) == 0 && len(f.file) == 0 {
		text, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		return unlessQuit(c.script(ctx, "", string(text)))
	}
	for _, text := range f.command {
		if err := c.script(ctx, "", text); err != nil {
			return unlessQuit(err)
		}
	}
	for _, path := range f.file {
		if err := c.runFile(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func unlessQuit(err error) error {
	if errors.Is(err, errQuit) {
		return nil
	}
	return err
}
