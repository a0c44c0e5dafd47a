// Package temporal computes with dates, timestamps and intervals as Spark does: the proleptic Gregorian calendar, days and microseconds
// since the epoch, and Spark's text forms.
//
// Sparrow makes no compatibility promise for this package.
package temporal

import (
	"strconv"
	"strings"
)

// Units of microseconds.
const (
	Second = int64(1e6)
	Minute = 60 * Second
	Hour   = 60 * Minute
	Day    = 24 * Hour
)

// FromCivil returns the days since 1970-01-01 of a date; month and day may be out of range only by what the caller checked.
// Algorithm: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
func FromCivil(y, m, d int) int32 { return int32(daysFromCivil(y, m, d)) }

// daysFromCivil is FromCivil for years whose days do not fit in 32 bits.
func daysFromCivil(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era*146097 + doe - 719468)
}

// Civil returns the date of a number of days since 1970-01-01 (civil_from_days).
func Civil(days int32) (y, m, d int) {
	z := int(days) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// FloorDiv64 and FloorMod64 round towards minus infinity; b is positive.
func FloorDiv64(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// FloorMod64 is a - b*FloorDiv64(a, b).
func FloorMod64(a, b int64) int64 {
	if r := a % b; r < 0 {
		return r + b
	} else {
		return r
	}
}

// IsLeap reports a leap year.
func IsLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// DaysIn returns the length of a month.
func DaysIn(y, m int) int {
	if m == 2 && IsLeap(y) {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// AddMonths adds months to a date, clamping the day to the month's end.
func AddMonths(days int32, months int) int32 {
	y, m, d := Civil(days)
	n := y*12 + m - 1 + months
	y, m = floorDiv(n, 12), n-floorDiv(n, 12)*12+1
	return FromCivil(y, m, min(d, DaysIn(y, m)))
}

// YearDay returns the day of the year from 1.
func YearDay(days int32) int {
	y, _, _ := Civil(days)
	return int(days-FromCivil(y, 1, 1)) + 1
}

// Weekday returns 0 for Monday to 6 for Sunday.
func Weekday(days int32) int { return int(FloorMod64(int64(days)+3, 7)) }

// ISOWeek returns the ISO 8601 week and the year it belongs to.
func ISOWeek(days int32) (year, week int) {
	thursday := days - int32(Weekday(days)) + 3
	y, _, _ := Civil(thursday)
	return y, int(thursday-FromCivil(y, 1, 1))/7 + 1
}

// ValidDate reports whether a year, month and day form a date that fits.
func ValidDate(y, m, d int) bool {
	return m >= 1 && m <= 12 && d >= 1 && y >= -5877641 && y <= 5881580 && d <= DaysIn(y, m)
}

// FormatDate returns yyyy-MM-dd; years beyond four digits carry a sign.
func FormatDate(days int32) string { return string(AppendDate(nil, days)) }

// AppendDate appends what FormatDate returns.
func AppendDate(b []byte, days int32) []byte {
	y, m, d := Civil(days)
	switch {
	case y > 9999:
		b = append(b, '+')
		b = strconv.AppendInt(b, int64(y), 10)
	case y < 0:
		b = append(b, '-')
		b = appendPadded(b, -y, 4)
	default:
		b = appendPadded(b, y, 4)
	}
	b = append(b, '-')
	b = appendPadded(b, m, 2)
	b = append(b, '-')
	return appendPadded(b, d, 2)
}

func appendPadded(b []byte, v, width int) []byte {
	var t [20]byte
	i := len(t)
	for v > 0 || width > 0 {
		i--
		t[i] = byte('0' + v%10)
		v /= 10
		width--
	}
	return append(b, t[i:]...)
}

// trim removes what Spark trims around dates and timestamps: white space and ISO control characters.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// ParseDate reads [+-]y{4,7}[-m{1,2}[-d{1,2}[ or T anything]]], surrounded by white space.
func ParseDate(s string) (int32, bool) {
	s = trim(s)
	y, m, d, rest, ok := parseDatePart(s)
	if !ok || rest != "" && (rest[0] != ' ' && rest[0] != 'T' || strings.Count(s[:len(s)-len(rest)], "-") < 2) {
		return 0, false
	}
	if !ValidDate(y, m, d) {
		return 0, false
	}
	return FromCivil(y, m, d), true
}

// parseDatePart reads a year, optional month and day from the front of s.
func parseDatePart(s string) (y, m, d int, rest string, ok bool) {
	m, d = 1, 1
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	var n int
	if y, n = digits(s); n < 4 || n > 7 {
		return 0, 0, 0, "", false
	}
	y *= sign
	s = s[n:]
	for _, part := range []*int{&m, &d} {
		if s == "" || s[0] != '-' {
			break
		}
		if *part, n = digits(s[1:]); n < 1 || n > 2 {
			return 0, 0, 0, "", false
		}
		s = s[1+n:]
	}
	return y, m, d, s, true
}

// digits reads leading decimal digits (at most 9).
func digits(s string) (v, n int) {
	for n < len(s) && n < 9 && s[n] >= '0' && s[n] <= '9' {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, n
}
