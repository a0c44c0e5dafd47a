package columnar

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/types"
)

// Arrow's interval and timestamp types as results carry them.
var (
	arrowTimestamp    = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	arrowTimestampNTZ = &arrow.TimestampType{Unit: arrow.Microsecond}
	arrowTime         = &arrow.Time64Type{Unit: arrow.Nanosecond}
	arrowDuration     = &arrow.DurationType{Unit: arrow.Microsecond}
)

// ArrowType returns the Arrow type in which values of a SQL type leave Sparrow: strings as views, decimals as decimal128, day-time
// intervals as durations in microseconds.
func ArrowType(t types.Type) arrow.DataType {
	switch t.Kind {
	case types.Boolean:
		return arrow.FixedWidthTypes.Boolean
	case types.TinyInt:
		return arrow.PrimitiveTypes.Int8
	case types.SmallInt:
		return arrow.PrimitiveTypes.Int16
	case types.Int:
		return arrow.PrimitiveTypes.Int32
	case types.BigInt:
		return arrow.PrimitiveTypes.Int64
	case types.Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case types.Float:
		return arrow.PrimitiveTypes.Float32
	case types.Double:
		return arrow.PrimitiveTypes.Float64
	case types.String:
		return arrow.BinaryTypes.StringView
	case types.Binary, types.Variant:
		return arrow.BinaryTypes.BinaryView
	case types.Date:
		return arrow.FixedWidthTypes.Date32
	case types.Timestamp:
		return arrowTimestamp
	case types.TimestampNTZ:
		return arrowTimestampNTZ
	case types.Time:
		return arrowTime
	case types.YearMonth:
		return arrow.FixedWidthTypes.MonthInterval
	case types.DayTime:
		return arrowDuration
	case types.CalendarInterval:
		return arrow.FixedWidthTypes.MonthDayNanoInterval
	case types.Array:
		return arrow.ListOfField(arrow.Field{Name: "element", Type: ArrowType(t.Elem()), Nullable: t.ContainsNull()})
	case types.Map:
		m := arrow.MapOf(ArrowType(t.Key()), ArrowType(t.Elem()))
		m.SetItemNullable(t.ContainsNull())
		return m
	case types.Struct:
		return arrow.StructOf(ArrowFields(t.Fields())...)
	}
	return arrow.Null
}

// ArrowFields returns the Arrow fields of columns.
func ArrowFields(fields []types.Field) []arrow.Field {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = arrow.Field{Name: f.Name, Type: ArrowType(f.Type), Nullable: f.Nullable}
	}
	return out
}

// SQLType returns the SQL type that holds all values of an Arrow type; types that SQL lacks become the next wider one, and ok is false
// where there is none (unions).
func SQLType(t arrow.DataType) (_ types.Type, ok bool) {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return types.BooleanType, true
	case *arrow.Int8Type:
		return types.TinyIntType, true
	case *arrow.Int16Type, *arrow.Uint8Type:
		return types.SmallIntType, true
	case *arrow.Int32Type, *arrow.Uint16Type:
		return types.IntType, true
	case *arrow.Int64Type, *arrow.Uint32Type:
		return types.BigIntType, true
	case *arrow.Uint64Type:
		return types.DecimalOf(20, 0), true
	case *arrow.Float16Type, *arrow.Float32Type:
		return types.FloatType, true
	case *arrow.Float64Type:
		return types.DoubleType, true
	case arrow.DecimalType:
		return types.DecimalOf(int(t.GetPrecision()), int(t.GetScale())), t.GetPrecision() <= types.MaxPrecision && t.GetScale() >= 0
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return types.StringType, true
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		return types.BinaryType, true
	case *arrow.Date32Type, *arrow.Date64Type:
		return types.DateType, true
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return types.TimestampNTZType, true
		}
		return types.TimestampType, true
	case *arrow.Time32Type, *arrow.Time64Type:
		return types.TimeType, true
	case *arrow.MonthIntervalType:
		return types.YearMonthType, true
	case *arrow.DurationType, *arrow.DayTimeIntervalType:
		return types.DayTimeType, true
	case *arrow.MonthDayNanoIntervalType:
		return types.CalendarType, true
	case *arrow.MapType:
		k, okKey := SQLType(t.KeyType())
		v, okItem := SQLType(t.ItemType())
		return types.MapOf(k, v, t.ItemField().Nullable), okKey && okItem
	case arrow.ListLikeType:
		e, ok := SQLType(t.Elem())
		return types.ArrayOf(e, t.ElemField().Nullable), ok
	case *arrow.StructType:
		fs, ok := SQLFields(t.Fields())
		return types.StructOf(fs...), ok
	case *arrow.DictionaryType:
		return SQLType(t.ValueType)
	case *arrow.RunEndEncodedType:
		return SQLType(t.Encoded())
	case *arrow.NullType:
		return types.NullType, true
	}
	return types.NullType, false
}

// SQLFields returns the columns of Arrow fields; ok is false if SQL lacks the type of one.
func SQLFields(fields []arrow.Field) (_ types.Schema, ok bool) {
	out := make(types.Schema, len(fields))
	ok = true
	for i, f := range fields {
		t, known := SQLType(f.Type)
		ok = ok && known
		out[i] = types.Field{Name: f.Name, Type: t, Nullable: f.Nullable}
	}
	return out, ok
}
