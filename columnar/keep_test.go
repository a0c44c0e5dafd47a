package columnar

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// someValue returns the i-th value of a type, strings of many lengths.
func someValue(t types.Type, i int) any {
	if i%7 == 3 {
		return nil
	}
	switch t.Kind {
	case types.BigInt:
		return int64(i)
	case types.Boolean:
		return i%2 == 0
	case types.Decimal:
		return types.Int128{Hi: int64(i % 5), Lo: uint64(i)}
	case types.String:
		return fmt.Sprintf("%0*d", i%200, i)
	case types.Array:
		return []any{int32(i), nil, int32(i + 1)}[:i%4]
	}
	return []any{int64(i), fmt.Sprintf("%0*d", i%30, i)}
}

var keptTypes = []types.Type{types.BigIntType, types.BooleanType, types.DecimalOf(30, 2), types.StringType, types.ArrayOf(types.IntType, true),
	types.StructOf(types.Field{Name: "a", Type: types.BigIntType}, types.Field{Name: "b", Type: types.StringType})}

func someVector(a *slab.Arena, t types.Type, n int) *Vector {
	v := New(t, n)
	v.ClearReferences()
	for i := range n {
		v.SetValue(i, someValue(t, i))
	}
	out := NewIn(a, t, WidthOf(t), 0)
	Append(out, v, AllRows(n))
	out.Finish()
	return out
}

// TestArenaVectors appends rows of all forms to vectors of an arena until they have grown many times.
func TestArenaVectors(t *testing.T) {
	slab.Trim()
	defer func() { require.Zero(t, slab.Count().InUse) }()
	const n = 20_000
	for _, typ := range keptTypes {
		rnd := rand.New(rand.NewPCG(1, 2))
		a, owner := slab.NewArena(), slab.NewArena()
		dict := someVector(owner, typ, 3000)
		flat := someVector(nil, typ, 3000)
		require.Equal(t, Stage, dict.Class)
		require.Equal(t, Shared, flat.Class)
		out := NewIn(a, typ, WidthOf(typ), 0)
		var want []any
		for out.Len < n {
			idx := make([]int32, 1+rnd.IntN(500))
			for i := range idx {
				idx[i] = int32(rnd.IntN(dict.Len))
			}
			src := NewDictionary(dict, idx)
			if out.Len > n/2 { // codes first, then values of another place
				src = NewDictionary(flat, idx)
			}
			if out.Len == 0 {
				src.SetNull(len(idx) - 1)
			}
			Append(out, src, AllRows(len(idx)))
			for i := range idx {
				want = append(want, src.Value(i))
			}
			if out.Len < n/2 {
				require.Equal(t, Dictionary, out.Form)
			}
		}
		out.Finish()
		require.Equal(t, Stage, out.Class)
		owner.Release() // its values were copied when the dictionary changed
		for i := range want {
			require.Equal(t, want[i], out.Value(i), typ)
		}
		out.Free()
		require.Zero(t, slab.Count().InUse, "%s: memory is left that only the arena knows", typ)
		a.Release()
	}
}

// TestCodesHoldTheirDictionary frees the dictionary's owner first.
func TestCodesHoldTheirDictionary(t *testing.T) {
	slab.Trim()
	owner, a := slab.NewArena(), slab.NewArena()
	dict := someVector(owner, types.StringType, 5000)
	codes := NewIn(a, types.StringType, WView, 0)
	Append(codes, NewDictionary(dict, Identity(5000)), AllRows(5000))
	codes.Finish()
	require.Same(t, dict, codes.Dict)
	owner.Release()
	for i := range 5000 {
		require.Equal(t, someValue(types.StringType, i), codes.Value(i))
	}
	kept := Keep(codes)
	require.Equal(t, Shared, kept.Class)
	require.Same(t, kept, Keep(kept), "nothing is copied that is shared already")
	require.Equal(t, Flat, kept.Form)
	a.Release()
	require.Zero(t, slab.Count().InUse)
	for i := range 5000 {
		require.Equal(t, someValue(types.StringType, i), kept.Value(i))
	}
	shared := someVector(nil, types.StringType, 100)
	require.Same(t, shared, Keep(NewDictionary(shared, []int32{1})).Dict, "shared dictionaries are referred to")
}

// TestDictionariesWorthKeeping: a stage's vector keeps codes of a shared dictionary only if it has as many rows as that has entries.
func TestDictionariesWorthKeeping(t *testing.T) {
	a := slab.NewArena()
	defer a.Release()
	dict := someVector(nil, types.StringType, 1000)
	for _, c := range []struct {
		arena *slab.Arena
		rows  int
		want  Form
	}{{a, 999, Flat}, {a, 1000, Dictionary}, {nil, 10, Dictionary}} {
		v := NewIn(c.arena, types.StringType, WView, 0)
		Append(v, NewDictionary(dict, Identity(c.rows)), AllRows(c.rows))
		require.Equal(t, Dictionary, v.Form)
		v.Finish()
		require.Equal(t, c.want, v.Form)
		for i := range c.rows {
			require.Equal(t, dict.Value(i), v.Value(i))
		}
		if c.want == Flat {
			require.Zero(t, v.SharedSize(nil))
			continue
		}
		require.Equal(t, dict.Size(), v.SharedSize(nil))
		require.Zero(t, v.SharedSize(v))
	}
}
