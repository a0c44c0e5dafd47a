package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const lambdaGroup = "lambda_funcs"

// lambdaFuncs are the functions that take functions.
func lambdaFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "transform", Group: lambdaGroup, Since: "2.4.0", Usage: "transform(array, f) - Returns the array of f(element) or f(element, position).",
			Examples:     []expr.Example{{SQL: "SELECT transform(array(1, 2, 3), x -> x + 1)", Want: "[2,3,4]"}, {SQL: "SELECT transform(array(1, 2, 3), (x, i) -> x + i)", Want: "[1,3,5]"}},
			LambdaParams: elementParams(true), Resolve: resolveLambda(types.ClassArray, false, func(in types.Type, f expr.Expr) types.Type { return types.ArrayOf(f.Type(), f.Nullable()) }),
			New: newTransform},
		{Name: "filter", Group: lambdaGroup, Since: "2.4.0", Usage: "filter(array, f) - Returns the elements for which f(element) or f(element, position) is true.",
			Examples:     []expr.Example{{SQL: "SELECT filter(array(1, 2, 3), x -> x % 2 == 1)", Want: "[1,3]"}, {SQL: "SELECT filter(array(0, 2, 3), (x, i) -> x > i)", Want: "[2,3]"}},
			LambdaParams: elementParams(true), Resolve: resolveLambda(types.ClassArray, true, func(in types.Type, _ expr.Expr) types.Type { return in }), New: newFilter},
		{Name: "exists", Group: lambdaGroup, Since: "2.4.0", Usage: "exists(array, f) - Tells whether f is true for an element; NULL if not but f is NULL for one.",
			Examples:     []expr.Example{{SQL: "SELECT exists(array(1, 2, 3), x -> x % 2 == 0)", Want: "true"}, {SQL: "SELECT exists(array(1, null, 3), x -> x % 2 == 0)", Want: "NULL"}},
			LambdaParams: elementParams(false), Resolve: resolveLambda(types.ClassArray, true, booleanResult), AlwaysNull: true, New: newQuantifier(true)},
		{Name: "forall", Group: lambdaGroup, Since: "3.0.0", Usage: "forall(array, f) - Tells whether f is true for all elements; NULL if it is false for none but NULL for one.",
			Examples:     []expr.Example{{SQL: "SELECT forall(array(1, 2, 3), x -> x % 2 == 0)", Want: "false"}, {SQL: "SELECT forall(array(2, null, 8), x -> x % 2 == 0)", Want: "NULL"}},
			LambdaParams: elementParams(false), Resolve: resolveLambda(types.ClassArray, true, booleanResult), AlwaysNull: true, New: newQuantifier(false)},
		{Name: "zip_with", Group: lambdaGroup, Since: "2.4.0", Usage: "zip_with(a, b, f) - Returns the array of f(element of a, element of b); a shorter array is filled with NULL.",
			Examples:     []expr.Example{{SQL: "SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)", Want: "[4,6]"}},
			LambdaParams: zipParams, Resolve: resolveZipWith, New: newZipWith},
		{Name: "map_filter", Group: lambdaGroup, Since: "3.0.0", Usage: "map_filter(map, f) - Returns the entries for which f(key, value) is true.",
			Examples:     []expr.Example{{SQL: "SELECT map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)", Want: "{1:0,3:-1}"}},
			LambdaParams: entryParams, Resolve: resolveLambda(types.ClassMap, true, func(in types.Type, _ expr.Expr) types.Type { return in }), New: newMapFilter},
		{Name: "transform_values", Group: lambdaGroup, Since: "3.0.0", Usage: "transform_values(map, f) - Returns the map with f(key, value) as values.",
			Examples:     []expr.Example{{SQL: "SELECT transform_values(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> v + 1)", Want: "{1:2,2:3,3:4}"}},
			LambdaParams: entryParams, Resolve: resolveLambda(types.ClassMap, false, func(in types.Type, f expr.Expr) types.Type { return types.MapOf(in.Key(), f.Type(), f.Nullable()) }),
			New: newTransformValues},
		{Name: "transform_keys", Group: lambdaGroup, Since: "3.0.0", Usage: "transform_keys(map, f) - Returns the map with f(key, value) as keys.",
			Examples:     []expr.Example{{SQL: "SELECT transform_keys(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> k + 1)", Want: "{2:1,3:2,4:3}"}},
			LambdaParams: entryParams, Resolve: resolveTransformKeys, Fallible: true, New: newTransformKeys},
		{Name: "map_zip_with", Group: lambdaGroup, Since: "3.0.0", Usage: "map_zip_with(a, b, f) - Returns the map of all keys of two maps to f(key, value of a, value of b).",
			Examples:     []expr.Example{{SQL: "SELECT map_zip_with(map(1, 'a', 2, 'b'), map(1, 'x', 2, 'y'), (k, v1, v2) -> concat(v1, v2))", Want: `{1:"ax",2:"by"}`}},
			LambdaParams: mapZipParams, Resolve: resolveMapZipWith, New: newMapZipWith},
		{Name: "aggregate", Aliases: []string{"reduce"}, Group: lambdaGroup, Since: "2.4.0", Usage: "aggregate(array, start, merge[, finish]) - Returns finish(merge(… merge(start, first element) …, last element)).",
			Examples:     []expr.Example{{SQL: "SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x)", Want: "6"}, {SQL: "SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10)", Want: "60"}},
			LambdaParams: aggregateParams, Resolve: resolveAggregate, NullRule: expr.NullCustom, AlwaysNull: true, New: newAggregate},
		{Name: "array_sort", Group: lambdaGroup, Since: "2.4.0", Usage: "array_sort(array[, compare]) - Returns the elements in order, NULLs last, or in the order of compare(a, b), which is negative, zero or positive.",
			Examples:     []expr.Example{{SQL: "SELECT array_sort(array('b', 'd', null, 'c', 'a'))", Want: `["a","b","c","d",null]`}},
			LambdaParams: sortParams, Resolve: resolveArraySort, Fallible: true, New: newArraySort},
	}
}

// elementParams are the element and, if asked for, its position.
func elementParams(position bool) func([]types.Type, int) []types.Type {
	return func(args []types.Type, i int) []types.Type {
		if i != 1 || args[0].Kind != types.Array {
			return nil
		}
		if position {
			return []types.Type{args[0].Elem(), types.IntType}
		}
		return []types.Type{args[0].Elem()}
	}
}

func entryParams(args []types.Type, i int) []types.Type {
	if i != 1 || args[0].Kind != types.Map {
		return nil
	}
	return []types.Type{args[0].Key(), args[0].Elem()}
}

func booleanResult(types.Type, expr.Expr) types.Type { return types.BooleanType }

// isLambda rejects an argument that is no function.
func isLambda(c *expr.Resolving, i int) error {
	if _, ok := c.Args[i].(*expr.Lambda); ok {
		return nil
	}
	return sqlerr.New("INVALID_LAMBDA_FUNCTION_CALL.PARAMETER_DOES_NOT_ACCEPT_LAMBDA_FUNCTION", c.Args[i].Pos(), "Invalid lambda function call: a function was expected as the %s argument of `%s`.", Ordinal(i), c.Func.Name)
}

// resolveLambda types f(collection, lambda). A predicate must be boolean.
func resolveLambda(class types.Class, predicate bool, result func(in types.Type, f expr.Expr) types.Type) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) != 2 {
			return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
		}
		in, err := accept(c, 0, class)
		if err != nil {
			return nil, err
		}
		if err := isLambda(c, 1); err != nil {
			return nil, err
		}
		t := c.Args[1].Type()
		if predicate {
			if t.Kind != types.Boolean && t.Kind != types.Null {
				return nil, WrongType(c.Func.Name, c.Args, 1, "BOOLEAN", c.Pos)
			}
			t = types.BooleanType
		}
		res := &expr.Resolution{Params: []types.Type{in, t}, Result: result(in, c.Args[1])}
		if !c.Func.AlwaysNull {
			null := c.Args[0].Nullable()
			res.Nullable = &null
		}
		return res, nil
	}
}

// elements lists the elements of the rows that count, as the parameters of a lambda.
type elements struct {
	unnest
	cols   []columnar.Vector
	places columnar.Vector
}

// fill lists the elements of the arrays or maps of an argument and fills the spans of k.Out with where they are in the list.
func (e *elements) fill(k *expr.KernelCall, v *columnar.Vector, out []columnar.Span) {
	e.outer, e.place, e.idx = e.outer[:0], e.place[:0], e.idx[:0]
	spans := columnOf[columnar.Span](v)
	clear(out)
	for i := range live(k) {
		s := spans.at(i)
		at := int32(len(e.idx))
		for p := s.Off; p < s.Off+s.Len; p++ {
			e.outer, e.place, e.idx = append(e.outer, int32(i)), append(e.place, p-s.Off), append(e.idx, p)
		}
		if out != nil {
			out[i] = columnar.Span{Off: at, Len: s.Len}
		}
	}
}

// params returns the listed elements of each child.
func (e *elements) params(v *columnar.Vector) []*columnar.Vector {
	if len(e.cols) < len(v.Children) {
		e.cols = make([]columnar.Vector, len(v.Children))
	}
	out := make([]*columnar.Vector, len(v.Children))
	for j, c := range v.Children {
		out[j] = e.take(&e.cols[j], c)
	}
	return out
}

// positions returns the position of each listed element in its array.
func (e *elements) positions() *columnar.Vector {
	return int32s(&e.places, e.place)
}

// eval calls the lambda that is argument arg; ok is false if it failed.
func evalLambda(k *expr.KernelCall, arg int, outer []int32, params ...*columnar.Vector) (*columnar.Vector, bool) {
	v, err := k.Lambdas[arg].Eval(outer, params...)
	if err != nil {
		k.Fatal = err
	}
	return v, err == nil
}

func newTransform(*expr.Spec) (expr.Kernel, error) {
	var e elements
	return func(k *expr.KernelCall) {
		e.fill(k, k.Args[0], columnar.Values[columnar.Span](k.Out))
		if len(e.idx) == 0 {
			return
		}
		if v, ok := evalLambda(k, 1, e.outer, e.params(k.Args[0])[0], e.positions()); ok {
			k.Out.Children[0] = fieldVector(v, len(e.idx))
		}
	}, nil
}

// isTrue reports whether row i of a boolean vector is true.
func isTrue(v *columnar.Vector, i int) bool {
	return !v.IsNull(i) && columnar.Values[uint8](v.Base())[v.At(i)] != 0
}

func newFilter(*expr.Spec) (expr.Kernel, error) {
	var e elements
	var w listWriter
	return func(k *expr.KernelCall) {
		w.begin(k)
		e.fill(k, k.Args[0], nil)
		if len(e.idx) == 0 {
			return
		}
		v, ok := evalLambda(k, 1, e.outer, e.params(k.Args[0])[0], e.positions())
		if !ok {
			return
		}
		for j, p := range e.idx {
			if isTrue(v, j) {
				w.put(p)
			}
			if j+1 == len(e.outer) || e.outer[j+1] != e.outer[j] {
				w.end(int(e.outer[j]))
			}
		}
		w.finish(k, k.Args[0].Children[0])
	}, nil
}

// newQuantifier is exists and forall: decided by the first element for which the function is the decisive value.
func newQuantifier(decisive bool) newKernel {
	return func(*expr.Spec) (expr.Kernel, error) {
		var e elements
		return func(k *expr.KernelCall) {
			out := columnar.Values[uint8](k.Out)
			for i := range live(k) {
				out[i] = boolByte(!decisive)
			}
			e.fill(k, k.Args[0], nil)
			if len(e.idx) == 0 {
				return
			}
			v, ok := evalLambda(k, 1, e.outer, e.params(k.Args[0])[0])
			if !ok {
				return
			}
			null := false
			for j, r := range e.outer {
				if j == 0 || e.outer[j-1] != r {
					null = false
				}
				switch {
				case v.IsNull(j):
					null = true
				case isTrue(v, j) == decisive:
					out[r] = boolByte(decisive)
				}
				last := j+1 == len(e.outer) || e.outer[j+1] != r
				if last && null && (out[r] != 0) != decisive {
					k.Out.SetNull(int(r))
				}
			}
		}, nil
	}
}
