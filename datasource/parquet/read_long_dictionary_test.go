package parquet

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/datasource"
)

const longRows = 40_000 // of a row group: dictionaries of 320 KB

// longFile has two row groups of three columns with long dictionaries and one with a short one.
func longFile(t testing.TB) datasource.File {
	long := arrow.PrimitiveTypes.Int64
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: long}, {Name: "few", Type: long}, {Name: "b", Type: long}, {Name: "c", Type: long}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	r := rand.New(rand.NewPCG(5, 9))
	for range 2 * longRows {
		for k := range schema.NumFields() {
			rb.Field(k).(*array.Int64Builder).Append(r.Int64N([]int64{10_000_000, 50, 1 << 40, 2_000_000}[k]))
		}
	}
	return writeFile(t, WriteOptions{RowGroupRows: longRows, DictionaryBytes: 1 << 20}, schema, rb.NewRecordBatch())
}

// TestDamageOfLongDictionaries: the error names the column whose dictionary is damaged.
func TestDamageOfLongDictionaries(t *testing.T) {
	file := longFile(t)
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
			require.Len(t, rows, longRows)
		}
	}
}
