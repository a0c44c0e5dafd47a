package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// unsupportedFuncs are Spark's functions of XML. They are known, so that a call of one says what is missing.
func unsupportedFuncs() []*expr.Func {
	var out []*expr.Func
	for _, f := range []struct{ group, what, since, names string }{
		{"xml_funcs", "XML", "4.0.0", "from_xml schema_of_xml to_xml xpath xpath_boolean xpath_double xpath_float xpath_int xpath_long xpath_number xpath_short xpath_string"},
	} {
		for _, name := range strings.Fields(f.names) {
			out = append(out, &expr.Func{Name: name, Group: f.group, Since: f.since, Usage: name + "(…) - Not supported yet: a function of " + f.what + " values.",
				Resolve: func(c *expr.Resolving) (*expr.Resolution, error) { return nil, noSuchType(f.what, name, c.Pos) },
				New:     func(s *expr.Spec) (expr.Kernel, error) { return nil, noSuchType(f.what, name, s.Pos) }})
		}
	}
	return out
}

func noSuchType(what, name string, pos sqlerr.Pos) error {
	return sqlerr.Unsupported(what, pos, "The function %s is not supported: %s values are not built yet.", types.Quote(name), what)
}
