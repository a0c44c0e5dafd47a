package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// windowOfTimeFuncs group rows by intervals of time. The analyzer turns window into a lateral view over window_bound.
func windowOfTimeFuncs() []*expr.Func {
	c, any := types.ClassString, types.ClassAny
	result := func([]types.Type) (types.Type, error) { return windowType(types.TimestampType), nil }
	return []*expr.Func{
		{Name: "window", Group: datetimeGroup, Since: "2.0.0", Usage: "window(t, duration[, slide[, start]]) - Returns the intervals, structs of start and end, of a duration that hold a timestamp; one begins every slide, counted from 1970-01-01 00:00:00 UTC plus start. In the list and in GROUP BY.",
			Examples: []expr.Example{{SQL: "SELECT window(TIMESTAMP'2020-01-01 10:03:00', '5 minutes').start", Want: "2020-01-01 10:00:00"}},
			Sigs:     []expr.Sig{{Params: []types.Class{any, c, c, c}, Optional: 2, Result: result}},
			Rewrite:  unsupportedCall("TIME_WINDOW", "window may only stand in the list and the GROUP BY of a SELECT.")},
		{Name: "session_window", Group: datetimeGroup, Since: "3.2.0", Usage: "session_window(t, gap) - Not supported.",
			Sigs: []expr.Sig{{Params: []types.Class{any, any}, Result: result}}, Rewrite: unsupportedCall("SESSION_WINDOW", "session_window is not supported.")},
		{Name: "window_time", Group: datetimeGroup, Since: "3.4.0", Usage: "window_time(window) - Returns the last microsecond of what window returns.",
			Examples: []expr.Example{{SQL: "SELECT window_time(window(TIMESTAMP'2020-01-01 10:03:00', '5 minutes'))", Want: "2020-01-01 10:04:59.999999"}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassStruct}, Result: result}}, Resolve: resolveWindowTime, Rewrite: rewriteWindowTime},
		{Name: "window_bound", Group: datetimeGroup, Since: "2.0.0", Usage: "window_bound(t, slide, start, shift) - What window is made of: the latest start of an interval at or before t, shifted; all in microseconds.",
			Examples: []expr.Example{{SQL: "SELECT window_bound('2020-01-01 10:03:00', 300000000L, 0L, 1L)", Want: "2020-01-01 10:00:00.000001"}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassAnyTimestamp, types.ClassBigInt, types.ClassBigInt, types.ClassBigInt}}}, New: kernelOf(windowBounds)},
	}
}

func windowType(t types.Type) types.Type {
	return types.StructOf(types.Field{Name: "start", Type: t, Nullable: true}, types.Field{Name: "end", Type: t, Nullable: true})
}

func windowBounds(k *expr.KernelCall) {
	t, slide, start, shift := columnOf[int64](k.Args[0]), columnOf[int64](k.Args[1]), columnOf[int64](k.Args[2]), columnOf[int64](k.Args[3])
	out := columnar.Values[int64](k.Out)
	for i := range live(k) {
		step := max(slide.at(i), 1)
		out[i] = floorDiv(t.at(i)-start.at(i), step)*step + start.at(i) + shift.at(i)
	}
}

// resolveWindowTime takes structs of two timestamps.
func resolveWindowTime(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := bySigs(c, c.Args)
	if err != nil {
		return nil, err
	}
	if f := c.Args[0].Type(); f.Kind == types.Struct && len(f.Fields()) == 2 && isTimestamp(f.Fields()[1].Type) {
		res.Result = f.Fields()[1].Type
		return res, nil
	}
	return nil, sqlerr.New("_LEGACY_ERROR_TEMP_3100", c.Pos, "The input is not a correct window column: %s.", describe(c.Args[0]))
}

func rewriteWindowTime(c *expr.Call) (expr.Expr, error) {
	end := &expr.Field{Base: c.Base, Child: c.Args[0], Index: 1}
	return Call("timestampadd", stringLiteral("MICROSECOND"), &expr.Literal{Value: int64(-1), T: types.BigIntType}, end)
}
