package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// numberPattern is a format of to_number and to_char:
//
//	[MI | S] [$] [0 | 9 | G | ,]… [. | D] [0 | 9]… [$] [PR | MI | S]
type numberPattern struct {
	src    string
	groups []digitGroup // before the point, from left to right
	after  int          // digits after the point
	point  bool
	dollar bool
	lead   patternSign // before the number
	trail  patternSign // after it
}

// digitGroup is a run of digits between thousands separators. An exact one begins with 0: it has all its digits.
type digitGroup struct {
	size  int
	exact bool
}

type patternSign uint8

const (
	noSign    patternSign = iota
	plusMinus             // S
	minusOnly             // MI
	brackets              // PR
)

// parseNumberPattern reads a format; errors are of the condition INVALID_FORMAT.
func parseNumberPattern(src string) (*numberPattern, error) {
	p := &numberPattern{src: src}
	bad := func(what, format string, args ...any) (*numberPattern, error) {
		return nil, sqlerr.New("INVALID_FORMAT."+what, sqlerr.Pos{}, "The format is invalid: '%s'. "+format, append([]any{src}, args...)...)
	}
	if src == "" {
		return bad("EMPTY", "The number format string cannot be empty.")
	}
	tokens, rest := numberTokens(strings.ToUpper(src))
	if rest != "" {
		return bad("UNEXPECTED_TOKEN", "Found the unexpected '%s' in the format string; the structure of the format string must match: `[MI|S]` `[$]` `[0|9|G|,]*` `[.|D]` `[0|9]*` `[$]` `[PR|MI|S]`.", rest[:1])
	}
	all := strings.Join(tokens, "")
	digit, dot, dollar := strings.IndexAny(all, "09"), strings.IndexByte(all, '.'), strings.IndexByte(all, '$')
	switch {
	case digit < 0:
		return bad("WRONG_NUM_DIGIT", "The format string requires at least one number digit.")
	case dollar > digit:
		return bad("CUR_MUST_BEFORE_DIGIT", "Currency characters must appear before digits in the number format.")
	case dollar >= 0 && dot >= 0 && dollar > dot:
		return bad("CUR_MUST_BEFORE_DEC", "Currency characters must appear before any decimal point in the number format.")
	case dot >= 0 && strings.LastIndexByte(all, ',') > dot:
		return bad("THOUSANDS_SEPS_MUST_BEFORE_DEC", "Thousands separators (, or G) may not appear after the decimal point in the number format.")
	case strayComma(all):
		return bad("CONT_THOUSANDS_SEPS", "Thousands separators (, or G) must have digits in between them in the number format.")
	}
	for _, one := range []string{"$", ".", "S", "MI", "PR"} {
		if n := count(tokens, one); n > 1 {
			return bad("WRONG_NUM_TOKEN", "The format string requires at most one %s.", one)
		}
	}
	if at := p.arrange(tokens); at >= 0 {
		return bad("UNEXPECTED_TOKEN", "Found the unexpected '%s' in the format string; the structure of the format string must match: `[MI|S]` `[$]` `[0|9|G|,]*` `[.|D]` `[0|9]*` `[$]` `[PR|MI|S]`.", tokens[at])
	}
	return p, nil
}

// numberTokens cuts a format; D and G become point and comma. rest begins with what is no token.
func numberTokens(s string) (tokens []string, rest string) {
	for s != "" {
		n := 1
		switch t := s[0]; {
		case t == '0' || t == '9':
			n = len(s) - len(strings.TrimLeft(s, "09"))
			tokens = append(tokens, s[:n])
		case t == '.' || t == 'D':
			tokens = append(tokens, ".")
		case t == ',' || t == 'G':
			tokens = append(tokens, ",")
		case t == '$' || t == 'S':
			tokens = append(tokens, s[:1])
		case strings.HasPrefix(s, "MI") || strings.HasPrefix(s, "PR"):
			n = 2
			tokens = append(tokens, s[:2])
		default:
			return tokens, s
		}
		s = s[n:]
	}
	return tokens, ""
}

// strayComma reports a thousands separator without digits on both sides.
func strayComma(s string) bool {
	for i := range s {
		if s[i] == ',' && (i == 0 || i == len(s)-1 || strings.IndexByte("09", s[i-1]) < 0 || strings.IndexByte("09", s[i+1]) < 0) {
			return true
		}
	}
	return false
}

func count(tokens []string, t string) int {
	n := 0
	for _, x := range tokens {
		if x == t {
			n++
		}
	}
	return n
}

// arrange fills the pattern from tokens and returns the first that is out of place, or -1.
func (p *numberPattern) arrange(tokens []string) int {
	const start, sign, currency, whole, fraction, end = 0, 1, 2, 3, 4, 5
	state := start
	for i, t := range tokens {
		switch {
		case t == "S" || t == "MI":
			s := plusMinus
			if t == "MI" {
				s = minusOnly
			}
			switch {
			case state == start:
				p.lead, state = s, sign
			case state >= whole && state < end && p.lead == noSign:
				p.trail, state = s, end
			default:
				return i
			}
		case t == "PR" && state >= whole && state < end && p.lead == noSign:
			p.trail, state = brackets, end
		case t == "$" && state < currency:
			p.dollar, state = true, currency
		case t == "," && state == whole:
		case t == "." && state < fraction:
			p.point, state = true, fraction
		case (t[0] == '0' || t[0] == '9') && state <= whole:
			p.groups = append(p.groups, digitGroup{len(t), t[0] == '0'})
			state = whole
		case (t[0] == '0' || t[0] == '9') && state == fraction:
			p.after = len(t)
		default:
			return i
		}
	}
	return -1
}

// decimal returns the type of the numbers that the format describes.
func (p *numberPattern) decimal() types.Type {
	n := p.after
	for _, g := range p.groups {
		n += g.size
	}
	return types.DecimalOf(min(max(n, 1), types.MaxPrecision), min(p.after, types.MaxPrecision))
}

// parse reads text by the format, as an unscaled number; false if it does not match.
func (p *numberPattern) parse(s string) (types.Int128, bool) {
	neg, s := takeSign(s, p.lead, false)
	if p.dollar {
		rest, ok := strings.CutPrefix(s, "$")
		if !ok {
			return types.Int128{}, false
		}
		s = rest
	}
	closing := false
	if p.trail == brackets && strings.HasPrefix(s, "<") {
		closing, neg, s = true, true, s[1:]
	}
	digits, s, ok := p.takeGroups(s)
	if !ok {
		return types.Int128{}, false
	}
	var after string
	if p.point && strings.HasPrefix(s, ".") {
		s = s[1:]
		n := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if after, s = s[:n], s[n:]; n > p.after {
			return types.Int128{}, false
		}
	}
	neg, s = takeSign(s, p.trail, neg)
	if closing {
		s, ok = strings.CutPrefix(s, ">")
	}
	if !ok || s != "" || digits+after == "" {
		return types.Int128{}, false
	}
	x, _, _, ok := types.ParseDecimal(digits + after + strings.Repeat("0", p.after-len(after)))
	if neg {
		x = x.Neg()
	}
	return x, ok
}

// takeSign takes a sign that the pattern allows.
func takeSign(s string, sign patternSign, neg bool) (bool, string) {
	switch {
	case sign == noSign || sign == brackets || s == "":
	case s[0] == '-':
		return !neg, s[1:]
	case s[0] == '+' && sign == plusMinus:
		return neg, s[1:]
	}
	return neg, s
}

// takeGroups takes digits and separators and compares the sizes of the groups from the right.
func (p *numberPattern) takeGroups(s string) (digits, rest string, ok bool) {
	n := len(s) - len(strings.TrimLeft(s, "0123456789, "))
	groups := strings.Split(strings.ReplaceAll(s[:n], " ", ""), ",")
	if len(p.groups) == 0 {
		return "", s[n:], groups[0] == "" && len(groups) == 1
	}
	if len(groups) > len(p.groups) {
		return "", s, false
	}
	for i := range groups {
		want, got := p.groups[len(p.groups)-1-i], len(groups[len(groups)-1-i])
		if got > want.size || want.exact && got != want.size {
			return "", s, false
		}
	}
	return strings.Join(groups, ""), s[n:], true
}
