package functions

import (
	"errors"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// classToVariant takes what a cast makes a variant.
var classToVariant = types.Class{Name: "VARIANT", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	return types.VariantType, types.CanCast(t, types.VariantType, true)
}}

// variantEdits change variants. What does not fit the path is an error; in the try_ forms the result is null.
func variantEdits() []*expr.Func {
	set := func(name, usage, sql, want string, op variant.Op, try bool) *expr.Func {
		f := &expr.Func{Name: name, Group: variantGroup, Since: "4.2.0", Usage: usage, Examples: []expr.Example{{SQL: sql, Want: want}},
			Sigs: []expr.Sig{returns(types.VariantType, types.ClassVariant, classText, classToVariant)}, Fallible: true, AlwaysNull: try, New: newVariantEdit(op, try)}
		if op == variant.Set {
			f.Sigs = []expr.Sig{returns(types.VariantType, types.ClassVariant, classText, classToVariant, types.ClassBoolean)}
			f.Sigs[0].Optional = 1
		}
		f.Resolve = resolveVariantEdit(op == variant.Set)
		return f
	}
	return []*expr.Func{
		set("variant_set", "variant_set(v, path, value[, create]) - Returns a variant with a value put where a path leads; what is missing on the way is made unless create is false.",
			`SELECT variant_set(parse_json('{"a": 1}'), '$.b', 3)`, `{"a":1,"b":3}`, variant.Set, false),
		set("try_variant_set", "try_variant_set(v, path, value[, create]) - Is variant_set that returns NULL where the path does not fit.",
			`SELECT try_variant_set(parse_json('{"a": 1}'), '$.a.b', 2)`, "NULL", variant.Set, true),
		set("variant_insert", "variant_insert(v, path, value) - Returns a variant with a new field, or a new element before that where a path leads.",
			`SELECT variant_insert(parse_json('["a","b","c"]'), '$[1]', 'z')`, `["a","z","b","c"]`, variant.Insert, false),
		set("try_variant_insert", "try_variant_insert(v, path, value) - Is variant_insert that returns NULL where the path does not fit or the field exists.",
			`SELECT try_variant_insert(parse_json('{"a": 1}'), '$.a', 2)`, "NULL", variant.Insert, true),
		set("variant_array_append", "variant_array_append(v, path, value) - Returns a variant with a value put at the end of the array where a path leads.",
			`SELECT variant_array_append(parse_json('[1, 2, 3]'), '$', 4)`, "[1,2,3,4]", variant.Append, false),
		set("try_variant_array_append", "try_variant_array_append(v, path, value) - Is variant_array_append that returns NULL where the path does not lead to an array.",
			`SELECT try_variant_array_append(parse_json('{"a": 1}'), '$.a', 2)`, "NULL", variant.Append, true),
		{Name: "variant_delete", Group: variantGroup, Since: "4.2.0", Usage: "variant_delete(v, path, …) - Returns a variant without the fields and elements where paths lead, one after the other.",
			Examples: []expr.Example{{SQL: `SELECT variant_delete(parse_json('{"a": 1, "b": 2, "c": 3}'), NULL, '$.a', '$.c')`, Want: `{"b":2}`}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassVariant, classText, classText}, Variadic: true}}, NullRule: expr.NullCustom, Fallible: true, New: newVariantDelete},
		{Name: "variant_strip_nulls", Group: variantGroup, Since: "4.2.0", Usage: "variant_strip_nulls(v[, arrays]) - Returns a variant without fields that are null, and unless arrays is false without elements that are null.",
			Examples: []expr.Example{{SQL: `SELECT variant_strip_nulls(parse_json('{"a": [1, null], "b": null}'), false)`, Want: `{"a":[1,null]}`}},
			Sigs:     []expr.Sig{{Params: []types.Class{types.ClassVariant, types.ClassBoolean}, Optional: 1}}, Resolve: withDefaults(trueLiteral()), New: kernelOf(stripNulls)},
	}
}

func trueLiteral() *expr.Literal { return &expr.Literal{Value: true, T: types.BooleanType} }

// resolveVariantEdit names the cast that there is not where a value is no variant.
func resolveVariantEdit(create bool) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) >= 3 {
			if t := c.Args[2].Type(); !types.CanCast(t, types.VariantType, true) {
				return nil, noVariantCast(c, t, types.VariantType)
			}
		}
		if create {
			return withDefaults(trueLiteral())(c)
		}
		return bySigs(c, c.Args)
	}
}

const badVariantPath = "The path '%s' is not a valid `%s` target. A valid path starts with `$` and has one or more segments like `[123]`, `.name`, `['name']`, or `[\"name\"]`."

var editNames = map[variant.Op]string{variant.Set: "variant_set", variant.Insert: "variant_insert", variant.Append: "variant_array_append"}

func newVariantEdit(op variant.Op, try bool) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		var p paths
		var b variant.Builder
		name := editNames[op]
		return func(k *expr.KernelCall) {
			vs, texts, vals := textsOf(k.Args[0]), textsOf(k.Args[1]), textsOf(k.Args[2])
			for i := range live(k) {
				path, ok := p.parse(texts.at(i))
				if !ok || len(path) == 0 && op != variant.Append {
					reject(k, i, s, "INVALID_VARIANT_PATH", badVariantPath, texts.at(i), name)
					continue
				}
				how := op
				if op == variant.Set && k.Args[3].Value(i) == false {
					how = variant.Replace
				}
				b.Reset()
				switch err := b.Edit(variant.Of(vs.at(i)), path, how, variant.Of(vals.at(i))); {
				case err == nil:
					k.Out.SetBytes(i, b.Result())
				case try:
					k.Out.SetNull(i)
				default:
					rejectEdit(k, i, s, name, texts.at(i), err)
				}
			}
		}, nil
	}
}

func rejectEdit(k *expr.KernelCall, i int, s *expr.Spec, name string, path []byte, err error) {
	var mismatch *variant.MismatchError
	var duplicate *variant.DuplicateError
	switch {
	case errors.As(err, &mismatch):
		reject(k, i, s, "VARIANT_PATH_TYPE_MISMATCH", "The path '%s' is incompatible with the variant value at '%s' in `%s`.", path, mismatch.Path(), name)
	case errors.As(err, &duplicate):
		reject(k, i, s, "VARIANT_DUPLICATE_KEY", "Failed to build variant because of a duplicate object key `%s`.", duplicate.Key)
	}
}

// newVariantDelete deletes path by path; a path that is null deletes nothing.
func newVariantDelete(s *expr.Spec) (expr.Kernel, error) {
	p := make([]paths, len(s.Args))
	var b variant.Builder
	return func(k *expr.KernelCall) {
	rows:
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			cur := k.Args[0].Bytes(i)
			for j, a := range k.Args[1:] {
				if a.IsNull(i) {
					continue
				}
				path, ok := p[j].parse(a.Bytes(i))
				if !ok || len(path) == 0 {
					reject(k, i, s, "INVALID_VARIANT_PATH", badVariantPath, a.Bytes(i), "variant_delete")
					continue rows
				}
				b.Reset()
				_ = b.Edit(variant.Of(cur), path, variant.Delete, variant.Value{}) // Delete has no errors
				cur = append([]byte(nil), b.Result()...)
			}
			k.Out.SetBytes(i, cur)
		}
	}, nil
}

func stripNulls(k *expr.KernelCall) {
	var b variant.Builder
	vs, arrays := textsOf(k.Args[0]), columnOf[uint8](k.Args[1])
	for i := range live(k) {
		b.Reset()
		b.StripNulls(variant.Of(vs.at(i)), arrays.at(i) != 0)
		k.Out.SetBytes(i, b.Result())
	}
}
