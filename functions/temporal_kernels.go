package functions

import (
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// The operators on dates, timestamps and intervals have the operators' names but no Op, since the ranges and simplifications of
// numbers do not hold for them.
var (
	temporalAdd      = &expr.Func{Name: "+", Fallible: true, New: newTemporal}
	temporalSub      = &expr.Func{Name: "-", Fallible: true, New: newTemporalSub}
	temporalShift    = &expr.Func{Name: "+", New: newTemporal}    // date + days, which cannot fail
	temporalShiftSub = &expr.Func{Name: "-", New: newTemporalSub} // date - days, date - date
	intervalMultiply = &expr.Func{Name: "*", Fallible: true, New: newIntervalScale}
	intervalDivide   = &expr.Func{Name: "/", Fallible: true, New: newIntervalDivide}
	intervalQuotient = &expr.Func{Name: "div", Fallible: true, New: newIntervalQuotient}
	intervalNegate   = &expr.Func{Name: "negative", Fallible: true, New: newIntervalNegation}
)

// temporalFunc returns the function of an operator on coerced operands, the point in time or interval first.
func temporalFunc(op expr.Op, a, b types.Type) *expr.Func {
	days := a.Kind == types.Date && (b.Kind == types.Int || b.Kind == types.Date)
	switch op {
	case expr.OpAdd:
		if days {
			return temporalShift
		}
		return temporalAdd
	case expr.OpSub:
		if days {
			return temporalShiftSub
		}
		return temporalSub
	case expr.OpMul:
		return intervalMultiply
	case expr.OpDiv:
		return intervalDivide
	}
	return intervalQuotient
}

func zoneOf(s *expr.Spec, t types.Type) *time.Location {
	if t.Kind != types.Timestamp || s.Env == nil || s.Env.Zone == nil {
		return time.UTC
	}
	return s.Env.Zone
}

func newTemporal(s *expr.Spec) (expr.Kernel, error)    { return temporalKernel(s, expr.OpAdd), nil }
func newTemporalSub(s *expr.Spec) (expr.Kernel, error) { return temporalKernel(s, expr.OpSub), nil }

// temporalKernel returns the kernel of + or -: the point in time is the first argument.
func temporalKernel(s *expr.Spec, op expr.Op) expr.Kernel {
	a, b := s.Args[0], s.Args[1]
	sign := int64(1)
	if op == expr.OpSub {
		sign = -1
	}
	switch {
	case a.Kind == types.CalendarInterval:
		return intervalSum(s, int32(sign))
	case a.IsInterval():
		return intKernel(op, s)
	case a.Kind == types.Date && b.Kind == types.Date && s.Result.Kind == types.CalendarInterval:
		return calendarDifference
	case a.Kind == types.Date && b.Kind == types.Date:
		return dateDifference
	case a.Kind == types.Time && b.Kind == types.Time:
		return timeDifference
	case a.Kind == types.Time:
		return shiftTime(s, sign)
	case a.IsDatetime() && b.IsDatetime():
		return timestampDifference(s)
	case a.Kind == types.Date && b.Kind == types.Int:
		return func(k *expr.KernelCall) { shiftDays(k, sign) }
	case a.Kind == types.Date:
		return shiftDate(s, sign)
	}
	return shiftTimestamps(s, sign)
}

// shiftDays adds a number of days to dates, wrapping around as Spark does.
func shiftDays(k *expr.KernelCall, sign int64) {
	days, n := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1])
	out := columnar.Values[int32](k.Out)[:k.Rows.N]
	if isConst(k.Args[1]) {
		d := int32(sign) * n.at(0)
		if res := boundsOf(k.Args[0]).add(spanOf(int64(d), int64(d))); res.within(math.MinInt32, math.MaxInt32) {
			res.set(k.Out)
		}
		for i := range out {
			out[i] = days.at(i) + d
		}
		return
	}
	for i := range out {
		out[i] = days.at(i) + int32(sign)*n.at(i)
	}
}

// dateDifference is date - date in microseconds; no difference of two int32 days leaves int64.
func dateDifference(k *expr.KernelCall) {
	a, b, out := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[int64](k.Out)
	for i := range k.Rows.N {
		out[i] = (int64(a.at(i)) - int64(b.at(i))) * microsPerDay
	}
}

// calendarDifference is date - date in months and days, as java.time.Period.between counts them.
func calendarDifference(k *expr.KernelCall) {
	a, b, out := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnar.Values[types.Interval](k.Out)
	for i := range live(k) {
		end, start := int64(a.at(i)), int64(b.at(i))
		y2, m2, d2 := civilOf(end)
		y1, m1, d1 := civilOf(start)
		months, days := y2*12+int64(m2)-y1*12-int64(m1), int64(d2-d1)
		switch {
		case months > 0 && days < 0:
			months--
			days = end - addMonths(start, months)
		case months < 0 && days > 0:
			months++
			days -= int64(daysInMonth(y2, m2))
		}
		out[i] = types.Interval{Months: int32(months), Days: int32(days)}
	}
}

// timeDifference is time - time in microseconds, truncated.
func timeDifference(k *expr.KernelCall) {
	a, b, out := columnOf[int64](k.Args[0]), columnOf[int64](k.Args[1]), columnar.Values[int64](k.Out)
	for i := range k.Rows.N {
		out[i] = (a.at(i) - b.at(i)) / 1000
	}
}

// shiftTime adds an interval to times of day, which must not leave the day.
func shiftTime(s *expr.Spec, sign int64) expr.Kernel {
	return func(k *expr.KernelCall) {
		t, by, out := columnOf[int64](k.Args[0]), columnOf[int64](k.Args[1]), columnar.Values[int64](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			m := by.at(r)
			if m > microsPerDay || m < -microsPerDay {
				m = microsPerDay // leaves the day in any case
			}
			if out[r] = t.at(r) + sign*m*1000; out[r] < 0 || out[r] >= microsPerDay*1000 {
				raise(k, r, s.Pos, "DATETIME_OVERFLOW", "Datetime operation overflow: add an interval to a time.")
			}
		}
	}
}

// timestampDifference is the difference of the wall clocks.
func timestampDifference(s *expr.Spec) expr.Kernel {
	zone, calendar := zoneOf(s, s.Args[0]), s.Result.Kind == types.CalendarInterval
	return func(k *expr.KernelCall) {
		a, b := columnOf[int64](k.Args[0]), columnOf[int64](k.Args[1])
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			d, bad := subInt(toLocal(a.at(r), zone), toLocal(b.at(r), zone))
			if calendar {
				columnar.Values[types.Interval](k.Out)[r] = types.Interval{Micros: a.at(r) - b.at(r)}
			} else {
				columnar.Values[int64](k.Out)[r] = d
			}
			if bad < 0 {
				raise(k, r, s.Pos, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "The difference of the timestamps is too large.")
			}
		}
	}
}

// intervalAt reads any interval as months, days and microseconds.
func intervalAt(v *columnar.Vector, i int) types.Interval {
	i &= formMask(v)
	switch v.Type.Kind {
	case types.YearMonth:
		return types.Interval{Months: columnar.Values[int32](v)[i]}
	case types.DayTime:
		m := columnar.Values[int64](v)[i]
		return types.Interval{Days: int32(m / microsPerDay), Micros: m % microsPerDay}
	}
	return columnar.Values[types.Interval](v)[i]
}

// negated returns -x; ok is false for the smallest numbers.
func negated(x types.Interval) (y types.Interval, ok bool) {
	return types.Interval{Months: -x.Months, Days: -x.Days, Micros: -x.Micros},
		x.Months != math.MinInt32 && x.Days != math.MinInt32 && x.Micros != math.MinInt64
}

func signed(x types.Interval, sign int64) (types.Interval, bool) {
	if sign > 0 {
		return x, true
	}
	return negated(x)
}

// shiftDate adds intervals to dates. A calendar interval must have no time part in ANSI mode; else only whole days of it count.
func shiftDate(s *expr.Spec, sign int64) expr.Kernel {
	zone := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		days, out := columnOf[int32](k.Args[0]), columnar.Values[int32](k.Out)
		calendar := k.Args[1].Type.Kind == types.CalendarInterval
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			by, ok := signed(intervalAt(k.Args[1], r), sign)
			if calendar && by.Micros != 0 && s.Mode != expr.Legacy {
				raise(k, r, s.Pos, "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", "Cannot add an interval to a date because its microseconds part is not 0.")
				continue
			}
			d := int64(days.at(r))
			if by.Micros == 0 {
				if by.Months != 0 {
					d = addMonths(d, int64(by.Months))
				}
				d += int64(by.Days)
			} else {
				var t int64
				t, ok = shiftTimestamp(toInstant(d*microsPerDay, zone, math.MinInt64), by, zone)
				d = floorDiv(toLocal(t, zone), microsPerDay)
			}
			if out[r] = int32(d); !ok || d != int64(int32(d)) {
				raise(k, r, s.Pos, "DATETIME_OVERFLOW", "Datetime operation overflow: add an interval to a date.")
			}
		}
	}
}

// shiftTimestamps adds intervals to timestamps: months and days on the wall clock of the session's zone, the rest on the time line.
func shiftTimestamps(s *expr.Spec, sign int64) expr.Kernel {
	zone := zoneOf(s, s.Args[0])
	return func(k *expr.KernelCall) {
		t, out := columnOf[int64](k.Args[0]), columnar.Values[int64](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			by, ok := signed(intervalAt(k.Args[1], r), sign)
			if ok {
				out[r], ok = shiftTimestamp(t.at(r), by, zone)
			}
			if !ok {
				raise(k, r, s.Pos, "DATETIME_OVERFLOW", "Datetime operation overflow: add an interval to a timestamp.")
			}
		}
	}
}

// intervalSum is + and - of calendar intervals, field by field.
func intervalSum(s *expr.Spec, sign int32) expr.Kernel {
	return func(k *expr.KernelCall) {
		out := columnar.Values[types.Interval](k.Out)
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			x, y := intervalAt(k.Args[0], r), intervalAt(k.Args[1], r)
			months := int64(x.Months) + int64(sign)*int64(y.Months)
			days := int64(x.Days) + int64(sign)*int64(y.Days)
			micros, bad := addInt(x.Micros, y.Micros)
			if sign < 0 {
				micros, bad = subInt(x.Micros, y.Micros)
			}
			out[r] = types.Interval{Months: int32(months), Days: int32(days), Micros: micros}
			if s.Mode != expr.Legacy && (bad < 0 || months != int64(int32(months)) || days != int64(int32(days))) {
				intervalOverflow(k, r, s.Pos)
			}
		}
	}
}

func intervalOverflow(k *expr.KernelCall, r int, pos sqlerr.Pos) {
	raise(k, r, pos, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "Integer overflow while operating with intervals.")
}

// newIntervalNegation is unary minus.
func newIntervalNegation(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			switch k.Out.Width {
			case columnar.W32:
				x := columnar.Values[int32](k.Args[0])[r&formMask(k.Args[0])]
				if columnar.Values[int32](k.Out)[r] = -x; x == math.MinInt32 {
					intervalOverflow(k, r, s.Pos)
				}
			case columnar.W64:
				x := columnar.Values[int64](k.Args[0])[r&formMask(k.Args[0])]
				if columnar.Values[int64](k.Out)[r] = -x; x == math.MinInt64 {
					intervalOverflow(k, r, s.Pos)
				}
			default:
				y, ok := negated(intervalAt(k.Args[0], r))
				if columnar.Values[types.Interval](k.Out)[r] = y; !ok && s.Mode != expr.Legacy {
					intervalOverflow(k, r, s.Pos)
				}
			}
		}
	}, nil
}

// newIntervalQuotient is div of two intervals of one family.
func newIntervalQuotient(s *expr.Spec) (expr.Kernel, error) {
	return divideKernel(expr.OpIntDiv, s), nil
}
