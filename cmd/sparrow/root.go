package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sparrow-engine/sparrow"
)

// flags are what all forms of the command take.
type flags struct {
	threads int
	memory  string
	conf    []string
	tables  []string
	command []string
	file    string
	mode    string
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
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.session(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			for _, a := range args {
				if err := addView(cmd.Context(), s, a); err != nil {
					return err
				}
			}
			return f.run(cmd.Context(), s, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	p := root.PersistentFlags()
	p.IntVar(&f.threads, "threads", 0, "workers of a query (default: one a processor)")
	p.StringVar(&f.memory, "memory", "", "memory of a query before it spills to files, such as 512MB")
	p.StringArrayVar(&f.conf, "conf", nil, "a setting, key=value; may be repeated")
	p.StringArrayVar(&f.tables, "tables", nil, "a folder: every file and folder in it becomes a view")
	root.Flags().StringArrayVarP(&f.command, "command", "c", nil, "statements to run instead of the shell")
	root.Flags().StringVarP(&f.file, "file", "f", "", "a file of statements to run instead of the shell")
	root.Flags().StringVar(&f.mode, "mode", "", "form of results: table, csv, json, jsonl, markdown or line")
	root.AddCommand(newServe(f), newTPCH(f), newTPCHGen())
	return root
}

// session starts a session as the flags say.
func (f *flags) session(ctx context.Context) (*sparrow.Session, error) {
	options := []sparrow.Option{sparrow.WithThreads(f.threads)}
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
	for _, dir := range f.tables {
		if err := addViews(ctx, s, dir); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// addViews makes a view of each file and folder in dir that a format claims.
func addViews(ctx context.Context, s *sparrow.Session, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") || !e.IsDir() && !sparrow.IsTableFile(e.Name()) {
			continue
		}
		err := addView(ctx, s, filepath.Join(dir, e.Name()))
		var se *sparrow.Error
		if e.IsDir() && errors.As(err, &se) && se.Condition == "UNABLE_TO_INFER_SCHEMA" {
			continue // a folder of other things
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addView makes a view named like a file, without its endings.
func addView(ctx context.Context, s *sparrow.Session, path string) error {
	df, err := s.Read().Load(ctx, path)
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return df.CreateOrReplaceTempView(name)
}

// run does what -c, -f, a pipe or the terminal asks.
func (f *flags) run(ctx context.Context, s *sparrow.Session, in io.Reader, out io.Writer) error {
	p, err := newPrinter(f.mode, out)
	if err != nil {
		return err
	}
	switch {
	case len(f.command) > 0:
		return runScript(ctx, s, strings.Join(f.command, ";\n"), p)
	case f.file != "":
		text, err := os.ReadFile(f.file)
		if err != nil {
			return err
		}
		return runScript(ctx, s, string(text), p)
	}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return runShell(ctx, s, p)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return runScript(ctx, s, string(text), p)
}

// runScript runs statements and prints every result.
func runScript(ctx context.Context, s *sparrow.Session, text string, p *printer) error {
	for _, one := range sparrow.SplitStatements(text) {
		df, err := s.SQL(ctx, one)
		if err == nil {
			err = p.print(ctx, df)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
