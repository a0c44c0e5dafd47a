package parquet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
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

// BenchmarkDecode reads one column of a row group in memory, by type and encoding: ns an op are for 100,000 values.
func BenchmarkDecode(b *testing.B) {
	const n = 100_000
	type column struct {
		Plain int64   `parquet:"plain,plain,uncompressed"`
		Delta int64   `parquet:"delta,delta,uncompressed"`
		Split float64 `parquet:"split,split,uncompressed"`
		Dict  int64   `parquet:"dict,dict,uncompressed"`
		Int32 int32   `parquet:"int32,plain,uncompressed"`
		Text  string  `parquet:"text,plain,uncompressed"`
		Words string  `parquet:"words,dict,uncompressed"`
		Front string  `parquet:"front,delta,uncompressed"`
		Null  *int64  `parquet:"null,optional,uncompressed"`
		List  []int64 `parquet:"list,list,uncompressed"`
	}
	rows := make([]column, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		x := r.Int64N(1 << 30)
		rows[i] = column{Plain: x, Delta: int64(i) + x%8, Split: float64(x), Dict: x % 1000, Int32: int32(x), Text: fmt.Sprintf("some text of %d", x), Words: fmt.Sprint("word", x%50),
			Front: fmt.Sprintf("common beginning %d", i), Null: ptr(r, x), List: []int64{x, 1, 2}[:x%4&3%3]}
	}
	name := filepath.Join(b.TempDir(), "d.parquet")
	require.NoError(b, pq.WriteFile(name, rows))
	tab := openFiles(b, nil, datasource.Options{"parquet.page.verify-checksum.enabled": "false"}, datasource.File{Path: name})
	for _, f := range tab.schema {
		q := fieldsOf(tab, f.Name)
		b.Run(f.Name, func(b *testing.B) {
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				require.Equal(b, n, scanAll(b, tab, q))
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Nanoseconds())/n, "ns/row-best")
		})
	}
}

// BenchmarkDecodeClasses reads the classes of columns that warehouses have, by encoding and compression, as one column of its own row groups.
func BenchmarkDecodeClasses(b *testing.B) {
	const n = 100_000
	type row struct {
		KeyPlain     int64  `parquet:"key/plain/none,plain,uncompressed"`
		KeySnappy    int64  `parquet:"key/plain/snappy,plain,snappy"`
		KeyZstd      int64  `parquet:"key/plain/zstd,plain,zstd"`
		KeyDict      int64  `parquet:"key/dict/snappy,dict,snappy"`
		DatePlain    int32  `parquet:"date/plain/snappy,date,plain,snappy"`
		DateDict     int32  `parquet:"date/dict/snappy,date,dict,snappy"`
		PricePlain   int64  `parquet:"decimal/plain/snappy,decimal(2:15),plain,snappy"`
		PriceDict    int64  `parquet:"decimal/dict/snappy,decimal(2:15),dict,snappy"`
		Flag         string `parquet:"flag/dict/snappy,dict,snappy"`
		FlagPlain    string `parquet:"flag/plain/snappy,plain,snappy"`
		Comment      string `parquet:"comment/plain/snappy,plain,snappy"`
		CommentZstd  string `parquet:"comment/plain/zstd,plain,zstd"`
		CommentDelta string `parquet:"comment/delta/zstd,delta,zstd"`
	}
	rows := make([]row, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		key, date, price, flag := int64(i)*4+r.Int64N(4), 8000+r.Int32N(2500), r.Int64N(10_000_000), string("ANR"[r.IntN(3)])
		comment := fmt.Sprintf("carefully %x packages sleep above the %d deposits", r.Uint32(), r.IntN(100))
		rows[i] = row{key, key, key, key, date, date, price, price, flag, flag, comment, comment, comment}
	}
	name := filepath.Join(b.TempDir(), "d.parquet")
	require.NoError(b, pq.WriteFile(name, rows))
	tab := openFiles(b, nil, nil, datasource.File{Path: name})
	for _, f := range tab.schema {
		q := fieldsOf(tab, f.Name)
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.Equal(b, n, scanAll(b, tab, q))
			}
			b.SetBytes(valueBytes(rows, f.Name))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

// valueBytes is the size of a column's values as plain Parquet has them; name begins with the class.
func valueBytes[T any](rows []T, name string) (n int64) {
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for k := range v.NumField() {
			if tag, _, _ := strings.Cut(v.Type().Field(k).Tag.Get("parquet"), ","); tag != name {
				continue
			}
			if f := v.Field(k); f.Kind() == reflect.String {
				n += 4 + int64(f.Len())
			} else {
				n += int64(f.Type().Size())
			}
		}
	}
	return n
}
