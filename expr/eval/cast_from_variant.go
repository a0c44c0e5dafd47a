package eval

import (
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// fromVariant casts variants to one type: by the ordinary cast from what a value is, fields and elements each for themselves. What cannot be cast is an
// error (INVALID_VARIANT_CAST), or of a try_ form null: only the element or field, as in Spark, not all of the value.
type fromVariant struct {
	castOptions
	to    types.Type
	kids  []*fromVariant
	casts map[types.Type]*call // from scalar types, nil where there is nothing to convert
	parts map[types.Type]*variantsOfType
	fail  func(row int32, v variant.Value, to types.Type)
}

// variantsOfType are the values of one type in a batch.
type variantsOfType struct {
	vals []variant.Value
	rows []int32
}

func (c *caster) fromVariant() expr.Kernel {
	f := newFromVariant(c.to, c.castOptions)
	var vals []variant.Value
	var at []int32
	return func(k *expr.KernelCall) {
		vals, at = vals[:0], at[:0]
		each(k.Rows, func(r int) {
			if v := k.Args[0]; !v.IsNull(r) {
				vals, at = append(vals, variant.Of(v.Bytes(r))), append(at, int32(r))
			}
		})
		f.fail = func(row int32, v variant.Value, to types.Type) { c.invalidVariant(k, int(row), v, to) }
		if err := f.cast(k.Out, vals, at); err != nil {
			k.Fatal = err
		}
	}
}

func (c *caster) invalidVariant(k *expr.KernelCall, row int, v variant.Value, to types.Type) {
	if !k.Fail(row) || c.mode != expr.ANSI {
		return
	}
	k.Err = sqlerr.New("INVALID_VARIANT_CAST", c.pos, "The variant value `%s` cannot be cast into \"%s\". Please use `try_variant_get` instead.",
		text.AppendVariant(nil, v, c.zone()), to.SQL())
}

func newFromVariant(to types.Type, o castOptions) *fromVariant {
	f := &fromVariant{castOptions: o, to: to, casts: map[types.Type]*call{}, parts: map[types.Type]*variantsOfType{}}
	switch to.Kind {
	case types.Array:
		f.kids = []*fromVariant{newFromVariant(to.Elem(), o)}
	case types.Map:
		f.kids = []*fromVariant{nil, newFromVariant(to.Elem(), o)}
	case types.Struct:
		for _, field := range to.Fields() {
			f.kids = append(f.kids, newFromVariant(field.Type, o))
		}
	}
	return f
}

// cast stores values as rows of a vector of the target type.
func (f *fromVariant) cast(out *columnar.Vector, vals []variant.Value, rows []int32) error {
	switch f.to.Kind {
	case types.Array, types.Map:
		return f.castList(out, vals, rows)
	case types.Struct:
		return f.castStruct(out, vals, rows)
	case types.Variant:
		for i, v := range vals {
			out.SetBytes(int(rows[i]), v.Raw())
		}
		return nil
	}
	return f.castScalars(out, vals, rows)
}

// invalid makes a row null and tells of it unless the cast is a try_cast.
func (f *fromVariant) invalid(out *columnar.Vector, row int32, v variant.Value) {
	out.SetNull(int(row))
	if f.fail != nil {
		f.fail(row, v, f.to)
	}
}

// castScalars sorts the values by type and casts each type's at once.
func (f *fromVariant) castScalars(out *columnar.Vector, vals []variant.Value, rows []int32) error {
	for _, p := range f.parts {
		p.vals, p.rows = p.vals[:0], p.rows[:0]
	}
	for i, v := range vals {
		t, ok := scalarType(v)
		switch {
		case v.IsNull():
			out.SetNull(int(rows[i]))
		case !ok && f.to.Kind == types.String:
			out.SetBytes(int(rows[i]), text.AppendVariant(nil, v, f.zone()))
		case !ok || !types.CanCast(t, f.to, true):
			f.invalid(out, rows[i], v)
		default:
			p := f.parts[t]
			if p == nil {
				p = &variantsOfType{}
				f.parts[t] = p
			}
			p.vals, p.rows = append(p.vals, v), append(p.rows, rows[i])
		}
	}
	for t, p := range f.parts {
		if err := f.castPart(out, t, p); err != nil {
			return err
		}
	}
	return nil
}

func (f *fromVariant) castPart(out *columnar.Vector, t types.Type, p *variantsOfType) error {
	if len(p.vals) == 0 {
		return nil
	}
	c, known := f.casts[t]
	if !known {
		o := f.castOptions
		o.mode = expr.Try
		var err error
		if c, err = newChildCast(t, f.to, o); err != nil {
			return err
		}
		f.casts[t] = c
	}
	res := scalarVector(t, p.vals)
	if c != nil {
		w, err := c.eval(&frame{cols: []*columnar.Vector{res}, n: res.Len}, columnar.AllRows(res.Len))
		if err != nil {
			return err
		}
		res = columnar.Flatten(&columnar.Vector{}, w, columnar.AllRows(w.Len))
	}
	for i, row := range p.rows {
		if res.IsNull(i) {
			f.invalid(out, row, p.vals[i])
		} else {
			copyScalar(out, int(row), res, i)
		}
	}
	return nil
}

// copyScalar copies a value of a flat vector of a type that is not nested.
func copyScalar(dst *columnar.Vector, i int, src *columnar.Vector, k int) {
	switch {
	case dst.Width != src.Width:
		dst.SetValue(i, src.Value(k))
	case dst.Width == columnar.WView:
		dst.SetBytes(i, src.Bytes(k))
	default:
		n := dst.Width.Bytes()
		copy(dst.Data()[i*n:(i+1)*n], src.Data()[k*n:])
	}
}

// scalarType is the SQL type of a value; false for objects and arrays.
func scalarType(v variant.Value) (types.Type, bool) {
	switch v.Kind() {
	case variant.Bool:
		return types.BooleanType, true
	case variant.Long:
		return types.BigIntType, true
	case variant.Decimal:
		_, scale := v.Decimal()
		return types.DecimalOf(types.MaxPrecision, scale), true
	case variant.Float:
		return types.FloatType, true
	case variant.Double:
		return types.DoubleType, true
	case variant.String:
		return types.StringType, true
	case variant.Binary:
		return types.BinaryType, true
	case variant.Date:
		return types.DateType, true
	case variant.Timestamp:
		return types.TimestampType, true
	case variant.TimestampNTZ:
		return types.TimestampNTZType, true
	}
	return types.NullType, false
}

// scalarVector holds values of one scalar type.
func scalarVector(t types.Type, vals []variant.Value) *columnar.Vector {
	out := columnar.New(t, len(vals))
	for i, v := range vals {
		switch t.Kind {
		case types.Boolean:
			b := v.Bool()
			columnar.Values[uint8](out)[i] = *(*uint8)(unsafe.Pointer(&b))
		case types.Decimal:
			columnar.Values[types.Int128](out)[i], _ = v.Decimal()
		case types.Float:
			columnar.Values[float32](out)[i] = float32(v.Float())
		case types.Double:
			columnar.Values[float64](out)[i] = v.Float()
		case types.String, types.Binary:
			out.SetBytes(i, v.Bytes())
		case types.Date:
			columnar.Values[int32](out)[i] = int32(v.Int())
		default:
			columnar.Values[int64](out)[i] = v.Int()
		}
	}
	return out
}

// castList casts arrays to arrays, or objects to maps.
func (f *fromVariant) castList(out *columnar.Vector, vals []variant.Value, rows []int32) error {
	want, elems := variant.Array, f.kids[len(f.kids)-1]
	if f.to.Kind == types.Map {
		want = variant.Object
	}
	var parts []variant.Value
	var owner []int32
	var keys [][]byte
	spans := columnar.Values[columnar.Span](out)
	for i, v := range vals {
		row := rows[i]
		spans[row] = columnar.Span{}
		if v.IsNull() {
			out.SetNull(int(row))
			continue
		}
		if v.Kind() != want {
			f.invalid(out, row, v)
			continue
		}
		spans[row] = columnar.Span{Off: int32(len(parts)), Len: int32(v.Len())}
		for j := range v.Len() {
			parts, owner = append(parts, v.Elem(j)), append(owner, row)
			if want == variant.Object {
				keys = append(keys, v.Key(j))
			}
		}
	}
	child := columnar.New(f.to.Elem(), len(parts))
	if want == variant.Object {
		names := columnar.New(types.StringType, len(keys))
		for i, k := range keys {
			names.SetBytes(i, k)
		}
		out.Children[0] = names
	}
	out.Children[len(f.kids)-1] = child
	return f.castParts(elems, child, parts, owner)
}

// castParts casts elements, which fail for the rows that they are of.
func (f *fromVariant) castParts(kid *fromVariant, child *columnar.Vector, parts []variant.Value, owner []int32) error {
	places := make([]int32, len(parts))
	for i := range places {
		places[i] = int32(i)
	}
	kid.fail = nil
	if f.mode != expr.Try {
		kid.fail = func(place int32, v variant.Value, to types.Type) { f.fail(owner[place], v, to) }
	}
	return kid.cast(child, parts, places)
}

func (f *fromVariant) castStruct(out *columnar.Vector, vals []variant.Value, rows []int32) error {
	for j, field := range f.to.Fields() {
		child, kid := columnar.New(field.Type, out.Len), f.kids[j]
		out.Children[j] = child
		var parts []variant.Value
		var at []int32
		for i, v := range vals {
			if v.Kind() != variant.Object {
				continue
			}
			if part, ok := v.Field(field.Name); ok {
				parts, at = append(parts, part), append(at, rows[i])
			} else {
				child.SetNull(int(rows[i]))
			}
		}
		kid.fail = f.fail
		if f.mode == expr.Try {
			kid.fail = nil
		}
		if err := kid.cast(child, parts, at); err != nil {
			return err
		}
	}
	for i, v := range vals {
		switch v.Kind() {
		case variant.Object:
		case variant.Null:
			out.SetNull(int(rows[i]))
		default:
			f.invalid(out, rows[i], v)
		}
	}
	return nil
}
