package parquet

import (
	"fmt"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// convKind is how a physical value becomes a stored one.
type convKind uint8

const (
	convCopy       convKind = iota // 4 or 8 bytes as they are
	convBool                       // bits
	convInt8                       // INT32, cut
	convInt16                      // INT32, cut
	convUint8                      // INT32 to smallint
	convUint16                     // INT32 to int
	convUint32                     // INT32 to bigint
	convInt64                      // INT32 to bigint, times factor
	convUint64                     // INT64 to decimal(20,0)
	convWide                       // INT32, INT64 to a decimal of 128 bits
	convMul                        // INT64 times factor, checked
	convDiv                        // INT64 by factor, rounded down
	convInt96                      // nanoseconds and Julian day to microseconds
	convBytes                      // string, binary
	convDecimal64                  // big-endian bytes
	convDecimal128                 // big-endian bytes
	convFloat16                    // 2 bytes to float
	convInterval                   // 12 bytes: months, days, milliseconds
	convNull                       // the void type: whatever is stored is null
)

// conversion describes how the values of a leaf are stored in a vector.
type conversion struct {
	kind   convKind
	width  columnar.Width
	factor int64
}

// raw is the size in which values are read before they are converted: 4, 8, 12 bytes, or 0 for byte strings.
func (l *fileLeaf) raw() int {
	switch l.physical {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	}
	return 0
}

// describe finds the SQL type of a leaf, as Spark maps it, and the conversion.
func (l *fileLeaf) describe(e format.SchemaElement, o readOptions) error {
	set := func(t types.Type, kind convKind, factor int64) error {
		l.typ, l.conv = t, conversion{kind, columnar.WidthOf(t), factor}
		return nil
	}
	switch l.physical {
	case format.Boolean:
		return set(types.BooleanType, convBool, 0)
	case format.Int32:
		return l.describeInt32(e, set)
	case format.Int64:
		return l.describeInt64(e, set)
	case format.Int96:
		return set(types.TimestampType, convInt96, 0)
	case format.Float:
		return set(types.FloatType, convCopy, 0)
	case format.Double:
		return set(types.DoubleType, convCopy, 0)
	case format.ByteArray, format.FixedLenByteArray:
		return l.describeBytes(e, o, set)
	}
	return fmt.Errorf("the column %q has the unknown physical type %d", l.path, l.physical)
}

type setType func(types.Type, convKind, int64) error

// decimalOf returns the decimal type of an element, if it is one.
func decimalOf(e format.SchemaElement) (t types.Type, ok bool, err error) {
	p, s := e.Precision.V, e.Scale.V
	if d, is := e.LogicalType.Value.(*format.DecimalType); is {
		p, s, ok = d.Precision, d.Scale, true
	} else if e.ConvertedType.Valid && e.ConvertedType.V == deprecated.Decimal {
		ok = true
	}
	if !ok {
		return t, false, nil
	}
	if p < 1 || p > types.MaxPrecision || s < 0 || s > p {
		return t, false, fmt.Errorf("the column %q is a decimal of precision %d and scale %d", e.Name, p, s)
	}
	return types.DecimalOf(int(p), int(s)), true, nil
}

// intOf returns the bits and sign of an annotated integer, or full, true.
func intOf(e format.SchemaElement, full int) (bits int, signed bool) {
	if t, ok := e.LogicalType.Value.(*format.IntType); ok {
		return int(t.BitWidth), t.IsSigned
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.Int8:
			return 8, true
		case deprecated.Int16:
			return 16, true
		case deprecated.Uint8:
			return 8, false
		case deprecated.Uint16:
			return 16, false
		case deprecated.Uint32:
			return 32, false
		case deprecated.Uint64:
			return 64, false
		}
	}
	return full, true
}

func timeOf(precision uint8) types.Type { return types.Type{Kind: types.Time, Precision: precision} }

func (l *fileLeaf) describeInt32(e format.SchemaElement, set setType) error {
	l.signed = true
	if t, ok, err := decimalOf(e); err != nil {
		return err
	} else if ok {
		if columnar.WidthOf(t) == columnar.W128 {
			return set(t, convWide, 1)
		}
		return set(t, convInt64, 1)
	}
	if _, ok := e.LogicalType.Value.(*format.DateType); ok || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.Date {
		return set(types.DateType, convCopy, 0)
	}
	if _, ok := e.LogicalType.Value.(*format.TimeType); ok || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.TimeMillis {
		return set(timeOf(3), convInt64, 1_000_000)
	}
	if _, ok := e.LogicalType.Value.(*format.NullType); ok {
		return set(types.NullType, convNull, 0)
	}
	bits, signed := intOf(e, 32)
	l.signed = signed
	switch {
	case signed && bits == 8:
		return set(types.TinyIntType, convInt8, 0)
	case signed && bits == 16:
		return set(types.SmallIntType, convInt16, 0)
	case signed:
		return set(types.IntType, convCopy, 0)
	case bits == 8:
		return set(types.SmallIntType, convUint8, 0)
	case bits == 16:
		return set(types.IntType, convUint16, 0)
	}
	return set(types.BigIntType, convUint32, 0)
}

func (l *fileLeaf) describeInt64(e format.SchemaElement, set setType) error {
	l.signed = true
	if t, ok, err := decimalOf(e); err != nil {
		return err
	} else if ok {
		if columnar.WidthOf(t) == columnar.W128 {
			return set(t, convWide, 1)
		}
		return set(t, convCopy, 0)
	}
	converted := deprecated.ConvertedType(-1)
	if e.ConvertedType.Valid {
		converted = e.ConvertedType.V
	}
	switch t := e.LogicalType.Value.(type) {
	case *format.TimestampType:
		typ := types.TimestampType
		if !t.IsAdjustedToUTC {
			typ = types.TimestampNTZType
		}
		switch t.Unit.Value.(type) {
		case *format.MilliSeconds:
			return set(typ, convMul, 1000)
		case *format.NanoSeconds:
			return set(typ, convDiv, 1000)
		}
		return set(typ, convCopy, 0)
	case *format.TimeType:
		if _, nanos := t.Unit.Value.(*format.NanoSeconds); nanos {
			return set(timeOf(9), convCopy, 0)
		}
		return set(timeOf(6), convMul, 1000)
	}
	switch converted {
	case deprecated.TimestampMillis:
		return set(types.TimestampType, convMul, 1000)
	case deprecated.TimestampMicros:
		return set(types.TimestampType, convCopy, 0)
	case deprecated.TimeMicros:
		return set(timeOf(6), convMul, 1000)
	}
	if _, signed := intOf(e, 64); !signed {
		l.signed = false
		return set(types.DecimalOf(20, 0), convUint64, 0)
	}
	return set(types.BigIntType, convCopy, 0)
}

func (l *fileLeaf) describeBytes(e format.SchemaElement, o readOptions, set setType) error {
	if l.physical == format.FixedLenByteArray && (l.width <= 0 || l.width > 1<<20) {
		return fmt.Errorf("the column %q has values of %d bytes", l.path, l.width)
	}
	if t, ok, err := decimalOf(e); err != nil {
		return err
	} else if ok {
		if columnar.WidthOf(t) == columnar.W64 {
			return set(t, convDecimal64, 0)
		}
		return set(t, convDecimal128, 0)
	}
	switch e.LogicalType.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return set(types.StringType, convBytes, 0)
	case *format.Float16Type:
		if l.width == 2 {
			return set(types.FloatType, convFloat16, 0)
		}
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.UTF8, deprecated.Enum, deprecated.Json:
			return set(types.StringType, convBytes, 0)
		case deprecated.Interval:
			if l.width == 12 {
				return set(types.CalendarType, convInterval, 0)
			}
		}
	}
	if o.binaryAsString && l.physical == format.ByteArray && e.LogicalType.Value == nil {
		return set(types.StringType, convBytes, 0)
	}
	return set(types.BinaryType, convBytes, 0)
}
