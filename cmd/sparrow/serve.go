package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparrow-engine/sparrow"
)

func newServe(f *flags) *cobra.Command {
	var stdio bool
	c := &cobra.Command{
		Use:   "serve --stdio",
		Short: "answer JSON requests, one a line, for editors and scripts",
		Long: `serve reads one JSON request a line from standard input, {"sql":"…"}, and writes one answer a line to standard output:
{"cols":[…],"types":[…],"rows":[[…]],"seconds":…} with cells as Spark prints them and null for NULL, or
{"err":"CONDITION","sqlstate":"…","message":"…","line":1,"pos":8}.
Several statements in one request give the last one's answer.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !stdio {
				return errors.New("serve needs --stdio: there is no other way to serve yet")
			}
			s, err := f.session(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			return serve(cmd.Context(), s, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&stdio, "stdio", false, "serve on standard input and output")
	return c
}

type request struct {
	SQL string `json:"sql"`
}

type answer struct {
	Cols    []string    `json:"cols"`
	Types   []string    `json:"types"`
	Rows    [][]*string `json:"rows"`
	Seconds float64     `json:"seconds"`
}

type failure struct {
	Err      string `json:"err"`
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
	Line     int    `json:"line,omitempty"`
	Pos      int    `json:"pos"`
}

func serve(ctx context.Context, s *sparrow.Session, in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<20)
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 1 {
			if err := enc.Encode(respond(ctx, s, line)); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// respond answers one request.
func respond(ctx context.Context, s *sparrow.Session, line []byte) any {
	var q request
	if err := json.Unmarshal(line, &q); err != nil {
		return failure{Err: "INVALID_REQUEST", SQLState: "22023", Message: "A request is one JSON object a line, {\"sql\":\"…\"}: " + err.Error()}
	}
	start := time.Now()
	a := answer{Cols: []string{}, Types: []string{}, Rows: [][]*string{}}
	df, err := s.Script(ctx, q.SQL)
	if err != nil {
		return failed(err)
	}
	if df != nil {
		a.Cols, a.Types = append(a.Cols, df.Columns()...), append(a.Types, df.Types()...)
		for row, err := range df.Cells(ctx) {
			if err != nil {
				return failed(err)
			}
			a.Rows = append(a.Rows, row)
		}
	}
	a.Seconds = time.Since(start).Seconds()
	return a
}

func failed(err error) failure {
	var e *sparrow.Error
	if !errors.As(err, &e) {
		return failure{Err: "INTERNAL_ERROR", SQLState: "XX000", Message: err.Error()}
	}
	line, col := e.LineCol()
	return failure{Err: e.Condition, SQLState: e.State, Message: e.Error(), Line: line, Pos: col}
}
