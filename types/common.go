package types

import "strings"

// Common returns Spark's least common type of several types under the ANSI rules, to which CASE, COALESCE, IN, UNION and comparisons cast
// their operands; false if there is none. No types have the common type void.
func Common(ts ...Type) (Type, bool) { return CommonIn(true, ts...) }

// CommonIn is Common with a choice between the ANSI and the legacy rules. Strings go first, because the rules for them are not
// associative.
func CommonIn(ansi bool, ts ...Type) (Type, bool) {
	out := NullType
	for _, strs := range []bool{true, false} {
		for _, t := range ts {
			if (t.Kind == String) != strs {
				continue
			}
			var ok bool
			if out, ok = Wider(out, t, ansi); !ok {
				return out, false
			}
		}
	}
	return out, true
}

// Wider returns the least common type of two types: the tightest one, else with loss of decimal scale, else by the rules for strings.
// ANSI turns the string into the other type (integers become bigint, other numbers double), legacy the other one into a string.
func Wider(a, b Type, ansi bool) (Type, bool) { return rules{ansi, true}.common(a, b) }

// Tightest returns the least common type that loses nothing and involves no strings.
func Tightest(a, b Type, ansi bool) (Type, bool) { return rules{ansi, false}.common(a, b) }

// WiderForComparison returns the type in which two values are compared. It is Wider but for legacy mode, where a string becomes the other type.
func WiderForComparison(a, b Type, ansi bool) (Type, bool) {
	if t, ok := Tightest(a, b, ansi); ok || ansi {
		if ok {
			return t, true
		}
		return Wider(a, b, ansi)
	}
	if a.Kind == String {
		a, b = b, a
	}
	if b.Kind == String && a.isAtomic() && a.Kind != String {
		return a, true
	}
	return Wider(a, b, ansi)
}

// rules are a variant of the least common type.
type rules struct{ ansi, wide bool }

func (r rules) common(a, b Type) (Type, bool) {
	if t, ok := r.simple(a, b); ok {
		return t, true
	}
	return r.nested(a, b)
}

func (r rules) simple(a, b Type) (Type, bool) {
	switch {
	case a.Kind == Null:
		return b, true
	case b.Kind == Null, a.Equal(b):
		return a, true
	case a.Kind == String && b.Kind == String:
		return StringType, true
	case a.IsNumeric() && b.IsNumeric():
		return r.numbers(a, b)
	case a.IsDatetime() && b.IsDatetime():
		return widerDatetime(a, b), true
	case a.Kind == b.Kind && (a.Kind == DayTime || a.Kind == YearMonth):
		return Type{Kind: a.Kind, From: min(a.From, b.From), To: max(a.To, b.To)}, true
	case a.Kind == Time && b.Kind == Time:
		return Type{Kind: Time, Precision: max(a.Precision, b.Precision)}, true
	case r.wide && b.Kind == String:
		return r.promote(a)
	case r.wide && a.Kind == String:
		return r.promote(b)
	}
	return a, false
}

// promote is the common type of a string and t.
func (r rules) promote(t Type) (Type, bool) {
	switch {
	case !t.isAtomic():
		return t, false
	case !r.ansi:
		return StringType, t.Kind != Binary && t.Kind != Boolean
	case t.IsInteger():
		return BigIntType, true
	case t.IsNumeric():
		return DoubleType, true
	}
	return t, !t.IsInterval()
}

func (r rules) numbers(a, b Type) (Type, bool) {
	if a.Kind != Decimal && b.Kind != Decimal {
		hi, lo := a, b
		if hi.Kind < lo.Kind {
			hi, lo = lo, hi
		}
		if hi.Kind == Float && lo.IsInteger() && r.ansi {
			return DoubleType, true
		}
		return hi, true
	}
	if a.Kind != Decimal {
		a, b = b, a
	}
	if b.IsInteger() {
		if d := DecimalFor(b); integral(a) >= integral(d) {
			return a, true
		}
	}
	switch {
	case !r.wide:
		return a, false
	case b.IsFloating():
		return DoubleType, true
	}
	return WiderDecimal(a, DecimalFor(b)), true
}

// widerDatetime is timestamp if one is, else timestamp_ntz.
func widerDatetime(a, b Type) Type {
	if a.Kind == Timestamp || b.Kind == Timestamp {
		return TimestampType
	}
	if a.Kind == TimestampNTZ || b.Kind == TimestampNTZ {
		return TimestampNTZType
	}
	return DateType
}

func (r rules) nested(a, b Type) (Type, bool) {
	if a.Kind != b.Kind {
		return a, false
	}
	switch a.Kind {
	case Array:
		e, ok := r.common(a.Elem(), b.Elem())
		return ArrayOf(e, a.ContainsNull() || b.ContainsNull() || castNulls(a.Elem(), e) || castNulls(b.Elem(), e)), ok
	case Map:
		k, ok1 := r.common(a.Key(), b.Key())
		v, ok2 := r.common(a.Elem(), b.Elem())
		if castNulls(a.Key(), k) || castNulls(b.Key(), k) { // a key must not become null
			ok1 = false
		}
		return MapOf(k, v, a.ContainsNull() || b.ContainsNull() || castNulls(a.Elem(), v) || castNulls(b.Elem(), v)), ok1 && ok2
	case Struct:
		return r.structs(a, b)
	}
	return a, false
}

func (r rules) structs(a, b Type) (Type, bool) {
	fa, fb := a.Fields(), b.Fields()
	if len(fa) != len(fb) {
		return a, false
	}
	out := make([]Field, len(fa))
	for i, f := range fa {
		if !strings.EqualFold(f.Name, fb[i].Name) {
			return a, false
		}
		t, ok := r.common(f.Type, fb[i].Type)
		if !ok {
			return a, false
		}
		out[i] = Field{Name: f.Name, Type: t, Comment: f.Comment,
			Nullable: f.Nullable || fb[i].Nullable || castNulls(f.Type, t) || castNulls(fb[i].Type, t)}
	}
	return StructOf(out...), true
}

// castNulls is Spark's forceNullable: whether a cast may turn a value into null.
func castNulls(from, to Type) bool {
	switch {
	case from.Kind == Null: // of an empty array or map: nulls themselves are nullable already
		return false
	case from.Equal(to), to.Kind == String:
		return false
	case from.Kind == String:
		return to.Kind != Binary
	case to.Kind == Decimal:
		return from.IsFloating() || !CastNeverFails(from, to)
	case from.IsFloating() && to.IsInteger():
		return true
	}
	return false
}
