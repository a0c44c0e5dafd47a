package functions

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// nowFuncs are the moment at which the query started, and the session's zone.
func nowFuncs() []*expr.Func {
	constant := func(name, since, usage string, t types.Type, f func(*expr.Env) any, aliases ...string) *expr.Func {
		return &expr.Func{Name: name, Aliases: aliases, Group: datetimeGroup, Since: since, Usage: name + "() - " + usage,
			Sigs: []expr.Sig{returns(t)}, NeverNull: true, PerQuery: true, New: newEnvValue(t, f)}
	}
	return []*expr.Func{
		constant("current_date", "1.5.0", "Returns the date at the start of the query, in the session's zone.", types.DateType, func(e *expr.Env) any {
			days, _ := temporal.Split(temporal.ToLocal(e.Now.UnixMicro(), e.Zone))
			return days
		}, "curdate"),
		constant("current_timestamp", "1.5.0", "Returns the timestamp at the start of the query.", types.TimestampType, func(e *expr.Env) any { return e.Now.UnixMicro() }, "now"),
		constant("localtimestamp", "3.4.0", "Returns the timestamp without time zone at the start of the query, in the session's zone.", types.TimestampNTZType, func(e *expr.Env) any { return temporal.ToLocal(e.Now.UnixMicro(), e.Zone) }),
		constant("current_timezone", "3.1.0", "Returns the name of the session's time zone.", types.StringType, func(e *expr.Env) any { return e.Zone.String() }),
	}
}

// newEnvValue makes a constant of what a query fixes when it starts.
func newEnvValue(t types.Type, f func(*expr.Env) any) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		env := s.Env
		if env == nil {
			env = &expr.Env{Zone: time.UTC, Now: time.Now()}
		} else if env.Zone == nil {
			e := *env
			e.Zone = time.UTC
			env = &e
		}
		value := f(env)
		return func(k *expr.KernelCall) { *k.Out = *columnar.NewConstant(t, value, k.Rows.N) }, nil
	}
}

// zoneFuncs convert between time zones.
func zoneFuncs() []*expr.Func {
	utc := []expr.Sig{returns(types.TimestampType, types.ClassTimestamp, types.ClassString)}
	return []*expr.Func{
		{Name: "from_utc_timestamp", Group: datetimeGroup, Since: "1.5.0", Usage: "from_utc_timestamp(t, zone) - Reads a timestamp as of UTC and returns what clocks of a zone then show.",
			Examples: []expr.Example{{SQL: "SELECT from_utc_timestamp('2016-08-31', 'Asia/Seoul')", Want: "2016-08-31 09:00:00"}}, Fallible: true,
			Sigs: utc, New: newZoneShift(temporal.ToLocal)},
		{Name: "to_utc_timestamp", Group: datetimeGroup, Since: "1.5.0", Usage: "to_utc_timestamp(t, zone) - Reads a timestamp as of a zone and returns what clocks of UTC then show.",
			Examples: []expr.Example{{SQL: "SELECT to_utc_timestamp('2016-08-31', 'Asia/Seoul')", Want: "2016-08-30 15:00:00"}}, Fallible: true,
			Sigs: utc, New: newZoneShift(temporal.ToUTC)},
		{Name: "convert_timezone", Group: datetimeGroup, Since: "3.4.0", Usage: "convert_timezone([from,] to, t) - Returns what clocks of one zone show when those of another, else of the session's, show t.",
			Examples: []expr.Example{{SQL: "SELECT convert_timezone('Europe/Brussels', 'America/Los_Angeles', timestamp_ntz'2021-12-06 00:00:00')", Want: "2021-12-05 15:00:00"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.TimestampNTZType, types.ClassString, types.ClassString, types.ClassTimestampNTZ), returns(types.TimestampNTZType, types.ClassString, types.ClassTimestampNTZ)}, New: newConvertZone},
	}
}

// newZoneShift moves timestamps by the offset of a zone.
func newZoneShift(shift func(micros int64, zone *time.Location) int64) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			t, out, zones := columnOf[int64](k.Args[0]), columnar.Values[int64](k.Out), zonesOf(k.Args[1])
			for i := range live(k) {
				z := zones.at(i)
				if z == nil {
					reject(k, i, s, "INVALID_TIMEZONE", invalidZone, zones.name)
					continue
				}
				out[i] = shift(t.at(i), z)
			}
		}, nil
	}
}

func newConvertZone(s *expr.Spec) (expr.Kernel, error) {
	session := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		n := len(k.Args)
		t, out := columnOf[int64](k.Args[n-1]), columnar.Values[int64](k.Out)
		from, to := zoneReader{zone: session}, zonesOf(k.Args[n-2])
		if n == 3 {
			from = zonesOf(k.Args[0])
		}
		for i := range live(k) {
			a, b := from.at(i), to.at(i)
			switch {
			case a == nil:
				reject(k, i, s, "INVALID_TIMEZONE", invalidZone, from.name)
			case b == nil:
				reject(k, i, s, "INVALID_TIMEZONE", invalidZone, to.name)
			default:
				out[i] = temporal.ToLocal(temporal.ToUTC(t.at(i), a), b)
			}
		}
	}, nil
}
