package temporal

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// ParseError says why text does not match a pattern, in java.time's words. Overflow tells a time that microseconds cannot express.
type ParseError struct {
	Message  string
	Overflow bool
}

func (e *ParseError) Error() string { return e.Message }

// patternParser is the state of one parse.
type patternParser struct {
	items []patternItem
	s     string
	parsedFields
}

// parsedFields are the fields read so far.
type parsedFields struct {
	values [numPatternFields]int64
	set    uint32
	zone   *time.Location
}

func (f *parsedFields) has(x patternField) bool { return f.set>>x&1 != 0 }

// put stores a field; false if it has another value already.
func (f *parsedFields) put(x patternField, v int64) bool {
	if f.has(x) && f.values[x] != v {
		return false
	}
	f.values[x] = v
	f.set |= 1 << x
	return true
}

func (f *parsedFields) or(x patternField, def int64) int64 {
	if f.has(x) {
		return f.values[x]
	}
	return def
}

// Parse reads a wall clock time in microseconds, and the zone if the text has one (else nil). Parts that the pattern does not have are those of
// 1970-01-01 00:00:00. The error is nil or a *ParseError.
func (p *Pattern) Parse(s string) (local int64, zone *time.Location, err *ParseError) {
	q := patternParser{items: p.items, s: s}
	pos := q.run(0, len(p.items), 0)
	if pos < 0 {
		return 0, nil, &ParseError{Message: fmt.Sprintf("Text '%s' could not be parsed at index %d", s, utf8.RuneCountInString(s[:^pos]))}
	}
	if pos < len(s) {
		return 0, nil, &ParseError{Message: fmt.Sprintf("Text '%s' could not be parsed, unparsed text found at index %d", s, utf8.RuneCountInString(s[:pos]))}
	}
	micros, why := q.clock()
	if why != "" {
		return 0, nil, &ParseError{Message: "Text '" + s + "' could not be parsed: " + why}
	}
	days, why := q.date()
	if why != "" {
		return 0, nil, &ParseError{Message: why}
	}
	if days > math.MaxInt64/Day-1 || days < math.MinInt64/Day+1 {
		return 0, nil, &ParseError{Message: "long overflow", Overflow: true}
	}
	return days*Day + micros, q.zone, nil
}

// run matches the items from lo to hi at a position and returns the position behind, or the complement of where it failed.
func (p *patternParser) run(lo, hi, pos int) int {
	for i := lo; i < hi; i++ {
		it := &p.items[i]
		if it.kind == itemOptional {
			saved := p.parsedFields
			if end := p.run(i+1, it.end, pos); end >= 0 {
				pos = end
			} else {
				p.parsedFields = saved
			}
			i = it.end - 1
			continue
		}
		if pos = p.item(it, pos); pos < 0 {
			return pos
		}
	}
	return pos
}

func (p *patternParser) item(it *patternItem, pos int) int {
	switch it.kind {
	case itemLiteral:
		if len(p.s)-pos < len(it.literal) || !strings.EqualFold(p.s[pos:pos+len(it.literal)], it.literal) {
			return ^pos
		}
		return pos + len(it.literal)
	case itemNumber, itemReduced:
		return p.number(it, pos)
	case itemFraction:
		return p.fraction(it, pos)
	case itemText:
		return p.text(it, pos)
	case itemOffset:
		return p.offset(it, pos)
	case itemLocalOffset:
		return p.localOffset(pos)
	}
	return p.zoneID(pos, it.kind == itemZoneText)
}

func (p *patternParser) number(it *patternItem, pos int) int {
	start := pos
	if pos == len(p.s) {
		return ^pos
	}
	plus, minus := p.s[pos] == '+', p.s[pos] == '-'
	if plus || minus {
		if it.sign == signNever || plus && it.sign == signNormal || it.kind == itemReduced {
			return ^pos
		}
		pos++
	}
	n := 0
	for n < it.max+it.reserved && pos+n < len(p.s) && p.s[pos+n] >= '0' && p.s[pos+n] <= '9' {
		n++
	}
	if it.reserved > 0 {
		n = min(max(it.min, n-it.reserved), n)
	}
	if n < it.min {
		return ^pos
	}
	v := int64(0)
	for _, c := range []byte(p.s[pos : pos+n]) {
		if v > math.MaxInt64/100 {
			return ^pos
		}
		v = v*10 + int64(c-'0')
	}
	switch {
	case minus && v == 0:
		return ^(pos - 1)
	case minus:
		v = -v
	case it.sign == signExceedsPad && plus && n <= it.min:
		return ^(pos - 1)
	case it.sign == signExceedsPad && !plus && n > it.min:
		return ^pos
	}
	if it.kind == itemReduced {
		v += 2000
	}
	if !p.put(it.field, v) {
		return ^start
	}
	return pos + n
}

func (p *patternParser) fraction(it *patternItem, pos int) int {
	v, n := int64(0), 0
	for n < it.max && pos+n < len(p.s) && p.s[pos+n] >= '0' && p.s[pos+n] <= '9' {
		v = v*10 + int64(p.s[pos+n]-'0')
		n++
	}
	if n < it.min {
		return ^pos
	}
	for i := n; i < 9; i++ {
		v *= 10
	}
	if !p.put(fieldNano, v) {
		return ^pos
	}
	return pos + n
}

func (p *patternParser) text(it *patternItem, pos int) int {
	var names []string
	base := int64(0)
	switch it.field {
	case fieldMonth:
		names, base = monthTexts[:], 1
	case fieldHalf:
		names = halfTexts[:]
	case fieldEra:
		if names = eraTexts[:]; !it.full {
			names = []string{"BC", "AD"}
		}
	}
	for i, name := range names {
		if it.field == fieldMonth {
			name = short(name, it.full)
		}
		if len(p.s)-pos >= len(name) && strings.EqualFold(p.s[pos:pos+len(name)], name) {
			if !p.put(it.field, base+int64(i)) {
				return ^pos
			}
			return pos + len(name)
		}
	}
	return ^pos
}

// twoDigits reads a number below 60 of two digits.
func (p *patternParser) twoDigits(pos int, colon bool) (v, end int) {
	if colon {
		if pos >= len(p.s) || p.s[pos] != ':' {
			return 0, -1
		}
		pos++
	}
	if pos+2 > len(p.s) {
		return 0, -1
	}
	v, n := digits(p.s[pos : pos+2])
	if n != 2 || v > 59 {
		return 0, -1
	}
	return v, pos + 2
}

func (p *patternParser) putOffset(secs int) {
	if p.zone == nil {
		if secs == 0 {
			p.zone = time.UTC
		} else {
			p.zone = time.FixedZone("", secs)
		}
	}
}

// offset reads what appendOffset writes.
func (p *patternParser) offset(it *patternItem, pos int) int {
	n, colon := it.count, it.count == 3 || it.count == 5
	if it.letter == 'Z' && n < 5 {
		n, colon = 2, false
	}
	if (it.letter == 'X' || it.letter == 'Z' && n == 5) && pos < len(p.s) && p.s[pos]|0x20 == 'z' {
		p.putOffset(0)
		return pos + 1
	}
	if pos >= len(p.s) || p.s[pos] != '+' && p.s[pos] != '-' {
		return ^pos
	}
	h, end := p.twoDigits(pos+1, false)
	if end < 0 {
		return ^pos
	}
	secs := h * 3600
	if m, e := p.twoDigits(end, colon); e >= 0 {
		secs, end = secs+m*60, e
		if s, e := p.twoDigits(end, colon); n > 3 && e >= 0 {
			secs, end = secs+s, e
		}
	} else if n > 1 {
		return ^pos
	}
	if secs > 18*3600 {
		return ^pos
	}
	if p.s[pos] == '-' {
		secs = -secs
	}
	p.putOffset(secs)
	return end
}

// localOffset reads GMT, GMT+8, GMT+08:00.
func (p *patternParser) localOffset(pos int) int {
	if len(p.s)-pos < 3 || !strings.EqualFold(p.s[pos:pos+3], "GMT") {
		return ^pos
	}
	end := pos + 3
	if end == len(p.s) || p.s[end] != '+' && p.s[end] != '-' {
		p.putOffset(0)
		return end
	}
	h, n := digits(p.s[end+1 : min(end+3, len(p.s))])
	if n == 0 {
		return ^pos
	}
	secs, at := h*3600, end+1+n
	for unit := 60; unit > 0; unit /= 60 {
		v, e := p.twoDigits(at, true)
		if e < 0 {
			break
		}
		secs, at = secs+v*unit, e
	}
	if p.s[end] == '-' {
		secs = -secs
	}
	p.putOffset(secs)
	return at
}

// zoneID reads the longest text that names a zone; names like PST count if names is set.
func (p *patternParser) zoneID(pos int, names bool) int {
	end := pos
	for end < len(p.s) && (p.s[end]|0x20 >= 'a' && p.s[end]|0x20 <= 'z' || p.s[end] >= '0' && p.s[end] <= '9' || strings.IndexByte("/_+-:~", p.s[end]) >= 0) {
		end++
	}
	if names {
		if z, n := zoneByText(p.s[pos:]); n > 0 {
			p.zone = z
			return pos + n
		}
	}
	for ; end > pos; end-- {
		if z, err := ParseZone(p.s[pos:end]); err == nil {
			p.zone = z
			return end
		}
	}
	return ^pos
}

// zoneByText finds the zone whose short or full name s begins with, without regard to case; the longest counts.
func zoneByText(s string) (z *time.Location, length int) {
	for i := range zoneTexts {
		x := &zoneTexts[i]
		for _, name := range [...]string{x.standard, x.summer, x.fullStandard, x.fullSummerText} {
			if len(name) > length && len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) && (len(s) == len(name) || s[len(name)]|0x20 < 'a' || s[len(name)]|0x20 > 'z') {
				id, _, _ := strings.Cut(x.zones, " ")
				if found, err := ParseZone(id); err == nil {
					z, length = found, len(name)
				}
			}
		}
	}
	if length < len(s) && length > 0 && strings.IndexByte("+-/", s[length]) >= 0 {
		return nil, 0 // GMT+1 is an identifier
	}
	return z, length
}
