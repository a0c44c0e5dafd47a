package eval

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/types"
)

// lineitem is a batch with columns like TPC-H's: date, discount, quantity, price, and mode in a dictionary.
func lineitem() (*columnar.Batch, []*expr.Column) {
	const n = columnar.BatchSize
	r := rand.New(rand.NewPCG(1, 1))
	dec := types.DecimalOf(12, 2)
	cols := []*columnar.Vector{columnar.New(types.DateType, n), columnar.New(dec, n), columnar.New(dec, n), columnar.New(dec, n)}
	for i := range n {
		columnar.Values[int32](cols[0])[i] = 8000 + r.Int32N(2500)
		columnar.Values[int64](cols[1])[i] = r.Int64N(11)
		columnar.Values[int64](cols[2])[i] = 100 + r.Int64N(4900)
		columnar.Values[int64](cols[3])[i] = 90000 + r.Int64N(10000000)
	}
	for i, hi := range []int64{10500, 11, 5000, 10090000} {
		cols[i].HasBounds, cols[i].Lo, cols[i].Hi = true, 0, hi
	}
	modes := vector(types.StringType, "AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK")
	modes.Class = columnar.Shared
	codes := make([]int32, n)
	for i := range codes {
		codes[i] = r.Int32N(7)
	}
	cols = append(cols, columnar.NewDictionary(modes, codes))
	in := inputs(cols)
	for _, c := range in {
		c.Null = false
	}
	return &columnar.Batch{Cols: cols, N: n}, in
}

func bind(b *testing.B, name string, args ...expr.Expr) expr.Expr {
	e, err := functions.Call(name, args...)
	require.NoError(b, err)
	return e
}

func BenchmarkEval(b *testing.B) {
	batch, in := lineitem()
	one := lit(types.Int128Of(1), types.DecimalOf(1, 0))
	mail := &expr.In{Child: in[4], List: []expr.Expr{lit("MAIL", types.StringType), lit("SHIP", types.StringType)}}
	price := bind(b, "*", in[3], bind(b, "-", one, in[1]))
	for name, e := range map[string]expr.Expr{
		"charge":  bind(b, "*", price, bind(b, "+", one, in[1])),
		"case":    &expr.Case{Whens: []expr.When{{Cond: mail, Then: price}}, Else: lit(types.Int128Of(0), price.Type()), T: price.Type()},
		"upper":   bind(b, "lower", in[4]),
		"to text": &expr.Cast{Child: in[0], To: types.StringType},
		"widen":   &expr.Cast{Child: in[1], To: types.DecimalOf(20, 4)},
	} {
		b.Run(name, func(b *testing.B) {
			p, err := Compile([]expr.Expr{e}, in, env)
			require.NoError(b, err)
			ev := p.New()
			for b.Loop() {
				if _, err := ev.Eval(batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/columnar.BatchSize, "ns/row")
		})
	}
}

func BenchmarkSelect(b *testing.B) {
	batch, in := lineitem()
	dec := func(x int64) expr.Expr { return lit(types.Int128Of(x), types.DecimalOf(12, 2)) }
	mail := &expr.In{Child: in[4], List: []expr.Expr{lit("MAIL", types.StringType), lit("SHIP", types.StringType)}}
	q6 := &expr.And{Args: []expr.Expr{bind(b, ">=", in[0], lit(int32(8766), types.DateType)), bind(b, "<", in[0], lit(int32(9131), types.DateType)),
		bind(b, ">=", in[1], dec(5)), bind(b, "<=", in[1], dec(7)), bind(b, "<", in[2], dec(2400))}}
	for name, e := range map[string]expr.Expr{
		"q6":         q6,
		"dictionary": mail,
		"or": &expr.Or{Args: []expr.Expr{&expr.And{Args: []expr.Expr{mail, bind(b, "<", in[2], dec(1000))}},
			&expr.And{Args: []expr.Expr{bind(b, "=", in[4], lit("AIR", types.StringType)), bind(b, ">", in[2], dec(4000))}}}},
	} {
		b.Run(name, func(b *testing.B) {
			p, err := CompilePredicate(e, in, env)
			require.NoError(b, err)
			s := p.New()
			var dst []int32
			for b.Loop() {
				if dst, err = s.Select(batch, dst); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/columnar.BatchSize, "ns/row")
		})
	}
}
