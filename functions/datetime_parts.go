package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const datetimeGroup = "datetime_funcs"

// datePartFuncs are the functions that return a part of a date or of a time of day.
func datePartFuncs() []*expr.Func {
	date := []expr.Sig{returns(types.IntType, types.ClassDate)}
	clock := []expr.Sig{returns(types.IntType, types.ClassAnyTimestamp), returns(types.IntType, types.ClassTime)}
	return []*expr.Func{
		{Name: "year", Group: datetimeGroup, Since: "1.5.0", Usage: "year(date) - Returns the year of a date.",
			Examples: []expr.Example{{SQL: "SELECT year('2016-07-30')", Want: "2016"}}, Sigs: date, New: kernelOf(years)},
		{Name: "quarter", Group: datetimeGroup, Since: "1.5.0", Usage: "quarter(date) - Returns the quarter of the year, 1 to 4.",
			Examples: []expr.Example{{SQL: "SELECT quarter('2016-08-31')", Want: "3"}}, Sigs: date,
			New: dayPart(1, 4, func(d int64) int32 { _, m, _ := civilOf(d); return int32(m+2) / 3 })},
		{Name: "month", Group: datetimeGroup, Since: "1.5.0", Usage: "month(date) - Returns the month, 1 to 12.",
			Examples: []expr.Example{{SQL: "SELECT month('2016-07-30')", Want: "7"}}, Sigs: date,
			New: dayPart(1, 12, func(d int64) int32 { _, m, _ := civilOf(d); return int32(m) })},
		{Name: "day", Aliases: []string{"dayofmonth"}, Group: datetimeGroup, Since: "1.5.0", Usage: "day(date) - Returns the day of the month, 1 to 31.",
			Examples: []expr.Example{{SQL: "SELECT day('2009-07-30')", Want: "30"}}, Sigs: date,
			New: dayPart(1, 31, func(d int64) int32 { _, _, day := civilOf(d); return int32(day) })},
		{Name: "dayofyear", Group: datetimeGroup, Since: "1.5.0", Usage: "dayofyear(date) - Returns the day of the year, 1 to 366.",
			Examples: []expr.Example{{SQL: "SELECT dayofyear('2016-04-09')", Want: "100"}}, Sigs: date,
			New: dayPart(1, 366, func(d int64) int32 { y, _, _ := civilOf(d); return int32(d-daysOf(y, 1, 1)) + 1 })},
		{Name: "dayofweek", Group: datetimeGroup, Since: "2.3.0", Usage: "dayofweek(date) - Returns the day of the week, from 1 for Sunday to 7 for Saturday.",
			Examples: []expr.Example{{SQL: "SELECT dayofweek('2009-07-30')", Want: "5"}}, Sigs: date,
			New: dayPart(1, 7, func(d int64) int32 { return int32((weekdayOf(d)+1)%7) + 1 })},
		{Name: "weekday", Group: datetimeGroup, Since: "2.4.0", Usage: "weekday(date) - Returns the day of the week, from 0 for Monday to 6 for Sunday.",
			Examples: []expr.Example{{SQL: "SELECT weekday('2009-07-30')", Want: "3"}}, Sigs: date,
			New: dayPart(0, 6, func(d int64) int32 { return int32(weekdayOf(d)) })},
		{Name: "weekofyear", Group: datetimeGroup, Since: "1.5.0", Usage: "weekofyear(date) - Returns the ISO 8601 week: weeks start on Mondays, week 1 is the first of more than three days.",
			Examples: []expr.Example{{SQL: "SELECT weekofyear('2008-02-20')", Want: "8"}}, Sigs: date,
			New: dayPart(1, 53, func(d int64) int32 { _, w := isoWeekOf(d); return w })},
		{Name: "dayname", Group: datetimeGroup, Since: "4.0.0", Usage: "dayname(date) - Returns the name of the day of the week in three letters.",
			Examples: []expr.Example{{SQL: "SELECT dayname(DATE'2008-02-20')", Want: "Wed"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassDate)}, New: dayText(func(d int64) string { return dayNames[weekdayOf(d)][:3] })},
		{Name: "monthname", Group: datetimeGroup, Since: "4.0.0", Usage: "monthname(date) - Returns the name of the month in three letters.",
			Examples: []expr.Example{{SQL: "SELECT monthname('2008-02-20')", Want: "Feb"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassDate)}, New: dayText(func(d int64) string { _, m, _ := civilOf(d); return monthNames[m-1][:3] })},
		{Name: "hour", Group: datetimeGroup, Since: "1.5.0", Usage: "hour(t) - Returns the hour of a timestamp or time, 0 to 23.",
			Examples: []expr.Example{{SQL: "SELECT hour('2009-07-30 12:58:59')", Want: "12"}}, Resolve: resolveClockPart, Sigs: clock, New: clockPart(3600*microsPerSecond, 24)},
		{Name: "minute", Group: datetimeGroup, Since: "1.5.0", Usage: "minute(t) - Returns the minute of a timestamp or time, 0 to 59.",
			Examples: []expr.Example{{SQL: "SELECT minute('2009-07-30 12:58:59')", Want: "58"}}, Resolve: resolveClockPart, Sigs: clock, New: clockPart(60*microsPerSecond, 60)},
		{Name: "second", Group: datetimeGroup, Since: "1.5.0", Usage: "second(t) - Returns the second of a timestamp or time, 0 to 59, without its fraction.",
			Examples: []expr.Example{{SQL: "SELECT second('2009-07-30 12:58:59')", Want: "59"}}, Resolve: resolveClockPart, Sigs: clock, New: clockPart(microsPerSecond, 60)},
	}
}

var (
	dayNames   = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
)

// weekdayOf returns 0 for Monday to 6 for Sunday.
func weekdayOf(days int64) int64 { return days + 3 - floorDiv(days+3, 7)*7 }

// isoWeekOf returns the ISO 8601 week and the year that it belongs to: those of the week's Thursday.
func isoWeekOf(days int64) (year int64, week int32) {
	thursday := days - weekdayOf(days) + 3
	year, _, _ = civilOf(thursday)
	return year, int32(thursday-daysOf(year, 1, 1))/7 + 1
}

// years keeps the bounds, since years are what dates are grouped by.
func years(k *expr.KernelCall) {
	mapValues(k, func(d int32) int32 { y, _, _ := civilOf(int64(d)); return int32(y) })
	if b := boundsOf(k.Args[0]); b.within(-1<<31, 1<<31-1) {
		lo, _, _ := civilOf(b.lo.Int64())
		hi, _, _ := civilOf(b.hi.Int64())
		spanOf(lo, hi).set(k.Out)
	}
}

// dayPart computes an int of a date that lies between lo and hi.
func dayPart(lo, hi int64, f func(days int64) int32) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		days, out := columnOf[int32](k.Args[0]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			out[i] = f(int64(days.at(i)))
		}
		spanOf(lo, hi).set(k.Out)
	})
}

// dayText computes a text of a date.
func dayText(f func(days int64) string) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		days := columnOf[int32](k.Args[0])
		var buf []byte
		for i := range live(k) {
			buf = append(buf[:0], f(int64(days.at(i)))...)
			k.Out.SetBytes(i, buf)
		}
	})
}

// clockPart counts units of microseconds since midnight, modulo a number.
func clockPart(unit, modulus int64) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		zone := zoneOf(s, s.Args[0])
		if s.Args[0].Kind == types.Time {
			return func(k *expr.KernelCall) {
				mapValues(k, func(nanos int64) int32 { return int32(nanos / 1000 / unit % modulus) })
			}, nil
		}
		return func(k *expr.KernelCall) {
			t, out := columnOf[int64](k.Args[0]), columnar.Values[int32](k.Out)
			clock := clockOf(zone)
			for i := range live(k) {
				local := clock.local(t.at(i))
				out[i] = int32((local - floorDiv(local, microsPerDay)*microsPerDay) / unit % modulus)
			}
		}, nil
	}
}
