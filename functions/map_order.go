package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
)

// sortMaps puts the entries of all maps inside a value into the order of their keys. It has no name in SQL.
var sortMaps = &expr.Func{Name: "map_sort", Group: mapGroup, Since: "4.0.0", Usage: "map_sort(v) - Returns the value with the entries of its maps in the order of their keys.",
	NullRule: expr.NullCustom, New: kernelOf(func(k *expr.KernelCall) { *k.Out = *inKeyOrder(k.Args[0]).Resized(k.Args[0].Len) })}

// InKeyOrder returns an expression whose maps have their entries in the order of their keys, so that maps with the same entries have the same
// bytes: what grouping by maps needs. Expressions without maps are returned as they are.
func InKeyOrder(e expr.Expr) expr.Expr {
	if !hasMap(e.Type()) {
		return e
	}
	return &expr.Call{Base: expr.Base{At: e.Pos()}, Func: sortMaps, Args: []expr.Expr{e}, T: e.Type(), Null: e.Nullable()}
}

// inKeyOrder returns a vector like v, of the same form, that shares with it what holds no maps.
func inKeyOrder(v *columnar.Vector) *columnar.Vector {
	if !hasMap(v.Type) {
		return v
	}
	out := v.Resized(v.Len)
	if v.Form == columnar.Dictionary {
		out.Dict = inKeyOrder(v.Dict)
		return out
	}
	out.Children = make([]*columnar.Vector, len(v.Children))
	for j, c := range v.Children {
		out.Children[j] = inKeyOrder(c)
	}
	if v.Width != columnar.WMap {
		return out
	}
	keys, vals := out.Children[0], out.Children[1]
	sorted := columnar.New(v.Type, v.Physical())
	var idx []int32
	for i, s := range columnar.Values[columnar.Span](v)[:v.Physical()] {
		at := len(idx)
		if !v.IsNull(i) {
			for p := s.Off; p < s.Off+s.Len; p++ {
				idx = append(idx, p)
			}
		}
		slices.SortFunc(idx[at:], func(a, b int32) int { return kernel.CompareRows(keys, int(a), keys, int(b)) })
		columnar.Values[columnar.Span](sorted)[i] = columnar.Span{Off: int32(at), Len: int32(len(idx) - at)}
	}
	columnar.Gather(sorted.Children[0], keys, idx)
	columnar.Gather(sorted.Children[1], vals, idx)
	sorted.Form, sorted.Len, sorted.Valid = v.Form, v.Len, v.Valid
	return sorted
}
