package types

// CastNeverNull reports whether a cast without errors (spark.sql.ansi.enabled=false) maps every value that is not null to a value
// that is not null: numbers to wider or wrapping numbers, anything to string.
func CastNeverNull(from, to Type) bool {
	switch {
	case from.Kind == to.Kind && from.Kind != Decimal:
		return true
	case from.Kind == Variant: // the JSON null
		return false
	case to.Kind == String, to.Kind == Variant:
		return true
	case from.Kind == Decimal && to.Kind == Decimal:
		return int(to.Precision)-int(to.Scale) >= int(from.Precision)-int(from.Scale) && to.Scale >= from.Scale
	case from.IsNumeric() && (to.IsInteger() || to.IsFloating()):
		return true
	case from.Kind == Date && (to.Kind == Timestamp || to.Kind == TimestampNTZ), from.IsDatetime() && to.Kind == Date:
		return true
	}
	return false
}

// CastNeverFails reports whether an ANSI cast succeeds for every value: to a type that holds all of them, or to string.
func CastNeverFails(from, to Type) bool {
	switch {
	case from.Kind == Null, to.Kind == Variant:
		return true
	case to.Kind == String:
		return !from.IsNested() || to.Length == 0
	case from.Kind == to.Kind && !from.IsNested() && from.Kind != Decimal:
		return true
	case from.Kind == Decimal && to.Kind == Decimal:
		return int(to.Precision)-int(to.Scale) >= int(from.Precision)-int(from.Scale) && to.Scale >= from.Scale
	case from.IsInteger() && to.IsInteger():
		return to.Kind >= from.Kind
	case from.IsInteger() && to.Kind == Decimal:
		return int(to.Precision)-int(to.Scale) >= [...]int{TinyInt: 3, SmallInt: 5, Int: 10, BigInt: 19}[from.Kind]
	case from.IsNumeric() && to.IsFloating():
		return true
	case from.IsDatetime() && to.Kind == Date: // the other way dates beyond the year 294247 overflow
		return true
	}
	return false
}

// CastMayBeNull reports whether even an ANSI cast gives null for some value that is not null: NaN and infinities have no decimal, text that
// is no calendar interval is null, and so is the JSON null.
func CastMayBeNull(from, to Type) bool {
	return from.IsFloating() && to.Kind == Decimal || from.Kind == String && to.Kind == CalendarInterval || from.Kind == Variant && to.Kind != Variant
}
