package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// mapParts take maps apart.
func mapParts() []*expr.Func {
	part := func(result func(m types.Type) types.Type) []expr.Sig {
		return []expr.Sig{{Params: []types.Class{types.ClassMap}, Result: func(args []types.Type) (types.Type, error) { return result(args[0]), nil }}}
	}
	return []*expr.Func{
		{Name: "map_keys", Group: mapGroup, Since: "2.0.0", Usage: "map_keys(map) - Returns the keys.",
			Examples: []expr.Example{{SQL: "SELECT map_keys(map(1, 'a', 2, 'b'))", Want: "[1,2]"}},
			Sigs:     part(func(m types.Type) types.Type { return types.ArrayOf(m.Key(), false) }), New: kernelOf(mapPart(0))},
		{Name: "map_values", Group: mapGroup, Since: "2.0.0", Usage: "map_values(map) - Returns the values.",
			Examples: []expr.Example{{SQL: "SELECT map_values(map(1, 'a', 2, 'b'))", Want: `["a","b"]`}},
			Sigs:     part(func(m types.Type) types.Type { return types.ArrayOf(m.Elem(), m.ContainsNull()) }), New: kernelOf(mapPart(1))},
		{Name: "map_entries", Group: mapGroup, Since: "3.0.0", Usage: "map_entries(map) - Returns the entries as an array of structs.",
			Examples: []expr.Example{{SQL: "SELECT map_entries(map(1, 'a', 2, 'b'))", Want: `[{"key":1,"value":"a"},{"key":2,"value":"b"}]`}},
			Sigs:     part(entriesType), New: kernelOf(mapEntries)},
		{Name: "map_contains_key", Group: mapGroup, Since: "3.3.0", Usage: "map_contains_key(map, key) - Tells whether the map has the key.",
			Examples: []expr.Example{{SQL: "SELECT map_contains_key(map(1, 'a', 2, 'b'), 1)", Want: "true"}},
			Resolve:  resolveMapContains, New: kernelOf(mapContains)},
	}
}

func entriesType(m types.Type) types.Type {
	return types.ArrayOf(types.StructOf(types.Field{Name: "key", Type: m.Key()}, types.Field{Name: "value", Type: m.Elem(), Nullable: m.ContainsNull()}), false)
}

// copySpans gives the result the spans of the argument; those of rows that do not count are empty.
func copySpans(k *expr.KernelCall) {
	spans, out := columnOf[columnar.Span](k.Args[0]), columnar.Values[columnar.Span](k.Out)
	clear(out)
	for i := range live(k) {
		out[i] = spans.at(i)
	}
}

func mapPart(c int) expr.Kernel {
	return func(k *expr.KernelCall) {
		copySpans(k)
		v := k.Args[0].Children[c]
		k.Out.Children[0] = fieldVector(v, v.Len)
	}
}

func mapEntries(k *expr.KernelCall) {
	copySpans(k)
	structs, n := k.Out.Children[0], k.Args[0].Children[0].Len
	structs.Reset(structs.Type, structs.Width, n)
	for c, v := range k.Args[0].Children {
		structs.Children[c] = fieldVector(v, n)
	}
}

func resolveMapContains(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	m, err := accept(c, 0, types.ClassMap)
	if err != nil {
		return nil, err
	}
	key, ok := elementType(m.Key(), c.Args[1].Type(), c.Mode)
	if !ok || c.Args[1].Type().Kind == types.Null {
		return nil, diffTypes(c, "MAP_FUNCTION_DIFF_TYPES", "\"MAP\" followed by a value with same key type")
	}
	return &expr.Resolution{Params: []types.Type{types.MapOf(key, m.Elem(), m.ContainsNull()), key}, Result: types.BooleanType}, nil
}

func mapContains(k *expr.KernelCall) {
	spans, keys, out := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0], columnar.Values[uint8](k.Out)
	for i := range live(k) {
		out[i] = boolByte(findKey(keys, spans.at(i), k.Args[1], i) >= 0)
	}
}
