package parquet

import (
	"encoding/binary"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// fill reads n values, none null, to rows at and on of the flat vector dst.
func (c *leafReader) fill(dst *columnar.Vector, at, n int) error {
	if n == 0 {
		return nil
	}
	if c.leaf.conv.kind == convNull {
		return c.skipValues(n)
	}
	if c.page.kind == pageCodes {
		c.codes = grow(c.codes, n)
		if err := c.page.codes.read(c.codes); err != nil {
			return err
		}
		if !allBelow(c.codes, uint32(c.dict.vec.Len)) {
			return errCode
		}
		c.gather(dst, at, c.codes)
		return nil
	}
	if err := c.fillValues(dst, at, n); err != nil {
		return err
	}
	if c.bounded {
		if lo, hi, ok := boundsOf(dst, at, n); ok {
			c.cover(lo, hi)
		} else {
			c.bounded = false
		}
	}
	return nil
}

// grow returns a slice of n elements in the memory of s if that is enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, columnar.BatchSize))
	}
	return s[:n]
}

// fillValues is fill for pages without codes.
func (c *leafReader) fillValues(dst *columnar.Vector, at, n int) error {
	switch c.leaf.conv.kind {
	case convCopy:
		if c.leaf.raw() == 4 {
			return c.words4(columnar.Values[int32](dst)[at : at+n])
		}
		return c.words8(columnar.Values[int64](dst)[at : at+n])
	case convBool:
		return c.bools(columnar.Values[uint8](dst)[at : at+n])
	case convBytes:
		return c.byteViews(columnar.Values[columnar.View](dst)[at : at+n])
	case convDecimal64, convDecimal128, convFloat16, convInterval, convInt96:
		return c.fillBytes(dst, at, n)
	}
	if c.leaf.raw() == 4 {
		c.raw4 = grow(c.raw4, n)
		if err := c.words4(c.raw4); err != nil {
			return err
		}
		convert4(c.leaf.conv, dst, at, c.raw4)
		return nil
	}
	c.raw8 = grow(c.raw8, n)
	if err := c.words8(c.raw8); err != nil {
		return err
	}
	return convert8(c.leaf.conv, dst, at, c.raw8)
}

func asBytes[T int32 | int64](xs []T) []byte {
	if len(xs) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&xs[0])), len(xs)*int(unsafe.Sizeof(xs[0])))
}

// words4 reads values of 4 bytes.
func (c *leafReader) words4(dst []int32) error {
	p := &c.page
	switch p.kind {
	case pagePlain:
		return p.take(asBytes(dst))
	case pageDelta:
		return p.delta.read32(dst)
	case pageSplit:
		return p.unsplit(asBytes(dst), 4, len(dst))
	}
	return errStrings
}

// words8 reads values of 8 bytes.
func (c *leafReader) words8(dst []int64) error {
	p := &c.page
	switch p.kind {
	case pagePlain:
		return p.take(asBytes(dst))
	case pageDelta:
		return p.delta.read64(dst)
	case pageSplit:
		return p.unsplit(asBytes(dst), 8, len(dst))
	}
	return errStrings
}

// take copies the next bytes. The machine is little endian, as Parquet is.
func (p *page) take(dst []byte) error {
	if len(dst) > len(p.data)-p.pos {
		return errStrings
	}
	copy(dst, p.data[p.pos:])
	p.pos += len(dst)
	return nil
}

// unsplit puts the bytes of n values together, whose k-th bytes lie together in BYTE_STREAM_SPLIT.
func (p *page) unsplit(dst []byte, width, n int) error {
	if n > p.stride-p.pos {
		return errStrings
	}
	for k := range width {
		src := p.data[k*p.stride+p.pos:][:n]
		for i, b := range src {
			dst[i*width+k] = b
		}
	}
	p.pos += n
	return nil
}

// bools reads booleans.
func (c *leafReader) bools(dst []uint8) error {
	p := &c.page
	if p.kind == pageBits {
		c.codes = grow(c.codes, len(dst))
		if err := p.codes.read(c.codes); err != nil {
			return err
		}
		for i, x := range c.codes {
			dst[i] = uint8(x)
		}
		return nil
	}
	if p.pos+len(dst) > 8*len(p.data) {
		return errStrings
	}
	for i := range dst {
		dst[i] = p.data[p.pos>>3] >> (p.pos & 7) & 1
		p.pos++
	}
	return nil
}

// buffer makes b a buffer of the batch's strings and returns its number.
func (c *leafReader) buffer(b []byte) int {
	n := len(c.buffers)
	if n > 0 && len(b) > 0 && len(c.buffers[n-1]) > 0 && &c.buffers[n-1][0] == &b[0] {
		return n - 1
	}
	c.buffers = append(c.buffers, b)
	return n
}

// byteViews reads byte strings as views into the page.
func (c *leafReader) byteViews(dst []columnar.View) (err error) {
	p := &c.page
	fixed := c.leaf.width
	if c.leaf.raw() == 0 && c.leaf.physical == physicalBytes {
		fixed = 0
	}
	switch {
	case p.kind == pagePlain && fixed > 0:
		p.pos, err = fixedViews(dst, p.data, p.pos, fixed, c.buffer(p.data))
		return err
	case p.kind == pagePlain:
		p.pos, err = plainViews(dst, p.data, p.pos, c.buffer(p.data))
		return err
	case p.kind == pageDeltaLength:
		return p.strings.readLengths(dst, c.buffer(p.strings.data))
	case p.kind == pageDeltaBytes:
		out := c.takeBuffer()[:0]
		if out, err = p.strings.readPrefixes(dst, out, len(c.buffers)); err != nil {
			return err
		}
		c.buffers, c.retired = append(c.buffers, out), append(c.retired, out)
		return checkWidths(dst, fixed)
	case p.kind == pageSplit:
		out := padded(c.takeBuffer(), fixed*len(dst))
		if err = p.unsplit(out, fixed, len(dst)); err != nil {
			return err
		}
		_, err = fixedViews(dst, out, 0, fixed, len(c.buffers))
		c.buffers, c.retired = append(c.buffers, out), append(c.retired, out)
		return err
	}
	return errStrings
}

// checkWidths makes sure that values of a FIXED_LEN_BYTE_ARRAY have its length.
func checkWidths(views []columnar.View, fixed int) error {
	if fixed == 0 {
		return nil
	}
	for i := range views {
		if int(views[i].Len) != fixed {
			return errStrings
		}
	}
	return nil
}

// fillBytes reads byte strings that are decimals, half floats, intervals or INT96 timestamps.
func (c *leafReader) fillBytes(dst *columnar.Vector, at, n int) error {
	if c.leaf.conv.kind == convInt96 {
		p := &c.page
		if p.kind != pagePlain || n*12 > len(p.data)-p.pos {
			return errStrings
		}
		err := convertInt96(columnar.Values[int64](dst)[at:at+n], p.data[p.pos:])
		p.pos += 12 * n
		return err
	}
	before := len(c.buffers)
	c.views = grow(c.views, n)
	if err := c.byteViews(c.views); err != nil {
		return err
	}
	err := convertBytes(c.leaf.conv, dst, at, c.views, c.buffers)
	c.buffers = c.buffers[:before]
	return err
}

// gather stores dictionary entries as rows at and on of the flat vector dst. The codes are checked.
func (c *leafReader) gather(dst *columnar.Vector, at int, codes []int32) {
	d := c.dict.vec
	if len(codes) == 0 {
		return
	}
	if c.bounded && d.HasBounds {
		c.cover(d.Lo, d.Hi)
	} else {
		c.bounded = false
	}
	switch c.width.Bytes() {
	case 1:
		gatherFixed(columnar.Values[uint8](dst)[at:], columnar.Values[uint8](d), codes)
	case 2:
		gatherFixed(columnar.Values[int16](dst)[at:], columnar.Values[int16](d), codes)
	case 4:
		gatherFixed(columnar.Values[int32](dst)[at:], columnar.Values[int32](d), codes)
	case 8:
		gatherFixed(columnar.Values[int64](dst)[at:], columnar.Values[int64](d), codes)
	case 16:
		if c.width == columnar.WView {
			c.gatherViews(columnar.Values[columnar.View](dst)[at:], codes)
			return
		}
		gatherFixed(columnar.Values[types.Int128](dst)[at:], columnar.Values[types.Int128](d), codes)
	}
}

func gatherFixed[T any](dst, vals []T, codes []int32) {
	dst = dst[:len(codes)]
	for i, k := range codes {
		dst[i] = vals[k]
	}
}

func (c *leafReader) gatherViews(dst []columnar.View, codes []int32) {
	d := c.dict.vec
	vals := columnar.Values[columnar.View](d)
	base := uint32(len(c.buffers))
	if len(d.Buffers) == 1 {
		base = uint32(c.buffer(d.Buffers[0]))
	} else {
		c.buffers = append(c.buffers, d.Buffers...)
	}
	gatherFixed(dst, vals, codes)
	if base == 0 {
		return
	}
	for i := range dst[:len(codes)] {
		if dst[i].Len > columnar.MaxInline {
			dst[i].Buf += base
		}
	}
}

// canPick reports whether single values of the page can be read without those before them.
func (c *leafReader) canPick() bool {
	return c.page.kind == pageCodes && c.width != columnar.WView || c.page.kind == pagePlain && c.leaf.conv.kind == convCopy
}

// pick is fill for the rows in sel only, out of m.
func (c *leafReader) pick(dst *columnar.Vector, at, m int, sel []int32) error {
	if c.page.kind == pageCodes {
		if len(sel) == 0 {
			return c.page.codes.skip(m)
		}
		c.codes = grow(c.codes, at+m)
		if err := c.pickInto(c.codes, at, m, sel); err != nil {
			return err
		}
		c.pickEntries(dst, sel)
		return nil
	}
	p, size := &c.page, c.leaf.raw()
	if m*size > len(p.data)-p.pos {
		return errStrings
	}
	data := p.data[p.pos:]
	p.pos += m * size
	if size == 4 {
		out := columnar.Values[int32](dst)
		for _, r := range sel {
			x := int32(binary.LittleEndian.Uint32(data[4*(int(r)-at):]))
			out[r] = x
			if c.bounded {
				c.cover(int64(x), int64(x))
			}
		}
		return nil
	}
	out := columnar.Values[int64](dst)
	for _, r := range sel {
		x := int64(binary.LittleEndian.Uint64(data[8*(int(r)-at):]))
		out[r] = x
		if c.bounded {
			c.cover(x, x)
		}
	}
	return nil
}

func (c *leafReader) pickEntries(dst *columnar.Vector, sel []int32) {
	d := c.dict.vec
	if c.bounded && d.HasBounds {
		c.cover(d.Lo, d.Hi)
	} else {
		c.bounded = false
	}
	switch c.width.Bytes() {
	case 1:
		pickFixed(columnar.Values[uint8](dst), columnar.Values[uint8](d), c.codes, sel)
	case 2:
		pickFixed(columnar.Values[int16](dst), columnar.Values[int16](d), c.codes, sel)
	case 4:
		pickFixed(columnar.Values[int32](dst), columnar.Values[int32](d), c.codes, sel)
	case 8:
		pickFixed(columnar.Values[int64](dst), columnar.Values[int64](d), c.codes, sel)
	case 16:
		pickFixed(columnar.Values[types.Int128](dst), columnar.Values[types.Int128](d), c.codes, sel)
	}
}

func pickFixed[T any](dst, vals []T, codes, sel []int32) {
	for _, r := range sel {
		dst[r] = vals[codes[r]]
	}
}

// skipValues passes over n values of the loaded page.
func (c *leafReader) skipValues(n int) (err error) {
	p := &c.page
	switch p.kind {
	case pageCodes, pageBits:
		return p.codes.skip(n)
	case pageDelta:
		return p.delta.skip(n)
	case pageSplit:
		if n > p.stride-p.pos {
			return errStrings
		}
		p.pos += n
		return nil
	case pageDeltaLength, pageDeltaBytes:
		c.views = grow(c.views, n)
		if p.kind == pageDeltaLength {
			return p.strings.readLengths(c.views, 0)
		}
		out := c.takeBuffer()[:0]
		out, err = p.strings.readPrefixes(c.views, out, 0)
		c.retired = append(c.retired, out)
		return err
	}
	return c.skipPlain(n)
}

func (c *leafReader) skipPlain(n int) (err error) {
	p := &c.page
	size := c.leaf.raw()
	switch {
	case c.leaf.conv.kind == convBool:
		size = 0
		if n > 8*len(p.data)-p.pos {
			return errStrings
		}
		p.pos += n
		return nil
	case size == 0 && c.leaf.physical == physicalBytes:
		p.pos, err = skipPlain(n, p.data, p.pos)
		return err
	case size == 0:
		size = c.leaf.width
	}
	if n*size > len(p.data)-p.pos {
		return errStrings
	}
	p.pos += n * size
	return nil
}
