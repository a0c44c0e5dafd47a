package parquet

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
)

// randomNumbers writes a file of random numbers, 64 KiB rows a row group, and returns their sum.
func randomNumbers(t testing.TB, groups int) (datasource.File, int64) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	r := rand.New(rand.NewPCG(1, 2))
	sum := int64(0)
	for range groups << 16 {
		n := int64(r.Uint32())
		sum += n
		b.Append(n)
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	batch := array.NewRecordBatch(schema, []arrow.Array{b.NewArray()}, int64(groups)<<16)
	return writeFile(t, WriteOptions{Compression: "none", DictionaryBytes: -1, RowGroupRows: 1 << 16}, schema, batch), sum
}

// A file larger than what is kept of a mapping is read whole, and nothing of it stays open.
func TestMappedFile(t *testing.T) {
	file, want := randomNumbers(t, 2*mapResident>>19+1)
	tab := openFiles(t, nil, nil, file)
	s, err := tab.ScanVectors(context.Background(), request(tab))
	require.NoError(t, err)
	in := &s.(*scan).inputs[0]
	got := int64(0)
	var b columnar.Batch
	readers := make([]datasource.VectorReader, 2)
	for i := range readers {
		readers[i], err = s.NewReader(context.Background())
		require.NoError(t, err)
	}
	for m := range s.Morsels() {
		r := readers[m%2]
		require.NoError(t, r.Open(m))
		for {
			ok, err := r.Next(&b)
			require.NoError(t, err)
			if !ok {
				break
			}
			for i := range b.N {
				got += b.Cols[0].Value(i).(int64)
			}
		}
		require.Less(t, in.read.Load(), int64(mapResident))
	}
	require.Equal(t, want, got)
	require.Equal(t, mappings, in.data != nil)
	require.Equal(t, 2, in.users)
	for _, r := range readers {
		require.NoError(t, r.Close())
	}
	require.Zero(t, in.users)
	require.Nil(t, in.data)
	require.ErrorIs(t, in.file.Close(), os.ErrClosed)
}

// A file that is cut off while it is read gives an error, although the rest of its mapping faults.
func TestFileCutOffWhileRead(t *testing.T) {
	file, _ := randomNumbers(t, 8)
	tab := openFiles(t, nil, nil, file)
	s, err := tab.ScanVectors(context.Background(), request(tab))
	require.NoError(t, err)
	r, err := s.NewReader(context.Background())
	require.NoError(t, err)
	defer r.Close()
	var b columnar.Batch
	require.NoError(t, r.Open(0))
	_, err = r.Next(&b)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(file.Path, 100))
	err = r.Open(1)
	if err == nil {
		_, err = r.Next(&b)
	}
	require.ErrorContains(t, err, file.Path)
	if mappings {
		require.ErrorIs(t, err, errChanged)
	}
}
