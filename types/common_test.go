package types

import "testing"

func TestCommon(t *testing.T) {
	d := DecimalOf
	arr := func(e Type) Type { return ArrayOf(e, false) }
	for _, tt := range []struct {
		a, b         Type
		ansi, legacy string // "" for none
	}{
		{IntType, BigIntType, "bigint", "bigint"},
		{IntType, FloatType, "double", "float"},
		{FloatType, DoubleType, "double", "double"},
		{NullType, DateType, "date", "date"},
		{IntType, d(5, 2), "decimal(12,2)", "decimal(12,2)"},
		{BigIntType, d(38, 10), "decimal(38,10)", "decimal(38,10)"},
		{BigIntType, d(20, 18), "decimal(38,18)", "decimal(38,18)"},
		{d(38, 0), d(38, 38), "decimal(38,0)", "decimal(38,0)"},
		{d(10, 2), d(12, 5), "decimal(13,5)", "decimal(13,5)"},
		{d(10, 2), DoubleType, "double", "double"},
		{StringType, IntType, "bigint", "string"},
		{StringType, d(3, 1), "double", "string"},
		{StringType, DateType, "date", "string"},
		{StringType, BooleanType, "boolean", ""},
		{StringType, BinaryType, "binary", ""},
		{StringType, DayTimeType, "", "string"},
		{StringType, VarcharOf(3), "string", "string"},
		{DateType, TimestampType, "timestamp", "timestamp"},
		{DateType, TimestampNTZType, "timestamp_ntz", "timestamp_ntz"},
		{BooleanType, IntType, "", ""},
		{DateType, IntType, "", ""},
		{DayTimeOf(Day, Hour), DayTimeOf(Minute, Second), "interval day to second", "interval day to second"},
		{YearMonthType, DayTimeType, "", ""},
		{arr(IntType), arr(BigIntType), "array<bigint>", "array<bigint>"},
		{arr(IntType), arr(StringType), "array<bigint>", "array<string>"},
		{arr(IntType), arr(DateType), "", ""},
		{StructOf(Field{Name: "a", Type: IntType}), StructOf(Field{Name: "a", Type: BigIntType}), "struct<a:bigint>", "struct<a:bigint>"},
		{StructOf(Field{Name: "a", Type: IntType}), StructOf(Field{Name: "b", Type: IntType}), "", ""},
	} {
		for _, ansi := range []bool{true, false} {
			want := tt.legacy
			if ansi {
				want = tt.ansi
			}
			for _, pair := range [][2]Type{{tt.a, tt.b}, {tt.b, tt.a}} {
				got := ""
				if c, ok := Wider(pair[0], pair[1], ansi); ok {
					got = c.String()
				}
				if got != want {
					t.Errorf("common type of %s and %s (ansi %v) is %q, want %q", pair[0], pair[1], ansi, got, want)
				}
			}
		}
	}
	if c, ok := Wider(StructOf(Field{Name: "A", Type: IntType}), StructOf(Field{Name: "a", Type: IntType}), true); !ok || c.String() != "struct<A:int>" {
		t.Errorf("field names are compared without case: %s %v", c, ok)
	}
	if c, ok := Common(IntType, StringType, DateType); ok {
		t.Errorf("int, string and date have the common type %s", c)
	}
	if c, ok := Common(); !ok || c.Kind != Null {
		t.Errorf("no types have the common type %s", c)
	}
}

func TestDecimalResults(t *testing.T) {
	for _, tt := range []struct {
		f    func(a, b Type, loss bool) Type
		a, b Type
		loss bool
		want Type
	}{
		{DecimalAdd, DecimalOf(10, 2), DecimalOf(5, 3), true, DecimalOf(12, 3)},
		{DecimalAdd, DecimalOf(38, 18), DecimalOf(38, 18), true, DecimalOf(38, 17)},
		{DecimalAdd, DecimalOf(38, 18), DecimalOf(38, 18), false, DecimalOf(38, 18)},
		{DecimalMul, DecimalOf(15, 2), DecimalOf(16, 2), true, DecimalOf(32, 4)},
		{DecimalMul, DecimalOf(32, 4), DecimalOf(16, 2), true, DecimalOf(38, 6)},
		{DecimalMul, DecimalOf(38, 18), DecimalOf(38, 18), true, DecimalOf(38, 6)},
		{DecimalMul, DecimalOf(38, 18), DecimalOf(38, 18), false, DecimalOf(38, 36)},
		{DecimalDiv, DecimalOf(3, 1), DecimalOf(3, 1), true, DecimalOf(9, 6)},
		{DecimalDiv, DecimalOf(38, 18), DecimalOf(38, 18), true, DecimalOf(38, 6)},
		{DecimalDiv, DecimalOf(38, 18), DecimalOf(38, 18), false, DecimalOf(38, 18)},
		{DecimalMod, DecimalOf(10, 2), DecimalOf(5, 1), true, DecimalOf(6, 2)},
	} {
		if got := tt.f(tt.a, tt.b, tt.loss); !got.Equal(tt.want) {
			t.Errorf("%s and %s (loss %v) give %s, want %s", tt.a, tt.b, tt.loss, got, tt.want)
		}
	}
}

func TestClasses(t *testing.T) {
	for _, tt := range []struct {
		class        Class
		t            Type
		ansi, legacy string
	}{
		{ClassInt, BigIntType, "int", "int"},
		{ClassInt, StringType, "int", "int"},
		{ClassInt, BooleanType, "", ""},
		{ClassDouble, DecimalOf(3, 1), "double", "double"},
		{ClassString, IntType, "string", "string"},
		{ClassString, VarcharOf(3), "varchar(3)", "varchar(3)"},
		{ClassString, ArrayOf(IntType, true), "", ""},
		{ClassDate, TimestampType, "date", "date"},
		{ClassDate, IntType, "", ""},
		{ClassTimestamp, StringType, "timestamp", "timestamp"},
		{ClassNumeric, StringType, "double", "double"},
		{ClassNumeric, DateType, "", ""},
		{ClassIntegral, StringType, "", ""},
		{ClassDecimal, IntType, "decimal(10,0)", "decimal(10,0)"},
		{ClassBoolean, StringType, "boolean", ""},
		{ClassStringOrBinary, BinaryType, "binary", "binary"},
		{ClassStringOrBinary, IntType, "string", "string"},
		{ClassArray, NullType, "array<void>", "array<void>"},
		{ClassArrayOf(ClassDouble), ArrayOf(IntType, false), "array<double>", "array<double>"},
		{ClassArrayOf(ClassDouble), IntType, "", ""},
		{ClassMapOf(ClassString, ClassAny), MapOf(IntType, DateType, false), "map<string,date>", "map<string,date>"},
		{ClassOneOf(ClassIntegral, ClassString), DateType, "string", "string"},
		{ClassOrderable, MapOf(IntType, IntType, false), "", ""},
		{ClassOrderable, StructOf(Field{Name: "a", Type: IntType}), "struct<a:int>", "struct<a:int>"},
	} {
		for _, ansi := range []bool{true, false} {
			want := tt.legacy
			if ansi {
				want = tt.ansi
			}
			got := ""
			if u, ok := tt.class.Accept(tt.t, ansi, false); ok {
				got = u.String()
			}
			if got != want {
				t.Errorf("%s takes %s (ansi %v) as %q, want %q", tt.class.Name, tt.t, ansi, got, want)
			}
		}
	}
}

func TestCanCast(t *testing.T) {
	for _, tt := range []struct {
		from, to     Type
		ansi, legacy bool
	}{
		{StringType, IntType, true, true},
		{IntType, BinaryType, false, true},
		{BooleanType, TimestampType, false, true},
		{DateType, IntType, false, true},
		{TimestampType, BigIntType, true, true},
		{IntType, DateType, false, false},
		{ArrayOf(IntType, false), ArrayOf(StringType, false), true, true},
		{ArrayOf(StringType, false), ArrayOf(IntType, true), true, true},
		{ArrayOf(IntType, true), ArrayOf(IntType, false), false, false},
		{ArrayOf(IntType, true), StringType, true, true},
		{IntType, YearMonthOf(Month, Month), true, true},
		{IntType, YearMonthType, true, true},
		{StructOf(Field{Name: "a", Type: IntType}), IntType, false, false},
		{MapOf(IntType, IntType, false), MapOf(StringType, StringType, true), true, true},
		{VariantType, IntType, true, true},
	} {
		if got := CanCast(tt.from, tt.to, true); got != tt.ansi {
			t.Errorf("ANSI cast of %s to %s: %v", tt.from, tt.to, got)
		}
		if got := CanCast(tt.from, tt.to, false); got != tt.legacy {
			t.Errorf("legacy cast of %s to %s: %v", tt.from, tt.to, got)
		}
	}
	if CanStoreAssign(StringType, IntType) || !CanStoreAssign(BigIntType, TinyIntType) || !CanStoreAssign(IntType, StringType) || CanStoreAssign(DateType, IntType) {
		t.Error("store assignment is wrong")
	}
}
