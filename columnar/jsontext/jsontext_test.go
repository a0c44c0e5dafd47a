package jsontext

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

func field(name string, t types.Type) types.Field {
	return types.Field{Name: name, Type: t, Nullable: true}
}

// read stores one value and returns it as text.
func read(t *testing.T, typ types.Type, in string) (string, bool, error) {
	t.Helper()
	r := Reader{Zone: time.UTC}
	r.Reset([]byte(in))
	v := columnar.New(typ, 1)
	v.ClearReferences()
	k, err := r.Peek()
	if err != nil || k == End {
		return "", false, err
	}
	fits, err := r.Store(v, 0, NewColumn(typ), k)
	if err != nil {
		return "", false, err
	}
	return text.Hive(v.Value(0), typ, time.UTC), fits, nil
}

// The answers are Spark 4.3's (from_json with an own schema).
func TestStore(t *testing.T) {
	s := types.StructOf
	for _, c := range []struct {
		in, want string
		t        types.Type
		fits     bool
	}{
		{`{"a":[1,"x",3]}`, `{"a":null}`, s(field("a", types.ArrayOf(types.IntType, true))), false},
		{`{"a":[1,null,3]}`, `{"a":[1,null,3]}`, s(field("a", types.ArrayOf(types.IntType, true))), true},
		{`{"a":""}`, `{"a":null}`, s(field("a", types.IntType)), false},
		{`{"a":"1"}`, `{"a":null}`, s(field("a", types.IntType)), false},
		{`{"a":1.5}`, `{"a":2}`, s(field("a", types.DecimalOf(10, 0))), true},
		{`{"a":"NaN","b":NaN}`, `{"a":NaN,"b":NaN}`, s(field("a", types.DoubleType), field("b", types.DoubleType)), true},
		{`{"a":"1.25","b":123456}`, `{"a":1.3,"b":null}`, s(field("a", types.DecimalOf(10, 1)), field("b", types.DecimalOf(3, 0))), false},
		{`{"a":5}`, `{"a":1970-01-01 00:00:05}`, s(field("a", types.TimestampType)), true},
		{`{"a":"2020-01-01T00:00:00.123456Z","b":"2020-01-01"}`, `{"a":2020-01-01 00:00:00.123456,"b":2020-01-01}`, s(field("a", types.TimestampType), field("b", types.DateType)), true},
		{`{"a":"YWJj"}`, `{"a":abc}`, s(field("a", types.BinaryType)), true},
		{`{"A":1}`, `{"a":null}`, s(field("a", types.IntType)), true},
		{`{"a":300}`, `{"a":null}`, s(field("a", types.TinyIntType)), false},
		{`{"a":1e2}`, `{"a":null}`, s(field("a", types.IntType)), false},
		{`{"a":99999999999}`, `{"a":null}`, s(field("a", types.IntType)), false},
		{`{"s":{"p":"no","q":"ok"}}`, `{"s":{"p":null,"q":"ok"}}`, s(field("s", s(field("p", types.IntType), field("q", types.StringType)))), false},
		{`{"m":{"k":1,"l":"z"}}`, `{"m":null}`, s(field("m", types.MapOf(types.StringType, types.IntType, true))), false},
		{`{"a":7,"a":8}`, `{"a":8}`, s(field("a", types.IntType)), true},
		{`{"b":{"c": [1, 2]}}`, `{"b":"{"c": [1, 2]}"}`, s(field("b", types.StringType)), true},
		{`{'b':'\u00e9\n\/\ud83d\ude00'}`, "{\"b\":\"é\n/😀\"}", s(field("b", types.StringType)), true},
		{`{"a":1} garbage`, `{"a":1}`, s(field("a", types.IntType)), true},
	} {
		got, fits, err := read(t, c.t, c.in)
		require.NoError(t, err, c.in)
		require.Equal(t, c.want, got, c.in)
		require.Equal(t, c.fits, fits, c.in)
	}
}

func TestMalformed(t *testing.T) {
	typ := types.StructOf(field("a", types.StringType))
	for _, in := range []string{`{`, `{"a"`, `{"a":`, `{"a":}`, `{"a":1,}`, `{"a":[1,]}`, `{a:1}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":1x}`, `{"a":tru}`, `{"a":"x`, `{"a":"\q"}`,
		`{"a":"\u12"}`, "{\"a\":\"\x01\"}", `{"a":1 "b":2}`, `}`, `{"a":nul}`, `{"a":"x\`, strings.Repeat("[", 100000), `{"a":` + strings.Repeat("[", 100000)} {
		_, _, err := read(t, typ, in)
		if err == nil && strings.HasPrefix(in, "[") { // an array is no struct, but must be skipped without a deep stack
			t.Fatalf("%.20q was read", in)
		}
		require.Error(t, err, "%.30q", in)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax)
	}
}

func TestInfer(t *testing.T) {
	for _, c := range []struct {
		in, want string
		rules    Rules
	}{
		{`{"i":1,"d":1.5,"s":"x","b":true,"n":null,"arr":[1,2.5],"st":{"y":1,"x":"q"},"big":12345678901234567890,"mix":1,"e":{},"ea":[]}
			{"i":2,"d":2,"s":"","b":false,"arr":[null],"st":{"y":2,"z":[{"k":1}]},"mix":"t","huge":1234567890123456789012345678901234567890}
			{"i":3,"mix":{"a": 1}}`,
			"struct<arr:array<double>,b:boolean,big:decimal(20,0),d:double,ea:array<string>,huge:double,i:bigint,mix:string,n:string,s:string,st:struct<x:string,y:bigint,z:array<struct<k:bigint>>>>", Rules{}},
		{`{"a":1.25} {"a":10}`, "struct<a:decimal(22,2)>", Rules{PrefersDecimal: true}},
		{`{"a":1.25,"b":true,"c":[1]}`, "struct<a:string,b:string,c:array<string>>", Rules{PrimitivesAsString: true}},
		{`{"a":null,"b":[],"c":1}`, "struct<c:bigint>", Rules{DropFieldIfAllNull: true}},
		{`{"a":"2020-01-01 00:00:00","b":"x"}`, "struct<a:timestamp,b:string>", Rules{InferTimestamp: true, Zone: time.UTC}},
		{`{"a":true} {"a":1}`, "struct<a:string>", Rules{}},
		{`{"a":[1]} {"a":{"b":1}}`, "struct<a:string>", Rules{}},
	} {
		var s Scanner
		s.Reset([]byte(c.in))
		var g Guess
		for {
			k, err := s.Peek()
			require.NoError(t, err)
			if k == End {
				break
			}
			var one Guess
			require.NoError(t, one.Observe(&s, k, &c.rules))
			g.Merge(&one)
		}
		typ, ok := g.Type(&c.rules)
		require.True(t, ok)
		require.Equal(t, c.want, typ.String())
	}
}

func TestWrite(t *testing.T) {
	cols := []struct {
		name string
		t    types.Type
		v    any
	}{
		{"a", types.DoubleType, 1.5}, {"b", types.DecimalOf(10, 8), types.Int128Of(10)}, {"c", types.TimestampType, int64(1577836800123456)},
		{"d", types.DateType, int32(18262)}, {"e", types.StringType, nil}, {"f", types.ArrayOf(types.IntType, true), []any{int32(1), nil}},
		{"g", types.MapOf(types.StringType, types.IntType, true), types.MapValue{Keys: []any{"k"}, Values: []any{nil}}},
		{"h", types.BinaryType, []byte{0, 255}}, {"k", types.StringType, "a\"b\\/\x01é"}, {"l", types.DoubleType, 1e10},
		{"m", types.TimestampNTZType, int64(1577836800000000)}, {"n", types.MapOf(types.DateType, types.IntType, true), types.MapValue{Keys: []any{int32(18262)}, Values: []any{int32(1)}}},
	}
	var fields []types.Field
	var vs []*columnar.Vector
	for _, c := range cols {
		v := columnar.New(c.t, 1)
		v.ClearReferences()
		v.SetValue(0, c.v)
		fields, vs = append(fields, field(c.name, c.t)), append(vs, v)
	}
	w := Writer{Zone: time.UTC}
	require.Equal(t, `{"a":1.5,"b":1.0E-7,"c":"2020-01-01T00:00:00.123Z","d":"2020-01-01","f":[1,null],"g":{"k":null},"h":"AP8=","k":"a\"b\\/\u0001é","l":1.0E10,"m":"2020-01-01T00:00:00.000","n":{"18262":1}}`,
		string(w.AppendRow(nil, fields, vs, 0)))
	w.FullMicros, w.KeepNulls = true, true
	w.Zone = time.FixedZone("", -19800)
	require.Equal(t, `{"c":"2019-12-31T18:30:00.123456-05:30","d":"2020-01-01","e":null}`, string(w.AppendRow(nil, fields[2:5], vs[2:5], 0)))
}
