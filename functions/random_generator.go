package functions

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sync"

	"github.com/sparrow-engine/sparrow/expr"
)

// xorShift is Spark's XORShiftRandom, a java.util.Random with another step.
type xorShift struct{ state uint64 }

func newXORShift(seed int64) xorShift {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(seed))
	lo := scalaHash(b[:], 0x3C074A61)
	hi := scalaHash(b[:], lo)
	return xorShift{uint64(hi)<<32 | uint64(lo)}
}

// scalaHash is scala.util.hashing.MurmurHash3.bytesHash of a multiple of four bytes.
func scalaHash(b []byte, seed uint32) uint32 {
	h := seed
	for i := 0; i < len(b); i += 4 {
		h = murmurMixH(h, murmurMixK(binary.LittleEndian.Uint32(b[i:])))
	}
	return uint32(murmurFinish(h, uint32(len(b))))
}

func (x *xorShift) step() {
	s := x.state ^ x.state<<21
	s ^= s >> 35
	x.state = s ^ s<<4
}

// next returns the low n bits of the next state.
func (x *xorShift) next(n int) int64 {
	x.step()
	return int64(x.state & (1<<n - 1))
}

// double is Java's nextDouble: 53 bits from two steps.
func (x *xorShift) double() float64 {
	hi := x.next(26)
	return float64(hi<<27+x.next(27)) * 0x1p-53
}

// int is Java's nextInt.
func (x *xorShift) int() int32 {
	x.step()
	return int32(uint32(x.state))
}

// gaussians is Java's nextGaussian (Marsaglia's polar method), which makes two values at a time.
func (x *xorShift) gaussians() (a, b float64) {
	for {
		u, v := 2*x.double()-1, 2*x.double()-1
		if s := u*u + v*v; s < 1 && s != 0 {
			m := math.Sqrt(-2 * math.Log(s) / s)
			return u * m, v * m
		}
	}
}

// jumps holds, for each power of two, the matrix over GF(2) of that many steps: column j is what becomes of bit j.
var jumps = sync.OnceValue(func() *[48][64]uint64 {
	m := new([48][64]uint64)
	for j := range 64 {
		x := xorShift{1 << j}
		x.step()
		m[0][j] = x.state
	}
	for p := 1; p < len(m); p++ {
		for j := range 64 {
			m[p][j] = apply(&m[p-1], m[p-1][j])
		}
	}
	return m
})

func apply(m *[64]uint64, x uint64) (y uint64) {
	for ; x != 0; x &= x - 1 {
		y ^= m[bits.TrailingZeros64(x)]
	}
	return y
}

// skip takes n steps at once.
func (x *xorShift) skip(n int64) {
	for p := 0; n != 0; p, n = p+1, n>>1 {
		if n&1 != 0 {
			x.state = apply(&jumps()[p], x.state)
		}
	}
}

// at returns the generator of a call at the first row of a batch, where each row takes steps steps.
func generatorAt(seed int64, k *expr.KernelCall, steps int64) xorShift {
	x := newXORShift(seed + int64(k.Morsel))
	x.skip(k.RowBase * steps)
	return x
}
