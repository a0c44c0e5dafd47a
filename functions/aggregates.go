package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// aggregates lists the aggregate functions. Their kernels are in the aggregate_*.go files.
func aggregates() []*expr.Func {
	var all []*expr.Func
	for _, part := range [][]*expr.Func{sumAggregates(), pickAggregates(), statAggregates(), collectAggregates(), percentileAggregates()} {
		all = append(all, part...)
	}
	for _, f := range all {
		f.Group, f.Kind = "agg_funcs", expr.AggregateFunc
	}
	return all
}

// always gives overloads one result type.
func always(t types.Type) func([]types.Type) (types.Type, error) {
	return func([]types.Type) (types.Type, error) { return t, nil }
}

// classSummable takes numbers and the two interval families; strings become doubles.
var classSummable = types.Class{Name: `NUMERIC" or "ANSI INTERVAL`, Accept: func(t types.Type, ansi, lit bool) (types.Type, bool) {
	if t.Kind == types.YearMonth || t.Kind == types.DayTime {
		return t, true
	}
	return types.ClassNumeric.Accept(t, ansi, lit)
}}

// fullInterval widens an interval to all fields of its family.
func fullInterval(t types.Type) types.Type {
	if t.Kind == types.YearMonth {
		return types.YearMonthType
	}
	return types.DayTimeType
}

func sumType(args []types.Type) (types.Type, error) {
	switch t := args[0]; {
	case t.IsInteger():
		return types.BigIntType, nil
	case t.Kind == types.Decimal:
		return types.BoundedDecimal(int(t.Precision)+10, int(t.Scale)), nil
	case t.IsInterval():
		return t, nil
	}
	return types.DoubleType, nil
}

func avgType(args []types.Type) (types.Type, error) {
	switch t := args[0]; {
	case t.Kind == types.Decimal:
		return types.BoundedDecimal(int(t.Precision)+4, int(t.Scale)+4), nil
	case t.IsInterval():
		return fullInterval(t), nil
	}
	return types.DoubleType, nil
}

func sumAggregates() []*expr.Func {
	sum := func(avg bool) func(*expr.Spec) (expr.Accumulator, error) {
		return func(s *expr.Spec) (expr.Accumulator, error) { return newSum(s, avg, s.Mode) }
	}
	trying := func(avg bool) func(*expr.Spec) (expr.Accumulator, error) {
		return func(s *expr.Spec) (expr.Accumulator, error) { return newSum(s, avg, expr.Try) }
	}
	summable := []types.Class{classSummable}
	return []*expr.Func{
		{Name: "sum", Since: "1.0.0", Usage: "sum(expr) - The total of the values that are not null; null if there are none.",
			Examples: []expr.Example{{SQL: "SELECT sum(x) FROM VALUES (5), (NULL), (15) AS t(x)", Want: "20"}},
			Sigs:     []expr.Sig{{Params: summable, Result: sumType}}, Fallible: true, NewAccumulator: sum(false)},
		{Name: "try_sum", Since: "3.3.0", Usage: "try_sum(expr) - The total like sum, but null when it overflows.",
			Examples: []expr.Example{{SQL: "SELECT try_sum(x) FROM VALUES (9223372036854775807L), (1L) AS t(x)", Want: "NULL"}},
			Sigs:     []expr.Sig{{Params: summable, Result: sumType}}, NewAccumulator: trying(false)},
		{Name: "avg", Aliases: []string{"mean"}, Since: "1.0.0", Usage: "avg(expr) - The arithmetic mean of the values that are not null.",
			Examples: []expr.Example{{SQL: "SELECT avg(x) FROM VALUES (1), (2), (NULL) AS t(x)", Want: "1.5"}},
			Sigs:     []expr.Sig{{Params: summable, Result: avgType}}, Fallible: true, NewAccumulator: sum(true)},
		{Name: "try_avg", Since: "3.3.0", Usage: "try_avg(expr) - The mean like avg, but null when its sum overflows.",
			Examples: []expr.Example{{SQL: "SELECT try_avg(x) FROM VALUES (1), (4) AS t(x)", Want: "2.5"}},
			Sigs:     []expr.Sig{{Params: summable, Result: avgType}}, NewAccumulator: trying(true)},
		{Name: "count", Since: "1.0.0", Usage: "count(*) - The number of rows. count(expr, ...) - The number of rows in which no argument is null.",
			Examples:  []expr.Example{{SQL: "SELECT count(*), count(x) FROM VALUES (1), (NULL) AS t(x)", Want: "2\t1"}},
			Sigs:      []expr.Sig{{Params: []types.Class{types.ClassAny}, Variadic: true, Result: always(types.BigIntType)}},
			NeverNull: true, NewAccumulator: newCount},
		{Name: "count_if", Since: "3.0.0", Usage: "count_if(cond) - The number of rows for which the condition is true.",
			Examples:  []expr.Example{{SQL: "SELECT count_if(x > 1) FROM VALUES (1), (2), (NULL) AS t(x)", Want: "1"}},
			Sigs:      []expr.Sig{{Params: []types.Class{types.ClassBoolean}, Result: always(types.BigIntType)}},
			NeverNull: true, NewAccumulator: newCountIf},
		{Name: "regr_count", Since: "3.3.0", Usage: "regr_count(y, x) - The number of rows in which neither argument is null.",
			Examples: []expr.Example{{SQL: "SELECT regr_count(y, x) FROM VALUES (1, 2), (2, NULL) AS t(y, x)", Want: "1"}},
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassNumeric, types.ClassNumeric}, Names: []string{"y", "x"},
				Result: always(types.BigIntType)}}, NeverNull: true, NewAccumulator: newCount},
	}
}

func pickAggregates() []*expr.Func {
	anyFlag := []expr.Sig{{Params: []types.Class{types.ClassAny, types.ClassBoolean}, Optional: 1}}
	ordered := []expr.Sig{{Params: []types.Class{types.ClassOrderable}}}
	boolean := []expr.Sig{{Params: []types.Class{types.ClassBoolean}}}
	by := []expr.Sig{
		{Params: []types.Class{types.ClassAny, types.ClassOrderable}},
		{Params: []types.Class{types.ClassAny, types.ClassOrderable, types.ClassInt},
			Result: func(a []types.Type) (types.Type, error) { return types.ArrayOf(a[0], true), nil }},
	}
	return []*expr.Func{
		{Name: "min", Since: "1.0.0", Usage: "min(expr) - The smallest value that is not null.",
			Examples: []expr.Example{{SQL: "SELECT min(x) FROM VALUES (10), (-1), (20) AS t(x)", Want: "-1"}}, Sigs: ordered, NewAccumulator: newMin},
		{Name: "max", Since: "1.0.0", Usage: "max(expr) - The largest value that is not null; NaN is above all numbers.",
			Examples: []expr.Example{{SQL: "SELECT max(x) FROM VALUES (10), (50), (20) AS t(x)", Want: "50"}}, Sigs: ordered, NewAccumulator: newMax},
		{Name: "bool_and", Aliases: []string{"every"}, Since: "3.0.0", Usage: "bool_and(expr) - Whether all values that are not null are true.",
			Examples: []expr.Example{{SQL: "SELECT bool_and(x) FROM VALUES (true), (NULL), (false) AS t(x)", Want: "false"}}, Sigs: boolean, NewAccumulator: newMin},
		{Name: "bool_or", Aliases: []string{"any", "some"}, Since: "3.0.0", Usage: "bool_or(expr) - Whether at least one value is true.",
			Examples: []expr.Example{{SQL: "SELECT bool_or(x) FROM VALUES (NULL), (true), (false) AS t(x)", Want: "true"}}, Sigs: boolean, NewAccumulator: newMax},
		{Name: "first", Aliases: []string{"first_value"}, Since: "2.0.0",
			Usage:    "first(expr[, ignoreNulls]) - The value of the first row; with ignoreNulls of the first row where it is not null.",
			Examples: []expr.Example{{SQL: "SELECT first(x, true) FROM VALUES (NULL), (5), (20) AS t(x)", Want: "5"}}, Sigs: anyFlag, NewAccumulator: newFirst},
		{Name: "any_value", Since: "3.4.0", Usage: "any_value(expr[, ignoreNulls]) - The value of some row.",
			Examples: []expr.Example{{SQL: "SELECT any_value(x) FROM VALUES (7), (7) AS t(x)", Want: "7"}}, Sigs: anyFlag, NewAccumulator: newFirst},
		{Name: "last", Aliases: []string{"last_value"}, Since: "2.0.0",
			Usage:    "last(expr[, ignoreNulls]) - The value of the last row; with ignoreNulls of the last row where it is not null.",
			Examples: []expr.Example{{SQL: "SELECT last(x) FROM VALUES (10), (5), (20) AS t(x)", Want: "20"}}, Sigs: anyFlag, NewAccumulator: newLast},
		{Name: "max_by", Since: "3.0.0", Usage: "max_by(x, y[, k]) - The x of the row with the largest y; with k an array of the x of the k largest.",
			Examples: []expr.Example{{SQL: "SELECT max_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS t(x, y)", Want: "b"}}, Sigs: by, NewAccumulator: newMaxBy},
		{Name: "min_by", Since: "3.0.0", Usage: "min_by(x, y[, k]) - The x of the row with the smallest y; with k an array of the x of the k smallest.",
			Examples: []expr.Example{{SQL: "SELECT min_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS t(x, y)", Want: "a"}}, Sigs: by, NewAccumulator: newMinBy},
		{Name: "mode", Since: "3.4.0",
			Usage:    "mode(expr[, deterministic]) - The most frequent value. mode() WITHIN GROUP (ORDER BY expr) - The same; of several the first in the order.",
			Examples: []expr.Example{{SQL: "SELECT mode(x) FROM VALUES (0), (10), (10) AS t(x)", Want: "10"}}, Resolve: resolveMode, NewAccumulator: newMode},
	}
}

func resolveMode(c *expr.Resolving) (*expr.Resolution, error) {
	ts := c.Types()
	switch {
	case len(ts) == 0 && len(c.Order) == 1:
		return &expr.Resolution{Result: c.Order[0].Expr.Type()}, nil
	case len(ts) == 0:
		return nil, sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", c.Pos, "The `mode` requires 1 parameters but the actual number is 0.")
	case len(ts) > 2:
		return nil, WrongCount("mode", "[1, 2]", len(ts), c.Pos)
	case len(ts) == 2 && ts[1].Kind != types.Boolean:
		return nil, WrongType("mode", c.Args, 1, "BOOLEAN", c.Pos)
	}
	return &expr.Resolution{Params: ts, Result: ts[0]}, nil
}
