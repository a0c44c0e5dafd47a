package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// accept returns the type to which argument i of a call under resolution is cast for a class.
func accept(c *expr.Resolving, i int, class types.Class) (types.Type, error) {
	_, literal := c.Args[i].(*expr.Literal)
	t, ok := class.Accept(c.Args[i].Type(), c.Mode != expr.Legacy, literal)
	if !ok {
		return t, WrongType(c.Func.Name, c.Args, i, class.Name, c.Pos)
	}
	return t, nil
}

// literalOf returns the literal that an argument is, below casts of literals that keep the value and below a minus sign; nil if it is none.
func literalOf(e expr.Expr) *expr.Literal {
	switch x := e.(type) {
	case *expr.Literal:
		return x
	case *expr.Cast:
		l := literalOf(x.Child)
		if l == nil || !x.To.IsInteger() {
			return nil
		}
		if l.Value == nil {
			return &expr.Literal{Base: l.Base, T: x.To}
		}
		if v, ok := integerOf(l.Value); ok {
			return &expr.Literal{Base: l.Base, Value: integerValue(v, x.To.Kind), T: x.To}
		}
	case *expr.Call:
		if x.Func.Op != expr.OpNeg {
			return nil
		}
		if l := literalOf(x.Args[0]); l != nil {
			if v, ok := integerOf(l.Value); ok {
				return &expr.Literal{Base: l.Base, Value: integerValue(-v, l.T.Kind), T: l.T}
			}
		}
	}
	return nil
}

// integerOf returns a Go integer value widened.
func integerOf(v any) (int64, bool) {
	switch x := v.(type) {
	case int8:
		return int64(x), true
	case int16:
		return int64(x), true
	case int32:
		return int64(x), true
	case int64:
		return x, true
	}
	return 0, false
}

// integerValue is the Go value of an integer type.
func integerValue(v int64, k types.Kind) any {
	switch k {
	case types.TinyInt:
		return int8(v)
	case types.SmallInt:
		return int16(v)
	case types.Int:
		return int32(v)
	}
	return v
}

// constantPlaces returns the number of places of round, ceil or floor; nil for NULL, which only round allows.
func constantPlaces(c *expr.Resolving, whole bool) (*int32, error) {
	l := literalOf(c.Args[1])
	if l != nil && l.Value == nil && !whole {
		return nil, nil
	}
	if l != nil {
		if v, ok := integerOf(l.Value); ok && v == int64(int32(v)) {
			p := int32(v)
			return &p, nil
		}
	}
	if whole {
		return nil, sqlerr.New("NON_FOLDABLE_ARGUMENT", c.Args[1].Pos(), "The function `%s` requires the parameter `scale` to be a foldable expression of the type \"INT\", but the actual argument is a non-foldable.", c.Func.Name)
	}
	if l != nil {
		if _, err := accept(c, 1, types.ClassInt); err != nil {
			return nil, err
		}
	}
	return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Args[1].Pos(), "Cannot resolve \"%s\" due to data type mismatch: the input `scale` should be a foldable \"INT\" expression; however, got \"%s\".", describeCall(c.Func.Name, c.Args), describe(c.Args[1]))
}

func setDouble(k *expr.KernelCall, i int, x float64) { columnar.Values[float64](k.Out)[i] = x }

// withDefaults resolves by the function's overloads after filling in the trailing arguments that the call leaves out of the first overload;
// column names show them, as Spark's do.
func withDefaults(defaults ...*expr.Literal) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		args := c.Args
		missing := len(c.Func.Sigs[0].Params) - len(args)
		if missing > 0 && missing <= len(defaults) {
			args = append([]expr.Expr{}, args...)
			for _, d := range defaults[len(defaults)-missing:] {
				args = append(args, d)
			}
		}
		res, err := bySigs(c, args)
		if err == nil {
			res.Args = args
		}
		return res, err
	}
}

// bySigs resolves by the function's overloads, for a Resolve that only adjusts the arguments.
func bySigs(c *expr.Resolving, args []expr.Expr) (*expr.Resolution, error) {
	return resolveSigs(c.Func, args, &BindOptions{Mode: c.Mode, Env: c.Env, Pos: c.Pos})
}

func stringLiteral(s string) *expr.Literal { return &expr.Literal{Value: s, T: types.StringType} }

func intLiteral(v int32) *expr.Literal { return &expr.Literal{Value: v, T: types.IntType} }

// reject fails row i for a reason that is an error whatever spark.sql.ansi.enabled says; only the try_ forms make it null.
func reject(k *expr.KernelCall, i int, s *expr.Spec, condition, format string, args ...any) {
	if !k.Fail(i) {
		return
	}
	k.Err = sqlerr.New(condition, s.Pos, format, args...)
	if s.Mode == expr.Legacy {
		k.Fatal = k.Err
	}
}

// dataDiffTypes is the error of arguments that have no common type.
func dataDiffTypes(c *expr.Resolving) error {
	names := ""
	for i, t := range c.Types() {
		if i > 0 {
			names += " or "
		}
		names += "\"" + t.SQL() + "\""
	}
	return sqlerr.New("DATATYPE_MISMATCH.DATA_DIFF_TYPES", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input to `%s` should all be the same type, but it's (%s).",
		describeCall(c.Func.Name, c.Args), c.Func.Name, names)
}
