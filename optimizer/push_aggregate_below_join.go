package optimizer

import (
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushAggregateBelowJoin groups the right side of a join by its join keys first, when that makes it much smaller (eager aggregation).
//
//	Aggregate a.k: count(b.x) (a LEFT JOIN b ON a.k = b.k)
//	→ Aggregate a.k: coalesce(sum(n), 0) (a LEFT JOIN (Aggregate b.k: count(b.x) AS n (b)) ON a.k = b.k)
//
// It fires for count, min and max over columns of the right side with grouping keys of the left side, in inner and left joins on equal columns,
// when the groups are at most a quarter of the rows and the join would keep most rows. Sums do not move: a partial sum may overflow where the
// whole does not. Source: W. Yan, P. Larson, "Eager Aggregation and Lazy Aggregation", VLDB 1995.
var pushAggregateBelowJoin = each(func(c *Context, n logical.Plan) logical.Plan {
	a, ok := n.(*logical.Aggregate)
	if !ok || a.Sets != nil || a.GroupingID != nil || len(a.Keys) == 0 || len(a.Aggs) == 0 {
		return n
	}
	in := a.Input
	if p, ok := in.(*logical.Project); ok && onlyColumns(p) {
		in = p.Input
	}
	j, ok := in.(*logical.Join)
	if !ok || j.Kind != logical.Inner && j.Kind != logical.LeftOuter || j.Hint != (logical.JoinHint{}) {
		return n
	}
	keys := rightKeys(j)
	if keys == nil || !eager(a, j) {
		return n
	}
	pre := &logical.Aggregate{Input: j.Right, Keys: passThrough(keys)}
	rows := c.Cost.Rows(j.Right)
	if c.Cost.Rows(pre) > 0.25*rows || c.Cost.Rows(j) < 0.5*rows {
		return n
	}
	return c.eagerly(a, j, pre)
})

// rightKeys returns the right side's columns of a join on equal columns, nil if its condition is another.
func rightKeys(j *logical.Join) []*expr.Column {
	_, r, nullSafe, rest := cost.EquiKeys(j.Cond, j.Left.Output(), j.Right.Output())
	if len(rest) > 0 {
		return nil
	}
	var out []*expr.Column
	seen := columnSet{}
	for i, e := range r {
		col, ok := e.(*expr.Column)
		if !ok || nullSafe[i] {
			return nil
		}
		if !seen[col.ID] {
			seen[col.ID] = true
			out = append(out, col)
		}
	}
	return out
}

// eager reports aggregates that can be computed in two steps around the join.
func eager(a *logical.Aggregate, j *logical.Join) bool {
	left, right := setOf(j.Left.Output()), setOf(j.Right.Output())
	for _, k := range a.Keys {
		if !left.covers(k.Expr) || expr.IsVolatile(k.Expr) || expr.MayFail(k.Expr) {
			return false
		}
	}
	for _, it := range a.Aggs {
		agg, ok := it.Expr.(*expr.Aggregate)
		if !ok || agg.Distinct || agg.Filter != nil || len(agg.Order) > 0 || len(agg.Args) != 1 {
			return false
		}
		if combining(agg) == "" || !right.covers(agg) || !right.touches(agg) || expr.MayFail(agg.Args[0]) || expr.IsVolatile(agg.Args[0]) {
			return false
		}
	}
	return true
}

func combining(a *expr.Aggregate) string {
	switch a.Func.Name {
	case "count":
		return "sum"
	case "min", "max":
		return a.Func.Name
	}
	return ""
}

func (c *Context) eagerly(a *logical.Aggregate, j *logical.Join, pre *logical.Aggregate) logical.Plan {
	out := &logical.Aggregate{Base: a.Base, Keys: a.Keys}
	below := map[expr.ColumnID]expr.Expr{} // columns as they are below the join, where they may be never null
	for _, col := range j.Right.Output() {
		below[col.ID] = col
	}
	list := make([]logical.Named, 0, len(a.Keys)+len(a.Aggs))
	for _, k := range a.Keys {
		list = append(list, logical.Named{Col: k.Col, Expr: k.Col})
	}
	for _, it := range a.Aggs {
		agg := it.Expr.(*expr.Aggregate)
		part := c.fresh(it.Col)
		pre.Aggs = append(pre.Aggs, logical.Named{Col: part, Expr: simplifyAggregate(expr.Substitute(agg, below))})
		read := *part
		read.Null = true
		whole := bindAggregate(combining(agg), &read)
		if whole == nil || !whole.Type().Equal(it.Col.T) {
			return a
		}
		col := c.fresh(it.Col)
		col.Null = true
		out.Aggs = append(out.Aggs, logical.Named{Col: col, Expr: whole})
		var e expr.Expr = col
		if agg.Func.Name == "count" {
			e = &expr.Coalesce{Args: []expr.Expr{col, &expr.Literal{Value: int64(0), T: it.Col.T}}, T: it.Col.T}
		}
		list = append(list, logical.Named{Col: it.Col, Expr: e})
	}
	joined := *j
	joined.Right = pre
	out.Input = &joined
	return &logical.Project{Input: out, List: list}
}

// bindAggregate returns a call of an aggregate function, nil if it has no such overload.
func bindAggregate(name string, args ...expr.Expr) expr.Expr {
	e, err := functions.Bind(functions.Lookup(name), args, functions.BindOptions{})
	if err != nil {
		return nil
	}
	return e
}
