package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

//go:generate go run read_unpack_gen.go

var errHybrid = errors.New("run-length/bit-packed data is damaged or too short")

// hybrid reads Parquet's run-length/bit-packed hybrid of levels, dictionary codes and booleans, any number of values at a time.
type hybrid struct {
	data  []byte // after the current run
	width int
	left  int // values of the current run not yet read
	// a repeated run
	value int32
	// a bit-packed run: its bytes, with more behind them, and the next value
	packed []byte
	at     int
}

// reset starts reading values of width bits from data. With width 0 all values are 0 and there need be no data.
func (h *hybrid) reset(data []byte, width int) {
	*h = hybrid{data: data, width: width}
	if width == 0 {
		h.left = int(^uint(0) >> 1)
	}
}

// next begins the next run.
func (h *hybrid) next() error {
	head, n := binary.Uvarint(h.data)
	if n <= 0 || head>>1 == 0 || head>>1 > 1<<31 {
		return errHybrid
	}
	h.data = h.data[n:]
	if head&1 != 0 {
		size := int(head>>1) * h.width
		h.left = int(head>>1) * 8
		if size > len(h.data) { // some writers leave out the padding of the last group
			size = len(h.data)
			h.left = size * 8 / h.width
		}
		if h.left == 0 {
			return errHybrid
		}
		// What lies behind a short run is readable too, so that it is unpacked in whole groups.
		h.packed, h.at, h.data = h.data[:min(size+pagePadding, cap(h.data))], 0, h.data[size:]
		return nil
	}
	size := (h.width + 7) / 8
	if size > len(h.data) {
		return errHybrid
	}
	v := uint32(0)
	for i := range size {
		v |= uint32(h.data[i]) << (8 * i)
	}
	if bits.Len32(v) > h.width {
		return errHybrid
	}
	h.packed, h.value, h.left, h.data = nil, int32(v), int(head>>1), h.data[size:]
	return nil
}

// read fills dst.
func (h *hybrid) read(dst []int32) error {
	for len(dst) > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		n := min(len(dst), h.left)
		if h.packed == nil {
			fillCodes(dst[:n], h.value)
		} else {
			unpack(dst[:n], h.packed, h.at, h.width)
			h.at += n
		}
		h.left -= n
		dst = dst[n:]
	}
	return nil
}

func fillCodes(dst []int32, v int32) {
	for i := range dst {
		dst[i] = v
	}
}

// skip passes over n values.
func (h *hybrid) skip(n int) error {
	for n > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		k := min(n, h.left)
		h.at += k
		h.left -= k
		n -= k
	}
	return nil
}

// pick reads n values, which are rows at to at+n-1, of which only those of the ascending rows sel are wanted: dst[r] is set for the r
// in sel.
func (h *hybrid) pick(at, n int, sel, dst []int32) error {
	for end := at + n; at < end; {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		k := min(end-at, h.left)
		stop := int32(at + k)
		if h.packed == nil {
			for len(sel) > 0 && sel[0] < stop {
				dst[sel[0]] = h.value
				sel = sel[1:]
			}
		} else {
			for len(sel) > 0 && sel[0] < stop {
				dst[sel[0]] = unpackOne(h.packed, h.at+int(sel[0])-at, h.width)
				sel = sel[1:]
			}
			h.at += k
		}
		h.left -= k
		at += k
	}
	return nil
}

// unpack reads len(dst) values of width bits, the first of which is value number at of src. All of them lie in src.
func unpack(dst []int32, src []byte, at, width int) {
	for at&7 != 0 && len(dst) > 0 {
		dst[0] = unpackOne(src, at, width)
		at++
		dst = dst[1:]
	}
	if width < len(unpackers) && len(dst) >= 8 {
		n := unpackers[width](dst, src[at/8*width:])
		at += n
		dst = dst[n:]
	}
	for i := range dst {
		dst[i] = unpackOne(src, at+i, width)
	}
}

// unpackOne reads value number at of src.
func unpackOne(src []byte, at, width int) int32 {
	bit := at * width
	first := bit >> 3
	var x uint64
	if first+8 <= len(src) {
		x = binary.LittleEndian.Uint64(src[first:])
	} else {
		for i, b := range src[first:] {
			x |= uint64(b) << (8 * i)
		}
	}
	return int32(x >> (bit & 7) & (1<<width - 1))
}

// bitmap reads n values of one bit into dst from bit at on, which must hold zeros there, and returns how many are set.
func (h *hybrid) bitmap(dst []uint64, at, n int) (ones int, err error) {
	for n > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return ones, err
			}
		}
		k := min(n, h.left)
		switch {
		case h.packed != nil:
			ones += copyBits(dst, at, h.packed, h.at, k)
			h.at += k
		case h.value != 0:
			setBits(dst, at, k)
			ones += k
		}
		h.left -= k
		at += k
		n -= k
	}
	return ones, nil
}

// setBits sets n bits from bit at on.
func setBits(dst []uint64, at, n int) {
	for n > 0 {
		k := min(n, 64-at&63)
		dst[at>>6] |= ^uint64(0) >> (64 - k) << (at & 63)
		at += k
		n -= k
	}
}

// copyBits ors n bits of src, from bit from on, into dst from bit at on and counts the ones.
func copyBits(dst []uint64, at int, src []byte, from, n int) (ones int) {
	for n > 0 {
		k := min(n, 64-at&63, 56)
		x := loadBits(src, from) & (1<<k - 1)
		ones += bits.OnesCount64(x)
		dst[at>>6] |= x << (at & 63)
		at += k
		from += k
		n -= k
	}
	return ones
}

// loadBits returns at least 56 bits from bit from on, zeros behind the end.
func loadBits(src []byte, from int) uint64 {
	first := from >> 3
	if first+8 <= len(src) {
		return binary.LittleEndian.Uint64(src[first:]) >> (from & 7)
	}
	var x uint64
	for i, b := range src[min(first, len(src)):] {
		x |= uint64(b) << (8 * i)
	}
	return x >> (from & 7)
}
