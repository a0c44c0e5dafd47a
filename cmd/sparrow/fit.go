package main

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// group is the candidates under one heading.
type group struct {
	items     []candidate
	explained bool // each on a line of its own, with its doc
}

// fit makes a list of candidates as short as the terminal, which the editor does not do since it does not know where the list begins: it leaves
// explanations away, then candidates. Those that stay begin no more alike than all do, so that the editor completes no letter that is not sure.
func fit(found []candidate, cols, room int) (shown []candidate, hidden int) {
	var groups []*group
	kinds := map[string]*group{}
	for _, c := range found {
		g := kinds[c.kind]
		if g == nil {
			g = &group{}
			kinds[c.kind] = g
			groups = append(groups, g)
		}
		g.items = append(g.items, c)
		g.explained = g.explained || c.doc != "" && c.kind != "columns"
	}
	if total(groups, cols) > room {
		for _, g := range groups {
			g.shorten()
		}
	}
	for total(groups, cols) > room {
		g := slices.MaxFunc(groups, func(a, b *group) int { return a.rows(cols) - b.rows(cols) })
		gone := g.cut((g.rows(cols) - 2) * g.perRow(cols))
		if gone == 0 {
			break // two of each heading is the least
		}
		hidden += gone
	}
	for _, g := range groups {
		shown = append(shown, g.items...)
	}
	return shown, hidden
}

func total(groups []*group, cols int) int {
	n := 0
	for _, g := range groups {
		n += g.rows(cols)
	}
	return n
}

// rows counts the heading, too.
func (g *group) rows(cols int) int {
	per := g.perRow(cols)
	return 1 + (len(g.items)+per-1)/per
}

func (g *group) perRow(cols int) int {
	if g.explained {
		return 1
	}
	widest := 0
	for _, c := range g.items {
		widest = max(widest, text.StringWidthWithoutEscSequences(c.label()))
	}
	return max(1, cols/(widest+2))
}

// shorten leaves the explanations away; the types of columns stay.
func (g *group) shorten() {
	g.explained = false
	for i := range g.items {
		if g.items[i].kind != "columns" {
			g.items[i].doc = ""
		}
	}
}

// cut keeps n candidates at most, among them the first and the last in order, and returns how many it takes away.
func (g *group) cut(n int) int {
	if n = max(n, 2); n >= len(g.items) {
		return 0
	}
	slices.SortFunc(g.items, func(a, b candidate) int { return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text)) })
	gone := len(g.items) - n
	g.items = append(g.items[:n-1:n-1], g.items[len(g.items)-1])
	return gone
}

// label is what a list shows. The type of a column belongs to it, because the editor lists together what has the same explanation.
func (c candidate) label() string {
	if c.kind == "columns" {
		return c.text + " " + c.doc
	}
	return c.text
}
