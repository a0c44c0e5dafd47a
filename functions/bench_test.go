package functions

import (
	"fmt"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// benchmark runs a kernel over a full batch; the report is per row.
func benchmark(b *testing.B, name string, args []expr.Expr, vecs ...*columnar.Vector) {
	e, err := Call(name, args...)
	if err != nil {
		b.Fatal(err)
	}
	c := e.(*expr.Call)
	kern, err := c.Func.New(expr.SpecOf(c, nil))
	if err != nil {
		b.Fatal(err)
	}
	const n = columnar.BatchSize
	out := columnar.New(c.T, n)
	k := &expr.KernelCall{First: -1}
	b.ReportAllocs()
	b.SetBytes(size(vecs[0]))
	for b.Loop() {
		out.Reset(c.T, columnar.WidthOf(c.T), n)
		k.Args, k.Rows, k.Out = vecs, columnar.AllRows(n), out
		kern(k)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

// size is the bytes of a vector's values, texts included.
func size(v *columnar.Vector) (n int64) {
	if v.Type.Kind != types.String {
		return int64(v.Len) * int64(v.Width.Bytes())
	}
	for i := range v.Len {
		n += int64(len(v.Bytes(i)))
	}
	return n
}

func sequence(t types.Type, n int, bounded bool) *columnar.Vector {
	v := columnar.New(t, n)
	for i := range n {
		switch t.Kind {
		case types.Int:
			columnar.Values[int32](v)[i] = int32(i)
		case types.Double:
			columnar.Values[float64](v)[i] = float64(i)
		case types.String:
			v.SetBytes(i, []byte("the slyly special packages request"))
		default:
			columnar.Values[int64](v)[i] = int64(i)
		}
	}
	v.HasBounds, v.Lo, v.Hi = bounded, 0, int64(n)
	return v
}

func BenchmarkKernels(b *testing.B) {
	const n = columnar.BatchSize
	d := types.DecimalOf(15, 2)
	for _, tt := range []struct {
		name, op string
		t        types.Type
		bounded  bool
	}{
		{"int add checked", "+", types.IntType, false},
		{"int add proven", "+", types.IntType, true},
		{"bigint mul checked", "*", types.BigIntType, false},
		{"decimal mul checked", "*", d, false},
		{"decimal mul proven", "*", d, true},
		{"decimal add", "+", d, false},
		{"double mul", "*", types.DoubleType, false},
	} {
		v := sequence(tt.t, n, tt.bounded)
		b.Run(tt.name, func(b *testing.B) { benchmark(b, tt.op, []expr.Expr{col(tt.t), col(tt.t)}, v, v) })
	}
	wide := columnar.NewWidth(types.DecimalOf(30, 2), columnar.W128, n)
	for i := range n {
		wide.SetValue(i, dec(int64(i)))
	}
	b.Run("decimal add 128", func(b *testing.B) { benchmark(b, "+", []expr.Expr{col(wide.Type), col(wide.Type)}, wide, wide) })
	b.Run("decimal mul 128", func(b *testing.B) { benchmark(b, "*", []expr.Expr{col(wide.Type), col(wide.Type)}, wide, wide) })
	text := sequence(types.StringType, n, false)
	for _, p := range []string{"the%", "%request", "%special%", "%special%request%", "%s_ecial%"} {
		b.Run("like "+p, func(b *testing.B) {
			benchmark(b, "like", []expr.Expr{col(types.StringType), lit(types.StringType, p)}, text, columnar.NewConstant(types.StringType, p, n))
		})
	}
}

// BenchmarkHead takes the first characters of texts: few, which are in their views, or more.
func BenchmarkHead(b *testing.B) {
	text := sequence(types.StringType, columnar.BatchSize, false)
	for _, n := range []int32{2, 5} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			one, length := columnar.NewConstant(types.IntType, int32(1), columnar.BatchSize), columnar.NewConstant(types.IntType, n, columnar.BatchSize)
			benchmark(b, "substring", []expr.Expr{col(types.StringType), lit(types.IntType, int32(1)), lit(types.IntType, n)}, text, one, length)
		})
	}
}

// BenchmarkTextSearch looks for words in long texts, most of which lack them.
func BenchmarkTextSearch(b *testing.B) {
	const n = columnar.BatchSize
	text := columnar.New(types.StringType, n)
	for i := range n {
		word := "ordinary"
		if i%100 == 0 {
			word = "special"
		}
		text.SetBytes(i, fmt.Appendf(nil, "carefully final deposits %d haggle slyly above the %s, even requests among the blithely bold accounts", i, word))
	}
	for _, tt := range []struct{ name, pattern string }{
		{"contains", "special"}, {"like", "%special%requests%"}, {"like", "carefully%"}, {"like", "%accounts"}, {"like", "%s_ecial%"}, {"rlike", "special.*requests"}, {"instr", "special"},
	} {
		b.Run(tt.name+" "+tt.pattern, func(b *testing.B) {
			benchmark(b, tt.name, []expr.Expr{col(types.StringType), lit(types.StringType, tt.pattern)}, text, columnar.NewConstant(types.StringType, tt.pattern, n))
		})
	}
}
