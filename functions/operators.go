package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// operators lists arithmetic. An operator is bound to one of several Func values of the same name and Op: the registered one, which may
// fail, its total form where the types exclude an error, or an operator on points in time.
func operators() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	all := []*expr.Func{
		{Name: "+", Op: expr.OpAdd, Since: "1.0.0", Usage: "a + b - The sum of numbers or intervals, or a date or timestamp moved by an interval.",
			Examples: ex("SELECT 1 + 2", "3"), New: newArithmetic(expr.OpAdd)},
		{Name: "-", Op: expr.OpSub, Since: "1.0.0", Usage: "a - b - The difference of numbers, intervals, dates or timestamps. -a - The negated value.",
			Examples: ex("SELECT 2 - 1", "1"), New: newArithmetic(expr.OpSub)},
		{Name: "*", Op: expr.OpMul, Since: "1.0.0", Usage: "a * b - The product of numbers, or of an interval and a number.",
			Examples: ex("SELECT 2 * 3", "6"), New: newArithmetic(expr.OpMul)},
		{Name: "/", Op: expr.OpDiv, Since: "1.0.0", Usage: "a / b - The quotient, a double for integers, a decimal for decimals.",
			Examples: ex("SELECT 3 / 2", "1.5"), New: newArithmetic(expr.OpDiv)},
		{Name: "div", Op: expr.OpIntDiv, Since: "3.0.0", Usage: "a div b - The integral part of the quotient, a bigint.",
			Examples: ex("SELECT 3 div 2", "1"), New: newArithmetic(expr.OpIntDiv)},
		{Name: "%", Aliases: []string{"mod"}, Op: expr.OpMod, Since: "1.0.0", Usage: "a % b - The remainder of the division, with the sign of a.",
			Examples: ex("SELECT 7 % -3", "1"), New: newArithmetic(expr.OpMod)},
	}
	for _, f := range all {
		f.Group, f.Fallible, f.Resolve, f.Rewrite = "math_funcs", true, resolveArithmetic, rewriteArithmetic
	}
	return slices.Concat(all, signFuncs(), absAndPmod(), tryOperators())
}

// rewriteArithmetic chooses the form of an operator for coerced operands.
func rewriteArithmetic(c *expr.Call) (expr.Expr, error) {
	if len(c.Args) == 1 {
		return rewriteSign(c)
	}
	a, b := c.Args[0].Type(), c.Args[1].Type()
	if isTemporal(a) || isTemporal(b) {
		return rewriteTemporal(c), nil
	}
	if f := totalForm(c); f != nil {
		d := *c
		d.Func = f
		return &d, nil
	}
	return c, nil
}

// totalForm returns the form that cannot fail, if the types or a constant divisor exclude every error.
func totalForm(c *expr.Call) *expr.Func {
	a, b := c.Args[0].Type(), c.Args[1].Type()
	total := a.IsFloating() || a.Kind == types.Decimal && decimalTotal(c.Func.Op, a, b, c.T)
	switch c.Func.Op {
	case expr.OpDiv:
		total = isNonZero(c.Args[1]) && (a.IsFloating() || quotientFits(a, b, c.T))
	case expr.OpMod:
		total = isNonZero(c.Args[1])
	case expr.OpIntDiv:
		total = false
	}
	if !total {
		return nil
	}
	return load().total[c.Func.Name]
}

// quotientFits reports whether no quotient by a divisor of at least one unit has too many digits.
func quotientFits(a, b, result types.Type) bool {
	return int(a.Precision)-int(a.Scale)+int(b.Scale)+1 <= int(result.Precision)-int(result.Scale)
}

// isNonZero reports constants other than zero, below implicit casts.
func isNonZero(e expr.Expr) bool {
	for {
		c, ok := e.(*expr.Cast)
		if !ok || !c.Implicit || c.Child.Type().Kind == types.String {
			break
		}
		e = c.Child
	}
	lit, ok := e.(*expr.Literal)
	if !ok {
		return false
	}
	switch v := lit.Value.(type) {
	case types.Int128:
		return v != types.Int128{}
	case float32:
		return v != 0
	case float64:
		return v != 0
	case int8, int16, int32, int64:
		n, _ := integerOf(v)
		return n != 0
	}
	return false
}

// rewriteTemporal puts the point in time or the interval first. What was a string becomes one again.
func rewriteTemporal(c *expr.Call) expr.Expr {
	a, b := c.Args[0], c.Args[1]
	op := c.Func.Op
	if op == expr.OpAdd && b.Type().IsDatetime() || op == expr.OpMul && b.Type().IsInterval() {
		a, b = b, a
	}
	d := *c
	if d.Mode == expr.Legacy && (a.Type().Kind == types.YearMonth || a.Type().Kind == types.DayTime) {
		d.Mode = expr.ANSI // intervals of these families never wrap around
	}
	d.Func, d.Args = temporalFunc(op, a.Type(), b.Type()), []expr.Expr{a, b}
	if from, ok := a.(*expr.Cast); ok && from.Implicit && from.Child.Type().Kind == types.String && b.Type().IsInterval() && a.Type().IsDatetime() {
		return ImplicitCast(&d, types.StringType, c.Mode)
	}
	return &d
}

// newArithmetic makes the constructor of an operator on numbers.
func newArithmetic(op expr.Op) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		kernel := arithmeticKernel(op, s)
		return func(k *expr.KernelCall) {
			spread(k)
			kernel(k)
		}, nil
	}
}

func arithmeticKernel(op expr.Op, s *expr.Spec) expr.Kernel {
	if op == expr.OpDiv || op == expr.OpMod || op == expr.OpIntDiv {
		return divideKernel(op, s)
	}
	switch s.Result.Kind {
	case types.Decimal:
		return newDecimalOp(op, s).kernel
	case types.Float:
		return floatArithmetic[float32](op)
	case types.Double:
		return floatArithmetic[float64](op)
	}
	return intKernel(op, s)
}

// spread makes the first of two constants flat, so that a loop has at least one flat operand.
func spread(k *expr.KernelCall) {
	if k.Rows.N > 1 && isConst(k.Args[0]) && isConst(k.Args[1]) {
		k.Args = []*columnar.Vector{columnar.Flatten(&columnar.Vector{}, k.Args[0], columnar.AllRows(k.Rows.N)), k.Args[1]}
	}
}
