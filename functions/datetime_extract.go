package functions

import (
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// extractFuncs are extract and date_part, which become the function of the field they name.
func extractFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "extract", Group: datetimeGroup, Since: "3.0.0", Usage: "extract(field FROM source) - Returns a field of a date, timestamp, time or interval: YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFWEEK, DOW, DAYOFWEEK_ISO, DOW_ISO, DOY, YEAROFWEEK, HOUR, MINUTE, SECOND, or an abbreviation of them.",
			Examples: []expr.Example{{SQL: "SELECT extract(YEAR FROM TIMESTAMP '2019-08-12 01:00:00.123456')", Want: "2019"}, {SQL: "SELECT extract(SECONDS FROM INTERVAL 5 HOURS 30 SECONDS 1 MILLISECOND 1 MICROSECOND)", Want: "30.001001"}},
			Resolve:  resolveExtract, Rewrite: rewriteExtract},
		{Name: "date_part", Aliases: []string{"datepart"}, Group: datetimeGroup, Since: "3.0.0", Usage: "date_part(field, source) - Returns a field of a date, timestamp, time or interval, as extract does.",
			Examples: []expr.Example{{SQL: "SELECT date_part('doy', DATE'2019-08-12')", Want: "224"}, {SQL: "SELECT date_part('MONTH', INTERVAL '2021-11' YEAR TO MONTH)", Want: "11"}},
			Resolve:  resolveExtract, Rewrite: rewriteExtract},
	}
}

// extractFields maps the names of fields to the functions of datetimes and of times.
func extractFields(field string) string {
	switch field {
	case "YEAR", "Y", "YEARS", "YR", "YRS":
		return "year"
	case "YEAROFWEEK", "QUARTER", "DAYOFWEEK", "DAYOFWEEK_ISO":
		return strings.ToLower(field)
	case "QTR":
		return "quarter"
	case "MONTH", "MON", "MONS", "MONTHS":
		return "month"
	case "WEEK", "W", "WEEKS":
		return "weekofyear"
	case "DAY", "D", "DAYS":
		return "day"
	case "DOW":
		return "dayofweek"
	case "DOW_ISO":
		return "dayofweek_iso"
	case "DOY":
		return "dayofyear"
	case "HOUR", "H", "HOURS", "HR", "HRS":
		return "hour"
	case "MINUTE", "M", "MIN", "MINS", "MINUTES":
		return "minute"
	case "SECOND", "S", "SEC", "SECONDS", "SECS":
		return "second"
	}
	return ""
}

// extractParts are the fields that have no function of their own name, and those of intervals. Each is made once, since equal expressions are
// calls of the same function.
var extractParts = sync.OnceValue(func() map[string]*expr.Func {
	date := []expr.Sig{returns(types.IntType, types.ClassDate)}
	parts := map[string]*expr.Func{
		"yearofweek": {Name: "yearofweek", Sigs: date, New: kernelOf(func(k *expr.KernelCall) {
			mapValues(k, func(d int32) int32 { y, _ := isoWeekOf(int64(d)); return int32(y) })
		})},
		"dayofweek_iso": {Name: "dayofweek_iso", Sigs: date, New: dayPart(1, 7, func(d int64) int32 { return int32(weekdayOf(d)) + 1 })},
		"second": {Name: "second_with_fraction", New: newFractionalSecond,
			Sigs: []expr.Sig{returns(secondsType, types.ClassAnyTimestamp), returns(secondsType, types.ClassTime)}},
	}
	for field := types.Year; field <= types.Second; field++ {
		result := types.TinyIntType
		switch field {
		case types.Year, types.Day:
			result = types.IntType
		case types.Second:
			result = secondsType
		}
		name := "interval_" + field.String()
		parts[name] = &expr.Func{Name: name, Sigs: []expr.Sig{returns(result, types.ClassInterval)}, New: newIntervalPart(field)}
	}
	return parts
})

// secondsType is the type of seconds with their fraction.
var secondsType = types.Type{Kind: types.Decimal, Precision: 8, Scale: 6}

// extractTarget returns the function that a call of extract stands for; nil if the field is NULL.
func extractTarget(field *expr.Literal, source expr.Expr, pos sqlerr.Pos) (*expr.Func, error) {
	if field.Value == nil {
		return nil, nil
	}
	text, _ := field.Value.(string)
	name, t := extractFields(strings.ToUpper(text)), source.Type()
	ok := name != ""
	switch {
	case !ok:
	case t.IsInterval():
		if f := intervalPart(name, t); f != nil {
			return f, nil
		}
		ok = false
	case t.Kind == types.Time:
		ok = name == "hour" || name == "minute" || name == "second"
	}
	if !ok {
		return nil, sqlerr.New("INVALID_EXTRACT_FIELD", pos, "Cannot extract %s from %s.", types.Quote(text), "\""+describe(source)+"\"")
	}
	if f := extractParts()[name]; f != nil {
		return f, nil
	}
	return Lookup(name), nil
}

func resolveExtract(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	field, ok := c.Args[0].(*expr.Literal)
	if !ok {
		return nil, sqlerr.New("NON_FOLDABLE_ARGUMENT", c.Args[0].Pos(), "The function %s requires the parameter `field` to be a foldable expression of the type \"STRING\", but the actual argument is a non-foldable.", types.Quote(c.Func.Name))
	}
	if c.Args[1].Type().Kind == types.Time {
		if err := checkTimeEnabled(c); err != nil {
			return nil, err
		}
	}
	if _, err := extractTarget(field, c.Args[1], c.Pos); err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: c.Types(), Result: types.NullType}, nil // rewriteExtract finds the type
}

func rewriteExtract(c *expr.Call) (expr.Expr, error) {
	f, err := extractTarget(c.Args[0].(*expr.Literal), c.Args[1], c.At)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return &expr.Literal{Base: c.Base, T: types.DoubleType}, nil
	}
	return Bind(f, c.Args[1:], BindOptions{Mode: c.Mode, Pos: c.At})
}

// newFractionalSecond is the seconds of a timestamp or time with their fraction.
func newFractionalSecond(s *expr.Spec) (expr.Kernel, error) {
	zone, scale := zoneOf(s, s.Args[0]), int64(1)
	if s.Args[0].Kind == types.Time {
		scale = 1000
	}
	return func(k *expr.KernelCall) {
		t, clock := columnOf[int64](k.Args[0]), clockOf(zone)
		for i := range live(k) {
			local := clock.local(t.at(i) / scale)
			setUnscaled(k.Out, i, types.Int128Of(local-floorDiv(local, 60*microsPerSecond)*60*microsPerSecond))
		}
	}, nil
}

// intervalPart returns the function of a field of an interval; nil if the interval's type has no such field.
func intervalPart(name string, t types.Type) *expr.Func {
	if t.Kind != types.CalendarInterval {
		for field := t.From; field <= t.To; field++ {
			if field.String() == name {
				return extractParts()["interval_"+name]
			}
		}
		return nil
	}
	return extractParts()["interval_"+name]
}

// newIntervalPart computes a field as the remainder of the next larger one. Days of an interval count whole days of its time part.
func newIntervalPart(field types.IntervalField) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		for i := range live(k) {
			x := intervalAt(k.Args[0], i)
			switch field {
			case types.Year:
				columnar.Values[int32](k.Out)[i] = x.Months / 12
			case types.Month:
				columnar.Values[int8](k.Out)[i] = int8(x.Months % 12)
			case types.Day:
				columnar.Values[int32](k.Out)[i] = x.Days + int32(x.Micros/microsPerDay)
			case types.Hour:
				columnar.Values[int8](k.Out)[i] = int8(x.Micros % microsPerDay / (3600 * microsPerSecond))
			case types.Minute:
				columnar.Values[int8](k.Out)[i] = int8(x.Micros % (3600 * microsPerSecond) / (60 * microsPerSecond))
			default:
				setUnscaled(k.Out, i, types.Int128Of(x.Micros%(60*microsPerSecond)))
			}
		}
	})
}
