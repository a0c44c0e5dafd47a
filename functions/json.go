package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const jsonGroup = "json_funcs"

// jsonFuncs read and write JSON text. The analyzer gives from_json its schema as a NULL of the schema's type, and options as a literal.
func jsonFuncs() []*expr.Func {
	text := types.ClassString
	return []*expr.Func{
		{Name: "from_json", Group: jsonGroup, Since: "2.2.0", Usage: "from_json(json, schema[, options]) - Returns the value of a JSON text.",
			Examples: []expr.Example{{SQL: `SELECT from_json('{"a":1, "b":0.8}', 'a INT, b DOUBLE')`, Want: `{"a":1,"b":0.8}`}},
			Resolve:  resolveFromText(jsonSchema), NullRule: expr.NullCustom, AlwaysNull: true, Fallible: true, New: newFromJSON},
		{Name: "to_json", Group: jsonGroup, Since: "2.2.0", Usage: "to_json(v[, options]) - Returns a struct, array or map as JSON text.",
			Examples: []expr.Example{{SQL: "SELECT to_json(named_struct('a', 1, 'b', 2))", Want: `{"a":1,"b":2}`}, {SQL: "SELECT to_json(array(map('a', 1)))", Want: `[{"a":1}]`}},
			Resolve:  resolveToJSON, New: newToJSON},
		{Name: "get_json_object", Group: jsonGroup, Since: "1.5.0", Usage: "get_json_object(json, path) - Returns the part of a JSON text that a path as $.a[0]['b'] leads to.",
			Examples: []expr.Example{{SQL: `SELECT get_json_object('{"a":"b"}', '$.a')`, Want: "b"}, {SQL: `SELECT get_json_object('[{"a":"b"},{"a":"c"}]', '$[*].a')`, Want: `["b","c"]`}},
			Sigs:     []expr.Sig{returns(types.StringType, text, text)}, AlwaysNull: true, New: newGetJSONObject},
		{Name: "json_array_length", Group: jsonGroup, Since: "3.1.0", Usage: "json_array_length(json) - Returns the number of elements of a JSON array.",
			Examples: []expr.Example{{SQL: "SELECT json_array_length('[1,2,3,4]')", Want: "4"}},
			Sigs:     []expr.Sig{returns(types.IntType, text)}, AlwaysNull: true, New: newJSONArrayLength},
		{Name: "json_object_keys", Group: jsonGroup, Since: "3.1.0", Usage: "json_object_keys(json) - Returns the keys of a JSON object.",
			Examples: []expr.Example{{SQL: `SELECT json_object_keys('{"f1":"abc","f2":{"f3":"a", "f4":"b"}}')`, Want: `["f1","f2"]`}},
			Sigs:     []expr.Sig{returns(types.ArrayOf(types.StringType, false), text)}, AlwaysNull: true, New: newJSONObjectKeys},
		{Name: "json_tuple", Kind: expr.Generator, Group: jsonGroup, Since: "1.6.0", Usage: "json_tuple(json, key, …) - Returns the values of keys of a JSON object as columns.",
			Examples: []expr.Example{{SQL: `SELECT json_tuple('{"a":1, "b":2}', 'a', 'b')`, Want: "1\t2"}},
			Sigs:     []expr.Sig{{Params: []types.Class{text, text, text}, Variadic: true}}, Output: tupleColumns, NewGenerator: newJSONTuple},
		{Name: "schema_of_json", Group: jsonGroup, Since: "2.4.0", Usage: "schema_of_json(json[, options]) - Returns the type of a JSON text.",
			Examples: []expr.Example{{SQL: `SELECT schema_of_json('[{"col":0}]')`, Want: "ARRAY<STRUCT<col: BIGINT>>"}},
			Resolve:  resolveSchemaOf("json"), New: newSchemaOfJSON},
	}
}

// resolveFromText types from_json and from_csv.
func resolveFromText(schema func(c *expr.Resolving, t types.Type) error) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) < 2 || len(c.Args) > 3 {
			return nil, WrongCount(c.Func.Name, "[2, 3]", len(c.Args), c.Pos)
		}
		params := c.Types()
		if k := params[0].Kind; k != types.String && k != types.Null {
			return nil, WrongType(c.Func.Name, c.Args, 0, "STRING", c.Pos)
		}
		params[0] = types.StringType
		if err := schema(c, params[1]); err != nil {
			return nil, err
		}
		null := true
		return &expr.Resolution{Params: params, Result: params[1].AsNullable(), Nullable: &null}, nil
	}
}

func jsonSchema(c *expr.Resolving, t types.Type) error {
	if t.IsNested() || t.Kind == types.Variant {
		return checkJSONKeys(c, t)
	}
	return sqlerr.New("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input schema \"%s\" must be a struct, an array, a map or a variant.", describeCall(c.Func.Name, c.Args), t.SQL())
}

// checkJSONKeys rejects maps whose keys are not strings.
func checkJSONKeys(c *expr.Resolving, t types.Type) error {
	switch t.Kind {
	case types.Map:
		if t.Key().Kind != types.String {
			return sqlerr.New("INVALID_JSON_SCHEMA_MAP_TYPE", c.Pos, "Input schema \"%s\" can only contain STRING as a key type for a MAP.", c.Args[1].Type().SQL())
		}
		return checkJSONKeys(c, t.Elem())
	case types.Array:
		return checkJSONKeys(c, t.Elem())
	case types.Struct:
		for _, f := range t.Fields() {
			if err := checkJSONKeys(c, f.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromJSON is one from_json call.
type fromJSON struct {
	spec     *expr.Spec
	reader   jsontext.Reader
	col      *jsontext.Column
	elem     *jsontext.Column // of an array of structs, for an object in its place
	failFast bool
	corrupt  int // field for malformed text, -1 if there is none
}

func newFromJSON(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 2)
	if err != nil {
		return nil, err
	}
	f := &fromJSON{spec: s, col: jsontext.NewColumn(s.Result), corrupt: -1}
	if s.Result.Kind == types.Array {
		f.elem = jsontext.NewColumn(s.Result.Elem())
	}
	if f.failFast, err = o.failFast(s, "from_json"); err != nil {
		return nil, err
	}
	if err := o.reject(s, "locale"); err != nil {
		return nil, err
	}
	times, err := textTimesOf(o, s, true)
	if err != nil {
		return nil, err
	}
	f.reader.Zone, f.reader.Date, f.reader.Timestamp, f.reader.NTZ = times.zone, times.parseDate, times.parseTimestamp, times.parseNTZ
	f.reader.Dialect = jsontext.Dialect{Comments: o.is("allowcomments"), UnquotedNames: o.is("allowunquotedfieldnames"), OnlyDouble: o["allowsinglequotes"] == "false",
		LeadingZeros: o.is("allownumericleadingzeros"), OnlyNumeric: o["allownonnumericnumbers"] == "false", AnyEscape: o.is("allowbackslashescapinganycharacter"), Control: o.is("allowunquotedcontrolchars")}
	if s.Result.Kind == types.Struct {
		name := o.get("columnnameofcorruptrecord", "_corrupt_record")
		if at := s.Result.FieldIndex(name); at >= 0 && s.Result.Fields()[at].Type.Kind == types.String {
			f.corrupt = at
		}
	}
	return f.run, nil
}

func (f *fromJSON) run(k *expr.KernelCall) {
	in := textsOf(k.Args[0])
	for i := range each(k) {
		if k.Args[0].IsNull(i) {
			jsontext.SetNull(k.Out, i)
			continue
		}
		text := in.at(i)
		f.reader.Reset(text)
		found, fits, err := f.value(k.Out, i)
		switch {
		case err == nil && fits:
			if !found {
				jsontext.SetNull(k.Out, i)
			} else if f.corrupt >= 0 {
				jsontext.SetNull(k.Out.Children[f.corrupt], i)
			}
		case f.failFast:
			jsontext.SetNull(k.Out, i)
			reject(k, i, f.spec, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.", text)
		default:
			f.malformed(k.Out, i, text, err != nil)
		}
	}
}

// malformed makes a row null, or of a struct a row of nulls; syntax tells that nothing of it counts.
func (f *fromJSON) malformed(v *columnar.Vector, i int, text []byte, syntax bool) {
	if v.Width != columnar.WStruct {
		if syntax {
			jsontext.SetNull(v, i)
		}
		return
	}
	if v.Valid != nil {
		v.EnsureValid()[i>>6] |= 1 << (i & 63)
	}
	for j, c := range v.Children {
		if syntax || j == f.corrupt {
			jsontext.SetNull(c, i)
		}
	}
	if f.corrupt >= 0 {
		c := v.Children[f.corrupt]
		c.EnsureValid()[i>>6] |= 1 << (i & 63)
		c.SetBytes(i, text)
	}
}

// value reads a text into row i; found is false if there is no value.
func (f *fromJSON) value(v *columnar.Vector, i int) (found, fits bool, err error) {
	kind, err := f.reader.Peek()
	switch {
	case err != nil:
		return false, false, err
	case kind == jsontext.End:
		return false, true, nil
	case v.Type.Kind == types.Variant:
		_, err = f.reader.Store(v, i, f.col, kind)
		return true, true, err
	case kind == jsontext.Array && v.Width == columnar.WStruct: // the first object of an array
		if err := f.reader.Enter(); err != nil {
			return false, false, err
		}
		kind, err = f.reader.Element(true)
		if err != nil || kind == jsontext.End {
			return false, true, err
		}
	case kind == jsontext.Object && v.Width == columnar.WList && v.Type.Elem().Kind == types.Struct:
		return f.single(v, i, kind)
	case kind == jsontext.Null:
		_, err := f.reader.Literal()
		return false, true, err
	}
	switch {
	case v.Width == columnar.WList && kind != jsontext.Array, v.Width != columnar.WList && kind != jsontext.Object:
		jsontext.SetNull(v, i)
		return false, false, &jsontext.SyntaxError{Reason: "a value of another kind"}
	}
	fits, err = f.reader.Store(v, i, f.col, kind)
	return true, fits, err
}

// single reads an object as an array of one struct.
func (f *fromJSON) single(v *columnar.Vector, i int, kind jsontext.Kind) (found, fits bool, err error) {
	child := v.Children[0]
	at := child.Len
	child.Grow(at + 1)
	jsontext.SetNull(child, at)
	fits, err = f.reader.Store(child, at, f.elem, kind)
	columnar.Values[columnar.Span](v)[i] = columnar.Span{Off: int32(at), Len: 1}
	return true, fits, err
}

func resolveToJSON(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 1 || len(c.Args) > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
	}
	if t := c.Args[0].Type(); !t.IsNested() && t.Kind != types.Null && t.Kind != types.Variant {
		return nil, WrongType(c.Func.Name, c.Args, 0, `STRUCT" or "ARRAY" or "MAP" or "VARIANT`, c.Pos)
	}
	return &expr.Resolution{Params: c.Types(), Result: types.StringType}, nil
}

func newToJSON(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	if err := o.reject(s, "pretty"); err != nil {
		return nil, err
	}
	times, err := textTimesOf(o, s, false)
	if err != nil {
		return nil, err
	}
	w := jsontext.Writer{KeepNulls: o["ignorenullfields"] == "false", SortKeys: o.is("sortkeys"), Zone: times.zone,
		Date: times.appendDate, Timestamp: times.appendTimestamp, NTZ: times.appendNTZ}
	var buf []byte
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			buf = w.Append(buf[:0], k.Args[0], i)
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

// resolveSchemaOf types schema_of_json and schema_of_csv, whose text must be constant.
func resolveSchemaOf(what string) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) < 1 || len(c.Args) > 2 {
			return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
		}
		call := describeCall(c.Func.Name, c.Args[:1])
		lit, _ := c.Args[0].(*expr.Literal)
		switch t := c.Args[0].Type(); {
		case lit != nil && lit.Value == nil:
			return nil, sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_NULL", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `%s` must not be null.", call, what)
		case t.Kind != types.String:
			return nil, WrongType(c.Func.Name, c.Args, 0, "STRING", c.Pos)
		case lit == nil:
			return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: the input `%s` should be a foldable \"STRING\" expression; however, got \"%s\".", call, what, describe(c.Args[0]))
		}
		return &expr.Resolution{Params: c.Types(), Result: types.StringType}, nil
	}
}

func newSchemaOfJSON(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	rules := jsontext.Rules{PrimitivesAsString: o.is("primitivesasstring"), PrefersDecimal: o.is("prefersdecimal"), DropFieldIfAllNull: o.is("dropfieldifallnull"), InferTimestamp: o.is("infertimestamp")}
	if rules.Zone, err = o.zone(s); err != nil {
		return nil, err
	}
	return func(k *expr.KernelCall) {
		in := textsOf(k.Args[0])
		for i := range live(k) {
			var sc jsontext.Scanner
			sc.Dialect.LeadingZeros = o.is("allownumericleadingzeros")
			sc.Reset(in.at(i))
			var g jsontext.Guess
			kind, err := sc.Peek()
			if err == nil && kind != jsontext.End {
				err = g.Observe(&sc, kind, &rules)
			}
			if err != nil {
				reject(k, i, s, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s.", in.at(i))
				continue
			}
			t, ok := g.Type(&rules)
			if !ok {
				t = types.StringType
				if kind == jsontext.Object {
					t = types.StructOf()
				}
			}
			k.Out.SetBytes(i, []byte(t.SQL()))
		}
	}, nil
}
