// Package jsontext reads JSON text into vectors, infers its type and writes vectors as JSON, as Spark's JSON source and its functions from_json, to_json
// and schema_of_json do.
//
// Sparrow makes no compatibility promise for this package.
package jsontext

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep values may be nested; deeper text is malformed, as in Spark's parser.
const MaxDepth = 1000

// Dialect says what is read beyond strict JSON. The zero value is what Spark reads by default: names and strings also in single quotes, and the
// words NaN, Infinity, +INF and -INF as numbers.
type Dialect struct {
	Comments      bool // /* */, // and # to the end of the line
	UnquotedNames bool
	OnlyDouble    bool // no single quotes
	LeadingZeros  bool
	OnlyNumeric   bool // no NaN or Infinity
	AnyEscape     bool // a backslash before any character stands for that character
	Control       bool // control characters inside strings
}

// Kind is the kind of a value by its first characters.
type Kind uint8

// The kinds of values.
const (
	End Kind = iota // no value
	Null
	Bool
	Number
	String
	Object
	Array
)

// SyntaxError is text that is no JSON.
type SyntaxError struct {
	Offset int
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset+1) }

// Scanner walks over the JSON values of a text. A value must be taken whole (by Str, Num, Literal, Skip, or Enter and its elements) before the next one.
type Scanner struct {
	Dialect Dialect
	in      []byte
	at      int
	depth   int
	buf     []byte
}

// Reset begins a text, which must not change while it is read.
func (s *Scanner) Reset(in []byte) { s.in, s.at, s.depth = in, 0, 0 }

// Offset returns the position in the text.
func (s *Scanner) Offset() int { return s.at }

// Since returns the text from a position to the current one.
func (s *Scanner) Since(from int) []byte { return s.in[from:s.at] }

func (s *Scanner) fail(reason string) error { return &SyntaxError{Offset: s.at, Reason: reason} }

func (s *Scanner) space() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		case '/', '#':
			if !s.Dialect.Comments || !s.comment() {
				return
			}
		default:
			return
		}
	}
}

// comment skips a comment and reports whether there was one.
func (s *Scanner) comment() bool {
	rest := s.in[s.at:]
	end := []byte("\n")
	switch {
	case rest[0] == '#' || bytes.HasPrefix(rest, []byte("//")):
	case bytes.HasPrefix(rest, []byte("/*")):
		end = []byte("*/")
	default:
		return false
	}
	if i := bytes.Index(rest[1:], end); i >= 0 {
		s.at += 1 + i + len(end)
	} else {
		s.at = len(s.in)
	}
	return true
}

// Peek returns the kind of the next value.
func (s *Scanner) Peek() (Kind, error) {
	s.space()
	if s.at >= len(s.in) {
		return End, nil
	}
	switch c := s.in[s.at]; {
	case c == '{':
		return Object, nil
	case c == '[':
		return Array, nil
	case c == '"', c == '\'' && !s.Dialect.OnlyDouble:
		return String, nil
	case c == '-', c >= '0' && c <= '9', c == '+', c == 'N', c == 'I':
		return Number, nil
	case c == 't', c == 'f':
		return Bool, nil
	case c == 'n':
		return Null, nil
	}
	return End, s.fail("unexpected character")
}

// Literal takes null, true or false and returns its first letter.
func (s *Scanner) Literal() (byte, error) {
	c := s.in[s.at]
	want := "null"
	switch c {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	}
	if !bytes.HasPrefix(s.in[s.at:], []byte(want)) || s.at+len(want) < len(s.in) && isWord(s.in[s.at+len(want)]) {
		return 0, s.fail("unknown word")
	}
	s.at += len(want)
	return c, nil
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z' || c >= utf8.RuneSelf
}

// NumberKind tells numbers apart.
type NumberKind uint8

// The kinds of numbers.
const (
	Integer  NumberKind = iota // digits
	Fraction                   // with a point or exponent
	Special                    // NaN or an infinity
)

// Num takes a number and returns its text.
func (s *Scanner) Num() ([]byte, NumberKind, error) {
	start := s.at
	if text := s.special(); text != nil {
		s.at += len(text)
		return text, Special, nil
	}
	if s.in[s.at] == '-' {
		s.at++
	}
	first := s.at
	s.digits()
	switch n := s.at - first; {
	case n == 0:
		return nil, 0, s.fail("a number has no digits")
	case n > 1 && s.in[first] == '0' && !s.Dialect.LeadingZeros:
		return nil, 0, s.fail("a number begins with 0")
	}
	kind := Integer
	if s.at < len(s.in) && s.in[s.at] == '.' {
		kind = Fraction
		s.at++
		if !s.digits() {
			return nil, 0, s.fail("no digits behind the point")
		}
	}
	if s.at < len(s.in) && s.in[s.at]|32 == 'e' {
		kind = Fraction
		s.at++
		if s.at < len(s.in) && (s.in[s.at] == '+' || s.in[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return nil, 0, s.fail("no digits in the exponent")
		}
	}
	if s.at < len(s.in) && (isWord(s.in[s.at]) || s.in[s.at] == '.') {
		return nil, 0, s.fail("a number ends in other characters")
	}
	return s.in[start:s.at], kind, nil
}

var specials = []string{"NaN", "Infinity", "+INF", "-INF", "+Infinity", "-Infinity"}

func (s *Scanner) special() []byte {
	if c := s.in[s.at]; s.Dialect.OnlyNumeric || c >= '0' && c <= '9' {
		return nil
	}
	for _, w := range specials {
		if rest := s.in[s.at:]; bytes.HasPrefix(rest, []byte(w)) && (len(rest) == len(w) || !isWord(rest[len(w)])) {
			return rest[:len(w)]
		}
	}
	return nil
}

func (s *Scanner) digits() bool {
	from := s.at
	for s.at < len(s.in) && s.in[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at > from
}

// Str takes a string and returns its characters, which are valid until the next call.
func (s *Scanner) Str() ([]byte, error) {
	quote := s.in[s.at]
	s.at++
	start := s.at
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == quote:
			s.at++
			return s.in[start : s.at-1], nil
		case c == '\\':
			return s.escaped(start, quote)
		case c < ' ' && !s.Dialect.Control:
			return nil, s.fail("a control character inside a string")
		}
		s.at++
	}
	return nil, s.fail("a string does not end")
}

// escaped goes on behind the first backslash of a string.
func (s *Scanner) escaped(start int, quote byte) ([]byte, error) {
	s.buf = append(s.buf[:0], s.in[start:s.at]...)
	for s.at < len(s.in) {
		c := s.in[s.at]
		switch {
		case c == quote:
			s.at++
			return s.buf, nil
		case c < ' ' && !s.Dialect.Control:
			return nil, s.fail("a control character inside a string")
		case c != '\\':
			s.buf = append(s.buf, c)
			s.at++
			continue
		}
		if err := s.escape(); err != nil {
			return nil, err
		}
	}
	return nil, s.fail("a string does not end")
}

func (s *Scanner) escape() error {
	if s.at+1 >= len(s.in) {
		return s.fail("a string does not end")
	}
	c := s.in[s.at+1]
	switch c {
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r':
		c = '\r'
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case '"', '\\', '/':
	case 'u':
		return s.unicode()
	default:
		if !s.Dialect.AnyEscape && !(c == '\'' && !s.Dialect.OnlyDouble) {
			return s.fail("unknown escape")
		}
	}
	s.buf = append(s.buf, c)
	s.at += 2
	return nil
}

// unicode takes \uXXXX, or two that make a pair.
func (s *Scanner) unicode() error {
	r, ok := s.hex4(s.at + 2)
	if !ok {
		return s.fail("\\u without four hexadecimal digits")
	}
	s.at += 6
	if utf16.IsSurrogate(r) {
		r2, ok := rune(0), false
		if s.at+1 < len(s.in) && s.in[s.at] == '\\' && s.in[s.at+1] == 'u' {
			r2, ok = s.hex4(s.at + 2)
		}
		if r = utf16.DecodeRune(r, r2); ok && r != utf8.RuneError {
			s.at += 6
		} else {
			r = '?' // what Java encodes half a pair as
		}
	}
	s.buf = utf8.AppendRune(s.buf, r)
	return nil
}

func (s *Scanner) hex4(at int) (rune, bool) {
	if at+4 > len(s.in) {
		return 0, false
	}
	r := rune(0)
	for _, c := range s.in[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|32 >= 'a' && c|32 <= 'f':
			r = r<<4 | rune(c|32-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// Enter takes the bracket that begins an object or array; the elements follow by Field or Element.
func (s *Scanner) Enter() error {
	if s.depth++; s.depth > MaxDepth {
		return s.fail("values are nested too deep")
	}
	s.at++
	return nil
}

// more goes to the next element of the entered value; first tells that none was taken yet.
func (s *Scanner) more(end byte, first bool) (bool, error) {
	s.space()
	if s.at >= len(s.in) {
		return false, s.fail("the text ends inside a value")
	}
	if s.in[s.at] == end {
		s.at++
		s.depth--
		return false, nil
	}
	if first {
		return true, nil
	}
	if s.in[s.at] != ',' {
		return false, s.fail("a comma is missing")
	}
	s.at++
	s.space()
	if s.at < len(s.in) && s.in[s.at] == end {
		return false, s.fail("a comma without a value behind it")
	}
	return true, nil
}

// Element goes to the next element of the entered array and returns its kind; End behind the last one.
func (s *Scanner) Element(first bool) (Kind, error) {
	more, err := s.more(']', first)
	if !more || err != nil {
		return End, err
	}
	return s.value()
}

func (s *Scanner) value() (Kind, error) {
	k, err := s.Peek()
	if err == nil && k == End {
		err = s.fail("a value is missing")
	}
	return k, err
}

// Field goes to the next field of the entered object and returns its name, valid until the next call, and the kind of its value; End behind the last one.
func (s *Scanner) Field(first bool) (name []byte, k Kind, err error) {
	more, err := s.more('}', first)
	if !more || err != nil {
		return nil, End, err
	}
	if s.at >= len(s.in) {
		return nil, End, s.fail("the text ends inside a value")
	}
	if name, err = s.name(); err != nil {
		return nil, End, err
	}
	s.space()
	if s.at >= len(s.in) || s.in[s.at] != ':' {
		return nil, End, s.fail("a colon is missing")
	}
	s.at++
	k, err = s.value()
	return name, k, err
}

func (s *Scanner) name() ([]byte, error) {
	switch c := s.in[s.at]; {
	case c == '"', c == '\'' && !s.Dialect.OnlyDouble:
		return s.Str()
	case s.Dialect.UnquotedNames && isWord(c):
		from := s.at
		for s.at < len(s.in) && (isWord(s.in[s.at]) || s.in[s.at] == '-') {
			s.at++
		}
		return s.in[from:s.at], nil
	}
	return nil, s.fail("a name is missing")
}

// Skip takes a value of a kind that Peek, Element or Field has returned.
func (s *Scanner) Skip(k Kind) (err error) {
	switch k {
	case Null, Bool:
		_, err = s.Literal()
	case Number:
		_, _, err = s.Num()
	case String:
		_, err = s.Str()
	case Object:
		err = s.skipFields()
	case Array:
		err = s.skipElements()
	}
	return err
}

func (s *Scanner) skipFields() error {
	if err := s.Enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		_, k, err := s.Field(first)
		if err != nil || k == End {
			return err
		}
		if err := s.Skip(k); err != nil {
			return err
		}
	}
}

func (s *Scanner) skipElements() error {
	if err := s.Enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		k, err := s.Element(first)
		if err != nil || k == End {
			return err
		}
		if err := s.Skip(k); err != nil {
			return err
		}
	}
}
