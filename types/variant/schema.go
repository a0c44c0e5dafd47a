package variant

import (
	"sort"
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// Schema returns the type of a value: objects are structs, elements of several types are of the type that holds them, or variants.
func (v Value) Schema() types.Type {
	switch v.Kind() {
	case Null:
		return types.NullType
	case Bool:
		return types.BooleanType
	case Long:
		return types.BigIntType
	case Decimal:
		unscaled, scale := v.Decimal()
		return types.DecimalOf(max(unscaled.Digits(), scale), scale)
	case Float:
		return types.FloatType
	case Double:
		return types.DoubleType
	case String:
		return types.StringType
	case Binary:
		return types.BinaryType
	case Date:
		return types.DateType
	case Timestamp:
		return types.TimestampType
	case TimestampNTZ:
		return types.TimestampNTZType
	case Array:
		elem := types.NullType
		for i := range v.Len() {
			elem = MergeSchemas(elem, v.Elem(i).Schema())
		}
		return types.ArrayOf(elem, true)
	case Object:
		fields := make([]types.Field, v.Len())
		for i := range fields {
			fields[i] = types.Field{Name: string(v.Key(i)), Type: v.Elem(i).Schema(), Nullable: true}
		}
		return types.StructOf(fields...)
	}
	return types.VariantType
}

// MergeSchemas returns the type of values of two types, as Spark merges the schemas of JSON values.
func MergeSchemas(a, b types.Type) types.Type {
	switch {
	case a.Kind == types.Struct && b.Kind == types.Struct:
		return mergeObjects(a.Fields(), b.Fields())
	case a.Kind == types.Array && b.Kind == types.Array:
		return types.ArrayOf(MergeSchemas(a.Elem(), b.Elem()), true)
	case a.Kind == types.BigInt && b.Kind == types.Decimal, a.Kind == types.Decimal && b.Kind == types.BigInt, a.Kind == types.Decimal && b.Kind == types.Decimal:
		return mergeDecimals(types.DecimalFor(a), types.DecimalFor(b))
	case a.Kind == types.Decimal && b.IsFloating(), a.IsFloating() && b.Kind == types.Decimal:
		return types.DoubleType
	}
	if t, ok := types.Tightest(a, b, false); ok {
		return t
	}
	return types.VariantType
}

func mergeDecimals(a, b types.Type) types.Type {
	scale := max(a.Scale, b.Scale)
	digits := max(a.Precision-a.Scale, b.Precision-b.Scale)
	if digits+scale > types.MaxPrecision {
		return types.DoubleType
	}
	return types.DecimalOf(int(digits+scale), int(scale))
}

// mergeObjects merges fields by name; they stay in order.
func mergeObjects(a, b []types.Field) types.Type {
	out := append([]types.Field{}, a...)
	for _, f := range b {
		i := sort.Search(len(out), func(i int) bool { return out[i].Name >= f.Name })
		if i < len(out) && out[i].Name == f.Name {
			out[i].Type = MergeSchemas(out[i].Type, f.Type)
			continue
		}
		out = append(out, types.Field{})
		copy(out[i+1:], out[i:])
		out[i] = f
	}
	return types.StructOf(out...)
}

// SchemaText prints a schema as Spark does: OBJECT<a: BIGINT, b: ARRAY<VARIANT>>.
func SchemaText(t types.Type) string {
	switch t.Kind {
	case types.Array:
		return "ARRAY<" + SchemaText(t.Elem()) + ">"
	case types.Struct:
		parts := make([]string, len(t.Fields()))
		for i, f := range t.Fields() {
			parts[i] = types.QuoteIfNeeded(f.Name) + ": " + SchemaText(f.Type)
		}
		return "OBJECT<" + strings.Join(parts, ", ") + ">"
	}
	return t.SQL()
}

// AppendSchema appends a schema as bytes that ReadSchema understands.
func AppendSchema(dst []byte, t types.Type) []byte {
	dst = append(dst, byte(t.Kind))
	switch t.Kind {
	case types.Decimal:
		dst = append(dst, t.Precision, t.Scale)
	case types.Array:
		dst = AppendSchema(dst, t.Elem())
	case types.Struct:
		dst = appendUint(dst, len(t.Fields()), 4)
		for _, f := range t.Fields() {
			dst = append(appendUint(dst, len(f.Name), 4), f.Name...)
			dst = AppendSchema(dst, f.Type)
		}
	}
	return dst
}

// ReadSchema returns the schema that AppendSchema has written, and the bytes behind it.
func ReadSchema(b []byte) (types.Type, []byte) {
	t := types.Type{Kind: types.Kind(b[0])}
	b = b[1:]
	switch t.Kind {
	case types.Decimal:
		return types.DecimalOf(int(b[0]), int(b[1])), b[2:]
	case types.Array:
		elem, rest := ReadSchema(b)
		return types.ArrayOf(elem, true), rest
	case types.Struct:
		fields := make([]types.Field, uintAt(b, 4))
		b = b[4:]
		for i := range fields {
			n := uintAt(b, 4)
			fields[i] = types.Field{Name: string(b[4 : 4+n]), Nullable: true}
			fields[i].Type, b = ReadSchema(b[4+n:])
		}
		return types.StructOf(fields...), b
	}
	return t, b
}
