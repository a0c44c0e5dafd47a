package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// maxTheta is theta of a sketch that holds all of its items: 1.0 in 63 bits.
const maxTheta = math.MaxInt64

// Combine says how the summaries of one key become one.
type Combine uint8

// The ways to combine summaries, with the numbers that DataSketches writes.
const (
	Sum Combine = iota
	Min
	Max
	AlwaysOne
)

// Of combines two summaries.
func (c Combine) Of(a, b float64) float64 {
	switch c {
	case Sum:
		return a + b
	case Min:
		return min(a, b)
	case Max:
		return max(a, b)
	}
	return 1
}

// Theta is a theta sketch, or with summaries a tuple sketch: the items whose hash is below theta, which falls as items come so that about 2^LgK remain.
type Theta struct {
	LgK   int
	theta int64
	items map[int64]float64
	empty bool
}

// NewTheta returns an empty sketch.
func NewTheta(lgK int) *Theta {
	return &Theta{LgK: lgK, theta: maxTheta, items: map[int64]float64{}, empty: true}
}

// Update adds an item with its summary.
func (s *Theta) Update(h Hash, summary float64, c Combine) {
	s.empty = false
	s.put(int64(h.Lo>>1), summary, c)
	if len(s.items) > 15<<(s.LgK+1)>>4 {
		s.shrink()
	}
}

func (s *Theta) put(key int64, summary float64, c Combine) {
	if key == 0 || key >= s.theta {
		return
	}
	if old, ok := s.items[key]; ok {
		summary = c.Of(old, summary)
	} else if c == AlwaysOne {
		summary = 1
	}
	s.items[key] = summary
}

// shrink keeps the 2^LgK smallest hashes.
func (s *Theta) shrink() {
	keys := s.keys()
	s.theta = keys[1<<s.LgK]
	for _, k := range keys[1<<s.LgK:] {
		delete(s.items, k)
	}
}

// keys returns the hashes in order.
func (s *Theta) keys() []int64 {
	keys := make([]int64, 0, len(s.items))
	for k := range s.items {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Union adds the items of another sketch.
func (s *Theta) Union(o *Theta, c Combine) {
	s.empty = s.empty && o.empty
	s.lower(o.theta)
	for k, v := range o.items {
		s.put(k, v, c)
	}
	if len(s.items) > 1<<s.LgK {
		s.shrink()
	}
}

func (s *Theta) lower(theta int64) {
	if theta >= s.theta {
		return
	}
	s.theta = theta
	for k := range s.items {
		if k >= theta {
			delete(s.items, k)
		}
	}
}

// Intersect keeps the items that the other sketch has too.
func (s *Theta) Intersect(o *Theta, c Combine) {
	s.empty = s.empty || o.empty
	s.lower(o.theta)
	for k, v := range s.items {
		if w, ok := o.items[k]; ok {
			s.items[k] = c.Of(v, w)
		} else {
			delete(s.items, k)
		}
	}
	s.settle()
}

// Subtract keeps the items that the other sketch does not have.
func (s *Theta) Subtract(o *Theta) {
	s.lower(o.theta)
	for k := range s.items {
		if _, ok := o.items[k]; ok {
			delete(s.items, k)
		}
	}
	s.settle()
}

// settle makes a sketch of nothing an empty one.
func (s *Theta) settle() {
	if s.empty {
		s.theta = maxTheta
	}
	s.empty = s.empty || len(s.items) == 0 && s.theta == maxTheta
}

// Mark gives every item a summary.
func (s *Theta) Mark(summary float64) {
	for k := range s.items {
		s.items[k] = summary
	}
}

// Fraction is theta as a number from 0 to 1: the part of all hashes that the sketch looks at.
func (s *Theta) Fraction() float64 {
	if s.theta == maxTheta {
		return 1
	}
	return float64(s.theta) / maxTheta
}

// Estimate returns the number of distinct items.
func (s *Theta) Estimate() float64 { return float64(len(s.items)) / s.Fraction() }

// Summary combines the summaries of all items, and of those that the sketch does not hold by share.
func (s *Theta) Summary(c Combine) (total float64, ok bool) {
	for i, k := range s.keys() {
		if i == 0 {
			total = s.items[k]
			if c == AlwaysOne {
				total = 1
			}
		} else if c == AlwaysOne {
			total++
		} else {
			total = c.Of(total, s.items[k])
		}
	}
	return total, len(s.items) > 0
}

// Flags of both families: the sketch is read-only and compact, and either empty, of one item, or in order.
const (
	flagReadOnly = 2
	flagEmpty    = 4
	flagCompact  = 8
	flagOrdered  = 16
	flagSingle   = 32

	familyTheta = 3
	familyTuple = 9
)

func thetaHead(pre, version, family, b3, b4, flags byte) []byte {
	return binary.LittleEndian.AppendUint16([]byte{pre, version, family, b3, b4, flags}, seedHash)
}

// Bytes returns the sketch as DataSketches' compact theta sketch: compressed if it has more than one item.
func (s *Theta) Bytes() []byte {
	const flags = flagReadOnly | flagCompact | flagOrdered
	keys := s.keys()
	exact := s.theta == maxTheta
	switch {
	case s.empty:
		return []byte{1, 3, familyTheta, 0, 0, flags | flagEmpty, 0, 0}
	case exact && len(keys) == 1:
		return binary.LittleEndian.AppendUint64(thetaHead(1, 3, familyTheta, 0, 0, flags|flagSingle), uint64(keys[0]))
	case len(keys) == 0:
		b := thetaHead(3, 3, familyTheta, 0, 0, flags)
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(1))
		return binary.LittleEndian.AppendUint64(b, uint64(s.theta))
	}
	all, last := int64(0), int64(0)
	for i, k := range keys {
		keys[i] = k - last
		last = k
		all |= keys[i]
	}
	width, countBytes := bits.Len64(uint64(all)), (bits.Len(uint(len(keys)))+7)/8
	pre := byte(1)
	if !exact {
		pre = 2
	}
	b := thetaHead(pre, 4, familyTheta, byte(width), byte(countBytes), flags)
	if !exact {
		b = binary.LittleEndian.AppendUint64(b, uint64(s.theta))
	}
	for i := range countBytes {
		b = append(b, byte(len(keys)>>(8*i)))
	}
	return packBits(b, keys, width)
}

// packBits appends numbers of a width in bits, highest bit first.
func packBits(b []byte, vals []int64, width int) []byte {
	used := 8
	for _, v := range vals {
		for i := width - 1; i >= 0; i-- {
			if used == 8 {
				b, used = append(b, 0), 0
			}
			b[len(b)-1] |= byte(v>>i&1) << (7 - used)
			used++
		}
	}
	return b
}

// ReadTheta reads what Bytes has written, and DataSketches' other compact forms.
func ReadTheta(b []byte, lgK int) (*Theta, error) {
	s := NewTheta(lgK)
	if len(b) < 8 || b[2] != familyTheta || b[5]&flagCompact == 0 {
		return nil, ErrInvalid
	}
	if b[5]&flagEmpty != 0 {
		return s, nil
	}
	s.empty = false
	switch {
	case b[1] == 4:
		return s, s.readPacked(b)
	case b[1] != 3:
		return nil, ErrInvalid
	}
	n, at := 1, 8
	if pre := int(b[0] & 63); pre > 1 {
		if len(b) < 8*pre {
			return nil, ErrInvalid
		}
		n, at = int(int32(binary.LittleEndian.Uint32(b[8:]))), 8*pre
		if pre > 2 {
			s.theta = int64(binary.LittleEndian.Uint64(b[16:]))
		}
	}
	if n < 0 || len(b)-at < 8*n {
		return nil, ErrInvalid
	}
	for i := range n {
		s.items[int64(binary.LittleEndian.Uint64(b[at+8*i:]))] = 0
	}
	return s, nil
}

func (s *Theta) readPacked(b []byte) error {
	width, countBytes, at := int(b[3]), int(b[4]), 8
	if b[0]&63 > 1 {
		if len(b) < 16 {
			return ErrInvalid
		}
		s.theta, at = int64(binary.LittleEndian.Uint64(b[8:])), 16
	}
	if countBytes > 4 || width > 63 || width == 0 || len(b) < at+countBytes {
		return ErrInvalid
	}
	n := 0
	for i := range countBytes {
		n |= int(b[at+i]) << (8 * i)
	}
	b = b[at+countBytes:]
	if len(b)*8 < n*width {
		return ErrInvalid
	}
	key, bit := int64(0), 0
	for range n {
		v := int64(0)
		for range width {
			v = v<<1 | int64(b[bit>>3]>>(7-bit&7)&1)
			bit++
		}
		key += v
		s.items[key] = 0
	}
	return nil
}
