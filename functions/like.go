package functions

import (
	"bytes"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// likePattern is a compiled LIKE pattern. Without _ it is the pieces between the %, which are searched for one after the other; with _ it is
// matched token by token.
type likePattern struct {
	pieces [][]byte // literal bytes between %; the first and last may be empty
	tokens []likeToken
}

// likeToken is a rune, or one of the two wildcards.
type likeToken rune

const (
	anyRune likeToken = -1 - iota // _
	anyText                       // %
)

// compileLike reads a pattern. The escape character must be followed by itself or a wildcard.
func compileLike(pattern []byte, escape rune, pos sqlerr.Pos) (*likePattern, error) {
	p := &likePattern{pieces: [][]byte{nil}}
	single := false
	for i := 0; i < len(pattern); {
		r, n := utf8.DecodeRune(pattern[i:])
		i += n
		literal := pattern[i-n : i]
		switch {
		case r == escape:
			if i == len(pattern) {
				return nil, sqlerr.New("INVALID_FORMAT.ESC_AT_THE_END", pos, "The format is invalid: '%s'. The escape character is not allowed to end with.", pattern)
			}
			next, m := utf8.DecodeRune(pattern[i:])
			if next != '_' && next != '%' && next != escape {
				return nil, sqlerr.New("INVALID_FORMAT.ESC_IN_THE_MIDDLE", pos, "The format is invalid: '%s'. The escape character is not allowed to precede '%c'.", pattern, next)
			}
			literal = pattern[i : i+m]
			i += m
			r = next
		case r == '%':
			p.tokens = append(p.tokens, anyText)
			p.pieces = append(p.pieces, nil)
			continue
		case r == '_':
			p.tokens = append(p.tokens, anyRune)
			single = true
			continue
		}
		p.tokens = append(p.tokens, likeToken(r))
		last := &p.pieces[len(p.pieces)-1]
		*last = append(*last, literal...)
	}
	if single {
		p.pieces = nil
	}
	return p, nil
}

// match reports whether the whole of s fits the pattern.
func (p *likePattern) match(s []byte) bool {
	if p.pieces == nil {
		return p.matchTokens(s)
	}
	first := p.pieces[0]
	if len(p.pieces) == 1 {
		return bytes.Equal(s, first)
	}
	last := p.pieces[len(p.pieces)-1]
	if len(s) < len(first)+len(last) || !bytes.HasPrefix(s, first) || !bytes.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range p.pieces[1 : len(p.pieces)-1] {
		i := bytes.Index(s, piece)
		if i < 0 {
			return false
		}
		s = s[i+len(piece):]
	}
	return true
}

// matchTokens is the greedy matcher: on a mismatch the text of the last % grows by one character.
func (p *likePattern) matchTokens(s []byte) bool {
	t, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case t < len(p.tokens) && p.tokens[t] == anyText:
			star, mark = t, i
			t++
			continue
		case t < len(p.tokens) && (p.tokens[t] == anyRune || p.tokens[t] == likeToken(r)):
			t++
			i += n
			continue
		case star < 0:
			return false
		}
		_, n = utf8.DecodeRune(s[mark:])
		mark += n
		t, i = star+1, mark
	}
	for t < len(p.tokens) && p.tokens[t] == anyText {
		t++
	}
	return t == len(p.tokens)
}

// shape tells the patterns that have loops of their own.
type shape uint8

const (
	shapeGeneral shape = iota
	shapeEqual
	shapePrefix
	shapeSuffix
	shapeContains
)

// shape returns the pattern's shape and the literal it is about.
func (p *likePattern) shape() (shape, []byte) {
	switch ps := p.pieces; {
	case len(ps) == 1:
		return shapeEqual, ps[0]
	case len(ps) == 2 && len(ps[1]) == 0:
		return shapePrefix, ps[0]
	case len(ps) == 2 && len(ps[0]) == 0:
		return shapeSuffix, ps[1]
	case len(ps) == 3 && len(ps[0])+len(ps[2]) == 0:
		return shapeContains, ps[1]
	}
	return shapeGeneral, nil
}
