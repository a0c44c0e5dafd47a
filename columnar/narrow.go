package columnar

import "github.com/sparrow-engine/sparrow/types"

// Narrow returns v with only those fields of its structs, at any depth, that the narrower type t has. Fields match by name; the vector's
// memory is shared, and v itself is returned if nothing is to be left out.
func Narrow(v *Vector, t types.Type) *Vector {
	if v.Type.SameShape(t) {
		return v
	}
	out := *v
	out.Type, out.own = t, memory{}
	if v.Dict != nil {
		out.Dict = Narrow(v.Dict, t)
		return &out
	}
	out.Children = nil
	switch t.Kind {
	case types.Array:
		out.Children = []*Vector{Narrow(v.Children[0], t.Elem())}
	case types.Map:
		out.Children = []*Vector{Narrow(v.Children[0], t.Key()), Narrow(v.Children[1], t.Elem())}
	case types.Struct:
		for _, f := range t.Fields() {
			out.Children = append(out.Children, Narrow(v.Children[v.Type.FieldIndex(f.Name)], f.Type))
		}
	}
	return &out
}
