package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sparrow-engine/sparrow"
)

// describe writes an error for people: the condition and what happened, the line with carets below the place, and what may help.
func describe(err error, color bool) string {
	var e *sparrow.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	var b strings.Builder
	var p *placedError
	if errors.As(err, &p) {
		b.WriteString(p.place)
	}
	b.WriteString(paint(color, red, "["+e.Condition+"]") + " " + e.Message)
	if e.State != "" {
		b.WriteString(" SQLSTATE: " + e.State)
	}
	if s := e.Within(); s != "" {
		b.WriteString("\n" + s)
	}
	if s := e.Snippet(); s != "" {
		line, carets, _ := strings.Cut(s, "\n")
		b.WriteString("\n" + line + "\n" + paint(color, red, carets))
	}
	if e.Hint != "" {
		b.WriteString("\n" + paint(color, bold, "Hint:") + " " + e.Hint)
	}
	return b.String()
}

// placedError is an error of a script's line.
type placedError struct {
	place string // "file.sql:3: "
	err   error
}

func (p *placedError) Error() string { return p.place + p.err.Error() }
func (p *placedError) Unwrap() error { return p.err }

// within makes the error of a statement point into the script that the statement begins at an offset of. The error itself, which a cached
// plan may hold, stays as it is.
func within(err error, script string, offset int) error {
	var e *sparrow.Error
	if !errors.As(err, &e) || !e.Pos.Known() || e.Pos.In != nil || offset+len(e.Text) > len(script) || script[offset:offset+len(e.Text)] != e.Text {
		return err
	}
	moved := *e
	moved.Text = script
	moved.Pos.Start += int32(offset)
	moved.Pos.End += int32(offset)
	return &moved
}

// inFile names the file and line of an error in a script; a script without name leaves it as it is.
func inFile(err error, name, script string, offset int) error {
	if err == nil || name == "" {
		return err
	}
	var p *placedError
	if errors.As(err, &p) {
		return err // of a file that this one includes
	}
	line := strings.Count(script[:offset], "\n") + 1
	var e *sparrow.Error
	if errors.As(err, &e) && e.Text == script {
		line, _ = e.LineCol()
	}
	return &placedError{fmt.Sprintf("%s:%d: ", name, line), err}
}
