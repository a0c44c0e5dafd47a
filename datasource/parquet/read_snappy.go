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
// earlier store. That takes 0.5 to 0.6 of the library's time on integers in assembly, whose place it takes only there.

// snappyCopy is what the tag of a copy says, by the tag's byte. Its offset is high|following&mask.
type snappyCopy struct {
	high, mask uint16
	length     int32 // noPair if the tag is none of a copy of 1 to 8 bytes
}

const (
	noPair = 1 << 20
	// pairIn and pairOut are the most bytes that a pair reads and writes, with those of whole words behind it.
	pairIn, pairOut = 16, 16
	// snappyTrial is the number of operations other than pairs that are forgiven before the library takes over, in a short page: every
	// block of 64 KiB begins with some, since there is little yet to copy.
	snappyTrial = 64
	// snappyShort is the size of pages too short to be worth a trial.
	snappyShort = 2 << 10
)

// snappyCopies is the table by which pairs are read; copies from more than 64 KiB back, with an offset of four bytes, are too rare to be in it.
var snappyCopies = sync.OnceValue(func() *[256]snappyCopy {
	var t [256]snappyCopy
	for tag := range t {
		c := &t[tag]
		switch tag & 3 {
		case 1:
			*c = snappyCopy{uint16(tag>>5) << 8, 0xff, int32(4 + tag>>2&7)}
		case 2:
			*c = snappyCopy{0, 0xffff, int32(1 + tag>>2)}
		}
		if c.length == 0 || c.length > 8 {
			c.length = noPair
		}
	}
	return &t
})

// decodeSnappy decodes the block src, which is to have len(dst) bytes, to dst. What it finds wrong, or not worth its while, it leaves to
// the library, so the two differ in speed only.
func decodeSnappy(dst, src []byte) error {
	n, k := binary.Uvarint(src)
	if k > 0 && n == uint64(len(dst)) && n >= snappyShort && decodePairs(dst, src[k:]) {
		return nil
	}
	_, err := snappy.Decode(dst, src)
	return err
}

// decodePairs decodes the operations src to dst. It gives up, with false, if they are damaged or not mostly pairs.
func decodePairs(dst, src []byte) bool {
	d, s, others := 0, 0, 0
	for s < len(src) {
		if n := min((len(src)-s-pairIn)>>3, (len(dst)-d-pairOut)>>4); n > 0 {
			before := s
			d, s = snappyPairs(dst, src, d, s, n)
			others -= (s - before) >> 5 // one other operation costs what some six pairs save
		}
		for first := true; s < len(src) && (first || src[s]&3 != 0); first = false { // up to a literal, where a pair may begin
			var ok bool
			if d, s, ok = snappyOther(dst, src, d, s); !ok {
				return false
			}
			others++
		}
		if others > snappyTrial+len(src)>>10 {
			return false
		}
	}
	return d == len(dst)
}

// snappyPairs decodes up to n pairs of src from s on to dst from d on and returns where it stopped: at something else than a pair of a
// short literal and a short copy of bytes before it, or when n are done. src must have 8n+8 bytes from s on, dst 12n+8 from d on.
func snappyPairs(dst, src []byte, d, s, n int) (int, int) {
	ops := snappyCopies()
	in, out := unsafe.Pointer(unsafe.SliceData(src)), unsafe.Pointer(unsafe.SliceData(dst))
	for ; n > 0; n-- {
		w := *(*uint64)(unsafe.Add(in, s))
		tag := w >> 16 >> (2 * w & 63) // of the copy, its offset behind: the literal has (w&0xff)>>2+1 bytes
		lit := int(w >> 2 & 3)         // one less
		next := lit + s + 3 + int(tag&3)
		op := &ops[tag&0xff]
		offset := int(op.high | uint16(tag>>8)&op.mask)
		length := int(op.length)
		if w&0xf3 != 0 || offset > d+lit+1 || offset <= lit+length {
			break
		}
		copied := *(*uint64)(unsafe.Add(out, d+lit+1-offset))
		*(*uint64)(unsafe.Add(out, d)) = w >> 8
		*(*uint64)(unsafe.Add(out, d+lit+1)) = copied
		s = next
		d += lit + 1 + length
	}
	return d, s
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
