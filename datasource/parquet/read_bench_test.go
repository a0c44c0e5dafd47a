package parquet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// scanAll reads everything a request asks for with one reader and returns the number of rows.
func scanAll(tb testing.TB, tab *table, q *datasource.VectorRequest) (rows int) {
	s, err := tab.ScanVectors(context.Background(), q)
	require.NoError(tb, err)
	return scanEach(tb, s)
}

// scanEach reads all morsels of a scan.
func scanEach(tb testing.TB, s datasource.VectorScan) (rows int) {
	in, err := s.NewReader(context.Background())
	require.NoError(tb, err)
	var b columnar.Batch
	for m := range s.Morsels() {
		require.NoError(tb, in.Open(m))
		for {
			ok, err := in.Next(&b)
			require.NoError(tb, err)
			if !ok {
				break
			}
			rows += b.Count()
		}
	}
	require.NoError(tb, in.Close())
	return rows
}

// fieldsOf asks for columns by name.
func fieldsOf(tab *table, names ...string) *datasource.VectorRequest {
	r := &datasource.VectorRequest{Env: &expr.Env{ANSI: true}}
	for i, name := range names {
		k := tab.schema.Index(name)
		f := tab.schema[k]
		r.Fields = append(r.Fields, k)
		r.Columns = append(r.Columns, &expr.Column{ID: expr.ColumnID(i + 1), Name: f.Name, T: f.Type, Null: f.Nullable})
	}
	return r
}

// BenchmarkTPCH scans columns of TPC-H's lineitem in the folder SPARROW_TPCH_DIR.
func BenchmarkTPCH(b *testing.B) {
	dir := os.Getenv("SPARROW_TPCH_DIR")
	if dir == "" {
		b.Skip("SPARROW_TPCH_DIR is not set")
	}
	tab := openFiles(b, nil, nil, datasource.File{Path: filepath.Join(dir, "lineitem.parquet")})
	date := dateOf
	decimal := types.Int128Of
	run := func(name string, q *datasource.VectorRequest) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n, best := 0, time.Hour
			for b.Loop() {
				start := time.Now()
				n = scanAll(b, tab, q)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(n), "rows")
			b.ReportMetric(float64(best.Microseconds())/1000, "ms-best") // the machine may be busy
		})
	}
	for _, c := range []string{"l_orderkey", "l_partkey", "l_suppkey", "l_quantity", "l_extendedprice", "l_shipdate", "l_returnflag", "l_linestatus", "l_shipmode", "l_comment"} {
		run(c, fieldsOf(tab, c))
	}
	q6 := fieldsOf(tab, "l_shipdate", "l_discount", "l_quantity", "l_extendedprice")
	compare(q6, 0, datasource.Ge, date("1994-01-01"))
	compare(q6, 0, datasource.Lt, date("1995-01-01"))
	compare(q6, 1, datasource.Ge, decimal(5))
	compare(q6, 1, datasource.Le, decimal(7))
	compare(q6, 2, datasource.Lt, decimal(2400))
	run("q6", q6)
	q1 := fieldsOf(tab, "l_shipdate", "l_returnflag", "l_linestatus", "l_quantity", "l_extendedprice", "l_discount", "l_tax")
	compare(q1, 0, datasource.Le, date("1998-09-02"))
	run("q1", q1)
	q14 := fieldsOf(tab, "l_shipdate", "l_partkey", "l_extendedprice", "l_discount") // two columns with long dictionaries
	compare(q14, 0, datasource.Ge, date("1995-09-01"))
	compare(q14, 0, datasource.Lt, date("1995-10-01"))
	run("q14", q14)
}

// BenchmarkUnpack unpacks 4,096 codes of each width.
func BenchmarkUnpack(b *testing.B) {
	for _, w := range []int{1, 3, 6, 12, 17, 20, 27} {
		b.Run(string(rune('0'+w/10))+string(rune('0'+w%10)), func(b *testing.B) {
			src := make([]byte, 4096*w/8+16)
			for i := range src {
				src[i] = byte(rand.Uint32())
			}
			dst := make([]int32, 4096)
			b.SetBytes(4096 * 4)
			for b.Loop() {
				unpack(dst, src, 0, w)
			}
		})
	}
}

func dateOf(s string) int32 {
	d, _ := temporal.ParseDate(s)
	return d
}

// decodeClass is a class of columns that warehouses have, with the encodings that writers choose for it.
type decodeClass struct {
	name      string
	node      pq.Node
	value     func(r *rand.Rand, i int) pq.Value
	encodings []encoding.Encoding
}

func decodeClasses() []decodeClass {
	numbers := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.DeltaBinaryPacked, &pq.ByteStreamSplit}
	texts := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.DeltaLengthByteArray, &pq.DeltaByteArray}
	long := func(f func(*rand.Rand, int) int64) func(*rand.Rand, int) pq.Value {
		return func(r *rand.Rand, i int) pq.Value { return pq.Int64Value(f(r, i)) }
	}
	text := func(f func(*rand.Rand, int) string) func(*rand.Rand, int) pq.Value {
		return func(r *rand.Rand, i int) pq.Value { return pq.ByteArrayValue([]byte(f(r, i))) }
	}
	return []decodeClass{
		{"key", pq.Leaf(pq.Int64Type), long(func(r *rand.Rand, i int) int64 { return int64(i)*4 + r.Int64N(4) }), numbers},
		{"foreign", pq.Leaf(pq.Int64Type), long(func(r *rand.Rand, _ int) int64 { return r.Int64N(200_000) }), numbers},
		{"few", pq.Leaf(pq.Int64Type), long(func(r *rand.Rand, _ int) int64 { return r.Int64N(50) }), numbers},
		{"nullable", pq.Optional(pq.Leaf(pq.Int64Type)), func(r *rand.Rand, _ int) pq.Value {
			if r.IntN(5) == 0 {
				return pq.NullValue()
			}
			return pq.Int64Value(r.Int64N(1000))
		}, numbers[:2]},
		{"decimal", pq.Decimal(2, 15, pq.Int64Type), long(func(r *rand.Rand, _ int) int64 { return r.Int64N(10_000_000) }), numbers[:2]},
		{"date", pq.Date(), func(r *rand.Rand, _ int) pq.Value { return pq.Int32Value(8000 + r.Int32N(2500)) }, numbers},
		{"double", pq.Leaf(pq.DoubleType), func(r *rand.Rand, _ int) pq.Value { return pq.DoubleValue(r.NormFloat64()) },
			[]encoding.Encoding{&pq.Plain, &pq.ByteStreamSplit}},
		{"bool", pq.Leaf(pq.BooleanType), func(r *rand.Rand, _ int) pq.Value { return pq.BooleanValue(r.IntN(2) == 0) }, []encoding.Encoding{&pq.Plain, &pq.RLE}},
		{"flag", pq.String(), text(func(r *rand.Rand, _ int) string { return "ANR"[r.IntN(3):][:1] }), texts},
		{"comment", pq.String(), text(func(r *rand.Rand, _ int) string {
			return fmt.Sprintf("carefully %x packages sleep above the %d deposits", r.Uint32(), r.IntN(100))
		}), texts},
		{"path", pq.String(), text(func(_ *rand.Rand, i int) string { return fmt.Sprintf("/warehouse/region=%02d/part-%07d", i/50_000, i) }), texts},
	}
}

// BenchmarkDecode reads a column of its own file by class, encoding and codec. ns/row is the time of the best run, since the machine may be
// busy, bytes/row what the file has of the column, compressed.
func BenchmarkDecode(b *testing.B) {
	const n = 100_000
	for _, c := range decodeClasses() {
		for _, e := range c.encodings {
			for _, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Zstd} {
				b.Run(fmt.Sprintf("%s/%s/%s", c.name, e, codec), func(b *testing.B) {
					tab := openFiles(b, nil, nil, writeClass(b, &c, e, codec, n))
					q := fieldsOf(tab, "v")
					s, err := tab.ScanVectors(context.Background(), q)
					require.NoError(b, err)
					scanEach(b, s)
					read := s.Counters().Bytes
					b.ReportAllocs()
					best := time.Hour
					for b.Loop() {
						start := time.Now()
						require.Equal(b, n, scanAll(b, tab, q))
						best = min(best, time.Since(start))
					}
					b.ReportMetric(float64(best.Nanoseconds())/n, "ns/row")
					b.ReportMetric(float64(read)/n, "bytes/row")
				})
			}
		}
	}
}

// writeClass writes n values as the column v of one row group.
func writeClass(b testing.TB, c *decodeClass, e encoding.Encoding, codec compress.Codec, n int) datasource.File {
	name := filepath.Join(b.TempDir(), "d.parquet")
	f, err := os.Create(name)
	require.NoError(b, err)
	schema := pq.NewSchema("class", pq.Group{"v": pq.Compressed(pq.Encoded(c.node, e), codec)})
	w := pq.NewGenericWriter[any](f, schema, pq.PageBufferSize(1<<20))
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]pq.Row, n)
	for i := range rows {
		v := c.value(r, i)
		defined := 0
		if c.node.Optional() && !v.IsNull() {
			defined = 1
		}
		rows[i] = pq.Row{v.Level(0, defined, 0)}
	}
	_, err = w.WriteRows(rows)
	require.NoError(b, err)
	require.NoError(b, w.Close())
	require.NoError(b, f.Close())
	return datasource.File{Path: name}
}
