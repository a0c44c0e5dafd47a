package functions

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// classDays are numbers of days: integers below bigint, and literal text.
var classDays = types.Class{Name: `INT" or "SMALLINT" or "TINYINT`, Accept: func(t types.Type, _, literal bool) (types.Type, bool) {
	switch t.Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.Null:
		return types.IntType, true
	case types.String:
		return types.IntType, literal
	}
	return t, false
}}

// dateMathFuncs are arithmetic with dates.
func dateMathFuncs() []*expr.Func {
	shift := []expr.Sig{returns(types.DateType, types.ClassDate, classDays)}
	return []*expr.Func{
		{Name: "date_add", Aliases: []string{"dateadd"}, Group: datetimeGroup, Since: "1.5.0", Usage: "date_add(date, days) - Returns the date a number of days later.",
			Examples: []expr.Example{{SQL: "SELECT date_add('2016-07-30', 1)", Want: "2016-07-31"}},
			Sigs:     shift, Resolve: resolveDays, New: kernelOf(func(k *expr.KernelCall) { shiftDays(k, 1) })},
		{Name: "date_sub", Group: datetimeGroup, Since: "1.5.0", Usage: "date_sub(date, days) - Returns the date a number of days earlier.",
			Examples: []expr.Example{{SQL: "SELECT date_sub('2016-07-30', 1)", Want: "2016-07-29"}},
			Sigs:     shift, Resolve: resolveDays, New: kernelOf(func(k *expr.KernelCall) { shiftDays(k, -1) })},
		{Name: "datediff", Aliases: []string{"date_diff"}, Group: datetimeGroup, Since: "1.5.0", Usage: "datediff(end, start) - Returns the number of days from start to end.",
			Examples: []expr.Example{{SQL: "SELECT datediff('2009-07-31', '2009-07-30')", Want: "1"}},
			Sigs:     []expr.Sig{returns(types.IntType, types.ClassDate, types.ClassDate)}, New: kernelOf(daysBetween)},
		{Name: "add_months", Group: datetimeGroup, Since: "1.5.0", Usage: "add_months(date, months) - Returns the date a number of months later, the last day of a month that is too short.",
			Examples: []expr.Example{{SQL: "SELECT add_months('2016-08-31', 1)", Want: "2016-09-30"}},
			Sigs:     []expr.Sig{returns(types.DateType, types.ClassDate, types.ClassInt)}, Fallible: true, New: newAddMonths},
		{Name: "months_between", Group: datetimeGroup, Since: "1.5.0", Usage: "months_between(end, start[, round]) - Returns the number of months from start to end: a whole number between equal days or last days of months, else with 31 days a month; rounded to 8 digits unless round is false.",
			Examples: []expr.Example{{SQL: "SELECT months_between('1997-02-28 10:30:00', '1996-10-30')", Want: "3.94959677"}, {SQL: "SELECT months_between('1997-02-28 10:30:00', '1996-10-30', false)", Want: "3.9495967741935485"}},
			Sigs:     []expr.Sig{optional(1, returns(types.DoubleType, types.ClassTimestamp, types.ClassTimestamp, types.ClassBoolean))}, New: newMonthsBetween},
		{Name: "last_day", Group: datetimeGroup, Since: "1.5.0", Usage: "last_day(date) - Returns the last day of the date's month.",
			Examples: []expr.Example{{SQL: "SELECT last_day('2009-01-12')", Want: "2009-01-31"}},
			Sigs:     []expr.Sig{returns(types.DateType, types.ClassDate)}, New: kernelOf(lastDays)},
		{Name: "next_day", Group: datetimeGroup, Since: "1.5.0", Usage: "next_day(date, weekday) - Returns the first such day of the week after a date.",
			Examples: []expr.Example{{SQL: "SELECT next_day('2015-01-14', 'TU')", Want: "2015-01-20"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.DateType, types.ClassDate, types.ClassString)}, New: newNextDay},
	}
}

// resolveDays rejects literal text that is no whole number, for which the cast would give NULL.
func resolveDays(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) == 2 && c.Mode == expr.Legacy {
		if l, ok := c.Args[1].(*expr.Literal); ok && l.T.Kind == types.String {
			text, isText := l.Value.(string)
			if _, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32); isText && err != nil {
				return nil, sqlerr.New("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", l.At, "The second argument of `%s` function needs to be an integer.", c.Func.Name)
			}
		}
	}
	return bySigs(c, c.Args)
}

func daysBetween(k *expr.KernelCall) {
	a, b, out := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[int32](k.Out)
	for i := range out {
		out[i] = a.at(i) - b.at(i)
	}
}

func newAddMonths(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		days, n, out := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			d := addMonths(int64(days.at(i)), int64(n.at(i)))
			if out[i] = int32(d); d != int64(int32(d)) {
				reject(k, i, s, "ARITHMETIC_OVERFLOW", "The date after adding %d months is out of range.", n.at(i))
			}
		}
	}, nil
}

func lastDays(k *expr.KernelCall) {
	mapValues(k, func(d int32) int32 {
		y, m, day := civilOf(int64(d))
		return d + int32(daysInMonth(y, m)-day)
	})
}

// newMonthsBetween compares days of the month, and what is left as seconds of a month of 31 days.
func newMonthsBetween(s *expr.Spec) (expr.Kernel, error) {
	zone := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		a, b, out := columnOf[int64](k.Args[0]), columnOf[int64](k.Args[1]), columnar.Values[float64](k.Out)
		clock := clockOf(zone)
		for i := range live(k) {
			x := monthsBetween(clock.dayAndSecond(a.at(i)), clock.dayAndSecond(b.at(i)))
			if len(k.Args) < 3 || columnar.Values[uint8](k.Args[2])[i&formMask(k.Args[2])] != 0 {
				x = math.Floor(x*1e8+0.5) / 1e8
			}
			out[i] = x
		}
	}, nil
}

// dayTime is a date and the seconds that have passed since it began.
type dayTime struct{ day, second int64 }

// dayAndSecond returns the date of an instant and the seconds since its midnight, which are not those of the wall clock on a day that the clock
// was changed.
func (w *wallClock) dayAndSecond(micros int64) dayTime {
	day := w.day(micros)
	return dayTime{day, floorDiv(micros-w.instant(day*microsPerDay), microsPerSecond)}
}

func monthsBetween(a, b dayTime) float64 {
	y1, m1, d1 := civilOf(a.day)
	y2, m2, d2 := civilOf(b.day)
	months := float64((y1*12 + int64(m1)) - (y2*12 + int64(m2)))
	if d1 == d2 || d1 == daysInMonth(y1, m1) && d2 == daysInMonth(y2, m2) {
		return months
	}
	seconds := int64(d1-d2)*86400 + a.second - b.second
	return months + float64(seconds)/(31*86400)
}

// newNextDay finds the next day of the week.
func newNextDay(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		days, names, out := columnOf[int32](k.Args[0]), textsOf(k.Args[1]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			w := weekdayByName(names.at(i))
			if w < 0 {
				raise(k, i, s.Pos, "ILLEGAL_DAY_OF_WEEK", "Illegal input for day of week: %s.", names.at(i))
				continue
			}
			d := int64(days.at(i))
			out[i] = int32(d + 1 + (w-weekdayOf(d+1)+7)%7)
		}
	}, nil
}

// weekdayByName reads the name of a day in two letters, three or in full; -1 if it is none.
func weekdayByName(name []byte) int64 {
	for w, full := range dayNames {
		if n := len(name); (n == 2 || n == 3 || n == len(full)) && strings.EqualFold(full[:n], string(name)) {
			return int64(w)
		}
	}
	return -1
}

// unitOf returns the months or microseconds of a unit of timestampadd and timestampdiff.
func unitOf(name string) (months, micros int64, ok bool) {
	switch strings.ToUpper(name) {
	case "YEAR":
		return 12, 0, true
	case "QUARTER":
		return 3, 0, true
	case "MONTH":
		return 1, 0, true
	case "WEEK":
		return 0, 7 * microsPerDay, true
	case "DAY", "DAYOFYEAR":
		return 0, microsPerDay, true
	case "HOUR":
		return 0, 3600 * microsPerSecond, true
	case "MINUTE":
		return 0, 60 * microsPerSecond, true
	case "SECOND":
		return 0, microsPerSecond, true
	case "MILLISECOND":
		return 0, 1000, true
	case "MICROSECOND":
		return 0, 1, true
	}
	return 0, 0, false
}

// unitFuncs are the calls whose first argument the parser made text of a unit.
func unitFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "timestampadd", Group: datetimeGroup, Since: "3.3.0", Usage: "timestampadd(unit, n, t) - Returns the timestamp that is n units later; unit is YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND.",
			Examples: []expr.Example{{SQL: "SELECT timestampadd(MONTH, -1, TIMESTAMP'2022-02-14 01:02:03')", Want: "2022-01-14 01:02:03"}}, Fallible: true,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassString, types.ClassBigInt, types.ClassAnyTimestamp}, Result: func(a []types.Type) (types.Type, error) { return a[2], nil }}}, New: newTimestampAdd},
		{Name: "timestampdiff", Group: datetimeGroup, Since: "3.3.0", Usage: "timestampdiff(unit, start, end) - Returns the number of whole units from start to end.",
			Examples: []expr.Example{{SQL: "SELECT timestampdiff(HOUR, TIMESTAMP'2022-02-11 20:30:00', TIMESTAMP'2022-02-12 04:30:00')", Want: "8"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, types.ClassString, types.ClassTimestamp, types.ClassTimestamp)}, New: newTimestampDiff},
	}
}

// constantUnit reads the unit, which is a literal.
func constantUnit(s *expr.Spec) (months, micros int64, err error) {
	name := ""
	if s.Consts[0] != nil {
		name, _ = s.Consts[0].Value.(string)
	}
	months, micros, ok := unitOf(name)
	if !ok {
		err = sqlerr.New("INVALID_PARAMETER_VALUE.DATETIME_UNIT", s.Pos, "The value of parameter(s) `unit` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got '%s'.", name)
	}
	return months, micros, err
}

func newTimestampAdd(s *expr.Spec) (expr.Kernel, error) {
	months, micros, err := constantUnit(s)
	if err != nil {
		return nil, err
	}
	zone := zoneOf(s, s.Args[2])
	return func(k *expr.KernelCall) {
		n, t, out := columnOf[int64](k.Args[1]), columnOf[int64](k.Args[2]), columnar.Values[int64](k.Out)
		for i := range live(k) {
			v, ok := addUnits(t.at(i), n.at(i), months, micros, zone)
			if out[i] = v; !ok {
				raise(k, i, s.Pos, "DATETIME_OVERFLOW", "Datetime operation overflow: add %d units to a timestamp.", n.at(i))
			}
		}
	}, nil
}

func addUnits(t, n, months, micros int64, zone *time.Location) (int64, bool) {
	total := types.MulInt64(n, months+micros)
	if !total.IsInt64() {
		return 0, false
	}
	v := total.Int64()
	if months != 0 {
		if v != int64(int32(v)) {
			return 0, false
		}
		return shiftTimestamp(t, types.Interval{Months: int32(v)}, zone)
	}
	if micros >= microsPerDay { // days are those of the calendar, smaller units those of the clock
		return shiftTimestamp(t, types.Interval{Days: int32(v / microsPerDay)}, zone)
	}
	return shiftTimestamp(t, types.Interval{Micros: v}, zone)
}

func newTimestampDiff(s *expr.Spec) (expr.Kernel, error) {
	months, micros, err := constantUnit(s)
	if err != nil {
		return nil, err
	}
	zone := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		a, b, out := columnOf[int64](k.Args[1]), columnOf[int64](k.Args[2]), columnar.Values[int64](k.Out)
		clock := clockOf(zone)
		for i := range live(k) {
			from, to := clock.local(a.at(i)), clock.local(b.at(i))
			if months != 0 {
				out[i] = wholeMonths(from, to) / months
			} else {
				out[i] = (to - from) / micros
			}
		}
	}, nil
}

// wholeMonths counts the months from one wall clock time to another, towards zero.
func wholeMonths(from, to int64) int64 {
	d1, d2 := floorDiv(from, microsPerDay), floorDiv(to, microsPerDay)
	t1, t2 := from-d1*microsPerDay, to-d2*microsPerDay
	switch {
	case d2 > d1 && t2 < t1:
		d2--
	case d2 < d1 && t2 > t1:
		d2++
	}
	y1, m1, day1 := civilOf(d1)
	y2, m2, day2 := civilOf(d2)
	return ((y2*12+int64(m2))*32 + int64(day2) - (y1*12+int64(m1))*32 - int64(day1)) / 32
}
