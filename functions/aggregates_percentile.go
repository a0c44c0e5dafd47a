package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// classMeasurable takes numbers, dates, timestamps and the two interval families.
var classMeasurable = types.Class{Name: `NUMERIC" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ" or "ANSI INTERVAL`,
	Accept: func(t types.Type, ansi, lit bool) (types.Type, bool) {
		if t.IsDatetime() {
			return t, true
		}
		return classSummable.Accept(t, ansi, lit)
	}}

// classPercentage takes one number or an array of them.
var classPercentage = types.Class{Name: `DOUBLE" or "ARRAY<DOUBLE>`, Accept: func(t types.Type, ansi, lit bool) (types.Type, bool) {
	if t.Kind != types.Array {
		return types.ClassDouble.Accept(t, ansi, lit)
	}
	_, ok := types.ClassDouble.Accept(t.Elem(), ansi, lit)
	return types.ArrayOf(types.DoubleType, t.ContainsNull()), ok
}}

// quantileType is double, or the full interval for intervals.
func quantileType(t types.Type) types.Type {
	if t.IsInterval() {
		return fullInterval(t)
	}
	return types.DoubleType
}

// perPercentage is an array of t if the percentage is one.
func perPercentage(t, percentage types.Type) types.Type {
	if percentage.Kind == types.Array {
		return types.ArrayOf(t, false)
	}
	return t
}

func percentileAggregates() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "median", Since: "3.4.0", Usage: "median(expr) - The middle value, or the mean of the two in the middle.",
			Examples: ex("SELECT median(x) FROM VALUES (0), (10), (20), (40) AS t(x)", "15.0"), NewAccumulator: newMedian,
			Sigs: []expr.Sig{{Params: []types.Class{classSummable},
				Result: func(a []types.Type) (types.Type, error) { return quantileType(a[0]), nil }}}},
		{Name: "percentile", Since: "2.1.0", Usage: "percentile(expr, percentage[, frequency]) - The exact percentile, interpolated; for an array of percentages an array.",
			Examples: ex("SELECT percentile(x, 0.3) FROM VALUES (0), (10) AS t(x)", "3.0"), NewAccumulator: newPercentile,
			Sigs: []expr.Sig{{Params: []types.Class{classSummable, classPercentage, types.ClassBigInt}, Optional: 1,
				Result: func(a []types.Type) (types.Type, error) { return perPercentage(quantileType(a[0]), a[1]), nil }}}},
		{Name: "percentile_cont", Since: "4.0.0", Usage: "percentile_cont(percentage) WITHIN GROUP (ORDER BY expr) - The exact percentile, interpolated.",
			Examples: ex("SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY x) FROM VALUES (0), (10) AS t(x)", "2.5"),
			Resolve:  resolveOrderedPercentile, NewAccumulator: newPercentileCont},
		{Name: "percentile_disc", Since: "4.0.0", Usage: "percentile_disc(percentage) WITHIN GROUP (ORDER BY expr) - The first value at or above the percentile.",
			Examples: ex("SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY x) FROM VALUES (0), (10) AS t(x)", "0.0"),
			Resolve:  resolveOrderedPercentile, NewAccumulator: newPercentileDisc},
		{Name: "approx_percentile", Aliases: []string{"percentile_approx"}, Since: "2.1.0",
			Usage:    "approx_percentile(expr, percentage[, accuracy]) - A value near the percentile, with an error of one in accuracy (10000).",
			Examples: ex("SELECT approx_percentile(x, 0.5, 100) FROM VALUES (0), (6), (7), (9), (10) AS t(x)", "7"), NewAccumulator: newPercentileApprox,
			Sigs: []expr.Sig{{Params: []types.Class{classMeasurable, classPercentage, types.ClassInt}, Optional: 1,
				Result: func(a []types.Type) (types.Type, error) { return perPercentage(a[0], a[1]), nil }}}},
		{Name: "approx_count_distinct", Since: "1.6.0", Usage: "approx_count_distinct(expr[, relativeSD]) - The estimated number of different values.",
			Examples: ex("SELECT approx_count_distinct(x) FROM VALUES (1), (1), (2), (3) AS t(x)", "3"), NeverNull: true, NewAccumulator: newApproxCount,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassAny, types.ClassDouble}, Optional: 1, Result: always(types.BigIntType)}}},
	}
}

func resolveOrderedPercentile(c *expr.Resolving) (*expr.Resolution, error) {
	name := c.Func.Name
	switch {
	case len(c.Args) != 1:
		return nil, WrongCount(name, "1", len(c.Args), c.Pos)
	case len(c.Order) == 0:
		return nil, sqlerr.New("INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", c.Pos,
			"Invalid function %s with WITHIN GROUP. WITHIN GROUP is required for the function.", types.Quote(name))
	case len(c.Order) > 1:
		return nil, sqlerr.New("INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS", c.Pos,
			"Invalid function %s with WITHIN GROUP. The function requires 1 orderings in WITHIN GROUP but got %d.", types.Quote(name), len(c.Order))
	}
	p, ok := classPercentage.Accept(c.Args[0].Type(), true, true)
	if !ok {
		return nil, WrongType(name, c.Args, 0, classPercentage.Name, c.Pos)
	}
	key := c.Order[0].Expr
	v, ok := classSummable.Accept(key.Type(), true, false)
	if !ok {
		return nil, WrongType(name, []expr.Expr{key}, 0, classSummable.Name, c.Pos)
	}
	return &expr.Resolution{Params: []types.Type{p, v}, Result: perPercentage(quantileType(v), p)}, nil
}
