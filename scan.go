package sparrow

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Scan stores the values of the row into variables, by position. A pointer to a pointer takes NULL as nil; other destinations fail on NULL.
func (r Row) Scan(dst ...any) error {
	if len(dst) != len(r.values) {
		return sqlerr.New("AXIS_LENGTH_MISMATCH", sqlerr.Pos{}, "The row has %d columns, Scan got %d destinations.", len(r.values), len(dst))
	}
	for i, d := range dst {
		rv := reflect.ValueOf(d)
		if rv.Kind() != reflect.Pointer || rv.IsNil() {
			return scanError(r.schema[i].Name, r.values[i], "a destination that is not a pointer")
		}
		if err := store(rv.Elem(), r.values[i], r.schema[i].Name); err != nil {
			return err
		}
	}
	return nil
}

// CollectAs runs the query and returns its rows as values of T: structs or pointers to structs, maps by the names of the columns, []any, Row, or anything that
// Scan takes when the query has one column. Fields take the columns of their tag `sparrow:"name"` or their own name, compared without case; every column
// needs a field. NULL needs a pointer, a slice, a map, or a field of type any.
func CollectAs[T any](ctx context.Context, df *DataFrame) ([]T, error) {
	var out []T
	var into func(dst reflect.Value, r Row) error
	for r, err := range df.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if into == nil {
			if into, err = rowStorer(reflect.TypeFor[T](), r.schema); err != nil {
				return nil, err
			}
		}
		var x T
		if err := into(reflect.ValueOf(&x).Elem(), r); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func rowStorer(t reflect.Type, s types.Schema) (func(reflect.Value, Row) error, error) {
	switch {
	case t == reflect.TypeFor[Row]():
		return func(dst reflect.Value, r Row) error { dst.Set(reflect.ValueOf(r)); return nil }, nil
	case t.Kind() == reflect.Pointer && isRecord(t.Elem()):
		into, err := rowStorer(t.Elem(), s)
		return func(dst reflect.Value, r Row) error {
			p := reflect.New(t.Elem())
			dst.Set(p)
			return into(p.Elem(), r)
		}, err
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && !(len(s) == 1 && s[0].Type.Kind == types.Map):
		return func(dst reflect.Value, r Row) error { return storeByName(dst, r) }, nil
	case t.Kind() == reflect.Slice && len(s) > 1 && t.Elem().Kind() == reflect.Interface:
		return func(dst reflect.Value, r Row) error { dst.Set(reflect.ValueOf(r.values).Convert(t)); return nil }, nil
	case !isRecord(t):
		if len(s) != 1 {
			return nil, sqlerr.New("AXIS_LENGTH_MISMATCH", sqlerr.Pos{}, "%s takes one column, the query has %d.", t, len(s))
		}
		return func(dst reflect.Value, r Row) error { return store(dst, r.values[0], s[0].Name) }, nil
	}
	paths, err := fieldsByColumn(t, s)
	if err != nil {
		return nil, err
	}
	return func(dst reflect.Value, r Row) error {
		for i, p := range paths {
			field, ok := fieldAt(dst, p)
			if !ok {
				return scanError(s[i].Name, r.values[i], "a field of an embedded pointer that is nil and not exported")
			}
			if err := store(field, r.values[i], s[i].Name); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// fieldAt returns a field of a struct, making the embedded structs on the way that are nil pointers; ok is false if it may not.
func fieldAt(v reflect.Value, path []int) (field reflect.Value, ok bool) {
	for i, x := range path {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return v, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}

// isRecord reports structs whose fields are columns.
func isRecord(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != timeType && t != decimalType && t != intervalType && t != reflect.TypeFor[Map]() && t != reflect.TypeFor[big.Rat]()
}

// storeByName makes a map of a row.
func storeByName(dst reflect.Value, r Row) error {
	m := reflect.MakeMapWithSize(dst.Type(), len(r.values))
	for i, f := range r.schema {
		e := reflect.New(dst.Type().Elem()).Elem()
		if err := store(e, r.values[i], f.Name); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(f.Name).Convert(dst.Type().Key()), e)
	}
	dst.Set(m)
	return nil
}

// fieldsByColumn finds the field of each column.
func fieldsByColumn(t reflect.Type, s types.Schema) ([][]int, error) {
	byName := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("sparrow"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		byName[strings.ToLower(name)] = f.Index
	}
	paths := make([][]int, len(s))
	for i, c := range s {
		p, ok := byName[strings.ToLower(c.Name)]
		if !ok {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", sqlerr.Pos{}, "%s has no field for the column %s.", t, types.Quote(c.Name)).
				WithHint("Name one by the tag `sparrow:\"%s\"`.", c.Name)
		}
		paths[i] = p
	}
	return paths, nil
}

func scanError(column string, v any, into string) error {
	return sqlerr.New("INVALID_COLUMN_OR_FIELD_DATA_TYPE", sqlerr.Pos{}, "The column %s has a value of type %T, which does not go into %s.", types.Quote(column), v, into)
}

// store puts a value that Row documents into a Go variable.
func store(dst reflect.Value, v any, column string) error {
	if v == nil {
		switch dst.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
			dst.SetZero()
			return nil
		}
		return sqlerr.New("NOT_NULL_ASSERT_VIOLATION", sqlerr.Pos{}, "The column %s is NULL, which does not go into %s.", types.Quote(column), dst.Type()).
			WithHint("Use a pointer.")
	}
	if dst.Kind() == reflect.Pointer {
		p := reflect.New(dst.Type().Elem())
		if err := store(p.Elem(), v, column); err != nil {
			return err
		}
		dst.Set(p)
		return nil
	}
	rv := reflect.ValueOf(v)
	if rv.Type().AssignableTo(dst.Type()) {
		dst.Set(rv)
		return nil
	}
	switch x := v.(type) {
	case Decimal:
		switch dst.Kind() {
		case reflect.Float32, reflect.Float64:
			dst.SetFloat(x.Float64())
			return nil
		case reflect.String:
			dst.SetString(x.String())
			return nil
		}
		if dst.Type() == reflect.TypeFor[big.Rat]() {
			scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(x.scale)), nil)
			dst.Set(reflect.ValueOf(*new(big.Rat).SetFrac(x.Unscaled(), scale)))
			return nil
		}
		if whole, ok := types.Rescale(x.unscaled, x.scale, 0); ok && dst.CanInt() || dst.CanUint() {
			if back, ok := types.Rescale(whole, 0, x.scale); ok && back == x.unscaled && whole.Big().IsInt64() {
				return storeNumber(dst, reflect.ValueOf(whole.Big().Int64()), v, column)
			}
		}
	case Interval:
		if dst.Type() == reflect.TypeFor[time.Duration]() && x.Months == 0 && x.Days == 0 && x.Micros <= math.MaxInt64/1000 && x.Micros >= math.MinInt64/1000 {
			dst.SetInt(x.Micros * 1000)
			return nil
		}
	case []any:
		if dst.Kind() == reflect.Array && dst.Len() == len(x) {
			return storeElements(dst, x, column)
		}
		if dst.Kind() == reflect.Slice {
			out := reflect.MakeSlice(dst.Type(), len(x), len(x))
			if err := storeElements(out, x, column); err != nil {
				return err
			}
			dst.Set(out)
			return nil
		}
	case Map:
		if dst.Kind() == reflect.Map {
			return storeMap(dst, x, column)
		}
	case Row:
		if dst.Kind() == reflect.Struct {
			into, err := rowStorer(dst.Type(), x.schema)
			if err != nil {
				return err
			}
			return into(dst, x)
		}
	}
	return storeNumber(dst, rv, v, column)
}

func storeElements(dst reflect.Value, xs []any, column string) error {
	for i, e := range xs {
		if err := store(dst.Index(i), e, column); err != nil {
			return err
		}
	}
	return nil
}

func storeMap(dst reflect.Value, m Map, column string) error {
	out := reflect.MakeMapWithSize(dst.Type(), len(m.Keys))
	for i := range m.Keys {
		k, e := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
		if err := store(k, m.Keys[i], column); err != nil {
			return err
		}
		if err := store(e, m.Values[i], column); err != nil {
			return err
		}
		out.SetMapIndex(k, e)
	}
	dst.Set(out)
	return nil
}

// storeNumber converts between numbers when nothing is lost, and between string types.
func storeNumber(dst, rv reflect.Value, v any, column string) error {
	switch {
	case rv.CanInt() && dst.CanInt() && !dst.OverflowInt(rv.Int()):
		dst.SetInt(rv.Int())
	case rv.CanInt() && dst.CanUint() && rv.Int() >= 0 && !dst.OverflowUint(uint64(rv.Int())):
		dst.SetUint(uint64(rv.Int()))
	case rv.CanInt() && dst.CanFloat():
		dst.SetFloat(float64(rv.Int()))
	case rv.CanFloat() && dst.CanFloat():
		dst.SetFloat(rv.Float())
	case rv.Kind() == reflect.String && dst.Kind() == reflect.String:
		dst.SetString(rv.String())
	case rv.Kind() == reflect.Bool && dst.Kind() == reflect.Bool:
		dst.SetBool(rv.Bool())
	default:
		return scanError(column, v, fmt.Sprint(dst.Type()))
	}
	return nil
}
