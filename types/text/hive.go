package text

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// Hive returns a Go value (see package types) as Spark's SQL shell prints a result: NULL, [1,2], {"a":1} for structs and {1:"x"} for maps with
// sorted entries, 1-2 and 1 02:03:04.000000000 for intervals. Strings are quoted within nested values only. Timestamps are shown in zone.
func Hive(v any, t types.Type, zone *time.Location) string { return hive(v, t, zone, false) }

func hive(v any, t types.Type, zone *time.Location, nested bool) string {
	if v == nil {
		if nested {
			return "null"
		}
		return "NULL"
	}
	switch t.Kind {
	case types.String:
		if nested {
			return `"` + v.(string) + `"`
		}
	case types.Binary: // as UTF-8, with U+FFFD for what is not
		return string([]rune(string(v.([]byte))))
	case types.Variant:
		return string(AppendVariant(nil, variant.Of(v.([]byte)), time.UTC))
	case types.YearMonth:
		return hiveYearMonth(v.(int32))
	case types.DayTime:
		return hiveDayTime(v.(int64))
	case types.Array:
		parts := make([]string, len(v.([]any)))
		for i, x := range v.([]any) {
			parts[i] = hive(x, t.Elem(), zone, true)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case types.Map:
		m := v.(types.MapValue)
		parts := make([]string, len(m.Keys))
		for i := range parts {
			parts[i] = hive(m.Keys[i], t.Key(), zone, true) + ":" + hive(m.Values[i], t.Elem(), zone, true)
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case types.Struct:
		parts := make([]string, len(t.Fields()))
		for i, f := range t.Fields() {
			parts[i] = `"` + f.Name + `":` + hive(v.([]any)[i], f.Type, zone, true)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return Cast(v, t, zone)
}

func hiveYearMonth(months int32) string {
	n, sign := int64(months), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	return sign + strconv.FormatInt(n/12, 10) + "-" + strconv.FormatInt(n%12, 10)
}

func hiveDayTime(micros int64) string {
	n, sign := uint64(micros), ""
	if micros < 0 {
		n, sign = -n, "-"
	}
	day, hour, minute, second := uint64(temporal.Day), uint64(temporal.Hour), uint64(temporal.Minute), uint64(temporal.Second)
	return fmt.Sprintf("%s%d %02d:%02d:%02d.%09d", sign, n/day, n%day/hour, n%hour/minute, n%minute/second, n%second*1000)
}
