package parquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/datasource"
)

// runPeers runs a script of testdata in a Python that has pyarrow and duckdb; the test is skipped where there is none. One process does all
// the work of a test, since starting it takes longer than the work.
func runPeers(t *testing.T, script string, args []string) {
	python := "/work/peers-work/venv/bin/python"
	if p := os.Getenv("SPARROW_PEERS_PYTHON"); p != "" {
		python = p
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("no Python with pyarrow and duckdb")
	}
	text, err := exec.Command(python, append([]string{"testdata/" + script}, args...)...).CombinedOutput()
	require.NoError(t, err, string(text))
}

// writeArrow writes a batch, if there is one, as an Arrow file.
func writeArrow(t testing.TB, name string, schema *arrow.Schema, batch arrow.RecordBatch) {
	f, err := os.Create(name)
	require.NoError(t, err)
	w, err := ipc.NewFileWriter(f, ipc.WithSchema(schema), ipc.WithDictionaryDeltas(false))
	require.NoError(t, err)
	if batch != nil {
		require.NoError(t, w.Write(batch))
	}
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
}

// TestReadPyarrow reads what pyarrow makes of random data, in its versions, page versions and encodings.
func TestReadPyarrow(t *testing.T) {
	t.Parallel() // waits for Python
	layouts := []string{
		`{}`,
		`{"data_page_version": "2.0", "compression": "zstd", "row_group_size": 500, "data_page_size": 1000, "write_page_index": true}`,
		`{"use_dictionary": false, "compression": "lz4", "data_page_version": "2.0"}`,
		`{"use_deprecated_int96_timestamps": true, "compression": "none", "dictionary_pagesize_limit": 500, "write_batch_size": 10, "data_page_size": 300}`,
		`{"compression": "brotli", "use_compliant_nested_type": false, "write_page_checksum": true}`,
	}
	dir := t.TempDir()
	var args []string
	var batches []arrow.RecordBatch
	for i, options := range layouts {
		schema := pyarrowColumns(i%2 == 0)
		batch := randomBatch(schema, 1200, rand.New(rand.NewPCG(11, uint64(i))))
		name := filepath.Join(dir, fmt.Sprint(i))
		writeArrow(t, name+".arrow", schema, batch)
		args, batches = append(args, name+".arrow", name+".parquet", options), append(batches, batch)
	}
	runPeers(t, "rewrite.py", args)
	for i, options := range layouts {
		t.Run(options, func(t *testing.T) {
			tab := openFiles(t, nil, nil, datasource.File{Path: args[3*i+1]})
			got, _ := readAll(t, tab, request(tab))
			sameRows(t, expected(t, batches[i], tab.schema), got)
		})
	}
}

// pyarrowColumns is a column of every type that pyarrow writes.
func pyarrowColumns(nullable bool) *arrow.Schema {
	var fields []arrow.Field
	for k, f := range everyColumn(nullable).Fields() {
		switch f.Type.ID() {
		case arrow.INTERVAL_MONTHS, arrow.DURATION, arrow.DICTIONARY, arrow.STRING_VIEW, arrow.NULL:
			continue
		}
		f.Name, f.Type = fmt.Sprint("f", k), looseFields(f.Type)
		fields = append(fields, f)
	}
	return arrow.NewSchema(fields, nil)
}

// looseFields makes the fields of structs nullable: pyarrow refuses a null struct with a field that is not.
func looseFields(t arrow.DataType) arrow.DataType {
	switch t := t.(type) {
	case *arrow.StructType:
		var fields []arrow.Field
		for _, f := range t.Fields() {
			fields = append(fields, arrow.Field{Name: f.Name, Type: looseFields(f.Type), Nullable: true})
		}
		return arrow.StructOf(fields...)
	case *arrow.ListType:
		return arrow.ListOfField(arrow.Field{Name: "item", Type: looseFields(t.Elem()), Nullable: t.ElemField().Nullable})
	case *arrow.MapType:
		return arrow.MapOf(t.KeyType(), looseFields(t.ItemType()))
	}
	return t
}
