// Package sqlerr holds the one error type that Sparrow shows a user: a Spark error condition with its SQLSTATE, the place in
// the statement text, and a suggestion.
//
// Sparrow makes no compatibility promise for this package beyond the fields of Error.
package sqlerr

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Pos is a half-open byte range [Start, End) of the statement text, or of another one, In, that the statement uses. The zero Pos means "no
// place known"; a node that begins at the first byte has Start 0 and End > 0. The place behind the text has Start = its length and End one more.
type Pos struct {
	Start, End int32
	In         *Origin
}

// Origin is a text that a statement uses beside its own.
type Origin struct {
	Name string // what people call it: "view v"
	Text string
}

// Known reports whether p names a place.
func (p Pos) Known() bool { return p.End > p.Start }

// Join returns the smallest range that covers both; of places in different texts, p.
func (p Pos) Join(q Pos) Pos {
	if !p.Known() {
		return q
	}
	if !q.Known() || p.In != q.In {
		return p
	}
	return Pos{min(p.Start, q.Start), max(p.End, q.End), p.In}
}

// Error is an error of a query. Condition is Spark's name ("DIVIDE_BY_ZERO", "UNRESOLVED_COLUMN.WITH_SUGGESTION"), State its
// SQLSTATE, Message a full sentence without the condition, Hint what the user can do.
type Error struct {
	Condition string
	State     string
	Message   string
	Hint      string
	Pos       Pos
	Text      string // what Pos points into, once known: the statement, or the text of Pos.In
	Cause     error
}

// New makes an error of a condition; the SQLSTATE comes from the table of conditions.
func New(condition string, pos Pos, format string, args ...any) *Error {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	return &Error{Condition: condition, State: State(condition), Message: msg, Pos: pos}
}

// Unsupported says that a feature parses but is not executed; feature is upper snake case ("PIPE_SYNTAX").
func Unsupported(feature string, pos Pos, format string, args ...any) *Error {
	return New("UNSUPPORTED_FEATURE."+feature, pos, format, args...)
}

// Internal reports a broken invariant of Sparrow itself, never a mistake of the user.
func Internal(format string, args ...any) *Error {
	return New("INTERNAL_ERROR", Pos{}, format, args...)
}

// WithHint sets the suggestion and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithCause sets the wrapped error and returns e.
func (e *Error) WithCause(err error) *Error { e.Cause = err; return e }

// At sets the place if none is known yet and returns e.
func (e *Error) At(pos Pos) *Error {
	if !e.Pos.Known() {
		e.Pos = pos
	}
	return e
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Error returns "[CONDITION] message SQLSTATE: state", and the line with a caret when the place is known.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s", e.Condition, e.Message)
	if e.Hint != "" {
		b.WriteString(" " + e.Hint)
	}
	if e.State != "" {
		b.WriteString(" SQLSTATE: " + e.State)
	}
	for _, s := range []string{e.Within(), e.Snippet()} {
		if s != "" {
			b.WriteString("\n" + s)
		}
	}
	return b.String()
}

// LineCol returns the 1-based line and the 0-based column (in characters, as Spark counts) of the place, or 0, 0.
func (e *Error) LineCol() (line, col int) {
	if e.Text == "" || !e.Pos.Known() || int(e.Pos.Start) > len(e.Text) {
		return 0, 0
	}
	before := e.Text[:e.Pos.Start]
	nl := strings.LastIndexByte(before, '\n')
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[nl+1:])
}

// Within returns "in view v, line 1, column 8" for a place in another text than the statement's, else "". Columns count from 1 here.
func (e *Error) Within() string {
	line, col := e.LineCol()
	if e.Pos.In == nil || line == 0 {
		return ""
	}
	return fmt.Sprintf("in %s, line %d, column %d", e.Pos.In.Name, line, col+1)
}

// Snippet returns the line of the statement that the error points at, with carets below the place, or "".
func (e *Error) Snippet() string {
	line, col := e.LineCol()
	if line == 0 {
		return ""
	}
	text := strings.Split(e.Text, "\n")[line-1]
	rest := utf8.RuneCountInString(text) - col
	n := 1
	if end := int(e.Pos.End); end <= len(e.Text) {
		n = utf8.RuneCountInString(e.Text[e.Pos.Start:end])
	}
	n = max(1, min(n, rest))
	prefix := fmt.Sprintf("%4d | ", line)
	var below strings.Builder
	for i, r := range []rune(text) {
		mark := " "
		switch {
		case i >= col+n:
			continue
		case i >= col:
			mark = "^"
		case r == '\t':
			mark = "\t"
		}
		below.WriteString(strings.Repeat(mark, columns(r)))
	}
	if rest < 1 { // behind the end of the line
		below.WriteByte('^')
	}
	return prefix + text + "\n" + strings.Repeat(" ", len(prefix)) + below.String()
}

// columns returns how many columns of a terminal a character takes.
func columns(r rune) int {
	switch k := width.LookupRune(r).Kind(); {
	case k == width.EastAsianWide || k == width.EastAsianFullwidth:
		return 2
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	return 1
}

// Attach gives err the text it points into, which is the statement's unless the place says otherwise. Errors that are not *Error are returned
// as they are.
func Attach(err error, text string) error {
	var e *Error
	if errors.As(err, &e) && e.Text == "" {
		e.Text = text
		if e.Pos.In != nil {
			e.Text = e.Pos.In.Text
		}
	}
	return err
}

// As returns err as *Error, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

//go:embed conditions.tsv
var conditionTable string

var states = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 2048)
	for line := range strings.SplitSeq(conditionTable, "\n") {
		if name, state, ok := strings.Cut(line, "\t"); ok {
			m[name] = strings.TrimSpace(state)
		}
	}
	return m
})

// State returns the SQLSTATE of a condition; a sub-condition without an own one has its parent's, an unknown feature of UNSUPPORTED_FEATURE
// 0A000, any other unknown one XX000.
func State(condition string) string {
	m := states()
	for c := condition; c != ""; {
		if s := m[c]; s != "" {
			return s
		}
		i := strings.LastIndexByte(c, '.')
		if i < 0 {
			break
		}
		c = c[:i]
	}
	if strings.HasPrefix(condition, "UNSUPPORTED_FEATURE.") {
		return "0A000"
	}
	return "XX000"
}
