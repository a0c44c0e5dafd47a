package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/types"
)

// candidate is a text that may stand in place of the prefix.
type candidate struct {
	text string
	doc  string
	kind string // the heading that it is listed under
}

// completer knows what may follow a half-written statement. It asks the session for names once a prompt.
type completer struct {
	console *console
	tables  []string
	asked   bool
	columns map[string][]candidate // by the text that names a relation
}

func newCompleter(c *console) *completer {
	return &completer{console: c, columns: map[string][]candidate{}}
}

// reset forgets names, which a statement may have changed.
func (c *completer) reset() { c.tables, c.asked, c.columns = nil, false, map[string][]candidate{} }

// complete returns what may stand at the end of before, in place of its ending prefix. after is the rest of the text.
func (c *completer) complete(before, after string) (prefix string, out []candidate) {
	if strings.HasPrefix(strings.TrimLeft(before, " \t"), `\`) {
		return c.metaCommand(strings.TrimLeft(before, " \t"))
	}
	parts := sql.Parts(before)
	n := len(parts)
	if n > 0 && parts[n-1].Open {
		return c.inside(before, after, parts)
	}
	if n > 0 && parts[n-1].Class == sql.Comment && parts[n-1].End == len(before) {
		return "", nil
	}
	if n > 0 && parts[n-1].End == len(before) && (parts[n-1].Class == sql.Word || parts[n-1].Class == sql.Keyword) {
		prefix = before[parts[n-1].Start:]
		parts = parts[:n-1]
	}
	w := words(before, parts)
	rels := relations(words(before+after, sql.Parts(before+after)))
	switch {
	case len(w) > 1 && w[len(w)-1].text == ".":
		out = c.qualified(qualifier(w), rels)
	case expectsRelation(w):
		out = slices.Concat(c.relationNames(rels), keywords(prefix, "SELECT", "LATERAL", "VALUES", "range"))
	case len(w) == 0 || w[len(w)-1].text == ";":
		out = keywords(prefix, starters...)
	default:
		out = c.anything(prefix, rels)
	}
	return prefix, filter(out, prefix)
}

// starters begin statements.
var starters = []string{"SELECT", "WITH", "FROM", "VALUES", "SHOW", "DESCRIBE", "EXPLAIN", "CREATE", "DROP", "INSERT", "SET", "RESET", "USE", "CACHE", "UNCACHE", "ANALYZE",
	"TRUNCATE", "DECLARE", "TABLE"}

// filter keeps what begins like the prefix, case aside, once.
func filter(in []candidate, prefix string) []candidate {
	var out []candidate
	seen := map[string]bool{}
	for _, c := range in {
		key := strings.ToLower(c.text)
		if len(c.text) >= len(prefix) && strings.EqualFold(c.text[:len(prefix)], prefix) && !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out
}

// anything is what may stand in an expression or between clauses: columns first, then tables, and once a letter is there functions and
// keywords, which are too many to list all.
func (c *completer) anything(prefix string, rels []relation) []candidate {
	var out []candidate
	for _, r := range rels {
		out = append(out, c.columnsOf(r.source)...)
	}
	for _, r := range rels {
		if r.alias != "" {
			out = append(out, candidate{r.alias, r.source, "tables"})
		}
	}
	out = append(out, c.relationNames(rels)...)
	if prefix == "" {
		return out
	}
	for _, f := range functions.All() {
		if isName(f.Name) {
			out = append(out, candidate{f.Name + "(", brief(f), "functions"})
		}
	}
	return append(out, keywords(prefix, sql.Keywords()...)...)
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// keywords are written in the case that the prefix begins with.
func keywords(prefix string, words ...string) []candidate {
	lower := prefix != "" && prefix[0] >= 'a' && prefix[0] <= 'z'
	out := make([]candidate, len(words))
	for i, w := range words {
		if lower {
			w = strings.ToLower(w)
		}
		out[i] = candidate{text: w, kind: "keywords"}
	}
	return out
}

// inside completes names of files inside text, of tables and columns inside back-ticks.
func (c *completer) inside(before, after string, parts []sql.Part) (string, []candidate) {
	last := parts[len(parts)-1]
	typed := before[last.Start:]
	switch last.Class {
	case sql.Text:
		if typed[0] != '\'' && typed[0] != '"' {
			return "", nil
		}
		return typed[1:], files(typed[1:])
	case sql.Quoted:
		rels := relations(words(before+after, sql.Parts(before+after)))
		var out []candidate
		for _, r := range rels {
			out = append(out, c.columnsOf(r.source)...)
		}
		out = append(out, c.relationNames(nil)...)
		for i := range out {
			out[i].text = strings.Trim(out[i].text, "`") + "`"
		}
		return typed[1:], filter(out, typed[1:])
	}
	return "", nil
}

// files lists what begins like a path; folders end in a slash. Hidden files show once a dot is typed.
func files(typed string) []candidate {
	dir, base := filepath.Split(typed)
	look := expand(dir)
	if look == "" {
		look = "."
	}
	entries, err := os.ReadDir(look)
	if err != nil {
		return nil
	}
	var out []candidate
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || name[0] == '.' && base == "" {
			continue
		}
		folder := e.IsDir()
		if info, err := os.Stat(filepath.Join(look, name)); err == nil {
			folder = info.IsDir()
		}
		if folder {
			name += "/"
		}
		out = append(out, candidate{text: dir + name, kind: "files"})
	}
	return out
}

// metaCommand completes a backslash command and its argument.
func (c *completer) metaCommand(line string) (string, []candidate) {
	name, arg, found := strings.Cut(line, " ")
	var out []candidate
	if !found {
		for _, m := range metaCommands() {
			out = append(out, candidate{m.name, m.doc, "commands"})
		}
		return name, filter(out, name)
	}
	arg = strings.TrimLeft(arg, " ")
	switch name {
	case `\d`:
		out = c.relationNames(nil)
	case `\df`, `\h`:
		for _, f := range functions.All() {
			if isName(f.Name) {
				out = append(out, candidate{f.Name, brief(f), "functions"})
			}
		}
	case `\mode`:
		for _, m := range modes {
			out = append(out, candidate{text: m})
		}
	case `\timing`, `\pager`:
		out = []candidate{{text: "on"}, {text: "off"}}
	case `\o`, `\i`:
		return arg, files(arg)
	case `\conf`:
		rows, _ := c.console.settings(context.Background(), "")
		for _, r := range rows {
			out = append(out, candidate{r[0], r[2], "settings"})
		}
	}
	return arg, filter(out, arg)
}

// relationNames lists tables and views, and the names that WITH gives.
func (c *completer) relationNames(rels []relation) []candidate {
	if !c.asked {
		c.asked = true
		c.tables, _ = c.console.column(context.Background(), "SHOW TABLES", 1)
	}
	var out []candidate
	for _, r := range rels {
		if r.cte {
			out = append(out, candidate{r.alias, "WITH", "tables"})
		}
	}
	for _, t := range c.tables {
		out = append(out, candidate{types.QuoteIfNeeded(t), "", "tables"})
	}
	return out
}

// columnsOf returns the columns of a relation, none if there is no such.
func (c *completer) columnsOf(source string) []candidate {
	if source == "" {
		return nil
	}
	if known, ok := c.columns[source]; ok {
		return known
	}
	var out []candidate
	if df, err := c.console.session.SQL(context.Background(), "SELECT * FROM "+source); err == nil {
		out = columnsOf(df)
	}
	c.columns[source] = out
	return out
}

func columnsOf(df *sparrow.DataFrame) []candidate {
	var out []candidate
	ts := df.Types()
	for i, name := range df.Columns() {
		out = append(out, candidate{types.QuoteIfNeeded(name), ts[i], "columns"})
	}
	return out
}

// qualified completes what stands behind a dot: columns of an alias or table, else tables of a database.
func (c *completer) qualified(name string, rels []relation) []candidate {
	for _, r := range rels {
		if strings.EqualFold(r.alias, name) || strings.EqualFold(r.source, name) || strings.EqualFold(lastName(r.source), name) {
			return c.columnsOf(r.source)
		}
	}
	var out []candidate
	for _, what := range []string{"TABLES"} {
		found, _ := c.console.column(context.Background(), "SHOW "+what+" IN "+name, 1)
		for _, t := range found {
			out = append(out, candidate{types.QuoteIfNeeded(t), "", "tables"})
		}
	}
	return append(out, c.columnsOf(name)...)
}

func lastName(source string) string { return source[strings.LastIndexByte(source, '.')+1:] }
