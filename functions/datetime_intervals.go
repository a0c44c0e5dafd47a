package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// intervalFuncs build intervals from numbers; numbers that are left out are 0.
func intervalFuncs() []*expr.Func {
	i := types.ClassInt
	named := func(s expr.Sig, names ...string) []expr.Sig {
		s.Names = names
		return []expr.Sig{optional(len(s.Params), s)}
	}
	calendar := &expr.Func{Name: "make_interval", Group: datetimeGroup, Since: "3.0.0", Usage: "make_interval([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]]) - Returns a calendar interval.",
		Examples: []expr.Example{{SQL: "SELECT make_interval(100, 11, 1, 1, 12, 30, 01.001001)", Want: "100 years 11 months 8 days 12 hours 30 minutes 1.001001 seconds"}}, Fallible: true,
		Sigs: named(returns(types.CalendarType, i, i, i, i, i, i, secondsClass(18)), "years", "months", "weeks", "days", "hours", "mins", "secs"), New: newMakeInterval}
	return []*expr.Func{calendar,
		tryForm(calendar, "4.0.0", calendar.Examples[0].Want),
		{Name: "make_dt_interval", Group: datetimeGroup, Since: "3.2.0", Usage: "make_dt_interval([days[, hours[, mins[, secs]]]]) - Returns an interval of days to seconds.",
			Examples: []expr.Example{{SQL: "SELECT CAST(make_dt_interval(1, 12, 30, 01.001001) AS STRING)", Want: "INTERVAL '1 12:30:01.001001' DAY TO SECOND"}}, Fallible: true,
			Sigs: named(returns(types.DayTimeType, i, i, i, secondsClass(18)), "days", "hours", "mins", "secs"), New: newMakeDayTime},
		{Name: "make_ym_interval", Group: datetimeGroup, Since: "3.2.0", Usage: "make_ym_interval([years[, months]]) - Returns an interval of years and months.",
			Examples: []expr.Example{{SQL: "SELECT CAST(make_ym_interval(1, 2) AS STRING)", Want: "INTERVAL '1-2' YEAR TO MONTH"}}, Fallible: true,
			Sigs: named(returns(types.YearMonthType, i, i), "years", "months"), New: newMakeYearMonth},
	}
}

// partAt reads the j-th argument, 0 if the call leaves it out. Decimals are read unscaled.
func partAt(k *expr.KernelCall, j, i int) int64 {
	switch {
	case j >= len(k.Args):
		return 0
	case k.Args[j].Type.Kind == types.Decimal:
		return unscaledAt(k.Args[j], i).Int64()
	}
	return integerAt(k.Args[j], i)
}

// weighted sums arguments times units; false on overflow.
func weighted(k *expr.KernelCall, i, first int, units ...int64) (int64, bool) {
	var sum types.Int128
	for j, u := range units {
		sum, _ = types.AddInt128(sum, types.MulInt64(partAt(k, first+j, i), u))
	}
	return sum.Int64(), sum.IsInt64()
}

func newMakeInterval(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		out := columnar.Values[types.Interval](k.Out)
		for i := range live(k) {
			months, _ := weighted(k, i, 0, 12, 1)
			days, _ := weighted(k, i, 2, 7, 1)
			micros, ok := weighted(k, i, 4, 3600*microsPerSecond, 60*microsPerSecond, 1)
			out[i] = types.Interval{Months: int32(months), Days: int32(days), Micros: micros}
			if !ok || months != int64(int32(months)) || days != int64(int32(days)) {
				raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "integer overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.")
			}
		}
	}, nil
}

func newMakeDayTime(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		out := columnar.Values[int64](k.Out)
		for i := range live(k) {
			micros, ok := weighted(k, i, 0, microsPerDay, 3600*microsPerSecond, 60*microsPerSecond, 1)
			if out[i] = micros; !ok {
				rejectInterval(k, i, s)
			}
		}
	}, nil
}

func newMakeYearMonth(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		out := columnar.Values[int32](k.Out)
		for i := range live(k) {
			months, _ := weighted(k, i, 0, 12, 1)
			if out[i] = int32(months); months != int64(int32(months)) {
				rejectInterval(k, i, s)
			}
		}
	}, nil
}

func rejectInterval(k *expr.KernelCall, i int, s *expr.Spec) {
	reject(k, i, s, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "Integer overflow while operating with intervals. Try devising appropriate values for the interval parameters.")
}
