package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// classComparable takes what can be a key of a set.
var classComparable = types.Class{Name: "COMPARABLE", Accept: func(t types.Type, _, _ bool) (types.Type, bool) { return t, t.IsComparable() }}

func listOfFirst(args []types.Type) (types.Type, error) { return types.ArrayOf(args[0], false), nil }

// collectAggregates make lists, sets, texts and bitmaps of a group's values.
func collectAggregates() []*expr.Func {
	binary := []expr.Sig{{Params: []types.Class{types.ClassBinary}, Result: always(types.BinaryType)}}
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "collect_list", Aliases: []string{"array_agg"}, Since: "2.0.0", Usage: "collect_list(expr) - An array of the values that are not null.",
			Examples: ex("SELECT collect_list(x) FROM VALUES (1), (2), (NULL), (1) AS t(x)", "[1,2,1]"),
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassAny}, Result: listOfFirst}}, NeverNull: true, NewAccumulator: newCollectList},
		{Name: "collect_set", Since: "2.0.0", Usage: "collect_set(expr) - An array of the different values that are not null.",
			Examples: ex("SELECT sort_array(collect_set(x)) FROM VALUES (1), (2), (1) AS t(x)", "[1,2]"),
			Sigs:     []expr.Sig{{Params: []types.Class{classComparable}, Result: listOfFirst}}, NeverNull: true, NewAccumulator: newCollectSet},
		{Name: "collect_union", Since: "4.3.0", Usage: "collect_union(array) - An array of the different elements of all arrays.",
			Examples: ex("SELECT sort_array(collect_union(x)) FROM VALUES (array(1, 2)), (array(2, 3)) AS t(x)", "[1,2,3]"),
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassArrayOf(classComparable)},
				Result: func(a []types.Type) (types.Type, error) { return types.ArrayOf(a[0].Elem(), a[0].ContainsNull()), nil }}},
			NeverNull: true, NewAccumulator: newCollectUnion},
		{Name: "listagg", Aliases: []string{"string_agg"}, Since: "4.0.0",
			Usage:    "listagg(expr[, delimiter]) [WITHIN GROUP (ORDER BY key, ...)] - The values that are not null, joined, with the delimiter between them.",
			Examples: ex("SELECT listagg(x, ', ') WITHIN GROUP (ORDER BY x DESC) FROM VALUES ('a'), ('b'), (NULL) AS t(x)", "b, a"),
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassBinary, types.ClassBinary}, Optional: 1},
				{Params: []types.Class{types.ClassString, types.ClassString}, Optional: 1}},
			Resolve: resolveListAgg, NewAccumulator: newListAgg},
		{Name: "histogram_numeric", Since: "3.3.0", Usage: "histogram_numeric(expr, bins) - An array of the centers and heights of so many bins of unequal width.",
			Examples: ex("SELECT histogram_numeric(x, 5) FROM VALUES (0), (1), (2), (10) AS t(x)",
				`[{"x":0,"y":1.0},{"x":1,"y":1.0},{"x":2,"y":1.0},{"x":10,"y":1.0}]`),
			Sigs: []expr.Sig{{Params: []types.Class{classMeasurable, types.ClassInt}, Result: histogramType}}, NewAccumulator: newHistogram},
		{Name: "bitmap_construct_agg", Since: "3.5.0", Usage: "bitmap_construct_agg(position) - A bitmap with the bits at all positions set.",
			Examples: ex("SELECT substring(hex(bitmap_construct_agg(x)), 0, 6) FROM VALUES (0), (9) AS t(x)", "010200"),
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassBigInt}, Result: always(types.BinaryType)}}, NeverNull: true, NewAccumulator: newBitmapConstruct},
		{Name: "bitmap_or_agg", Since: "3.5.0", Usage: "bitmap_or_agg(bitmap) - The union of bitmaps.",
			Examples: ex("SELECT substring(hex(bitmap_or_agg(x)), 0, 6) FROM VALUES (X'10'), (X'20') AS t(x)", "300000"), Sigs: binary,
			NeverNull: true, NewAccumulator: newBitmapOr},
		{Name: "bitmap_and_agg", Since: "4.1.0", Usage: "bitmap_and_agg(bitmap) - The intersection of bitmaps.",
			Examples: ex("SELECT substring(hex(bitmap_and_agg(x)), 0, 6) FROM VALUES (X'F0'), (X'70') AS t(x)", "700000"), Sigs: binary,
			NeverNull: true, NewAccumulator: newBitmapAnd},
	}
}

// resolveListAgg takes binary as it is and turns everything else that is atomic into strings.
func resolveListAgg(c *expr.Resolving) (*expr.Resolution, error) {
	if n := len(c.Args); n < 1 || n > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", n, c.Pos)
	}
	class := types.ClassString
	if c.Args[0].Type().Kind == types.Binary {
		class = types.ClassBinary
	}
	params := make([]types.Type, len(c.Args))
	for i, a := range c.Args {
		t, ok := class.Accept(a.Type(), true, false)
		if !ok {
			return nil, WrongType(c.Func.Name, c.Args, i, `STRING" or "BINARY`, c.Pos)
		}
		params[i] = t
	}
	return &expr.Resolution{Params: params, Result: params[0]}, nil
}

func histogramType(args []types.Type) (types.Type, error) {
	return types.ArrayOf(types.StructOf(types.Field{Name: "x", Type: args[0], Nullable: true},
		types.Field{Name: "y", Type: types.DoubleType, Nullable: true}), true), nil
}
