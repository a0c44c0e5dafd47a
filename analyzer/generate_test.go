package analyzer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// generator is a user's generator like explode, so that the tests depend on no built-in.
func generator(name string) *expr.Func {
	return &expr.Func{Name: name, Kind: expr.Generator,
		Resolve: func(c *expr.Resolving) (*expr.Resolution, error) {
			return &expr.Resolution{Params: c.Types(), Result: types.NullType}, nil
		},
		Output: func(s *expr.Spec) types.Schema {
			if s.Args[0].Kind == types.Map {
				return types.Schema{{Name: "key", Type: s.Args[0].Key()}, {Name: "value", Type: s.Args[0].Elem(), Nullable: true}}
			}
			return types.Schema{{Name: "col", Type: s.Args[0].Elem(), Nullable: true}}
		}}
}

func generatorSession(t *testing.T) *testSession {
	s := newTestSession(t)
	for _, name := range []string{"unfold", "unfold_outer"} {
		require.NoError(t, s.catalog.CreateFunction(&catalog.Function{Name: name, Func: generator(name)}, true, catalog.Fail, sqlerr.Pos{}))
	}
	s.must("CREATE TABLE t (k INT, xs ARRAY<INT>, m MAP<STRING, BIGINT>)")
	return s
}

func TestGenerators(t *testing.T) {
	s := generatorSession(t)
	cases := []struct{ query, want string }{
		{"SELECT k, unfold(xs) FROM t", "struct<k:int,col:int>"},
		{"SELECT unfold(xs) AS x, k + 1 FROM t ORDER BY x", "struct<x:int,(k + 1):int>"},
		{"SELECT unfold(m) AS (a, b) FROM t", "struct<a:string,b:bigint>"},
		{"SELECT unfold(m) FROM t", "struct<key:string,value:bigint>"},
		{"SELECT k, unfold(collect_list(k)) FROM t GROUP BY k", "struct<k:int,col:int>"},
		{"SELECT k, x FROM t LATERAL VIEW unfold(xs) v AS x LATERAL VIEW OUTER unfold(m) w", "struct<k:int,x:int>"},
		{"SELECT v.x, w.key FROM t LATERAL VIEW unfold(xs) v AS x LATERAL VIEW OUTER unfold(m) w", "struct<x:int,key:string>"},
		{"SELECT * FROM t, LATERAL unfold(xs) AS u(x)", "struct<k:int,xs:array<int>,m:map<string,bigint>,x:int>"},
		{"SELECT u.* FROM t LEFT JOIN LATERAL unfold(m) u", "struct<key:string,value:bigint>"},
		{"SELECT (SELECT sum(col) FROM unfold(xs)) AS s FROM t", "struct<s:bigint>"},
	}
	for _, c := range cases {
		t.Run(c.query, func(t *testing.T) {
			s.t = t
			require.Equal(t, c.want, ddl(s.must(c.query)))
		})
	}
}

// TestLateralGenerate finds no lateral join where a generator stands to the right: it runs over the left side.
func TestLateralGenerate(t *testing.T) {
	s := generatorSession(t)
	for query, outer := range map[string]bool{
		"SELECT * FROM t, LATERAL unfold(xs) AS u(x)":          false,
		"SELECT * FROM t LEFT JOIN LATERAL unfold(xs) u":       true,
		"SELECT * FROM t, LATERAL unfold_outer(xs) u":          true,
		"SELECT * FROM t LATERAL VIEW OUTER unfold(xs) u AS x": true,
		"SELECT k, unfold_outer(xs) AS x FROM t WHERE k > 1":   true,
	} {
		p := s.must(query)
		var g *logical.Generate
		logical.Walk(p, func(n logical.Plan) bool {
			if x, ok := n.(*logical.Generate); ok {
				g = x
			}
			_, join := n.(*logical.Join)
			require.False(t, join, query)
			return true
		})
		require.NotNil(t, g, query)
		require.Equal(t, outer, g.Outer, query)
	}
}

func TestGeneratorErrors(t *testing.T) {
	s := generatorSession(t)
	for query, want := range map[string]string{
		"SELECT unfold(xs), unfold(xs) FROM t":           "UNSUPPORTED_GENERATOR.MULTI_GENERATOR",
		"SELECT unfold(xs) + 1 FROM t":                   "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
		"SELECT k FROM t WHERE unfold(xs) > 1":           "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
		"SELECT unfold(m) AS x FROM t":                   "UDTF_ALIAS_NUMBER_MISMATCH",
		"SELECT k AS (a, b) FROM t":                      "MULTI_ALIAS_WITHOUT_GENERATOR",
		"SELECT * FROM t LATERAL VIEW abs(k) v AS x":     "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
		"SELECT * FROM abs(1)":                           "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
		"SELECT * FROM unfold(xs) AS u, t":               "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
		"SELECT * FROM range('a')":                       "CAST_INVALID_INPUT",
		"SELECT * FROM range(1, 2, 3, 4, 5)":             "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
		"SELECT * FROM t, LATERAL unfold(xs) AS u(x, y)": "NUM_TABLE_VALUE_ALIASES_MISMATCH",
	} {
		_, err := s.run(query)
		require.NotNil(t, sqlerr.As(err), "%s: %v", query, err)
		require.Equal(t, want, sqlerr.As(err).Condition, query)
	}
}
