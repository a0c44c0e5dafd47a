package sparrow_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow"
)

type employee struct {
	Name string
	Team string
	Pay  *float64
}

func pay(x float64) *float64 { return &x }

// staff is a DataFrame of Go structs.
func staff(s *sparrow.Session) *sparrow.DataFrame {
	df, err := s.CreateDataFrame([]employee{{"ann", "red", pay(30)}, {"bob", "blue", pay(20)}, {"cid", "red", nil}}, "")
	if err != nil {
		panic(err)
	}
	return df
}

func ExampleSession_SQL() {
	ctx := context.Background()
	s, err := sparrow.NewSession(sparrow.WithThreads(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	df, err := s.SQL(ctx, "SELECT id, id * :factor AS product FROM range(3)", sparrow.Named("factor", 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range df.Rows(ctx) {
		fmt.Println(row, err)
	}
	_, err = s.SQL(ctx, "SELECT idd FROM range(3)")
	fmt.Println(err)
	// Output:
	// Row(id=0, product=0) <nil>
	// Row(id=1, product=10) <nil>
	// Row(id=2, product=20) <nil>
	// [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `idd` cannot be resolved. Did you mean one of the following? [`id`]. SQLSTATE: 42703
	//    1 | SELECT idd FROM range(3)
	//               ^^^
}

func ExampleDataFrame() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	df := staff(s)
	teams := df.
		Filter(sparrow.Col("Pay").IsNotNull()).
		WithColumn("Bonus", sparrow.Col("Pay").Mul(0.1)).
		GroupBy(sparrow.Col("Team")).
		Agg(sparrow.Call("sum", sparrow.Col("Bonus")).As("bonus"), sparrow.Call("count", 1).As("people")).
		OrderBy(sparrow.Col("bonus").Desc())
	if err := teams.Show(ctx, os.Stdout, 10); err != nil {
		fmt.Println(err)
	}
	// Output:
	// +----+-----+------+
	// |Team|bonus|people|
	// +----+-----+------+
	// | red|  3.0|     1|
	// |blue|  2.0|     1|
	// +----+-----+------+
}

func ExampleDataFrame_Col() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	a := staff(s)
	b := a.Filter(sparrow.Col("Pay").IsNull())
	mates := a.Join(b, a.Col("Team").Eq(b.Col("Team")).And(a.Col("Name").Ne(b.Col("Name"))), sparrow.Inner)
	rows, err := mates.Select(a.Col("Name"), b.Col("Name").As("mate")).Collect(ctx)
	fmt.Println(rows, err)
	// Output: [Row(Name=ann, mate=cid)] <nil>
}

func ExampleDataFrame_Records() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	df, _ := s.Range(0, 4, 1)
	total := int64(0)
	for record, err := range df.Records(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, x := range record.Column(0).(*array.Int64).Int64Values() {
			total += x
		}
	}
	fmt.Println(total)
	// Output: 6
}

func ExampleCollectAs() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	people, err := sparrow.CollectAs[employee](ctx, staff(s).OrderBy(sparrow.Col("Name")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range people {
		fmt.Println(p.Name, p.Team, p.Pay != nil)
	}
	names, err := sparrow.CollectAs[string](ctx, staff(s).Select(sparrow.Col("Name")))
	fmt.Println(names, err)
	// Output:
	// ann red true
	// bob blue true
	// cid red false
	// [ann bob cid] <nil>
}

func ExampleSession_RegisterFunc() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	err := s.RegisterFunc("initials", func(name string, n int64) (string, error) {
		if int(n) > len(name) {
			return "", fmt.Errorf("%q is too short", name)
		}
		return strings.ToUpper(name[:n]), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	df, _ := s.SQL(ctx, "SELECT initials('sparrow', 2) AS i")
	fmt.Println(df.Collect(ctx))
	df, _ = s.SQL(ctx, "SELECT initials('sparrow', 20) AS i")
	_, err = df.Collect(ctx)
	fmt.Println(strings.Split(err.Error(), "\n")[0])
	// Output:
	// [Row(i=SP)] <nil>
	// [FAILED_EXECUTE_UDF] User defined function (`initials`: (string, bigint) => string) failed due to: "sparrow" is too short. SQLSTATE: 39000
}

func ExampleUDF() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	df, _ := s.Range(0, 3, 1)
	square := sparrow.UDF("square", func(x int64) int64 { return x * x })
	halves := sparrow.UDF("halves", func(xs []float64) []float64 {
		for i := range xs {
			xs[i] /= 2
		}
		return xs
	}, sparrow.Vectorized())
	fmt.Println(df.Select(square.Call(sparrow.Col("id")), halves.Call(sparrow.Col("id"))).Collect(ctx))
	// Output: [Row(square(id)=0, halves(id)=0) Row(square(id)=1, halves(id)=0.5) Row(square(id)=4, halves(id)=1)] <nil>
}

func ExampleDataFrame_Write() {
	ctx := context.Background()
	s, _ := sparrow.NewSession()
	defer s.Close()
	dir, err := os.MkdirTemp("", "sparrow-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "staff")
	if err := staff(s).Write().PartitionBy("Team").Parquet(ctx, path); err != nil {
		fmt.Println(err)
		return
	}
	df, err := s.Read().Parquet(ctx, path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(df.Columns())
	fmt.Println(df.Where("Team = 'red'").OrderBy(sparrow.Col("Name")).Select(sparrow.Col("Name")).Collect(ctx))
	// Output:
	// [Name Pay Team]
	// [Row(Name=ann) Row(Name=cid)] <nil>
}
