package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// MapSort is the function that brings the entries of maps, at any depth, into the order of their keys, so that equal maps look alike. It has
// no name in SQL: the optimizer puts it around maps that are grouped by.
func MapSort() *expr.Func {
	return &expr.Func{Name: "mapsort", Group: mapGroup, Usage: "Maps with their entries in the order of the keys.", New: kernelOf(mapSort)}
}

func mapSort(k *expr.KernelCall) {
	in := k.Args[0]
	if in.Type.Kind == types.Struct {
		for c, child := range in.Base().Children {
			k.Out.Children[c] = fieldVector(sortMaps(child), k.Rows.N)
		}
		return
	}
	copySpans(k)
	sorted := sortMaps(in.Base())
	copy(k.Out.Children, sorted.Children)
}

// sortMaps returns a vector like v whose maps are in order. It shares what has no map in it.
func sortMaps(v *columnar.Vector) *columnar.Vector {
	if !v.Type.Contains(types.Map) {
		return v
	}
	base := v.Base()
	out := base.Resized(base.Len) // without base's memory
	out.Children = make([]*columnar.Vector, len(base.Children))
	for c, child := range base.Children {
		out.Children[c] = sortMaps(child)
	}
	if v.Type.Kind == types.Map {
		order := entryOrder(base, out.Children[0])
		for c, child := range out.Children {
			sorted := &columnar.Vector{}
			sorted.Reset(child.Type, child.Width, len(order))
			columnar.Gather(sorted, child, order)
			out.Children[c] = sorted
		}
	}
	if base == v {
		return out
	}
	n := v.Resized(v.Len) // a dictionary over the sorted maps
	n.Dict = out
	return n
}

// entryOrder returns the places of all entries in the order that sorts each map by its keys.
func entryOrder(m, keys *columnar.Vector) []int32 {
	order := make([]int32, keys.Len)
	for i := range order {
		order[i] = int32(i)
	}
	for i, s := range columnar.Values[columnar.Span](m) {
		if i >= m.Len || m.IsNull(i) {
			continue
		}
		slices.SortStableFunc(order[s.Off:s.Off+s.Len], func(a, b int32) int { return kernel.CompareRows(keys, int(a), keys, int(b)) })
	}
	return order
}
