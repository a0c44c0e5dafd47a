package parquet

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"github.com/klauspost/compress/snappy"
)

// Snappy's encoders turn columns of integers into a long row of pairs: a literal of the one to four low bytes that differ from an earlier
// value, then a copy of the others. A general decoder waits, for each of the two, for the length of the one before. Here one load fetches
// both tags, nothing that varies is branched on, and the copy's source is loaded before the literal is stored, so that it comes from one
// earlier store. That takes 0.5 to 0.7 of the library's time on integers in assembly, whose place it takes only there. Still each pair waits for
// the one before, so two long pages are decoded in one loop, in 0.7 to 0.8 of the time of one after the other.

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
	// snappyFar is the longest way back of a copy that is part of a pair.
	snappyFar = 1<<16 - 1
	// snappyLong is the size of pages from which on two are worth decoding together: each is decoded alone up to snappyFar.
	snappyLong = 2 << 16
)

// snappyCopies is the table by which pairs are read; copies from more than 64 KiB back, with an offset of four bytes, are too rare to be in it.
var snappyCopies = sync.OnceValue(func() *[256]snappyCopy {
	var t [256]snappyCopy
	for tag := range uint32(len(t)) {
		c := snappyCopy{}
		switch tag & 3 {
		case 1:
			c = snappyCopy{0xff00, tag>>5<<16 | (4 + tag>>2&7)}
		case 2:
			c = snappyCopy{0xffff00, 1 + tag>>2}
		}
		if c.rest&0xff <= 8 {
			t[tag] = c
		}
	}
	return &t
})

// decodeSnappy decodes the block src, which is to have len(dst) bytes, to dst. What it finds wrong, or not worth its while, it leaves to
// the library, so the two differ in speed only.
func decodeSnappy(dst, src []byte) error {
	if p, ok := newSnappyPage(dst, src); ok && p.finish() {
		return nil
	}
	_, err := snappy.Decode(dst, src)
	return err
}

// decodeSnappyTwo decodes two blocks as decodeSnappy does.
func decodeSnappyTwo(dst1, src1, dst2, src2 []byte) (err1, err2 error) {
	p, ok1 := newSnappyPage(dst1, src1)
	q, ok2 := newSnappyPage(dst2, src2)
	if ok1 && ok2 && min(len(dst1), len(dst2)) >= snappyLong {
		ok1, ok2 = decodeTogether(&p, &q)
	}
	if !ok1 || !p.finish() {
		_, err1 = snappy.Decode(dst1, src1)
	}
	if !ok2 || !q.finish() {
		_, err2 = snappy.Decode(dst2, src2)
	}
	return err1, err2
}

// snappyPage is a page half decoded: the operations before src[s] are in dst[:d].
type snappyPage struct {
	dst, src []byte
	d, s     int
	others   int // operations that are no pairs, less what pairs have made good
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
			before := p.s
			p.pairs(n)
			p.pay(before)
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

// decodeTogether decodes two pages until one of them is all but finished, and reports which may go on.
func decodeTogether(p, q *snappyPage) (ok1, ok2 bool) {
	ok1, ok2 = p.decode(snappyFar), q.decode(snappyFar)
	for ok1 && ok2 {
		n := min(p.room(), q.room())
		if n <= 0 {
			break
		}
		before1, before2 := p.s, q.s
		stuck := pairsOfTwo(p, q, n)
		p.pay(before1)
		q.pay(before2)
		switch stuck {
		case p:
			ok1 = p.other()
		case q:
			ok2 = q.other()
		}
	}
	return ok1, ok2
}

// room returns how many pairs can be decoded without looking for an end. It is not positive near the end of either side.
func (p *snappyPage) room() int {
	return min((len(p.src)-p.s-pairIn)>>3, (len(p.dst)-p.d-pairOut)>>4)
}

// pay counts the pairs since src[before] for the page: one other operation costs what some six pairs save.
func (p *snappyPage) pay(before int) { p.others -= (p.s - before) >> 5 }

// other decodes operations of any kind up to a literal, where a pair may begin. It reports whether it is worth going on.
func (p *snappyPage) other() bool {
	for first := true; p.s < len(p.src) && (first || p.src[p.s]&3 != 0); first = false {
		var ok bool
		if p.d, p.s, ok = snappyOther(p.dst, p.src, p.d, p.s); !ok {
			return false
		}
		p.others++
	}
	return p.others <= snappyTrial+len(p.src)>>10
}

// pairs decodes up to n pairs of a short literal and a short copy of bytes before it, as many as come. n is at most room.
func (p *snappyPage) pairs(n int) {
	copies := snappyCopies()
	in, out := unsafe.Pointer(unsafe.SliceData(p.src)), unsafe.Pointer(unsafe.SliceData(p.dst))
	d, s := p.d, p.s
	for ; n > 0; n-- {
		w := *(*uint64)(unsafe.Add(in, s))
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
	p.d, p.s = d, s
}

// pairsOfTwo is pairs for two pages, which have at least snappyFar bytes decoded. It returns the page that has no pair next, nil if both have done n.
// Here what counts is the number of instructions: the copy's tag is loaded rather than shifted down, and offsets need no check.
func pairsOfTwo(p, q *snappyPage, n int) (stuck *snappyPage) {
	copies := unsafe.Pointer(snappyCopies())
	in1, out1 := unsafe.Pointer(&p.src[p.s]), unsafe.Pointer(&p.dst[p.d])
	in2, out2 := unsafe.Pointer(&q.src[q.s]), unsafe.Pointer(&q.dst[q.d])
	for ; n > 0; n-- {
		w := *(*uint64)(in1)
		lit := int(w >> 2 & 3)
		second := unsafe.Add(in1, lit)
		tag := *(*uint32)(unsafe.Add(second, 2))
		c := (*snappyCopy)(unsafe.Add(copies, int(uint8(tag))*int(unsafe.Sizeof(snappyCopy{}))))
		x := tag&c.mask | c.rest
		length, offset := int(uint8(x)), int(x>>8)
		if w&0xf3 != 0 || offset <= lit+length {
			stuck = p
			break
		}
		end := unsafe.Add(out1, lit+1)
		copied := *(*uint64)(unsafe.Add(end, -offset))
		*(*uint64)(out1) = w >> 8
		*(*uint64)(end) = copied
		in1, out1 = unsafe.Add(second, 3+int(tag&3)), unsafe.Add(end, length)

		w = *(*uint64)(in2)
		lit = int(w >> 2 & 3)
		second = unsafe.Add(in2, lit)
		tag = *(*uint32)(unsafe.Add(second, 2))
		c = (*snappyCopy)(unsafe.Add(copies, int(uint8(tag))*int(unsafe.Sizeof(snappyCopy{}))))
		x = tag&c.mask | c.rest
		length, offset = int(uint8(x)), int(x>>8)
		if w&0xf3 != 0 || offset <= lit+length {
			stuck = q
			break
		}
		end = unsafe.Add(out2, lit+1)
		copied = *(*uint64)(unsafe.Add(end, -offset))
		*(*uint64)(out2) = w >> 8
		*(*uint64)(end) = copied
		in2, out2 = unsafe.Add(second, 3+int(tag&3)), unsafe.Add(end, length)
	}
	p.moved(in1, out1)
	q.moved(in2, out2)
	return stuck
}

// moved takes over the places of a loop.
func (p *snappyPage) moved(in, out unsafe.Pointer) {
	p.s = int(uintptr(in) - uintptr(unsafe.Pointer(unsafe.SliceData(p.src))))
	p.d = int(uintptr(out) - uintptr(unsafe.Pointer(unsafe.SliceData(p.dst))))
}

// snappyOther decodes the operation at s, whatever it is.
func snappyOther(dst, src []byte, d, s int) (_, _ int, ok bool) {
	tag := int(src[s])
	s++
	if tag&3 == 0 {
		var n int
		if n, s = snappyLiteral(tag, src, s); n <= 0 || n > len(src)-s || n > len(dst)-d {
			return d, s, false
		}
		copy(dst[d:d+n], src[s:s+n])
		return d + n, s + n, true
	}
	length, offset, size := 1+tag>>2, 0, 1<<(tag&3)>>1
	if size > len(src)-s {
		return d, s, false
	}
	if size == 1 { // its offset's high bits are in the tag
		length, offset = 4+tag>>2&7, tag>>5<<8
	}
	for i := range size {
		offset |= int(src[s+i]) << (8 * i)
	}
	if offset == 0 || offset > d || length > len(dst)-d {
		return d, s, false
	}
	for n := 0; n < length; { // a copy may repeat itself
		n += copy(dst[d+n:d+length], dst[d-offset:d+n])
	}
	return d + length, s + size, true
}

// snappyLiteral returns the length of a literal and where its bytes begin; 0 if it is cut off or longer than any page.
func snappyLiteral(tag int, src []byte, s int) (n, start int) {
	n = tag>>2 + 1
	if n <= 60 {
		return n, s
	}
	size := n - 60
	if size > 3 || size > len(src)-s {
		return 0, s
	}
	n = 1
	for i := range size {
		n += int(src[s+i]) << (8 * i)
	}
	return n, s + size
}
