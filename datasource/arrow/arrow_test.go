package arrow

import (
	"bytes"
	"context"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit/scanned"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

var sample = types.Schema{
	{Name: "i", Type: types.BigIntType, Nullable: true}, {Name: "s", Type: types.StringType, Nullable: true}, {Name: "b", Type: types.BooleanType, Nullable: true},
	{Name: "d", Type: types.DecimalOf(20, 2), Nullable: true}, {Name: "t", Type: types.TimestampType, Nullable: true},
	{Name: "l", Type: types.ArrayOf(types.StringType, true), Nullable: true}, {Name: "m", Type: types.MapOf(types.StringType, types.IntType, true), Nullable: true},
	{Name: "st", Type: types.StructOf(types.Field{Name: "x", Type: types.IntType, Nullable: true}), Nullable: true},
}

// record makes rows of the sample schema; every third is null.
func record(t testing.TB, n int) (arrow.RecordBatch, []string) {
	t.Helper()
	b := &columnar.Batch{N: n}
	for _, f := range sample {
		v := columnar.New(f.Type, n)
		v.ClearReferences()
		b.Cols = append(b.Cols, v)
	}
	var want []string
	for i := range n {
		row := []any{int64(i), strings.Repeat("long ", i%7), i%2 == 0, types.Int128Of(int64(i)), int64(i) * 1e6, []any{"e", nil}, types.MapValue{Keys: []any{"k"}, Values: []any{int32(i)}}, []any{int32(i)}}
		cells := make([]string, len(row))
		for j := range row {
			if i%3 == 2 {
				row[j] = nil
			}
			b.Cols[j].SetValue(i, row[j])
			cells[j] = text.Hive(row[j], sample[j].Type, time.UTC)
		}
		want = append(want, strings.Join(cells, "|"))
	}
	rec, err := columnar.ToRecord(arrow.NewSchema(columnar.ArrowFields(sample), nil), b)
	require.NoError(t, err)
	return rec, want
}

func encode(t testing.TB, o datasource.Options, recs ...arrow.RecordBatch) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := Format{}.NewWriter(&out, recs[0].Schema(), o)
	require.NoError(t, err)
	for _, r := range recs {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func list(t testing.TB, contents ...[]byte) []datasource.File {
	t.Helper()
	dir := t.TempDir()
	for i, c := range contents {
		require.NoError(t, os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".arrow"), c, 0o666))
	}
	l, err := datasource.List(context.Background(), []string{dir})
	require.NoError(t, err)
	return l.Files
}

func TestRoundTrip(t *testing.T) {
	rec, want := record(t, 300)
	for _, stream := range []string{"false", "true"} {
		for _, codec := range []string{"none", "lz4", "zstd"} {
			data := encode(t, datasource.Options{"stream": stream, "compression": codec}, rec, rec)
			tab, err := Format{}.Open(context.Background(), list(t, data), nil, nil)
			require.NoError(t, err)
			require.Equal(t, types.StructOf(sample...).String(), types.StructOf(tab.(datasource.VectorTable).SQLSchema()...).String())
			for _, size := range []int{1, 100, 4096} {
				got, err := scanned.Text(tab, size)
				require.NoError(t, err)
				require.Equal(t, append(want[:len(want):len(want)], want...), got)
			}
			got, err := scanned.Text(tab, 0, "st", "i")
			require.NoError(t, err)
			require.Equal(t, `{"x":1}|1`, got[1])
			got, err = scanned.Text(tab, 0, []string{}...)
			require.NoError(t, err)
			require.Len(t, got, 600)
		}
	}
}

func TestDictionary(t *testing.T) {
	mem := memory.NewGoAllocator()
	b := array.NewDictionaryBuilder(mem, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	for _, s := range []string{"x", "y", "x"} {
		require.NoError(t, b.AppendString(s))
	}
	b.AppendNull()
	a := b.NewArray()
	schema := arrow.NewSchema([]arrow.Field{{Name: "k", Type: a.DataType(), Nullable: true}}, nil)
	data := encode(t, nil, array.NewRecordBatch(schema, []arrow.Array{a}, 4))
	tab, err := Format{}.Open(context.Background(), list(t, data), nil, nil)
	require.NoError(t, err)
	got, err := scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "y", "x", "NULL"}, got)
}

func TestSchemas(t *testing.T) {
	rec, _ := record(t, 2)
	one := array.NewRecordBatch(arrow.NewSchema(rec.Schema().Fields()[:1], nil), rec.Columns()[:1], 2)
	two := array.NewRecordBatch(arrow.NewSchema(rec.Schema().Fields()[1:2], nil), rec.Columns()[1:2], 2)
	files := list(t, encode(t, nil, one), encode(t, nil, two))
	ctx := context.Background()
	tab, err := Format{}.Open(ctx, files, nil, nil)
	require.NoError(t, err)
	_, err = scanned.Text(tab, 0) // see TestDifferentTables
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", sqlerr.As(err).Condition)
	tab, err = Format{}.Open(ctx, files, datasource.Options{"mergeschema": "true"}, nil)
	require.NoError(t, err)
	got, err := scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"0|NULL", "1|NULL", "NULL|", "NULL|long "}, got)
	tab, err = Format{}.Open(ctx, files, nil, types.Schema{{Name: "I", Type: types.IntType}})
	require.NoError(t, err)
	_, err = scanned.Text(tab, 0)
	require.Contains(t, err.Error(), "a.arrow")
	require.Contains(t, err.Error(), "BIGINT")
	require.NoError(t, os.Remove(files[0].Path)) // between listing and reading
	tab, err = Format{}.Open(ctx, files, nil, sample)
	require.NoError(t, err)
	_, err = scanned.Text(tab, 0)
	require.Equal(t, "FAILED_READ_FILE.NO_HINT", sqlerr.As(err).Condition)
}

// A damaged file gives an error that names it, or rows, but never a panic.
func TestDamaged(t *testing.T) {
	rec, _ := record(t, 40)
	rnd := rand.New(rand.NewSource(1))
	for _, o := range []datasource.Options{nil, {"stream": "true"}, {"compression": "zstd"}, {"compression": "lz4", "stream": "true"}} {
		whole := encode(t, o, rec)
		for range 150 {
			data := bytes.Clone(whole)
			if rnd.Intn(3) == 0 {
				data = data[:rnd.Intn(len(data))]
			}
			for range rnd.Intn(4) {
				if len(data) > 0 {
					data[rnd.Intn(len(data))] = byte(rnd.Intn(256))
				}
			}
			readAny(t, data)
		}
	}
}

func readAny(t testing.TB, data []byte) {
	tab, err := Format{}.Open(context.Background(), list(t, data), nil, nil)
	if err == nil {
		_, err = scanned.Text(tab, 16)
	}
	if err != nil {
		require.NotNil(t, sqlerr.As(err), "%v", err)
		require.Contains(t, err.Error(), ".arrow")
	}
}

func FuzzRead(f *testing.F) {
	rec, _ := record(f, 5)
	f.Add(encode(f, nil, rec))
	f.Add(encode(f, datasource.Options{"stream": "true", "compression": "zstd"}, rec))
	f.Fuzz(func(t *testing.T, data []byte) { readAny(t, data) })
}

// TestDifferentTables names both files where nothing is shared.
func TestDifferentTables(t *testing.T) {
	mem := memory.NewGoAllocator()
	one := func(name string) []byte {
		b := array.NewInt64Builder(mem)
		b.Append(1)
		return encode(t, nil, array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: name, Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil), []arrow.Array{b.NewArray()}, 1))
	}
	files := list(t, one("a"), one("A"), one("b"))
	tab, err := Format{}.Open(context.Background(), files[:2], nil, nil)
	require.NoError(t, err)
	got, err := scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "1"}, got)
	tab, err = Format{}.Open(context.Background(), files, nil, nil)
	require.NoError(t, err)
	_, err = scanned.Text(tab, 0)
	require.Equal(t, "CANNOT_MERGE_SCHEMAS", sqlerr.As(err).Condition)
	require.ErrorContains(t, err, files[0].Path)
	require.ErrorContains(t, err, files[2].Path)
	tab, err = Format{}.Open(context.Background(), files, datasource.Options{"mergeschema": "true"}, nil)
	require.NoError(t, err)
	got, err = scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"1|NULL", "1|NULL", "NULL|1"}, got)
	tab, err = Format{}.Open(context.Background(), files, nil, types.Schema{{Name: "a", Type: types.BigIntType, Nullable: true}})
	require.NoError(t, err)
	got, err = scanned.Text(tab, 0)
	require.NoError(t, err, "a schema that is given says what is meant")
	require.Equal(t, []string{"1", "1", "NULL"}, got)
}

// TestNarrowStructs hands out only the fields that are read, nulls where a file lacks the column.
func TestNarrowStructs(t *testing.T) {
	rec, _ := record(t, 10)
	tab, err := Format{}.Open(context.Background(), list(t, encode(t, nil, rec)), nil, append(sample[:len(sample):len(sample)], types.Field{Name: "no", Type: sample[7].Type, Nullable: true}))
	require.NoError(t, err)
	r := scanned.Request(tab.(datasource.VectorTable), "st", "no", "i")
	r.Columns[0].T, r.Columns[1].T = types.StructOf(), types.StructOf()
	var nulls []bool
	_, err = scanned.Each(tab.(datasource.VectorTable), r, func(cols []*columnar.Vector, i int) {
		require.True(t, cols[0].Type.Equal(types.StructOf()) && cols[1].Type.Equal(types.StructOf()))
		require.True(t, cols[1].IsNull(i))
		require.Equal(t, cols[2].IsNull(i), cols[0].IsNull(i))
		nulls = append(nulls, cols[0].IsNull(i))
	})
	require.NoError(t, err)
	require.Contains(t, nulls, true)
	require.Contains(t, nulls, false)
}
