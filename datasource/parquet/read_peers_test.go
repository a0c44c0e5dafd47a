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

// TestReadPyarrow reads what pyarrow makes of random data, in its versions, page versions and encodings.
func TestReadPyarrow(t *testing.T) {
	python := "/work/peers-work/venv/bin/python"
	if p := os.Getenv("SPARROW_PEERS_PYTHON"); p != "" {
		python = p
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("no Python with pyarrow")
	}
	for i, options := range []string{
		`{}`,
		`{"data_page_version": "2.0", "compression": "zstd", "row_group_size": 500, "data_page_size": 1000, "write_page_index": true}`,
		`{"use_dictionary": false, "compression": "lz4", "data_page_version": "2.0"}`,
		`{"use_deprecated_int96_timestamps": true, "compression": "none", "dictionary_pagesize_limit": 500, "write_batch_size": 10, "data_page_size": 300}`,
		`{"compression": "brotli", "use_compliant_nested_type": false, "write_page_checksum": true}`,
	} {
		t.Run(options, func(t *testing.T) {
			var fields []arrow.Field
			for k, f := range everyColumn(i%2 == 0).Fields() {
				switch f.Type.ID() {
				case arrow.INTERVAL_MONTHS, arrow.DURATION, arrow.DICTIONARY, arrow.STRING_VIEW, arrow.NULL:
					continue
				}
				f.Name, f.Type = fmt.Sprint("f", k), looseFields(f.Type)
				fields = append(fields, f)
			}
			schema := arrow.NewSchema(fields, nil)
			batch := randomBatch(schema, 1200, rand.New(rand.NewPCG(11, uint64(i))))
			dir := t.TempDir()
			in, out := filepath.Join(dir, "x.arrow"), filepath.Join(dir, "x.parquet")
			f, err := os.Create(in)
			require.NoError(t, err)
			w, err := ipc.NewFileWriter(f, ipc.WithSchema(schema))
			require.NoError(t, err)
			require.NoError(t, w.Write(batch))
			require.NoError(t, w.Close())
			require.NoError(t, f.Close())
			text, err := exec.Command(python, "testdata/rewrite.py", in, out, options).CombinedOutput()
			require.NoError(t, err, string(text))
			tab := openFiles(t, nil, nil, datasource.File{Path: out})
			got, _ := readAll(t, tab, request(tab))
			want := expected(t, batch, tab.schema)
			sameRows(t, want, got)
		})
	}
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
