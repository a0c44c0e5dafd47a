package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Limits against hostile nesting: the tree of a plan is walked by recursive functions. maxDepth bounds what is nested in the text,
// maxChain the operators of one left-deep chain.
const (
	maxDepth = 1000
	maxChain = 4000
)

// parser reads tokens from left to right with any lookahead. After the first error it stands at the end of the text, so that every
// loop ends; only the first error is kept.
type parser struct {
	text   string
	opts   Options
	tokens []token
	pos    int
	depth  int
	params int // positional parameters seen
	err    *sqlerr.Error
}

func newParser(text string, o Options) (*parser, error) {
	if len(text) >= 1<<31-1 {
		return nil, sqlerr.New("FAILED_TO_PARSE_TOO_COMPLEX", sqlerr.Pos{}, "The statement is too long to be parsed.")
	}
	tokens, err := lex(text)
	if err != nil {
		err.Pos.In = o.Origin
		return nil, sqlerr.Attach(err, text)
	}
	return &parser{text: text, opts: o, tokens: tokens}, nil
}

// ---- tokens

func (p *parser) peek(n int) kind {
	if i := p.pos + n; i < len(p.tokens) {
		return p.tokens[i].kind
	}
	return tokEOF
}

func (p *parser) kind() kind { return p.tokens[p.pos].kind }

func (p *parser) at(k kind) bool { return p.tokens[p.pos].kind == k }

func (p *parser) atAny(ks ...kind) bool {
	k := p.kind()
	for _, x := range ks {
		if x == k {
			return true
		}
	}
	return false
}

// atSeq reports whether the next tokens are of these kinds.
func (p *parser) atSeq(ks ...kind) bool {
	for i, k := range ks {
		if p.peek(i) != k {
			return false
		}
	}
	return true
}

// advance returns the current token and moves on; the last token stays.
func (p *parser) advance() token {
	t := p.tokens[p.pos]
	if t.kind != tokEOF {
		p.pos++
	}
	return t
}

func (p *parser) accept(k kind) bool {
	if p.at(k) && k != tokEOF {
		p.pos++
		return true
	}
	return false
}

// acceptSeq takes all of the kinds or nothing.
func (p *parser) acceptSeq(ks ...kind) bool {
	if !p.atSeq(ks...) {
		return false
	}
	p.pos += len(ks)
	return true
}

func (p *parser) acceptAny(ks ...kind) (kind, bool) {
	if p.atAny(ks...) {
		return p.advance().kind, true
	}
	return tokEOF, false
}

// expect takes a token of the kind or fails.
func (p *parser) expect(ks ...kind) {
	for _, k := range ks {
		if !p.accept(k) {
			p.unexpected(describe(k))
			return
		}
	}
}

func (p *parser) tokenText(t token) string { return p.text[t.start:t.end] }

// ---- places

func (p *parser) start() int32 { return p.tokens[p.pos].start }

func (p *parser) place(start, end int32) sqlerr.Pos {
	return sqlerr.Pos{Start: start, End: end, In: p.opts.Origin}
}

// from returns the range from a start to the end of the last token taken.
func (p *parser) from(start int32) sqlerr.Pos {
	end := start
	if p.pos > 0 {
		end = p.tokens[p.pos-1].end
	}
	return p.place(start, max(start, end))
}

func (p *parser) here() sqlerr.Pos {
	t := p.tokens[p.pos]
	if t.kind == tokEOF && p.pos > 0 { // behind the last token, not behind blanks and comments that follow it
		t.start = p.tokens[p.pos-1].end
		return p.place(t.start, t.start+1)
	}
	return p.place(t.start, max(t.end, t.start+1))
}

func (p *parser) base(start int32) logical.Base { return logical.Base{At: p.from(start)} }
func (p *parser) ebase(start int32) expr.Base   { return expr.Base{At: p.from(start)} }

// source returns the text from a start to the end of the last token taken.
func (p *parser) source(start int32) string {
	at := p.from(start)
	return p.text[at.Start:at.End]
}

// ---- errors

// fail records the first error and moves to the end.
func (p *parser) fail(e *sqlerr.Error) {
	if p.err == nil {
		p.err = e
	}
	p.pos = len(p.tokens) - 1
}

func (p *parser) failf(condition string, at sqlerr.Pos, format string, args ...any) {
	p.fail(sqlerr.New(condition, at, format, args...))
}

// unexpected reports the current token; want says what could stand there.
func (p *parser) unexpected(want string) {
	if p.err != nil {
		return
	}
	t := p.tokens[p.pos]
	found := "'" + p.tokenText(t) + "'"
	switch {
	case t.kind == tokEOF:
		found = "end of input"
	case t.kind == tokUnknown && isUnicodeName(p.tokenText(t)):
		p.failf("INVALID_IDENTIFIER", p.here(), "The unquoted identifier %s is invalid and must be back quoted as: `%s`. Unquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar ('_').", p.tokenText(t), p.tokenText(t))
		return
	}
	if name, at := p.hyphenated(); name != "" {
		p.failf("INVALID_IDENTIFIER", at, "The unquoted identifier %s is invalid and must be back quoted as: `%s`. Unquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar ('_').", name, name)
		return
	}
	e := sqlerr.New("PARSE_SYNTAX_ERROR", p.here(), "Syntax error at or near %s: expected %s.", found, want)
	if near := p.nearestKeyword(t); near != "" {
		e = e.WithHint("Did you mean %s?", near)
	}
	p.fail(e)
}

// hyphenated returns the name that a hyphen at the position seems to be part of, as in my-table; "" if it is none.
func (p *parser) hyphenated() (string, sqlerr.Pos) {
	if !p.at(tokMinus) || p.pos == 0 {
		return "", sqlerr.Pos{}
	}
	a, b, c := p.tokens[p.pos-1], p.tokens[p.pos], p.tokens[p.pos+1]
	if a.kind != tokWord && !a.kind.isKeyword() || c.kind != tokWord && !c.kind.isKeyword() || a.end != b.start || b.end != c.start {
		return "", sqlerr.Pos{}
	}
	at := p.place(a.start, c.end)
	return p.text[at.Start:at.End], at
}

func isUnicodeName(s string) bool {
	for _, r := range s {
		if r < 0x80 && !isLetter(byte(r)) && !isDigit(byte(r)) {
			return false
		}
	}
	return s != ""
}

// describe names a kind for error messages.
func describe(k kind) string {
	if k.isKeyword() {
		return keywordNames[k]
	}
	switch k {
	case tokEOF:
		return "the end of the statement"
	case tokWord, tokQuoted:
		return "a name"
	case tokString:
		return "a string"
	case tokInteger:
		return "an integer"
	case tokHintEnd:
		return "'*/'"
	case tokFatArrow:
		return "'=>'"
	case tokArrow:
		return "'->'"
	case tokEq:
		return "'='"
	}
	for c := byte(' '); c < 0x7f; c++ {
		if single(c) == k {
			return "'" + string(c) + "'"
		}
	}
	return "another token"
}

// enter guards a recursive rule; the caller defers leave.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.failf("FAILED_TO_PARSE_TOO_COMPLEX", p.here(), "The statement, including potential SQL functions and referenced views, was too complex to parse: it nests more than %d levels deep.", maxDepth)
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// chained counts the operators of a chain.
func (p *parser) chained(n *int) bool {
	*n++
	if *n > maxChain {
		p.failf("FAILED_TO_PARSE_TOO_COMPLEX", p.here(), "The statement, including potential SQL functions and referenced views, was too complex to parse: it chains more than %d operators.", maxChain)
		return false
	}
	return true
}

// ---- names

// atIdent reports whether the token n ahead can be a name.
func (p *parser) isIdent(k kind) bool {
	switch {
	case k == tokWord || k == tokQuoted:
		return true
	case k == tokDQString:
		return p.opts.DoubleQuotedIdentifiers
	case k.isKeyword():
		return !p.opts.EnforceReserved || !isReserved(k)
	}
	return false
}

// isStrict reports whether a token can be an alias of a table.
func (p *parser) isStrict(k kind) bool {
	return p.isIdent(k) && !isJoinWord(k)
}

func (p *parser) atIdent() bool { return p.isIdent(p.kind()) }

// identText returns the name that a token spells.
func (p *parser) identText(t token) string {
	s := p.tokenText(t)
	switch t.kind {
	case tokQuoted:
		return strings.ReplaceAll(s[1:len(s)-1], "``", "`")
	case tokDQString:
		return unquote(s)
	}
	return s
}

// ident takes a name, or IDENTIFIER('name').
func (p *parser) ident() string {
	if p.at(kwIDENTIFIER) && p.peek(1) == tokLParen && p.isString(p.peek(2)) && p.peek(3) == tokRParen {
		p.pos += 2
		s := p.stringLit()
		p.expect(tokRParen)
		return s
	}
	if !p.atIdent() {
		p.unexpected("a name")
		return ""
	}
	return p.identText(p.advance())
}

// multipart takes a.b.c.
func (p *parser) multipart() []string {
	names := []string{p.ident()}
	for p.at(tokDot) && p.isIdent(p.peek(1)) {
		p.pos++
		names = append(names, p.ident())
	}
	if p.accept(tokDot) {
		p.unexpected("a name")
	}
	return names
}

// identList takes (a, b, c).
func (p *parser) identList() []string {
	p.expect(tokLParen)
	names := p.identSeq()
	p.expect(tokRParen)
	return names
}

func (p *parser) identSeq() []string {
	names := []string{p.ident()}
	for p.accept(tokComma) {
		names = append(names, p.ident())
	}
	return names
}
