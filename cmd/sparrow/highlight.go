package main

import (
	"strings"

	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sql"
)

// highlight colours a statement or meta command while it is typed. It changes nothing else: without the escapes the text is the same.
func highlight(text string) string {
	if strings.HasPrefix(strings.TrimLeft(text, " \t"), `\`) {
		name, rest, found := strings.Cut(text, " ")
		if found {
			rest = " " + rest
		}
		return paint(true, bold, name) + rest
	}
	var b strings.Builder
	at := 0
	parts := sql.Parts(text)
	for i, p := range parts {
		b.WriteString(text[at:p.Start])
		at = p.End
		paintLines(&b, style(text, parts, i), text[p.Start:p.End])
	}
	b.WriteString(text[at:])
	return b.String()
}

// paintLines colours every line for itself, since the editor writes prompts between them.
func paintLines(b *strings.Builder, style, s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(paint(style != "", style, line))
	}
}

// style returns the colour of a part.
func style(text string, parts []sql.Part, i int) string {
	p := parts[i]
	switch p.Class {
	case sql.Keyword, sql.Word:
		word := text[p.Start:p.End]
		afterDot := i > 0 && text[parts[i-1].Start:parts[i-1].End] == "."
		called := i+1 < len(parts) && text[parts[i+1].Start] == '('
		switch {
		case afterDot:
			return ""
		case called && functions.Lookup(word) != nil:
			return blue
		case p.Class == sql.Keyword:
			return magenta
		}
	case sql.Text:
		return green
	case sql.Number:
		return cyan
	case sql.Comment:
		return dim
	}
	return ""
}
