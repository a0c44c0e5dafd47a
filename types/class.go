package types

// Class is a set of types that a parameter accepts, with the implicit cast into it. Compare Spark's AbstractDataType.
type Class struct {
	Name string // as error messages print it: "NUMERIC", "STRING"; several alternatives are separated by " or "
	// Accept returns the type to which an argument of type t is cast (t itself if it belongs to the class).
	// literal tells whether the argument is a constant, for which a rule may be more lenient.
	Accept func(t Type, ansi, literal bool) (Type, bool)
}

// The classes of one type. Arguments of other types are cast by Spark's implicit casts: with ANSI rules whatever could be stored into a
// column of the type, and strings into anything atomic.
var (
	ClassBoolean          = Class{"BOOLEAN", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, BooleanType, ansi) }}
	ClassInt              = Class{"INT", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, IntType, ansi) }}
	ClassBigInt           = Class{"BIGINT", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, BigIntType, ansi) }}
	ClassDouble           = Class{"DOUBLE", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, DoubleType, ansi) }}
	ClassBinary           = Class{"BINARY", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, BinaryType, ansi) }}
	ClassDate             = Class{"DATE", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, DateType, ansi) }}
	ClassTimestamp        = Class{"TIMESTAMP", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, TimestampType, ansi) }}
	ClassTimestampNTZ     = Class{"TIMESTAMP_NTZ", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, TimestampNTZType, ansi) }}
	ClassCalendarInterval = Class{"INTERVAL", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, CalendarType, ansi) }}
	ClassVariant          = Class{"VARIANT", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, VariantType, ansi) }}
	// ClassString accepts char and varchar as they are and turns every atomic type into text.
	ClassString = Class{"STRING", func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, StringType, ansi) }}
)

// The classes of several types.
var (
	ClassAny = Class{"ANY", func(t Type, _, _ bool) (Type, bool) { return t, true }}
	// ClassIntegral takes tinyint to bigint and casts nothing but NULL.
	ClassIntegral = Class{"INTEGRAL", func(t Type, _, _ bool) (Type, bool) { return family(t, t.IsInteger(), IntType) }}
	// ClassNumeric turns strings into doubles.
	ClassNumeric = Class{"NUMERIC", func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String {
			return DoubleType, true
		}
		return family(t, t.IsNumeric(), DoubleType)
	}}
	ClassFloating = Class{"FRACTIONAL", func(t Type, _, _ bool) (Type, bool) { return family(t, t.IsFloating(), DoubleType) }}
	// ClassDecimal turns other numbers into the decimal that holds them, strings into decimal(38,18).
	ClassDecimal = Class{"DECIMAL", func(t Type, _, _ bool) (Type, bool) {
		switch {
		case t.IsNumeric():
			return DecimalFor(t), true
		case t.Kind == String:
			return DecimalOf(38, 18), true
		}
		return family(t, false, DecimalOf(38, 18))
	}}
	ClassStringOrBinary = Class{`STRING" or "BINARY`, func(t Type, ansi, lit bool) (Type, bool) { return firstOf(t, ansi, lit, ClassString, ClassBinary) }}
	// ClassDatetime takes date, timestamp and timestamp_ntz and turns strings into timestamps.
	ClassDatetime = Class{`DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ`, func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String {
			return TimestampType, true
		}
		return family(t, t.IsDatetime(), TimestampType)
	}}
	// ClassAnyTimestamp takes both timestamps and turns dates and strings into timestamps.
	ClassAnyTimestamp = Class{`TIMESTAMP" or "TIMESTAMP_NTZ`, func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String || t.Kind == Date {
			return TimestampType, true
		}
		return family(t, t.Kind == Timestamp || t.Kind == TimestampNTZ, TimestampType)
	}}
	ClassTime = Class{"TIME", func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String {
			return TimeType, true
		}
		return family(t, t.Kind == Time, TimeType)
	}}
	ClassYearMonth = Class{"INTERVAL YEAR TO MONTH", func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String {
			return YearMonthType, true
		}
		return family(t, t.Kind == YearMonth, YearMonthType)
	}}
	ClassDayTime = Class{"INTERVAL DAY TO SECOND", func(t Type, _, _ bool) (Type, bool) {
		if t.Kind == String {
			return DayTimeType, true
		}
		return family(t, t.Kind == DayTime, DayTimeType)
	}}
	ClassInterval = Class{"INTERVAL", func(t Type, _, _ bool) (Type, bool) { return family(t, t.IsInterval(), CalendarType) }}
	ClassArray    = Class{"ARRAY", func(t Type, _, _ bool) (Type, bool) { return family(t, t.Kind == Array, ArrayOf(NullType, true)) }}
	ClassMap      = Class{"MAP", func(t Type, _, _ bool) (Type, bool) {
		return family(t, t.Kind == Map, MapOf(NullType, NullType, true))
	}}
	ClassStruct = Class{"STRUCT", func(t Type, _, _ bool) (Type, bool) { return family(t, t.Kind == Struct, StructOf()) }}
	// ClassOrderable takes what can be compared with <.
	ClassOrderable = Class{"ORDERABLE", func(t Type, _, _ bool) (Type, bool) { return t, t.IsOrderable() }}
)

// ClassExactly accepts one type and what is implicitly cast to it.
func ClassExactly(want Type) Class {
	return Class{want.SQL(), func(t Type, ansi, _ bool) (Type, bool) { return implicitTo(t, want, ansi) }}
}

// ClassArrayOf accepts arrays whose elements the class accepts.
func ClassArrayOf(elem Class) Class {
	return Class{"ARRAY<" + elem.Name + ">", func(t Type, ansi, _ bool) (Type, bool) {
		switch t.Kind {
		case Null:
			e, _ := elem.Accept(NullType, ansi, true)
			return ArrayOf(e, true), true
		case Array:
			return castElem(t, elem, ansi)
		}
		return t, false
	}}
}

// ClassMapOf accepts maps whose keys and values the classes accept.
func ClassMapOf(key, value Class) Class {
	return Class{"MAP<" + key.Name + ", " + value.Name + ">", func(t Type, ansi, _ bool) (Type, bool) {
		if t.Kind != Map && t.Kind != Null {
			return t, false
		}
		k, v, n := NullType, NullType, true
		if t.Kind == Map {
			k, v, n = t.Key(), t.Elem(), t.ContainsNull()
		}
		kt, ok1 := key.Accept(k, ansi, false)
		vt, ok2 := value.Accept(v, ansi, false)
		if ok1 && ok2 && t.Kind == Map && kt.Equal(k) && vt.Equal(v) {
			return t, true
		}
		return MapOf(kt, vt, n), ok1 && ok2
	}}
}

// ClassOneOf accepts what one of the classes holds, else casts to the first that allows it.
func ClassOneOf(classes ...Class) Class {
	name := ""
	for i, c := range classes {
		if i > 0 {
			name += `" or "`
		}
		name += c.Name
	}
	return Class{name, func(t Type, ansi, lit bool) (Type, bool) { return firstOf(t, ansi, lit, classes...) }}
}

func firstOf(t Type, ansi, lit bool, classes ...Class) (Type, bool) {
	for _, c := range classes {
		if u, ok := c.Accept(t, ansi, lit); ok && u.Equal(t) {
			return t, true
		}
	}
	for _, c := range classes {
		if u, ok := c.Accept(t, ansi, lit); ok {
			return u, true
		}
	}
	return t, false
}

// family accepts members as they are and NULL as the family's default type.
func family(t Type, member bool, def Type) (Type, bool) {
	if t.Kind == Null {
		return def, true
	}
	return t, member
}

func castElem(t Type, elem Class, ansi bool) (Type, bool) {
	e, ok := elem.Accept(t.Elem(), ansi, false)
	if !ok || e.Equal(t.Elem()) {
		return t, ok
	}
	return ArrayOf(e, t.ContainsNull() || !CastNeverNull(t.Elem(), e) && !ansi), true
}

// implicitTo is the implicit cast of an argument to a parameter of one type.
func implicitTo(from, to Type, ansi bool) (Type, bool) {
	switch {
	case from.Equal(to), from.Kind == String && to.Kind == String && to.Length == 0:
		return from, true
	case from.Kind == Null:
		return to, true
	case from.SameShape(to):
		return to, true
	case from.Kind == String:
		return to, to.isAtomic() && (ansi || to.Kind != Boolean)
	case ansi:
		return to, CanStoreAssign(from, to)
	}
	return to, legacyImplicit(from, to)
}

// legacyImplicit is Spark's implicit cast without ANSI, beyond casts of strings.
func legacyImplicit(from, to Type) bool {
	switch {
	case to.Kind == String:
		return from.isAtomic()
	case from.IsNumeric() && to.IsNumeric(), from.IsDatetime() && to.IsDatetime():
		return true
	case from.Kind == Array && to.Kind == Array:
		_, ok := implicitTo(from.Elem(), to.Elem(), false)
		return ok && (to.ContainsNull() || !from.ContainsNull())
	case from.Kind == Map && to.Kind == Map:
		_, ok1 := implicitTo(from.Key(), to.Key(), false)
		_, ok2 := implicitTo(from.Elem(), to.Elem(), false)
		return ok1 && ok2 && (to.ContainsNull() || !from.ContainsNull())
	}
	return false
}

// isAtomic reports types that are neither void nor nested, nor calendar intervals nor variants.
func (t Type) isAtomic() bool { return t.Kind > Null && t.Kind < CalendarInterval }

// IsOrderable reports whether values can be compared with <: all but maps, variants and calendar intervals, also inside.
func (t Type) IsOrderable() bool {
	switch t.Kind {
	case Map, Variant, CalendarInterval:
		return false
	case Array:
		return t.Elem().IsOrderable()
	case Struct:
		for _, f := range t.Fields() {
			if !f.Type.IsOrderable() {
				return false
			}
		}
	}
	return true
}

// IsComparable reports whether values can be compared with = and be keys of joins and groups: all but maps and variants, also inside.
func (t Type) IsComparable() bool {
	switch t.Kind {
	case Map, Variant:
		return false
	case Array:
		return t.Elem().IsComparable()
	case Struct:
		for _, f := range t.Fields() {
			if !f.Type.IsComparable() {
				return false
			}
		}
	}
	return true
}
