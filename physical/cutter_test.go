package physical

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/types"
)

// Parts lie in one file, which goes with the last of them, and each row is in the part of its hash.
func TestCutterWritesOneFile(t *testing.T) {
	dir := t.TempDir()
	q := exec.NewQuery(context.Background(), exec.Options{Memory: 64 << 10, TempDir: dir})
	defer q.Close()
	files := func() int {
		names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
		require.NoError(t, err)
		return len(names)
	}
	const rows = 20000
	ints := columnar.New(types.BigIntType, rows)
	for i := range rows {
		columnar.Values[int64](ints)[i] = int64(i)
	}
	for _, cut := range []hashBits{{n: 2}, {used: 5, n: 8}} {
		c := newCutter(q, "rows", []types.Type{types.BigIntType}, allOf{}, []bool{false}, cut)
		require.NoError(t, c.add(&columnar.Batch{N: rows, Cols: []*columnar.Vector{ints}}))
		parts, err := c.finish()
		require.NoError(t, err)
		require.Len(t, parts, cut.parts()+1)
		require.Equal(t, 1, files())
		seen := make([]bool, rows)
		all := present(parts...)
		for _, p := range all {
			n := int64(0)
			require.NoError(t, p.each(q, func(b *columnar.Batch) error {
				n += int64(b.N)
				for i, h := range (&keyHasher{}).hash(b.Cols, b.Rows(), nil) {
					require.Same(t, parts[cut.of(h)], p)
					seen[columnar.Values[int64](b.Cols[0])[i]] = true
				}
				return nil
			}))
			require.Equal(t, p.rows, n)
		}
		require.NotContains(t, seen, false)
		all[0].remove()
		removeAll(all[:len(all)-1])
		require.Equal(t, 1, files())
		removeAll(all)
		require.Zero(t, files())
	}
	require.NoError(t, q.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestPartsFollowBytes(t *testing.T) {
	q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: 8 << 20, TempDir: t.TempDir()})
	defer q.Close()
	for _, c := range []struct {
		cut   hashBits
		bytes int64
		want  hashBits
	}{
		{hashBits{}, 1 << 20, hashBits{0, fewestCutBits}},
		{hashBits{}, 20 << 20, hashBits{0, 4}}, // 10 parts of half of 4 MiB
		{hashBits{0, 4}, 64 << 20, hashBits{4, 6}},
		{hashBits{0, 4}, 1 << 40, hashBits{4, mostCutBits}},
		{hashBits{16, 4}, 1 << 40, hashBits{20, allCutBits - 20}},
	} {
		require.Equal(t, c.want, c.cut.next(q, c.bytes), "%+v", c)
	}
	for _, c := range []struct {
		held, groups int64
		expected     float64
		want         int
	}{
		{1 << 20, 1000, 0, partitionBits},
		{1 << 20, 1000, 900, partitionBits},
		{1 << 20, 1000, 50_000, partitionBits}, // 50 MiB: 25 parts would do
		{1 << 20, 1000, 200_000, 7},            // 200 MiB
		{1 << 20, 1000, 1e9, mostPartitionBits},
		{1 << 20, 0, 1e9, partitionBits},
	} {
		var d division
		d.decide(q, &aggregateTable{}, c.held, c.groups, c.expected)
		require.Equal(t, c.want, d.bits, "%+v", c)
		require.Equal(t, c.want > partitionBits, d.bytes > 0)
	}
}
