package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// formsOf returns n values of a type as a flat vector, as codes with and without nulls, and as a constant.
func formsOf(t types.Type, n int, r *rand.Rand, value func(k int) any) map[string]*columnar.Vector {
	flat, dict := columnar.New(t, n), columnar.New(t, 9)
	for i := range n {
		flat.SetValue(i, value(r.IntN(9)))
	}
	codes, more := make([]int32, n), make([]int32, n)
	for i := range dict.Len {
		dict.SetValue(i, value(i))
	}
	for i := range codes {
		codes[i], more[i] = int32(r.IntN(9)), int32(r.IntN(9))
	}
	nulls := columnar.NewDictionary(dict, more)
	for i := 0; i < n; i += 5 {
		nulls.SetNull(i)
	}
	return map[string]*columnar.Vector{"flat": flat, "codes": columnar.NewDictionary(dict, codes), "codes with nulls": nulls, "constant": columnar.NewConstant(t, value(4), n)}
}

// TestSelectCompareOfForms compares vectors of all forms with each other, row by row and at once, also over the selection itself.
func TestSelectCompareOfForms(t *testing.T) {
	const n = 700 // several pieces
	r := rand.New(rand.NewPCG(11, 12))
	var some []int32
	for i := range int32(n) {
		if r.IntN(3) > 0 {
			some = append(some, i)
		}
	}
	for _, c := range []struct {
		t     types.Type
		value func(k int) any
	}{
		{types.TinyIntType, func(k int) any { return int8(k*30 - 120) }},
		{types.SmallIntType, func(k int) any { return int16(k*7000 - 30000) }},
		{types.DateType, func(k int) any { return int32(k - 4) }},
		{types.BigIntType, func(k int) any { return int64(k-4) << 60 }},
		{types.DoubleType, func(k int) any { return float64(k) / 2 }},
		{types.StringType, func(k int) any { return fmt.Sprint("text ", k) }},
	} {
		as, bs := formsOf(c.t, n, r, c.value), formsOf(c.t, n, r, c.value)
		for an, a := range as {
			for bn, b := range bs {
				for op := EQ; op <= GE; op++ {
					for _, sel := range [][]int32{nil, some, {}} {
						rows := columnar.Rows{N: n, Sel: sel}
						want := []int32{}
						for i := range rows.Count() {
							if k := rows.Row(i); !a.IsNull(k) && !b.IsNull(k) && op.Holds(CompareRows(a, k, b, k)) {
								want = append(want, int32(k))
							}
						}
						name := fmt.Sprint(c.t, ": ", an, " ", op, " ", bn)
						require.Equal(t, want, SelectCompare(op, a, b, rows, nil), name)
						if sel != nil {
							own := append([]int32{}, sel...)
							require.Equal(t, want, SelectCompare(op, a, b, columnar.Rows{N: n, Sel: own}, own), name)
						}
					}
				}
			}
		}
	}
}

// TestSelectCodes compares with a look at each row: all rows and some, with nulls of rows, kept or not.
func TestSelectCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	table := []uint8{0, 1, 0, 0, 1, 0, 0}
	for _, n := range []int{1, 63, 64, 65, 200, 4096} {
		for _, share := range []float64{0, 0.04, 0.6, 1} {
			codes := make([]int32, n)
			for i := range codes {
				codes[i] = r.Int32N(int32(len(table)))
			}
			v := columnar.NewDictionary(columnar.New(types.BigIntType, len(table)), codes)
			for i := range n {
				if r.Float64() < share {
					v.SetNull(i)
				}
			}
			for _, rows := range []columnar.Rows{columnar.AllRows(n), {Sel: columnar.Identity(n)[n/3:], N: n}} {
				for _, nulls := range []bool{false, true} {
					want := []int32{}
					for i := range rows.Count() {
						k := rows.Row(i)
						if null := v.IsNull(k); null && nulls || !null && table[codes[k]] == 1 {
							want = append(want, int32(k))
						}
					}
					require.Equal(t, want, SelectCodes(table, v, nulls, rows, nil), "%d rows, %v null, kept: %t", n, share, nulls)
				}
			}
		}
	}
}
