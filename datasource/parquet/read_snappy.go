package parquet

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"github.com/klauspost/compress/snappy"
)

// Snappy's encoders turn columns of integers into a long row of pairs: a literal of the one to four low bytes that differ from an earlier
// value, then a copy of the others. A general decoder waits, for each of the two, for the length of the one before. Three ways are faster:
//
//   - Values that follow each other (keys in order) are pairs of the very same tags, so one comparison recognizes two of them and nothing waits
//     for anything (nextPair): 0.13 of the library's time.
//   - Other pairs are decoded without a branch on what varies. One load fetches both tags, and the copy's source is loaded before the literal
//     is stored, so that it comes from one earlier store. Each pair still waits for the one before: 0.5 to 0.7 of the library's time.
//   - Long pages are cut into parts that are decoded in one loop (read_snappy_parts.go): 0.4 of the library's time on numbers, 0.5 on comments of orders, 0.8
//     to 1 on text of few words, whose copies are long.

// snappyCopy is what the tag of a copy of 1 to 8 bytes says, by the tag's byte: with the tag and what follows as a word,
// word&mask|rest is its length in the low byte and its offset in those above. Both are 0 for other tags.
type snappyCopy struct{ mask, rest uint32 }

const (
	// pairIn and pairOut are the most bytes that a pair reads and writes, with those of whole words behind it.
	pairIn, pairOut = 16, 16
	// snappyTrial is the number of operations other than pairs that are forgiven before the library takes over, in a short page: every
	// block of 64 KiB begins with some, since there is little yet to copy.
	snappyTrial = 64
	// snappyShort is the size of pages too short to be worth a trial.
	snappyShort = 2 << 10
	// nextPair is, masked by nextPairMask, two values that differ from the one before in their low byte only: twice a literal of one byte and a copy of
	// seven from eight bytes back.
	nextPair, nextPairMask = 0x080d0000_080d0000, 0xffff00ff_ffff00ff
)

// snappyCopies is the table by which pairs are read; copies from more than 64 KiB back, with an offset of four bytes, are too rare to be in it.
var snappyCopies = sync.OnceValue(func() *[256]snappyCopy {
	var t [256]snappyCopy
	for tag := range t {
		if c := snappyCopyOf(uint32(tag)); c.rest&0xff <= 8 {
			t[tag] = c
		}
	}
	return &t
})

// snappyCopyOf returns a copy's entry, nothing for other tags.
func snappyCopyOf(tag uint32) snappyCopy {
	switch tag & 3 {
	case 1:
		return snappyCopy{0xff00, tag>>5<<16 | (4 + tag>>2&7)}
	case 2:
		return snappyCopy{0xffff00, 1 + tag>>2}
	}
	return snappyCopy{}
}

// decodeSnappy decodes the block src, which is to have len(dst) bytes, to dst. What it finds wrong, or not worth its while, it leaves to
// the library, so the two differ in speed only.
func decodeSnappy(dst, src []byte) error {
	if p, ok := newSnappyPage(dst, src); ok && (p.decodeParts() || p.finish()) {
		return nil
	}
	_, err := snappy.Decode(dst, src)
	return err
}

// snappyPage is a page, or a part of one, half decoded: the operations before src[s] are in dst[:d].
type snappyPage struct {
	dst, src []byte
	d, s     int
	others   int // operations that are no pairs, less what pairs have made good
	next     int // values by nextPair
}

// newSnappyPage begins to decode a block, if that is worth a trial.
func newSnappyPage(dst, src []byte) (p snappyPage, ok bool) {
	n, k := binary.Uvarint(src)
	ok = k > 0 && n == uint64(len(dst)) && n >= snappyShort
	return snappyPage{dst: dst, src: src[max(k, 0):]}, ok
}

// decode goes on until limit bytes are decoded, or some more, or to the end of src. It gives up, with false, if the operations are damaged or
// not mostly pairs.
func (p *snappyPage) decode(limit int) bool {
	for p.s < len(p.src) && p.d < limit {
		if n := min(p.room(), (limit-p.d)>>4+1); n > 0 {
			p.pairs(n)
		}
		if !p.other() {
			return false
		}
	}
	return true
}

// finish decodes what is left. It reports whether that was all and right.
func (p *snappyPage) finish() bool {
	return p.decode(len(p.dst)) && p.d == len(p.dst) && p.s == len(p.src)
}

// room returns how many pairs can be decoded without looking for an end. It is not positive near the end of either side.
func (p *snappyPage) room() int {
	return min((len(p.src)-p.s-pairIn)>>3, (len(p.dst)-p.d-pairOut)>>4)
}

// other decodes operations of any kind up to a literal, where a pair may begin. It reports whether it is worth going on.
func (p *snappyPage) other() bool {
	for first := true; p.s < len(p.src) && (first || p.src[p.s]&3 != 0); first = false {
		if p.others++; !p.operation() || p.others > snappyTrial+len(p.src)>>10 {
			return false
		}
	}
	return true
}

// pairs decodes up to n pairs of a short literal and a short copy of bytes before it, as many as come. n is at most room.
func (p *snappyPage) pairs(n int) {
	copies := snappyCopies()
	in, out := unsafe.Pointer(unsafe.SliceData(p.src)), unsafe.Pointer(unsafe.SliceData(p.dst))
	d, s := p.d, p.s
	for ; n > 0; n-- {
		w := *(*uint64)(unsafe.Add(in, s))
		if w&nextPairMask == nextPair && n > 1 && d >= 8 {
			before := *(*uint64)(unsafe.Add(out, d-8)) &^ 0xff
			p.next += n
			for ; w&nextPairMask == nextPair && n > 1; n -= 2 {
				*(*uint64)(unsafe.Add(out, d)) = before | w>>8&0xff
				*(*uint64)(unsafe.Add(out, d+8)) = before | w>>40&0xff
				s, d = s+8, d+16
				w = *(*uint64)(unsafe.Add(in, s))
			}
			p.next -= n
			if n == 0 {
				break
			}
		}
		lit := int(w >> 2 & 3)                 // one less
		tag := uint32(w >> 16 >> (2 * w & 63)) // of the copy, its offset behind: the literal has (w&0xff)>>2+1 bytes
		c := &copies[uint8(tag)]
		x := tag&c.mask | c.rest
		length, offset := int(uint8(x)), int(x>>8)
		if w&0xf3 != 0 || offset > d+lit+1 || offset <= lit+length {
			break
		}
		copied := *(*uint64)(unsafe.Add(out, d+lit+1-offset))
		*(*uint64)(unsafe.Add(out, d)) = w >> 8
		*(*uint64)(unsafe.Add(out, d+lit+1)) = copied
		s += lit + 3 + int(tag&3)
		d += lit + 1 + length
	}
	p.others -= (s - p.s) >> 5 // one other operation costs what some six pairs save
	p.d, p.s = d, s
}

// operation decodes the operation at s, whatever it is. It reports whether it is right.
func (p *snappyPage) operation() bool {
	dst, src := p.dst[p.d:], p.src[p.s:]
	op := snappyOperationOf(src)
	if op.size == 0 || op.length > len(dst) || op.literal+op.offset == 0 || op.offset > p.d {
		return false
	}
	if op.offset == 0 {
		copy(dst, src[op.size-op.literal:op.size])
	} else {
		from := p.dst[p.d-op.offset:]
		for n := 0; n < op.length; { // a copy may repeat itself
			n += copy(dst[n:op.length], from[:op.offset+n])
		}
	}
	p.d += op.length
	p.s += op.size
	return true
}

// snappyOperation is an operation as it stands in a page.
type snappyOperation struct {
	size    int // of itself with a literal's bytes
	length  int // of what it writes
	literal int // length, if it is a literal
	offset  int // if it is a copy
}

// snappyOperationOf returns the operation that src begins with. Its size is 0 if it is cut off or longer than any page.
func snappyOperationOf(src []byte) (op snappyOperation) {
	if len(src) == 0 {
		return op
	}
	tag := int(src[0])
	behind := [...]int{max(tag>>2-59, 0), 1, 2, 4}[tag&3] // bytes of a number
	if behind >= len(src) {
		return op
	}
	number := 0
	for i, b := range src[1 : 1+behind] {
		number |= int(b) << (8 * i)
	}
	size := 1 + behind
	switch tag & 3 {
	case 0:
		if behind == 0 {
			number = tag >> 2
		}
		if number >= min(len(src)-size, maxPageBytes) {
			return op
		}
		return snappyOperation{size: size + number + 1, length: number + 1, literal: number + 1}
	case 1:
		return snappyOperation{size: size, length: 4 + tag>>2&7, offset: tag>>5<<8 | number}
	}
	return snappyOperation{size: size, length: 1 + tag>>2, offset: number}
}
