package sparrow

import (
	"math/big"
	"reflect"
	"time"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// literalOf turns a Go value that a program gives (a parameter, Lit) into a value of package types and its type.
func literalOf(v any) (any, types.Type, error) {
	switch x := v.(type) {
	case nil:
		return nil, types.NullType, nil
	case bool:
		return x, types.BooleanType, nil
	case int8:
		return x, types.TinyIntType, nil
	case int16:
		return x, types.SmallIntType, nil
	case int32:
		return x, types.IntType, nil
	case int64:
		return x, types.BigIntType, nil
	case int:
		if int(int32(x)) == x {
			return int32(x), types.IntType, nil
		}
		return int64(x), types.BigIntType, nil
	case float32:
		return x, types.FloatType, nil
	case float64:
		return x, types.DoubleType, nil
	case string:
		return x, types.StringType, nil
	case []byte:
		if x == nil {
			return nil, types.BinaryType, nil
		}
		return x, types.BinaryType, nil
	case time.Time:
		return x.UnixMicro(), types.TimestampType, nil
	case time.Duration:
		return x.Microseconds(), types.DayTimeType, nil
	case Decimal:
		return x.unscaled, x.sqlType(), nil
	case *big.Int:
		return literalBig(x)
	case Interval:
		return types.Interval(x), types.CalendarType, nil
	case []any:
		return literalList(x)
	case Map:
		return literalMap(x)
	case Row:
		return literalRow(x)
	}
	return literalByKind(v)
}

// sqlType is the narrowest type that holds the number with its scale.
func (d Decimal) sqlType() types.Type {
	return types.DecimalOf(max(d.unscaled.Digits(), d.scale, 1), d.scale)
}

func literalBig(x *big.Int) (any, types.Type, error) {
	if x == nil {
		return nil, types.DecimalOf(types.MaxPrecision, 0), nil
	}
	d, ok := NewDecimal(x, 0)
	if !ok {
		return nil, types.NullType, sqlerr.New("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", sqlerr.Pos{}, "%s cannot be represented as Decimal(38, 0).", x)
	}
	return d.unscaled, d.sqlType(), nil
}

// literalByKind takes types that a program has defined, pointers, unsigned numbers, slices, maps and structs.
func literalByKind(v any) (any, types.Type, error) {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			t, err := typeOfGo(rv.Type())
			return nil, t, err
		}
		return literalOf(rv.Elem().Interface())
	case reflect.Int:
		return literalOf(int(rv.Int()))
	}
	t, err := typeOfGo(rv.Type())
	if err != nil {
		return nil, types.NullType, notLiteral(v)
	}
	x, err := internal(v, t)
	if err != nil {
		return nil, types.NullType, notLiteral(v)
	}
	return x, t, nil
}

func notLiteral(v any) error {
	return sqlerr.New("UNSUPPORTED_FEATURE.LITERAL_TYPE", sqlerr.Pos{}, "Literal for '%v' of %T.", v, v)
}

// literalList makes an array; its elements have one type, or are null.
func literalList(xs []any) (any, types.Type, error) {
	out, elem := make([]any, len(xs)), types.NullType
	for i, x := range xs {
		v, t, err := literalOf(x)
		if err != nil {
			return nil, elem, err
		}
		out[i] = v
		if elem, err = commonType(elem, t, v == nil); err != nil {
			return nil, elem, err
		}
	}
	for i := range out {
		out[i] = fitted(out[i], xs[i], elem)
	}
	return out, types.ArrayOf(elem, true), nil
}

// commonType is the type of elements: wider decimals and integers take narrower ones.
func commonType(a, b types.Type, null bool) (types.Type, error) {
	if a.Kind == types.Null || null && b.Kind == types.Null {
		return map[bool]types.Type{true: b, false: a}[a.Kind == types.Null], nil
	}
	t, ok := types.Tightest(a, b, true)
	if !ok {
		return a, sqlerr.New("UNSUPPORTED_FEATURE.LITERAL_TYPE", sqlerr.Pos{}, "The elements of a literal have the types %s and %s.", a, b)
	}
	return t, nil
}

// fitted turns a value into the common type.
func fitted(v, from any, t types.Type) any {
	if v == nil {
		return nil
	}
	if x, err := internal(from, t); err == nil {
		return x
	}
	return v
}

func literalMap(m Map) (any, types.Type, error) {
	if len(m.Keys) != len(m.Values) {
		return nil, types.NullType, sqlerr.New("INVALID_PARAMETER_VALUE.LENGTH", sqlerr.Pos{}, "A map has %d keys and %d values.", len(m.Keys), len(m.Values))
	}
	keys, kt, err := literalList(m.Keys)
	if err != nil {
		return nil, kt, err
	}
	values, vt, err := literalList(m.Values)
	if err != nil {
		return nil, vt, err
	}
	return mapOf(keys, values), types.MapOf(kt.Elem(), vt.Elem(), true), nil
}

func literalRow(r Row) (any, types.Type, error) {
	out := make([]any, len(r.values))
	for i, v := range r.values {
		x, err := internal(v, r.schema[i].Type)
		if err != nil {
			return nil, types.NullType, notLiteral(v)
		}
		out[i] = x
	}
	return out, types.StructOf(r.schema...), nil
}
