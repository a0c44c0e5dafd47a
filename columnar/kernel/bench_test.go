package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

func benchInts(t types.Type, n int) *columnar.Vector {
	v := columnar.New(t, n)
	r := rand.New(rand.NewPCG(1, 1))
	switch v.Width {
	case columnar.W64:
		for i := range n {
			columnar.Values[int64](v)[i] = int64(r.IntN(1000))
		}
	case columnar.W32:
		for i := range n {
			columnar.Values[int32](v)[i] = int32(r.IntN(1000))
		}
	case columnar.WF64:
		for i := range n {
			columnar.Values[float64](v)[i] = float64(r.IntN(1000))
		}
	}
	return v
}

func BenchmarkSelectCompare(b *testing.B) {
	for _, c := range []struct {
		t types.Type
		k any
	}{{types.IntType, int32(500)}, {types.BigIntType, int64(500)}, {types.DoubleType, 500.0}} {
		v := benchInts(c.t, 4096)
		k := columnar.NewConstant(c.t, c.k, 4096)
		dst := make([]int32, 4096)
		b.Run(c.t.String(), func(b *testing.B) {
			b.SetBytes(4096 * int64(v.Width.Bytes()))
			for b.Loop() {
				dst = SelectCompare(LT, v, k, columnar.AllRows(4096), dst)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
		})
	}
}

// BenchmarkSelectCodes compares two columns of dates that are codes into dictionaries of their own.
func BenchmarkSelectCodes(b *testing.B) {
	const n = 4096
	r := rand.New(rand.NewPCG(1, 1))
	column := func() *columnar.Vector {
		codes := make([]int32, n)
		for i := range codes {
			codes[i] = int32(r.IntN(2500))
		}
		return columnar.NewDictionary(benchInts(types.DateType, 2500), codes)
	}
	x, y := column(), column()
	dst := make([]int32, n)
	b.ReportAllocs()
	b.SetBytes(2 * 4 * n)
	for b.Loop() {
		dst = SelectCompare(LT, x, y, columnar.AllRows(n), dst)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

// BenchmarkSelectText compares texts that differ in their first bytes, in their length, and only at their end; as they are and in a dictionary.
func BenchmarkSelectText(b *testing.B) {
	const n = 4096
	for name, format := range map[string]string{"short": "%d", "long": "a beginning that all share %d"} {
		plain := columnar.New(types.StringType, n)
		for i := range n {
			plain.SetBytes(i, fmt.Appendf(nil, format, i*7919%50))
		}
		words := columnar.New(types.StringType, 50)
		for i := range words.Len {
			words.SetBytes(i, fmt.Appendf(nil, format, i))
		}
		words.Class = columnar.Shared
		codes := make([]int32, n)
		for i := range codes {
			codes[i] = int32(i * 7919 % 50)
		}
		k := columnar.NewConstant(types.StringType, fmt.Sprintf(format, 25), n)
		for op, what := range map[Op]string{EQ: "equal", LT: "less"} {
			b.Run(name+"/"+what+"/plain", func(b *testing.B) { benchSelect(b, op, plain, k, columnar.AllRows(n)) })
			b.Run(name+"/"+what+"/dictionary", func(b *testing.B) { benchSelect(b, op, columnar.NewDictionary(words, codes), k, columnar.AllRows(n)) })
		}
	}
}

// BenchmarkSelectFrom compares numbers of the rows that an earlier filter left, and numbers with nulls.
func BenchmarkSelectFrom(b *testing.B) {
	const n = 4096
	v := benchInts(types.BigIntType, n)
	k := columnar.NewConstant(types.BigIntType, int64(500), n)
	for _, every := range []int{2, 16} {
		var sel []int32
		for i := 0; i < n; i += every {
			sel = append(sel, int32(i))
		}
		b.Run(fmt.Sprintf("every %d", every), func(b *testing.B) { benchSelect(b, LT, v, k, columnar.Rows{N: n, Sel: sel}) })
	}
	nulls := benchInts(types.BigIntType, n)
	for i := 0; i < n; i += 3 {
		nulls.SetNull(i)
	}
	b.Run("nulls", func(b *testing.B) { benchSelect(b, LT, nulls, k, columnar.AllRows(n)) })
	codes := make([]int32, n)
	for i := range codes {
		codes[i] = int32(i % 100)
	}
	coded := columnar.NewDictionary(benchInts(types.BigIntType, 100), codes)
	for i := 0; i < n; i += 25 {
		coded.SetNull(i)
	}
	b.Run("codes with nulls", func(b *testing.B) { benchSelect(b, LT, coded, k, columnar.AllRows(n)) })
}

func benchSelect(b *testing.B, op Op, v, k *columnar.Vector, rows columnar.Rows) {
	b.Helper()
	b.ReportAllocs()
	dst := make([]int32, v.Len)
	for b.Loop() {
		dst = SelectCompare(op, v, k, rows, dst)
	}
	if len(dst) == 0 {
		b.Fatal("nothing selected")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows.Count()), "ns/row")
}

func BenchmarkHash(b *testing.B) {
	v := benchInts(types.BigIntType, 4096)
	out := make([]uint64, 4096)
	b.SetBytes(4096 * 8)
	for b.Loop() {
		Hash(v, columnar.AllRows(4096), out, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
