package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// toVariant returns the cast to variant. Structs and maps become objects; only to_variant_object casts those.
func (c *caster) toVariant() expr.Kernel {
	var b variant.Builder
	return func(k *expr.KernelCall) {
		v := k.Args[0]
		each(k.Rows, func(r int) {
			if v.IsNull(r) {
				return
			}
			b.Reset()
			appendVariant(&b, v, r)
			k.Out.SetBytes(r, b.Result())
		})
	}
}

// appendVariant writes row i of a vector of any form; NULL inside a value is the JSON null.
func appendVariant(b *variant.Builder, v *columnar.Vector, i int) {
	if v.IsNull(i) {
		b.Null()
		return
	}
	v, i = v.Base(), v.At(i)
	switch v.Type.Kind {
	case types.Boolean:
		b.Bool(columnar.Values[uint8](v)[i] != 0)
	case types.TinyInt:
		b.Long(int64(columnar.Values[int8](v)[i]))
	case types.SmallInt:
		b.Long(int64(columnar.Values[int16](v)[i]))
	case types.Int:
		b.Long(int64(columnar.Values[int32](v)[i]))
	case types.BigInt:
		b.Long(columnar.Values[int64](v)[i])
	case types.Decimal:
		b.Decimal(wideAt(v, i), int(v.Type.Scale))
	case types.Float:
		b.Float(columnar.Values[float32](v)[i])
	case types.Double:
		b.Double(columnar.Values[float64](v)[i])
	case types.String:
		b.String(v.Bytes(i))
	case types.Binary:
		b.Binary(v.Bytes(i))
	case types.Date:
		b.Date(columnar.Values[int32](v)[i])
	case types.Timestamp:
		b.Timestamp(columnar.Values[int64](v)[i])
	case types.TimestampNTZ:
		b.TimestampNTZ(columnar.Values[int64](v)[i])
	case types.Variant:
		b.Copy(variant.Of(v.Bytes(i)))
	case types.Array:
		m := b.Open()
		s := columnar.Values[columnar.Span](v)[i]
		for j := range int(s.Len) {
			b.Elem(m)
			appendVariant(b, v.Children[0], int(s.Off)+j)
		}
		b.Array(m)
	default:
		appendObject(b, v, i)
	}
}

// appendObject writes a struct, or a map whose keys are strings, which differ.
func appendObject(b *variant.Builder, v *columnar.Vector, i int) {
	m := b.Open()
	if v.Type.Kind == types.Map {
		s := columnar.Values[columnar.Span](v)[i]
		for j := int(s.Off); j < int(s.Off+s.Len); j++ {
			b.Key(m, v.Children[0].Bytes(j))
			appendVariant(b, v.Children[1], j)
		}
	} else {
		for j, f := range v.Type.Fields() {
			b.Key(m, []byte(f.Name))
			appendVariant(b, v.Children[j], i)
		}
	}
	b.Object(m)
}
