package parquet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit/scanned"
	"github.com/sparrow-engine/sparrow/types"
)

// writeFile writes batches to a file in the test's folder.
func writeFile(t testing.TB, o WriteOptions, schema *arrow.Schema, batches ...arrow.RecordBatch) datasource.File {
	name := filepath.Join(t.TempDir(), "x.parquet")
	out, err := os.Create(name)
	require.NoError(t, err)
	w, err := NewWriter(out, schema, o)
	require.NoError(t, err)
	for _, b := range batches {
		require.NoError(t, w.Write(b))
	}
	require.NoError(t, w.Close())
	require.NoError(t, out.Close())
	return datasource.File{Path: name}
}

func openFiles(t testing.TB, schema types.Schema, o datasource.Options, files ...datasource.File) *table {
	tab, err := Open(context.Background(), files, o, schema)
	require.NoError(t, err)
	return tab.(*table)
}

// request asks for all columns of a table, numbered from 1.
func request(tab *table) *datasource.VectorRequest { return scanned.Request(tab) }

// readAll returns the rows of a scan in order, and its counters.
func readAll(t testing.TB, tab *table, r *datasource.VectorRequest) ([][]any, datasource.ScanCounters) {
	rows, counters, err := tryReadAll(tab, r)
	require.NoError(t, err)
	return rows, counters
}

func tryReadAll(tab *table, r *datasource.VectorRequest) (rows [][]any, c datasource.ScanCounters, err error) {
	c, err = scanned.Each(tab, r, func(cols []*columnar.Vector, i int) {
		row := make([]any, len(cols))
		for j, v := range cols {
			if v != nil {
				row[j] = v.Value(i)
			}
		}
		rows = append(rows, row)
	})
	return rows, c, err
}

// expected converts a batch to Go values of the types a table has.
func expected(t testing.TB, batch arrow.RecordBatch, schema types.Schema) [][]any {
	rows := make([][]any, batch.NumRows())
	for i := range rows {
		rows[i] = make([]any, batch.NumCols())
	}
	for j := range int(batch.NumCols()) {
		v, err := columnar.FromArrow(batch.Column(j), schema[j].Type)
		require.NoError(t, err, schema[j].Type.String())
		for i := range rows {
			rows[i][j] = v.Value(i)
		}
	}
	return rows
}

// sameRows compares rows, NaN equal to itself.
func sameRows(t testing.TB, want, got [][]any, hint ...any) {
	t.Helper()
	require.Equal(t, len(want), len(got), hint...)
	for i := range want {
		if fmt.Sprintf("%#v", want[i]) == fmt.Sprintf("%#v", got[i]) {
			continue
		}
		for j := range want[i] {
			require.Equal(t, fmt.Sprintf("%#v", want[i][j]), fmt.Sprintf("%#v", got[i][j]), "row %d column %d %v", i, j, hint)
		}
	}
}

var layouts = []WriteOptions{
	{},
	{Compression: "zstd", RowGroupRows: 170, PageRows: 50, DictionaryBytes: 300},
	{Compression: "none", DictionaryBytes: -1, PageBytes: 1000},
	{Compression: "gzip", PageRows: 1},
	{Compression: "lz4", PageBytes: 4000, DictionaryBytes: 900},
	{Compression: "brotli", RowGroupRows: 133},
}

// TestReadEveryType reads back every type the writer knows, in several layouts and batch sizes.
func TestReadEveryType(t *testing.T) {
	for i, o := range layouts {
		for _, nullable := range []bool{true, false} {
			for _, size := range []int{[]int{0, 7}[i%2]} {
				t.Run(fmt.Sprint(i, nullable, size), func(t *testing.T) {
					schema := everyColumn(nullable)
					rows := 300
					if o.PageRows == 1 {
						rows = 40
					}
					batch := randomBatch(schema, rows, rand.New(rand.NewPCG(7, uint64(i))))
					tab := openFiles(t, nil, nil, writeFile(t, o, schema, batch))
					r := request(tab)
					r.BatchSize = size
					got, counters := readAll(t, tab, r)
					sameRows(t, expected(t, batch, tab.schema), got)
					require.EqualValues(t, rows, counters.RowsOut)
					r.Flatten = true
					got, _ = readAll(t, tab, r)
					sameRows(t, expected(t, batch, tab.schema), got)
				})
			}
		}
	}
}

func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at, n, share := r.IntN(130), r.IntN(300), []float64{0, 0.02, 0.1, 0.5, 0.95, 1}[r.IntN(6)]
		valid, xs, want, values := make([]uint64, columnar.Words(at+n)), make([]int32, n), make([]int32, n), 0
		for i := range n {
			if r.Float64() >= share {
				valid[(at+i)>>6] |= 1 << ((at + i) & 63)
				values++
				want[i], xs[values-1] = int32(values), int32(values)
			}
		}
		for i := values; i < n; i++ {
			xs[i] = -1
		}
		spread(xs, values, valid, at)
		require.Equal(t, want, xs, "%d rows from bit %d", n, at)
	}
}
