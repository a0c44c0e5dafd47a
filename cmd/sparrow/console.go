package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/sql"
)

// shellRows is how many rows of a result the shell shows unless told otherwise.
const shellRows = 1000

// maxIncludes bounds files that include each other.
const maxIncludes = 16

// console runs statements and meta commands, of a terminal or of a script, and prints what they give.
type console struct {
	session     *sparrow.Session
	printer     *printer
	stdout      io.Writer
	stderr      io.Writer
	interactive bool
	timing      bool
	pager       bool
	file        *os.File // of \o, nil for stdout
	includes    int      // files being run
}

func newConsole(s *sparrow.Session, p *printer, stdout, stderr io.Writer) *console {
	return &console{session: s, printer: p, stdout: stdout, stderr: stderr}
}

// close ends the file of \o.
func (c *console) close() error {
	if c.file == nil {
		return nil
	}
	f := c.file
	c.file = nil
	return f.Close()
}

// script runs the statements and meta commands of a text one after the other, up to the first error. Errors point into the text, and name
// the file if there is one.
func (c *console) script(ctx context.Context, name, text string) error {
	for at := 0; at < len(text); {
		p := nextPiece(text, at)
		at = p.after
		var err error
		switch {
		case p.meta:
			err = c.meta(ctx, text[p.start:p.end])
		case p.start < p.end:
			err = within(c.statement(ctx, text[p.start:p.end]), text, p.start)
		}
		if errors.Is(err, errQuit) {
			return err
		}
		if err != nil {
			return inFile(err, name, text, p.start)
		}
	}
	return nil
}

// piece is a statement or a meta command of a script: text[start:end], empty for none.
type piece struct {
	start, end, after int
	meta              bool
	ended             bool // by a semicolon or, of a meta command, by the end of the line
}

// nextPiece finds what begins at or behind a place. A backslash where a statement would begin starts a meta command, which takes the line.
func nextPiece(text string, at int) piece {
	start, end, ended := sql.First(text[at:])
	p := piece{start: at + start, end: at + end, after: at + end + 1, ended: ended}
	if p.start < len(text) && text[p.start] == '\\' {
		line, _, _ := strings.Cut(text[p.start:], "\n")
		p.meta, p.ended, p.end = true, true, p.start+len(line)
		p.after = p.end
	}
	return p
}

// runFile runs a file of statements; \q in it ends the file.
func (c *console) runFile(ctx context.Context, path string) error {
	if c.includes >= maxIncludes {
		return fmt.Errorf("%s: files include each other more than %d deep", path, maxIncludes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c.includes++
	defer func() { c.includes-- }()
	if err := c.script(ctx, path, string(text)); !errors.Is(err, errQuit) {
		return err
	}
	return nil
}

// statement runs one statement and prints its result.
func (c *console) statement(ctx context.Context, text string) error {
	return c.show(ctx, func(ctx context.Context) (result, error) {
		df, err := c.session.SQL(ctx, text)
		if err != nil {
			return result{}, err
		}
		r := resultOf(ctx, df, c.limit())
		r.plain = len(r.cols) == 1 && isPlain(text)
		return r, nil
	})
}

// isPlain tells statements whose result is a text of several lines.
func isPlain(statement string) bool {
	words := strings.Fields(strings.ToUpper(statement[:min(len(statement), 40)]))
	return len(words) > 1 && (words[0] == "EXPLAIN" || words[0] == "SHOW" && words[1] == "CREATE")
}

func (c *console) limit() int {
	if !c.interactive || c.file != nil {
		return 0
	}
	return c.printer.limit()
}

// show prints what run gives, with progress, pager and time as the user wants them. The time is that until the last row has come: a pager may be
// looked at for long after.
func (c *console) show(ctx context.Context, run func(context.Context) (result, error)) error {
	begin := time.Now()
	var p *progress
	if isTerminal(c.stderr) {
		p = startProgress(c.stderr, width(c.stderr), colored(c.stderr))
		defer p.stop()
		ctx = sparrow.WithProgress(ctx, p.note)
	}
	out, flush := c.output(p.stop)
	took := time.Duration(0)
	r, err := run(ctx)
	if err == nil {
		r.rows = r.then(func() { took = time.Since(begin) })
		err = c.look().print(out, r)
	}
	if took == 0 { // a command
		took = time.Since(begin)
	}
	p.stop()
	switch failed := flush(); {
	case err == nil:
		err = failed
	case failed != nil && !errors.Is(err, failed): // a failed write is reported again by the flush
		err = errors.Join(err, failed)
	}
	if errors.Is(err, errPagerLeft) {
		err = nil
	}
	if c.timing && err == nil {
		fmt.Fprintf(c.stderr, "Time: %s\n", humanTime(took))
	}
	return err
}

// look returns the printer for where results go now.
func (c *console) look() *printer {
	p := *c.printer
	if c.file != nil || !c.interactive {
		p.terminal, p.color, p.maxRows = false, false, 0
	}
	return &p
}

// output returns where a result goes, as its rows come. flush writes the last ones. On a terminal, before is called when the first bytes are
// to be written.
func (c *console) output(before func()) (out io.Writer, flush func() error) {
	if c.file != nil {
		w := newPromptWriter(c.file)
		return w, w.Flush
	}
	to := c.stdout
	if isTerminal(to) {
		to = &firstWrite{to, before}
	}
	command := pagerCommand()
	if !c.interactive || !c.pager || len(command) == 0 {
		w := newPromptWriter(to)
		return w, w.Flush
	}
	cols, rows := size(c.stdout)
	pages := &paged{out: c.stdout, width: cols, height: rows, command: command, before: before}
	w := newPromptWriter(pages)
	return w, func() error { return errors.Join(w.Flush(), pages.Close()) }
}

// firstWrite calls a function before the first write.
type firstWrite struct {
	io.Writer
	before func()
}

func (w *firstWrite) Write(b []byte) (int, error) {
	if w.before != nil {
		w.before()
		w.before = nil
	}
	return w.Writer.Write(b)
}

// size returns the columns and lines of a terminal.
func size(w io.Writer) (cols, rows int) {
	if f, ok := w.(*os.File); ok {
		if cols, rows, err := term.GetSize(int(f.Fd())); err == nil && cols > 0 && rows > 0 {
			return cols, rows
		}
	}
	return 80, 24
}

func width(w io.Writer) int {
	cols, _ := size(w)
	return cols
}

func humanTime(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// expand replaces ~ by the user's home and takes quotes away.
func expand(path string) string {
	if n := len(path); n >= 2 && (path[0] == '\'' || path[0] == '"') && path[n-1] == path[0] {
		path = path[1 : n-1]
	}
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
