package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// sortMapKeys groups by maps whose entries are in order: a map has no order of entries, but rows are compared by how they are stored.
//
//	Aggregate m (t)   → Aggregate mapsort(m) (t)
var sortMapKeys = each(func(_ *Context, n logical.Plan) logical.Plan {
	a, ok := n.(*logical.Aggregate)
	if !ok {
		return n
	}
	var keys []logical.Named
	for i, k := range a.Keys {
		if !k.Expr.Type().Contains(types.Map) || isMapSort(k.Expr) {
			continue
		}
		if keys == nil {
			keys = append([]logical.Named{}, a.Keys...)
		}
		col := *k.Col
		keys[i] = logical.Named{Col: &col, Expr: &expr.Call{Func: functions.MapSort(), Args: []expr.Expr{k.Expr}, T: k.Expr.Type(), Null: k.Expr.Nullable()}}
	}
	if keys == nil {
		return n
	}
	c := *a
	c.Keys = keys
	return &c
})

func isMapSort(e expr.Expr) bool {
	c, ok := e.(*expr.Call)
	return ok && c.Func.Name == "mapsort"
}
