package temporal

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// unit is a field name of interval text: what one of it counts.
type unit struct {
	months, days int64
	micros       int64
}

var units = map[string]unit{
	"year": {months: 12}, "month": {months: 1}, "week": {days: 7}, "day": {days: 1},
	"hour": {micros: Hour}, "minute": {micros: Minute}, "second": {micros: Second},
	"millisecond": {micros: 1000}, "microsecond": {micros: 1},
}

func unitOf(name string) (unit, bool) {
	name = strings.ToLower(name)
	u, ok := units[name]
	if !ok {
		u, ok = units[strings.TrimSuffix(name, "s")]
	}
	return u, ok
}

// ParseInterval reads "[interval] 1 year -2 days 3.5 seconds …" as a calendar interval.
func ParseInterval(s string) (types.Interval, bool) {
	fields := strings.Fields(strings.ToLower(s))
	if len(fields) > 0 && fields[0] == "interval" {
		fields = fields[1:]
	}
	var words []string
	for i := 0; i < len(fields); i++ { // a sign may stand apart from its number
		if (fields[i] == "-" || fields[i] == "+") && i+1 < len(fields) {
			words = append(words, fields[i]+fields[i+1])
			i++
			continue
		}
		words = append(words, fields[i])
	}
	if len(words) == 0 || len(words)%2 != 0 {
		return types.Interval{}, false
	}
	var months, days, micros int64
	for i := 0; i < len(words); i += 2 {
		u, ok := unitOf(words[i+1])
		if !ok {
			return types.Interval{}, false
		}
		whole, frac, hasFrac := strings.Cut(words[i], ".")
		if hasFrac && u.micros != Second {
			return types.Interval{}, false
		}
		neg := strings.HasPrefix(whole, "-")
		if whole == "" || whole == "-" || whole == "+" {
			if frac == "" {
				return types.Interval{}, false
			}
			whole += "0"
		}
		v, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return types.Interval{}, false
		}
		ok = addScaled(&months, v, u.months) && addScaled(&days, v, u.days) && addScaled(&micros, v, u.micros)
		if !ok {
			return types.Interval{}, false
		}
		if frac != "" {
			f, okf := fraction(frac)
			if !okf {
				return types.Interval{}, false
			}
			if neg {
				f = -f
			}
			micros += f
		}
	}
	if months != int64(int32(months)) || days != int64(int32(days)) {
		return types.Interval{}, false
	}
	return types.Interval{Months: int32(months), Days: int32(days), Micros: micros}, true
}

// IntervalProblem says why ParseInterval rejects text: Spark's subcondition of INVALID_INTERVAL_FORMAT.
func IntervalProblem(s string) string {
	words := strings.Fields(strings.ToLower(s))
	for i := 0; i < len(words); i += 2 {
		value := strings.TrimLeft(words[i], "+-")
		whole, frac, hasFrac := strings.Cut(value, ".")
		switch {
		case value == "" || value[0] != '.' && (value[0] < '0' || value[0] > '9'):
			return "UNRECOGNIZED_NUMBER"
		case strings.Trim(whole, "0123456789") != "" || strings.Trim(frac, "0123456789") != "":
			return "INVALID_VALUE"
		case len(frac) > 9:
			return "INVALID_PRECISION"
		case i+1 == len(words):
			return "MISSING_UNIT"
		}
		u, ok := unitOf(words[i+1])
		switch {
		case !ok:
			return "INVALID_UNIT"
		case hasFrac && u.micros != Second:
			return "INVALID_FRACTION"
		}
	}
	return "ARITHMETIC_EXCEPTION"
}

// addScaled adds v*scale to *acc unless it overflows.
func addScaled(acc *int64, v, scale int64) bool {
	if scale == 0 || v == 0 {
		return true
	}
	hi, lo := bits.Mul64(uint64(abs64(v)), uint64(scale))
	if hi != 0 || lo > math.MaxInt64 && !(v < 0 && lo == 1<<63) {
		return false
	}
	p := int64(lo)
	if v < 0 {
		p = -p
	}
	sum := *acc + p
	if (p > 0 && sum < *acc) || (p < 0 && sum > *acc) {
		return false
	}
	*acc = sum
	return true
}

// fraction reads up to nine digits after the point as microseconds, cutting beyond six.
func fraction(s string) (int64, bool) {
	if len(s) > 9 {
		return 0, false
	}
	v, n := digits(s)
	if n != len(s) {
		return 0, false
	}
	for ; n < 6; n++ {
		v *= 10
	}
	for ; n > 6; n-- {
		v /= 10
	}
	return int64(v), true
}

// ParseYearMonth reads interval text with the fields from to to: "1-2" for YEAR TO MONTH, "3" for one field.
func ParseYearMonth(s string, from, to types.IntervalField) (int32, bool) {
	s = strings.TrimSpace(s)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	var y, m int64
	var err1, err2 error
	switch {
	case from == types.Year && to == types.Month:
		ys, ms, ok := strings.Cut(s, "-")
		if !ok {
			return 0, false
		}
		y, err1 = strconv.ParseInt(ys, 10, 64)
		m, err2 = strconv.ParseInt(ms, 10, 64)
		if m > 11 {
			return 0, false
		}
	case from == types.Year:
		y, err1 = strconv.ParseInt(s, 10, 64)
	default:
		m, err1 = strconv.ParseInt(s, 10, 64)
	}
	if err1 != nil || err2 != nil || y < 0 || m < 0 || y > math.MaxInt32 {
		return 0, false
	}
	v := y*12 + m
	if neg {
		v = -v
	}
	return int32(v), v == int64(int32(v))
}

// ParseDayTime reads interval text with the fields from to to: "1 02:03:04.5" for DAY TO SECOND, "90" for one field.
func ParseDayTime(s string, from, to types.IntervalField) (int64, bool) {
	s = strings.TrimSpace(s)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	scale := map[types.IntervalField]int64{types.Day: Day, types.Hour: Hour, types.Minute: Minute, types.Second: Second}
	limit := map[types.IntervalField]int64{types.Hour: 23, types.Minute: 59, types.Second: 59}
	var total int64
	for f := from; f <= to; f++ {
		part := s
		if f < to {
			sep := ":"
			if f == types.Day {
				sep = " "
			}
			var ok bool
			if part, s, ok = strings.Cut(s, sep); !ok {
				return 0, false
			}
			s = strings.TrimLeft(s, " ")
		}
		frac := ""
		if f == types.Second {
			part, frac, _ = strings.Cut(part, ".")
		}
		if part == "" || part[0] == '-' || part[0] == '+' {
			return 0, false
		}
		v, err := strconv.ParseInt(part, 10, 64)
		if err != nil || f > from && v > limit[f] {
			return 0, false
		}
		if neg {
			v = -v
		}
		if !addScaled(&total, v, scale[f]) {
			return 0, false
		}
		if frac != "" {
			us, ok := fraction(frac)
			if !ok {
				return 0, false
			}
			if neg {
				us = -us
			}
			total += us
		}
	}
	return total, true
}

// FormatYearMonth returns the value between the quotes of an interval literal: "1-2", "-3".
func FormatYearMonth(v int32, from, to types.IntervalField) string {
	n, sign := int64(v), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	switch {
	case from == types.Year && to == types.Month:
		return fmt.Sprintf("%s%d-%d", sign, n/12, n%12)
	case from == types.Year:
		return fmt.Sprintf("%s%d", sign, n/12)
	}
	return fmt.Sprintf("%s%d", sign, n)
}

// FormatDayTime returns the value between the quotes of an interval literal: "1 02:03:04.5".
func FormatDayTime(v int64, from, to types.IntervalField) string {
	var b []byte
	n := uint64(v)
	if v < 0 {
		b = append(b, '-')
		n = -n
	}
	scale := [...]uint64{types.Day: uint64(Day), types.Hour: uint64(Hour), types.Minute: uint64(Minute), types.Second: uint64(Second)}
	for f := from; f <= to; f++ {
		q := n / scale[f]
		n %= scale[f]
		switch {
		case f == from && f == types.Day:
			b = strconv.AppendUint(b, q, 10)
		default:
			if f > from {
				if f == types.Hour {
					b = append(b, ' ')
				} else {
					b = append(b, ':')
				}
			}
			b = appendPadded(b, int(q), 2)
		}
		if f == types.Second {
			b = appendFraction(b, int(n))
		}
	}
	return string(b)
}

// FormatInterval returns Spark's text of a calendar interval: "1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds", "0 seconds".
func FormatInterval(iv types.Interval) string {
	var parts []string
	add := func(v int64, name string) {
		if v != 0 {
			parts = append(parts, strconv.FormatInt(v, 10)+" "+name)
		}
	}
	add(int64(iv.Months/12), "years")
	add(int64(iv.Months%12), "months")
	add(int64(iv.Days), "days")
	rest := iv.Micros
	add(rest/Hour, "hours")
	rest %= Hour
	add(rest/Minute, "minutes")
	rest %= Minute
	if rest != 0 {
		b := []byte{}
		if rest < 0 {
			b = append(b, '-')
			rest = -rest
		}
		b = strconv.AppendInt(b, rest/Second, 10)
		b = appendFraction(b, int(rest%Second))
		parts = append(parts, string(b)+" seconds")
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}

// IntervalBody returns the text between the quotes of INTERVAL '…' YEAR TO MONTH; other text is its own body.
func IntervalBody(s string) string {
	head, rest, ok := strings.Cut(s, "'")
	end := strings.LastIndexByte(rest, '\'')
	if !ok || end < 0 || !strings.EqualFold(strings.TrimSpace(head), "interval") {
		return s
	}
	return rest[:end]
}
