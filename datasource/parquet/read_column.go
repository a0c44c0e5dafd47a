package parquet

import (
	"errors"
	"math/bits"
	"sort"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// leafReader reads one column of one row group after the other: batch by batch, only the rows that are wanted, as dictionary codes where
// there are some. It belongs to one worker, whose memory it reuses.
type leafReader struct {
	leaf   *fileLeaf
	typ    types.Type
	width  columnar.Width
	verify bool // page checksums
	// flatten asks for values where there are codes.
	flatten bool
	// levelsOnly asks for no values, only for which there are.
	levelsOnly bool
	codec      *decompressor
	counts     *readCounts

	in    chunkInput
	meta  *format.ColumnMetaData
	rows  int64 // of the row group
	row   int64 // the next row
	page  page
	dict  dictionary
	pages []format.PageLocation // from the offset index, may be nil

	levels  []byte
	free    [][]byte // page buffers
	retired [][]byte // page buffers that vectors of this batch may point into

	// of the current batch
	valid   []uint64
	nulls   bool
	codes   []int32
	places  []int32 // of values among those of a page, and the rows they belong to
	defined []int32
	raw4    []int32
	raw8    []int64
	views   []columnar.View
	buffers [][]byte
	bounded bool
	any     bool
	lo, hi  int64

	// nested columns
	nest  nestState
	outer []*presence // of structs, where no list is around
}

var (
	errCode  = errors.New("a dictionary code is larger than the dictionary")
	errEnded = errors.New("the column has fewer rows than the row group")
)

// open begins a column chunk.
func (c *leafReader) open(file *input, leaf *fileLeaf, chunk *format.ColumnChunk, rows int64, pages []format.PageLocation) {
	c.leaf, c.meta, c.rows, c.row, c.pages = leaf, &chunk.MetaData, rows, 0, pages
	if c.page.buf != nil {
		c.free = append(c.free, c.page.buf)
	}
	c.page.left, c.page.loaded, c.page.buf, c.page.kind = 0, false, nil, pageNone
	start, end := chunkRange(c.meta)
	c.in.open(file, start, end)
	c.dict.forget()
	c.nest.reset()
}

// takeBuffer returns a page buffer to write to.
func (c *leafReader) takeBuffer() []byte {
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return b
	}
	return nil
}

// nextPage goes to the next data page, noting the dictionary on the way.
func (c *leafReader) nextPage() error {
	p := &c.page
	if p.buf != nil {
		c.retired = append(c.retired, p.buf)
		p.buf = nil
	}
	p.loaded, p.kind = false, pageNone
	for {
		if c.in.pos >= c.in.end {
			return errEnded
		}
		h, err := c.in.header()
		if err != nil {
			return err
		}
		at := c.in.pos
		c.in.pos += int64(h.size) + int64(h.compressed)
		switch h.kind {
		case format.DataPage, format.DataPageV2:
			if h.values == 0 {
				continue
			}
			c.counts.pages++
			p.header, p.offset, p.left = h, at, h.values
			return nil
		case format.DictionaryPage:
			c.dict.header, c.dict.offset, c.dict.found, c.dict.loaded = h, at, true, false
		}
	}
}

// seek goes to a row, at or behind the current one, reading as little as possible.
func (c *leafReader) seek(row int64) error {
	if err := c.seekPage(row); err != nil || c.row == row {
		return err
	}
	return c.skip(int(row - c.row))
}

// seekPage passes over the pages before the one that holds a row.
func (c *leafReader) seekPage(row int64) error {
	for row-c.row >= int64(c.page.left) && c.row < row {
		c.row += int64(c.page.left)
		c.page.left = 0
		if c.row < row {
			if err := c.nextPage(); err != nil {
				return err
			}
			if c.jump(row) {
				continue
			}
			if c.row+int64(c.page.left) <= row {
				c.counts.pagesSkipped++
			}
		}
	}
	return nil
}

// jump uses the offset index to go to the page of a row without reading the headers between; the page just entered is the first
// candidate.
func (c *leafReader) jump(row int64) bool {
	if c.pages == nil || c.row+int64(c.page.left) > row {
		return false
	}
	i := sort.Search(len(c.pages), func(i int) bool { return c.pages[i].FirstRowIndex > row }) - 1
	if i < 0 || c.pages[i].FirstRowIndex <= c.row || c.pages[i].Offset <= c.page.offset || c.pages[i].Offset >= c.in.end {
		return false
	}
	first := sort.Search(len(c.pages), func(i int) bool { return c.pages[i].FirstRowIndex > c.row }) - 1
	c.counts.pagesSkipped += int64(i - max(first, 0))
	c.counts.pages += int64(max(i-max(first, 0)-1, 0))
	c.in.pos, c.row, c.page.left = c.pages[i].Offset, c.pages[i].FirstRowIndex, 0
	return true
}

// skip passes over n rows within the page.
func (c *leafReader) skip(n int) error {
	if !c.page.loaded {
		if err := c.load(); err != nil {
			return err
		}
	}
	values := n
	if c.leaf.maxDef > 0 {
		var err error
		if values, err = c.countValid(n); err != nil {
			return err
		}
	}
	c.row += int64(n)
	c.page.left -= n
	if c.levelsOnly {
		return nil
	}
	return c.skipValues(values)
}

// countValid reads n definition levels of a column that is in no list and returns how many values there are.
func (c *leafReader) countValid(n int) (int, error) {
	var words [64]uint64
	ones := 0
	for n > 0 {
		k := min(n, 64*len(words))
		clear(words[:])
		m, err := c.definedRows(words[:], 0, k, false)
		if err != nil {
			return 0, err
		}
		ones += m
		n -= k
	}
	return ones, nil
}

// begin starts a batch of n rows.
func (c *leafReader) begin(n int) {
	c.free = append(c.free, c.retired...)
	c.retired = c.retired[:0]
	c.buffers = c.buffers[:0]
	c.nulls, c.bounded, c.any = false, boundable(c.typ), false
	if c.leaf.maxDef > 0 {
		w := columnar.Words(n)
		if cap(c.valid) < w {
			c.valid = make([]uint64, w, max(w, columnar.Words(columnar.BatchSize)))
		}
		c.valid = c.valid[:w]
		clear(c.valid)
		for _, p := range c.outer {
			p.bits, p.nulls = grow(p.bits, w), false
			clear(p.bits)
		}
	}
}

// boundable reports the types whose bounds vectors carry.
func boundable(t types.Type) bool {
	return t.IsInteger() || t.Kind == types.Date || t.Kind == types.Decimal
}

// Read makes dst the rows [row, row+n) of a flat column. Only those of rows.Sel, counted from row, need be right. dst is a dictionary
// vector if all of them lie in coded pages and codes are wanted.
func (c *leafReader) Read(row int64, n int, rows columnar.Rows, dst *columnar.Vector) error {
	if err := c.seek(row); err != nil {
		return err
	}
	c.begin(n)
	sel := rows.Sel
	coded := false
	for done := 0; done < n; {
		if err := c.enter(); err != nil {
			return err
		}
		m := min(n-done, c.page.left)
		switch code := c.page.kind == pageCodes && c.dict.keep; {
		case done == 0 && code:
			dst.SetCodes(c.dict.vec, n)
			coded = true
		case done == 0:
			dst.Reset(c.typ, c.width, n) // strings are always read in full, so no stale one is left
		case coded && !code:
			c.uncode(dst, done, n)
			coded = false
		}
		if err := c.segment(dst, done, m, segmentOf(&sel, done+m), coded, rows.Sel != nil); err != nil {
			return err
		}
		done += m
	}
	c.finish(dst, n, coded)
	return nil
}

// segmentOf cuts from sel the rows below end.
func segmentOf(sel *[]int32, end int) []int32 {
	s := *sel
	i := sort.Search(len(s), func(i int) bool { return int(s[i]) >= end })
	*sel = s[i:]
	return s[:i]
}

// enter makes sure that there is a loaded page with rows left.
func (c *leafReader) enter() error {
	if c.page.left == 0 {
		if c.row >= c.rows {
			return errEnded
		}
		if err := c.nextPage(); err != nil {
			return err
		}
	}
	if !c.page.loaded {
		return c.load()
	}
	return nil
}

// segment reads m rows of the page to rows at and on of dst.
func (c *leafReader) segment(dst *columnar.Vector, at, m int, sel []int32, coded, picked bool) error {
	values := m
	if c.leaf.maxDef > 0 {
		var err error
		if values, err = c.definedRows(c.valid, at, m, true); err != nil {
			return err
		}
	}
	var err error
	sparse := picked && len(sel)*4 < m
	switch {
	case sparse && values < m && (coded || c.canPick()):
		err = c.pickDefined(dst, at, m, values, sel, coded)
		c.nulls = true
		values = m // where they belong
	case coded && sparse:
		err = c.pickCodes(dst.Codes, at, m, sel)
	case coded:
		codes := dst.Codes[at : at+values]
		if err = c.page.codes.read(codes); err == nil && !allBelow(codes, uint32(c.dict.vec.Len)) {
			err = errCode
		}
	case sparse && c.canPick():
		err = c.pick(dst, at, m, sel)
	default:
		err = c.fill(dst, at, values)
	}
	if err != nil {
		return err
	}
	if values < m {
		c.nulls = true
		if coded {
			spread(dst.Codes[at:at+m], values, c.valid, at)
		} else {
			spreadVector(dst, at, m, values, c.valid)
		}
	}
	c.row += int64(m)
	c.page.left -= m
	return nil
}

// pickDefined is pickCodes or pick of m rows of which only so many have values: it reads those of the rows in sel to where they lie side by side, and
// then moves them, the last first.
func (c *leafReader) pickDefined(dst *columnar.Vector, at, m, values int, sel []int32, coded bool) error {
	places, rows := c.places[:0], c.defined[:0]
	for next, place := at, at; len(sel) > 0; sel = sel[1:] {
		r := int(sel[0])
		place += countBits(c.valid, next, r)
		if next = r; c.valid[r>>6]>>(r&63)&1 != 0 {
			places, rows = append(places, int32(place)), append(rows, int32(r))
		}
	}
	c.places, c.defined = places, rows
	if coded {
		clear(dst.Codes[at+values : at+m])
		if err := c.pickCodes(dst.Codes, at, values, places); err != nil {
			return err
		}
		move(dst.Codes, places, rows)
		return nil
	}
	if err := c.pick(dst, at, values, places); err != nil {
		return err
	}
	switch dst.Width.Bytes() {
	case 1:
		move(columnar.Values[uint8](dst), places, rows)
	case 2:
		move(columnar.Values[int16](dst), places, rows)
	case 4:
		move(columnar.Values[uint32](dst), places, rows)
	case 8:
		move(columnar.Values[uint64](dst), places, rows)
	case 16:
		move(columnar.Values[types.Int128](dst), places, rows)
	}
	return nil
}

// move moves values from places to ascending rows, none of which is before its place.
func move[T any](xs []T, places, rows []int32) {
	for i := len(rows) - 1; i >= 0; i-- {
		xs[rows[i]] = xs[places[i]]
	}
}

// countBits counts the set bits from bit from up to bit to.
func countBits(words []uint64, from, to int) (n int) {
	for from < to {
		k := min(64-from&63, to-from)
		n += bits.OnesCount64(words[from>>6] >> (from & 63) << (64 - k))
		from += k
	}
	return n
}

// pickCodes reads only the codes of the rows in sel; the others become 0.
func (c *leafReader) pickCodes(codes []int32, at, m int, sel []int32) error {
	clear(codes[at : at+m])
	if len(sel) == 0 {
		return c.page.codes.skip(m)
	}
	if err := c.pickInto(codes, at, m, sel); err != nil {
		return err
	}
	return nil
}

// pickInto picks codes to codes[row] for the rows in sel, which lie in [at, at+m), and checks them.
func (c *leafReader) pickInto(codes []int32, at, m int, sel []int32) error {
	if err := c.page.codes.pick(at, m, sel, codes); err != nil {
		return err
	}
	top := uint32(0)
	for _, r := range sel {
		top = max(top, uint32(codes[r]))
	}
	if top >= uint32(c.dict.vec.Len) {
		return errCode
	}
	return nil
}

// allBelow reports whether all codes are, as unsigned numbers, below a limit of less than 2^31. Two of them are told at once by the borrows of a subtraction.
func allBelow(codes []int32, limit uint32) bool {
	if limit == 0 {
		return len(codes) == 0
	}
	const tops = 1<<63 | 1<<31
	pair := uint64(limit-1)<<32 | uint64(limit-1) | tops
	below, all := uint64(tops), uint64(0)
	if n := len(codes) / 8 * 4; n > 0 {
		words := unsafe.Slice((*uint64)(unsafe.Pointer(&codes[0])), n)
		for ; len(words) >= 4; words = words[4:] {
			a, b, c, d := words[0], words[1], words[2], words[3]
			below &= (pair - a) & (pair - b) & (pair - c) & (pair - d)
			all |= a | b | c | d
		}
		codes = codes[2*n:]
	}
	ok := below&tops == tops && all&tops == 0
	for _, x := range codes {
		ok = ok && uint32(x) < limit
	}
	return ok
}

// uncode turns the first done rows of a coded batch into values, because a page without codes follows.
func (c *leafReader) uncode(dst *columnar.Vector, done, n int) {
	c.codes = append(c.codes[:0], dst.Codes[:done]...)
	dst.Reset(c.typ, c.width, n)
	c.gather(dst, 0, c.codes)
}

// finish sets validity, buffers and bounds of a batch.
func (c *leafReader) finish(dst *columnar.Vector, n int, coded bool) {
	if c.nulls {
		dst.Valid = c.valid
	}
	if c.width == columnar.WNone {
		dst.SetAllNull()
	}
	if coded {
		return
	}
	dst.Class = columnar.Scratch
	dst.Buffers = c.buffers
	if c.bounded && c.any {
		dst.HasBounds, dst.Lo, dst.Hi = true, c.lo, c.hi
	}
}

// cover extends the batch's bounds.
func (c *leafReader) cover(lo, hi int64) {
	if !c.any {
		c.lo, c.hi, c.any = lo, hi, true
		return
	}
	c.lo, c.hi = min(c.lo, lo), max(c.hi, hi)
}

// spread moves the first values of xs to the places of set bits of valid from bit at on; the others become zero.
func spread[T any](xs []T, values int, valid []uint64, at int) {
	for i, k := len(xs), values; k < i; { // run by run from the end; when k is i, the rest lies where it belongs
		last := at + i - 1
		word, n := valid[last>>6]<<(63-last&63), min(last&63+1, i)
		if nulls := min(bits.LeadingZeros64(word), n); nulls > 0 {
			clear(xs[i-nulls : i])
			i -= nulls
			continue
		}
		run := min(bits.LeadingZeros64(^word), n)
		from, to := xs[k-run:k], xs[i-run:i]
		if run < 16 {
			for j := len(to) - 1; j >= 0; j-- {
				to[j] = from[j]
			}
		} else {
			copy(to, from)
		}
		i, k = i-run, k-run
	}
}

func spreadVector(dst *columnar.Vector, at, m, values int, valid []uint64) {
	switch dst.Width.Bytes() {
	case 1:
		spread(columnar.Values[uint8](dst)[at:at+m], values, valid, at)
	case 2:
		spread(columnar.Values[int16](dst)[at:at+m], values, valid, at)
	case 4:
		spread(columnar.Values[uint32](dst)[at:at+m], values, valid, at)
	case 8:
		spread(columnar.Values[uint64](dst)[at:at+m], values, valid, at)
	case 16:
		spread(columnar.Values[types.Int128](dst)[at:at+m], values, valid, at)
	}
}
