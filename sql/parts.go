package sql

import "strings"

// Class is what a part of a text is to somebody who reads it.
type Class uint8

// The classes of parts.
const (
	Symbol  Class = iota // operators, brackets, commas, what nobody knows
	Keyword              // a keyword, which may also be used as a name
	Word                 // a name without quotes
	Quoted               // a name in back-ticks
	Text                 // '…', "…" or $$…$$
	Number
	Comment // also hints
)

// Part is the range [Start, End) of a text.
type Part struct {
	Start, End int
	Class      Class
	Open       bool // text, comment or quoted name that has no end
}

// Parts cuts any text, be it right or wrong, into what the parser sees and the comments between; white space belongs to no part. Highlighting
// and completion go by it, so that they agree with the parser about what is text, comment or keyword.
func Parts(text string) []Part {
	l := lexer{text: text, tokens: make([]token, 0, len(text)/4+8)}
	for l.next() {
	}
	var out []Part
	at := 0
	comments := func(end int) {
		gap := text[at:end]
		trimmed := strings.TrimLeft(gap, " \t\r\n")
		start := end - len(trimmed)
		if trimmed = strings.TrimRight(trimmed, " \t\r\n"); trimmed != "" {
			out = append(out, Part{Start: start, End: start + len(trimmed), Class: Comment, Open: l.open == tokSlash && end == len(text)})
		}
	}
	for _, t := range l.tokens {
		comments(int(t.start))
		at = int(t.end)
		if t.kind != tokEOF {
			out = append(out, Part{Start: int(t.start), End: at, Class: classOf(t.kind), Open: t.kind == l.open && int(t.start) >= l.openAt})
		}
	}
	return out
}

func classOf(k kind) Class {
	switch {
	case k.isKeyword():
		return Keyword
	case k == tokWord || k == tokURI:
		return Word
	case k == tokQuoted:
		return Quoted
	case k == tokString || k == tokDQString || k == tokDollar:
		return Text
	case k >= tokInteger && k <= tokBigDecimal:
		return Number
	case k == tokHint || k == tokHintEnd:
		return Comment
	}
	return Symbol
}
