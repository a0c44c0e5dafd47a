package parquet

import (
	"encoding/binary"
	"errors"
)

var errDelta = errors.New("DELTA_BINARY_PACKED data is damaged or too short")

// deltaReader reads DELTA_BINARY_PACKED: blocks of miniblocks of bit-packed differences, a few values at a time.
type deltaReader struct {
	data  []byte
	total int // values not yet read
	block int // values of a block
	mini  int // values of a miniblock

	value   uint64 // the next value
	started bool

	widths   []byte // of the miniblocks that follow in this block
	minDelta uint64
	width    int
	packed   []byte // current miniblock
	at, left int
	// codes is the room in which differences are unpacked, kept over pages: as the loops that unpack are called through a table, an array of
	// the calling function would be new heap memory for each miniblock.
	codes *[deltaChunk]int32
}

func (d *deltaReader) uvarint() (uint64, bool) {
	x, n := binary.Uvarint(d.data)
	if n <= 0 {
		return 0, false
	}
	d.data = d.data[n:]
	return x, true
}

func (d *deltaReader) zigzag() (uint64, bool) {
	x, ok := d.uvarint()
	return x>>1 ^ -(x & 1), ok
}

// reset starts reading a page with at most most values.
func (d *deltaReader) reset(data []byte, most int) error {
	*d = deltaReader{data: data, codes: d.codes}
	if d.codes == nil {
		d.codes = new([deltaChunk]int32)
	}
	block, ok1 := d.uvarint()
	minis, ok2 := d.uvarint()
	total, ok3 := d.uvarint()
	first, ok4 := d.zigzag()
	if !ok1 || !ok2 || !ok3 || !ok4 || block == 0 || block > 1<<20 || minis == 0 || minis > block || block%minis != 0 || block/minis%8 != 0 || total > uint64(most) {
		return errDelta
	}
	d.block, d.mini, d.total, d.value = int(block), int(block/minis), int(total), first
	return nil
}

// nextMini opens the next miniblock.
func (d *deltaReader) nextMini() error {
	if len(d.widths) == 0 {
		m, ok := d.zigzag()
		n := d.block / d.mini
		if !ok || n > len(d.data) {
			return errDelta
		}
		d.minDelta, d.widths, d.data = m, d.data[:n], d.data[n:]
	}
	d.width = int(d.widths[0])
	d.widths = d.widths[1:]
	size := d.mini / 8 * d.width
	if d.width > 64 {
		return errDelta
	}
	if size > len(d.data) { // the last miniblock may be cut behind its values
		if d.total > d.mini || bitsBytes(d.total*d.width) > len(d.data) {
			return errDelta
		}
		size = len(d.data)
	}
	d.packed, d.data, d.at, d.left = d.data[:size], d.data[size:], 0, d.mini
	return nil
}

func bitsBytes(n int) int { return (n + 7) / 8 }

// deltaChunk is the number of values decoded at a time where they are not wanted as 64-bit numbers.
const deltaChunk = 256

// read64 reads len(dst) values.
func (d *deltaReader) read64(dst []int64) error {
	if len(dst) > d.total {
		return errDelta
	}
	if len(dst) > 0 && !d.started {
		d.started = true
		dst[0] = int64(d.value)
		d.total--
		dst = dst[1:]
	}
	for len(dst) > 0 {
		if d.left == 0 {
			if err := d.nextMini(); err != nil {
				return err
			}
		}
		k := min(len(dst), d.left)
		d.sum(dst[:k])
		d.at += k
		d.left -= k
		d.total -= k
		dst = dst[k:]
	}
	return nil
}

// sum adds up the next differences of the miniblock.
func (d *deltaReader) sum(dst []int64) {
	v, m := d.value, d.minDelta
	switch {
	case d.width == 0:
		for i := range dst {
			v += m
			dst[i] = int64(v)
		}
	case d.width < len(unpackers):
		for done := 0; done < len(dst); {
			part := d.codes[:min(len(d.codes), len(dst)-done)]
			unpack(part, d.packed, d.at+done, d.width)
			for i, c := range part {
				v += m + uint64(uint32(c))
				dst[done+i] = int64(v)
			}
			done += len(part)
		}
	default:
		for i := range dst {
			v += m + unpackWide(d.packed, d.at+i, d.width)
			dst[i] = int64(v)
		}
	}
	d.value = v
}

func (d *deltaReader) read32(dst []int32) error {
	var chunk [deltaChunk]int64
	for len(dst) > 0 {
		part := chunk[:min(len(chunk), len(dst))]
		if err := d.read64(part); err != nil {
			return err
		}
		for i, v := range part {
			dst[i] = int32(v)
		}
		dst = dst[len(part):]
	}
	return nil
}

func (d *deltaReader) skip(n int) error {
	var chunk [deltaChunk]int64
	for n > 0 {
		part := chunk[:min(len(chunk), n)]
		if err := d.read64(part); err != nil {
			return err
		}
		n -= len(part)
	}
	return nil
}

// unpackWide reads value number at of src, of 1 to 64 bits.
func unpackWide(src []byte, at, width int) uint64 {
	bit := at * width
	first, shift := bit>>3, bit&7
	var lo, hi uint64
	if first+9 <= len(src) {
		lo, hi = binary.LittleEndian.Uint64(src[first:]), uint64(src[first+8])
	} else {
		var t [9]byte
		copy(t[:], src[min(first, len(src)):])
		lo, hi = binary.LittleEndian.Uint64(t[:]), uint64(t[8])
	}
	return (lo>>shift | hi<<1<<(63-shift)) & (^uint64(0) >> (64 - width))
}

// end passes over all values and returns what follows.
func (d deltaReader) end() ([]byte, error) {
	if d.total == 0 {
		return d.data, nil
	}
	rest := d.total - 1
	if d.started {
		rest++
	}
	rest -= min(rest, d.left)
	d.total = rest
	for d.total > 0 {
		if err := d.nextMini(); err != nil {
			return nil, err
		}
		d.total -= min(d.total, d.mini)
	}
	// Miniblocks that hold no values have a width but no data.
	return d.data, nil
}
