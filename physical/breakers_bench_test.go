package physical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// batches is a source of ready batches, 16 a morsel.
type batches []*columnar.Batch

func (s batches) Morsels() int                                { return (len(s) + 15) / 16 }
func (s batches) NewReader(*exec.Worker) (exec.Reader, error) { return &batchReader{s: s}, nil }
func (r *batchReader) Open(m int) error                       { r.morsel, r.seq = m, 0; return nil }
func (r *batchReader) Close() error                           { return nil }

type batchReader struct {
	s           batches
	morsel, seq int
}

func (r *batchReader) Next(b *columnar.Batch) (bool, error) {
	at := r.morsel*16 + r.seq
	if r.seq == 16 || at >= len(r.s) {
		return false, nil
	}
	*b = *r.s[at]
	b.Morsel, b.Seq = r.morsel, r.seq
	r.seq++
	return true, nil
}

// benchBatches makes n rows of vectors that fill makes for a batch of rows from first on.
func benchBatches(n int, fill func(first, rows int) []*columnar.Vector) batches {
	var out batches
	for first := 0; first < n; first += columnar.BatchSize {
		rows := min(columnar.BatchSize, n-first)
		out = append(out, &columnar.Batch{N: rows, Cols: fill(first, rows)})
	}
	return out
}

func bigintsOf(rows int, f func(i int) int64) *columnar.Vector {
	v := columnar.New(types.BigIntType, rows)
	for i := range rows {
		columnar.Values[int64](v)[i] = f(i)
	}
	return v
}

func benchSink(b *testing.B, rows int, source batches, sink func(q *exec.Query) (exec.Sink, error)) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(source.bytes())
	for b.Loop() {
		q := exec.NewQuery(context.Background(), exec.Options{Threads: 1, Env: &expr.Env{ANSI: true, Zone: time.UTC}})
		s, err := sink(q)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := q.Run(&exec.Pipeline{Branches: []exec.Branch{{Source: source}}, Sink: s}); err != nil {
			b.Fatal(err)
		}
		if err := q.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

// bytes is the size of all values: views or codes, without the texts and dictionaries behind them.
func (s batches) bytes() (n int64) {
	for _, batch := range s {
		for _, v := range batch.Cols {
			switch {
			case v.Form == columnar.Dictionary:
				n += int64(batch.N) * 4
			default:
				n += int64(batch.N) * int64(v.Width.Bytes())
			}
		}
	}
	return n
}

func benchAggregate(b *testing.B, name string, args ...expr.Expr) expr.Expr {
	e, err := functions.Bind(functions.Lookup(name), args, functions.BindOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// BenchmarkGroupTwoDictionaries is TPC-H's first query without its expressions: two dictionary keys, eight aggregates.
func BenchmarkGroupTwoDictionaries(b *testing.B) {
	const rows = 1 << 20
	dict := func(values ...string) *columnar.Vector {
		v := columnar.New(types.StringType, len(values))
		for i, s := range values {
			v.SetBytes(i, []byte(s))
		}
		v.Class = columnar.Shared
		return v
	}
	flags, status := dict("A", "N", "R"), dict("F", "O")
	dec := types.DecimalOf(12, 2)
	source := benchBatches(rows, func(first, n int) []*columnar.Vector {
		codes := func(d *columnar.Vector, by int) *columnar.Vector {
			c := make([]int32, n)
			for i := range c {
				c[i] = int32((first + i) * by % 1009 % d.Len)
			}
			return columnar.NewDictionary(d, c)
		}
		cols := []*columnar.Vector{codes(flags, 7), codes(status, 11)}
		for c := range 4 {
			v := columnar.New(dec, n)
			v.HasBounds, v.Hi = true, 1<<30
			for i := range n {
				columnar.Values[int64](v)[i] = int64(i * (c + 1))
			}
			cols = append(cols, v)
		}
		return cols
	})
	in := []*expr.Column{column(0, "flag", types.StringType), column(1, "status", types.StringType), column(2, "a", dec), column(3, "b", dec), column(4, "c", dec), column(5, "d", dec)}
	benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) {
		s := AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}, {Col: in[1], Expr: in[1]}}, Query: q}
		for i, call := range []expr.Expr{benchAggregate(b, "sum", in[2]), benchAggregate(b, "sum", in[3]), benchAggregate(b, "sum", in[4]), benchAggregate(b, "sum", in[5]),
			benchAggregate(b, "avg", in[2]), benchAggregate(b, "avg", in[3]), benchAggregate(b, "avg", in[5]), benchAggregate(b, "count", intLiteral(1))} {
			s.Aggs = append(s.Aggs, namedAs(10+i, call))
		}
		return NewHashAggregate(s, in)
	})
}

// BenchmarkGroupBigint groups by many keys, four rows each, clustered and shuffled.
func BenchmarkGroupBigint(b *testing.B) {
	const rows = 3 << 20
	r := rand.New(rand.NewPCG(1, 1))
	for name, key := range map[string]func(i int) int64{
		"clustered": func(i int) int64 { return int64(i / 4) },
		"shuffled":  func(i int) int64 { return r.Int64N(rows / 4) },
		"few":       func(i int) int64 { return r.Int64N(100) },
	} {
		source := benchBatches(rows, func(first, n int) []*columnar.Vector {
			return []*columnar.Vector{bigintsOf(n, func(i int) int64 { return key(first + i) }), bigintsOf(n, func(i int) int64 { return int64(i) })}
		})
		in := []*expr.Column{column(0, "k", types.BigIntType), column(1, "v", types.BigIntType)}
		b.Run(name, func(b *testing.B) {
			benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) {
				return NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}}, Aggs: []logical.Named{namedAs(10, benchAggregate(b, "sum", in[1]))}, Query: q}, in)
			})
		})
	}
}

// BenchmarkGroupStrings groups by a string and a number, which are packed into rows.
func BenchmarkGroupStrings(b *testing.B) {
	const rows = 1 << 20
	source := benchBatches(rows, func(first, n int) []*columnar.Vector {
		s := columnar.New(types.StringType, n)
		for i := range n {
			s.SetBytes(i, fmt.Appendf(nil, "Customer#%09d", (first+i)*7919%100_000))
		}
		return []*columnar.Vector{s, bigintsOf(n, func(i int) int64 { return int64((first + i) * 7919 % 100_000) })}
	})
	in := []*expr.Column{column(0, "s", types.StringType), column(1, "k", types.BigIntType)}
	benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) {
		return NewHashAggregate(AggregateSpec{Keys: []logical.Named{{Col: in[0], Expr: in[0]}, {Col: in[1], Expr: in[1]}},
			Aggs: []logical.Named{namedAs(10, benchAggregate(b, "count", intLiteral(1)))}, Query: q}, in)
	})
}

// BenchmarkSort sorts numbers with another column, and takes the first hundred.
func BenchmarkSort(b *testing.B) {
	const rows = 3 << 20
	r := rand.New(rand.NewPCG(1, 1))
	source := benchBatches(rows, func(first, n int) []*columnar.Vector {
		return []*columnar.Vector{bigintsOf(n, func(int) int64 { return int64(r.Uint64()) }), bigintsOf(n, func(i int) int64 { return int64(i) })}
	})
	in := []*expr.Column{column(0, "k", types.BigIntType), column(1, "v", types.BigIntType)}
	keys := []expr.SortKey{{Expr: in[0]}}
	b.Run("all", func(b *testing.B) {
		benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) { return NewSort(keys, in, q) })
	})
	b.Run("first", func(b *testing.B) {
		benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) { return NewTopN(keys, 100, 0, in, q) })
	})
}

// BenchmarkSortStrings sorts texts that differ in the first bytes, texts that differ only after what a normalized key holds, and long texts of few values.
func BenchmarkSortStrings(b *testing.B) {
	const rows = 1 << 18
	for name, of := range map[string]struct {
		format   string
		distinct uint32
	}{"short": {"%d", math.MaxUint32}, "long": {"the same beginning of all of them %d", math.MaxUint32}, "few": {"%[1]d is one of %[1]d kinds of things", 150}} {
		r := rand.New(rand.NewPCG(1, 1))
		source := benchBatches(rows, func(_, n int) []*columnar.Vector {
			s := columnar.New(types.StringType, n)
			for i := range n {
				s.SetBytes(i, fmt.Appendf(nil, of.format, r.Uint32N(of.distinct)))
			}
			return []*columnar.Vector{s}
		})
		in := []*expr.Column{column(0, "s", types.StringType)}
		b.Run(name, func(b *testing.B) {
			benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) { return NewSort([]expr.SortKey{{Expr: in[0]}}, in, q) })
		})
	}
}

// BenchmarkWindowSum is a running sum over partitions of some dozens of rows.
func BenchmarkWindowSum(b *testing.B) {
	const rows = 1 << 19
	source := benchBatches(rows, func(first, n int) []*columnar.Vector {
		return []*columnar.Vector{bigintsOf(n, func(i int) int64 { return int64((first + i) * 7919 % 10_000) }), bigintsOf(n, func(i int) int64 { return int64(i) })}
	})
	in := []*expr.Column{column(0, "k", types.BigIntType), column(1, "v", types.BigIntType)}
	benchSink(b, rows, source, func(q *exec.Query) (exec.Sink, error) {
		spec := expr.WindowSpec{Partition: []expr.Expr{in[0]}, Order: []expr.SortKey{{Expr: in[1]}}}
		return NewWindow([]logical.Named{namedAs(5, &expr.Window{Call: benchAggregate(b, "sum", in[1]), Spec: spec})}, 0, in, q)
	})
}

// BenchmarkMaterialize keeps two columns of rows of which a filter before it left one in eight.
func BenchmarkMaterialize(b *testing.B) {
	const rows = 4_000_000
	source := benchBatches(rows, func(first, n int) []*columnar.Vector {
		return []*columnar.Vector{bigintsOf(n, func(i int) int64 { return int64(first + i) }), bigintsOf(n, func(i int) int64 { return int64(i) })}
	})
	var some []int32
	for i := int32(0); i < columnar.BatchSize; i += 8 {
		some = append(some, i)
	}
	for _, batch := range source {
		batch.Sel = some[:(batch.N+7)/8]
	}
	cols := columnsOf(1, types.BigIntType, types.BigIntType)
	cpu := cpuTime()
	benchSink(b, rows/8, source, func(q *exec.Query) (exec.Sink, error) { return NewMaterialize(cols, true, q), nil })
	b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N)/rows*8, "cpu-ns/row")
}
