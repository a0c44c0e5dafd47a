package spill

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

var testTypes = []types.Type{types.NullType, types.BooleanType, types.TinyIntType, types.SmallIntType, types.IntType, types.BigIntType, types.DecimalOf(10, 2), types.DecimalOf(30, 2), types.FloatType,
	types.DoubleType, types.StringType, types.BinaryType, types.CalendarType, types.ArrayOf(types.StringType, true),
	types.MapOf(types.StringType, types.IntType, true),
	types.StructOf(types.Field{Name: "a", Type: types.IntType}, types.Field{Name: "b", Type: types.ArrayOf(types.StringType, true)})}

func testValue(t types.Type, i int) any {
	long := fmt.Sprintf("number %d, which is too long for a view", i)
	switch t.Kind {
	case types.Boolean:
		return i%2 == 0
	case types.TinyInt:
		return int8(i)
	case types.SmallInt:
		return int16(i)
	case types.Int:
		return int32(i)
	case types.BigInt:
		return int64(i) << 40
	case types.Decimal:
		return types.Int128Of(int64(i) * 100)
	case types.Float:
		return float32(i)
	case types.Double:
		return float64(i) / 3
	case types.String:
		if i%3 == 0 {
			return "short"
		}
		return long
	case types.Binary:
		return []byte(long)[:i%30]
	case types.CalendarInterval:
		return types.Interval{Months: int32(i), Days: 2, Micros: 3}
	case types.Array:
		return []any{long, nil, "x"}[:i%4]
	case types.Map:
		return types.MapValue{Keys: []any{"k", long}, Values: []any{int32(i), nil}}
	case types.Struct:
		return []any{int32(i), []any{long}}
	}
	return nil
}

// testBatch holds n rows, every fourth null; odd columns are codes.
func testBatch(n int, codes bool) *columnar.Batch {
	b := &columnar.Batch{N: n, Morsel: 3, Seq: n}
	for _, t := range testTypes {
		v := columnar.New(t, n)
		v.ClearReferences()
		for i := range n {
			if i%4 == 1 {
				v.SetValue(i, nil)
			} else {
				v.SetValue(i, testValue(t, i))
			}
		}
		if codes {
			v.Class = columnar.Shared
			idx := columnar.Identity(n)
			for i := range idx {
				idx[i] = int32(n-1) - idx[i]
			}
			v = columnar.NewDictionary(v, idx)
		}
		b.Cols = append(b.Cols, v)
	}
	return b
}

func values(b *columnar.Batch) (out [][]any) {
	for i := range b.Count() {
		var row []any
		for _, c := range b.Cols {
			row = append(row, c.Value(b.Rows().Row(i)))
		}
		out = append(out, row)
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	parent := t.TempDir()
	d := NewDir(parent)
	w, err := d.Create("rows", testTypes)
	require.NoError(t, err)
	var want [][][]any
	for _, n := range []int{1, 63, 64, 65, 500} {
		for _, codes := range []bool{false, true} {
			b := testBatch(n, codes)
			if n > 64 {
				b.Sel = []int32{0, 1, 5, 62, 64}
			}
			want = append(want, values(b))
			require.NoError(t, w.Write(b))
		}
	}
	require.NoError(t, w.Write(&columnar.Batch{Cols: testBatch(1, false).Cols, N: 1, Sel: []int32{}}), "an empty batch is no block")
	f := w.Finish()
	require.Equal(t, len(want), f.Blocks())
	for range 2 {
		r := f.Reader()
		var b columnar.Batch
		for i, rows := range want {
			ok, err := r.Next(&b)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, rows, values(&b), i)
			require.Equal(t, 3, b.Morsel)
			require.Equal(t, len(rows), f.BlockRows(i))
		}
		ok, err := r.Next(&b)
		require.NoError(t, err)
		require.False(t, ok)
	}
	require.NoError(t, d.Close())
	left, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = d.Create("late", testTypes)
	require.Error(t, err)
}

func TestDamageIsNoticed(t *testing.T) {
	d := NewDir(t.TempDir())
	defer d.Close()
	w, err := d.Create("rows", testTypes)
	require.NoError(t, err)
	require.NoError(t, w.Write(testBatch(100, false)))
	f := w.Finish()
	_, err = f.f.WriteAt([]byte{0xff}, f.Bytes()/2)
	require.NoError(t, err)
	var b columnar.Batch
	require.ErrorContains(t, f.Read(0, &Buffer{}, &b), "checksum")
	require.NoError(t, f.f.Truncate(f.Bytes()/2))
	require.ErrorContains(t, f.Read(0, &Buffer{}, &b), "spilled data")
}

func TestNoFolderWithoutFiles(t *testing.T) {
	parent := t.TempDir()
	d := NewDir(parent)
	require.NoError(t, d.Close())
	_, err := NewDir(parent+"/missing").Create("x", nil)
	require.ErrorContains(t, err, "SPILL_OUT_OF_MEMORY")
}
