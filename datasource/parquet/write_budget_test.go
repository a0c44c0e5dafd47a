package parquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	parquetgo "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/types"
)

// A writer that memory is refused ends its row groups early, those of the largest file first, and closes files when that is not enough. It holds no more
// than it may and one small part.
func TestWriterKeepsToItsBudget(t *testing.T) {
	const batches, rows, folders = 50, 1000, 20
	for _, c := range []struct {
		memory            int64
		partitions        bool
		fewest, mostFiles int // row groups in all; files
		mostGroups        int
	}{
		{memory: 0, fewest: 1, mostFiles: 1, mostGroups: 1},
		{memory: 1 << 20, fewest: 5, mostFiles: 1, mostGroups: 30},
		{memory: 64 << 10, fewest: 20, mostFiles: 1, mostGroups: batches},
		{memory: 0, partitions: true, fewest: folders, mostFiles: folders, mostGroups: folders},
		{memory: 4 << 20, partitions: true, fewest: folders + 1, mostFiles: folders, mostGroups: 200},
		{memory: 64 << 10, partitions: true, fewest: 10 * folders, mostFiles: batches * folders, mostGroups: batches * folders},
	} {
		t.Run(fmt.Sprint(c.memory, c.partitions), func(t *testing.T) {
			dir := t.TempDir()
			o := &datasource.Output{Format: Format{}, Columns: types.Schema{{Name: "n", Type: types.BigIntType}, {Name: "s", Type: types.StringType}},
				Text: func(v any, _ types.Type) string { return fmt.Sprint(v) }}
			if c.partitions {
				o.Partitions = types.Schema{{Name: "p", Type: types.IntType}}
			}
			require.NoError(t, o.Begin(dir))
			memory := budget.New(c.memory)
			w := o.NewPartWriter(memory)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range batches {
				b := &columnar.Batch{N: rows, Cols: []*columnar.Vector{columnar.New(types.BigIntType, rows), columnar.New(types.StringType, rows), columnar.New(types.IntType, rows)}}
				for k := range rows {
					columnar.Values[int64](b.Cols[0])[k] = int64(i*rows + k)
					b.Cols[1].SetBytes(k, fmt.Appendf(nil, "%x-%x", r.Uint64(), r.Uint64()))
					columnar.Values[int32](b.Cols[2])[k] = int32(k % folders)
				}
				require.NoError(t, w.Write(b))
			}
			require.NoError(t, w.Close())
			require.Zero(t, memory.Used())
			if c.memory > 0 {
				require.LessOrEqual(t, memory.Peak(), c.memory+(256<<10))
			}
			require.NoError(t, o.Publish(datasource.KeepAll))

			pattern := "*.parquet"
			if c.partitions {
				pattern = "p=*/*.parquet"
			}
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			require.NoError(t, err)
			groups, seen := 0, make([]bool, batches*rows)
			for _, name := range files {
				f, err := os.Open(name)
				require.NoError(t, err)
				stat, err := f.Stat()
				require.NoError(t, err)
				file, err := parquetgo.OpenFile(f, stat.Size())
				require.NoError(t, err)
				groups += len(file.RowGroups())
				read := parquetgo.NewGenericReader[struct {
					N int64  `parquet:"n"`
					S string `parquet:"s"`
				}](f)
				got := make([]struct {
					N int64  `parquet:"n"`
					S string `parquet:"s"`
				}, read.NumRows())
				_, _ = read.Read(got)
				for _, row := range got {
					require.False(t, seen[row.N])
					seen[row.N] = true
				}
				require.NoError(t, f.Close())
			}
			require.NotContains(t, seen, false)
			require.GreaterOrEqual(t, groups, c.fewest)
			require.LessOrEqual(t, groups, c.mostGroups)
			require.LessOrEqual(t, len(files), c.mostFiles)
			t.Log(groups, "row groups in", len(files), "files,", memory.Peak(), "bytes at most")
		})
	}
}
