package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// HLL is DataSketches' HLL sketch of type HLL_8: few items as a set of coupons, then an array of 2^LgK registers.
type HLL struct {
	LgK        int
	coupons    []uint32 // in order of arrival, nil once there are registers
	seen       map[uint32]struct{}
	regs       []uint8
	hip        float64 // estimate from the history of updates
	kxq0, kxq1 float64 // sum of 2^-register, of registers below 32 and of the others
	merged     bool    // the history is lost
}

// NewHLL returns an empty sketch.
func NewHLL(lgK int) *HLL { return &HLL{LgK: lgK, seen: map[uint32]struct{}{}} }

const addressBits = 26

// Update adds an item.
func (s *HLL) Update(h Hash) {
	value := uint32(min(bits.LeadingZeros64(h.Hi), 62) + 1)
	s.add(value<<addressBits | uint32(h.Lo)&(1<<addressBits-1))
}

// capacity is the number of coupons that the sketch holds before it turns into registers.
func (s *HLL) capacity() int {
	if s.LgK < 8 {
		return 7
	}
	return 3 << (s.LgK - 3) >> 2
}

func (s *HLL) add(coupon uint32) {
	if s.regs != nil {
		s.register(coupon)
		return
	}
	if _, ok := s.seen[coupon]; ok {
		return
	}
	s.seen[coupon] = struct{}{}
	if s.coupons = append(s.coupons, coupon); len(s.coupons) > s.capacity() {
		s.promote()
	}
}

func (s *HLL) promote() {
	estimate := s.Estimate()
	coupons := s.coupons
	s.coupons, s.seen = nil, nil
	s.regs = make([]uint8, 1<<s.LgK)
	s.kxq0 = float64(len(s.regs))
	for _, c := range coupons {
		s.register(c)
	}
	s.hip = estimate
}

func (s *HLL) register(coupon uint32) {
	at, value := coupon&uint32(len(s.regs)-1), uint8(coupon>>addressBits)
	old := s.regs[at]
	if value <= old {
		return
	}
	s.hip += float64(len(s.regs)) / (s.kxq0 + s.kxq1)
	s.share(old, -1)
	s.share(value, 1)
	s.regs[at] = value
}

func (s *HLL) share(value uint8, sign float64) {
	if value < 32 {
		s.kxq0 += sign * math.Ldexp(1, -int(value))
	} else {
		s.kxq1 += sign * math.Ldexp(1, -int(value))
	}
}

// Union adds the items of another sketch; the result is as coarse as the coarser one.
func (s *HLL) Union(o *HLL) {
	if o.LgK < s.LgK {
		s.coarsen(o.LgK)
	}
	for _, c := range o.coupons {
		s.add(c)
	}
	if o.regs == nil {
		return
	}
	if s.regs == nil {
		s.promote()
	}
	s.merged = true
	for i, r := range o.regs {
		s.register(uint32(r)<<addressBits | uint32(i))
	}
}

// coarsen reduces the number of registers.
func (s *HLL) coarsen(lgK int) {
	old := *s
	*s = *NewHLL(lgK)
	for _, c := range old.coupons {
		s.add(c)
	}
	if old.regs == nil {
		return
	}
	if s.regs == nil {
		s.promote()
	}
	s.merged = true
	for i, r := range old.regs {
		s.register(uint32(r)<<addressBits | uint32(i))
	}
}

// Estimate returns the number of distinct items. From coupons: the inverse of the expected number of collisions. From registers: by the history, or if that
// is lost by O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017).
func (s *HLL) Estimate() float64 {
	switch {
	case s.regs == nil:
		const space = 1 << addressBits
		return -space * math.Log1p(-float64(len(s.coupons))/space)
	case !s.merged:
		return s.hip
	}
	var count [65]float64
	for _, r := range s.regs {
		count[r]++
	}
	m := float64(len(s.regs))
	z := 0.0
	for k := 63; k >= 1; k-- {
		z = 0.5 * (z + count[k])
	}
	z += m * ErtlSigma(count[0]/m)
	return m / (2 * math.Ln2) * m / z
}

// ErtlSigma corrects the estimate for registers that are empty, a share x of all (O. Ertl, "New cardinality estimation algorithms for
// HyperLogLog sketches", 2017, algorithm 6).
func ErtlSigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		old := z
		z += x * y
		y += y
		if z == old {
			return z
		}
	}
}

const (
	familyHLL = 7
	modeList  = 0
	modeSet   = 1
	modeHLL   = 2
	typeHLL8  = 2 << 2

	hllEmpty      = 4
	hllOutOfOrder = 16
	listSize      = 8
)

// Bytes returns the sketch in DataSketches' updatable form.
func (s *HLL) Bytes() []byte {
	n := len(s.coupons)
	switch {
	case s.regs != nil:
		return s.registerBytes()
	case n < listSize:
		flags := byte(0)
		if n == 0 {
			flags = hllEmpty
		}
		b := []byte{2, 1, familyHLL, byte(s.LgK), 3, flags, byte(n), modeList | typeHLL8}
		for _, c := range s.coupons {
			b = binary.LittleEndian.AppendUint32(b, c)
		}
		return append(b, make([]byte, 4*(listSize-n))...)
	}
	lgArr := 5
	for 4*n > 3<<lgArr {
		lgArr++
	}
	b := []byte{3, 1, familyHLL, byte(s.LgK), byte(lgArr), 0, 0, modeSet | typeHLL8}
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	for _, c := range couponTable(s.coupons, lgArr) {
		b = binary.LittleEndian.AppendUint32(b, c)
	}
	return b
}

// couponTable is DataSketches' hash table of coupons: open addresses with an odd stride.
func couponTable(coupons []uint32, lgArr int) []uint32 {
	table := make([]uint32, 1<<lgArr)
	mask := uint32(len(table) - 1)
	for _, c := range coupons {
		at := c & mask
		stride := c&(1<<addressBits-1)>>lgArr | 1
		for table[at] != 0 {
			at = (at + stride) & mask
		}
		table[at] = c
	}
	return table
}

func (s *HLL) registerBytes() []byte {
	flags := byte(0)
	if s.merged {
		flags = hllOutOfOrder
	}
	b := []byte{10, 1, familyHLL, byte(s.LgK), 0, flags, 0, modeHLL | typeHLL8}
	zeros := uint32(0)
	for _, r := range s.regs {
		if r == 0 {
			zeros++
		}
	}
	for _, f := range []float64{s.hip, s.kxq0, s.kxq1} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	b = binary.LittleEndian.AppendUint32(b, zeros)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return append(b, s.regs...)
}

// ReadHLL reads what Bytes has written, and the compact forms of lists and sets.
func ReadHLL(b []byte) (*HLL, error) {
	if len(b) < 8 || b[1] != 1 || b[2] != familyHLL || b[3] < 4 || b[3] > 21 || b[7]>>2&3 != typeHLL8>>2 {
		return nil, ErrInvalid
	}
	s := NewHLL(int(b[3]))
	switch b[7] & 3 {
	case modeList:
		return s, s.readCoupons(b[8:], int(b[6]))
	case modeSet:
		if len(b) < 12 {
			return nil, ErrInvalid
		}
		return s, s.readCoupons(b[12:], int(binary.LittleEndian.Uint32(b[8:])))
	case modeHLL:
		if len(b) < 40+1<<s.LgK {
			return nil, ErrInvalid
		}
		s.coupons, s.seen, s.merged = nil, nil, b[5]&hllOutOfOrder != 0
		s.hip, s.kxq0, s.kxq1 = float64At(b[8:]), float64At(b[16:]), float64At(b[24:])
		s.regs = slices.Clone(b[40 : 40+1<<s.LgK])
		for _, r := range s.regs {
			if r > 63 {
				return nil, ErrInvalid
			}
		}
		return s, nil
	}
	return nil, ErrInvalid
}

func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

func (s *HLL) readCoupons(b []byte, n int) error {
	for ; len(b) >= 4; b = b[4:] {
		if c := binary.LittleEndian.Uint32(b); c != 0 {
			s.add(c)
		}
	}
	if s.regs == nil && len(s.coupons) != n {
		return ErrInvalid
	}
	return nil
}
