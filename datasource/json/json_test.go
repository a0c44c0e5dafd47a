package json

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit/scanned"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// write makes a file and returns a listing of it.
func write(t testing.TB, name, content string) []datasource.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
	l, err := datasource.List(context.Background(), []string{path})
	require.NoError(t, err)
	return l.Files
}

func open(t testing.TB, files []datasource.File, schema types.Schema, o datasource.Options) datasource.Table {
	t.Helper()
	tab, err := Format{}.Open(context.Background(), files, o, schema)
	require.NoError(t, err)
	return tab
}

const badLines = `{"a":1,"b":"x"}
{"a":"no","b":"y"}
{"a":2,"b":{"c": [1, 2]}}
{"a":3,"b":
[{"a":4,"b":"arr1"},{"a":5,"b":"arr2"}]
7

{"a":1.5,"b":1.50}
{"a":6,"b":"tail"} garbage
{"a":7,"a":8,"b":null}
`

func schemaAB(corrupt bool) types.Schema {
	s := types.Schema{{Name: "a", Type: types.IntType, Nullable: true}, {Name: "b", Type: types.StringType, Nullable: true}}
	if corrupt {
		s = append(s, types.Field{Name: "_corrupt_record", Type: types.StringType, Nullable: true})
	}
	return s
}

// The answers are Spark 4.3's for the same file.
func TestModes(t *testing.T) {
	files := write(t, "bad.json", badLines)
	for _, size := range []int{1, 3, 4096} {
		got, err := scanned.Text(open(t, files, schemaAB(true), nil), size)
		require.NoError(t, err)
		require.Equal(t, []string{`1|x|NULL`, `NULL|y|{"a":"no","b":"y"}`, `2|{"c": [1, 2]}|NULL`, `NULL|NULL|{"a":3,"b":`, `4|arr1|NULL`, `5|arr2|NULL`, `NULL|NULL|7`,
			`NULL|1.50|{"a":1.5,"b":1.50}`, `6|tail|NULL`, `8|NULL|NULL`}, got)
		got, err = scanned.Text(open(t, files, schemaAB(false), datasource.Options{"mode": "DROPMALFORMED"}), size)
		require.NoError(t, err)
		require.Equal(t, []string{`1|x`, `2|{"c": [1, 2]}`, `4|arr1`, `5|arr2`, `6|tail`, `8|NULL`}, got)
		got, err = scanned.Text(open(t, files, schemaAB(false), datasource.Options{"mode": "DROPMALFORMED"}), size, "b") // a decides although nobody reads it
		require.NoError(t, err)
		require.Len(t, got, 6)
	}
	_, err := scanned.Text(open(t, files, schemaAB(false), datasource.Options{"mode": "FAILFAST"}), 10)
	e := sqlerr.As(err)
	require.NotNil(t, e)
	require.Equal(t, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", e.Condition)
	require.Contains(t, e.Message, "bad.json line 2")
}

func TestInferredSchema(t *testing.T) {
	tab := open(t, write(t, "x.jsonl", "{\"b\":1,\"a\":{\"x\":[1.5]}}\n{\"b\":null,\"c\":\"\"}\n"), nil, nil)
	require.Equal(t, "struct<a:struct<x:array<double>>,b:bigint,c:string>", types.StructOf(tab.(datasource.VectorTable).SQLSchema()...).String())
	got, err := scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{`{"x":[1.5]}|1|NULL`, `NULL|NULL|`}, got)

	tab = open(t, write(t, "x.json", "{\"b\":1}\nnot json\n"), nil, nil)
	got, err = scanned.Text(tab, 0, "_corrupt_record", "b")
	require.NoError(t, err)
	require.Equal(t, []string{"NULL|1", "not json|NULL"}, got)

	_, err = Format{}.Open(context.Background(), write(t, "x.json", `{"a":1,"A":2}`), nil, nil)
	require.Equal(t, "COLUMN_ALREADY_EXISTS", sqlerr.As(err).Condition)
}

func TestPatterns(t *testing.T) {
	s := types.Schema{{Name: "d", Type: types.DateType, Nullable: true}, {Name: "t", Type: types.TimestampType, Nullable: true}}
	o := datasource.Options{"dateformat": "dd/MM/yyyy", "timestampformat": "dd.MM.yyyy HH:mm"}
	got, err := scanned.Text(open(t, write(t, "x.json", `{"d":"31/12/2020","t":"31.12.2020 14:05"}`+"\n"+`{"d":"2020-12-31"}`), s, o), 0)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-12-31|2020-12-31 14:05:00", "NULL|NULL"}, got)
	var out bytes.Buffer
	w, err := Format{}.NewWriter(&out, arrow.NewSchema(columnar.ArrowFields(s), nil), o)
	require.NoError(t, err)
	rec, err := columnar.ToRecord(arrow.NewSchema(columnar.ArrowFields(s), nil), &columnar.Batch{N: 1, Cols: []*columnar.Vector{columnar.NewConstant(types.DateType, int32(0), 1), columnar.NewConstant(types.TimestampType, int64(0), 1)}})
	require.NoError(t, err)
	require.NoError(t, w.Write(rec))
	require.NoError(t, w.Close())
	require.Equal(t, `{"d":"01/01/1970","t":"01.01.1970 00:00"}`+"\n", out.String())
}

func TestMultiLine(t *testing.T) {
	o := datasource.Options{"multiline": "true"}
	for _, content := range []string{"[{\"a\":1,\n\"b\":\"x\"},\n{\"a\":2}]", "\xEF\xBB\xBF{\"a\":1,\"b\":\n\"x\"}\n\n{\n\"a\":2}\n"} {
		got, err := scanned.Text(open(t, write(t, "x.json", content), nil, o), 1)
		require.NoError(t, err)
		require.Equal(t, []string{"1|x", "2|NULL"}, got)
	}
	got, err := scanned.Text(open(t, write(t, "x.json", "[{\"a\":1},{\"a\":}]"), nil, o), 0, "a", "_corrupt_record")
	require.NoError(t, err)
	require.Equal(t, []string{"1|NULL", "NULL|[{\"a\":1},{\"a\":}]"}, got)
	got, err = scanned.Text(open(t, write(t, "x.json", ""), schemaAB(false), o), 0)
	require.NoError(t, err)
	require.Empty(t, got)
}

// Lines are counted once whatever the pieces are.
func TestPieces(t *testing.T) {
	var b strings.Builder
	const n = 120_000
	for i := range n {
		fmt.Fprintf(&b, "{\"i\":%d,\"s\":\"a text to make the file larger than one piece\"}\r\n", i)
	}
	plain := open(t, write(t, "x.json", b.String()), nil, nil)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(b.String()))
	w.Close()
	for _, tab := range []datasource.Table{plain, open(t, write(t, "x.json.gz", z.String()), nil, nil)} {
		got, err := scanned.Text(tab, 0, "i")
		require.NoError(t, err)
		require.Len(t, got, n)
		require.Equal(t, "0", got[0])
		require.Equal(t, fmt.Sprint(n-1), got[n-1])
	}
	_, err := scanned.Text(open(t, write(t, "x.json.gz", "no gzip"), schemaAB(false), nil), 0)
	require.Equal(t, "FAILED_READ_FILE.NO_HINT", sqlerr.As(err).Condition)
	require.Contains(t, err.Error(), "x.json.gz")
}

func TestWriteAndRead(t *testing.T) {
	s := types.Schema{
		{Name: "a", Type: types.StringType, Nullable: true}, {Name: "c", Type: types.TimestampType, Nullable: true},
		{Name: "m", Type: types.MapOf(types.StringType, types.IntType, true), Nullable: true},
		{Name: "s", Type: types.StructOf(types.Field{Name: "x", Type: types.IntType, Nullable: true}, types.Field{Name: "y", Type: types.StringType, Nullable: true}), Nullable: true},
		{Name: "d", Type: types.DecimalOf(20, 2), Nullable: true}, {Name: "f", Type: types.DoubleType, Nullable: true}, {Name: "e", Type: types.ArrayOf(types.DateType, true), Nullable: true},
	}
	rows := [][]any{
		{"x\n\"", int64(1577836800123456), types.MapValue{Keys: []any{"a"}, Values: []any{nil}}, []any{int32(1), nil}, types.Int128Of(-150), 0.1, []any{int32(0), nil}},
		{nil, nil, nil, nil, nil, nil, nil},
	}
	b := &columnar.Batch{N: len(rows)}
	for j, f := range s {
		v := columnar.New(f.Type, len(rows))
		v.ClearReferences()
		for i := range rows {
			v.SetValue(i, rows[i][j])
		}
		b.Cols = append(b.Cols, v)
	}
	schema := arrow.NewSchema(columnar.ArrowFields(s), nil)
	rec, err := columnar.ToRecord(schema, b)
	require.NoError(t, err)
	for _, codec := range []string{"none", "gzip", "zstd", "lz4"} {
		var out bytes.Buffer
		w, err := Format{}.NewWriter(&out, schema, datasource.Options{"compression": codec})
		require.NoError(t, err)
		require.NoError(t, w.Write(rec))
		require.NoError(t, w.Close())
		if codec == "none" {
			require.Equal(t, `{"a":"x\n\"","c":"2020-01-01T00:00:00.123456Z","m":{"a":null},"s":{"x":1},"d":-1.50,"f":0.1,"e":["1970-01-01",null]}`+"\n{}\n", out.String())
		}
		name := map[string]string{"none": "x.json", "gzip": "x.json.gz", "zstd": "x.json.zst", "lz4": "x.json.lz4"}[codec]
		got, err := scanned.Text(open(t, write(t, name, out.String()), s, nil), 0)
		require.NoError(t, err)
		require.Equal(t, []string{"x\n\"|2020-01-01 00:00:00.123456|{\"a\":null}|{\"x\":1,\"y\":null}|-1.50|0.1|[1970-01-01,null]", "NULL|NULL|NULL|NULL|NULL|NULL|NULL"}, got, codec)
	}
	_, err = Format{}.NewWriter(&bytes.Buffer{}, schema, datasource.Options{"compression": "rar"})
	require.Equal(t, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", sqlerr.As(err).Condition)
}

// A file of any bytes gives a row for each line that is not blank, whatever the columns and batches, or an error, and never a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(badLines))
	f.Add([]byte(`{"a":{"x":[1,{"y":null}]},"b":"\u00e9"}` + "\n[]\n[1,{}]\n"))
	f.Fuzz(checkAny)
}

// The same for texts with bytes changed, taken out and doubled.
func TestMutations(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	const special = "{}[]:,\"'\\\n \x00u1-.e"
	for range 100 {
		data := []byte(badLines + `{"a":[{"x":{"k":"\u00e9"}}],"b":1.5e3}` + "\n")
		for range 1 + rnd.Intn(6) {
			at := rnd.Intn(len(data))
			switch rnd.Intn(3) {
			case 0:
				data[at] = special[rnd.Intn(len(special))]
			case 1:
				data = slices.Delete(data, at, min(at+1+rnd.Intn(4), len(data)))
			default:
				data = slices.Insert(data, at, data[at:min(at+rnd.Intn(9), len(data))]...)
			}
		}
		checkAny(t, data)
	}
}

func checkAny(t *testing.T, data []byte) {
	files := write(t, "x.json", string(data))
	nested := types.Schema{{Name: "a", Type: types.ArrayOf(types.StructOf(types.Field{Name: "x", Type: types.MapOf(types.StringType, types.StringType, true), Nullable: true}), true), Nullable: true},
		{Name: "b", Type: types.DoubleType, Nullable: true}, {Name: "_corrupt_record", Type: types.StringType, Nullable: true}}
	one, err := scanned.Text(open(t, files, nested, nil), 1)
	if err != nil {
		return
	}
	many, err := scanned.Text(open(t, files, nested, nil), 64)
	require.NoError(t, err)
	require.Equal(t, one, many)
	lines := 0
	for _, line := range bytes.Split(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), []byte("\n")) {
		if len(bytes.TrimSpace(line)) > 0 {
			lines++
		}
	}
	if !bytes.ContainsAny(data, "[") {
		require.Len(t, one, lines)
	}
	if tab, err := (Format{}).Open(context.Background(), files, nil, nil); err == nil {
		got, err := scanned.Text(tab, 7)
		require.NoError(t, err)
		if len(tab.(datasource.VectorTable).SQLSchema()) > 0 {
			require.Len(t, got, len(one))
		}
	}
	_, _ = scanned.Text(open(t, files, nested, datasource.Options{"multiline": "true"}), 5)
}

// TestNarrowStructs parses only fields that are read. A field that is not read and whose value does not fit leaves the others as they are; in
// arrays, where it would make the array null, and where it decides whether a record counts, it is parsed all the same.
func TestNarrowStructs(t *testing.T) {
	part := func(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t, Nullable: true} }
	inner := types.StructOf(part("x", types.IntType), part("y", types.IntType))
	s := types.Schema{part("s", types.StructOf(part("a", types.IntType), part("b", types.IntType), part("c", inner))), part("l", types.ArrayOf(inner, true))}
	files := write(t, "x.json", `{"s":{"a":1,"b":"bad","c":{"x":2,"y":3}},"l":[{"x":1,"y":2},null]}
{"s":{"b":[4],"c":{"y":5}},"l":[{"x":1,"y":"bad"}]}
{"s":null}
`)
	narrow := []types.Type{types.StructOf(part("a", types.IntType), part("c", types.StructOf(part("y", types.IntType)))), types.ArrayOf(types.StructOf(part("x", types.IntType)), true)}
	read := func(mode string, want []types.Type) (out []string) {
		tab := open(t, files, s, datasource.Options{"mode": mode}).(datasource.VectorTable)
		r := scanned.Request(tab)
		for i := range want {
			r.Columns[i].T = want[i]
		}
		_, err := scanned.Each(tab, r, func(cols []*columnar.Vector, i int) {
			for j := range want {
				require.True(t, cols[j].Type.Equal(want[j]))
			}
			out = append(out, fmt.Sprint(cols[0].Value(i), cols[1].Value(i)))
		})
		require.NoError(t, err)
		return out
	}
	require.Equal(t, []string{"[1 [3]] [[1] <nil>]", "[<nil> [5]] <nil>", "<nil> <nil>"}, read("permissive", narrow))
	require.Equal(t, []string{"<nil> <nil>"}, read("dropMalformed", narrow))
	require.Equal(t, []string{"[1 <nil> [2 3]] [[1 2] <nil>]", "[<nil> <nil> [<nil> 5]] <nil>", "<nil> <nil>"}, read("permissive", nil))
	require.Equal(t, []string{"[] [[] <nil>]", "[] <nil>", "<nil> <nil>"}, read("permissive", []types.Type{types.StructOf(), types.ArrayOf(types.StructOf(), true)}))
}
