package functions

import (
	"math"
	"math/big"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// percentages is the constant argument that says which quantiles are wanted: a number, or an array of numbers, which makes the
// result an array.
type percentages struct {
	values []float64
	array  bool
}

func newPercentages(s *expr.Spec, arg int) (p percentages, err error) {
	v, err := constant(s, arg)
	if err != nil {
		return p, err
	}
	all := []any{v}
	if list, ok := v.([]any); ok {
		all, p.array = list, true
	}
	for _, x := range all {
		f, ok := x.(float64)
		if !ok {
			return p, sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_NULL", s.Pos, "The percentage must not be null.")
		}
		if !(f >= 0 && f <= 1) {
			return p, outOfRange(s, "percentage", "[0.0, 1.0]", f)
		}
		p.values = append(p.values, f)
	}
	return p, nil
}

// output returns a result vector of n groups; set and setNull fill it.
func (p *percentages) output(t types.Type, n int) *columnar.Vector {
	out := columnar.New(t, n)
	if p.array {
		out.Children[0].Grow(n * len(p.values))
		clear(out.Children[0].Data())
		for g, spans := 0, columnar.Values[columnar.Span](out); g < n; g++ {
			spans[g] = columnar.Span{Off: int32(g * len(p.values)), Len: int32(len(p.values))}
		}
	}
	return out
}

func (p *percentages) setNull(out *columnar.Vector, g int) { out.SetNull(g) }

// set stores the k-th quantile of a group.
func (p *percentages) set(out *columnar.Vector, g, k int, x float64) {
	if p.array {
		out, g = out.Children[0], g*len(p.values)+k
	}
	setNumber(out, g, x)
}

// numberAt returns a number, date, time or interval as a double.
func numberAt(v *columnar.Vector, i int) float64 {
	switch v.Width {
	case columnar.W8:
		return float64(columnar.Values[int8](v)[i])
	case columnar.W16:
		return float64(columnar.Values[int16](v)[i])
	case columnar.W32:
		return float64(columnar.Values[int32](v)[i])
	case columnar.WF32:
		return float64(columnar.Values[float32](v)[i])
	case columnar.WF64:
		return columnar.Values[float64](v)[i]
	}
	if v.Type.Kind != types.Decimal {
		return float64(columnar.Values[int64](v)[i])
	}
	x := decimalAt(v, i)
	if x.IsInt64() && magnitude(x.Int64()) < 1<<53 && v.Type.Scale <= 22 {
		return float64(x.Int64()) / math.Pow10(int(v.Type.Scale)) // both exact, so the quotient is the nearest double
	}
	f, _ := new(big.Rat).SetFrac(bigOf(x), bigPow10(int(v.Type.Scale))).Float64()
	return f
}

// setNumber is the inverse of numberAt; it cuts fractions off, and rounds decimals to their scale.
func setNumber(v *columnar.Vector, i int, x float64) {
	switch v.Width {
	case columnar.W8:
		columnar.Values[int8](v)[i] = int8(x)
	case columnar.W16:
		columnar.Values[int16](v)[i] = int16(x)
	case columnar.W32:
		columnar.Values[int32](v)[i] = int32(x)
	case columnar.WF32:
		columnar.Values[float32](v)[i] = float32(x)
	case columnar.WF64:
		columnar.Values[float64](v)[i] = x
	case columnar.W64, columnar.W128:
		if v.Type.Kind != types.Decimal {
			columnar.Values[int64](v)[i] = int64(x)
			return
		}
		setDecimal(v, i, x)
	}
}

func setDecimal(v *columnar.Vector, i int, x float64) {
	r, _ := new(big.Float).SetFloat64(x).Rat(nil)
	r.Mul(r, new(big.Rat).SetInt(bigPow10(int(v.Type.Scale))))
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r, half)
	q := int128Of(new(big.Int).Quo(r.Num(), r.Denom()))
	if v.Width == columnar.W64 {
		columnar.Values[int64](v)[i] = q.Int64()
	} else {
		columnar.Values[types.Int128](v)[i] = q
	}
}

func bigPow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// int128Of narrows a big integer of at most 127 bits.
func int128Of(v *big.Int) types.Int128 {
	m := new(big.Int).Abs(v)
	x := types.Int128{Lo: new(big.Int).And(m, new(big.Int).SetUint64(math.MaxUint64)).Uint64(), Hi: int64(new(big.Int).Rsh(m, 64).Uint64())}
	if v.Sign() < 0 {
		return x.Neg()
	}
	return x
}
