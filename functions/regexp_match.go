package functions

import (
	"regexp"
	"regexp/syntax"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/sparrow-engine/sparrow/expr"
)

// pattern is a compiled pattern with Java's meaning. Go's linear-time regexp runs it where the two agree; a backtracking engine runs what has
// look-around, back references or atomic groups, and texts on which the two would differ.
type pattern struct {
	re        *regexp.Regexp // nil: always the other engine
	back      func() *regexp2.Regexp
	groups    int
	names     map[string]int
	dollar    bool // a $ matches before a line end at the end of the text
	mayBeVoid bool // may match nothing
	contexts  bool // looks at what surrounds a match: ^, $, \b
}

// matchTimeout ends matches that backtrack without end.
const matchTimeout = 10 * time.Second

func compilePattern(src string) (*pattern, error) {
	j, err := readJavaPattern(src)
	if err != nil {
		return nil, err
	}
	text := string(j.text)
	p := &pattern{groups: j.groups, names: j.names, dollar: j.dollar}
	p.back = sync.OnceValue(func() *regexp2.Regexp {
		re, err := regexp2.Compile(text)
		if err != nil {
			return nil
		}
		re.MatchTimeout = matchTimeout
		return re
	})
	if !j.backtracks {
		if p.re, err = regexp.Compile(text); err == nil {
			tree, _ := syntax.Parse(text, syntax.Perl)
			p.mayBeVoid, p.contexts = mayBeVoid(tree), looksAround(tree)
			return p, nil
		}
	}
	if p.back() == nil {
		return nil, errPattern
	}
	return p, nil
}

// mayBeVoid reports whether an expression can match the empty string.
func mayBeVoid(r *syntax.Regexp) bool {
	switch r.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpPlus, syntax.OpCapture:
		return mayBeVoid(r.Sub[0])
	case syntax.OpRepeat:
		return r.Min == 0 || mayBeVoid(r.Sub[0])
	case syntax.OpConcat:
		for _, s := range r.Sub {
			if !mayBeVoid(s) {
				return false
			}
		}
	case syntax.OpAlternate:
		for _, s := range r.Sub {
			if mayBeVoid(s) {
				return true
			}
		}
		return false
	}
	return true
}

// looksAround reports whether an expression has conditions on the surrounding text.
func looksAround(r *syntax.Regexp) bool {
	switch r.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	for _, s := range r.Sub {
		if looksAround(s) {
			return true
		}
	}
	return false
}

// backtracker returns the engine for a text if Go's regexp would not mean the same.
func (p *pattern) backtracker(s []byte, all bool) *regexp2.Regexp {
	if p.re == nil || p.dollar && len(s) > 0 && endsLine(s) || all && p.mayBeVoid && p.contexts {
		return p.back()
	}
	return nil
}

func endsLine(s []byte) bool {
	c := s[len(s)-1]
	return c == '\n' || c == '\r' || c == 0x85 || c == 0xA8 || c == 0xA9 // the last bytes of U+0085, U+2028 and U+2029
}

// matches reports whether the pattern occurs in s.
func (p *pattern) matches(s []byte) (bool, error) {
	if b := p.backtracker(s, false); b != nil {
		return b.MatchString(string(s))
	}
	return p.re.Match(s), nil
}

// first returns the byte offsets of the first match and its groups as regexp.FindSubmatchIndex does, nil if there is none.
func (p *pattern) first(s []byte) ([]int, error) {
	if b := p.backtracker(s, false); b != nil {
		m, err := b.FindStringMatch(string(s))
		if m == nil || err != nil {
			return nil, err
		}
		return offsets(m), nil
	}
	return p.re.FindSubmatchIndex(s), nil
}

// all calls yield with the offsets of each match, as repeated Matcher.find finds them, until it returns false.
func (p *pattern) all(s []byte, yield func(loc []int) bool) error {
	if b := p.backtracker(s, true); b != nil {
		m, err := b.FindStringMatch(string(s))
		for m != nil && err == nil && yield(offsets(m)) {
			m, err = b.FindNextMatch(m)
		}
		return err
	}
	if p.contexts || !p.mayBeVoid {
		for _, loc := range p.re.FindAllSubmatchIndex(s, -1) {
			if !yield(loc) {
				return nil
			}
		}
		return nil
	}
	// An empty match may follow another match at once, which FindAll leaves out.
	for at := 0; at <= len(s); {
		loc := p.re.FindSubmatchIndex(s[at:])
		if loc == nil {
			return nil
		}
		for i := range loc {
			if loc[i] >= 0 {
				loc[i] += at
			}
		}
		if !yield(loc) {
			return nil
		}
		if at = loc[1]; loc[0] == loc[1] {
			if at == len(s) {
				return nil
			}
			at += charLen(s[at])
		}
	}
	return nil
}

func offsets(m *regexp2.Match) []int {
	loc := make([]int, 0, 2*m.GroupCount())
	for _, g := range m.Groups() {
		if len(g.Captures) == 0 {
			loc = append(loc, -1, -1)
			continue
		}
		i, n := g.ByteRange()
		loc = append(loc, i, i+n)
	}
	return loc
}

// patterns compiles the patterns of a call, each once.
type patterns struct {
	name string // the function's, for errors
	s    *expr.Spec
	last string
	p    *pattern
	seen map[string]*pattern
}

// maxPatterns bounds the patterns that one call keeps compiled.
const maxPatterns = 1000

// get returns the pattern of row i; nil after failing the row if it is none.
func (c *patterns) get(k *expr.KernelCall, i int, src []byte) *pattern {
	if c.p != nil && string(src) == c.last {
		return c.p
	}
	p, ok := c.seen[string(src)]
	if !ok {
		var err error
		if p, err = compilePattern(string(src)); err != nil {
			reject(k, i, c.s, "INVALID_PARAMETER_VALUE.PATTERN", "The value of parameter(s) `regexp` in `%s` is invalid: '%s'.", c.name, src)
			return nil
		}
		if c.seen == nil || len(c.seen) >= maxPatterns {
			c.seen = map[string]*pattern{}
		}
		c.seen[string(src)] = p
	}
	c.last, c.p = string(src), p
	return p
}

// timeout fails a row whose match did not end.
func (c *patterns) timeout(k *expr.KernelCall, i int, err error) {
	reject(k, i, c.s, "INVALID_PARAMETER_VALUE.PATTERN", "The value of parameter(s) `regexp` in `%s` is invalid: matching '%s' takes too long (%v).", c.name, c.last, err)
}
