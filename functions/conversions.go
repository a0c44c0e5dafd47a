package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// conversionFuncs are the casts that can be called by the name of their type.
func conversionFuncs() []*expr.Func {
	var all []*expr.Func
	for _, c := range []struct {
		t             types.Type
		name          string
		example, want string
	}{
		{types.BooleanType, "boolean", "boolean('true')", "true"},
		{types.TinyIntType, "tinyint", "tinyint('1')", "1"},
		{types.SmallIntType, "smallint", "smallint('1')", "1"},
		{types.IntType, "int", "int('1')", "1"},
		{types.BigIntType, "bigint", "bigint('1')", "1"},
		{types.DecimalOf(10, 0), "decimal", "decimal('1')", "1"},
		{types.FloatType, "float", "float('1')", "1.0"},
		{types.DoubleType, "double", "double('1')", "1.0"},
		{types.StringType, "string", "string(1)", "1"},
		{types.BinaryType, "binary", "binary('abc')", "abc"},
		{types.DateType, "date", "date('2026-01-31')", "2026-01-31"},
		{types.TimestampType, "timestamp", "timestamp('2026-01-31 12:00:00')", "2026-01-31 12:00:00"},
		{types.TimeType, "time", "time('12:00:00')", "12:00:00"},
	} {
		all = append(all, castFunc(c.name, c.t, c.example, c.want))
	}
	return all
}

func castFunc(name string, t types.Type, example, want string) *expr.Func {
	return &expr.Func{Name: name, Group: "conversion_funcs", Since: "2.0.1", Usage: name + "(x) - Converts x to the type " + t.String() + ", as CAST does.",
		Examples: []expr.Example{{SQL: "SELECT " + example, Want: want}}, Fallible: true,
		Resolve: func(c *expr.Resolving) (*expr.Resolution, error) {
			if len(c.Args) != 1 {
				return nil, WrongCount(name, "1", len(c.Args), c.Pos)
			}
			from := c.Args[0].Type()
			if !types.CanCast(from, t, c.Mode != expr.Legacy) {
				condition := "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"
				if types.CanCast(from, t, false) {
					condition = "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION"
				}
				return nil, sqlerr.New(condition, c.Pos, "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".", describeCall(name, c.Args), from.SQL(), t.SQL())
			}
			return &expr.Resolution{Params: []types.Type{from}, Result: t}, nil
		},
		Rewrite: func(c *expr.Call) (expr.Expr, error) {
			return &expr.Cast{Base: c.Base, Child: c.Args[0], To: t, Mode: c.Mode}, nil
		}}
}
