package analyzer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func name(parts ...string) expr.Expr { return &expr.Name{Parts: parts} }

func call(f string, args ...expr.Expr) expr.Expr {
	return &expr.UnresolvedCall{Name: []string{f}, Args: args}
}

func number(v int32) expr.Expr { return &expr.Literal{Value: v, T: types.IntType} }

func tableOf(n string) logical.Plan { return &logical.UnresolvedRelation{Parts: []string{n}} }

// TestDataFrames binds the plans that DataFrame calls make.
func TestDataFrames(t *testing.T) {
	s := newTestSession(t)
	s.must("CREATE TABLE t (a INT, b INT, c STRING)")
	s.must("CREATE TABLE u (b BIGINT, a INT)")
	df := &logical.DataFrame{Input: tableOf("t"), ID: 7}
	other := &logical.DataFrame{Input: tableOf("t"), ID: 8}
	of := func(id int64, n string) expr.Expr { return &expr.Name{Parts: []string{n}, PlanID: id} }
	selectA := &logical.UnresolvedProject{Input: df, List: []expr.Expr{name("a")}}
	cases := []struct {
		what string
		plan logical.Plan
		want string
	}{
		{"a filter below the projection's width", &logical.UnresolvedFilter{Input: selectA, Pred: call(">", name("b"), number(1))}, "struct<a:int>"},
		{"a sort by a dropped column above a filter", &logical.Sort{Input: &logical.UnresolvedFilter{Input: selectA, Pred: call(">", name("c"), number(1))},
			Keys: []expr.SortKey{{Expr: name("b")}}, Global: true}, "struct<a:int>"},
		{"the same dropped column twice", &logical.UnresolvedFilter{Input: &logical.Sort{Input: selectA, Keys: []expr.SortKey{{Expr: name("b")}}, Global: true},
			Pred: call(">", name("b"), number(1))}, "struct<a:int>"},
		{"columns of their DataFrames", &logical.UnresolvedProject{
			Input: &logical.UnresolvedJoin{Left: df, Right: other, Cond: call("=", of(7, "a"), of(8, "b"))},
			List:  []expr.Expr{of(8, "c"), of(7, "a")}}, "struct<c:string,a:int>"},
		{"withColumns replaces and adds", &logical.WithColumns{Input: df, List: []*expr.Alias{
			{Child: call("+", name("a"), number(1)), Names: []string{"B"}}, {Child: name("b"), Names: []string{"d"}}}}, "struct<a:int,b:int,c:string,d:int>"},
		{"drop ignores what is not there", &logical.DropColumns{Input: df, Columns: []expr.Expr{name("B"), name("nope")}}, "struct<a:int,c:string>"},
		{"rename", &logical.RenameColumns{Input: df, From: []string{"a"}, To: []string{"z"}}, "struct<z:int,b:int,c:string>"},
		{"toDF", &logical.RenameColumns{Input: df, All: true, To: []string{"x", "y", "z"}}, "struct<x:int,y:int,z:string>"},
		{"groupBy", &logical.UnresolvedAggregate{Input: df, Group: &logical.Grouping{Items: []logical.GroupItem{{Expr: name("a")}}},
			List: []expr.Expr{call("sum", name("b"))}, KeysFirst: true}, "struct<a:int,sum(b):bigint>"},
		{"agg without keys", &logical.UnresolvedAggregate{Input: df, List: []expr.Expr{call("count", &expr.Star{})}, KeysFirst: true}, "struct<count(1):bigint>"},
		{"unionByName", &logical.SetOp{Kind: logical.UnionOp, All: true, ByName: true, AllowMissing: true, Inputs: []logical.Plan{tableOf("t"), tableOf("u")}},
			"struct<a:int,b:bigint,c:string>"},
		{"dropDuplicates", &logical.DistinctOn{Input: df, On: []expr.Expr{name("a")}}, "struct<a:int,b:int,c:string>"},
		{"an explode in select", &logical.Limit{Input: selectA, Count: 3}, "struct<a:int>"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			p, err := s.analyze(c.plan)
			require.NoError(t, err)
			require.NoError(t, logical.Check(p), logical.Format(p, logical.FormatOptions{}))
			require.Equal(t, c.want, ddl(p))
		})
	}
	_, err := s.analyze(&logical.UnresolvedProject{Input: df, List: []expr.Expr{of(8, "a")}})
	require.Equal(t, "CANNOT_RESOLVE_DATAFRAME_COLUMN", sqlerr.As(err).Condition)
	_, err = s.analyze(&logical.DropColumns{Input: df, Columns: []expr.Expr{name("nope")}, MustExist: true})
	require.Equal(t, "UNRESOLVED_COLUMN.WITH_SUGGESTION", sqlerr.As(err).Condition)
}

func TestParameters(t *testing.T) {
	s := newTestSession(t)
	s.params = Params{Named: map[string]any{"n": 3, "s": "x", "big": int64(1) << 40, "none": nil, "e": number(5)}}
	p := s.must("SELECT :n AS a, :s AS b, :big AS c, :none AS d, :e + 1 AS e")
	require.Equal(t, "struct<a:int,b:string,c:bigint,d:void,e:int>", ddl(p))
	s.params = Params{Positional: []any{1.5}}
	s.must("CREATE TABLE testdata (a INT)")
	require.Equal(t, "struct<a:int,x:double>", ddl(s.must("SELECT *, ? AS x FROM IDENTIFIER('test' || 'data')")))
	_, err := s.run("SELECT ?, ?, ?")
	require.Equal(t, "UNBOUND_SQL_PARAMETER", sqlerr.As(err).Condition)
	s.params = Params{Positional: []any{struct{}{}}}
	_, err = s.run("SELECT ?")
	require.Equal(t, "INVALID_SQL_ARG", sqlerr.As(err).Condition)
}

func TestHints(t *testing.T) {
	s := newTestSession(t)
	s.must("CREATE TABLE l (k INT)")
	s.must("CREATE TABLE r (k INT)")
	p := s.must("SELECT /*+ BROADCAST(b), NOSUCH(x), MERGE(l) */ 1 FROM l JOIN r b ON l.k = b.k")
	var hint logical.JoinHint
	logical.Walk(p, func(n logical.Plan) bool {
		if j, ok := n.(*logical.Join); ok {
			hint = j.Hint
		}
		return true
	})
	require.Equal(t, logical.JoinHint{Left: "MERGE", Right: "BROADCAST"}, hint)
}

func TestRecursiveView(t *testing.T) {
	s := newTestSession(t)
	s.must("CREATE VIEW v AS SELECT 1 AS a")
	s.must("CREATE VIEW w AS SELECT * FROM v")
	s.must("CREATE OR REPLACE VIEW v AS SELECT * FROM w")
	_, err := s.run("SELECT * FROM v")
	require.Equal(t, "RECURSIVE_VIEW", sqlerr.As(err).Condition)
}

func TestSQLFunctions(t *testing.T) {
	s := newTestSession(t)
	s.must("CREATE TABLE t (a INT)")
	s.must("CREATE TEMPORARY FUNCTION twice(x BIGINT) RETURNS BIGINT RETURN x + x")
	s.must("CREATE TEMPORARY FUNCTION upto(n INT) RETURNS TABLE (i INT) RETURN SELECT a FROM t WHERE a <= n")
	s.must("CREATE TEMPORARY FUNCTION most(n INT) RETURNS INT RETURN SELECT max(a) FROM t WHERE a <= n")
	require.Equal(t, "struct<twice(a):bigint>", ddl(s.must("SELECT twice(a) FROM t")))
	require.Equal(t, "struct<i:int>", ddl(s.must("SELECT * FROM upto(3)")))
	require.Equal(t, "struct<m:int>", ddl(s.must("SELECT most(a) AS m FROM t")))
	_, err := s.run("SELECT twice(1, 2)")
	require.Equal(t, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sqlerr.As(err).Condition)
	_, err = s.run("SELECT upto(1)")
	require.Equal(t, "NOT_A_SCALAR_FUNCTION", sqlerr.As(err).Condition)
}
