package optimizer

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// rewriteDistinctAggregates groups twice where all functions of an aggregate are over the distinct values of the same arguments.
//
//	Aggregate [k] [count(DISTINCT a)] → Aggregate [k] [count(a)] over Aggregate [k, a] []
//
// The first grouping is divided among workers, packs its keys and spills like any other, where the set of values of each group is a table beside:
// measured over 3 M rows, 1.0 to 3.3 times faster. The set is better
//
//   - where a key is long and a group has few values: each pair of key and value would be a row with a copy of the key, where the set has the group's
//     number;
//   - where the values are long numbers and most pairs differ: in the set they are words of the group's number and the value, which together with its
//     keys would not fit in one. Measured over 2 M rows, CPU time of the set to that of two groupings, with one and two threads: 0.4 to 0.8 for 3 to
//     1,000 values a group and keys of any type (with 100 values 0.95 to 1.0, with 3 groups of 600,000 0.95 to 1.06), TPC-H Q16 at SF 10 with 37 values a
//     group 0.6 and 0.65; but 2.4 where 2 M rows have 1,500 pairs.
//
// It fires for functions for which the order of their values does not count, without FILTER and without grouping sets.
var rewriteDistinctAggregates = each(func(c *Context, n logical.Plan) logical.Plan {
	a, ok := n.(*logical.Aggregate)
	if !ok || a.Sets != nil || a.GroupingID != nil || len(a.Aggs) == 0 {
		return n
	}
	args := distinctArgs(a.Aggs)
	if args == nil {
		return n
	}
	inner := &logical.Aggregate{Base: a.Base, Input: a.Input}
	outer := &logical.Aggregate{Base: a.Base, Input: inner}
	for _, k := range a.Keys {
		col := k.Col
		if e, same := k.Expr.(*expr.Column); !same || e.ID != col.ID { // what the outer grouping makes has its number there
			col = c.fresh(k.Col)
		}
		inner.Keys = append(inner.Keys, logical.Named{Col: col, Expr: k.Expr})
		outer.Keys = append(outer.Keys, logical.Named{Col: k.Col, Expr: col})
	}
	values := make([]expr.Expr, len(args))
	for i, e := range args {
		col := &expr.Column{ID: c.NextID(), Name: "value", T: e.Type(), Null: e.Nullable()}
		inner.Keys = append(inner.Keys, logical.Named{Col: col, Expr: e})
		values[i] = col
	}
	for _, g := range a.Aggs {
		f := *g.Expr.(*expr.Aggregate)
		f.Distinct, f.Args = false, values
		outer.Aggs = append(outer.Aggs, logical.Named{Col: g.Col, Expr: &f})
	}
	pairs := c.Cost.Rows(inner)
	switch {
	case len(a.Keys) == 0:
	case len(args) == 1 && args[0].Type().Kind == types.BigInt && pairs > c.Cost.Rows(a.Input)/2:
		return n
	case slices.ContainsFunc(a.Keys, func(k logical.Named) bool { return isLong(k.Col.T) }) && pairs < fewValues*c.Cost.Rows(outer):
		return n
	}
	return outer
})

// fewValues is up to how many different values a group has few.
const fewValues = 16

// isLong reports types whose values are more than a number.
func isLong(t types.Type) bool {
	return t.Kind == types.String || t.Kind == types.Binary || t.IsNested()
}

// distinctArgs returns the arguments that all functions share, nil if one has others or needs more than their distinct values.
func distinctArgs(aggs []logical.Named) []expr.Expr {
	var args []expr.Expr
	for i, g := range aggs {
		f, ok := g.Expr.(*expr.Aggregate)
		if !ok || !f.Distinct || f.Filter != nil || len(f.Order) > 0 || !slices.Contains([]string{"count", "sum", "avg"}, f.Func.Name) {
			return nil
		}
		if i == 0 {
			args = f.Args
		}
		if !slices.EqualFunc(args, f.Args, expr.Equal) || slices.ContainsFunc(f.Args, expr.IsVolatile) {
			return nil
		}
	}
	return args
}
