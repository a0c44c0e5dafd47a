package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// elementType is the common type of an array's elements and a value, without turning strings into other types.
func elementType(a, b types.Type, mode expr.Mode) (types.Type, bool) {
	if stringAndOther(a, b) {
		return a, false
	}
	return types.Wider(a, b, mode != expr.Legacy)
}

// tightElementType is elementType without a decimal wider than both.
func tightElementType(a, b types.Type, mode expr.Mode) (types.Type, bool) {
	if stringAndOther(a, b) {
		return a, false
	}
	return types.Tightest(a, b, mode != expr.Legacy)
}

func stringAndOther(a, b types.Type) bool {
	return (a.Kind == types.String) != (b.Kind == types.String) && a.Kind != types.Null && b.Kind != types.Null
}

// diffTypes is the error of two arguments that do not go together.
func diffTypes(c *expr.Resolving, condition, want string) error {
	return sqlerr.New("DATATYPE_MISMATCH."+condition, c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input to `%s` should have been %s, but it's [\"%s\", \"%s\"].",
		describeCall(c.Func.Name, c.Args), c.Func.Name, want, c.Args[0].Type().SQL(), c.Args[1].Type().SQL())
}

// resolveArrayElement types f(array, element): both get the element type that common finds. result gives the type of the call.
func resolveArrayElement(common func(a, b types.Type, mode expr.Mode) (types.Type, bool), nulls bool, result func(list types.Type) types.Type) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) != 2 {
			return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
		}
		list, err := accept(c, 0, types.ClassArray)
		if err != nil {
			return nil, err
		}
		v := c.Args[1].Type()
		if v.Kind == types.Null && !nulls {
			return nil, sqlerr.New("DATATYPE_MISMATCH.NULL_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Null typed values cannot be used as arguments of `%s`.", describeCall(c.Func.Name, c.Args), c.Func.Name)
		}
		e, ok := common(list.Elem(), v, c.Mode)
		if !ok {
			return nil, diffTypes(c, "ARRAY_FUNCTION_DIFF_TYPES", "\"ARRAY\" followed by a value with same element type")
		}
		if err := comparable(c, e, nulls); err != nil {
			return nil, err
		}
		list = types.ArrayOf(e, list.ContainsNull())
		return &expr.Resolution{Params: []types.Type{list, e}, Result: result(list)}, nil
	}
}

// comparable rejects elements without equality, unless any will do.
func comparable(c *expr.Resolving, e types.Type, any bool) error {
	if any || e.IsComparable() {
		return nil
	}
	return sqlerr.New("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `%s` does not support ordering on type \"%s\".", describeCall(c.Func.Name, c.Args), c.Func.Name, e.SQL())
}

// resolveTwoArrays types functions of two arrays with a common element type.
func resolveTwoArrays(result func(a, b types.Type) types.Type) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) != 2 {
			return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
		}
		ts := make([]types.Type, 2)
		for i := range ts {
			var err error
			if ts[i], err = accept(c, i, types.ClassArray); err != nil {
				return nil, diffTypes(c, "BINARY_ARRAY_DIFF_TYPES", "two \"ARRAY\" with same element type")
			}
		}
		e, ok := tightElementType(ts[0].Elem(), ts[1].Elem(), c.Mode)
		if !ok {
			return nil, diffTypes(c, "BINARY_ARRAY_DIFF_TYPES", "two \"ARRAY\" with same element type")
		}
		if err := comparable(c, e, false); err != nil {
			return nil, err
		}
		for i, t := range ts {
			ts[i] = types.ArrayOf(e, t.ContainsNull())
		}
		return &expr.Resolution{Params: ts, Result: result(ts[0], ts[1])}, nil
	}
}

// sameList is the result type of functions that keep the elements.
func sameList(list types.Type) types.Type { return list }

// fixedResult makes a result type that does not depend on the arguments.
func fixedResult(t types.Type) func(types.Type) types.Type {
	return func(types.Type) types.Type { return t }
}
