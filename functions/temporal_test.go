package functions

import (
	"testing"
	"time"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func day(s string) int32 {
	t, _ := time.Parse(time.DateOnly, s)
	return int32(t.Unix() / 86400)
}

func micros(s string, zone *time.Location) int64 {
	t, _ := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
	return t.UnixMicro()
}

func TestCivil(t *testing.T) {
	for d := int64(-800_000); d < 800_000; d += 97 {
		y, m, day := civilOf(d)
		want := time.Unix(d*86400, 0).UTC()
		if int(y) != want.Year() || m != int(want.Month()) || day != want.Day() || daysOf(y, m, day) != d {
			t.Fatalf("day %d is %d-%d-%d, want %s", d, y, m, day, want)
		}
	}
}

func TestTemporalArithmetic(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Skip(err)
	}
	env := &expr.Env{ANSI: true, Zone: la}
	ts, ntz, date := types.TimestampType, types.TimestampNTZType, types.DateType
	ym, dt, cal := types.YearMonthType, types.DayTimeType, types.CalendarType
	const hour = int64(3600) * microsPerSecond
	for _, tt := range []struct {
		op     string
		a, b   types.Type
		x, y   any
		result types.Type
		want   any
	}{
		{"+", date, types.IntType, day("2024-02-28"), int32(2), date, day("2024-03-01")},
		{"-", date, types.IntType, day("2024-03-01"), int32(1), date, day("2024-02-29")},
		{"-", date, date, day("2024-03-01"), day("2024-02-01"), daysOnly, 29 * int64(microsPerDay)},
		{"+", date, ym, day("2024-01-31"), int32(1), date, day("2024-02-29")},
		{"-", date, ym, day("2024-03-31"), int32(13), date, day("2023-02-28")},
		{"+", ts, dt, micros("2024-03-09 12:00:00", la), int64(microsPerDay), ts, micros("2024-03-10 12:00:00", la)}, // a day of 23 hours
		{"+", ts, dt, micros("2024-03-09 12:00:00", la), 25 * hour, ts, micros("2024-03-10 13:00:00", la)},
		{"+", ts, ym, micros("2024-01-31 08:00:00", la), int32(1), ts, micros("2024-02-29 08:00:00", la)},
		{"+", ntz, dt, micros("2024-03-09 12:00:00", time.UTC), int64(microsPerDay), ntz, micros("2024-03-10 12:00:00", time.UTC)},
		{"+", ts, cal, micros("2024-03-09 02:30:00", la), types.Interval{Days: 1}, ts, micros("2024-03-10 03:30:00", la)}, // in the gap
		{"-", ts, ts, micros("2024-03-10 12:00:00", la), micros("2024-03-09 12:00:00", la), dt, int64(microsPerDay)},      // wall clocks
		{"+", ym, ym, int32(5), int32(8), ym, int32(13)},
		{"*", ym, types.BigIntType, int32(5), int64(3), ym, int32(15)},
		{"*", dt, types.DoubleType, int64(3), 0.5, dt, int64(2)},
		{"/", ym, types.BigIntType, int32(7), int64(2), ym, int32(4)},
		{"/", dt, types.DecimalOf(3, 1), int64(100), dec(25), dt, int64(40)},
		{"div", dt, dt, 25 * hour, int64(microsPerDay), types.BigIntType, int64(1)},
		{"*", cal, types.DoubleType, types.Interval{Months: 3, Days: 1, Micros: 10}, 1.5, cal, types.Interval{Months: 4, Days: 1, Micros: microsPerDay/2 + 15}},
	} {
		e, err := Bind(Lookup(tt.op), []expr.Expr{col(tt.a), col(tt.b)}, BindOptions{Env: env})
		if err != nil {
			t.Fatal(err)
		}
		if !e.Type().Equal(tt.result) {
			t.Errorf("%s %s %s is %s, want %s", tt.a, tt.op, tt.b, e.Type(), tt.result)
			continue
		}
		out, k := run(t, e, env, vec(tt.a, tt.x), vec(tt.b, tt.y))
		if got := out.Value(0); got != tt.want || k.Failed() != nil {
			t.Errorf("%s %v %s %s %v = %v, want %v (%v)", tt.a, tt.x, tt.op, tt.b, tt.y, got, tt.want, k.Err)
		}
	}
}

func TestTemporalErrors(t *testing.T) {
	ym, dt := types.YearMonthType, types.DayTimeType
	for _, tt := range []struct {
		op   string
		a, b types.Type
		x, y any
		want string
	}{
		{"+", ym, ym, int32(1<<31 - 1), int32(1), "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION"},
		{"/", ym, types.BigIntType, int32(1), int64(0), "INTERVAL_DIVIDED_BY_ZERO"},
		{"*", dt, types.BigIntType, int64(1 << 62), int64(4), "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"},
		{"+", types.DateType, types.CalendarType, int32(0), types.Interval{Micros: 1}, "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION"},
		{"+", types.TimeType, dt, int64(23 * 3600e9), int64(7200e6), "DATETIME_OVERFLOW"},
	} {
		_, k := run(t, bind(t, tt.op, col(tt.a), col(tt.b)), nil, vec(tt.a, tt.x), vec(tt.b, tt.y))
		if k.Err == nil || k.Err.Condition != tt.want {
			t.Errorf("%s %s %s: %v, want %s", tt.a, tt.op, tt.b, k.Err, tt.want)
		}
	}
}

// TestOverlap checks wall clock times that occur twice and never.
func TestOverlap(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Skip(err)
	}
	local := micros("2024-11-03 01:30:00", time.UTC)
	first, second := local+7*3600*microsPerSecond, local+8*3600*microsPerSecond
	if got := toInstant(local, la, 0); got != first {
		t.Errorf("the earlier instant is %d, want %d", got, first)
	}
	if got := toInstant(local, la, -8*3600*microsPerSecond); got != second {
		t.Errorf("with the later offset %d, want %d", got, second)
	}
	gap := micros("2024-03-10 02:30:00", time.UTC)
	if got, want := toLocal(toInstant(gap, la, 0), la), gap+3600*microsPerSecond; got != want {
		t.Errorf("a time in the gap becomes %d, want %d", got, want)
	}
}
