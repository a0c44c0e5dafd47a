package sparrow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var bg = context.Background()

func newTestSession(t testing.TB, options ...Option) *Session {
	t.Helper()
	s, err := NewSession(append([]Option{WithThreads(2), WithTimeZone("UTC")}, options...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func mustSQL(t testing.TB, s *Session, text string, args ...any) *DataFrame {
	t.Helper()
	df, err := s.SQL(bg, text, args...)
	require.NoError(t, err)
	return df
}

// rowsOf returns the rows as text: cells separated by commas, rows by spaces.
func rowsOf(t testing.TB, df *DataFrame) string {
	t.Helper()
	var rows []string
	for cells, err := range df.Cells(bg) {
		require.NoError(t, err)
		text := make([]string, len(cells))
		for i, c := range cells {
			text[i] = "NULL"
			if c != nil {
				text[i] = *c
			}
		}
		rows = append(rows, strings.Join(text, ","))
	}
	return strings.Join(rows, " ")
}

// conditionOf returns Spark's name of an error.
func conditionOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Condition
	}
	return fmt.Sprint(err)
}

// people is a small table with nulls and ties.
func people(t testing.TB, s *Session) *DataFrame {
	return mustSQL(t, s, "SELECT * FROM VALUES (1, 'ann', 'x', 10.5D), (2, 'bob', 'y', 20D), (3, 'cid', 'x', NULL), (4, NULL, 'y', 5D) AS p(id, name, team, pay)")
}

func TestDataFrameOperations(t *testing.T) {
	s := newTestSession(t)
	p := people(t, s)
	teams := mustSQL(t, s, "SELECT * FROM VALUES ('x', 'Xenon'), ('z', 'Zinc') AS t(team, title)")
	id, name, team, pay := Col("id"), Col("name"), Col("team"), Col("pay")
	cases := []struct {
		what    string
		df      *DataFrame
		columns string
		rows    string
	}{
		{"select", p.Select(id, id.Mul(2).As("twice"), Call("upper", name)), "id,twice,upper(name)", "1,2,ANN 2,4,BOB 3,6,CID 4,8,NULL"},
		{"select star", p.Select(Col("*"), Lit(true).As("t")).Limit(1), "id,name,team,pay,t", "1,ann,x,10.5,true"},
		{"select an aggregate", p.Select(Call("sum", id), Call("count", name)), "sum(id),count(name)", "10,3"},
		{"selectExpr", p.SelectExpr("id + 1 AS n", "name LIKE 'a%' AS a"), "n,a", "2,true 3,false 4,false 5,NULL"},
		{"filter", p.Filter(id.Gt(1).And(team.Eq("x"))), "id,name,team,pay", "3,cid,x,NULL"},
		{"where", p.Where("pay IS NULL OR id = 2").Select(id), "id", "2 3"},
		{"filter by a dropped column", p.Select(id).Filter(pay.Gt(6.0)), "id", "1 2"},
		{"sort by a dropped column", p.Select(id).OrderBy(pay.Desc()), "id", "2 1 4 3"},
		{"groupBy", p.GroupBy(team).Agg(Call("sum", pay).As("s"), Call("count", 1).As("n")).OrderBy(team), "team,s,n", "x,10.5,2 y,25.0,2"},
		{"groupBy an expression", p.GroupBy(id.Mod(2).As("odd")).Count().OrderBy(Col("odd")), "odd,count", "0,2 1,2"},
		{"groupBy sum", p.GroupBy(team).Sum("id").OrderBy(team), "team,sum(id)", "x,4 y,6"},
		{"groupBy sum of all numbers", p.GroupBy(team).Sum().OrderBy(team), "team,sum(id),sum(pay)", "x,4,10.5 y,6,25.0"},
		{"agg", p.Agg(Call("max", id), CallDistinct("count", team)), "max(id),count(DISTINCT team)", "4,2"},
		{"rollup", p.Rollup(team).Agg(Call("sum", id).As("s")).OrderBy(Col("s")), "team,s", "x,4 y,6 NULL,10"},
		{"cube", p.Cube(team, id.Mod(2).As("odd")).Count().Agg(Call("count", 1), Call("sum", Col("count"))), "count(1),sum(count)", "7,16"},
		{"groupingSets", p.GroupingSets([][]Column{{team}, {}}, team).Agg(Call("count", 1).As("n")).OrderBy(Col("n"), team), "team,n", "x,2 y,2 NULL,4"},
		{"pivot", p.GroupBy(id.Mod(2).As("odd")).Pivot(team, "x", "y").Sum("id").OrderBy(Col("odd")), "odd,x,y", "0,NULL,6 1,4,NULL"},
		{"pivot with two aggregates", p.GroupBy().Pivot(team, "x").Agg(Call("sum", id).As("s"), Call("count", id).As("n")), "x_s,x_n", "4,2"},
		{"pivot by what there is", p.GroupBy(id.Mod(2).As("odd")).PivotDistinct(bg, team).Count().OrderBy(Col("odd")), "odd,x,y", "0,NULL,2 1,2,NULL"},
		{"unpivot", p.Limit(1).Unpivot([]Column{id}, []Column{name, team}, "what", "value"), "id,what,value", "1,name,ann 1,team,x"},
		{"unpivot the rest", p.Limit(1).Select(id, name, team).Melt([]Column{id}, nil, "what", "value"), "id,what,value", "1,name,ann 1,team,x"},
		{"join", p.Join(teams, p.Col("team").Eq(teams.Col("team")), Inner).Select(id, Col("title")).OrderBy(id), "id,title", "1,Xenon 3,Xenon"},
		{"left join", p.Join(teams, p.Col("team").Eq(teams.Col("team")), LeftOuter).Select(id, p.Col("team"), teams.Col("team")).OrderBy(id), "id,team,team", "1,x,x 2,y,NULL 3,x,x 4,y,NULL"},
		{"right join", p.Join(teams, p.Col("team").Eq(teams.Col("team")), RightOuter).GroupBy(Col("title")).Agg(Call("count", id).As("n")).OrderBy(Col("title")), "title,n", "Xenon,2 Zinc,0"},
		{"full join", p.JoinUsing(teams, []string{"team"}, FullOuter).Select(team, id).OrderBy(team, id), "team,id", "x,1 x,3 y,2 y,4 z,NULL"},
		{"joinUsing", p.JoinUsing(teams, []string{"team"}, Inner).OrderBy(id), "team,id,name,pay,title", "x,1,ann,10.5,Xenon x,3,cid,NULL,Xenon"},
		{"semi join", p.Join(teams, p.Col("team").Eq(teams.Col("team")), LeftSemi).Select(id).OrderBy(id), "id", "1 3"},
		{"anti join", p.Join(teams, p.Col("team").Eq(teams.Col("team")), LeftAnti).Select(id).OrderBy(id), "id", "2 4"},
		{"crossJoin", p.Select(id).CrossJoin(teams.Select(Col("title"))).Agg(Call("count", 1).As("n")), "n", "8"},
		{"self join by DataFrames", selfJoin(p), "id,id", "1,3 2,4"},
		{"self join of one DataFrame", p.Join(p.Filter(id.Gt(2)), p.Col("id").Eq(2), Inner).Agg(Call("count", 1).As("n")), "n", "2"},
		{"join by aliases", p.As("a").Join(p.As("b"), Col("a.id").Eq(Col("b.id").Sub(1)), Inner).Select(Col("a.id"), Col("b.name")).OrderBy(Col("a.id")), "id,name", "1,bob 2,cid 3,NULL"},
		{"lateral join", p.LateralJoin(teams.Filter(Col("team").Eq(p.Col("team"))).Agg(Call("count", 1).As("n")), Lit(true), Inner).Select(id, Col("n")).OrderBy(id), "id,n", "1,1 2,0 3,1 4,0"},
		{"hint", p.Join(teams.Hint("broadcast"), p.Col("team").Eq(teams.Col("team")), Inner).Agg(Call("count", 1).As("n")), "n", "2"},
		{"withColumn", p.Select(id).WithColumn("n", id.Add(1)).WithColumn("id", id.Neg()).Limit(2), "id,n", "-1,2 -2,3"},
		{"withColumns", p.Select(id).WithColumns(id.Add(1).As("id"), id.Add(2).As("m")).Limit(1), "id,m", "2,3"},
		{"rename", p.WithColumnRenamed("id", "nr").WithColumnRenamed("nope", "x").WithColumnsRenamed(map[string]string{"name": "n", "team": "t"}).Limit(1), "nr,n,t,pay", "1,ann,x,10.5"},
		{"toDF", p.Select(id, name).ToDF("a", "b").Limit(1), "a,b", "1,ann"},
		{"drop", p.Drop("pay", "nope").DropColumns(team).Limit(1), "id,name", "1,ann"},
		{"drop one side", p.Join(teams, p.Col("team").Eq(teams.Col("team")), Inner).DropColumns(teams.Col("team")), "id,name,team,pay,title", ""},
		{"orderBy", p.OrderBy(team.Desc(), pay.AscNullsLast()).Select(id), "id", "4 2 1 3"},
		{"limit and offset", p.OrderBy(id).Offset(1).Limit(2).Select(id), "id", "2 3"},
		{"union", p.Select(id).Union(teams.Select(Call("length", Col("title")))).Agg(Call("sum", id)), "sum(id)", "19"},
		{"unionByName", p.Select(id, name).UnionByName(teams.Select(Col("title").As("name")), true).OrderBy(name.Desc()).Limit(2), "id,name", "3,cid 2,bob"},
		{"distinct", p.Select(team).Distinct().OrderBy(team), "team", "x y"},
		{"dropDuplicates", p.DropDuplicates("team").Agg(Call("count", 1).As("n")), "n", "2"},
		{"intersect", p.Select(team).Intersect(teams.Select(Col("team"))), "team", "x"},
		{"intersectAll", p.Select(team).IntersectAll(p.Select(team)).OrderBy(team), "team", "x x y y"},
		{"except", p.Select(team).Except(teams.Select(Col("team"))), "team", "y"},
		{"exceptAll", p.Select(team).ExceptAll(teams.Select(Col("team"))).OrderBy(team), "team", "x y y"},
		{"repartition", p.Repartition(3, team).Coalesce(1).RepartitionByRange(2, id.Desc()).Agg(Call("count", 1).As("n")), "n", "4"},
		{"sortWithinPartitions", p.Coalesce(1).SortWithinPartitions(id).Agg(Call("count", 1).As("n")), "n", "4"},
		{"transform", p.Transform(func(d *DataFrame) *DataFrame { return d.Select(id) }).Limit(1), "id", "1"},
		{"colRegex", p.Select(p.ColRegex("`(id|team)`")).Limit(1), "id,team", "1,x"},
		{"fillNA of numbers", p.FillNA(0).Select(id, pay, name).Where("id > 2"), "id,pay,name", "3,0.0,cid 4,5.0,NULL"},
		{"fillNA of strings", p.FillNA("?", "name").Select(name).OrderBy(name).Limit(1), "name", "?"},
		{"fillNAs", p.FillNAs(map[string]any{"name": "-", "pay": 1}).Where("id > 2").Select(name, pay), "name,pay", "cid,1.0 -,5.0"},
		{"dropNA", p.DropNA().Select(id), "id", "1 2"},
		{"dropNA of columns", p.DropNA("name").Select(id), "id", "1 2 3"},
		{"dropAllNA", p.DropAllNA("name", "pay").Agg(Call("count", 1).As("n")), "n", "4"},
		{"dropNAThresh", p.DropNAThresh(2, "name", "pay").Select(id), "id", "1 2"},
		{"replace", p.Replace(map[any]any{"ann": "anna", 2: nil}, "name", "id").Select(id, name).OrderBy(name), "id,name", "4,NULL 1,anna NULL,bob 3,cid"},
		{"describe", p.Describe("id", "name"), "summary,id,name", "count,4,3 mean,2.5,NULL stddev,1.2909944487358056,NULL min,1,ann max,4,cid"},
		{"summary", p.Select(pay).Summary("count", "50%"), "summary,pay", "count,3 50%,10.5"},
		{"crosstab", p.Crosstab(bg, "team", "id").OrderBy(Col("team_id")), "team_id,1,2,3,4", "x,1,0,1,0 y,0,1,0,1"},
		{"freqItems", p.FreqItems(0.5, "team").Select(Call("explode", Col("team_freqItems")).As("f")).OrderBy(Col("f")), "f", "x y"},
		{"sample", p.Sample(1, 7).Agg(Call("count", 1).As("n")), "n", "4"},
		{"sampleBy", p.SampleBy(team, map[any]float64{"x": 1}, 3).Select(id), "id", "1 3"},
		{"scalar subquery", p.Filter(pay.Eq(p.Agg(Call("max", pay)).Scalar())).Select(id), "id", "2"},
		{"correlated exists", teams.Filter(p.Filter(p.Col("team").Eq(teams.Col("team"))).Exists()).Select(Col("title")), "title", "Xenon"},
		{"in subquery", p.Filter(team.InQuery(teams.Select(Col("team"))).Not()).Select(id), "id", "2 4"},
		{"window", p.Select(id, Call("row_number").Over(PartitionBy(team).OrderBy(id.Desc())).As("rn"), Call("sum", id).Over(PartitionBy().OrderBy(id).RowsBetween(-1, CurrentRow)).As("s")).OrderBy(id), "id,rn,s", "1,2,1 2,2,3 3,1,5 4,1,7"},
		{"case", p.Select(When(id.Eq(1), "one").When(id.Eq(2), "two").Otherwise("many").As("c")), "c", "one two many many"},
		{"case without else", p.Select(When(id.Eq(1), "one").As("c")), "c", "one NULL NULL NULL"},
		{"in and between", p.Filter(id.In(1, 2, 3).And(id.Between(2, 9))).Select(id), "id", "2 3"},
		{"casts", p.Select(id.Cast("string"), name.TryCast("int")).Limit(1), "CAST(id AS STRING),TRY_CAST(name AS INT)", "1,NULL"},
		{"aggregate with filter", p.Agg(Call("count", 1).Filter(team.Eq("x")).As("n"), Call("sum", id.Mod(2)).Distinct().As("d")), "n,d", "2,1"},
		{"within group", p.Agg(Call("listagg", name, ",").WithinGroup(name.Desc()).As("l")), "l", "cid,bob,ann"},
		{"bits", p.Select(id.BitAnd(1), id.BitOr(4), id.BitXor(3)).Limit(1), "(id & 1),(id | 4),(id ^ 3)", "1,5,2"},
		{"range", must(s.Range(0, 10, 3))(t), "id", "0 3 6 9"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			require.NoError(t, c.df.Err())
			require.Equal(t, c.columns, strings.Join(c.df.Columns(), ","))
			if c.rows != "" {
				require.Equal(t, c.rows, rowsOf(t, c.df))
			}
		})
	}
}

func must[T any](x T, err error) func(testing.TB) T {
	return func(t testing.TB) T { require.NoError(t, err); return x }
}

// selfJoin pairs rows of a team by columns of two DataFrames that are derived from the same one.
func selfJoin(p *DataFrame) *DataFrame {
	first, second := p.Where("id <= 2"), p.Where("id > 2")
	return first.Join(second, first.Col("team").Eq(second.Col("team")), Inner).Select(first.Col("id"), second.Col("id")).OrderBy(first.Col("id"))
}
