package parquet

import (
	"slices"
	"sync"
	"unsafe"
)

// An operation waits for the length of the one before, which leaves most of a core idle, so up to four parts of a long page are decoded in one loop, step by
// step in turn. Encoders compress blocks of 64 KiB, none of which copies from another, so a page can be cut between two. Where that is, is not
// written anywhere, but it can be guessed: blocks of one column compress alike, so it is near the place that proportion gives, and there it is seen from
// its operations. A wrong guess cannot do harm: each part is decoded as a page of its own, and if all of them end where they must, their operations one
// after the other are those of the page.

const (
	snappyParts = 4 // as many as have registers
	// snappyBlock is the number of bytes that encoders compress by themselves.
	snappyBlock = 64 << 10
	// snappyNear and snappyFar are how far from its expected place the beginning of a block is looked for: those of numbers are within 160 bytes, of text
	// within 700.
	snappyNear, snappyFar = 1 << 8, 1 << 10
	// snappySeen is the number of operations that must not copy from before a block's beginning: others copy from some thousand bytes back.
	snappySeen = 64
	// snappyCall bounds the steps of a call, which the scheduler cannot interrupt, to some 200 µs.
	snappyCall = 1 << 14
	// stepIn and stepOut are the most bytes that a step consumes and makes; stepInMore and stepOutMore what it may touch behind.
	stepIn, stepInMore   = 20, 4
	stepOut, stepOutMore = 80, 64
)

// decodeParts decodes a long page in parts. It reports whether it did: if not, the page is as before.
func (p *snappyPage) decodeParts() bool {
	blocks := (len(p.dst) + snappyBlock/2) / snappyBlock
	if blocks < 2 || len(p.src) > len(p.dst)/8*7 {
		return false // short, or hardly compressed
	}
	begin := *p
	if begin.decode(snappyBlock>>4) && begin.next*8 > begin.d/2 {
		return false // keys in order, which are decoded faster as they come
	}
	var room [snappyParts]snappyPage
	parts := room[:min(blocks, snappyParts)]
	return p.cut(parts, blocks) && decodeTogether(parts)
}

// cut divides a page of some blocks where blocks begin. It reports whether they were found.
func (p *snappyPage) cut(parts []snappyPage, blocks int) bool {
	d, s := 0, 0
	for i := range parts {
		toD, toS := len(p.dst), len(p.src)
		if i < len(parts)-1 {
			toD = (i + 1) * blocks / len(parts) * snappyBlock
			at := int(int64(len(p.src)) * int64(toD) / int64(len(p.dst)))
			if toS = snappyBegin(p.src, at, snappyNear); toS == 0 {
				toS = snappyBegin(p.src, at, snappyFar)
			}
		}
		if toS <= s {
			return false
		}
		parts[i] = snappyPage{dst: p.dst[d:toD:toD], src: p.src[s:toS:toS]}
		d, s = toD, toS
	}
	return true
}

// snappyBegin returns where a block begins within near bytes of src[at], 0 if that is not seen. An operation looks like another from its second byte on,
// but who follows them from anywhere is soon in step. A block begins with a literal. Most end with one too, since no copy is looked for in their last
// bytes, and nowhere else does one literal follow another.
func snappyBegin(src []byte, at, near int) int {
	begin, literal := 0, false
	for s, end := max(at-near, 1), min(at+near, len(src)); s < end; {
		op := snappyOperationOf(src[s:])
		if op.size == 0 || op.literal > snappyFar { // out of step
			literal = false
			s++
			continue
		}
		if op.literal > 0 && (literal || begin == 0) && beginsBlock(src[s:]) {
			begin = s
			if literal {
				break
			}
		}
		literal = op.literal > 0
		s += op.size
	}
	return begin
}

// beginsBlock reports whether the operations copy from what they made only.
func beginsBlock(src []byte) bool {
	d := 0
	for i := range snappySeen {
		op := snappyOperationOf(src)
		if op.size == 0 || i == 1 && op.literal > 0 || op.literal == 0 && (op.offset == 0 || op.offset > d) {
			return false
		}
		d += op.length
		src = src[op.size:]
	}
	return true
}

// snappyLane is where a part stands: what comes next, where it goes, and the part's first byte, before which nothing may be copied from.
type snappyLane struct{ in, out, from unsafe.Pointer }

// snappySteps is the table by which steps are made. A step is a literal of up to 16 bytes, if there is one, and a copy from at least as far back as it is long.
// Other operations are 255 bytes long and from nowhere, so that their step is refused.
type snappySteps struct {
	copies  [256]snappyCopy
	literal [256]uint8 // bytes of a literal, 0 of others
	size    [256]uint8 // of it with its tag
}

var snappyStepsTable = sync.OnceValue(func() *snappySteps {
	var t snappySteps
	for tag := range t.copies {
		t.copies[tag] = snappyCopyOf(uint32(tag))
		if n := t.copies[tag].rest & 0xff; n == 0 {
			t.copies[tag] = snappyCopy{rest: 255}
		}
		if n := tag>>2 + 1; tag&3 == 0 && n <= 16 {
			t.literal[tag], t.size[tag] = uint8(n), uint8(n+1)
		}
	}
	return &t
})

// decodeTogether decodes the parts of a page and reports whether that was all and right.
func decodeTogether(parts []snappyPage) bool {
	var lanes [snappyParts]snappyLane
	left := make([]*snappyPage, 0, snappyParts) // parts that are not done
	for i := range parts {
		left = append(left, &parts[i])
	}
	others, done := 0, 0
	for len(left) > 0 {
		n := snappyCall
		for i := 0; i < len(left); {
			p := left[i]
			k := p.steps()
			if k <= 0 {
				if !p.rest() {
					return false
				}
				left = slices.Delete(left, i, i+1)
				continue
			}
			n = min(n, k)
			lanes[i] = snappyLane{unsafe.Pointer(&p.src[p.s]), unsafe.Pointer(&p.dst[p.d]), unsafe.Pointer(&p.dst[0])}
			i++
		}
		if len(left) == 0 {
			break
		}
		stuck := snappyLanes(&lanes, len(left), n, snappyStepsTable())
		for i, p := range left {
			done -= p.s
			p.s = int(uintptr(lanes[i].in) - uintptr(unsafe.Pointer(&p.src[0])))
			p.d = int(uintptr(lanes[i].out) - uintptr(unsafe.Pointer(&p.dst[0])))
			done += p.s
		}
		if stuck >= 0 {
			others++
			if !left[stuck].operation() || others > snappyTrial+done>>6 { // the library is as fast
				return false
			}
		}
	}
	return true
}

// steps returns how many steps can be made without looking for an end. It is not positive near the end of either side.
func (p *snappyPage) steps() int {
	return min((len(p.src)-p.s-stepInMore)/stepIn, (len(p.dst)-p.d-stepOutMore)/stepOut)
}

// rest decodes what is left, one operation after the other. It reports whether that was all and right.
func (p *snappyPage) rest() bool {
	for p.s < len(p.src) {
		if !p.operation() {
			return false
		}
	}
	return p.d == len(p.dst)
}

// snappyLanesInGo makes up to n steps of each of the first k lanes in turn. It stops at one that is none and returns its lane, else -1. What is behind the
// lanes, input and output, must suffice for n steps. A literal before an operation that cannot be done is.
func snappyLanesInGo(lanes *[snappyParts]snappyLane, k, n int, t *snappySteps) (stuck int) {
	for range n {
		for i := range lanes[:k] {
			l := &lanes[i]
			tag := *(*uint8)(l.in)
			copy16(l.out, unsafe.Add(l.in, 1))
			l.in, l.out = unsafe.Add(l.in, t.size[tag]), unsafe.Add(l.out, t.literal[tag])
			w := *(*uint32)(l.in)
			c := &t.copies[uint8(w)]
			x := w&c.mask | c.rest
			length, offset := int(uint8(x)), int(x>>8)
			if offset < length || int(uintptr(l.out)-uintptr(l.from)) < offset {
				return i
			}
			source := unsafe.Add(l.out, -offset)
			copy16(l.out, source)
			for at := 16; at < length; at += 16 {
				copy16(unsafe.Add(l.out, at), unsafe.Add(source, at))
			}
			l.in, l.out = unsafe.Add(l.in, 1+w&3), unsafe.Add(l.out, length)
		}
	}
	return -1
}

// copy16 copies 16 bytes, all of which are read before any is written.
func copy16(to, from unsafe.Pointer) {
	*(*[2]uint64)(to) = *(*[2]uint64)(from)
}
