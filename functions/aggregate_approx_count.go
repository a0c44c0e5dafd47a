package functions

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// approxCount is approx_count_distinct: HyperLogLog with Spark's hash and number of registers. Up to the threshold it counts linearly,
// as Spark does, with the same answer; above, it takes Ertl's estimator, which needs no table of biases.
type approxCount struct {
	reader
	p         int     // log2 of the registers a group
	regs      []uint8 // 1<<p a group
	threshold float64
	digest    xxhash.Digest
	buf       []byte
}

const (
	defaultRSD = 0.05
	maxHLLBits = 20
	hllSeed    = 42
)

// linearLimits are, for 4 to 18 bits, the counts up to which linear counting is the better estimate (Heule et al. 2013).
var linearLimits = [...]float64{10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000}

func newApproxCount(s *expr.Spec) (expr.Accumulator, error) {
	rsd := defaultRSD
	if len(s.Args) > 1 {
		v, err := constant(s, 1)
		if err != nil {
			return nil, err
		}
		rsd, _ = v.(float64)
	}
	p := int(math.Ceil(2 * math.Log(1.106/rsd) / math.Ln2))
	if !(rsd > 0) || p < 4 || p > maxHLLBits {
		return nil, sqlerr.New("FAILED_FUNCTION_CALL", s.Pos, "approx_count_distinct needs a relative standard deviation between 0.002 and 0.39, not %v.", rsd)
	}
	a := &approxCount{p: p, threshold: 5 * float64(int(1)<<p)}
	if p-4 < len(linearLimits) {
		a.threshold = linearLimits[p-4]
	}
	return a, nil
}

func (a *approxCount) Resize(n int) { a.regs = resized(a.regs, n<<a.p, 0) }

func (a *approxCount) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := a.flat(args[0], rows.N, 0)
	if v.Width == columnar.W64 {
		values := columnar.Values[int64](v)
		for i := range in.n {
			r, g := in.row(i)
			a.observe(g, hashLong(uint64(values[r]), hllSeed))
		}
		return nil
	}
	for i := range in.n {
		r, g := in.row(i)
		a.observe(g, a.hash(v, r, hllSeed))
	}
	return nil
}

// observe notes a hash: its first bits choose the register, which keeps the longest run of zeros seen in the rest.
func (a *approxCount) observe(g int, h uint64) {
	reg := &a.regs[g<<a.p+int(h>>(64-a.p))]
	if z := uint8(bits.LeadingZeros64(h<<a.p|1<<(a.p-1)) + 1); z > *reg {
		*reg = z
	}
}

// hashLong is XXH64 of eight bytes.
func hashLong(x, seed uint64) uint64 {
	const p1, p2, p3, p4, p5 = 11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261
	h := seed + p5 + 8
	h ^= bits.RotateLeft64(x*p2, 31) * p1
	h = bits.RotateLeft64(h, 27)*p1 + p4
	h = (h ^ h>>33) * p2
	h = (h ^ h>>29) * p3
	return h ^ h>>32
}

// hash is Spark's xxhash64 of a value: small integers as four bytes, nested values one after the other, each seeded with the hash before.
func (a *approxCount) hash(v *columnar.Vector, i int, seed uint64) uint64 {
	if v.IsNull(i) {
		return seed
	}
	b := a.buf[:0]
	switch v.Width {
	case columnar.WBool:
		b = binary.LittleEndian.AppendUint32(b, uint32(columnar.Values[uint8](v)[i]))
	case columnar.W8:
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(columnar.Values[int8](v)[i])))
	case columnar.W16:
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(columnar.Values[int16](v)[i])))
	case columnar.W32:
		b = binary.LittleEndian.AppendUint32(b, uint32(columnar.Values[int32](v)[i]))
	case columnar.W64, columnar.W128:
		if v.Type.Kind == types.Decimal && v.Type.Precision > 18 {
			b = appendBigEndian(b, decimalAt(v, i))
			break
		}
		if v.Type.Kind == types.Decimal {
			return hashLong(decimalAt(v, i).Lo, seed)
		}
		return hashLong(uint64(columnar.Values[int64](v)[i]), seed)
	case columnar.WF32:
		x := columnar.Values[float32](v)[i]
		switch {
		case x == 0:
			x = 0
		case x != x:
			x = math.Float32frombits(0x7FC00000)
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	case columnar.WF64:
		x := columnar.Values[float64](v)[i]
		bits := math.Float64bits(x)
		switch {
		case x == 0:
			bits = 0
		case x != x:
			bits = 0x7FF8000000000000
		}
		return hashLong(bits, seed)
	case columnar.WView:
		b = append(b, v.Bytes(i)...)
	case columnar.WInterval:
		x := columnar.Values[types.Interval](v)[i]
		seed = hashLong(uint64(x.Micros), seed)
		seed = a.sum(binary.LittleEndian.AppendUint32(b, uint32(x.Days)), seed)
		b = binary.LittleEndian.AppendUint32(b, uint32(x.Months))
	case columnar.WList, columnar.WMap:
		s := columnar.Values[columnar.Span](v)[i]
		for k := range s.Len {
			for _, c := range v.Children {
				seed = a.hash(c, int(s.Off+k), seed)
			}
		}
		return seed
	case columnar.WStruct:
		for _, c := range v.Children {
			seed = a.hash(c, i, seed)
		}
		return seed
	}
	return a.sum(b, seed)
}

func (a *approxCount) sum(b []byte, seed uint64) uint64 {
	a.digest.ResetWithSeed(seed)
	a.digest.Write(b)
	a.buf = b[:0]
	return a.digest.Sum64()
}

// appendBigEndian appends the shortest two's complement of x, as Java's BigInteger prints itself.
func appendBigEndian(b []byte, x types.Int128) []byte {
	var t [16]byte
	binary.BigEndian.PutUint64(t[:], uint64(x.Hi))
	binary.BigEndian.PutUint64(t[8:], x.Lo)
	k := 0
	for k < 15 && (t[k] == 0 && t[k+1] < 0x80 || t[k] == 0xFF && t[k+1] >= 0x80) {
		k++
	}
	return append(b, t[k:]...)
}

func (a *approxCount) PartialTypes() []types.Type { return []types.Type{types.BinaryType} }

func (a *approxCount) Partial() ([]*columnar.Vector, error) {
	n := len(a.regs) >> a.p
	out := columnar.New(types.BinaryType, n)
	for g := range n {
		out.SetBytes(g, a.regs[g<<a.p:(g+1)<<a.p])
	}
	return []*columnar.Vector{out}, nil
}

func (a *approxCount) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	v := a.flat(partial[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		regs := a.regs[g<<a.p : (g+1)<<a.p]
		for k, x := range v.Bytes(r) {
			regs[k] = max(regs[k], x)
		}
	}
	return nil
}

func (a *approxCount) Final() (*columnar.Vector, error) {
	n := len(a.regs) >> a.p
	out := columnar.New(types.BigIntType, n)
	for g := range n {
		columnar.Values[int64](out)[g] = int64(math.Round(a.estimate(a.regs[g<<a.p : (g+1)<<a.p])))
	}
	return out, nil
}

func (a *approxCount) estimate(regs []uint8) float64 {
	var count [66]float64
	for _, r := range regs {
		count[r]++
	}
	m := float64(len(regs))
	if zeros := count[0]; zeros > 0 {
		if h := m * math.Log(m/zeros); h <= a.threshold {
			return h
		}
	}
	q := 64 - a.p
	z := m * ertlTau(1-count[q+1]/m)
	for k := q; k >= 1; k-- {
		z = 0.5 * (z + count[k])
	}
	z += m * sketch.ErtlSigma(count[0]/m)
	return m * m / (2 * math.Ln2 * z)
}

// ertlTau corrects for registers that are full, as sketch.ErtlSigma does for empty ones (Ertl 2017, algorithm 6).
func ertlTau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		old := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == old {
			return z / 3
		}
	}
}

func (a *approxCount) Bytes() int64 { return int64(cap(a.regs)+cap(a.buf)) + a.bytes() }
