package functions

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// The classes of arguments that are not cast from other types.
var (
	classOnlyDate = types.Class{Name: "DATE", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		return types.DateType, t.Kind == types.Date || t.Kind == types.Null
	}}
	classOnlyTime = types.Class{Name: "TIME", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return types.TimeType, true
		}
		return t, t.Kind == types.Time
	}}
)

// secondsClass is the type of seconds that a time is made of.
func secondsClass(precision int) types.Class {
	return types.ClassExactly(types.DecimalOf(precision, 6))
}

// makeFuncs build dates and timestamps from parts. Each has a form that returns NULL where parts do not fit.
func makeDateFuncs() []*expr.Func {
	fs := []*expr.Func{
		{Name: "make_date", Group: datetimeGroup, Since: "3.0.0", Usage: "make_date(year, month, day) - Returns a date.",
			Examples: []expr.Example{{SQL: "SELECT make_date(2013, 7, 15)", Want: "2013-07-15"}}, Fallible: true,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassInt, types.ClassInt, types.ClassInt}, Names: []string{"year", "month", "day"}, Result: func([]types.Type) (types.Type, error) { return types.DateType, nil }}}, New: newMakeDate},
	}
	for _, f := range []struct {
		name, since, usage, call string
		result                   types.Type
		zone, dateOnly           bool
	}{
		{"make_timestamp", "3.0.0", "year, month, day, hour, minute, second[, zone]) or (date[, time[, zone]]) - Returns a timestamp, in the session's zone or the given one; second 60 is the start of the next minute.", "(2014, 12, 28, 6, 30, 45.887)", types.TimestampType, true, true},
		{"make_timestamp_ltz", "3.4.0", "year, month, day, hour, minute, second[, zone]) or (date, time[, zone]) - Returns a timestamp with local time zone.", "(2014, 12, 28, 6, 30, 45.887)", types.TimestampType, true, false},
		{"make_timestamp_ntz", "3.4.0", "year, month, day, hour, minute, second) or (date, time) - Returns a timestamp without time zone.", "(2014, 12, 28, 6, 30, 45.887)", types.TimestampNTZType, false, false},
	} {
		strict := &expr.Func{Name: f.name, Group: datetimeGroup, Since: f.since, Usage: f.name + "(" + f.usage, Fallible: true, AlwaysNull: f.zone,
			Examples: []expr.Example{{SQL: "SELECT " + f.name + f.call, Want: "2014-12-28 06:30:45.887"}},
			Sigs:     timestampSigs(f.result, f.zone, f.dateOnly), New: newMakeTimestamp}
		fs = append(fs, strict, tryForm(strict, "4.0.0", "2014-12-28 06:30:45.887"))
	}
	return fs
}

// tryForm is the form of a function that returns NULL where the function fails.
func tryForm(f *expr.Func, since, want string) *expr.Func {
	t := *f
	t.Name, t.Since, t.Fallible, t.AlwaysNull = "try_"+f.Name, since, false, true
	t.Usage = t.Name + f.Usage[len(f.Name):] + " NULL where " + f.Name + " fails."
	t.Examples = []expr.Example{{SQL: "SELECT try_" + f.Examples[0].SQL[len("SELECT "):], Want: want}}
	t.New = tolerant(f.New)
	return &t
}

func timestampSigs(t types.Type, zone, dateOnly bool) []expr.Sig {
	i := types.ClassInt
	parts := returns(t, i, i, i, i, i, secondsClass(16))
	parts.Names = []string{"year", "month", "day", "hour", "min", "sec"}
	day := returns(t, classOnlyDate, classOnlyTime)
	day.Names = []string{"date", "time"}
	if zone {
		parts.Params, parts.Names, parts.Optional = append(parts.Params, types.ClassString), append(parts.Names, "timezone"), 1
		day.Params, day.Names, day.Optional = append(day.Params, types.ClassString), append(day.Names, "timezone"), 1
	}
	if dateOnly {
		day.Optional = 2
	}
	return []expr.Sig{day, parts}
}

func outOfBounds(k *expr.KernelCall, i int, s *expr.Spec, why string) {
	raise(k, i, s.Pos, "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "%s.", why)
}

func newMakeDate(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		y, m, d := columnOf[int32](k.Args[0]), columnOf[int32](k.Args[1]), columnOf[int32](k.Args[2])
		out := columnar.Values[int32](k.Out)
		for i := range live(k) {
			year, month, day := int64(y.at(i)), int64(m.at(i)), int64(d.at(i))
			if why := temporal.DateProblem(year, month, day); why != "" {
				outOfBounds(k, i, s, why)
				continue
			}
			days := daysOf(year, int(month), int(day))
			if out[i] = int32(days); days != int64(int32(days)) {
				raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "The date of year %d is out of range.", year)
			}
		}
	}, nil
}

// newMakeTimestamp makes timestamps of six numbers or of a date and a time, and perhaps a zone.
func newMakeTimestamp(s *expr.Spec) (expr.Kernel, error) {
	local, parts := dayAndTime, 2
	if len(s.Args) >= 6 {
		local, parts = sixParts, 6
	}
	zone := zoneOf(s, s.Result)
	return func(k *expr.KernelCall) {
		out, zones := columnar.Values[int64](k.Out), zoneReader{zone: zone}
		if len(k.Args) > parts {
			zones = zonesOf(k.Args[parts])
		}
		for i := range live(k) {
			micros, ok := local(k, i, s)
			if !ok {
				continue
			}
			z := zones.at(i)
			if z == nil {
				raise(k, i, s.Pos, "INVALID_TIMEZONE", invalidZone, zones.name)
				continue
			}
			out[i] = temporal.ToUTC(micros, z)
		}
	}, nil
}

// dayAndTime reads a row's date and time of day.
func dayAndTime(k *expr.KernelCall, i int, s *expr.Spec) (int64, bool) {
	var clock int64
	if len(k.Args) > 1 {
		clock = columnar.Values[int64](k.Args[1])[i&formMask(k.Args[1])] / 1000
	}
	local, ok := temporal.MicrosFromParts(columnar.Values[int32](k.Args[0])[i&formMask(k.Args[0])], clock)
	if !ok {
		raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "long overflow.")
	}
	return local, ok
}

// sixParts reads a row's year to second.
func sixParts(k *expr.KernelCall, i int, s *expr.Spec) (int64, bool) {
	var p [5]int64
	for j := range p {
		p[j] = integerAt(k.Args[j], i)
	}
	micros := unscaledAt(k.Args[5], i).Int64()
	second := floorDiv(micros, microsPerSecond)
	minuteLater := second == 60
	if minuteLater && micros%microsPerSecond != 0 {
		raise(k, i, s.Pos, "INVALID_FRACTION_OF_SECOND", "Valid range for seconds is [0, 60] (inclusive), but the provided value is %s. To avoid this error, use `try_make_timestamp`, which returns NULL on error.", types.FormatDecimal(types.Int128Of(micros), 6))
		return 0, false
	}
	check := second
	if minuteLater {
		check = 0
	}
	why := temporal.DateProblem(p[0], p[1], p[2])
	if why == "" {
		why = temporal.ClockProblem(p[3], p[4], check)
	}
	if why != "" {
		outOfBounds(k, i, s, why)
		return 0, false
	}
	days := daysOf(p[0], int(p[1]), int(p[2]))
	local, ok := temporal.MicrosFromParts(int32(days), p[3]*3600*microsPerSecond+p[4]*60*microsPerSecond+micros)
	if !ok || days != int64(int32(days)) {
		raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "long overflow.")
		return 0, false
	}
	return local, true
}

const invalidZone = "The timezone: %s is invalid. The timezone must be either a region-based zone ID or a zone offset. Region IDs must have the form 'area/city', such as 'America/Los_Angeles'. Zone offsets must be in the format '(+|-)HH', '(+|-)HH:mm' or '(+|-)HH:mm:ss', e.g '-08' , '+01:00' or '-13:33:33', and must be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms for '+00:00'."

// zoneReader reads names of zones row by row; equal names in a row are looked up once.
type zoneReader struct {
	names texts
	zone  *time.Location
	name  string
	read  bool // zone is of name
	rows  bool // there are names
}

func zonesOf(v *columnar.Vector) zoneReader { return zoneReader{names: textsOf(v), rows: true} }

// at returns the zone of a row, nil if the name is no zone's.
func (r *zoneReader) at(i int) *time.Location {
	if !r.rows || r.read && r.names.mask == 0 {
		return r.zone
	}
	name := r.names.at(i)
	if r.read && string(name) == r.name {
		return r.zone
	}
	r.name, r.read = string(name), true
	z, err := temporal.ParseZone(r.name)
	if r.zone = z; err != nil {
		r.zone = nil
	}
	return r.zone
}
