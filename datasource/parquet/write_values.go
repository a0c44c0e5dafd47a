package parquet

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/parquet-go/parquet-go/bloom"
)

// valuePage collects the values of one column: into a dictionary and codes while the dictionary is small, then as plain values. There is one
// implementation a physical layout.
type valuePage interface {
	// plainBody returns the values since the last page in plain encoding, or nil and the codes.
	body(scratch []byte) (plain []byte, codes []int32)
	// bounds returns the least and greatest value since the last page in plain encoding; ok is false if there is none.
	bounds() (low, high []byte, ok bool)
	// next starts a page.
	next()
	// size estimates the bytes of the current page.
	size() int
	// bytes returns the memory held.
	bytes() int64
	// overflow reports that the dictionary has outgrown its limit; dropDictionary makes the following values plain.
	overflow() bool
	dropDictionary()
	// dictionary returns the entries in plain encoding and their number.
	dictionary() ([]byte, int)
	// hashes returns the bloom filter hashes of all values so far.
	hashes() []uint64
}

type word interface{ int32 | int64 }

// wordPage holds INT32, INT64, FLOAT and DOUBLE, floats as their bits, so that a dictionary keeps every bit pattern.
type wordPage[T word] struct {
	order   writeOrder
	limit   int // of dictionary entries; 0 for none
	table   []int32
	entries []T
	codes   []int32
	plain   []T

	some      bool
	low, high T
	bloom     []uint64
	wantBloom bool
}

func newWordPage[T word](order writeOrder, dictionaryBytes int, wantBloom bool) *wordPage[T] {
	p := &wordPage[T]{order: order, limit: dictionaryBytes / int(unsafe.Sizeof(T(0))), wantBloom: wantBloom}
	if p.limit > 0 {
		p.table = make([]int32, 1024)
	}
	return p
}

func (p *wordPage[T]) add(values []T) {
	if len(values) == 0 {
		return
	}
	p.widen(values)
	if p.limit == 0 {
		p.plain = append(p.plain, values...)
		if p.wantBloom {
			for _, v := range values {
				p.bloom = append(p.bloom, wordHash(v))
			}
		}
		return
	}
	mask, shift := uint64(len(p.table)-1), 64-bits.TrailingZeros(uint(len(p.table)))
	for _, v := range values {
		slot := uint64(v) * 0x9E3779B97F4A7C15 >> shift
		for {
			code := p.table[slot] - 1
			if code < 0 {
				code = int32(len(p.entries))
				p.entries = append(p.entries, v)
				p.table[slot] = code + 1
				p.codes = append(p.codes, code)
				if 2*len(p.entries) > len(p.table) {
					p.grow()
					mask, shift = uint64(len(p.table)-1), 64-bits.TrailingZeros(uint(len(p.table)))
				}
				break
			}
			if p.entries[code] == v {
				p.codes = append(p.codes, code)
				break
			}
			slot = (slot + 1) & mask
		}
	}
}

func (p *wordPage[T]) grow() {
	p.table = make([]int32, 2*len(p.table))
	mask, shift := uint64(len(p.table)-1), 64-bits.TrailingZeros(uint(len(p.table)))
	for code, v := range p.entries {
		slot := uint64(v) * 0x9E3779B97F4A7C15 >> shift
		for p.table[slot] != 0 {
			slot = (slot + 1) & mask
		}
		p.table[slot] = int32(code) + 1
	}
}

// widen takes the values into the page's bounds. Floats are compared as floats, their NaNs left out.
func (p *wordPage[T]) widen(values []T) {
	switch p.order {
	case orderNone:
	case orderFloat:
		for _, v := range values {
			f := wordFloat(v)
			if f != f {
				continue
			}
			if !p.some {
				p.some, p.low, p.high = true, v, v
			}
			if f < wordFloat(p.low) {
				p.low = v
			}
			if f > wordFloat(p.high) {
				p.high = v
			}
		}
	default:
		// Unsigned numbers compare as signed ones with the top bit flipped.
		var flip T
		if p.order == orderUnsigned {
			flip = T(-1) << (8*unsafe.Sizeof(flip) - 1)
		}
		if !p.some {
			p.some, p.low, p.high = true, values[0], values[0]
		}
		low, high := p.low^flip, p.high^flip
		for _, v := range values {
			v ^= flip
			low, high = min(low, v), max(high, v)
		}
		p.low, p.high = low^flip, high^flip
	}
}

func wordFloat[T word](v T) float64 {
	if unsafe.Sizeof(v) == 4 {
		return float64(math.Float32frombits(uint32(v)))
	}
	return math.Float64frombits(uint64(v))
}

func wordHash[T word](v T) uint64 {
	if unsafe.Sizeof(v) == 4 {
		return bloom.XXH64{}.Sum64Uint32(uint32(v))
	}
	return bloom.XXH64{}.Sum64Uint64(uint64(v))
}

func appendWord[T word](dst []byte, v T) []byte {
	if unsafe.Sizeof(v) == 4 {
		return binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(v))
}

func appendWords[T word](dst []byte, values []T) []byte {
	for _, v := range values {
		dst = appendWord(dst, v)
	}
	return dst
}

func (p *wordPage[T]) body(scratch []byte) ([]byte, []int32) {
	if len(p.codes) > 0 {
		return nil, p.codes
	}
	return appendWords(scratch, p.plain), nil
}

// bounds gives a zero its sign, as the format asks: readers may treat -0.0 and 0.0 as different or not.
func (p *wordPage[T]) bounds() ([]byte, []byte, bool) {
	low, high := p.low, p.high
	if p.order == orderFloat && p.some {
		if wordFloat(low) == 0 {
			low = T(-1) << (8*unsafe.Sizeof(low) - 1)
		}
		if wordFloat(high) == 0 {
			high = 0
		}
	}
	return appendWord(nil, low), appendWord(nil, high), p.some
}

func (p *wordPage[T]) next() { p.codes, p.plain, p.some = p.codes[:0], p.plain[:0], false }

func (p *wordPage[T]) size() int {
	return len(p.plain)*int(unsafe.Sizeof(T(0))) + len(p.codes)*bits.Len(uint(len(p.entries)))/8
}

func (p *wordPage[T]) bytes() int64 {
	return int64(4*cap(p.table)+4*cap(p.codes)+8*cap(p.bloom)) + int64(cap(p.entries)+cap(p.plain))*int64(unsafe.Sizeof(T(0)))
}

func (p *wordPage[T]) overflow() bool { return p.limit > 0 && len(p.entries) > p.limit }

func (p *wordPage[T]) dropDictionary() { p.limit, p.table = 0, nil }

func (p *wordPage[T]) dictionary() ([]byte, int) { return appendWords(nil, p.entries), len(p.entries) }

func (p *wordPage[T]) hashes() []uint64 {
	for _, v := range p.entries {
		p.bloom = append(p.bloom, wordHash(v))
	}
	return p.bloom
}

// boolPage holds BOOLEAN, which has no dictionary.
type boolPage struct {
	values []bool
	seen   [2]bool
}

func (p *boolPage) add(values []bool) {
	p.values = append(p.values, values...)
	for _, v := range values {
		if v {
			p.seen[1] = true
		} else {
			p.seen[0] = true
		}
	}
}

func (p *boolPage) body(scratch []byte) ([]byte, []int32) {
	for i, v := range p.values {
		if i%8 == 0 {
			scratch = append(scratch, 0)
		}
		if v {
			scratch[len(scratch)-1] |= 1 << (i % 8)
		}
	}
	return scratch, nil
}

func (p *boolPage) bounds() ([]byte, []byte, bool) {
	low, high := []byte{1}, []byte{0}
	if p.seen[0] {
		low[0] = 0
	}
	if p.seen[1] {
		high[0] = 1
	}
	return low, high, p.seen[0] || p.seen[1]
}

func (p *boolPage) next()                     { p.values, p.seen = p.values[:0], [2]bool{} }
func (p *boolPage) size() int                 { return len(p.values) / 8 }
func (p *boolPage) bytes() int64              { return int64(cap(p.values)) }
func (p *boolPage) overflow() bool            { return false }
func (p *boolPage) dropDictionary()           {}
func (p *boolPage) dictionary() ([]byte, int) { return nil, 0 }
func (p *boolPage) hashes() []uint64          { return nil }
