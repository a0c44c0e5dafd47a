package parquet

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// writeOrder is how the values of a leaf compare in statistics.
type writeOrder uint8

const (
	orderSigned   writeOrder = iota
	orderUnsigned            // integers, and bytes from left to right
	orderFloat
	orderDecimalBytes // big-endian two's complement
	orderNone         // no statistics
)

// writeLeaf is one column of the file.
type writeLeaf struct {
	path           []string
	physical       format.Type
	width          int // bytes of a FIXED_LEN_BYTE_ARRAY
	maxDef, maxRep uint8
	order          writeOrder
	arrow          arrow.DataType
}

func (l *writeLeaf) name() string { return strings.Join(l.path, ".") }

type writeShape uint8

const (
	shapeLeaf writeShape = iota
	shapeStruct
	shapeList // maps, too: lists of key and value
)

// writeNode is one Arrow field with the levels of its values.
type writeNode struct {
	shape    writeShape
	optional bool
	def      uint8 // definition level of a value that is there (of a list: a list that is there, empty or not)
	rep      uint8 // of a list: repetition level of its elements
	children []*writeNode
	leaf     int // index of a shapeLeaf
}

// writePlan is an Arrow schema as Parquet sees it.
type writePlan struct {
	schema   *arrow.Schema
	elements []format.SchemaElement
	leaves   []*writeLeaf
	columns  []*writeNode
}

func newWritePlan(schema *arrow.Schema) (*writePlan, error) {
	p := &writePlan{schema: schema}
	root := format.SchemaElement{Name: "spark_schema"}
	root.NumChildren.Set(int32(schema.NumFields()))
	p.elements = append(p.elements, root)
	for _, f := range schema.Fields() {
		node, err := p.add(f, nil, 0, 0)
		if err != nil {
			return nil, err
		}
		p.columns = append(p.columns, node)
	}
	if len(p.leaves) == 0 {
		return nil, sqlerr.New("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", sqlerr.Pos{}, "The Parquet datasource does not support writing empty or nested empty schemas.")
	}
	return p, nil
}

func unsupportedColumn(path []string, t arrow.DataType) error {
	return sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The Parquet datasource doesn't support the column `%s` of the type %s.", strings.Join(path, "."), t)
}

func (p *writePlan) add(f arrow.Field, parent []string, def, rep uint8) (*writeNode, error) {
	path := append(append([]string(nil), parent...), f.Name)
	if def > 250 {
		return nil, unsupportedColumn(path, f.Type)
	}
	repetition := format.Required
	if f.Nullable {
		repetition = format.Optional
		def++
	}
	element := format.SchemaElement{Name: f.Name}
	element.RepetitionType.Set(repetition)
	switch t := f.Type.(type) {
	case *arrow.StructType:
		return p.addStruct(f, t.Fields(), element, path, def, rep)
	case *arrow.MapType:
		key, item := t.KeyField(), t.ItemField()
		key.Name, key.Nullable, item.Name = "key", false, "value"
		element.ConvertedType.Set(deprecated.Map)
		element.LogicalType.Value = &format.MapType{}
		return p.addRepeated(f, element, "key_value", path, def, rep, key, item)
	case arrow.ListLikeType:
		item := t.ElemField()
		item.Name = "element"
		element.ConvertedType.Set(deprecated.List)
		element.LogicalType.Value = &format.ListType{}
		return p.addRepeated(f, element, "list", path, def, rep, item)
	}
	leaf := &writeLeaf{path: path, arrow: f.Type, maxDef: def, maxRep: rep}
	if !leaf.describe(valueType(f.Type), &element) {
		return nil, unsupportedColumn(path, f.Type)
	}
	element.Type = thrift.New(leaf.physical)
	p.elements = append(p.elements, element)
	p.leaves = append(p.leaves, leaf)
	return &writeNode{shape: shapeLeaf, optional: f.Nullable, def: def, leaf: len(p.leaves) - 1}, nil
}

func (p *writePlan) addStruct(f arrow.Field, fields []arrow.Field, element format.SchemaElement, path []string, def, rep uint8) (*writeNode, error) {
	if len(fields) == 0 {
		return nil, unsupportedColumn(path, f.Type)
	}
	element.NumChildren.Set(int32(len(fields)))
	p.elements = append(p.elements, element)
	node := &writeNode{shape: shapeStruct, optional: f.Nullable, def: def}
	for _, child := range fields {
		c, err := p.add(child, path, def, rep)
		if err != nil {
			return nil, err
		}
		node.children = append(node.children, c)
	}
	return node, nil
}

// addRepeated adds the three-level form of lists and maps: the field, a repeated group, and in it the element, or key and value.
func (p *writePlan) addRepeated(f arrow.Field, element format.SchemaElement, group string, path []string, def, rep uint8, items ...arrow.Field) (*writeNode, error) {
	element.NumChildren.Set(1)
	middle := format.SchemaElement{Name: group}
	middle.RepetitionType.Set(format.Repeated)
	middle.NumChildren.Set(int32(len(items)))
	p.elements = append(p.elements, element, middle)
	node := &writeNode{shape: shapeList, optional: f.Nullable, def: def, rep: rep + 1}
	path = append(path, group)
	for _, item := range items {
		c, err := p.add(item, path, def+1, rep+1)
		if err != nil {
			return nil, err
		}
		node.children = append(node.children, c)
	}
	return node, nil
}

// valueType looks through dictionaries: their values are what is written.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return t
}

// describe sets the physical type, the order and the annotations of a leaf; false if Parquet cannot hold the type.
func (l *writeLeaf) describe(t arrow.DataType, e *format.SchemaElement) bool {
	integer := func(physical format.Type, width int8, signed bool, converted deprecated.ConvertedType) {
		l.physical = physical
		if !signed {
			l.order = orderUnsigned
		}
		e.ConvertedType.Set(converted)
		e.LogicalType.Value = &format.IntType{BitWidth: width, IsSigned: signed}
	}
	switch t := t.(type) {
	case *arrow.BooleanType:
		l.physical, l.order = format.Boolean, orderUnsigned
	case *arrow.Int8Type:
		integer(format.Int32, 8, true, deprecated.Int8)
	case *arrow.Int16Type:
		integer(format.Int32, 16, true, deprecated.Int16)
	case *arrow.Int32Type, *arrow.MonthIntervalType:
		l.physical = format.Int32
	case *arrow.Int64Type:
		l.physical = format.Int64
	case *arrow.Uint8Type:
		integer(format.Int32, 8, false, deprecated.Uint8)
	case *arrow.Uint16Type:
		integer(format.Int32, 16, false, deprecated.Uint16)
	case *arrow.Uint32Type:
		integer(format.Int32, 32, false, deprecated.Uint32)
	case *arrow.Uint64Type:
		integer(format.Int64, 64, false, deprecated.Uint64)
	case *arrow.Float32Type:
		l.physical, l.order = format.Float, orderFloat
	case *arrow.Float64Type:
		l.physical, l.order = format.Double, orderFloat
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		l.physical, l.order = format.ByteArray, orderUnsigned
		e.ConvertedType.Set(deprecated.UTF8)
		e.LogicalType.Value = &format.StringType{}
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType:
		l.physical, l.order = format.ByteArray, orderUnsigned
	case *arrow.FixedSizeBinaryType:
		l.physical, l.order, l.width = format.FixedLenByteArray, orderUnsigned, t.ByteWidth
		e.TypeLength.Set(int32(l.width))
	case *arrow.Date32Type, *arrow.Date64Type:
		l.physical = format.Int32
		e.ConvertedType.Set(deprecated.Date)
		e.LogicalType.Value = &format.DateType{}
	case *arrow.TimestampType:
		l.describeTimestamp(t, e)
	case *arrow.Time32Type:
		l.physical = format.Int32
		e.LogicalType.Value = &format.TimeType{Unit: format.TimeUnit{Value: &format.MilliSeconds{}}}
	case *arrow.Time64Type:
		l.physical = format.Int64
		unit := format.TimeUnit{Value: &format.MicroSeconds{}}
		if t.Unit == arrow.Nanosecond {
			unit.Value = &format.NanoSeconds{}
		}
		e.LogicalType.Value = &format.TimeType{Unit: unit}
	case *arrow.DurationType: // Spark's day-time interval: plain microseconds, told apart by the row metadata
		l.physical = format.Int64
		return t.Unit != arrow.Nanosecond
	case arrow.DecimalType:
		return l.describeDecimal(t, e)
	case *arrow.NullType:
		l.physical, l.order = format.Int32, orderNone
		e.LogicalType.Value = &format.NullType{}
	default:
		return false
	}
	return true
}

func (l *writeLeaf) describeTimestamp(t *arrow.TimestampType, e *format.SchemaElement) {
	l.physical = format.Int64
	logical := &format.TimestampType{IsAdjustedToUTC: t.TimeZone != ""}
	switch t.Unit {
	case arrow.Nanosecond:
		logical.Unit.Value = &format.NanoSeconds{}
	case arrow.Microsecond:
		logical.Unit.Value = &format.MicroSeconds{}
		if logical.IsAdjustedToUTC {
			e.ConvertedType.Set(deprecated.TimestampMicros)
		}
	default: // seconds become milliseconds, Parquet's coarsest unit
		logical.Unit.Value = &format.MilliSeconds{}
		if logical.IsAdjustedToUTC {
			e.ConvertedType.Set(deprecated.TimestampMillis)
		}
	}
	e.LogicalType.Value = logical
}

func (l *writeLeaf) describeDecimal(t arrow.DecimalType, e *format.SchemaElement) bool {
	precision, scale := t.GetPrecision(), t.GetScale()
	if precision < 1 || precision > 38 || scale < 0 || scale > precision {
		return false
	}
	switch {
	case precision <= 9:
		l.physical = format.Int32
	case precision <= 18:
		l.physical = format.Int64
	default:
		l.physical, l.order, l.width = format.FixedLenByteArray, orderDecimalBytes, decimalWidth(precision)
		e.TypeLength.Set(int32(l.width))
	}
	e.Precision.Set(precision)
	e.Scale.Set(scale)
	e.ConvertedType.Set(deprecated.Decimal)
	e.LogicalType.Value = &format.DecimalType{Precision: precision, Scale: scale}
	return true
}

// decimalWidth is the number of bytes that hold every decimal of a precision above 18.
func decimalWidth(precision int32) int {
	// 10^p has floor(p*log2(10))+1 bits; one more for the sign. 3.3219281 is log2(10).
	return (int(float64(precision)*3.3219280948873623) + 2 + 7) / 8
}

// levelBits is the width of levels up to max.
func levelBits(max uint8) int { return bits.Len8(max) }

// sparkType returns Spark's JSON name of a type, or nil if Spark has no such type.
func sparkType(t arrow.DataType) any {
	switch t := valueType(t).(type) {
	case *arrow.StructType:
		return sparkStruct(t.Fields())
	case *arrow.MapType:
		key, value := sparkType(t.KeyType()), sparkType(t.ItemType())
		if key == nil || value == nil {
			return nil
		}
		return map[string]any{"type": "map", "keyType": key, "valueType": value, "valueContainsNull": t.ItemField().Nullable}
	case arrow.ListLikeType:
		element := sparkType(t.Elem())
		if element == nil {
			return nil
		}
		return map[string]any{"type": "array", "elementType": element, "containsNull": t.ElemField().Nullable}
	case arrow.DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", t.GetPrecision(), t.GetScale())
	case *arrow.TimestampType:
		if t.Unit == arrow.Nanosecond {
			return nil
		}
		if t.TimeZone == "" {
			return "timestamp_ntz"
		}
		return "timestamp"
	}
	if name := sparkNames[valueType(t).ID()]; name != "" {
		return name
	}
	return nil
}

var sparkNames = map[arrow.Type]string{
	arrow.BOOL: "boolean", arrow.INT8: "byte", arrow.INT16: "short", arrow.INT32: "integer", arrow.INT64: "long",
	arrow.UINT8: "short", arrow.UINT16: "integer", arrow.UINT32: "long", arrow.UINT64: "decimal(20,0)",
	arrow.FLOAT32: "float", arrow.FLOAT64: "double", arrow.STRING: "string", arrow.LARGE_STRING: "string", arrow.STRING_VIEW: "string",
	arrow.BINARY: "binary", arrow.LARGE_BINARY: "binary", arrow.BINARY_VIEW: "binary", arrow.FIXED_SIZE_BINARY: "binary",
	arrow.DATE32: "date", arrow.DATE64: "date", arrow.NULL: "void",
	arrow.INTERVAL_MONTHS: "interval year to month", arrow.DURATION: "interval day to second",
}

func sparkStruct(fields []arrow.Field) any {
	list := make([]any, len(fields))
	for i, f := range fields {
		t := sparkType(f.Type)
		if t == nil {
			return nil
		}
		list[i] = map[string]any{"name": f.Name, "type": t, "nullable": f.Nullable, "metadata": map[string]any{}}
	}
	return map[string]any{"type": "struct", "fields": list}
}
