package datasource

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// sizes is a format whose files are one row: their size. It remembers which files were read.
type sizes struct{ read *[]string }

func (sizes) Name() string         { return "sizes" }
func (sizes) Extensions() []string { return []string{".size"} }
func (f sizes) Open(_ context.Context, files []File, _ Options, _ types.Schema) (Table, error) {
	return &sizeTable{f, files}, nil
}
func (sizes) NewWriter(io.Writer, *arrow.Schema, Options) (RecordWriter, error) {
	return nil, io.ErrUnexpectedEOF
}

type sizeTable struct {
	f     sizes
	files []File
}

func (t *sizeTable) SQLSchema() types.Schema {
	return types.Schema{{Name: "size", Type: types.BigIntType, Nullable: true}}
}
func (t *sizeTable) Schema() *arrow.Schema {
	return arrow.NewSchema(columnar.ArrowFields(t.SQLSchema()), nil)
}
func (t *sizeTable) Scan(ctx context.Context, columns []int, predicates []Predicate, limit int64) (Scan, error) {
	return ScanRecords(ctx, t, columns, predicates, limit)
}
func (t *sizeTable) ScanVectors(_ context.Context, r *VectorRequest) (VectorScan, error) {
	return ScanBatches(r, len(t.files), func(m int) (NextBatch, error) {
		*t.f.read = append(*t.f.read, t.files[m].Path)
		done := false
		return func(dst *columnar.Batch) (bool, error) {
			if done {
				return false, nil
			}
			done = true
			dst.N, dst.Cols = 1, dst.Cols[:0]
			for range r.Fields {
				dst.Cols = append(dst.Cols, columnar.NewConstant(types.BigIntType, t.files[m].Size, 1))
			}
			return true, nil
		}, nil
	})
}

func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i, n := range names {
		p := filepath.Join(dir, filepath.FromSlash(n))
		require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o777))
		if strings.HasSuffix(n, "/") {
			require.NoError(t, os.Mkdir(p, 0o777))
		}
		if !strings.HasSuffix(n, "/") {
			require.NoError(t, os.WriteFile(p, make([]byte, i+1), 0o666))
		}
	}
	return dir
}

func list(t *testing.T, paths ...string) (*Listing, []string) {
	t.Helper()
	l, err := List(context.Background(), paths)
	require.NoError(t, err)
	var names []string
	for _, f := range l.Files {
		names = append(names, filepath.Base(f.Path))
	}
	return l, names
}

func TestList(t *testing.T) {
	dir := tree(t, "a.csv", "b.csv", "sub/c.csv", "_hidden.csv", ".dot.csv", "_temporary-1/d.csv", ".x/e.csv", "empty/")
	_, names := list(t, dir)
	require.Equal(t, []string{"a.csv", "b.csv", "c.csv"}, names)
	_, names = list(t, filepath.Join(dir, "{b,a}.csv"))
	require.Equal(t, []string{"a.csv", "b.csv"}, names)
	_, names = list(t, filepath.Join(dir, "**", "c*"))
	require.Equal(t, []string{"c.csv"}, names)
	_, names = list(t, filepath.Join(dir, "_hidden.csv"), filepath.Join(dir, "a.csv")) // named, so not hidden
	require.Equal(t, []string{"_hidden.csv", "a.csv"}, names)
	_, names = list(t, filepath.Join(dir, "empty"))
	require.Empty(t, names)
	for _, p := range []string{"nothing", "nothing*", "[", "sub/none"} {
		_, err := List(context.Background(), []string{filepath.Join(dir, p)})
		require.Equal(t, "PATH_NOT_FOUND", sqlerr.As(err).Condition, p)
	}
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(filepath.Join(dir, "sub"), 0))
		_, err := List(context.Background(), []string{dir})
		require.Error(t, err)
		require.NoError(t, os.Chmod(filepath.Join(dir, "sub"), 0o777))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := List(ctx, []string{dir})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPartitionTypes(t *testing.T) {
	l, _ := list(t, tree(t, "i=1/l=3000000000/d=2020-01-01/s=x y/n=1/a", "i=2/l=1/d=2020-01-02/s=a%2Fb/n="+NullPartition+"/a"))
	var got []string
	for _, f := range partitionColumns(l, nil) {
		got = append(got, f.Name+":"+f.Type.String())
	}
	require.Equal(t, []string{"i:int", "l:bigint", "d:date", "s:string", "n:int"}, got)
	require.Equal(t, "a/b", l.Files[1].Partitions[3])
	_, err := List(context.Background(), []string{tree(t, "a=1/x", "b=1/x")})
	require.Equal(t, "CONFLICTING_PARTITION_COLUMN_NAMES", sqlerr.As(err).Condition)
}

// in is c IN (values).
func in(c *expr.Column, values ...any) expr.Expr {
	e := &expr.In{Child: c}
	for _, v := range values {
		e.List = append(e.List, &expr.Literal{Value: v, T: c.T})
	}
	return e
}

// Folders that a filter on partition columns excludes are not read.
func TestPrunedPartitionsAreNotRead(t *testing.T) {
	dir := tree(t, "k=1/a.size", "k=1/b.size", "k=2/a.size", "k="+NullPartition+"/a.size")
	l, _ := list(t, dir)
	var read []string
	tab, err := OpenPartitioned(context.Background(), sizes{&read}, l, nil, nil)
	require.NoError(t, err)
	require.Empty(t, read)
	k := &expr.Column{ID: 2, Name: "k", T: types.IntType, Null: true}
	size := &expr.Column{ID: 1, Name: "size", T: types.BigIntType, Null: true}
	for _, c := range []struct {
		filter expr.Expr
		files  []string
		rows   int
	}{
		{nil, []string{"k=1/a.size", "k=1/b.size", "k=2/a.size", "k=__HIVE_DEFAULT_PARTITION__/a.size"}, 4},
		{in(k, int32(2), int32(7)), []string{"k=2/a.size"}, 1},
		{in(k, int32(7)), nil, 0},
		{in(size, int64(2), int64(4)), []string{"k=1/a.size", "k=1/b.size", "k=2/a.size", "k=__HIVE_DEFAULT_PARTITION__/a.size"}, 2},
	} {
		read = nil
		r := &VectorRequest{Fields: []int{0, 1}, Columns: []*expr.Column{size, k}, Env: &expr.Env{ANSI: true}}
		if c.filter != nil {
			r.Filters = []expr.Expr{c.filter}
		}
		scan, err := tab.(VectorTable).ScanVectors(context.Background(), r)
		require.NoError(t, err)
		in, err := scan.NewReader(context.Background())
		require.NoError(t, err)
		n := 0
		for m := range scan.Morsels() {
			require.NoError(t, in.Open(m))
			for {
				var b columnar.Batch
				ok, err := in.Next(&b)
				require.NoError(t, err)
				if !ok {
					break
				}
				n += b.Count()
			}
		}
		require.NoError(t, in.Close())
		require.NoError(t, scan.Close())
		var files []string
		for _, p := range read {
			rel, err := filepath.Rel(dir, p)
			require.NoError(t, err)
			files = append(files, filepath.ToSlash(rel))
		}
		require.ElementsMatch(t, c.files, files)
		require.Equal(t, c.rows, n)
	}
}

func TestPublishPutsBack(t *testing.T) {
	dir := tree(t, "k=1/old", "k=2/old", "other")
	o := &Output{}
	require.NoError(t, o.Begin(dir))
	require.NoError(t, os.MkdirAll(filepath.Join(o.staging, "k=1"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(o.staging, "k=1", "new"), nil, 0o666))
	require.NoError(t, os.MkdirAll(filepath.Join(o.staging, "zz", "y=1"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(o.staging, "zz", "y=1", "new"), nil, 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "zz"), nil, 0o666)) // in the way of the folder zz
	require.Error(t, o.Publish(ReplacePartitions))
	_, names := list(t, filepath.Join(dir, "k=*"))
	require.Equal(t, []string{"old", "old"}, names)

	require.NoError(t, o.Begin(dir))
	one := "1"
	o.Static = []*string{&one}
	require.NoError(t, o.Publish(ReplaceAll))
	_, names = list(t, filepath.Join(dir, "k=*"))
	require.Equal(t, []string{"old"}, names)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 4)
}

func TestEscapePartition(t *testing.T) {
	require.Equal(t, "a b%25c%3Dd%2Fe%0Aé", EscapePartition("a b%c=d/e\né"))
}
