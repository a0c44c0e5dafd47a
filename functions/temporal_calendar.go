package functions

import (
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/types"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
)

// civilOf returns year, month (1 to 12) and day of a number of days since 1970-01-01 in the proleptic Gregorian calendar. Years are
// counted from March within eras of 400 years, as in Howard Hinnant's algorithms.
func civilOf(days int64) (year int64, month, day int) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy-(153*mp+2)/5) + 1
	year = yoe + era*400
	if month = int(mp) + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// daysOf is the inverse of civilOf.
func daysOf(year int64, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := int64((153*(month-3)+2)/5 + day - 1)
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func daysInMonth(year int64, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// addMonths moves a day by months, to the last day of a month that is shorter.
func addMonths(days int64, months int64) int64 {
	y, m, d := civilOf(days)
	n := y*12 + int64(m-1) + months
	y, m = floorDiv(n, 12), int(n-floorDiv(n, 12)*12)+1
	return daysOf(y, m, min(d, daysInMonth(y, m)))
}

// offsetAt returns the zone's offset from UTC in microseconds at an instant.
func offsetAt(micros int64, zone *time.Location) int64 {
	if zone == time.UTC {
		return 0
	}
	_, off := time.Unix(floorDiv(micros, microsPerSecond), 0).In(zone).Zone()
	return int64(off) * microsPerSecond
}

// toLocal returns the wall clock of an instant.
func toLocal(micros int64, zone *time.Location) int64 { return micros + offsetAt(micros, zone) }

// toInstant returns the instant of a wall clock time. One that occurs twice has the offset prefer if that is one of the two, else the earlier
// instant; one that a gap leaves out is moved by the gap's length.
func toInstant(local int64, zone *time.Location, prefer int64) int64 {
	if zone == time.UTC {
		return local
	}
	before, after := offsetAt(local-microsPerDay, zone), offsetAt(local+microsPerDay, zone)
	if prefer == after && offsetAt(local-after, zone) == after {
		return local - after
	}
	if u := local - before; before == after || offsetAt(u, zone) == before {
		return u
	}
	if u := local - after; offsetAt(u, zone) == after {
		return u
	}
	return local - before
}

// shiftTimestamp adds months and days on the wall clock of the zone and microseconds on the time line. ok is false on overflow.
func shiftTimestamp(micros int64, by types.Interval, zone *time.Location) (int64, bool) {
	if by.Months != 0 || by.Days != 0 {
		off := offsetAt(micros, zone)
		local := micros + off
		days := floorDiv(local, microsPerDay)
		clock := local - days*microsPerDay
		if by.Months != 0 {
			days = addMonths(days, int64(by.Months))
		}
		days += int64(by.Days)
		if days > math.MaxInt64/microsPerDay-1 || days < math.MinInt64/microsPerDay+1 {
			return 0, false
		}
		micros = toInstant(days*microsPerDay+clock, zone, off)
	}
	sum, bad := addInt(micros, by.Micros)
	return sum, bad >= 0
}
