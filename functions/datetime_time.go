package functions

import (
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

const nanosPerDay = microsPerDay * 1000

// timeFuncs are the functions of times of day.
func timeFuncs() []*expr.Func {
	sameTime := func(a []types.Type) (types.Type, error) { return a[len(a)-1], nil }
	now := func(name, since string) *expr.Func {
		return &expr.Func{Name: name, Group: datetimeGroup, Since: since, Usage: name + "([precision]) - Returns the time of day at the start of the query, in the session's zone, with a number of digits after the second, 6 if none is given.",
			NeverNull: true, PerQuery: true, Sigs: []expr.Sig{optional(1, returns(types.TimeType, types.ClassInt))}, Resolve: resolveCurrentTime, New: newCurrentTime}
	}
	from := func(name, unit, example, want string, class types.Class, k newKernel) *expr.Func {
		return &expr.Func{Name: name, Group: datetimeGroup, Since: "4.2.0", Usage: name + "(n) - Returns the time of day n " + unit + " after midnight.", Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT " + name + example, Want: want}}, Sigs: []expr.Sig{returns(types.TimeType, class)}, New: k}
	}
	to := func(name, unit, example, want string, t types.Type, k newKernel) *expr.Func {
		return &expr.Func{Name: name, Group: datetimeGroup, Since: "4.2.0", Usage: name + "(t) - Returns the number of " + unit + " since midnight.",
			Examples: []expr.Example{{SQL: "SELECT " + name + example, Want: want}}, Sigs: []expr.Sig{returns(t, types.ClassTime)}, New: k}
	}
	return []*expr.Func{
		now("current_time", "4.1.0"), now("localtime", "4.3.0"),
		{Name: "make_time", Group: datetimeGroup, Since: "4.1.0", Usage: "make_time(hour, minute, second) - Returns a time of day.", Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT make_time(6, 30, 45.887)", Want: "06:30:45.887"}},
			Sigs:     []expr.Sig{returns(types.TimeType, types.ClassInt, types.ClassInt, secondsClass(16))}, New: newMakeTime},
		{Name: "time_diff", Group: datetimeGroup, Since: "4.1.0", Usage: "time_diff(unit, start, end) - Returns the number of whole units from start to end; unit is HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND.", Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT time_diff('HOUR', TIME'20:30:29', TIME'21:30:29')", Want: "1"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, types.ClassString, types.ClassTime, types.ClassTime)}, New: newTimeDiff},
		{Name: "time_trunc", Group: datetimeGroup, Since: "4.1.0", Usage: "time_trunc(unit, t) - Returns the start of the time's HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND.", Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT time_trunc('MILLISECOND', TIME'09:32:05.123456')", Want: "09:32:05.123"}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassString, types.ClassTime}, Result: sameTime}}, New: newTimeTrunc},
		from("time_from_seconds", "seconds", "(52200.5)", "14:30:00.5", types.ClassNumeric, newTimeFromSeconds),
		from("time_from_millis", "milliseconds", "(52200500)", "14:30:00.5", classIntegralToBigInt, newTimeFrom(1e6)),
		from("time_from_micros", "microseconds", "(52200500000)", "14:30:00.5", classIntegralToBigInt, newTimeFrom(1000)),
		to("time_to_seconds", "seconds, with their fraction,", "(TIME'14:30:00.5')", "52200.500000", types.DecimalOf(14, 6), kernelOf(timeSeconds)),
		to("time_to_millis", "milliseconds", "(TIME'14:30:00')", "52200000", types.BigIntType, kernelOf(func(k *expr.KernelCall) { mapValues(k, func(t int64) int64 { return t / 1e6 }) })),
		to("time_to_micros", "microseconds", "(TIME'14:30:00')", "52200000000", types.BigIntType, kernelOf(func(k *expr.KernelCall) { mapValues(k, func(t int64) int64 { return t / 1000 }) })),
	}
}

func timeSeconds(k *expr.KernelCall) {
	t := columnOf[int64](k.Args[0])
	for i := range live(k) {
		setUnscaled(k.Out, i, types.Int128Of(t.at(i)/1000))
	}
}

// resolveCurrentTime makes the precision part of the type.
func resolveCurrentTime(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := bySigs(c, c.Args)
	if err != nil || len(c.Args) == 0 {
		return res, err
	}
	p, ok := foldInt(c.Args[0])
	if !ok {
		return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Args[0].Pos(), "Cannot resolve \"%s\" due to data type mismatch: the input `precision` should be a foldable \"INT\" expression; however, got \"%s\".", describeCall(c.Func.Name, c.Args), describe(c.Args[0]))
	}
	if p < 0 || p > 6 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", c.Args[0].Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `precision` must be between [0, 6] (current value = %d).", describeCall(c.Func.Name, c.Args), p)
	}
	res.Result = types.Type{Kind: types.Time, Precision: uint8(p)}
	return res, nil
}

// foldInt computes sums of integer literals.
func foldInt(e expr.Expr) (int64, bool) {
	if l := literalOf(e); l != nil {
		return integerOf(l.Value)
	}
	c, ok := e.(*expr.Call)
	if !ok || len(c.Args) != 2 {
		return 0, false
	}
	a, okA := foldInt(c.Args[0])
	b, okB := foldInt(c.Args[1])
	switch c.Func.Op {
	case expr.OpAdd:
		return a + b, okA && okB
	case expr.OpSub:
		return a - b, okA && okB
	}
	return 0, false
}

func newCurrentTime(s *expr.Spec) (expr.Kernel, error) {
	return newEnvValue(s.Result, func(e *expr.Env) any {
		local := temporal.ToLocal(e.Now.UnixMicro(), e.Zone)
		nanos := (local-floorDiv(local, microsPerDay)*microsPerDay)*1000 + int64(e.Now.Nanosecond()%1000)
		unit := types.Pow10Int64(9 - int(s.Result.Precision))
		return nanos / unit * unit
	})(s)
}

func newMakeTime(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		out := columnar.Values[int64](k.Out)
		for i := range live(k) {
			hour, minute, micros := integerAt(k.Args[0], i), integerAt(k.Args[1], i), unscaledAt(k.Args[2], i).Int64()
			if why := temporal.ClockProblem(hour, minute, floorDiv(micros, microsPerSecond)); why != "" {
				if k.Fail(i) {
					k.Err = sqlerr.New("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", s.Pos, "%s.", why)
				}
				continue
			}
			out[i] = (hour*3600+minute*60)*int64(time.Second) + micros*1000
		}
	}, nil
}

// clockUnit returns the nanoseconds of a unit of times, 0 for anything else.
func clockUnit(name []byte) int64 {
	switch strings.ToUpper(string(name)) {
	case "HOUR":
		return int64(time.Hour)
	case "MINUTE":
		return int64(time.Minute)
	case "SECOND":
		return int64(time.Second)
	case "MILLISECOND":
		return int64(time.Millisecond)
	case "MICROSECOND":
		return int64(time.Microsecond)
	}
	return 0
}

// overTimes computes f of the unit in the first argument and the times in the last and, if there are three, the middle one.
func overTimes(s *expr.Spec, name string, f func(unit, from, to int64) int64) expr.Kernel {
	return func(k *expr.KernelCall) {
		units, to, from := textsOf(k.Args[0]), columnOf[int64](k.Args[len(k.Args)-1]), columnOf[int64](k.Args[1])
		out := columnar.Values[int64](k.Out)
		var unit int64
		for i := range live(k) {
			if unit == 0 || units.mask != 0 {
				unit = clockUnit(units.at(i))
			}
			if unit == 0 {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.TIME_UNIT", "The value of parameter(s) `unit` in `%s` is invalid: expects one of the units 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', but got '%s'.", name, units.at(i))
				continue
			}
			out[i] = f(unit, from.at(i), to.at(i))
		}
	}
}

func newTimeDiff(s *expr.Spec) (expr.Kernel, error) {
	return overTimes(s, "time_diff", func(unit, from, to int64) int64 { return (to - from) / unit }), nil
}

func newTimeTrunc(s *expr.Spec) (expr.Kernel, error) {
	return overTimes(s, "time_trunc", func(unit, _, t int64) int64 { return t / unit * unit }), nil
}

// setTime stores a number of units as a time of day if it is one.
func setTime(k *expr.KernelCall, i int, s *expr.Spec, n, unit int64) {
	if n < 0 || n >= nanosPerDay/unit {
		reject(k, i, s, "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "Invalid value for NanoOfDay (valid values 0 - 86399999999999): %d.", n)
		return
	}
	columnar.Values[int64](k.Out)[i] = n * unit
}

func newTimeFrom(unit int64) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			for i := range live(k) {
				setTime(k, i, s, integerAt(k.Args[0], i), unit)
			}
		}, nil
	}
}

// newTimeFromSeconds takes whole seconds, decimals and floating-point numbers, cut below microseconds.
func newTimeFromSeconds(s *expr.Spec) (expr.Kernel, error) {
	t := s.Args[0]
	if !t.IsFloating() && t.Kind != types.Decimal {
		return newTimeFrom(int64(time.Second))(s)
	}
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			micros := int64(-1)
			switch {
			case t.Kind == types.Decimal:
				if m, exact := rescaleExact(unscaledAt(k.Args[0], i), int(t.Scale), 6); exact && m.IsInt64() {
					micros = m.Int64()
				}
			case t.Kind == types.Float:
				micros = floatMicros(float64(columnar.Values[float32](k.Args[0])[i&formMask(k.Args[0])]))
			default:
				micros = floatMicros(columnar.Values[float64](k.Args[0])[i&formMask(k.Args[0])])
			}
			setTime(k, i, s, micros, 1000)
		}
	}, nil
}

// floatMicros is a number of seconds in microseconds, -1 if it is no time of day.
func floatMicros(x float64) int64 {
	if x >= 0 && x < 86400 {
		return int64(x * microsPerSecond)
	}
	return -1
}
