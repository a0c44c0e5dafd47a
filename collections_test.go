package sparrow

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// collectionsTable has rows with nulls, empty and short and long values, so that the functions meet flat vectors, nulls and selections.
const collectionsTable = `CREATE TEMPORARY VIEW t AS SELECT * FROM VALUES
	(1, array(3, 1, 2, 1), map('a', 1, 'b', 2), array('x', 'a text longer than twelve bytes'), 'a text longer than twelve bytes'),
	(2, array(), map(), array(), ''),
	(3, NULL, NULL, NULL, NULL),
	(4, array(5, NULL, 5), map('c', NULL), array(NULL, 'y'), 'y') AS v(id, a, m, s, k)`

// Each query (the harness sorts the entries of maps) is over t ORDER BY id; the answers for its four rows are those of Spark 4.3's rules.
func TestCollectionsOverColumns(t *testing.T) {
	ctx := context.Background()
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	_, err = s.SQL(ctx, collectionsTable)
	require.NoError(t, err)
	for _, c := range []struct{ sql, want string }{
		{"size(a)", "4|0|NULL|3"},
		{"get(a, id - 1)", "3|NULL|NULL|NULL"},
		{"try_element_at(a, -id)", "1|NULL|NULL|NULL"},
		{"m['a']", "1|NULL|NULL|NULL"},
		{"element_at(m, substr(k, 1, 1))", "1|NULL|NULL|NULL"},
		{"array_contains(a, id)", "true|false|NULL|NULL"},
		{"array_contains(s, k)", "true|false|NULL|true"},
		{"array_position(a, 1)", "2|0|NULL|0"},
		{"array_sort(a)", "[1,1,2,3]|[]|NULL|[5,5,null]"},
		{"sort_array(a, id > 1)", "[3,2,1,1]|[]|NULL|[null,5,5]"},
		{"sort_array(s, false)", `["x","a text longer than twelve bytes"]|[]|NULL|["y",null]`},
		{"array_distinct(a)", "[3,1,2]|[]|NULL|[5,null]"},
		{"array_union(a, array(id, NULL))", "[3,1,2,null]|[2,null]|NULL|[5,null,4]"},
		{"array_intersect(a, array(id, NULL, 5))", "[1]|[]|NULL|[5,null]"},
		{"array_except(a, array(id))", "[3,2]|[]|NULL|[5,null]"},
		{"arrays_overlap(a, array(id, 9))", "true|false|NULL|NULL"},
		{"array_remove(a, 1)", "[3,2]|[]|NULL|[5,null,5]"},
		{"array_compact(a)", "[3,1,2,1]|[]|NULL|[5,5]"},
		{"array_append(a, id)", "[3,1,2,1,1]|[2]|NULL|[5,null,5,4]"},
		{"array_prepend(s, k)", `["a text longer than twelve bytes","x","a text longer than twelve bytes"]|[""]|NULL|["y",null,"y"]`},
		{"array_insert(a, id + 1, 9)", "[3,9,1,2,1]|[null,null,9]|NULL|[5,null,5,null,9]"},
		{"array_insert(a, -id, 9)", "[3,1,2,1,9]|[9,null]|NULL|[9,5,null,5]"},
		{"array_max(a), array_min(a)", "3,1|NULL,NULL|NULL,NULL|5,5"},
		{"array_join(s, '-', '?')", "x-a text longer than twelve bytes||NULL|?-y"},
		{"slice(a, -2, 2)", "[2,1]|[]|NULL|[null,5]"},
		{"flatten(array(a, array(id)))", "[3,1,2,1,1]|[2]|NULL|[5,null,5,4]"},
		{"get(arrays_zip(a, s), 0).s", "x|NULL|NULL|NULL"},
		{"array_repeat(k, id % 3)", `["a text longer than twelve bytes"]|["",""]|[]|["y"]`},
		{"sequence(id, 3)", "[1,2,3]|[2,3]|[3]|[4,3]"},
		{"reverse(a)", "[1,2,1,3]|[]|NULL|[5,null,5]"},
		{"concat(a, array(id))", "[3,1,2,1,1]|[2]|NULL|[5,null,5,4]"},
		{"map_keys(m)", `["a","b"]|[]|NULL|["c"]`},
		{"map_values(m)", "[1,2]|[]|NULL|[null]"},
		{"map_entries(m)", `[{"key":"a","value":1},{"key":"b","value":2}]|[]|NULL|[{"key":"c","value":null}]`},
		{"map_from_entries(map_entries(m))", `{"a":1,"b":2}|{}|NULL|{"c":null}`},
		{"map_from_arrays(map_keys(m), map_values(m))", `{"a":1,"b":2}|{}|NULL|{"c":null}`},
		{"map_concat(m, map('z', id))", `{"a":1,"b":2,"z":1}|{"z":2}|NULL|{"c":null,"z":4}`},
		{"map_contains_key(m, 'a')", "true|false|NULL|false"},
		{"map(id, k)[id]", "a text longer than twelve bytes||NULL|y"},
		{"get(struct(id, a).a, 0)", "3|NULL|NULL|5"},
		{"transform(a, (x, i) -> x + i * id)", "[3,2,4,4]|[]|NULL|[5,null,13]"},
		{"filter(a, x -> x > id)", "[3,2]|[]|NULL|[5,5]"},
		{"exists(a, x -> x = id)", "true|false|NULL|NULL"},
		{"forall(a, x -> x > id)", "false|true|NULL|NULL"},
		{"zip_with(a, array(id), (x, y) -> coalesce(x, 0) + coalesce(y, 0))", "[4,1,2,1]|[2]|NULL|[9,0,5]"},
		{"aggregate(a, id, (acc, x) -> acc + coalesce(x, 0), acc -> acc * 2)", "16|4|NULL|28"},
		{"aggregate(s, '', (acc, x) -> if(x IS NULL, acc, concat(acc, x, '/')))", "x/a text longer than twelve bytes/||NULL|y/"},
		{"array_sort(a, (x, y) -> coalesce(y, 0) - coalesce(x, 0))", "[3,2,1,1]|[]|NULL|[5,5,null]"},
		{"map_filter(m, (k, v) -> v > id)", `{"b":2}|{}|NULL|{}`},
		{"transform_values(m, (k, v) -> concat(k, v))", `{"a":"a1","b":"b2"}|{}|NULL|{"c":null}`},
		{"transform_keys(m, (k, v) -> concat(k, id))", `{"a1":1,"b1":2}|{}|NULL|{"c4":null}`},
		{"map_zip_with(m, map('b', id), (k, x, y) -> coalesce(x, 0) * 10 + coalesce(y, 0))", `{"a":10,"b":21}|{"b":2}|NULL|{"b":4,"c":0}`},
		{"transform(a, x -> transform(a, y -> x * y)[0])", "[9,3,6,3]|[]|NULL|[25,null,25]"},
		{"from_json(to_json(struct(a, m, k)), 'a array<int>, m map<string,int>, k string').m", `{"a":1,"b":2}|{}|NULL|{"c":null}`},
		{"get_json_object(to_json(m), '$.b')", "2|NULL|NULL|NULL"},
		{"to_csv(struct(id, k))", `1,a text longer than twelve bytes|2,""|3,|4,y`},
		{"from_csv(concat(id, ',', k), 'n int, k string').n", "1|2|NULL|4"},
		{"str_to_map(concat('i=', id, ';k=', k), ';', '=')", `{"i":"1","k":"a text longer than twelve bytes"}|{"i":"2","k":""}|NULL|{"i":"4","k":"y"}`},
	} {
		assert.Equal(t, c.want, answers(t, s, "SELECT "+c.sql+" FROM t ORDER BY id"), c.sql)
		// The same over a selection of rows.
		parts := strings.Split(c.want, "|")
		assert.Equal(t, parts[0]+"|"+parts[3], answers(t, s, "SELECT "+c.sql+" FROM t WHERE id % 3 = 1 ORDER BY id"), c.sql)
	}
}

// answers returns the rows of a query joined by |, their cells by commas.
func answers(t *testing.T, s *Session, sql string) string {
	t.Helper()
	o := runCorpus(s, sql)
	if !assert.NoError(t, o.err, sql) {
		return ""
	}
	var rows []string
	for _, r := range o.rows {
		rows = append(rows, strings.Join(r, ","))
	}
	return strings.Join(rows, "|")
}

// Generators, and the other functions that do not map row to row.
func TestGenerators(t *testing.T) {
	ctx := context.Background()
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	_, err = s.SQL(ctx, collectionsTable)
	require.NoError(t, err)
	for _, c := range []struct{ sql, want string }{
		{"SELECT id, explode(a) AS x FROM t ORDER BY id, x", "1,1|1,1|1,2|1,3|4,NULL|4,5|4,5"},
		{"SELECT id, explode_outer(a) AS x FROM t WHERE id > 1 ORDER BY id, x", "2,NULL|3,NULL|4,NULL|4,5|4,5"},
		{"SELECT id, posexplode(s) FROM t ORDER BY id, pos", "1,0,x|1,1,a text longer than twelve bytes|4,0,NULL|4,1,y"},
		{"SELECT id, n, v FROM t LATERAL VIEW OUTER explode(m) AS n, v ORDER BY id, n", "1,a,1|1,b,2|2,NULL,NULL|3,NULL,NULL|4,c,NULL"},
		{"SELECT id, x.* FROM t, LATERAL inline(arrays_zip(a, s)) AS x ORDER BY id, s", "1,2,NULL|1,1,NULL|1,1,a text longer than twelve bytes|1,3,x|4,5,NULL|4,5,NULL|4,NULL,y"},
		{"SELECT stack(2, id, k, -id) FROM t WHERE id IN (1, 3)", "1,a text longer than twelve bytes|-1,NULL|3,NULL|-3,NULL"},
		{"SELECT vector_sum(v), vector_avg(v) FROM VALUES (array(1.0F, 2.0F)), (NULL), (array(3.0F, 5.0F)) AS x(v)", "[4.0,7.0],[2.0,3.5]"},
		{"SELECT keyword, reserved FROM sql_keywords() WHERE keyword = 'ALL'", "ALL,false"},
		{"SELECT * FROM explode(sequence(1, 3))", "1|2|3"},
		{"SELECT id, c0, c1 FROM t LATERAL VIEW json_tuple(to_json(struct(id, k)), 'id', 'k') j ORDER BY id", "1,1,a text longer than twelve bytes|2,2,|3,3,NULL|4,4,y"},
		{"SELECT sum(x) FROM (SELECT explode(sequence(1, id * 10000)) AS x FROM range(1, 4))", "700030000"},
	} {
		got := answers(t, s, c.sql)
		assert.Equal(t, c.want, got, c.sql)
	}
}

func TestCollectionErrors(t *testing.T) {
	s, err := NewSession()
	require.NoError(t, err)
	defer s.Close()
	for sql, want := range map[string]string{
		"SELECT array(1, 2)[2]":                                   "INVALID_ARRAY_INDEX",
		"SELECT element_at(array(1), 2)":                          "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
		"SELECT try_element_at(array(1), 0)":                      "INVALID_INDEX_OF_ZERO",
		"SELECT map(NULL, 1)":                                     "NULL_MAP_KEY",
		"SELECT map_concat(map(1, 2), map(1, 3))":                 "DUPLICATED_MAP_KEY",
		"SELECT array(1, array(2))":                               "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
		"SELECT array_contains(array(1), 'a')":                    "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
		"SELECT array_union(array(1), array('a'))":                "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
		"SELECT slice(array(1), 0, 1)":                            "INVALID_PARAMETER_VALUE.START",
		"SELECT array_sort(array(1, 2), (x, y) -> NULL)":          "COMPARATOR_RETURNS_NULL",
		"SELECT transform(array(0, 1), x -> 1 / x)":               "DIVIDE_BY_ZERO",
		"SELECT filter(array(1), x -> 1)":                         "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
		"SELECT map(map(1, 2), 3)":                                "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
		"SELECT sequence(1, 2, 'x')":                              "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
		"SELECT array_repeat(1, 2147483647)":                      "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
		"SELECT from_json('{', 'a INT', map('mode', 'FAILFAST'))": "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
		"SELECT from_json('{}', 'a INT', array(1))":               "INVALID_OPTIONS.NON_MAP_FUNCTION",
		"SELECT from_csv('1', 'array<int>')":                      "INVALID_SCHEMA.NON_STRUCT_TYPE",
		"SELECT stack(2, 1, 'a', 'b', 2)":                         "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
	} {
		e := sqlerr.As(runCorpus(s, sql).err)
		if !assert.NotNil(t, e, sql) {
			continue
		}
		assert.Equal(t, want, e.Condition, sql)
	}
}
