package catalog

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// ColumnsOf returns the columns of a source as SQL types.
func ColumnsOf(t datasource.Table) []Column {
	var s types.Schema
	if v, ok := t.(datasource.VectorTable); ok {
		s = v.SQLSchema()
	} else {
		for _, f := range t.Schema().Fields() {
			s = append(s, fieldOf(f))
		}
	}
	out := make([]Column, len(s))
	for i, f := range s {
		out[i] = Column{Name: f.Name, Type: f.Type, Nullable: f.Nullable, Comment: f.Comment}
	}
	return out
}

func fieldOf(f arrow.Field) types.Field {
	return types.Field{Name: f.Name, Type: typeOf(f.Type), Nullable: f.Nullable}
}

// typeOf maps an Arrow type to the SQL type that holds all its values; types that SQL lacks become the next wider one.
func typeOf(t arrow.DataType) types.Type {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return types.BooleanType
	case *arrow.Int8Type:
		return types.TinyIntType
	case *arrow.Int16Type, *arrow.Uint8Type:
		return types.SmallIntType
	case *arrow.Int32Type, *arrow.Uint16Type:
		return types.IntType
	case *arrow.Int64Type, *arrow.Uint32Type:
		return types.BigIntType
	case *arrow.Uint64Type:
		return types.DecimalOf(20, 0)
	case *arrow.Float16Type, *arrow.Float32Type:
		return types.FloatType
	case *arrow.Float64Type:
		return types.DoubleType
	case arrow.DecimalType:
		return types.DecimalOf(int(t.GetPrecision()), int(t.GetScale()))
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		return types.BinaryType
	case *arrow.Date32Type, *arrow.Date64Type:
		return types.DateType
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return types.TimestampNTZType
		}
		return types.TimestampType
	case *arrow.Time32Type, *arrow.Time64Type:
		return types.TimeType
	case *arrow.MonthIntervalType:
		return types.YearMonthType
	case *arrow.DurationType, *arrow.DayTimeIntervalType:
		return types.DayTimeType
	case *arrow.MonthDayNanoIntervalType:
		return types.CalendarType
	case *arrow.MapType:
		return types.MapOf(typeOf(t.KeyType()), typeOf(t.ItemType()), t.ItemField().Nullable)
	case arrow.ListLikeType:
		return types.ArrayOf(typeOf(t.Elem()), t.ElemField().Nullable)
	case *arrow.StructType:
		fs := make([]types.Field, t.NumFields())
		for i, f := range t.Fields() {
			fs[i] = fieldOf(f)
		}
		return types.StructOf(fs...)
	case *arrow.DictionaryType:
		return typeOf(t.ValueType)
	case *arrow.NullType:
		return types.NullType
	}
	return types.StringType
}
