package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// extremes lists greatest and least, and the functions that look at a value's type or raise errors.
func extremes() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	return []*expr.Func{
		{Name: "greatest", Group: "math_funcs", Since: "1.5.0", Usage: "greatest(a, b, ...) - The largest value, skipping nulls.",
			Examples: ex("SELECT greatest(10, 9, NULL, 4)", "10"), Resolve: resolveExtreme, NullRule: expr.NullCustom, New: newGreatest},
		{Name: "least", Group: "math_funcs", Since: "1.5.0", Usage: "least(a, b, ...) - The smallest value, skipping nulls.",
			Examples: ex("SELECT least(10, 9, NULL, 4)", "4"), Resolve: resolveExtreme, NullRule: expr.NullCustom, New: newLeast},
		{Name: "typeof", Group: "misc_funcs", Since: "3.0.0", Usage: "typeof(a) - The type of the value as text.",
			Examples: ex("SELECT typeof(array(1))", "array<int>"),
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassAny}, Result: always(types.StringType)}},
			Rewrite: func(c *expr.Call) (expr.Expr, error) {
				return &expr.Literal{Base: c.Base, Value: c.Args[0].Type().String(), T: types.StringType}, nil
			}},
		{Name: "raise_error", Group: "misc_funcs", Since: "3.1.0", Usage: "raise_error(message) - Fails with the message.",
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassString}, Result: always(types.NullType)}},
			NullRule: expr.NullCustom, AlwaysNull: true, Fallible: true, Volatile: true, New: newRaiseError},
		{Name: "assert_true", Group: "misc_funcs", Since: "2.0.0", Usage: "assert_true(cond[, message]) - Null if the condition is true, else an error.",
			Examples: ex("SELECT assert_true(0 < 1)", "NULL"),
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassBoolean, types.ClassString}, Optional: 1, Result: always(types.NullType)}}, Rewrite: rewriteAssertTrue},
	}
}

func resolveExtreme(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 {
		return nil, WrongCount(c.Func.Name, "> 1", len(c.Args), c.Pos)
	}
	t, err := commonType(c, 0)
	if err != nil {
		return nil, err
	}
	if !t.IsOrderable() {
		return nil, WrongType(c.Func.Name, c.Args, 0, types.ClassOrderable.Name, c.Pos)
	}
	null := true
	for _, a := range c.Args {
		null = null && a.Nullable()
	}
	return &expr.Resolution{Params: repeated(t, len(c.Args)), Result: t, Nullable: &null}, nil
}

func newGreatest(s *expr.Spec) (expr.Kernel, error) { return extremeKernel(kernel.GT), nil }
func newLeast(s *expr.Spec) (expr.Kernel, error)    { return extremeKernel(kernel.LT), nil }

// extremeKernel keeps, row by row, the argument that beats the others, and then gathers the values of each argument.
func extremeKernel(better kernel.Op) expr.Kernel {
	return func(k *expr.KernelCall) {
		best := make([]int16, k.Rows.N)
		wide := false
		for _, a := range k.Args {
			wide = wide || a.Width == columnar.W128
		}
		for i := range k.Rows.Count() {
			r := k.Rows.Row(i)
			b := -1
			for j, a := range k.Args {
				if !a.IsNull(r) && (b < 0 || better.Holds(kernel.CompareRows(a, r, k.Args[b], r))) {
					b = j
				}
			}
			best[r] = int16(b)
		}
		switch {
		case k.Out.Type.Kind != types.Decimal:
		case wide:
			k.Out.Rewidth(columnar.W128)
		default:
			k.Out.Rewidth(columnar.W64)
		}
		copyChosen(k, best)
	}
}

// copyChosen makes row r of the result that of argument best[r], null for -1.
func copyChosen(k *expr.KernelCall, best []int16) {
	switch k.Out.Width {
	case columnar.WBool, columnar.W8:
		chooseFixed[uint8](k, best)
	case columnar.W16:
		chooseFixed[int16](k, best)
	case columnar.W32, columnar.WF32:
		chooseFixed[uint32](k, best)
	case columnar.W64, columnar.WF64:
		chooseFixed[int64](k, best)
	default:
		for i := range k.Rows.Count() {
			if r := k.Rows.Row(i); best[r] >= 0 {
				setRow(k.Out, r, k.Args[best[r]], r)
			} else {
				k.Out.SetNull(r)
			}
		}
	}
}

func chooseFixed[T columnar.Fixed](k *expr.KernelCall, best []int16) {
	out := columnar.Values[T](k.Out)
	args := make([]column[T], len(k.Args))
	for i, a := range k.Args {
		args[i] = columnOf[T](a)
	}
	for i := range k.Rows.Count() {
		r := k.Rows.Row(i)
		if best[r] < 0 {
			k.Out.SetNull(r)
			continue
		}
		out[r] = args[best[r]].at(r)
	}
}

func newRaiseError(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		for i := range each(k) {
			text := "null"
			if !k.Args[0].IsNull(i) {
				text = string(k.Args[0].Bytes(i))
			}
			reject(k, i, s, "USER_RAISED_EXCEPTION", "%s", text) // an error without ANSI, too
		}
	}, nil
}

func rewriteAssertTrue(c *expr.Call) (expr.Expr, error) {
	msg := expr.Expr(&expr.Literal{Base: c.Base, Value: "'" + describe(c.Args[0]) + "' is not true!", T: types.StringType})
	if len(c.Args) > 1 {
		msg = c.Args[1]
	}
	raised, err := within(c, "raise_error", msg)
	return caseOf(c, c.Args[0], &expr.Literal{Base: c.Base, T: types.NullType}, raised), err
}
