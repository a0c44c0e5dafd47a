package types

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func randomInt128(r *rand.Rand) Int128 {
	x := Int128{r.Uint64(), int64(r.Uint64())}
	switch r.IntN(5) {
	case 0:
		return Int128Of(int64(x.Lo))
	case 1:
		return Int128Of(int64(r.IntN(21) - 10))
	case 2:
		x.Hi >>= r.IntN(64)
	case 3:
		return [...]Int128{MaxInt128, MinInt128, {0, 1}, {math.MaxUint64, 0}, {1 << 63, 0}, pow10[38], pow10[19]}[r.IntN(7)]
	}
	return x
}

// halfUp is the oracle: n/d rounded half away from zero.
func halfUp(n, d *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(d) >= 0 {
		q.Add(q, big.NewInt(int64(n.Sign()*d.Sign())))
	}
	return q
}

func TestInt128AgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ten := big.NewInt(10)
	check := func(name string, got Int128, ok bool, want *big.Int) {
		t.Helper()
		w, fits := Int128FromBig(want)
		require.Equal(t, fits, ok, "%s %s", name, want)
		if fits {
			require.Equal(t, w, got, "%s %s", name, want)
		}
	}
	for range 50000 {
		a, b := randomInt128(r), randomInt128(r)
		A, B := a.Big(), b.Big()
		p, o := MulInt128(a, b)
		check("mul", p, !o, new(big.Int).Mul(A, B))
		p, o = AddInt128(a, b)
		check("add", p, !o, new(big.Int).Add(A, B))
		p, o = SubInt128(a, b)
		check("sub", p, !o, new(big.Int).Sub(A, B))
		n := r.IntN(60)
		scale := new(big.Int).Exp(ten, big.NewInt(int64(n)), nil)
		p, ok := MulDecimal(a, b, n)
		check("muldecimal", p, ok, halfUp(new(big.Int).Mul(A, B), scale))
		p, ok = Rescale(a, n, 0)
		check("rescale down", p, ok, halfUp(A, scale))
		p, ok = Rescale(a, 0, n)
		if n <= 38 {
			check("rescale up", p, ok, new(big.Int).Mul(A, scale))
		}
		require.Equal(t, A.String(), FormatDecimal(a, 0))
		if b.Sign() != 0 && b != Int128Of(-1) {
			q, rem := QuoRem(a, b)
			Q, R := new(big.Int).QuoRem(A, B, new(big.Int))
			check("quo", q, true, Q)
			check("rem", rem, true, R)
			p, ok = DivDecimal(a, b, n)
			check("div", p, ok, halfUp(new(big.Int).Mul(A, scale), B))
		}
		if a.Digits() <= 38 {
			x, prec, sc, ok := ParseDecimal(FormatDecimal(a, n%39))
			require.True(t, ok)
			require.Equal(t, a, x)
			require.Equal(t, n%39, sc)
			require.Equal(t, a.Digits(), prec)
		}
	}
}

func TestDecimalText(t *testing.T) {
	for _, c := range []struct {
		x         int64
		scale     int
		plain, jv string
	}{{150, 2, "1.50", "1.50"}, {-5, 2, "-0.05", "-0.05"}, {0, 3, "0.000", "0.000"}, {1, 7, "0.0000001", "1E-7"}, {0, 7, "0.0000000", "0E-7"},
		{123, 9, "0.000000123", "1.23E-7"}, {12, -2, "1200", "1.2E+3"}, {7, 0, "7", "7"}} {
		require.Equal(t, c.plain, FormatDecimal(Int128Of(c.x), c.scale))
		require.Equal(t, c.jv, string(AppendDecimalJava(nil, Int128Of(c.x), c.scale)))
	}
	for _, c := range []struct {
		text string
		p, s int
		want int64
		st   ParseStatus
	}{{" 1.005 ", 10, 2, 101, ParseOK}, {"-1.005", 10, 2, -101, ParseOK}, {"1e2", 5, 2, 10000, ParseOK}, {"1e3", 5, 2, 0, ParseOverflow},
		{".5", 3, 0, 1, ParseOK}, {"5.", 3, 0, 5, ParseOK}, {"", 3, 0, 0, ParseMalformed}, {".", 3, 0, 0, ParseMalformed}, {"1e", 3, 0, 0, ParseMalformed},
		{"1e50", 38, 0, 0, ParseTooLarge}, {"0e50", 38, 0, 0, ParseOK}, {"1e-50", 38, 10, 0, ParseOK}, {"0.1234567890123456789012345678901234567890123456", 5, 2, 12, ParseOK},
		{"+7", 3, 1, 70, ParseOK}, {"1_0", 3, 1, 0, ParseMalformed}, {"nan", 3, 1, 0, ParseMalformed}} {
		x, st := ParseDecimalAs(c.text, c.p, c.s)
		require.Equal(t, c.st, st, c.text)
		require.Equal(t, Int128Of(c.want), x, c.text)
	}
}

func TestDecimalFloat(t *testing.T) {
	for _, c := range []struct {
		f     float64
		scale int
		want  int64
	}{{0.1, 1, 1}, {1.005, 2, 101}, {float64(float32(0.1)), 17, 10000000149011612}, {-2.5, 0, -3}, {1e15, 2, 1e17}, {0, 5, 0}} {
		x, ok := DecimalFromFloat64(c.f, c.scale)
		require.True(t, ok)
		require.Equal(t, Int128Of(c.want), x, "%v", c.f)
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), 1e39} {
		_, ok := DecimalFromFloat64(f, 0)
		require.False(t, ok)
	}
	require.Equal(t, 0.1, DecimalToFloat64(Int128Of(1), 1))
	require.Equal(t, 1e38, DecimalToFloat64(pow10[38], 0))
	require.Equal(t, float32(0.1), DecimalToFloat32(Int128Of(1), 1))
}
