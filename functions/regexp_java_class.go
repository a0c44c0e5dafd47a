package functions

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// classEscape reads what follows a backslash and stands for characters, also inside a class. single tells that it is one character.
func (r *javaReader) classEscape() (set runeSet, single bool, err error) {
	c := r.next()
	one := func(x rune) (runeSet, bool, error) { return runeSet{{x, x}}, true, nil }
	switch c {
	case 'd':
		return setDigit, false, nil
	case 'D':
		return setDigit.not(), false, nil
	case 'w':
		return setWord, false, nil
	case 'W':
		return setWord.not(), false, nil
	case 's':
		return setSpace, false, nil
	case 'S':
		return setSpace.not(), false, nil
	case 'h':
		return setBlank, false, nil
	case 'H':
		return setBlank.not(), false, nil
	case 'v':
		return setLine, false, nil
	case 'V':
		return setLine.not(), false, nil
	case 't':
		return one('\t')
	case 'n':
		return one('\n')
	case 'r':
		return one('\r')
	case 'f':
		return one('\f')
	case 'a':
		return one('\a')
	case 'e':
		return one(0x1B)
	case 'c':
		if r.at >= len(r.src) {
			return nil, false, errPattern
		}
		return one(r.next() ^ 64)
	case 'u':
		x, err := r.code(4, 4, 16)
		return runeSet{{x, x}}, true, err
	case 'x':
		return r.hexEscape()
	case '0':
		x, err := r.code(1, 3, 8)
		return runeSet{{x, x}}, true, err
	case 'p', 'P':
		set, err := r.propertyEscape()
		if c == 'P' {
			set = set.not()
		}
		return set, false, err
	}
	if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '1' && c <= '9' || c == utf8.RuneError {
		return nil, false, errPattern
	}
	return one(c)
}

// code reads a number of least to most digits.
func (r *javaReader) code(least, most, base int) (rune, error) {
	n := 0
	for n < most && r.at+n < len(r.src) && digitValue(r.src[r.at+n]) < uint64(base) {
		n++
	}
	x, err := strconv.ParseUint(r.src[r.at:r.at+n], base, 32)
	if n < least || err != nil {
		return 0, errPattern
	}
	r.at += n
	return rune(x), nil
}

func (r *javaReader) hexEscape() (runeSet, bool, error) {
	if !strings.HasPrefix(r.rest(), "{") {
		x, err := r.code(2, 2, 16)
		return runeSet{{x, x}}, true, err
	}
	r.at++
	x, err := r.code(1, 6, 16)
	if err != nil || !strings.HasPrefix(r.rest(), "}") {
		return nil, false, errPattern
	}
	r.at++
	return runeSet{{x, x}}, true, nil
}

func (r *javaReader) propertyEscape() (runeSet, error) {
	var name string
	if after, ok := strings.CutPrefix(r.rest(), "{"); ok {
		if name, after, ok = strings.Cut(after, "}"); !ok {
			return nil, errPattern
		}
		r.at = len(r.src) - len(after)
	} else if r.at < len(r.src) {
		name = string(r.next())
	}
	set, ok := property(name)
	if !ok {
		return nil, errPattern
	}
	return set, nil
}

// class reads a class after its bracket: unions, ranges, nested classes and intersections.
func (r *javaReader) class() (runeSet, error) {
	negated := strings.HasPrefix(r.rest(), "^")
	if negated {
		r.at++
	}
	var all, set runeSet
	met := false // an intersection came before
	for first := true; ; first = false {
		if r.at >= len(r.src) {
			return nil, errPattern
		}
		switch {
		case r.src[r.at] == ']' && !first:
			r.at++
			if met {
				set = all.intersect(set.normal())
			}
			if set = set.normal(); negated {
				set = set.not()
			}
			return set, nil
		case strings.HasPrefix(r.rest(), "&&"):
			r.at += 2
			if set = set.normal(); met {
				set = all.intersect(set)
			}
			all, set, met = set, nil, true
		case r.src[r.at] == '[':
			r.at++
			inner, err := r.class()
			if err != nil {
				return nil, err
			}
			set = append(set, inner...)
		default:
			part, err := r.classRange()
			if err != nil {
				return nil, err
			}
			set = append(set, part...)
		}
	}
}

// classRange reads a character, an escape or a range.
func (r *javaReader) classRange() (runeSet, error) {
	lo, single, err := r.classItem()
	rest := r.rest()
	if err != nil || !single || len(rest) < 2 || rest[0] != '-' || rest[1] == ']' || rest[1] == '[' {
		return lo, err
	}
	r.at++
	hi, single, err := r.classItem()
	if err != nil || !single || hi[0][0] < lo[0][0] {
		return nil, errPattern
	}
	return runeSet{{lo[0][0], hi[0][0]}}, nil
}

func (r *javaReader) classItem() (set runeSet, single bool, err error) {
	c := r.next()
	if c != '\\' {
		return runeSet{{c, c}}, true, nil
	}
	if after, ok := strings.CutPrefix(r.rest(), "Q"); ok {
		text, after, _ := strings.Cut(after, `\E`)
		r.at = len(r.src) - len(after)
		for _, c := range text {
			set = append(set, [2]rune{c, c})
		}
		return set, false, nil
	}
	return r.classEscape()
}
