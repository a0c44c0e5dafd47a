package functions

import (
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// options are those of a function of JSON or CSV text, by key in lower case; keys whose values are words have these in lower case too.
type options map[string]string

// textOptions reads the literal map that is argument i, if the call has it.
func textOptions(s *expr.Spec, i int) (options, error) {
	o := options{}
	if i >= len(s.Args) {
		return o, nil
	}
	if s.Args[i].Kind != types.Map || s.Consts[i] == nil {
		return nil, sqlerr.New("INVALID_OPTIONS.NON_MAP_FUNCTION", s.Pos, "Invalid options: Must use the `map()` function for options.")
	}
	m, _ := s.Consts[i].Value.(types.MapValue)
	for j, k := range m.Keys {
		key, _ := k.(string)
		v, ok := m.Values[j].(string)
		if !ok {
			return nil, sqlerr.New("INVALID_OPTIONS.NON_STRING_TYPE", s.Pos, "Invalid options: A type of keys and values in `map()` must be string, but got \"%s\".", s.Args[i].SQL())
		}
		if l := strings.ToLower(v); l == "true" || l == "false" {
			v = l
		}
		o[strings.ToLower(key)] = v
	}
	return o, nil
}

func (o options) is(key string) bool { return o[key] == "true" }

func (o options) get(key, def string) string {
	if v, ok := o[key]; ok {
		return v
	}
	return def
}

// reject refuses options that are not built.
func (o options) reject(s *expr.Spec, keys ...string) error {
	for _, k := range keys {
		if v, ok := o[k]; ok && v != "false" {
			return sqlerr.Unsupported("FUNCTION_OPTION", s.Pos, "The option %s is not supported.", k)
		}
	}
	return nil
}

// failFast reads the option mode.
func (o options) failFast(s *expr.Spec, name string) (bool, error) {
	switch m := strings.ToUpper(o.get("mode", "PERMISSIVE")); m {
	case "PERMISSIVE":
		return false, nil
	case "FAILFAST":
		return true, nil
	default:
		return false, sqlerr.New("PARSE_MODE_UNSUPPORTED", s.Pos, "The function `%s` doesn't support the %s mode. Acceptable modes are PERMISSIVE and FAILFAST.", name, m)
	}
}

func (o options) zone(s *expr.Spec) (*time.Location, error) {
	name, ok := o["timezone"]
	if !ok {
		return zoneOf(s, types.TimestampType), nil
	}
	zone, err := temporal.ParseZone(name)
	if err != nil {
		return nil, sqlerr.New("INVALID_TIMEZONE", s.Pos, "The timezone: %s is invalid.", name)
	}
	return zone, nil
}
