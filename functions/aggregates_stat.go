package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// statAggregates are moments, correlations and bit folds.
func statAggregates() []*expr.Func {
	one := []expr.Sig{{Params: []types.Class{types.ClassDouble}, Result: always(types.DoubleType)}}
	two := []expr.Sig{{Params: []types.Class{types.ClassDouble, types.ClassDouble}, Result: always(types.DoubleType)}}
	bits := []expr.Sig{{Params: []types.Class{types.ClassIntegral}}}
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "stddev_samp", Aliases: []string{"stddev", "std"}, Since: "1.6.0", Usage: "stddev_samp(expr) - The standard deviation of a sample.",
			Examples: ex("SELECT stddev_samp(x) FROM VALUES (1), (2), (3) AS t(x)", "1.0"), Sigs: one, NewAccumulator: newMoments(2, stddevSamp)},
		{Name: "stddev_pop", Since: "1.6.0", Usage: "stddev_pop(expr) - The standard deviation of a whole population.",
			Examples: ex("SELECT stddev_pop(x) FROM VALUES (2), (4) AS t(x)", "1.0"), Sigs: one, NewAccumulator: newMoments(2, stddevPop)},
		{Name: "var_samp", Aliases: []string{"variance"}, Since: "1.6.0", Usage: "var_samp(expr) - The variance of a sample.",
			Examples: ex("SELECT var_samp(x) FROM VALUES (1), (3) AS t(x)", "2.0"), Sigs: one, NewAccumulator: newMoments(2, varSamp)},
		{Name: "var_pop", Since: "1.6.0", Usage: "var_pop(expr) - The variance of a whole population.",
			Examples: ex("SELECT var_pop(x) FROM VALUES (1), (3) AS t(x)", "1.0"), Sigs: one, NewAccumulator: newMoments(2, varPop)},
		{Name: "skewness", Since: "1.6.0", Usage: "skewness(expr) - How lopsided the values lie around their mean.",
			Examples: ex("SELECT skewness(x) FROM VALUES (-1), (0), (1) AS t(x)", "0.0"), Sigs: one, NewAccumulator: newMoments(4, skewness)},
		{Name: "kurtosis", Since: "1.6.0", Usage: "kurtosis(expr) - How heavy the tails are, above those of a normal distribution.",
			Examples: ex("SELECT kurtosis(x) FROM VALUES (1), (3) AS t(x)", "-2.0"), Sigs: one, NewAccumulator: newMoments(4, kurtosis)},

		{Name: "covar_pop", Since: "2.0.0", Usage: "covar_pop(x, y) - The covariance of a whole population of pairs.",
			Examples: ex("SELECT covar_pop(x, y) FROM VALUES (1, 1), (3, 3) AS t(x, y)", "1.0"), Sigs: two, NewAccumulator: newComoments(false, covarPop)},
		{Name: "covar_samp", Since: "2.0.0", Usage: "covar_samp(x, y) - The covariance of a sample of pairs.",
			Examples: ex("SELECT covar_samp(x, y) FROM VALUES (1, 1), (2, 2), (3, 3) AS t(x, y)", "1.0"), Sigs: two, NewAccumulator: newComoments(false, covarSamp)},
		{Name: "corr", Since: "1.6.0", Usage: "corr(x, y) - Pearson's correlation of pairs.",
			Examples: ex("SELECT corr(x, y) FROM VALUES (1, 2), (2, 4) AS t(x, y)", "1.0"), Sigs: two, NewAccumulator: newComoments(false, corr)},
		{Name: "regr_avgx", Since: "3.3.0", Usage: "regr_avgx(y, x) - The mean of x over complete pairs.",
			Examples: ex("SELECT regr_avgx(y, x) FROM VALUES (1, 2), (2, NULL), (2, 4) AS t(y, x)", "3.0"), Sigs: two, NewAccumulator: newComoments(true, regrAvgX)},
		{Name: "regr_avgy", Since: "3.3.0", Usage: "regr_avgy(y, x) - The mean of y over complete pairs.",
			Examples: ex("SELECT regr_avgy(y, x) FROM VALUES (1, 2), (2, NULL), (2, 4) AS t(y, x)", "1.5"), Sigs: two, NewAccumulator: newComoments(true, regrAvgY)},
		{Name: "regr_r2", Since: "3.3.0", Usage: "regr_r2(y, x) - The coefficient of determination of the line through the pairs.",
			Examples: ex("SELECT regr_r2(y, x) FROM VALUES (1, 2), (2, 4) AS t(y, x)", "1.0"), Sigs: two, NewAccumulator: newComoments(true, regrR2)},
		{Name: "regr_sxx", Since: "3.4.0", Usage: "regr_sxx(y, x) - The sum of squared deviations of x over complete pairs.",
			Examples: ex("SELECT regr_sxx(y, x) FROM VALUES (1, 2), (2, 4) AS t(y, x)", "2.0"), Sigs: two, NewAccumulator: newComoments(true, regrSXX)},
		{Name: "regr_sxy", Since: "3.4.0", Usage: "regr_sxy(y, x) - The sum of products of the deviations of x and y.",
			Examples: ex("SELECT regr_sxy(y, x) FROM VALUES (1, 2), (2, 4) AS t(y, x)", "1.0"), Sigs: two, NewAccumulator: newComoments(true, regrSXY)},
		{Name: "regr_syy", Since: "3.4.0", Usage: "regr_syy(y, x) - The sum of squared deviations of y over complete pairs.",
			Examples: ex("SELECT regr_syy(y, x) FROM VALUES (1, 2), (3, 4) AS t(y, x)", "2.0"), Sigs: two, NewAccumulator: newComoments(true, regrSYY)},
		{Name: "regr_slope", Since: "3.4.0", Usage: "regr_slope(y, x) - The slope of the least-squares line.",
			Examples: ex("SELECT regr_slope(y, x) FROM VALUES (1, 1), (3, 2) AS t(y, x)", "2.0"), Sigs: two, NewAccumulator: newComoments(true, regrSlope)},
		{Name: "regr_intercept", Since: "3.4.0", Usage: "regr_intercept(y, x) - Where the least-squares line meets x = 0.",
			Examples: ex("SELECT regr_intercept(y, x) FROM VALUES (1, 1), (3, 2) AS t(y, x)", "-1.0"), Sigs: two, NewAccumulator: newComoments(true, regrIntercept)},

		{Name: "bit_and", Since: "3.0.0", Usage: "bit_and(expr) - The bits set in all values.",
			Examples: ex("SELECT bit_and(x) FROM VALUES (3), (5) AS t(x)", "1"), Sigs: bits, NewAccumulator: newBitAnd},
		{Name: "bit_or", Since: "3.0.0", Usage: "bit_or(expr) - The bits set in any value.",
			Examples: ex("SELECT bit_or(x) FROM VALUES (3), (5) AS t(x)", "7"), Sigs: bits, NewAccumulator: newBitOr},
		{Name: "bit_xor", Since: "3.0.0", Usage: "bit_xor(expr) - The bits set in an odd number of values.",
			Examples: ex("SELECT bit_xor(x) FROM VALUES (3), (5) AS t(x)", "6"), Sigs: bits, NewAccumulator: newBitXor},
	}
}
