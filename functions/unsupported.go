package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// unsupportedFuncs are Spark's functions of types and formats that are not built. They are known, so that a call of one says what is missing.
func unsupportedFuncs() []*expr.Func {
	var out []*expr.Func
	for _, f := range []struct{ group, what, since, names string }{
		{"protobuf_funcs", "PROTOBUF", "4.0.0", "from_protobuf to_protobuf"},
		{"avro_funcs", "AVRO", "4.0.0", "from_avro to_avro schema_of_avro"},
		{"st_funcs", "GEOSPATIAL_TYPE", "4.1.0", "st_asbinary st_geogfromwkb st_geomfromwkb st_setsrid st_srid"},
		{"datetime_funcs", "TIMESTAMP_NANOS", "4.3.0", "timestamp_nanos unix_nanos"},
	} {
		missing := func(name string, pos sqlerr.Pos) error {
			return sqlerr.Unsupported(f.what, pos, "The function %s is not supported yet.", types.Quote(name))
		}
		for _, name := range strings.Fields(f.names) {
			out = append(out, &expr.Func{Name: name, Group: f.group, Since: f.since, Usage: name + "(…) - Not supported yet.",
				Resolve: func(c *expr.Resolving) (*expr.Resolution, error) { return nil, missing(name, c.Pos) },
				New:     func(s *expr.Spec) (expr.Kernel, error) { return nil, missing(name, s.Pos) }})
		}
	}
	return out
}
