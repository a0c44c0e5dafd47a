package parquet

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
)

const pairRows = 20_000 // of a row group: dictionaries of 160 KB

// pairFile has two row groups of three columns with long dictionaries and one with a short one.
func pairFile(t testing.TB) (datasource.File, arrow.RecordBatch) {
	long := arrow.PrimitiveTypes.Int64
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: long}, {Name: "few", Type: long}, {Name: "b", Type: long}, {Name: "c", Type: long}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	r := rand.New(rand.NewPCG(5, 9))
	for range 2 * pairRows {
		for k := range schema.NumFields() {
			rb.Field(k).(*array.Int64Builder).Append(r.Int64N([]int64{10_000_000, 50, 1 << 40, 2_000_000}[k]))
		}
	}
	batch := rb.NewRecordBatch()
	return writeFile(t, WriteOptions{RowGroupRows: pairRows, DictionaryBytes: 1 << 20}, schema, batch), batch
}

// TestPairedDictionaries: long dictionaries of columns that surely are needed are decompressed two by two, others when they are wanted.
func TestPairedDictionaries(t *testing.T) {
	file, batch := pairFile(t)
	tab := openFiles(t, nil, nil, file)
	want := expected(t, batch, tab.schema)
	for _, filter := range []bool{false, true} {
		q := request(tab)
		unpacked := []bool{true, false, true, false} // c is left over
		if filter {
			compare(q, 0, datasource.Lt, int64(5_000_000))
			unpacked = []bool{false, false, true, true}
		}
		got, _ := readAll(t, tab, q)
		sameRows(t, filtered(t, want, q), got)

		s, err := tab.ScanVectors(context.Background(), q)
		require.NoError(t, err)
		in, err := s.NewReader(context.Background())
		require.NoError(t, err)
		for m := range s.Morsels() {
			require.NoError(t, in.Open(m))
			_, err = in.Next(&columnar.Batch{})
			require.NoError(t, err)
			for i, c := range in.(*reader).columns {
				require.Equal(t, unpacked[i], c.leaves[0].dict.unpacked, "%v column %d", filter, i)
			}
		}
		require.NoError(t, in.Close())
	}
}

// TestDamageOfPairedDictionaries: the error names the column whose dictionary is damaged.
func TestDamageOfPairedDictionaries(t *testing.T) {
	file, _ := pairFile(t)
	ft, err := readFooter(file, readOptions{})
	require.NoError(t, err)
	for column, name := range map[int]string{0: `column "a"`, 2: `column "b"`, 3: `column "c"`} {
		data, err := os.ReadFile(file.Path)
		require.NoError(t, err)
		start, _ := chunkRange(&ft.meta.RowGroups[1].Columns[column].MetaData)
		copy(data[start+1000:], bytes.Repeat([]byte{0xff}, 100))
		path := filepath.Join(t.TempDir(), "x.parquet")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		for _, verify := range []string{"true", "false"} {
			tab := openFiles(t, nil, datasource.Options{"parquet.page.verify-checksum.enabled": verify}, datasource.File{Path: path})
			rows, _, err := tryReadAll(tab, request(tab))
			require.ErrorContains(t, err, "Row group 1")
			require.ErrorContains(t, err, name)
			require.Len(t, rows, pairRows)
		}
	}
}
