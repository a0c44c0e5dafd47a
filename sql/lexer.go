package sql

import (
	"unicode"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// lexer cuts text into tokens. It never fails on a token it does not know (that becomes tokUnknown, which no rule accepts), only on
// comments and strings without end.
type lexer struct {
	text   string
	pos    int
	tokens []token
	inHint bool
	open   kind // what was not closed at the end: tokString, tokDQString, tokQuoted, tokDollar, tokSlash for a comment
	openAt int
}

// lex returns all tokens of text, the last of kind tokEOF.
func lex(text string) ([]token, *sqlerr.Error) {
	l := lexer{text: text, tokens: make([]token, 0, len(text)/4+8)}
	for l.next() {
	}
	return l.tokens, l.failure()
}

func (l *lexer) failure() *sqlerr.Error {
	at := sqlerr.Pos{Start: int32(l.openAt), End: int32(len(l.text))}
	switch l.open {
	case tokEOF:
		return nil
	case tokSlash:
		return sqlerr.New("UNCLOSED_BRACKETED_COMMENT", at, "Found an unclosed bracketed comment. Please, append */ at the end of the comment.")
	}
	first, _ := utf8.DecodeRuneInString(l.text[l.openAt:])
	return sqlerr.New("PARSE_SYNTAX_ERROR", at, "Syntax error at or near '%c': the quoted text has no end.", first)
}

// next adds one token; it returns false after tokEOF.
func (l *lexer) next() bool {
	l.space()
	start := l.pos
	if start >= len(l.text) {
		l.add(tokEOF, start)
		return false
	}
	c := l.text[start]
	switch {
	case isDigit(c):
		l.add(l.number(), start)
	case isLetter(c):
		l.add(l.word(), start)
	case c == '.' && start+1 < len(l.text) && isDigit(l.text[start+1]):
		l.add(l.number(), start)
	case c == '\'':
		l.quoted('\'', true, tokString)
		l.add(tokString, start)
	case c == '"':
		l.quoted('"', true, tokDQString)
		l.add(tokDQString, start)
	case c == '`':
		l.quoted('`', false, tokQuoted)
		l.add(tokQuoted, start)
	case c == '$' && l.peek(1) == '$':
		l.dollar()
		l.add(tokDollar, start)
	case c >= utf8.RuneSelf:
		l.add(l.unicodeWord(), start)
	default:
		l.add(l.operator(c), start)
	}
	return true
}

func (l *lexer) add(k kind, start int) {
	l.tokens = append(l.tokens, token{k, int32(start), int32(l.pos)})
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.text) {
		return l.text[l.pos+n]
	}
	return 0
}

// space skips white space and comments.
func (l *lexer) space() {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case c <= ' ':
			l.pos++
		case c == '-' && l.peek(1) == '-':
			l.lineComment()
		case c == '/' && l.peek(1) == '*' && l.peek(2) != '+':
			l.comment()
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.text[l.pos:])
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return
			}
			l.pos += n
		default:
			return
		}
	}
}

// lineComment skips to the end of the line; a backslash before it continues the comment.
func (l *lexer) lineComment() {
	for l.pos < len(l.text) && l.text[l.pos] != '\n' && l.text[l.pos] != '\r' {
		if l.text[l.pos] == '\\' && l.peek(1) == '\n' {
			l.pos++
		}
		l.pos++
	}
}

// comment skips a bracketed comment, which may contain others.
func (l *lexer) comment() {
	start, depth := l.pos, 0
	for l.pos < len(l.text) {
		switch {
		case l.text[l.pos] == '/' && l.peek(1) == '*':
			depth++
			l.pos += 2
		case l.text[l.pos] == '*' && l.peek(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
	l.unclosed(tokSlash, start)
}

func (l *lexer) unclosed(k kind, start int) {
	if l.open == tokEOF {
		l.open, l.openAt = k, start
	}
	l.pos = len(l.text)
}

// quoted skips quoted text in which the quote is doubled to stand for itself, or escaped by a backslash.
func (l *lexer) quoted(quote byte, escapes bool, k kind) {
	start := l.pos
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch c := l.text[l.pos]; {
		case c == '\\' && escapes:
			l.pos++
		case c == quote && l.peek(1) == quote:
			l.pos++
		case c == quote:
			l.pos++
			return
		}
	}
	l.unclosed(k, start)
}

// raw skips r'…', in which a backslash means itself.
func (l *lexer) raw(quote byte, k kind) {
	start := l.pos
	for l.pos += 2; l.pos < len(l.text); l.pos++ {
		if l.text[l.pos] == quote {
			l.pos++
			return
		}
	}
	l.unclosed(k, start)
}

// dollar skips $$…$$.
func (l *lexer) dollar() {
	start := l.pos
	for l.pos += 2; l.pos < len(l.text); l.pos++ {
		if l.text[l.pos] == '$' && l.peek(1) == '$' {
			l.pos += 2
			return
		}
	}
	l.unclosed(tokDollar, start)
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// wordEnd returns the end of the letters, digits and underscores from i on.
func (l *lexer) wordEnd(i int) int {
	for i < len(l.text) && (isLetter(l.text[i]) || isDigit(l.text[i])) {
		i++
	}
	return i
}

func (l *lexer) word() kind {
	start := l.pos
	if c := l.text[start]; c == 'r' || c == 'R' {
		switch l.peek(1) {
		case '\'':
			l.raw('\'', tokString)
			return tokString
		case '"':
			l.raw('"', tokDQString)
			return tokDQString
		}
	}
	l.pos = l.wordEnd(start)
	if l.pos < len(l.text) && l.text[l.pos] >= utf8.RuneSelf {
		return l.unicodeWord()
	}
	if l.pos+2 < len(l.text) && l.text[l.pos:l.pos+3] == "://" {
		return l.uri()
	}
	return lookupKeyword(l.text[start:l.pos])
}

// uri takes a path like s3://bucket/key, which Spark's lexer reads as one name.
func (l *lexer) uri() kind {
	l.pos += 3
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case isLetter(c), isDigit(c), c == '/', c == '-', c == '.', c == '?', c == '=', c == '&', c == '#', c == '%':
			l.pos++
			continue
		}
		break
	}
	return tokURI
}

// unicodeWord takes a name with letters outside ASCII, which only back-ticks allow; the parser reports it.
func (l *lexer) unicodeWord() kind {
	start := l.pos
	for l.pos < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[l.pos:])
		if r == utf8.RuneError || !(unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_') {
			break
		}
		l.pos += n
	}
	if l.pos == start {
		_, n := utf8.DecodeRuneInString(l.text[l.pos:])
		l.pos += n
	}
	return tokUnknown
}

// number takes the longest of a numeric literal and a name that begins with digits, as Spark's lexer does.
func (l *lexer) number() kind {
	start := l.pos
	end, k := l.numeral(start)
	if l.text[start] != '.' {
		if w := l.wordEnd(start); w > end {
			end, k = w, tokWord
			if i := l.digitsEnd(start); i == w {
				k = tokInteger
			}
		}
	}
	l.pos = end
	return k
}

func (l *lexer) digitsEnd(i int) int {
	for i < len(l.text) && isDigit(l.text[i]) {
		i++
	}
	return i
}

// numeral returns the end and kind of the longest numeric literal at i.
func (l *lexer) numeral(i int) (int, kind) {
	intEnd := l.digitsEnd(i)
	end := intEnd
	if end < len(l.text) && l.text[end] == '.' {
		end = l.digitsEnd(end + 1)
	}
	point := end > intEnd
	expEnd := l.exponentEnd(end)
	suffixEnd, suffix := l.suffix(expEnd, point || expEnd > end, expEnd > end)
	bare := expEnd
	k := tokExponent
	if expEnd == end {
		k = tokDecimal
		if !point {
			return suffixEnd, orKind(suffix, tokInteger)
		}
	}
	if suffix != tokEOF && (!point || l.borders(suffixEnd)) {
		return suffixEnd, suffix
	}
	if !point || l.borders(bare) {
		return bare, k
	}
	if i == intEnd { // ".5x": a dot and a name
		return i + 1, tokDot
	}
	return intEnd, tokInteger
}

func orKind(k, other kind) kind {
	if k == tokEOF {
		return other
	}
	return k
}

// borders reports whether a decimal literal may end before i: no letter or digit follows.
func (l *lexer) borders(i int) bool {
	return i >= len(l.text) || !isLetter(l.text[i]) && !isDigit(l.text[i])
}

func (l *lexer) exponentEnd(i int) int {
	if i >= len(l.text) || l.text[i]|0x20 != 'e' {
		return i
	}
	j := i + 1
	if j < len(l.text) && (l.text[j] == '+' || l.text[j] == '-') {
		j++
	}
	if end := l.digitsEnd(j); end > j {
		return end
	}
	return i
}

// suffix returns the end and kind of a type suffix at i. Integers take L, S and Y too.
func (l *lexer) suffix(i int, fractional, exponent bool) (int, kind) {
	if i >= len(l.text) {
		return i, tokEOF
	}
	switch c := l.text[i] | 0x20; {
	case c == 'f':
		return i + 1, tokFloat
	case c == 'd':
		return i + 1, tokDouble
	case c == 'b' && i+1 < len(l.text) && l.text[i+1]|0x20 == 'd':
		return i + 2, tokBigDecimal
	case fractional || exponent:
		return i, tokEOF
	case c == 'l':
		return i + 1, tokBigInt
	case c == 's':
		return i + 1, tokSmallInt
	case c == 'y':
		return i + 1, tokTinyInt
	}
	return i, tokEOF
}

// operator takes the longest operator at the position. ">" stays single, because types close with ">>"; the parser joins shifts.
func (l *lexer) operator(c byte) kind {
	n := l.peek(1)
	two := func(k kind) kind { l.pos += 2; return k }
	switch {
	case c == '/' && n == '*': // only a hint gets here
		l.inHint = true
		l.pos += 3
		return tokHint
	case c == '*' && n == '/' && l.inHint:
		l.inHint = false
		return two(tokHintEnd)
	case c == '<' && n == '=' && l.peek(2) == '>':
		l.pos += 3
		return tokNullSafeEq
	case c == '<' && n == '>', c == '!' && n == '=':
		return two(tokNe)
	case c == '<' && n == '=', c == '!' && n == '>':
		return two(tokLe)
	case c == '>' && n == '=', c == '!' && n == '<':
		return two(tokGe)
	case c == '<' && n == '<':
		return two(tokShiftLeft)
	case c == '=' && n == '=':
		return two(tokEq)
	case c == '=' && n == '>':
		return two(tokFatArrow)
	case c == '-' && n == '>':
		return two(tokArrow)
	case c == '|' && n == '|':
		return two(tokConcat)
	case c == '|' && n == '>':
		return two(tokPipeOp)
	case c == ':' && n == ':':
		return two(tokDoubleColon)
	}
	l.pos++
	return single(c)
}

func single(c byte) kind {
	switch c {
	case '(':
		return tokLParen
	case ')':
		return tokRParen
	case '[':
		return tokLBracket
	case ']':
		return tokRBracket
	case ',':
		return tokComma
	case '.':
		return tokDot
	case ';':
		return tokSemicolon
	case ':':
		return tokColon
	case '?':
		return tokQuestion
	case '@':
		return tokAt
	case '=':
		return tokEq
	case '<':
		return tokLt
	case '>':
		return tokGt
	case '+':
		return tokPlus
	case '-':
		return tokMinus
	case '*':
		return tokStar
	case '/':
		return tokSlash
	case '%':
		return tokPercent
	case '~':
		return tokTilde
	case '&':
		return tokAmp
	case '|':
		return tokPipe
	case '^':
		return tokCaret
	case '!':
		return tokBang
	}
	return tokUnknown
}
