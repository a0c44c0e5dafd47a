package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	pq "github.com/parquet-go/parquet-go"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/stretchr/testify/require"
)

func dec(p, s int32) arrow.DataType { return &arrow.Decimal128Type{Precision: p, Scale: s} }

// everyType lists the types that can be written.
func everyType() []arrow.DataType {
	us := func(zone string, unit arrow.TimeUnit) arrow.DataType {
		return &arrow.TimestampType{Unit: unit, TimeZone: zone}
	}
	inner := arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int32}, arrow.Field{Name: "b", Type: arrow.BinaryTypes.String, Nullable: true},
		arrow.Field{Name: "c", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64), Nullable: true})
	return []arrow.DataType{
		arrow.FixedWidthTypes.Boolean, arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
		arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64, dec(5, 2), dec(9, 0), dec(10, 2), dec(18, 4), dec(19, 2), dec(38, 10),
		arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.StringView, arrow.BinaryTypes.Binary,
		&arrow.FixedSizeBinaryType{ByteWidth: 5}, arrow.FixedWidthTypes.Date32,
		us("", arrow.Microsecond), us("UTC", arrow.Microsecond), us("UTC", arrow.Millisecond), us("", arrow.Second), us("", arrow.Nanosecond),
		arrow.FixedWidthTypes.Time32ms, arrow.FixedWidthTypes.Time64us, arrow.FixedWidthTypes.Duration_us, arrow.FixedWidthTypes.Duration_s,
		arrow.FixedWidthTypes.MonthInterval, arrow.Null,
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String},
		arrow.ListOf(arrow.PrimitiveTypes.Int32), arrow.ListOfNonNullable(arrow.BinaryTypes.String), arrow.LargeListOf(arrow.PrimitiveTypes.Float64),
		arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Int16), arrow.ListOf(arrow.ListOf(arrow.BinaryTypes.String)), inner, arrow.ListOf(inner),
		arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64), arrow.MapOf(arrow.PrimitiveTypes.Int32, arrow.ListOf(inner)),
	}
}

// fill appends a random value; nulls are one in seven where allowed.
func fill(b array.Builder, r *rand.Rand, nullable bool) {
	if nullable && r.IntN(7) == 0 {
		b.AppendNull()
		return
	}
	n := r.Int64N(2000) - 1000
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(n > 0)
	case *array.Int8Builder:
		b.Append(int8(n))
	case *array.Int16Builder:
		b.Append(int16(n * 31))
	case *array.Int32Builder:
		b.Append(int32(n))
	case *array.Int64Builder:
		b.Append(n * r.Int64N(1<<40))
	case *array.Uint8Builder:
		b.Append(uint8(n))
	case *array.Uint16Builder:
		b.Append(uint16(n))
	case *array.Uint32Builder:
		b.Append(uint32(n))
	case *array.Uint64Builder:
		b.Append(uint64(n))
	case *array.Float32Builder:
		b.Append([]float32{float32(n), float32(math.NaN()), 0, float32(math.Inf(1)), float32(n) / 7}[r.IntN(5)])
	case *array.Float64Builder:
		b.Append([]float64{float64(n), math.NaN(), math.Copysign(0, -1), math.Inf(-1), r.Float64()}[r.IntN(5)])
	case *array.Decimal128Builder:
		v := decimal128.FromI64(n % 1000)
		if p := b.Type().(*arrow.Decimal128Type).Precision; p > 18 {
			v = v.Mul(decimal128.FromU64(r.Uint64N(1 << 50)))
		}
		b.Append(v)
	case *array.StringBuilder:
		b.Append(word0(n))
	case *array.LargeStringBuilder:
		b.Append(word0(n))
	case *array.StringViewBuilder:
		b.Append(word0(n))
	case *array.BinaryBuilder:
		b.Append([]byte(word0(n)))
	case *array.FixedSizeBinaryBuilder:
		b.Append(fmt.Appendf(nil, "%05d", n+1000))
	case *array.Date32Builder:
		b.Append(arrow.Date32(n))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(n * 1_000_003))
	case *array.Time32Builder:
		b.Append(arrow.Time32(n + 1000))
	case *array.Time64Builder:
		b.Append(arrow.Time64(n + 1000))
	case *array.DurationBuilder:
		b.Append(arrow.Duration(n))
	case *array.MonthIntervalBuilder:
		b.Append(arrow.MonthInterval(n))
	case *array.NullBuilder:
		b.AppendNull()
	case *array.BinaryDictionaryBuilder:
		if err := b.AppendString(word0(n)); err != nil {
			panic(err)
		}
	case *array.MapBuilder:
		b.Append(true)
		for i := range r.IntN(4) {
			if k, ok := b.KeyBuilder().(*array.StringBuilder); ok {
				k.Append(fmt.Sprint("k", i))
			} else {
				b.KeyBuilder().(*array.Int32Builder).Append(int32(i) - 1)
			}
			fill(b.ItemBuilder(), r, true)
		}
	case *array.FixedSizeListBuilder:
		b.Append(true)
		for range 2 {
			fill(b.ValueBuilder(), r, true)
		}
	case array.ListLikeBuilder:
		b.(interface{ Append(bool) }).Append(true)
		elem := b.Type().(arrow.ListLikeType).ElemField().Nullable
		for range r.IntN(4) {
			fill(b.ValueBuilder(), r, elem)
		}
	case *array.StructBuilder:
		b.Append(true)
		for i := range b.NumField() {
			fill(b.FieldBuilder(i), r, b.Type().(*arrow.StructType).Field(i).Nullable)
		}
	default:
		panic(fmt.Sprintf("%T", b))
	}
}

// word0 makes strings of many lengths, long ones with long common beginnings.
func word0(n int64) string {
	switch n % 5 {
	case 0:
		return ""
	case 1:
		return strings.Repeat("common ", 20) + fmt.Sprint(n)
	}
	return fmt.Sprint("w", n)
}

func everyColumn(nullable bool) *arrow.Schema {
	var fields []arrow.Field
	for i, t := range everyType() {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("c%02d", i), Type: t, Nullable: nullable || t.ID() == arrow.NULL})
	}
	return arrow.NewSchema(fields, nil)
}

func randomBatch(schema *arrow.Schema, rows int, r *rand.Rand) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for range rows {
		for i, f := range schema.Fields() {
			fill(b.Field(i), r, f.Nullable)
		}
	}
	return b.NewRecordBatch()
}

// TestWriteEveryType writes every type and lets pyarrow and DuckDB read it.
func TestWriteEveryType(t *testing.T) {
	t.Parallel() // waits for Python
	dir := t.TempDir()
	var args []string
	for i, c := range []struct {
		options  WriteOptions
		nullable bool
		batches  []int
	}{
		{WriteOptions{Bloom: []string{"c04", "c17", "c15", "c03"}}, true, []int{3000, 1, 500}},
		{WriteOptions{Compression: "zstd", RowGroupRows: 700, PageRows: 100, DictionaryBytes: 300, Bloom: []string{"c04", "c17", "c40.a"}}, true, []int{1000, 1500}},
		{WriteOptions{Compression: "none", DictionaryBytes: -1, PageBytes: 1000}, false, []int{2500}},
		{WriteOptions{Compression: "gzip", PageRows: 1}, true, []int{50}},
		{WriteOptions{Compression: "lz4", PageBytes: 4000}, true, []int{1700}},
		{WriteOptions{Compression: "brotli"}, false, []int{300}},
		{WriteOptions{}, true, nil},
	} {
		schema := everyColumn(c.nullable)
		name := filepath.Join(dir, fmt.Sprint(i))
		out, err := os.Create(name + ".parquet")
		require.NoError(t, err)
		w, err := NewWriter(out, schema, c.options)
		require.NoError(t, err)
		n := 0
		if len(c.batches) > 0 {
			n = c.batches[0]
		}
		if len(c.batches) > 1 {
			n += c.batches[1]
		}
		var batch arrow.RecordBatch
		if n > 0 { // one batch with one dictionary; written in slices
			batch = randomBatch(schema, n, rand.New(rand.NewPCG(1, uint64(i))))
			for from := 0; from < n; from += c.batches[0] {
				require.NoError(t, w.Write(batch.NewSlice(int64(from), int64(min(n, from+c.batches[0])))))
			}
		}
		require.NoError(t, w.Close())
		require.NoError(t, out.Close())
		writeArrow(t, name+".arrow", schema, batch)
		args = append(args, name+".parquet", name+".arrow")
	}
	runPeers(t, "verify.py", args)
}

func writeOne(t testing.TB, o WriteOptions, schema *arrow.Schema, batches ...arrow.RecordBatch) *pq.File {
	var b bytes.Buffer
	w, err := NewWriter(&b, schema, o)
	require.NoError(t, err)
	for _, batch := range batches {
		require.NoError(t, w.Write(batch))
	}
	require.NoError(t, w.Close())
	f, err := pq.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	return f
}

func int64Batch(schema *arrow.Schema, values ...int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).AppendValues(values, nil)
	return b.NewRecordBatch()
}

var oneLong = arrow.NewSchema([]arrow.Field{{Name: "v", Type: arrow.PrimitiveTypes.Int64}}, nil)

// TestWriteLayout checks row groups, pages, the fallback from the dictionary, and that a batch is not written into.
func TestWriteLayout(t *testing.T) {
	values := make([]int64, 10_000)
	for i := range values {
		values[i] = int64(i)
	}
	batch := int64Batch(oneLong, values...)
	f := writeOne(t, WriteOptions{RowGroupRows: 4000, PageRows: 1500, DictionaryBytes: 8 * 2000}, oneLong, batch, batch)
	require.EqualValues(t, 20_000, f.NumRows())
	require.Len(t, f.RowGroups(), 5)
	chunk := f.Metadata().RowGroups[0].Columns[0].MetaData
	require.EqualValues(t, 4000, chunk.NumValues)
	require.Len(t, chunk.EncodingStats, 3, "a dictionary, coded pages, plain pages")
	for i, v := range batch.Column(0).(*array.Int64).Int64Values() {
		require.EqualValues(t, i, v)
	}
	rows := make([]pq.Row, 30)
	reader := f.RowGroups()[1].Rows()
	defer reader.Close()
	n, _ := reader.ReadRows(rows)
	for i := range n {
		require.EqualValues(t, 4000+i, rows[i][0].Int64())
	}
	index := f.ColumnIndexes()[0]
	require.Equal(t, "ASCENDING", index.BoundaryOrder.String())
}

// TestConcurrentRowGroups: row groups encoded apart are appended in the caller's order.
func TestConcurrentRowGroups(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, oneLong, WriteOptions{})
	require.NoError(t, err)
	groups := []*RowGroupEncoder{w.NewRowGroup(), w.NewRowGroup(), w.NewRowGroup()}
	for i := 2; i >= 0; i-- {
		require.NoError(t, groups[i].Write(int64Batch(oneLong, int64(i), int64(i))))
		require.NoError(t, groups[i].Finish())
	}
	require.NoError(t, w.Write(int64Batch(oneLong, -1)))
	for _, g := range groups {
		require.NoError(t, w.Append(g))
	}
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	require.Error(t, w.Write(int64Batch(oneLong, 1)))
	f, err := pq.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.Len(t, f.RowGroups(), 4)
	for i, g := range f.Metadata().RowGroups {
		require.EqualValues(t, uint64(i-1), uint64(int64FromLE(g.Columns[0].MetaData.Statistics.MinValue)))
	}
}

func int64FromLE(b []byte) (v int64) {
	for i := range b {
		v |= int64(b[i]) << (8 * i)
	}
	return v
}

// TestFloatStatistics: NaN is left out of bounds, zeros get the outer sign, and a chunk of NaN has none.
func TestFloatStatistics(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "v", Type: arrow.PrimitiveTypes.Float64, Nullable: true}}, nil)
	bounds := func(values ...float64) (string, bool) {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		defer b.Release()
		b.Field(0).(*array.Float64Builder).AppendValues(values, nil)
		f := writeOne(t, WriteOptions{}, schema, b.NewRecordBatch())
		s := f.Metadata().RowGroups[0].Columns[0]
		if s.MetaData.Statistics.MinValue == nil {
			return "", s.ColumnIndexLength > 0
		}
		return fmt.Sprint(math.Float64frombits(uint64(int64FromLE(s.MetaData.Statistics.MinValue))), " ",
			math.Float64frombits(uint64(int64FromLE(s.MetaData.Statistics.MaxValue)))), s.ColumnIndexLength > 0
	}
	for _, c := range []struct {
		values []float64
		want   string
		index  bool
	}{
		{[]float64{1, math.NaN(), 2}, "1 2", true},
		{[]float64{math.NaN()}, "", false},
		{[]float64{0}, "-0 0", true},
		{[]float64{math.Copysign(0, -1), -3}, "-3 0", true},
		{nil, "", false},
	} {
		if c.values == nil {
			continue
		}
		got, index := bounds(c.values...)
		require.Equal(t, c.want, got, "%v", c.values)
		require.Equal(t, c.index, index, "%v", c.values)
	}
}

type failingWriter struct{ left int }

func (f *failingWriter) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(b), nil
}

// TestWriteErrors: what cannot be written is refused, and an error of the destination stays.
func TestWriteErrors(t *testing.T) {
	condition := func(err error) string {
		require.Error(t, err)
		return sqlerr.As(err).Condition
	}
	one := func(t arrow.DataType) *arrow.Schema {
		return arrow.NewSchema([]arrow.Field{{Name: "v", Type: t}}, nil)
	}
	for _, bad := range []arrow.DataType{arrow.FixedWidthTypes.MonthDayNanoInterval, arrow.FixedWidthTypes.Float16, arrow.FixedWidthTypes.Duration_ns, arrow.StructOf(),
		&arrow.Decimal256Type{Precision: 50, Scale: 2}} {
		_, err := NewWriter(&bytes.Buffer{}, one(bad), WriteOptions{})
		require.Equal(t, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", condition(err), bad.String())
	}
	_, err := NewWriter(&bytes.Buffer{}, oneLong, WriteOptions{Compression: "lzo"})
	require.Equal(t, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", condition(err))
	_, err = NewWriter(&bytes.Buffer{}, oneLong, WriteOptions{Bloom: []string{"x"}})
	require.Equal(t, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", condition(err))
	_, err = NewWriter(&bytes.Buffer{}, arrow.NewSchema(nil, nil), WriteOptions{})
	require.Error(t, err)

	w, err := NewWriter(&bytes.Buffer{}, oneLong, WriteOptions{})
	require.NoError(t, err)
	nullable := arrow.NewSchema([]arrow.Field{{Name: "v", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, nullable)
	b.Field(0).AppendNull()
	require.Equal(t, "NOT_NULL_ASSERT_VIOLATION", condition(w.Write(b.NewRecordBatch())))

	full := &failingWriter{left: 100}
	w, err = NewWriter(full, oneLong, WriteOptions{RowGroupRows: 10})
	require.NoError(t, err)
	var failed error
	for i := 0; i < 100 && failed == nil; i++ {
		failed = w.Write(int64Batch(oneLong, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
	}
	require.ErrorContains(t, failed, "disk full")
	require.ErrorContains(t, w.Close(), "disk full")
}

func TestParseWriteOptions(t *testing.T) {
	got, err := ParseWriteOptions(datasource.Options{"compression": "zstd", "parquet.page.size": "4096", "parquet.enable.dictionary": "false",
		"parquet.bloom.filter.enabled#v": "true", "parquet.bloom.filter.enabled#w": "false", "mergeschema": "true"})
	require.NoError(t, err)
	require.Equal(t, WriteOptions{Compression: "zstd", PageBytes: 4096, DictionaryBytes: -1, Bloom: []string{"v"}}, got)
	for key, value := range map[string]string{"parquet.page.size": "x", "parquet.page.row.count.limit": "0", "parquet.enable.dictionary": "maybe"} {
		_, err := ParseWriteOptions(datasource.Options{key: value})
		require.Error(t, err, key)
	}
	var _ datasource.RecordWriter = (*Writer)(nil)
}

// BenchmarkWrite measures the encoding of one row group of integers of few, of many and of all different values.
func BenchmarkWrite(b *testing.B) {
	for _, distinct := range []int64{10, 50_000, 1 << 40} {
		b.Run(fmt.Sprint(distinct), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			values := make([]int64, DefaultRowGroupRows)
			for i := range values {
				values[i] = r.Int64N(distinct)
			}
			batch := int64Batch(oneLong, values...)
			b.SetBytes(int64(8 * len(values)))
			for b.Loop() {
				w, _ := NewWriter(io.Discard, oneLong, WriteOptions{})
				require.NoError(b, w.Write(batch))
				require.NoError(b, w.Close())
			}
		})
	}
}
