package parquet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit/scanned"
)

// drained takes all buffers out of the pools and fails if one is there twice: two readers would write to it.
func drained(t *testing.T) (n int) {
	seen := map[*byte]bool{}
	for class := range pageBuffers {
		for {
			b, ok := pageBuffers[class].Get().(*[]byte)
			if !ok {
				break
			}
			at := unsafe.SliceData(*b)
			require.False(t, seen[at])
			require.GreaterOrEqual(t, cap(*b), 1<<class)
			seen[at] = true
		}
	}
	return len(seen)
}

// TestBuffersAreRecycledOnce reads files, whole and damaged, whose dictionaries grow from row group to row group, and looks at the buffers that the readers
// leave.
func TestBuffersAreRecycledOnce(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	const group = 3000
	for i := range 4 * group {
		rb.Field(0).(*array.StringBuilder).Append(fmt.Sprintf("%0*d", 10+10*(i/group), i%(group/2)))
		rb.Field(1).(*array.Int64Builder).Append(int64(i * i))
	}
	batch := rb.NewRecordBatch()
	r := rand.New(rand.NewPCG(3, 1))
	left := 0
	for _, o := range []WriteOptions{{RowGroupRows: group}, {RowGroupRows: group, PageRows: 500, Compression: "zstd"}, {RowGroupRows: group, DictionaryBytes: -1}} {
		file := writeFile(t, o, schema, batch)
		data, err := os.ReadFile(file.Path)
		require.NoError(t, err)
		ft, err := readFooter(file, readOptions{})
		require.NoError(t, err)
		for round := range 60 {
			damaged := bytes.Clone(data)
			if round > 0 {
				g := ft.meta.RowGroups[r.IntN(4)]
				start, end := chunkRange(&g.Columns[r.IntN(2)].MetaData)
				for range 1 + r.IntN(3) {
					damaged[start+r.Int64N(min(end-start, 2000))] = byte(r.Uint32())
				}
			}
			err := readDamaged(t, damaged, datasource.Options{"parquet.page.verify-checksum.enabled": "false"})
			if round == 0 {
				require.NoError(t, err)
			}
			left += drained(t)
		}
	}
	require.Positive(t, left)
}

// TestClaimedDictionariesOutliveReaders: what was read stays as it is when others read with the buffers that its reader left.
func TestClaimedDictionariesOutliveReaders(t *testing.T) {
	file := longFile(t)
	tab := openFiles(t, nil, nil, file)
	var kept []*columnar.Vector
	var want []any
	for round := range 6 {
		_, err := scanned.Each(tab, request(tab), func(cols []*columnar.Vector, i int) {
			if i == 0 && round < 3 {
				v := columnar.New(cols[1].Type, 0)
				columnar.Append(v, cols[1], columnar.AllRows(min(cols[1].Len, 10)))
				v.Finish()
				kept, want = append(kept, v), append(want, v.Value(0))
			}
		})
		require.NoError(t, err)
	}
	require.NotEmpty(t, kept)
	for k, v := range kept {
		require.Equal(t, want[k], v.Value(0))
	}
}
