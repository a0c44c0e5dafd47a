package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"github.com/parquet-go/parquet-go/bloom"
)

// bytesPage holds BYTE_ARRAY and, with a width, FIXED_LEN_BYTE_ARRAY.
type bytesPage struct {
	order   writeOrder
	width   int
	limit   int // of dictionary bytes; 0 for none
	seed    maphash.Seed
	table   []int32
	tags    []uint32 // of each entry: part of its hash
	ends    []int    // of each entry: where it ends in letters
	letters []byte
	seen    []int32 // of each entry: the last page that used it, so that bounds look at an entry once a page
	page    int32
	codes   []int32
	plain   []byte

	some      bool
	low, high []byte
	bloom     []uint64
	wantBloom bool
}

func newBytesPage(order writeOrder, width, dictionaryBytes int, wantBloom bool) *bytesPage {
	p := &bytesPage{order: order, width: width, limit: dictionaryBytes, seed: maphash.MakeSeed(), page: 1, wantBloom: wantBloom}
	if p.limit > 0 {
		p.table = make([]int32, 1024)
	}
	return p
}

func (p *bytesPage) entry(code int32) []byte {
	start := 0
	if code > 0 {
		start = p.ends[code-1]
	}
	return p.letters[start:p.ends[code]]
}

func (p *bytesPage) add(values [][]byte) {
	if p.limit == 0 {
		p.addPlain(values)
		return
	}
	for _, v := range values {
		hash := maphash.Bytes(p.seed, v)
		tag, mask := uint32(hash>>32), uint64(len(p.table)-1)
		slot := hash & mask
		for {
			code := p.table[slot] - 1
			if code < 0 {
				code = p.addEntry(v, tag, slot)
			} else if p.tags[code] != tag || string(p.entry(code)) != string(v) {
				slot = (slot + 1) & mask
				continue
			}
			p.codes = append(p.codes, code)
			if p.seen[code] != p.page {
				p.seen[code] = p.page
				p.widen(v)
			}
			break
		}
	}
}

func (p *bytesPage) addEntry(v []byte, tag uint32, slot uint64) int32 {
	code := int32(len(p.ends))
	p.letters = append(p.letters, v...)
	p.ends, p.tags, p.seen = append(p.ends, len(p.letters)), append(p.tags, tag), append(p.seen, 0)
	p.table[slot] = code + 1
	if 2*len(p.ends) > len(p.table) {
		p.table = make([]int32, 2*len(p.table))
		mask := uint64(len(p.table) - 1)
		for c := range p.ends {
			s := maphash.Bytes(p.seed, p.entry(int32(c))) & mask
			for p.table[s] != 0 {
				s = (s + 1) & mask
			}
			p.table[s] = int32(c) + 1
		}
	}
	return code
}

func (p *bytesPage) addPlain(values [][]byte) {
	for _, v := range values {
		p.widen(v)
		p.plain = p.appendPlain(p.plain, v)
		if p.wantBloom {
			p.bloom = append(p.bloom, bloom.XXH64{}.Sum64(v))
		}
	}
}

func (p *bytesPage) appendPlain(dst, v []byte) []byte {
	if p.width == 0 {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v)))
	}
	return append(dst, v...)
}

func (p *bytesPage) widen(v []byte) {
	if !p.some {
		p.some = true
		p.low, p.high = append(p.low[:0], v...), append(p.high[:0], v...)
		return
	}
	if compareBytes(p.order, v, p.low) < 0 {
		p.low = append(p.low[:0], v...)
	} else if compareBytes(p.order, v, p.high) > 0 {
		p.high = append(p.high[:0], v...)
	}
}

// compareBytes compares strings byte by byte, and decimals of the same width by value.
func compareBytes(order writeOrder, a, b []byte) int {
	if order == orderDecimalBytes && len(a) > 0 && len(b) > 0 && a[0]^b[0] >= 0x80 {
		if a[0] >= 0x80 {
			return -1
		}
		return 1
	}
	return bytes.Compare(a, b)
}

func (p *bytesPage) body(scratch []byte) ([]byte, []int32) {
	if len(p.codes) > 0 {
		return nil, p.codes
	}
	return append(scratch, p.plain...), nil
}

func (p *bytesPage) bounds() ([]byte, []byte, bool) {
	return append([]byte{}, p.low...), append([]byte{}, p.high...), p.some
}

func (p *bytesPage) next() {
	p.codes, p.plain, p.some = p.codes[:0], p.plain[:0], false
	p.page++
}

func (p *bytesPage) size() int { return len(p.plain) + len(p.codes)*bits.Len(uint(len(p.ends)))/8 }

func (p *bytesPage) bytes() int64 {
	return int64(4*(cap(p.table)+cap(p.tags)+cap(p.seen)+cap(p.codes)) + 8*(cap(p.ends)+cap(p.bloom)) + cap(p.letters) + cap(p.plain) + cap(p.low) + cap(p.high))
}

func (p *bytesPage) overflow() bool {
	return p.limit > 0 && len(p.letters)+4*len(p.ends) > p.limit
}

func (p *bytesPage) dropDictionary() { p.limit, p.table, p.seen = 0, nil, nil }

func (p *bytesPage) dictionary() ([]byte, int) {
	out := make([]byte, 0, len(p.letters)+4*len(p.ends))
	for c := range p.ends {
		out = p.appendPlain(out, p.entry(int32(c)))
	}
	return out, len(p.ends)
}

func (p *bytesPage) hashes() []uint64 {
	for c := range p.ends {
		p.bloom = append(p.bloom, bloom.XXH64{}.Sum64(p.entry(int32(c))))
	}
	return p.bloom
}
