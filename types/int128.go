package types

import (
	"math"
	"math/big"
	"math/bits"
)

// u128 is an unsigned 128-bit integer; u256 has its words from low to high.
type (
	u128 struct{ lo, hi uint64 }
	u256 [4]uint64
)

// MaxInt128 and MinInt128 are the bounds of Int128.
var (
	MaxInt128 = Int128{math.MaxUint64, math.MaxInt64}
	MinInt128 = Int128{0, math.MinInt64}
)

func (x Int128) magnitude() u128 {
	if x.Hi < 0 {
		x = x.Neg()
	}
	return u128{x.Lo, uint64(x.Hi)}
}

// signed returns ±m; ok is false if it does not fit.
func (m u128) signed(neg bool) (Int128, bool) {
	x := Int128{m.lo, int64(m.hi)}
	if neg {
		x = x.Neg()
		return x, x.Hi < 0 || m == u128{}
	}
	return x, x.Hi >= 0
}

// Abs returns the magnitude, wrapping around for MinInt128.
func (x Int128) Abs() Int128 {
	if x.Hi < 0 {
		return x.Neg()
	}
	return x
}

// AddInt128 returns x + y and whether the sum overflowed.
func AddInt128(x, y Int128) (sum Int128, overflow bool) {
	sum = x.Add(y)
	return sum, (x.Hi^sum.Hi)&(y.Hi^sum.Hi) < 0
}

// SubInt128 returns x - y and whether the difference overflowed.
func SubInt128(x, y Int128) (diff Int128, overflow bool) {
	diff = x.Sub(y)
	return diff, (x.Hi^y.Hi)&(x.Hi^diff.Hi) < 0
}

// MulInt128 returns the low 128 bits of a * b and whether the product overflowed.
func MulInt128(a, b Int128) (product Int128, overflow bool) {
	if a.IsInt64() && b.IsInt64() {
		return MulInt64(a.Int64(), b.Int64()), false
	}
	p := mul128(a.magnitude(), b.magnitude())
	neg := (a.Hi < 0) != (b.Hi < 0)
	x, ok := u128{p[0], p[1]}.signed(neg)
	return x, !ok || p[2]|p[3] != 0
}

// QuoRem returns the quotient truncated towards zero and the remainder, which has the sign of a. b must not be zero.
func QuoRem(a, b Int128) (q, r Int128) {
	if a.IsInt64() && b.IsInt64() && !(a.Int64() == math.MinInt64 && b.Int64() == -1) {
		return Int128Of(a.Int64() / b.Int64()), Int128Of(a.Int64() % b.Int64())
	}
	am, bm := a.magnitude(), b.magnitude()
	uq, ur := div256(u256{am.lo, am.hi}, bm)
	q, _ = u128{uq[0], uq[1]}.signed((a.Hi < 0) != (b.Hi < 0))
	r, _ = ur.signed(a.Hi < 0)
	return q, r
}

func (m u128) less(n u128) bool { return m.hi < n.hi || m.hi == n.hi && m.lo < n.lo }

func mul128(a, b u128) u256 {
	h0, l0 := bits.Mul64(a.lo, b.lo)
	h1, l1 := bits.Mul64(a.lo, b.hi)
	h2, l2 := bits.Mul64(a.hi, b.lo)
	h3, l3 := bits.Mul64(a.hi, b.hi)
	var c, c2 uint64
	w1, c := bits.Add64(h0, l1, 0)
	w2, c := bits.Add64(h1, l3, c)
	w3 := h3 + c
	w1, c2 = bits.Add64(w1, l2, 0)
	w2, c2 = bits.Add64(w2, h2, c2)
	return u256{l0, w1, w2, w3 + c2}
}

// div256 divides by a divisor that is not zero.
func div256(n u256, d u128) (q u256, r u128) {
	if d.hi == 0 {
		var rem uint64
		for i := 3; i >= 0; i-- {
			q[i], rem = bits.Div64(rem, n[i], d.lo)
		}
		return q, u128{rem, 0}
	}
	s := uint(bits.LeadingZeros64(d.hi))
	d1, d0 := d.hi<<s|d.lo>>(64-s), d.lo<<s
	var u [5]uint64 // the dividend shifted likewise
	u[4] = n[3] >> (64 - s)
	for i := 3; i > 0; i-- {
		u[i] = n[i]<<s | n[i-1]>>(64-s)
	}
	u[0] = n[0] << s
	r1, r0 := uint64(0), u[4]
	for i := 3; i >= 0; i-- {
		q[i], r1, r0 = div3by2(r1, r0, u[i], d1, d0)
	}
	return q, u128{r0>>s | r1<<(64-s), r1 >> s}
}

// div3by2 divides three words by a normalized two-word divisor that is above the two high words (Knuth's algorithm D, one step).
func div3by2(u2, u1, u0, d1, d0 uint64) (q, r1, r0 uint64) {
	var rhat, carry uint64
	if u2 >= d1 {
		q = math.MaxUint64
		rhat, carry = bits.Add64(u1, d1, 0)
	} else {
		q, rhat = bits.Div64(u2, u1, d1)
	}
	for carry == 0 {
		ph, pl := bits.Mul64(q, d0)
		if ph < rhat || ph == rhat && pl <= u0 {
			break
		}
		q--
		rhat, carry = bits.Add64(rhat, d1, 0)
	}
	ph, pl := bits.Mul64(q, d0)
	r0, borrow := bits.Sub64(u0, pl, 0)
	r1, _ = bits.Sub64(u1, ph+q*d1, borrow)
	return q, r1, r0
}

// roundedQuotient divides magnitudes with HALF_UP; ok is false if the quotient needs more than 128 bits.
func roundedQuotient(n u256, d u128) (u128, bool) {
	q, r := div256(n, d)
	if q[2]|q[3] != 0 {
		return u128{}, false
	}
	half := u128{d.lo - r.lo, 0} // d - r <= r means r >= d/2
	half.hi = d.hi - r.hi
	if d.lo < r.lo {
		half.hi--
	}
	if !r.less(half) {
		var c uint64
		q[0], c = bits.Add64(q[0], 1, 0)
		q[1], c = bits.Add64(q[1], 0, c)
		if c != 0 {
			return u128{}, false
		}
	}
	return u128{q[0], q[1]}, true
}

// Big returns x as a big.Int.
func (x Int128) Big() *big.Int {
	m := x.magnitude()
	b := new(big.Int).SetUint64(m.hi)
	b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(m.lo))
	if x.Hi < 0 {
		b.Neg(b)
	}
	return b
}

// Int128FromBig returns b; ok is false if it does not fit.
func Int128FromBig(b *big.Int) (Int128, bool) {
	if b.BitLen() > 128 {
		return Int128{}, false
	}
	m := new(big.Int).Abs(b)
	lo := new(big.Int).And(m, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	hi := m.Rsh(m, 64).Uint64()
	return u128{lo, hi}.signed(b.Sign() < 0)
}
