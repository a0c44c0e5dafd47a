package parquet

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// seeds returns small files of many layouts, of our writer and of parquet-go.
func seeds(t testing.TB) [][]byte {
	var out [][]byte
	r := rand.New(rand.NewPCG(8, 8))
	add := func(f datasource.File) {
		b, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		out = append(out, b)
	}
	for i, o := range layouts {
		o.PageRows, o.RowGroupRows = 20, 50
		add(writeFile(t, o, everyColumn(i%2 == 0), randomBatch(everyColumn(i%2 == 0), 80, r)))
		o.Bloom = []string{"word"}
		add(writeFile(t, o, mixedSchema, mixedBatch(200, r)))
	}
	rows := make([]encoded, 60)
	for i := range rows {
		rows[i] = randomEncoded(r, i)
	}
	add(writeEncoded(t, rows))
	return out
}

// readDamaged reads a file that may be anything: columns, statistics, predicates. It returns the first error.
func readDamaged(tb testing.TB, data []byte, o datasource.Options) error {
	name := filepath.Join(tb.TempDir(), "x.parquet")
	require.NoError(tb, os.WriteFile(name, data, 0o600))
	return readPath(name, o)
}

func readPath(name string, o datasource.Options) error {
	opened, err := Open(context.Background(), []datasource.File{{Path: name}}, o, nil)
	if err != nil {
		return err
	}
	tab := opened.(*table)
	if _, err := tab.Statistics(context.Background()); err != nil {
		return err
	}
	q := request(tab)
	if len(q.Fields) > 0 {
		q.Predicates = []datasource.Predicate{{Column: 0, Op: datasource.IsNotNull}, {Op: datasource.Or, Args: []datasource.Predicate{{Column: 0, Op: datasource.IsNull}, {Column: 0, Op: datasource.Ne, Value: int64(1)}}}}
	}
	s, err := tab.ScanVectors(context.Background(), q)
	if err != nil {
		return err
	}
	in, err := s.NewReader(context.Background())
	if err != nil {
		return err
	}
	defer in.Close()
	var b columnar.Batch
	for m := range min(s.Morsels(), 20) {
		if err := in.Open(m); err != nil {
			return err
		}
		for range 50 {
			ok, err := in.Next(&b)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			for _, c := range b.Cols { // all that is handed out can be read
				for _, row := range []int{0, b.N / 2, b.N - 1} {
					c.Value(row)
				}
			}
		}
	}
	return nil
}

func mutate(r *rand.Rand, seed []byte) []byte {
	b := bytes.Clone(seed)
	for range 1 + r.IntN(4) {
		switch at := r.IntN(len(b)); r.IntN(5) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			b[at] = byte(r.Uint32())
		case 2:
			b[at] = 0xff
		case 3: // in the footer, where it hurts most
			b[len(b)-8-min(r.IntN(len(b)/3+1), len(b)-9)-1] = byte(r.Uint32())
		case 4:
			if r.IntN(8) == 0 && at > 12 {
				b = append(b[:at:at], seed[len(seed)-8:]...)
			}
		}
	}
	return b
}

// TestDamagedFiles: whatever is done to a file, reading ends soon, takes little memory and gives rows or an error with a condition.
func TestDamagedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	errors := 0
	for _, seed := range seeds(t) {
		for range 40 {
			data := mutate(r, seed)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := readDamaged(t, data, datasource.Options{"parquet.page.verify-checksum.enabled": "false"})
			runtime.ReadMemStats(&after)
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("%v", d)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 400<<20 {
				t.Errorf("%d MB allocated: %v", n>>20, err)
			}
			if err != nil {
				errors++
				require.NotNil(t, sqlerr.As(err), "%v", err)
			}
		}
	}
	require.Greater(t, errors, 80)
}

// TestChecksums: with the writer's checksums no change to a page goes unnoticed.
func TestChecksums(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	batch := mixedBatch(500, r)
	file := writeFile(t, WriteOptions{PageRows: 100, Compression: "none"}, mixedSchema, batch)
	data, err := os.ReadFile(file.Path)
	require.NoError(t, err)
	ft, err := readFooter(file, readOptions{})
	require.NoError(t, err)
	first, last := int64(len(data)), int64(0)
	for _, c := range ft.meta.RowGroups[0].Columns {
		start, end := chunkRange(&c.MetaData)
		first, last = min(first, start), max(last, end)
	}
	tab := openFiles(t, nil, nil, file)
	want := fmt.Sprintf("%#v", expected(t, batch, tab.schema))
	wrong := 0
	for range 100 {
		b := bytes.Clone(data)
		b[first+r.Int64N(last-first)] ^= 1 << r.IntN(8)
		name := filepath.Join(t.TempDir(), "x.parquet")
		require.NoError(t, os.WriteFile(name, b, 0o600))
		tab := openFiles(t, nil, nil, datasource.File{Path: name})
		rows, _, err := tryReadAll(tab, request(tab))
		if err != nil {
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, "Row group 0")
			require.ErrorContains(t, err, "column")
			continue
		}
		if fmt.Sprintf("%#v", rows) != want { // a header's number of values or encoding, which no checksum covers
			wrong++
		}
	}
	require.LessOrEqual(t, wrong, 2)
}

// TestTruncated: a file cut anywhere is an error.
func TestTruncated(t *testing.T) {
	seed := seeds(t)[1]
	for n := 0; n < len(seed); n += 97 {
		require.Error(t, readDamaged(t, seed[:n], nil), "%d bytes", n)
	}
	err := readPath(filepath.Join(t.TempDir(), "none.parquet"), nil)
	require.Equal(t, "FAILED_READ_FILE.FILE_NOT_EXIST", sqlerr.As(err).Condition)
	require.Equal(t, "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", sqlerr.As(readDamaged(t, []byte("PAR1 but no Parquet"), nil)).Condition)
}

// FuzzReader reads mutated files.
func FuzzReader(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := readDamaged(t, data, datasource.Options{"parquet.page.verify-checksum.enabled": "false"}); err != nil && sqlerr.As(err) == nil {
			t.Fatal(err)
		}
	})
}
