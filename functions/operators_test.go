package functions

import (
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func col(t types.Type) expr.Expr { return &expr.Column{ID: 1, Name: "c", T: t, Null: true} }

func lit(t types.Type, v any) expr.Expr { return &expr.Literal{T: t, Value: v} }

// run evaluates a bound call over columns of values (one slice a column), computing every row, as the evaluator does without its
// shortcuts. Casts among the arguments are not evaluated: tests bind with exact types.
func run(t *testing.T, e expr.Expr, env *expr.Env, cols ...*columnar.Vector) (*columnar.Vector, *expr.KernelCall) {
	t.Helper()
	c, ok := e.(*expr.Call)
	if !ok {
		t.Fatalf("bound to %T", e)
	}
	kern, err := c.Func.New(expr.SpecOf(c, env))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range cols {
		n = max(n, v.Len)
	}
	out := columnar.New(c.T, n)
	rows := columnar.AllRows(n)
	if c.Func.NullRule == expr.NullIfAny {
		for _, v := range cols {
			if !v.MayHaveNulls() {
				continue
			}
			var sel []int32
			for i := range n {
				if v.IsNull(i) {
					out.SetNull(i)
				}
			}
			_ = sel
		}
		if c.Func.Fallible && out.Valid != nil {
			rows.Sel = []int32{}
			for i := range n {
				if !out.IsNull(i) {
					rows.Sel = append(rows.Sel, int32(i))
				}
			}
		}
	}
	k := &expr.KernelCall{Args: cols, Rows: rows, Out: out, First: -1}
	kern(k)
	return k.Out, k
}

func vec(t types.Type, vals ...any) *columnar.Vector {
	v := columnar.New(t, len(vals))
	for i, x := range vals {
		if x == nil {
			v.SetNull(i)
		} else {
			v.SetValue(i, x)
		}
	}
	return v
}

func dec(v int64) types.Int128 { return types.Int128Of(v) }

func bind(t *testing.T, name string, args ...expr.Expr) expr.Expr {
	t.Helper()
	e, err := Call(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestIntArithmetic(t *testing.T) {
	const top = int32(1<<31 - 1)
	for _, tt := range []struct {
		op   string
		a, b []any
		want []any // nil: null; "!" an error
	}{
		{"+", []any{int32(1), nil, int32(-5)}, []any{int32(2), int32(3), int32(5)}, []any{int32(3), nil, int32(0)}},
		{"+", []any{top, int32(1)}, []any{int32(1), int32(1)}, []any{"!", int32(2)}},
		{"-", []any{-top - 1, int32(7)}, []any{int32(1), int32(9)}, []any{"!", int32(-2)}},
		{"*", []any{int32(1 << 20), int32(-3)}, []any{int32(1 << 20), int32(9)}, []any{"!", int32(-27)}},
		{"%", []any{int32(7), int32(-7), int32(7)}, []any{int32(3), int32(3), int32(0)}, []any{int32(1), int32(-1), "!"}},
	} {
		e := bind(t, tt.op, col(types.IntType), col(types.IntType))
		out, k := run(t, e, nil, vec(types.IntType, tt.a...), vec(types.IntType, tt.b...))
		for i, w := range tt.want {
			failed := k.Failed() != nil && k.Failed()[0]>>i&1 == 1
			if failed != (w == "!") {
				t.Errorf("%v %s %v: failed is %v", tt.a[i], tt.op, tt.b[i], failed)
			}
			if got := out.Value(i); w != "!" && got != w {
				t.Errorf("%v %s %v = %v, want %v", tt.a[i], tt.op, tt.b[i], got, w)
			}
		}
		if k.Failed() != nil && k.Err == nil {
			t.Errorf("%s failed without an error", tt.op)
		}
	}
}

func TestBigIntOverflow(t *testing.T) {
	const top, bottom = int64(1<<63 - 1), int64(-1 << 63)
	cases := []struct {
		op   string
		a, b int64
		ok   bool
		want int64
	}{
		{"+", top, 1, false, 0}, {"+", bottom, -1, false, 0}, {"+", top, bottom, true, -1},
		{"-", bottom, 1, false, 0}, {"-", 0, bottom, false, 0}, {"-", top, top, true, 0},
		{"*", 1 << 32, 1 << 31, false, 0}, {"*", 1 << 31, 1 << 31, true, 1 << 62}, {"*", bottom, -1, false, 0}, {"*", -1 << 32, 1 << 31, true, bottom},
		{"div", bottom, -1, false, 0}, {"div", bottom, 1, true, bottom}, {"%", bottom, -1, true, 0},
	}
	for _, tt := range cases {
		for _, form := range []string{"vv", "vc", "cv", "cc"} {
			a, b := vec(types.BigIntType, tt.a, tt.a), vec(types.BigIntType, tt.b, tt.b)
			if form[0] == 'c' {
				a = columnar.NewConstant(types.BigIntType, tt.a, 2)
			}
			if form[1] == 'c' {
				b = columnar.NewConstant(types.BigIntType, tt.b, 2)
			}
			out, k := run(t, bind(t, tt.op, col(types.BigIntType), col(types.BigIntType)), nil, a, b)
			if (k.Failed() == nil) != tt.ok || tt.ok && out.Value(1) != tt.want {
				t.Errorf("%s %d %s %d: %v, failed %v", form, tt.a, tt.op, tt.b, out.Value(1), k.Failed())
			}
		}
	}
}

func TestBoundsMakeUncheckedAndPropagate(t *testing.T) {
	a, b := vec(types.IntType, int32(5), int32(9)), vec(types.IntType, int32(2), int32(3))
	a.HasBounds, a.Lo, a.Hi = true, 0, 10
	b.HasBounds, b.Lo, b.Hi = true, 2, 3
	for op, want := range map[string][2]int64{"+": {2, 13}, "-": {-3, 8}, "*": {0, 30}} {
		out, _ := run(t, bind(t, op, col(types.IntType), col(types.IntType)), nil, a, b)
		if !out.HasBounds || out.Lo != want[0] || out.Hi != want[1] {
			t.Errorf("%s: bounds %v %d %d, want %v", op, out.HasBounds, out.Lo, out.Hi, want)
		}
	}
}

func TestDecimalArithmetic(t *testing.T) {
	d := types.DecimalOf
	big38, _, _, _ := types.ParseDecimal("99999999999999999999999999999999999999")
	wide21, _, _, _ := types.ParseDecimal("123456789012345678900")
	for _, tt := range []struct {
		op     string
		ta, tb types.Type
		a, b   types.Int128
		result types.Type
		want   string // "!": an error
	}{
		{"+", d(15, 2), d(15, 2), dec(100), dec(250), d(16, 2), "3.50"},
		{"+", d(10, 0), d(5, 3), dec(1), dec(250), d(14, 3), "1.250"},
		{"-", d(10, 0), d(5, 3), dec(1), dec(250), d(14, 3), "0.750"},
		{"*", d(15, 2), d(16, 2), dec(150), dec(-250), d(32, 4), "-3.7500"},
		{"*", d(32, 4), d(16, 2), dec(37500), dec(104), d(38, 6), "3.900000"},
		{"/", d(3, 1), d(3, 1), dec(100), dec(30), d(9, 6), "3.333333"},
		{"/", d(15, 2), d(15, 2), dec(200), dec(300), d(33, 18), "0.666666666666666667"},
		{"/", d(3, 1), d(3, 1), dec(100), dec(0), d(9, 6), "!"},
		{"%", d(10, 2), d(5, 1), dec(1000), dec(30), d(6, 2), "1.00"},
		{"%", d(10, 2), d(5, 1), dec(-1000), dec(30), d(6, 2), "-1.00"},
		{"div", d(10, 2), d(5, 1), dec(1000), dec(30), types.BigIntType, "3"},
		{"+", d(38, 0), d(38, 0), big38, dec(1), d(38, 0), "!"},
		{"-", d(38, 0), d(38, 0), big38, dec(1), d(38, 0), "99999999999999999999999999999999999998"},
		{"*", d(38, 0), d(38, 0), big38, dec(2), d(38, 0), "!"},
		{"*", d(21, 1), d(21, 1), wide21, wide21, d(38, 2), "!"},
		{"*", d(21, 1), d(21, 1), wide21, dec(1), d(38, 2), "1234567890123456789.00"},
		{"*", d(21, 1), d(21, 1), wide21, wide21.Neg(), d(38, 2), "!"},
		{"*", d(38, 18), d(38, 18), dec(1_500_000_000_000_000_000), dec(2_000_000_000_000_000_000), d(38, 6), "3.000000"},
	} {
		e := bind(t, tt.op, col(tt.ta), col(tt.tb))
		if !e.Type().Equal(tt.result) {
			t.Errorf("%s %s %s is %s, want %s", tt.ta, tt.op, tt.tb, e.Type(), tt.result)
			continue
		}
		out, k := run(t, e, nil, vec(tt.ta, tt.a, nil), vec(tt.tb, tt.b, tt.b))
		got := "!"
		if k.Failed() == nil {
			switch v := out.Value(0).(type) {
			case types.Int128:
				got = types.FormatDecimal(v, int(tt.result.Scale))
			case int64:
				got = types.FormatDecimal(dec(v), 0)
			}
		}
		if got != tt.want {
			t.Errorf("%s %s %s = %s, want %s", types.FormatDecimal(tt.a, int(tt.ta.Scale)), tt.op, types.FormatDecimal(tt.b, int(tt.tb.Scale)), got, tt.want)
		}
		if out.Value(1) != nil {
			t.Errorf("%s of null is %v", tt.op, out.Value(1))
		}
	}
}

// TestDecimalNarrow checks that the int64, checked and 128-bit paths agree.
func TestDecimalPathsAgree(t *testing.T) {
	ta, tb := types.DecimalOf(15, 2), types.DecimalOf(16, 2)
	vals := []int64{0, 1, -1, 999_999_999_999_999, -999_999_999_999_999, 12345}
	for _, op := range []string{"+", "-", "*"} {
		e := bind(t, op, col(ta), col(tb))
		for _, x := range vals {
			for _, y := range vals {
				narrow, _ := run(t, e, nil, vec(ta, dec(x)), vec(tb, dec(y)))
				wa, wb := columnar.NewWidth(ta, columnar.W128, 1), columnar.NewWidth(tb, columnar.W128, 1)
				wa.SetValue(0, dec(x))
				wb.SetValue(0, dec(y))
				wide, _ := run(t, e, nil, wa, wb)
				if narrow.Value(0) != wide.Value(0) {
					t.Errorf("%d %s %d: %v and %v", x, op, y, narrow.Value(0), wide.Value(0))
				}
			}
		}
	}
}

func TestLegacyAndTryModes(t *testing.T) {
	legacy := &expr.Env{}
	e, err := Bind(Lookup("+"), []expr.Expr{col(types.IntType), col(types.IntType)}, BindOptions{Env: legacy})
	if err != nil {
		t.Fatal(err)
	}
	out, k := run(t, e, legacy, vec(types.IntType, int32(1<<31-1)), vec(types.IntType, int32(1)))
	if k.Failed() != nil || out.Value(0) != int32(-1<<31) {
		t.Errorf("legacy overflow gives %v", out.Value(0))
	}
	try := bind(t, "try_add", col(types.IntType), col(types.IntType)).(*expr.Call)
	if try.Mode != expr.Try || !try.Null || try.Func.Name != "+" {
		t.Errorf("try_add is %s in mode %v", try.Func.Name, try.Mode)
	}
	out, _ = run(t, try, nil, vec(types.IntType, int32(1<<31-1)), vec(types.IntType, int32(1)))
	if out.Value(0) != nil {
		t.Errorf("try_add overflow gives %v", out.Value(0))
	}
}

func TestTotalForms(t *testing.T) {
	two := lit(types.IntType, int32(2))
	for _, tt := range []struct {
		e     expr.Expr
		fails bool
	}{
		{bind(t, "+", col(types.IntType), two), true},
		{bind(t, "+", col(types.DoubleType), two), false},
		{bind(t, "*", col(types.DecimalOf(15, 2)), col(types.DecimalOf(15, 2))), false},
		{bind(t, "*", col(types.DecimalOf(38, 2)), col(types.DecimalOf(15, 2))), true},
		{bind(t, "/", col(types.DoubleType), col(types.DoubleType)), true},
		{bind(t, "/", col(types.DoubleType), lit(types.DoubleType, 2.0)), false},
		{bind(t, "%", col(types.BigIntType), lit(types.BigIntType, int64(3))), false},
		{bind(t, "-", col(types.DateType), col(types.DateType)), false},
	} {
		if got := expr.MayFail(tt.e); got != tt.fails {
			t.Errorf("%s may fail: %v", describe(tt.e), got)
		}
	}
}

func TestBindErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []expr.Expr
		want string
	}{
		{"+", []expr.Expr{col(types.IntType), col(types.ArrayOf(types.IntType, false))}, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"},
		{"+", []expr.Expr{col(types.BooleanType), col(types.BooleanType)}, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"},
		{"=", []expr.Expr{col(types.BooleanType), col(types.IntType)}, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"},
		{"=", []expr.Expr{col(types.MapOf(types.IntType, types.IntType, false)), col(types.MapOf(types.IntType, types.IntType, false))}, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"},
		{"negative", []expr.Expr{col(types.DateType)}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"},
		{"sum", nil, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"},
		{"sum", []expr.Expr{col(types.DateType)}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"},
		{"if", []expr.Expr{col(types.IntType), col(types.IntType), col(types.IntType)}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"},
		{"coalesce", []expr.Expr{col(types.IntType), col(types.DateType)}, "DATATYPE_MISMATCH.DATA_DIFF_TYPES"},
	} {
		_, err := Call(tt.name, tt.args...)
		if e := sqlerr.As(err); e == nil || e.Condition != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestRegistry(t *testing.T) {
	seen := map[string]string{}
	for _, f := range All() {
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			if other, ok := seen[n]; ok {
				t.Errorf("%s is registered by %s and %s", n, other, f.Name)
			}
			seen[n] = f.Name
		}
		if f.Usage == "" || f.Group == "" || f.Since == "" {
			t.Errorf("%s has no documentation", f.Name)
		}
		if f.Sigs == nil && f.Resolve == nil {
			t.Errorf("%s has no signature", f.Name)
		}
		if f.New == nil && f.NewAccumulator == nil && f.NewWindow == nil && f.NewGenerator == nil && f.Rewrite == nil {
			t.Errorf("%s has no kernel", f.Name)
		}
	}
	if Lookup("SUM") == nil || Lookup("Std") == nil || Lookup("no such") != nil {
		t.Error("look-up is wrong")
	}
}
