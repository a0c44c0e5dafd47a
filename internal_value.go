package sparrow

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// internal turns a Go value of a program into a value of package types for a column of type t.
func internal(v any, t types.Type) (any, error) {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if !rv.IsValid() || rv.Kind() == reflect.Pointer {
		return nil, nil
	}
	v = rv.Interface()
	switch t.Kind {
	case types.Boolean:
		if rv.Kind() == reflect.Bool {
			return rv.Bool(), nil
		}
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt:
		return internalInteger(rv, t)
	case types.Float:
		if x, ok := number(rv); ok {
			return float32(x), nil
		}
	case types.Double:
		if x, ok := number(rv); ok {
			return x, nil
		}
	case types.Decimal:
		return internalDecimal(v, rv, t)
	case types.String:
		if rv.Kind() == reflect.String {
			return rv.String(), nil
		}
	case types.Binary:
		if b, ok := v.([]byte); ok {
			return b, nil
		}
	case types.Date:
		switch x := v.(type) {
		case time.Time:
			return int32(time.Date(x.Year(), x.Month(), x.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400), nil
		case string:
			if d, ok := temporal.ParseDate(x); ok {
				return d, nil
			}
		}
	case types.Timestamp:
		if x, ok := v.(time.Time); ok {
			return x.UnixMicro(), nil
		}
	case types.TimestampNTZ:
		if x, ok := v.(time.Time); ok {
			return time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), x.Second(), x.Nanosecond(), time.UTC).UnixMicro(), nil
		}
	case types.Time:
		if x, ok := v.(time.Duration); ok {
			return int64(x), nil
		}
	case types.DayTime:
		switch x := v.(type) {
		case time.Duration:
			return x.Microseconds(), nil
		case Interval:
			return x.Micros, nil
		}
	case types.YearMonth:
		if x, ok := v.(Interval); ok {
			return x.Months, nil
		}
	case types.CalendarInterval:
		if x, ok := v.(Interval); ok {
			return types.Interval(x), nil
		}
	case types.Array, types.Map, types.Struct:
		return internalNested(v, rv, t)
	}
	return nil, fmt.Errorf("a Go value of type %T cannot be %s", v, t)
}

func internalInteger(rv reflect.Value, t types.Type) (any, error) {
	var x int64
	switch {
	case rv.CanInt():
		x = rv.Int()
	case rv.CanUint() && rv.Uint() <= math.MaxInt64:
		x = int64(rv.Uint())
	default:
		return nil, fmt.Errorf("a Go value of type %s cannot be %s", rv.Type(), t)
	}
	switch {
	case t.Kind == types.TinyInt && x == int64(int8(x)):
		return int8(x), nil
	case t.Kind == types.SmallInt && x == int64(int16(x)):
		return int16(x), nil
	case t.Kind == types.Int && x == int64(int32(x)):
		return int32(x), nil
	case t.Kind == types.BigInt:
		return x, nil
	}
	return nil, fmt.Errorf("%d is out of the range of %s", x, t)
}

func number(rv reflect.Value) (float64, bool) {
	switch {
	case rv.CanFloat():
		return rv.Float(), true
	case rv.CanInt():
		return float64(rv.Int()), true
	case rv.CanUint():
		return float64(rv.Uint()), true
	}
	return 0, false
}

func internalDecimal(v any, rv reflect.Value, t types.Type) (any, error) {
	x, ok := types.Int128{}, false
	switch d := v.(type) {
	case Decimal:
		x, ok = types.Rescale(d.unscaled, d.scale, int(t.Scale))
	case string:
		var status types.ParseStatus
		x, status = types.ParseDecimalAs(d, int(t.Precision), int(t.Scale))
		ok = status == 0
	default:
		switch {
		case rv.CanInt():
			x, ok = types.Rescale(types.Int128Of(rv.Int()), 0, int(t.Scale))
		case rv.CanUint():
			x, ok = types.Rescale(types.Int128{Lo: rv.Uint()}, 0, int(t.Scale))
		case rv.CanFloat():
			x, ok = types.DecimalFromFloat64(rv.Float(), int(t.Scale))
		}
	}
	if !ok || !types.FitsPrecision(x, int(t.Precision)) {
		return nil, fmt.Errorf("%v cannot be %s", v, t)
	}
	return x, nil
}

func internalNested(v any, rv reflect.Value, t types.Type) (any, error) {
	switch {
	case t.Kind == types.Array && (rv.Kind() == reflect.Slice || rv.Kind() == reflect.Array):
		if rv.Kind() == reflect.Slice && rv.IsNil() {
			return nil, nil
		}
		out := make([]any, rv.Len())
		for i := range out {
			x, err := internal(goValue(rv.Index(i)), t.Elem())
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	case t.Kind == types.Map:
		m, ok := v.(Map)
		if !ok && rv.Kind() == reflect.Map {
			if rv.IsNil() {
				return nil, nil
			}
			for it := rv.MapRange(); it.Next(); {
				m.Keys, m.Values = append(m.Keys, goValue(it.Key())), append(m.Values, goValue(it.Value()))
			}
			ok = true
		}
		if !ok {
			break
		}
		keys, err := internal(m.Keys, types.ArrayOf(t.Key(), false))
		if err != nil {
			return nil, err
		}
		values, err := internal(m.Values, types.ArrayOf(t.Elem(), true))
		if err != nil {
			return nil, err
		}
		return mapOf(keys, values), nil
	case t.Kind == types.Struct:
		cells, ok := structCells(v, rv)
		if !ok || len(cells) != len(t.Fields()) {
			break
		}
		out := make([]any, len(cells))
		for i, f := range t.Fields() {
			x, err := internal(cells[i], f.Type)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	}
	return nil, fmt.Errorf("a Go value of type %T cannot be %s", v, t)
}

func mapOf(keys, values any) types.MapValue {
	m := types.MapValue{}
	m.Keys, _ = keys.([]any)
	m.Values, _ = values.([]any)
	return m
}

func structCells(v any, rv reflect.Value) ([]any, bool) {
	switch x := v.(type) {
	case Row:
		return x.values, true
	case []any:
		return x, true
	}
	if rv.Kind() != reflect.Struct {
		return nil, false
	}
	paths, _, err := structFields(rv.Type())
	if err != nil {
		return nil, false
	}
	return fieldValues(rv, paths), true
}
