// Package types holds the SQL types of Sparrow (Spark's), their text forms, and the rules by which one becomes another.
//
// Sparrow makes no compatibility promise for this package.
package types

import (
	"fmt"
	"strings"
)

// Kind is the kind of a type without its parameters.
type Kind uint8

// The kinds. Order matters only within the numbers: TinyInt to Double is Spark's numeric precedence with Decimal between
// BigInt and Float.
const (
	Null Kind = iota // void, the type of NULL
	Boolean
	TinyInt
	SmallInt
	Int
	BigInt
	Decimal
	Float
	Double
	String
	Binary
	Date         // days since 1970-01-01, int32
	Timestamp    // microseconds since the epoch in UTC, shown in the session time zone, int64
	TimestampNTZ // microseconds since 1970-01-01T00:00 on the wall clock, int64
	Time         // nanoseconds since midnight, int64
	YearMonth    // interval year to month: months, int32
	DayTime      // interval day to second: microseconds, int64
	CalendarInterval
	Array
	Map
	Struct
	Variant
	numKinds
)

// IntervalField is a bound of an interval type.
type IntervalField uint8

// The fields of the two interval families.
const (
	Year IntervalField = iota
	Month
	Day
	Hour
	Minute
	Second
)

func (f IntervalField) String() string {
	return [...]string{"year", "month", "day", "hour", "minute", "second"}[f]
}

// Type is a SQL type. The zero Type is Null. Compare with Equal, not ==: nested types hang on a pointer.
type Type struct {
	Kind      Kind
	Precision uint8         // decimal 1..38; time 0..9
	Scale     uint8         // decimal
	From, To  IntervalField // YearMonth, DayTime
	// Char and Varchar lengths are kept for DDL: 0 for string, else n with Fixed telling char from varchar.
	Length int32
	Fixed  bool
	nested *nested
}

type nested struct {
	elem, key    *Type // array and map value; map key
	containsNull bool  // array elements, map values
	fields       []Field
}

// Field is a field of a struct, or a column of a schema.
type Field struct {
	Name     string
	Type     Type
	Nullable bool
	Comment  string
}

// Schema is an ordered list of columns.
type Schema []Field

// The types without parameters.
var (
	NullType         = Type{Kind: Null}
	BooleanType      = Type{Kind: Boolean}
	TinyIntType      = Type{Kind: TinyInt}
	SmallIntType     = Type{Kind: SmallInt}
	IntType          = Type{Kind: Int}
	BigIntType       = Type{Kind: BigInt}
	FloatType        = Type{Kind: Float}
	DoubleType       = Type{Kind: Double}
	StringType       = Type{Kind: String}
	BinaryType       = Type{Kind: Binary}
	DateType         = Type{Kind: Date}
	TimestampType    = Type{Kind: Timestamp}
	TimestampNTZType = Type{Kind: TimestampNTZ}
	TimeType         = Type{Kind: Time, Precision: 6}
	YearMonthType    = Type{Kind: YearMonth, From: Year, To: Month}
	DayTimeType      = Type{Kind: DayTime, From: Day, To: Second}
	CalendarType     = Type{Kind: CalendarInterval}
	VariantType      = Type{Kind: Variant}
)

// MaxPrecision is the largest precision of a decimal.
const MaxPrecision = 38

// DecimalOf returns decimal(p, s).
func DecimalOf(p, s int) Type { return Type{Kind: Decimal, Precision: uint8(p), Scale: uint8(s)} }

// ArrayOf returns array<elem>.
func ArrayOf(elem Type, containsNull bool) Type {
	return Type{Kind: Array, nested: &nested{elem: &elem, containsNull: containsNull}}
}

// MapOf returns map<key, value>.
func MapOf(key, value Type, valueContainsNull bool) Type {
	return Type{Kind: Map, nested: &nested{key: &key, elem: &value, containsNull: valueContainsNull}}
}

// StructOf returns a struct of the fields.
func StructOf(fields ...Field) Type { return Type{Kind: Struct, nested: &nested{fields: fields}} }

// CharOf and VarcharOf return char(n) and varchar(n); they compute as strings.
func CharOf(n int) Type    { return Type{Kind: String, Length: int32(n), Fixed: true} }
func VarcharOf(n int) Type { return Type{Kind: String, Length: int32(n)} }

// YearMonthOf returns interval from to to, both Year or Month.
func YearMonthOf(from, to IntervalField) Type { return Type{Kind: YearMonth, From: from, To: to} }

// DayTimeOf returns interval from to to, Day to Second.
func DayTimeOf(from, to IntervalField) Type { return Type{Kind: DayTime, From: from, To: to} }

// Elem returns the element type of an array or the value type of a map.
func (t Type) Elem() Type { return *t.nested.elem }

// Key returns the key type of a map.
func (t Type) Key() Type { return *t.nested.key }

// ContainsNull reports whether array elements or map values may be null.
func (t Type) ContainsNull() bool { return t.nested.containsNull }

// Fields returns the fields of a struct; the slice must not be changed.
func (t Type) Fields() []Field { return t.nested.fields }

// FieldIndex returns the position of the first field with the name, compared without case, or -1.
func (t Type) FieldIndex(name string) int { return Schema(t.Fields()).Index(name) }

// Index returns the position of the first column with the name, compared without case, or -1.
func (s Schema) Index(name string) int {
	for i, f := range s {
		if strings.EqualFold(f.Name, name) {
			return i
		}
	}
	return -1
}

// Equal reports whether two types are the same, nullability of elements and fields included.
func (t Type) Equal(u Type) bool { return t.equal(u, true) }

// SameShape is Equal without regard to the nullability of elements and fields, field names, or char lengths.
func (t Type) SameShape(u Type) bool { return t.equal(u, false) }

func (t Type) equal(u Type, exact bool) bool {
	if t.Kind != u.Kind {
		return false
	}
	switch t.Kind {
	case Decimal:
		return t.Precision == u.Precision && t.Scale == u.Scale
	case YearMonth, DayTime:
		return !exact || t.From == u.From && t.To == u.To
	case String:
		return !exact || t.Length == u.Length && t.Fixed == u.Fixed
	case Array:
		return t.Elem().equal(u.Elem(), exact) && (!exact || t.ContainsNull() == u.ContainsNull())
	case Map:
		return t.Key().equal(u.Key(), exact) && t.Elem().equal(u.Elem(), exact) && (!exact || t.ContainsNull() == u.ContainsNull())
	case Struct:
		a, b := t.Fields(), u.Fields()
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if exact && (a[i].Nullable != b[i].Nullable || a[i].Name != b[i].Name) || !a[i].Type.equal(b[i].Type, exact) {
				return false
			}
		}
	}
	return true
}

// IsInteger reports tinyint to bigint.
func (t Type) IsInteger() bool { return t.Kind >= TinyInt && t.Kind <= BigInt }

// IsFloating reports float or double.
func (t Type) IsFloating() bool { return t.Kind == Float || t.Kind == Double }

// IsNumeric reports the integers, decimal, float and double.
func (t Type) IsNumeric() bool { return t.Kind >= TinyInt && t.Kind <= Double }

// IsDatetime reports date, timestamp and timestamp_ntz.
func (t Type) IsDatetime() bool { return t.Kind >= Date && t.Kind <= TimestampNTZ }

// IsInterval reports the two ANSI families and calendar intervals.
func (t Type) IsInterval() bool { return t.Kind >= YearMonth && t.Kind <= CalendarInterval }

// IsNested reports arrays, maps and structs.
func (t Type) IsNested() bool { return t.Kind >= Array && t.Kind <= Struct }

// Contains reports whether the type, or one inside of it, is of a kind.
func (t Type) Contains(k Kind) bool {
	switch {
	case t.Kind == k:
		return true
	case t.Kind == Array:
		return t.Elem().Contains(k)
	case t.Kind == Map:
		return t.Key().Contains(k) || t.Elem().Contains(k)
	case t.Kind == Struct:
		for _, f := range t.Fields() {
			if f.Type.Contains(k) {
				return true
			}
		}
	}
	return false
}

var simpleNames = [numKinds]string{"void", "boolean", "tinyint", "smallint", "int", "bigint", "decimal", "float", "double", "string",
	"binary", "date", "timestamp", "timestamp_ntz", "time", "", "", "interval", "array", "map", "struct", "variant"}

// String returns Spark's simple string: "decimal(10,2)", "array<int>", "struct<a:int,b:string>", "interval day to second".
func (t Type) String() string {
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case String:
		switch {
		case t.Length == 0:
			return "string"
		case t.Fixed:
			return fmt.Sprintf("char(%d)", t.Length)
		}
		return fmt.Sprintf("varchar(%d)", t.Length)
	case Time:
		return fmt.Sprintf("time(%d)", t.Precision)
	case YearMonth, DayTime:
		if t.From == t.To {
			return "interval " + t.From.String()
		}
		return "interval " + t.From.String() + " to " + t.To.String()
	case Array:
		return "array<" + t.Elem().String() + ">"
	case Map:
		return "map<" + t.Key().String() + "," + t.Elem().String() + ">"
	case Struct:
		parts := make([]string, len(t.Fields()))
		for i, f := range t.Fields() {
			parts[i] = f.Name + ":" + f.Type.String()
		}
		return "struct<" + strings.Join(parts, ",") + ">"
	}
	return simpleNames[t.Kind]
}

// SQL returns the upper-case form of error messages and DDL: "DECIMAL(10,2)", "ARRAY<INT>", "STRUCT<a: INT>".
func (t Type) SQL() string {
	switch t.Kind {
	case Array:
		return "ARRAY<" + t.Elem().SQL() + ">"
	case Map:
		return "MAP<" + t.Key().SQL() + ", " + t.Elem().SQL() + ">"
	case Struct:
		parts := make([]string, len(t.Fields()))
		for i, f := range t.Fields() {
			parts[i] = QuoteIfNeeded(f.Name) + ": " + f.Type.SQL()
			if !f.Nullable {
				parts[i] += " NOT NULL"
			}
		}
		return "STRUCT<" + strings.Join(parts, ", ") + ">"
	}
	return strings.ToUpper(t.String())
}

// QuoteIfNeeded puts back-ticks around a name that is not a plain identifier.
func QuoteIfNeeded(name string) string {
	plain := name != ""
	digits := true
	for _, r := range name {
		if r < '0' || r > '9' {
			digits = false
		}
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			plain = false
		}
	}
	if plain && !digits {
		return name
	}
	return Quote(name)
}

// Quote puts back-ticks around a name.
func Quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// AsNullable returns the type with all nested values nullable.
func (t Type) AsNullable() Type {
	switch t.Kind {
	case Array:
		return ArrayOf(t.Elem().AsNullable(), true)
	case Map:
		return MapOf(t.Key().AsNullable(), t.Elem().AsNullable(), true)
	case Struct:
		fs := make([]Field, len(t.Fields()))
		for i, f := range t.Fields() {
			fs[i] = Field{Name: f.Name, Type: f.Type.AsNullable(), Nullable: true, Comment: f.Comment}
		}
		return StructOf(fs...)
	}
	return t
}
