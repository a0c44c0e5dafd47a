package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// structFuncs make structs. The analyzer turns struct(…) into named_struct(…) with the names of the expressions.
func structFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "named_struct", Group: "struct_funcs", Since: "1.5.0", Usage: "named_struct(name, value, …) - Returns a struct of fields with names and values.",
			Examples: []expr.Example{{SQL: "SELECT named_struct('a', 1, 'b', 2, 'c', 3)", Want: `{"a":1,"b":2,"c":3}`}},
			Resolve:  resolveNamedStruct, NullRule: expr.NullCustom, NeverNull: true, New: kernelOf(namedStruct)},
		{Name: "struct", Group: "struct_funcs", Since: "1.4.0", Usage: "struct(value, …) - Returns a struct of the values, with the names of the columns.",
			Examples: []expr.Example{{SQL: "SELECT struct(1, 2, 3)", Want: `{"col1":1,"col2":2,"col3":3}`}},
			Resolve:  resolveStruct, NullRule: expr.NullCustom, NeverNull: true, New: kernelOf(plainStruct)},
	}
}

func resolveNamedStruct(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args)%2 != 0 || len(c.Args) == 0 {
		return nil, WrongCount(c.Func.Name, "2n (n > 0)", len(c.Args), c.Pos)
	}
	var fields []types.Field
	for i := 0; i < len(c.Args); i += 2 {
		lit, _ := c.Args[i].(*expr.Literal)
		if lit == nil {
			return nil, sqlerr.New("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", c.Args[i].Pos(), "Cannot resolve \"%s\" due to data type mismatch: Only foldable \"STRING\" expressions are allowed to appear at odd position, but they are [\"%s\"].",
				describeCall(c.Func.Name, c.Args), describe(c.Args[i]))
		}
		name, ok := lit.Value.(string)
		if !ok {
			return nil, sqlerr.New("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", c.Args[i].Pos(), "Cannot resolve \"%s\" due to data type mismatch: Only foldable \"STRING\" expressions are allowed to appear at odd position, but they are [\"%s\"].",
				describeCall(c.Func.Name, c.Args), describe(c.Args[i]))
		}
		v := c.Args[i+1]
		fields = append(fields, types.Field{Name: name, Type: v.Type(), Nullable: v.Nullable()})
	}
	return &expr.Resolution{Params: c.Types(), Result: types.StructOf(fields...)}, nil
}

func resolveStruct(c *expr.Resolving) (*expr.Resolution, error) {
	fields := make([]types.Field, len(c.Args))
	for i, a := range c.Args {
		fields[i] = types.Field{Name: "col" + itoa(i+1), Type: a.Type(), Nullable: a.Nullable()}
	}
	return &expr.Resolution{Params: c.Types(), Result: types.StructOf(fields...)}, nil
}

func namedStruct(k *expr.KernelCall) {
	for j := range k.Out.Children {
		k.Out.Children[j] = fieldVector(k.Args[2*j+1], k.Rows.N)
	}
}

func plainStruct(k *expr.KernelCall) {
	for j := range k.Out.Children {
		k.Out.Children[j] = fieldVector(k.Args[j], k.Rows.N)
	}
}

// fieldVector is an argument as the field of a struct: a copy of the header, since the evaluator uses its own again.
func fieldVector(v *columnar.Vector, n int) *columnar.Vector { return v.Resized(n) }
