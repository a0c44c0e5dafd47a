package functions

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// javaPattern is a pattern of java.util.regex in the syntax that Go's regexp and the backtracking engine share. Classes are written out, so that
// \s, \d and the dot mean what Java means; named groups become numbered ones.
type javaPattern struct {
	text       []byte
	names      map[string]int
	groups     int
	backtracks bool // needs look-around, back references, atomic groups, long repetitions
	dollar     bool // has a $ that also matches before a line end at the end of the text
}

var errPattern = errors.New("bad pattern")

// javaReader translates a pattern.
type javaReader struct {
	javaPattern
	src   string
	at    int
	flags javaFlags
	stack []javaFlags
	atom  int // where the last atom begins in text, -1 if there is none to repeat
	open  []int
}

type javaFlags struct{ dotAll, multiline, comments bool }

// readJavaPattern translates; it fails for what Java rejects and for what has no translation.
func readJavaPattern(src string) (p javaPattern, err error) {
	r := &javaReader{src: src, atom: -1}
	r.names = map[string]int{}
	for r.at < len(r.src) && err == nil {
		err = r.item()
	}
	if err == nil && len(r.open) > 0 {
		err = errPattern
	}
	return r.javaPattern, err
}

func (r *javaReader) rest() string { return r.src[r.at:] }

// next takes one character.
func (r *javaReader) next() rune {
	c, n := utf8.DecodeRuneInString(r.rest())
	r.at += n
	return c
}

func (r *javaReader) item() error {
	start := len(r.text)
	switch c := r.next(); c {
	case '\\':
		return r.escape(start)
	case '[':
		set, err := r.class()
		if err != nil {
			return err
		}
		r.emit(start, set.appendClass(r.text, false))
	case '.':
		if r.flags.dotAll {
			r.emit(start, append(r.text, `[\s\S]`...))
		} else {
			r.emit(start, setNotDot.appendClass(r.text, true))
		}
	case '(':
		return r.group()
	case ')':
		return r.close()
	case '*', '+', '?', '{':
		return r.repeat(c)
	case '|':
		r.text, r.atom = append(r.text, '|'), -1
	case '^':
		r.emit(start, append(r.text, '^'))
	case '$':
		r.dollar = r.dollar || !r.flags.multiline
		r.emit(start, append(r.text, '$'))
	case '#':
		if r.flags.comments {
			_, after, _ := strings.Cut(r.rest(), "\n")
			r.at = len(r.src) - len(after)
			return nil
		}
		r.literal(start, c)
	case ' ', '\t', '\n', '\r', '\f', '\v':
		if !r.flags.comments {
			r.literal(start, c)
		}
	default:
		r.literal(start, c)
	}
	return nil
}

// emit sets the text; what follows start is the last atom.
func (r *javaReader) emit(start int, text []byte) { r.text, r.atom = text, start }

func (r *javaReader) literal(start int, c rune) { r.emit(start, appendLiteral(r.text, c)) }

// escape translates what follows a backslash outside a class.
func (r *javaReader) escape(start int) error {
	if r.at >= len(r.src) {
		return errPattern
	}
	switch c := r.src[r.at]; c {
	case 'Q':
		r.at++
		text, after, _ := strings.Cut(r.rest(), `\E`)
		r.at = len(r.src) - len(after)
		for _, c := range text {
			r.literal(len(r.text), c)
		}
		return nil
	case 'E':
		r.at++
		return nil
	case 'b', 'B', 'A', 'z':
		r.at++
		r.emit(start, append(r.text, '\\', c))
		return nil
	case 'Z', 'G':
		r.at++
		r.backtracks = true
		r.emit(start, append(r.text, '\\', c))
		return nil
	case 'R':
		r.at++
		r.emit(start, append(setLine.appendClass(append(r.text, "(?:\r\n|"...), false), ')'))
		return nil
	case 'k':
		return r.namedReference(start)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.reference(start)
	}
	set, single, err := r.classEscape()
	if err != nil {
		return err
	}
	if single {
		r.literal(start, set[0][0])
	} else {
		r.emit(start, set.appendClass(r.text, false))
	}
	return nil
}

// reference is \1 …: more digits belong to it while there are so many groups.
func (r *javaReader) reference(start int) error {
	n := int(r.src[r.at] - '0')
	for r.at++; r.at < len(r.src) && r.src[r.at] >= '0' && r.src[r.at] <= '9'; r.at++ {
		m := n*10 + int(r.src[r.at]-'0')
		if m > r.groups {
			break
		}
		n = m
	}
	r.referTo(start, n)
	return nil
}

func (r *javaReader) namedReference(start int) error {
	name, after, ok := strings.Cut(r.src[r.at+1:], ">")
	n, known := r.names[strings.TrimPrefix(name, "<")]
	if !ok || !known {
		return errPattern
	}
	r.at = len(r.src) - len(after)
	r.referTo(start, n)
	return nil
}

func (r *javaReader) referTo(start, n int) {
	r.backtracks = true
	r.emit(start, append(strconv.AppendInt(append(r.text, `(?:\`...), int64(n), 10), ')'))
}

// group opens a group of any kind.
func (r *javaReader) group() error {
	r.stack, r.open = append(r.stack, r.flags), append(r.open, len(r.text))
	r.atom = -1
	rest := r.rest()
	if !strings.HasPrefix(rest, "?") {
		r.groups++
		r.text = append(r.text, '(')
		return nil
	}
	for _, kind := range []string{"?:", "?=", "?!", "?<=", "?<!", "?>"} {
		if strings.HasPrefix(rest, kind) {
			r.backtracks = r.backtracks || kind != "?:"
			r.text = append(append(r.text, '('), kind...)
			r.at += len(kind)
			return nil
		}
	}
	if strings.HasPrefix(rest, "?<") {
		name, after, ok := strings.Cut(rest[2:], ">")
		if _, twice := r.names[name]; !ok || name == "" || twice {
			return errPattern
		}
		r.at = len(r.src) - len(after)
		r.groups++
		r.names[name] = r.groups
		r.text = append(r.text, '(')
		return nil
	}
	return r.setFlags()
}

// setFlags reads (?i-s) and (?i-s:…).
func (r *javaReader) setFlags() error {
	r.at++ // the question mark
	on, f := true, r.flags
	var set, unset []byte
	for r.at < len(r.src) {
		c := r.src[r.at]
		r.at++
		switch c {
		case '-':
			on = false
		case 'i', 'm':
			if on {
				set = append(set, c)
			} else {
				unset = append(unset, c)
			}
			if c == 'm' {
				f.multiline = on
			}
		case 's':
			f.dotAll = on
		case 'x':
			f.comments = on
		case 'u', 'd', 'U':
		case ')', ':':
			r.flags = f
			if c == ')' { // the rest of the enclosing group
				r.stack, r.open = r.stack[:len(r.stack)-1], r.open[:len(r.open)-1]
			}
			if c == ')' && len(set)+len(unset) == 0 {
				return nil
			}
			r.text = append(append(r.text, "(?"...), set...)
			if len(unset) > 0 {
				r.text = append(append(r.text, '-'), unset...)
			}
			r.text = append(r.text, c)
			return nil
		default:
			return errPattern
		}
	}
	return errPattern
}

func (r *javaReader) close() error {
	n := len(r.open)
	if n == 0 {
		return errPattern
	}
	r.emit(r.open[n-1], append(r.text, ')'))
	r.flags, r.stack, r.open = r.stack[n-1], r.stack[:n-1], r.open[:n-1]
	return nil
}

// maxGoRepeat is the largest count of a repetition that Go's regexp takes.
const maxGoRepeat = 1000

// repeat translates a quantifier; a possessive one makes an atomic group.
func (r *javaReader) repeat(c rune) error {
	if r.atom < 0 {
		return errPattern
	}
	if c != '{' {
		r.text = append(r.text, byte(c))
	} else {
		bounds, after, ok := strings.Cut(r.rest(), "}")
		lo, hi, ranged := strings.Cut(bounds, ",")
		a, err := strconv.Atoi(lo)
		b := a
		if ranged && hi != "" {
			b, _ = strconv.Atoi(hi)
		}
		if !ok || err != nil || b < a {
			return errPattern
		}
		r.backtracks = r.backtracks || b > maxGoRepeat
		r.at = len(r.src) - len(after)
		r.text = append(append(append(r.text, '{'), bounds...), '}')
	}
	switch {
	case strings.HasPrefix(r.rest(), "?"):
		r.at++
		r.text = append(r.text, '?')
	case strings.HasPrefix(r.rest(), "+"):
		r.at++
		r.backtracks = true
		inner := append([]byte("(?>"), r.text[r.atom:]...)
		r.text = append(append(r.text[:r.atom], inner...), ')')
	}
	r.atom = -1
	return nil
}
