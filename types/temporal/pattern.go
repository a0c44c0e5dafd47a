package temporal

import (
	"strings"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Pattern is a datetime pattern as Spark understands it: the letters of java.time.format.DateTimeFormatter without week-based, narrow and
// padded forms. It is immutable.
type Pattern struct {
	text  string
	items []patternItem
}

// patternField is what an item of a pattern reads or writes.
type patternField uint8

const (
	fieldYear patternField = iota
	fieldYearOfEra
	fieldEra
	fieldMonth
	fieldDay
	fieldYearDay
	fieldHour
	fieldClockHour
	fieldHalfHour
	fieldClockHalfHour
	fieldHalf
	fieldMinute
	fieldSecond
	fieldNano
	numPatternFields // those above are read; those below only written
	fieldQuarter
	fieldWeekday
	fieldMonthWeekday
)

// patternKind is the kind of an item.
type patternKind uint8

const (
	itemLiteral patternKind = iota
	itemNumber
	itemFraction
	itemText
	itemReduced // the last two digits of a year from 2000
	itemZoneID
	itemZoneText
	itemOffset
	itemLocalOffset // GMT+8
	itemOptional    // a part in brackets; end is the index behind it
)

// signRule says which signs a number may have, as java.time.format.SignStyle.
type signRule uint8

const (
	signNormal signRule = iota
	signExceedsPad
	signNever
)

type patternItem struct {
	kind     patternKind
	letter   byte
	field    patternField
	full     bool // the long form of a text
	sign     signRule
	count    int
	min, max int // digits
	reserved int // digits of the fixed numbers that follow at once, which a number of variable width leaves to them
	end      int
	literal  string
}

func (it *patternItem) fixed() bool { return it.min == it.max && it.sign == signNever }

// CompilePattern reads a pattern, for parsing or for formatting. Errors are of the conditions INVALID_DATETIME_PATTERN and
// INCONSISTENT_BEHAVIOR_CROSS_VERSION, without a place.
func CompilePattern(text string, parsing bool) (*Pattern, error) {
	if err := checkPattern(text, parsing); err != nil {
		return nil, err
	}
	c := patternCompiler{p: &Pattern{text: text}, parsing: parsing, base: []int{-1}, eras: hasEra(text)}
	if !c.compile() {
		return nil, invalidPattern(text)
	}
	return c.p, nil
}

// unquoted calls f with the parts of a pattern that are not between single quotes.
func unquoted(text string, f func(part string)) {
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 {
			f(part)
		}
	}
}

func hasEra(text string) (found bool) {
	unquoted(text, func(part string) { found = found || strings.Contains(part, "G") })
	return found
}

// checkPattern rejects what Spark rejects before java.time sees the pattern.
func checkPattern(text string, parsing bool) (err error) {
	bad := "ABnNp"
	if parsing {
		bad += "EFqQ"
	}
	unquoted(text, func(part string) {
		if err != nil {
			return
		}
		if i := strings.IndexAny(part, "YWwuec"); i >= 0 {
			err = sqlerr.New("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", sqlerr.Pos{},
				"You may get a different result due to the upgrading to Spark >= 3.0: All week-based patterns are unsupported since Spark 3.0, detected week-based character: %c. Please use the SQL function EXTRACT instead.", part[i])
			return
		}
		if i := strings.IndexAny(part, bad); i >= 0 && !legacyPattern(text) {
			err = sqlerr.New("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", sqlerr.Pos{}, "Unrecognized datetime pattern: '%s'. Illegal pattern character found in datetime pattern: %c. Please provide legal character.", text, part[i])
		} else if i >= 0 {
			err = unrecognized(text)
		}
		for _, style := range [...]string{"GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"} {
			if err == nil && strings.Contains(part, style) {
				if err = unrecognized(text); !legacyPattern(text) {
					err = sqlerr.New("INVALID_DATETIME_PATTERN.LENGTH", sqlerr.Pos{}, "Unrecognized datetime pattern: '%s'. Too many letters in datetime pattern: %s. Please reduce pattern length.", text, style)
				}
			}
		}
	})
	return err
}

// legacyPattern reports whether java.text.SimpleDateFormat takes a pattern.
func legacyPattern(text string) bool {
	ok := strings.Count(text, "'")%2 == 0
	unquoted(text, func(part string) {
		for i := 0; i < len(part); i++ {
			c := part[i]
			if c|0x20 >= 'a' && c|0x20 <= 'z' && strings.IndexByte("GyYMLwWDdFEuaHkKhmsSzZX", c) < 0 || strings.Contains(part, "XXXX") {
				ok = false
			}
		}
	})
	return ok
}

func unrecognized(text string) error {
	return sqlerr.New("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", sqlerr.Pos{},
		"You may get a different result due to the upgrading to Spark >= 3.0: Fail to recognize '%s' pattern in the DateTimeFormatter.", text).
		WithHint("1) You can set \"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to restore the behavior before Spark 3.0. 2) You can form a valid datetime pattern with the guide from 'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'.")
}

// invalidPattern is the error of a pattern that java.time rejects: another one if the parser of Spark 2 would have taken it.
func invalidPattern(text string) error {
	if legacyPattern(text) {
		return unrecognized(text)
	}
	return sqlerr.New("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", sqlerr.Pos{}, "Unrecognized datetime pattern: '%s'. You can form a valid datetime pattern with the guide from 'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'.", text)
}

// patternCompiler turns text into items.
type patternCompiler struct {
	p       *Pattern
	parsing bool
	eras    bool
	open    []int // indexes of the optional items that are not closed
	base    []int // for every open part, the number to which fixed numbers that follow at once belong; -1 if there is none
}

func (c *patternCompiler) compile() bool {
	s := c.p.text
	for i := 0; i < len(s); {
		switch ch := s[i]; {
		case ch|0x20 >= 'a' && ch|0x20 <= 'z':
			n := 1
			for i+n < len(s) && s[i+n] == ch {
				n++
			}
			if !c.letter(ch, n) {
				return false
			}
			i += n
		case ch == '\'':
			n, ok := c.quoted(s[i:])
			if !ok {
				return false
			}
			i += n
		case ch == '[':
			c.open = append(c.open, len(c.p.items))
			c.add(patternItem{kind: itemOptional})
			c.base = append(c.base, -1)
			i++
		case ch == ']':
			if len(c.open) == 0 {
				return false
			}
			c.closeOptional()
			i++
		case ch == '{' || ch == '}' || ch == '#':
			return false
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			c.add(patternItem{kind: itemLiteral, literal: s[i : i+n]})
			i += n
		}
	}
	for len(c.open) > 0 {
		c.closeOptional()
	}
	return true
}

func (c *patternCompiler) closeOptional() {
	at := c.open[len(c.open)-1]
	c.p.items[at].end = len(c.p.items)
	c.open, c.base = c.open[:len(c.open)-1], c.base[:len(c.base)-1]
	c.base[len(c.base)-1] = -1
}

// quoted reads ” or 'text' at the start of s and returns its length.
func (c *patternCompiler) quoted(s string) (int, bool) {
	var text []byte
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			text = append(text, s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' && i > 1 {
			text = append(text, '\'')
			i++
			continue
		}
		if i == 1 {
			text = []byte{'\''}
		}
		c.add(patternItem{kind: itemLiteral, literal: string(text)})
		return i + 1, true
	}
	return 0, false
}

// add appends an item that is no number; one literal joins another.
func (c *patternCompiler) add(it patternItem) bool {
	c.base[len(c.base)-1] = -1
	c.p.items = append(c.p.items, it)
	return true
}

// number appends a number. Those of fixed width that follow a number at once are reserved by it.
func (c *patternCompiler) number(it patternItem) bool {
	at := &c.base[len(c.base)-1]
	if *at >= 0 && it.fixed() {
		c.p.items[*at].reserved += it.max
	} else {
		*at = len(c.p.items)
	}
	c.p.items = append(c.p.items, it)
	return true
}

// plain is a number of one or two letters: as many digits as there are, or two.
func (c *patternCompiler) plain(f patternField, n int) bool {
	switch n {
	case 1:
		return c.number(patternItem{kind: itemNumber, field: f, min: 1, max: 19})
	case 2:
		return c.number(patternItem{kind: itemNumber, field: f, min: 2, max: 2, sign: signNever})
	}
	return false
}

func (c *patternCompiler) letter(ch byte, n int) bool {
	switch ch {
	case 'y':
		return c.year(n)
	case 'M', 'L', 'Q', 'q':
		f := fieldMonth
		if ch == 'Q' || ch == 'q' {
			f = fieldQuarter
		}
		if n <= 2 {
			return c.plain(f, n)
		}
		return n <= 4 && c.add(patternItem{kind: itemText, field: f, full: n == 4})
	case 'G':
		return n <= 4 && c.add(patternItem{kind: itemText, field: fieldEra, full: n == 4})
	case 'E':
		return n <= 4 && c.add(patternItem{kind: itemText, field: fieldWeekday, full: n == 4})
	case 'a':
		return n == 1 && c.add(patternItem{kind: itemText, field: fieldHalf})
	case 'F':
		return n == 1 && c.plain(fieldMonthWeekday, n)
	case 'D':
		if n == 1 {
			return c.plain(fieldYearDay, n)
		}
		return n <= 3 && c.number(patternItem{kind: itemNumber, field: fieldYearDay, min: n, max: 3, sign: signNever})
	case 'S':
		return c.fraction(n)
	case 'd':
		return c.plain(fieldDay, n)
	case 'H':
		return c.plain(fieldHour, n)
	case 'k':
		return c.plain(fieldClockHour, n)
	case 'K':
		return c.plain(fieldHalfHour, n)
	case 'h':
		return c.plain(fieldClockHalfHour, n)
	case 'm':
		return c.plain(fieldMinute, n)
	case 's':
		return c.plain(fieldSecond, n)
	}
	return c.zone(ch, n)
}

// year reads years: of an era only if the pattern has an era.
func (c *patternCompiler) year(n int) bool {
	f := fieldYear
	if c.eras {
		f = fieldYearOfEra
	}
	switch {
	case n == 2:
		return c.number(patternItem{kind: itemReduced, field: f, min: 2, max: 2, sign: signNever})
	case n < 4:
		return c.number(patternItem{kind: itemNumber, field: f, min: n, max: 19})
	}
	return c.number(patternItem{kind: itemNumber, field: f, min: n, max: 19, sign: signExceedsPad})
}

// fraction is of as many digits as letters when written, of at most as many when read.
func (c *patternCompiler) fraction(n int) bool {
	if n > 9 {
		return false
	}
	it := patternItem{kind: itemFraction, field: fieldNano, min: n, max: n, sign: signNever}
	if c.parsing && n > 1 {
		it.min = 1
		return c.add(it)
	}
	return c.number(it)
}

func (c *patternCompiler) zone(ch byte, n int) bool {
	switch ch {
	case 'V':
		return n == 2 && c.add(patternItem{kind: itemZoneID})
	case 'z':
		return n <= 4 && c.add(patternItem{kind: itemZoneText, full: n == 4})
	case 'O':
		return (n == 1 || n == 4) && c.add(patternItem{kind: itemLocalOffset, full: n == 4})
	case 'Z':
		if n == 4 {
			return c.add(patternItem{kind: itemLocalOffset, full: true})
		}
		return n <= 5 && c.add(patternItem{kind: itemOffset, letter: ch, count: n})
	case 'X', 'x':
		return n <= 5 && c.add(patternItem{kind: itemOffset, letter: ch, count: n})
	}
	return false
}
