package parquet

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func field(name string, t types.Type) types.Field {
	return types.Field{Name: name, Type: t, Nullable: true}
}

// nestedSchema is a struct in a struct, an array of structs and a map of structs.
var nestedSchema = types.Schema{
	field("id", types.BigIntType),
	field("s", types.StructOf(field("a", types.BigIntType), field("b", types.StringType), field("c", types.StructOf(field("d", types.IntType), field("e", types.StringType))))),
	field("l", types.ArrayOf(types.StructOf(field("p", types.IntType), field("q", types.StringType)), true)),
	field("m", types.MapOf(types.StringType, types.StructOf(field("u", types.IntType), field("v", types.StringType)), true)),
}

// records makes a batch of a schema from JSON rows.
func records(t testing.TB, schema types.Schema, rows []string) (*arrow.Schema, arrow.RecordBatch) {
	s := arrow.NewSchema(columnar.ArrowFields(schema), nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader("["+strings.Join(rows, ",")+"]"))
	require.NoError(t, err)
	return s, batch
}

func nestedRows(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		s := fmt.Sprintf(`{"a": %d, "b": "b%d", "c": {"d": %d, "e": "some longer text %d"}}`, i, i%7, i/2, i)
		switch i % 5 {
		case 1:
			s = `null`
		case 2:
			s = `{"a": null, "b": null, "c": null}`
		}
		l := fmt.Sprintf(`[{"p": %d, "q": "q%d"}, null, {"p": null, "q": "z"}]`, i, i)
		switch i % 4 {
		case 1:
			l = `[]`
		case 2:
			l = `null`
		}
		rows[i] = fmt.Sprintf(`{"id": %d, "s": %s, "l": %s, "m": [{"key": "k", "value": {"u": %d, "v": "v%d"}}, {"key": "n", "value": null}]}`, i, s, l, i, i)
	}
	return rows
}

// spoil overwrites the chunks of the columns whose path keep rejects and returns how many there are.
func spoil(t testing.TB, name string, keep func(path string) bool) (spoiled int) {
	st, err := os.Stat(name)
	require.NoError(t, err)
	ft, err := footers.get(datasource.File{Path: name, Size: st.Size(), ModTime: st.ModTime().UnixNano()}, readOptions{})
	require.NoError(t, err)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	for g := range ft.meta.RowGroups {
		for i, l := range ft.leaves {
			if keep(l.path) {
				continue
			}
			spoiled++
			start, end := chunkRange(&ft.meta.RowGroups[g].Columns[i].MetaData)
			_, err := f.WriteAt([]byte(strings.Repeat("\xff", int(end-start))), start)
			require.NoError(t, err)
		}
	}
	return spoiled
}

// TestReadNarrowStructs reads parts of structs from files in which all other columns' bytes are garbage: they are not looked at, and what
// is read is what a whole read gives.
func TestReadNarrowStructs(t *testing.T) {
	s, l, m := nestedSchema[1].Type, nestedSchema[2].Type, nestedSchema[3].Type
	c := s.Fields()[2]
	arrow, batch := records(t, nestedSchema, nestedRows(3000))
	for _, test := range []struct {
		name   string
		column int
		want   types.Type
		leaves []string // that are read
	}{
		{"one field", 1, types.StructOf(s.Fields()[1]), []string{"s.b"}},
		{"two fields", 1, types.StructOf(s.Fields()[0], field("c", types.StructOf(c.Type.Fields()[1]))), []string{"s.a", "s.c.e"}},
		{"nulls of a struct", 1, types.StructOf(), nil},
		{"nulls of a struct in a struct", 1, types.StructOf(field("c", types.StructOf())), nil},
		{"field and nulls", 1, types.StructOf(s.Fields()[1], field("c", types.StructOf())), []string{"s.b"}},
		{"array of structs", 2, types.ArrayOf(types.StructOf(l.Elem().Fields()[0]), true), []string{"l.list.element.p"}},
		{"sizes of arrays", 2, types.ArrayOf(types.StructOf(), true), nil},
		{"values of maps", 3, types.MapOf(m.Key(), types.StructOf(m.Elem().Fields()[1]), true), []string{"m.key_value.key", "m.key_value.value.v"}},
	} {
		for _, o := range []WriteOptions{{PageRows: 100}, {Compression: "none", DictionaryBytes: -1, RowGroupRows: 700}} {
			for _, size := range []int{0, 77} {
				t.Run(fmt.Sprint(test.name, o.PageRows, size), func(t *testing.T) {
					file := writeFile(t, o, arrow, batch)
					tab := openFiles(t, nil, nil, file)
					r := request(tab)
					r.Fields, r.Columns, r.BatchSize = r.Fields[test.column:test.column+1], r.Columns[test.column:test.column+1], size
					whole, all := readAll(t, tab, r)

					r.Columns[0].T = test.want
					node := findField(mustFooter(t, tab).root.children, tab.schema[test.column].Name)
					levels := node
					if test.leaves == nil && len(node.children) == 3 && len(test.want.Fields()) == 1 {
						levels = node.children[2]
					}
					cheapest := levels.cheapest().path
					spoiled := spoil(t, file.Path, func(path string) bool {
						return test.leaves == nil && path == cheapest || strings.Contains("|"+strings.Join(test.leaves, "|")+"|", "|"+path+"|") ||
							test.name == "field and nulls" && path == node.children[2].cheapest().path
					})
					require.NotZero(t, spoiled)
					got, part := readAll(t, openFiles(t, nil, nil, file), r)
					require.Len(t, got, len(whole))
					for i := range whole {
						require.Equal(t, pick(whole[i][0], nestedSchema[test.column].Type, test.want), got[i][0], "row %d", i)
					}
					require.Less(t, part.Bytes, all.Bytes)
					require.Less(t, part.Columns, all.Columns)
					require.Len(t, leavesBelow(node), int(all.Columns))
				})
			}
		}
	}
}

func leavesBelow(n *fileNode) []*fileLeaf {
	if n.leaf != nil {
		return []*fileLeaf{n.leaf}
	}
	var out []*fileLeaf
	for _, c := range n.children {
		out = append(out, leavesBelow(c)...)
	}
	return out
}

func mustFooter(t testing.TB, tab *table) *footer {
	ft, err := tab.footer(0)
	require.NoError(t, err)
	return ft
}

// pick leaves out of a Go value what the other type does not have; fields that only that has are null.
func pick(v any, whole, want types.Type) any {
	if v == nil {
		return nil
	}
	switch whole.Kind {
	case types.Struct:
		out := []any{}
		for _, f := range want.Fields() {
			if i := whole.FieldIndex(f.Name); i >= 0 {
				out = append(out, pick(v.([]any)[i], whole.Fields()[i].Type, f.Type))
			} else {
				out = append(out, nil)
			}
		}
		return out
	case types.Array:
		out := []any{}
		for _, e := range v.([]any) {
			out = append(out, pick(e, whole.Elem(), want.Elem()))
		}
		return out
	case types.Map:
		m := v.(types.MapValue)
		out := types.MapValue{Keys: m.Keys}
		for _, e := range m.Values {
			out.Values = append(out.Values, pick(e, whole.Elem(), want.Elem()))
		}
		return out
	}
	return v
}

// TestSkipByStructFields skips row groups and pages by the statistics of fields of structs.
func TestSkipByStructFields(t *testing.T) {
	arrow, batch := records(t, nestedSchema, nestedRows(4000))
	file := writeFile(t, WriteOptions{RowGroupRows: 1000, PageRows: 100}, arrow, batch)
	tab := openFiles(t, nil, nil, file)
	about := func(op datasource.Op, v any, path ...string) []datasource.Predicate {
		return []datasource.Predicate{{Column: 1, Path: path, Op: op, Value: v}}
	}
	for _, test := range []struct {
		ps           []datasource.Predicate
		groups, rows int64
	}{
		{about(datasource.Gt, int64(2999), "a"), 3, 1000},
		{about(datasource.Ge, int64(3950), "a"), 3, 100},
		{about(datasource.Eq, int32(100), "c", "d"), 3, 100},
		{about(datasource.IsNull, nil, "c", "d"), 0, 4000},
		{about(datasource.Gt, int64(2999), "nosuch"), 0, 4000},
		{about(datasource.IsNotNull, nil, "c"), 0, 4000},
		{[]datasource.Predicate{{Op: datasource.Or, Args: append(about(datasource.Lt, int64(50), "a"), about(datasource.Gt, int32(1990), "c", "d")...)}}, 2, 200},
	} {
		r := request(tab)
		r.Predicates = test.ps
		rows, counters := readAll(t, tab, r)
		require.Equal(t, test.groups, counters.RowGroupsSkipped, "%v", test.ps)
		require.Len(t, rows, int(test.rows), "%v", test.ps)
		require.Equal(t, test.rows < 1000, counters.PagesSkipped > 0, "%v", test.ps)
		ids := map[any]bool{}
		for _, row := range rows {
			ids[row[0]] = true
		}
		require.Len(t, ids, len(rows))
		want := expected(t, batch, tab.schema)
		for _, row := range rows { // pages that were passed over leave the others in step
			require.Equal(t, want[row[0].(int64)], row)
		}
	}
}

// TestMergeStructs reads a struct that has other fields in another file.
func TestMergeStructs(t *testing.T) {
	older := types.Schema{field("s", types.StructOf(field("a", types.IntType), field("n", types.StructOf(field("x", types.IntType))))), field("l", types.ArrayOf(types.StructOf(field("p", types.IntType)), true))}
	newer := types.Schema{field("s", types.StructOf(field("b", types.StringType), field("a", types.BigIntType), field("n", types.StructOf(field("y", types.IntType))))),
		field("l", types.ArrayOf(types.StructOf(field("q", types.IntType), field("p", types.IntType)), true))}
	s1, b1 := records(t, older, []string{`{"s": {"a": 1, "n": {"x": 2}}, "l": [{"p": 3}, null]}`, `{"s": null, "l": null}`})
	s2, b2 := records(t, newer, []string{`{"s": {"b": "b", "a": 4, "n": {"y": 5}}, "l": [{"q": 6, "p": 7}]}`, `{"s": {"b": null, "a": 8, "n": null}, "l": []}`})
	files := []datasource.File{writeFile(t, WriteOptions{}, s1, b1), writeFile(t, WriteOptions{}, s2, b2)}

	tab := openFiles(t, nil, datasource.Options{"mergeschema": "true"}, files...)
	require.Equal(t, "struct<a:bigint,n:struct<x:int,y:int>,b:string>", tab.schema[0].Type.String())
	require.Equal(t, "array<struct<p:int,q:int>>", tab.schema[1].Type.String())
	rows, _ := readAll(t, tab, request(tab))
	require.Equal(t, [][]any{
		{[]any{int64(1), []any{int32(2), nil}, nil}, []any{[]any{int32(3), nil}, nil}},
		{nil, nil},
		{[]any{int64(4), []any{nil, int32(5)}, "b"}, []any{[]any{int32(7), int32(6)}}},
		{[]any{int64(8), nil, nil}, []any{}},
	}, rows)

	r := request(tab) // a field that one file lacks: its nulls, the struct's own kept apart
	r.Columns[0].T = types.StructOf(field("n", types.StructOf(field("y", types.IntType))), field("b", types.StringType))
	r.Columns[1].T = types.ArrayOf(types.StructOf(field("q", types.IntType)), true)
	rows, _ = readAll(t, tab, r)
	require.Equal(t, [][]any{
		{[]any{[]any{nil}, nil}, []any{[]any{nil}, nil}},
		{nil, nil},
		{[]any{[]any{int32(5)}, "b"}, []any{[]any{int32(6)}}},
		{[]any{nil, nil}, []any{}},
	}, rows)
	for _, p := range []datasource.Predicate{{Path: []string{"b"}, Op: datasource.IsNotNull}, {Path: []string{"n", "y"}, Op: datasource.Eq, Value: int32(5)}} {
		r := request(tab)
		r.Predicates = []datasource.Predicate{p}
		_, counters := readAll(t, tab, r)
		require.EqualValues(t, 1, counters.RowGroupsSkipped, "the file without the field")
	}

	clash := types.Schema{field("s", types.StructOf(field("a", types.DateType)))}
	s3, b3 := records(t, clash, []string{`{"s": {"a": "2020-01-01"}}`})
	_, err := Open(context.Background(), append(files, writeFile(t, WriteOptions{}, s3, b3)), datasource.Options{"mergeschema": "true"}, nil)
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", sqlerr.As(err).Condition)
}

// TestRequiredFieldThatIsOptionalElsewhere: what may be null in some file may be null in the table, inside structs too.
func TestRequiredFieldThatIsOptionalElsewhere(t *testing.T) {
	schema := func(nullable bool) types.Schema {
		return types.Schema{field("s", types.StructOf(types.Field{Name: "a", Type: types.IntType, Nullable: nullable}))}
	}
	s1, b1 := records(t, schema(false), []string{`{"s": {"a": 1}}`})
	s2, b2 := records(t, schema(true), []string{`{"s": {"a": null}}`})
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{}, s1, b1), writeFile(t, WriteOptions{}, s2, b2))
	require.True(t, tab.schema[0].Type.Fields()[0].Nullable)
}

// TestFilesOfDifferentTables is an error where no column is shared, with both names; sharing one column makes them one table, as in Spark.
func TestFilesOfDifferentTables(t *testing.T) {
	write := func(column, other string) datasource.File {
		s, b := records(t, types.Schema{field(column, types.IntType), field(other, types.IntType)}, []string{fmt.Sprintf(`{"%s": 1, "%s": 2}`, column, other)})
		return writeFile(t, WriteOptions{}, s, b)
	}
	a, b, c := write("l_a", "l_b"), write("n_a", "n_b"), write("L_A", "x")
	open := func(o datasource.Options, files ...datasource.File) (datasource.Table, error) {
		return Open(context.Background(), files, o, nil)
	}
	_, err := open(nil, a, b)
	e := sqlerr.As(err)
	require.NotNil(t, e)
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", e.Condition)
	require.Contains(t, e.Error(), a.Path)
	require.Contains(t, e.Error(), b.Path)
	require.NotEmpty(t, e.Hint)

	many := make([]datasource.File, filesForNulls+5)
	for i := range many {
		many[i] = a
	}
	many[len(many)-1] = b
	tab, err := open(nil, many...)
	require.NoError(t, err, "the footers of so many files are read when they are scanned")
	_, _, err = tryReadAll(tab.(*table), request(tab.(*table)))
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", sqlerr.As(err).Condition)

	_, err = open(datasource.Options{"mergeschema": "true"}, a, b)
	require.NoError(t, err)
	shared, err := open(nil, a, c)
	require.NoError(t, err)
	rows, _ := readAll(t, shared.(*table), request(shared.(*table)))
	require.Equal(t, [][]any{{int32(1), int32(2)}, {int32(1), nil}}, rows)
	given := openFiles(t, types.Schema{field("l_a", types.IntType)}, nil, a, b)
	rows, _ = readAll(t, given, request(given))
	require.Equal(t, [][]any{{int32(1)}, {nil}}, rows)
}
