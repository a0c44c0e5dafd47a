package temporal

import (
	"math"
	"math/bits"
	"strings"
	"time"
)

// MicrosFromParts returns the microseconds of a wall clock time, and whether they fit.
func MicrosFromParts(days int32, micros int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(abs64(int64(days))), uint64(Day))
	if hi != 0 || lo > math.MaxInt64 {
		// the first day that an int64 reaches begins before its range: count from the day's end
		if days < 0 && micros > 0 {
			v := int64(days+1)*Day + (micros - Day)
			return v, v < 0
		}
		return 0, false
	}
	v := int64(days) * Day
	sum := v + micros
	return sum, (sum >= v) == (micros >= 0)
}

func abs64(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

// Offset returns the offset of a zone from UTC in microseconds at an instant.
func Offset(micros int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return 0
	}
	_, off := time.Unix(FloorDiv64(micros, Second), 0).In(loc).Zone()
	return int64(off) * Second
}

// ToLocal converts an instant to the wall clock of a zone.
func ToLocal(micros int64, loc *time.Location) int64 { return micros + Offset(micros, loc) }

// ToUTC converts a wall clock time of a zone to an instant: in a gap the time is moved forward by the gap's length, in an overlap the
// earlier offset counts, as java.time does.
func ToUTC(local int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return local
	}
	before := Offset(local-Day, loc)
	after := Offset(local+Day, loc)
	if before == after {
		if t := local - before; Offset(t, loc) == before {
			return t
		}
	}
	t1 := local - before
	if Offset(t1, loc) == before { // valid under the earlier offset
		return t1
	}
	t2 := local - after
	if Offset(t2, loc) == after {
		return t2
	}
	return t1 // gap: the earlier offset moves the time forward
}

// Split returns the day and the microseconds in it of a wall clock time.
func Split(local int64) (days int32, micros int64) {
	d := FloorDiv64(local, Day)
	return int32(d), local - d*Day
}

// FormatNTZ returns yyyy-MM-dd HH:mm:ss[.ffffff] without trailing zeros of the fraction.
func FormatNTZ(local int64) string { return string(AppendNTZ(nil, local)) }

// AppendNTZ appends what FormatNTZ returns.
func AppendNTZ(b []byte, local int64) []byte {
	days, us := Split(local)
	b = append(AppendDate(b, days), ' ')
	return AppendTime(b, us)
}

// AppendTime appends HH:mm:ss[.ffffff] of microseconds since midnight.
func AppendTime(b []byte, us int64) []byte {
	b = appendPadded(b, int(us/Hour), 2)
	b = append(b, ':')
	b = appendPadded(b, int(us/Minute%60), 2)
	b = append(b, ':')
	b = appendPadded(b, int(us/Second%60), 2)
	return appendFraction(b, int(us%Second))
}

func appendFraction(b []byte, f int) []byte {
	if f == 0 {
		return b
	}
	b = append(b, '.')
	b = appendPadded(b, f, 6)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// FormatTimestamp returns an instant in a zone, as FormatNTZ.
func FormatTimestamp(micros int64, loc *time.Location) string { return FormatNTZ(ToLocal(micros, loc)) }

// ParseTimestamp reads a timestamp as Spark's cast does: a date as ParseDate takes it, then optionally a space or T, h:m[:s[.f]] and a zone;
// a time alone takes its date from today, or is no timestamp if that is nil. Without a zone the text is local to loc.
func ParseTimestamp(s string, loc *time.Location, today func() int32) (int64, bool) {
	local, zone, _, ok := parseTimestamp(s, today)
	if !ok {
		return 0, false
	}
	if zone == nil {
		zone = loc
	}
	return instantOf(local, zone)
}

// instantOf is ToUTC with a check of overflow.
func instantOf(local int64, zone *time.Location) (int64, bool) {
	const limit = math.MaxInt64 - 2*Day
	switch {
	case zone == time.UTC:
		return local, true
	case local > limit:
		off := Offset(limit, zone)
		return local - off, off >= 0 || local <= math.MaxInt64+off
	case local < -limit:
		off := Offset(-limit, zone)
		return local - off, off <= 0 || local >= math.MinInt64+off
	}
	return ToUTC(local, zone), true
}

// ParseNTZ reads a timestamp without time zone. A zone in the text is ignored if allowZone, else it is an error, as is a time alone.
func ParseNTZ(s string, allowZone bool) (int64, bool) {
	local, zone, timeOnly, ok := parseTimestamp(s, func() int32 { return 0 })
	return local, ok && !timeOnly && (allowZone || zone == nil)
}

// HasZone reports whether timestamp text ends in a zone.
func HasZone(s string) bool {
	_, zone, _, ok := parseTimestamp(s, func() int32 { return 0 })
	return ok && zone != nil
}

// ParseTime reads a time of day, h:m[:s[.f]], as microseconds since midnight.
func ParseTime(s string) (int64, bool) {
	s = trim(s)
	if len(s) < 3 || s[1] != ':' && s[2] != ':' {
		return 0, false
	}
	us, rest, ok := parseClock(s)
	return us, ok && rest == ""
}

func parseTimestamp(s string, today func() int32) (local int64, zone *time.Location, timeOnly, ok bool) {
	s = trim(s)
	var days int32
	rest := s
	if y, m, d, r, okDate := parseDatePart(s); okDate && (r == "" || r[0] != ':') {
		if !ValidDate(y, m, d) {
			return 0, nil, false, false
		}
		days = FromCivil(y, m, d)
		if r == "" {
			local, ok = MicrosFromParts(days, 0)
			return local, nil, false, ok
		}
		if r[0] != ' ' && r[0] != 'T' || strings.Count(strings.TrimLeft(s[:len(s)-len(r)], "+-"), "-") < 2 {
			return 0, nil, false, false
		}
		rest = r[1:]
		if rest == "" {
			return 0, nil, false, false
		}
	} else {
		timeOnly = true
		if !strings.Contains(rest, ":") || today == nil {
			return 0, nil, false, false
		}
		days = today()
		rest = strings.TrimPrefix(rest, "T")
	}
	us, rest, ok := parseClock(rest)
	if !ok {
		return 0, nil, false, false
	}
	if rest = strings.TrimLeft(rest, " "); rest != "" {
		z, err := ParseZone(rest)
		if err != nil {
			return 0, nil, false, false
		}
		zone = z
	}
	local, ok = MicrosFromParts(days, us)
	return local, zone, timeOnly, ok
}

// parseClock reads h{1,2}:m{1,2}[:s{1,2}[.f*]] or h{1,2} alone after a date, and returns microseconds; digits of the fraction beyond six are cut.
func parseClock(s string) (us int64, rest string, ok bool) {
	h, n := digits(s)
	if n < 1 || n > 2 || h > 23 {
		return 0, "", false
	}
	s = s[n:]
	us = int64(h) * Hour
	if s == "" || s[0] != ':' {
		return us, s, s == ""
	}
	m, n := digits(s[1:])
	if n < 1 || n > 2 || m > 59 {
		return 0, "", false
	}
	s = s[1+n:]
	us += int64(m) * Minute
	if s == "" || s[0] != ':' {
		return us, s, true
	}
	sec, n := digits(s[1:])
	if n < 1 || n > 2 || sec > 59 {
		return 0, "", false
	}
	s = s[1+n:]
	us += int64(sec) * Second
	if s != "" && s[0] == '.' {
		s = s[1:]
		unit := Second / 10
		for s != "" && s[0] >= '0' && s[0] <= '9' {
			us += int64(s[0]-'0') * unit
			unit /= 10
			s = s[1:]
		}
	}
	return us, s, true
}
