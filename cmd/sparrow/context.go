package main

import (
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/sql"
)

// word is a part of a statement other than a comment, keywords in upper case beside their text.
type word struct {
	text    string
	keyword string // in upper case, "" for other parts
	name    bool   // may name something
}

func words(text string, parts []sql.Part) []word {
	var out []word
	for _, p := range parts {
		if p.Class == sql.Comment {
			continue
		}
		w := word{text: text[p.Start:p.End], name: p.Class == sql.Word || p.Class == sql.Quoted}
		if p.Class == sql.Keyword {
			w.keyword = strings.ToUpper(w.text)
		}
		out = append(out, w)
	}
	return out
}

// relation is something that FROM names.
type relation struct {
	source string // as it is written in FROM, "" for a subquery
	alias  string
	cte    bool
}

// beforeRelation are the keywords that a table follows.
var beforeRelation = []string{"FROM", "JOIN", "INTO", "TABLE", "UPDATE", "DESCRIBE", "DESC", "OVERWRITE"}

// endOfFrom are the keywords that no relation follows although a comma does.
var endOfFrom = []string{"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "SELECT", "WINDOW", "QUALIFY", "ON", "SET", "VALUES", "SORT", "CLUSTER", "DISTRIBUTE"}

// expectsRelation tells whether the next word is a table: behind FROM and the like, or behind a comma of FROM's list.
func expectsRelation(w []word) bool {
	if len(w) == 0 {
		return false
	}
	last := w[len(w)-1]
	if slices.Contains(beforeRelation, last.keyword) {
		return true
	}
	if last.text != "," {
		return false
	}
	depth := 0
	for i := len(w) - 1; i >= 0; i-- {
		switch t := w[i]; {
		case t.text == ")":
			depth++
		case t.text == "(":
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && t.keyword == "FROM":
			return true
		case depth == 0 && slices.Contains(endOfFrom, t.keyword), depth == 0 && t.text == ";":
			return false
		}
	}
	return false
}

// relations finds what a statement reads, aliases included, and what its WITH defines. It guesses, since the statement may be half-written.
func relations(w []word) []relation {
	var out []relation
	at := func(i int) word {
		if i >= 0 && i < len(w) {
			return w[i]
		}
		return word{}
	}
	for i := range w {
		if w[i].name && at(i+1).keyword == "AS" && at(i+2).text == "(" && (at(i-1).keyword == "WITH" || at(i-1).keyword == "RECURSIVE" || at(i-1).text == ",") {
			out = append(out, relation{alias: w[i].text, cte: true})
		}
		if !expectsRelation(w[:i]) {
			continue
		}
		r, next := relation{}, i
		switch {
		case w[i].text == "(":
			next = closing(w, i) + 1
		default:
			r.source, next = source(w, i)
		}
		if at(next).text == "(" { // a function
			next = closing(w, next) + 1
		}
		if at(next).keyword == "AS" {
			next++
		}
		if at(next).name {
			r.alias = w[next].text
		}
		if r.source != "" || r.alias != "" {
			out = append(out, r)
		}
	}
	return out
}

// source reads a name with dots, or a text.
func source(w []word, i int) (string, int) {
	var b strings.Builder
	for ; i < len(w); i += 2 {
		if t := w[i].text; !w[i].name && t[0] != '\'' && (w[i].keyword == "" || slices.Contains(beforeRelation, w[i].keyword) || slices.Contains(endOfFrom, w[i].keyword)) {
			break
		}
		b.WriteString(w[i].text)
		if i+1 >= len(w) || w[i+1].text != "." {
			return b.String(), i + 1
		}
		b.WriteByte('.')
	}
	return strings.TrimSuffix(b.String(), "."), i
}

// closing returns the place of the bracket that closes the one at i, or the last word.
func closing(w []word, i int) int {
	depth := 0
	for j := i; j < len(w); j++ {
		switch w[j].text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(w) - 1
}

// qualifier is the name with dots that stands before the last dot.
func qualifier(w []word) string {
	end := len(w) - 1
	begin := end
	for begin > 0 && (begin-1 == end-1 || w[begin-1].text == "." || w[begin].text == ".") {
		if w[begin-1].text != "." && !w[begin-1].name && w[begin-1].keyword == "" {
			break
		}
		begin--
	}
	var b strings.Builder
	for _, t := range w[begin:end] {
		b.WriteString(t.text)
	}
	return b.String()
}
