package sql

import "strings"

// piece is the range of one statement in a script, without the semicolon.
type piece struct {
	start, end int
	empty      bool // nothing but space and comments
	ended      bool // by a semicolon
}

// pieces cuts a script at the semicolons that are not inside quotes, comments or BEGIN … END.
func pieces(text string) []piece {
	tokens, err := lex(text)
	var out []piece
	first, depth, begun := -1, 0, 0
	for i, t := range tokens {
		switch {
		case t.kind == tokEOF:
			if first >= 0 || begun < len(text) {
				end := len(strings.TrimRight(text, " \t\r\n"))
				out = append(out, cut(first, begun, max(end, begun), first < 0 && err == nil, false))
			}
			return out
		case t.kind == tokSemicolon && depth == 0:
			out = append(out, cut(first, begun, int(t.start), first < 0, true))
			first, begun = -1, int(t.end)
			continue
		case first < 0:
			first = int(t.start)
			if t.kind == kwBEGIN && tokens[i+1].kind != kwTRANSACTION {
				depth = 1
			}
			continue
		}
		if depth > 0 {
			depth += nesting(tokens, i)
		}
	}
	return out
}

func cut(first, begun, end int, empty, ended bool) piece {
	if first < 0 {
		first = begun
	}
	return piece{first, end, empty, ended}
}

// nesting returns how much deeper a script is behind token i.
func nesting(tokens []token, i int) int {
	switch tokens[i].kind {
	case kwBEGIN, kwCASE:
		if tokens[i-1].kind == kwEND {
			return 0
		}
		return 1
	case kwEND:
		switch tokens[i+1].kind {
		case kwIF, kwWHILE, kwLOOP, kwREPEAT, kwFOR:
			return 0
		}
		return -1
	}
	return 0
}

// Split cuts text into statements at semicolons, minding quotes, comments and BEGIN … END; statements of nothing but space and comments
// are left out. complete tells whether the last one is ended by a semicolon (or there is none), so that a shell need not ask for more.
func Split(text string) (statements []string, complete bool) {
	complete = true
	for _, s := range pieces(text) {
		if s.empty {
			continue
		}
		statements = append(statements, text[s.start:s.end])
		complete = s.ended
	}
	return statements, complete
}

// First finds the first statement of a script: text[start:end], without the semicolon, which ended tells to follow. start == end is a statement
// of nothing. It reads no further than the semicolon, so that a long script is cut in linear time.
func First(text string) (start, end int, ended bool) {
	l := lexer{text: text, tokens: make([]token, 0, 64)}
	depth, more := 0, l.next()
	for i := 0; more; i++ {
		more = l.next() // one token ahead, for nesting
		t := l.tokens[i]
		switch {
		case t.kind == tokSemicolon && depth == 0:
			return int(l.tokens[0].start), int(t.start), true
		case i == 0:
			if t.kind == kwBEGIN && l.tokens[1].kind != kwTRANSACTION {
				depth = 1
			}
		case depth > 0:
			depth += nesting(l.tokens, i)
		}
	}
	start = int(l.tokens[0].start)
	if l.open != tokEOF {
		start = min(start, l.openAt) // a comment without end is the parser's to reject
	}
	return start, max(start, len(strings.TrimRight(text, " \t\r\n"))), false
}
