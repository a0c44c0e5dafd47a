package sketch

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
)

// Number are the items of KLL sketches.
type Number interface{ int64 | float32 | float64 }

const (
	kllM      = 8 // the least capacity of a level
	familyKLL = 15

	// MinK, MaxK and DefaultK are the sizes of KLL sketches.
	MinK     = 8
	MaxK     = 65535
	DefaultK = 200
)

// KLL is the quantile sketch of Karnin, Lang and Liberty, "Optimal quantile approximation in streams" (2016), as DataSketches has it: an item of level i
// stands for 2^i items. Up to K items it is exact.
type KLL[T Number] struct {
	K, minK  int
	n        int64
	min, max T
	levels   [][]T // items of levels; level 0 in order of arrival, the others sorted
	rng      *rand.Rand
}

// NewKLL returns an empty sketch.
func NewKLL[T Number](k int) *KLL[T] {
	return &KLL[T]{K: k, minK: k, levels: [][]T{nil}, rng: rand.New(rand.NewPCG(1, uint64(k)))}
}

// N returns the number of items.
func (s *KLL[T]) N() int64 { return s.n }

// Update adds an item. NaN is left out.
func (s *KLL[T]) Update(v T) {
	if v != v {
		return
	}
	s.widen(v, v)
	s.n++
	s.levels[0] = append(s.levels[0], v)
	s.compress()
}

func (s *KLL[T]) widen(lo, hi T) {
	if s.n == 0 {
		s.min, s.max = lo, hi
		return
	}
	s.min, s.max = min(s.min, lo), max(s.max, hi)
}

// levelCapacity is the number of items of a level of several: the top one has K, each below two thirds of the one above.
func levelCapacity(k, levels, level int) int {
	c := float64(k)
	for range levels - level - 1 {
		c = c * 2 / 3
	}
	return max(kllM, int(math.Round(c)))
}

func (s *KLL[T]) capacity() int {
	total := 0
	for i := range s.levels {
		total += levelCapacity(s.K, len(s.levels), i)
	}
	return total
}

func (s *KLL[T]) retained() int {
	n := 0
	for _, l := range s.levels {
		n += len(l)
	}
	return n
}

// compress halves the lowest full level as long as the sketch is full.
func (s *KLL[T]) compress() {
	for s.retained() > s.capacity() {
		i := 0
		for len(s.levels[i]) < levelCapacity(s.K, len(s.levels), i) {
			i++
		}
		if i == len(s.levels)-1 {
			s.levels = append(s.levels, nil)
		}
		full := s.levels[i]
		if i == 0 {
			slices.Sort(full)
		}
		var rest []T
		if len(full)%2 == 1 {
			rest, full = []T{full[0]}, full[1:]
		}
		half := make([]T, 0, len(full)/2)
		for j := s.rng.IntN(2); j < len(full); j += 2 {
			half = append(half, full[j])
		}
		s.levels[i] = rest
		s.levels[i+1] = append(s.levels[i+1], half...)
		slices.Sort(s.levels[i+1])
	}
}

// Merge adds the items of another sketch.
func (s *KLL[T]) Merge(o *KLL[T]) {
	if o.n == 0 {
		return
	}
	s.widen(o.min, o.max)
	s.n += o.n
	s.minK = min(s.minK, o.minK)
	for i, l := range o.levels {
		if i == len(s.levels) {
			s.levels = append(s.levels, nil)
		}
		s.levels[i] = append(s.levels[i], l...)
		if i > 0 {
			slices.Sort(s.levels[i])
		}
	}
	s.compress()
}

// sorted returns the items in order, and to each the weight of it and all before.
func (s *KLL[T]) sorted() (items []T, weights []int64) {
	type weighted struct {
		v T
		w int64
	}
	var all []weighted
	for i, l := range s.levels {
		for _, v := range l {
			all = append(all, weighted{v, 1 << i})
		}
	}
	slices.SortStableFunc(all, func(a, b weighted) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	total := int64(0)
	for _, x := range all {
		total += x.w
		items, weights = append(items, x.v), append(weights, total)
	}
	return items, weights
}

// Quantile returns the least item that a share of all items does not exceed; the sketch must not be empty.
func (s *KLL[T]) Quantile(rank float64) T {
	switch rank {
	case 0:
		return s.min
	case 1:
		return s.max
	}
	items, weights := s.sorted()
	want := int64(math.Ceil(rank * float64(s.n)))
	i, _ := slices.BinarySearch(weights, want)
	return items[min(i, len(items)-1)]
}

// Rank returns the share of items that do not exceed v; the sketch must not be empty.
func (s *KLL[T]) Rank(v T) float64 {
	items, weights := s.sorted()
	below := int64(0)
	for i, x := range items {
		if x > v {
			break
		}
		below = weights[i]
	}
	return float64(below) / float64(s.n)
}

func itemBytes[T Number]() int {
	var v T
	if _, ok := any(v).(float32); ok {
		return 4
	}
	return 8
}

func appendItem[T Number](b []byte, v T) []byte {
	switch v := any(v).(type) {
	case float32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	case float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return binary.LittleEndian.AppendUint64(b, uint64(v))
}

func readItem[T Number](b []byte) T {
	var v T
	switch p := any(&v).(type) {
	case *float32:
		*p = math.Float32frombits(binary.LittleEndian.Uint32(b))
	case *float64:
		*p = float64At(b)
	case *int64:
		*p = int64(binary.LittleEndian.Uint64(b))
	}
	return v
}

const (
	kllEmpty  = 1
	kllSingle = 4
)

// Bytes returns the sketch in DataSketches' compact form.
func (s *KLL[T]) Bytes() []byte {
	head := func(pre, version, flags byte) []byte {
		b := binary.LittleEndian.AppendUint16([]byte{pre, version, familyKLL, flags}, uint16(s.K))
		return append(b, kllM, 0)
	}
	switch s.n {
	case 0:
		return head(2, 1, kllEmpty)
	case 1:
		return appendItem(head(2, 2, kllSingle), s.levels[0][0])
	}
	b := head(5, 1, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(s.n))
	b = binary.LittleEndian.AppendUint16(b, uint16(s.minK))
	b = append(b, byte(len(s.levels)), 0)
	at := max(s.capacity()-s.retained(), 0)
	for _, l := range s.levels {
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		at += len(l)
	}
	b = appendItem(appendItem(b, s.min), s.max)
	for _, l := range s.levels {
		for _, v := range l {
			b = appendItem(b, v)
		}
	}
	return b
}

// ReadKLL reads what Bytes has written.
func ReadKLL[T Number](b []byte) (*KLL[T], error) {
	if len(b) < 8 || b[2] != familyKLL || b[6] != kllM {
		return nil, ErrInvalid
	}
	s := NewKLL[T](int(binary.LittleEndian.Uint16(b[4:])))
	size := itemBytes[T]()
	switch {
	case s.K < MinK:
		return nil, ErrInvalid
	case b[3]&kllEmpty != 0:
		return s, nil
	case b[3]&kllSingle != 0:
		if len(b) < 8+size {
			return nil, ErrInvalid
		}
		s.Update(readItem[T](b[8:]))
		return s, nil
	case len(b) < 20 || b[0] != 5:
		return nil, ErrInvalid
	}
	s.n = int64(binary.LittleEndian.Uint64(b[8:]))
	s.minK = int(binary.LittleEndian.Uint16(b[16:]))
	levels := int(b[18])
	b = b[20:]
	if levels == 0 || levels > 60 || len(b) < 4*levels+2*size {
		return nil, ErrInvalid
	}
	starts := make([]int, levels+1)
	for i := range levels {
		starts[i] = int(binary.LittleEndian.Uint32(b[4*i:]))
	}
	b = b[4*levels:]
	s.min, s.max = readItem[T](b), readItem[T](b[size:])
	b = b[2*size:]
	starts[levels] = starts[0] + len(b)/size
	return s, s.readLevels(b, starts, size)
}

func (s *KLL[T]) readLevels(b []byte, starts []int, size int) error {
	s.levels = make([][]T, len(starts)-1)
	total := int64(0)
	for i := range s.levels {
		n := starts[i+1] - starts[i]
		if n < 0 || len(b) < n*size {
			return ErrInvalid
		}
		for range n {
			s.levels[i] = append(s.levels[i], readItem[T](b))
			b = b[size:]
		}
		total += int64(n) << i
	}
	if total != s.n {
		return ErrInvalid
	}
	return nil
}
