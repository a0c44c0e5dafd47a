package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// numericOrInterval is how Spark's errors name the operands of + and -.
const numericOrInterval = `NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL`

// resolveArithmetic types + - * / % and div. Decimals keep their own precision and scale; other numbers get a common type.
func resolveArithmetic(c *expr.Resolving) (*expr.Resolution, error) {
	op := c.Func.Op
	if len(c.Args) == 1 && (op == expr.OpAdd || op == expr.OpSub) {
		return resolveSign(c)
	}
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	a, b := c.Args[0].Type(), c.Args[1].Type()
	if isTemporal(a) || isTemporal(b) {
		return resolveTemporal(c, a, b)
	}
	l, r, ok := numericOperands(c.Args, c.Mode != expr.Legacy)
	if !ok {
		return nil, wrongOperands(c, numericOrInterval)
	}
	if l.Kind == types.Decimal {
		t := decimalResult(op, l, r, allowPrecisionLoss(c.Env))
		return &expr.Resolution{Params: []types.Type{l, r}, Result: t, Nullable: mayBeNull(c, op)}, nil
	}
	switch op {
	case expr.OpDiv:
		l = types.DoubleType
	case expr.OpIntDiv:
		if !l.IsInteger() {
			return nil, wrongOperands(c, `BIGINT" or "DECIMAL" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH`)
		}
		l = types.BigIntType
	}
	return &expr.Resolution{Params: []types.Type{l, l}, Result: l, Nullable: mayBeNull(c, op)}, nil
}

// mayBeNull says when the null rule does not decide: without ANSI a division may give null.
func mayBeNull(c *expr.Resolving, op expr.Op) *bool {
	null := c.Mode != expr.ANSI
	for _, a := range c.Args {
		null = null || a.Nullable()
	}
	return &null
}

// numericOperands returns the types to which the operands of an arithmetic operator are cast, both decimal or both the same.
func numericOperands(args []expr.Expr, ansi bool) (l, r types.Type, ok bool) {
	a, b := args[0].Type(), args[1].Type()
	switch {
	case a.Kind == types.Null && b.Kind == types.Null:
		return types.DoubleType, types.DoubleType, true
	case a.Kind == types.Null:
		a = b
	case b.Kind == types.Null:
		b = a
	}
	switch {
	case a.Kind == types.String && b.Kind == types.String:
		return types.DoubleType, types.DoubleType, !ansi
	case a.Kind == types.String:
		a = promotedString(b, ansi)
	case b.Kind == types.String:
		b = promotedString(a, ansi)
	}
	switch {
	case !a.IsNumeric() || !b.IsNumeric():
		return a, b, false
	case a.Kind == types.Decimal && b.Kind == types.Decimal:
		return a, b, true
	case a.IsFloating() && b.Kind == types.Decimal, b.IsFloating() && a.Kind == types.Decimal:
		return types.DoubleType, types.DoubleType, true
	case a.Kind == types.Decimal:
		return a, decimalOperand(args[1], b), true
	case b.Kind == types.Decimal:
		return decimalOperand(args[0], a), b, true
	}
	t, ok := types.Tightest(a, b, ansi)
	return t, t, ok
}

func promotedString(other types.Type, ansi bool) types.Type {
	if ansi && other.IsInteger() {
		return types.BigIntType
	}
	return types.DoubleType
}

// decimalOperand is the decimal type of an integer operand beside a decimal: of a literal just as many digits as it has.
func decimalOperand(e expr.Expr, t types.Type) types.Type {
	if lit, ok := e.(*expr.Literal); ok && lit.Value != nil {
		if v, ok := integerOf(lit.Value); ok {
			return types.DecimalOf(types.Int128Of(v).Digits(), 0)
		}
	}
	return types.DecimalFor(t)
}

func allowPrecisionLoss(env *expr.Env) bool {
	return env == nil || env.Conf == nil || !strings.EqualFold(env.Conf("spark.sql.decimalOperations.allowPrecisionLoss"), "false")
}

func decimalResult(op expr.Op, a, b types.Type, loss bool) types.Type {
	switch op {
	case expr.OpAdd, expr.OpSub:
		return types.DecimalAdd(a, b, loss)
	case expr.OpMul:
		return types.DecimalMul(a, b, loss)
	case expr.OpDiv:
		return types.DecimalDiv(a, b, loss)
	case expr.OpMod:
		return types.DecimalMod(a, b, loss)
	}
	return types.BigIntType // div
}

// wrongOperands is Spark's error for operands that do not fit: of different types, or of a common type that the operator does not take.
func wrongOperands(c *expr.Resolving, want string) error {
	a, b := c.Args[0].Type(), c.Args[1].Type()
	text := describeCall(c.Func.Name, c.Args)
	if t, ok := types.Wider(a, b, c.Mode != expr.Legacy); ok {
		return sqlerr.New("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", c.Pos,
			"Cannot resolve \"%s\" due to data type mismatch: the binary operator requires the input type (\"%s\"), not \"%s\".", text, want, t.SQL())
	}
	return differentTypes(text, a, b, c.Pos)
}

func differentTypes(text string, a, b types.Type, pos sqlerr.Pos) error {
	return sqlerr.New("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", pos,
		"Cannot resolve \"%s\" due to data type mismatch: the left and right operands of the binary operator have incompatible types (\"%s\" and \"%s\").",
		text, a.SQL(), b.SQL())
}

// resolveSign types unary - and +.
func resolveSign(c *expr.Resolving) (*expr.Resolution, error) {
	t := c.Args[0].Type()
	switch {
	case t.IsInterval():
		return &expr.Resolution{Params: []types.Type{t}, Result: t}, nil
	case t.Kind == types.String, t.Kind == types.Null:
		return &expr.Resolution{Params: []types.Type{types.DoubleType}, Result: types.DoubleType}, nil
	case t.IsNumeric():
		return &expr.Resolution{Params: []types.Type{t}, Result: t}, nil
	}
	return nil, WrongType(c.Func.Name, c.Args, 0, numericOrInterval, c.Pos)
}
