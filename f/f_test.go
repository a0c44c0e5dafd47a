package f

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
)

func TestFunctions(t *testing.T) {
	ctx := context.Background()
	s, err := sparrow.NewSession(sparrow.WithTimeZone("UTC"))
	require.NoError(t, err)
	defer s.Close()
	df, err := s.SQL(ctx, "SELECT * FROM VALUES (1, 'ann', 2.5D), (2, 'bob', NULL), (2, 'cid', -1D) AS t(n, s, x)")
	require.NoError(t, err)
	n, str, x := Col("n"), Col("s"), Col("x")
	for i, c := range []struct {
		col  sparrow.Column
		want string
	}{
		{Upper(str), "ANN"},
		{Ucase(str), "ANN"},
		{Round(x), "3"},
		{Round(x.Mul(1.11), Lit(1)), "2.8"},
		{Coalesce(Lit(nil), x, Lit(0)), "2.5"},
		{Concat(str, Lit("-"), n, Lit("!")), "ann-1!"},
		{If(n.Gt(1), Lit("many"), Lit("one")), "one"},
		{Substring(str, Lit(2)), "nn"},
		{When(n.Eq(1), "x").Otherwise("y"), "x"},
		{RegexpReplace(str, Lit("n+"), Lit("N")), "aN"},
		{Pi().Gt(3), "true"},
		{RowNumber().Over(sparrow.PartitionBy().OrderBy(n)), "1"},
		{Lag(str, Lit(1), Lit("none")).Over(sparrow.PartitionBy().OrderBy(n)), "none"},
		{Sum(n), "5"},
		{SumDistinct(n), "3"},
		{Count(Col("*")), "3"},
		{Count(x), "2"},
		{CountDistinct(n, str), "3"},
		{Avg(n).Filter(n.Eq(2)), "2"},
		{Expr("n + 1"), "2"},
	} {
		rows, err := df.Select(c.col).Take(ctx, 1)
		require.NoError(t, err, c.col)
		require.Equal(t, c.want, fmt.Sprint(rows[0].At(0)), "%d %s", i, c.col)
	}
}

func Example() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	df, _ := s.SQL(ctx, "SELECT * FROM VALUES ('x', 'ann', 10), ('y', 'bob', 20), ('x', 'ann', 30) AS p(team, name, pay)")
	rows, err := df.GroupBy(Col("team")).
		Agg(Sum(Col("pay")).As("total"), CountDistinct(Col("name")).As("names")).
		OrderBy(Col("team")).Collect(ctx)
	fmt.Println(rows, err)
	// Output: [Row(team=x, total=40, names=1) Row(team=y, total=20, names=1)] <nil>
}
