package variant

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

// object builds {"k0":0,"k1":1,…} with a nested array, large enough for wide offsets where n says so.
func object(n int) []byte {
	var b Builder
	b.Reset()
	m := b.Open()
	for i := n - 1; i >= 0; i-- {
		b.Key(m, fmt.Appendf(nil, "k%05d", i))
		a := b.Open()
		b.Elem(a)
		b.Long(int64(i) << 20)
		b.Elem(a)
		b.String([]byte(strings.Repeat("x", i%100)))
		b.Array(a)
	}
	b.Object(m)
	return bytes.Clone(b.Result())
}

func TestObjects(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256, 3000} {
		raw := object(n)
		require.True(t, Valid(raw), n)
		v := Of(raw)
		require.Equal(t, Object, v.Kind())
		require.Equal(t, n, v.Len())
		for i := range n {
			e, ok := v.Field(fmt.Sprintf("k%05d", i))
			require.True(t, ok)
			require.Equal(t, int64(i)<<20, e.Elem(0).Int())
			require.Len(t, e.Elem(1).Bytes(), i%100)
		}
		_, ok := v.Field("zz")
		require.False(t, ok)
	}
}

func TestScalars(t *testing.T) {
	var b Builder
	for _, x := range []int64{0, -1, 127, -129, 1 << 15, 1 << 31, -1 << 63} {
		b.Reset()
		b.Long(x)
		require.Equal(t, x, Of(b.Result()).Int())
	}
	b.Reset()
	b.Decimal(types.Int128Of(1500), 3)
	unscaled, scale := Of(b.Result()).Decimal()
	require.Equal(t, "1.5", types.FormatDecimal(unscaled, scale))
	b.Reset()
	b.Decimal(types.Pow10(37), 38)
	unscaled, scale = Of(b.Result()).Decimal()
	require.Equal(t, "0.1", types.FormatDecimal(unscaled, scale))
}

func TestDuplicateKey(t *testing.T) {
	var b Builder
	m := b.Open()
	for range 2 {
		b.Key(m, []byte("a"))
		b.Null()
	}
	key, ok := b.Object(m)
	require.False(t, ok)
	require.Equal(t, "a", key)
}

// TestValid cuts and changes variants: whatever Valid accepts must be readable.
func TestValid(t *testing.T) {
	raw := object(3)
	for n := range len(raw) {
		require.False(t, Valid(raw[:n]), n)
	}
	for i := range raw {
		for _, x := range []byte{0, 0x7f, 0xff, raw[i] + 1} {
			mutant := bytes.Clone(raw)
			mutant[i] = x
			if Valid(mutant) {
				require.NotPanics(t, func() {
					var b Builder
					b.Copy(Of(mutant))
				}, "%d %x", i, x)
			}
		}
	}
}

func TestPaths(t *testing.T) {
	path, ok := ParsePath(`$.a['b c'][0]["d"]`)
	require.True(t, ok)
	require.Equal(t, []Step{{Name: "a"}, {Name: "b c"}, {Index: 0, IsIndex: true}, {Name: "d"}}, path)
	for _, bad := range []string{"", "a", "$.", "$..a", "$[", "$[-1]", "$[*]", "$['a]", "$a", "$['']"} {
		_, ok := ParsePath(bad)
		require.False(t, ok, bad)
	}
}

func TestSchemaBytes(t *testing.T) {
	s := types.StructOf(types.Field{Name: "a", Type: types.ArrayOf(types.DecimalOf(21, 1), true), Nullable: true}, types.Field{Name: "b", Type: types.VariantType, Nullable: true})
	got, rest := ReadSchema(AppendSchema(nil, s))
	require.Empty(t, rest)
	require.True(t, s.Equal(got))
	require.Equal(t, "OBJECT<a: ARRAY<DECIMAL(21,1)>, b: VARIANT>", SchemaText(got))
}
