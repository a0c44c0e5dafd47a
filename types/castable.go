package types

// CanCast reports whether CAST(x AS to) is defined for x of type from, with the ANSI rules or without.
func CanCast(from, to Type, ansi bool) bool {
	switch {
	case from.Kind == Null, from.Equal(to):
		return true
	case from.Kind == Variant || to.Kind == Variant:
		return canCastVariant(from, to)
	case from.IsNested() || to.IsNested():
		return canCastNested(from, to, ansi)
	case to.Kind == String:
		return true
	}
	return canCastAtomic(from, to, ansi)
}

func canCastAtomic(from, to Type, ansi bool) bool {
	switch to.Kind {
	case Binary:
		return from.Kind == String || from.Kind == Binary || !ansi && from.IsInteger()
	case Boolean:
		return from.Kind == String || from.Kind == Boolean || from.IsNumeric() || !ansi && from.IsDatetime() && from.Kind != TimestampNTZ
	case TinyInt, SmallInt, Int, BigInt, Decimal:
		return toNumber(from, ansi) || from.Kind == YearMonth || from.Kind == DayTime || from.Kind == Time
	case Float, Double:
		return toNumber(from, ansi)
	case Date:
		return from.IsDatetime() || from.Kind == String
	case Timestamp:
		return from.IsDatetime() || from.Kind == String || from.IsNumeric() || !ansi && from.Kind == Boolean
	case TimestampNTZ:
		return from.IsDatetime() || from.Kind == String
	case Time:
		return from.Kind == String || from.Kind == Time || from.Kind == TimestampNTZ || from.Kind == Timestamp
	case YearMonth, DayTime:
		return from.Kind == to.Kind || from.Kind == String || from.IsInteger() || from.Kind == Decimal
	case CalendarInterval:
		return from.Kind == String
	}
	return false
}

// toNumber reports what every number type can be cast from.
func toNumber(from Type, ansi bool) bool {
	return from.Kind == Boolean || from.IsNumeric() || from.Kind == String || from.Kind == Timestamp || from.Kind == Date && !ansi
}

// isOneField reports ANSI intervals of a single field, which convert from and to numbers.
func isOneField(t Type) bool { return (t.Kind == YearMonth || t.Kind == DayTime) && t.From == t.To }

// canCastVariant reports which values are variants and what variants are cast to. Structs and maps become variants by to_variant_object only, since
// the order of fields and entries is lost.
func canCastVariant(from, to Type) bool {
	if to.Kind == Variant {
		return from.Kind == Array && CanCast(from.Elem(), to, true) || from.isAtomic() && from.Kind < Time
	}
	switch to.Kind {
	case Array:
		return CanCast(from, to.Elem(), true)
	case Map:
		return to.Key().Kind == String && CanCast(from, to.Elem(), true)
	case Struct:
		for _, f := range to.Fields() {
			if !CanCast(from, f.Type, true) {
				return false
			}
		}
		return true
	}
	return to.isAtomic() && to.Kind < Time
}

func canCastNested(from, to Type, ansi bool) bool {
	if to.Kind == String {
		return true
	}
	if from.Kind != to.Kind {
		return false
	}
	nullable := func(f, t Type, had, may bool) bool {
		return may || !had && (ansi || !castNulls(f, t))
	}
	switch from.Kind {
	case Array:
		return CanCast(from.Elem(), to.Elem(), ansi) && nullable(from.Elem(), to.Elem(), from.ContainsNull(), to.ContainsNull())
	case Map:
		return CanCast(from.Key(), to.Key(), ansi) && (ansi || !castNulls(from.Key(), to.Key())) && CanCast(from.Elem(), to.Elem(), ansi) &&
			nullable(from.Elem(), to.Elem(), from.ContainsNull(), to.ContainsNull())
	}
	fa, fb := from.Fields(), to.Fields()
	if len(fa) != len(fb) {
		return false
	}
	for i, f := range fa {
		if !CanCast(f.Type, fb[i].Type, ansi) || !nullable(f.Type, fb[i].Type, f.Nullable, fb[i].Nullable) {
			return false
		}
	}
	return true
}

// CanStoreAssign reports whether a value may be stored into a column of a type under spark.sql.storeAssignmentPolicy=ANSI. The same
// rule decides the implicit casts of arguments in ANSI mode.
func CanStoreAssign(from, to Type) bool {
	switch {
	case from.Equal(to), from.Kind == Null:
		return true
	case from.IsNumeric() && to.IsNumeric(), from.IsDatetime() && to.IsDatetime():
		return true
	case to.Kind == String:
		return from.isAtomic() || from.Kind == CalendarInterval || from.Kind == Variant
	case from.Kind == to.Kind && (from.IsInterval() || from.Kind == Time):
		return true
	case isOneField(from) && to.IsInteger(), from.IsInteger() && isOneField(to):
		return false
	case from.Kind == Array && to.Kind == Array:
		return CanStoreAssign(from.Elem(), to.Elem()) && (to.ContainsNull() || !from.ContainsNull())
	case from.Kind == Map && to.Kind == Map:
		return CanStoreAssign(from.Key(), to.Key()) && CanStoreAssign(from.Elem(), to.Elem()) && (to.ContainsNull() || !from.ContainsNull())
	case from.Kind == Struct && to.Kind == Struct:
		fa, fb := from.Fields(), to.Fields()
		if len(fa) != len(fb) {
			return false
		}
		for i, f := range fa {
			if !CanStoreAssign(f.Type, fb[i].Type) || f.Nullable && !fb[i].Nullable {
				return false
			}
		}
		return true
	}
	return false
}
