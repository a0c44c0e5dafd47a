package parquet

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// fileOf writes a file of Go structs with parquet-go.
func fileOf[T any](t testing.TB, rows ...T) datasource.File {
	name := filepath.Join(t.TempDir(), "s.parquet")
	require.NoError(t, pq.WriteFile(name, rows))
	return datasource.File{Path: name}
}

// TestMergeSchemas: columns match by name without case, missing ones are null, types widen.
func TestMergeSchemas(t *testing.T) {
	type one struct {
		A int32   `parquet:"a"`
		B float32 `parquet:"B"`
		S struct {
			X int32 `parquet:"x"`
		} `parquet:"s"`
	}
	type two struct {
		B float64 `parquet:"b"`
		A int64   `parquet:"A"`
		C *string `parquet:"c,optional"`
	}
	a := one{A: 1, B: 1.5}
	a.S.X = 7
	word := "w"
	f1, f2 := fileOf(t, a), fileOf(t, two{B: 2.5, A: 1 << 40, C: &word})

	tab := openFiles(t, nil, datasource.Options{"mergeschema": "true"}, f1, f2)
	require.Equal(t, "[{a bigint false } {B double false } {s struct<x:int> true } {c string true }]", strings.TrimSpace(sprint(tab.schema)))
	rows, _ := readAll(t, tab, request(tab))
	sameRows(t, [][]any{{int64(1), 1.5, []any{int32(7)}, nil}, {int64(1 << 40), 2.5, nil, "w"}}, rows)

	q := request(tab)
	compare(q, 0, datasource.Gt, int64(1))
	rows, c := readAll(t, tab, q)
	require.Len(t, rows, 1)
	require.EqualValues(t, 1, c.RowGroupsSkipped, "statistics of the narrow file are widened")

	tab = openFiles(t, nil, nil, f1) // the first file's schema
	require.Equal(t, "[{a int false } {B float false } {s struct<x:int> false }]", sprint(tab.schema))

	// The user's schema: a subset, wider, with a column and a field that no file has.
	user := types.Schema{{Name: "S", Type: types.StructOf(types.Field{Name: "y", Type: types.StringType, Nullable: true}, types.Field{Name: "X", Type: types.BigIntType, Nullable: true}), Nullable: true},
		{Name: "none", Type: types.DateType, Nullable: true}, {Name: "a", Type: types.DecimalOf(20, 2), Nullable: true}}
	tab = openFiles(t, user, nil, f1)
	rows, _ = readAll(t, tab, request(tab))
	sameRows(t, [][]any{{[]any{nil, int64(7)}, nil, types.Int128Of(100)}}, rows)

	_, err := Open(context.Background(), []datasource.File{f1, fileOf(t, struct {
		A string `parquet:"a"`
	}{"x"})}, datasource.Options{"mergeschema": "true"}, nil)
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", sqlerr.As(err).Condition)

	tab = openFiles(t, types.Schema{{Name: "a", Type: types.StringType, Nullable: true}}, nil, f1)
	_, _, err = tryReadAll(tab, request(tab))
	require.Equal(t, "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", sqlerr.As(err).Condition)

	_, err = Open(context.Background(), nil, nil, nil)
	require.Equal(t, "UNABLE_TO_INFER_SCHEMA", sqlerr.As(err).Condition)
	tab = openFiles(t, user, nil)
	rows, _ = readAll(t, tab, request(tab))
	require.Empty(t, rows)
}

func sprint(s types.Schema) string {
	var parts []string
	for _, f := range s {
		parts = append(parts, "{"+f.Name+" "+f.Type.String()+" "+map[bool]string{true: "true", false: "false"}[f.Nullable]+" }")
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// TestScanRecords: the public interface gives Arrow records.
func TestScanRecords(t *testing.T) {
	batch := mixedBatch(2500, rand.New(rand.NewPCG(5, 10)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 1000}, mixedSchema, batch))
	s, err := tab.Scan(context.Background(), []int{3, 0}, nil, 0)
	require.NoError(t, err)
	require.Equal(t, 3, s.Partitions())
	at := 0
	for p := range s.Partitions() {
		r, err := s.Open(context.Background(), p)
		require.NoError(t, err)
		for r.Next() {
			rec := r.RecordBatch()
			for i := range int(rec.NumRows()) {
				require.Equal(t, batch.Column(3).ValueStr(at), rec.Column(0).ValueStr(i))
				require.Equal(t, batch.Column(0).ValueStr(at), rec.Column(1).ValueStr(i))
				at++
			}
		}
		require.NoError(t, r.Err())
		r.Release()
	}
	require.Equal(t, 2500, at)
}

// TestFileChanges: an open table reads what a file holds now.
func TestFileChanges(t *testing.T) {
	file := writeFile(t, WriteOptions{}, oneLong, int64Batch(oneLong, 1, 2, 3))
	tab := openFiles(t, nil, nil, file)
	rows, _ := readAll(t, tab, request(tab))
	require.Len(t, rows, 3)
	other := writeFile(t, WriteOptions{}, oneLong, int64Batch(oneLong, 4))
	require.NoError(t, os.Rename(other.Path, file.Path))
	require.NoError(t, os.Chtimes(file.Path, time.Time{}, time.Now().Add(time.Hour)))
	rows, _ = readAll(t, tab, request(tab))
	sameRows(t, [][]any{{int64(4)}}, rows)
}

// TestBounds: vectors carry bounds that hold.
func TestBounds(t *testing.T) {
	batch := mixedBatch(3000, rand.New(rand.NewPCG(5, 11)))
	for _, o := range []WriteOptions{{}, {DictionaryBytes: -1}, {DictionaryBytes: 3000}} {
		tab := openFiles(t, nil, nil, writeFile(t, o, mixedSchema, batch))
		s, err := tab.ScanVectors(context.Background(), request(tab))
		require.NoError(t, err)
		in, err := s.NewReader(context.Background())
		require.NoError(t, err)
		require.NoError(t, in.Open(0))
		b := &columnar.Batch{}
		ok, err := in.Next(b)
		require.NoError(t, err)
		require.True(t, ok)
		for _, k := range []int{0, 1, 2, 5} {
			v := b.Cols[k]
			require.True(t, v.HasBounds, "%v column %d", o, k)
			for i := range v.Len {
				if x := v.Value(i); x != nil {
					n, isInt := asInt64(x)
					if !isInt {
						n = x.(types.Int128).Int64()
					}
					require.True(t, n >= v.Lo && n <= v.Hi)
				}
			}
		}
		require.False(t, b.Cols[6].HasBounds)
		require.NoError(t, in.Close())
	}
}

// TestVoidAndEmpty: files without rows, batches without columns.
func TestVoidAndEmpty(t *testing.T) {
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{}, oneLong))
	rows, _ := readAll(t, tab, request(tab))
	require.Empty(t, rows)
	s, err := tab.Statistics(context.Background())
	require.NoError(t, err)
	require.Zero(t, s.Rows)

	tab = openFiles(t, nil, nil, writeFile(t, WriteOptions{}, oneLong, int64Batch(oneLong, make([]int64, 10_000)...)))
	q := request(tab)
	q.Fields, q.Columns = nil, nil
	rows, _ = readAll(t, tab, q)
	require.Len(t, rows, 10_000)

	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	b.Field(0).AppendNulls(5000)
	tab = openFiles(t, nil, nil, writeFile(t, WriteOptions{}, schema, b.NewRecordBatch()))
	rows, _ = readAll(t, tab, request(tab))
	require.Len(t, rows, 5000)
	require.Nil(t, rows[4999][0])
}

// TestTimestampRange: what microseconds cannot hold is an error, not another time.
func TestTimestampRange(t *testing.T) {
	type millis struct {
		T int64 `parquet:"t,timestamp(millisecond)"`
	}
	tab := openFiles(t, nil, nil, fileOf(t, millis{1_700_000_000_123}))
	rows, _ := readAll(t, tab, request(tab))
	require.Equal(t, int64(1_700_000_000_123_000), rows[0][0])
	tab = openFiles(t, nil, nil, fileOf(t, millis{math.MaxInt64 / 10}))
	_, _, err := tryReadAll(tab, request(tab))
	require.ErrorContains(t, err, "out of range")
}

// TestConcurrentReaders: workers share a scan and its morsels.
func TestConcurrentReaders(t *testing.T) {
	batch := mixedBatch(8000, rand.New(rand.NewPCG(5, 12)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 1000, PageRows: 100}, mixedSchema, batch))
	q := request(tab)
	q.Threads = 4
	compare(q, 1, datasource.Lt, int32(6))
	compare(q, 0, datasource.Ge, int64(900))
	want := len(filtered(t, expected(t, batch, tab.schema), q))
	s, err := tab.ScanVectors(context.Background(), q)
	require.NoError(t, err)
	var next, rows atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			in, err := s.NewReader(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			defer in.Close()
			var b columnar.Batch
			for m := int(next.Add(1)) - 1; m < s.Morsels(); m = int(next.Add(1)) - 1 {
				ok, err := true, in.Open(m)
				for ok && err == nil {
					if ok, err = in.Next(&b); ok {
						rows.Add(int64(b.Count()))
					}
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, want, rows.Load())
	require.EqualValues(t, want, s.Counters().RowsOut)
}

// TestCancelledScan: a reader stops when its context ends.
func TestCancelledScan(t *testing.T) {
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{}, oneLong, int64Batch(oneLong, 1, 2, 3)))
	s, err := tab.ScanVectors(context.Background(), request(tab))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	in, err := s.NewReader(ctx)
	require.NoError(t, err)
	require.NoError(t, in.Open(0))
	cancel()
	_, err = in.Next(&columnar.Batch{})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, in.Close())
}
