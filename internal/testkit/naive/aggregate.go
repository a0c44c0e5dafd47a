package naive

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// aggregate groups rows anew for every grouping set.
func (x *executor) aggregate(n *logical.Aggregate, in *relation, outer *scope) ([][]any, error) {
	keys := make([][]any, len(in.rows))
	at := newScope(in.cols, outer)
	for i, row := range in.rows {
		at.row = row
		for _, k := range n.Keys {
			v, err := x.eval(k.Expr, at)
			if err != nil {
				return nil, err
			}
			keys[i] = append(keys[i], v)
		}
	}
	sets := n.Sets
	if sets == nil {
		all := make([]int, len(n.Keys))
		for i := range all {
			all[i] = i
		}
		sets = [][]int{all}
	}
	var out [][]any
	for _, set := range sets {
		rows, err := x.groupBy(n, in, keys, set, outer)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (x *executor) groupBy(n *logical.Aggregate, in *relation, keys [][]any, set []int, outer *scope) ([][]any, error) {
	type group struct {
		key  []any
		rows [][]any
	}
	var groups []*group
	byKey := map[string]*group{}
	for i, row := range in.rows {
		key := make([]any, len(n.Keys))
		for _, k := range set {
			key[k] = keys[i][k]
		}
		text := keyOf(key)
		g := byKey[text]
		if g == nil {
			g = &group{key: key}
			byKey[text] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, row)
	}
	if len(groups) == 0 && len(n.Keys) == 0 {
		groups = append(groups, &group{})
	}
	id := int64(0)
	for k := range n.Keys {
		id <<= 1
		if !slices.Contains(set, k) {
			id |= 1
		}
	}
	var out [][]any
	for _, g := range groups {
		row := append([]any{}, g.key...)
		for _, a := range n.Aggs {
			agg, ok := a.Expr.(*expr.Aggregate)
			if !ok {
				return nil, &Unsupported{"an aggregate wrapped in an expression"}
			}
			v, err := x.fold(agg, &relation{in.cols, g.rows}, outer)
			if err != nil {
				return nil, err
			}
			row = append(row, v)
		}
		if n.GroupingID != nil {
			row = append(row, id)
		}
		out = append(out, row)
	}
	return out, nil
}

// fold computes an aggregate over the rows of a group or frame.
func (x *executor) fold(a *expr.Aggregate, in *relation, outer *scope) (any, error) {
	args, err := x.arguments(a, in, outer)
	if err != nil {
		return nil, err
	}
	if a.Distinct {
		args = distinct(args)
		args = slices.DeleteFunc(args, func(r []any) bool { return slices.Contains(r, nil) })
	}
	if len(a.Order) == 0 {
		if f := plain[a.Func.Name]; f != nil {
			return f(a, args)
		}
	}
	return x.accumulate(a, args)
}

// arguments evaluates the arguments, then the order keys, for the rows that pass the aggregate's filter.
func (x *executor) arguments(a *expr.Aggregate, in *relation, outer *scope) ([][]any, error) {
	at := newScope(in.cols, outer)
	var out [][]any
	for _, row := range in.rows {
		at.row = row
		if a.Filter != nil {
			v, err := x.eval(a.Filter, at)
			if err != nil {
				return nil, err
			}
			if v != true {
				continue
			}
		}
		r, err := x.list(a.Args, at)
		if err != nil {
			return nil, err
		}
		for _, k := range a.Order {
			v, err := x.eval(k.Expr, at)
			if err != nil {
				return nil, err
			}
			r = append(r, v)
		}
		out = append(out, r)
	}
	return out, nil
}

// accumulate uses the engine's accumulator, with all rows in one flat batch and one group, for aggregates that have no plain form here.
func (x *executor) accumulate(a *expr.Aggregate, args [][]any) (any, error) {
	spec := expr.SpecOf(a, x.env)
	acc, err := a.Func.NewAccumulator(spec)
	if err != nil {
		return nil, err
	}
	acc.Resize(1)
	vectors := make([]*columnar.Vector, len(spec.Args))
	for i, t := range spec.Args {
		vectors[i] = columnar.New(t, len(args))
		for j, r := range args {
			vectors[i].SetValue(j, r[i])
		}
	}
	if len(args) > 0 {
		if err := acc.Update(nil, vectors, columnar.AllRows(len(args))); err != nil {
			return nil, err
		}
	}
	v, err := acc.Final()
	if err != nil {
		return nil, err
	}
	return v.Value(0), nil
}

// plain lists the aggregates written once more, over whole rows of arguments.
var plain = map[string]func(a *expr.Aggregate, rows [][]any) (any, error){
	"count": func(_ *expr.Aggregate, rows [][]any) (any, error) {
		n := int64(0)
		for _, r := range rows {
			if !slices.Contains(r, nil) {
				n++
			}
		}
		return n, nil
	},
	"count_if": func(_ *expr.Aggregate, rows [][]any) (any, error) {
		n := int64(0)
		for _, r := range rows {
			if r[0] == true {
				n++
			}
		}
		return n, nil
	},
	"sum":       sum,
	"avg":       avg,
	"min":       func(_ *expr.Aggregate, rows [][]any) (any, error) { return extreme(rows, -1), nil },
	"max":       func(_ *expr.Aggregate, rows [][]any) (any, error) { return extreme(rows, 1), nil },
	"bool_and":  func(_ *expr.Aggregate, rows [][]any) (any, error) { return extreme(rows, -1), nil },
	"bool_or":   func(_ *expr.Aggregate, rows [][]any) (any, error) { return extreme(rows, 1), nil },
	"first":     func(a *expr.Aggregate, rows [][]any) (any, error) { return pick(a, rows, false), nil },
	"any_value": func(a *expr.Aggregate, rows [][]any) (any, error) { return pick(a, rows, false), nil },
	"last":      func(a *expr.Aggregate, rows [][]any) (any, error) { return pick(a, rows, true), nil },
	"collect_list": func(_ *expr.Aggregate, rows [][]any) (any, error) {
		out := []any{}
		for _, r := range rows {
			if r[0] != nil {
				out = append(out, r[0])
			}
		}
		return out, nil
	},
}

func extreme(rows [][]any, sign int) any {
	var best any
	for _, r := range rows {
		if r[0] != nil && (best == nil || eval.CompareValues(r[0], best)*sign > 0) {
			best = r[0]
		}
	}
	return best
}

func pick(a *expr.Aggregate, rows [][]any, last bool) any {
	var out any
	for i := range rows {
		r := rows[i]
		if last {
			r = rows[len(rows)-1-i]
		}
		if skip := a.IgnoreNulls || len(r) > 1 && r[1] == true; r[0] != nil || !skip {
			return r[0]
		}
	}
	return out
}

// whole turns an integer or unscaled decimal into a big.Int.
func whole(v any) (*big.Int, bool) {
	switch x := v.(type) {
	case int8:
		return big.NewInt(int64(x)), true
	case int16:
		return big.NewInt(int64(x)), true
	case int32:
		return big.NewInt(int64(x)), true
	case int64:
		return big.NewInt(x), true
	case types.Int128:
		return x.Big(), true
	}
	return nil, false
}

func total(rows [][]any) (exact *big.Int, float float64, n int64, isFloat bool, err error) {
	exact = new(big.Int)
	for _, r := range rows {
		switch x := r[0].(type) {
		case nil:
			continue
		case float64:
			float, isFloat = float+x, true
		case float32:
			float, isFloat = float+float64(x), true
		default:
			w, ok := whole(x)
			if !ok {
				return nil, 0, 0, false, &Unsupported{fmt.Sprintf("a sum of %T", x)}
			}
			exact.Add(exact, w)
		}
		n++
	}
	return exact, float, n, isFloat, nil
}

func sum(a *expr.Aggregate, rows [][]any) (any, error) {
	exact, float, n, isFloat, err := total(rows)
	switch {
	case err != nil || n == 0:
		return nil, err
	case isFloat:
		return float, nil
	}
	return fit(a, exact)
}

// fit turns an exact result into the type of the aggregate.
func fit(a *expr.Aggregate, exact *big.Int) (any, error) {
	switch a.T.Kind {
	case types.BigInt:
		if exact.IsInt64() {
			return exact.Int64(), nil
		}
	case types.Decimal:
		if x, ok := types.Int128FromBig(exact); ok && types.FitsPrecision(x, int(a.T.Precision)) {
			return x, nil
		}
	default:
		return nil, &Unsupported{"a sum of type " + a.T.String()}
	}
	if a.Mode == expr.ANSI {
		return nil, sqlerr.New("ARITHMETIC_OVERFLOW", a.At, "overflow")
	}
	if a.Mode == expr.Legacy && a.T.Kind == types.BigInt {
		return nil, &Unsupported{"a sum that wraps around"}
	}
	return nil, nil
}

func avg(a *expr.Aggregate, rows [][]any) (any, error) {
	exact, float, n, isFloat, err := total(rows)
	switch {
	case err != nil || n == 0:
		return nil, err
	case isFloat:
		return float / float64(n), nil
	case a.T.Kind == types.Double:
		f, _ := new(big.Float).SetInt(exact).Float64()
		return f / float64(n), nil
	}
	if a.T.Kind != types.Decimal {
		return nil, &Unsupported{"an average of type " + a.T.String()}
	}
	shift := int64(a.T.Scale) - int64(a.Args[0].Type().Scale)
	num := new(big.Int).Mul(exact, new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), nil))
	return fit(a, halfUp(num, big.NewInt(n)))
}

// halfUp divides and rounds halves away from zero.
func halfUp(n, d *big.Int) *big.Int {
	neg := n.Sign() < 0
	q := new(big.Int).Add(new(big.Int).Mul(new(big.Int).Abs(n), big.NewInt(2)), d)
	q.Quo(q, new(big.Int).Mul(d, big.NewInt(2)))
	if neg {
		q.Neg(q)
	}
	return q
}
