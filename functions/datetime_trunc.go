package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// truncFuncs cut dates, timestamps and times to a unit.
func truncFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "trunc", Group: datetimeGroup, Since: "1.5.0", Usage: "trunc(date, unit) - Returns the first day of the date's YEAR, QUARTER, MONTH or WEEK; NULL for any other unit.",
			Examples: []expr.Example{{SQL: "SELECT trunc('2019-08-04', 'week')", Want: "2019-07-29"}, {SQL: "SELECT trunc('2015-10-27', 'YEAR')", Want: "2015-01-01"}}, AlwaysNull: true,
			Sigs: []expr.Sig{returns(types.DateType, types.ClassDate, types.ClassString)}, New: kernelOf(truncDates)},
		{Name: "date_trunc", Group: datetimeGroup, Since: "2.3.0", Usage: "date_trunc(unit, t) - Returns the start of the timestamp's YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND; NULL for any other unit.",
			Examples: []expr.Example{{SQL: "SELECT date_trunc('MM', '2015-03-05T09:32:05.359')", Want: "2015-03-01 00:00:00"}}, AlwaysNull: true,
			Sigs: []expr.Sig{returns(types.TimestampType, types.ClassString, types.ClassTimestamp)}, New: newTruncTimestamp},
	}
}

// truncUnit is a unit to which times are cut.
type truncUnit uint8

const (
	truncNone truncUnit = iota
	truncMicrosecond
	truncMillisecond
	truncSecond
	truncMinute
	truncHour
	truncDay
	truncWeek // this and larger ones are units of dates
	truncMonth
	truncQuarter
	truncYear
)

// truncUnitOf reads the name of a unit without regard to case.
func truncUnitOf(name []byte) truncUnit {
	var upper [12]byte
	if len(name) > len(upper) {
		return truncNone
	}
	for i, c := range name {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	switch string(upper[:len(name)]) {
	case "MICROSECOND":
		return truncMicrosecond
	case "MILLISECOND":
		return truncMillisecond
	case "SECOND":
		return truncSecond
	case "MINUTE":
		return truncMinute
	case "HOUR":
		return truncHour
	case "DAY", "DD":
		return truncDay
	case "WEEK":
		return truncWeek
	case "MON", "MONTH", "MM":
		return truncMonth
	case "QUARTER":
		return truncQuarter
	case "YEAR", "YYYY", "YY":
		return truncYear
	}
	return truncNone
}

// unitReader reads units row by row and reads a constant once.
type unitReader struct {
	texts
	unit truncUnit
	done bool
}

func (r *unitReader) at(i int) truncUnit {
	if !r.done || r.mask != 0 {
		r.unit, r.done = truncUnitOf(r.texts.at(i)), true
	}
	return r.unit
}

// truncDay returns the first day of a unit of dates.
func truncDays(days int64, unit truncUnit) int64 {
	if unit == truncWeek {
		return days - weekdayOf(days)
	}
	y, m, _ := civilOf(days)
	switch unit {
	case truncQuarter:
		m = (m-1)/3*3 + 1
	case truncYear:
		m = 1
	}
	return daysOf(y, m, 1)
}

func truncDates(k *expr.KernelCall) {
	days, out := columnOf[int32](k.Args[0]), columnar.Values[int32](k.Out)
	units := unitReader{texts: textsOf(k.Args[1])}
	for i := range live(k) {
		unit := units.at(i)
		if unit < truncWeek {
			k.Out.SetNull(i)
			continue
		}
		out[i] = int32(truncDays(int64(days.at(i)), unit))
	}
}

func newTruncTimestamp(s *expr.Spec) (expr.Kernel, error) {
	zone := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		t, out := columnOf[int64](k.Args[1]), columnar.Values[int64](k.Out)
		units := unitReader{texts: textsOf(k.Args[0])}
		clock := clockOf(zone)
		for i := range live(k) {
			unit := units.at(i)
			if unit == truncNone {
				k.Out.SetNull(i)
				continue
			}
			out[i] = clock.truncate(t.at(i), unit)
		}
	}, nil
}

// truncate cuts an instant: units below minutes on the time line, others on the wall clock.
func (w *wallClock) truncate(micros int64, unit truncUnit) int64 {
	var size int64
	switch unit {
	case truncMicrosecond:
		return micros
	case truncMillisecond:
		return floorDiv(micros, 1000) * 1000
	case truncSecond:
		return floorDiv(micros, microsPerSecond) * microsPerSecond
	case truncMinute:
		size = 60 * microsPerSecond
	case truncHour:
		size = 3600 * microsPerSecond
	case truncDay:
		size = microsPerDay
	default:
		return w.instant(truncDays(w.day(micros), unit) * microsPerDay)
	}
	return toInstant(floorDiv(w.local(micros), size)*size, w.zone, w.offset)
}
