package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/variant"
)

const variantGroup = "variant_funcs"

// classText takes strings and nothing that would have to be cast.
var classText = types.Class{Name: "STRING", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	if t.Kind == types.Null {
		return types.StringType, true
	}
	return t, t.Kind == types.String
}}

// variantFuncs read and test variants; variantEdits change them.
func variantFuncs() []*expr.Func {
	v, text := types.ClassVariant, classText
	return append([]*expr.Func{
		{Name: "parse_json", Group: variantGroup, Since: "4.0.0", Usage: "parse_json(json) - Returns a JSON text as a variant.",
			Examples: []expr.Example{{SQL: `SELECT parse_json('{"a":1,"b":0.8}')`, Want: `{"a":1,"b":0.8}`}},
			Sigs:     []expr.Sig{returns(types.VariantType, text)}, Fallible: true, New: newParseJSON},
		{Name: "try_parse_json", Group: variantGroup, Since: "4.0.0", Usage: "try_parse_json(json) - Returns a JSON text as a variant, NULL if it is malformed.",
			Examples: []expr.Example{{SQL: `SELECT try_parse_json('{"a":1,')`, Want: "NULL"}},
			Sigs:     []expr.Sig{returns(types.VariantType, text)}, AlwaysNull: true, New: tolerant(newParseJSON)},
		{Name: "is_variant_null", Group: variantGroup, Since: "4.0.0", Usage: "is_variant_null(v) - Tells whether a variant is the JSON null, which is not NULL.",
			Examples: []expr.Example{{SQL: "SELECT is_variant_null(parse_json('null'))", Want: "true"}},
			Sigs:     []expr.Sig{returns(types.BooleanType, v)}, NullRule: expr.NullCustom, NeverNull: true, New: kernelOf(isVariantNull)},
		{Name: "is_valid_variant", Group: variantGroup, Since: "4.2.0", Usage: "is_valid_variant(v) - Tells whether the bytes of a variant are well formed.",
			Examples: []expr.Example{{SQL: "SELECT is_valid_variant(parse_json('[1]'))", Want: "true"}},
			Sigs:     []expr.Sig{returns(types.BooleanType, v)}, New: textMap(func(b []byte) uint8 { return boolByte(variant.Valid(b)) })},
		{Name: "variant_get", Group: variantGroup, Since: "4.0.0", Usage: "variant_get(v, path[, type]) - Returns the part of a variant that a path as $.a[0]['b'] leads to, NULL if there is none, cast to a type.",
			Examples: []expr.Example{{SQL: `SELECT variant_get(parse_json('{"a": 1}'), '$.a', 'int')`, Want: "1"}, {SQL: `SELECT variant_get(parse_json('{"a": 1}'), '$.b')`, Want: "NULL"}},
			Resolve:  resolveVariantGet, Rewrite: castVariantGet(expr.ANSI), AlwaysNull: true, Fallible: true, New: newVariantGet},
		{Name: "try_variant_get", Group: variantGroup, Since: "4.0.0", Usage: "try_variant_get(v, path[, type]) - Is variant_get that returns NULL where the cast fails.",
			Examples: []expr.Example{{SQL: `SELECT try_variant_get(parse_json('[1, "hello"]'), '$[1]', 'int')`, Want: "NULL"}},
			Resolve:  resolveVariantGet, Rewrite: castVariantGet(expr.Try), AlwaysNull: true, Fallible: true, New: newVariantGet},
		{Name: "to_variant_object", Group: variantGroup, Since: "4.0.0", Usage: "to_variant_object(v) - Returns a struct, array or map as a variant; structs and maps become objects.",
			Examples: []expr.Example{{SQL: "SELECT to_variant_object(named_struct('a', 1, 'b', 2))", Want: `{"a":1,"b":2}`}},
			Resolve:  resolveToVariantObject, Rewrite: func(c *expr.Call) (expr.Expr, error) {
				return &expr.Cast{Base: c.Base, Child: c.Args[0], To: types.VariantType, Mode: c.Mode}, nil
			}},
		{Name: "schema_of_variant", Group: variantGroup, Since: "4.0.0", Usage: "schema_of_variant(v) - Returns the type of a variant.",
			Examples: []expr.Example{{SQL: `SELECT schema_of_variant(parse_json('[{"b":true,"a":0}]'))`, Want: "ARRAY<OBJECT<a: BIGINT, b: BOOLEAN>>"}},
			Sigs:     []expr.Sig{returns(types.StringType, v)}, New: appendMap(func(dst, b []byte) []byte { return append(dst, variant.SchemaText(variant.Of(b).Schema())...) })},
		{Name: "schema_of_variant_agg", Kind: expr.AggregateFunc, Group: variantGroup, Since: "4.0.0", Usage: "schema_of_variant_agg(v) - Returns the type that all variants have.",
			Examples: []expr.Example{{SQL: `SELECT schema_of_variant_agg(parse_json(j)) FROM VALUES ('{"a":1}'), ('{"b":true}') AS t(j)`, Want: "OBJECT<a: BIGINT, b: BOOLEAN>"}},
			Sigs:     []expr.Sig{returns(types.StringType, v)}, NeverNull: true, NewAccumulator: newSchemaOfVariants},
		variantExplode("variant_explode", "variant_explode(input) - Returns a row for each field of an object or element of an array."),
		variantExplode("variant_explode_outer", "variant_explode_outer(input) - Is variant_explode that gives a row of NULLs if there is nothing."),
	}, variantEdits()...)
}

func newParseJSON(s *expr.Spec) (expr.Kernel, error) {
	var b variant.Builder
	var sc jsontext.Scanner
	sc.Dialect = jsontext.Dialect{OnlyDouble: true, OnlyNumeric: true}
	return func(k *expr.KernelCall) {
		in := textsOf(k.Args[0])
		for i := range live(k) {
			text := in.at(i)
			sc.Reset(text)
			b.Reset()
			kind, err := sc.Peek()
			if err == nil {
				err = sc.Variant(&b, kind) // what follows the value does not matter, as in Spark
			}
			if err != nil {
				reject(k, i, s, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s.", text)
				continue
			}
			k.Out.SetBytes(i, b.Result())
		}
	}, nil
}

func isVariantNull(k *expr.KernelCall) {
	out := columnar.Values[uint8](k.Out)
	for i := range each(k) {
		v := k.Args[0]
		out[i] = boolByte(!v.IsNull(i) && variant.Of(v.Bytes(i)).IsNull())
	}
}

// resolveVariantGet types variant_get; the analyzer gives the type as a NULL of it.
func resolveVariantGet(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 || len(c.Args) > 3 {
		return nil, WrongCount(c.Func.Name, "[2, 3]", len(c.Args), c.Pos)
	}
	params := make([]types.Type, len(c.Args))
	var err error
	for i, class := range []types.Class{types.ClassVariant, classText} {
		if params[i], err = accept(c, i, class); err != nil {
			return nil, err
		}
	}
	if len(c.Args) == 3 {
		if params[2] = c.Args[2].Type(); !types.CanCast(types.VariantType, params[2], true) {
			return nil, noVariantCast(c, types.VariantType, params[2])
		}
	}
	return &expr.Resolution{Params: params, Result: types.VariantType}, nil
}

func noVariantCast(c *expr.Resolving, from, to types.Type) error {
	return sqlerr.New("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".",
		describeCall(c.Func.Name, c.Args), from.SQL(), to.SQL())
}

// castVariantGet makes variant_get with a type a cast of variant_get without.
func castVariantGet(mode expr.Mode) func(c *expr.Call) (expr.Expr, error) {
	return func(c *expr.Call) (expr.Expr, error) {
		if len(c.Args) == 2 {
			return c, nil
		}
		part := *c
		part.Args = c.Args[:2]
		return &expr.Cast{Base: c.Base, Child: &part, To: c.Args[2].Type().AsNullable(), Mode: mode}, nil
	}
}

// paths parses paths, the constant ones once.
type paths struct {
	text string
	path []variant.Step
	ok   bool
}

func (p *paths) parse(text []byte) ([]variant.Step, bool) {
	if p.path == nil || string(text) != p.text {
		p.text = string(text)
		p.path, p.ok = variant.ParsePath(p.text)
	}
	return p.path, p.ok
}

func newVariantGet(s *expr.Spec) (expr.Kernel, error) {
	var p paths
	return func(k *expr.KernelCall) {
		vs, texts := textsOf(k.Args[0]), textsOf(k.Args[1])
		for i := range live(k) {
			path, ok := p.parse(texts.at(i))
			if !ok {
				reject(k, i, s, "INVALID_VARIANT_GET_PATH", "The path `%s` is not a valid variant extraction path in `variant_get`. A valid path should start with `$` and is followed by zero or more segments like `[123]`, `.name`, `['name']`, or `[\"name\"]`.", texts.at(i))
				continue
			}
			if part, ok := variant.Of(vs.at(i)).Get(path); ok {
				k.Out.SetBytes(i, part.Raw())
			} else {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

func resolveToVariantObject(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	t := c.Args[0].Type()
	if !t.IsNested() || !isVariantObject(t) {
		return nil, noVariantCast(c, t, types.VariantType)
	}
	return &expr.Resolution{Params: []types.Type{t}, Result: types.VariantType}, nil
}

// isVariantObject reports whether to_variant_object takes values of a type as they are or inside others.
func isVariantObject(t types.Type) bool {
	switch t.Kind {
	case types.Array:
		return isVariantObject(t.Elem())
	case types.Map:
		return t.Key().Kind == types.String && isVariantObject(t.Elem())
	case types.Struct:
		for _, f := range t.Fields() {
			if !isVariantObject(f.Type) {
				return false
			}
		}
		return true
	}
	return t.Kind != types.Null && types.CanCast(t, types.VariantType, true)
}

func newSchemaOfVariants(s *expr.Spec) (expr.Accumulator, error) {
	return newStates(s.Result, stateSteps[types.Type]{
		fresh: func() types.Type { return types.NullType },
		update: func(t *types.Type, args []*columnar.Vector, row int) error {
			*t = variant.MergeSchemas(*t, variant.Of(args[0].Bytes(row)).Schema())
			return nil
		},
		merge: func(t *types.Type, b []byte) error {
			u, _ := variant.ReadSchema(b)
			*t = variant.MergeSchemas(*t, u)
			return nil
		},
		encode: func(t *types.Type) []byte { return variant.AppendSchema(nil, *t) },
		final: func(t *types.Type, out *columnar.Vector, g int) error {
			out.SetBytes(g, []byte(variant.SchemaText(*t)))
			return nil
		},
		nulls: 1, whole: true, size: 64,
	}), nil
}

func variantExplode(name, usage string) *expr.Func {
	return &expr.Func{Name: name, Kind: expr.Generator, Group: variantGroup, Since: "4.0.0", Usage: usage,
		Examples: []expr.Example{{SQL: "SELECT * FROM " + name + "(parse_json('{\"a\": true}'))", Want: "0\ta\ttrue"}},
		Sigs:     []expr.Sig{{Params: []types.Class{types.ClassVariant}, Names: []string{"input"}}},
		Output: func(*expr.Spec) types.Schema {
			return types.Schema{{Name: "pos", Type: types.IntType}, {Name: "key", Type: types.StringType, Nullable: true}, {Name: "value", Type: types.VariantType}}
		},
		NewGenerator: func(*expr.Spec) (expr.GeneratorKernel, error) { return explodeVariants, nil }}
}

func explodeVariants(args []*columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) (outer []int32, cols []*columnar.Vector, err error) {
	var parts []variant.Value
	var keys [][]byte
	var places []int32
	for at.Row < rows.Count() && len(outer) < most {
		r := rows.Row(at.Row)
		if args[0].IsNull(r) {
			at.Row++
			continue
		}
		v, n := variant.Of(args[0].Bytes(r)), 0
		kind := v.Kind()
		if kind == variant.Object || kind == variant.Array {
			n = v.Len()
		}
		from, to := at.Take(n, most-len(outer))
		for j := from; j < to; j++ {
			outer, places, parts = append(outer, int32(r)), append(places, int32(j)), append(parts, v.Elem(j))
			var key []byte
			if kind == variant.Object {
				key = v.Key(j)
			}
			keys = append(keys, key)
		}
	}
	names, values := columnar.New(types.StringType, len(parts)), columnar.New(types.VariantType, len(parts))
	for i, part := range parts {
		values.SetBytes(i, part.Raw())
		if keys[i] == nil {
			names.SetNull(i)
		} else {
			names.SetBytes(i, keys[i])
		}
	}
	return outer, []*columnar.Vector{int32s(&columnar.Vector{}, places), names, values}, nil
}
