package functions

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// bucketFuncs cut timestamps to intervals that are counted from an origin.
func bucketFuncs() []*expr.Func {
	width := types.Class{Name: `INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return types.DayTimeType, true
		}
		return t, t.Kind == types.DayTime || t.Kind == types.YearMonth
	}}
	point := types.Class{Name: `TIMESTAMP" or "TIMESTAMP_NTZ`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return types.TimestampType, true
		}
		return t, isTimestamp(t)
	}}
	return []*expr.Func{
		{Name: "time_bucket", Group: datetimeGroup, Since: "4.2.0", Usage: "time_bucket(width, t[, origin]) - Returns the start of the interval of a width that holds a timestamp; intervals are counted from an origin, whole days and months of them on the wall clock, 1970-01-01 if none is given.",
			Examples: []expr.Example{{SQL: "SELECT time_bucket(INTERVAL '15' MINUTE, TIMESTAMP '2024-01-01 11:27:00')", Want: "2024-01-01 11:15:00"}}, Fallible: true,
			Sigs:    []expr.Sig{{Params: []types.Class{width, point, point}, Optional: 1, Result: func(a []types.Type) (types.Type, error) { return a[1], nil }}},
			Resolve: resolveBucket, New: newTimeBucket},
	}
}

// resolveBucket checks that the origin is of the timestamp's type and the width, where it is a literal, positive.
func resolveBucket(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := bySigs(c, c.Args)
	if err != nil {
		return nil, err
	}
	if len(c.Args) == 3 && !res.Params[2].Equal(res.Params[1]) {
		return nil, WrongType(c.Func.Name, c.Args, 2, res.Params[1].SQL(), c.Pos)
	}
	if l, ok := c.Args[0].(*expr.Literal); ok && l.Value != nil {
		months, isMonths := l.Value.(int32)
		micros, isMicros := l.Value.(int64)
		if isMonths && months <= 0 || isMicros && micros <= 0 {
			return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", l.At, "Cannot resolve \"%s\" due to data type mismatch: The `bucketSize` must be between (0, inf) (current value = %v).", describeCall(c.Func.Name, c.Args), l.Value)
		}
	}
	return res, nil
}

func newTimeBucket(s *expr.Spec) (expr.Kernel, error) {
	zone := zoneOf(s, s.Args[1])
	return func(k *expr.KernelCall) {
		t, out := columnOf[int64](k.Args[1]), columnar.Values[int64](k.Out)
		clock := clockOf(zone)
		for i := range live(k) {
			origin := int64(0)
			if len(k.Args) == 3 {
				origin = clock.local(columnar.Values[int64](k.Args[2])[i&formMask(k.Args[2])])
			}
			width := integerAt(k.Args[0], i)
			if width <= 0 {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.TIME_BUCKET_SIZE", "The width of a bucket must be positive.")
				continue
			}
			local := clock.local(t.at(i))
			switch {
			case k.Args[0].Type.Kind == types.YearMonth:
				local = monthBucket(local, origin, width)
			case width%microsPerDay == 0:
				local = origin + floorDiv(local-origin, width)*width
			default: // parts of days are counted on the time line
				start := toInstant(origin, zone, 0)
				out[i] = start + floorDiv(t.at(i)-start, width)*width
				continue
			}
			out[i] = bucketInstant(&clock, local, t.at(i))
		}
	}, nil
}

// bucketInstant is the instant of a bucket's start; where clocks are set back, the one that is not behind t.
func bucketInstant(clock *wallClock, local, t int64) int64 {
	clock.local(t)
	if clock.zone == time.UTC {
		return local
	}
	return toInstant(local, clock.zone, clock.offset)
}

// monthBucket counts months from an origin, whose day and time of day start a bucket.
func monthBucket(local, origin, width int64) int64 {
	day := floorDiv(origin, microsPerDay)
	clock := origin - day*microsPerDay
	n := floorDiv(monthIndex(floorDiv(local, microsPerDay))-monthIndex(day), width)
	for {
		if start := addMonths(day, n*width)*microsPerDay + clock; start <= local {
			return start
		}
		n--
	}
}

// monthIndex counts months from year 0.
func monthIndex(days int64) int64 {
	y, m, _ := civilOf(days)
	return y*12 + int64(m)
}
