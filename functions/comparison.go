package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// comparisons lists the comparison operators and null tests. The evaluator runs their loops straight from columnar/kernel; the kernels here
// serve what it does not take.
func comparisons() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	all := []*expr.Func{
		{Name: "=", Aliases: []string{"=="}, Op: expr.OpEq, Since: "1.0.0", Usage: "a = b - Whether the values are equal; null if one is null.",
			Examples: ex("SELECT 2 = 2", "true"), New: newComparison(kernel.EQ)},
		{Name: "<>", Aliases: []string{"!="}, Op: expr.OpNe, Since: "1.0.0", Usage: "a <> b - Whether the values differ; null if one is null.",
			Examples: ex("SELECT 1 <> 2", "true"), New: newComparison(kernel.NE)},
		{Name: "<", Op: expr.OpLt, Since: "1.0.0", Usage: "a < b - Whether a is less than b; NaN is the largest number.",
			Examples: ex("SELECT 1 < 2", "true"), New: newComparison(kernel.LT)},
		{Name: "<=", Op: expr.OpLe, Since: "1.0.0", Usage: "a <= b - Whether a is less than or equal to b.",
			Examples: ex("SELECT 2 <= 2", "true"), New: newComparison(kernel.LE)},
		{Name: ">", Op: expr.OpGt, Since: "1.0.0", Usage: "a > b - Whether a is greater than b.",
			Examples: ex("SELECT 1 > 2", "false"), New: newComparison(kernel.GT)},
		{Name: ">=", Op: expr.OpGe, Since: "1.0.0", Usage: "a >= b - Whether a is greater than or equal to b.",
			Examples: ex("SELECT 2 >= 2", "true"), New: newComparison(kernel.GE)},
		{Name: "<=>", Op: expr.OpNullSafeEq, Since: "1.1.0", Usage: "a <=> b - Whether the values are equal or both null; never null.",
			Examples: ex("SELECT NULL <=> NULL", "true"), NullRule: expr.NullCustom, NeverNull: true, New: newNullSafeEqual},
	}
	for _, f := range all {
		f.Resolve = resolveComparison
	}
	all = append(all, nullTests()...)
	for _, f := range all {
		f.Group = "predicate_funcs"
	}
	return all
}

func nullTests() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	isA := []expr.Sig{{Params: []types.Class{types.ClassAny}, Result: always(types.BooleanType)}}
	return []*expr.Func{
		{Name: "isnull", Op: expr.OpIsNull, Since: "1.0.0", Usage: "isnull(a) - Whether the value is null.",
			Examples: ex("SELECT isnull(1)", "false"), Sigs: isA, NullRule: expr.NullCustom, NeverNull: true, New: newNullTest(1)},
		{Name: "isnotnull", Op: expr.OpIsNotNull, Since: "1.0.0", Usage: "isnotnull(a) - Whether the value is not null.",
			Examples: ex("SELECT isnotnull(1)", "true"), Sigs: isA, NullRule: expr.NullCustom, NeverNull: true, New: newNullTest(0)},
		{Name: "isnan", Since: "1.5.0", Usage: "isnan(a) - Whether the value is NaN; false for null.",
			Examples: ex("SELECT isnan(CAST('NaN' AS double))", "true"), NullRule: expr.NullCustom, NeverNull: true, New: newIsNaN,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassOneOf(types.ClassFloating, types.ClassDouble)}, Result: always(types.BooleanType)}}},
		{Name: "equal_null", Since: "3.4.0", Usage: "equal_null(a, b) - The same as a <=> b.",
			Examples: ex("SELECT equal_null(1, NULL)", "false"), Resolve: resolveComparison,
			Rewrite: func(c *expr.Call) (expr.Expr, error) {
				d := *c
				d.Func, d.Null = Lookup("<=>"), false
				return &d, nil
			}},
	}
}

// resolveComparison types the two sides of a comparison.
func resolveComparison(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	a, b := c.Args[0].Type(), c.Args[1].Type()
	t, ok := comparedType(c, a, b)
	if !ok {
		return nil, differentTypes(describeCall(c.Func.Name, c.Args), a, b, c.Pos)
	}
	if !t.IsOrderable() {
		return nil, WrongType(c.Func.Name, c.Args, 0, types.ClassOrderable.Name, c.Pos)
	}
	return &expr.Resolution{Params: []types.Type{t, t}, Result: types.BooleanType}, nil
}

func comparedType(c *expr.Resolving, a, b types.Type) (types.Type, bool) {
	ansi := c.Mode != expr.Legacy
	switch {
	case a.SameShape(b):
		return a, true
	case a.IsNumeric() && b.IsNumeric():
		l, r, ok := numericOperands(c.Args, ansi)
		if l.Kind == types.Decimal {
			return types.WiderDecimal(l, r), ok
		}
		return l, ok
	case !ansi && c.Func.Op != expr.OpLt && c.Func.Op != expr.OpLe && c.Func.Op != expr.OpGt && c.Func.Op != expr.OpGe:
		if a.Kind == types.Boolean && b.IsNumeric() {
			return b, true
		}
		if b.Kind == types.Boolean && a.IsNumeric() {
			return a, true
		}
	}
	return types.WiderForComparison(a, b, ansi)
}

func newComparison(op kernel.Op) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			if k.Args[0].Type.Kind == types.Null {
				k.Out.SetAllNull()
				return
			}
			kernel.CompareInto(op, k.Args[0], k.Args[1], k.Rows, k.Out, nil)
		}, nil
	}
}

func newNullSafeEqual(*expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		if k.Args[0].Type.Kind == types.Null {
			setAll(k, 1)
			return
		}
		kernel.NullSafeEqualInto(k.Args[0], k.Args[1], k.Rows, k.Out, nil)
	}, nil
}

// setAll makes every row of a boolean result the same.
func setAll(k *expr.KernelCall, v uint8) {
	out := columnar.Values[uint8](k.Out)
	for i := range out {
		out[i] = v
	}
}

// newNullTest makes isnull (null is 1) or isnotnull (null is 0).
func newNullTest(null uint8) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		a, out := k.Args[0], columnar.Values[uint8](k.Out)
		if a.Valid == nil {
			setAll(k, 1-null)
			return
		}
		m := formMask(a)
		for i := range out {
			j := i & m
			out[i] = uint8(a.Valid[j>>6]>>(j&63)&1) ^ null
		}
	})
}

func newIsNaN(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		if k.Args[0].Width == columnar.WF32 {
			mapValues(k, func(x float32) uint8 { return boolByte(x != x) })
		} else {
			mapValues(k, func(x float64) uint8 { return boolByte(x != x) })
		}
		clearNulls(k)
	}, nil
}

// clearNulls makes a boolean result false where the first argument is null.
func clearNulls(k *expr.KernelCall) {
	a, out := k.Args[0], columnar.Values[uint8](k.Out)
	if a.Valid == nil {
		return
	}
	m := formMask(a)
	for i := range out {
		j := i & m
		out[i] &= uint8(a.Valid[j>>6] >> (j & 63) & 1)
	}
}
