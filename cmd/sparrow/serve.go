package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/sql"
	sqltext "github.com/sparrow-engine/sparrow/types/text"
)

func newServe(f *flags) *cobra.Command {
	var stdio bool
	c := &cobra.Command{
		Use:   "serve --stdio",
		Short: "answer JSON requests, one a line, for editors and scripts",
		Long: `serve reads one JSON request a line from standard input, {"sql":"…"}, and writes one answer a line to standard output:
{"cols":[…],"types":[…],"rows":[[…]],"seconds":…} with cells as Spark prints them and null for NULL, or
{"err":"CONDITION","sqlstate":"…","message":"…","line":1,"pos":8}.
Several statements in one request give the last one's answer. {"stats":true} is answered with what the process has used since its start:
{"allocated_bytes":…,"cpu_seconds":…,"gc_cpu_seconds":…}, the seconds as of the last garbage collection.`,
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
	SQL   *string `json:"sql"`
	Stats bool    `json:"stats"`
}

type failure struct {
	Err      string `json:"err"`
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
	Line     int    `json:"line,omitempty"`
	Pos      int    `json:"pos"`
}

// serve answers until the input ends or the context does.
func serve(ctx context.Context, s *sparrow.Session, in io.Reader, out io.Writer) error {
	lines, failed := make(chan []byte), make(chan error, 1)
	var buf []byte
	go func() {
		failed <- readLines(ctx, in, lines)
		close(lines)
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, more := <-lines:
			if !more {
				return <-failed
			}
			a := respond(ctx, s, line, buf[:0])
			if _, err := out.Write(a); err != nil {
				return err
			}
			if cap(a) > cap(buf) && cap(a) <= keptAnswer {
				buf = a
			}
		}
	}
}

// readLines sends the lines that are not blank.
func readLines(ctx context.Context, in io.Reader, lines chan<- []byte) error {
	r := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := r.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
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

// keptAnswer is the size up to which the memory of an answer serves for the next.
const keptAnswer = 4 << 20

// respond answers one request with one line, in the memory of buf if it has enough.
func respond(ctx context.Context, s *sparrow.Session, line, buf []byte) []byte {
	var q request
	err := json.Unmarshal(line, &q)
	if err == nil && q.Stats {
		return used()
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) || err == nil && q.SQL == nil {
		err = errors.New("it has no text sql")
	}
	if err != nil {
		return failed(sparrowError("INVALID_REQUEST", "22023", "A request is one JSON object a line, {\"sql\":\"…\"}: "+err.Error()))
	}
	start := time.Now()
	out, err := answer(ctx, s, *q.SQL, buf)
	if err != nil {
		return failed(err)
	}
	return fmt.Appendf(out, `,"seconds":%.6f}`+"\n", time.Since(start).Seconds())
}

// used is the answer to a request for statistics.
func used() []byte {
	s := []metrics.Sample{{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"}, {Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(s)
	var m runtime.MemStats
	runtime.ReadMemStats(&m) // unlike the metric of the same name, it counts what processors have not handed in yet
	cpu := s[0].Value.Float64() - s[1].Value.Float64()
	return fmt.Appendf(nil, `{"allocated_bytes":%d,"cpu_seconds":%.6f,"gc_cpu_seconds":%.6f}`+"\n", m.TotalAlloc, cpu, s[2].Value.Float64())
}

func sparrowError(condition, state, message string) error {
	return &sparrow.Error{Condition: condition, State: state, Message: message}
}

// answer runs the statements of a request and appends the last one's result to out as JSON without its end. The text is built while the rows come,
// so that a large result is held once.
func answer(ctx context.Context, s *sparrow.Session, text string, out []byte) ([]byte, error) {
	var df *sparrow.DataFrame
	begin := 0
	for at := 0; at < len(text); {
		start, end, _ := sql.First(text[at:])
		start, end = at+start, at+end
		if at = end + 1; start == end {
			continue
		}
		var err error
		if df, err = s.SQL(ctx, text[start:end]); err != nil {
			return nil, within(err, text, start)
		}
		begin = start
	}
	var cols, types []string
	if df != nil {
		cols, types = df.Columns(), df.Types()
	}
	out = appendList(append(out, `{"cols":`...), cols)
	out = appendList(append(out, `,"types":`...), types)
	out = append(out, `,"rows":[`...)
	if df == nil {
		return append(out, ']'), nil
	}
	first := true
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return nil, within(err, text, begin)
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = appendRow(out, row)
	}
	return append(out, ']'), nil
}

func appendList(b []byte, texts []string) []byte {
	b = append(b, '[')
	for i, t := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = sqltext.AppendJSONString(b, t)
	}
	return append(b, ']')
}

func appendRow(b []byte, row []*string) []byte {
	b = append(b, '[')
	for i, c := range row {
		if i > 0 {
			b = append(b, ',')
		}
		if c == nil {
			b = append(b, "null"...)
		} else {
			b = sqltext.AppendJSONString(b, *c)
		}
	}
	return append(b, ']')
}

// failed is the answer to a request that went wrong.
func failed(err error) []byte {
	f := failure{Err: "INTERNAL_ERROR", SQLState: "XX000", Message: err.Error()}
	var e *sparrow.Error
	if errors.As(err, &e) {
		line, col := e.LineCol()
		f = failure{Err: e.Condition, SQLState: e.State, Message: e.Error(), Line: line, Pos: col}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(f) // texts and numbers cannot fail
	return b.Bytes()
}
