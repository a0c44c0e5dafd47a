package temporal

import (
	"fmt"
	"strings"
)

// timeLimits are the fields of a time of day with their ranges, in the order in which they are checked.
var timeLimits = [...]struct {
	field  patternField
	name   string
	lo, hi int64
}{
	{fieldClockHour, "ClockHourOfDay", 1, 24},
	{fieldClockHalfHour, "ClockHourOfAmPm", 1, 12},
	{fieldHour, "HourOfDay", 0, 23},
	{fieldHalfHour, "HourOfAmPm", 0, 11},
	{fieldMinute, "MinuteOfHour", 0, 59},
	{fieldSecond, "SecondOfMinute", 0, 59},
}

func outOfRange(name string, limits string, v int64) string {
	return fmt.Sprintf("Invalid value for %s (valid values %s): %d", name, limits, v)
}

// clock combines the fields of a time to microseconds; why is the reason if they do not fit.
func (f *parsedFields) clock() (micros int64, why string) {
	for _, l := range timeLimits {
		if v := f.values[l.field]; f.has(l.field) && (v < l.lo || v > l.hi) {
			return 0, outOfRange(l.name, fmt.Sprintf("%d - %d", l.lo, l.hi), v)
		}
	}
	if f.has(fieldClockHour) && !f.put(fieldHour, f.values[fieldClockHour]%24) || f.has(fieldClockHalfHour) && !f.put(fieldHalfHour, f.values[fieldClockHalfHour]%12) {
		return 0, "Conflict found: the hours differ"
	}
	hour := f.or(fieldHour, 0)
	switch {
	case f.has(fieldHalf) && f.has(fieldHalfHour):
		h := f.values[fieldHalf]*12 + f.values[fieldHalfHour]
		if f.has(fieldHour) && h != hour {
			return 0, fmt.Sprintf("Conflict found: HourOfDay %d differs from HourOfDay %d while resolving  AmPmOfDay", hour, h)
		}
		hour = h
	case f.has(fieldHour) && (f.has(fieldHalf) && f.values[fieldHalf] != hour/12 || f.has(fieldHalfHour) && f.values[fieldHalfHour] != hour%12):
		return 0, "Conflict found: the hour differs from its half of the day"
	case f.has(fieldHour):
	case f.has(fieldHalfHour):
		hour = f.values[fieldHalfHour]
	case f.has(fieldHalf):
		hour = f.values[fieldHalf] * 12
	}
	return hour*Hour + f.or(fieldMinute, 0)*Minute + f.or(fieldSecond, 0)*Second + f.or(fieldNano, 0)/1000, ""
}

// date combines the fields of a date to days since 1970-01-01.
func (f *parsedFields) date() (days int64, why string) {
	if f.has(fieldYearOfEra) {
		y := f.values[fieldYearOfEra]
		if y < 1 || y > 999999999 {
			return 0, outOfRange("YearOfEra", "1 - 999999999/1000000000", y)
		}
		if f.or(fieldEra, 1) == 0 {
			y = 1 - y
		}
		f.put(fieldYear, y)
	}
	y := f.or(fieldYear, 1970)
	if f.has(fieldYearDay) {
		return f.yearDay(y)
	}
	m, d := f.or(fieldMonth, 1), f.or(fieldDay, 1)
	if why = DateProblem(y, m, d); why != "" {
		return 0, why
	}
	return daysFromCivil(int(y), int(m), int(d)), ""
}

// yearDay is the date of a day of the year; month and day, where given, must agree with it.
func (f *parsedFields) yearDay(y int64) (int64, string) {
	n := f.values[fieldYearDay]
	switch {
	case y < -999999999 || y > 999999999:
		return 0, outOfRange("Year", "-999999999 - 999999999", y)
	case n < 1 || n > 366:
		return 0, outOfRange("DayOfYear", "1 - 365/366", n)
	case n == 366 && !IsLeap(int(y)):
		return 0, fmt.Sprintf("Invalid date 'DayOfYear 366' as '%d' is not a leap year", y)
	}
	m, left := 1, int(n)
	for left > DaysIn(int(y), m) {
		left -= DaysIn(int(y), m)
		m++
	}
	for _, c := range [...]struct {
		field patternField
		name  string
		want  int
	}{{fieldMonth, "MonthOfYear", m}, {fieldDay, "DayOfMonth", left}} {
		if v := f.or(c.field, int64(c.want)); v != int64(c.want) {
			return 0, fmt.Sprintf("Conflict found: Field %s %d differs from %s %d derived from %04d-%02d-%02d.", c.name, v, c.name, c.want, y, m, left)
		}
	}
	return daysFromCivil(int(y), m, left), ""
}

// DateProblem says, in java.time's words, why a year, month and day form no date; "" if they do.
func DateProblem(y, m, d int64) string {
	switch {
	case y < -999999999 || y > 999999999:
		return outOfRange("Year", "-999999999 - 999999999", y)
	case m < 1 || m > 12:
		return outOfRange("MonthOfYear", "1 - 12", m)
	case d < 1 || d > 31:
		return outOfRange("DayOfMonth", "1 - 28/31", d)
	case d <= int64(DaysIn(int(y), int(m))):
		return ""
	case d == 29:
		return fmt.Sprintf("Invalid date 'February 29' as '%d' is not a leap year", y)
	}
	return fmt.Sprintf("Invalid date '%s %d'", strings.ToUpper(monthTexts[m-1]), d)
}

// ClockProblem says why an hour, minute and second form no time; "" if they do.
func ClockProblem(hour, minute, second int64) string {
	switch {
	case hour < 0 || hour > 23:
		return outOfRange("HourOfDay", "0 - 23", hour)
	case minute < 0 || minute > 59:
		return outOfRange("MinuteOfHour", "0 - 59", minute)
	case second < 0 || second > 59:
		return outOfRange("SecondOfMinute", "0 - 59", second)
	}
	return ""
}
