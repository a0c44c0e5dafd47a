package sketch

import (
	"encoding/binary"
	"math"
)

// TupleBytes returns the sketch as DataSketches' compact tuple sketch whose summaries are integers or doubles, each followed by the way to combine it.
func (s *Theta) TupleBytes(integers bool, c Combine) []byte {
	const flags = flagReadOnly | flagCompact
	keys := s.keys()
	pre := byte(2)
	switch {
	case s.empty:
		return thetaHead(1, 3, familyTuple, 1, 0, flags|flagEmpty)
	case s.theta != maxTheta:
		pre = 3
	case len(keys) == 1:
		pre = 1
	}
	b := thetaHead(pre, 3, familyTuple, 1, 0, flags)
	if pre > 1 {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(keys)))
	}
	if pre > 2 {
		b = binary.LittleEndian.AppendUint64(b, uint64(s.theta))
	}
	for _, k := range keys {
		b = binary.LittleEndian.AppendUint64(b, uint64(k))
		if integers {
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(s.items[k])))
		} else {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.items[k]))
		}
		b = append(b, byte(c))
	}
	return b
}

// ReadTuple reads what TupleBytes has written.
func ReadTuple(b []byte, lgK int, integers bool) (*Theta, error) {
	s := NewTheta(lgK)
	if len(b) < 8 || b[1] != 3 || b[2] != familyTuple {
		return nil, ErrInvalid
	}
	if b[5]&flagEmpty != 0 {
		return s, nil
	}
	s.empty = false
	pre := int(b[0])
	if pre < 1 || pre > 3 || len(b) < 8*pre {
		return nil, ErrInvalid
	}
	n := 1
	if pre > 1 {
		n = int(int32(binary.LittleEndian.Uint32(b[8:])))
	}
	if pre > 2 {
		s.theta = int64(binary.LittleEndian.Uint64(b[16:]))
	}
	size := 17
	if integers {
		size = 13
	}
	b = b[8*pre:]
	if n < 0 || len(b) < n*size {
		return nil, ErrInvalid
	}
	for i := range n {
		e := b[i*size:]
		k := int64(binary.LittleEndian.Uint64(e))
		if integers {
			s.items[k] = float64(int32(binary.LittleEndian.Uint32(e[8:])))
		} else {
			s.items[k] = math.Float64frombits(binary.LittleEndian.Uint64(e[8:]))
		}
	}
	return s, nil
}
