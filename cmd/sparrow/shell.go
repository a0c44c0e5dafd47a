package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/reeflective/readline"
	"github.com/reeflective/readline/inputrc"
	"golang.org/x/term"

	"github.com/sparrow-engine/sparrow"
)

// runShell reads statements from a terminal until its user leaves.
func (c *console) runShell(ctx context.Context) error {
	restoreOnTermination(ctx, c.session)
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	completer := newCompleter(c)
	editor := newEditor(completer, colored(c.stdout))
	fmt.Fprintf(c.stdout, "Sparrow %s. Statements end with a semicolon; \\? helps, \\q leaves.\n", sparrow.Version)
	for {
		completer.reset()
		line, err := editor.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			continue // with an empty input; the editor has gone to a new line
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		err = c.input(ctx, line, interrupts)
		switch {
		case errors.Is(err, errQuit):
			return nil
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(c.stderr, "The query was cancelled.")
		case err != nil:
			fmt.Fprintln(c.stderr, describe(err, colored(c.stderr)))
		}
	}
}

// input runs what was typed; Ctrl-C cancels it.
func (c *console) input(ctx context.Context, line string, interrupts <-chan os.Signal) error {
	switch bare(line) {
	case "quit", "exit":
		return errQuit
	case "help":
		return c.metaHelp(ctx, "")
	}
	select { // what a pager or an earlier query left
	case <-interrupts:
	default:
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
	return c.script(ctx, "", line)
}

// bare is an input in lower case without spaces and semicolon around it.
func bare(line string) string { return strings.ToLower(strings.Trim(line, "; \t\r\n")) }

// accepts tells whether an input may run as it is, or needs more lines.
func accepts(line string) bool {
	switch bare(line) {
	case "quit", "exit", "help":
		return true
	}
	for at := 0; at < len(line); {
		p := nextPiece(line, at)
		if p.start < p.end && !p.ended {
			return false
		}
		at = p.after
	}
	return true
}

func newEditor(c *completer, color bool) *readline.Shell {
	e := readline.NewShell()
	e.Prompt.Primary(func() string { return paint(color, bold, strings.TrimSuffix(prompt, "> ")) + "> " })
	e.AcceptMultiline = func(line []rune) bool { return accepts(string(line)) }
	e.SyntaxHighlighter = func(line []rune) string {
		cols, rows := size(c.console.stdout)
		return display(string(line), color, cols, rows)
	}
	e.Completer = func(line []rune, cursor int) readline.Completions {
		before := string(line[:cursor])
		prefix, found := c.complete(before, string(line[cursor:]))
		cols, rows := size(c.console.stdout)
		room := rows - 3 - inputRows(strings.Split(string(line), "\n"), cols)
		return completions(prefix, found, before[strings.LastIndexAny(before, " \t\n")+1:], cols, room)
	}
	configure(e)
	if file, err := historyFile(); err == nil {
		if h, err := readline.NewHistoryFromFile(file); err == nil {
			e.History.Delete()
			e.History.Add("history", h)
		}
	}
	return e
}

// configure makes Tab complete as far as all candidates agree and list them, the arrows move through the lines of a statement before they move
// through the history, and ë an ë: by default the editor takes U+0080 to U+00FF for a letter with the Meta key. It must not ask the terminal where
// the cursor is, since it drops keys that arrive together with the answer; the prompt begins a line anyway.
func configure(e *readline.Shell) {
	for key, value := range map[string]any{"completion-ignore-case": true, "bell-style": "none", "menu-complete-display-prefix": true,
		"multiline-column": false, "cursor-position-probe": false, "comment-begin": "--", "convert-meta": false, "input-meta": true, "output-meta": true} {
		_ = e.Config.Set(key, value)
	}
	for keys, action := range map[string]string{`\t`: "menu-complete", `\M-[A`: "up-line-or-history", `\M-[B`: "down-line-or-history", `\M-OA`: "up-line-or-history",
		`\M-OB`: "down-line-or-history"} {
		for _, keymap := range []string{"emacs", "emacs-standard", "vi-insert"} {
			_ = e.Config.Bind(keymap, inputrc.Unescape(keys), action, false)
		}
	}
}

// completions translates candidates for the editor. The editor takes the word between blanks for the prefix when it gets an empty one; then
// candidates begin with that word.
func completions(prefix string, found []candidate, word string, cols, room int) readline.Completions {
	if prefix == "" {
		prefix = word
	} else {
		word = ""
	}
	found, hidden := fit(found, cols, room)
	values := make([]readline.Completion, len(found))
	for i, f := range found {
		values[i] = readline.Completion{Value: word + f.text, Display: f.label(), Description: f.doc, Tag: f.kind}
		if f.kind == "columns" {
			values[i].Description = ""
		}
	}
	out := readline.CompleteRaw(values).NoSort("columns")
	if hidden > 0 {
		out = out.Usage("%d more begin like this", hidden)
	}
	out.PREFIX = prefix
	return out
}

// historyFile returns the file of earlier inputs, made if there is none. SPARROW_HISTORY names another.
func historyFile() (string, error) {
	path := os.Getenv("SPARROW_HISTORY")
	if path == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, "sparrow", "history")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

// restoreOnTermination leaves the terminal as it was when the process is told to end while it waits for a key.
func restoreOnTermination(ctx context.Context, s *sparrow.Session) {
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return
	}
	context.AfterFunc(ctx, func() {
		_ = term.Restore(fd, before)
		_ = s.Close()
		os.Exit(143)
	})
}
