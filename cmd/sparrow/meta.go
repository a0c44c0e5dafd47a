package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// errQuit ends the shell or the file being run.
var errQuit = errors.New("quit")

// metaCommand is a command that begins with a backslash.
type metaCommand struct {
	name string
	args string // as the help shows them
	doc  string
	run  func(c *console, ctx context.Context, arg string) error
}

func metaCommands() []metaCommand {
	return []metaCommand{
		{`\d`, "[NAME|PATTERN]", "tables and views, or the columns of one", (*console).metaDescribe},
		{`\df`, "[NAME|PATTERN]", "functions, or the manual of one", (*console).metaFunctions},
		{`\mode`, "[" + strings.Join(modes, "|") + "]", "the form of results", (*console).metaMode},
		{`\rows`, "[N|all]", "how many rows of a table the shell shows", (*console).metaRows},
		{`\timing`, "[on|off]", "print the time of every statement", (*console).metaTiming},
		{`\pager`, "[on|off]", "show results larger than the screen with $PAGER (less -SRX)", (*console).metaPager},
		{`\o`, "[FILE]", "write results to a file, or to the screen again", (*console).metaOutput},
		{`\i`, "FILE", "run a file of statements", (*console).metaInclude},
		{`\conf`, "[KEY[=VALUE]]", "settings that contain KEY, or set one", (*console).metaConf},
		{`\h`, "[FUNCTION]", "this help, or the manual of a function", (*console).metaHelp},
		{`\?`, "", "this help", (*console).metaHelp},
		{`\q`, "", "leave (also Ctrl-D)", func(*console, context.Context, string) error { return errQuit }},
	}
}

// meta runs a line that begins with a backslash.
func (c *console) meta(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	name = strings.TrimRight(name, ";")
	arg = strings.TrimSpace(strings.TrimRight(arg, "; \t"))
	var names []string
	for _, m := range metaCommands() {
		if m.name == name {
			return m.run(c, ctx, arg)
		}
		names = append(names, m.name)
	}
	hint := ""
	if near := sqlerr.Nearest(name, names, 1); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean %s?", near[0])
	}
	return fmt.Errorf("there is no command %s (\\? lists them)%s", name, hint)
}

// say tells the user of the shell what a command did; scripts stay silent.
func (c *console) say(format string, args ...any) {
	if c.interactive {
		fmt.Fprintf(c.stdout, format+"\n", args...)
	}
}

func (c *console) metaDescribe(ctx context.Context, name string) error {
	switch {
	case name == "":
		return c.statement(ctx, "SHOW TABLES")
	case strings.ContainsAny(name, "*%") && name[0] != '\'' && name[0] != '`':
		return c.statement(ctx, "SHOW TABLES LIKE '"+strings.ReplaceAll(name, "'", `\'`)+"'")
	case name[0] == '\'' || strings.Contains(name, ".`"):
		return withoutPlace(c.statement(ctx, "DESCRIBE QUERY SELECT * FROM "+name))
	case !strings.ContainsAny(name, "`."):
		name = types.QuoteIfNeeded(name)
	}
	return withoutPlace(c.statement(ctx, "DESCRIBE TABLE "+name))
}

// withoutPlace takes the place from an error in a statement that the user has not written.
func withoutPlace(err error) error {
	var e *sparrow.Error
	if !errors.As(err, &e) {
		return err
	}
	plain := *e
	plain.Pos, plain.Text = sqlerr.Pos{}, ""
	return &plain
}

func (c *console) metaFunctions(ctx context.Context, pattern string) error {
	if f := functions.Lookup(pattern); f != nil && pattern != "" {
		_, err := fmt.Fprint(c.stdout, manual(f))
		return err
	}
	var rows [][]string
	for _, f := range functions.All() {
		if strings.IndexFunc(f.Name, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0 && matches(pattern, f.Name) {
			rows = append(rows, []string{f.Name, brief(f)})
		}
	}
	own, err := c.userFunctions(ctx)
	if err != nil {
		return err
	}
	for _, name := range own {
		if matches(pattern, name) {
			rows = append(rows, []string{name, "(created in this session)"})
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("there is no function like %s.%s", pattern, near(pattern, functions.Names()))
	}
	return c.list(ctx, []string{"function", "description"}, rows)
}

// list prints rows whose last column explains the others; on a terminal the explanations are cut to its width.
func (c *console) list(ctx context.Context, cols []string, rows [][]string) error {
	last := len(cols) - 1
	room := width(c.stdout) - 3*len(cols) - 1
	for i := range last {
		widest := len(cols[i])
		for _, r := range rows {
			widest = max(widest, text.StringWidthWithoutEscSequences(r[i]))
		}
		room -= widest
	}
	if c.interactive && c.file == nil && c.printer.mode == "table" {
		for _, r := range rows {
			r[last] = text.Snip(r[last], max(room, 20), "…")
		}
	}
	return c.show(ctx, func(context.Context) (result, error) { return textResult(cols, rows), nil })
}

func near(name string, names []string) string {
	n := sqlerr.Nearest(name, names, 3)
	if len(n) == 0 {
		return ""
	}
	return " Near: " + strings.Join(n, ", ") + "."
}

// userFunctions lists the functions that were made by CREATE FUNCTION.
func (c *console) userFunctions(ctx context.Context) ([]string, error) {
	return c.column(ctx, "SHOW USER FUNCTIONS", 0)
}

// column runs a statement and returns one column of its result.
func (c *console) column(ctx context.Context, statement string, i int) ([]string, error) {
	df, err := c.session.SQL(ctx, statement)
	if err != nil {
		return nil, err
	}
	var out []string
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, cell(row[i]))
	}
	return out, nil
}

// matches tells whether a name has the form of a pattern with * and %, or contains a plain one; case does not count.
func matches(pattern, name string) bool {
	pattern, name = strings.ToLower(strings.ReplaceAll(pattern, "%", "*")), strings.ToLower(name)
	if !strings.Contains(pattern, "*") {
		return strings.Contains(name, pattern)
	}
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, last)
}

// brief is the first sentence about a function.
func brief(f *expr.Func) string {
	_, text, ok := strings.Cut(f.Usage, " - ")
	if !ok {
		text = f.Usage
	}
	text, _, _ = strings.Cut(text, "\n")
	if i := strings.Index(text, ". "); i > 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, ".")
}

// manual is all there is to say about a function.
func manual(f *expr.Func) string {
	var b strings.Builder
	b.WriteString(f.Usage + "\n")
	if len(f.Aliases) > 0 {
		b.WriteString("Also called " + strings.Join(f.Aliases, ", ") + ".\n")
	}
	for _, e := range f.Examples {
		b.WriteString("  > " + strings.TrimSuffix(e.SQL, ";") + ";\n")
		for line := range strings.SplitSeq(strings.TrimRight(e.Want, "\n"), "\n") {
			b.WriteString("  " + line + "\n")
		}
	}
	return b.String()
}

func (c *console) metaMode(_ context.Context, mode string) error {
	if mode == "" {
		fmt.Fprintln(c.stdout, c.printer.mode)
		return nil
	}
	return c.printer.setMode(strings.ToLower(mode))
}

func (c *console) metaRows(_ context.Context, arg string) error {
	n, err := strconv.Atoi(arg)
	switch {
	case arg == "" && c.printer.maxRows == 0:
		fmt.Fprintln(c.stdout, "all")
	case arg == "":
		fmt.Fprintln(c.stdout, c.printer.maxRows)
	case arg == "all":
		c.printer.maxRows = 0
	case err != nil || n < 1:
		return fmt.Errorf("\\rows takes a number or all, not %q", arg)
	default:
		c.printer.maxRows = n
	}
	return nil
}

func (c *console) metaTiming(_ context.Context, arg string) error {
	return c.toggle(&c.timing, "Timing", arg)
}
func (c *console) metaPager(_ context.Context, arg string) error {
	return c.toggle(&c.pager, "The pager", arg)
}

func (c *console) toggle(v *bool, what, arg string) error {
	switch strings.ToLower(arg) {
	case "":
		*v = !*v
	case "on", "true", "1":
		*v = true
	case "off", "false", "0":
		*v = false
	default:
		return fmt.Errorf("%s can be on or off, not %q", strings.ToLower(what), arg)
	}
	c.say("%s is %s.", what, map[bool]string{true: "on", false: "off"}[*v])
	return nil
}

func (c *console) metaOutput(_ context.Context, path string) error {
	if path == "" {
		return c.close()
	}
	f, err := os.Create(expand(path))
	if err != nil {
		return err
	}
	err = c.close()
	c.file = f
	return err
}

func (c *console) metaInclude(ctx context.Context, path string) error {
	if path == "" {
		return errors.New(`\i needs the name of a file`)
	}
	return c.runFile(ctx, expand(path))
}

func (c *console) metaConf(ctx context.Context, arg string) error {
	key, value, set := strings.Cut(arg, "=")
	key = strings.TrimSpace(key)
	if set {
		return c.session.SetConf(key, strings.TrimSpace(value))
	}
	rows, err := c.settings(ctx, key)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		if v, known := c.session.Conf(key); known {
			rows = [][]string{{key, v, ""}}
		} else {
			return fmt.Errorf("there is no setting like %s", key)
		}
	}
	return c.list(ctx, []string{"key", "value", "meaning"}, rows)
}

// settings returns key, value and meaning of the settings whose key contains a text.
func (c *console) settings(ctx context.Context, part string) ([][]string, error) {
	df, err := c.session.SQL(ctx, "SET -v")
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for row, err := range df.Cells(ctx) {
		if err != nil {
			return nil, err
		}
		if strings.Contains(strings.ToLower(cell(row[0])), strings.ToLower(part)) {
			rows = append(rows, []string{cell(row[0]), cell(row[1]), cell(row[2])})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return rows, nil
}

func (c *console) metaHelp(ctx context.Context, name string) error {
	if name != "" {
		return c.metaFunctions(ctx, name)
	}
	var b strings.Builder
	b.WriteString("A statement ends with a semicolon and may have several lines. Commands:\n")
	for _, m := range metaCommands() {
		fmt.Fprintf(&b, "  %-42s %s\n", m.name+" "+m.args, m.doc)
	}
	b.WriteString("Tab completes, Ctrl-R searches the history, Ctrl-C clears the input or cancels the query.\n")
	_, err := fmt.Fprint(c.stdout, b.String())
	return err
}
