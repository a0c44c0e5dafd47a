package functions

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// runeSet is a sorted list of ranges of characters, first and last.
type runeSet [][2]rune

var (
	setDigit = runeSet{{'0', '9'}}
	setWord  = runeSet{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	setSpace = runeSet{{'\t', '\r'}, {' ', ' '}}
	setLine  = runeSet{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	setBlank = runeSet{{'\t', '\t'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}}
	// setNotDot is what a dot does not match.
	setNotDot = runeSet{{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
)

// posixSets are Java's ASCII classes.
var posixSets = sync.OnceValue(func() map[string]runeSet {
	return map[string]runeSet{
		"Lower": {{'a', 'z'}}, "Upper": {{'A', 'Z'}}, "ASCII": {{0, 0x7F}}, "Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Digit": {{'0', '9'}},
		"Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "Graph": {{'!', '~'}},
		"Print": {{' ', '~'}}, "Blank": {{'\t', '\t'}, {' ', ' '}}, "Cntrl": {{0, 0x1F}, {0x7F, 0x7F}}, "XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}},
		"Space": {{'\t', '\r'}, {' ', ' '}},
	}
})

// javaNames are Java's names of Unicode properties that Go calls otherwise.
var javaNames = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"IsAlphabetic": "L", "IsLetter": "L", "IsDigit": "Nd", "IsUppercase": "Lu", "IsLowercase": "Ll", "IsPunctuation": "P", "IsWhite_Space": "White_Space",
		"javaLowerCase": "Ll", "javaUpperCase": "Lu", "javaLetter": "L", "javaDigit": "Nd", "javaWhitespace": "White_Space",
	}
})

// property returns the characters of \p{name}.
func property(name string) (runeSet, bool) {
	if s, ok := posixSets()[name]; ok {
		return s, true
	}
	if n, ok := javaNames()[name]; ok {
		name = n
	}
	if _, v, ok := strings.Cut(name, "="); ok {
		name = v
	}
	for _, n := range []string{name, strings.TrimPrefix(name, "Is")} {
		for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
			if t, ok := tables[n]; ok {
				return tableSet(t), true
			}
		}
	}
	return nil, false
}

func tableSet(t *unicode.RangeTable) runeSet {
	var s runeSet
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			s = append(s, [2]rune{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			s = append(s, [2]rune{r, r})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return s.normal()
}

// normal sorts the ranges and joins those that touch.
func (s runeSet) normal() runeSet {
	slices.SortFunc(s, func(a, b [2]rune) int { return cmp.Compare(a[0], b[0]) })
	var out runeSet
	for _, r := range s {
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], r[1])
		} else {
			out = append(out, r)
		}
	}
	return out
}

// not returns the complement, without surrogates, which are no characters.
func (s runeSet) not() runeSet {
	var out runeSet
	add := func(lo, hi rune) {
		if lo <= hi {
			out = append(out, [2]rune{lo, hi})
		}
	}
	next := rune(0)
	for _, r := range append(slices.Clone(s), [2]rune{0xD800, 0xDFFF}).normal() {
		add(next, r[0]-1)
		next = r[1] + 1
	}
	add(next, unicode.MaxRune)
	return out
}

func (s runeSet) union(t runeSet) runeSet { return append(slices.Clone(s), t...).normal() }

func (s runeSet) intersect(t runeSet) runeSet { return s.not().union(t.not()).not() }

// appendClass writes the set as a class that Go's and .NET's syntax share. The set must be normal.
func (s runeSet) appendClass(dst []byte, negated bool) []byte {
	if len(s) == 0 {
		s, negated = runeSet{{0, unicode.MaxRune}}, !negated
	}
	dst = append(dst, '[')
	if negated {
		dst = append(dst, '^')
	}
	for _, r := range s {
		dst = appendLiteral(dst, r[0])
		if r[1] > r[0] {
			if r[1] > r[0]+1 {
				dst = append(dst, '-')
			}
			dst = appendLiteral(dst, r[1])
		}
	}
	return append(dst, ']')
}

// appendLiteral writes a character so that it stands for itself in a pattern or class.
func appendLiteral(dst []byte, r rune) []byte {
	if r < 0x80 && r > ' ' && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_') {
		dst = append(dst, '\\')
	}
	return append(dst, string(r)...)
}
