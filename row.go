package sparrow

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Row is one row of a result. A value is nil for NULL, else by SQL type:
//
//	boolean bool; tinyint int8; smallint int16; int int32; bigint int64; float float32; double float64; decimal Decimal; string string;
//	binary []byte; date time.Time at midnight UTC; timestamp time.Time in the session's zone; timestamp_ntz time.Time in UTC;
//	time time.Duration since midnight; intervals Interval; array []any; map Map; struct Row
type Row struct {
	schema types.Schema
	values []any
}

// Decimal is an exact number: Unscaled / 10^Scale.
type Decimal struct {
	unscaled types.Int128
	scale    int
}

// NewDecimal makes unscaled / 10^scale. ok is false for more than 38 digits, or a scale that is not within 0 to 38.
func NewDecimal(unscaled *big.Int, scale int) (d Decimal, ok bool) {
	x, ok := types.Int128FromBig(unscaled)
	if !ok || !types.FitsPrecision(x, types.MaxPrecision) || scale < 0 || scale > types.MaxPrecision {
		return Decimal{}, false
	}
	return Decimal{x, scale}, true
}

// ParseDecimal reads a number such as "-12.50", whose scale is 2.
func ParseDecimal(s string) (Decimal, error) {
	x, _, scale, ok := types.ParseDecimal(s)
	if !ok || scale < 0 || scale > types.MaxPrecision {
		return Decimal{}, sqlerr.New("CAST_INVALID_INPUT", sqlerr.Pos{}, "%q is not a decimal of at most 38 digits.", s)
	}
	return Decimal{x, scale}, nil
}

// Unscaled returns the digits without the point.
func (d Decimal) Unscaled() *big.Int { return d.unscaled.Big() }

// Scale returns the number of digits after the point.
func (d Decimal) Scale() int { return d.scale }

// Float64 returns the nearest float.
func (d Decimal) Float64() float64 { return types.DecimalToFloat64(d.unscaled, d.scale) }

// String returns the digits, all of Scale behind the point.
func (d Decimal) String() string { return types.FormatDecimal(d.unscaled, d.scale) }

// Interval is a span of months, days and microseconds, which do not convert into each other.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Map is a map value in the order of its entries.
type Map struct{ Keys, Values []any }

// Get returns the value of a key.
func (m Map) Get(key any) (any, bool) {
	for i, k := range m.Keys {
		if reflect.DeepEqual(k, key) {
			return m.Values[i], true
		}
	}
	return nil, false
}

// Len returns the number of columns.
func (r Row) Len() int { return len(r.values) }

// At returns the value of column i.
func (r Row) At(i int) any { return r.values[i] }

// Get returns the value of the first column with the name, compared without case, and whether there is one.
func (r Row) Get(name string) (any, bool) {
	if i := r.schema.Index(name); i >= 0 {
		return r.values[i], true
	}
	return nil, false
}

// Values returns all values; the slice must not be changed.
func (r Row) Values() []any { return r.values }

// Columns returns the names of the columns.
func (r Row) Columns() []string {
	names := make([]string, len(r.schema))
	for i, f := range r.schema {
		names[i] = f.Name
	}
	return names
}

// String returns "Row(a=1, b=x)".
func (r Row) String() string {
	var b strings.Builder
	b.WriteString("Row(")
	for i, v := range r.values {
		if i > 0 {
			b.WriteString(", ")
		}
		if v == nil {
			v = "NULL"
		}
		fmt.Fprintf(&b, "%s=%v", r.schema[i].Name, v)
	}
	b.WriteString(")")
	return b.String()
}

// rowOf copies row i of a batch.
func rowOf(s types.Schema, b *columnar.Batch, i int, zone *time.Location) Row {
	r := Row{schema: s, values: make([]any, len(b.Cols))}
	for j, c := range b.Cols {
		r.values[j] = external(c.Value(i), s[j].Type, zone)
	}
	return r
}

// external turns a Go value of package types into one that Row documents.
func external(v any, t types.Type, zone *time.Location) any {
	if v == nil {
		return nil
	}
	switch t.Kind {
	case types.Decimal:
		return Decimal{v.(types.Int128), int(t.Scale)}
	case types.Date:
		return time.Unix(int64(v.(int32))*86400, 0).UTC()
	case types.Timestamp:
		return time.UnixMicro(v.(int64)).In(zone)
	case types.TimestampNTZ:
		return time.UnixMicro(v.(int64)).UTC()
	case types.Time:
		return time.Duration(v.(int64))
	case types.YearMonth:
		return Interval{Months: v.(int32)}
	case types.DayTime:
		return Interval{Micros: v.(int64)}
	case types.CalendarInterval:
		return Interval(v.(types.Interval))
	case types.Array:
		return externals(v.([]any), t.Elem(), zone)
	case types.Map:
		m := v.(types.MapValue)
		return Map{externals(m.Keys, t.Key(), zone), externals(m.Values, t.Elem(), zone)}
	case types.Struct:
		r := Row{schema: t.Fields(), values: make([]any, len(t.Fields()))}
		for i, x := range v.([]any) {
			r.values[i] = external(x, t.Fields()[i].Type, zone)
		}
		return r
	}
	return v
}

func externals(vs []any, t types.Type, zone *time.Location) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = external(v, t, zone)
	}
	return out
}
