package sparrow

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Describe computes count, mean, stddev, min and max of the named columns, of all numbers and strings without names: one row a measure, as text,
// the measure in the column summary.
func (df *DataFrame) Describe(columns ...string) *DataFrame {
	return df.summary([]string{"count", "mean", "stddev", "min", "max"}, columns)
}

// Summary computes measures of all numbers and strings: count, count_distinct, approx_count_distinct, mean, stddev, min, max and percentiles ("25%");
// without names count, mean, stddev, min, 25%, 50%, 75%, max.
func (df *DataFrame) Summary(measures ...string) *DataFrame {
	if len(measures) == 0 {
		measures = []string{"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"}
	}
	return df.summary(measures, nil)
}

// summary computes all measures as one row and turns it into a row a measure.
func (df *DataFrame) summary(measures, columns []string) *DataFrame {
	cols, err := df.selected(columns)
	if err != nil {
		return df.failed(err)
	}
	var aggs, rows []Column
	for i, m := range measures {
		row := []Column{Lit("summary"), Lit(m)}
		for j, c := range cols {
			if !c.Type.IsNumeric() && c.Type.Kind != types.String {
				continue
			}
			v, err := c.measure(m)
			if err != nil {
				return df.failed(err)
			}
			name := fmt.Sprintf("m%d_%d", i, j)
			aggs = append(aggs, v.Cast("string").As(name))
			row = append(row, Lit(c.Name), Col(name))
		}
		rows = append(rows, apply([]string{"named_struct"}, row))
	}
	one := df.Agg(aggs...)
	if len(aggs) == 0 {
		one = df.Agg(Call("count", 1))
	}
	return one.Select(apply([]string{"inline"}, []Column{apply([]string{"array"}, rows)}))
}

func (c named) measure(name string) (Column, error) {
	number := c.Column
	if c.Type.Kind == types.String {
		number = c.TryCast("double")
	}
	switch name {
	case "count", "min", "max", "approx_count_distinct":
		return Call(name, c.Column), nil
	case "count_distinct":
		return CallDistinct("count", c.Column), nil
	case "mean", "stddev":
		return Call(name, number), nil
	}
	share, err := strconv.ParseFloat(strings.TrimSuffix(name, "%"), 64)
	if !strings.HasSuffix(name, "%") || err != nil || share < 0 || share > 100 {
		return Column{}, sqlerr.New("INVALID_PARAMETER_VALUE.STRING", sqlerr.Pos{}, "%s is not a recognised statistic.", name)
	}
	return Call("percentile_approx", number, share/100), nil
}

// ApproxQuantile computes percentiles (shares from 0 to 1) of numeric columns, each a value that occurs, up to a relative error of rank; 0 asks for exact
// ones. It returns a list for each column, empty for one without values.
func (df *DataFrame) ApproxQuantile(ctx context.Context, columns []string, shares []float64, relativeError float64) ([][]float64, error) {
	if relativeError < 0 {
		return nil, sqlerr.New("INVALID_PARAMETER_VALUE.DOUBLE", sqlerr.Pos{}, "The relative error must not be negative, but is %v.", relativeError)
	}
	accuracy := 1 << 30
	if relativeError > 1.0/(1<<30) {
		accuracy = max(1, int(1/relativeError))
	}
	cols := make([]Column, len(columns))
	for i, name := range columns {
		cols[i] = Call("percentile_approx", Col(name).Cast("double"), Lit(shares), accuracy)
	}
	row, err := df.Agg(cols...).First(ctx)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(columns))
	for i := range out {
		values, _ := row.At(i).([]any)
		for _, v := range values {
			out[i] = append(out[i], v.(float64))
		}
	}
	return out, nil
}

// Corr computes Pearson's correlation of two columns; NaN if it is not defined.
func (df *DataFrame) Corr(ctx context.Context, a, b string) (float64, error) {
	return df.number(ctx, Call("corr", Col(a), Col(b)))
}

// Cov computes the covariance of two columns as samples; NaN if it is not defined.
func (df *DataFrame) Cov(ctx context.Context, a, b string) (float64, error) {
	return df.number(ctx, Call("covar_samp", Col(a), Col(b)))
}

func (df *DataFrame) number(ctx context.Context, agg Column) (x float64, err error) {
	row, err := df.Agg(Call("coalesce", agg, Lit("NaN").Cast("double"))).First(ctx)
	if err != nil {
		return 0, err
	}
	return x, row.Scan(&x)
}

// Crosstab counts pairs of values of two columns: one row for each value of a, as text in the column a_b, one column for each value of b, found by a query that
// runs now.
func (df *DataFrame) Crosstab(ctx context.Context, a, b string) *DataFrame {
	text := func(name string) Column { return Call("coalesce", Col(name).Cast("string"), "null") }
	pairs := df.Select(text(a).As("a"), text(b).As("b"))
	counts := pairs.GroupBy(Col("a")).PivotDistinct(ctx, Col("b")).Count().WithColumnRenamed("a", a+"_"+b)
	return counts.FillNA(0)
}

// FreqItems finds, for each column, the values that at least the share support of the rows have: one row with an array a column, named column_freqItems.
func (df *DataFrame) FreqItems(support float64, columns ...string) *DataFrame {
	if support < 1e-4 || support > 1 {
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.DOUBLE", sqlerr.Pos{}, "Support must be in [1e-4, 1], but got %v.", support))
	}
	var out *DataFrame
	for _, name := range columns {
		counts := df.GroupBy(Col(name).As("value")).Agg(Call("count", 1).As("n"))
		rows := df.Agg(Call("count", 1).Mul(support)).Scalar()
		one := counts.Filter(Col("n").Ge(rows)).Agg(Call("collect_list", Col("value")).As(name + "_freqItems"))
		if out == nil {
			out = one
		} else {
			out = out.CrossJoin(one)
		}
	}
	if out == nil {
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "FreqItems needs a column."))
	}
	return out
}

// Sample keeps about a fraction of the rows, the same ones for the same seed and input.
func (df *DataFrame) Sample(fraction float64, seed int64) *DataFrame {
	return df.with(&logical.TableSample{Input: df.plan, SampleFraction: fraction, Repeatable: true, Seed: seed})
}

// SampleWithReplacement keeps each row any number of times, fraction times on average.
func (df *DataFrame) SampleWithReplacement(fraction float64, seed int64) *DataFrame {
	return df.with(&logical.TableSample{Input: df.plan, SampleFraction: fraction, Repeatable: true, Seed: seed, WithReplace: true})
}

// SampleBy keeps about a fraction of the rows of each value of a column; values without fraction are left out.
func (df *DataFrame) SampleBy(column Column, fractions map[any]float64, seed int64) *DataFrame {
	k := CaseWhen{Column{e: &expr.Case{}}}
	for v, share := range fractions {
		if share < 0 || share > 1 {
			return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.DOUBLE", sqlerr.Pos{}, "Fractions must be in [0, 1], but got %v.", share))
		}
		k = k.When(column.EqNullSafe(v), share)
	}
	if len(fractions) == 0 {
		return df.Filter(Lit(false))
	}
	return df.Filter(Call("rand", seed).Lt(k.Otherwise(0.0)))
}

// RandomSplit cuts the rows into parts of about the sizes that the weights say. Each row is in one part, if the input gives its rows in the same order each time.
func (df *DataFrame) RandomSplit(weights []float64, seed int64) []*DataFrame {
	total := 0.0
	for _, w := range weights {
		if w < 0 {
			return []*DataFrame{df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.DOUBLE", sqlerr.Pos{}, "Weights must not be negative, but got %v.", w))}
		}
		total += w
	}
	out := make([]*DataFrame, len(weights))
	from := 0.0
	for i, w := range weights {
		to := from + w/total
		if i == len(weights)-1 {
			to = 1
		}
		out[i] = df.with(&logical.Sample{Input: df.plan, Lower: from, Upper: to, Rows: -1, Seed: seed})
		from = to
	}
	return out
}
